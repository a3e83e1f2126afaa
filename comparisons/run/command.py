"""The command: every loss is computed once, compared, and told: the verdict, then a table for each library and loss."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

import tapes

from .. import report
from ..backends import COLUMNS
from ..compare import Comparison, compare
from ..conventions import CONVENTIONS, surprises
from ..html.attached import sections
from ..libraries import require
from ..problem import LossError, Problem, bundled, load
from .verdict import Verdict, judged

AGREE, DISAGREE, STOPPED = 0, 1, 130
HOW_FAR = ("A distance is max|a - b| / max|b|; u is a unit in the last place of max|b|. Tolerance: 8 sqrt(n) eps (n "
           "the longest axis) times the measured condition, plus what the reference may be off by.")


def run(arguments: argparse.Namespace) -> int:
    """Compare, write what is to be written, and print; the exit status is the verdict."""
    names = chosen(arguments.only)
    report.writable(arguments.json)
    report.writable(arguments.html, "--html")
    if arguments.with_ and arguments.html is None:
        raise LossError("--with puts its files into the page, so it needs --html FILE")
    if arguments.html is not None:
        require("jinja2")
    attached = sections(arguments.with_ or [])
    problems = [load(name, arguments.dtype, arguments.seed) for name in arguments.losses or bundled()]
    for problem in problems:
        tried(problem)
    screen = report.console()
    comparisons: list[Comparison] = []
    stopped = False
    try:
        comparisons.extend(compared(screen, problems, names, arguments))
        undeclared = [str(surprise) for surprise in surprises(CONVENTIONS, names)]
    except KeyboardInterrupt:
        if not comparisons:
            raise
        stopped, undeclared = True, []  # what was compared is shown, and nothing is written
    verdict = judged(comparisons, undeclared)
    written = []
    if arguments.json is not None and not stopped:
        settings = {"dtype": arguments.dtype, "seed": arguments.seed, "only": names}
        report.write_json(comparisons, settings, undeclared, arguments.json)
        written.append(arguments.json)
    if arguments.html is not None and not stopped:
        from ..html.page import write

        with screen.status("drawing the page"):
            write(arguments.html, comparisons, verdict, attached, spoken(arguments))
        written.append(arguments.html)
    if stopped:
        screen.print("[red bold]Stopped.[/red bold] What had been compared until then:")
    told(screen, verdict, comparisons)
    for path in written:
        screen.print(f"Written to {escape(str(path))}.")
    return STOPPED if stopped else AGREE if verdict.agree else DISAGREE


def compared(screen: Console, problems: Sequence[Problem], names: list[str], arguments: argparse.Namespace
             ) -> Iterator[Comparison]:
    """Each comparison when it is done; meanwhile a line says what is being done."""
    with screen.status("") as status:
        for number, problem in enumerate(problems, 1):
            place = f"{problem.name} ({number} of {len(problems)})"
            if not screen.is_terminal:
                print(f"{place} ...", file=sys.stderr, flush=True)

            def progress(text: str, place: str = place) -> None:
                status.update(f"{escape(place)}: {escape(text)}")

            progress("starting")
            yield compare(problem, names, arguments.seed, arguments.formula, progress)


def tried(problem: Problem) -> None:
    """Compute the loss once, before any other library is imported: a mistake in it is told once, and at once."""
    value = float(problem.call(tapes, {name: tapes.Variable(array) for name, array in problem.inputs.items()},
                               {name: tapes.constant(array) for name, array in problem.data.items()}))
    if not math.isfinite(value):
        raise LossError(f"{problem.path.name}: the loss is {value} at these inputs, so there is nothing to compare: "
                        "choose inputs and data at which it is a number")


def chosen(only: str | None) -> list[str]:
    """The columns to compare; the complex step belongs to every comparison, since it is the reference on all rows."""
    if only is None:
        return [*COLUMNS]
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or not names:
        raise LossError(f"--only takes names from {', '.join(COLUMNS)}, separated by commas; got {only!r}")
    return [name for name in COLUMNS if name in {*names, "complex"}]


def spoken(arguments: argparse.Namespace) -> dict[str, str]:
    """What was asked for, without the folders of the files: they are nobody's business."""
    words = ["python -m comparisons run", *[Path(name).name for name in arguments.losses]]
    words += [f"--dtype {arguments.dtype}"] * (arguments.dtype != "float64")
    words += [f"--seed {arguments.seed}"] * (arguments.seed != 0)
    words += [f"--only {arguments.only}"] * (arguments.only is not None)
    return {"dtype": arguments.dtype, "command": " ".join(words)}


def told(screen: Console, verdict: Verdict, comparisons: Sequence[Comparison]) -> None:
    """Print the verdict, what each library did on the whole, and the tables of each loss."""
    style = "green bold" if verdict.agree else "red bold"
    screen.print(f"[{style}]{verdict.words}[/{style}]")
    for word, loss, text in verdict.findings:
        screen.print(f"[red]{word}[/red] {escape(f'{loss}: {text}' if loss else text)}", soft_wrap=True)
    paths = {c.problem.path.name: os.path.relpath(c.problem.path) for c in comparisons}
    for name in (paths.get(name, name) for name in verdict.blamed):
        screen.print(f"Value by value: python -m comparisons explain {escape(name)}", soft_wrap=True)
    if verdict.missing:
        screen.print("Not compared: " + ", ".join(f"{b.name} ({b.library.install})" for b in verdict.missing
                                                  if b.library))
    screen.print()
    report.show(screen, report.summary_table(comparisons))
    screen.print(HOW_FAR)
    for comparison in comparisons:
        screen.print()
        tell(screen, comparison)


def tell(screen: Console, comparison: Comparison) -> None:
    """Print the tables of one loss."""
    problem = comparison.problem
    screen.print(f"[bold]{escape(problem.name)}[/bold]")
    screen.print(escape(problem.title))
    screen.print(f"loss {comparison.value:.6g}, {problem.dtype}, inputs " + ", ".join(
        f"{escape(name)}{escape(str(list(array.shape))) if array.shape else ''}"
        for name, array in problem.inputs.items()))
    for title, table in report.comparison_tables(comparison, screen.width):
        screen.print()
        screen.print(title)
        report.show(screen, table)
    for note in report.notes(comparison):
        report.item(screen, note)
    for symbol, formula in comparison.formulas:
        screen.print(f"\n[bold]d loss / d {escape(symbol)}[/bold] = {escape(formula)}", soft_wrap=True)
