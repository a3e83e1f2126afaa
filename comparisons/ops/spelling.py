"""The same op has another name, or another order of arguments, in every library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import definitions
from .answers import FIRST, FORWARD, SECOND, VALUE
from .spelling_torch import TORCH

# Where it is not said otherwise, a library has the op under our name and with our parameters.

TENSORFLOW: dict[str, Callable[..., Any]] = {
    "put": lambda tf, x, index, shape: tf.reshape(tf.scatter_nd(
        _places(index, shape)[:, None], tf.reshape(x, [-1]), [np.prod(shape)]), shape),
    "scatter": lambda tf, x, indices, shape, axis: tf.experimental.numpy.moveaxis(tf.math.unsorted_segment_sum(
        tf.experimental.numpy.moveaxis(tf.reshape(x, (*shape[:axis], np.size(indices), *shape[axis + 1:])), axis, 0),
        tf.reshape(indices, [-1]), shape[axis]), 0, axis),
    "add_n": lambda tf, *xs: tf.add_n(xs),
    # TensorFlow keeps this alpha in float32
    "leaky_relu": lambda tf, x, alpha=0.2: tf.where(x > 0, x, alpha * x),
    # clip_by_value and sigmoid_cross_entropy exist, but do not broadcast
    "clip_by_value": lambda tf, *xs: tf.clip_by_value(*_stretched(tf, *xs)),
    "sigmoid_cross_entropy": lambda tf, *xs: tf.nn.sigmoid_cross_entropy_with_logits(*_stretched(tf, *xs)),
    "softsign": lambda tf, x: x / (1 + tf.abs(x)),  # its own has no second derivative
    # its own divides by a square root of 2 that went through float32: 8 digits, in float64 too
    "gelu": lambda tf, x: x * tf.math.erfc(-x * np.sqrt(0.5)) / 2,
    "hypot": lambda tf, x, y: tf.sqrt(x * x + y * y),
    "less_square": lambda tf, x: 1 - x * x,
    "tail_correction": lambda tf, x, y: tf.stop_gradient(definitions.tail_correction(tf, tf.math.erfc, x, y)),
    "sech_squared": lambda tf, x: 1 / tf.square(tf.cosh(x)),
    "sigmoid_slope": lambda tf, x: tf.sigmoid(x) * tf.sigmoid(-x),
    "gaussian": lambda tf, x: tf.exp(-x * x),
    "normal_cdf": lambda tf, x: tf.math.erfc(-x * np.sqrt(0.5)) / 2,
    "polygamma": lambda tf, n, x: tf.math.polygamma(tf.cast(n, x.dtype), x),
    "one_hot": lambda tf, x, depth, on, off, axis, dtype: tf.one_hot(x, depth, on, off, axis, dtype),
    "getitem": lambda tf, x, index: x[index],
    "swap_last": lambda tf, x: tf.linalg.matrix_transpose(x),
    "concat": lambda tf, *xs, axis: tf.concat(xs, axis),
    "stack": lambda tf, *xs, axis: tf.stack(xs, axis),
    "pad": lambda tf, x, paddings, value: tf.pad(x, paddings, constant_values=tf.cast(value, x.dtype)),
    "einsum": lambda tf, *xs, equation: tf.einsum(equation, *xs),
    "convolution": lambda tf, x, w, **how: _tf_convolution(tf, x, w, **how),
    "convolution_input": lambda tf, g, w, shape, **how: _tf_pulled(
        tf, lambda x: _tf_convolution(tf, x, w, **how), shape, g),
    "convolution_filter": lambda tf, x, g, shape, **how: _tf_pulled(
        tf, lambda w: _tf_convolution(tf, x, w, **how), shape, g),
    "max_pool": lambda tf, x, ksize, strides, padding: tf.nn.max_pool(
        _bordered(tf.pad, x, padding, constant_values=x.dtype.min), ksize, strides, "VALID"),
    "max_pool_places": lambda tf, x, **window: _tf_pushed(tf, lambda x: TENSORFLOW["max_pool"](tf, x, **window), x),
    "avg_pool": lambda tf, x, ksize, strides, padding: tf.nn.avg_pool(
        _bordered(tf.pad, x, padding), ksize, strides, "VALID") / tf.nn.avg_pool(
        _bordered(tf.pad, tf.ones_like(x), padding), ksize, strides, "VALID"),
    "avg_pool_grad": lambda tf, g, shape, **window: _tf_pulled(
        tf, lambda x: TENSORFLOW["avg_pool"](tf, x, **window), shape, g),
    "gather_nd": lambda tf, x, indices: definitions.gather_nd(tf, x, np.asarray(indices)),
    "split": lambda tf, x, sizes, axis: tf.split(x, sizes, axis),
    "scatter_nd": lambda tf, x, indices, shape: tf.scatter_nd(indices, x, shape),
    # TensorFlow gives the adjoint to every update of a place, also to those that a later one has overwritten
    "tensor_scatter_nd_update": lambda tf, x, indices, updates: tf.tensor_scatter_nd_update(x, indices, updates)
    if definitions.distinct(indices) else definitions.written(x, indices, updates, tf.reshape, tf.concat, tf.gather),
    "argwhere": lambda tf, x: tf.where(x),
    # its kernel sorts the values too, so TensorFlow says 0 instead of None
    "argsort": lambda tf, x, descending: tf.argsort(
        tf.stop_gradient(x), direction="DESCENDING" if descending else "ASCENDING"),
    "unique": lambda tf, x: tf.unique(x).y,
    "unique_places": lambda tf, x: tf.unique(x, tf.int64).idx,
    "bincount": lambda tf, x, length: tf.math.bincount(x, minlength=length, maxlength=length),
    "weighted_bincount": lambda tf, x, weights, length: tf.math.bincount(
        x, weights, minlength=length, maxlength=length),
    "recurrence": lambda tf, a, b, axis, reverse: definitions.recurrence(tf, tf.unstack, a, b, axis, reverse),
    # TensorFlow's gradient of cumprod is wrong where there is a zero
    "cumprod": lambda tf, x, axis: tf.math.cumprod(x, axis) if np.all(x) else definitions.products(tf, x, axis),
    "argmax": lambda tf, x, axis, dtype: tf.argmax(x, axis, dtype),
    "argmin": lambda tf, x, axis, dtype: tf.argmin(x, axis, dtype),
    "relu_grad": lambda tf, g, x: tf.raw_ops.ReluGrad(gradients=g, features=x),
    "relu6_grad": lambda tf, g, x: tf.raw_ops.Relu6Grad(gradients=g, features=x),
    "leaky_relu_grad": lambda tf, g, x, alpha: tf.raw_ops.LeakyReluGrad(gradients=g, features=x, alpha=alpha),
    # the gradient is that of a Hermitian matrix, which the other libraries are therefore given
    "cholesky": lambda tf, x, whole=False: tf.linalg.cholesky((x + tf.linalg.adjoint(x)) / 2 if whole else x),
    # over one axis only, and None is the last one
    "softmax": lambda tf, x, axis: tf.nn.softmax(x, axis) if axis is not None else tf.reshape(
        tf.nn.softmax(tf.reshape(x, [-1])), x.shape),
    # from its definition: the gradient of TensorFlow's own kernel takes for granted that the labels sum to 1
    "softmax_cross_entropy": lambda tf, z, x: -tf.reduce_sum(z * tf.nn.log_softmax(x), -1),
    "picked": lambda tf, x, z: tf.gather(x, z, axis=1, batch_dims=1),
    "less_one": lambda tf, x, z: x - tf.one_hot(z, x.shape[1], dtype=x.dtype),
    "sparse_softmax_cross_entropy": lambda tf, z, x: tf.nn.sparse_softmax_cross_entropy_with_logits(z, x),
}

JAX: dict[str, Callable[..., Any]] = {
    "put": lambda jax, x, index, shape: jax.numpy.zeros(shape, x.dtype).at[index].set(x),
    # the derivative of JAX's own is 0 for complex numbers too, where differences show that it is not
    "sign": lambda jax, x: x / jax.numpy.abs(x) if x.dtype.kind == "c" else jax.numpy.sign(x),
    "scatter": lambda jax, x, indices, shape, axis: jax.numpy.zeros(shape, x.dtype).at[
        (slice(None),) * axis + (np.reshape(indices, -1),)].add(
            x.reshape(*shape[:axis], np.size(indices), *shape[axis + 1:])),
    "is_nan": lambda jax, x: jax.numpy.isnan(x),
    "is_inf": lambda jax, x: jax.numpy.isinf(x),
    "is_finite": lambda jax, x: jax.numpy.isfinite(x),
    "floordiv": lambda jax, x, y: jax.numpy.floor_divide(x, y),
    "squared_difference": lambda jax, x, y: (x - y) ** 2,
    "divide_no_nan": lambda jax, x, y: jax.numpy.where(y == 0, 0, x / jax.numpy.where(y == 0, 1, y)),
    "add_n": lambda jax, *xs: sum(xs[1:], xs[0]),
    "rsqrt": lambda jax, x: jax.lax.rsqrt(x),
    "less_square": lambda jax, x: 1 - x * x,
    "tail_correction": lambda jax, x, y: jax.lax.stop_gradient(definitions.tail_correction(
        jax.numpy, jax.scipy.special.erfc, x, y)),
    "sech_squared": lambda jax, x: 1 / jax.numpy.cosh(x) ** 2,
    "sigmoid_slope": lambda jax, x: jax.nn.sigmoid(x) * jax.nn.sigmoid(-x),
    "gaussian": lambda jax, x: jax.numpy.exp(-x * x),
    "normal_cdf": lambda jax, x: jax.scipy.stats.norm.cdf(x),
    "erfinv": lambda jax, x: jax.lax.erf_inv(x),
    "erfcinv": lambda jax, x: jax.lax.erf_inv(1 - x),
    "polygamma": lambda jax, n, x: jax.scipy.special.polygamma(n, x),
    "lgamma": lambda jax, x: jax.scipy.special.gammaln(x),
    "xdivy": lambda jax, x, y: jax.numpy.where((x == 0) & (y == 0), 0, x / jax.numpy.where((x == 0) & (y == 0), 1, y)),
    "multiply_no_nan": lambda jax, x, y: x * y,
    "softsign": lambda jax, x: jax.nn.soft_sign(x),
    "gelu": lambda jax, x: jax.nn.gelu(x, approximate=False),
    "truncatediv": lambda jax, x, y: jax.numpy.trunc(x / y),
    "truncatemod": lambda jax, x, y: jax.numpy.fmod(x, y),
    "nextafter": lambda jax, x, y: x + 0 * y,  # it has the number, but no derivative
    "complex": lambda jax, x, y: x + 1j * y,
    "clip_by_value": lambda jax, x, low, high: jax.numpy.minimum(jax.numpy.maximum(x, low), high),
    "leaky_relu": lambda jax, x, alpha=0.2: jax.nn.leaky_relu(x, alpha),
    "sigmoid_cross_entropy": lambda jax, z, x: jax.nn.softplus(x) - z * x,
    "relu_grad": lambda jax, g, x: jax.numpy.where(x > 0, g, 0),
    "relu6_grad": lambda jax, g, x: jax.numpy.where((x > 0) & (x < 6), g, 0),
    "leaky_relu_grad": lambda jax, g, x, alpha: jax.numpy.where(x > 0, g, alpha * g),
    "cast": lambda jax, x, dtype: x.astype(dtype),
    "identity": lambda jax, x: jax.numpy.asarray(x),
    "getitem": lambda jax, x, index: x[index],
    "gather": lambda jax, x, indices, axis, batch_dims=0: definitions.batched(
        lambda x, indices: jax.numpy.take(x, indices, axis=axis - batch_dims), batch_dims, jax.vmap)(x, indices),
    "unstack": lambda jax, x, axis: list(jax.numpy.moveaxis(x, axis, 0)),
    "split": lambda jax, x, sizes, axis: jax.numpy.split(x, np.cumsum(sizes)[:-1], axis),
    "gather_nd": lambda jax, x, indices: x[tuple(np.moveaxis(indices, -1, 0))] if indices.shape[-1] else
    jax.numpy.broadcast_to(x, (*indices.shape[:-1], *x.shape)),
    "scatter_nd": lambda jax, x, indices, shape: jax.numpy.zeros(shape, x.dtype).at[
        tuple(np.moveaxis(indices, -1, 0))].add(x),
    "tensor_scatter_nd_update": lambda jax, x, indices, updates: x.at[tuple(np.moveaxis(indices, -1, 0))].set(updates)
    if definitions.distinct(indices) else definitions.written(
        x, indices, updates, jax.numpy.reshape, jax.numpy.concatenate, jax.numpy.take),
    "tensor_scatter_nd_max": lambda jax, x, indices, updates: x.at[tuple(np.moveaxis(indices, -1, 0))].max(updates),
    "tensor_scatter_nd_min": lambda jax, x, indices, updates: x.at[tuple(np.moveaxis(indices, -1, 0))].min(updates),
    "argsort": lambda jax, x, descending: jax.numpy.argsort(x, descending=descending).astype(np.int32),
    "unique": lambda jax, x: x[jax.numpy.sort(jax.numpy.unique(x, return_index=True)[1])],
    "unique_places": lambda jax, x: (x == JAX["unique"](jax, x)[:, None]).argmax(0),
    "searchsorted": lambda jax, rows, values, side: definitions.batched(
        lambda row, wanted: jax.numpy.searchsorted(row, wanted, side=side), rows.ndim - 1, jax.vmap)(rows, values),
    "bincount": lambda jax, x, length: jax.numpy.bincount(x[x < length], length=length).astype(np.int32),
    "weighted_bincount": lambda jax, x, weights, length: jax.numpy.bincount(
        x[x < length], weights[x < length], length=length),
    "recurrence": lambda jax, a, b, axis, reverse: definitions.recurrence(
        jax.numpy, lambda x, axis: list(jax.numpy.moveaxis(x, axis, 0)), a, b, axis, reverse),
    "cumulative_logsumexp": lambda jax, x, axis: jax.lax.cumlogsumexp(x, axis),
    "one_hot": lambda jax, x, depth, on, off, axis, dtype: jax.numpy.where(
        jax.nn.one_hot(x, depth, axis=axis, dtype=bool), on, off).astype(dtype),
    "transpose": lambda jax, x, perm: jax.numpy.transpose(x, perm),
    "swap_last": lambda jax, x: jax.numpy.swapaxes(x, -1, -2),
    "concat": lambda jax, *xs, axis: jax.numpy.concatenate(xs, axis),
    "stack": lambda jax, *xs, axis: jax.numpy.stack(xs, axis),
    "tile": lambda jax, x, multiples: jax.numpy.tile(x, multiples),
    "pad": lambda jax, x, paddings, value: jax.numpy.pad(x, paddings, constant_values=value),
    "einsum": lambda jax, *xs, equation: jax.numpy.einsum(equation, *xs),
    "reduce_sum": lambda jax, x, **how: jax.numpy.sum(x, **how),
    "reduce_mean": lambda jax, x, **how: jax.numpy.mean(x, **how),
    "reduce_max": lambda jax, x, **how: jax.numpy.max(x, **how),
    "reduce_min": lambda jax, x, **how: jax.numpy.min(x, **how),
    "reduce_prod": lambda jax, x, **how: jax.numpy.prod(x, **how),
    "reduce_logsumexp": lambda jax, x, **how: jax.nn.logsumexp(x, **how),
    "reduce_all": lambda jax, x, **how: jax.numpy.all(x, **how),
    "reduce_any": lambda jax, x, **how: jax.numpy.any(x, **how),
    "convolution": lambda jax, x, w, **how: _jax_convolution(jax, x, w, **how),
    "convolution_input": lambda jax, g, w, shape, **how: _jax_pulled(
        jax, lambda x: _jax_convolution(jax, x, w, **how), shape, g),
    "convolution_filter": lambda jax, x, g, shape, **how: _jax_pulled(
        jax, lambda w: _jax_convolution(jax, x, w, **how), shape, g),
    "max_pool": lambda jax, x, **window: _jax_window(jax, x, jax.lax.max, -np.inf, **window),
    "max_pool_places": lambda jax, x, **window: jax.jvp(
        lambda x: _jax_window(jax, x, jax.lax.max, -np.inf, **window), (jax.numpy.asarray(x),),
        (jax.numpy.arange(x.size, dtype=x.dtype).reshape(x.shape),))[1].astype(np.int64),
    "avg_pool": lambda jax, x, **window: _jax_window(jax, x, jax.lax.add, 0.0, **window) / _jax_window(
        jax, jax.numpy.ones_like(x), jax.lax.add, 0.0, **window),
    "avg_pool_grad": lambda jax, g, shape, **window: _jax_pulled(
        jax, lambda x: JAX["avg_pool"](jax, x, **window), shape, g),
    "argmax": lambda jax, x, axis, dtype: jax.numpy.argmax(x, axis).astype(dtype),
    "argmin": lambda jax, x, axis, dtype: jax.numpy.argmin(x, axis).astype(dtype),
    "cumsum": lambda jax, x, axis, exclusive, reverse: _exclusive(jax.lax.cumsum(x, axis, reverse), x, exclusive),
    "inv": lambda jax, x: jax.numpy.linalg.inv(x),
    "solve": lambda jax, a, b: jax.numpy.linalg.solve(a, b),
    "triangular_solve": lambda jax, a, b, lower: jax.scipy.linalg.solve_triangular(*_broadcast(
        jax.numpy, a, b), lower=lower),
    "det": lambda jax, x: jax.numpy.linalg.det(x),
    "slogdet": lambda jax, x: jax.numpy.linalg.slogdet(x),
    "cholesky": lambda jax, x, whole=False: jax.numpy.linalg.cholesky(x, symmetrize_input=whole),
    "qr": lambda jax, x, full_matrices: _jax_qr(jax.numpy, x, "complete" if full_matrices else "reduced"),
    # of the lower half, as TensorFlow has it
    "eigh": lambda jax, x: jax.numpy.linalg.eigh(
        jax.numpy.tril(x) + jax.numpy.swapaxes(jax.numpy.tril(x, -1), -1, -2), symmetrize_input=False),
    "svd": lambda jax, x, full_matrices: _s_u_v(*jax.numpy.linalg.svd(x, full_matrices=full_matrices)),
    "softmax_cross_entropy": lambda jax, z, x: -(z * jax.nn.log_softmax(x)).sum(-1),
    "picked": lambda jax, x, z: jax.numpy.take_along_axis(x, z[:, None], 1)[:, 0],
    "less_one": lambda jax, x, z: x - jax.nn.one_hot(z, x.shape[1], dtype=x.dtype),
    "sparse_softmax_cross_entropy": lambda jax, z, x: -jax.numpy.take_along_axis(
        jax.nn.log_softmax(x), z[..., None], -1)[..., 0],
}

# What a library has no op for, and why that is no gap.
MISSING: dict[str, dict[str, str]] = {
    "tensorflow": {"sum_to": "TensorFlow has it only inside its own gradient rules"},
    "jax": {"sum_to": "JAX has it only inside its own transposition rules"},
    "torch": {},
}

# What an oracle is known to get wrong by, in parts of its largest number: it is asked, but tells no better than that.
# PyTorch 2.13 has the first derivative of digamma from a short series: off by up to 5e-10 between 0.2 and 3, where 50
# digits show the other orders of polygamma right to a few units in the last place.
UNSURE: dict[str, dict[str, dict[str, float]]] = {
    "torch": {"lgamma": {SECOND: 5e-10},
              "digamma": dict.fromkeys((FIRST, SECOND, FORWARD), 5e-10),
              "polygamma": dict.fromkeys((VALUE, FIRST, SECOND, FORWARD), 5e-10)},
}

# Results that are unique up to signs only: from ours and theirs, what to multiply theirs by, or None.
GAUGES: dict[str, Callable[[list[np.ndarray], list[np.ndarray]], list[Any]]] = {
    "qr": lambda ours, theirs: [signs := _signs(ours[0], theirs[0]), signs[..., 0, :ours[1].shape[-2], None]],
    "eigh": lambda ours, theirs: [None, _signs(ours[1], theirs[1])],
    "svd": lambda ours, theirs: [None, _signs(ours[1], theirs[1]), _signs(ours[2], theirs[2])],
}

# Where TensorFlow's own second derivative of complex numbers is wrong: central differences and JAX agree against it.
WRONG_AT_SECOND_ORDER = {
    "reduce_prod": "TensorFlow's rule is built on cumprod, whose own rule forgets to conjugate (measured: the "
                   "gradient's gradient is off by as much as the numbers themselves)"}


def tensorflow_op(name: str, tf: Any) -> Callable[..., Any] | None:
    """TensorFlow's function for a row, or None."""
    return _find(name, "tensorflow", tf, TENSORFLOW, (tf, tf.math, tf.nn, tf.linalg, tf.bitwise))


def jax_op(name: str, jax: Any) -> Callable[..., Any] | None:
    """JAX's function for a row, or None."""
    return _find(name, "jax", jax, JAX, (jax.numpy, jax.nn, jax.lax, jax.scipy.special))


def torch_op(name: str, torch: Any) -> Callable[..., Any] | None:
    """PyTorch's function for a row, or None."""
    return _find(name, "torch", torch, TORCH, (torch, torch.nn.functional, torch.special, torch.linalg))


def _find(name: str, key: str, library: Any, spelled: dict[str, Callable[..., Any]], modules: tuple[Any, ...]) -> Any:
    if name in MISSING[key]:
        return None
    if name in spelled:
        function = spelled[name]
        return lambda *inputs, **params: function(library, *inputs, **params)
    return next((getattr(module, name) for module in modules if hasattr(module, name)), None)


def _stretched(tf: Any, *xs: Any) -> list[Any]:
    shape = np.broadcast_shapes(*[tuple(x.shape) for x in xs])
    return [tf.broadcast_to(x, shape) for x in xs]


def _places(index: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The flat positions of the entries that an index picks."""
    return np.arange(np.prod(shape)).reshape(shape)[index].reshape(-1)


def _broadcast(np: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Two batches of matrices, of which each matrix of the one is paired with one of the other."""
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    return np.broadcast_to(a, (*batch, *a.shape[-2:])), np.broadcast_to(b, (*batch, *b.shape[-2:]))


def _signs(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """For each column of a matrix 1 or -1: whether they point the same way."""
    return np.sign(np.sum((ours * np.conj(theirs)).real, -2, keepdims=True))


def _jax_qr(np: Any, x: Any, mode: str) -> tuple[Any, Any]:
    """JAX has no derivative of the decomposition of a matrix wider than high: it is that of the left square."""
    rows = x.shape[-2]
    q, r = np.linalg.qr(x[..., :rows], mode)
    return q, np.concatenate([r, np.conj(np.swapaxes(q, -1, -2)) @ x[..., rows:]], -1) if rows < x.shape[-1] else r


def _s_u_v(u: Any, s: Any, vh: Any) -> tuple[Any, Any, Any]:
    return s, u, vh.swapaxes(-1, -2)


def _exclusive(sums: Any, x: Any, exclusive: bool) -> Any:
    return sums - x if exclusive else sums


# -- windows that slide ------------------------------------------------------------------------------------------------

def _bordered(pad: Callable[..., Any], x: Any, padding: Any, **how: Any) -> Any:
    return pad(x, ((0, 0), *padding, (0, 0)), **how)


def _tf_convolution(tf: Any, x: Any, w: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    """Group by group, with the borders and the gaps of the filter written out.

    On a CPU TensorFlow 2.21 has no gradient of a grouped or dilated convolution, and no second one unless the format
    is named (InvalidArgumentError, AttributeError in nn_grad.py).
    """
    for axis, gap in enumerate(dilations):
        apart = tf.constant(np.eye((w.shape[axis] - 1) * gap + 1)[:, ::gap], w.dtype)
        w = tf.experimental.numpy.moveaxis(tf.tensordot(apart, w, [[1], [axis]]), 0, axis)
    groups = x.shape[-1] // w.shape[-2]
    pieces = zip(tf.split(_bordered(tf.pad, x, padding), groups, -1), tf.split(w, groups, -1))
    data_format = {1: "NWC", 2: "NHWC"}[len(strides)]
    return tf.concat([tf.nn.convolution(part, filters, strides, "VALID", data_format) for part, filters in pieces], -1)


def _tf_pulled(tf: Any, function: Callable[..., Any], shape: Any, g: Any) -> Any:
    """The adjoint of a linear function, by TensorFlow's own tape."""
    x = tf.zeros(shape, g.dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x, output_gradients=g)


def _tf_pushed(tf: Any, function: Callable[..., Any], x: Any) -> Any:
    """Which entry is chosen: the tangent of a choice among numbered entries."""
    numbers = tf.reshape(tf.range(x.shape.num_elements()), x.shape)
    with tf.autodiff.ForwardAccumulator(x, tf.cast(numbers, x.dtype)) as forward:
        y = function(x)
    return tf.cast(forward.jvp(y), tf.int64)


def _jax_convolution(jax: Any, x: Any, w: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    axes = "DHW"[-len(strides):]
    return jax.lax.conv_general_dilated(
        x, w, strides, padding, rhs_dilation=dilations, feature_group_count=x.shape[-1] // w.shape[-2],
        dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"))


def _jax_pulled(jax: Any, function: Callable[..., Any], shape: Any, g: Any) -> Any:
    return jax.vjp(function, jax.numpy.zeros(shape, g.dtype))[1](g)[0]


def _jax_window(jax: Any, x: Any, combine: Any, start: float, ksize: Any, strides: Any, padding: Any) -> Any:
    return jax.lax.reduce_window(x, start, combine, (1, *ksize, 1), (1, *strides, 1), ((0, 0), *padding, (0, 0)))
