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
from .constants import plain_number, uniform
from .formula import Formulas
from .letters import escaped, symbol
from .story import Product, Story, rule_of, spread

_SHORTER = ("constant folding", "sharing", "algebra", "dead steps")
_ONES = re.compile(r"^(\\mathbf\{1\}_\{[^{}]*\}|1) \\[co]dot ")

Formula = list[str]  # LaTeX; v_{3} is the value of the node 3. What follows the first are equations for parts of it


def forward(story: Story, step: Step) -> Formula | None:
    """What a step computes from its inputs."""
    if step.op is watched or step.op is read or _bundled(step):
        return None
    return _formula(lambda xs: (step.op(*xs, **step.params),), _given(story, step.inputs))


def handed_back(story: Story, product: Product) -> Formula | None:
    """What a rule computes from the adjoint, the result and the inputs."""
    step = story.recorded[product.key]
    if _bundled(step) or isinstance(product.contribution, Arrived):
        return None
    place = story.place[product.key]
    rule, result = rule_of(step, product.place), f"v{place}"
    given = [(Tensor(story.arrived[product.key]), f"δv{place}"), *_given(story, step.inputs)]

    def run(xs: list[Any]) -> tuple[Any, ...]:
        y = step.op(*xs[1:], **step.params)
        return y, xs[1 + product.place], rule(xs[0], y, *xs[1:], **step.params)

    return _formula(run, given, result)


def local(story: Story, product: Product) -> Formula | None:
    """The derivative of a step that works entry by entry."""
    step = story.recorded[product.key]
    if not step.op.smooth or _bundled(step):
        return None
    _, spread_out = spread(step)
    given = [(Tensor(np.array(x)) if name else own, name)  # a plain number stays one
             for x, (own, name) in zip(spread_out, _given(story, step.inputs))]
    rule, result = rule_of(step, product.place), f"v{story.place[product.key]}"

    def run(xs: list[Any]) -> tuple[Any, ...]:
        y = step.op(*xs, **step.params)
        return y, xs[product.place], rule(Tensor(np.ones(y.shape, y._array.dtype)), y, *xs, **step.params)

    found = _formula(run, given, result)
    return found and [_ONES.sub("", found[0]), *found[1:]]


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


def _formula(f: Callable[[list[Any]], tuple[Any, ...]], given: Sequence[tuple[Any, str]],
             known: str = "") -> Formula | None:
    """Watch a computation on values of these names, and write down its last result.

    Of a rule the results are the value that the step made, which is `known` by its name, the input, and its adjoint.
    """
    fresh: dict[tuple[int, str], Any] = {}
    for x, name in given:
        if (id(x), name) not in fresh:
            fresh[id(x), name] = Tensor(np.array(x._array).view())
    trace = Trace([fresh[id(x), name] for x, name in given if name], {})
    for x, name in given:
        if name:
            trace.name(fresh[id(x), name], name)
    with trace.watching():
        results = f([fresh[id(x), name] for x, name in given])
    if not isinstance(results[-1], Tensor):
        return None
    program = trace.finish(results)
    for name in _SHORTER:
        program = PASSES[name](program)
    made, output = program.outputs[0], program.outputs[-1]
    if made.kind == "step":
        made.name = known
    if output.kind == "argument" or (known and output is made):
        return [symbol(output.name)]
    if output.kind == "constant":
        number = uniform(output)
        return None if number is None else [plain_number(number, "latex")[0]]
    formulas = Formulas(program, made, {program.outputs[1]: output}) if known and made.kind == "step" else Formulas(
        program, output, {})
    if any(line.letters for line in formulas.lines):  # with indices, also on the left
        return None
    *before, (_, last) = formulas.drawn()
    return [last, *(f"{name} = {text}" for name, text in before if name != symbol(known)),
            *(rf"\text{{{escaped(f'{sign}: {text}')}}}" for sign, text in formulas.legend.items())]
