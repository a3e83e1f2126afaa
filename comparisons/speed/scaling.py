"""How time grows with the number of operations, the batch and the width; and how much memory a gradient takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .contenders import CONTENDERS, OURS, Contender
from .rounds import Cell, Process, measured
from .worker import MISSING, TIMED
from .workload import Workload
from .workloads import GROWTH

GROWING = OURS
REMEMBERED = (*OURS, "tf.func", "jax.jit", "torch")
PATIENCE = 120.0  # seconds: a million operations take long to prepare


def growth(threads: int, rounds: int, progress: Callable[[str], None], seconds: float = 0.1,
           families: Sequence[str] = tuple(GROWTH), limit: int | None = None) -> dict[str, dict[int, list[Cell]]]:
    """For each family and size the cells of hand-written NumPy, tapes and tapes.function; sizes above `limit` not."""
    contenders = [CONTENDERS[name] for name in GROWING]
    found: dict[str, dict[int, list[Cell]]] = {}
    for name in families:
        family, sizes = GROWTH[name]
        sizes = tuple(size for size in sizes if limit is None or size <= limit)
        workloads = [replace(family(size), name=f"{name} {size:,}") for size in sizes]
        cells = list(measured(workloads, contenders, rounds, threads, progress, seconds, PATIENCE))
        found[name] = {size: [cell for cell in cells if cell.workload == workload.name]
                       for size, workload in zip(sizes, workloads, strict=True)}
    return found


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
           contenders: Sequence[str] = REMEMBERED) -> list[Peak]:
    """Each workload and contender in a process of its own."""
    found = []
    for workload in workloads:
        for name in contenders:
            progress(f"memory: {workload.name}: {name}")
            found.append(_peak(workload, CONTENDERS[name], threads))
    return found


def _peak(workload: Workload, contender: Contender, threads: int) -> Peak:
    if contender.library is not None and not contender.library.installed:
        return Peak(workload.name, contender.name, reason=f"{MISSING}: {contender.library.install}")
    process = Process(contender, threads)
    try:
        answer = process.ask(PATIENCE, "memory", workload)
    finally:
        process.stop()
    if answer["status"] != TIMED:
        return Peak(workload.name, contender.name, reason=f"{answer['status']}: {answer['reason']}")
    return Peak(workload.name, contender.name, answer["traced"], answer["resident"])
