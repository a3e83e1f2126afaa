"""The same entries in another arrangement: reshaped, joined, cut into pieces, repeated."""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..convert import convert
from ..errors import InvalidArgumentError
from ..ops import elementwise as e
from ..ops import indexing as i
from ..ops import shapes as s
from ..parts import results
from ..protocols import TensorLike
from ..public import integers, lengths, place
from ..rules import broadcast_to as _broadcast_to
from ..tensor import Tensor


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


def transpose(a: Any, perm: Any = None, conjugate: bool = False, *, name: str | None = None) -> Tensor:
    """The axes in another order: `perm[k]` is the old axis that becomes axis k; by default reversed.

    With `conjugate` complex numbers are conjugated too.

    >>> print(transpose([[1.0, 2.0]]))
    tapes.Tensor(
    [[1.]
     [2.]], shape=(2, 1), dtype=float32)
    """
    x = convert(a)
    order = list(reversed(builtins.range(x.ndim))) if perm is None else [
        place(axis, x.ndim, "transpose") for axis in integers(perm, "transpose: perm")]
    if sorted(order) != list(builtins.range(x.ndim)):
        raise InvalidArgumentError(f"transpose: perm must hold each axis of a tensor of shape {x.shape} once, got "
                                   f"{order}")
    turned = s.transpose(x, perm=order)
    return e.conj(turned) if conjugate and x.dtype.is_complex else turned


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
    return list(results(s.unstack(x, axis=front))) if x.shape[front] else []


def split(value: Any, num_or_size_splits: Any, axis: int = 0, num: int | None = None, *,
          name: str | None = None) -> list[Tensor]:
    """Pieces along an axis: a number of equal ones, or a list of their lengths, one of which may be -1.

    `num`, the number of pieces, is only ever needed in graphs, and ignored.

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
    return list(results(s.split(x, sizes=tuple(sizes), axis=front))) if sizes else []


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
        return s.pad(x, paddings=widths, value=convert(constant_values, x._array.dtype).numpy().item())
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


def roll(input: Any, shift: Any, axis: Any, *, name: str | None = None) -> Tensor:
    """The entries moved on along axes by as many places as `shift` says; what falls off the end comes in in front.

    >>> print(roll([1.0, 2.0, 3.0], 1, 0))
    tapes.Tensor([3. 1. 2.], shape=(3,), dtype=float32)
    """
    x = convert(input)
    steps = integers(shift, "roll: shift")
    axes = tuple(place(a, x.ndim, "roll") for a in integers(axis, "roll: axis"))
    if len(steps) != len(axes):
        raise InvalidArgumentError(f"roll: shift and axis must be equally many, got {list(steps)} and {list(axes)}")
    return s.roll(x, shift=steps, axis=axes)


def repeat(input: Any, repeats: Any, axis: Any = None, *, name: str | None = None) -> Tensor:
    """Each slice along an axis several times in a row; each collects the adjoints of its copies.

    `repeats` is one number for all slices, or one for each. Without an axis the tensor is flattened first.

    >>> print(repeat([1.0, 2.0], [1, 3]))
    tapes.Tensor([1. 2. 2. 2.], shape=(4,), dtype=float32)
    """
    x = convert(input)
    if axis is None:
        x, axis = reshape(x, [-1]), 0
    along = place(axis, x.ndim, "repeat")
    times = integers(repeats, "repeat: repeats")
    if len(times) not in (1, x.shape[along]):
        raise InvalidArgumentError(f"repeat: axis {along} of shape {x.shape} has {x.shape[along]} slices, but there "
                                   f"are {len(times)} repeats: give one number for all, or one for each")
    return i.gather(x, np.repeat(np.arange(x.shape[along]), np.maximum(times, 0)), axis=along)


def meshgrid(*args: Any, indexing: str = "xy", name: str | None = None) -> list[Tensor]:
    """From one vector for each axis, the coordinates of all points of the grid: one tensor for each axis.

    With "ij" the first vector runs along the first axis, with "xy" along the second, as in a picture.

    >>> x, y = meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])
    >>> print(x)
    tapes.Tensor(
    [[1. 2.]
     [1. 2.]
     [1. 2.]], shape=(3, 2), dtype=float32)
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: Argument `indexing` must be either 'xy' or 'ij', got {indexing!r}")
    vectors = [reshape(x, [-1]) for x in args]
    axes = list(builtins.range(len(vectors)))
    if indexing == "xy" and len(axes) > 1:
        axes[:2] = [1, 0]
    whole = [0] * len(axes)
    for vector, axis in zip(vectors, axes, strict=True):
        whole[axis] = vector.shape[0]
    lined_up = [s.reshape(vector, shape=tuple(vector.shape[0] if k == axis else 1 for k in sorted(axes)))
                for vector, axis in zip(vectors, axes, strict=True)]
    return [_broadcast_to(x, shape=tuple(whole)) for x in lined_up]


def _tensors(values: Any, op: str) -> list[Tensor]:
    """A list of tensors of one dtype, for ops that join them."""
    if isinstance(values, TensorLike):
        return list(values)
    if not isinstance(values, Sequence) or not values:
        raise InvalidArgumentError(f"{op}: a list of at least one tensor is needed, got {values!r}")
    first = next((v for v in values if isinstance(v, TensorLike)), None)
    dtype = convert(values[0])._array.dtype if first is None else first._array.dtype
    return [v._read() if isinstance(v, TensorLike) else convert(v, dtype) for v in values]
