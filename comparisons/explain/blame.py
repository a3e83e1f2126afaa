"""Which rules are wrong: what each step hands back, for the adjoint that arrived there, beside what its values show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tapes.diagnose.mistakes import Evidence, recognised
from tapes.diagnose.truth import is_analytic, truth
from tapes.parts import Arrived, Parts

from ..compare import SHAKE
from ..measure import difference
from ..ops.answers import NotChecked
from ..ops.quiet import quiet
from . import numeric
from .chain import handed_back
from .condition import by_rules, shake
from .program import LEAF, Program, Recorded

JACOBIAN = 2 ** 17  # numbers in a matrix of derivatives that is computed to recognise a mistake
POINTS = 2  # a mistake explains the gradient at so many


@dataclass(frozen=True)
class Blame:
    """One rule that is wrong.

    Attributes:
        place: of the step.
        input: which of its inputs.
        source: the place of the step that made this input.
        reason: what it gives, and what it should.
        mistake: the usual mistake that explains it, or "".
    """

    place: int
    input: int
    source: int
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
        for k, source in enumerate(step.inputs):
            flows = source is not None and program.steps[source].flows
            if source is not None and flows and (reason := _compared(step, k, g, rounding)):
                yield Blame(place, k, source, reason, _mistake(step, k, g))


def contributions(program: Program, adjoints: dict[int, Any], place: int) -> list[Any]:
    """What each use of a value hands back by the tape's own rule, where it hands back something of the right shape."""
    found = []
    for user, step in enumerate(program.steps):
        for k, source in enumerate(step.inputs):
            if source == place and adjoints.get(user) is not None:
                try:
                    part = _given(step, k, adjoints[user])
                except Exception:  # which is told where the rule is looked at
                    continue
                if part is not None and (isinstance(part, dict | Parts) or np.shape(part) == step.values[k].shape):
                    found.append(part)
    return [part for part in found if not isinstance(part, dict | Parts)]


def _compared(step: Recorded, k: int, g: Any, rounding: float) -> str:
    """What is wrong with the rule of input k, or "" where it is right or nobody can tell."""
    try:
        given = _given(step, k, g)
    except Exception as error:  # a rule may be wrong in any way
        return f"it raises {type(error).__name__}: {(str(error) or 'nothing more').splitlines()[0]}"
    try:
        true, doubt = handed_back(step, k, g, numeric.product)
        moved = _nearby(step)
        again, _ = handed_back(moved, k, _times(g, 1 + SHAKE), numeric.product)
    except NotChecked:
        return _along(step, k, g, given, rounding)
    for index, right in _parts(true).items():
        had = _parts(given).get(index)
        if right is None or (had is None and not np.any(right)):
            continue
        which = f" of result {index + 1}" if isinstance(true, Arrived) else ""
        if had is None:
            return f"it gives None{which}, where the values show {_short(right)}"
        if np.shape(had) != np.shape(right):
            return f"it gives shape {np.shape(had)}{which} for an input of shape {np.shape(right)}"
        change = difference(_parts(again)[index], right).relative / SHAKE
        tolerance = rounding * (1.0 + (change if np.isfinite(change) else 0.0)) + doubt
        if np.max(np.abs(right), initial=0.0) <= rounding * _size(step, k, g):
            had, right, tolerance = np.asarray(had), np.zeros_like(right), 0.0
            if np.max(np.abs(had), initial=0.0) <= 2 * rounding * _size(step, k, g):
                continue
        apart = difference(had, right)
        if not apart.within(tolerance):
            return f"it gives {_short(had)}{which}, and the values show {_short(right)}" + (
                f" ({apart.reason})" if apart.reason else "")
    return ""


def _given(step: Recorded, k: int, g: Any) -> Any:
    """What the tape's rule hands back."""
    if step.op.name in ("read", "part", "bundle"):
        return handed_back(step, k, g, by_rules)[0]
    return by_rules(step, k, g)[0]


def _parts(x: Any) -> dict[int, Any]:
    if isinstance(x, Parts):
        return dict(enumerate(x))
    return x if isinstance(x, dict) else {0: x}


def _times(g: Any, factor: float) -> Any:
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


def _short(x: Any) -> str:
    from tapes.view.table import abridged

    return abridged(np.asarray(x, np.float64), 40)


def _mistake(step: Recorded, k: int, g: Any) -> str:
    """The usual mistake that explains what a rule gives, here and for other adjoints and numbers near by."""
    x, y = step.values[k], step.value
    if isinstance(x, Parts) or isinstance(y, Parts) or x.size * y.size > JACOBIAN or x.dtype.kind != "f":
        return ""
    rng, points = np.random.default_rng(1), []
    for number in range(POINTS):
        values = [value * (1 + 0.05 * number * rng.uniform(-1, 1, value.shape)) if value.dtype.kind == "f" else value
                  for value in (np.asarray(value, np.float64) if value.dtype.kind == "f" else value
                                for value in step.values)]
        weights = np.asarray(g, np.float64) if not number else rng.normal(size=y.shape)
        try:
            points.append(_evidence(replace(step, values=tuple(values)), k, weights))
        except Exception:  # a rule or an op that does not take other numbers
            return ""
    return recognised([point for point in points if point is not None]) if None not in points else ""


def _evidence(step: Recorded, k: int, weights: np.ndarray) -> Evidence | None:
    x = step.values[k]

    def function(xs: list[np.ndarray]) -> np.ndarray:
        values = [xs[0] if place == k else value for place, value in enumerate(step.values)]
        return np.asarray(step.op.forward(*values, **step.params)).reshape(-1)

    with quiet():
        y = np.asarray(step.op.forward(*step.values, **step.params))
        given = _given(replace(step, value=y), k, weights)
        if given is None:
            return None
        best = truth(function, [x], 0, range(x.size), is_analytic(function, [x], np.random.default_rng(0)))
    return Evidence(np.asarray(given), x, y, weights, best.jacobian, [])
