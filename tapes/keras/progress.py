"""What training prints: a bar that grows within the epoch, where there is a terminal, and a line for each epoch."""

from __future__ import annotations

import os
import shutil
import sys
import time
from typing import Any

from .callbacks import Callback

WIDTH, OFTEN = 20, 0.1  # of the bar, and seconds between two looks at it
_GREEN, _GREY, _BOLD, _PLAIN = "\x1b[32m", "\x1b[37m", "\x1b[1m", "\x1b[0m"


class Progress(Callback):
    """Prints how far an epoch is, how long it takes, and all numbers; the bar only where lines can be written over.

    Args:
        batches: what is gone through; its `steps` is how many there are, or None.
    """

    def __init__(self, batches: Any) -> None:
        self._batches, self._began, self._shown, self._done, self._fits = batches, 0.0, 0.0, 0, False
        self._live = sys.stdout.isatty() or type(sys.stdout).__module__.startswith("ipykernel")
        self._colours = self._live and "NO_COLOR" not in os.environ

    def on_train_begin(self, logs: Any = None) -> None:
        self._fits = True  # then validation is silent

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if self.params["epochs"] > 1:
            print(f"Epoch {epoch + 1}/{self.params['epochs']}", flush=True)
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._end(logs)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._step(batch, logs)

    def on_test_begin(self, logs: Any = None) -> None:
        if not self._fits:
            self._begin()

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        if not self._fits:
            self._step(batch, logs)

    def on_test_end(self, logs: Any = None) -> None:
        if not self._fits:
            self._end(logs)

    def on_predict_begin(self, logs: Any = None) -> None:
        self._begin()

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self._step(batch, None)

    def on_predict_end(self, logs: Any = None) -> None:
        self._end(None)

    def _begin(self) -> None:
        self._began, self._done = time.monotonic(), 0
        self._shown = 0.0

    def _step(self, batch: int, logs: Any) -> None:
        self._done, now = batch + 1, time.monotonic()
        if self._live and self.params["verbose"] == 1 and now - self._shown > OFTEN:
            self._shown = now
            columns = max(shutil.get_terminal_size().columns - 1, 10)  # a second line would stay behind
            print(f"\r{self._coloured(self._line(logs, now, ends=False)[:columns])}\x1b[K", end="", flush=True)

    def _end(self, logs: Any) -> None:
        text = self._line(logs, time.monotonic(), ends=True)
        live = self._live and self.params["verbose"] == 1
        print(f"\r{self._coloured(text)}\x1b[K" if live else text, flush=True)

    def _line(self, logs: Any, now: float, ends: bool) -> str:
        steps, seconds, done = self._batches.steps, now - self._began, self._done
        each = seconds / max(done, 1)
        count = f"{done:>{len(str(steps))}}/{steps}" if steps else f"{done}/Unknown"
        left = each * (steps - done) if steps and not ends else seconds
        text = "".join(f" - {name}: {_short(value)}" for name, value in (logs or {}).items())
        if self.params["verbose"] != 1:
            return f"{count} - {_clock(seconds)} - {_duration(each)}/step{text}"
        full = WIDTH * done // steps if steps else 0
        bar = f" {'━' * full}{'╌' * (WIDTH - full)}" if steps else ""
        return f"{count}{bar} {_clock(left)} {_duration(each)}/step{text}"

    def _coloured(self, text: str) -> str:
        """The count bold, what is done green, and what is not grey."""
        if not self._colours:
            return text
        count = len(text) - len(text.lstrip()) + len(text.split(" ", 1)[0])
        full = max(text.rfind("━") + 1, count)
        rest = max(text.rfind("╌") + 1, full)
        return (f"{_BOLD}{text[:count]}{_PLAIN}{_GREEN}{text[count:full]}{_PLAIN}{_GREY}{text[full:rest]}{_PLAIN}"
                f"{text[rest:]}")


def _short(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.4f}" if abs(value) > 1e-3 else f"{value:.4e}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
    return f"{minutes}:{rest:02d}" if minutes else f"{rest}s"


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.0f}s"
    return f"{1e3 * seconds:.0f}ms" if seconds >= 1e-3 else f"{1e6 * seconds:.0f}us"
