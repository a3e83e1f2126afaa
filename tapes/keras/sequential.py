"""One layer after the other."""

from __future__ import annotations

from typing import Any

from .layer import Layer
from .model import Model
from .symbol import Symbol


class Sequential(Model):
    """Layers of which each takes what the one before gives.

    Args:
        layers: a list; an `Input` in front makes the weights at once.

    >>> import tapes as tf
    >>> model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="relu"), tf.keras.layers.Dense(1)])
    >>> model(tf.ones([5, 2])).shape
    TensorShape([5, 1])
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        self._layers: list[Layer] = []
        self._input: Symbol | None = None
        for layer in layers or []:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """One more layer at the end."""
        if isinstance(layer, Symbol):
            if self._layers or self._input:
                raise ValueError("an Input comes first in a Sequential model, and once")
            self._input = layer
            return
        if not isinstance(layer, Layer):
            raise ValueError("Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                             f"{layer!r} (of type {type(layer)})")
        if not self._layers and layer._input_shape is not None:
            self._input = Symbol(layer._input_shape, layer.dtype)
        self._layers.append(layer)
        if self._input is not None:
            self.built = False
            self.build(self._input.shape)
            self.built = True

    def pop(self) -> Layer:
        """Remove the last layer, and return it."""
        if not self._layers:
            raise ValueError("there is no layer to remove")
        return self._layers.pop()

    def build(self, input_shape: Any = None) -> None:
        """Make the weights of all layers, for inputs of this shape."""
        for layer in self._layers:
            input_shape = layer.compute_output_shape(input_shape)

    def call(self, inputs: Any) -> Any:
        """The last layer's result."""
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs
