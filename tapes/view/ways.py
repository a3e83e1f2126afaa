"""By which ways an adjoint comes back to a value: only what has a derivative is a way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..graph.program import OwnGradient, Step, Value
from ..rules import Each
from .rewrites import Written

Users = dict[Value, list[tuple[Step, int]]]


def users(steps: Mapping[Value, Step], target: Value, own: Sequence[OwnGradient],
          seen: Callable[[Value], Value]) -> Users:
    """Of each value the steps through which it reaches the target, and as which of their inputs.

    Args:
        steps: those of the forward pass, by their results, in order.
        target: what is differentiated.
        own: where the program brought a gradient of its own: each is one step, and what is inside it is no way.
        seen: what a value is another name for.
    """
    makers = dict(steps)
    for one in own:
        inputs, outputs = tuple(map(seen, one.inputs)), [y for y in map(seen, one.outputs) if y in makers]
        for y in outputs:
            if y not in inputs:
                makers[y] = Step(Written("custom_gradient"), inputs, {}, y, makers[y].line)  # type: ignore[arg-type]
    found: Users = {}
    reached = {target}
    for value in reversed(makers):
        step = makers[value]
        if value not in reached:
            continue
        for place, x in enumerate(step.inputs):
            if _has_rule(step, place):
                reached |= {x, seen(x)}
                found.setdefault(seen(x), []).insert(0, (step, place))
    return found


def _has_rule(step: Step, place: int) -> bool:
    rules = step.op.rules
    return isinstance(rules, Each) or [*rules][place:place + 1] != [None]
