"""The command: everything is measured, what is not as declared is told, and the tables say who gives what."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from .. import report
from ..libraries import LIBRARIES
from . import AGREED, ALL, CALLS, CONVENTIONS
from .cells import LEGEND, Asked, libraries
from .measuring import Surprise, installed, shown, surprises


def command(arguments: argparse.Namespace) -> int:
    """Measure, print, and return the exit status."""
    screen = report.console()
    with screen.status("measuring"):
        found = surprises(ALL)
    names = libraries(ALL)
    absent = [name for name in names if not installed(name)]
    measured = sum(name in row.expected for row in ALL for name in names if name not in absent)
    if arguments.json is not None:
        report.write(_document(found, absent), arguments.json)
    style = "red bold" if found else "green bold"
    screen.print(f"[{style}]{measured - len(found)} of {measured} answers are as declared.[/{style}]" + "".join(
        f" Not measured: {name} ({LIBRARIES[name].install})." for name in absent))
    for surprise in found:
        screen.print(f"[red]WRONG[/red] {escape(str(surprise))}")
    for title, rows in (("How one asks: what happens when", CALLS),
                        (f"At {len(CONVENTIONS)} points they differ: the gradient, who gives it, and why", CONVENTIONS),
                        (f"At {len(AGREED)} points the formula breaks, and most give the same", AGREED)):
        screen.print(f"\n[bold]{title}[/bold]")
        report.show(screen, _table(rows, found))
    screen.print(f"\n{' '.join(LEGEND.split())}")
    if arguments.json is not None:
        screen.print(f"Written to {escape(str(arguments.json))}.")
    return 1 if found else 0


def _table(rows: Sequence[Asked], found: list[Surprise]) -> Table:
    """Beside each question the answers, and who gives which; what is not measured here stands in parentheses."""
    wrong = {(surprise.row, surprise.library): surprise.measured for surprise in found}
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    for row in rows:
        who: dict[str, list[str]] = {}
        for name in [name for name in libraries(rows) if name in row.expected]:
            text = escape(shown(row.expected[name]))
            if (row.name, name) in wrong:
                text = f"[red]{text}, but is {escape(shown(wrong[row.name, name]))}[/red]"
            who.setdefault(text, []).append(name if installed(name) else f"({name})")
        answers = [f"[bold]{text}[/bold]: {', '.join(names)}" for text, names in who.items()]
        silent = [f"[dim]not {name}: {escape(why)}[/dim]" for name, why in row.unasked.items()]
        why = [f"[dim]{escape(row.why)}[/dim]"] if row.why else []
        table.add_row("\n".join([f"[bold]{escape(row.name)}[/bold]", *why]), "\n".join(answers + silent))
    return table


def _document(found: list[Surprise], absent: list[str]) -> dict[str, Any]:
    """All rows as text, for programs."""
    wrong = {(surprise.row, surprise.library): surprise for surprise in found}
    return {
        "schema": 1,
        "libraries": {name: LIBRARIES[name].version or None for name in libraries(ALL) if name in LIBRARIES},
        "rows": [{"name": row.name, "why": row.why, "unasked": row.unasked, "answers": {
            name: {"asked": row.asked(name), "declared": shown(answer),
                   "measured": None if name in absent else
                   shown(wrong[row.name, name].measured if (row.name, name) in wrong else answer),
                   "as_declared": None if name in absent else (row.name, name) not in wrong}
            for name, answer in row.expected.items()}} for row in ALL],
        "as_declared": not found,
    }
