"""What takes more than one line of NumPy's names, written with the ops of tapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..linalg import einsum, tensordot
from ..ops import elementwise as e
from ..ops import indexing as i
from ..ops import reductions as r
from ..ops import shapes as s
from ..ops.linalg import matmul as matmul_op
from ..public import called
from ..rules import broadcast_to
from ..tensor import Tensor
from .promotion import array, cast, floating, promoted


def picked(x: Tensor, arrange: Callable[[np.ndarray], np.ndarray]) -> Tensor:
    """What `arrange` makes of the entries: it is asked where their numbers go."""
    numbers = np.asarray(arrange(np.arange(math.prod(x.shape)).reshape(x.shape)))
    return i.gather(flat(x), numbers, axis=0)


def flat(x: Tensor) -> Tensor:
    return s.reshape(x, shape=(math.prod(x.shape),))


def line(x: Tensor, axis: int | None) -> tuple[Tensor, int]:
    """What to go along: the axis, or without one all entries in a row."""
    return (flat(x), 0) if axis is None else (x, axis)


def at_least(x: Tensor, rank: int) -> Tensor:
    return s.reshape(x, shape=(*(1,) * (rank - x.ndim), *x.shape)) if x.ndim < rank else x


def true(x: Tensor) -> Tensor:
    return x if x.dtype.is_bool else e.not_equal(x, 0)


def wide(x: Tensor, dtype: Any = None) -> Tensor:
    """NumPy sums short integers as long ones."""
    kind = {"b": np.int64, "i": np.int64, "u": np.uint64}.get(x._array.dtype.kind, x._array.dtype)
    return cast(x, kind if dtype is None else dtype)


def exact(x: Tensor, dtype: Any = None) -> Tensor:
    """Means and quotients of integers are float64."""
    return cast(x, dtype if dtype is not None else x._array.dtype if x._array.dtype.kind in "fc" else np.float64)


def var(a: Tensor, axis: Any, dtype: Any, ddof: float, keepdims: Any) -> Tensor:
    x = exact(a, dtype)
    away = x - r.reduce_mean(x, axis=axis, keepdims=True)
    squares = e.real(away * e.conj(away)) if x.dtype.is_complex else e.square(away)
    return r.reduce_sum(squares, axis=axis, keepdims=bool(keepdims)) / (r.count(x, axis) - ddof)


def average(a: Tensor, axis: Any, weights: Any) -> Tensor:
    if weights is None:
        return r.reduce_mean(exact(a), axis=axis)
    x, w = promoted(exact(a), weights)
    if w.shape != x.shape:
        w = s.reshape(w, shape=tuple(n if k == axis % x.ndim else 1 for k, n in enumerate(x.shape)))
        w = broadcast_to(w, shape=tuple(x.shape))
    return r.reduce_sum(x * w, axis=axis) / r.reduce_sum(w, axis=axis)


def argmost(op: Any, a: Tensor, axis: Any) -> Tensor:
    x, along = line(a, axis)
    return op(x, axis=along, dtype=np.dtype(np.int64))


def running(op: Any, a: Tensor, axis: Any, dtype: Any, **how: Any) -> Tensor:
    x, along = line(wide(a, dtype), axis)
    return op(x, axis=along % x.ndim, **how)


def dot(a: Tensor, b: Tensor) -> Tensor:
    if not a.ndim or not b.ndim:
        return a * b
    return tensordot(a, b, [[a.ndim - 1], [max(b.ndim - 2, 0)]])


def matmul(x1: Tensor, x2: Tensor) -> Tensor:
    left, right = at_least(x1, 2), s.reshape(x2, shape=(*x2.shape, 1)) if x2.ndim == 1 else x2
    product = matmul_op(left, right)
    shape = list(product.shape)
    if x2.ndim == 1:
        del shape[-1]
    if x1.ndim == 1:
        del shape[-1 if x2.ndim == 1 else -2]
    return s.reshape(product, shape=tuple(shape))


def kron(a: Tensor, b: Tensor) -> Tensor:
    rank = max(a.ndim, b.ndim)
    x, y = at_least(a, rank), at_least(b, rank)
    blocks = s.reshape(x, shape=tuple(n for length in x.shape for n in (length, 1)))
    inner = s.reshape(y, shape=tuple(n for length in y.shape for n in (1, length)))
    return s.reshape(blocks * inner, shape=tuple(m * n for m, n in zip(x.shape, y.shape, strict=True)))


def cross(a: Tensor, b: Tensor) -> Tensor:
    if a.shape[-1] != 3 or b.shape[-1] != 3:
        raise ValueError(f"tnp.cross: both need three entries along the last axis, got shapes {a.shape} and {b.shape}")
    turn = np.zeros((3, 3, 3), a._array.dtype)
    turn[[0, 1, 2], [1, 2, 0], [2, 0, 1]], turn[[0, 1, 2], [2, 0, 1], [1, 2, 0]] = 1, -1
    return einsum("ijk,...j,...k->...i", turn, a, b)


def split(a: Tensor, sections: Any, axis: int) -> list[Tensor]:
    places = np.split(np.arange(a.shape[axis]), np.asarray(sections).tolist())
    ends = np.cumsum([len(piece) for piece in places]).tolist()
    before = (slice(None),) * (axis % a.ndim)
    return [i.getitem(a, index=(*before, slice(end - len(piece), end)))
            for piece, end in zip(places, ends, strict=True)]


def pad(array: Tensor, pad_width: Any, mode: str, constant_values: Any) -> Tensor:
    widths = tuple((int(low), int(high)) for low, high in np.broadcast_to(np.asarray(pad_width), (array.ndim, 2)))
    if mode != "constant":
        return picked(array, lambda numbers: np.pad(numbers, widths, mode=mode))  # type: ignore[call-overload]
    return s.pad(array, paddings=widths, value=np.asarray(constant_values).item())


def diag(v: Tensor, k: int) -> Tensor:
    if v.ndim == 2:
        return picked(v, lambda numbers: np.diagonal(numbers, k))
    side = v.shape[0] + abs(k)
    places = np.diagonal(np.arange(side * side).reshape(side, side), k)
    return s.reshape(i.scatter(v, places, shape=(side * side,), axis=0), shape=(side, side))


def triangle(m: Tensor, keep: np.ndarray) -> Tensor:
    return e.where(keep, m, 0)


def clip(a: Any, a_min: Any, a_max: Any) -> Tensor:
    x, *bounds = promoted(a, *(bound for bound in (a_min, a_max) if bound is not None))
    if a_min is not None:
        x = e.maximum(x, bounds[0])
    return x if a_max is None else e.minimum(x, bounds[-1])


def where(condition: Any, x: Any, y: Any) -> Any:
    if x is None and y is None:
        return nonzero(array(condition))
    return e.where(true(array(condition)), *promoted(x, y))


def isclose(a: Tensor, b: Tensor, rtol: float, atol: float, equal_nan: bool) -> Tensor:
    return called(lambda x, y: np.asarray(np.isclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan)), *promoted(a, b))


def polyval(p: Tensor, x: Tensor) -> Tensor:
    result = e.zeros_like(x)
    for k in range(p.shape[0]):  # Horner's scheme
        result = result * x + p[k]
    return result


def moved(a: Tensor, arrange: Callable[[np.ndarray], np.ndarray]) -> Tensor:
    """The axes in the order in which `arrange` puts those of an array whose axes have the lengths 0, 1, 2 and so on."""
    marked = np.empty(tuple(range(a.ndim)))
    return s.transpose(a, perm=list(arrange(marked).shape))


def round(a: Tensor, decimals: int) -> Tensor:
    return e.round(a) if not decimals else e.round(a * 10.0**decimals) / 10.0**decimals


def select(condlist: Any, choicelist: Any, default: Any) -> Tensor:
    *choices, result = promoted(*choicelist, default)
    for condition, choice in reversed(list(zip(condlist, choices, strict=True))):
        result = e.where(true(array(condition)), choice, result)
    return result



def nonzero(a: Tensor) -> tuple[Tensor, ...]:
    return tuple(Tensor(places) for places in np.nonzero(np.asarray(a)))


def together(*xs: Tensor) -> list[Tensor]:
    """Broadcast against each other."""
    shape = np.broadcast_shapes(*(x.shape for x in xs))
    return [broadcast_to(x, shape=shape) for x in xs]


def each(function: Callable[[Tensor], Tensor], values: Any) -> Any:
    """One result for one argument, a list for several."""
    results = [function(array(x)) for x in values]
    return results[0] if len(results) == 1 else results


def number_or(instead: int, a: Tensor) -> Tensor:
    return e.where(e.is_nan(a), instead, a) if a._array.dtype.kind in "fc" else a


def nanmean(a: Tensor, axis: Any, dtype: Any, keepdims: Any) -> Tensor:
    there = e.logical_not(e.is_nan(exact(a)))
    total = r.reduce_sum(exact(number_or(0, a), dtype), axis=axis, keepdims=bool(keepdims))
    return total / r.reduce_sum(cast(there, total._array.dtype), axis=axis, keepdims=bool(keepdims))


def angle(z: Tensor) -> Tensor:
    """0 for positive numbers, pi for negative ones."""
    x = exact(z)
    return e.angle(x) if x.dtype.is_complex else e.atan2(e.zeros_like(x), x)


def diff(a: Tensor, n: int, axis: int) -> Tensor:
    for _ in range(n):
        before = (slice(None),) * (axis % a.ndim)
        later, earlier = (i.getitem(a, index=(*before, part)) for part in (slice(1, None), slice(None, -1)))
        a = e.not_equal(later, earlier) if a.dtype.is_bool else later - earlier
    return a


def linspace(start: Any, stop: Any, num: int, endpoint: bool, dtype: Any = None) -> Tensor:
    """start + (stop - start) * (0, 1/n, 2/n ... 1), along a new first axis."""
    first, last = (floating(x) for x in promoted(start, stop))
    steps = np.linspace(0, 1, num, endpoint).astype(first._array.dtype)
    line = first + (last - first) * steps.reshape(-1, *(1,) * max(first.ndim, last.ndim))
    return line if dtype is None else cast(line, dtype)


def vander(x: Tensor, n: int | None, increasing: bool) -> Tensor:
    powers = np.arange(x.shape[0] if n is None else n)
    column = s.reshape(wide(x), shape=(-1, 1))
    return e.pow(column, (powers if increasing else powers[::-1]).astype(column._array.dtype))


def meshgrid(xi: Any, indexing: str) -> list[Tensor]:
    xs = [array(x) for x in xi]
    shapes = [np.zeros(math.prod(x.shape)) for x in xs]
    return [picked(x, lambda numbers, k=k: np.meshgrid(  # type: ignore[misc]
        *(numbers if j == k else line for j, line in enumerate(shapes)), indexing=indexing)[k])  # type: ignore[call-overload]
        for k, x in enumerate(xs)]
