"""Making tensors, and giving the same entries another arrangement."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from .convert import convert
from .dtypes import as_dtype, float32, int32
from .errors import InvalidArgumentError
from .op import broadcast_to as _broadcast_to
from .operators import mask as _mask
from .ops import elementwise as e
from .ops import indexing as i
from .ops import shapes as s
from .tensor import Tensor, TensorLike


def constant(value: Any, dtype: Any = None, shape: Any = None) -> Tensor:
    """A tensor of the value: a copy, so that changing an array afterwards changes no gradient.

    Python's float, int and bool become float32, int32 and bool, an array keeps its dtype; `dtype` asks for another.
    With `shape` a single number fills it, and an array takes it. ValueError for what is not numbers, TypeError when
    the value does not fit the dtype.

    >>> constant([1, 2], dtype="float64")
    <tapes.Tensor: shape=(2,), dtype=float64, numpy=array([1., 2.])>
    """
    tensor = convert_to_tensor(value, dtype)
    if shape is None:
        return tensor
    wanted = _lengths(shape)
    return _broadcast_to(tensor, shape=wanted) if tensor.ndim == 0 else reshape(tensor, wanted)


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None) -> Tensor:
    """Like `constant`; a tensor is returned as it is, a Variable is read, a list of tensors is stacked on the tape.

    ValueError when a tensor has another dtype than the one asked for: only `cast` changes it.

    >>> convert_to_tensor([1.0, 2.0])
    <tapes.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>
    """
    return convert(value, None if dtype is None else as_dtype(dtype).dtype)


def identity(input: Any) -> Tensor:
    """A new tensor of the same value: a step of its own on the tape.

    >>> print(identity(1.0))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """
    return e.identity(convert(input))


def stop_gradient(input: Any) -> Tensor:
    """The same value as a constant: no tape follows it, so nothing flows back through it.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.stop_gradient(x * x) * x
    >>> print(tape.gradient(y, x))
    tapes.Tensor(9.0, shape=(), dtype=float32)
    """
    return Tensor(convert(input)._array)


def zeros(shape: Any, dtype: Any = float32) -> Tensor:
    """A tensor of zeros.

    >>> print(zeros([2]))
    tapes.Tensor([0. 0.], shape=(2,), dtype=float32)
    """
    return Tensor(np.zeros(_lengths(shape), as_dtype(dtype).dtype))


def ones(shape: Any, dtype: Any = float32) -> Tensor:
    """A tensor of ones.

    >>> print(ones([2]))
    tapes.Tensor([1. 1.], shape=(2,), dtype=float32)
    """
    return Tensor(np.ones(_lengths(shape), as_dtype(dtype).dtype))


def zeros_like(input: Any, dtype: Any = None) -> Tensor:
    """Zeros of the shape and, unless another is asked for, the dtype of a tensor. It has no derivative.

    >>> print(zeros_like([1.0, 2.0]))
    tapes.Tensor([0. 0.], shape=(2,), dtype=float32)
    """
    tensor = e.zeros_like(convert(input))
    return tensor if dtype is None else e.cast(tensor, dtype=as_dtype(dtype).dtype)


def ones_like(input: Any, dtype: Any = None) -> Tensor:
    """Ones of the shape and, unless another is asked for, the dtype of a tensor. It has no derivative.

    >>> print(ones_like([1.0, 2.0]))
    tapes.Tensor([1. 1.], shape=(2,), dtype=float32)
    """
    tensor = convert(input)
    return ones(tensor.shape, tensor.dtype if dtype is None else dtype)


def fill(dims: Any, value: Any) -> Tensor:
    """A tensor of one value everywhere; the adjoint of the value is the sum over all places.

    >>> print(fill([2], 7.0))
    tapes.Tensor([7. 7.], shape=(2,), dtype=float32)
    """
    return broadcast_to(value, dims)


def eye(num_rows: int, num_columns: int | None = None, dtype: Any = float32) -> Tensor:
    """The identity matrix.

    >>> print(eye(2))
    tapes.Tensor(
    [[1. 0.]
     [0. 1.]], shape=(2, 2), dtype=float32)
    """
    return Tensor(np.eye(int(num_rows), None if num_columns is None else int(num_columns),
                         dtype=as_dtype(dtype).dtype))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Tensor:
    """Numbers from `start`, by default 0, in steps of `delta` up to but not including `limit`.

    >>> print(range(3))
    tapes.Tensor([0 1 2], shape=(3,), dtype=int32)
    """
    low, high = (0, start) if limit is None else (start, limit)
    bounds = [np.asarray(bound) for bound in (low, high, delta)]
    default = float32 if any(bound.dtype.kind == "f" for bound in bounds) else int32
    return Tensor(np.arange(*bounds).astype(as_dtype(default if dtype is None else dtype).dtype))


def linspace(start: Any, stop: Any, num: int) -> Tensor:
    """`num` numbers from `start` to `stop`, both included, at equal distances.

    >>> print(linspace(0.0, 1.0, 3))
    tapes.Tensor([0.  0.5 1. ], shape=(3,), dtype=float32)
    """
    first = convert(start)
    return Tensor(np.linspace(np.asarray(start), np.asarray(stop), int(num)).astype(first._array.dtype))


def one_hot(indices: Any, depth: int, on_value: Any = 1, off_value: Any = 0, axis: int = -1,
            dtype: Any = float32) -> Tensor:
    """For each index a row of `depth` entries: `on_value` at the index, `off_value` elsewhere. It has no derivative.

    >>> print(one_hot([0, 2], 3))
    tapes.Tensor(
    [[1. 0. 0.]
     [0. 0. 1.]], shape=(2, 3), dtype=float32)
    """
    places = convert(indices)
    if not places.dtype.is_integer:
        raise TypeError(f"one_hot needs integers, got {places.dtype.name}: say tapes.cast(indices, tapes.int32)")
    return i.one_hot(places, depth=int(depth), on=on_value, off=off_value, axis=axis, dtype=as_dtype(dtype).dtype)


def shape(input: Any) -> Tensor:
    """The shape as a tensor of integers.

    >>> print(shape([[1.0, 2.0]]))
    tapes.Tensor([1 2], shape=(2,), dtype=int32)
    """
    return Tensor(np.array(convert(input).shape, np.int32))


def size(input: Any) -> Tensor:
    """The number of entries.

    >>> print(size([[1.0, 2.0]]))
    tapes.Tensor(2, shape=(), dtype=int32)
    """
    return Tensor(np.int32(convert(input).shape.num_elements()))


def rank(input: Any) -> Tensor:
    """The number of axes.

    >>> print(rank([[1.0, 2.0]]))
    tapes.Tensor(2, shape=(), dtype=int32)
    """
    return Tensor(np.int32(convert(input).ndim))


def reshape(tensor: Any, shape: Any) -> Tensor:
    """The same entries in the same order in another shape; one length may be -1, which means: what is left.

    >>> print(reshape([1.0, 2.0, 3.0, 4.0], [2, -1]))
    tapes.Tensor(
    [[1. 2.]
     [3. 4.]], shape=(2, 2), dtype=float32)
    """
    x = convert(tensor)
    wanted = tuple(int(length) for length in np.asarray(shape).reshape(-1))
    return s.reshape(x, shape=s.known_shape(wanted, x.shape.num_elements()))


def transpose(a: Any, perm: Any = None) -> Tensor:
    """The axes in another order: `perm[k]` is the old axis that becomes axis k; by default reversed.

    >>> print(transpose([[1.0, 2.0]]))
    tapes.Tensor(
    [[1.]
     [2.]], shape=(2, 1), dtype=float32)
    """
    x = convert(a)
    order = list(reversed(builtins.range(x.ndim))) if perm is None else [int(p) for p in np.asarray(perm)]
    if sorted(order) != list(builtins.range(x.ndim)):
        raise ValueError(f"perm must hold each of the axes 0 to {x.ndim - 1} once, got {order}")
    return s.transpose(x, perm=order)


def expand_dims(input: Any, axis: int) -> Tensor:
    """The same with an axis of length 1 put in.

    >>> expand_dims([1.0, 2.0], 0).shape
    TensorShape([1, 2])
    """
    x = convert(input)
    place = s.normal_axis(int(axis), x.ndim + 1)
    return s.reshape(x, shape=(*x.shape[:place], 1, *x.shape[place:]))


def squeeze(input: Any, axis: Any = None) -> Tensor:
    """The same without the axes of length 1, or without those that `axis` names.

    >>> squeeze([[[1.0, 2.0]]]).shape
    TensorShape([2])
    """
    x = convert(input)
    named = [s.normal_axis(int(a), x.ndim) for a in np.atleast_1d(axis)] if axis is not None else [
        place for place, length in enumerate(x.shape) if length == 1]
    if any(x.shape[place] != 1 for place in named):
        raise InvalidArgumentError(f"squeeze can only remove axes of length 1: axes {named} of shape {x.shape}")
    return s.reshape(x, shape=tuple(length for place, length in enumerate(x.shape) if place not in named))


def broadcast_to(input: Any, shape: Any) -> Tensor:
    """Repeat along axes of length 1, and along new ones in front, until the shape is reached.

    >>> print(broadcast_to([1.0, 2.0], [2, 2]))
    tapes.Tensor(
    [[1. 2.]
     [1. 2.]], shape=(2, 2), dtype=float32)
    """
    return _broadcast_to(convert(input), shape=_lengths(shape))


def concat(values: Any, axis: int) -> Tensor:
    """Tensors one after the other along an axis that they have; each gets its own piece of the adjoint.

    >>> print(concat([[1.0, 2.0], [3.0]], 0))
    tapes.Tensor([1. 2. 3.], shape=(3,), dtype=float32)
    """
    tensors = _tensors(values)
    return s.concat(*tensors, axis=s.normal_axis(int(axis), tensors[0].ndim))


def stack(values: Any, axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis.

    >>> stack([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy().tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    tensors = _tensors(values)
    return s.stack(*tensors, axis=s.normal_axis(int(axis), tensors[0].ndim + 1))


def unstack(value: Any, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices along an axis, as a list: the inverse of stack. ValueError when there are not `num` of them.

    >>> [float(x) for x in unstack([1.0, 2.0])]
    [1.0, 2.0]
    """
    x = convert(value)
    place = s.normal_axis(int(axis), x.ndim)
    if num is not None and num != x.shape[place]:
        raise ValueError(f"cannot unstack {num} slices from axis {axis} of shape {x.shape}")
    return [i.getitem(x, index=(slice(None),) * place + (k,)) for k in builtins.range(x.shape[place])]


def split(value: Any, num_or_size_splits: Any, axis: int = 0) -> list[Tensor]:
    """Pieces along an axis: a number of equal ones, or a list of their lengths, one of which may be -1.

    >>> [piece.numpy().tolist() for piece in split([1.0, 2.0, 3.0], [1, 2])]
    [[1.0], [2.0, 3.0]]
    """
    x = convert(value)
    place = s.normal_axis(int(axis), x.ndim)
    length = x.shape[place]
    if np.ndim(num_or_size_splits) == 0:
        parts = int(num_or_size_splits)
        if parts < 1 or length % parts:
            raise InvalidArgumentError(f"cannot split axis {axis} of length {length} into {parts} equal pieces")
        sizes = [length // parts] * parts
    else:
        sizes = [int(n) for n in np.asarray(num_or_size_splits)]
        sizes = [length - sum(sizes) - 1 if n == -1 else n for n in sizes]
    if sum(sizes) != length or min(sizes, default=0) < 0:
        raise InvalidArgumentError(f"pieces of lengths {sizes} do not make up axis {axis} of length {length}")
    ends = np.cumsum(sizes).tolist()
    return [i.getitem(x, index=(slice(None),) * place + (slice(end - n, end),))
            for n, end in zip(sizes, ends, strict=True)]


def tile(input: Any, multiples: Any) -> Tensor:
    """Repeat the whole along each axis; each entry collects the adjoints of its copies.

    >>> print(tile([1.0, 2.0], [2]))
    tapes.Tensor([1. 2. 1. 2.], shape=(4,), dtype=float32)
    """
    x = convert(input)
    times = tuple(int(n) for n in np.atleast_1d(multiples))
    if len(times) != x.ndim:
        raise InvalidArgumentError(f"tile needs one multiple for each of the {x.ndim} axes, got {len(times)}")
    return s.tile(x, multiples=times)


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Tensor:
    """Add entries before and after along each axis: constants, or the tensor mirrored ("REFLECT", "SYMMETRIC").

    >>> print(pad([1.0, 2.0], [[1, 2]]))
    tapes.Tensor([0. 1. 2. 0. 0.], shape=(5,), dtype=float32)
    """
    x = convert(tensor)
    widths = tuple((int(before), int(after)) for before, after in np.asarray(paddings))
    if len(widths) != x.ndim:
        raise ValueError(f"pad needs a pair of widths for each of the {x.ndim} axes, got {len(widths)}")
    if mode.upper() == "CONSTANT":
        return s.pad(x, paddings=widths, value=constant_values)
    if mode.upper() not in ("REFLECT", "SYMMETRIC"):
        raise ValueError(f"mode must be 'CONSTANT', 'REFLECT' or 'SYMMETRIC', got {mode!r}")
    for axis, width in enumerate(widths):
        x = i.gather(x, np.pad(np.arange(x.shape[axis]), width, mode=mode.lower()), axis=axis)  # type: ignore
    return x


def reverse(tensor: Any, axis: Any) -> Tensor:
    """The entries in the opposite order along axes.

    >>> print(reverse([1.0, 2.0, 3.0], [0]))
    tapes.Tensor([3. 2. 1.], shape=(3,), dtype=float32)
    """
    x = convert(tensor)
    axes = [s.normal_axis(int(a), x.ndim) for a in np.atleast_1d(axis)]
    return i.getitem(x, index=tuple(slice(None, None, -1) if a in axes else slice(None) for a in builtins.range(x.ndim)))


def gather(params: Any, indices: Any, axis: int = 0) -> Tensor:
    """The slices with the given indices along an axis; a slice taken twice gets both adjoints, added.

    The gradient is an ordinary dense tensor, where TensorFlow gives IndexedSlices. InvalidArgumentError for an index
    out of range, TypeError unless the indices are integers.

    >>> print(gather([10.0, 20.0, 30.0], [2, 0, 2]))
    tapes.Tensor([30. 10. 30.], shape=(3,), dtype=float32)
    """
    x, places = convert(params), convert(indices)
    if not places.dtype.is_integer:
        raise TypeError(f"gather needs integers as indices, got {places.dtype.name}")
    return i.gather(x, places, axis=s.normal_axis(int(axis), x.ndim))


def boolean_mask(tensor: Any, mask: Any) -> Tensor:
    """The slices where the mask, which covers the first axes, is true.

    >>> print(boolean_mask([1.0, 2.0, 3.0], [True, False, True]))
    tapes.Tensor([1. 3.], shape=(2,), dtype=float32)
    """
    return _mask(convert(tensor), mask)


def where(condition: Any, x: Any = None, y: Any = None) -> Tensor:
    """Entries of x where the condition holds, of y elsewhere; with the condition alone, the indices where it holds.

    Only the chosen entries get an adjoint, but the derivative of the other branch is still computed: where it is inf
    or nan it spoils the product (0 times inf is nan), so guard its input with a `where` too.

    >>> print(where([True, False], [1.0, 2.0], 9.0))
    tapes.Tensor([1. 9.], shape=(2,), dtype=float32)
    """
    chosen = convert(condition)
    if x is None and y is None:
        return Tensor(np.argwhere(chosen._array))
    if x is None or y is None:
        raise ValueError("x and y must both be given, or neither")
    if not chosen.dtype.is_bool:
        raise TypeError(f"the condition must be bool, got {chosen.dtype.name}: write it as a comparison")
    if not isinstance(x, TensorLike) and not isinstance(y, TensorLike):
        x = convert(x)
    return e.where(chosen, x, y)


def slice_(input_: Any, begin: Any, size: Any) -> Tensor:
    """The block that begins at `begin` and has the lengths `size`; a length of -1 reaches to the end.

    >>> import tapes as tf
    >>> print(tf.slice([1.0, 2.0, 3.0, 4.0], [1], [2]))
    tapes.Tensor([2. 3.], shape=(2,), dtype=float32)
    """
    x = convert(input_)
    starts, lengths = np.atleast_1d(begin).tolist(), np.atleast_1d(size).tolist()
    ends = [full if n == -1 else start + n for start, n, full in zip(starts, lengths, x.shape, strict=True)]
    if any(not 0 <= start <= end <= full for start, end, full in zip(starts, ends, x.shape, strict=True)):
        raise InvalidArgumentError(f"a block that begins at {starts} with lengths {lengths} is not within {x.shape}")
    return i.getitem(x, index=tuple(slice(a, b) for a, b in zip(starts, ends, strict=True)))


def _lengths(shape: Any) -> tuple[int, ...]:
    lengths = tuple(int(length) for length in np.asarray(shape).reshape(-1))
    if any(length < 0 for length in lengths):
        raise ValueError(f"a shape has no negative lengths, got {lengths}")
    return lengths


def _tensors(values: Any) -> list[Tensor]:
    """A list of tensors of one dtype, for ops that join them."""
    if isinstance(values, TensorLike):
        return list(values)
    if not isinstance(values, Sequence) or not values:
        raise ValueError(f"a list of at least one tensor is needed, got {values!r}")
    first = next((v for v in values if isinstance(v, TensorLike)), None)
    dtype = convert(values[0])._array.dtype if first is None else first._array.dtype
    return [v._read() if isinstance(v, TensorLike) else convert(v, dtype) for v in values]
