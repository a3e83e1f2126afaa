"""Where nan and infinity usually come from, op by op, and what one writes instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

DOUBLE_WHERE = ("choose before the op as well as after it, safe = tapes.where(ok, x, 1.0) and then "
                "tapes.where(ok, f(safe), 0.0), so that the bad number never goes in")


_MATH = ("expm1", "log", "log1p", "reciprocal", "rsqrt")  # reached as tapes.math.f


@dataclass(frozen=True)
class Spot:
    """One entry of one step: what went in there, what came out, and what the backward pass brought."""

    op: str
    inputs: tuple[Any, ...]
    value: Any
    arrived: Any = None  # the adjoint, in the backward pass
    made_by: tuple[str, ...] = ()  # the ops that made the inputs
    used_by: tuple[str, ...] = ()  # the ops that used the result
    unused: bool = False  # whether the target is finite all the same


@dataclass(frozen=True)
class Remedy:
    """A known cause: the ops it happens in, when it is this one, what happens there, and what to do."""

    ops: str
    applies: Callable[[Spot], Any]
    why: str
    fix: str


def _zero(place: int) -> Callable[[Spot], Any]:
    return lambda spot: spot.inputs[place] == 0


REMEDIES = [
    Remedy("sqrt", lambda s: s.inputs[0] == 0 and "reduce_sum" in s.made_by,
           "the derivative of a norm at the zero vector does not exist: that of sqrt at 0 is infinite",
           "give the norm a floor, tapes.sqrt(tapes.maximum(tapes.reduce_sum(x * x), 1e-12)), whose derivative there "
           "is 0"),
    Remedy("sqrt", lambda s: s.inputs[0] == 0 and "reduce_mean" in s.made_by,
           "the standard deviation of numbers that are all equal is 0, and there the derivative of sqrt is infinite",
           "take the root of the variance plus a little: tapes.sqrt(tapes.math.reduce_variance(x) + 1e-12)"),
    Remedy("rsqrt", lambda s: s.inputs[0] == 0 and s.arrived is None, "rsqrt(0) is infinite, and so is its derivative",
           "keep away from 0, {op}(x + 1e-12); or " + DOUBLE_WHERE),
    Remedy("sqrt rsqrt", _zero(0), "the derivative of {op} at 0 is infinite",
           "keep away from 0, {op}(x + 1e-12); or " + DOUBLE_WHERE),
    Remedy("sqrt rsqrt log", lambda s: s.inputs[0] < 0, "{op} has no real value for a negative number",
           "find out why it is negative: rounding is cured by tapes.maximum(x, 1e-12), not 0.0, where the derivative "
           "is infinite; or " + DOUBLE_WHERE),
    Remedy("log", lambda s: s.inputs[0] == 0 and {"softmax", "sigmoid", "softmax_cross_entropy"} & {*s.made_by},
           "a probability has been rounded to 0, and log(0) is -inf",
           "compute the loss from the logits: tapes.nn.log_softmax, tapes.nn.softmax_cross_entropy_with_logits or "
           "tapes.nn.sigmoid_cross_entropy_with_logits"),
    Remedy("log", lambda s: s.inputs[0] == 0 and "det" in s.made_by, "the determinant is 0: the matrix is singular, or "
           "the determinant is smaller than the smallest number of its dtype",
           "for a positive definite matrix take tapes.linalg.logdet(a), which does without the determinant, else "
           "tapes.linalg.slogdet(a)[1]; keep a singular matrix from being so, a + 1e-6 * tapes.eye(n)"),
    Remedy("log", _zero(0), "log(0) is -inf, and its derivative infinite",
           "add a little, tapes.math.log(x + 1e-12); or " + DOUBLE_WHERE),
    Remedy("log1p", lambda s: s.inputs[0] <= -1, "log1p has no finite value at -1 and below", DOUBLE_WHERE),
    Remedy("xlogy", lambda s: s.inputs[1] <= 0, "the logarithm has no finite value at 0 and below",
           "keep its argument positive, tapes.maximum(y, 1e-12); or " + DOUBLE_WHERE),
    Remedy("xlog1py", lambda s: s.inputs[1] <= -1, "log(1 + y) has no finite value for y at -1 and below",
           "keep y above -1; or " + DOUBLE_WHERE),
    Remedy("lgamma digamma polygamma", lambda s: s.inputs[-1] <= 0 and s.inputs[-1] == np.floor(s.inputs[-1]),
           "{op} is infinite at 0 and at the negative whole numbers", "keep away from them; or " + DOUBLE_WHERE),
    Remedy("erfinv erfcinv ndtri", lambda s: True,
           "{op} is infinite at the ends of its interval, and has no value beyond",
           "keep inside, with tapes.clip_by_value; or " + DOUBLE_WHERE),
    Remedy("divide", lambda s: s.inputs[1] == 0 and "sqrt" in s.made_by,
           "this is a division by a root that is 0, such as a norm or a standard deviation",
           "put a floor under the root, x / tapes.sqrt(tapes.maximum(s, 1e-12)); for a vector over its length that is "
           "tapes.math.l2_normalize(x)"),
    Remedy("divide", lambda s: s.inputs[1] == 0 and s.inputs[0] == 0, "0 / 0 is nan",
           "tapes.math.divide_no_nan(x, y) gives 0 there; or " + DOUBLE_WHERE),
    Remedy("divide reciprocal xdivy", lambda s: s.inputs[-1] == 0, "this is a division by 0",
           "keep the divisor away from 0, or use tapes.math.divide_no_nan(x, y); or " + DOUBLE_WHERE),
    Remedy("mod truncatemod floordiv truncatediv", lambda s: s.inputs[-1] == 0, "this is a division by 0",
           "keep the divisor away from 0; or " + DOUBLE_WHERE),
    Remedy("divide", lambda s: np.isinf(s.inputs[1]), "the divisor is infinite", "see where it became infinite"),
    Remedy("pow", lambda s: s.inputs[0] == 0 and s.inputs[1] == 0 and s.arrived is not None,
           "the derivative of x**p is p * x**(p - 1), and at x = p = 0 that is 0 * infinity, which is nan",
           "keep away from 0, (x + 1e-12)**p; or " + DOUBLE_WHERE),
    Remedy("pow", lambda s: s.inputs[0] == 0 and s.inputs[1] < 1,
           "the derivative of x**p at 0 is infinite for p below 1, and below 0 so is its value",
           "keep away from 0, (x + 1e-12)**p; or " + DOUBLE_WHERE),
    Remedy("pow", lambda s: s.inputs[0] < 0, "a power of a negative number that is no whole number has no real value",
           "take the power of tapes.abs(x), or use tapes.square for whole powers"),
    Remedy("acos asin", lambda s: abs(s.inputs[0]) == 1, "the derivative of {op} at -1 and 1 is infinite",
           "keep inside, {op}(tapes.clip_by_value(x, -1.0 + 1e-6, 1.0 - 1e-6)); for an angle between vectors atan2 is "
           "better than acos"),
    Remedy("atanh", lambda s: abs(s.inputs[0]) == 1, "atanh at -1 and 1 is infinite, and so is its derivative",
           "keep inside, {op}(tapes.clip_by_value(x, -1.0 + 1e-6, 1.0 - 1e-6))"),
    Remedy("acos asin atanh", lambda s: abs(s.inputs[0]) > 1, "{op} has no real value outside of -1 to 1",
           "rounding is cured by {op}(tapes.clip_by_value(x, -1.0 + 1e-6, 1.0 - 1e-6)) (not -1.0 and 1.0, where the "
           "derivative is infinite)"),
    Remedy("acosh", lambda s: s.inputs[0] <= 1, "acosh begins at 1, where its derivative is infinite",
           "keep inside, tapes.maximum(x, 1.0 + 1e-6)"),
    Remedy("atan2", lambda s: s.inputs[0] == 0 and s.inputs[1] == 0, "the origin has no angle: the derivative of "
           "atan2(0, 0) is 0 / 0", "choose another point there: tapes.atan2(y, tapes.where(ok, x, 1.0))"),
    Remedy("exp expm1 sinh cosh", lambda s: {"reduce_sum", "add", "divide", "log", "log1p"} & {*s.used_by},
           "{op} of more than about 88 (float32) or 709 (float64) overflows",
           "use the form that takes the largest out first: tapes.reduce_logsumexp(x) for log(sum(exp(x))), "
           "tapes.nn.softmax for exp(x) / sum(exp(x)), tapes.nn.softplus(x) for log(1 + exp(x)), tapes.sigmoid(x) for "
           "1 / (1 + exp(-x))"),
    Remedy("multiply", lambda s: any(map(np.isinf, s.inputs)) and 0 in s.inputs, "infinity times 0 is nan: a mask of "
           "zeros does not take an infinite entry away",
           "choose by tapes.where(mask, x, 0.0) instead of multiplying; or see where it became infinite"),
    Remedy("subtract add", lambda s: all(map(np.isinf, s.inputs)), "infinity minus infinity is nan",
           "see where they became infinite"),
    Remedy("softmax log_softmax reduce_logsumexp", lambda s: s.value is not None,
           "a row that is infinite throughout, for instance masked throughout, has no {op}",
           "leave at least one entry of each row unmasked, or mask with a large number such as -1e9, not infinity"),
    Remedy("cholesky", lambda s: s.arrived is None, "the matrix is not positive definite: it has no such factor",
           "if only rounding keeps it from being so, make it symmetric, 0.5 * (a + tapes.linalg.matrix_transpose(a)), "
           "and add a little to its diagonal, a + 1e-6 * tapes.eye(n); if it can be anything, make one of it that is: "
           "a @ tapes.linalg.matrix_transpose(a) + 1e-6 * tapes.eye(n)"),
    Remedy("eigh svd qr", lambda s: s.arrived is not None,
           "the derivative of {op} divides by differences of eigenvalues or singular values, or by a zero of R, and "
           "some are equal here", "use the eigenvalues or singular values alone, or make the matrix less symmetric by "
           "a little noise"),
    Remedy("custom_gradient", lambda s: s.arrived is not None, "the gradient function of its own gave it",
           "compare that function with differences: print(tapes.check_gradients(f, ...))"),
    Remedy("reduce_mean", lambda s: np.isnan(s.value), "the mean of no entries at all is 0 / 0",
           "look at the shape of its input"),
]


def remedy(spot: Spot) -> tuple[str, str]:
    """Why it happens, and what to do: the first of the known causes that applies; else what can be said in general."""
    known = next((each for each in REMEDIES if spot.op in each.ops.split() and _applies(each, spot)), None)
    masked = (spot.unused and "where" in spot.used_by) or (np.ndim(spot.arrived) == 0 and spot.arrived == 0)
    if known is not None and not masked:
        return known.why.format(op=spot.op), known.fix.format(op=f"tapes.{'math.' * (spot.op in _MATH)}{spot.op}")
    if masked:
        why = known.why.format(op=spot.op) if known else f"{spot.op} is not finite here"
        return (f"{why}; and although this entry is not used, thrown away by a where or multiplied by 0, the backward "
                "pass multiplies 0 by an infinite or undefined derivative, which is nan"), DOUBLE_WHERE
    if spot.arrived is None and not isinstance(spot.value, tuple) and np.all(np.isinf(spot.value)):
        return (f"the result of {spot.op} is larger than the largest number of its dtype",
                "scale the inputs down, take logarithms, or use float64")
    return (f"{spot.op} has no finite result for these numbers", "look whether it divides by 0, overflows, or has no "
            "derivative there; a where before the op keeps such numbers out")


def _applies(known: Remedy, spot: Spot) -> bool:
    try:
        return bool(known.applies(spot))
    except (TypeError, IndexError, ValueError):  # not one number each: no entry to speak of
        return False
