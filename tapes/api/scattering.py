"""Slices put in the places that index vectors name: into zeros, or over those of a tensor."""

from __future__ import annotations

from typing import Any

from ..convert import convert
from ..errors import InvalidArgumentError
from ..ops import indexing as i
from ..ops import scatter as s
from ..public import lengths
from ..tensor import Tensor
from .picking import indices_of


def scatter_nd(indices: Any, updates: Any, shape: Any, *, name: str | None = None) -> Tensor:
    """Zeros of a shape, with the updates added at the places that index vectors name: the transpose of gather_nd.

    Updates for one place add up. InvalidArgumentError for an index out of range, and unless `updates` has one slice
    for each index vector.

    >>> print(scatter_nd([[0], [2], [0]], [1.0, 2.0, 3.0], [4]))
    tapes.Tensor([4. 0. 2. 0.], shape=(4,), dtype=float32)
    """
    places, new, whole = indices_of(indices, "scatter_nd"), convert(updates), lengths(shape, "scatter_nd")
    _check("scatter_nd", whole, places, new)
    return i.scatter_nd(new, places, shape=whole)


def tensor_scatter_nd_add(tensor: Any, indices: Any, updates: Any, *, name: str | None = None) -> Tensor:
    """The tensor with the updates added at the places that index vectors name.

    >>> print(tensor_scatter_nd_add([1.0, 2.0, 3.0], [[0], [0]], [10.0, 20.0]))
    tapes.Tensor([31.  2.  3.], shape=(3,), dtype=float32)
    """
    x, places, new = _checked("tensor_scatter_nd_add", tensor, indices, updates)
    return x + i.scatter_nd(new, places, shape=tuple(x.shape))


def tensor_scatter_nd_sub(tensor: Any, indices: Any, updates: Any, *, name: str | None = None) -> Tensor:
    """The tensor with the updates subtracted at the places that index vectors name.

    >>> print(tensor_scatter_nd_sub([1.0, 2.0, 3.0], [[0], [2]], [1.0, 1.0]))
    tapes.Tensor([0. 2. 2.], shape=(3,), dtype=float32)
    """
    x, places, new = _checked("tensor_scatter_nd_sub", tensor, indices, updates)
    return x - i.scatter_nd(new, places, shape=tuple(x.shape))


def tensor_scatter_nd_update(tensor: Any, indices: Any, updates: Any, *, name: str | None = None) -> Tensor:
    """The tensor with other slices at the places that index vectors name.

    Where several updates name one place the last one stays, and it alone gets the adjoint (TensorFlow gives it to all
    of them, though the others are not in the result).

    >>> print(tensor_scatter_nd_update([1.0, 2.0, 3.0], [[0], [2]], [8.0, 9.0]))
    tapes.Tensor([8. 2. 9.], shape=(3,), dtype=float32)
    """
    return s.tensor_scatter_nd_update(*_checked("tensor_scatter_nd_update", tensor, indices, updates))


def tensor_scatter_nd_max(tensor: Any, indices: Any, updates: Any, *, name: str | None = None) -> Tensor:
    """The tensor with the larger of its slices and the updates; entries that tie share the adjoint evenly.

    >>> print(tensor_scatter_nd_max([1.0, 2.0, 3.0], [[0], [2]], [8.0, 0.0]))
    tapes.Tensor([8. 2. 3.], shape=(3,), dtype=float32)
    """
    return s.tensor_scatter_nd_max(*_checked("tensor_scatter_nd_max", tensor, indices, updates))


def tensor_scatter_nd_min(tensor: Any, indices: Any, updates: Any, *, name: str | None = None) -> Tensor:
    """The tensor with the smaller of its slices and the updates; entries that tie share the adjoint evenly.

    >>> print(tensor_scatter_nd_min([1.0, 2.0, 3.0], [[0], [2]], [8.0, 0.0]))
    tapes.Tensor([1. 2. 0.], shape=(3,), dtype=float32)
    """
    return s.tensor_scatter_nd_min(*_checked("tensor_scatter_nd_min", tensor, indices, updates))


def _checked(op: str, tensor: Any, indices: Any, updates: Any) -> tuple[Tensor, Tensor, Tensor]:
    x, places = convert(tensor), indices_of(indices, op)
    new = convert(updates, x._array.dtype)
    _check(op, tuple(x.shape), places, new)
    return x, places, new


def _check(op: str, whole: tuple[int, ...], places: Tensor, new: Tensor) -> None:
    """One update for each index vector, of the shape of the slice that it names."""
    if not places.ndim or places.shape[-1] > len(whole):
        raise InvalidArgumentError(f"{op}: the last axis of indices must hold at most {len(whole)} indices into the "
                                   f"shape {list(whole)}, got indices of shape {places.shape}")
    wanted = (*places.shape[:-1], *whole[places.shape[-1]:])
    if tuple(new.shape) != wanted:
        raise InvalidArgumentError(f"{op}: indices of shape {places.shape} into a tensor of shape {list(whole)} need "
                                   f"updates of shape {list(wanted)}, got {new.shape}")
