"""What the commands do: work with progress, tables, and a verdict that is also the exit status."""

from __future__ import annotations

import argparse
import math
import sys

from rich.console import Console
from rich.markup import escape
from rich.status import Status

import tapes

from . import report
from .backends import COLUMNS
from .compare import AGREES, DISAGREES, FAILED, Comparison, compare
from .conventions import CONVENTIONS, surprises
from .ops.command import ops
from .problem import LossError, Problem, bundled, load
from .suspects import suspects

AGREE, DISAGREE = 0, 1
INNOCENT = ("every op that the tape heard has the right rule at these numbers. Did something leave the tape (np.exp, "
            "math.exp, float)? Or has the loss a corner just here, where libraries choose differently (python -m "
            "comparisons conventions)?")


def listing(arguments: argparse.Namespace) -> int:
    screen = report.console()
    titles = []
    for name, path in bundled().items():
        titles.append((name, path.read_text(encoding="utf-8").split('"""')[1]))
    report.show(screen, report.losses_table(titles))
    screen.print()
    report.show(screen, report.libraries_table())
    return AGREE


def run(arguments: argparse.Namespace) -> int:
    names = chosen(arguments.only)
    report.writable(arguments.json)
    problems = [load(name, arguments.dtype, arguments.seed) for name in arguments.losses or bundled()]
    for problem in problems:
        tried(problem)
    screen = report.console()
    comparisons: list[Comparison] = []
    for number, problem in enumerate(problems, 1):
        with screen.status(f"{problem.name} ({number} of {len(problems)})") as status:
            if not screen.is_terminal:
                print(f"{problem.name} ({number} of {len(problems)}) ...", file=sys.stderr, flush=True)

            def progress(text: str, place: str = f"{problem.name} ({number} of {len(problems)})",
                         status: Status = status) -> None:
                status.update(f"{place}: {text}")

            comparison = compare(problem, names, arguments.seed, arguments.formula, progress)
        comparisons.append(comparison)
        screen.rule(f"[bold]{escape(problem.name)}[/bold]", align="left")
        screen.print(escape(problem.title))
        screen.print(f"loss {comparison.value:.6g}, {arguments.dtype}, inputs " + ", ".join(
            f"{name}{list(array.shape) or ''}" for name, array in problem.inputs.items()))
        for title, table in report.comparison_tables(comparison, screen.width):
            screen.print()
            screen.print(title)
            report.show(screen, table)
        for note in report.notes(comparison):
            report.item(screen, note)
        for symbol, formula in comparison.formulas:
            screen.print(f"\n[bold]d loss / d {escape(symbol)}[/bold] = {escape(formula)}", soft_wrap=True)
        screen.print()
    undeclared = [str(surprise) for surprise in surprises(CONVENTIONS, names)]
    report.show(screen, report.summary_table(comparisons))
    screen.print("A distance is max|a - b| / max|b|; u is a unit in the last place of max|b|. Tolerance: 8 sqrt(n) eps "
                 "(n the longest axis) times the measured condition, plus what the reference may be off by.")
    if arguments.json is not None:
        settings = {"dtype": arguments.dtype, "seed": arguments.seed, "only": names}
        report.write_json(comparisons, settings, undeclared, arguments.json)
        screen.print(f"Written to {escape(str(arguments.json))}.")
    return verdict(screen, comparisons, undeclared)


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


def verdict(screen: Console, comparisons: list[Comparison], undeclared: list[str]) -> int:
    """Say whether all agree, and if not, what disagrees and which op is to blame."""
    wrong = [(c.problem, *problem) for c in comparisons for problem in c.problems]
    lines: dict[tuple[str, ...], str] = {}
    for problem, row, name, cell in wrong:
        where = f"{problem.name}, {report.quantity(row)}" + (f", on {row.rows} rows" if row.rows else "")
        if cell.status == FAILED:  # told once, not for each quantity
            lines[problem.name, name, cell.reason] = f"FAILED[/red] {escape(f'{problem.name}: {name}: {cell.reason}')}"
        else:
            off = cell.reason or f"off by {cell.relative:.1e} where {cell.tolerance:.1e} is allowed"
            lines[where, name] = f"WRONG[/red] {escape(f'{where}: {name}: {off}')}"
    for line in lines.values():
        screen.print(f"[red]{line}", soft_wrap=True)
    for problem in {p.name: p for p, _, name, cell in wrong if (name, cell.status) == ("tapes", DISAGREES)}.values():
        for sentence in suspects(problem.first_rows(4)) or [INNOCENT]:
            screen.print(f"[red]BLAME[/red] {escape(f'{problem.name}: {sentence}')}", soft_wrap=True)
    for line in undeclared:
        screen.print(f"[red]WRONG[/red] {escape(line)}")
    if wrong or undeclared:
        only_failed = not undeclared and all(cell.status == FAILED for *_, cell in wrong)
        words = "Whoever could be asked agrees; the others failed." if only_failed else "Something disagrees."
        screen.print(f"[red bold]{words}[/red bold]")
        return DISAGREE
    if not any(cell.status == AGREES for c in comparisons for row in c.rows for cell in row.cells.values()):
        screen.print("[red bold]Nothing could be compared.[/red bold] The tables say why.")
        return DISAGREE
    columns = {name for c in comparisons for row in c.rows for name in row.cells}
    missing = [b for b in COLUMNS.values() if b.name in columns and not b.available]
    everything = columns == COLUMNS.keys() and not missing
    words = "All libraries agree." if everything else "All that was compared agrees."
    screen.print(f"[green bold]{words}[/green bold]")
    if missing:
        screen.print("Not compared: " + ", ".join(f"{b.name} ({b.library.install})" for b in missing if b.library))
    return AGREE


def semantics(arguments: argparse.Namespace) -> int:
    """Tape programs on tapes and on TensorFlow: the verdict, the deliberate differences, and where to look."""
    from .semantics import gaps, run_all
    from .semantics import report as told

    report.writable(arguments.json)
    screen = report.console()
    with screen.status("importing TensorFlow") as status:
        try:
            results = run_all(arguments.names or None, lambda number, total, program: status.update(
                f"{program.name} ({number + 1} of {total})"))
        except KeyError as error:
            raise LossError(error.args[0]) from None
    uncovered = None if arguments.names else gaps()
    wrong = [f"{result.program.name}: {result.why}" for result in results if not result.ok] + (uncovered or [])
    style = "red bold" if wrong else "green bold"
    for sentence in told.sentences(results, uncovered):
        screen.print(f"[{style}]{escape(sentence)}[/{style}]")
    for line in wrong:
        screen.print(f"[red]WRONG[/red] {escape(line)}", soft_wrap=True)
    everything = arguments.all or bool(arguments.names)
    tables = [told.details(results)] if everything else [told.differences(results), told.topics(results)]
    for table in tables:
        screen.print()
        report.show(screen, table)
    if not everything:
        screen.print("\nThe programs of one name, topic by topic: python -m comparisons semantics NAME, all of them: "
                     "--all. They stand in comparisons/semantics/programs.")
    if arguments.json is not None:
        versions = {name: report.version_of(COLUMNS[name]) or None for name in ("tapes", "tensorflow")}
        report.write(told.document(results, uncovered, versions), arguments.json)
        screen.print(f"Written to {escape(str(arguments.json))}.")
    return DISAGREE if wrong else AGREE


def conventions(arguments: argparse.Namespace) -> int:
    """What each library does where they differ, measured now."""
    from .conventions.show import command

    report.writable(arguments.json)
    return command(arguments)


def fuzz(arguments: argparse.Namespace) -> int:
    """Random tape programs."""
    from .fuzz.show import command

    return command(arguments)


def accuracy(arguments: argparse.Namespace) -> int:
    """The errors of every library in units in the last place."""
    from .accuracy.show import command

    report.writable(arguments.json)
    return command(arguments)


def speed(arguments: argparse.Namespace) -> int:
    """Time beside NumPy by hand."""
    from .speed.show import command

    for option in ("json", "plot", "markdown"):
        report.writable(getattr(arguments, option), f"--{option}")
    return command(arguments)


def train(arguments: argparse.Namespace) -> int:
    """The same models, trained by every library."""
    from .train.command import train as command

    return command(arguments)


COMMANDS = {"run": run, "list": listing, "ops": ops, "semantics": semantics, "conventions": conventions, "fuzz": fuzz,
            "accuracy": accuracy, "train": train, "speed": speed}
