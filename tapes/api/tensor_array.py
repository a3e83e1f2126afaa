"""A list of tensors for loops: writing gives a new list, so each version keeps what it held, and all is on the tape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..convert import convert
from ..dtypes import DType, as_dtype, int32
from ..errors import InvalidArgumentError, OutOfRangeError
from ..protocols import TensorLike
from ..public import integers
from ..shape import TensorShape
from ..tensor import Tensor
from .arranging import concat, split, stack, unstack


class TensorArray:
    """Tensors of one dtype, one at each place from 0 on.

    Args:
        dtype: of all its tensors.
        size: how many places there are.
        dynamic_size: whether writing behind the end makes it longer.
        infer_shape: whether all tensors must have one shape.
        element_shape: that shape, if it is known beforehand; None in it stands for any length.

    `clear_after_read` and what else steers memory in TensorFlow is accepted and ignored: a place can be read again.
    Unlike TensorFlow's, the old one is not changed by `write`: go on with what it returns.

    >>> import tapes as tf
    >>> x = tf.Variable(2.0)
    >>> with tf.GradientTape() as tape:
    ...     powers = tf.TensorArray(tf.float32, size=3)
    ...     for i in range(3):
    ...         powers = powers.write(i, x ** float(i))
    ...     y = powers.stack()
    >>> print(y, tape.gradient(y, x))
    tapes.Tensor([1. 2. 4.], shape=(3,), dtype=float32) tapes.Tensor(5.0, shape=(), dtype=float32)
    """

    __slots__ = ("_dtype", "_dynamic", "_infer", "_shape", "_tensors")

    def __init__(self, dtype: Any, size: Any = None, dynamic_size: bool | None = None,
                 clear_after_read: bool | None = None, tensor_array_name: str | None = None, handle: Any = None,
                 flow: Any = None, infer_shape: bool = True, element_shape: Any = None, *,
                 colocate_with_first_write_call: bool = True, name: str | None = None) -> None:
        if size is None:
            raise ValueError("Size must be declared for TensorArrays when eager execution is enabled.")
        self._dtype, self._dynamic, self._infer = as_dtype(dtype), bool(dynamic_size), bool(infer_shape)
        self._tensors: list[Tensor | None] = [None] * int(size)
        self._shape = None if element_shape is None else tuple(element_shape)

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def dynamic_size(self) -> bool:
        return self._dynamic

    @property
    def element_shape(self) -> TensorShape | None:
        """The shape of its tensors; None as long as nothing is known of it."""
        if self._shape is not None and None not in self._shape:
            return TensorShape(self._shape)
        written = next((x for x in self._tensors if x is not None), None)
        return None if written is None or not self._infer else written.shape

    def size(self, name: str | None = None) -> Tensor:
        """How many places there are."""
        return Tensor(np.array(len(self._tensors), int32.dtype))

    def read(self, index: Any, name: str | None = None) -> Tensor:
        """The tensor at a place; zeros where nothing has been written. OutOfRangeError when there is no such place."""
        place = int(index)
        if not 0 <= place < len(self._tensors):
            raise OutOfRangeError(f"Tried to read from index {place} but array size is: {len(self._tensors)}")
        tensor = self._tensors[place]
        if tensor is not None:
            return tensor
        shape = self.element_shape
        if shape is None:
            raise InvalidArgumentError(f"TensorArray: nothing was written to index {place}, and the shape of the "
                                       "elements is unknown: say TensorArray(..., element_shape=[...])")
        return Tensor(np.zeros(shape, self._dtype.dtype))

    def write(self, index: Any, value: Any, name: str | None = None) -> TensorArray:
        """A TensorArray with a tensor at this place, and otherwise as this one.

        OutOfRangeError when there is no such place, and the size is not dynamic; ValueError for another shape than
        the others have; InvalidArgumentError for another dtype.
        """
        place, size = int(index), len(self._tensors)
        if place < 0:
            raise OutOfRangeError(f"Writing to negative indices (index {place}) is not allowed.")
        if place >= size and not self._dynamic:
            raise OutOfRangeError(f"Tried to write to index {place} but array is not resizeable and size is: {size}. "
                                  "Say TensorArray(..., dynamic_size=True).")
        tensors = self._tensors + [None] * (place + 1 - size)
        tensors[place] = self._fitting(value)
        return self._with(tensors)

    def _fitting(self, value: Any) -> Tensor:
        tensor = convert(value, None if isinstance(value, TensorLike) else self._dtype.dtype)
        if tensor.dtype != self._dtype:
            raise InvalidArgumentError(f"TensorArray dtype is {self._dtype.name} but Op is trying to write dtype "
                                       f"{tensor.dtype.name}")
        wanted = self.element_shape if self._infer and self._shape is None else self._shape
        if wanted is not None and (len(wanted) != tensor.ndim or any(
                want not in (None, length) for want, length in zip(wanted, tensor.shape, strict=True))):
            raise ValueError(f"Incompatible shape for value ({tensor.shape}), expected ({tuple(wanted)}): all tensors "
                             "of a TensorArray have one shape, unless infer_shape=False")
        return tensor

    def _with(self, tensors: list[Tensor | None]) -> TensorArray:
        new = TensorArray(self._dtype, len(tensors), self._dynamic, infer_shape=self._infer, element_shape=self._shape)
        new._tensors = tensors
        return new

    def _all(self) -> list[Tensor]:
        return [self.read(place) for place in range(len(self._tensors))]

    def stack(self, name: str | None = None) -> Tensor:
        """All tensors along a new first axis."""
        return self.gather(range(len(self._tensors)))

    def gather(self, indices: Any, name: str | None = None) -> Tensor:
        """The tensors at these places along a new first axis."""
        places = integers(list(indices), "TensorArray.gather: indices")
        if not places:
            return Tensor(np.zeros((0, *(self.element_shape or ())), self._dtype.dtype))
        return stack([self.read(place) for place in places])

    def concat(self, name: str | None = None) -> Tensor:
        """All tensors one after the other along their first axis."""
        return concat(self._all(), 0)

    def unstack(self, value: Any, name: str | None = None) -> TensorArray:
        """A TensorArray with the slices of a tensor along its first axis. ValueError when there are too many."""
        return self._filled(unstack(self._converted(value)))

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> TensorArray:
        """A TensorArray with the slices of a tensor at these places."""
        new = self
        for place, tensor in zip(integers(indices, "TensorArray.scatter: indices"), unstack(self._converted(value)),
                                 strict=True):
            new = new.write(place, tensor)
        return new

    def split(self, value: Any, lengths: Any, name: str | None = None) -> TensorArray:
        """A TensorArray with pieces of a tensor, of these lengths along its first axis."""
        sizes = integers(lengths, "TensorArray.split: lengths")
        new = self._with(self._tensors)
        new._infer = False  # the pieces may differ
        return new._filled(split(self._converted(value), list(sizes)))

    def _converted(self, value: Any) -> Tensor:
        return convert(value, None if isinstance(value, TensorLike) else self._dtype.dtype)

    def _filled(self, tensors: Sequence[Tensor]) -> TensorArray:
        if len(tensors) > len(self._tensors) and not self._dynamic:
            raise ValueError(f"Cannot unstack {len(tensors)} tensors into a TensorArray of static size "
                             f"{len(self._tensors)}")
        empty = self._with([None] * max(len(tensors), len(self._tensors)))
        return self._with([*map(empty._fitting, tensors), *empty._tensors[len(tensors):]])

    def identity(self) -> TensorArray:
        """The same."""
        return self

    def close(self, name: str | None = None) -> None:
        """Nothing: there is nothing to free."""

    def __repr__(self) -> str:
        return f"<tapes.TensorArray of {len(self._tensors)}, dtype={self._dtype.name}>"
