"""The truth: the derivative of the row's formula, taken by SymPy and evaluated by mpmath to 50 digits."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..libraries import require
from .answers import FIRST, FORWARD, SECOND, VALUE, Answers, Estimate, NotChecked, wide
from .samples import Sample

DIGITS = 50


def symbolic(sample: Sample) -> Answers:
    """All orders from the formula of a row that works entry by entry."""
    formula = sample.op.formula
    if formula is None:
        raise NotChecked("the row has no formula: it does not work entry by entry")
    if sample.params or sample.is_complex:
        raise NotChecked("formulas are about real numbers, without parameters")
    require("sympy")
    entries, first, second = partials(formula, len(sample.inputs))
    xs = np.broadcast_arrays(*sample.inputs)
    answers: Answers = {VALUE: [Estimate(evaluated(entries, xs))]}
    if not sample.outputs or all(rule is None for _, rule in zip(sample.inputs, sample.op.rules)):
        return answers
    g, places = wide(sample.cotangents[0]), sample.places
    slopes = [evaluated(first[i], xs) for i in places]
    shapes = [sample.inputs[i].shape for i in places]
    answers[FIRST] = [Estimate(_summed(g * slope, shape)) for slope, shape in zip(slopes, shapes)]
    # The functional is sum(w_i * g * f_i) over all entries, so its derivatives are these sums.
    ws = [np.broadcast_to(wide(sample.weights[i]), g.shape) for i in places]
    bent = [sum(w * g * evaluated(second[i][j], xs) for i, w in zip(places, ws)) for j in places]
    tilted = Estimate(np.asarray(sum(w * slope for w, slope in zip(ws, slopes))))
    answers[SECOND] = [*(Estimate(_summed(b, shape)) for b, shape in zip(bent, shapes)), tilted]
    answers[FORWARD] = [tilted]
    return answers


@functools.cache
def partials(formula: str, arity: int) -> tuple[Any, list[Any], list[list[Any]]]:
    """The formula, its partial derivatives and the second ones, as functions of mpmath numbers."""
    import sympy

    symbols = sympy.symbols("x y z", real=True)[:arity]
    expression = sympy.sympify(formula, locals={s.name: s for s in symbols})

    def derivative(f: Any, by: Any) -> Any:
        # rounding is constant between its jumps, which SymPy leaves unsaid
        return f.diff(by).replace(lambda part: isinstance(part, (sympy.Derivative, sympy.Subs)),
                                  lambda part: sympy.Integer(0))

    def compiled(f: Any) -> Any:
        return sympy.lambdify(symbols, f, modules=[
            {"Heaviside": _step, "DiracDelta": _spike, "loggamma": _log_gamma}, "mpmath"])

    first = [derivative(expression, s) for s in symbols]
    return compiled(expression), [compiled(f) for f in first], [
        [compiled(derivative(f, s)) for s in symbols] for f in first]


def _log_gamma(x: Any) -> Any:
    """Of a real number the logarithm of |gamma(x)|, which is the real part of mpmath's."""
    import mpmath

    return mpmath.re(mpmath.loggamma(x))


def _step(x: Any, *_: Any) -> int:
    if x == 0:
        raise NotChecked("the sample lies on a corner, where SymPy has a convention of its own")
    return int(x > 0)


def _spike(x: Any, *_: Any) -> int:
    _step(x)
    return 0


def evaluated(function: Any, xs: Sequence[np.ndarray]) -> np.ndarray:
    """A function of mpmath numbers at every entry."""
    import mpmath

    result = np.empty(xs[0].shape, np.longdouble)
    with mpmath.workdps(DIGITS):
        for entry in np.ndindex(result.shape):
            number = function(*[mpmath.mpf(float(x[entry])) for x in xs])
            result[entry] = np.longdouble(mpmath.nstr(mpmath.mpf(number), 25))
    return result


def _summed(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The sum over the axes that broadcasting added or stretched, spelled out from its definition."""
    result = np.zeros(shape, x.dtype)
    for entry in np.ndindex(x.shape):
        place = entry[len(entry) - len(shape):]
        result[tuple(0 if length == 1 else i for i, length in zip(place, shape))] += x[entry]
    return result
