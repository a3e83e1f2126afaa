"""Who is most accurate, and where each library is at its worst: the command `accuracy`."""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tapes.op import Op, registry

from .. import report
from ..libraries import LIBRARIES
from ..problem import LossError
from .bounds import bound, reason
from .measure import Quantity, Worst, measurable, measure

NAMES = ("tapes", "tensorflow", "jax", "torch")
ILL = 16.0  # from this condition on it is shown
SAME = 0.5  # ulp: who is within this of the best is as accurate


def command(arguments: argparse.Namespace) -> int:
    """`python -m comparisons accuracy`; the exit status is 1 when tapes is worse than a declared bound."""
    ops, order = chosen(arguments.ops), arguments.order
    libraries = [name for name in NAMES if name == "tapes" or LIBRARIES[name].installed]
    screen = report.console()
    found: list[Quantity] = []
    with screen.status("importing libraries") as status:
        for number, op in enumerate(ops, 1):
            status.update(f"{op.name} ({number} of {len(ops)})")
            if not screen.is_terminal and number % 10 == 1:
                print(f"{op.name} ({number} of {len(ops)}) ...", file=sys.stderr, flush=True)
            found += measure(op, arguments.dtype, order, arguments.points, libraries)
    wrong = beyond(found)
    if arguments.json is not None:
        write(found, wrong, arguments.json)
    told(screen, found, wrong, libraries, arguments)
    if arguments.json is not None:
        screen.print(f"Written to {escape(str(arguments.json))}.")
    return 1 if wrong else 0


def chosen(names: Sequence[str]) -> list[Op]:
    """The rows to measure; LossError for a name that is none."""
    rows = {name: op for name, op in registry.items() if measurable(op)}
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise LossError(f"there is no op {unknown[0]!r} with a formula; there are {', '.join(rows)}")
    return [rows[name] for name in names or rows]


def beyond(found: Iterable[Quantity]) -> list[Quantity]:
    """Where tapes is worse than declared."""
    return [q for q in found if "tapes" in q.worst and (
        q.worst["tapes"].reason or q.worst["tapes"].excess > bound(q.op, len(q.places)))]


def told(screen: Console, found: Sequence[Quantity], wrong: Sequence[Quantity], libraries: Sequence[str],
         arguments: argparse.Namespace) -> None:
    """The verdict, what is wrong, a line for each library, and a line for each quantity."""
    if wrong:
        screen.print("[red bold]tapes is worse than declared.[/red bold]")
    else:
        screen.print("[green bold]tapes is within its bounds.[/green bold]")
    for q in wrong:
        worst = q.worst["tapes"]
        if worst.reason:
            screen.print(f"[red]WRONG[/red] {escape(f'{q.op}, {q.label}: tapes: {worst.reason}')}", soft_wrap=True)
            continue
        screen.print(f"[red]WRONG[/red] {escape(f'{q.op}, {q.label}')}: tapes is off by {_ulps(worst.excess)} ulp "
                     f"times the condition, {worst.excess_condition:.2g}, at {_point(worst.excess_point)}: declared "
                     f"are {bound(q.op, len(q.places)):g}", soft_wrap=True)
    missing = [LIBRARIES[name].install for name in NAMES if name not in libraries]
    if missing:
        screen.print("Not measured: " + ", ".join(missing))
    screen.print()
    report.show(screen, _summary(found, libraries))
    screen.print("\nA quantity is an op's value or one of its derivatives. Counted here is its largest error over the "
                 "condition: by how many units in the last place (ulp) the result changes when the input changes by "
                 "one, which is what rounding the input alone would cost. Most accurate: within half an ulp of the "
                 "best library. Median: of these largest errors, over all quantities. Subnormal inputs, those nearest "
                 "to 0, are lost where a library takes them for 0.")
    screen.print(f"\nFor each quantity the largest error, in ulp of the true value, {arguments.dtype}, at about "
                 f"{arguments.points} points over the whole domain, and where it is; k: the condition there, from "
                 f"{ILL:g} on.")
    report.show(screen, _table(found, libraries), keys=2)
    for name, text in dict.fromkeys((q.op, reason(q.op, len(q.places))) for q in found):
        if text:
            report.item(screen, f"{name}: {text}")


def _summary(found: Sequence[Quantity], libraries: Sequence[str]) -> Table:
    shown = Table(box=None, pad_edge=False)
    for column in ("library", "version"):
        shown.add_column(column, no_wrap=True)
    for column in ("most accurate", "median", "above 16 ulp", "subnormals lost"):
        shown.add_column(column, justify="right", no_wrap=True)
    for name in libraries:
        mine = [(q, q.worst[name]) for q in found if name in q.worst and not q.worst[name].reason]
        compared = [(q, w) for q, w in mine if len(q.worst) > 1]
        best = sum(w.excess <= _best(q) + SAME for q, w in compared)
        version = LIBRARIES[name].version if name in LIBRARIES else report.version_of(report.COLUMNS["tapes"])
        shown.add_row(name, version, f"{best} of {len(compared)}",
                      _ulps(statistics.median([w.excess for _, w in mine])) + " ulp" if mine else "",
                      f"{sum(w.excess > 16 for _, w in mine)} of {len(mine)}",
                      f"{sum(w.subnormal > 2**20 for _, w in mine)} of {len(mine)}")
    return shown


def _best(q: Quantity) -> float:
    return min(w.excess for w in q.worst.values() if not w.reason)


def _table(found: Sequence[Quantity], libraries: Sequence[str]) -> Table:
    shown = Table(box=None, pad_edge=False)
    for name in ("op", "quantity", *libraries):
        shown.add_column(name, no_wrap=True)
    before = ""
    for q in found:
        shown.add_row(q.op if q.op != before else "", q.label,
                      *[_cell(q.worst.get(name), len(q.worst) > 1 and _best(q)) for name in libraries])
        before = q.op
    return shown


def _cell(worst: Worst | None, best: float) -> str:
    if worst is None:
        return ""
    if worst.reason:
        return "n/a"
    number = _ulps(worst.ulps)
    if worst.ulps > 1:
        number += f" at {_point(worst.point)}"
    if worst.condition >= ILL:
        number += f" k {worst.condition:.0f}" if worst.condition < 1e4 else f" k {worst.condition:.0e}"
    return f"[red]{number}[/red]" if worst.excess > 16 + best else number


def _ulps(error: float) -> str:
    return f"{error:.1f}" if error < 1e4 else f"{error:.0e}" if math.isfinite(error) else "inf"


def _point(point: Sequence[float]) -> str:
    return ", ".join(f"{x:.4g}" for x in point)


def write(found: Sequence[Quantity], wrong: Sequence[Quantity], path: Path) -> None:
    """Everything that was found, as JSON; infinite numbers are text."""
    document = {"schema": 1, "within_bounds": not wrong, "quantities": [
        {"op": q.op, "quantity": q.label, "points": q.points, "bound": _plain(bound(q.op, len(q.places))),
         "worst": {name: {key: _plain(value) for key, value in asdict(w).items()} for name, w in q.worst.items()}}
        for q in found]}
    report.write(document, path)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(x) for x in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
