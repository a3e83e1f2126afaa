"""Making, arranging, picking, sorting, counting: tapes and TensorFlow give one value, one dtype, one gradient."""

from __future__ import annotations

import numpy as np
import pytest

import tapes
from comparisons.libraries import LIBRARIES
from comparisons.ops.quiet import quiet

needs_tensorflow = pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)

# An expression of x, y, z, and what they are: floats, to differentiate by.
ROWS, CUBE = [[1.0, 5.0, 2.0], [4.0, 3.0, 6.0]], np.arange(12.0).reshape(2, 3, 2) / 3
FLOATS = [
    # making
    ("tf.linspace(x, y, 4)", 1.0, 2.0), ("tf.linspace(x, y, 3, axis=-1)", [0.0, 1.0], [1.0, 3.0]),
    ("tf.linspace(x, 5.0, 3)", [0.0, 1.0]), ("tf.linspace(x, y, 1)", 1.0, 2.0), ("tf.linspace(x, y, 0)", 1.0, 2.0),
    ("tf.linspace(x, y, 2, axis=1)", ROWS, [1.0, 2.0, 3.0]), ("tf.fill([2, 2], x)", 1.0), ("tf.range(x)", 3.0),
    ("tf.identity_n([x, y * y])", 1.0, 2.0), ("tf.eye(2, batch_shape=[3], dtype=x.dtype) * x", 2.0),
    ("tf.ensure_shape(x, [None, 3]) * x", ROWS),
    ("tf.cast(tf.sequence_mask([1, 3], 3), x.dtype) * x", ROWS),
    # arranging
    ("tf.meshgrid(x, y)[0]", [2.0, 1.0], [1.0, 2.0, 3.0]), ("tf.meshgrid(x, y, indexing='ij')", [2.0, 1.0], [1.0, 2.0]),
    ("tf.meshgrid(x, y, x)", [2.0, 1.0], [1.0, 2.0, 3.0]), ("tf.meshgrid(x, y)", 1.0, 2.0), ("tf.meshgrid(x)", [1.0]),
    ("tf.repeat(x, 2)", ROWS), ("tf.repeat(x, [1, 2], axis=0)", ROWS), ("tf.repeat(x, [0, 1, 3], axis=-1)", ROWS),
    ("tf.repeat(x, [-1, 1])", [1.0, 2.0]), ("tf.repeat(x, 3)", 2.0),
    ("tf.roll(x, 1, 0)", ROWS), ("tf.roll(x, [1, -2], [0, 1])", ROWS), ("tf.roll(x, [1, 1], [1, 1])", ROWS),
    ("tf.reverse(x, [0, -1])", ROWS), ("tf.transpose(x, [1, 0], conjugate=True)", ROWS),
    ("tf.pad(x, [[1, 0], [2, 2]], 'REFLECT')", ROWS), ("tf.pad(x, [[2, 1], [0, 3]], 'SYMMETRIC')", ROWS),
    ("tf.pad(x, [[1, 1]], constant_values=y)", [1.0, 2.0], 3.0), ("tf.tile(x, [2, 0])", ROWS),
    ("tf.unstack(x, axis=-1)[1]", ROWS), ("tf.unstack(x, num=2)", ROWS), ("tf.split(x, 3, axis=1)[2]", ROWS),
    ("tf.split(x, [1, -1], axis=1)", ROWS), ("tf.split(x, 1, num=1)", ROWS),
    # picking
    ("tf.gather(x, [0, 0, 1])", ROWS), ("tf.gather(x, [[2, 0], [0, 0]], axis=1)", ROWS),
    ("tf.gather(x, [2, 0], axis=-1, batch_dims=1)", ROWS), ("tf.gather(x, [[2, 2], [1, 0]], batch_dims=1)", ROWS),
    ("tf.gather(x, [[1], [0]], axis=2, batch_dims=1)", CUBE), ("tf.gather(x, [[1, 1], [0, 2]], batch_dims=1)", CUBE),
    ("tf.gather(x, [[1, 0, 1], [0, 0, 0]], batch_dims=2)", CUBE), ("tf.gather(x, [1, 0], batch_dims=-1, axis=1)", ROWS),
    ("tf.gather(x, 1)", ROWS), ("tf.gather(tf.Variable(x), [1])", ROWS),
    ("tf.gather_nd(x, [[0, 1], [1, 1], [0, 1]])", ROWS), ("tf.gather_nd(x, [[1], [1]])", ROWS),
    ("tf.gather_nd(x, [[[1]], [[0]]], batch_dims=1)", CUBE), ("tf.gather_nd(x, [[2, 1], [0, 0]], batch_dims=1)", CUBE),
    ("tf.gather_nd(x, [[[0], [1], [1]]] * 2, batch_dims=2)", CUBE),
    ("tf.boolean_mask(x, x > 2.0)", ROWS), ("tf.boolean_mask(x, [True, False])", ROWS), ("x[x > 2.0]", ROWS),
    ("tf.boolean_mask(x, [True, False, True], axis=1)", ROWS), ("tf.boolean_mask(x, [1, 0, 1], axis=1)", ROWS),
    ("tf.boolean_mask(x, [[True, False]] * 3, axis=1)", CUBE), ("x[tf.constant(1), ..., tf.newaxis]", ROWS),
    ("x[tf.constant(0):, 2:0:-1]", ROWS), ("tf.strided_slice(x, [0, 0], [2, 3], [1, 2])", ROWS),
    ("tf.strided_slice(x, [0], [1])", ROWS), ("tf.strided_slice(x, [1, 1], [0, 0], shrink_axis_mask=3)", ROWS),
    ("tf.strided_slice(x, [0, -1], [1, -9], [1, -1], begin_mask=1, end_mask=1)", ROWS),
    ("tf.strided_slice(x, [0, 0, 0], [1, 0, 1], ellipsis_mask=2)", CUBE),
    ("tf.strided_slice(x, [0, 0], [2, 0], new_axis_mask=2)", ROWS), ("tf.slice(x, [0, 1], [-1, 2])", ROWS),
    # scattering
    ("tf.scatter_nd([[0], [2], [0]], x, [4])", [1.0, 2.0, 3.0]), ("tf.scatter_nd([[1], [1]], x, [3, 3])", ROWS),
    ("tf.scatter_nd([[0, 1], [1, 1]], x, [2, 2])", [1.0, 2.0]),
    ("tf.tensor_scatter_nd_add(x, [[0], [0], [2]], y)", [1.0, 2, 3], [1.0, 1, 4]),
    ("tf.tensor_scatter_nd_sub(x, [[0], [0], [2]], y)", [1.0, 2, 3], [1.0, 1, 4]),
    ("tf.tensor_scatter_nd_update(x, [[0], [2]], y)", [1.0, 2, 3], [1.0, 4]),
    ("tf.tensor_scatter_nd_update(x, [[1]], y)", ROWS, [[7.0, 8, 9]]),
    ("tf.tensor_scatter_nd_max(x, [[0], [0], [2]], y)", [1.0, 2, 3], [1.0, 1, 3]),
    ("tf.tensor_scatter_nd_max(x, [[0], [0], [2]], y)", [0.0, 2, 3], [1.0, 1, 4]),
    ("tf.tensor_scatter_nd_min(x, [[0], [0], [2]], y)", [1.0, 2, 3], [1.0, 1, 4]),
    # sorting and counting
    ("tf.sort(x) * [1.0, 10, 100]", ROWS), ("tf.sort(x, axis=0, direction='DESCENDING') * [[1.0], [10]]", ROWS),
    ("tf.sort(x, axis=1)[:, 0]", CUBE), ("tf.sort(x)", [1.0, 1.0, 0.0]), ("tf.math.top_k(x, 2).values", ROWS),
    ("tf.nn.top_k(x, 2)[0] * [1.0, 10]", [2.0, 2.0, 2.0]), ("tf.math.top_k(x)[0]", CUBE),
    # reductions and running sums
    ("tf.math.cumprod(x)", [2.0, 4, 3]), ("tf.math.cumprod(x, axis=1, exclusive=True)", ROWS),
    ("tf.math.cumprod(x, axis=1, reverse=True)", ROWS), ("tf.math.cumprod(x, 0, True, True)", ROWS),
    ("tf.math.cumulative_logsumexp(x, axis=1)", ROWS), ("tf.math.cumulative_logsumexp(x, 1, False, True)", ROWS),
    ("tf.math.cumulative_logsumexp(x, 1, True)[:, 1:]", ROWS), ("tf.math.cumulative_logsumexp(x)", [1.0, -10, 0]),
    ("tf.math.cumulative_logsumexp(x)[1:]", [-np.inf, 2.0, 3.0]),
    ("tf.math.reduce_euclidean_norm(x, axis=1)", ROWS), ("tf.math.reduce_euclidean_norm(x)", [0.0, 0.0]),
    ("tf.math.reduce_variance(x, 0, True)", ROWS), ("tf.math.reduce_std(x, [0, 1])", ROWS),
    ("tf.math.zero_fraction(x)", [0.0, 1.0, 0.0]), ("tf.math.count_nonzero(x, axis=0)", [[0.0, 1], [2, 3]]),
    ("tf.math.segment_sum(x, [0, 2])", ROWS), ("tf.math.segment_mean(x, [0, 0, 2])", [1.0, 2, 3]),
    ("tf.math.segment_max(x, [0, 0, 2])", [2.0, 2, 3]), ("tf.math.segment_min(x, [0, 0, 2])", [1.0, 2, 3]),
    ("tf.math.unsorted_segment_sum(x, [2, -1], 3)", ROWS),
    ("tf.math.unsorted_segment_mean(x, [0, 0, 2], 4)", [1.0, 2, 3]),
    ("tf.math.unsorted_segment_max(x, [0, 0, 1], 3)[:2]", [2.0, 2, 3]),
    ("tf.math.unsorted_segment_min(x, [[0, 1, 1], [1, 0, 1]], 2)", ROWS),
    ("tf.math.unsorted_segment_sqrt_n(x, [0, 0, 2], 4)", [1.0, 2, 3]),
    ("tf.math.confusion_matrix([0, 1, 0], [0, 1, 0], weights=x, dtype=x.dtype)", [1.0, 2, 3]),
]

# What has no gradient: integers, indices, shapes.
OTHERS = [
    "tf.linspace(0, 10, 5)", "tf.eye(2, 3, [2, 1])", "tf.sequence_mask([1, 3, 2])", "tf.sequence_mask([[1], [2]], 2)",
    "tf.sequence_mask([1, 2], dtype=tf.float32)", "tf.sequence_mask([1.0, 2.0])", "tf.shape_n([[1.0], [1, 2]])",
    "tf.broadcast_dynamic_shape([2, 1], [3])",
    "tuple(tf.broadcast_static_shape(tf.TensorShape([2, 1]), tf.TensorShape([3])))",
    "tf.where([1, 0, 2])", "tf.where([[True, False], [True, True]])", "tf.where([0.0])",
    "tf.transpose([[1j]], conjugate=True)",
    "tf.roll(tf.constant([True, False]), 1, 0)", "tf.repeat([1, 2], 2)", "tf.reverse([[1, 2]], [1])",
    "tf.pad([1, 2], [[1, 1]], constant_values=5)", "tf.gather([True, False], [1])", "tf.gather_nd([[1j, 2]], [[0, 1]])",
    "tf.scatter_nd([[0], [0]], [1, 2], [2])", "tf.tensor_scatter_nd_max([1, 2], [[0]], [5])",
    "tf.sort([[3, 1], [2, 5]], axis=0)", "tf.sort(tf.constant([3, 1], tf.uint8), direction='DESCENDING')",
    "tf.argsort([1, 1, 0, 1])", "tf.argsort([1, 1, 0, 1], direction='DESCENDING')",
    "tf.argsort([[3, 1], [2, 5]], axis=0)",
    "tf.math.top_k([1.0, 3, 2, 3], 3).indices", "tf.math.top_k([1, 3], 1, index_type=tf.int64).indices",
    "tf.math.top_k([[1, 2], [4, 3]]).values", "tf.math.in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], 1)",
    "tf.math.in_top_k([0, 1], [[0.5, 0.5], [0.5, 0.5]], 1)", "tf.math.in_top_k([5], [[0.5, 0.5]], 1)",
    "tf.nn.in_top_k([0, 1], [[np.inf, 0.5], [np.nan, 0.5]], 2)", "list(tf.unique([3, 1, 3]))",
    "list(tf.unique([], tf.int64))",
    "list(tf.unique([1.0, 1.0], out_idx=tf.int64))", "list(tf.unique_with_counts([3.0, 1, 3]))",
    "tf.searchsorted([1.0, 3, 5], [0.0, 3, 9])", "tf.searchsorted([1.0, 3, 5], [0.0, 3, 9], side='right')",
    "tf.searchsorted([[1, 3], [2, 4]], [[2], [4]], out_type=tf.int64)", "tf.math.bincount([0, 1, 1])",
    "tf.math.bincount([0, 1, 1], weights=[1.0, 2, 3])", "tf.math.bincount([0, 5], minlength=3, maxlength=4)",
    "tf.math.bincount([0, 1], minlength=4)", "tf.math.confusion_matrix([1, 2, 4], [2, 2, 4])",
    "tf.math.confusion_matrix([1, 0], [0, 1], weights=[0.5, 2])", "tf.math.confusion_matrix([0], [1], num_classes=3)",
    "tf.math.unsorted_segment_max([1, 2, 3], [0, 0, 2], 4)", "tf.math.unsorted_segment_min([1.0, 2], [0, 0], 2)",
    "tf.math.segment_mean([1, 2, 4], [0, 0, 2])", "tf.math.reduce_euclidean_norm([3, 4])",
    "tf.math.count_nonzero([True, False])",
    "tf.math.count_nonzero([[0, 1], [2, 3]], 0, True, tf.int32)", "tf.math.zero_fraction(tf.constant([0, 1]))",
    "tf.math.zero_fraction(tf.constant([0.0, 1], tf.float64))", "tf.math.cumprod([1, 2, 3])",
    "tf.math.cumprod([2.0, 0, 3], exclusive=True, reverse=True)",
    "tf.math.cumulative_logsumexp([1.0, 2], exclusive=True)",
    *(f"tf.arg{end}(np.array({numbers}))" for end in ("max", "min") for numbers in (
        "[np.nan, 1, 2]", "[1, np.nan, 2]", "[1, 2, np.nan]", "[np.nan, np.nan]", "[2, np.nan, 3, np.nan]")),
    "tf.argmax([[1, 2], [3, 0]], 1, output_type=tf.int32)", "tf.argmax([True, False])",
    "tf.one_hot([1], 2, True, False)",
    "tf.strided_slice([1, 2, 3, 4], [0], [4], [2])", "tf.strided_slice([1, 2, 3], [-1], [-4], [-1])",
]


@pytest.fixture(scope="module")
def tensorflow():
    import comparisons.ops.peers

    return comparisons.ops.peers.import_tensorflow()


def evaluated(tf, expression, xs, dtype):
    """The results, and the gradients of the sum of their weighted entries."""
    with quiet():
        tensors = [tf.constant(np.asarray(x, dtype)) for x in xs]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            ys = eval(expression, {"tf": tf, "np": np} | dict(zip("xyz", tensors)))
            ys = ys if isinstance(ys, list) else [ys]
            weighted = [y * tf.reshape(tf.constant(np.arange(1.0, 1.0 + np.size(y)).astype(dtype)), y.shape)
                        if y.dtype == dtype else y for y in ys]
        gradients = tape.gradient(weighted, tensors)
    return [None if t is None else np.asarray(tf.convert_to_tensor(t)) for t in (*ys, *gradients)]


def agree(ours, theirs, dtype):
    for a, b in zip(ours, theirs, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert a.dtype == b.dtype and a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=16 * np.finfo(dtype).eps, atol=np.finfo(dtype).tiny)


@needs_tensorflow
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("expression, xs", [(expression, xs) for expression, *xs in FLOATS])
def test_as_tensorflow(tensorflow, expression, xs, dtype):
    agree(*(evaluated(tf, expression, xs, dtype) for tf in (tapes, tensorflow)), dtype)


@needs_tensorflow
@pytest.mark.parametrize("expression", OTHERS)
def test_without_gradient_as_tensorflow(tensorflow, expression):
    ours, theirs = (eval(expression, {"tf": tf, "np": np}) for tf in (tapes, tensorflow))
    for a, b in zip(*(y if isinstance(y, list) else [y] for y in (ours, theirs)), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert (a.dtype, a.tolist()) == (b.dtype, b.tolist())


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("strange", [np.nan, np.inf, 0.0])
@pytest.mark.parametrize(("running", "truth"), [
    (tapes.math.cumprod, [4.0, 2.0, 0.0]),  # of 1 + x0 + x0 x1 at (2, 3)
    (tapes.math.cumulative_logsumexp, [1.0 + 1.0 / (1.0 + np.e), np.e / (1.0 + np.e), 0.0])])
def test_the_entry_that_an_exclusive_result_leaves_out_takes_no_part(running, truth, strange, reverse):
    x = tapes.constant([2.0, 3.0, strange][::-1 if reverse else 1], tapes.float64)
    with tapes.GradientTape() as tape:
        tape.watch(x)
        y = running(x, exclusive=True, reverse=reverse)[::-1 if reverse else 1]
        target = tapes.reduce_sum(y[1:])
    np.testing.assert_allclose(tape.gradient(target, x).numpy()[::-1 if reverse else 1], truth, rtol=1e-14)
