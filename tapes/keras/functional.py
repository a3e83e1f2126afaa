"""The functional form: layers called with symbols make a graph, and `Model(inputs, outputs)` computes along it."""

from __future__ import annotations

import itertools
from typing import Any

from .. import nest
from ..api.making import zeros
from .backend import auto_name, floatx
from .layer import Layer, calls
from .model import Model
from .symbol import Node, Symbol

_number = itertools.count()


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
    if shape is None and batch_shape is None:
        raise ValueError("You must pass a `shape` argument, of one example, without the batch.")
    if isinstance(shape, int):
        raise ValueError(f"Input takes a shape, not a number: write shape=({shape},)")
    lengths = (batch_size, *shape) if batch_shape is None else tuple(batch_shape)
    return Symbol(lengths, dtype or floatx(), name or auto_name(InputLayer))


class InputLayer:
    """What inputs are named after."""


def applied(layer: Layer, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """The result of a call with symbols: symbols again, of the shapes that the layer gives."""
    names, calls.names = calls.names, []  # a layer that is called here belongs to no other
    try:
        outputs = _tried(layer, args, settings)
    finally:
        calls.names = names
    node = Node(next(_number), layer, args, settings, outputs)
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

    one, two = with_length(2), with_length(3)
    return nest.map_structure(lambda a, b: Symbol(
        [n if n == m else None for n, m in zip(a.shape, b.shape)], a.dtype, layer.name), one, two)


class Functional(Model):
    """A model that computes along a graph of layers.

    Args:
        inputs, outputs: symbols, or lists or dicts of them.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **settings: Any) -> None:
        super().__init__(name=name or auto_name(type(self)), **settings)
        for x in (*nest.flatten(inputs), *nest.flatten(outputs)):
            if not isinstance(x, Symbol):
                raise ValueError(f"inputs and outputs of a Model are what Input and layers give, got {x!r}")
        nodes: dict[int, Node] = {}
        waiting, known = list(nest.flatten(outputs)), {id(x) for x in nest.flatten(inputs)}
        while waiting:
            x = waiting.pop()
            if id(x) in known:
                continue
            if x.node is None:
                raise ValueError(f"the outputs depend on {x!r}, which is not among the inputs")
            known.add(id(x))
            nodes[x.node.number] = x.node
            waiting += [each for each in nest.flatten([x.node.args, x.node.settings]) if isinstance(each, Symbol)]
        self.inputs, self.outputs = inputs, outputs
        self._nodes = [nodes[number] for number in sorted(nodes)]
        self._layers = list({id(node.layer): node.layer for node in self._nodes}.values())
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Each layer of the graph, in the order in which they were called."""
        given, wanted = nest.flatten(inputs), nest.flatten(self.inputs)
        if len(given) != len(wanted):
            raise ValueError(f"Model '{self.name}' takes {len(wanted)} inputs, got {len(given)}")
        values = {id(symbol): x for symbol, x in zip(wanted, given)}

        def of(x: Any) -> Any:
            return values[id(x)] if isinstance(x, Symbol) else x

        for node in self._nodes:
            results = node.layer(*nest.map_structure(of, node.args), **nest.map_structure(of, node.settings))
            values |= {id(symbol): y for symbol, y in zip(nest.flatten(node.outputs), nest.flatten(results))}
        return nest.map_structure(of, self.outputs)
