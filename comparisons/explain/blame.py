"""Which rules are wrong: what each step hands back, for the adjoint that arrived there, beside what its values show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tapes.custom import custom
from tapes.diagnose.mistakes import Evidence, recognised
from tapes.diagnose.truth import is_analytic, truth
from tapes.diagnose.uses import uses
from tapes.parts import Arrived, Parts
from tapes.view.table import abridged

from ..compare import SHAKE
from ..measure import difference
from ..ops.answers import NotChecked
from ..ops.quiet import quiet
from . import numeric
from .chain import handed_back
from .condition import given_by_rule, shake
from .program import BUNDLE, LEAF, Program, Recorded

JACOBIAN = 2 ** 17  # numbers in a matrix of derivatives that is computed to recognise a mistake
PIECES = 200  # of an input, some of whose entries nobody can judge
CONDITION = 100.0  # how much more than the numbers put in a slope may change with them, where that is not measured
POINTS = 2  # a mistake explains the gradient at so many


@dataclass(frozen=True)
class Blame:
    """One rule that is wrong.

    Attributes:
        op: its name, or that of the user's function with a gradient of its own.
        place: of the step.
        input: which of its inputs.
        source: the place of the step that made this input.
        index: of several values that are one input, which; else None.
        reason: what it gives, and what it should.
        mistake: the usual mistake that explains it, or "".
    """

    op: str
    place: int
    input: int
    source: int
    index: int | None
    reason: str
    mistake: str = ""


def wrong_rules(program: Program, adjoints: dict[int, Any], rounding: float) -> Iterator[Blame]:
    """All rules that give something else than their op shows, going back from the target.

    Args:
        program: the steps.
        adjoints: what arrives at each step, by place; a step at which nothing arrives is left out.
        rounding: how far rounding may carry a well-conditioned result.
    """
    for place in reversed(range(len(program.steps))):
        step, g = program.steps[place], adjoints.get(place)
        if g is None or step.op.name == LEAF or not step.flows:
            continue
        g, instead = (g, "") if isinstance(g, Parts | dict) or np.any(g) else (
            np.random.default_rng(0).normal(size=np.shape(g)).astype(np.asarray(g).dtype),
            "what arrives is 0, but for a random adjoint ")
        for k, source in enumerate(step.inputs):
            flows = source is not None and program.steps[source].flows
            if source is not None and flows and (found := _compared(step, k, g, rounding)):
                reason, index = found
                if index is not None and program.steps[source].op.name == BUNDLE:
                    source = program.steps[source].inputs[index] or source
                yield Blame(step.name, place, k, source, index, instead + reason, _mistake(step, k, g, index))


def _compared(step: Recorded, k: int, g: Any, rounding: float) -> tuple[str, int | None] | None:
    """What is wrong with the rule of input k, and with which part of it; None where it is right or nobody can tell."""
    try:
        given = given_by_rule(step, k, g)
    except Exception as error:  # a rule may be wrong in any way
        return f"it raises {type(error).__name__}: {(str(error) or 'nothing more').splitlines()[0]}", None
    try:
        true, doubt = handed_back(step, k, g, numeric.product)
        again, _ = handed_back(_nearby(step), k, _times(g, 1 + SHAKE), numeric.product)
    except NotChecked:
        reason = _along(step, k, g, given, rounding) or _where_smooth(step, k, g, given, rounding)
        return (reason, None) if reason else None
    nothing = rounding * _size(step, k, g)
    for index, right in _parts(true).items():
        change = difference(_parts(again)[index], right).relative / SHAKE
        tolerance = rounding * (1.0 + (change if np.isfinite(change) else 0.0)) + doubt
        if reason := _apart(_parts(given).get(index), right, tolerance, nothing):
            return reason, index if isinstance(true, Arrived) else None
    return None


def _apart(had: Any, right: Any, tolerance: float, nothing: float) -> str:
    """In words, how what a rule gives differs from what it should."""
    if had is None:
        return f"it gives None, and the values show {_short(right)}" if np.any(np.abs(right) > nothing) else ""
    if np.shape(had) != np.shape(right):
        return f"it gives shape {np.shape(had)} for an input of shape {np.shape(right)}"
    if np.all(np.abs(right) <= nothing):  # zero but for rounding
        fits = not np.any(np.abs(had) > 2 * nothing)
    else:
        fits = difference(had, right).within(tolerance)
    if fits:
        return ""
    with np.errstate(all="ignore"):
        off = np.abs(np.asarray(had) - right)
    entry = np.unravel_index(int(np.argmax(np.where(np.isnan(off), np.inf, off))), np.shape(right))
    at = f"at {[int(i) for i in entry]} " if entry else ""
    return f"{at}it gives {float(np.asarray(had)[entry]):.6g}, and the values show {float(right[entry]):.6g}"


def _parts(x: Any) -> dict[int, Any]:
    if isinstance(x, Parts):
        return dict(enumerate(x))
    return x if isinstance(x, dict) else {0: x}


def _times(g: Any, factor: float) -> Any:
    if isinstance(g, Parts):
        return Parts(None if dy is None else dy * factor for dy in g)
    return Arrived({i: dy * factor for i, dy in g.items()}) if isinstance(g, Arrived) else g * np.longdouble(factor)


def _nearby(step: Recorded) -> Recorded:
    rng = np.random.default_rng(0)
    return replace(step, values=tuple(shake(value, rng) for value in step.values))


def _size(step: Recorded, k: int, g: Any) -> float:
    """How large what is handed back may be expected to be: far below that it is zero but for rounding."""
    y = step.value
    if isinstance(g, Arrived) or isinstance(y, Parts) or isinstance(step.values[k], Parts):
        return 0.0
    x = float(np.max(np.abs(step.values[k]), initial=0.0)) or 1.0
    with np.errstate(all="ignore"):
        size = float(np.sum(np.abs(np.asarray(g) * y))) / x
    return size if np.isfinite(size) else 0.0


def _along(step: Recorded, k: int, g: Any, given: Any, rounding: float) -> str:
    """For an input that is too large to be moved entry by entry: along two directions that touch all of them."""
    x = step.values[k]
    if isinstance(x, Parts) or isinstance(given, dict) or (given is not None and np.shape(given) != x.shape):
        return "" if isinstance(x, Parts) or isinstance(given, dict) else \
            f"it gives shape {np.shape(given)} for an input of shape {x.shape}"
    for seed in (0, 1):
        direction = np.random.default_rng(seed).choice([-1.0, 1.0], x.shape)
        try:
            right, doubt = numeric.along(step, k, g, direction)
        except NotChecked:
            return ""
        had = np.longdouble(0) if given is None else np.sum(np.asarray(given).astype(np.longdouble) * direction)
        allowed = rounding * float(np.sum(np.abs(given)) if given is not None else 0.0) + doubt
        if not abs(had - right) <= allowed:
            return f"along a random direction it gives {float(had):.6g}, and the values show {float(right):.6g}"
    return ""


def _where_smooth(step: Recorded, k: int, g: Any, given: Any, rounding: float) -> str:
    """For an op that works entry by entry, without those that are at a corner or are no numbers: nobody can tell there.

    Halves are looked at, and halves of those in which something is.
    """
    y = step.value
    if step.op.formula is None or y.dtype.kind != "f" or any(np.shape(x) != y.shape for x in (*step.values, given)):
        return ""
    waiting = [np.arange(y.size)]
    for _ in range(PIECES):
        if not waiting:
            break
        some = waiting.pop()
        part = replace(step, values=tuple(x.reshape(-1)[some] for x in step.values), value=y.reshape(-1)[some])
        arrived, had = np.reshape(g, -1)[some], np.reshape(given, -1)[some]
        try:
            right, doubt = numeric.product(part, k, arrived)
        except NotChecked:
            waiting += np.array_split(some, 2) if some.size > 1 else []
            continue
        if reason := _apart(had, right, rounding * CONDITION + doubt, rounding * _size(part, k, arrived)):
            return reason.removeprefix("at ").partition("] ")[2]
    return ""


def _short(x: Any) -> str:
    return abridged(np.asarray(x, np.float64), 40)


def _mistake(step: Recorded, k: int, g: Any, index: int | None) -> str:
    """The usual mistake that explains what a rule gives, here and for other adjoints and numbers near by."""
    x = step.values[k] if index is None else step.values[k][index]
    y = step.value[0] if isinstance(step.value, Parts) and len(step.value) == 1 else step.value
    if isinstance(x, Parts) or isinstance(y, Parts):
        return ""
    if x.size * y.size > JACOBIAN or {x.dtype.kind, y.dtype.kind} != {"f"}:
        return ""
    rng, points = np.random.default_rng(1), []
    for number in range(POINTS):
        # the rule of a user's function may know the numbers that it was called with: then only the adjoint can change
        change = 0.0 if step.op is custom else 0.05 * number
        values = tuple(_in_double(value, change, rng) for value in step.values)
        weights = rng.normal(size=y.shape) if number else np.asarray(g[0] if isinstance(g, Arrived) else g, np.float64)
        try:
            points.append(_evidence(replace(step, values=values), k, weights, index))
        except Exception:  # a rule or an op that does not take other numbers
            return ""
    return "" if None in points else recognised([point for point in points if point is not None])


def _in_double(x: Any, change: float, rng: np.random.Generator) -> Any:
    if isinstance(x, Parts):
        return Parts(_in_double(part, change, rng) for part in x)
    return x.astype(np.float64) * (1 + change * rng.uniform(-1, 1, x.shape)) if x.dtype.kind == "f" else x


def _evidence(step: Recorded, k: int, weights: np.ndarray, index: int | None) -> Evidence | None:
    x = step.values[k] if index is None else step.values[k][index]

    def computed(x: np.ndarray) -> Any:
        values = list(step.values)
        values[k] = x if index is None else Parts(x if i == index else part for i, part in enumerate(values[k]))
        return step.op.forward(*values, **step.params)

    def first(y: Any) -> np.ndarray:
        return np.asarray(y[0] if isinstance(y, Parts) else y)

    def function(xs: list[np.ndarray]) -> np.ndarray:
        return first(computed(xs[0])).reshape(-1)

    with quiet():
        y = computed(x)
        g = Arrived({0: weights}) if isinstance(y, Parts) else weights
        given = given_by_rule(replace(step, value=y), k, g)
        given = given if index is None or given is None else given[index]
        if given is None:
            return None
        best = truth(function, [x], 0, range(x.size), is_analytic(function, [x], np.random.default_rng(0)))
        if not np.isfinite(best.jacobian).all():
            return None
        several = [] if step.op is not custom or index is None else uses(
            step.params["vjp"].again, step.values[k], index, weights)
    return Evidence(np.asarray(given), x, first(y), weights, best.jacobian, several)
