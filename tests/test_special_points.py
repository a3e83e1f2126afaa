"""Where formulas break (corners, infinities, nan, nothing at all) tapes gives TensorFlow's value and gradient.

Where it does not, comparisons/conventions says so.
"""

from __future__ import annotations

import numpy as np
import pytest

import tapes
from comparisons.libraries import LIBRARIES

pytestmark = pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)

INF, NAN = np.inf, np.nan
ODD = [0.0, -0.0, NAN, INF, -INF, -1000.0, 1000.0, -40.0, 40.0]
NOTHING, ROWS_OF_NOTHING, NO_ROWS = np.zeros((0,)), np.zeros((2, 0)), np.zeros((0, 3))

POINTS = [
    ("tf.abs(x)", ODD), ("tf.sign(x)", ODD), ("tf.nn.relu(x)", ODD), ("tf.nn.relu6(x)", [*ODD, 6.0]),
    ("tf.nn.elu(x)", ODD), ("tf.nn.selu(x)", ODD), ("tf.nn.silu(x)", ODD),
    ("tf.nn.softplus(x)", ODD), ("tf.sigmoid(x)", ODD), ("tf.math.log_sigmoid(x)", [0.0, -1000.0, 1000.0, -40.0, 40.0]),
    ("tf.tanh(x)", ODD), ("tf.clip_by_value(x, 0.0, 1.0)", [0.0, 1.0, -1.0, 2.0, NAN, 0.5, INF]),
    ("tf.clip_by_value(x, y, z)", [1.0, 2, 0, 3, 1, 5], [1.0] * 6, [2.0, 2, 2, 2, 1, 0]),
    ("tf.maximum(x, y)", [1.0, NAN, 1, NAN, 0], [1.0, 1, NAN, NAN, -0.0]),
    ("tf.minimum(x, y)", [1.0, NAN, 1, NAN, 0], [1.0, 1, NAN, NAN, -0.0]),
    ("tf.pow(x, y)", [0.0, 0, 0, 0, 0, -2, -2, -8, 1, 2, NAN, 1, INF, -2],
     [0.0, -1, 1, 2, 0.5, 2, 3, 1 / 3, 0, 0, 0, NAN, 2, 0]),
    ("x ** 0", [0.0, 1.0]), ("x ** 2", [0.0, -1.0]), ("0.0 ** x", [0.0, 1.0, -1.0]),
    ("x / y", [1.0, 0, -1, INF], [0.0, 0, 0, INF]),
    ("tf.math.divide_no_nan(x, y)", [1.0, 0, 1, INF, NAN, NAN, 1, 1], [0.0, 0, 2, 0, 0, 1, INF, NAN]),
    ("x % y", [5.0, 4, -7, 7, -7, 5], [2.0, 2, 3, -3, -3, 0]),
    ("x // y", [5.0, 4, -7, 7, -7, 5], [2.0, 2, 3, -3, -3, 0]),
    ("tf.atan2(x, y)", [0.0, 0, 1, 1e-3], [0.0, -1, 0, 1e-3]), ("tf.sqrt(x)", [0.0, -0.0, -1, INF]),
    ("tf.math.rsqrt(x)", [0.0, -1.0, INF]), ("tf.math.reciprocal(x)", [0.0, -0.0, INF]),
    ("tf.math.log(x)", [0.0, -1.0, INF]), ("tf.math.log1p(x)", [-1.0, -2.0, INF, 1e-20]),
    ("tf.math.expm1(x)", [1e-20, 1000.0]), ("tf.asin(x)", [1.0, -1.0, 2.0]), ("tf.acos(x)", [1.0, -1.0, 2.0]),
    ("tf.acosh(x)", [1.0, 0.5, 1e30]), ("tf.asinh(x)", [0.0, 1e30]), ("tf.atan(x)", [0.0, 1e30]),
    ("tf.atanh(x)", [1.0, -1.0]), ("tf.math.lgamma(x)", [0.0, -1.0, 1.0, 2.0, -1.5, INF, NAN, 171.7, 1e30]),
    ("tf.math.digamma(x)", [1.0, INF, NAN]), ("tf.math.erfc(x)", [0.0, 5.0, -5.0, NAN, 30.0]),
    ("tf.math.erfinv(x)", [0.0, 1.0, 0.5, 2.0, NAN]), ("tf.math.ndtri(x)", [0.5, 0.25, 2.0, NAN]),
    ("tf.math.xlogy(x, y)", [2.0, 2, 1, 3], [0.0, -1, INF, 2]),
    ("tf.math.xdivy(x, y)", [2.0, 2], [0.0, -1]),
    ("tf.math.xlog1py(x, y)", [2.0, 2, 1], [0.0, -1, INF]),
    ("tf.math.multiply_no_nan(x, y)", [INF, NAN, 2, 0], [0.0, 0, 3, 2]),
    ("tf.math.reciprocal_no_nan(x)", [0.0, 2.0, INF, NAN]), ("tf.nn.softsign(x)", [0.0, INF, -INF, 3.0]),
    ("tf.nn.silu(x, 2.0)", [0.0, 1.0, -40.0]), ("tf.math.angle(tf.complex(x, y))", [0.0, 1.0], [1.0, 1.0]),
    ("tf.truncatediv(x, y)", [7.0, -7], [2.0, 2]), ("tf.math.nextafter(x, y)", [1.0, 1], [2.0, 1]),
    ("tf.round(x)", [0.5, 1.5, -0.5, 2.5]),
    ("tf.where(x > 0.0, tf.math.log(x), 0.0)", [0.0, 1.0]), ("0.0 * tf.math.log(x)", [0.0]), ("0.0 / x", [0.0]),
    ("tf.reduce_max(x)", [1.0, 1, 0]), ("tf.reduce_max(x)", [INF, 1.0]), ("tf.reduce_max(x)", [-INF, -INF]),
    ("tf.reduce_max(x)", [NAN, 1.0]), ("tf.reduce_min(x)", [NAN, 1.0]), ("tf.reduce_min(x)", [0.0, 0.0, 1.0]),
    ("tf.reduce_prod(x)", [0.0, 2, 3]), ("tf.reduce_prod(x)", [0.0, 0, 3]),
    ("tf.reduce_logsumexp(x)", [-INF, -INF]), ("tf.reduce_logsumexp(x)", [0.0, -INF]),
    ("tf.reduce_logsumexp(x)", [INF, 0.0]), ("tf.reduce_logsumexp(x)", [NAN, 0.0]),
    ("tf.reduce_logsumexp(x)", [1000.0, 1000.0]), ("tf.nn.softmax(x)[0]", [1000.0, 0.0]),
    ("tf.nn.softmax(x)[0]", [-INF, 0.0]), ("tf.nn.softmax(x)[0]", [-INF, -INF]), ("tf.nn.softmax(x)[0]", [INF, 0.0]),
    ("tf.nn.log_softmax(x)[1]", [1000.0, 0.0]), ("tf.nn.log_softmax(x)[1]", [-INF, 0.0]),
    ("tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=y)",
     [0.0, 1, 0, 1, 0.5, 0, 1], [1000.0, 1000, -1000, -1000, 0, INF, INF]),
    ("tf.nn.softmax_cross_entropy_with_logits(labels=x, logits=y)",
     [[1.0, 0], [0, 1], [0.5, 0.5]], [[1000.0, -1000], [1000, -1000], [1000, 1000]]),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=x)", [[1000.0, -1000], [1000, -1000]]),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0], logits=x)", [[1000.0, 1000.0]]),
    ("tf.norm(x)", [0.0, 0.0]), ("tf.norm(x, ord=1)", [0.0, 1.0]), ("tf.math.reduce_std(x)", [2.0, 2.0, 2.0]),
    ("tf.reduce_max(x)", NOTHING), ("tf.reduce_min(x, axis=0)", NO_ROWS), ("tf.reduce_mean(x)", NOTHING),
    ("tf.reduce_mean(x, axis=0)", NO_ROWS), ("tf.reduce_sum(x, axis=1)", ROWS_OF_NOTHING),
    ("tf.reduce_prod(x, axis=1)", ROWS_OF_NOTHING), ("tf.reduce_logsumexp(x)", NOTHING),
    ("tf.reduce_logsumexp(x, axis=0)", NO_ROWS), ("tf.nn.softmax(x)", NO_ROWS), ("tf.nn.log_softmax(x)", NO_ROWS),
    ("tf.cumsum(x)", NOTHING), ("tf.concat([x, y], 0)", NO_ROWS, np.ones((1, 3))),
    ("tf.matmul(x, y)", ROWS_OF_NOTHING, np.ones((0, 3))), ("tf.gather(x, np.zeros(0, int))", [1.0, 2.0]),
]

# At saturation TensorFlow subtracts from 1 what is nearly 1, and is off by an ulp of 1; tests/test_accuracy.py shows
# that tapes is right.
SATURATES = {"tf.nn.elu(x)", "tf.nn.selu(x)", "tf.sigmoid(x)", "tf.tanh(x)"}

INTEGERS = [
    "tf.constant(6) & 3", "3 | tf.constant(6)", "tf.constant(6) ^ 3", "~tf.constant(6)", "~tf.constant(True)",
    "tf.constant([True, False]) & True", "tf.truncatediv(tf.constant([-7]), tf.constant([2]))",
    "tf.truncatemod(tf.constant([-7]), tf.constant([2]))", "tf.bitwise.left_shift(tf.constant(1), tf.constant(3))",
    "tf.math.angle([1.0, -1.0])", "tf.complex(1.0, 2.0)", "tf.math.polyval([1.0, 2.0], 3.0)",
    "tf.reduce_mean(tf.constant([127, 127, 127], tf.int8))", "tf.bitwise.left_shift([1, 1], [40, -1])",
    "tf.math.segment_mean(tf.constant([-3, -4, 5]), [0, 0, 0])", "tf.range(0, 1, 0.1, dtype=tf.float64)",
    "tf.transpose(tf.ones([2, 3, 4]), [-1, 0, 1])", "tf.searchsorted(tf.zeros([0]), [1.0])",
    "tf.reduce_mean(tf.constant([1, 2]))", "tf.reduce_mean(tf.constant([-1, -2]))", "tf.constant([1]) / 3",
    "tf.constant([-7, 7]) // tf.constant([2, -2])", "tf.constant([-7, 7]) % tf.constant([2, -2])",
    "tf.constant([2, 3]) ** tf.constant([3, 0])", "tf.reduce_sum(tf.constant([100, 100], tf.int8))",
    "tf.reduce_sum(tf.constant([2**30, 2**30, 2**30]))", "tf.reduce_prod(tf.constant([2, 3]))",
    "tf.cumsum(tf.constant([100, 100], tf.int8))", "tf.reduce_max(tf.constant([2, 3]))",
    "tf.abs(tf.constant([-2, 3]))",
    "tf.sign(tf.constant([-2, 0, 3]))", "tf.math.squared_difference(tf.constant([2]), tf.constant([5]))",
    "tf.clip_by_value(tf.constant([-2, 3]), 0, 1)", "tf.nn.relu(tf.constant([-2, 3]))",
    "tf.round(tf.constant([-2, 3]))",
    "tf.constant([1.0, 2.0]) * np.float64(0.1)", "np.float64(0.1) * tf.constant([1.0, 2.0])",
    "tf.constant([1.0, 2.0]) * np.array([0.1, 0.2])", "np.array([0.1, 0.2]) * tf.constant([1.0, 2.0])",
    "tf.constant([1.0, 2.0]) + 1", "tf.constant([1.0, 2.0]) ** 2", "tf.reduce_mean(tf.constant([1, 2], tf.float16))",
    "tf.math.imag(tf.constant([1.0]))", "tf.sign(tf.constant([1 + 1j, 0j]))",
    "tf.stack([tf.constant([[1.0]]), tf.constant([[2.0]])], -3)",
]


@pytest.fixture(scope="module")
def tensorflow():
    import comparisons.ops.peers

    return comparisons.ops.peers.import_tensorflow()


def evaluated(tf, expression, xs, dtype):
    tensors = [tf.constant(np.asarray(x, dtype)) for x in xs]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        y = eval(expression, {"tf": tf, "np": np} | dict(zip("xyz", tensors)))
    gradients = tape.gradient(y, tensors)
    return [None if t is None else np.asarray(tf.convert_to_tensor(t)) for t in (y, *gradients)]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("expression, xs", [(expression, xs) for expression, *xs in POINTS])
def test_as_tensorflow(tensorflow, expression, xs, dtype):
    ours, theirs = (evaluated(tf, expression, xs, dtype) for tf in (tapes, tensorflow))
    for a, b in zip(ours, theirs, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert a.dtype == b.dtype and a.shape == b.shape
            # a few units in the last place; below the smallest normal number TensorFlow rounds to 0
            precision = np.finfo(dtype)
            np.testing.assert_allclose(a, b, rtol=16 * precision.eps, atol=(
                2 * precision.eps if expression in SATURATES else precision.tiny))


@pytest.mark.parametrize("expression", INTEGERS)
def test_dtypes_as_tensorflow(tensorflow, expression):
    ours, theirs = (np.asarray(eval(expression, {"tf": tf, "np": np})) for tf in (tapes, tensorflow))
    assert (ours.dtype, ours.tolist()) == (theirs.dtype, theirs.tolist())


@pytest.mark.parametrize("expression", ["tf.constant([7]) // tf.constant([0])", "tf.constant([7]) % tf.constant([0])",
                                        "tf.constant([2]) ** tf.constant([-1])"])
def test_integers_that_cannot(tensorflow, expression):
    for tf in (tapes, tensorflow):
        with pytest.raises(tf.errors.InvalidArgumentError):
            eval(expression, {"tf": tf})
