"""What a step hands back to its input, without any rule: from what its op computes at moved numbers.

The complex step where the op takes complex numbers and is analytic, central differences elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tapes.custom import custom
from tapes.diagnose.truth import is_analytic, truth
from tapes.parts import Arrived, Parts

from ..backends import extrapolated, rounding
from ..ops.answers import NotChecked, wide
from ..ops.quiet import quiet
from .program import Recorded

ENTRIES = 4096  # of an input that is moved entry by entry
WORK = 2 ** 23  # numbers that go into all these calls of an op and come out of them
SURE = 1e-6  # an answer that may be further off than this is none
STEP = np.longdouble(2.0) ** -100  # of the complex step: nothing is subtracted, so it can be as small as one likes
APART = np.finfo(np.longdouble).eps ** (np.longdouble(1) / 3)  # of differences
BENT = 1e-4  # a slope that changes by so much within a step of differences has a corner there
# Besides all with a formula: the ops whose results depend each on one entry of each input.
ELEMENTWISE = frozenset(("where", "cast", "add_n", "relu_grad", "relu6_grad", "leaky_relu_grad"))
# The same on complex numbers, for what is analytic but takes an absolute value on the way.
ANALYTIC: dict[str, Callable[..., Any]] = {
    "abs": lambda x: np.sign(np.real(x)) * x,
    "softplus": lambda x: _softplus(x), "sigmoid_cross_entropy": lambda z, x: _softplus(x) - z * x,
    "cast": lambda x, dtype: x if dtype.kind in "fc" else x.astype(dtype),
}


def product(step: Recorded, k: int, g: Any) -> tuple[Any, float]:
    """The sum over all results of their adjoints times their derivatives by input k; and how unsure it is."""
    x = step.values[k]
    if isinstance(x, Parts):
        return _of_parts(step, k, g)
    if x.dtype.kind == "c" or step.value.dtype.kind == "c":
        raise NotChecked("complex numbers: the libraries are asked, not the complex step")
    if not x.size:
        return np.zeros(x.shape, np.longdouble), 0.0
    if not np.isfinite(x).all():
        raise NotChecked(f"{step.op.name} meets a number that is not finite")
    return _pulled(_Moved(step, k, None), x, g, step)


def along(step: Recorded, k: int, g: Any, direction: np.ndarray) -> tuple[Any, float]:
    """The same for a whole input that moves in a direction: a number, and what it may be off by."""
    x = step.values[k]
    if x.dtype.kind == "c" or step.value.dtype.kind == "c" or not np.isfinite(x).all():
        raise NotChecked("complex numbers, or numbers that are not finite")
    moved, adjoints = _Moved(step, k, None), g if isinstance(g, Arrived) else {0: g}
    with quiet(), np.errstate(all="ignore"):
        analytic = is_analytic(lambda xs: _flat(moved(xs[0])), [x], np.random.default_rng(0))
        found, doubt = np.longdouble(0), np.longdouble(0)
        for i, dy in adjoints.items():
            slopes, off = _slopes(lambda x, i=i: moved(x)[i], x, direction, analytic)  # type: ignore[misc]
            found, doubt = found + np.sum(dy * slopes), doubt + np.sum(np.abs(dy) * off)
    if not np.isfinite(found + doubt):
        raise NotChecked(f"{step.op.name} is at a corner, or at the edge of its domain")
    return found, float(doubt)


class _Moved:
    """The floating results of a step as a function of one input, or of one part of it."""

    def __init__(self, step: Recorded, k: int, index: int | None) -> None:
        self.step, self.k, self.index = step, k, index
        self.forward = ANALYTIC.get(step.op.name, step.op.forward)

    def __call__(self, x: np.ndarray) -> dict[int, np.ndarray]:
        moved: Any = x
        values = [wide(each) if x.dtype in (np.longdouble, np.clongdouble) and isinstance(each, np.ndarray) else each
                  for each in self.step.values]
        if self.index is not None:
            moved = Parts(x if i == self.index else part for i, part in enumerate(values[self.k]))
        values[self.k] = moved
        try:
            y = self.forward(*values, **self.step.params)
        except TypeError:  # a user's own function with ordinary numbers in it takes no more than double precision
            if self.step.op is not custom:
                raise
            y = self.forward(*map(_double, values), **self.step.params)
        parts = y if isinstance(y, Parts) else (y,)
        return {i: np.asarray(part) for i, part in enumerate(parts) if np.asarray(part).dtype.kind in "fc"}


def _of_parts(step: Recorded, k: int, g: Any) -> tuple[Any, float]:
    """For an op that is handed several values as one."""
    found, worst = Arrived(), 0.0
    for i, x in enumerate(step.values[k]):
        if x.dtype.kind == "f":
            found[i], doubt = _pulled(_Moved(step, k, i), x, g, step)
            worst = max(worst, doubt)
    return found, worst


def _pulled(moved: _Moved, x: np.ndarray, g: Any, step: Recorded) -> tuple[np.ndarray, float]:
    adjoints = g if isinstance(g, Arrived) else {0: g}
    with quiet(), np.errstate(all="ignore"):
        if step.op.formula is not None or step.op.name in ELEMENTWISE:
            return _entry_by_entry_at_once(moved, x, adjoints[0], step.op.name)
        if x.size > ENTRIES or x.size * (step.value.size + sum(value.size for value in step.values)) > WORK:
            raise NotChecked(f"too large for {step.op.name}: {x.size:,} entries would be moved one by one")
        return _one_by_one(moved, x, adjoints, step.op.name)


def _slopes(function: Callable[[Any], np.ndarray], x: np.ndarray, direction: np.ndarray,
            analytic: bool) -> tuple[np.ndarray, Any]:
    """The derivative along a direction, and what it may be off by."""
    if analytic:
        return function(wide(x) + 1j * STEP * direction).imag / STEP, np.longdouble(0)
    h = APART * (np.max(np.abs(x)) or 1)
    here = function(wide(x))

    def slope(h: Any) -> tuple[np.ndarray, np.ndarray]:
        right, left = function(wide(x) + h * direction), function(wide(x) - h * direction)
        return (right - left) / (2 * h), np.abs(right - 2 * here + left) / h

    (one, bend), (two, _) = slope(h), slope(2 * h)
    corner = bend > BENT * np.maximum(np.abs(one), 1)
    return (4 * one - two) / 3, np.where(corner, np.inf, 8 * np.abs(one - two) + rounding(here) / h)


def _entry_by_entry_at_once(moved: _Moved, x: np.ndarray, g: np.ndarray, name: str) -> tuple[np.ndarray, float]:
    """Each result depends on one entry of x: all of them may be moved together."""
    analytic = is_analytic(lambda xs: moved(xs[0])[0].reshape(-1), [x], np.random.default_rng(0))
    slopes, off = _slopes(lambda x: moved(x)[0], x, np.ones(x.shape), analytic)
    terms, doubts = g * slopes, np.abs(g) * off
    scale = float(np.max(np.abs(terms), initial=0.0)) or 1.0
    _sure(terms, float(np.max(doubts, initial=0.0)) / scale, name)
    return _summed(terms, x.shape), float(np.max(_summed(doubts, x.shape), initial=0.0)) / scale


def _one_by_one(moved: _Moved, x: np.ndarray, adjoints: dict[int, Any], name: str) -> tuple[np.ndarray, float]:
    def weighted(x: np.ndarray) -> Any:
        y = moved(x)
        return sum((np.sum(dy * y[i]) for i, dy in adjoints.items()), np.longdouble(0))

    if is_analytic(lambda xs: _flat(moved(xs[0])), [x], np.random.default_rng(0)):
        found, doubt = _complex_step(weighted, x)
        return found, max(doubt, float(np.finfo(np.float64).eps)) if moved.step.op is custom else doubt
    if moved.step.op is custom:
        return _of_the_users(moved, x, adjoints, name)
    h = APART * (np.max(np.abs(x)) or 1)
    here = weighted(wide(x))
    size = sum((np.sum(np.abs(dy * moved(wide(x))[i])) for i, dy in adjoints.items()), np.longdouble(0))

    def beside(h: Any) -> tuple[np.ndarray, np.ndarray]:
        return (np.array([weighted(wide(x) + h * unit) for unit in _units(x)], np.longdouble),
                np.array([weighted(wide(x) - h * unit) for unit in _units(x)], np.longdouble))

    def slopes(h: Any) -> np.ndarray:
        right, left = beside(h)
        return (right - left) / (2 * h)

    best = extrapolated(slopes, h, rounding(size) / h)
    right, left = beside(h)
    corner = (np.abs(right - 2 * here + left) / h > BENT * np.maximum(np.abs(best.values), 1)).any()
    scale = float(np.max(np.abs(best.values), initial=0.0)) or 1.0
    _sure(best.values, np.inf if corner else best.uncertainty / scale, name)
    return best.values.reshape(x.shape), best.uncertainty / scale


def _complex_step(function: Callable[[Any], Any], x: np.ndarray) -> tuple[np.ndarray, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            found, doubt = [function(wide(x) + 1j * STEP * unit).imag / STEP for unit in _units(x)], 0.0
        except (TypeError, ValueError):  # LAPACK has no more than double precision
            step, doubt = float(STEP), float(np.finfo(np.float64).eps)
            found = [function(x + 1j * step * unit).imag / step for unit in _units(x)]
    return np.array(found, np.longdouble).reshape(x.shape), doubt


def _units(x: np.ndarray) -> Iterator[np.ndarray]:
    """One entry after the other, as a direction."""
    for j in range(x.size):
        unit = np.zeros(x.size)
        unit[j] = 1.0
        yield unit.reshape(x.shape)


def _flat(ys: dict[int, np.ndarray]) -> np.ndarray:
    return np.concatenate([y.reshape(-1) for y in ys.values()])


def _of_the_users(moved: _Moved, x: np.ndarray, adjoints: dict[int, Any], name: str) -> tuple[np.ndarray, float]:
    """What a user writes may insist on its own precision: differences in double precision."""
    try:
        best = truth(lambda xs: _flat(moved(xs[0])), [x], 0, range(x.size), analytic=False)
    except Exception as error:  # whatever a user's function raises at numbers near by
        raise NotChecked(f"{name} cannot be computed at numbers near by: {type(error).__name__}") from None
    g = np.concatenate([adjoints[i].reshape(-1) if i in adjoints else np.zeros(y.size) for i, y in moved(x).items()])
    found, off = g @ best.jacobian, np.abs(g) @ best.error
    scale = float(np.max(np.abs(found), initial=0.0)) or 1.0
    doubt = float(np.max(off, initial=0.0)) / scale
    _sure(found, doubt, name)
    return found.reshape(x.shape), doubt


def _sure(found: np.ndarray, doubt: float, name: str) -> None:
    if not np.isfinite(found).all():
        raise NotChecked(f"{name} is at the edge of its domain, or its derivative is not finite")
    if not doubt <= SURE:
        raise NotChecked(f"{name} is at a corner, where a derivative is a matter of convention, or too steep to tell")


def _double(x: Any) -> Any:
    """In double precision, where it has more."""
    if isinstance(x, Parts):
        return Parts(map(_double, x))
    return x.astype({"f": np.float64, "c": np.complex128}[x.dtype.kind]) if x.dtype in (
        np.longdouble, np.clongdouble) else x


def _softplus(x: np.ndarray) -> np.ndarray:
    right = np.real(x) >= 0
    return np.where(right, x, 0) + np.log1p(np.exp(np.where(right, -x, x)))


def _summed(terms: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Over the axes along which broadcasting has repeated the input."""
    added = terms.ndim - len(shape)
    over = (*range(added), *(added + i for i, length in enumerate(shape) if length == 1 != terms.shape[added + i]))
    return np.asarray(np.sum(terms, axis=over)).reshape(shape)
