"""Constants in formulas: a mean's 0.2 is 1/5 again, and an array of one number is that number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from ..graph.program import Value
from ..graph.templates import ATOM, PRODUCT, SUM

_MOST = 10 ** 6  # a denominator has no more


def uniform(value: Value) -> Fraction | None:
    """The number that a constant consists of, if there is one and it is finite."""
    array = value.array
    if value.kind != "constant" or isinstance(array, tuple):
        return None
    array = np.asarray(array)
    if not array.size or array.dtype.kind not in "iuf":
        return None
    first = array.reshape(-1)[0]
    if not np.isfinite(first) or (array.size > 1 and not (array == first).all()):
        return None
    if array.dtype.kind != "f":
        return Fraction(int(first))
    for over in (1, 2, 3, 4):
        under = round(over / float(first)) if abs(first) > 1 / _MOST else 0
        if abs(under) > 1 and first.dtype.type(over / under) == first:
            return Fraction(over, under)
    return Fraction(str(first))  # NumPy's shortest text is exact in the dtype


def over_and_under(number: Fraction) -> tuple[str, str]:
    """A positive number as what is above and below a line: "1" below, where it reads better as a decimal."""
    short = number.numerator <= 4 and number.denominator < _MOST
    if number.denominator == 1 and number < _MOST:
        return str(number.numerator), "1"
    if short and not set(str(number.denominator)[1:]) <= {"0"}:
        return str(number.numerator), str(number.denominator)
    if short and number.denominator <= 100:
        return str(number.numerator), str(number.denominator)
    return repr(float(number)), "1"


def plain_number(number: Fraction, style: str) -> tuple[str, float]:
    """A number as a text, and how tightly that holds together."""
    over, under = over_and_under(abs(number))
    sign = "-" if number < 0 else ""
    if under == "1":
        return sign + (power_of_ten(over) if style == "latex" else over), SUM if sign else ATOM
    if 0 < number.denominator in (10, 100):
        return f"{sign}{float(abs(number))!r}", SUM if sign else ATOM
    text = rf"\frac{{{over}}}{{{under}}}" if style == "latex" else f"{over} / {under}"
    return sign + text, SUM if sign else PRODUCT


def power_of_ten(number: str) -> str:
    """A number in LaTeX."""
    digits, _, exponent = number.partition("e")
    power = rf"10^{{{int(exponent)}}}" if exponent else ""
    return power if power and digits == "1" else rf"{digits} \cdot {power}" if power else digits


def ones(shape: tuple[int, ...], number: Any, style: str) -> tuple[str, float]:
    """An array of one number."""
    sides = (", " if style == "text" else r" \times ").join(map(str, shape)) or "1"
    text = f"ones({sides})" if style == "text" else rf"\mathbf{{1}}_{{{sides}}}"
    if number == 1:
        return text, ATOM
    if number == 0:
        return text.replace("ones", "zeros").replace("{1}", "{0}", 1), ATOM
    over, level = plain_number(Fraction(number), style)
    over = over if level == ATOM else rf"\left({over}\right)" if style == "latex" else f"({over})"
    return f"{over} {'*' if style == 'text' else chr(92) + 'cdot'} {text}", PRODUCT
