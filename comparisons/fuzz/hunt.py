"""Many random programs, in batches that joblib may spread over processes or machines; a failing one is made short."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..libraries import require
from .judge import WRONG
from .language import Program
from .search import search
from .verdicts import judged, script, worker

BATCH = 50  # programs; part of what a seed means, so that it means the same whatever the number of jobs
JAX_EVERY = 10  # it compiles each op for each shape, and so is asked about one program in so many
FAILURES = 2  # found in one batch; then the rest of it is not run


@dataclass(frozen=True)
class Failure:
    """A program on which a library disagrees with tapes, as short as could be made.

    Attributes:
        library: whose answers differ from those of tapes.
        why: what differs.
        script: a Python file that shows both answers.
    """

    library: str
    why: str
    script: str


@dataclass
class Report:
    """What came of some programs.

    Attributes:
        counts: for each library and verdict, of how many programs.
        notes: for each library, verdict and reason, how often.
        programs: how many were run.
        digest: a number that tells their texts from others.
        workers: in which processes and threads.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    programs: int = 0
    digest: int = 0
    workers: set[str] = field(default_factory=set)

    def __iadd__(self, other: Report) -> Report:
        self.counts += other.counts
        self.notes += other.notes
        self.failures += other.failures
        self.programs += other.programs
        self.digest ^= other.digest
        self.workers |= other.workers
        return self


def hunt(programs: int, seed: int, jobs: int | None, libraries: Sequence[str]) -> Iterator[Report]:
    """Run so many random programs on tapes and on the libraries; a report for each batch, as it is done.

    Args:
        programs: how many.
        seed: which: the same ones for the same seed, whatever `jobs`.
        jobs: processes; None leaves it to joblib, and to a `joblib.parallel_config` of the caller's (Dask, Ray ...).
        libraries: "tensorflow", "jax". MissingLibrary when one is not installed.
    """
    for library in ("hypothesis", "joblib", *libraries):
        require(library)
    import joblib

    sizes = [min(BATCH, programs - start) for start in range(0, programs, BATCH)]
    work = (joblib.delayed(batch)(seed, number, size, tuple(libraries)) for number, size in enumerate(sizes))
    how = {} if jobs is None else {"n_jobs": jobs}  # not to say it is more than to say None: the caller's choice holds
    try:
        parallel = joblib.Parallel(return_as="generator", **how)
    except ValueError:  # a backend that gives everything at the end
        parallel = joblib.Parallel(**how)
    yield from parallel(work)


def batch(seed: int, number: int, size: int, libraries: Sequence[str]) -> Report:
    """Batch `number` of a seed: runs so many programs, and makes the failing ones short."""
    report, source, failed = Report(workers={worker()}), random.Random(f"{seed} {number}"), False
    every = JAX_EVERY if len(libraries) > 1 else 1
    asked: list[str] = []

    def fails(program: Program) -> bool:
        nonlocal failed, asked
        if not failed:
            asked = [name for name in libraries if name != "jax" or not report.programs % every]
        verdicts = judged(program, asked)
        wrong = [name for name, verdict in verdicts.items() if verdict.kind == WRONG]
        if not failed:  # what comes afterwards is the same program made shorter
            report.programs += 1
            report.digest ^= int(hashlib.sha256(program.text().encode()).hexdigest()[:12], 16)
            for library, verdict in verdicts.items():
                report.counts[library, verdict.kind] += 1
                if verdict.why and verdict.kind != WRONG:
                    report.notes[library, verdict.kind, verdict.why] += 1
        if wrong and not failed:
            failed, asked = True, wrong[:1]
        return bool(wrong)

    while report.programs < size and len(report.failures) < FAILURES:
        failed = False
        failing = search(fails, size - report.programs, source)
        if failing is not None:
            [(library, verdict)] = judged(failing, asked).items()
            report.failures.append(Failure(library, verdict.why, script(failing, library, verdict.why)))
    return report
