"""What happens beside the ops, a value that leaves the tape or an assignment, is told to whoever diagnoses."""

from __future__ import annotations

import threading
from typing import Any, Protocol


class Hearer(Protocol):
    """Whoever wants to know: a history, as in tapes/diagnose/history.py, or a trace, as in tapes/graph/trace.py."""

    def notice(self, event: str, *about: Any) -> None: ...


class _Hearing(threading.local):
    """Of this thread: empty, unless a diagnosis was asked for, or a tapes.function is watched."""

    def __init__(self) -> None:
        self.now: list[Hearer] = []
        self.traces = 0  # how many functions are watched


hearing = _Hearing()


def tell(event: str, *about: Any) -> None:
    """Never called by an op, so that recording costs nothing more."""
    for hearer in hearing.now:
        hearer.notice(event, *about)
