"""The entries of the tables: who has a column, and what a cell says, on the screen as on the page."""

from __future__ import annotations

from collections.abc import Sequence

from . import judge
from .contenders import CONTENDERS
from .rounds import Cell, half_of_quartiles
from .scaling import Peak
from .worker import MISSING, TIMED, UNSUPPORTED

SHORT = {"unsupported": "n/a", "timeout": "slow", "crashed": "died", "skipped": "-"}


def columns(cells: Sequence[Cell]) -> list[str]:
    """The contenders of which anything was timed."""
    return [name for name in CONTENDERS if any(c.contender == name and c.status != MISSING and
                                               c.status != UNSUPPORTED for c in cells)]


def grown_columns(sizes: dict[int, dict[str, Cell]]) -> list[str]:
    """Whoever was asked for any size."""
    return [name for name in CONTENDERS if any(name in row for row in sizes.values())]


def grown_text(cell: Cell | None, spread: bool = False) -> str:
    """A time, perhaps with its spread where there was more than one round, or why not."""
    if cell is None or cell.status != TIMED:
        return why_not(cell)
    share = f" ±{100 * half_of_quartiles(cell.rounds):.0f}%" if spread and len(cell.rounds) > 1 else ""
    return judge.duration(cell.median) + share


def why_not(cell: Cell | None) -> str:
    """In a word."""
    return "" if cell is None else SHORT.get(cell.status, cell.status)


def forward_row(row: dict[str, Cell], shown: Sequence[str]) -> list[str]:
    return [judge.number(over) if (c := row.get(name)) and (over := c.over_forward) is not None else ""
            for name in shown]


def size_text(peak: Peak | None) -> str:
    """In the unit that fits, or why not; nothing if the run was stopped before."""
    if peak is None:
        return ""
    if peak.bytes is None:
        return SHORT.get(peak.reason.partition(":")[0], peak.reason.partition(":")[0]) or "unknown"
    unit, size = next(((u, s) for u, s in (("MB", 1e6), ("kB", 1e3)) if peak.bytes >= s), ("B", 1))
    return f"{peak.bytes / size:.3g} {unit}"


def notes(cells: Sequence[Cell]) -> list[str]:
    """What was not timed, and why: each reason once."""
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for cell in cells:
        if cell.status != TIMED:
            reasons.setdefault((cell.contender, cell.status, cell.reason), []).append(cell.workload)
    total = len(judge.names(cells))
    return [f"{CONTENDERS[name].title}: {SHORT.get(status, status)}: {reason}"
            + ("" if len(where) == total else f" ({', '.join(where)})")
            for (name, status, reason), where in reasons.items()]
