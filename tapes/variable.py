"""A Variable is a cell that holds a tensor: reading it is a step on the tape, assigning to it is not."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from .convert import convert
from .dtypes import as_dtype
from .errors import InvalidArgumentError
from .notices import tell
from .op import NONE, Op, listening
from .protocols import Reference, TensorLike
from .tensor import Tensor, text

_created = itertools.count()
read = Op("read", lambda variable: variable, [lambda g, y, variable: g], push=[lambda dx, y, variable: dx],
           doc="The step from a Variable to the tensor that it holds at this moment; the adjoint passes unchanged.")


def _nothing() -> None:
    """What is known of a Variable that was not read yet."""


class Variable(TensorLike):
    """A value that training changes: trainable ones are watched by every tape as soon as they are read.

    Args:
        initial_value: a tensor, array, number or list, or a function without arguments that returns one.
        trainable: whether tapes watch it by themselves.
        name: shown in tables and errors.
        dtype: the dtype to convert to; by default that of the value (Python floats are float32).

    Each read keeps the value that it saw, so assigning afterwards never changes a gradient.

    >>> import tapes as tf
    >>> v = tf.Variable(3.0, name="v")
    >>> with tf.GradientTape() as tape:
    ...     y = v * v
    >>> v.assign(10.0)
    <tapes.Variable 'v:0' shape=() dtype=float32, numpy=10.0>
    >>> tape.gradient(y, v)
    <tapes.Tensor: shape=(), dtype=float32, numpy=6.0>
    """

    __slots__ = ("__weakref__", "_array", "_known", "_lock", "_name", "_order", "_trainable")
    _known: Callable[[], Tensor | None]  # the last operand, while something holds it

    def __init__(self, initial_value: Any = None, trainable: bool = True, name: str | None = None,
                 dtype: Any = None) -> None:
        if initial_value is None:
            raise ValueError("The `initial_value` arg to `tf.Variable` must be specified: a Variable takes its shape "
                             "and dtype from it.")
        if callable(initial_value):
            initial_value = initial_value()
        value = convert(initial_value, None if dtype is None else as_dtype(dtype).dtype)
        self._array, self._known = value._array, _nothing
        self._lock = threading.RLock()  # what reads the value to assign another one does so in one go
        self._name, self._trainable, self._order = name or "Variable", bool(trainable), next(_created)
        tell("Variable", self, value)

    @property
    def name(self) -> str:
        return f"{self._name}:0"

    @property
    def trainable(self) -> bool:
        return self._trainable

    def value(self) -> Tensor:
        """The tensor it holds now: a step on every tape that listens."""
        return self._read()

    read_value = value

    def assign(self, value: Any, read_value: bool = True) -> Variable:
        """Hold another value of the same shape and dtype from now on.

        No gradient flows through it: neither to what the new value was computed from, nor into tensors read before.
        Returns this Variable. ValueError when the shape or dtype is another one; then nothing has changed.
        """
        tensor = convert(value, self._array.dtype)
        with self._lock:
            return self._hold(tensor._array, tensor, "assign")

    def assign_add(self, delta: Any, read_value: bool = True) -> Variable:
        """Add to the value; otherwise like `assign`."""
        change = self._delta(delta)
        with self._lock:
            return self._hold(self._array + change._array, change, "assign_add")

    def assign_sub(self, delta: Any, read_value: bool = True) -> Variable:
        """Subtract from the value, the last line of gradient descent; otherwise like `assign`."""
        change = self._delta(delta)
        with self._lock:
            return self._hold(self._array - change._array, change, "assign_sub")

    def _assign_part(self, index: Any, value: Any) -> Variable:
        given = convert(value, self._array.dtype)
        with self._lock:
            try:
                array = _with_part(self._array, index, given._array)
            except ValueError:
                part = self._array[index].shape
                raise InvalidArgumentError(f"Cannot assign a value of shape {given.shape} to a part of shape {part} of "
                                           f"variable '{self.name}': Shape mismatch.") from None
            return self._hold(array, given, lambda now, new: _with_part(now, index, new))

    def _delta(self, delta: Any) -> Tensor:
        tensor = convert(delta, self._array.dtype)
        if tensor._array.shape != self._array.shape:
            raise self._mismatch(tensor._array.shape)
        return tensor

    def _hold(self, array: np.ndarray, given: Tensor, how: Any) -> Variable:
        if array.shape != self._array.shape:
            raise self._mismatch(array.shape)
        self._told()
        before, self._array = self._array, array
        tell("assign", self, given, how, before)
        return self

    def _mismatch(self, shape: tuple[int, ...]) -> ValueError:
        return ValueError(f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable shape "
                          f"{self._array.shape}, and the assigned value shape {shape} are incompatible.")

    def _told(self, known: Tensor | None = None) -> bool:
        """Reading and assigning both tell the tapes that this Variable takes part; whether `known` will do for all."""
        enough = known is not None
        for listener in listening.now:
            if not listener.read(self, known):
                enough = False
        return enough

    def _read(self) -> Tensor:
        """A new tensor of the value, which nothing else was computed from: what the user gets, and may ask about."""
        self._told()
        return read.record((self,), NONE, self._array)

    def _operand(self) -> Any:
        """What an op computes with: one tensor for as long as the value stays, so that it is on a tape but once."""
        known = self._known()
        if known is not None and known._array is not self._array:
            known = None  # the value has changed since
        if not self._told(known):
            known = read.record((self,), NONE, self._array)
            self._known = weakref.ref(known)
        return known

    def ref(self) -> Reference:
        return Reference(self)

    def __reduce_ex__(self, protocol: Any) -> Any:
        reduced: Any = super().__reduce_ex__(protocol)
        make, given, (own, slots), *rest = reduced
        kept = {name: slots[name] for name in slots if name != "_lock"}
        return make, given, (own, {**kept, "_known": _nothing}), *rest  # a pickle knows no tensor of this program

    def __setstate__(self, state: tuple[Any, dict[str, Any]]) -> None:
        """A copy is a Variable of its own, and the youngest."""
        for name, value in {**(state[0] or {}), **state[1], "_order": next(_created),
                            "_lock": threading.RLock()}.items():
            setattr(self, name, value)

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        copy = memo[id(self)] = Variable(self._array, self._trainable, self._name)
        return copy

    def __repr__(self) -> str:
        return (f"<tapes.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, "
                f"numpy={text(self._read()._array, repr)}>")

    def __format__(self, spec: str) -> str:
        return super().__format__(spec) if spec else str(self)


def _with_part(array: np.ndarray, index: Any, value: np.ndarray) -> np.ndarray:
    """A copy of the array with this part."""
    array = np.array(array)
    array[index] = value
    return array


def _refusing(sign: str, name: str, instead: str) -> Callable[[Variable, object], Any]:
    def refuse(self: Variable, other: object) -> Any:
        raise RuntimeError(f"`{name} {sign}= value` with `tf.Variable`s is not supported. Use `{name}.{instead}` to "
                           f"change the variable, or `out = {name} {sign} value` to get a new tensor.")

    return refuse


# Without these `v *= 2` would make the name `v` stand for a tensor, and training would go on with a constant.
for _method, *_words in (
        ("iadd", "+", "variable", "assign_add(value)"), ("isub", "-", "variable", "assign_sub(value)"),
        ("imul", "*", "var", "assign(var * value)"), ("itruediv", "/", "var", "assign(var / value)"),
        ("ipow", "**", "var", "assign(var ** value)")):
    setattr(Variable, f"__{_method}__", _refusing(*_words))
