"""Python's operators on tensors and Variables are ops by another name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .convert import convert
from .op import NONE, Op
from .ops import bitwise as b
from .ops import elementwise as e
from .ops.indexing import argwhere, gather, getitem
from .ops.linalg import matmul
from .ops.shapes import reshape, unstack
from .parts import results
from .protocols import TensorLike
from .variable import Variable

_BINARY: dict[str, Op] = {
    "add": e.add, "sub": e.subtract, "mul": e.multiply, "truediv": e.divide, "floordiv": e.floordiv, "mod": e.mod,
    "pow": e.pow, "matmul": matmul,
}
_LOGICAL: dict[str, tuple[Op, Op]] = {  # of booleans, of integers
    "and": (e.logical_and, b.bitwise_and), "or": (e.logical_or, b.bitwise_or), "xor": (e.logical_xor, b.bitwise_xor),
}
_COMPARING: dict[str, Op] = {"lt": e.less, "le": e.less_equal, "gt": e.greater, "ge": e.greater_equal}
_UNARY: dict[str, Op] = {"neg": e.negative, "abs": e.abs}


def _forward(op: Op) -> Callable[[Any, Any], Any]:
    on = op.on
    return lambda x, y: on((x, y), NONE)


def _reflected(op: Op) -> Callable[[Any, Any], Any]:
    on = op.on
    return lambda x, y: on((y, x), NONE)


for _name, _op in {**_BINARY, **_COMPARING}.items():
    setattr(TensorLike, f"__{_name}__", _forward(_op))
for _name, _op in _BINARY.items():
    setattr(TensorLike, f"__r{_name}__", _reflected(_op))


def _logical(pair: tuple[Op, Op], x: TensorLike) -> Op:
    return pair[x._array.dtype.kind in "iu"]


for _name, _pair in _LOGICAL.items():
    setattr(TensorLike, f"__{_name}__", lambda x, y, pair=_pair: _logical(pair, x)(x, y))
    setattr(TensorLike, f"__r{_name}__", lambda x, y, pair=_pair: _logical(pair, x)(y, x))
TensorLike.__invert__ = lambda x: _logical((e.logical_not, b.invert), x)(x)  # type: ignore[method-assign, assignment]


def _unary(op: Op) -> Callable[[Any], Any]:
    on = op.on
    return lambda x: on((x,), NONE)


for _name, _op in _UNARY.items():
    setattr(TensorLike, f"__{_name}__", _unary(_op))


def _equal(x: TensorLike, y: object) -> Any:
    """Entry by entry; but None, and what has another shape, is simply not equal: `x in tensors` can be asked."""
    if y is None:
        return False
    return e.equal(x, y) if _fits(x, y) else convert(False)


def _not_equal(x: TensorLike, y: object) -> Any:
    if y is None:
        return True
    return e.not_equal(x, y) if _fits(x, y) else convert(True)


def _fits(x: TensorLike, y: Any) -> bool:
    try:
        np.broadcast_shapes(x.shape, y.shape if hasattr(y, "shape") else np.shape(y))
    except ValueError:
        return False
    return True


def _getitem(x: TensorLike, index: Any) -> Any:
    """Indexing as in TensorFlow: integers, slices, `...`, None, and a boolean mask; for a list of indices, gather."""
    if type(index) is int:
        places: tuple[Any, ...] = (index,)
    else:
        places = index if isinstance(index, tuple) else (index,)
        if len(places) == 1 and isinstance(places[0], (TensorLike, np.ndarray)) and places[0].dtype == bool:
            return mask(x, places[0])
        places = tuple(_place(place) for place in places)
    part = getitem(x, index=places)
    if isinstance(x, Variable):
        part._origin = (x, places)
    return part


def _place(place: Any) -> Any:
    if isinstance(place, slice):
        return slice(*(None if bound is None else _place(bound) for bound in (place.start, place.stop, place.step)))
    if place is None or place is Ellipsis:
        return place
    integer = getattr(place, "dtype", None) is None or np.dtype(place.dtype).kind in "iu"
    if hasattr(place, "__index__") and integer and not isinstance(place, bool) and np.ndim(place) == 0:
        return int(place)
    raise TypeError("Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar tf.int32/tf.int64 "
                    f"tensors are valid indices, got {place!r}. For several indices at once there is tapes.gather.")


def mask(x: Any, chosen: Any, axis: int = 0) -> Any:
    """The slices of `x` where the boolean `chosen`, which covers the axes from `axis` on, is true."""
    shape, covered = tuple(x.shape), tuple(chosen.shape)
    if not covered or covered != shape[axis: axis + len(covered)]:
        raise ValueError(f"a mask of shape {covered} does not fit the axes from {axis} on of a tensor of shape {shape}")
    if not isinstance(chosen, TensorLike):
        chosen = convert(chosen)
    places = argwhere(reshape(chosen, shape=(math.prod(covered),)))
    flat = reshape(x, shape=(*shape[:axis], math.prod(covered), *shape[axis + len(covered):]))
    return gather(flat, reshape(places, shape=(len(places),)), axis=axis)


def _iterate(x: TensorLike) -> Iterator[Any]:
    """The slices along the first axis, in one step, so that a loop over a sequence hands back one adjoint for all."""
    if not x.shape:
        raise TypeError("Cannot iterate over a scalar tensor.")
    return iter(results(unstack(x, axis=0)) if len(x) else ())


TensorLike.__eq__ = _equal  # type: ignore[method-assign, assignment]
TensorLike.__ne__ = _not_equal  # type: ignore[method-assign, assignment]
TensorLike.__iter__ = _iterate  # type: ignore[method-assign]
TensorLike.__getitem__ = _getitem  # type: ignore[method-assign, assignment]
