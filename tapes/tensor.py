"""A tensor is an array that never changes, with an identity by which a tape can follow it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .dtypes import DType, as_dtype
from .shape import TensorShape

_HINTS = {
    "backward": "the history is on the tape, not on the tensor: tape.gradient(target, sources)",
    "grad": "the history is on the tape, not on the tensor: tape.gradient(target, sources)",
    "requires_grad": "say tape.watch(tensor), or use a tapes.Variable",
    "detach": "tapes.stop_gradient(tensor) keeps the value and leaves the tape",
    "assign": "a tensor never changes; what can be assigned is a tapes.Variable",
    "item": "float(tensor) or tensor.numpy().item()",
}


class TensorLike:
    """What Tensor and Variable share: Python's protocols. Their operators are added in operators.py."""

    __slots__ = ()
    __array_priority__ = 100  # so that `ndarray * tensor` asks the tensor, and is recorded
    _array: np.ndarray

    def _read(self) -> Tensor: ...

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self._array.shape)

    @property
    def dtype(self) -> DType:
        return as_dtype(self._array.dtype)

    @property
    def ndim(self) -> int:
        return self._array.ndim

    def get_shape(self) -> TensorShape:
        return self.shape

    def numpy(self) -> Any:
        """A copy of the value as a NumPy array (a NumPy scalar for shape ()): changing it changes nothing here."""
        array = self._read()._array
        return array[()] if array.ndim == 0 else array.copy()

    def ref(self) -> Reference:
        """A hashable stand-in for this object, equal to itself alone."""
        return Reference(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        view = np.asarray(self._read()._array).view()
        view.flags.writeable = False
        return np.array(view, dtype=dtype, copy=copy)

    def __float__(self) -> float:
        return float(self._read()._array)

    def __int__(self) -> int:
        return int(self._read()._array)

    def __index__(self) -> int:
        return self._read()._array.__index__()

    def __bool__(self) -> bool:
        return bool(self._read()._array)

    def __complex__(self) -> complex:
        return complex(self._read()._array)

    def __len__(self) -> int:
        if not self._array.shape:
            raise TypeError("Scalar tensor has no `len()`")
        return self._array.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self._array.shape:
            raise TypeError("Cannot iterate over a scalar tensor.")
        whole: Any = self._read()
        return (whole[i] for i in range(len(self)))

    def __format__(self, spec: str) -> str:
        return format(self._array[()] if self._array.ndim == 0 else str(self), spec)

    def __hash__(self) -> int:
        raise TypeError(f"{type(self).__name__} is unhashable. Instead, use {type(self).__name__.lower()}.ref() as "
                        "the key.")

    def __setitem__(self, index: object, value: object) -> None:
        raise TypeError(f"'{type(self).__name__}' object does not support item assignment: values on a tape never "
                        "change. Build a new tensor instead, with tapes.where, tapes.concat or tapes.stack.")

    def __getattr__(self, name: str) -> Any:
        hint = f": {_HINTS[name]}." if name in _HINTS else ""
        raise AttributeError(f"'{type(self).__name__}' object has no attribute {name!r}{hint}")


class Tensor(TensorLike):
    """An n-dimensional array of one dtype that never changes.

    Make one with `constant` or `convert_to_tensor`; every op returns one. `dtype` and `shape` are its type and its
    lengths, `numpy()` is its value. Its operators are the ops of the same meaning: `x * y` is `multiply(x, y)`.

    >>> import tapes as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> x * x
    <tapes.Tensor: shape=(2,), dtype=float32, numpy=array([1., 4.], dtype=float32)>
    """

    __slots__ = ("__weakref__", "_array")

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def _read(self) -> Tensor:
        return self

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: object) -> Tensor:
        return Tensor(self._array)

    def __repr__(self) -> str:
        return f"<tapes.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={text(self._array, repr)}>"

    def __str__(self) -> str:
        return f"tapes.Tensor({text(self._array, str)}, shape={self.shape}, dtype={self.dtype.name})"


class Reference:
    """A hashable stand-in for a tensor or variable, whose own `==` compares entries."""

    __slots__ = ("_object",)

    def __init__(self, referred: TensorLike) -> None:
        self._object = referred

    def deref(self) -> TensorLike:
        return self._object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._object is other._object

    def __hash__(self) -> int:
        return id(self._object)


def text(array: np.ndarray, render: Any) -> str:
    """An array as TensorFlow prints it: scalars bare, several lines starting on a line of their own."""
    shown = str(array) if array.ndim == 0 else render(array)
    return "\n" + shown if "\n" in shown else shown
