"""Choices, loops and TensorArrays: tapes and TensorFlow give the same values, gradients and errors."""

from __future__ import annotations

import numpy as np
import pytest

import tapes
from comparisons.libraries import LIBRARIES
from comparisons.ops.quiet import quiet

needs_tensorflow = pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)

X = [1.0, 2.0, 3.0]
PROGRAMS = [
    ("tf.cond(x[0] > 0.0, lambda: x * x, lambda: x)", X), ("tf.cond(tf.constant(False), lambda: x, lambda: x ** 3)", X),
    ("tf.case([(x[0] > 9.0, lambda: x), (x[1] > 0.0, lambda: x * 2.0)], default=lambda: -x)", X),
    ("tf.case([(x[0] > 9.0, lambda: x)], default=lambda: -x)", X),
    ("tf.switch_case(tf.constant(1), [lambda: x, lambda: x * x])", X),
    ("tf.switch_case(tf.constant(7), [lambda: x, lambda: x * x])", X),
    ("tf.switch_case(tf.constant(-1), {0: lambda: x, 1: lambda: x * x})", X),
    ("tf.switch_case(tf.constant(7), [lambda: x], default=lambda: x ** 3)", X),
    ("tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (tf.constant(0), x))[1]", X),
    ("tf.while_loop(lambda y: y[0] < 50.0, lambda y: [y * 3.0], [x])[0]", X),
    ("tf.while_loop(lambda i, y: True, lambda i, y: (i, y * x), (0, x), maximum_iterations=2)[1]", X),
    ("tf.map_fn(lambda t: t * t, x)", X),
    ("tf.map_fn(lambda t: t[0] * t[1], (x, y), fn_output_signature=x.dtype)", X, X),
    ("tf.map_fn(lambda t: (t, -t), x, fn_output_signature=(x.dtype, x.dtype))[1]", X),
    ("tf.map_fn(lambda t: {'a': t['a'] * 2.0}, {'a': x})['a']", [[1.0, 2.0], [3.0, 4.0]]),
    ("tf.map_fn(lambda t: tf.reduce_sum(t), x)", [[1.0, 2.0], [3.0, 4.0]]),
    ("tf.map_fn(lambda t: t * t, x, back_prop=False) * x", X),
    ("tf.scan(lambda a, t: a * t, x)", X), ("tf.scan(lambda a, t: a * t, x, reverse=True)", X),
    ("tf.scan(lambda a, t: a + t * t, x, initializer=y)", X, 2.0),
    ("tf.scan(lambda a, t: (a[0] + t, a[1] * t), x, initializer=(y, y))[1]", X, 2.0),
    ("tf.scan(lambda a, t: a + t[0] * t[1], (x, y), initializer=tf.zeros([], x.dtype))", X, X),
    ("tf.foldl(lambda a, t: a * t - t, x)", X), ("tf.foldr(lambda a, t: a * t - t, x)", X),
    ("tf.foldl(lambda a, t: a * t, x, initializer=y)", X, 2.0), ("tf.foldr(lambda a, t: a - t, x, y)", X, 2.0),
    ("tf.vectorized_map(lambda t: t * t, x)", X), ("tf.vectorized_map(lambda t: t[0] * t[1], (x, y))", X, X),
    ("tf.vectorized_map(lambda t: (t, t * t), x)[1]", X),
    ("tf.TensorArray(x.dtype, 3).unstack(x).write(1, x[0] * 5.0).stack()", X),
    ("tf.TensorArray(x.dtype, 3).write(2, y).write(0, x[1]).stack()", X, 2.0),
    ("tf.TensorArray(x.dtype, 0, dynamic_size=True).write(2, y * y).stack()", X, 2.0),
    ("tf.TensorArray(x.dtype, 3).unstack(x).gather([2, 0])", X),
    ("tf.TensorArray(x.dtype, 3).unstack(x).scatter([0], y).stack()", X, [9.0]),
    ("tf.TensorArray(x.dtype, 3).scatter([0, 2], x[:2]).stack()", X),
    ("tf.TensorArray(x.dtype, 3).unstack(tf.reshape(x, [3, 1])).concat()", X),
    ("tf.TensorArray(x.dtype, 2).split(x, [1, 2]).read(1)", X),
    ("tf.TensorArray(x.dtype, 2).split(x, [1, 2]).concat()", X),
    ("tf.TensorArray(x.dtype, 3, element_shape=[]).write(0, x[0]).read(0)", X),
]

OTHERS = ["tf.TensorArray(tf.float32, 2).size()", "tf.TensorArray(tf.int32, 2).unstack([1, 2]).stack()",
          "tf.TensorArray(tf.float32, 0).stack()", "tf.TensorArray(tf.float32, 2, element_shape=[3]).stack()",
          "tf.map_fn(lambda t: t, tf.zeros([0]))",
    "tf.scan(lambda a, t: a + t, tf.constant([1, 2, 3]), initializer=10)",
          "tf.while_loop(lambda i: i < 3, lambda i: [i + 1], [tf.constant(0)])[0]"]

MISTAKES = [
    ("tf.cond([True, False], lambda: 1, lambda: 2)", ValueError, "more than one"),
    ("tf.cond(True, 1, 2)", TypeError, "'true_fn' must be callable"),
    ("tf.case([(tf.constant(False), lambda: 1)])", tapes.errors.InvalidArgumentError, "no default"),
    ("tf.case({})", ValueError, "list of pairs"),
    ("tf.switch_case(tf.constant(1), {0: lambda: 1, 5: lambda: 2})", ValueError, "contiguous range of [0 to 2)"),
    ("tf.switch_case(1.0, [lambda: 1])", TypeError, "'branch_index'"),
    ("tf.while_loop(lambda i: i < 3, lambda i: (i + 1, 2), [tf.constant(0)])", ValueError, "same nested structure"),
    ("tf.while_loop(lambda i: i < 3, lambda i: i + 1, [])", ValueError, "'loop_vars' must be provided"),
    ("tf.while_loop(1, lambda i: i, [0])", TypeError, "'cond' must be callable"),
    ("tf.map_fn(lambda t: t, [1, 2, 3])", ValueError, "must be 1+ dimensional", "tapes.constant"),
    ("tf.map_fn(lambda t: tf.cast(t, tf.float32), tf.constant([1, 2]))", tapes.errors.InvalidArgumentError,
     "returned float32", "fn_output_signature=tapes.float32"),
    ("tf.map_fn(lambda t: (t, t), tf.constant([1.0]))", ValueError, "same nested structure"),
    ("tf.map_fn(lambda t: t, (tf.zeros([2]), tf.zeros([1])))", ValueError, "equally many", "(2,), (1,)"),
    ("tf.scan(lambda a, t: (a, a), tf.constant([1, 2]))", ValueError, "same nested structure"),
    ("tf.scan(lambda a, t: a, tf.zeros([0]))", tapes.errors.OutOfRangeError, "no slices"),
    ("tf.foldl(lambda a, t: a, tf.zeros([0]))", tapes.errors.OutOfRangeError, "no initializer"),
    ("tf.TensorArray(tf.float32)", ValueError, "Size must be declared"),
    ("tf.TensorArray(tf.float32, 2).write(2, 1.0)", tapes.errors.OutOfRangeError, "index 2", "dynamic_size=True"),
    ("tf.TensorArray(tf.float32, 2).write(-1, 1.0)", tapes.errors.OutOfRangeError, "negative"),
    ("tf.TensorArray(tf.float32, 2).read(5)", tapes.errors.OutOfRangeError, "index 5", "size is: 2"),
    ("tf.TensorArray(tf.float32, 2).write(0, tf.constant(1))", tapes.errors.InvalidArgumentError, "int32", "float32"),
    ("tf.TensorArray(tf.float32, 2).write(0, 1.0).write(1, [1.0])", ValueError, "Incompatible shape", "infer_shape"),
    ("tf.TensorArray(tf.float32, 2, element_shape=[2]).write(0, 1.0)", ValueError, "expected ((2,))"),
    ("tf.TensorArray(tf.float32, 2).unstack([1.0, 2.0, 3.0])", ValueError, "Cannot unstack 3 tensors"),
    ("tf.TensorArray(tf.float32, 2).stack()", ValueError, "element_shape"),
]


@pytest.fixture(scope="module")
def tensorflow():
    import comparisons.ops.peers

    return comparisons.ops.peers.import_tensorflow()


def evaluated(tf, expression, xs):
    with quiet():
        tensors = [tf.constant(np.asarray(x)) for x in xs]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            y = eval(expression, {"tf": tf} | dict(zip("xy", tensors)))
            weighted = y * tf.reshape(tf.constant(np.arange(1.0, 1.0 + np.size(y))), y.shape)
        gradients = tape.gradient(weighted, tensors)
    return [None if t is None else np.asarray(tf.convert_to_tensor(t)) for t in (y, *gradients)]


@needs_tensorflow
@pytest.mark.parametrize("expression, xs", [(expression, xs) for expression, *xs in PROGRAMS])
def test_as_tensorflow(tensorflow, expression, xs):
    for a, b in zip(*(evaluated(tf, expression, xs) for tf in (tapes, tensorflow)), strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert a.dtype == b.dtype and a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=1e-15)


@needs_tensorflow
@pytest.mark.parametrize("expression", OTHERS)
def test_without_gradient_as_tensorflow(tensorflow, expression):
    ours, theirs = (np.asarray(eval(expression, {"tf": tf})) for tf in (tapes, tensorflow))
    assert (ours.dtype, ours.shape, ours.tolist()) == (theirs.dtype, theirs.shape, theirs.tolist())


@pytest.mark.parametrize("line, kind, words", [(line, kind, words) for line, kind, *words in MISTAKES])
def test_mistakes(line, kind, words):
    with pytest.raises(kind) as raised:
        eval(line, {"tf": tapes})
    for word in words:
        assert word in str(raised.value)


@needs_tensorflow
@pytest.mark.parametrize("line, kind", [(line, kind) for line, kind, *_ in MISTAKES])
def test_mistakes_as_tensorflow(tensorflow, line, kind):
    theirs = getattr(tensorflow.errors, kind.__name__, kind)
    with quiet(), pytest.raises(theirs):
        eval(line, {"tf": tensorflow})


def test_the_loop_of_a_recurrent_network_hands_back_one_array():
    """A sequence that is iterated gets its adjoint as one stack, not as one array of zeros for each step."""
    sequence = tapes.Variable(np.ones((4, 2)))
    with tapes.GradientTape() as tape:
        y = sum(x * x for x in sequence)
    assert "put" not in {step.op.name for step in tape.steps()}
    np.testing.assert_array_equal(tape.gradient(y, sequence), 2 * np.ones((4, 2)))


def test_an_old_tensor_array_keeps_what_it_held():
    old = tapes.TensorArray(tapes.float32, 2).write(0, 1.0)
    new = old.write(0, 2.0)
    assert (float(old.read(0)), float(new.read(0)), float(new.read(0))) == (1.0, 2.0, 2.0)


def test_exclusive_cases():
    with pytest.raises(tapes.errors.InvalidArgumentError, match="2 conditions are true"):
        tapes.case([(True, lambda: 1), (True, lambda: 2)], exclusive=True)
