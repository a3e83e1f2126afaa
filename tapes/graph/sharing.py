"""Blocks of rows on several threads: NumPy lets go of Python's lock while it computes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from .. import config


class _Pool:
    """The threads, which are started when they are first needed."""

    threads: ThreadPoolExecutor | None = None
    count = 0


def _forget() -> None:
    _Pool.threads = None


os.register_at_fork(after_in_child=_forget)  # threads do not live on in a child process


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(block: Callable[[int], None], starts: Sequence[int]) -> None:
    """Call `block` with each start, on as many threads as `config.threading` says."""
    count = min(config.threading.get_intra_op_parallelism_threads() or _cores(), len(starts))
    if count < 2:
        for start in starts:
            block(start)
        return
    if _Pool.threads is None or _Pool.count < count:
        _Pool.threads, _Pool.count = ThreadPoolExecutor(count - 1, "tapes"), count

    left = deque(starts)  # whoever is done takes the next: no thread waits for one that the system has put off

    def some() -> None:
        while True:
            try:
                start = left.popleft()
            except IndexError:
                return
            block(start)

    others = [_Pool.threads.submit(copy_context().run, some) for _ in range(1, count)]
    try:
        some()
    finally:
        for other in others:
            if not other.cancel():  # what has not begun by now would find nothing left
                other.result()


def text() -> list[str]:
    """What a program that is to run by itself needs: an import, and this function in few lines."""
    return ["from concurrent.futures import ThreadPoolExecutor", '''def each(block, starts):
    with ThreadPoolExecutor() as pool:  # NumPy lets go of Python's lock while it computes
        list(pool.map(block, starts))''']
