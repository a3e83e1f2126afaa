"""A short number is computed as a long one and rounded once: so a formula need only be exact enough for float64."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def in_double(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, computed in float64 for shorter numbers; what is wider or complex stays as it is."""

    @functools.wraps(function)
    def wider(*xs: Any, **params: Any) -> Any:
        arrays = [np.asarray(x) for x in xs]
        dtype = arrays[-1].dtype
        if dtype.kind == "f" and dtype.itemsize < 8:
            return function(*[x.astype(np.float64) if x.dtype.kind == "f" else x for x in arrays],
                            **params).astype(dtype)
        return function(*arrays, **params)

    return wider


def by_region(x: Any, *regions: tuple[Any, Callable[[Any], Any]], otherwise: Callable[[Any], Any]) -> Any:
    """Each number by the function of the first region that it lies in, and by no other."""
    taken, conditions = np.zeros(x.shape, bool), []
    for condition, _ in regions:
        conditions.append(condition & ~taken)
        taken = taken | condition
    return np.piecewise(x, conditions, [*[function for _, function in regions], otherwise])


def polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule."""
    total = coefficients[-1] * np.ones_like(x)
    for c in coefficients[-2::-1]:
        total *= x
        total += c
    return total


def ratio(above: Sequence[float], below: Sequence[float], x: Any) -> Any:
    """One polynomial over another."""
    return polynomial(above, x) / polynomial(below, x)
