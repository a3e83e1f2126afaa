"""What `fit` prints: a bar that grows within the epoch, where there is a terminal, and a line for each epoch."""

from __future__ import annotations

import sys
import time
from typing import Any

from .callbacks import Callback

WIDTH = 20


class Progress(Callback):
    """Prints how far an epoch is, how long it takes, and all numbers.

    Args:
        verbose: 1 for a bar, 2 for a line for each epoch.
    """

    def __init__(self, verbose: int) -> None:
        self._verbose, self._began, self._shown, self._batch = verbose, 0.0, 0.0, 0
        self._bar = verbose == 1 and sys.stdout.isatty()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        print(f"Epoch {epoch + 1}/{self.params['epochs']}")
        self._began = self._shown = time.monotonic()
        self._batch = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._batch = batch + 1
        now = time.monotonic()
        if self._bar and now - self._shown > 0.1:  # often enough for the eye, and not in the way of training
            self._shown = now
            print("\r" + self._line(batch + 1, logs, now), end="\x1b[K", flush=True)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        line = self._line(self._batch, logs, time.monotonic())
        print(("\r" + line + "\x1b[K") if self._bar else line, flush=True)

    def _line(self, done: int, logs: Any, now: float) -> str:
        steps, seconds = self.params["steps"], now - self._began
        each = 1000 * seconds / max(done, 1)
        full = WIDTH * done // max(steps, 1)
        bar = f"{done}/{steps} " + ("━" * full).ljust(WIDTH) if self._verbose == 1 else f"{done}/{steps}"
        numbers = "".join(f" - {name}: {value:.4f}" if abs(value) > 1e-3 else f" - {name}: {value:.4e}"
                          for name, value in (logs or {}).items())
        return f"{bar} {seconds:.0f}s {each:.3g}ms/step{numbers}"
