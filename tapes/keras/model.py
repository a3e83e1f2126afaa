"""A model is a layer that can be trained: `compile` says how, `fit` does it."""

from __future__ import annotations

from typing import Any

from .saving import load, save
from .summary import summary as table
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

    def summary(self, line_length: int | None = None, print_fn: Any = None) -> None:
        """Print a table of the layers, with the shapes of the last call and the numbers of weights."""
        (print_fn or print)(table(self, line_length))

    def save_weights(self, filepath: Any, overwrite: bool = True) -> None:
        """Write all weights into a file: NumPy's .npz, or .safetensors where that library is installed.

        >>> import tapes as tf, tempfile, os
        >>> model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     model.save_weights(os.path.join(folder, "line.npz"))
        ...     model.load_weights(os.path.join(folder, "line.npz"))
        """
        save(self.weights, filepath, overwrite)

    def load_weights(self, filepath: Any) -> None:
        """Give all weights the values of a file; ValueError, and no change, when one does not fit."""
        load(self.weights, filepath)


def _first(structure: Any) -> Any:
    while isinstance(structure, (list, tuple, dict)) and structure:
        structure = next(iter(structure.values() if isinstance(structure, dict) else structure))
    return structure
