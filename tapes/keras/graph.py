"""The functional form of a model: the calls between its inputs and its outputs, in an order to compute them in."""

from __future__ import annotations

from typing import Any

from .. import nest
from ..api.arranging import expand_dims, squeeze
from ..convert import convert
from ..math import cast
from .symbol import Node, Symbol


class Graph:
    """All calls of layers that lead from inputs to outputs, each of these a symbol, or a list or dict of symbols.

    Attributes:
        operations: the layers and operators, as Keras orders them: the farthest from the outputs first.
        nodes: the calls, in an order to compute them in.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        for role, structure in (("inputs", inputs), ("outputs", outputs)):
            for x in nest.flatten(structure):
                if not isinstance(x, Symbol):
                    raise ValueError(f"All `{role}` values must be KerasTensors, which Input and layers give. Received "
                                     f"{role}={structure} including invalid value {x!r} of type {type(x)}")
        self._inputs, self._outputs = inputs, outputs
        self.inputs: list[Symbol] = nest.flatten(inputs)
        self.outputs: list[Symbol] = nest.flatten(outputs)
        found, order = self._found()
        self.nodes = sorted((node for node in found if not self._is_given(node)), key=lambda node: node.number)
        begin = {id(_node(x).layer) for x in self.inputs if not _is_input(x)} - {id(node.layer) for node in self.nodes}
        self.operations = [x for x in _by_depth(found, order, self.inputs) if id(x) not in begin]
        names = [layer.name for layer in self.operations]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f'The name "{twice}" is used {names.count(twice)} times in the model. All operation names '
                             "should be unique: say name=... for one of the layers.")
        self.input_names = [_node(x).layer.name for x in self.inputs]
        self.output_names = [_node(x).layer.name for x in self.outputs]

    def _is_given(self, node: Node) -> bool:
        known = {id(x) for x in self.inputs}
        return all(id(y) in known for y in nest.flatten(node.outputs))

    def _found(self) -> tuple[list[Node], dict[int, int]]:
        """All calls, each after those whose results it takes; and in which order layers are first met on the way."""
        known, done = {id(x) for x in self.inputs}, dict[int, Node]()
        order: dict[int, int] = {}
        waiting = [(x, False) for x in reversed(self.outputs)]
        while waiting:
            x, is_over = waiting.pop()
            node = _node(x)
            if is_over:
                done.setdefault(node.number, node)
            elif node.number not in done:
                order.setdefault(id(node.layer), len(order))
                waiting.append((x, True))
                if id(x) not in known:
                    before = _symbols(node)
                    if not before:
                        raise ValueError(f"Output is not connected to `inputs`: it depends on {x!r}, which is not "
                                         "among the inputs of the Model.")
                    waiting += [(each, False) for each in reversed(before)]
        return list(done.values()), order

    def __call__(self, inputs: Any, any_lengths: bool = False) -> Any:
        """Each call, in order, with tensors for symbols."""
        values = {id(symbol): x for symbol, x in zip(self.inputs, self._given(inputs, any_lengths))}

        def of(x: Any) -> Any:
            return values[id(x)] if isinstance(x, Symbol) else x

        for node in self.nodes:
            results = node.layer(*nest.map_structure(of, node.args), **nest.map_structure(of, node.settings))
            values |= {id(symbol): y for symbol, y in zip(nest.flatten(node.outputs), nest.flatten(results))}
        return nest.map_structure(of, self._outputs)

    def _given(self, inputs: Any, any_lengths: bool) -> list[Any]:
        """The inputs in their order, each of the shape that its symbol says."""
        if isinstance(inputs, dict):
            names = sorted(self._inputs) if isinstance(self._inputs, dict) else self.input_names
            missing = [name for name in names if name not in inputs]
            if missing:
                raise ValueError(f'Missing data for input "{missing[0]}". You passed a data dictionary with keys '
                                 f"{list(inputs)}. Expected the following keys: {names}")
            given = [inputs[name] for name in names]
        else:
            given = nest.flatten(inputs)
        if len(given) != len(self.inputs):
            raise ValueError(f"the model expects {len(self.inputs)} input(s), {self.input_names}, but it received "
                             f"{len(given)} input tensors.")
        return [_fitting(symbol, convert(x), name, any_lengths) for symbol, x, name in zip(
            self.inputs, given, self.input_names)]


def _fitting(symbol: Symbol, x: Any, name: str, any_lengths: bool) -> Any:
    shape = tuple(x.shape)
    if len(shape) == symbol.ndim + 1 and shape[-1] == 1:
        x = squeeze(x, -1)
    elif len(shape) == symbol.ndim - 1 and symbol.shape[-1] == 1:
        x = expand_dims(x, -1)
    odd = not any_lengths and any(n is not None and n != m for n, m in zip(symbol.shape, x.shape))
    if x.ndim != symbol.ndim or odd:
        raise ValueError(f"Input '{name}' is incompatible with the model: expected shape={symbol.shape}, found "
                         f"shape={shape}")
    return x if x.dtype == symbol.dtype else cast(x, symbol.dtype)


def _node(x: Symbol) -> Node:
    if x.node is None:
        raise ValueError(f"{x!r} comes from no layer: make inputs by tapes.keras.Input")
    return x.node


def _is_input(x: Symbol) -> bool:
    return not _symbols(_node(x))


def _symbols(node: Node) -> list[Symbol]:
    return [x for x in nest.flatten([node.args, node.settings]) if isinstance(x, Symbol)]


def connections(graph: Graph, layer: Any) -> str:
    """Whose results a layer takes, as a summary tells it: "dense[0][0]" is the first result of dense's first call."""
    def told(x: Symbol) -> str:
        node = _node(x)
        return f"{node.layer.name}[{node.place}][{[y is x for y in nest.flatten(node.outputs)].index(True)}]"

    return ", ".join(told(x) for node in graph.nodes if node.layer is layer for x in _symbols(node)) or "-"


def is_a_line(graph: Graph) -> bool:
    """Whether each layer takes one thing, what the layer before gives."""
    layers = [node.layer for node in graph.nodes]
    return (len(graph.inputs) == len(graph.outputs) == 1 and len(layers) == len({id(layer) for layer in layers})
            and all(len(_symbols(node)) == 1 for node in graph.nodes)
            and all(one in nest.flatten(before.outputs) for before, node in zip(graph.nodes, graph.nodes[1:])
                    for one in _symbols(node)))


def _by_depth(nodes: list[Node], order: dict[int, int], inputs: list[Symbol]) -> list[Any]:
    """The layers by their distance from the outputs, those of one distance as they were met: Keras' order."""
    of_node: dict[int, int] = {}
    of_layer: dict[int, int] = {}
    known = {id(x) for x in inputs}
    for node in reversed(nodes):
        depth = max(of_node.get(node.number, 0), of_layer.get(id(node.layer), 0))
        of_node[node.number] = of_layer[id(node.layer)] = depth
        if any(id(y) in known for y in nest.flatten(node.outputs)):
            continue
        for x in _symbols(node):
            before = _node(x)
            of_node[before.number] = max(depth + 1, of_node.get(before.number, 0))
    layers = {id(node.layer): node.layer for node in nodes}
    for x in inputs:
        layer = _node(x).layer
        if id(layer) not in layers:
            layers[id(layer)], of_layer[id(layer)] = layer, 0
            order.setdefault(id(layer), -1)
    return sorted(layers.values(), key=lambda layer: (-of_layer[id(layer)], order[id(layer)]))
