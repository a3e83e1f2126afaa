"""A Jacobian is a gradient for each entry of the target: all are swept at once, forwards where that is shorter."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .arguments import conjugate
from .batching import Batched, everywhere, many_at_once
from .chain_rule import Trace, backward, leading_from
from .custom import custom
from .forward import pushed
from .ops.shapes import concat, reshape, transpose
from .protocols import TensorLike
from .tape import watched
from .tensor import Tensor

# How many numbers one value may have in all copies together: 128 MB in float64. More copies go in several sweeps.
_AT_ONCE = 2**24


def jacobian(trace: Trace, target: TensorLike, sources: list[TensorLike], recorded: bool) -> list[Any]:
    """For each source the derivatives of each entry of the target, of shape target.shape + source.shape, or None."""
    y, wanted = target._array, {id(source): source for source in sources}
    if _shorter_forwards(trace, target, sources):
        found = {key: _forwards(trace, target, source, recorded) for key, source in wanted.items()}
    else:
        found = _backwards(trace, target, set(wanted), recorded, y.size,
                           lambda rows: _unit_vectors(rows, y.size, y.dtype).reshape(-1, *y.shape))

    def shaped(source: TensorLike) -> Any:
        rows = found.get(id(source))
        return None if rows is None else _finished(rows, (*y.shape, *source._array.shape))

    return [shaped(source) for source in sources]


def batch_jacobian(trace: Trace, target: TensorLike, source: TensorLike, recorded: bool) -> Any:
    """The Jacobian of each row of the target by the same row of the source, or None where not connected."""
    y, x = target._array, source._array
    batch, each = y.shape[0], math.prod(y.shape[1:])

    def cotangents(rows: slice) -> np.ndarray:  # each row of the batch at once: they do not meet
        units = _unit_vectors(rows, each, y.dtype).reshape(-1, 1, *y.shape[1:])
        return np.broadcast_to(units, (len(units), *y.shape))

    rows = _backwards(trace, target, {id(source)}, recorded, each, cotangents).get(id(source))
    if rows is None:
        return None
    rows = transpose(rows, perm=[1, 0, *range(2, x.ndim + 1)])
    return _finished(rows, (batch, *y.shape[1:], *x.shape[1:]))


def _shorter_forwards(trace: Trace, target: TensorLike, sources: list[TensorLike]) -> bool:
    """Whether tangents are fewer; the user's own gradients and complex numbers know one direction, and a tangent has
    the dtype of the target, an adjoint that of the source."""
    y, xs = target._array, [source._array for source in sources]
    return (all(x.size and x.dtype == y.dtype for x in xs) and 2 * sum(x.size for x in xs) < y.size
            and y.dtype.kind == "f" and not any(step.op is custom for step in trace.values()))


def _unit_vectors(rows: slice, length: int, dtype: np.dtype) -> np.ndarray:
    return np.eye(rows.stop - rows.start, length, rows.start, dtype)


def _finished(rows: Any, shape: tuple[int, ...]) -> Tensor:
    whole = reshape(rows, shape=shape)
    return conjugate(whole if isinstance(whole, Tensor) else Tensor(whole))


def _backwards(trace: Trace, target: TensorLike, wanted: set[int], recorded: bool, count: int,
               cotangents: Callable[[slice], np.ndarray]) -> dict[int, Any]:
    """For each wanted id its adjoints for all cotangents, one a row."""
    trace = leading_from(trace, wanted)
    if not count:  # no rows, but None or not is still to be told
        nothing = np.zeros(target._array.shape, target._array.dtype)
        found = backward(trace, {id(target): (target, nothing)}, wanted, False)
        return {key: np.zeros((0, *dx.shape), dx.dtype) for key, dx in found.items()}
    blocks: dict[int, list[Any]] = {}
    for rows in _blocks(count, trace):
        start = cotangents(rows)
        with many_at_once():
            found = backward(dict(trace), {id(target): (target, Batched(Tensor(start) if recorded else start))},
                             wanted, recorded)
        for key, dx in found.items():
            blocks.setdefault(key, []).append(everywhere(dx, len(start)))
    return {key: concat(*parts, axis=0) if len(parts) > 1 else parts[0] for key, parts in blocks.items()}


def _blocks(count: int, trace: Trace) -> Iterator[slice]:
    outputs = (step() for step in trace.values())  # the garbage collector may have taken some meanwhile
    largest = max((np.size(y._array) for y in outputs if y is not None), default=1)
    length = max(1, _AT_ONCE // max(1, largest))
    return (slice(start, min(start + length, count)) for start in range(0, count, length))


def _forwards(trace: Trace, target: TensorLike, source: TensorLike, recorded: bool) -> Any:
    """The same derivatives by tangents: for each entry of the target a row of those by the entries of the source."""
    x, y = source._array, target._array
    trace = leading_from(trace, {id(source)})
    columns = []
    for rows in _blocks(x.size, trace):
        start = _unit_vectors(rows, x.size, x.dtype).reshape(-1, *x.shape)
        with many_at_once():
            dy = _along(trace, {id(source): Batched(Tensor(start) if recorded else start)}, recorded).get(id(target))
        if dy is None:
            return None
        columns.append(reshape(everywhere(dy, len(start)), shape=(len(start), y.size)))
    return transpose(concat(*columns, axis=0), perm=[1, 0])


def _along(trace: Trace, tangents: dict[int, Any], recorded: bool) -> dict[int, Any]:
    """The chain rule forwards: walk the steps from the first to the last, and push the tangents on."""
    for key, step in trace.items():
        y, moving = step(), [tangents.get(id(x)) for x in step.inputs]
        if y is None or key in tangents or step.op is watched or all(dx is None for dx in moving):
            continue
        xs = step.inputs if recorded else [x._array for x in step.inputs]
        dy = pushed(step.op, moving, y if recorded else y._array, xs, step.params)
        if dy is not None:
            tangents[key] = dy
    return tangents
