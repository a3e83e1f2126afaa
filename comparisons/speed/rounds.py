"""The parent of all contenders: it asks their processes in turn, A B C A B C, and keeps every round."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np

from tapes import blas

from .contenders import HAND, SETTINGS, Contender
from .worker import CRASHED, MISSING, SKIPPED, TIMED, TIMEOUT, serve
from .workload import Workload

ROUND = 0.2  # seconds
REST = 0.15  # seconds: so long the threads of the last one may go on waiting for work, in circles; OpenBLAS's do 0.1
PATIENCE = 60.0  # seconds for an answer: import, first call (so compilation), check and warm-up
_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
              "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC")


@dataclass
class Cell:
    """What became of a workload in the hands of a contender.

    Attributes:
        status: timed, wrong, unsupported, failed, missing, timeout, crashed or skipped.
        reason: why it is not timed.
        imported, first: seconds for the library's import, and for the first call with its tracing and compilation.
        off: the distance of the worst array from the one by hand, relative to its largest entry.
        rounds: the median of each round, in seconds.
        runs: how many runs each round had.
        ratios: of each round, over hand-written NumPy in the same round.
        forwards: of each round the median of the value alone, of tapes and tapes.function.
    """

    workload: str
    contender: str
    status: str
    reason: str = ""
    imported: float | None = None
    first: float | None = None
    off: float | None = None
    rounds: list[float] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    forwards: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of all rounds, in seconds."""
        return statistics.median(self.rounds)

    @property
    def ratio(self) -> float | None:
        """To hand-written NumPy; None if either was not timed."""
        return statistics.median(self.ratios) if self.ratios else None

    @property
    def over_forward(self) -> float | None:
        """Times the value alone, in the same round; None if that was not timed."""
        pairs = zip(self.rounds, self.forwards, strict=False)
        return statistics.median([whole / forward for whole, forward in pairs]) if self.forwards else None

    @property
    def spread(self) -> float:
        """Half of the distance between the quartiles of the rounds, relative to the ratio or, by hand, to the time."""
        return half_of_quartiles(self.rounds if self.contender == HAND or not self.ratios else self.ratios)


def half_of_quartiles(values: Sequence[float]) -> float:
    """Half of the distance between the quartiles, relative to the median."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float((high - low) / 2 / middle)


class Process:
    """A contender's process; it is started when it is first asked, and again if it died."""

    def __init__(self, contender: Contender, threads: int) -> None:
        self.contender, self.threads = contender, threads
        self._process: Any = None

    def ask(self, patience: float, *question: Any) -> dict[str, Any]:
        """The answer, or a death or a timeout as an answer."""
        if self._process is None:
            self._start()
        try:
            self._pipe.send(question)
            if self._pipe.poll(patience):
                answer: dict[str, Any] = self._pipe.recv()
                return answer
        except (EOFError, OSError):
            self._process.join(5)
            code = self._process.exitcode
            self.stop()
            return {"status": CRASHED, "reason": f"its process died, exit code {code}"}
        self.stop()
        return {"status": TIMEOUT, "reason": f"no answer within {patience:.0f} s"}

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        with environment(self.threads, self.contender.name in SETTINGS):
            self._process = context.Process(target=serve, args=(theirs, self.contender, self.threads), daemon=True)
            self._process.start()
        theirs.close()

    def stop(self) -> None:
        """End it, at once."""
        if self._process is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
            self._process = None


@contextmanager
def environment(threads: int, settings_of_tapes: bool = False) -> Iterator[None]:
    """What processes that start now inherit: the same number of threads for all, on the same cores.

    Those of tapes import it before NumPy, and so have its setting for BLAS; here that is done in their stead.
    """
    settings = dict.fromkeys(_VARIABLES, str(threads)) | ({blas.VARIABLE: blas.CYCLES} if settings_of_tapes else {}) | {
        "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"}
    before = {name: os.environ.get(name) for name in settings}
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    os.environ.update(settings)
    try:
        if cores and threads < len(cores):
            os.sched_setaffinity(0, sorted(cores)[:threads])
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def measured(workloads: Sequence[Workload], contenders: Sequence[Contender], rounds: int, threads: int,
             progress: Callable[[str], None] = lambda text: None, seconds: float = ROUND,
             patience: float | dict[str, float] = PATIENCE, growing: bool = False) -> Iterator[Cell]:
    """The cells of one workload after the other, in the order of the contenders; patience may be one for each.

    When the workloads are growing, who has failed at one is not asked for the next, and the value alone is not timed.
    """
    processes = {c.name: Process(c, threads) for c in contenders}
    failed: dict[str, str] = {}
    allowed = patience if isinstance(patience, dict) else dict.fromkeys(processes, patience)
    try:
        for number, workload in enumerate(workloads, 1):
            place = f"{workload.name} ({number} of {len(workloads)})"
            cells = _measured(workload, [c for c in contenders if c.name not in failed], processes, rounds, seconds,
                              allowed, not growing,
                              lambda text, place=place: progress(f"{place}: {text}"))  # type: ignore[misc]
            yield from (cells.get(c.name) or Cell(workload.name, c.name, SKIPPED, f"{failed[c.name]} before")
                        for c in contenders)
            failed |= {name: cell.status for name, cell in cells.items() if growing and cell.status != TIMED}
    finally:
        for process in processes.values():
            process.stop()


def _measured(workload: Workload, contenders: Sequence[Contender], processes: dict[str, Process], rounds: int,
              seconds: float, patience: dict[str, float], forward: bool,
              progress: Callable[[str], None]) -> dict[str, Cell]:
    cells = {}
    for contender in contenders:
        progress(f"preparing {contender.title}")
        if contender.library is not None and not contender.library.installed:
            answer: dict[str, Any] = {"status": MISSING, "reason": contender.library.install}
        else:
            answer = processes[contender.name].ask(patience[contender.name], "prepare", workload, forward)
        cells[contender.name] = Cell(workload.name, contender.name, answer["status"], answer.get("reason", ""),
                                     answer.get("import"), answer.get("first"), answer.get("off"))
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        for name, cell in cells.items():
            if cell.status == TIMED:
                time.sleep(REST)
                answer = processes[name].ask(patience[name], "round", seconds)
                if answer["status"] == TIMED:
                    median, runs = answer["round"]
                    cell.rounds.append(median)
                    cell.runs.append(runs)
                    if "forward" in answer:
                        cell.forwards.append(answer["forward"])
                else:
                    cell.status, cell.reason = answer["status"], answer["reason"]
    if HAND in cells and cells[HAND].status == TIMED:
        for cell in cells.values():
            if cell.status == TIMED:
                cell.ratios = [time / hand for time, hand in zip(cell.rounds, cells[HAND].rounds, strict=True)]
    return cells
