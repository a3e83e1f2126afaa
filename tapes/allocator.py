"""The memory of arrays that are gone stays with the process: fetching pages anew costs more than the arithmetic."""

from __future__ import annotations

import ctypes
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt, from malloc.h of glibc


def keep_freed_memory(kept: int = 256 << 20, largest: int = 32 << 20) -> bool:
    """Ask glibc's malloc to keep up to `kept` bytes for the next arrays, those of up to `largest` bytes among them.

    Unasked it hands the memory of large arrays back to the system as soon as they are freed, and each gradient gets
    it again page by page: for a line through 1,000,000 points that is five sixths of the time. Called once, when
    tapes is imported. Whoever has set an environment variable of malloc's own, such as MALLOC_TRIM_THRESHOLD_, is
    left alone, and so are systems without glibc. Returns whether the settings were taken.

    Source: mallopt(3), https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(_TRIM_THRESHOLD, kept) and mallopt(_MMAP_THRESHOLD, largest))
