"""An explanation on a screen: the steps forward, and the adjoints backward, library beside library."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tapes.parts import Parts
from tapes.view.table import abridged, shape_of

from .. import report
from .checks import COLUMNS
from .judge import AGREES, DIFFERS, FIRST, NOTHING, REFERENCE, Cell, Row
from .program import READ
from .told import Explanation


def show(screen: Console, told: Explanation) -> None:
    """The verdict is printed before, and this is what it rests on."""
    screen.print()
    for line in told.program():
        screen.print(escape(line), soft_wrap=True)
    screen.print("\nForward, in the order of the tape")
    report.show(screen, _forward(told), 2)
    screen.print("\nBackward, from the target: the adjoint of each value, and how far from it each library is")
    report.show(screen, _backward(told), 2)
    for note in told.notes():
        report.item(screen, note)


def _forward(told: Explanation) -> Table:
    table = _table("step", "value", "line", "op", "of", "shape", "is")
    for place, step in enumerate(told.steps):
        if step.op.name == READ:
            continue
        line = told.lines.get(step.key)
        inputs = [told.input(step, k) for k in range(len(step.inputs))]
        table.add_row(str(place), escape(told.label(place)), str(line.number) if line else "",
                      step.name, escape(", ".join(inputs)), shape_of(step.value), abridged(step.value, 20))
    return table


def _backward(told: Explanation) -> Table:
    titles = [title for title in COLUMNS if any(title in row.cells for row in told.found.rows)
              and not COLUMNS[title].missing]
    marked = ["what is wrong"] if any(row.mark for row in told.found.rows) else []
    table = _table("step", "adjoint of", *marked, "tape", "off", *titles)
    for row in reversed(told.found.rows):
        step = told.steps[row.place]
        if (step.op.name == READ and not row.mark.endswith(FIRST)) or (isinstance(step.value, Parts) and not row.mark):
            continue
        cells = [_cell(row.cells[title], COLUMNS[title].exact) for title in titles]
        table.add_row(str(row.place), escape(told.label(row.place)), *([_mark(told, row)] if marked else []),
                      _tape(row), _off(row.ours), *cells)
    return table


def _tape(row: Row) -> str:
    cell = row.ours
    if isinstance(cell.adjoint, dict):
        return "several values"
    shown = "None" if cell.adjoint is None else abridged(cell.adjoint, 24)
    return f"[red]{shown}[/red]" if cell.status == DIFFERS else shown


def _mark(told: Explanation, row: Row) -> str:
    if not row.mark:
        return ""
    blames = [blame for blame in told.found.blames if blame.source == row.place]
    if not blames:
        return row.mark
    ops = ", ".join(dict.fromkeys(f"{b.op}, step {b.place}" for b in blames))
    return f"[red]{row.mark} of {escape(ops)}[/red]"


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, no_wrap=True, justify="right" if title in (*COLUMNS, "step", "line", "off") else "left")
    return table


def _cell(cell: Cell, exact: bool) -> str:
    """A single number as it is; of more the distance."""
    if cell.status == NOTHING:
        return "n/a"
    if cell.adjoint is None and cell.status != DIFFERS:
        return "None"
    single = cell.adjoint is not None and np.size(cell.adjoint) == 1
    if cell.status == REFERENCE:
        return abridged(_narrow(cell.adjoint), 12) if single else "truth" if exact else "reference"
    number = abridged(_narrow(cell.adjoint), 12) if single else _off(cell, exact)
    return f"[green]{number}[/green]" if cell.status == AGREES else f"[red]{number} WRONG[/red]"


def _off(cell: Cell, exact: bool = False) -> str:
    """In units in the last place where it is near; an oracle has more digits than its last place is good for."""
    if cell.relative is None:
        return ""
    return f"{cell.ulps:.1f}u" if cell.ulps is not None and cell.ulps < 1e4 and not exact else f"{cell.relative:.0e}"


def _narrow(x: Any) -> np.ndarray:
    return np.asarray(x, np.complex128 if np.asarray(x).dtype.kind == "c" else np.float64)
