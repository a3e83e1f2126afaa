"""The story of a gradient: what happens, one thing after the other, first forward and then backward, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..arguments import checked, cotangents_of
from ..chain_rule import Step, backward, leading_from, seeds
from ..diagnose.explanation import Question
from ..diagnose.history import history_about
from ..diagnose.why_none import why_none
from ..parts import Arrived, Parts
from ..tape import GradientTape, watched
from .graph import Node, graph
from .lines import names_by_line
from .refused import on_tape

WHOLE = 100  # steps up to which every single one is told; of more, repetitions are folded


@dataclass
class Product:
    """What one step hands back to one of its inputs: adjoint times local derivative.

    Attributes:
        key, to: of the step's result, and of the input.
        place: which of the inputs it is.
        contribution: what is added to the adjoint of the input.
        total: that adjoint afterwards.
        local: for a step that works entry by entry, the derivative of each entry of its result; else None.
        earlier: the places, in the list of all products, of those that had been added before.
    """

    key: int
    to: int
    place: int
    contribution: Any
    total: Any = None
    local: Any = None
    earlier: list[int] = field(default_factory=list)


@dataclass
class Position:
    """One place to stop at.

    Attributes:
        kind: "forward" (a step is computed), "folded" (many of them), "seed" (the adjoint of the target by itself),
            "arrived" (the adjoint of a step's result is complete), "product" (it is handed on to one input),
            "source" (an adjoint is complete, and is a gradient), "folded back", or "gradients" (the end).
        node: which, in the story's nodes.
        product: which, in the story's products.
    """

    kind: str
    node: int
    product: int | None = None


class Story:
    """What a tape did, and what its sweep does.

    Attributes:
        nodes: the values, as in the picture: constants, and results of steps in the order of the tape.
        edges: from which to which of them.
        steps: of each node that is one step, the step.
        lines: of each node the line of the user's program, where a history knows it.
        products, positions: see there.
        arrived: the adjoints, by key.
        seed: what the sweep begins with.
        sources: the keys of what is watched, or of what was asked for.
        target: the node of it.
        answers: of each source its label, its node, and why its gradient is None where it is.
    """

    def __init__(self, tape: GradientTape, target: Any, source: Any, names: dict[int, str]) -> None:
        y = on_tape("stepper", tape, target)
        wanted = None if source is None else checked("source", source)
        history = history_about(tape)
        lines = {step.key: history.line_of(step()) if history else None for step in tape.steps() if step() is not None}
        by_line = names_by_line((step, lines.get(step.key)) for step in tape.steps())
        for step in tape.steps():  # a Variable is watched where it is first read
            for x in step.inputs:
                lines[id(x)] = lines.get(id(x)) or lines.get(step.key)
        with np.errstate(all="ignore"):  # a nan is told where it is seen
            drawn = graph(tape, y, None, by_line | names, WHOLE)
            self.nodes, self.edges, self.caption = drawn.nodes, list(drawn.edges), drawn.caption
            self.place = {key: place for place, node in enumerate(self.nodes) for key in node.keys}
            self.target = self.place[id(y)]
            self.recorded = {step.key: step for step in tape.steps() if step() is not None}
            self.sources = [key for key, step in self.recorded.items() if step.op is watched] if wanted is None else [
                id(x) for x in wanted]
            self.seed = cotangents_of([y], None)[0]._array
            self.products, self.arrived = self._swept(y)
        self.lines = [lines.get(node.keys[0]) for node in self.nodes]
        self.positions = list(self._told())
        every = [self.recorded[key]() for key in self.sources] if wanted is None else wanted
        self.answers = [self._answer(tape, y, x, by_line | names) for x in every]

    def _answer(self, tape: GradientTape, y: Any, x: Any, names: dict[int, str]) -> tuple[str, int | None, str]:
        """What a source is called, its node where it has one, and why its gradient is None where it is."""
        place = self.place.get(id(x))
        label = Question(y, x, names).s if place is None or len(self.nodes[place].keys) > 1 else self.nodes[place].label
        if id(x) in self.arrived:
            return label, place, ""
        reason: Any = why_none(tape, y, x, names)
        return label, place, f"{reason.what} Fix: {reason.fix}." if reason.fix else reason.what

    def step(self, node: Node) -> Step | None:
        """The step of a node that is one."""
        return self.recorded.get(node.keys[0]) if len(node.keys) == 1 else None

    def adjoint(self, place: int) -> Any:
        """Of the value of a node, where there is one."""
        node = self.nodes[place]
        return self.arrived.get(node.keys[0]) if len(node.keys) == 1 else None

    def _swept(self, y: Any) -> tuple[list[Product], dict[int, Any]]:
        """The sweep of `gradient` itself, over steps whose rules write down what they give."""
        products: list[Product] = []
        trace: Any = {key: SimpleNamespace(
            inputs=step.inputs, params=step.params, op=SimpleNamespace(rules=_noted(step, products)))
            for key, step in leading_from(self.recorded, set(self.sources)).items()}
        found = backward(trace, seeds([y], [self.seed]), set(trace), False)
        before: dict[int, list[int]] = {}
        for number, product in enumerate(products):
            product.earlier = list(before.setdefault(product.to, []))
            before[product.to].append(number)
            product.total = product.contribution if not product.earlier else (
                products[product.earlier[-1]].total + product.contribution)
            if self.step(self.nodes[self.place[product.key]]):
                product.local = _local(self.recorded[product.key], product.place)
        return products, found

    def _told(self) -> Any:
        """The positions, in order."""
        for place, node in enumerate(self.nodes):
            if node.kind != "constant":
                yield Position("folded" if node.kind == "folded" else "forward", place)
        yield Position("seed", self.target)
        made: dict[int, list[int]] = {}
        for number, product in enumerate(self.products):
            made.setdefault(product.key, []).append(number)
        for place, node in reversed(list(enumerate(self.nodes))):
            if node.kind == "folded":
                if any(key in self.arrived for key in node.keys):
                    yield Position("folded back", place)
            elif node.keys[0] in self.arrived:
                yield Position("source" if node.kind == "watched" else "arrived", place)
                for number in made.get(node.keys[0], ()):
                    yield Position("product", place, number)
        yield Position("gradients", self.target)


def _noted(step: Step, products: list[Product]) -> list[Callable[..., Any] | None]:
    """The rules of a step, which now also write down what they give."""
    def noting(rule: Callable[..., Any], place: int) -> Callable[..., Any]:
        def noted(dy: Any, y: Any, *xs: Any, **params: Any) -> Any:
            dx = rule(dy, y, *xs, **params)
            if dx is not None:
                products.append(Product(step.key, id(step.inputs[place]), place, dx))
            return dx

        return noted

    return [rule and noting(rule, place) for place, (_, rule) in enumerate(zip(step.inputs, step.op.rules,
                                                                              strict=False))]


def rule_of(step: Step, place: int) -> Any:
    """The rule for one input of a step."""
    return next(rule for i, (_, rule) in enumerate(zip(step.inputs, step.op.rules, strict=False)) if i == place)


def spread(step: Step) -> tuple[Any, Sequence[Any]]:
    """Result and inputs of a step that works entry by entry, each in the shape of the result."""
    y: Any = step()
    return y._array, [np.broadcast_to(x._array, y._array.shape) for x in step.inputs]


def _local(step: Step, place: int) -> Any:
    """The derivative of each entry of the result by the entry of the input that it was made from."""
    if not step.op.smooth or step.op.name == "read":
        return None
    y, xs = spread(step)
    return rule_of(step, place)(np.ones_like(y), y, *xs, **step.params)


def parts_of(value: Any, like: Any) -> Any:
    """An adjoint as the value is: of an op with several results, one each."""
    return value.in_order(like) if isinstance(value, Arrived) and isinstance(like, Parts) else value
