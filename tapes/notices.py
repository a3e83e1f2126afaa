"""What happens beside the ops, a value that leaves the tape or an assignment, is told to whoever diagnoses."""

from __future__ import annotations

import threading
from typing import Any, Protocol


class Hearer(Protocol):
    """Whoever wants to know: a history, as in tapes/diagnose/history.py, or a trace, as in tapes/graph/trace.py."""

    def notice(self, event: str, *about: Any) -> None: ...


class _Hearing(threading.local):
    """Of this thread: empty, unless a diagnosis was asked for, or a tapes.function is traced."""

    def __init__(self) -> None:
        self.now: list[Hearer] = []
        self.traces = 0  # how many functions are being traced


hearing = _Hearing()


def tell(event: str, *about: Any) -> None:
    """Never called by an op, so that recording costs nothing more."""
    for hearer in hearing.now:
        hearer.notice(event, *about)


class Told(dict[int, tuple[Any, Any]]):
    """Adjoints of which whoever traces a function hears: of each sum so far, and of each sum that is complete.

    Args:
        start: those that are known.
        target: what is differentiated, if that is one tensor, not weighted; else None.
    """

    def __init__(self, start: dict[int, tuple[Any, Any]], target: Any) -> None:
        super().__init__(start)
        self.target = target

    def __setitem__(self, key: int, known: tuple[Any, Any]) -> None:
        super().__setitem__(key, known)
        tell("adjoint", self, *known, False)

    def pop(self, key: int, *default: Any) -> Any:
        known = super().pop(key, *default)
        tell("adjoint", self, *known, True)
        return known
