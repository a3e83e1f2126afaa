"""Each way to a nan is found at its op, entry and line, and the remedy that is named does cure it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import tapes as tf
from tapes.diagnose import history

inf = np.inf


def spoilt(tape, target, sources):
    gradients = tape.gradient(target, sources)
    return not np.isfinite(np.asarray(target)).all() or any(
        g is not None and not np.isfinite(np.asarray(g)).all() for g in gradients)


# The function, its inputs, what is to be found (stage, op, entry), a word of the explanation, and the function mended.
CASES = {
    "sqrt at 0": (lambda x: tf.sqrt(x), [[1.0, 0.0]], "backward", "sqrt", (1,), "infinite",
                  lambda x: tf.sqrt(x + 1e-12)),
    "norm of 0": (lambda x: tf.norm(x), [[0.0, 0.0]], "backward", "sqrt", (), "norm",
                  lambda x: tf.sqrt(tf.maximum(tf.reduce_sum(x * x), 1e-12))),
    "where behind sqrt": (lambda x: tf.where(x > 0.0, tf.sqrt(x), 0.0), [[1.0, 0.0]], "backward", "sqrt", (1,),
                          "multiplies 0 by an infinite",
                          lambda x: tf.where(x > 0.0, tf.sqrt(tf.where(x > 0.0, x, 1.0)), 0.0)),
    "where behind log": (lambda x: tf.where(x > 0.0, tf.math.log(x), 0.0), [[1.0, 0.0]], "forward", "log", (1,),
                         "multiplies 0 by an infinite",
                         lambda x: tf.where(x > 0.0, tf.math.log(tf.where(x > 0.0, x, 1.0)), 0.0)),
    "0 * sqrt": (lambda x: 0.0 * tf.sqrt(x), [0.0], "backward", "sqrt", (), "multiplies 0 by an infinite", None),
    "log of 0": (lambda x: tf.math.log(x), [[[1.0, 2.0], [0.0, 1.0]]], "forward", "log", (1, 0), "log(0)",
                 lambda x: tf.math.log(x + 1e-12)),
    "log of a negative number": (lambda x: tf.math.log(x), [-1.0], "forward", "log", (), "negative",
                                 lambda x: tf.math.log(tf.maximum(x, 1e-12))),
    "sqrt of a negative number": (lambda x: tf.sqrt(x), [-1e-9], "forward", "sqrt", (), "negative",
                                  lambda x: tf.sqrt(tf.maximum(x, 1e-12))),
    "rsqrt at 0": (lambda x: tf.math.rsqrt(x), [0.0], "forward", "rsqrt", (), "rsqrt(0) is infinite",
                   lambda x: tf.math.rsqrt(x + 1e-12)),
    "log of det": (lambda a: tf.math.log(tf.linalg.det(a)), [[[1e-30, 0.0], [0.0, 1e-30]]], "forward", "log", (),
                   "determinant is 0", lambda a: tf.linalg.logdet(a)),
    "over its deviation": (lambda x: (x - tf.reduce_mean(x)) / tf.math.reduce_std(x), [[1.0, 1.0]], "forward", "divide",
                           (0,), "a root that is 0", lambda x: (x - tf.reduce_mean(x)) / tf.sqrt(
                               tf.maximum(tf.math.reduce_variance(x), 1e-12))),
    "over its length": (lambda x: x / tf.norm(x), [[0.0, 0.0]], "forward", "divide", (0,), "a root that is 0",
                        lambda x: tf.math.l2_normalize(x)),
    "masked by 0": (lambda x: x * tf.constant([1.0, inf]) * tf.constant([1.0, 0.0]), [[1.0, 2.0]], "forward",
                    "multiply", (1,), "infinity times 0", lambda x: tf.where([True, False], x, 0.0)),
    "not positive definite": (lambda a: tf.linalg.cholesky(a), [[[1.0, 2.0], [2.0, 1.0]]], "forward", "cholesky",
                              (0, 0), "positive definite", lambda a: tf.linalg.cholesky(
                                  a @ tf.linalg.matrix_transpose(a) + 1e-6 * tf.eye(2))),
    "atanh at 1": (lambda x: tf.atanh(x), [1.0], "forward", "atanh", (), "atanh at -1 and 1 is infinite",
                   lambda x: tf.atanh(tf.clip_by_value(x, -1.0 + 1e-6, 1.0 - 1e-6))),
    "log of softmax": (lambda x: tf.reduce_sum(tf.math.log(tf.nn.softmax(x))), [[200.0, 0.0]], "forward", "log", (1,),
                       "probability", lambda x: tf.reduce_sum(tf.nn.log_softmax(x))),
    "log of sigmoid": (lambda x: tf.math.log(tf.sigmoid(x)), [-200.0], "forward", "log", (), "probability",
                       lambda x: tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(x), logits=x)),
    "0 / 0": (lambda x, y: x / y, [[1.0, 0.0], [1.0, 0.0]], "forward", "divide", (1,), "0 / 0",
              lambda x, y: tf.math.divide_no_nan(x, y)),
    "broadcast 2 / 0": (lambda x, y: x / y, [[[1.0, 2.0], [3.0, 4.0]], [1.0, 0.0]], "forward", "divide", (0, 1),
                        "division by 0", lambda x, y: tf.math.divide_no_nan(x, y)),
    "0 ** 0.5": (lambda x: x ** 0.5, [[1.0, 0.0]], "backward", "pow", (1,), "x**p", lambda x: (x + 1e-12) ** 0.5),
    "(-1) ** 0.5": (lambda x: x ** 0.5, [-1.0], "forward", "pow", (), "negative", lambda x: tf.abs(x) ** 0.5),
    "broadcast 0 ** p": (lambda x, p: x ** p, [[0.0, 1.0], [[1.0], [0.5]]], "backward", "pow", (1, 0), "x**p", None),
    "acos at 1": (lambda x: tf.acos(x), [[0.0, 1.0]], "backward", "acos", (1,), "infinite",
                  lambda x: tf.acos(tf.clip_by_value(x, -1.0 + 1e-6, 1.0 - 1e-6))),
    "acos beyond 1": (lambda x: tf.acos(x), [1.00001], "forward", "acos", (), "no real value",
                      lambda x: tf.acos(tf.clip_by_value(x, -1.0 + 1e-6, 1.0 - 1e-6))),
    "atan2(0, 0)": (lambda y, x: tf.atan2(y, x), [0.0, 0.0], "backward", "atan2", (), "origin",
                    lambda y, x: tf.atan2(y, tf.where(tf.equal(x, 0.0), 1.0, x))),
    "log sum exp": (lambda x: tf.math.log(tf.reduce_sum(tf.exp(x))), [[100.0, 0.0]], "forward", "exp", (0,),
                    "overflows", lambda x: tf.reduce_logsumexp(x)),
    "a softmax of one's own": (lambda x: tf.reduce_max(tf.exp(x) / tf.reduce_sum(tf.exp(x))), [[100.0, 0.0]],
                               "forward", "exp", (0,), "overflows", lambda x: tf.reduce_max(tf.nn.softmax(x))),
    "a sigmoid of one's own": (lambda x: 1.0 / (1.0 + tf.exp(-x)), [-100.0], "forward", "exp", (), "overflows",
                               lambda x: tf.sigmoid(x)),
    "a product too large": (lambda a, b: tf.matmul(a, b), [[[1e30]], [[1e30]]], "forward", "matmul", (0, 0), "largest",
                            None),
    "nan in the data": (lambda x: tf.exp(x * x), [[1.0, np.nan]], "input", "multiply", (1,), "", None),
    "inf in the data": (lambda x: x * 2.0, [[inf, 1.0]], "input", "multiply", (0,), "", None),
    "all masked": (lambda x: x - np.float32(inf) + np.float32(inf), [1.0], "forward", "add", (), "infinity", None),
    "no spread": (lambda x: tf.math.reduce_std(x), [[1.0, 1.0]], "backward", "sqrt", (), "standard deviation",
                  lambda x: tf.sqrt(tf.math.reduce_variance(x) + 1e-12)),
    "xlogy": (lambda x, y: tf.math.xlogy(x, y), [1.0, 0.0], "forward", "xlogy", (), "logarithm",
              lambda x, y: tf.math.xlogy(x, tf.maximum(y, 1e-12))),
    "mod 0": (lambda x, y: x % y, [1.0, 0.0], "forward", "mod", (), "division by 0", None),
    "lgamma at a pole": (lambda x: tf.math.lgamma(x), [[1.5, -2.0]], "forward", "lgamma", (1,), "whole numbers", None),
    "erfinv at its end": (lambda x: tf.math.erfinv(x), [[0.5, 1.0]], "forward", "erfinv", (1,), "ends", None),
    "masked throughout": (lambda x: tf.reduce_sum(tf.nn.softmax(x + tf.constant([-inf, -inf]))), [[1.0, 2.0]],
                          "forward", "softmax", (0,), "masked throughout", None),
    "mean of nothing": (lambda x: tf.reduce_mean(x[1:]), [[1.0]], "forward", "reduce_mean", (), "no entries", None),
    "a sum too large": (lambda x: x * 1e38 * 3.0 + x * 1e38 * 3.0, [0.0], "sum", None, None, "largest", None),
}


@pytest.mark.parametrize("name", CASES)
def test_the_first_nan_is_found(name):
    f, inputs, stage, op, entry, word, mended = CASES[name]
    xs = [tf.constant(x) for x in inputs]
    with history(), tf.GradientTape(persistent=True) as tape:
        tape.watch(xs)
        y = f(*xs)
        found = tape.first_nan(y, xs)
    assert spoilt(tape, y, xs)
    assert found and found.stage == stage and word in found.why, str(found)
    if op is not None:
        assert (found.op, found.entry) == (op, entry), str(found)
        assert stage == "input" or f"{op}(" in str(found)
    if mended is not None:
        with tf.GradientTape() as tape:
            tape.watch(xs)
            z = mended(*xs)
        assert not tape.first_nan(z, xs)
        assert not spoilt(tape, z, xs)


def test_the_numbers_it_tells_are_those_of_the_step():
    x, p = tf.constant([0.0, 4.0]), tf.constant([[2.0], [0.5]])
    with history(), tf.GradientTape() as tape:
        tape.watch(x)
        y = 3.0 * x ** p
    line = inspect.currentframe().f_lineno - 1
    found = tape.first_nan(y, x)
    assert (found.inputs, found.value, found.arrived, found.handed_on) == ((0.0, 0.5), 0.0, 3.0, inf)
    assert (found.file, found.line) == (__file__, line)
    assert found.step == [step.op.name for step in tape.steps()].index("pow")
    assert "pow(0, 0.5) = 0 at [1, 0]" in str(found) and "3.0 * x ** p" in str(found)


def test_nothing_wrong():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.sqrt(x)
    found = tape.first_nan(y)
    assert not found and str(found) == "All values and all adjoints are finite."
    assert np.isfinite(tape.gradient(y, x)).all()


def test_an_infinite_mask_is_no_false_alarm():
    x, mask = tf.constant([1.0, 2.0, 3.0]), tf.constant([0.0, -inf, 0.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_max(tf.nn.softmax(x + mask))
    assert not tape.first_nan(y, x)


def test_a_bad_adjoint_that_reaches_no_source_is_no_false_alarm():
    x, other = tf.constant(1.0), tf.constant(0.0)
    with tf.GradientTape() as tape:
        tape.watch([x, other])
        y = x * 2.0 + tf.sqrt(other)
    assert not tape.first_nan(y, x)
    assert tape.first_nan(y).op == "sqrt"


def test_what_is_not_watched_is_blamed_too():
    x, scale = tf.constant(1.0), tf.constant(inf, name="scale")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * scale
    found = tape.first_nan(y, x)
    assert found.stage == "input" and found.what.startswith("scale held inf before any op")


def test_a_target_that_is_not_on_the_tape():
    x = tf.Variable(0.0)
    with history():
        y = tf.math.log(x)
        with tf.GradientTape() as tape:
            z = x * 2.0
    found = tape.first_nan(y, x)
    assert found.stage == "input" and "made by log, which this tape did not record" in " ".join(str(found).split())
    assert found.line == inspect.currentframe().f_lineno - 5
    assert not tape.first_nan(z, x)


def test_an_op_with_several_results_and_a_gradient_of_ones_own():
    @tf.custom_gradient
    def wild(a):
        return (a, 2.0 * a), lambda da, db: da / (a - a)

    v = tf.Variable(1.0)
    with history(), tf.GradientTape() as tape:
        first, _ = wild(v)
        y = first * 2.0
    found = tape.first_nan(y, v)
    assert (found.stage, found.op) == ("backward", "custom_gradient") and "custom_gradient" in str(found)


def test_a_notebook_shows_what_print_shows():
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.sqrt(x)
    found = tape.first_nan(y, x)
    assert repr(found) == str(found)


def test_the_tape_must_not_be_used_up():
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.sqrt(x)
    assert "history" in str(tape.first_nan(y, x)) or tape.first_nan(y, x).line is None
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="used it up"):
        tape.first_nan(y, x)


def test_a_watched_tensor_that_is_gone_is_no_source():
    """Its id may be that of another tensor by now."""
    x, w = tf.Variable(0.5), tf.Variable(1.0)
    for _ in range(20):
        with tf.GradientTape(persistent=True) as tape:
            r = x * 1.0
            z = tf.constant(1.0)
            tape.watch(z)
            del z
            a = tf.floor(r)
            y = tf.sqrt(a) + w
        assert not tape.first_nan(y)


def test_a_matrix_that_is_not_positive_definite():
    a = tf.Variable([[1.0, 2.0], [2.0, 1.0]])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.linalg.cholesky(a))
    found = tape.first_nan(y, a)
    assert (found.stage, found.op) == ("forward", "cholesky")
    assert "not positive definite" in found.why and "1e-6 * tapes.eye(n)" in found.fix
    assert "cholesky([[1. 2.] [2. 1.]])" in str(found)
    fixed = a + 3.0 * tf.eye(2)
    assert np.isfinite(tf.linalg.cholesky(fixed).numpy()).all()


def test_zero_to_the_power_of_zero():
    w, p = tf.Variable([0.0, 2.0]), tf.Variable([0.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(w**p)
    found = tape.first_nan(y, [w, p])
    assert (found.op, found.entry) == ("pow", (0,)) and "0 * infinity" in found.why
