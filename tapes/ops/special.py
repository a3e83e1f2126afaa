"""The functions of statistics, entry by entry: erf and the gamma function are reached by their derivatives too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..numerics import gamma, normal
from ..op import Op
from ..rules import Acting, elementwise
from .elementwise import (
    abs,
    clip_by_value,
    equal,
    is_complex,
    log,
    log1p,
    logical_and,
    logical_not,
    minimum,
    not_equal,
    reciprocal,
    where,
)

_ANY, _POSITIVE, _UNIT = (-2.0, 2.0), (0.2, 3.0), (-0.9, 0.9)

# The bell curve.


def _within(x: Any) -> Any:
    """No further than where the bell has come to 0, so that 0 times something huge never arises, at any order."""
    return x if is_complex(x) else clip_by_value(x, -64.0, 64.0)


gaussian = elementwise("gaussian", normal.gaussian, Acting(
    lambda g, y, x, scale=1.0: g * (-2.0 * scale * y * _within(x))), formula="exp(-x**2)")
_TO_1 = 2 / math.sqrt(math.pi)  # so that erf goes to 1
erf = elementwise("erf", normal.erf, lambda y, x: _TO_1 * gaussian(x), formula="erf(x)", kinds="f")
erfc = elementwise("erfc", normal.erfc, lambda y, x: -_TO_1 * gaussian(x), formula="erfc(x)", kinds="f")
normal_cdf = elementwise("normal_cdf", normal.normal_cdf, lambda y, x: density(x), formula="erfc(-x/sqrt(2))/2",
                         kinds="f")
erfinv = elementwise("erfinv", normal.erfinv, lambda y, x: (1 / _TO_1) * _exp_square(y, 1.0 - abs(x)),
                     formula="erfinv(x)", smooth=(_UNIT,), kinds="f")
erfcinv = elementwise("erfcinv", normal.erfcinv, lambda y, x: (-1 / _TO_1) * _exp_square(y, minimum(x, 2.0 - x)),
                      formula="erfinv(1 - x)", smooth=((0.1, 1.9),), kinds="f")
_ROOT = math.sqrt(0.5)
ndtri = elementwise("ndtri", normal.ndtri, lambda y, x: math.sqrt(2 * math.pi) * _exp_square(
    _ROOT * y, 2.0 * minimum(x, 1.0 - x)), formula="sqrt(2)*erfinv(2*x - 1)", smooth=((0.05, 0.95),), kinds="f")


def density(x: Any) -> Any:
    return gaussian(x, scale=0.5) * (1 / math.sqrt(2 * math.pi))


# A factor of 1 but for what the rounding of y has cost: it mends a value, and without rounding it is constant.
tail_correction = elementwise("tail_correction", normal.tail_correction, None, None, kinds="f",
                              smooth=(_UNIT, (0.01, 0.1)))  # where it is exactly 1; the tail has a test of its own


def _exp_square(y: Any, tail: Any) -> Any:
    """exp(y^2) for the y whose erfc is the tail; in the tail each ulp of y would cost 2 y^2 of them."""
    return gaussian(y, scale=-1.0) * tail_correction(y, tail)


# The gamma function.

lgamma = elementwise("lgamma", gamma.lgamma, lambda y, x: digamma(x), formula="loggamma(x)", smooth=(_POSITIVE,),
                     kinds="f")
digamma: Op = elementwise("digamma", gamma.digamma, lambda y, x: polygamma(1, x), formula="polygamma(0, x)",
                      smooth=(_POSITIVE,), kinds="f")
polygamma: Op = elementwise("polygamma", gamma.polygamma, None, lambda y, n, x: polygamma(n + 1, x),
                            formula="polygamma(x, y)", smooth=((), _POSITIVE), alike=slice(1, None), kinds="f",
                            examples=[((np.array([0, 1, 3]), (3,)), {}), ((np.array(2), (2, 3)), {}),
                                      ((np.array([[1], [2]]), (2,)), {})])

# Products and quotients in which 0 wins, even over infinity: the terms of an entropy.

xlogy = elementwise(
    "xlogy", lambda x, y: np.where(x == 0, 0, x * np.log(y)), lambda z, x, y: _slope(x, y, y > 0.0, log),
    lambda z, x, y: xdivy(x, y), formula="x*log(y)", smooth=(_ANY, _POSITIVE), kinds="f")
xlog1py = elementwise(
    "xlog1py", lambda x, y: np.where(x == 0, 0, x * np.log1p(y)), lambda z, x, y: _slope(x, y, y > -1.0, log1p),
    lambda z, x, y: xdivy(x, 1.0 + y), formula="x*log(1 + y)", smooth=(_ANY, (-0.8, 3.0)), kinds="f")
xdivy: Op = elementwise(
    "xdivy", lambda x, y: np.where(x == 0, 0, x / y), lambda z, x, y: _slope(x, y, not_equal(y, 0.0), reciprocal),
    lambda z, x, y: -xdivy(z, y), formula="x/y", smooth=(_ANY, _POSITIVE), kinds="f")


def _slope(x: Any, y: Any, defined: Any, function: Any) -> Any:
    """f(y), the derivative of x f(y) by x; but 0 where x is 0 and f(y) is infinite or no number."""
    hidden = logical_and(equal(x, 0.0), logical_not(defined))
    return where(hidden, 0.0, function(where(hidden, 1.0, y)))
