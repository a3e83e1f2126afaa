"""Entries that belong together, by a number that each of them carries, are added up, averaged or counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..convert import convert
from ..dtypes import as_dtype, int32
from ..errors import InvalidArgumentError
from ..ops import elementwise as e
from ..ops import indexing as i
from ..ops import reductions as r
from ..ops import scatter as s
from ..ops import shapes
from ..ops import sorting as o
from ..public import integers
from ..tensor import Tensor
from .making import ones, zeros
from .ordering import in_dtype
from .picking import indices_of


def _checked(op: str, data: Any, segment_ids: Any, num_segments: Any) -> tuple[Tensor, Tensor, int]:
    """The data flattened along the axes of the ids, the ids as a column, and the number of segments.

    What has a negative id is to be dropped: it goes to one segment more, which `_kept` cuts off.
    """
    x, ids = convert(data), indices_of(segment_ids, op)
    if tuple(x.shape[: ids.ndim]) != tuple(ids.shape):
        raise InvalidArgumentError(f"{op}: data of shape {x.shape} does not start with the shape {ids.shape} of "
                                   "segment_ids: each slice needs one")
    (count,) = integers(num_segments, f"{op}: num_segments")
    number = math.prod(ids.shape)
    dropped = e.where(e.less(ids, np.zeros((), ids.dtype.dtype)), np.array(count, ids.dtype.dtype), ids)
    highest = int(np.max(ids.numpy(), initial=-1))
    if highest >= count:
        raise InvalidArgumentError(f"{op}: segment id {highest} is out of range [0, {count})")
    flat = shapes.reshape(x, shape=(number, *x.shape[ids.ndim:]))
    return flat, shapes.reshape(dropped, shape=(number, 1)), count


def _sums(x: Tensor, ids: Tensor, count: int) -> Tensor:
    return i.scatter_nd(x, ids, shape=(count + 1, *x.shape[1:]))


def _sizes(x: Tensor, ids: Tensor, count: int) -> Tensor:
    """How many entries each segment has, at least 1, to divide by."""
    sizes = e.maximum(_sums(ones(x.shape[:1], x.dtype), ids, count), 1)
    return shapes.reshape(sizes, shape=(count + 1, *(1,) * (x.ndim - 1)))


def _extremes(op: Any, x: Tensor, ids: Tensor, count: int) -> Tensor:
    """Segments of nothing keep the number to begin with: the lowest or the highest of the dtype."""
    limits = np.iinfo(x.dtype.dtype) if x.dtype.is_integer else np.finfo(x.dtype.dtype)
    start = limits.min if op is s.tensor_scatter_nd_max else limits.max
    return op(Tensor(np.full((count + 1, *x.shape[1:]), start, x.dtype.dtype)), ids, x)


_WAYS: dict[str, Callable[[Tensor, Tensor, int], Tensor]] = {
    "sum": _sums,
    "mean": lambda x, ids, count: _sums(x, ids, count) / _sizes(x, ids, count),
    "whole mean": lambda x, ids, count: e.truncatediv(_sums(x, ids, count), _sizes(x, ids, count)),
    "sqrt_n": lambda x, ids, count: _sums(x, ids, count) / e.sqrt(_sizes(x, ids, count)),
    "max": lambda x, ids, count: _extremes(s.tensor_scatter_nd_max, x, ids, count),
    "min": lambda x, ids, count: _extremes(s.tensor_scatter_nd_min, x, ids, count),
}


def _unsorted(way: str, sentence: str, output: str) -> Callable[..., Tensor]:
    op = f"unsorted_segment_{way}"

    def segments(data: Any, segment_ids: Any, num_segments: Any, *, name: str | None = None) -> Tensor:
        x, ids, count = _checked(op, data, segment_ids, num_segments)
        return i.getitem(_WAYS[way](x, ids, count), index=(slice(0, count),))

    segments.__name__ = segments.__qualname__ = op
    segments.__doc__ = f"""{sentence}

    `segment_ids` gives each slice along the first axes the number of its segment, in any order; what has a negative
    one is dropped. InvalidArgumentError for a number that is not below `num_segments`.

    >>> import tapes as tf
    >>> print(tf.math.{op}([1.0, 2.0, 4.0], [1, 0, 1], 2))
    {output}
    """
    return segments


def _sorted(way: str, sentence: str, output: str) -> Callable[..., Tensor]:
    op = f"segment_{way}"

    def segments(data: Any, segment_ids: Any, *, name: str | None = None) -> Tensor:
        ids = indices_of(segment_ids, op)
        numbers = ids.numpy()
        if ids.ndim != 1 or (numbers < 0).any() or (np.diff(numbers) < 0).any():
            raise InvalidArgumentError(f"{op}: segment_ids must be a vector of numbers from 0 that never fall; for any "
                                       f"other there is tapes.math.unsorted_{op}")
        x, column, count = _checked(op, data, ids, int(numbers[-1]) + 1 if numbers.size else 0)
        result = _WAYS["whole mean" if way == "mean" and x.dtype.is_integer else way](x, column, count)
        if way in ("max", "min"):  # here segments of nothing are 0
            empty = e.equal(_sums(ones(x.shape[:1], x.dtype), column, count), np.zeros((), x.dtype.dtype))
            result = e.where(shapes.reshape(empty, shape=(count + 1, *(1,) * (x.ndim - 1))), zeros((), x.dtype), result)
        return i.getitem(result, index=(slice(0, count),))

    segments.__name__ = segments.__qualname__ = op
    segments.__doc__ = f"""{sentence}

    `segment_ids` gives each slice along the first axis the number of its segment, and must not fall; a segment of
    nothing is 0. InvalidArgumentError where it falls.

    >>> import tapes as tf
    >>> print(tf.math.{op}([1.0, 2.0, 4.0], [0, 1, 1]))
    {output}
    """
    return segments


unsorted_segment_sum = _unsorted("sum", "The sum of each segment.", "tapes.Tensor([2. 5.], shape=(2,), dtype=float32)")
unsorted_segment_mean = _unsorted("mean", "The mean of each segment; of no entries 0.",
                                  "tapes.Tensor([2.  2.5], shape=(2,), dtype=float32)")
unsorted_segment_sqrt_n = _unsorted("sqrt_n", "The sum of each segment over the square root of its number of entries.",
                                    "tapes.Tensor([2.       3.535534], shape=(2,), dtype=float32)")
unsorted_segment_max = _unsorted("max", "The largest entry of each segment; those that tie share the adjoint.",
                                 "tapes.Tensor([2. 4.], shape=(2,), dtype=float32)")
unsorted_segment_min = _unsorted("min", "The smallest entry of each segment; those that tie share the adjoint.",
                                 "tapes.Tensor([2. 1.], shape=(2,), dtype=float32)")
segment_sum = _sorted("sum", "The sum of each segment.", "tapes.Tensor([1. 6.], shape=(2,), dtype=float32)")
segment_mean = _sorted("mean", "The mean of each segment.", "tapes.Tensor([1. 3.], shape=(2,), dtype=float32)")
segment_max = _sorted("max", "The largest entry of each segment; those that tie share the adjoint.",
                      "tapes.Tensor([1. 4.], shape=(2,), dtype=float32)")
segment_min = _sorted("min", "The smallest entry of each segment; those that tie share the adjoint.",
                      "tapes.Tensor([1. 2.], shape=(2,), dtype=float32)")


def bincount(arr: Any, weights: Any = None, minlength: Any = None, maxlength: Any = None, dtype: Any = int32, *,
             name: str | None = None) -> Tensor:
    """How often each number from 0 occurs, or the sum of the weights of its places.

    At least `minlength` numbers are counted, and no number from `maxlength` on. As in TensorFlow it has no gradient,
    not even by the weights (LookupError); `unsorted_segment_sum` has one.

    >>> import tapes as tf
    >>> print(tf.math.bincount([0, 2, 2]))
    tapes.Tensor([1 0 2], shape=(3,), dtype=int32)
    """
    numbers = e.cast(convert(arr), dtype=np.dtype(np.int64))
    flat = shapes.reshape(numbers, shape=(math.prod(numbers.shape),))
    if flat.shape[0] and int(r.reduce_min(flat)) < 0:
        raise InvalidArgumentError("bincount: the numbers must not be negative")
    length = max(int(r.reduce_max(flat)) + 1 if flat.shape[0] else 0, 0 if minlength is None else int(minlength))
    length = length if maxlength is None else min(length, int(maxlength))
    if weights is None:
        return in_dtype(o.bincount(flat, length=length), dtype)
    return o.weighted_bincount(flat, shapes.reshape(convert(weights), shape=flat.shape), length=length)


def confusion_matrix(labels: Any, predictions: Any, num_classes: Any = None, weights: Any = None, dtype: Any = int32, *,
                     name: str | None = None) -> Tensor:
    """In row i and column j, how often label i was predicted as j, or the sum of the weights of these cases.

    >>> import tapes as tf
    >>> print(tf.math.confusion_matrix([0, 1, 1], [0, 1, 0]))
    tapes.Tensor(
    [[1 0]
     [1 1]], shape=(2, 2), dtype=int32)
    """
    true, guessed = _class_numbers(labels), _class_numbers(predictions)
    if true.ndim != 1 or true.shape != guessed.shape:
        raise InvalidArgumentError("confusion_matrix: labels and predictions must be vectors of one length, got shapes "
                                   f"{true.shape} and {guessed.shape}")
    highest = max((int(r.reduce_max(each)) for each in (true, guessed) if each.shape[0]), default=-1)
    count = highest + 1 if num_classes is None else int(num_classes)
    counted = as_dtype(dtype)
    cases = ones(true.shape, counted) if weights is None else e.cast(convert(weights), dtype=counted.dtype)
    return i.scatter_nd(cases, shapes.stack(true, guessed, axis=1), shape=(count, count))


def _class_numbers(x: Any) -> Tensor:
    return e.cast(convert(x), dtype=np.dtype(np.int64))
