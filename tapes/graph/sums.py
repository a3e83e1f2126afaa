"""Sums over long arrays, as exact as NumPy's own."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np


def dot(a: Any, b: Any, factor: Any = 1) -> Any:
    """factor * the sum of a * b. In rows of 1,024, for BLAS adds up one after the other what NumPy adds up in pairs."""
    whole = a.size // 1024 * 1024
    x, y = np.ascontiguousarray(a).reshape(-1), np.ascontiguousarray(b).reshape(-1)  # else it would not be BLAS
    rows = np.vecdot(x[:whole].reshape(-1, 1024), y[:whole].reshape(-1, 1024))
    found = np.add.reduce(rows, axis=None) + np.vecdot(x[whole:], y[whole:])
    if factor == 1:
        return found
    if a.size * np.finfo(found.dtype).tiny < abs(found) < np.inf:
        return factor * found
    return dot(factor * a, b)  # too large or too small, unless it is multiplied before


def total(a: Any, factor: Any) -> Any:
    """factor * the sum of a."""
    found = np.add.reduce(a, axis=None)
    return factor * found if np.isfinite(found) else np.add.reduce(factor * a, axis=None)


FUNCTIONS: dict[str, Callable[..., Any]] = {"dot": dot, "total": total}


def text(name: str) -> str:
    """One of them for a program that is to run by itself."""
    return inspect.getsource(FUNCTIONS[name]).rstrip().replace(": Any", "").replace(" = 1", "=1").replace(" -> Any", "")
