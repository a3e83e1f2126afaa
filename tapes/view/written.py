"""A step and its rule in mathematics: the rule is watched while it runs, and what it does is written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..chain_rule import Step
from ..graph.passes import PASSES
from ..graph.trace import Trace
from ..parts import Arrived, Parts
from ..tape import watched
from ..tensor import Tensor
from ..variable import read
from .formula import Formulas
from .story import Product, Story, rule_of, spread

_SHORTER = ("constant folding", "sharing", "algebra", "dead steps")
_VALUE = re.compile(r"(?<!\w)(δ?)v(\d+)(?![0-9A-Za-z_])")
_ONES = re.compile(r"^(ones\([\d, ]*\)|1) \* ")

Formula = list[str | list[Any]]  # text, and between it ["v", node] for a value and ["d", node] for its adjoint


def forward(story: Story, step: Step) -> Formula | None:
    """What a step computes from its inputs."""
    if step.op is watched or step.op is read or _bundled(step):
        return None
    return _formula(lambda xs: step.op(*xs, **step.params), _given(story, step.inputs))


def handed_back(story: Story, product: Product) -> Formula | None:
    """What a rule computes from the adjoint, the result and the inputs."""
    step = story.recorded[product.key]
    if _bundled(step) or isinstance(product.contribution, Arrived):
        return None
    y, dy = step(), story.arrived[product.key]
    given = [(Tensor(dy), f"δv{story.place[product.key]}"), *_given(story, [y, *step.inputs])]
    rule = rule_of(step, product.place)
    return _formula(lambda xs: rule(*xs, **step.params), given)


def local(story: Story, product: Product) -> Formula | None:
    """The derivative of a step that works entry by entry."""
    step = story.recorded[product.key]
    if not step.op.smooth or _bundled(step):
        return None
    y, xs = spread(step)
    whole = [Tensor(np.array(one)) for one in (y, *xs)]
    given = [(one, name) for one, (_, name) in zip(whole, _given(story, [step(), *step.inputs]))]
    ones = Tensor(np.ones(y.shape, y.dtype))
    rule = rule_of(step, product.place)
    found = _formula(lambda xs: rule(ones, *xs, **step.params), given)
    if found and isinstance(found[0], str):
        found[0] = _ONES.sub("", found[0])
    return found


def _bundled(step: Step) -> bool:
    """Whether several values go through it as one; those have no name in a formula."""
    y: Any = step()
    return any(isinstance(x._array, Parts) for x in (y, *step.inputs))


def _given(story: Story, values: Sequence[Any]) -> list[tuple[Any, str]]:
    """Each with the name by which the formula calls it, or "" for a number that stands there as it is."""
    return [(x, f"v{story.place[id(x)]}" if id(x) in story.place and not _plain(story, x) else "") for x in values]


def _plain(story: Story, x: Any) -> bool:
    node = story.nodes[story.place[id(x)]]
    return node.kind == "constant" and not node.label and x._array.size == 1


def _formula(f: Callable[[list[Any]], Any], given: Sequence[tuple[Any, str]]) -> Formula | None:
    """Watch a computation on values of these names."""
    fresh: dict[tuple[int, str], Any] = {}
    for x, name in given:
        if (id(x), name) not in fresh:
            fresh[id(x), name] = Tensor(np.array(x._array).view())
    trace = Trace([fresh[id(x), name] for x, name in given if name], {})
    for x, name in given:
        if name:
            trace.name(fresh[id(x), name], name)
    with trace.watching():
        y = f([fresh[id(x), name] for x, name in given])
    if not isinstance(y, Tensor):
        return None
    program = trace.finish([y])
    for name in _SHORTER:
        program = PASSES[name](program)
    output = program.outputs[0]
    if output.kind == "argument":
        return _tokens(output.name)
    if output.kind == "constant":
        numbers = np.unique(output.array)
        return [f"{numbers[0]:g}"] if len(numbers) == 1 else None
    *before, (_, last) = Formulas(program, output, {}).texts()
    return _tokens("; ".join([last, *(f"{name} = {formula}" for name, formula in before)]))


def _tokens(text: str) -> Formula:
    parts = _VALUE.split(text)
    found: Formula = []
    for place in range(0, len(parts), 3):
        if parts[place]:
            found.append(parts[place])
        if place + 2 < len(parts):
            found.append(["d" if parts[place + 1] else "v", int(parts[place + 2])])
    return found
