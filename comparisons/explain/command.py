"""`python -m comparisons explain LOSS`: the adjoint of every value, library beside library, and the wrong rule."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import Any

from rich.markup import escape

import tapes
from tapes.diagnose import history

from .. import report
from ..problem import LossError, Problem, load
from .checks import COLUMNS, by_keys
from .program import program_of
from .show import show
from .told import Explanation, explain

AGREE, DISAGREE = 0, 1
SHORT = {title.split()[0].lower(): title for title in COLUMNS}  # as one types them after --only


def command(arguments: argparse.Namespace) -> int:
    """Explain one loss, and say by the exit status whether all is right."""
    titles = chosen(arguments.only)
    report.writable(arguments.json)
    report.writable(arguments.html, "--html")
    if arguments.html is not None and arguments.html.suffix not in (".html", ".htm"):
        raise LossError(f"--html writes a page, whose name ends in .html; got {arguments.html}")
    problem = load(arguments.loss, arguments.dtype, arguments.seed)
    few = problem if not arguments.rows or problem.rows <= 2 * arguments.rows else problem.first_rows(arguments.rows)
    screen = report.console()
    tape, loss, names = recorded(few)
    with screen.status(problem.name) as status:
        def progress(text: str) -> None:
            status.update(f"{problem.name}: {text}")
            if not screen.is_terminal:
                print(f"{problem.name}: {text} ...", file=sys.stderr, flush=True)

        try:
            program_of(tape, loss)
        except ValueError as error:
            raise LossError(f"{problem.path.name}: {error}") from error
        told = explain(tape, loss, titles, names, progress)
    written(problem, tape, loss, names, told, arguments, few.rows)
    for bad, sentence in told.verdict():
        for line in sentence.splitlines():
            wrapped = textwrap.fill(line, screen.width, subsequent_indent="  ", break_on_hyphens=False)
            screen.print(f"[{'red' if bad else 'green'} bold]{escape(wrapped)}[/]", soft_wrap=True)
    missing = [COLUMNS[title] for title in titles if COLUMNS[title].missing]
    if missing:
        screen.print("Not asked: " + "; ".join(column.missing for column in missing))
    screen.print()
    screen.print(escape(f"{problem.name}: {problem.title}"))
    rows = f", the first {few.rows} of {problem.rows:,} rows (--rows)" if few.rows < problem.rows else ""
    screen.print(f"loss {float(loss):.6g}, {arguments.dtype}{rows}")
    show(screen, told)
    screen.print(LEGEND)
    for path in (arguments.json, arguments.html):
        if path is not None:
            screen.print(f"Written to {escape(str(path))}.")
    return AGREE if told else DISAGREE


def written(problem: Problem, tape: tapes.GradientTape, loss: Any, names: dict[int, str], told: Explanation,
            arguments: argparse.Namespace, rows: int) -> None:
    """Write the files that were asked for."""
    if arguments.json is not None:
        settings = {"loss": problem.name, "dtype": arguments.dtype, "seed": arguments.seed, "rows": rows}
        report.write({"schema": 1, "settings": settings, **told.document()}, arguments.json)
    if arguments.html is not None:
        ours = {told.steps[row.place].key: row.ours.adjoint for row in told.found.rows}
        check = by_keys(told.found.program, told.found.said, ours)
        blamed: dict[int, str] = {}
        for number, blame in enumerate(told.blames):
            key = told.steps[blame.place].key
            blamed[key] = "\n".join([*filter(None, [blamed.get(key)]), told.blamed(blame, number)])
        page = tapes.view.stepper(tape, loss, check=check, names=names,
                                  verdict=[sentence for _, sentence in told.verdict()], blamed=blamed)
        page.save(arguments.html)


LEGEND = ("A single number is shown as it is; of more, how far off they are, relative to the largest of them "
          "or in units in its last place (u). The truth is SymPy's chain rule to 50 digits; where it has no answer, "
          "complex steps, op by op; where they have none, TensorFlow is the reference.")


def recorded(problem: Problem) -> tuple[Any, Any, dict[int, str]]:
    """The loss on a tape; with the names of what went in; a history hears which line makes what."""
    inputs = {name: tapes.Variable(array, name=name) for name, array in problem.inputs.items()}
    data = {name: tapes.constant(array) for name, array in problem.data.items()}
    with history(), tapes.GradientTape() as tape:
        loss = problem.call(tapes, inputs, data)
    if not isinstance(loss, tapes.Tensor):
        raise LossError(f"{problem.path.name}: the loss is {loss!r}, which is no tensor of tapes: it has left the tape")
    return tape, loss, {id(loss): "loss"} | {id(x): name for name, x in {**inputs, **data}.items()}


def chosen(only: str | None) -> list[str]:
    """Columns, as typed after --only."""
    if only is None:
        return list(COLUMNS)
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in SHORT]
    if unknown or not names:
        raise LossError(f"--only takes names from {', '.join(SHORT)}, separated by commas; got {only!r}")
    return [title for short, title in SHORT.items() if short in names]
