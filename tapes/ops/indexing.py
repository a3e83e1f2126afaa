"""Taking entries out; on the way back each adjoint returns to the place where its entry came from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..batching import with_params
from ..op import Op
from ..rules import linear


def _put(g: np.ndarray, index: Any, shape: tuple[int, ...]) -> np.ndarray:
    out = np.zeros(shape, g.dtype)
    out[index] = g
    return out


def _scatter(g: np.ndarray, indices: np.ndarray, shape: tuple[int, ...], axis: int) -> np.ndarray:
    """Add each slice of `g` to the place it was gathered from; an entry gathered twice gets both."""
    out = np.zeros(shape, g.dtype)
    moved = np.moveaxis(out, axis, 0)
    slices = g.reshape(*shape[:axis], indices.size, *shape[axis + 1:])
    np.add.at(moved, indices.reshape(-1), np.moveaxis(slices, axis, 0))
    return out


def _behind(index: Any) -> tuple[Any, ...]:
    """An index into each of many."""
    return (slice(None), *(index if isinstance(index, tuple) else (index,)))


def _take(x: np.ndarray, indices: np.ndarray, axis: int) -> np.ndarray:
    length = x.shape[axis]
    if indices.size and (indices.min() < 0 or indices.max() >= length):
        wrong = indices[(indices < 0) | (indices >= length)].flat[0]
        raise IndexError(f"index {wrong} is not in [0, {length}), the range of axis {axis}")
    return np.take(x, indices, axis=axis)


getitem: Op = linear("getitem", lambda x, index: x[index],
                 lambda g, y, x, index: put(g, index=index, shape=tuple(x.shape)),
                 examples=[(((3, 4),), {"index": (slice(0, 2), 1)}), (((5,),), {"index": slice(None, None, -2)}),
                           (((3, 4),), {"index": (Ellipsis, None, slice(1, 3))}), (((3,),), {"index": slice(0, 0)})],
                 lift=with_params(lambda size, x, index: {"index": _behind(index)}))
put: Op = linear("put", _put, lambda g, y, x, index, shape: getitem(g, index=index),
             examples=[(((2,),), {"index": (slice(0, 2), 1), "shape": (3, 4)}),
                       (((3, 2),), {"index": (Ellipsis, np.array([0, 1]), np.array([1, 2])), "shape": (3, 3, 3)})],
             lift=with_params(lambda size, x, index, shape: {"index": _behind(index), "shape": (size, *shape)}))
gather = Op("gather", _take, [
    lambda g, y, x, indices, axis: scatter(g, indices, shape=tuple(x.shape), axis=axis), None], alike=slice(0, 1),
    examples=[(((4, 2), np.array([0, 0, 3])), {"axis": 0}), (((2, 4), np.array([[1, 2], [2, 2]])), {"axis": 1}),
              (((3,), np.array(2)), {"axis": 0}), (((2, 3), np.array([], int)), {"axis": 1})],
    lift=with_params(lambda size, x, axis: {"axis": axis + 1}))
scatter: Op = Op("scatter", _scatter, [
    lambda g, y, x, indices, shape, axis: gather(g, indices, axis=axis), None], alike=slice(0, 1),
    examples=[(((3, 2), np.array([0, 0, 3])), {"shape": (4, 2), "axis": 0}),
              (((2, 2), np.array([1, 1])), {"shape": (2, 3), "axis": 1}),
              (((0, 2), np.array([], int)), {"shape": (4, 2), "axis": 0})],
    lift=with_params(lambda size, x, shape, axis: {"shape": (size, *shape), "axis": axis + 1}))
one_hot = Op("one_hot", lambda indices, depth, on, off, axis, dtype: _one_hot(indices, depth, on, off, axis, dtype),
             [None], examples=[((np.array([[2, 0], [1, 1]]),), {
                 "depth": 3, "on": 5.0, "off": -1.0, "axis": -1, "dtype": np.dtype(np.float32)})])


def _one_hot(indices: np.ndarray, depth: int, on: Any, off: Any, axis: int, dtype: np.dtype) -> np.ndarray:
    hot = np.expand_dims(indices, -1) == np.arange(depth)
    return np.moveaxis(np.where(hot, on, off).astype(dtype), -1, axis)
