"""What each row is called in PyTorch: `dim` for axis, and a module or a method where TensorFlow has one function."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import definitions


def _reduced(name: str) -> Callable[..., Any]:
    """A reduction over all axes or some; PyTorch takes no axes at all for all of them."""
    def reduce(torch: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if axis == ():
            return torch.logsumexp(x[None], 0) if name == "logsumexp" else x.clone()
        return getattr(torch, name)(x, dim=tuple(range(x.ndim)) if axis is None else axis, keepdim=keepdims)

    return reduce


def _prod(torch: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    for one in sorted((a % x.ndim for a in axes), reverse=True):  # torch.prod takes one axis at a time
        # the derivative of torch.prod divides by the entry, and of one entry alone leaves a rounding error for 0
        product = torch.prod if x.shape[one] != 1 else torch.amax
        x = product(x, dim=one, keepdim=keepdims)
    return x.clone()


def _getitem(torch: Any, x: Any, index: Any) -> Any:
    """By flat positions: PyTorch takes no negative steps."""
    places = np.arange(x.numel()).reshape(x.shape)[index]
    return x.reshape(-1)[torch.from_numpy(np.array(places))]


def _put(torch: Any, x: Any, index: Any, shape: tuple[int, ...]) -> Any:
    places = np.arange(int(np.prod(shape))).reshape(shape)[index].reshape(-1)
    flat = torch.zeros(int(np.prod(shape)), dtype=x.dtype).index_put((torch.from_numpy(places.copy()),), x.reshape(-1))
    return flat.reshape(shape)


def _scatter(torch: Any, x: Any, indices: Any, shape: tuple[int, ...], axis: int) -> Any:
    slices = x.reshape(*shape[:axis], indices.numel(), *shape[axis + 1:])
    return torch.zeros(shape, dtype=x.dtype).index_add(axis, indices.reshape(-1), slices)


def _gather(torch: Any, x: Any, indices: Any, axis: int, batch_dims: int = 0) -> Any:
    def taken(rows: Any, indices: Any, axis: int, batch_dims: int) -> Any:
        if not batch_dims:
            return rows[(slice(None),) * axis + (indices,)]
        return torch.stack([taken(row, each, axis - 1, batch_dims - 1)
                            for row, each in zip(rows, indices, strict=True)])

    return taken(x, indices, axis, batch_dims)


def _by_axis(indices: Any) -> Any:
    return tuple(indices.movedim(-1, 0))


def _one_by_one(choose: Any, x: Any, indices: Any, updates: Any) -> Any:
    """index_put writes in no certain order, and index_reduce has no second derivative."""
    depth = indices.shape[-1]
    for index, update in zip(indices.reshape(-1, depth), updates.reshape(-1, *x.shape[depth:]), strict=True):
        x = x.index_put(tuple(index), choose(x[tuple(index)], update))
    return x + 0 * updates.sum()


def _pad(torch: Any, x: Any, paddings: Any, value: Any) -> Any:
    backwards = [int(n) for pair in reversed(paddings) for n in pair]  # the last axis comes first
    return torch.nn.functional.pad(x, backwards, value=value)


def _cumsum(torch: Any, x: Any, axis: int, exclusive: bool, reverse: bool) -> Any:
    sums = torch.cumsum(torch.flip(x, [axis]), axis).flip([axis]) if reverse else torch.cumsum(x, axis)
    return sums - x if exclusive else sums


def _svd(torch: Any, x: Any, full_matrices: bool) -> Any:
    u, s, vh = torch.linalg.svd(x, full_matrices=full_matrices)
    return s, u, vh.mH


def _polygamma(torch: Any, n: Any, x: Any) -> Any:
    """Order by order: PyTorch takes one at a time."""
    n, x = torch.broadcast_tensors(n, x)
    y = torch.zeros_like(x)
    for order in n.unique().tolist():
        here = n == order
        y = torch.where(here, torch.special.polygamma(order, torch.where(here, x, 1)), y)
    return y


def _dtype(torch: Any, dtype: Any) -> Any:
    return torch.from_numpy(np.empty(0, dtype)).dtype


TORCH: dict[str, Callable[..., Any]] = {
    "broadcast_to": lambda torch, x, shape: torch.broadcast_to(x, shape),
    "sum_to": lambda torch, x, shape: x.sum_to_size(shape),
    "equal": lambda torch, x, y: torch.eq(x, y),
    "is_nan": lambda torch, x: torch.isnan(x),
    "is_inf": lambda torch, x: torch.isinf(x),
    "is_finite": lambda torch, x: torch.isfinite(x),
    "floordiv": lambda torch, x, y: torch.floor_divide(x, y),
    "mod": lambda torch, x, y: torch.remainder(x, y),
    "squared_difference": lambda torch, x, y: (x - y) ** 2,
    "divide_no_nan": lambda torch, x, y: torch.where(y == 0, 0, x / torch.where(y == 0, 1, y)),
    "multiply_no_nan": lambda torch, x, y: x * y,
    "xdivy": lambda torch, x, y: x / y,
    "truncatediv": lambda torch, x, y: torch.div(x, y, rounding_mode="trunc"),
    "truncatemod": lambda torch, x, y: torch.fmod(x, y),
    "less_square": lambda torch, x: 1 - x * x,
    "tail_correction": lambda torch, x, y: definitions.tail_correction(torch, torch.special.erfc, x, y).detach(),
    "sech_squared": lambda torch, x: 1 / torch.cosh(x) ** 2,
    "sigmoid_slope": lambda torch, x: torch.sigmoid(x) * torch.sigmoid(-x),
    "gaussian": lambda torch, x: torch.exp(-x * x),
    "normal_cdf": lambda torch, x: torch.special.ndtr(x),
    "polygamma": _polygamma,
    "erfcinv": lambda torch, x: torch.erfinv(1 - x),
    "left_shift": lambda torch, x, y: torch.bitwise_left_shift(x, y),
    "right_shift": lambda torch, x, y: torch.bitwise_right_shift(x, y),
    "invert": lambda torch, x: torch.bitwise_not(x),
    "add_n": lambda torch, *xs: sum(xs[1:], xs[0].clone()),
    # clamp exists, but the gradients of bounds that broadcast raise
    "clip_by_value": lambda torch, x, low, high: torch.maximum(torch.minimum(x, high), low),
    "sign": lambda torch, x: torch.sgn(x),
    "convolution": lambda torch, x, w, **how: _convolution(torch, x, w, **how),
    "convolution_input": lambda torch, g, w, shape, **how: _convolution_input(torch, g, w, shape, **how),
    "convolution_filter": lambda torch, x, g, shape, **how: _convolution_filter(torch, x, g, shape, **how),
    "max_pool": lambda torch, x, ksize, strides, padding: _per_space(torch, "max_pool", ksize)(
        _bordered(torch, x, padding, -float("inf")).movedim(-1, 1), ksize, strides).movedim(1, -1),
    "max_pool_places": lambda torch, x, **window: _places_of_largest(torch, x, **window),
    "avg_pool": lambda torch, x, **window: _means(torch, x, **window) / _means(torch, torch.ones_like(x), **window),
    "avg_pool_grad": lambda torch, g, shape, ksize, strides, padding: _convolution_input(
        torch, g / (math.prod(ksize) * _means(torch, torch.ones(shape, dtype=g.dtype), ksize, strides, padding)),
        torch.ones((*ksize, 1, shape[-1]), dtype=g.dtype), shape, strides, padding, (1,) * len(ksize)),
    "imag": lambda torch, x: torch.imag(x) if x.is_complex() else torch.zeros_like(x),
    "relu_grad": lambda torch, g, x: torch.where(x > 0, g, 0),
    "relu6_grad": lambda torch, g, x: torch.where((x > 0) & (x < 6), g, 0),
    "leaky_relu_grad": lambda torch, g, x, alpha: torch.where(x > 0, g, alpha * g),
    "leaky_relu": lambda torch, x, alpha=0.2: torch.nn.functional.leaky_relu(x, alpha),
    "sigmoid_cross_entropy": lambda torch, z, x: torch.nn.functional.binary_cross_entropy_with_logits(
        *torch.broadcast_tensors(x, z), reduction="none"),
    "cast": lambda torch, x, dtype: x.to(_dtype(torch, dtype)),
    "identity": lambda torch, x: x.clone(),
    "getitem": _getitem,
    "put": _put,
    "gather": _gather,
    "unstack": lambda torch, x, axis: x.unbind(axis),
    "split": lambda torch, x, sizes, axis: torch.split(x, sizes, axis),
    "gather_nd": lambda torch, x, indices: x[_by_axis(indices)] if indices.shape[-1] else x.expand(
        *indices.shape[:-1], *x.shape),
    "scatter_nd": lambda torch, x, indices, shape: torch.zeros(shape, dtype=x.dtype).index_put(
        _by_axis(indices), x, accumulate=True),
    "tensor_scatter_nd_update": lambda torch, x, indices, updates: _one_by_one(
        lambda old, new: new, x, indices, updates),
    "tensor_scatter_nd_max": lambda torch, x, indices, updates: _one_by_one(torch.maximum, x, indices, updates),
    "tensor_scatter_nd_min": lambda torch, x, indices, updates: _one_by_one(torch.minimum, x, indices, updates),
    "roll": lambda torch, x, shift, axis: torch.roll(x, shift, axis),
    # the forward mode of logcumsumexp loses three digits, and raises an IndexError where there is nothing
    "cumulative_logsumexp": lambda torch, x, axis: torch.stack([
        torch.logsumexp(x.narrow(axis, 0, n + 1), axis)
        for n in range(x.shape[axis])], axis) if x.numel() else x.clone(),
    "cumprod": lambda torch, x, axis: torch.cumprod(x, axis),
    "recurrence": lambda torch, a, b, axis, reverse: definitions.recurrence(
        torch, lambda x, axis: list(x.unbind(axis)), a, b, axis, reverse),
    "argsort": lambda torch, x, descending: torch.argsort(x, descending=descending, stable=True).int(),
    "unique": lambda torch, x: torch.tensor(list(dict.fromkeys(x.tolist())), dtype=x.dtype),
    "unique_places": lambda torch, x: (x == TORCH["unique"](torch, x)[:, None]).int().argmax(0),
    "searchsorted": lambda torch, rows, values, side: torch.searchsorted(rows, values, side=side).int(),
    "bincount": lambda torch, x, length: torch.bincount(x[x < length], minlength=length).int(),
    "weighted_bincount": lambda torch, x, weights, length: torch.bincount(
        x[x < length], weights[x < length], length).to(weights.dtype),
    "scatter": _scatter,
    "one_hot": lambda torch, x, depth, on, off, axis, dtype: torch.where(
        torch.movedim(torch.nn.functional.one_hot(x, depth), -1, axis) == 1, on, off).to(_dtype(torch, dtype)),
    "transpose": lambda torch, x, perm: x.permute(*perm),
    "swap_last": lambda torch, x: x.mT,
    "concat": lambda torch, *xs, axis: torch.cat(xs, dim=axis),
    "stack": lambda torch, *xs, axis: torch.stack(xs, dim=axis),
    "tile": lambda torch, x, multiples: torch.tile(x, multiples),
    "pad": _pad,
    "einsum": lambda torch, *xs, equation: torch.einsum(equation, *xs),
    "solve": lambda torch, a, b: torch.linalg.solve(a, b),
    "triangular_solve": lambda torch, a, b, lower: torch.linalg.solve_triangular(a, b, upper=not lower),
    "cholesky": lambda torch, x, whole=False: torch.linalg.cholesky((x + x.mH) / 2),
    "qr": lambda torch, x, full_matrices: torch.linalg.qr(x, "complete" if full_matrices else "reduced"),
    "eigh": lambda torch, x: torch.linalg.eigh(torch.tril(x) + torch.tril(x, -1).mH),
    "svd": _svd,
    "reduce_sum": _reduced("sum"), "reduce_mean": _reduced("mean"), "reduce_max": _reduced("amax"),
    "reduce_min": _reduced("amin"), "reduce_logsumexp": _reduced("logsumexp"), "reduce_all": _reduced("all"),
    "reduce_any": _reduced("any"), "reduce_prod": _prod,
    "softmax": lambda torch, x, axis: torch.softmax(x, axis) if axis is not None else torch.softmax(
        x.reshape(-1), 0).reshape(x.shape),
    "log_softmax": lambda torch, x, axis: torch.log_softmax(x, axis),
    "argmax": lambda torch, x, axis, dtype: torch.argmax(x, axis).to(_dtype(torch, dtype)),
    "argmin": lambda torch, x, axis, dtype: torch.argmin(x, axis).to(_dtype(torch, dtype)),
    "cumsum": _cumsum,
    "softmax_cross_entropy": lambda torch, z, x: -(z * torch.log_softmax(x, -1)).sum(-1),
    "picked": lambda torch, x, z: torch.gather(x, 1, z[:, None])[:, 0],
    "less_one": lambda torch, x, z: x - torch.nn.functional.one_hot(z, x.shape[1]).to(x.dtype),
    "sparse_softmax_cross_entropy": lambda torch, z, x: torch.nn.functional.cross_entropy(x, z, reduction="none"),
}


# -- windows that slide: in PyTorch the channels are the second axis -------------------------------------------------

def _per_space(torch: Any, name: str, window: Any) -> Any:
    return getattr(torch.nn.functional, f"{name}{len(window)}d")


def _bordered(torch: Any, x: Any, padding: Any, value: float = 0.0) -> Any:
    return torch.nn.functional.pad(x, [0, 0, *(n for pair in reversed(padding) for n in pair)], value=value)


def _filters(w: Any) -> Any:
    """[*window, channels, results] as [results, channels, *window]."""
    return w.movedim((-1, -2), (0, 1))


def _convolution(torch: Any, x: Any, w: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    return _per_space(torch, "conv", strides)(
        _bordered(torch, x, padding).movedim(-1, 1), _filters(w), None, strides, 0, dilations,
        x.shape[-1] // w.shape[-2]).movedim(1, -1)


def _convolution_input(torch: Any, g: Any, w: Any, shape: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    """The transposed convolution without borders, brought to the padded lengths; then the borders are cut off."""
    y = _per_space(torch, "conv_transpose", strides)(
        g.movedim(-1, 1), _filters(w), None, strides, 0, 0, shape[-1] // w.shape[-2], dilations).movedim(1, -1)
    for axis, (before, after) in enumerate(padding, 1):
        missing = shape[axis] + before + after - y.shape[axis]
        y = torch.cat([y, torch.zeros((*y.shape[:axis], missing, *y.shape[axis + 1:]), dtype=y.dtype)], axis)
        y = y.narrow(axis, before, shape[axis])
    return y


def _convolution_filter(torch: Any, x: Any, g: Any, shape: Any, strides: Any, padding: Any, dilations: Any) -> Any:
    """Group by group a convolution of images and adjoints, in which batch and channels, steps and gaps change roles."""
    if not x.shape[0]:  # PyTorch has no convolution over nothing
        return (x.sum() + g.sum()) * torch.zeros(shape, dtype=g.dtype)
    groups, pieces = x.shape[-1] // shape[-2], []
    for image, adjoint in zip(_bordered(torch, x, padding).chunk(groups, -1), g.chunk(groups, -1)):
        y = _per_space(torch, "conv", strides)(
            image.movedim(-1, 0), adjoint.movedim(-1, 0), None, dilations, 0, strides)
        for axis, length in enumerate(shape[:-2], 2):
            y = y.narrow(axis, 0, length)
        pieces.append(y.movedim((0, 1), (-2, -1)))
    return torch.cat(pieces, -1)


def _means(torch: Any, x: Any, ksize: Any, strides: Any, padding: Any) -> Any:
    return _per_space(torch, "avg_pool", ksize)(
        _bordered(torch, x, padding).movedim(-1, 1), ksize, strides).movedim(1, -1)


def _places_of_largest(torch: Any, x: Any, ksize: Any, strides: Any, padding: Any) -> Any:
    _, chosen = _per_space(torch, "max_pool", ksize)(
        _bordered(torch, x, padding, -float("inf")).movedim(-1, 1), ksize, strides, return_indices=True)
    numbers = _bordered(torch, torch.arange(x.numel()).reshape(x.shape), padding, 0).movedim(-1, 1)
    return numbers.flatten(2).gather(2, chosen.flatten(2)).reshape(chosen.shape).movedim(1, -1)
