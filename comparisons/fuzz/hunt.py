"""Many random programs, in batches that joblib may spread over processes or machines; a failing one is made short."""

from __future__ import annotations

import hashlib
import random
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..libraries import require
from .language import Program

BATCH = 50  # programs; part of what a seed means, so that it means the same whatever the number of jobs
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
        counts: for each library, how many programs had which verdict.
        notes: how often a declared difference or a reason for leaving a program out was met.
        programs: how many programs were run, and `digest`, a number that tells their texts from others.
        worker: in which process, for those who spread the work.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    notes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    programs: int = 0
    digest: int = 0
    worker: str = ""

    def __iadd__(self, other: Report) -> Report:
        self.counts += other.counts
        self.notes += other.notes
        self.failures += other.failures
        self.programs += other.programs
        self.digest ^= other.digest
        return self


def hunt(programs: int, seed: int, jobs: int | None, libraries: Sequence[str]) -> Iterator[Report]:
    """Run so many random programs on tapes and on the libraries; a report for each batch, as it is done.

    Args:
        programs: how many.
        seed: which: the same ones for the same seed, whatever `jobs`.
        jobs: processes; None leaves it to joblib, and to a `joblib.parallel_config` of the caller's (Dask, Ray ...).
        libraries: "tensorflow", "jax".
    """
    for library in ("hypothesis", "joblib"):
        require(library)
    import joblib

    sizes = [min(BATCH, programs - start) for start in range(0, programs, BATCH)]
    work = (joblib.delayed(batch)(seed, number, size, tuple(libraries)) for number, size in enumerate(sizes))
    try:
        parallel = joblib.Parallel(n_jobs=jobs, return_as="generator")
    except ValueError:  # a backend that gives everything at the end
        parallel = joblib.Parallel(n_jobs=jobs)
    yield from parallel(work)


def batch(seed: int, number: int, size: int, libraries: Sequence[str]) -> Report:
    """Batch `number` of a seed: runs programs until so many are done, and makes the failing ones short."""
    from .verdicts import judged, script, worker

    report, source = Report(worker=worker()), random.Random(f"{seed} {number}")
    while report.programs < size and len(report.failures) < FAILURES:
        failing = search(size - report.programs, source, libraries, report)
        if failing is not None:
            library, verdict = next((name, verdict) for name, verdict in judged(failing, libraries).items()
                                    if verdict.kind == "WRONG")
            report.failures.append(Failure(library, verdict.why, script(failing, library, verdict.why)))
    return report


def search(most: int, source: random.Random, libraries: Sequence[str], report: Report) -> Program | None:
    """Try so many programs; the first that fails, as short as Hypothesis can make it, or None."""
    import hypothesis

    from .programs import programs
    from .verdicts import judged

    failed = False

    def fails(program: Program) -> bool:
        nonlocal failed
        verdicts = judged(program, libraries)
        wrong = any(verdict.kind == "WRONG" for verdict in verdicts.values())
        if not failed:  # afterwards Hypothesis only makes it shorter
            report.programs += 1
            report.digest ^= int(hashlib.sha256(program.text().encode()).hexdigest()[:12], 16)
            for library, verdict in verdicts.items():
                report.counts[library, verdict.kind] += 1
                if verdict.why and not wrong:
                    report.notes[library, verdict.kind, verdict.why] += 1
        failed |= wrong
        return wrong

    settings = hypothesis.settings(
        max_examples=most, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return hypothesis.find(programs(), fails, settings=settings, random=source)
        except hypothesis.errors.NoSuchExample:
            return None
