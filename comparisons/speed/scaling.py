"""How time grows with the number of operations, the batch and the width; and how much memory a gradient takes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace

from . import judge
from .contenders import CONTENDERS, EAGER, OURS, Contender
from .rounds import PATIENCE, Cell, Process, measured
from .worker import MISSING, TIMED, TIMEOUT
from .workload import Workload
from .workloads import GROWTH

GROWING = (*OURS, "tf.function", "jax.jit", "torch")
REMEMBERED = GROWING
WITH_OURS = 240.0  # seconds for an answer: the targets ask for a million operations, whose tracing takes a minute
ROUND = 0.1  # seconds
Growth = dict[str, dict[int, dict[str, Cell]]]  # family -> size -> contender -> cell


def growth(threads: int, rounds: int, progress: Callable[[str], None], families: Sequence[str] = tuple(GROWTH),
           names: Sequence[str] = GROWING, patience: float = PATIENCE,
           ) -> Iterator[tuple[str, dict[int, dict[str, Cell]]]]:
    """For each family its cells, by size and contender; who gives no answer at a size is not asked for larger ones."""
    contenders = [CONTENDERS[name] for name in names]
    allowed = {name: max(WITH_OURS, patience) if name in OURS else patience for name in names}
    for name in families:
        family, sizes = GROWTH[name]
        workloads = [replace(family(size), name=f"{name} {size:,}") for size in sizes]
        cells = list(measured(workloads, contenders, rounds, threads, progress, ROUND, allowed, growing=True))
        yield name, {size: judge.of_workload(cells, workload.name)
                     for size, workload in zip(sizes, workloads, strict=True)}


@dataclass(frozen=True)
class Peak:
    """What a gradient takes above what was there before it: as Python counts, and as the system does, in bytes."""

    workload: str
    contender: str
    traced: int | None = None
    resident: int | None = None
    reason: str = ""

    @property
    def bytes(self) -> int | None:
        """Python's count where arrays are NumPy's, else what the process grew by."""
        return self.traced if self.contender in OURS else self.resident


def memory(workloads: Sequence[Workload], threads: int, progress: Callable[[str], None],
           contenders: Sequence[str] = REMEMBERED, slow: Container[tuple[str, str]] = ()) -> Iterator[Peak]:
    """Each workload and contender in a process of its own; but those that are known to be too slow are not asked."""
    for workload in workloads:
        for name in contenders:
            progress(f"memory: {workload.name}: {name}")
            yield (Peak(workload.name, name, reason=TIMEOUT) if (workload.name, name) in slow else
                   _peak(workload, CONTENDERS[name], threads))


def memory_of_operations(threads: int, progress: Callable[[str], None],
                         sizes: Sequence[int] = (10_000, 100_000, 1_000_000)) -> dict[int, Peak]:
    """What a tape of ever more operations takes."""
    family, _ = GROWTH["operations"]
    return {size: peak for size in sizes
            for peak in memory([replace(family(size), name=f"{size:,} operations")], threads, progress,
                               contenders=[EAGER])}


def _peak(workload: Workload, contender: Contender, threads: int) -> Peak:
    if contender.library is not None and not contender.library.installed:
        return Peak(workload.name, contender.name, reason=f"{MISSING}: {contender.library.install}")
    process = Process(contender, threads)
    try:
        answer = process.ask(WITH_OURS, "memory", workload)
    finally:
        process.stop()
    if answer["status"] != TIMED:
        return Peak(workload.name, contender.name, reason=f"{answer['status']}: {answer['reason']}")
    return Peak(workload.name, contender.name, answer["traced"], answer["resident"])


def straight(grown: Growth, peaks: dict[int, Peak]) -> list[judge.Target]:
    """Whether time and memory grow as the number of operations does."""
    found = [judge.straight(f"time of {CONTENDERS[name].title}", {
        size: row[name].median if row[name].status == TIMED else None
        for size, row in grown.get("operations", {}).items() if name in row})
        for name in OURS[1:]]
    found.append(judge.straight(f"memory of {CONTENDERS[EAGER].title}", {
        size: peak.bytes for size, peak in peaks.items()}))
    return [target for target in found if target is not None]
