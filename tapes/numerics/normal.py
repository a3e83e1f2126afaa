"""The bell curve, the area under it, and the inverse of the area: erf and its relatives.

Rational approximations of Cody, Rational Chebyshev approximations for the error function, Mathematics of Computation
23 (1969), as in his program CALERF; of Wichura, Algorithm AS 241: the percentage points of the normal distribution,
Applied Statistics 37 (1988). The lists are coefficients, the lowest power first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .precision import by_region, in_double, ratio

# erf(x) / x, as a function of x^2, for |x| up to _SMALL
_SMALL = 0.46875
_A = [3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02, 3.16112374387056560,
      1.85777706184603153e-1]
_B = [2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02, 2.36012909523441209e01, 1.0]
# exp(x^2) erfc(x) for x from _SMALL to 4
_C = [1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03, 8.81952221241769090e02,
      2.98635138197400131e02, 6.61191906371416295e01, 8.88314979438837594, 5.64188496988670089e-1,
      2.15311535474403846e-8]
_D = [1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03, 3.29079923573345963e03,
      1.62138957456669019e03, 5.37181101862009858e02, 1.17693950891312499e02, 1.57449261107098347e01, 1.0]
# and beyond 4: (1/sqrt(pi) - w P(w)/Q(w)) / x with w = 1/x^2
_P = [6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1, 3.60344899949804439e-1,
      3.05326634961232344e-1, 1.63153871373020978e-2]
_Q = [2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1, 1.87295284992346047, 2.56852019228982242,
      1.0]

# The quantile of p over p - 1/2, as a function of 0.180625 - (p - 1/2)^2, for p from 0.075 to 0.925
_CENTRE = ([3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
            4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3],
           [1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
            3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3])
# and outside as a function of r - 1.6 for r = sqrt(-log(p)) up to 5, of r - 5 beyond
_TAIL = ([1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
          1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4],
         [1.0, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
          1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9])
_FAR = ([6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
         2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
        [1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
         7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15])


@in_double
def gaussian(x: Any, scale: float = 1.0) -> Any:
    """exp(-scale x^2), for a scale that is a power of 2, with what is lost in rounding x^2 put back.

    An error of the exponent is a relative error of the result: at x = 20 the rounding of x^2 alone would cost 200 ulp.
    """
    if x.dtype.kind == "c":
        return np.exp(-scale * x * x)
    x = np.clip(x, -256, 256)  # where the result is 0 long since, and infinity is no longer infinite
    high = x.astype(np.float32).astype(x.dtype)  # so few digits that its square is exact
    square, rest = high * high, (x - high) * (x + high)
    total = square + rest
    return np.exp(-scale * total) * (1 - scale * ((square - total) + rest))


def _scaled(x: Any) -> Any:
    """exp(x^2) erfc(x) for x from _SMALL to infinity."""
    def far(x: Any) -> Any:
        w = 1 / (x * x)
        return (1 / np.sqrt(np.pi) - w * ratio(_P, _Q, w)) / x

    return by_region(x, (x <= 4, lambda x: ratio(_C, _D, x)), otherwise=far)


def _near(x: Any) -> Any:
    return x * ratio(_A, _B, x * x)


@in_double
def erf(x: Any) -> Any:
    """2/sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    size = np.abs(x)
    return by_region(x, (size <= _SMALL, _near), (
        size < 6, lambda x: np.copysign(1 - gaussian(x) * _scaled(np.abs(x)), x)), otherwise=np.sign)


@in_double
def erfc(x: Any) -> Any:
    """1 - erf(x), to all digits where that is small."""
    return by_region(x, (np.abs(x) <= _SMALL, lambda x: 1 - _near(x)), (
        x < 0, lambda x: 2 - gaussian(x) * _scaled(-x)), otherwise=lambda x: gaussian(x) * _scaled(x))


@in_double
def tail_correction(y: Any, tail: Any) -> Any:
    """erfc(|y|) over the tail that it should be; 1 where y is small and its rounding costs nothing, or a tail is 0."""
    size, tail = np.broadcast_arrays(np.abs(y), tail)
    found = erfc(size)
    matters = (size >= 1) & (found > 0) & (tail > 0)
    return np.where(matters, found, 1) / np.where(matters, tail, 1)


@in_double
def normal_cdf(x: Any) -> Any:
    """The probability that a standard normal variable is below x: erfc(-x/sqrt(2))/2, without rounding x/sqrt(2)."""
    root = np.sqrt(0.5)
    return by_region(x, (np.abs(x) * root <= _SMALL, lambda x: 0.5 + 0.5 * _near(x * root)), (
        x < 0, lambda x: 0.5 * gaussian(x, scale=0.5) * _scaled(-x * root)),
        otherwise=lambda x: 1 - 0.5 * gaussian(x, scale=0.5) * _scaled(x * root))


def _quantile(middle: Any, tail: Any) -> Any:
    """The normal quantile of p, from p - 1/2 and from the smaller of p and 1 - p."""
    found, central = np.empty_like(middle), np.abs(middle) <= 0.425
    q = middle[central]
    found[central] = q * ratio(*_CENTRE, 0.180625 - q * q)
    r = np.sqrt(-np.log(tail[~central]))
    size = np.where(r <= 5, ratio(*_TAIL, r - 1.6), ratio(*_FAR, np.minimum(r, 30) - 5))
    found[~central] = np.copysign(np.where(np.isinf(r), np.inf, size), middle[~central])
    return found


@in_double
def ndtri(p: Any) -> Any:
    """The x below which a standard normal variable is with probability p."""
    return _quantile(p - 0.5, np.minimum(p, 1 - p))


@in_double
def erfinv(x: Any) -> Any:
    """The inverse of erf."""
    return _quantile(x / 2, (1 - np.abs(x)) / 2) * np.sqrt(0.5)


@in_double
def erfcinv(x: Any) -> Any:
    """The inverse of erfc, to all digits where x is small."""
    return _quantile((1 - x) / 2, np.minimum(x, 2 - x) / 2) * np.sqrt(0.5)
