"""The functional form: layers called with symbols make symbols, and `Model(inputs, outputs)` computes along them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from .. import nest
from ..api.making import zeros
from .backend import floatx, snake, unique
from .layer import Layer, calls
from .symbol import Node, Symbol

_number = itertools.count()


class InputLayer(Layer):
    """The layer that an input comes from; its `output` is the symbol that `Input` gives.

    >>> import tapes as tf
    >>> model = tf.keras.Sequential([tf.keras.layers.InputLayer(shape=(2,)), tf.keras.layers.Dense(3)])
    >>> model.output_shape
    (None, 3)
    """

    def __init__(self, shape: Any = None, batch_size: int | None = None, dtype: Any = None, name: str | None = None,
                 batch_shape: Any = None, input_shape: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        shape = input_shape if shape is None else shape
        if shape is None and batch_shape is None:
            raise ValueError("You must pass a `shape` argument, of one example, without the batch.")
        if isinstance(shape, int):
            raise ValueError(f"Input takes a shape, not a number: write shape=({shape},)")
        self.batch_shape = (batch_size, *shape) if batch_shape is None else tuple(batch_shape)
        self.built = True
        symbol = Symbol(self.batch_shape, dtype or floatx(), self.name)
        _note(self, (), {}, symbol)

    def call(self, inputs: Any) -> Any:
        return inputs


def Input(shape: Any = None, batch_size: int | None = None, dtype: Any = None, name: str | None = None, *,
          batch_shape: Any = None) -> Symbol:
    """The beginning of a model in the functional form.

    Args:
        shape: of one example; None where a length may vary.
        batch_size: how many examples at once, or None for any number.
        dtype: by default floatx.
        name: of the input.
        batch_shape: instead of both, shape with the batch.

    >>> import tapes as tf
    >>> x = tf.keras.Input(shape=(2,))
    >>> y = tf.keras.layers.Dense(3)(x)
    >>> y.shape, tf.keras.Model(x, y)(tf.ones([5, 2])).shape
    ((None, 3), TensorShape([5, 3]))
    """
    return InputLayer(shape, batch_size, dtype, name, batch_shape).output


class Operation(Layer):
    """An operator between symbols, as a layer without weights that a summary shows and `layers` does not."""

    def __init__(self, kind: str, function: Callable[..., Any]) -> None:
        super().__init__(name=unique(snake(kind)))
        self.kind, self._function, self.built = kind, function, True

    def _taken(self, x: Any) -> Any:
        return x  # numbers take the dtype of what they are beside

    def call(self, *inputs: Any) -> Any:
        return self._function(*inputs)


def applied(layer: Layer, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """The result of a call with symbols: symbols again, of the shapes that the layer gives."""
    return _note(layer, args, settings, _tried(layer, args, settings))


def _note(layer: Layer, args: tuple[Any, ...], settings: dict[str, Any], outputs: Any) -> Any:
    node = Node(next(_number), layer, args, settings, outputs, len(layer._state.nodes))
    layer._state.nodes.append(node)
    for y in nest.flatten(outputs):
        y.node = node
    return outputs


def shape_of_result(layer: Layer, input_shape: Any) -> Any:
    """The shape that the layer gives for an input of this shape."""
    return nest.map_structure(lambda y: y.shape, _tried(layer, (Symbol(input_shape, layer.dtype),), {}))


def _tried(layer: Layer, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """The layer is called with zeros, twice: lengths that differ are those that vary."""
    def with_length(length: int) -> Any:
        def stand_in(x: Any) -> Any:
            return zeros([length if n is None else n for n in x.shape], x.dtype) if isinstance(x, Symbol) else x

        return layer(*nest.map_structure(stand_in, args), **nest.map_structure(stand_in, settings))

    if "training" in settings:  # zeros are nothing to be learnt from
        settings = {**settings, "training": False}
    calls.training.append(False)
    try:
        one, two = with_length(2), with_length(3)
    finally:
        calls.training.pop()
    return nest.map_structure(lambda a, b: Symbol(
        [n if n == m else None for n, m in zip(a.shape, b.shape)], a.dtype, layer.name), one, two)
