"""Making tensors, and giving the same entries another arrangement."""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .convert import convert
from .dtypes import as_dtype, float32, float64, int32, int64
from .errors import InvalidArgumentError
from .notices import tell
from .operators import mask as _mask
from .ops import elementwise as e
from .ops import indexing as i
from .ops import shapes as s
from .protocols import TensorLike
from .public import integers, lengths, place
from .rules import broadcast_to as _broadcast_to
from .tensor import Tensor


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
    tensor = convert(input)
    return ones(tensor.shape, tensor.dtype if dtype is None else dtype)


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


def eye(num_rows: Any, num_columns: Any = None, *, dtype: Any = float32, name: str | None = None) -> Tensor:
    """The identity matrix.

    >>> print(eye(2))
    tapes.Tensor(
    [[1. 0.]
     [0. 1.]], shape=(2, 2), dtype=float32)
    """
    sides = lengths([num_rows, num_rows if num_columns is None else num_columns], "eye")
    return Tensor(np.eye(*sides, dtype=as_dtype(dtype).dtype))


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, *, name: str | None = None) -> Tensor:
    """Numbers from `start`, by default 0, in steps of `delta` up to but not including `limit`.

    The dtype is the widest of the three. InvalidArgumentError when `delta` is 0 or leads away from `limit`.

    >>> print(range(3))
    tapes.Tensor([0 1 2], shape=(3,), dtype=int32)
    """
    bounds = [convert(bound) for bound in ((0, start, delta) if limit is None else (start, limit, delta))]
    low, high, step = (bound.numpy() for bound in bounds)
    if not step or (high - low) / step < 0:
        raise InvalidArgumentError(f"range: no steps of {step} lead from {low} to {high}")
    widest = max((bound.dtype for bound in bounds), key=[int32, int64, float32, float64].index)
    return Tensor(np.arange(low, high, step).astype(as_dtype(widest if dtype is None else dtype).dtype))


def linspace(start: Any, stop: Any, num: Any, *, name: str | None = None) -> Tensor:
    """`num` numbers from `start` to `stop`, both included, at equal distances.

    >>> print(linspace(0.0, 1.0, 3))
    tapes.Tensor([0.  0.5 1. ], shape=(3,), dtype=float32)
    """
    (count,) = lengths(num, "linspace")
    numbers = np.linspace(np.asarray(start), np.asarray(stop), count)
    dtype = convert(start).dtype
    return Tensor(numbers if dtype.is_integer else numbers.astype(dtype.dtype))


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


def shape(input: Any, out_type: Any = int32, *, name: str | None = None) -> Tensor:
    """The shape as a tensor of integers.

    >>> print(shape([[1.0, 2.0]]))
    tapes.Tensor([1 2], shape=(2,), dtype=int32)
    """
    return Tensor(np.array(convert(input).shape, as_dtype(out_type).dtype))


def size(input: Any, out_type: Any = int32, *, name: str | None = None) -> Tensor:
    """The number of entries.

    >>> print(size([[1.0, 2.0]]))
    tapes.Tensor(2, shape=(), dtype=int32)
    """
    return Tensor(np.array(convert(input).shape.num_elements(), as_dtype(out_type).dtype))


def rank(input: Any, *, name: str | None = None) -> Tensor:
    """The number of axes.

    >>> print(rank([[1.0, 2.0]]))
    tapes.Tensor(2, shape=(), dtype=int32)
    """
    return Tensor(np.array(convert(input).ndim, np.int32))


def reshape(tensor: Any, shape: Any, *, name: str | None = None) -> Tensor:
    """The same entries in the same order in another shape; one length may be -1, which means: what is left.

    >>> print(reshape([1.0, 2.0, 3.0, 4.0], [2, -1]))
    tapes.Tensor(
    [[1. 2.]
     [3. 4.]], shape=(2, 2), dtype=float32)
    """
    x, wanted = convert(tensor), integers(shape, "reshape: shape")
    entries, known = x.shape.num_elements(), math.prod(length for length in wanted if length != -1)
    fits = known == entries if -1 not in wanted else known and entries % known == 0
    if not fits or wanted.count(-1) > 1 or min(wanted, default=0) < -1:
        raise InvalidArgumentError(f"reshape: Input to reshape is a tensor with {entries} values, of shape {x.shape}, "
                                   f"which cannot take the shape {list(wanted)}. At most one length may be -1.")
    return s.reshape(x, shape=tuple(entries // known if length == -1 else length for length in wanted))


def transpose(a: Any, perm: Any = None, *, name: str | None = None) -> Tensor:
    """The axes in another order: `perm[k]` is the old axis that becomes axis k; by default reversed.

    >>> print(transpose([[1.0, 2.0]]))
    tapes.Tensor(
    [[1.]
     [2.]], shape=(2, 1), dtype=float32)
    """
    x = convert(a)
    order = list(reversed(builtins.range(x.ndim))) if perm is None else list(integers(perm, "transpose: perm"))
    if sorted(order) != list(builtins.range(x.ndim)):
        raise InvalidArgumentError(f"transpose: perm must hold each axis of a tensor of shape {x.shape} once, got "
                                   f"{order}")
    return s.transpose(x, perm=order)


def expand_dims(input: Any, axis: int, *, name: str | None = None) -> Tensor:
    """The same with an axis of length 1 put in.

    >>> expand_dims([1.0, 2.0], 0).shape
    TensorShape([1, 2])
    """
    x = convert(input)
    front = place(axis, x.ndim + 1, "expand_dims")
    return s.reshape(x, shape=(*x.shape[:front], 1, *x.shape[front:]))


def squeeze(input: Any, axis: Any = None, *, name: str | None = None) -> Tensor:
    """The same without the axes of length 1, or without those that `axis` names.

    >>> squeeze([[[1.0, 2.0]]]).shape
    TensorShape([2])
    """
    x = convert(input)
    asked = () if axis is None else integers(axis, "squeeze: axis")
    named = [place(a, x.ndim, "squeeze") for a in asked] or [k for k, length in enumerate(x.shape) if length == 1]
    if any(x.shape[k] != 1 for k in named):
        raise InvalidArgumentError(f"squeeze can only remove axes of length 1, not axes {named} of shape {x.shape}")
    return s.reshape(x, shape=tuple(length for k, length in enumerate(x.shape) if k not in named))


def broadcast_to(input: Any, shape: Any, *, name: str | None = None) -> Tensor:
    """Repeat along axes of length 1, and along new ones in front, until the shape is reached.

    >>> print(broadcast_to([1.0, 2.0], [2, 2]))
    tapes.Tensor(
    [[1. 2.]
     [1. 2.]], shape=(2, 2), dtype=float32)
    """
    return _broadcast_to(convert(input), shape=lengths(shape, "broadcast_to"))


def concat(values: Any, axis: int, *, name: str | None = None) -> Tensor:
    """Tensors one after the other along an axis that they have; each gets its own piece of the adjoint.

    >>> print(concat([[1.0, 2.0], [3.0]], 0))
    tapes.Tensor([1. 2. 3.], shape=(3,), dtype=float32)
    """
    tensors = _tensors(values, "concat")
    if not tensors[0].ndim:
        raise InvalidArgumentError("concat: Can't concatenate scalars (use tf.stack instead)")
    return s.concat(*tensors, axis=place(axis, tensors[0].ndim, "concat"))


def stack(values: Any, axis: int = 0, *, name: str | None = None) -> Tensor:
    """Tensors of one shape side by side along a new axis.

    >>> stack([[1.0, 2.0], [3.0, 4.0]], axis=1).numpy().tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    tensors = _tensors(values, "stack")
    return s.stack(*tensors, axis=place(axis, tensors[0].ndim + 1, "stack"))


def unstack(value: Any, num: int | None = None, axis: int = 0, *, name: str | None = None) -> list[Tensor]:
    """The slices along an axis, as a list: the inverse of stack.

    >>> [float(x) for x in unstack([1.0, 2.0])]
    [1.0, 2.0]
    """
    x = convert(value)
    front = place(axis, x.ndim, "unstack")
    if num is not None and num != x.shape[front]:
        raise InvalidArgumentError(f"unstack: num is {num}, but axis {axis} of shape {x.shape} has "
                                   f"{x.shape[front]} slices")
    return [i.getitem(x, index=(slice(None),) * front + (k,)) for k in builtins.range(x.shape[front])]


def split(value: Any, num_or_size_splits: Any, axis: int = 0, *, name: str | None = None) -> list[Tensor]:
    """Pieces along an axis: a number of equal ones, or a list of their lengths, one of which may be -1.

    >>> [piece.numpy().tolist() for piece in split([1.0, 2.0, 3.0], [1, 2])]
    [[1.0], [2.0, 3.0]]
    """
    x = convert(value)
    front = place(axis, x.ndim, "split")
    length = x.shape[front]
    sizes = list(integers(num_or_size_splits, "split: num_or_size_splits"))
    if np.ndim(num_or_size_splits) == 0:
        (parts,) = sizes
        if parts < 1 or length % parts:
            raise InvalidArgumentError(f"split: axis {axis} of shape {x.shape} has length {length}, which {parts} "
                                       "equal pieces do not make up")
        sizes = [length // parts] * parts
    known = sum(n for n in sizes if n != -1)
    sizes = [length - known if n == -1 else n for n in sizes]
    if sum(sizes) != length or min(sizes, default=0) < 0:
        raise InvalidArgumentError(f"split: axis {axis} of shape {x.shape} has length {length}, which pieces of "
                                   f"lengths {sizes} do not make up")
    ends = np.cumsum(sizes).tolist()
    return [i.getitem(x, index=(slice(None),) * front + (slice(end - n, end),))
            for n, end in zip(sizes, ends, strict=True)]


def tile(input: Any, multiples: Any, *, name: str | None = None) -> Tensor:
    """Repeat the whole along each axis; each entry collects the adjoints of its copies.

    >>> print(tile([1.0, 2.0], [2]))
    tapes.Tensor([1. 2. 1. 2.], shape=(4,), dtype=float32)
    """
    x = convert(input)
    times = integers(multiples, "tile: multiples")
    if len(times) != x.ndim or min(times, default=0) < 0:
        raise InvalidArgumentError(f"tile: for a tensor of shape {x.shape} multiples must be {x.ndim} numbers, none "
                                   f"negative, got {list(times)}")
    return s.tile(x, multiples=times)


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0, *,
        name: str | None = None) -> Tensor:
    """Add entries before and after along each axis: constants, or the tensor mirrored ("REFLECT", "SYMMETRIC").

    >>> print(pad([1.0, 2.0], [[1, 2]]))
    tapes.Tensor([0. 1. 2. 0. 0.], shape=(5,), dtype=float32)
    """
    x = convert(tensor)
    numbers = np.asarray(paddings)
    if numbers.shape != (x.ndim, 2) or numbers.dtype.kind not in "iu" or (numbers < 0).any():
        raise InvalidArgumentError(f"pad: for a tensor of shape {x.shape} paddings must be {x.ndim} pairs of numbers, "
                                   f"[[before, after], ...], none negative, got {numbers.tolist()}")
    widths = tuple((before, after) for before, after in numbers.tolist())
    if mode.upper() == "CONSTANT":
        return s.pad(x, paddings=widths, value=np.asarray(constant_values).item())
    if mode.upper() not in ("REFLECT", "SYMMETRIC"):
        raise ValueError(f"pad: mode must be 'CONSTANT', 'REFLECT' or 'SYMMETRIC', got {mode!r}")
    for axis, width in enumerate(widths):
        if max(width) > x.shape[axis] - (mode.upper() == "REFLECT"):
            raise InvalidArgumentError(f"pad: axis {axis} of shape {x.shape} has not enough entries to mirror {width}")
        x = i.gather(x, np.pad(np.arange(x.shape[axis]), width, mode=mode.lower()), axis=axis)  # type: ignore
    return x


def reverse(tensor: Any, axis: Any, *, name: str | None = None) -> Tensor:
    """The entries in the opposite order along axes.

    >>> print(reverse([1.0, 2.0, 3.0], [0]))
    tapes.Tensor([3. 2. 1.], shape=(3,), dtype=float32)
    """
    x = convert(tensor)
    axes = [place(a, x.ndim, "reverse") for a in integers(axis, "reverse: axis")]
    turned = [slice(None, None, -1) if k in axes else slice(None) for k in builtins.range(x.ndim)]
    return i.getitem(x, index=tuple(turned))


def gather(params: Any, indices: Any, *, axis: int | None = None, name: str | None = None) -> Tensor:
    """The slices with the given indices along an axis; a slice taken twice gets both adjoints, added.

    The axis is the first by default. The gradient is an ordinary dense tensor, where TensorFlow gives IndexedSlices.
    InvalidArgumentError for an index out of range, and unless the indices are integers.

    >>> print(gather([10.0, 20.0, 30.0], [2, 0, 2]))
    tapes.Tensor([30. 10. 30.], shape=(3,), dtype=float32)
    """
    x, places = convert(params), convert(indices)
    if not places.dtype.is_integer:
        raise InvalidArgumentError(f"gather: the indices must be integers, got {places.dtype.name}; for a mask there "
                                   "is tapes.boolean_mask")
    return i.gather(x, places, axis=place(axis or 0, x.ndim, "gather"))


def boolean_mask(tensor: Any, mask: Any, *, name: str | None = None) -> Tensor:
    """The slices where the mask, which covers the first axes, is true.

    >>> print(boolean_mask([1.0, 2.0, 3.0], [True, False, True]))
    tapes.Tensor([1. 3.], shape=(2,), dtype=float32)
    """
    return _mask(convert(tensor), mask)


def where(condition: Any, x: Any = None, y: Any = None, *, name: str | None = None) -> Tensor:
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
    return i.getitem(x, index=tuple(slice(a, b) for a, b in zip(starts, ends, strict=True)))


def _tensors(values: Any, op: str) -> list[Tensor]:
    """A list of tensors of one dtype, for ops that join them."""
    if isinstance(values, TensorLike):
        return list(values)
    if not isinstance(values, Sequence) or not values:
        raise InvalidArgumentError(f"{op}: a list of at least one tensor is needed, got {values!r}")
    first = next((v for v in values if isinstance(v, TensorLike)), None)
    dtype = convert(values[0])._array.dtype if first is None else first._array.dtype
    return [v._read() if isinstance(v, TensorLike) else convert(v, dtype) for v in values]
