"""For whoever shows a tape: what TensorFlow, JAX, SymPy and the complex step say about the adjoint of every value."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapes.parts import Arrived
from tapes.tape import GradientTape

from ..libraries import LIBRARIES
from ..ops.answers import NotChecked
from .chain import chained
from .program import Adjoints, Program, program_of


@dataclass(frozen=True)
class Column:
    """One that is asked.

    Attributes:
        title: in tables.
        ask: from a program to its adjoints.
        module: of the library that it needs, or "".
        exact: whether it has more digits than the tape.
    """

    title: str
    ask: Callable[[Program], Adjoints]
    module: str = ""
    exact: bool = False

    @property
    def missing(self) -> str:
        """A sentence with what to type, or "" where it can be asked."""
        library = LIBRARIES.get(self.module)
        return "" if library is None or library.installed else f"{library.distribution} is not installed: " \
            f"{library.install}"


def _libraries(name: str) -> Callable[[Program], Adjoints]:
    return lambda program: getattr(importlib.import_module(".libraries", __package__), name)(program)


def _sympy(program: Program) -> Adjoints:
    from .symbolic import digits, exact, product, rounded

    with digits():
        found = chained(program, product, exact)
        return Adjoints({place: rounded(g) for place, g in found.known.items()}, found.why, found.doubts, {})


def _numeric(program: Program) -> Adjoints:
    from .numeric import product

    return chained(program, product)


COLUMNS = {column.title: column for column in (
    Column("TensorFlow", _libraries("tensorflow"), "tensorflow"), Column("JAX", _libraries("jax"), "jax"),
    Column("SymPy", _sympy, "sympy", True), Column("complex step", _numeric, "", True))}


def adjoints(column: Column, program: Program) -> Adjoints:
    """What one column says; a reason for every place where it cannot be asked at all."""
    try:
        return Adjoints({}, dict.fromkeys(range(len(program.steps)), column.missing), {}, {}) if column.missing else \
            column.ask(program)
    except NotChecked as error:
        return Adjoints({}, dict.fromkeys(range(len(program.steps)), str(error)), {}, {})


def checks(tape: GradientTape, target: Any) -> dict[str, dict[int, np.ndarray | str]]:
    """By title and by the key of a step, its adjoint, or a sentence that says why there is none.

    An op with several results gives them as one value: there is a sentence, and the adjoints are those of its parts.
    The complex step is taken op by op; where an op is not analytic it is a central difference.
    """
    program, ours = program_of(tape, target), tape.adjoints(target)
    return by_keys(program, {title: adjoints(column, program) for title, column in COLUMNS.items()}, ours)


def by_keys(program: Program, said: dict[str, Adjoints],
            ours: dict[int, Any]) -> dict[str, dict[int, np.ndarray | str]]:
    """What was said of each place, by the key of its step; `ours` are the tape's adjoints."""
    leading = program.leading
    return {title: {step.key: _told(theirs.of(place), ours.get(step.key), place in leading)
                    for place, step in enumerate(program.steps)} for title, theirs in said.items()}


def _told(adjoint: Any, ours: Any, leads: bool) -> np.ndarray | str:
    if isinstance(adjoint, Arrived):
        return "several values as one: see each of them"
    if adjoint is None:
        return "None: no derivative comes back" if leads else "None: unused by the target"
    if ours is None and not isinstance(adjoint, str) and not np.any(adjoint):
        return "0, which is None here: not connected"
    return adjoint
