"""How far rounding alone may carry an adjoint: every number is changed a little, and the adjoints change with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from tapes.parts import Parts

from ..compare import SHAKE
from ..measure import difference
from ..ops.answers import NotChecked, wide
from ..ops.quiet import quiet
from . import numeric
from .chain import chained, handed_back
from .program import BUNDLE, LEAF, PART, READ, Adjoints, Program, Recorded


def by_rules(step: Recorded, k: int, g: Any) -> tuple[Any, float]:
    """The contribution as the tape's own rule has it."""
    rule = next((rule for place, rule in enumerate(step.op.rules) if place == k), None)
    if rule is None:
        return None, 0.0
    with quiet():
        return rule(g, step.value, *step.values, **step.params), 0.0


def given_by_rule(step: Recorded, k: int, g: Any) -> Any:
    """What the tape's rule hands back."""
    if step.op.name in ("read", "part", "bundle"):
        return handed_back(step, k, g, by_rules)[0]
    return by_rules(step, k, g)[0]


def contributions(program: Program, adjoints: dict[int, Any], place: int) -> list[Any]:
    """What each use of a value hands back by the tape's own rule, where it hands back something of the right shape."""
    found = []
    for user, k in program.uses[place]:
        step = program.steps[user]
        if adjoints.get(user) is None:
            continue
        try:
            part = given_by_rule(step, k, adjoints[user])
        except Exception:  # which is told where the rule is looked at
            continue
        if part is not None and not isinstance(part, dict | Parts) and np.shape(part) == step.values[k].shape:
            found.append(part)
    return found


def cancelled(program: Program, adjoints: dict[int, Any]) -> list[float]:
    """For each adjoint how much larger the terms are that it is the sum of, or one that it comes from is."""
    lost = [1.0] * len(program.steps)
    for place in reversed(range(len(program.steps))):
        parts = [part for part in contributions(program, adjoints, place) if part.dtype.kind in "fc"]
        lost[place] = max([lost[user] for user, _ in program.uses[place]], default=1.0)
        if len(parts) > 1:
            with np.errstate(all="ignore"):
                ratio = np.max(sum(map(np.abs, parts)), initial=0.0) / np.max(np.abs(sum(parts)), initial=0.0)
            lost[place] = max(lost[place], float(ratio) if np.isfinite(ratio) else 1.0)
    return lost


def conditions(program: Program, moved: Program, found: Adjoints) -> dict[int, float]:
    """For each adjoint 1 + how many times larger its relative change is than that of the numbers put in.

    `moved` is the program with these numbers changed a little.

    `found` are those of the complex step. Where it has none, the tape's own rules are asked instead: of a rule that is
    wrong by a factor, a sign or a transposition the condition is that of the right one.
    """
    measured = _ratios(found, chained(moved, numeric.product))
    if len(measured) < len(found.known) + len(found.why):
        measured = _ratios(chained(program, attempted), chained(moved, attempted)) | measured
    return {place: 1.0 + measured.get(place, 0.0) for place in range(len(program.steps))}


def of_values(program: Program, moved: Program) -> dict[int, float]:
    """The same for the values."""
    ratios = _ratios(Adjoints({place: np.asarray(step.value) for place, step in enumerate(program.steps)
                               if not isinstance(step.value, Parts)}, {}, {}, {}),
                     Adjoints({place: np.asarray(step.value) for place, step in enumerate(moved.steps)
                               if not isinstance(step.value, Parts)}, {}, {}, {}))
    return {place: 1.0 + ratios.get(place, 0.0) for place in range(len(program.steps))}


def _ratios(before: Adjoints, after: Adjoints) -> dict[int, float]:
    """Where both are known."""
    ratios = {}
    for place in before.known.keys() & after.known.keys():
        old, new = before.of(place), after.of(place)
        if isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and np.any(old):
            ratio = difference(new, old).relative / SHAKE
            if np.isfinite(ratio):
                ratios[place] = ratio
    return ratios


def attempted(step: Recorded, k: int, g: Any) -> tuple[Any, float]:
    """The same, where the rule gives something that can be added up."""
    try:
        part, doubt = by_rules(step, k, g)
    except Exception as error:  # a rule may be wrong in any way
        raise NotChecked(type(error).__name__) from None
    if isinstance(part, np.ndarray | np.generic) and np.shape(part) != step.values[k].shape:
        raise NotChecked("another shape")
    return (np.asarray(part) if isinstance(part, np.generic) else part), doubt


def again(program: Program, change: Callable[[Any], Any]) -> Program:
    """The same program, computed again in extended precision from what `change` makes of the numbers that go in."""
    values: list[Any] = []
    steps = []
    for step in program.steps:
        inputs = tuple(change(value) if source is None or step.op.name == READ else values[source]
                       for source, value in zip(step.inputs, step.values, strict=True))
        values.append(_result(step, inputs, change))
        steps.append(replace(step, values=inputs, value=values[-1]))
    return Program(steps, program.targets)


def shake(x: Any, rng: np.random.Generator) -> Any:
    if isinstance(x, Parts):
        return Parts(shake(part, rng) for part in x)
    return wide(x) * (1 + SHAKE * rng.choice([-1.0, 1.0], x.shape)) if x.dtype.kind in "fc" else x


def _result(step: Recorded, inputs: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if step.op.name == LEAF or not step.flows:
        return change(step.value)
    if step.op.name == READ:
        return inputs[0]
    if step.op.name == PART:
        return inputs[0][step.params["index"]]
    if step.op.name == BUNDLE:
        return Parts(inputs)
    try:
        with quiet():
            y = step.op.forward(*inputs, **step.params)
        return y if isinstance(y, Parts) else wide(y)
    except Exception:  # what it does not take in this precision goes on from what the tape has
        return change(step.value)
