"""What was found out about a tape, in words, with what the user's program calls its values; and as JSON."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tapes.arguments import Line
from tapes.diagnose.history import history_about
from tapes.parts import Parts
from tapes.tape import GradientTape
from tapes.view.lines import names_by_line
from tapes.view.names import names_in
from tapes.view.table import abridged, labels_of, shape_of

from .blame import Blame
from .checks import COLUMNS
from .judge import AGREES, DIFFERS, FOLLOWS, NOTHING, Cell, Found, Row, judged
from .program import READ, Recorded

FEW = 2  # so many numbers are shown as such
LISTED = 64  # so many are written to JSON


def explain(tape: GradientTape, target: Any, titles: list[str] | None = None, names: dict[int, str] | None = None,
            progress: Callable[[str], None] = lambda text: None) -> Explanation:
    """Which rule is wrong? Every adjoint on a tape beside those of other libraries; the tape stays as it is.

    Args:
        tape, target: what `tape.gradient` would be asked for.
        titles: whom to ask: "TensorFlow", "JAX", "SymPy", "complex step"; by default all that are installed.
        names: what the program calls its tensors, by their ids; by default what the caller does.
        progress: called with a few words before each piece of work.

    Returns:
        an Explanation to print: true when all agree. The lines of the program are known where a history listened.

    >>> import tapes as tf
    >>> from comparisons.explain import explain
    >>> x = tf.Variable([1.0, 2.0])
    >>> with tf.GradientTape() as tape:
    ...     y = tf.reduce_sum(tf.exp(x))
    >>> print(explain(tape, y, ["complex step"]))
    All 4 adjoints of the tape agree, and no rule is wrong.
    """
    frame = sys._getframe(1)
    names = names_in({**frame.f_globals, **frame.f_locals}) if names is None else names
    found, steps = judged(tape, target, titles, progress), tape.steps()
    heard = history_about(tape)
    lines = {step.key: line for step in steps if heard and (line := heard.line_of(step())) is not None}
    names = names_by_line((step, lines.get(step.key)) for step in steps) | names
    labels = {**names, **labels_of(steps, names)}
    labels |= {step.key: labels[id(step.inputs[0])] for step in steps if step.op.name == READ}
    return Explanation(found, labels, lines)


class Explanation:
    """What was found out about a tape; it is true when all agree.

    Attributes:
        found: every adjoint, judged.
        labels: what the program calls its values, by the keys of the steps, and of constants by their ids.
        lines: where each step was made, by its key.
    """

    def __init__(self, found: Found, labels: dict[int, str], lines: dict[int, Line]) -> None:
        self.found, self.steps, self.labels, self.lines = found, found.program.steps, labels, lines

    def __bool__(self) -> bool:
        return self.found.agree and any(row.ours.status == AGREES for row in self.found.rows)

    def __str__(self) -> str:
        return "\n".join(sentence for _, sentence in self.verdict())

    __repr__ = __str__

    @property
    def blames(self) -> list[Blame]:
        """The rules that are wrong, going back from the target."""
        return self.found.blames

    def verdict(self) -> Iterator[tuple[bool, str]]:
        """Sentences, each with whether it is bad news."""
        found = self.found
        rows = [row for row in found.rows if not isinstance(self.steps[row.place].value, Parts)]
        count = sum(row.ours.status == AGREES for row in rows)
        if found.agree and count == len(rows):
            yield False, f"All {count} adjoints of the tape agree, and no rule is wrong."
        elif found.agree and count:
            yield False, (f"The {count} adjoints of the tape that could be compared agree, and no rule is known to be "
                          f"wrong; of {len(rows) - count} nobody was sure.")
        elif found.agree:
            yield True, "Nothing could be compared: nobody was sure of any adjoint."
        for number, blame in enumerate(found.blames):
            yield True, self.blamed(blame, number)
        for sentence in found.unsure:
            yield True, f"WRONG: {sentence}"
        follows = [row for row in found.rows if row.mark == FOLLOWS]
        if follows and found.blames:
            yield True, (f"{len(follows)} adjoint{'s' * (len(follows) > 1)} further back "
                         f"differ{'s' * (len(follows) == 1)} because of that; {count} agree{'s' * (count == 1)}.")
        off: dict[tuple[str, str], list[str]] = {}
        for row, title in found.others:
            off.setdefault((title, row.reference), []).append(self.label(row.place))
        for (title, reference), places in off.items():
            oracle = f"the {reference}" if reference.islower() else reference
            yield True, f"WRONG: {title} differs from {oracle} in {_some(places)}"

    def blamed(self, blame: Blame, number: int) -> str:
        """Which rule is wrong, where it was used, and how."""
        step = self.steps[blame.place]
        head = "WRONG RULE" if number == 0 else "ANOTHER WRONG RULE"
        what = self.argument(step, blame)
        line = self.lines.get(step.key)
        text = f"{head}: {step.name}, for {what}: {blame.mistake or blame.reason}"
        if blame.mistake:
            text += f" ({blame.reason})"
        if line is not None and (source := linecache.getline(line.file, line.number).strip()):
            text += f"\n  step {blame.place}, {Path(line.file).name}, line {line.number}:  {source}"
        return text

    def argument(self, step: Recorded, blame: Blame) -> str:
        count = len(step.inputs)
        if blame.index is not None:
            return f"argument {blame.index + 1}, {self.label(blame.source)}"
        return f"input {blame.input + 1} of {count}, {self.label(blame.source)}"

    def label(self, place: int) -> str:
        return self.labels.get(self.steps[place].key, f"%{place}")

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

    def input(self, step: Recorded, k: int) -> str:
        source = step.inputs[k]
        if source is not None:
            return self.label(source)
        value = step.values[k]
        few = isinstance(value, Parts) or np.size(value) <= FEW
        return self.labels.get(step.ids[k]) or (abridged(value, 16) if few else f"constant{list(np.shape(value))}")

    def notes(self) -> list[str]:
        """Each reason behind an `n/a`, once, with where."""
        found: dict[str, list[str]] = {}
        for row in self.found.rows:
            if isinstance(self.steps[row.place].value, Parts):
                continue
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
        rows = {row.place: row for row in self.found.rows}
        return {
            "agree": self.found.agree,
            "verdict": [{"bad": bad, "says": sentence} for bad, sentence in self.verdict()],
            "blames": [{"step": b.place, "op": b.op, "input": b.input + 1,
                        "argument": None if b.index is None else b.index + 1, "value": self.label(b.source),
                        "mistake": b.mistake, "reason": b.reason} for b in self.found.blames],
            "unsure": self.found.unsure,
            "steps": [self._step(place, step, rows.get(place)) for place, step in enumerate(self.steps)],
        }

    def _step(self, place: int, step: Recorded, row: Row | None) -> dict[str, Any]:
        line = self.lines.get(step.key)
        found: dict[str, Any] = {
            "step": place, "value": self.label(place), "op": step.name,
            "inputs": [self.input(step, k) for k in range(len(step.inputs))], "shape": shape_of(step.value),
            "dtype": step.value.dtype.name, "file": Path(line.file).name if line else None,
            "line": line.number if line else None}
        if row is not None:
            found |= {"reference": row.reference, "tolerance": row.tolerance, "mark": row.mark,
                      "tape": _written(row.ours),
                      "libraries": {title: _written(cell) for title, cell in row.cells.items()}}
        return found


def _some(where: list[str]) -> str:
    where = list(dict.fromkeys(where))
    return ", ".join(where[:6]) + (f" and {len(where) - 6} more" if len(where) > 6 else "")


def _written(cell: Cell) -> dict[str, Any]:
    def plain(number: Any) -> Any:
        return number if number is None or np.isfinite(number) else str(number)

    adjoint = cell.adjoint
    listed = isinstance(adjoint, np.ndarray | np.generic) and np.size(adjoint) <= LISTED and adjoint.dtype.kind == "f"
    return {"status": cell.status, "relative": plain(cell.relative), "ulps": plain(cell.ulps), "reason": cell.reason,
            "none": adjoint is None and cell.status != NOTHING,
            "adjoint": [plain(float(number)) for number in np.asarray(adjoint).flat] if listed else None}

