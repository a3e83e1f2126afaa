"""One layer after the other."""

from __future__ import annotations

from typing import Any

from .functional import InputLayer
from .graph import Graph
from .layer import Layer, calls
from .model import Model
from .symbol import Symbol


class Sequential(Model):
    """Layers of which each takes what the one before gives.

    Args:
        layers: a list; an `Input` in front makes the weights at once, else the first call does.

    >>> import tapes as tf
    >>> model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="relu"), tf.keras.layers.Dense(1)])
    >>> model(tf.ones([5, 2])).shape
    TensorShape([5, 1])
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable=trainable, name=name)
        if isinstance(layers, (Layer, Symbol)):
            raise ValueError(f"Sequential takes a list of layers, got {layers!r}: write Sequential([...])")
        self._layers: list[Layer] = []
        self._first: InputLayer | None = None
        for layer in layers or []:
            self._append(layer)
        self._rebuild()

    def add(self, layer: Any) -> None:
        """One more layer at the end; its weights are made at once when the shape of the inputs is known."""
        self._append(layer)
        self._rebuild()

    def _append(self, layer: Any) -> None:
        if isinstance(layer, Symbol) and layer.node is not None and isinstance(layer.node.layer, InputLayer):
            layer = layer.node.layer
        if not isinstance(layer, Layer):
            given = " It is a class: write its name with ()." if isinstance(layer, type) else ""
            raise ValueError("Only instances of `keras.Layer` can be added to a Sequential model. Received: "
                             f"{layer} (of type {type(layer)}){given}")
        if isinstance(layer, InputLayer):
            if self._layers or self._first is not None:
                raise ValueError(f"Sequential model '{self.name}': an Input comes first, and once.")
            self._first = layer
            return
        if any(layer.name == other.name for other in self._layers):
            raise ValueError("All layers added to a Sequential model should have unique names. Name "
                             f"'{layer.name}' is already the name of a layer in this model. Update the `name` argument "
                             "to pass a unique name.")
        if not self._layers and self._first is None and layer._input_shape is not None:
            self._first = InputLayer(batch_shape=layer._input_shape, dtype=layer.dtype)
        self._layers.append(layer)

    def pop(self) -> Layer:
        """Remove the last layer, and return it."""
        if not self._layers:
            raise ValueError("there is no layer to remove")
        layer = self._layers.pop()
        self._rebuild()
        return layer

    def _rebuild(self) -> None:
        self._graph, self.built = None, False
        if self._first is not None and self._layers:
            self.make(self._first.batch_shape)

    def build(self, input_shape: Any = None) -> None:
        """Make the weights of all layers, for inputs of this shape, the batch first."""
        if not self._layers:
            raise ValueError(f"Sequential model {self.name} cannot be built because it has no layers. Call "
                             "`model.add(layer)`.")
        if not isinstance(input_shape, (tuple, list)) or any(isinstance(n, (tuple, list)) for n in input_shape):
            return  # several inputs: the first layer knows what to do with them, but there is no Input for them
        if self._first is None:
            self._first = InputLayer(batch_shape=(None, *input_shape[1:]), dtype=self._layers[0].dtype)
        within = calls.names[-1:] == [self.name]
        if not within:
            calls.names.append(self.name)
        try:
            x = self._first.output
            for layer in self._layers:
                x = layer(x)
        finally:
            if not within:
                calls.names.pop()
        self._graph, self.built = Graph(self._first.output, x), True

    @property
    def layers(self) -> list[Layer]:
        """All but the Input."""
        return list(self._layers)

    def call(self, inputs: Any) -> Any:
        """The last layer's result."""
        if self._graph is not None:
            return self._graph(inputs, any_lengths=True)
        for layer in self._layers:
            inputs = layer(inputs)
        return inputs
