"""What the times say, in sentences: who is ahead of whom, and where."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .contenders import CONTENDERS, EAGER, FUNCTION, OURS
from .rounds import Cell
from .worker import CRASHED, FAILED, TIMED, TIMEOUT, WRONG
from .workload import GRADIENTS, MATMUL, OVERHEAD
from .workloads import WORKLOADS

EAGER_LIMITS = {OVERHEAD: 2.0, MATMUL: 1.15}  # times hand-written NumPy
FIRST_ON, BEHIND_JIT, OVER_FORWARD = 9, 1.3, 4.0
STRAIGHT = 2.0  # how much dearer an operation may be among 1,000,000 than among 10,000: caches end in between
Cells = Sequence[Cell]


@dataclass(frozen=True)
class Target:
    """Something to be reached, on how many of how many it is, and where not, with the number found there."""

    text: str
    kept: int
    total: int
    missed: Sequence[str]
    wanted: int | None = None

    @property
    def met(self) -> bool:
        """On as many as are wanted, by default on all."""
        return self.kept >= (self.total if self.wanted is None else min(self.wanted, self.total))

    def __str__(self) -> str:
        missed = f"; not on {', '.join(self.missed)}" if self.missed else ""
        return f"{'met' if self.met else 'MISSED'}: {self.text}: on {self.kept} of {self.total}{missed}."


def of_workload(cells: Cells, name: str) -> dict[str, Cell]:
    return by_contender([cell for cell in cells if cell.workload == name])


def by_contender(cells: Cells) -> dict[str, Cell]:
    """Cells of one workload, to be looked up: who was not asked is not in its place, or not there at all."""
    return {cell.contender: cell for cell in cells}


def names(cells: Cells) -> list[str]:
    """The workloads, in the order of the cells."""
    return list(dict.fromkeys(cell.workload for cell in cells))


def wrong(cells: Cells) -> list[str]:
    """What fails the command: a wrong result, whoever's it is, and any failure of ours."""
    return [f"{cell.workload}: {cell.contender}: {cell.reason}" for cell in cells if cell.status == WRONG
            or (cell.contender in OURS and cell.status in (FAILED, CRASHED, TIMEOUT))]


def targets(cells: Cells) -> list[Target]:
    """What was aimed at, of what the cells can tell."""
    of = {name: of_workload(cells, name) for name in names(cells)}
    rivals = [name for name, contender in CONTENDERS.items() if contender.library is not None]
    eager = [name for name in rivals if CONTENDERS[name].eager]
    found = [
        _limited(f"{_title(FUNCTION)} takes at most the time of NumPy by hand", cells, FUNCTION,
                 lambda cell: cell.ratio, lambda cell: 1.0),
        _ahead(of, FUNCTION, rivals, "all other libraries", FIRST_ON),
        _limited(f"{_title(FUNCTION)} takes at most {BEHIND_JIT} times the time of {_title('jax.jit')}", cells,
                 FUNCTION, lambda cell: _over(cell, of[cell.workload].get("jax.jit")), lambda cell: BEHIND_JIT),
        *[_limited(f"{_title(EAGER)} takes at most {limit:g} times the time of NumPy by hand where the time goes to "
                   f"{bound}", cells, EAGER, lambda cell: cell.ratio,
                   lambda cell, bound=bound, limit=limit: limit if _bound(cell) == bound else None)  # type: ignore[misc]
          for bound, limit in EAGER_LIMITS.items()],
        _ahead(of, EAGER, eager, "all other eager libraries"),
        *[_limited(f"{_title(ours)}: value and gradients take less than {OVER_FORWARD:g} times the value alone", cells,
                   ours, lambda cell: cell.over_forward,
                   lambda cell: OVER_FORWARD if _kind(cell) == GRADIENTS else None)
          for ours in (EAGER, FUNCTION)]]
    return [target for target in found if target.total]


def straight(name: str, costs: dict[int, float | None]) -> Target | None:
    """Whether what an operation costs stays the same from 10,000 to the most there are; None if too few were asked.

    A cost is None where there was no answer.
    """
    start, *others = sorted(size for size in costs if size >= 10_000) or [0]
    first = costs.get(start)
    if not others or first is None:
        return None
    over = {size: cost and cost / size / (first / start) for size in others for cost in [costs[size]]}
    missed = [f"{size:,} ({beyond(times, STRAIGHT) if times else 'not timed'})" for size, times in over.items()
              if times is None or times > STRAIGHT]
    return Target(f"{name} is in proportion to the number of operations, within {STRAIGHT:g} times, from {start:,} to "
                  f"{others[-1]:,}", len(others) - len(missed), len(others), missed)


def _title(name: str) -> str:
    return CONTENDERS[name].title


def _bound(cell: Cell) -> str | None:
    return WORKLOADS[cell.workload].bound if cell.workload in WORKLOADS else None


def _kind(cell: Cell) -> str | None:
    return WORKLOADS[cell.workload].kind if cell.workload in WORKLOADS else None


def _over(cell: Cell, rival: Cell | None) -> float | None:
    """The time over that of another, taken in each round."""
    if rival is None or rival.status != TIMED:
        return None
    return statistics.median([ours / theirs for ours, theirs in zip(cell.rounds, rival.rounds, strict=True)])


def _limited(text: str, cells: Cells, ours: str, measure: Callable[[Cell], float | None],
             limit: Callable[[Cell], float | None]) -> Target:
    """On how many workloads a measure keeps within its limit; the worst first among those where it does not."""
    measured = [(value, cell.workload, most) for cell in cells if cell.contender == ours and cell.status == TIMED
                and (value := measure(cell)) is not None and (most := limit(cell)) is not None]
    missed = [(value, workload, most) for value, workload, most in measured if value > most]
    return Target(text, len(measured) - len(missed), len(measured),
                  [f"{workload} ({beyond(value, most)})" for value, workload, most in sorted(missed, reverse=True)])


def _ahead(of: dict[str, dict[str, Cell]], ours: str, rivals: Sequence[str], among: str,
           wanted: int | None = None) -> Target:
    """On how many workloads ours is the fastest; where not, who is, and how many times faster."""
    missed, total = [], 0
    for workload, row in of.items():
        others = {name: over for name in rivals if name in row and ours in row and row[ours].status == TIMED
                  and (over := _over(row[ours], row[name])) is not None}
        total += bool(others)
        if others and max(others.values()) > 1:
            first = max(others, key=lambda name: others[name])
            missed.append(f"{workload} ({_title(first)}: {beyond(others[first], 1)} times)")
    return Target(f"{_title(ours)} is ahead of {among}", total - len(missed), total, missed, wanted)


def number(ratio: float) -> str:
    """Two or three digits: 0.94, 1.7, 12, 310."""
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}" if ratio < 100 else f"{ratio:,.0f}"


def beyond(ratio: float, limit: float) -> str:
    """A number above its limit, with as many digits as it takes to see that: 1.003 over 1, never 1.00."""
    if ratio >= 10:
        return number(ratio)
    return next((text for digits in range(2, 7) if float(text := f"{ratio:.{digits}f}") > limit), f"{ratio:.9g}")


def duration(seconds: float) -> str:
    """In the unit that fits."""
    unit, size = next(((u, s) for u, s in (("s", 1.0), ("ms", 1e-3)) if seconds >= s), ("µs", 1e-6))
    digits = seconds / size
    return f"{digits:.3g} {unit}" if digits < 1000 else f"{digits:,.0f} {unit}"
