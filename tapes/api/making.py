"""Making tensors: from values, or filled in a regular way."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..convert import convert
from ..dtypes import as_dtype, float32, float64, int32, int64
from ..errors import InvalidArgumentError
from ..notices import tell
from ..ops import elementwise as e
from ..ops import indexing as i
from ..ops import shapes as s
from ..protocols import TensorLike
from ..public import lengths, place
from ..rules import broadcast_to as _broadcast_to
from ..tensor import Tensor


def constant(value: Any, dtype: Any = None, shape: Any = None, *, name: str | None = None) -> Tensor:
    """A tensor of the value: a copy, so that changing an array afterwards changes no gradient.

    Python's float, int and bool become float32, int32 and bool, an array keeps its dtype; `dtype` asks for another.
    With `shape` a single number fills it, and an array takes it. ValueError for what is not numbers, TypeError when
    the value does not fit the dtype or the shape. Here as everywhere `name` is accepted and ignored.

    >>> constant([1, 2], dtype="float64")
    <tapes.Tensor: shape=(2,), dtype=float64, numpy=array([1., 2.])>
    """
    tensor = convert_to_tensor(value, dtype)
    if shape is None:
        return tensor
    wanted = lengths(shape, "constant")
    if tensor.shape.num_elements() == 1:
        return _broadcast_to(s.reshape(tensor, shape=()), shape=wanted)
    if tensor.shape.num_elements() != math.prod(wanted):
        raise TypeError(f"constant: {tensor.shape.num_elements()} entries do not fill the shape {list(wanted)}")
    return s.reshape(tensor, shape=wanted)


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, *, name: str | None = None) -> Tensor:
    """Like `constant`; a tensor is returned as it is, a Variable is read, a list of tensors is stacked on the tape.

    ValueError when a tensor has another dtype than the one asked for: only `cast` changes it.

    >>> convert_to_tensor([1.0, 2.0])
    <tapes.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>
    """
    return convert(value, None if dtype is None else as_dtype(dtype).dtype)


def identity(input: Any, *, name: str | None = None) -> Tensor:
    """A new tensor of the same value: a step of its own on the tape.

    >>> print(identity(1.0))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """
    return e.identity(convert(input))


def identity_n(input: Any, *, name: str | None = None) -> list[Tensor]:
    """For each tensor of a list a new one of the same value.

    >>> print(identity_n([1.0, 2.0])[1])
    tapes.Tensor(2.0, shape=(), dtype=float32)
    """
    return [identity(x) for x in input]


def stop_gradient(input: Any, *, name: str | None = None) -> Tensor:
    """The same value as a constant: no tape follows it, so nothing flows back through it.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.stop_gradient(x * x) * x
    >>> print(tape.gradient(y, x))
    tapes.Tensor(9.0, shape=(), dtype=float32)
    """
    tensor = convert(input)
    stopped = Tensor(tensor._array)
    tell("stop_gradient", stopped, tensor)
    return stopped


def zeros(shape: Any, dtype: Any = float32, *, name: str | None = None) -> Tensor:
    """A tensor of zeros.

    >>> print(zeros([2]))
    tapes.Tensor([0. 0.], shape=(2,), dtype=float32)
    """
    return Tensor(np.zeros(lengths(shape, "zeros"), as_dtype(dtype).dtype))


def ones(shape: Any, dtype: Any = float32, *, name: str | None = None) -> Tensor:
    """A tensor of ones.

    >>> print(ones([2]))
    tapes.Tensor([1. 1.], shape=(2,), dtype=float32)
    """
    return Tensor(np.ones(lengths(shape, "ones"), as_dtype(dtype).dtype))


def zeros_like(input: Any, dtype: Any = None, *, name: str | None = None) -> Tensor:
    """Zeros of the shape and, unless another is asked for, the dtype of a tensor. It has no derivative.

    >>> print(zeros_like([1.0, 2.0]))
    tapes.Tensor([0. 0.], shape=(2,), dtype=float32)
    """
    tensor = e.zeros_like(convert(input))
    return tensor if dtype is None else e.cast(tensor, dtype=as_dtype(dtype).dtype)


def ones_like(input: Any, dtype: Any = None, *, name: str | None = None) -> Tensor:
    """Ones of the shape and, unless another is asked for, the dtype of a tensor. It has no derivative.

    >>> print(ones_like([1.0, 2.0]))
    tapes.Tensor([1. 1.], shape=(2,), dtype=float32)
    """
    tensor = e.ones_like(convert(input))
    return tensor if dtype is None else e.cast(tensor, dtype=as_dtype(dtype).dtype)


def fill(dims: Any, value: Any, *, name: str | None = None) -> Tensor:
    """A tensor of one number everywhere; the adjoint of the number is the sum over all places.

    >>> print(fill([2], 7.0))
    tapes.Tensor([7. 7.], shape=(2,), dtype=float32)
    """
    number = convert(value)
    if number.ndim:
        raise InvalidArgumentError(f"fill: the value must be a single number, got a tensor of shape {number.shape}; "
                                   "there is tapes.broadcast_to")
    return _broadcast_to(number, shape=lengths(dims, "fill"))


def eye(num_rows: Any, num_columns: Any = None, batch_shape: Any = None, dtype: Any = float32, *,
        name: str | None = None) -> Tensor:
    """The identity matrix, or with `batch_shape` many of them.

    >>> print(eye(2))
    tapes.Tensor(
    [[1. 0.]
     [0. 1.]], shape=(2, 2), dtype=float32)
    """
    sides = lengths([num_rows, num_rows if num_columns is None else num_columns], "eye")
    batch = () if batch_shape is None else lengths(batch_shape, "eye")
    return Tensor(np.broadcast_to(np.eye(*sides, dtype=as_dtype(dtype).dtype), (*batch, *sides)))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, *, name: str | None = None) -> Tensor:
    """Numbers from `start`, by default 0, in steps of `delta` up to but not including `limit`.

    The dtype is the widest of the three. InvalidArgumentError when `delta` is 0 or leads away from `limit`.

    >>> print(range(3))
    tapes.Tensor([0 1 2], shape=(3,), dtype=int32)
    """
    wanted = None if dtype is None else as_dtype(dtype).dtype
    bounds = [bound if isinstance(bound, TensorLike) else convert(bound, wanted)
              for bound in ((0, start, delta) if limit is None else (start, limit, delta))]
    low, high, step = (bound.numpy() for bound in bounds)
    if not step or (high - low) / step < 0:
        raise InvalidArgumentError(f"range: no steps of {step} lead from {low} to {high}")
    widest = max((bound.dtype for bound in bounds), key=[int32, int64, float32, float64].index)
    return Tensor(np.arange(low, high, step).astype(as_dtype(widest if dtype is None else dtype).dtype))


def linspace(start: Any, stop: Any, num: Any, *, name: str | None = None, axis: Any = 0) -> Tensor:
    """`num` numbers from `start` to `stop`, both included, at equal distances, along a new axis.

    Start and stop may be tensors, of shapes that fit by broadcasting, and get their adjoints. Integers give float64.

    >>> print(linspace(0.0, 1.0, 3))
    tapes.Tensor([0.  0.5 1. ], shape=(3,), dtype=float32)
    """
    first = convert(start)
    last = convert(stop, None if isinstance(stop, TensorLike) else first._array.dtype)
    if first.dtype.is_integer:
        first, last = (e.cast(end, dtype=np.dtype(np.float64)) for end in (first, last))
    (count,) = lengths(num, "linspace")
    along = place(axis, np.broadcast(first._array, last._array).ndim + 1, "linspace")
    first, last = (s.reshape(end, shape=(*end.shape[:along], 1, *end.shape[along:])) for end in _alike(first, last))
    inner = np.arange(1, count - 1, dtype=first.dtype.dtype).reshape(-1, *(1,) * (first.ndim - 1 - along))
    delta = (last - first) / max(count - 1, 1)
    whole = s.concat(first, first + delta * inner, last, axis=along)
    return whole if count > 1 else i.getitem(whole, index=(slice(None),) * along + (slice(0, count),))


def _alike(*tensors: Tensor) -> list[Tensor]:
    """Tensors brought to one shape by broadcasting."""
    whole = np.broadcast_shapes(*(x.shape for x in tensors))
    return [_broadcast_to(x, shape=whole) for x in tensors]


def one_hot(indices: Any, depth: Any, on_value: Any = None, off_value: Any = None, axis: Any = None,
            dtype: Any = None, *, name: str | None = None) -> Tensor:
    """For each index a row of `depth` entries: `on_value`, or 1, at the index, `off_value`, or 0, elsewhere.

    The rows lie along a new axis, by default the last. The dtype is that of the values given, or float32. An index
    outside [0, depth) gives a row of `off_value`. It has no derivative.

    >>> print(one_hot([0, 2], 3))
    tapes.Tensor(
    [[1. 0. 0.]
     [0. 0. 1.]], shape=(2, 3), dtype=float32)
    """
    places = convert(indices)
    if not places.dtype.is_integer:
        raise InvalidArgumentError(f"one_hot: the indices must be integers, got {places.dtype.name}: say "
                                   "tapes.cast(indices, tapes.int32)")
    (classes,) = lengths(depth, "one_hot")
    given = next((value for value in (on_value, off_value) if value is not None), None)
    wanted = as_dtype(float32 if dtype is None and given is None else convert(given).dtype if dtype is None else dtype)
    return i.one_hot(places, depth=classes, on=1 if on_value is None else np.asarray(on_value).item(),
                     off=0 if off_value is None else np.asarray(off_value).item(),
                     axis=place(-1 if axis is None else axis, places.ndim + 1, "one_hot"), dtype=wanted.dtype)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = bool, *, name: str | None = None) -> Tensor:
    """For each length a row whose first entries, as many as it says, are true: where padded sequences hold data.

    The rows have `maxlen` entries, by default the largest length. It has no derivative.

    >>> print(sequence_mask([1, 3]))
    tapes.Tensor(
    [[ True False False]
     [ True  True  True]], shape=(2, 3), dtype=bool)
    """
    counts = convert(lengths)
    longest = np.max(counts.numpy(), initial=0) if maxlen is None else maxlen
    places = np.arange(int(longest)).astype(counts.dtype.dtype)
    inside = e.less(places, s.reshape(counts, shape=(*counts.shape, 1)))
    return e.cast(inside, dtype=as_dtype(dtype).dtype)
