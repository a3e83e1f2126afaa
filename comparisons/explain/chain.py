"""The chain rule for oracles that know single ops: the adjoint of a value is the sum of what all its uses hand back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tapes.parts import Arrived, Parts

from ..ops.answers import NotChecked, wide
from .program import BUNDLE, PART, READ, Adjoints, Product, Program, Recorded, ones


def chained(program: Program, product: Product, exact: Callable[[Any], Any] = wide) -> Adjoints:
    """All adjoints, with the contributions that `product` gives, in numbers that `exact` makes of an array.

    Behind a step for which it has no answer there is none either, and the reason is that step's.
    """
    found = Adjoints({}, {}, {}, {})
    for place in program.targets:
        _add(found, place, _each(ones(program.steps[place].value), exact), 0.0)
    for place in reversed(range(len(program.steps))):
        step, g = program.steps[place], found.known.get(place)
        for k, source in enumerate(step.inputs):
            if source is None or not program.steps[source].flows or not step.flows:
                continue
            if place in found.why:
                found.why.setdefault(source, found.why[place])
            elif g is not None:
                try:
                    part, doubt = handed_back(step, k, g, product)
                except NotChecked as error:
                    found.why.setdefault(source, str(error))
                    continue
                if part is not None:
                    _add(found, source, part, max(doubt, found.doubts.get(place, 0.0)))
    return found


def handed_back(step: Recorded, k: int, g: Any, product: Product) -> tuple[Any, float]:
    """The contribution to input k, None where there is none."""
    if step.op.name == READ:
        return g, 0.0
    if step.op.name == PART:
        return Arrived({step.params["index"]: g}), 0.0
    if step.op.name == BUNDLE:
        return (g[k] if isinstance(g, Parts) else g.get(k)), 0.0
    return product(step, k, g)


def _add(found: Adjoints, place: int, part: Any, doubt: float) -> None:
    if place in found.known:
        whole = found.known[place] + part
        part = whole if isinstance(whole, Arrived) else np.asarray(whole)  # of rank 0, NumPy has made a number of it
    found.known[place] = part
    found.doubts[place] = max(doubt, found.doubts.get(place, 0.0))


def _each(x: Any, exact: Callable[[Any], Any]) -> Any:
    return Arrived({i: exact(dy) for i, dy in x.items()}) if isinstance(x, Arrived) else exact(x)
