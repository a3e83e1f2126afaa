"""The truth at a point, computed with more and more digits until 20 of them stand; and how far a number is from it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from ..libraries import require
from ..ops.answers import NotChecked
from ..ops.symbolic import partials

_DIGITS = (50, 100, 350, 420, 700)  # enough for 1 + x with the smallest number there is, and then for its square
_CORNERS = ("Abs", "Max", "Min", "Piecewise", "sign", "floor", "ceiling")


class Truth:
    """The value and the partial derivatives of a formula, by the places of the inputs: (), (0,), (0, 1), ..."""

    def __init__(self, formula: str, arity: int) -> None:
        require("sympy")
        value, first, second = partials(formula, arity)
        self.corner = any(word in formula for word in _CORNERS)
        self.functions: dict[tuple[int, ...], Callable[..., Any]] = {(): value}
        for i in range(arity):
            self.functions[(i,)] = first[i]
            self.functions.update({(i, j): second[i][j] for j in range(arity)})

    def defined(self, xs: Sequence[float]) -> bool:
        """Whether the function has a real value there; its derivative may be asked for at a corner only elsewhere."""
        return _stands(self.functions[()], xs) is not None

    def at(self, places: tuple[int, ...], xs: Sequence[float]) -> Any:
        """A number of mpmath, or None where there is none."""
        if places and self.corner and 0.0 in xs:
            return None
        return _stands(self.functions[places], xs)

    def condition(self, places: tuple[int, ...], xs: Sequence[float]) -> float:
        """By how many times its own relative change a change of the inputs changes the result."""
        import mpmath

        function, step = self.functions[places], mpmath.mpf(2) ** -100
        with mpmath.workdps(_DIGITS[-1]):
            here = function(*map(mpmath.mpf, xs))
            total = mpmath.mpf(0)
            for place, x in enumerate(xs):
                if isinstance(x, float):
                    moved = [mpmath.mpf(y) * (1 + step if k == place else 1) for k, y in enumerate(xs)]
                    total += abs(function(*moved) - here) / step
            if not here:
                return float("inf") if total else 1.0
            return float(total / abs(here))


def _stands(function: Callable[..., Any], xs: Sequence[float]) -> Any:
    """The number whose first 20 digits no longer change; 0 is believed when it is 0 with any number of digits."""
    import mpmath

    found: list[Any] = []
    for digits in _DIGITS:
        with mpmath.workdps(digits):
            try:
                number = mpmath.mpmathify(function(*map(mpmath.mpf, xs)))
            except NotChecked:
                return None
            except (ValueError, ZeroDivisionError, OverflowError, mpmath.libmp.NoConvergence):
                continue
            if number.imag != 0:
                return None
            if not mpmath.isfinite(number.real):  # a pole, or too few digits to see that it is none
                continue
            found.append(number.real)
            for before, now in itertools.pairwise(found[-2:]):
                if now != 0 and abs(now - before) <= abs(now) * mpmath.mpf(10) ** -20:
                    return now
    return found[-1] if found and not any(found) else None


def ulps_off(found: float, true: Any, info: Any) -> float:
    """The error of one number, by the conventions that comparisons/accuracy/__init__.py states."""
    import mpmath

    tiny, largest = float(info.tiny), float(info.max)
    if not math.isfinite(found):
        return 0.0 if abs(true) > largest else math.inf
    if true == 0:
        return 0.0 if found == 0 else math.inf
    if abs(true) < tiny and abs(found) <= tiny:
        return 0.0
    with mpmath.workdps(40):
        _, exponent = mpmath.frexp(abs(true))
        ulp = mpmath.ldexp(1, max(exponent, int(info.minexp) + 1) - (int(info.nmant) + 1))
        return float(abs(mpmath.mpf(found) - true) / ulp)
