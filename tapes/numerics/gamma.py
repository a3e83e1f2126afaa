"""The logarithm of the gamma function and its derivatives: a power series near 2, Stirling's series far out.

From any x between -8 and 8 the recurrence gamma(x + 1) = x gamma(x) leads to within 1/2 of 2; from further left the
reflection leads to the right. Formulas: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov, by
their numbers. No coefficient is typed in: they are values of the zeta function and Bernoulli numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .precision import by_region, in_double, polynomial

_FAR = 8  # from here on Stirling's series is exact to the last digit
_BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330]
_FACTORIALS = np.array([float(math.factorial(k)) for k in range(171)])


def _zeta(s: Any, a: Any) -> Any:
    """Hurwitz's zeta function, the sum of (a + k)^-s over k = 0, 1, 2, ..., for a > 0: DLMF 25.11.5."""
    total = sum((a + k) ** -s for k in range(10))
    b = a + 10.0
    total = total + b ** (1.0 - s) / (s - 1.0) + 0.5 * b ** -s
    term = s / b * b ** -s
    for j, number in enumerate(_BERNOULLI):
        total = total + term * (number / math.factorial(2 * j + 2))
        term = term * ((s + 2 * j + 1) / b) * ((s + 2 * j + 2) / b)
    return total


# lgamma(2 + z) and digamma(2 + z) as power series, |z| <= 1/2: DLMF 5.7.3 and its derivative. 4^-27 is below an ulp.
_PSI = [1 - np.euler_gamma, *[float((-1) ** k * _zeta(np.float64(k), np.float64(2))) for k in range(2, 28)]]
_LOG = [0.0, *[c / k for k, c in enumerate(_PSI, 1)]]


def _whole(x: Any) -> tuple[Any, Any]:
    """The nearest integer and what is left, which is exact."""
    nearest = np.rint(x)
    return nearest, x - nearest


def _shifted(n: Any, z: Any, start: Any, below: Callable[[Any, Any], Any], above: Callable[[Any, Any], Any]) -> Any:
    """From 2 + z to n + z by the recurrence, one factor z + k at a time."""
    for k in range(int(n.min(initial=2)), 2):
        start = np.where(n <= k, below(start, z + k), start)
    for k in range(2, int(n.max(initial=2))):
        start = np.where(n > k, above(start, z + k), start)
    return start


@in_double
def lgamma(x: Any) -> Any:
    """log|gamma(x)|."""
    def near(x: Any) -> Any:
        n, z = _whole(x)
        product = _shifted(n, z, np.ones_like(x), np.multiply, np.multiply)
        return polynomial(_LOG, z) + np.copysign(1, n - 2) * np.log(np.abs(product))

    def far(x: Any) -> Any:  # DLMF 5.11.1
        series = [b / ((2 * j + 2) * (2 * j + 1)) for j, b in enumerate(_BERNOULLI)]
        return (x - 0.5) * (np.log(x) - 1) + (0.5 * np.log(2 * np.pi) - 0.5) + polynomial(series, 1 / (x * x)) / x

    def left(x: Any) -> Any:  # DLMF 5.5.3
        sine = np.sin(np.pi * _whole(x)[1])
        return np.where(np.isinf(x), np.inf, np.log(np.pi / np.abs(x * sine)) - far(-x))

    return by_region(x, (np.abs(x) < _FAR, near), (x < 0, left), otherwise=far)


@in_double
def digamma(x: Any) -> Any:
    """The derivative of lgamma; nan at the poles 0, -1, -2, ..."""
    def near(x: Any) -> Any:
        n, z = _whole(x)
        return _shifted(n, z, polynomial(_PSI, z), lambda s, k: s - 1 / k, lambda s, k: s + 1 / k)

    def far(x: Any) -> Any:  # DLMF 5.11.2
        series = [b / (2 * j + 2) for j, b in enumerate(_BERNOULLI)]
        w = 1 / (x * x)
        return np.log(x) - 0.5 / x - w * polynomial(series, w)

    def left(x: Any) -> Any:  # DLMF 5.5.4
        return far(1 - x) - np.pi / np.tan(np.pi * _whole(x)[1])

    value = by_region(x, (np.abs(x) < _FAR, near), (x < 0, left), otherwise=far)
    return np.where((x <= 0) & (x == np.rint(x)), np.nan, value)


@in_double
def polygamma(n: Any, x: Any) -> Any:
    """The derivative of order n, an integer, of digamma: DLMF 25.11.12. nan for a negative order."""
    n, x = np.broadcast_arrays(n, x)
    found = np.full(x.shape, np.nan, x.dtype)
    for order in np.unique(n):
        at = n == order
        if order == 0:
            found[at] = digamma(x[at])
        elif 0 < order < len(_FACTORIALS):
            found[at] = (-1) ** (int(order) + 1) * _FACTORIALS[order] * _zeta_on_both_sides(int(order) + 1, x[at])
    return found


def _zeta_on_both_sides(s: int, a: Any) -> Any:
    """Hurwitz's zeta function for an integer s, left of 0 by way of the sum over all integers.

    The sum of (a + k)^-s over all k, negative ones too, is the derivative of order s - 1 of pi cot(pi a), up to
    (-1)^(s - 1)/(s - 1)!: DLMF 4.22.3. The derivative of a polynomial in c = cot(x) is one again: c' = -(1 + c^2).
    """
    right = _zeta(np.float64(s), np.where(a > 0, a, 1 - a))
    if (a > 0).all():
        return right
    cotangents = np.polynomial.Polynomial([0.0, 1.0])
    for _ in range(s - 1):
        cotangents = -cotangents.deriv() * np.polynomial.Polynomial([1.0, 0.0, 1.0])
    slope = polynomial(cotangents.coef.tolist(), 1 / np.tan(np.pi * _whole(a)[1])) * np.pi ** s
    left = (-1) ** (s - 1) / math.factorial(s - 1) * slope - (-1) ** s * right
    return np.where(a > 0, right, np.where(a == np.rint(a), np.inf, left))
