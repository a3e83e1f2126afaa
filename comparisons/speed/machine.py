"""What the times were measured on."""

from __future__ import annotations

import datetime
import os
import platform
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from .contenders import CONTENDERS, HAND, SETTLED, Contender

OURS = "gradient-tapes"


def described(threads: int) -> dict[str, Any]:
    """Processor, cores, threads, systems and versions."""
    return {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes"), "processor": processor(),
            "cores": os.cpu_count(), "threads": threads, "platform": platform.platform(),
            "python": platform.python_version(), "blas": blas(), "versions": versions()}


class Company:
    """What other programs take of the cores from now on, by the system's count of busy time, from Linux only."""

    def __init__(self) -> None:
        self._start = self._now()

    def share(self) -> float | None:
        """Of the time of all cores; without this process and those of its children that have ended."""
        now = self._now()
        if self._start is None or now is None:
            return None
        busy, own, wall = (after - before for before, after in zip(self._start, now, strict=True))
        return max(0.0, busy - own) / max(wall * (os.cpu_count() or 1), 1e-9)

    @staticmethod
    def _now() -> tuple[float, float, float] | None:
        try:
            first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0].split()
        except OSError:
            return None
        user, nice, system, _, _, interrupts, soft, stolen = map(int, first[1:9])
        busy = (user + nice + system + interrupts + soft + stolen) / os.sysconf("SC_CLK_TCK")
        own = os.times()
        return busy, own.user + own.system + own.children_user + own.children_system, time.monotonic()


def blas() -> str:
    """Whose matrix products NumPy takes, and for which processor, if threadpoolctl is there to ask."""
    try:
        import threadpoolctl  # comes with scikit-learn
    except ImportError:
        found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        told = f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()
    else:
        libraries = [each for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
        told = "; ".join(f"{each['internal_api']} {each['version']}, kernels for {each.get('architecture', 'unknown')}"
                         for each in libraries) or "unknown"
    chosen = os.environ.get("OPENBLAS_CORETYPE")
    return told + (f" (as OPENBLAS_CORETYPE={chosen} says)" if chosen else "")


def processor() -> str:
    """Its model, from Linux where that tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def versions() -> dict[str, str | None]:
    """Of every library that is timed; None if it is missing."""
    libraries = {c.library.distribution: c.library.version or None for c in CONTENDERS.values() if c.library}
    return {OURS: metadata.version(OURS), "numpy": np.__version__, **libraries}


def distribution(contender: Contender) -> str:
    """What brings a contender, as `versions` names it."""
    if contender.library is not None:
        return contender.library.distribution
    return "numpy" if contender.name in (HAND, SETTLED) else OURS


def sentence(machine: dict[str, Any]) -> str:
    return (f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads for each contender; "
            f"{machine['platform']}, Python {machine['python']}, {machine['date']}. BLAS of NumPy: {machine['blas']}.")
