"""What an oracle may say about a call: numbers, with a bound on its own error; or why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

VALUE, FIRST, SECOND, FORWARD = "value", "gradient", "second order", "forward mode"
ORDERS = (VALUE, FIRST, SECOND, FORWARD)
EPS = float(np.finfo(np.float64).eps)


class NotChecked(Exception):
    """An oracle has no answer for this call; the text says why."""


@dataclass(frozen=True)
class Estimate:
    """A high-precision answer, or None for "no gradient", and how far it may itself be off.

    Attributes:
        array: the answer.
        uncertainty: the oracle's own measure of its error, in the units of the array.
        rounded: whether it was computed in float64, so that it carries float64's rounding errors too.
    """

    array: np.ndarray | None
    uncertainty: float = 0.0
    rounded: bool = False


# What an oracle says about a sample, for each of the ORDERS that it knows: for the value one estimate for each result;
# for the gradient one for each floating input; for the second order one for each floating input and one for each
# cotangent; in forward mode one for each result that has a cotangent; or, instead of estimates, the reason why not.
Answers = dict[str, list[Estimate] | str]


def computed(array: Any) -> Estimate:
    """The answer of a library that computes in float64; None when it has no gradient."""
    return Estimate(None if array is None else np.asarray(array), rounded=True)


def wide(x: Any) -> np.ndarray:
    """The same numbers with about 19 digits, where the machine has them."""
    x = np.asarray(x)
    return x.astype({"f": np.longdouble, "c": np.clongdouble}.get(x.dtype.kind, x.dtype))
