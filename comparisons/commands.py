"""What the commands do: work with progress, tables, and a verdict that is also the exit status."""

from __future__ import annotations

import argparse

from rich.markup import escape

from . import report
from .backends import COLUMNS
from .ops.command import ops
from .problem import LossError, bundled
from .run.command import run

AGREE, DISAGREE = 0, 1


def listing(arguments: argparse.Namespace) -> int:
    screen = report.console()
    titles = []
    for name, path in bundled().items():
        titles.append((name, path.read_text(encoding="utf-8").split('"""')[1]))
    report.show(screen, report.losses_table(titles))
    screen.print()
    report.show(screen, report.libraries_table())
    return AGREE


def explain(arguments: argparse.Namespace) -> int:
    """The adjoint of every value on the tape of a loss."""
    from .explain.command import command

    return command(arguments)


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
    if arguments.json is not None:
        versions = {name: report.version_of(COLUMNS[name]) or None for name in ("tapes", "tensorflow")}
        report.write(told.document(results, uncovered, versions), arguments.json)
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


COMMANDS = {"run": run, "list": listing, "explain": explain, "ops": ops, "semantics": semantics,
            "conventions": conventions, "fuzz": fuzz, "accuracy": accuracy, "train": train, "speed": speed}
