"""A tensor is an array that never changes, with an identity by which a tape can follow it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .notices import hearing
from .protocols import TensorLike


class Tensor(TensorLike):
    """An n-dimensional array of one dtype that never changes.

    Make one with `constant` or `convert_to_tensor`; every op returns one. `dtype` and `shape` are its type and its
    lengths, `numpy()` is its value. Its operators are the ops of the same meaning: `x * y` is `multiply(x, y)`.

    >>> import tapes as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> x * x
    <tapes.Tensor: shape=(2,), dtype=float32, numpy=array([1., 4.], dtype=float32)>
    """

    __slots__ = ("__weakref__", "_array", "_origin")
    _origin: tuple[Any, Any]  # of a slice of a Variable: the Variable and the index

    def __init__(self, array: np.ndarray) -> None:
        self._array = array

    def _read(self) -> Tensor:
        return self

    @property
    def assign(self) -> Any:
        """Only the slices of a Variable have it: `v[1:].assign(value)` assigns this part of `v`, and returns `v`."""
        if not hasattr(self, "_origin"):
            return super().assign  # type: ignore[misc]  # which says that a tensor never changes
        variable, index = self._origin
        return lambda value: variable._assign_part(index, value)

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: object) -> Tensor:
        return Tensor(self._array)

    def __repr__(self) -> str:
        return f"<tapes.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={text(self._array, repr)}>"

    def __str__(self) -> str:
        return f"tapes.Tensor({text(self._array, str)}, shape={self.shape}, dtype={self.dtype.name})"


def text(array: np.ndarray, render: Any) -> str:
    """An array as TensorFlow prints it: scalars as Python's, several lines starting on a line of their own.

    In a trace it says so: whoever finds the text in a later call should not take it for the value there.
    """
    shown = render(array.item()) if array.ndim == 0 and render is repr else render(array)
    return "\n" * ("\n" in shown) + shown + " when traced" * bool(hearing.traces)
