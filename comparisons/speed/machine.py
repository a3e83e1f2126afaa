"""What the times were measured on."""

from __future__ import annotations

import datetime
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from .contenders import CONTENDERS


def described(threads: int) -> dict[str, Any]:
    """Processor, cores, threads, systems and versions."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"date": datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes"), "processor": processor(),
            "cores": os.cpu_count(), "threads": threads, "load": load, "platform": platform.platform(),
            "python": platform.python_version(), "blas": blas(), "versions": versions()}


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
    return {"gradient-tapes": metadata.version("gradient-tapes"), "numpy": np.__version__, **libraries}


def sentence(machine: dict[str, Any]) -> str:
    load = "" if machine["load"] is None else f", load {machine['load']:.1f} at the start"
    return (f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads for each contender{load}; "
            f"{machine['platform']}, Python {machine['python']}, {machine['date']}. BLAS of NumPy: {machine['blas']}.")
