"""Many entries become one: on the way back, the one adjoint is spread over all that took part."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..batching import along_axis
from ..op import Op
from ..rules import broadcast_to, linear
from .elementwise import cast, equal, where
from .shapes import reshape, transpose

Axis = int | tuple[int, ...] | None
LARGEST = {kind: np.finfo(kind).max for kind in "efdgFDG"}  # by the letter of a dtype
_EXAMPLES: list[Any] = [(((2, 3),), {}), (((2, 3),), {"axis": 0}), (((2, 3, 4),), {"axis": (-1, 0)}),
                        (((2, 3),), {"axis": -1, "keepdims": True}), (((2, 3),), {"axis": ()}), (((),), {}),
                        (((1, 1),), {"axis": 0}), (((2, 0),), {"axis": 0}), (((0, 3),), {"axis": 1})]


def kept(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """The shape after a reduction that keeps the reduced axes with length 1."""
    axes = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    reduced = {a % len(shape) for a in axes}
    return tuple(1 if i in reduced else length for i, length in enumerate(shape))


def spread(g: Any, x: Any, axis: Axis) -> Any:
    """The transpose of summing: each entry that took part gets the adjoint of the sum."""
    if axis is not None and g.ndim < x.ndim:
        g = reshape(g, shape=kept(x.shape, axis))
    return broadcast_to(g, shape=tuple(x.shape))


def count(x: Any, axis: Axis) -> int:
    """How many entries each result was made of."""
    if axis is None:
        return math.prod(x.shape)
    return math.prod(length for length, one in zip(x.shape, kept(x.shape, axis), strict=True) if one == 1)


def _mean(x: np.ndarray, axis: Axis = None, keepdims: Any = False) -> np.ndarray:
    n = count(x, axis)
    if x.dtype.kind in "fc":
        return np.add.reduce(x, axis=axis, dtype=x.dtype, keepdims=keepdims) / n
    # as in TensorFlow the sum of short integers does not overflow, and the mean is rounded towards 0
    total = np.add.reduce(x, axis=axis, dtype=np.int64 if x.dtype.kind == "i" else np.uint64, keepdims=keepdims)
    return (np.sign(total) * (abs(total) // max(n, 1))).astype(x.dtype)


def _extreme_rule(g: Any, y: Any, x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Entries that tie for the extreme share the adjoint evenly."""
    chosen = cast(equal(x, spread(y, x, axis)), dtype=x.dtype)
    ties = reduce_sum(chosen, axis=axis, keepdims=True)
    return spread(g, x, axis) * (chosen / ties)


reduce_sum = linear("reduce_sum", lambda x, axis=None, keepdims=False: np.add.reduce(
    x, axis=axis, dtype=x.dtype, keepdims=keepdims),
                    lambda g, y, x, axis=None, keepdims=False: spread(g, x, axis), examples=_EXAMPLES, kinds="iufc",
                    lift=along_axis)
reduce_mean = linear("reduce_mean", _mean,
                     lambda g, y, x, axis=None, keepdims=False: spread(g / count(x, axis), x, axis),
                     examples=_EXAMPLES, kinds="iufc", lift=along_axis)
reduce_max = Op("reduce_max", lambda x, axis=None, keepdims=False: np.maximum.reduce(
    x, axis=axis, keepdims=keepdims, initial=_limit(x, -1)), [_extreme_rule], examples=_EXAMPLES, kinds="iuf",
    lift=along_axis)
reduce_min = Op("reduce_min", lambda x, axis=None, keepdims=False: np.minimum.reduce(
    x, axis=axis, keepdims=keepdims, initial=_limit(x, 1)), [_extreme_rule], examples=_EXAMPLES, kinds="iuf",
    lift=along_axis)
reduce_prod = Op("reduce_prod", lambda x, axis=None, keepdims=False: np.multiply.reduce(
    x, axis=axis, dtype=x.dtype, keepdims=keepdims), [
    lambda g, y, x, axis=None, keepdims=False: spread(g, x, axis) * product_of_others(x, axis)], examples=_EXAMPLES,
    kinds="iufc", lift=along_axis)
reduce_logsumexp = Op("reduce_logsumexp", lambda x, axis=None, keepdims=False: _logsumexp(x, axis, keepdims), [
    lambda g, y, x, axis=None, keepdims=False: spread(g, x, axis) * softmax(x, axis=axis)], examples=_EXAMPLES,
    kinds="f", lift=along_axis)
softmax: Op = Op("softmax", lambda x, axis: _softmax(x, axis), [
    lambda g, y, x, axis: y * (g - reduce_sum(g * y, axis=axis, keepdims=True))], kinds="f", lift=along_axis, examples=[
    (((2, 3),), {"axis": -1}), (((2, 3),), {"axis": 0}), (((0, 3),), {"axis": -1}), (((1,),), {"axis": 0}),
    (((2, 3),), {"axis": None})])
reduce_all = Op("reduce_all", lambda x, axis=None, keepdims=False: np.all(x, axis=axis, keepdims=keepdims), [None],
                examples=_EXAMPLES, kinds="b")
reduce_any = Op("reduce_any", lambda x, axis=None, keepdims=False: np.any(x, axis=axis, keepdims=keepdims), [None],
                examples=_EXAMPLES, kinds="b")
argmax = Op("argmax", lambda x, axis, dtype: np.argmax(_no_nan(x, -np.inf), axis).astype(dtype), [None], kinds="biuf",
            examples=[(((2, 3),), {"axis": 1, "dtype": np.dtype(np.int64)})])
argmin = Op("argmin", lambda x, axis, dtype: np.argmin(_no_nan(x, np.inf), axis).astype(dtype), [None], kinds="biuf",
            examples=[(((2, 3),), {"axis": 0, "dtype": np.dtype(np.int64)})])


def _no_nan(x: np.ndarray, instead: float) -> np.ndarray:
    """As in TensorFlow, nan is neither the largest nor the smallest."""
    return np.where(np.isnan(x), instead, x) if x.dtype.kind == "f" else x


def _limit(x: np.ndarray, side: int) -> Any:
    """What the extreme of no entries at all is: minus infinity is the largest of none."""
    if x.dtype.kind == "f":
        return side * np.inf
    if x.dtype.kind == "b":
        return side > 0
    return np.iinfo(x.dtype).max if side > 0 else np.iinfo(x.dtype).min


def less_top(x: np.ndarray, axis: Axis) -> np.ndarray:
    """Less the largest entry, so that exp overflows nowhere; where that is inf, all others are nothing beside it."""
    top = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    return x - np.minimum(top, LARGEST[x.dtype.char])


def _softmax(x: np.ndarray, axis: Axis) -> np.ndarray:
    powers = np.exp(less_top(x, axis))
    return powers / np.add.reduce(powers, axis=axis, keepdims=True)


def _logsumexp(x: np.ndarray, axis: Axis, keepdims: bool) -> np.ndarray:
    top, largest = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf), LARGEST[x.dtype.char]
    top = np.maximum(np.minimum(top, largest), -largest)
    total = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else total.reshape(np.add.reduce(x, axis=axis).shape)


def product_of_others(x: Any, axis: Axis) -> Any:
    """For each entry the product of all the others along the axes: without a division, so zeros do no harm."""
    axes = list(range(x.ndim)) if axis is None else [a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))]
    front = [a for a in range(x.ndim) if a not in axes] + axes
    moved = transpose(x, perm=front)
    lengths = tuple(moved.shape)
    n = math.prod(lengths[x.ndim - len(axes):])
    lined_up = reshape(moved, shape=(*lengths[: x.ndim - len(axes)], 1, n))
    others = reduce_prod(where(np.eye(n, dtype=bool), 1.0, lined_up), axis=-1)
    return transpose(reshape(others, shape=lengths), perm=[front.index(a) for a in range(x.ndim)])
