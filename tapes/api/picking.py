"""Entries picked by their indices or by a condition."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from ..convert import convert
from ..errors import InvalidArgumentError
from ..operators import mask as _mask
from ..ops import elementwise as e
from ..ops import indexing as i
from ..ops import shapes as s
from ..protocols import TensorLike
from ..public import integers, place
from ..tensor import Tensor


def indices_of(indices: Any, op: str) -> Tensor:
    """Indices as a tensor of integers."""
    places = convert(indices)
    if not places.dtype.is_integer:
        raise InvalidArgumentError(f"{op}: the indices must be integers, got {places.dtype.name}; for a mask there is "
                                   "tapes.boolean_mask")
    return places


def gather(params: Any, indices: Any, validate_indices: Any = None, axis: Any = None, batch_dims: Any = 0, *,
           name: str | None = None) -> Tensor:
    """The slices with the given indices along an axis; a slice taken twice gets both adjoints, added.

    The axis is by default the first that is no batch axis. With `batch_dims` = b the first b axes of both are batch
    axes: each index looks into its own entry of the batch. The gradient is an ordinary dense tensor, where TensorFlow
    gives IndexedSlices. `validate_indices` is ignored: an index out of range is always an InvalidArgumentError, as
    are indices that are no integers.

    >>> print(gather([10.0, 20.0, 30.0], [2, 0, 2]))
    tapes.Tensor([30. 10. 30.], shape=(3,), dtype=float32)
    >>> print(gather([[1.0, 2.0], [3.0, 4.0]], [1, 0], batch_dims=1))
    tapes.Tensor([2. 3.], shape=(2,), dtype=float32)
    """
    x, places = convert(params), indices_of(indices, "gather")
    batch = places.ndim if batch_dims == places.ndim else place(batch_dims, places.ndim, "gather: batch_dims")
    along = place(batch if axis is None else axis, x.ndim, "gather")
    if along < batch or x.shape[:batch] != places.shape[:batch]:
        raise InvalidArgumentError(f"gather: with batch_dims={batch} and axis={along}, params of shape {x.shape} and "
                                   f"indices of shape {places.shape} must agree in the first {batch} axes, and the "
                                   "axis must come after them")
    return i.gather(x, places, axis=along, batch_dims=batch) if batch else i.gather(x, places, axis=along)


def gather_nd(params: Any, indices: Any, batch_dims: Any = 0, *, name: str | None = None) -> Tensor:
    """The slices that index vectors name: the last axis of `indices` holds the first few indices of each slice.

    With `batch_dims` = b the first b axes of both are batch axes. InvalidArgumentError for an index out of range, for
    vectors longer than the rank, and unless the indices are integers.

    >>> print(gather_nd([[1.0, 2.0], [3.0, 4.0]], [[0, 1], [1, 0]]))
    tapes.Tensor([2. 3.], shape=(2,), dtype=float32)
    """
    x, places = convert(params), indices_of(indices, "gather_nd")
    batch = int(batch_dims)
    if not places.ndim or not 0 <= batch < places.ndim or x.shape[:batch] != places.shape[:batch]:
        raise InvalidArgumentError(f"gather_nd: indices must be at least a vector, and their first {batch} axes those "
                                   f"of params; got shape {places.shape} for params of shape {x.shape}")
    if batch + places.shape[-1] > x.ndim:
        raise InvalidArgumentError(f"gather_nd: index vectors of length {places.shape[-1]} are too long for params of "
                                   f"shape {x.shape}" + (f" with batch_dims={batch}" if batch else ""))
    if batch:
        grid = np.moveaxis(np.indices(places.shape[:-1], places.dtype.dtype)[:batch], 0, -1)
        places = s.concat(Tensor(grid), places, axis=places.ndim - 1)
    return i.gather_nd(x, places)


def boolean_mask(tensor: Any, mask: Any, axis: Any = None, *, name: str | None = None) -> Tensor:
    """The slices where the mask is true; the mask covers the axes from `axis` on, by default from the first.

    ValueError when its shape is not that of these axes.

    >>> print(boolean_mask([1.0, 2.0, 3.0], [True, False, True]))
    tapes.Tensor([1. 3.], shape=(2,), dtype=float32)
    """
    x, chosen = convert(tensor), convert(mask)
    first = 0 if axis is None else place(axis, x.ndim, "boolean_mask")
    return _mask(x, e.cast(chosen, dtype=np.dtype(bool)), first)


def where(condition: Any, x: Any = None, y: Any = None, *, name: str | None = None) -> Tensor:
    """Entries of x where the condition holds, of y elsewhere; with the condition alone, the indices where it holds.

    Only the chosen entries get an adjoint, but the derivative of the other branch is still computed: where it is inf
    or nan it spoils the product (0 times inf is nan), so guard its input with a `where` too.

    >>> print(where([True, False], [1.0, 2.0], 9.0))
    tapes.Tensor([1. 9.], shape=(2,), dtype=float32)
    """
    chosen = convert(condition)
    if x is None and y is None:
        if not chosen.ndim:
            raise InvalidArgumentError("where: a single number has no indices; the condition needs at least one axis")
        return i.argwhere(chosen)
    if x is None or y is None:
        raise ValueError("where: x and y must both be given, or neither")
    if not chosen.dtype.is_bool:
        raise InvalidArgumentError(f"where: the condition must be bool, got {chosen.dtype.name}: write it as a "
                                   "comparison, such as x > 0")
    if not isinstance(x, TensorLike) and not isinstance(y, TensorLike):
        x = convert(x)
    return e.where(chosen, x, y)


def slice_(input_: Any, begin: Any, size: Any, *, name: str | None = None) -> Tensor:
    """The block that begins at `begin` and has the lengths `size`; a length of -1 reaches to the end.

    >>> import tapes as tf
    >>> print(tf.slice([1.0, 2.0, 3.0, 4.0], [1], [2]))
    tapes.Tensor([2. 3.], shape=(2,), dtype=float32)
    """
    x = convert(input_)
    starts, counts = integers(begin, "slice: begin"), integers(size, "slice: size")
    if not len(starts) == len(counts) == x.ndim:
        raise InvalidArgumentError(f"slice: a tensor of shape {x.shape} needs begin and size to be {x.ndim} numbers "
                                   f"each, got {list(starts)} and {list(counts)}")
    ends = [full if n == -1 else start + n for start, n, full in zip(starts, counts, x.shape, strict=True)]
    if any(not 0 <= start <= end <= full for start, end, full in zip(starts, ends, x.shape, strict=True)):
        raise InvalidArgumentError(f"slice: the block that begins at {list(starts)} with lengths {list(counts)} is not "
                                   f"within a tensor of shape {x.shape}")
    return i.getitem(x, index=tuple(builtins.slice(a, b) for a, b in zip(starts, ends, strict=True)))


def strided_slice(input_: Any, begin: Any, end: Any, strides: Any = None, begin_mask: int = 0, end_mask: int = 0,
                  ellipsis_mask: int = 0, new_axis_mask: int = 0, shrink_axis_mask: int = 0, var: Any = None, *,
                  name: str | None = None) -> Tensor:
    """x[begin:end:strides] along the first axes, spelled with lists; indexing with brackets does the same.

    Bit k of a mask is about place k: `begin_mask` and `end_mask` leave a bound out, and there stands `...` for
    `ellipsis_mask`, None for `new_axis_mask`, the index begin[k] for `shrink_axis_mask`.

    >>> print(strided_slice([1.0, 2.0, 3.0, 4.0], [0], [4], [2]))
    tapes.Tensor([1. 3.], shape=(2,), dtype=float32)
    """
    starts, ends = integers(begin, "strided_slice: begin"), integers(end, "strided_slice: end")
    steps = (1,) * len(starts) if strides is None else integers(strides, "strided_slice: strides")
    if not len(starts) == len(ends) == len(steps) or 0 in steps:
        raise InvalidArgumentError("strided_slice: begin, end and strides must be equally many, and no stride 0, got "
                                   f"{list(starts)}, {list(ends)} and {list(steps)}")
    index: list[Any] = []
    for k, (start, stop, step) in enumerate(zip(starts, ends, steps, strict=True)):
        bit = 1 << k
        if ellipsis_mask & bit:
            index.append(Ellipsis)
        elif new_axis_mask & bit:
            index.append(None)
        elif shrink_axis_mask & bit:
            index.append(start)
        else:
            index.append(builtins.slice(None if begin_mask & bit else start, None if end_mask & bit else stop, step))
    return i.getitem(convert(input_), index=tuple(index))
