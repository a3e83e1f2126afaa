"""`python -m comparisons explain LOSS`: the adjoint of every value, library beside library, and the wrong rule."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from rich.markup import escape

import tapes
from tapes.diagnose import history
from tapes.view.table import labels_of

from .. import report
from ..problem import LossError, Problem, load
from .checks import COLUMNS
from .judge import explain
from .program import READ
from .show import Told, show

AGREE, DISAGREE = 0, 1
SHORT = {title.split()[0].lower(): title for title in COLUMNS}  # as one types them after --only


def command(arguments: argparse.Namespace) -> int:
    """Explain one loss, and say by the exit status whether all is right."""
    titles = chosen(arguments.only)
    report.writable(arguments.json)
    report.writable(arguments.html, "--html")
    problem = load(arguments.loss, arguments.dtype, arguments.seed)
    few = problem if not arguments.rows or problem.rows <= 2 * arguments.rows else problem.first_rows(arguments.rows)
    screen = report.console()
    tape, loss, names, heard = recorded(few)
    with screen.status(problem.name) as status:
        def progress(text: str) -> None:
            status.update(f"{problem.name}: {text}")
            if not screen.is_terminal:
                print(f"{problem.name}: {text} ...", file=sys.stderr, flush=True)

        found = explain(tape, loss, titles, progress)
    steps = tape.steps()
    lines = {step.key: line for step in steps if (line := heard.line_of(step())) is not None}
    labels = {**names, **labels_of(steps, names)}
    labels |= {step.key: labels[id(step.inputs[0])] for step in steps if step.op.name == READ}
    told = Told(found, labels, lines)
    for bad, sentence in told.verdict():
        screen.print(f"[{'red' if bad else 'green'} bold]{escape(sentence)}[/]", soft_wrap=True)
    missing = [COLUMNS[title] for title in titles if COLUMNS[title].missing]
    if missing:
        screen.print("Not asked: " + "; ".join(column.missing for column in missing))
    screen.print()
    screen.print(escape(f"{problem.name}: {problem.title}"))
    rows = f", the first {few.rows} of {problem.rows:,} rows (--rows)" if few.rows < problem.rows else ""
    screen.print(f"loss {float(loss):.6g}, {arguments.dtype}{rows}")
    show(screen, told)
    screen.print(LEGEND)
    if arguments.json is not None:
        settings = {"loss": problem.name, "dtype": arguments.dtype, "seed": arguments.seed, "rows": few.rows}
        report.write({"schema": 1, "settings": settings, **told.document()}, arguments.json)
        screen.print(f"Written to {escape(str(arguments.json))}.")
    if arguments.html is not None:
        tapes.view.stepper(tape, loss, check=True).save(arguments.html)
        screen.print(f"Written to {escape(str(arguments.html))}.")
    return AGREE if found.agree and any(row.ours.status == "agrees" for row in found.rows) else DISAGREE


LEGEND = ("One or two numbers are shown as they are; of more, how far off they are, relative to the largest of them or in "
          "units in its last place (u). The truth is SymPy's chain rule to 50 digits; where it has no answer, complex "
          "steps, op by op.")


def recorded(problem: Problem) -> tuple[Any, Any, dict[int, str], Any]:
    """The loss on a tape; with the names of what went in, and a history of the lines that made what."""
    inputs = {name: tapes.Variable(array, name=name) for name, array in problem.inputs.items()}
    data = {name: tapes.constant(array) for name, array in problem.data.items()}
    with history() as heard, tapes.GradientTape() as tape:
        loss = problem.call(tapes, inputs, data)
    if not isinstance(loss, tapes.Tensor):
        raise LossError(f"{problem.path.name}: the loss is {loss!r}, which is no tensor of tapes: it has left the tape")
    return tape, loss, {id(x): name for name, x in {**inputs, **data}.items()}, heard


def chosen(only: str | None) -> list[str]:
    """Columns, as typed after --only."""
    if only is None:
        return list(COLUMNS)
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in SHORT]
    if unknown or not names:
        raise LossError(f"--only takes names from {', '.join(SHORT)}, separated by commas; got {only!r}")
    return [title for short, title in SHORT.items() if short in names]
