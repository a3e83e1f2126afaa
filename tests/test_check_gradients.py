"""A wrong rule is rejected and its mistake is named; a right one passes, at corners too."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tapes as tf
from tapes.op import Op, registry

rng = np.random.default_rng(7)
vector, square, other, wide, tall = (rng.normal(size=shape) for shape in ((3,), (3, 3), (3, 3), (2, 3), (3, 4)))


def own(function, gradient):
    """A custom_gradient from a function and its gradient, which is handed the upstream and the arguments."""

    @tf.custom_gradient
    def f(*args):
        return function(*args), lambda upstream: gradient(upstream, *args)

    return f


def own_op(forward, *rules):
    op = Op("an op of one's own", forward, rules)
    del registry[op.name]
    return op


RIGHT = {
    "a loss": (lambda x, w: tf.reduce_mean(tf.tanh(tf.matmul(x, w))), wide, tall),
    "a custom gradient": (own(tf.exp, lambda g, x: g * tf.exp(x)), vector),
    "an op": (own_op(np.multiply, lambda g, z, x, y: g * y, lambda g, z, x, y: g * x), vector, vector + 1.0),
    "a function that is not analytic": (lambda x: tf.math.erf(x) * tf.sign(x), vector),
    "several results": (lambda x: (tf.sin(x), {"sum": tf.reduce_sum(x)}), vector),
    "an integer argument": (lambda x, i: tf.gather(x, i), vector, np.array([0, 0, 2])),
    "a scalar": (lambda x: x ** 3, 2.0),
    "float32": (lambda x: tf.exp(x), np.float32([1.0, 2.0])),
    "a Variable": (lambda x: tf.exp(x), tf.Variable([1.0, 2.0])),
    "nothing that depends on it": (lambda x, y: tf.exp(x), vector, vector),
    "floor, flat between its steps": (lambda x: tf.floor(x), [0.3, 1.6]),
    "many entries": (lambda x: tf.reduce_sum(tf.sin(x)), rng.normal(size=(30, 30))),
    "empty": (lambda x: tf.exp(x), np.zeros((0, 3))),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_rules_pass(name):
    f, *args = RIGHT[name]
    report = tf.check_gradients(f, *args)
    assert report, str(report)
    report.raise_if_wrong()


WRONG = {
    "a missing factor": (own(tf.square, lambda g, x: g * x), (vector,), "2 times too small"),
    "an extra factor": (own(tf.exp, lambda g, x: 2.0 * g * tf.exp(x)), (vector,), "2 times too large"),
    "a factor of 1.001": (own(tf.exp, lambda g, x: 1.001 * g * tf.exp(x)), (vector,), "times 1.001"),
    "1/n forgotten": (own(tf.reduce_mean, lambda g, x: g * tf.ones_like(x)), (vector,), "number of entries"),
    "1/n of an axis forgotten": (own(lambda x: tf.reduce_mean(x, axis=1), lambda g, x: tf.expand_dims(g, 1)
                                     * tf.ones_like(x)), (wide,), "3 is the length of axis 1"),
    "the sign": (own(tf.cos, lambda g, x: g * tf.sin(x)), (vector,), "The sign is wrong"),
    "the sign and a factor": (own(tf.square, lambda g, x: -g * x), (vector,), "small, and the sign is wrong"),
    "transposed": (own(lambda x: tf.reduce_sum(x * tf.cast(square, x.dtype)),
                       lambda g, x: g * tf.transpose(tf.cast(square, x.dtype))), (other,), "It is transposed"),
    "of another shape, and transposed": (own_op(lambda x: (x * wide).sum(), lambda g, y, x: g * wide.T), (wide + 1.0,),
                                         "It is transposed"),
    "W instead of its transpose": (own(tf.matmul, lambda g, a, b: (
        tf.matmul(g, b), tf.matmul(a, g, transpose_a=True))), (square, other), "matrix of the derivatives"),
    "un-broadcasting forgotten": (own_op(np.add, lambda g, z, x, b: g, lambda g, z, x, b: g), (wide, vector),
                                  "by broadcasting, so sum the adjoint"),
    "refused by custom_gradient": (own(tf.add, lambda g, x, b: (g, g)), (wide, vector), "sum over the axes"),
    "summed over the wrong axis": (own(tf.multiply, lambda g, x, b: (g * b, tf.reduce_sum(g * x, axis=1))),
                                   (square, vector), "a sum over axis 1"),
    "a mean instead of a sum": (own(tf.add, lambda g, x, b: (g, tf.reduce_mean(g, axis=0))), (wide, vector),
                                "2 times too small"),
    "the first instead of a sum": (own(tf.add, lambda g, x, b: (g, g[0])), (wide, vector), "taking the first"),
    "one use of two": (own(lambda x: x * tf.sin(x), lambda g, x: g * tf.sin(x)), (vector,), "used 2 times"),
    "the other use of two": (own(lambda x: x * tf.sin(x), lambda g, x: g * x * tf.cos(x)), (vector,), "used 2 times"),
    "one use of three": (own(lambda x: x * tf.sin(x) + tf.exp(x), lambda g, x: g * tf.exp(x)), (vector,),
                         "used 3 times"),
    "the upstream forgotten": (own(tf.exp, lambda g, x: tf.exp(x)), (vector,),
                               "adjoint that the rule is handed is not"),
    "the upstream forgotten, of a sum": (own(lambda x: tf.reduce_sum(tf.exp(x)), lambda g, x: tf.exp(x)), (vector,),
                                         "adjoint that the rule is handed is not"),
    "the upstream twice": (own(tf.exp, lambda g, x: g * g * tf.exp(x)), (vector,), "multiplied in twice"),
    "x instead of y, exp": (own(tf.exp, lambda g, x: g * x), (vector,), "the input x is used instead"),
    "x instead of y, tanh": (own(tf.tanh, lambda g, x: g * (1.0 - x * x)), (vector,), "the input x is used instead"),
    "x instead of y, sigmoid": (own_op(lambda x: 1.0 / (1.0 + np.exp(-x)), lambda g, y, x: g * x * (1.0 - x)),
                                (vector,), "the input x is used instead"),
    "y instead of x, sin": (own(tf.sin, lambda g, x: g * tf.cos(tf.sin(x))), (vector,), "the output y is used instead"),
    "y instead of x, square": (own_op(np.square, lambda g, y, x: 2.0 * g * y), (vector,), "the output y is used"),
    "nan": (own(tf.square, lambda g, x: g * x / 0.0 * 0.0), (vector,), "not finite"),
    "0": (own(tf.square, lambda g, x: tf.zeros_like(x)), (vector,), "0 everywhere"),
    "None": (own(tf.square, lambda g, x: None), (vector,), "returned None"),
    "through NumPy": (lambda x: tf.constant(np.sin(np.asarray(x))), (vector,), "is None"),
    "right at 1 alone": (own(tf.square, lambda g, x: 2.0 * g), (1.0,), ""),
    "nothing usual": (own(tf.sin, lambda g, x: g * tf.cos(x + 0.1)), (vector,), ""),
    "wrong at a corner": (own(tf.abs, lambda g, x: g * tf.where(tf.equal(x, 0.0), 2.0, tf.sign(x))),
                          ([0.0, 1.0],), ""),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_mistake_is_named(name):
    f, args, words = WRONG[name]
    report = tf.check_gradients(f, *args)
    assert not report and words in " ".join(str(report).split()), str(report)
    if not words:
        assert all(not argument.mistake for argument in report.arguments), str(report)
    with pytest.raises(AssertionError, match="wrong"):
        report.raise_if_wrong()


def test_only_the_wrong_argument_is_blamed():
    f, args, _ = WRONG["summed over the wrong axis"]
    report = tf.check_gradients(f, *args)
    assert [argument.verdict for argument in report.arguments] == ["right", "wrong"]


def test_the_entry_and_the_numbers_are_told():
    f = own(lambda x: tf.reduce_sum(tf.square(x)), lambda g, x: 2.0 * g * x + tf.constant([0.0, 5.0, 0.0], tf.float64))
    found = tf.check_gradients(f, vector).arguments[0]
    assert found.entry == (1,) and found.given - found.true == pytest.approx(5.0)
    assert f"at [1] the tape gives {found.given:.9g}, true is {found.true:.9g}" in str(found)


@pytest.mark.parametrize("f", [
    tf.nn.relu, lambda x: tf.maximum(x, 0.5 * x),
    own(tf.abs, lambda g, x: g * tf.where(x >= 0.0, tf.ones_like(x), -tf.ones_like(x)))])
def test_a_corner_is_said_to_be_one(f):
    report = tf.check_gradients(f, [1.0, -1.0, 0.0])
    assert report and "wrong" not in str(report) and "there is a corner at [2]" in str(report)


@pytest.mark.parametrize(("f", "x"), [
    (tf.abs, [0.0]), (lambda x: tf.maximum(x, 2.0 - x), [1.0]), (lambda x: tf.reduce_max(x), [1.0, 1.0]),
    (tf.nn.relu, [1.0, 1e-12]), (lambda x: tf.nn.relu(x - 1.0), [1.0 + 1e-9])])
def test_a_corner_is_not_blamed_on_the_rule(f, x):
    report = tf.check_gradients(f, x)
    assert report and "wrong" not in str(report)


def test_the_edge_of_a_domain_is_undecided():
    report = tf.check_gradients(tf.sqrt, [0.0])
    assert not report and report.arguments[0].verdict == "undecided" and "edge of the domain" in str(report)
    assert tf.check_gradients(tf.sqrt, [0.0, 1.0])


def test_what_cannot_be_checked_is_refused():
    with pytest.raises(TypeError, match=r"Write 2\.0 instead of 2"):
        tf.check_gradients(tf.exp, 2)
    with pytest.raises(TypeError, match="integers and booleans have no derivatives"):
        tf.check_gradients(tf.argmax, vector)
    with pytest.raises(TypeError, match="these are complex"):
        tf.check_gradients(lambda x: tf.cast(x, tf.complex128), vector)
    half = tf.constant(0.5)
    with pytest.raises(tf.errors.InvalidArgumentError, match="float64 arguments: cannot compute multiply"):
        tf.check_gradients(lambda x: x * half, 2.0)
    draw = np.random.default_rng()
    with pytest.raises(RuntimeError, match="different results"):
        tf.check_gradients(lambda x: x * draw.normal(), 2.0)


def test_it_says_which_oracle_it_used():
    assert tf.check_gradients(tf.exp, vector).oracle == "the complex step"
    assert "differences" in tf.check_gradients(tf.nn.relu, vector).oracle
    assert "differences" in tf.check_gradients(lambda x: tf.square(tf.abs(x)), vector).oracle


def test_the_complex_step_is_not_believed_where_it_is_wrong():
    conjugated = own_op(lambda x: x * np.conj(x), lambda g, y, x: 2.0 * g * x)
    report = tf.check_gradients(conjugated, vector)
    assert report and "differences" in report.oracle


def floating_rows():
    """Of every row of the registry one case with floating numbers, in the interval where it is smooth."""
    for name, op in registry.items():
        inputs, params = op.examples[0] if op.examples else ([], {})
        if op.smooth and all(len(interval) > 1 for interval in op.smooth):
            inputs, params = [rng.uniform(interval[0], interval[1], 3) for interval in op.smooth], {}
        arrays = [rng.uniform(0.3, 1.7, x) if isinstance(x, tuple) else x for x in inputs]
        if (any(rule is not None for _, rule in zip(arrays, op.rules)) and name not in ("complex", "cast")
                and any(np.asarray(x).dtype.kind == "f" for x in arrays)):
            yield pytest.param(op, arrays, params, id=name)


@pytest.mark.parametrize(("op", "arrays", "params"), list(floating_rows()))
def test_every_row_passes(op, arrays, params):
    tf.check_gradients(lambda *xs: op(*xs, **params), *arrays).raise_if_wrong()


@pytest.mark.parametrize("f", [tf.linalg.cholesky, tf.linalg.logdet], ids=["cholesky", "logdet"])
def test_an_op_that_reads_one_triangle_is_right(f):
    report = tf.check_gradients(f, [[2.0, 1.0], [1.0, 3.0]])
    assert report and "one triangle" in report.arguments[0].note

    @tf.custom_gradient
    def wrong(a):
        def grad(upstream):
            with tf.GradientTape() as tape:
                tape.watch(a)
                y = f(a)
            return 1.001 * tape.gradient(y, a, output_gradients=upstream)
        return f(a), grad

    assert not tf.check_gradients(wrong, [[2.0, 1.0], [1.0, 3.0]])


def test_a_jump_is_no_corner():
    """The singular vectors of this matrix change their signs with its last digits."""
    report = tf.check_gradients(tf.linalg.svd, [[2.0, 1.0], [1.0, 3.0]])
    assert "anything between" not in str(report)


def by_numpy(x):
    return np.sin(x)


NUMPY = {
    "a term": lambda x: tf.constant(np.sin(x)) + 2.0 * x,
    "a factor": lambda x: tf.constant(np.sin(x)) * x,
    "a number": lambda x: float(tf.reduce_sum(x)) * x,
    "all of it": by_numpy,
}


@pytest.mark.parametrize("name", NUMPY)
def test_numpy_within_the_function_is_named(name):
    report = tf.check_gradients(NUMPY[name], vector)
    assert not report
    said = " ".join(str(report).lower().split())
    assert "values leave the tape within the function, by numpy, float() or numpy() (test_check_gradients.py" in said


def test_numpy_within_the_rule_is_noted():
    right = own(tf.exp, lambda g, x: g * tf.constant(np.exp(x)))
    report = tf.check_gradients(right, vector)
    assert report and "second order" in str(report).replace("\n", " ")


def test_a_result_that_does_not_depend():
    report = tf.check_gradients(lambda x: tf.constant(1.0), 1.0)
    assert report and "do not depend on it" in str(report)


def test_swapped_gradients():
    swapped = own(lambda x, y: tf.sin(x) * y, lambda g, x, y: (g * tf.sin(x), g * tf.cos(x) * y))
    report = tf.check_gradients(swapped, vector, vector + 2.0)
    assert not report
    assert [argument.mistake for argument in report.arguments] == [
        "it is the gradient by argument 1: the two have been swapped",
        "it is the gradient by argument 0: the two have been swapped"]


def test_variables_from_outside():
    w = tf.Variable(2.0)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"check_gradients\(f, x, w\)"):
        tf.check_gradients(lambda x: w * x, [1.0, 2.0])
    tf.check_gradients(lambda x, w: w * x, [1.0, 2.0], w).raise_if_wrong()


@pytest.mark.parametrize(("args", "message"), [
    ((tf.sin,), "needs arguments at which it is checked"), ((3.0, 1.0), "the first argument is the function")])
def test_called_the_wrong_way(args, message):
    with pytest.raises(TypeError, match=message):
        tf.check_gradients(*args)


def test_a_corner_at_zero_is_no_jump():
    report = tf.check_gradients(lambda x: tf.nn.relu(x), 0.0)
    assert report and "there is a corner" in str(report), str(report)
    jump = tf.check_gradients(lambda x: tf.where(x > 0.0, x + 1.0, x), 0.0)
    assert not jump and "jumps" in str(jump)


def test_numpy_in_the_body_of_a_custom_gradient_is_no_mistake():
    """The tape does not follow the body in any case, so the usual mistakes are looked for in the rule."""
    cube = own(lambda x: tf.constant(x.numpy() ** 3), lambda g, x: g * x**2)
    report = tf.check_gradients(cube, vector)
    assert not report and "3 times too small" in str(report) and "leave the tape" not in str(report)
    tf.check_gradients(own(lambda x: tf.constant(x.numpy() ** 3), lambda g, x: 3.0 * g * x**2), vector).raise_if_wrong()


@pytest.mark.parametrize(("limit", "where"), [
    (1.9, r"called the function at the given point\."),
    (2.0000001, r"with the entry \[1\] of x moved from 2\.0 to 2\.\d+, to see"),
])
def test_an_exception_in_the_function_says_where_it_was_called(limit, where):
    def limited(x):
        if x.dtype.is_floating and float(x[1]) > limit:
            raise RuntimeError("too large")
        return tf.abs(x)

    with pytest.raises(RuntimeError, match="too large") as caught:
        tf.check_gradients(lambda x: limited(x), [-1.0, 2.0])
    assert re.search(where, " ".join(caught.value.__notes__)), caught.value.__notes__


def test_an_error_about_shapes_says_nothing_of_variables():
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.check_gradients(lambda x: tf.reshape(x, [3]), [1.0, 2.0])
    assert "hand them over" not in str(caught.value) and "given point" in caught.value.__notes__[0]
