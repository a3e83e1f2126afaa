"""Many adjoints at once: an array that hides its first axis, so that one sweep serves a whole Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from .op import Op, listening
from .protocols import TensorLike

# How an op is applied to many at once: from the op, how many, the inputs and the parameters to the result for all.
Lift = Callable[[Op, int, Sequence[Any], dict[str, Any]], Any]


class Batched(TensorLike):
    """Many arrays of one shape: to the rules it looks like one of them.

    `whole` holds all, along its first axis: an array, or a tensor when a tape listens.
    """

    __slots__ = ("whole",)

    def __init__(self, whole: Any) -> None:
        self.whole = whole

    @property
    def shape(self) -> Any:
        return self.whole.shape[1:]

    @property
    def dtype(self) -> Any:
        return self.whole.dtype

    @property
    def ndim(self) -> int:
        return self.whole.ndim - 1


@contextmanager
def many_at_once() -> Iterator[None]:
    """In this `with` block ops take Batched inputs."""
    before = listening.many
    listening.many = _applied
    try:
        yield
    finally:
        listening.many = before


def _applied(op: Op, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    size = next((len(x.whole) for x in inputs if type(x) is Batched), None)
    if size is None:
        return NotImplemented
    if op.lift is None:
        return looped(lambda *xs: op(*xs, **params), inputs)
    return Batched(op.lift(op, size, inputs, params))


def looped(function: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """One after the other: what can always be done. A result may be None, or a tuple of results."""
    size = next(len(x.whole) for x in inputs if type(x) is Batched)
    return _stacked([function(*(x.whole[i] if type(x) is Batched else x for x in inputs)) for i in range(size)])


def _stacked(rows: list[Any]) -> Any:
    from .ops.shapes import stack  # ops are built on this

    first = rows[0]
    if first is None:
        return None
    if isinstance(first, tuple):
        return type(first)(map(_stacked, map(list, zip(*rows, strict=True))))
    return Batched(stack(*rows, axis=0))


def led(x: Any, rank: int) -> Any:
    """All of x with axes of length 1 behind the first, so that each has this rank; what is the same for all stays."""
    if type(x) is not Batched:
        return x
    return x.whole[(slice(None), *[None] * (rank - x.ndim))] if x.ndim < rank else x.whole


def everywhere(x: Any, size: int) -> Any:
    """All of x; what is the same for all is repeated."""
    from .rules import broadcast_to

    return x.whole if type(x) is Batched else broadcast_to(x, shape=(size, *x.shape))


def aligned(op: Op, size: int, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """For ops whose inputs broadcast: it is the same op with one more axis in front."""
    rank = max(np.ndim(x) if isinstance(x, (int, float, complex)) else x.ndim for x in inputs)
    return op(*(led(x, rank) for x in inputs), **params)


def leading(op: Op, size: int, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """For ops on the last axes, that take equal batches in front of them: it is the same op on a larger batch."""
    return op(*(everywhere(x, size) for x in inputs), **params)


def behind(axis: Any, rank: int) -> Any:
    """The axes of one, named in all of them together: they stand one further back."""
    if axis is None:
        return tuple(range(1, rank + 1))
    return tuple(a % rank + 1 for a in axis) if isinstance(axis, tuple) else axis % rank + 1


def along_axis(op: Op, size: int, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """For ops along an axis."""
    axis = behind(params.get("axis"), inputs[0].ndim)
    return op(*(everywhere(x, size) for x in inputs), **{**params, "axis": axis})


def with_params(change: Callable[..., dict[str, Any]]) -> Lift:
    """For an op of one input that stays itself when its parameters are changed: `change(size, x, **params)`."""
    return lambda op, size, inputs, params: op(inputs[0].whole, *inputs[1:], **change(size, inputs[0], **params))
