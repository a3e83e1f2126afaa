"""Errors in units in the last place of the truth, and where each library is at its worst."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tapes.op import Op

from .libraries import OURS_ALONE, computed
from .points import points
from .truth import Truth, ulps_off

# The formula of nextafter does not say the value, that of round not where halves go, and identity computes nothing.
_LEFT_OUT = frozenset(("nextafter", "round", "identity"))
SUSPICIOUS = 4.0  # ulp; the condition is worth computing only for larger errors
NAMES = "xyz"


@dataclass(frozen=True)
class Worst:
    """The largest error of a library in one quantity.

    Attributes:
        ulps: in units in the last place of the truth.
        point: where; condition: of the quantity there, 1 where it is below that, or the error too small to ask.
        excess: the largest error over condition, which may be at another point.
        excess_point, excess_condition: that point, and the condition there.
        subnormal: the largest error at subnormal inputs.
        reason: why nothing was measured, or "".
    """

    ulps: float = 0.0
    point: tuple[float, ...] = ()
    condition: float = 1.0
    excess: float = 0.0
    excess_point: tuple[float, ...] = ()
    excess_condition: float = 1.0
    subnormal: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Quantity:
    """The value of an op, or one of its partial derivatives, in every library."""

    op: str
    places: tuple[int, ...]
    points: int
    worst: dict[str, Worst] = field(default_factory=dict)

    @property
    def label(self) -> str:
        if not self.places:
            return "value"
        by = "".join(f"d{NAMES[i]}" for i in self.places)
        return f"d/{by}" if len(self.places) == 1 else f"d2/{by}"


def measurable(op: Op) -> bool:
    """Whether the row has a formula, and takes floating numbers."""
    return op.formula is not None and "f" in op.kinds and op.name not in _LEFT_OUT


def measure(op: Op, dtype: str, order: int, count: int, libraries: Sequence[str]) -> Iterator[Quantity]:
    """All quantities of an op up to an order of derivatives."""
    columns = points(op, dtype, count)
    truth = Truth(op.formula or "", len(columns))
    inside = [i for i, xs in enumerate(_each(columns)) if truth.defined(xs)]
    columns = [column[inside] for column in columns]
    answers = {name: computed(name, op, columns, order) for name in libraries
               if name == "tapes" or op.name not in OURS_ALONE}
    quantities = [()] if order == 0 or not any(op.rules) else [
        places for places in truth.functions if len(places) <= order and places == tuple(sorted(places))
        and all(columns[i].dtype.kind == "f" for i in places)]
    for places in quantities:
        true = [truth.at(places, xs) for xs in _each(columns)]
        worst = {}
        for name, answer in answers.items():
            array = answer if isinstance(answer, str) else answer.get(places)
            if isinstance(array, np.ndarray):
                worst[name] = _worst(truth, places, columns, true, array, np.finfo(dtype))
            elif isinstance(array, str) or not _all_zero(true):
                worst[name] = Worst(reason=array or "no gradient")
        if worst:
            yield Quantity(op.name, places, sum(t is not None for t in true), worst)


def _each(columns: list[np.ndarray]) -> Iterator[tuple[Any, ...]]:
    """The points, as Python's numbers: floats, and integers where an input is one."""
    return zip(*[column.tolist() for column in columns], strict=True)


def _all_zero(true: list[Any]) -> bool:
    return all(t is None or t == 0 for t in true)


def _worst(truth: Truth, places: tuple[int, ...], columns: list[np.ndarray], true: list[Any], found: np.ndarray,
           info: Any) -> Worst:
    ulps, at, k, excess, excess_at, excess_k, subnormal = 0.0, (), 1.0, 0.0, (), 1.0, 0.0
    for xs, t, y in zip(_each(columns), true, found.tolist(), strict=True):
        if t is None:
            continue
        error = ulps_off(y, t, info)
        if any(0 < abs(x) < float(info.tiny) for x in xs):
            subnormal = max(subnormal, error)
            continue
        if error <= max(ulps, SUSPICIOUS) and error <= max(excess, SUSPICIOUS):
            condition = 1.0
        else:
            condition = max(1.0, truth.condition(places, xs)) if math.isfinite(error) or t == 0 else 1.0
            if math.isinf(condition):
                continue
        if error > ulps:
            ulps, at, k = error, xs, condition
        if error / condition > excess:
            excess, excess_at, excess_k = error / condition, xs, condition
    return Worst(ulps, at, k, excess, excess_at, excess_k, subnormal)
