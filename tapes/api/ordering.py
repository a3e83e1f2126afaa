"""Sorting, searching and counting: what depends on order alone has no derivative, the sorted values have one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..convert import convert
from ..dtypes import as_dtype, int32
from ..errors import InvalidArgumentError
from ..ops import elementwise as e
from ..ops import indexing as i
from ..ops import reductions as r
from ..ops import shapes as s
from ..ops import sorting as o
from ..public import integers, place
from ..tensor import Tensor


class TopKV2(NamedTuple):
    """The largest entries, and where they stood."""

    values: Tensor
    indices: Tensor


class Unique(NamedTuple):
    """The distinct values, and for each entry the place of its value among them."""

    y: Tensor
    idx: Tensor


class UniqueWithCounts(NamedTuple):
    """The distinct values, for each entry the place of its value among them, and how often each value occurs."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING", *, name: str | None = None) -> Tensor:
    """The entries in order along an axis: a permutation, so each adjoint goes back to where its entry stood.

    nan counts as larger than any number. ValueError for a direction other than ASCENDING and DESCENDING.

    >>> import tapes as tf
    >>> x = tf.Variable([3.0, 1.0, 2.0])
    >>> with tf.GradientTape() as tape:
    ...     y = tf.sort(x) * [1.0, 10.0, 100.0]
    >>> print(tape.gradient(y, x))
    tapes.Tensor([100.   1.  10.], shape=(3,), dtype=float32)
    """
    x, order = _ordered("sort", values, axis, direction)
    last = x.ndim - 1
    return _moved(i.gather(x, order, axis=last, batch_dims=last) if last else i.gather(x, order, axis=0), axis)


def argsort(values: Any, axis: int = -1, direction: str = "ASCENDING", stable: bool = False, *,
            name: str | None = None) -> Tensor:
    """The indices that sort along an axis, as int32; ties keep their order. It has no derivative.

    >>> print(argsort([3.0, 1.0, 2.0], direction="DESCENDING"))
    tapes.Tensor([0 2 1], shape=(3,), dtype=int32)
    """
    return _moved(_ordered("argsort", values, axis, direction)[1], axis)


def _ordered(op: str, values: Any, axis: int, direction: str) -> tuple[Tensor, Tensor]:
    """The values with the axis moved to the end, and the indices that sort them along it."""
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"{op}: Argument `direction` should be one of ASCENDING, DESCENDING. Received: {direction!r}")
    x = convert(values)
    place(axis, x.ndim, op)
    x = _moved(x, axis)
    return x, o.argsort(x, descending=direction == "DESCENDING")


def _moved(x: Tensor, axis: int) -> Tensor:
    """The axis and the last one exchanged, which undoes itself."""
    along, last = axis % x.ndim, x.ndim - 1
    if along == last:
        return x
    order = list(range(x.ndim))
    order[along], order[last] = last, along
    return s.transpose(x, perm=order)


def top_k(input: Any, k: Any = 1, sorted: bool = True, index_type: Any = int32, *, name: str | None = None) -> TopKV2:
    """The k largest entries along the last axis, and their indices; of ties the first.

    They come sorted from the largest down, also with `sorted=False`. nan counts as larger than any number. The values
    have a gradient, the indices have none. InvalidArgumentError when there are fewer than k.

    >>> import tapes as tf
    >>> values, indices = tf.math.top_k([1.0, 5.0, 3.0], k=2)
    >>> print(values, indices)
    tapes.Tensor([5. 3.], shape=(2,), dtype=float32) tapes.Tensor([1 2], shape=(2,), dtype=int32)
    """
    x = convert(input)
    (count,) = integers(k, "top_k: k")
    if not x.ndim or not 0 <= count <= x.shape[-1]:
        raise InvalidArgumentError(f"top_k: of a tensor of shape {x.shape} there are no {count} largest along the last "
                                   "axis")
    last = x.ndim - 1
    order = i.getitem(o.argsort(x, descending=True), index=(Ellipsis, slice(0, count)))
    values = i.gather(x, order, axis=last, batch_dims=last) if last else i.gather(x, order, axis=0)
    return TopKV2(values, in_dtype(order, index_type))


def in_top_k(targets: Any, predictions: Any, k: Any, *, name: str | None = None) -> Tensor:
    """For each row of predictions, whether its target's is among the k largest; those that tie at the border count.

    False where the target is no column, or a prediction is not finite. It has no derivative.

    >>> import tapes as tf
    >>> print(tf.math.in_top_k([1, 0], [[0.1, 0.9], [0.2, 0.8]], k=1))
    tapes.Tensor([ True False], shape=(2,), dtype=bool)
    """
    wanted, scores = convert(targets), convert(predictions)
    if scores.ndim != 2 or wanted.shape != scores.shape[:1] or not wanted.dtype.is_integer:
        raise InvalidArgumentError("in_top_k: needs a matrix of predictions, and one integer target for each of its "
                                   f"rows; got shapes {scores.shape} and {wanted.shape}, {wanted.dtype.name}")
    (count,) = integers(k, "in_top_k: k")
    columns = np.arange(scores.shape[1], dtype=wanted.dtype.dtype)
    hit = e.equal(i.getitem(wanted, index=(slice(None), None)), columns)
    own = r.reduce_max(e.where(hit, scores, -np.inf), axis=1, keepdims=True)
    above = r.reduce_sum(e.cast(e.greater(scores, own), dtype=np.dtype(np.int32)), axis=1)
    finite = e.logical_and(i.getitem(e.is_finite(own), index=(slice(None), 0)),
                           r.reduce_all(e.is_finite(scores), axis=1))
    return e.logical_and(e.less(above, np.int32(count)), finite)


def unique(x: Any, out_idx: Any = int32, *, name: str | None = None) -> Unique:
    """The distinct values of a vector in the order of their appearance, and where each entry's value is among them.

    As in TensorFlow, asking for a gradient through the values is a LookupError.

    >>> y, idx = unique([30, 10, 30])
    >>> print(y, idx)
    tapes.Tensor([30 10], shape=(2,), dtype=int32) tapes.Tensor([0 1 0], shape=(3,), dtype=int32)
    """
    vector = _vector(x, "unique")
    return Unique(o.unique(vector), in_dtype(o.unique_places(vector), out_idx))


def unique_with_counts(x: Any, out_idx: Any = int32, *, name: str | None = None) -> UniqueWithCounts:
    """Like unique, and how often each value occurs.

    >>> print(unique_with_counts([30, 10, 30]).count)
    tapes.Tensor([2 1], shape=(2,), dtype=int32)
    """
    vector = _vector(x, "unique_with_counts")
    values, places = o.unique(vector), o.unique_places(vector)
    counts = o.bincount(places, length=values.shape[0])
    return UniqueWithCounts(values, in_dtype(places, out_idx), in_dtype(counts, out_idx))


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = int32, *,
                 name: str | None = None) -> Tensor:
    """Where the values would go into a sorted sequence so that it stays sorted, along the last axis.

    Before equal entries ("left") or after them ("right"); all other axes of the two must agree. It has no derivative.

    >>> print(searchsorted([1.0, 3.0, 5.0], [0.0, 3.0, 9.0]))
    tapes.Tensor([0 1 3], shape=(3,), dtype=int32)
    """
    if side not in ("left", "right"):
        raise ValueError("searchsorted: Argument `side` must be either 'right' or 'left'. Received: `side` = "
                         f"{side!r}.")
    rows, wanted = convert(sorted_sequence), convert(values)
    if not rows.ndim or not wanted.ndim or rows.shape[:-1] != wanted.shape[:-1]:
        raise InvalidArgumentError("searchsorted: sequence and values must agree in all axes but the last, of which "
                                   f"there must be one; got shapes {rows.shape} and {wanted.shape}")
    return in_dtype(o.searchsorted(rows, wanted, side=side), out_type)


def _vector(x: Any, op: str) -> Tensor:
    vector = convert(x)
    if vector.ndim != 1:
        raise InvalidArgumentError(f"{op} expects a vector, got a tensor of shape {vector.shape}: flatten it with "
                                   "tapes.reshape(x, [-1])")
    return vector


def in_dtype(x: Tensor, dtype: Any) -> Tensor:
    return e.cast(x, dtype=as_dtype(dtype).dtype)
