"""What a rule takes several steps for, so that it stays exact for all numbers, and a textbook writes in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..graph.program import Program, Step, Value
from ..ops.elementwise import identity
from ..ops.indexing import scatter
from ..ops.pool import max_pool_places


@dataclass(frozen=True)
class Written:
    """An op of the notation alone: what its formula says is what the steps compute that it stands for."""

    name: str
    formula: None = None
    rules: tuple[None, ...] = ()
    forward: Callable[..., Any] | None = None


STOP = Written("stop_gradient", rules=(None,), forward=identity.forward)  # said, for it changes what is derived


Makers = dict[Value, Step]


def rewritten(program: Program, outputs: Sequence[Value]) -> list[Step]:
    """The steps that lead to the outputs, the shorter way, in order."""
    steps = [step for step in program.each() if isinstance(step, Step)]
    makers = {step.output: step for step in steps}
    for place, step in enumerate(steps):
        for rewrite in REWRITES.get(step.op.name, ()):
            found = rewrite(step, makers)
            if found is not None:
                name, inputs, params = found
                steps[place] = makers[step.output] = Step(
                    Written(name), inputs, params, step.output, step.line)  # type: ignore[arg-type]
                break
    needed, kept = set(outputs), []
    for step in reversed(steps):
        if step.output in needed:
            needed.update(step.inputs)
            kept.append(step)
    return kept[::-1]


def behind(value: Value, makers: Makers) -> Value:
    """What a value is, but for its shape."""
    while value in makers and makers[value].op.name in ("reshape", "identity"):
        value = makers[value].inputs[0]
    return value


def _is(value: Value, makers: Makers, name: str) -> Step | None:
    step = makers.get(value)
    return step if step is not None and step.op.name == name else None


def _constant(value: Value, number: float) -> bool:
    return value.kind == "constant" and np.ndim(value.array) == 0 and value.array == number


Found = tuple[str, tuple[Value, ...], dict[str, Any]] | None


def _sigmoid_less(step: Step, makers: Makers) -> Found:
    """where(z >= 0, (1 - y) - small, small - y) is sigmoid(z) - y: see the rule of sigmoid_cross_entropy."""
    condition, left, right = step.inputs
    asked, upper, lower = (_is(value, makers, name) for value, name in (
        (condition, "greater_equal"), (left, "subtract"), (right, "subtract")))
    if asked is None or upper is None or lower is None or not _constant(asked.inputs[1], 0):
        return None
    small, labels = lower.inputs
    rest = _is(upper.inputs[0], makers, "subtract")
    if _is(small, makers, "sigmoid") is None or upper.inputs[1] is not small or rest is None or (
            rest.inputs[1] is not labels or not _constant(rest.inputs[0], 1)):
        return None
    return "sigmoid_less", (asked.inputs[0], labels), {}


def _unpool(step: Step, makers: Makers) -> Found:
    """The adjoint of max_pool: what arrives at a window goes to its largest entry."""
    added = _is(step.inputs[0], makers, scatter.name)
    places = added and _is(behind(added.inputs[1], makers), makers, max_pool_places.name)
    if not added or not places or places.inputs[0].shape != step.output.shape:
        return None
    return "unpool", (behind(added.inputs[0], makers), places.inputs[0]), places.params


def _unpooled(g: Any, x: Any, **window: Any) -> Any:
    whole = np.zeros(x.size, np.asarray(g).dtype)
    np.add.at(whole, max_pool_places.forward(x, **window).reshape(-1), np.reshape(g, -1))
    return whole.reshape(x.shape)


FORWARD: dict[str, Callable[..., Any]] = {"unpool": _unpooled}  # of those that no op computes
REWRITES: dict[str, tuple[Callable[[Step, Makers], Found], ...]] = {
    "where": (_sigmoid_less,), "reshape": (_unpool,)}
