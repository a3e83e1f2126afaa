"""Python's own ways with a value, printing, counting, converting, which Tensor and Variable share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .dtypes import DType, as_dtype
from .notices import hearing, tell
from .shape import TensorShape

if TYPE_CHECKING:
    from .tensor import Tensor

_HINTS = {
    "backward": "the history is on the tape, not on the tensor: tape.gradient(target, sources)",
    "grad": "the history is on the tape, not on the tensor: tape.gradient(target, sources)",
    "requires_grad": "say tape.watch(tensor), or use a tapes.Variable",
    "detach": "tapes.stop_gradient(tensor) keeps the value and leaves the tape",
    "assign": "a tensor never changes; what can be assigned is a tapes.Variable",
    "item": "use float(tensor) or tensor.numpy().item()",
    "zero_grad": "there is nothing to reset: each tape starts empty, and each gradient() call gives a fresh answer",
    "T": "use tapes.transpose(tensor)",
    "transpose": "use tapes.transpose(tensor)",
    "reshape": "use tapes.reshape(tensor, shape)",
    "view": "use tapes.reshape(tensor, shape)",
    "flatten": "use tapes.reshape(tensor, [-1])",
    "astype": "use tapes.cast(tensor, dtype)",
    "to": "use tapes.cast(tensor, dtype); there are no devices",
    "sum": "use tapes.reduce_sum(tensor)",
    "mean": "use tapes.reduce_mean(tensor)",
    "max": "use tapes.reduce_max(tensor)",
    "min": "use tapes.reduce_min(tensor)",
    "dot": "use tapes.tensordot(a, b, 1) for vectors, a @ b for matrices",
    "size": "use tapes.size(tensor) or tensor.shape.num_elements()",
    "tolist": "use tensor.numpy().tolist()",
    "data": "tensor.numpy() is a copy of the value",
}


_shape = tuple.__new__  # of what is a tuple of integers already


class _Missing:
    """An attribute that tensors of other libraries have: asking for it says what to do here.

    A `__getattr__` would say it too, but it makes each look-up of every other attribute twice as slow.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, x: Any, kind: type) -> Any:
        if x is None:
            return self
        raise AttributeError(f"'{kind.__name__}' object has no attribute {self.name!r}: {_HINTS[self.name]}.")


class TensorLike:
    """What Tensor and Variable share: Python's protocols. Their operators are added in operators.py."""

    __slots__ = ()
    __array_priority__ = 100  # so that `ndarray * tensor` asks the tensor, and is recorded
    _array: np.ndarray

    if TYPE_CHECKING:  # the subclasses say how they are read, and operators.py adds the operators when the ops exist

        def _read(self) -> Tensor: ...
        def _one(self) -> Tensor: ...
        def _two(self, other: Any) -> Tensor: ...

        __neg__ = __abs__ = __invert__ = _one
        __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _two
        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _two
        __and__ = __or__ = __xor__ = __rand__ = __ror__ = __rxor__ = _two
        __lt__ = __le__ = __gt__ = __ge__ = __getitem__ = _two

        def __iter__(self) -> Iterator[Tensor]: ...
        def __getattr__(self, name: str) -> Any: ...  # a hint, see _Missing, or what a subclass has

    @property
    def shape(self) -> TensorShape:
        return _shape(TensorShape, self._array.shape)

    @property
    def dtype(self) -> DType:
        return as_dtype(self._array.dtype)

    @property
    def ndim(self) -> int:
        return self._array.ndim

    def _operand(self) -> Tensor:
        """What an op computes with."""
        return self._read()

    def get_shape(self) -> TensorShape:
        """The same as `shape`."""
        return self.shape

    def numpy(self) -> Any:
        """A copy of the value as a NumPy array (a NumPy scalar for shape ()): changing it changes nothing here."""
        array = self._read()._array
        tell("export", self)
        return array[()] if array.ndim == 0 else array.copy()

    def ref(self) -> Reference:
        """A hashable stand-in for this object, equal to itself alone."""
        return Reference(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        view = np.asarray(self._read()._array).view()
        view.flags.writeable = False
        tell("export", self)
        return np.array(view, dtype=dtype, copy=copy)

    def _number(self) -> np.ndarray:
        array = self._read()._array
        if array.ndim:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars, but this one has shape "
                            f"{self.shape}: take one entry, x[0], or reduce it, tapes.reduce_sum(x).")
        return array

    def __float__(self) -> float:
        number = float(self._number())
        tell("number", self, "float", number)
        return number

    def __int__(self) -> int:
        number = int(self._number())
        tell("number", self, "int", number)
        return number

    def __index__(self) -> int:
        number = self._read()._array.__index__()
        tell("number", self, "int", number)
        return number

    def __bool__(self) -> bool:
        array = self._read()._array
        if array.size != 1:
            raise ValueError("The truth value of an array with more than one element is ambiguous, and so is that of "
                             f"none: this one has shape {self.shape}. Say tapes.reduce_any(x) or tapes.reduce_all(x), "
                             "or choose entry by entry with tapes.where(x, a, b).")
        tell("number", self, "bool", bool(array))
        return bool(array)

    def __complex__(self) -> complex:
        number = complex(self._number())
        tell("number", self, "complex", number)
        return number

    def __len__(self) -> int:
        if not self._array.shape:
            raise TypeError("Scalar tensor has no `len()`")
        return self._array.shape[0]

    def __format__(self, spec: str) -> str:
        """The number, as Python writes it; in a trace without a format it is a text to look at, as `str(x)` is."""
        if hearing.traces and not spec:
            return str(self)
        shown = format(self._read()._array[()], spec)
        tell("number", self, "format", (spec, shown))
        return shown

    def __hash__(self) -> int:
        raise TypeError(f"{type(self).__name__} is unhashable. Instead, use {type(self).__name__.lower()}.ref() as "
                        "the key.")

    def __setitem__(self, index: object, value: object) -> None:
        raise TypeError(f"'{type(self).__name__}' object does not support item assignment: values on a tape never "
                        "change. Build a new tensor instead, with tapes.where, tapes.concat or tapes.stack.")

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if type(getattr(type(self), name, None)) is not _Missing]


for _name in _HINTS:
    setattr(TensorLike, _name, _Missing(_name))


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
