"""The process of one contender: it prepares what it is asked for, checks it, and times rounds of it."""

from __future__ import annotations

import importlib
import os
import signal
import statistics
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..backends import Unsupported
from ..measure import difference
from .contenders import OURS, Contender
from .workload import Prepared, Workload

TOLERANCE = 1e-4  # relative to the largest entry: float32 has 6e-8, and a rule off by a thousandth is caught
WARM = 0.1  # seconds of running before anything is timed
TIMED, WRONG, UNSUPPORTED, FAILED, MISSING, TIMEOUT, CRASHED, SKIPPED = (
    "timed", "wrong", "unsupported", "failed", "missing", "timeout", "crashed", "skipped")

Answer = dict[str, Any]


def serve(pipe: Connection, contender: Contender, threads: int) -> None:
    """Answer questions until there are no more. What libraries print on the error stream is dropped."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, who ends this process
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    prepared: Prepared | None = None
    while True:
        try:
            question, *arguments = pipe.recv()
        except EOFError:
            return
        try:
            if question == "prepare":
                prepared, answer = prepare(contender, threads, *arguments)
            elif question == "memory":
                answer = memory(contender, threads, *arguments)
            else:
                assert prepared is not None
                answer = {"status": TIMED, "round": round_of(prepared, *arguments)}
                if prepared.forward is not None:
                    answer["forward"] = median_of(prepared.forward, *arguments)[0]
        except Unsupported as error:
            answer = {"status": UNSUPPORTED, "reason": str(error)}
        except Exception as error:  # whatever a library raises is the answer
            told = (str(error).strip().splitlines() or [""])[0][:200]
            answer = {"status": FAILED, "reason": f"{type(error).__name__}: {told}"}
        pipe.send(answer)


def prepare(contender: Contender, threads: int, workload: Workload,
            forward: bool = True) -> tuple[Prepared | None, Answer]:
    """Import, first call, check and warm-up, each with its time; only what is right is handed out.

    The value alone is timed too, of tapes and tapes.function, if forward says so.
    """
    start = time.perf_counter()
    module = importlib.import_module(contender.module)
    imported = time.perf_counter() - start
    prepared = module.prepare(workload, workload.numbers(), contender.way, threads)
    start = time.perf_counter()
    result = prepared.run()
    first = time.perf_counter() - start
    off, reason = check(prepared.arrays(result), expected(workload), workload)
    answer = {"status": WRONG if reason else TIMED, "reason": reason, "import": imported, "first": first, "off": off}
    if reason:
        return None, answer
    del result
    prepared.reset()
    start = time.perf_counter()
    while time.perf_counter() - start < WARM:
        prepared.run()
    if not forward or contender.name not in OURS:
        prepared = replace(prepared, forward=None)
    if prepared.forward is not None:
        prepared.forward()  # watched, if it is a function
    return prepared, answer


def expected(workload: Workload) -> Sequence[Any]:
    """What is written by hand, in double precision."""
    return list(workload.by_hand(workload.numbers().wide()))


def check(found: Sequence[Any], reference: Sequence[Any], workload: Workload) -> tuple[float, str]:
    """How far off the worst array is, and what is wrong, or ""."""
    if len(found) != len(reference):
        return float("inf"), f"{len(found)} arrays instead of {len(reference)}"
    worst = 0.0
    for i, (array, truth) in enumerate(zip(found, reference, strict=True)):
        apart = difference(array, truth)
        worst = max(worst, apart.relative)
        if not apart.within(TOLERANCE):
            what = "the value" if i == 0 else f"array {i} of {len(reference) - 1} beside the value"
            return worst, f"{what} is off by {apart.reason or format(apart.relative, '.1e')}"
    return worst, ""


def round_of(prepared: Prepared, seconds: float) -> tuple[float, int]:
    """`median_of` runs that begin where the first one did."""
    prepared.reset()
    return median_of(prepared.run, seconds)


def median_of(run: Callable[[], Any], seconds: float) -> tuple[float, int]:
    """The median time of the runs that fit, at least one, and how many they were."""
    clock = time.perf_counter
    times: list[float] = []
    end = clock() + seconds
    while not times or clock() < end:
        start = clock()
        run()
        times.append(clock() - start)
    return statistics.median(times), len(times)


def memory(contender: Contender, threads: int, workload: Workload) -> Answer:
    """Peak bytes above what was there before the first run; what is kept from one run to the next is in it.

    Where arrays are NumPy's, as Python counts them, in a run after the first three, in which a function is traced; of
    the others what the process grows by in the first three.
    """
    module = importlib.import_module(contender.module)
    prepared = module.prepare(workload, workload.numbers(), contender.way, threads)
    if contender.name not in OURS:
        return {"status": TIMED, "traced": None, "resident": resident_peak(prepared.run)}
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(3):
        prepared.run()
    tracemalloc.reset_peak()
    kept = prepared.run()
    traced = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    del kept
    return {"status": TIMED, "traced": traced, "resident": None}


def resident_peak(run: Callable[[], Any]) -> int | None:
    """By how much the resident set grows in three runs, compilation included; None where Linux does not tell."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the highest mark so far
        before = _status("VmRSS")
        for _ in range(3):
            run()
        return max(0, _status("VmHWM") - before)
    except OSError:
        return None


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(key + ":"))
