"""A dtype says how a number is stored, and therefore how exact it is and whether it has a gradient at all."""

from __future__ import annotations

from typing import Any

import numpy as np


class DType:
    """The type of a tensor's entries, as TensorFlow spells it; equal to its NumPy dtype and to its name.

    >>> import numpy as np, tapes as tf
    >>> tf.float32
    tapes.float32
    >>> tf.float32 == np.float32, tf.float32 == "float32", tf.float32.is_floating
    (True, True, True)
    """

    __slots__ = ("dtype", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.dtype = np.dtype(name)  # the attribute by which NumPy accepts this object as a dtype

    @property
    def as_numpy_dtype(self) -> type:
        return self.dtype.type

    @property
    def is_floating(self) -> bool:
        return self.dtype.kind == "f"

    @property
    def is_integer(self) -> bool:
        return self.dtype.kind in "iu"

    @property
    def is_complex(self) -> bool:
        return self.dtype.kind == "c"

    @property
    def is_bool(self) -> bool:
        return self.dtype.kind == "b"

    @property
    def size(self) -> int:
        """Bytes that one entry takes."""
        return self.dtype.itemsize

    @property
    def min(self) -> Any:
        return self._limits().min

    @property
    def max(self) -> Any:
        return self._limits().max

    def _limits(self) -> Any:
        if self.is_bool:
            raise TypeError("bool has no smallest or largest number")
        return np.iinfo(self.dtype) if self.is_integer else np.finfo(self.dtype)

    def __eq__(self, other: object) -> bool:
        try:
            return self is other or self.dtype == np.dtype(other)  # type: ignore[call-overload]
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.dtype)

    def __repr__(self) -> str:
        return f"tapes.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"


float16, float32, float64 = DType("float16"), DType("float32"), DType("float64")
int8, int16, int32, int64 = DType("int8"), DType("int16"), DType("int32"), DType("int64")
uint8, uint16, uint32, uint64 = DType("uint8"), DType("uint16"), DType("uint32"), DType("uint64")
bool_ = DType("bool")
complex64, complex128 = DType("complex64"), DType("complex128")

_NAMES = {"float": float32, "double": float64, "half": float16}
_KNOWN = {
    d.dtype: d
    for d in (float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool_,
              complex64, complex128)
}


_NAMES |= {d.name: d for d in _KNOWN.values()}


def as_dtype(dtype: Any) -> DType:
    """The DType for a DType, a NumPy dtype, a Python type or a name; TypeError when tensors cannot hold it.

    Python's own float and int mean float32 and int32 here, as in TensorFlow.

    >>> import numpy as np
    >>> as_dtype("float64"), as_dtype(np.int64), as_dtype(float)
    (tapes.float64, tapes.int64, tapes.float32)
    """
    if isinstance(dtype, DType):
        return dtype
    if dtype is None:  # NumPy would take it for float64
        raise TypeError("Cannot convert None to a dtype of tapes: name one, for instance tapes.float32.")
    if dtype is float:
        return float32
    if dtype is int:
        return int32
    try:
        return _NAMES[dtype] if isinstance(dtype, str) else _KNOWN[np.dtype(dtype)]
    except (TypeError, KeyError):
        names = ", ".join(d.name for d in _KNOWN.values())
        raise TypeError(f"Cannot convert {dtype!r} to a dtype of tapes. It has: {names}.") from None
