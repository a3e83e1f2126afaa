"""The conventions that a loss meets: corners, ties and edges of the ops it uses, and how near its numbers come."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import tapes
from tapes.chain_rule import Step

from ..conventions import AGREED, CONVENTIONS, Convention, installed, same
from ..conventions.measuring import shown
from ..ops.quiet import quiet
from ..problem import Problem

SILENT = ("watch", "read")


@dataclass(frozen=True)
class Corner:
    """A convention about ops that a loss uses.

    Attributes:
        name: the function and the point.
        differ: whether libraries give different answers there.
        answers: each answer, and who gives it; those that are not installed in parentheses.
        why: one sentence, or "".
        near: how near the loss comes to that point, where that is one number, or "".
    """

    name: str
    differ: bool
    answers: Sequence[tuple[str, str]]
    why: str
    near: str


def met(problem: Problem) -> list[Corner]:
    """What is declared about the ops of a loss, the points at which libraries differ first."""
    inputs = {name: tapes.Variable(array) for name, array in problem.inputs.items()}
    data = {name: tapes.constant(array) for name, array in problem.data.items()}
    with tapes.GradientTape() as tape:
        target = problem.call(tapes, inputs, data)
    steps = tape.steps()
    used = {step.op.name for step in steps}
    found = [_corner(row, steps) for row in CONVENTIONS if (ops := _ops(row)) and ops <= used]
    found += [_corner(row, steps) for row in AGREED if len(ops := _ops(row)) == 1 and ops <= used]
    del target  # which kept the steps
    return sorted(found, key=lambda corner: not corner.differ)


@functools.cache
def _heard() -> dict[str, frozenset[str]]:
    """For each convention the ops in its expression."""
    heard = {}
    for row in (*CONVENTIONS, *AGREED):
        point = [tapes.constant(np.asarray(x, row.dtype or (complex if isinstance(x, complex) else float)))
                 for x in row.point]
        with tapes.GradientTape() as tape, quiet():
            tape.watch(point)
            try:
                result = row.tf and eval(row.tf, {"tf": tapes, "np": np, "inf": np.inf, **dict(zip("xyz", point))})
            except Exception:  # some of them are about what raises
                continue
            if not {"<", ">"} & set(row.tf):  # comparisons are not recorded: half of such an expression is not heard
                heard[row.name] = frozenset(step.op.name for step in tape.steps()) - {*SILENT}
            del result
    return heard


def _ops(row: Convention) -> frozenset[str]:
    return _heard().get(row.name, frozenset())


def _corner(row: Convention, steps: Sequence[Step]) -> Corner:
    who: dict[str, list[str]] = {}
    for library, answer in row.expected.items():
        who.setdefault(shown(answer), []).append(library if installed(library) else f"({library})")
    first = next(iter(row.expected.values()))
    differ = any(not same(answer, first) for answer in row.expected.values())
    return Corner(row.name, differ, [(answer, ", ".join(names)) for answer, names in who.items()], row.why,
                  _near(row, steps))


def _near(row: Convention, steps: Sequence[Step]) -> str:
    """The distance of the nearest number that an op of one input is given from the point of a convention about it."""
    ops = _ops(row)
    if len(ops) != 1 or len(row.point) != 1 or np.ndim(row.point[0]) or not np.isfinite(row.point[0]):
        return ""
    given = [np.asarray(step.inputs[0]._array) for step in steps if step.op.name in ops and len(step.inputs) == 1]
    if not given:
        return ""
    distances = np.concatenate([np.abs(x - row.point[0]).ravel() for x in given])
    on = int(np.sum(distances == 0))
    if on:
        return f"{on} of {distances.size:,} numbers are exactly there"
    return f"the nearest of {distances.size:,} numbers is {np.min(distances, initial=np.inf):.1e} away"
