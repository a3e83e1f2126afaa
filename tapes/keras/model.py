"""A model is a layer that can be trained: `compile` says how, `fit` does it."""

from __future__ import annotations

from typing import Any

from .functional import Operation
from .graph import Graph
from .layer import Layer
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

    _graph: Graph | None = None  # of the functional form

    def __new__(cls, *args: Any, **settings: Any) -> Any:
        """`Model(inputs, outputs)` is a Functional."""
        return object.__new__(Functional if cls is Model and _is_functional(args, settings) else cls)

    def __init__(self, *args: Any, **settings: Any) -> None:
        """Either nothing, and `call` is written in a subclass, or `inputs` and `outputs`; and `name`, `trainable`."""
        if not _is_functional(args, settings):
            super().__init__(*args, **settings)
            return
        given = dict(zip(("inputs", "outputs", "name"), args, strict=False)) | settings
        graph = Graph(given.pop("inputs"), given.pop("outputs"))
        trainable = given.pop("trainable", None)
        super().__init__(**given)
        self._layers = [layer for layer in graph.operations if not isinstance(layer, Operation)]
        self._graph, self.built = graph, True
        if trainable is not None:
            self.trainable = trainable

    def call(self, inputs: Any, *args: Any, **settings: Any) -> Any:
        """What it computes: to be written by a subclass, unless it was given inputs and outputs."""
        if self._graph is None:
            raise NotImplementedError(f"Model {type(self).__name__} does not have a `call()` method implemented.")
        return self._graph(inputs)

    @property
    def inputs(self) -> list[Symbol]:
        """In the functional form its inputs, in a list."""
        return self._drawn.inputs

    @property
    def outputs(self) -> list[Symbol]:
        """In the functional form its outputs, in a list."""
        return self._drawn.outputs

    @property
    def input(self) -> Any:
        """Its only input, or the list of them."""
        return self.inputs[0] if len(self.inputs) == 1 else self.inputs

    @property
    def output(self) -> Any:
        """Its only output, or the list of them."""
        return self.outputs[0] if len(self.outputs) == 1 else self.outputs

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs' layers."""
        return self._drawn.input_names

    @property
    def output_names(self) -> list[str]:
        """The names of the layers that the outputs come from."""
        return self._drawn.output_names

    @property
    def _drawn(self) -> Graph:
        if self._graph is None:
            raise AttributeError(f"Model '{self.name}' has no symbols for inputs and outputs: it has none before it is "
                                 "built, and a subclass with a `call` of its own has none at all.")
        return self._graph

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or at this place of `layers`.

        >>> import tapes as tf
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1, name="first"), tf.keras.layers.Dense(2)])
        >>> model.get_layer("first") is model.get_layer(index=0)
        True
        """
        if (name is None) == (index is None):
            raise ValueError("Provide either a layer name or layer index at `get_layer`. Received: "
                             f"index={index}, name={name}.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"Was asked to retrieve layer at index {index} but model only has {len(layers)} "
                                 "layers.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}. Existing layers are: {[layer.name for layer in layers]}.")

    def summary(self, line_length: int | None = None, positions: Any = None, print_fn: Any = None) -> None:
        """Print a table of the layers, with the shapes of what they give and the numbers of weights.

        Args:
            line_length: how wide it is, by default as wide as the terminal allows, up to 88.
            positions: where columns end, as shares of the line.
            print_fn: called with the text, instead of `print`.
        """
        (print_fn or print)(table(self, line_length, positions))

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


class Functional(Model):
    """What `Model(inputs, outputs)` gives: it computes along a graph of layers."""


def _no_saving(name: str) -> Any:
    def refuse(self: Any, *args: Any, **settings: Any) -> Any:
        raise NotImplementedError(f"{name}: a model is not made from data here, only its weights go into a file: "
                                  "model.save_weights(\"weights.npz\"). Make the model by its Python code, and call "
                                  "model.load_weights.")

    refuse.__name__, refuse.__doc__ = name, "Out of reach: see `save_weights`."
    return refuse


for _name in ("get_config", "from_config", "to_json", "save", "export"):
    setattr(Model, _name, _no_saving(_name))


def _is_functional(args: tuple[Any, ...], settings: dict[str, Any]) -> bool:
    return isinstance(_first(args[:1]), Symbol) or "inputs" in settings


def _first(structure: Any) -> Any:
    while isinstance(structure, (list, tuple, dict)) and structure:
        structure = next(iter(structure.values() if isinstance(structure, dict) else structure))
    return structure
