"""What the times say, in sentences: who is ahead of whom, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .contenders import CONTENDERS, EAGER, FUNCTION, OURS
from .rounds import Cell
from .worker import CRASHED, FAILED, TIMED, TIMEOUT, WRONG
from .workload import MATMUL, OVERHEAD
from .workloads import WORKLOADS

EAGER_LIMITS = {OVERHEAD: 2.0, MATMUL: 1.15}  # times hand-written NumPy
Cells = Sequence[Cell]


def of_workload(cells: Cells, name: str) -> dict[str, Cell]:
    return {cell.contender: cell for cell in cells if cell.workload == name}


def names(cells: Cells) -> list[str]:
    """The workloads, in the order of the cells."""
    return list(dict.fromkeys(cell.workload for cell in cells))


def wrong(cells: Cells) -> list[str]:
    """What fails the command: a wrong result, whoever's it is, and any failure of ours."""
    return [f"{cell.workload}: {cell.contender}: {cell.reason}" for cell in cells if cell.status == WRONG
            or (cell.contender in OURS and cell.status in (FAILED, CRASHED, TIMEOUT))]


def verdict(cells: Cells) -> list[str]:
    """The sentences that come first."""
    sentences = []
    traced = [cell for cell in cells if cell.contender == FUNCTION and cell.ratio is not None]
    if traced:
        even = [cell for cell in traced if (cell.ratio or 0) <= 1]
        sentences.append(f"tapes.function takes at most the time of hand-written NumPy on {len(even)} of {len(traced)} "
                         f"workloads; {_worst(traced)}.")
        sentences += _rivals(cells, FUNCTION, [c for c in CONTENDERS if c not in OURS])
        behind = [(cell.median / rival.median, cell.workload) for cell in traced
                  if (rival := of_workload(cells, cell.workload).get("jax.jit")) and rival.status == TIMED
                  and cell.median > 1.3 * rival.median]
        if behind:
            sentences.append("Behind jax.jit by more than 1.3 times: " + ", ".join(
                f"{name} ({times:.1f})" for times, name in sorted(behind, reverse=True)) + ".")
    eager = [cell for cell in cells if cell.contender == EAGER and cell.ratio is not None]
    if eager:
        limits = [(cell, EAGER_LIMITS.get(WORKLOADS[cell.workload].bound)) for cell in eager
                  if cell.workload in WORKLOADS]
        judged = [(cell, limit) for cell, limit in limits if limit is not None]
        kept = [cell for cell, limit in judged if (cell.ratio or 0) <= limit]
        sentences.append(f"tapes, eager, is within 2 times hand-written NumPy where overhead counts, and 1.15 where "
                         f"matrix products do, on {len(kept)} of {len(judged)} workloads; {_worst(eager)}.")
        sentences += _rivals(cells, EAGER, [c.name for c in CONTENDERS.values() if c.eager and c.name not in OURS])
    return sentences + over_forward(cells)


def over_forward(cells: Cells) -> list[str]:
    """What gradients cost beside the value, in a sentence for each of ours."""
    sentences = []
    for contender in OURS:
        timed = [cell for cell in cells if cell.contender == contender and cell.over_forward is not None]
        if timed:
            worst = max(timed, key=lambda cell: cell.over_forward or 0)
            below = sum((cell.over_forward or 0) < 4 for cell in timed)
            sentences.append(f"{CONTENDERS[contender].title}: value and gradients take less than 4 times the value "
                             f"alone on {below} of {len(timed)} workloads; the most is "
                             f"{number(worst.over_forward or 0)} times, on {worst.workload}.")
    return sentences


def _worst(cells: Iterable[Cell]) -> str:
    worst = max(cells, key=lambda cell: cell.ratio or 0)
    return f"the worst is {worst.workload} with {number(worst.ratio or 0)} times"


def _rivals(cells: Cells, ours: str, rivals: Sequence[str]) -> list[str]:
    """Ahead of all on so many, and who else was first, where."""
    first: dict[str, list[str]] = {}
    for name in names(cells):
        row = {c: cell for c, cell in of_workload(cells, name).items()
               if cell.status == TIMED and (c == ours or c in rivals)}
        if ours in row and len(row) > 1:
            first.setdefault(min(row, key=lambda c: row[c].median), []).append(name)
    total = sum(map(len, first.values()))
    if not total:
        return []
    title = CONTENDERS[ours].title
    others = "; ".join(f"{CONTENDERS[c].title} on {', '.join(where)}" for c, where in first.items() if c != ours)
    among = "of all libraries" if ours == FUNCTION else "of the eager libraries"
    return [f"{title} is the fastest {among} on {len(first.get(ours, []))} of {total}"
            + (f"; ahead of it: {others}." if others else ".")]


def number(ratio: float) -> str:
    """Two or three digits: 0.94, 1.7, 12, 310."""
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:,.0f}"


def duration(seconds: float) -> str:
    """In the unit that fits."""
    unit, size = next(((u, s) for u, s in (("s", 1.0), ("ms", 1e-3)) if seconds >= s), ("µs", 1e-6))
    digits = seconds / size
    return f"{digits:.3g} {unit}" if digits < 1000 else f"{digits:,.0f} {unit}"
