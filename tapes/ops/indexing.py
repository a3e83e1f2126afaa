"""Taking entries out by slices and indices; on the way back each adjoint returns to the place its entry came from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..batching import Batched, everywhere, looped, with_params
from ..op import Op
from ..rules import linear
from .shapes import transpose


def _put(g: np.ndarray, index: Any, shape: tuple[int, ...]) -> np.ndarray:
    out = np.zeros(shape, g.dtype)
    out[index] = g
    return out


def _take(x: np.ndarray, indices: np.ndarray, axis: int, batch_dims: int = 0) -> np.ndarray:
    _within(indices, x.shape[axis], axis)
    if batch_dims:
        return x.reshape(-1)[_places(x.shape, indices, axis, batch_dims)]
    return np.take(x, indices, axis=axis)


def _scatter(g: np.ndarray, indices: np.ndarray, shape: tuple[int, ...], axis: int, batch_dims: int = 0) -> np.ndarray:
    """Add each slice of `g` to the place it was gathered from; an entry gathered twice gets both."""
    _within(indices, shape[axis], axis)
    out = np.zeros(math.prod(shape), g.dtype)
    # on a flat array np.add.at is four times as fast as on slices
    np.add.at(out, _places(shape, indices, axis, batch_dims).reshape(-1), g.reshape(-1))
    return out.reshape(shape)


def _behind(index: Any) -> tuple[Any, ...]:
    """An index into each of many."""
    return (slice(None), *(index if isinstance(index, tuple) else (index,)))


def _within(indices: np.ndarray, length: int, axis: int) -> None:
    if indices.size and (indices.min() < 0 or indices.max() >= length):
        wrong = indices[(indices < 0) | (indices >= length)].flat[0]
        raise IndexError(f"index {wrong} is not in [0, {length}), the range of axis {axis}")


def _places(shape: tuple[int, ...], indices: np.ndarray, axis: int, batch_dims: int) -> np.ndarray:
    """Where in the flat array the entries of a gather lie: along each axis the index times the stride, added up."""
    after = len(shape) - axis - 1
    rank = axis + indices.ndim - batch_dims + after
    strides = [math.prod(shape[k + 1:]) for k in range(len(shape))]
    places = strides[axis] * indices.astype(np.intp).reshape(
        (*indices.shape[:batch_dims], *(1,) * (axis - batch_dims), *indices.shape[batch_dims:], *(1,) * after))
    for k, length in enumerate(shape):
        if k != axis:
            behind = rank - 1 - k if k < axis else len(shape) - 1 - k
            places = places + strides[k] * np.arange(length).reshape(length, *(1,) * behind)
    return places


def _rows(indices: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, tuple[int, ...]]:
    """For index vectors, which name a slice by its first indices: the slices' numbers, and the shape of their list."""
    depth = indices.shape[-1]
    outside = (indices < 0) | (indices >= np.array(shape[:depth], int))
    if outside.any():
        raise IndexError(f"index {indices[outside.any(-1)][0].tolist()} is not within the shape {list(shape)}")
    strides = np.array([math.prod(shape[k + 1: depth]) for k in range(depth)], np.intp)
    return (indices * strides).sum(-1, dtype=np.intp), (math.prod(shape[:depth]), *shape[depth:])


def _gather_nd(x: np.ndarray, indices: np.ndarray) -> np.ndarray:
    rows, shape = _rows(indices, x.shape)
    return x.reshape(shape)[rows]


def _scatter_nd(g: np.ndarray, indices: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    rows, stacked = _rows(indices, shape)
    return _scatter(g, rows, stacked, 0).reshape(shape)


def _each_its_own(op: Op, size: int, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """Many gathers or scatters with the same indices: the batch is one more axis in front."""
    x, indices = inputs
    more: dict[str, Any] = {"axis": params["axis"] + 1}
    if params.get("batch_dims"):
        indices, more["batch_dims"] = everywhere(indices, size), params["batch_dims"] + 1
    if "shape" in params:
        more["shape"] = (size, *params["shape"])
    return op(x.whole, indices, **{**params, **more})


def _indices_of_all(op: Op, size: int, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """Many gathers or scatters with the same index vectors: these name the first axes, so the batch goes last."""
    x, indices = inputs
    if type(indices) is Batched:
        return looped(lambda *xs: op(*xs, **params), inputs).whole
    last = transpose(x.whole, perm=[*range(1, x.ndim + 1), 0])
    result = op(last, indices, **{name: (*shape, size) for name, shape in params.items()})
    return transpose(result, perm=[result.ndim - 1, *range(result.ndim - 1)])


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
    lambda g, y, x, indices, axis, batch_dims=0: scatter(
        g, indices, shape=tuple(x.shape), axis=axis, batch_dims=batch_dims), None], alike=slice(0, 1),
    examples=[(((4, 2), np.array([0, 0, 3])), {"axis": 0}), (((2, 4), np.array([[1, 2], [2, 2]])), {"axis": 1}),
              (((3,), np.array(2)), {"axis": 0}), (((2, 3), np.array([], int)), {"axis": 1}),
              (((2, 3), np.array([[0, 0], [1, 2]])), {"axis": 1, "batch_dims": 1}),
              (((2, 2, 3, 2), np.array([[2], [1]])), {"axis": 2, "batch_dims": 1}),
              (((2, 3), np.array([2, 0])), {"axis": 1, "batch_dims": 1})],
    lift=_each_its_own)
scatter: Op = Op("scatter", _scatter, [
    lambda g, y, x, indices, shape, axis, batch_dims=0: gather(g, indices, axis=axis, batch_dims=batch_dims), None],
    alike=slice(0, 1), lift=_each_its_own,
    examples=[(((3, 2), np.array([0, 0, 3])), {"shape": (4, 2), "axis": 0}),
              (((2, 2), np.array([1, 1])), {"shape": (2, 3), "axis": 1}),
              (((0, 2), np.array([], int)), {"shape": (4, 2), "axis": 0})])
gather_nd = Op("gather_nd", _gather_nd, [
    lambda g, y, x, indices: scatter_nd(g, indices, shape=tuple(x.shape)), None], alike=slice(0, 1),
    lift=_indices_of_all,
    examples=[(((2, 3), np.array([[0, 1], [1, 2], [0, 1]])), {}), (((2, 3), np.array([[1], [1]])), {}),
              (((2, 3, 2), np.array([[[0, 2]], [[1, 0]]])), {}), (((2, 3), np.array([1, 1])), {}),
              (((2, 2), np.zeros((2, 0), int)), {}), (((2, 3), np.zeros((0, 1), int)), {})])
scatter_nd: Op = Op("scatter_nd", _scatter_nd, [
    lambda g, y, x, indices, shape: gather_nd(g, indices), None], alike=slice(0, 1), lift=_indices_of_all,
    examples=[(((3,), np.array([[0, 1], [1, 2], [0, 1]])), {"shape": (2, 3)}),
              (((2, 3), np.array([[1], [1]])), {"shape": (2, 3)}),
              (((0, 3), np.zeros((0, 1), int)), {"shape": (2, 3)})])
argwhere = Op("argwhere", np.argwhere, [None], varying=True, examples=[
    ((np.array([[0.0, 1.5], [2.0, 0.0]]),), {}), ((np.array([True, False, True]),), {})])
one_hot = Op("one_hot", lambda indices, depth, on, off, axis, dtype: _one_hot(indices, depth, on, off, axis, dtype),
             [None], examples=[((np.array([[2, 0], [1, 1]]),), {
                 "depth": 3, "on": 5.0, "off": -1.0, "axis": -1, "dtype": np.dtype(np.float32)})])


def _one_hot(indices: np.ndarray, depth: int, on: Any, off: Any, axis: int, dtype: np.dtype) -> np.ndarray:
    hot = indices[..., None] == np.arange(depth)
    chosen = hot.astype(dtype) if on == 1 and off == 0 else np.where(hot, on, off).astype(dtype)
    return chosen if axis == -1 else np.moveaxis(chosen, -1, axis)
