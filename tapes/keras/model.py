"""A model is a layer that can be trained: `compile` says how, `fit` does it."""

from __future__ import annotations

from typing import Any

from .symbol import Symbol
from .training import Trainer


class Model(Trainer):
    """The base of models: make layers in `__init__`, and use them in `call`; or give it inputs and outputs.

    >>> import tapes as tf
    >>> class Line(tf.keras.Model):
    ...     def __init__(self):
    ...         super().__init__(name="line")
    ...         self.dense = tf.keras.layers.Dense(1)
    ...     def call(self, x):
    ...         return self.dense(x)
    >>> model = Line()
    >>> model(tf.ones([4, 2])).shape
    TensorShape([4, 1])
    >>> [v.name for v in model.weights]
    ['kernel', 'bias']
    """

    def __new__(cls, *args: Any, **settings: Any) -> Any:
        """`Model(inputs, outputs)` is the functional form."""
        if cls is Model and ((args and isinstance(_first(args[0]), Symbol)) or "inputs" in settings):
            from .functional import Functional  # which is a Model

            return object.__new__(Functional)
        return object.__new__(cls)


def _first(structure: Any) -> Any:
    while isinstance(structure, (list, tuple, dict)) and structure:
        structure = next(iter(structure.values() if isinstance(structure, dict) else structure))
    return structure
