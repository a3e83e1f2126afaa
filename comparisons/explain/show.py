"""What was found out about a tape, for people: the verdict, the steps forward, the adjoints backward; and as JSON."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tapes.arguments import Line
from tapes.custom import custom
from tapes.parts import Parts
from tapes.view.table import abridged, shape_of

from .. import report
from .blame import Blame
from .checks import COLUMNS
from .judge import AGREES, DIFFERS, FOLLOWS, NOTHING, REFERENCE, Cell, Explanation, Row
from .program import BUNDLE, READ, Recorded

FEW = 2  # so many numbers are shown as such, for every library
LISTED = 64  # so many are written to JSON


class Told:
    """An explanation in words, with what the user's program calls its values and where it made them.

    Args:
        explanation: what was found out.
        labels: the names, by the keys of the steps, and of constants by their ids.
        lines: where each step was made, by its key.
    """

    def __init__(self, explanation: Explanation, labels: dict[int, str], lines: dict[int, Line]) -> None:
        self.explanation, self.steps = explanation, explanation.program.steps
        self.labels, self.lines = labels, lines

    def verdict(self) -> Iterator[tuple[bool, str]]:
        """Sentences, each with whether it is bad news."""
        found = self.explanation
        count = sum(row.ours.status == AGREES for row in found.rows)
        if found.agree:
            silent = sum(row.ours.status == NOTHING for row in found.rows)
            if not count:
                yield True, "Nothing could be compared: the notes say why."
                return
            yield False, f"All {count} adjoints of the tape agree" + (
                f"; {silent} could not be compared." if silent else ", and no rule is wrong.")
        for number, blame in enumerate(found.blames):
            yield True, self.blamed(blame, number)
        for sentence in found.unsure:
            yield True, f"WRONG {sentence}"
        follows = [row for row in found.rows if row.mark == FOLLOWS]
        if follows and found.blames:
            yield True, (f"{len(follows)} adjoint{'s' * (len(follows) > 1)} further back "
                         f"differ{'s' * (len(follows) == 1)} because of that; {count} agree{'s' * (count == 1)}.")
        off: dict[str, list[str]] = {}
        for row, title in found.others:
            off.setdefault(title, []).append(self.label(row.place))
        for title, places in off.items():
            yield True, f"WRONG {title} differs from {found.rows[0].reference or 'the oracle'} in {', '.join(places)}"

    def blamed(self, blame: Blame, number: int) -> str:
        """Which rule is wrong, where it was used, and how."""
        step = self.steps[blame.place]
        head = "WRONG RULE" if number == 0 else "WRONG RULE TOO"
        what = self.argument(step, blame)
        line = self.lines.get(step.key)
        text = f"{head} {self.op(step)}, its adjoint of {what}: {blame.mistake or blame.reason}"
        if blame.mistake:
            text += f" ({blame.reason})"
        if line is not None and (source := linecache.getline(line.file, line.number).strip()):
            text += f"\n  step {blame.place}, {Path(line.file).name}, line {line.number}:  {source}"
        return text

    def argument(self, step: Recorded, blame: Blame) -> str:
        count = len(step.inputs)
        if blame.index is not None:
            return f"argument {blame.index + 1}"
        return f"input {blame.input + 1} of {count}, {self.label(blame.source)}"

    def op(self, step: Recorded) -> str:
        return step.params["vjp"].__name__ if step.op is custom else step.op.name

    def label(self, place: int) -> str:
        return self.labels.get(self.steps[place].key, f"%{place}")

    # -- tables ------------------------------------------------------------------------------------------------------

    def program(self) -> Iterator[str]:
        """The lines of the user's program that made something."""
        numbers: dict[str, set[int]] = {}
        for step in self.steps:
            if line := self.lines.get(step.key):
                numbers.setdefault(line.file, set()).add(line.number)
        for file, here in numbers.items():
            yield Path(file).name
            for number in sorted(here):
                yield f"  {number:>4}  {linecache.getline(file, number).strip()}"

    def forward(self) -> Table:
        table = _table("step", "value", "line", "op", "of", "shape", "is")
        for place, step in enumerate(self.steps):
            if step.op.name == READ:
                continue
            line = self.lines.get(step.key)
            inputs = [self._input(step, k) for k in range(len(step.inputs))]
            table.add_row(str(place), escape(self.label(place)), str(line.number) if line else "",
                          self.op(step), escape(", ".join(inputs)), shape_of(step.value), abridged(step.value, 24))
        return table

    def _input(self, step: Recorded, k: int) -> str:
        source = step.inputs[k]
        if source is not None:
            return self.label(source)
        value = step.values[k]
        few = isinstance(value, Parts) or np.size(value) <= FEW
        return self.labels.get(step.ids[k]) or (abridged(value, 16) if few else f"constant{list(np.shape(value))}")

    def backward(self) -> Table:
        titles = [title for title in COLUMNS if any(title in row.cells for row in self.explanation.rows)
                  and not COLUMNS[title].missing]
        table = _table("step", "adjoint of", "tape", "off", *titles, "")
        for row in reversed(self.explanation.rows):
            if self.steps[row.place].op.name in (READ, BUNDLE) and not row.mark and row.ours.status != DIFFERS:
                continue
            table.add_row(str(row.place), escape(self.label(row.place)), self._tape(row),
                          _off(row.ours), *[_cell(row.cells[title], COLUMNS[title].exact) for title in titles], self._mark(row))
        return table

    def _tape(self, row: Row) -> str:
        cell = row.ours
        if isinstance(cell.adjoint, dict):
            return "several values"
        shown = "None" if cell.adjoint is None else abridged(cell.adjoint, 24)
        return f"[red]{shown} WRONG[/red]" if cell.status == DIFFERS else shown

    def _mark(self, row: Row) -> str:
        if not row.mark:
            return ""
        blames = [blame for blame in self.explanation.blames if blame.source == row.place]
        ops = ", ".join(dict.fromkeys(f"{self.op(self.steps[b.place])} (step {b.place})" for b in blames))
        return f"[red]<- {row.mark}{': ' if ops else ''}{ops}[/red]" if row.mark != FOLLOWS else "follows"

    def notes(self) -> list[str]:
        """Each reason behind an `n/a`, once, with where."""
        found: dict[str, list[str]] = {}
        for row in self.explanation.rows:
            for title, cell in row.cells.items():
                told = cell.status == DIFFERS or (cell.status == NOTHING and not COLUMNS[title].missing)
                if cell.reason and told:
                    found.setdefault(f"{title}: {cell.reason}", []).append(self.label(row.place))
            if row.ours.reason:
                found.setdefault(f"tape: {row.ours.reason}", []).append(self.label(row.place))
        return [f"{text} ({_some(where)})" for text, where in found.items()]

    # -- JSON --------------------------------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """Everything, without objects."""
        rows = {row.place: row for row in self.explanation.rows}
        return {
            "agree": self.explanation.agree,
            "blames": [{"step": b.place, "op": self.op(self.steps[b.place]), "input": b.input + 1,
                        "argument": None if b.index is None else b.index + 1, "value": self.label(b.source),
                        "mistake": b.mistake, "reason": b.reason} for b in self.explanation.blames],
            "unsure": self.explanation.unsure,
            "steps": [self._step(place, step, rows.get(place)) for place, step in enumerate(self.steps)],
        }

    def _step(self, place: int, step: Recorded, row: Row | None) -> dict[str, Any]:
        line = self.lines.get(step.key)
        found: dict[str, Any] = {
            "step": place, "value": self.label(place), "op": self.op(step),
            "inputs": [self._input(step, k) for k in range(len(step.inputs))], "shape": shape_of(step.value),
            "dtype": step.value.dtype.name, "file": Path(line.file).name if line else None,
            "line": line.number if line else None}
        if row is not None:
            found |= {"reference": row.reference, "tolerance": row.tolerance, "mark": row.mark,
                      "tape": _written(row.ours),
                      "libraries": {title: _written(cell) for title, cell in row.cells.items()}}
        return found


def show(screen: Console, told: Told) -> None:
    """The verdict is printed before, and this is what it rests on."""
    screen.print()
    for line in told.program():
        screen.print(escape(line), soft_wrap=True)
    screen.print("\nForward, in the order of the tape")
    report.show(screen, told.forward(), 2)
    screen.print("\nBackward, from the target: the adjoint of each value, and how far from it each library is")
    report.show(screen, told.backward(), 2)
    for note in told.notes():
        report.item(screen, note)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, no_wrap=True, justify="right" if title in (*COLUMNS, "step", "line", "off") else "left")
    return table


def _cell(cell: Cell, exact: bool) -> str:
    """Few numbers as they are; of more the distance."""
    if cell.status == NOTHING:
        return "n/a"
    if cell.adjoint is None and cell.status != DIFFERS:
        return "None"
    few = cell.adjoint is not None and np.size(cell.adjoint) <= FEW
    if cell.status == REFERENCE:
        return abridged(_narrow(cell.adjoint), 12) if few else "truth"
    number = abridged(_narrow(cell.adjoint), 12) if few else _off(cell, exact)
    return f"[green]{number}[/green]" if cell.status == AGREES else f"[red]{number} WRONG[/red]"


def _off(cell: Cell, exact: bool = False) -> str:
    """In units in the last place where it is near; an oracle has more digits than its last place is good for."""
    if cell.relative is None:
        return ""
    return f"{cell.ulps:.1f}u" if cell.ulps is not None and cell.ulps < 1e4 and not exact else f"{cell.relative:.0e}"


def _narrow(x: Any) -> np.ndarray:
    return np.asarray(x, np.complex128 if np.asarray(x).dtype.kind == "c" else np.float64)


def _some(where: list[str]) -> str:
    return ", ".join(where[:6]) + (f" and {len(where) - 6} more" if len(where) > 6 else "")


def _written(cell: Cell) -> dict[str, Any]:
    def plain(number: Any) -> Any:
        return number if number is None or np.isfinite(number) else str(number)

    adjoint = cell.adjoint
    listed = isinstance(adjoint, np.ndarray | np.generic) and np.size(adjoint) <= LISTED and adjoint.dtype.kind == "f"
    return {"status": cell.status, "relative": plain(cell.relative), "ulps": plain(cell.ulps), "reason": cell.reason,
            "none": adjoint is None and cell.status != NOTHING,
            "adjoint": [plain(float(number)) for number in np.asarray(adjoint).flat] if listed else None}

