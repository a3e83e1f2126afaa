"""How far off tapes may be: errors over the condition, in ulp, and each exception with its reason."""

from __future__ import annotations

import math

# A value is one function of NumPy, or a published formula; a first derivative a handful of roundings; a second one is
# made of first ones by the chain rule.
USUAL = {0: 5.0, 1: 5.0, 2: 8.0}

_STEP = "a step inside the second derivative of another op, where this cancels against nothing that matters"
_ROUNDED = "y - 1 is rounded for |y| < 1/2, and x to that power shows it log(x) times: up to 237 where it is measured"

# op: {order: (bound, reason)}
EXCEPTIONS: dict[str, dict[int, tuple[float, str]]] = {
    "pow": {1: (242.0, _ROUNDED), 2: (245.0, _ROUNDED)},
    "erfcinv": {1: (6.0, "its value is up to 4 ulp off, and enters in the tail by its logarithmic slope")},
    "silu": {2: (4096.0, "beyond x = 88 float32 has no normal number for sigmoid(-x), which 88 times is one again")},
    "hypot": {2: (math.inf, _STEP)},
}


def bound(op: str, order: int) -> float:
    """In ulp, for the error over the condition."""
    return EXCEPTIONS.get(op, {}).get(order, (USUAL[order], ""))[0]


def reason(op: str, order: int) -> str:
    """Why it is not the usual one, or ""."""
    return EXCEPTIONS.get(op, {}).get(order, (math.nan, ""))[1]
