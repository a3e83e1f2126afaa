"""A weight is a Variable with a place: which layer of which model it belongs to."""

from __future__ import annotations

from typing import Any

from ..tensor import text
from ..variable import Variable


class Weight(Variable):
    """A Variable that a layer, an optimizer or a metric made: its `name` is "kernel", its `path` "model/dense/kernel".

    Attributes:
        regularizer: a function of the weight that is added to the loss, or None.
        constraint: a function that gives the weight's next value after each step of an optimizer, or None.
    """

    __slots__ = ("constraint", "path", "regularizer")

    def __init__(self, value: Any, trainable: bool, name: str, path: str, regularizer: Any = None,
                 constraint: Any = None) -> None:
        super().__init__(value, trainable, name)
        self.path, self.regularizer, self.constraint = path, regularizer, constraint

    @property
    def name(self) -> str:
        return self._name

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)

    def __repr__(self) -> str:
        return (f"<Variable path={self.path}, shape={tuple(self.shape)}, dtype={self.dtype.name}, "
                f"value={text(self._read()._array, str)}>")
