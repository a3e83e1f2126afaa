"""Sums over long arrays, as exact as NumPy's own."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np


def dot(a: Any, b: Any) -> Any:
    """The sum of a * b. In rows of 1,024, for BLAS adds up one after the other what NumPy adds up in pairs."""
    whole = a.size // 1024 * 1024
    a, b = np.ascontiguousarray(a).reshape(-1), np.ascontiguousarray(b).reshape(-1)  # else it would not be BLAS
    rows = np.vecdot(a[:whole].reshape(-1, 1024), b[:whole].reshape(-1, 1024))
    return rows.sum() + np.vecdot(a[whole:], b[whole:])


def text() -> str:
    """The function for a program that is to run by itself."""
    return inspect.getsource(dot).rstrip().replace("(a: Any, b: Any) -> Any", "(a, b)")
