"""SymPy: the loss becomes an expression of symbols, school calculus derives it, and 50 digits of it are the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import sympy

from ..namespaces import Namespace, numpy_like
from ..probes import COMPLETE, Probes
from ..problem import Arrays, Problem
from . import Estimate, Unsupported

DIGITS = 50
_GUARD = 10  # more digits for the constants than for the result


def _each(function: Callable[..., Any]) -> Callable[..., Any]:
    vectorised = np.vectorize(function, otypes=[object])
    return lambda *xs: vectorised(*xs)[()]


def _over(axis: Any, rank: int) -> tuple[int, ...]:
    axes = range(rank) if axis is None else axis if isinstance(axis, (list, tuple)) else (axis,)
    return tuple(a % rank for a in axes)


def _reduce(join: Callable[[list[Any]], Any]) -> Callable[..., Any]:
    """A reduction that builds one n-ary expression: far quicker than term by term."""

    def reduce(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        x = np.asarray(x, object)
        axes = _over(axis, x.ndim)
        rest = [a for a in range(x.ndim) if a not in axes]
        rows = x.transpose([*rest, *axes]).reshape(*[x.shape[a] for a in rest], -1)
        out = np.empty(rows.shape[:-1], object)
        for place in np.ndindex(out.shape):
            out[place] = join(list(rows[place]))
        return out.reshape([1 if a in axes else n for a, n in enumerate(x.shape)])[()] if keepdims else out[()]

    return reduce


def _matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    left, right = np.asarray(a, object), np.asarray(b, object)
    left, right = left.T if transpose_a else left, right.T if transpose_b else right
    out = np.empty((left.shape[0], right.shape[1]), object)
    for i, j in np.ndindex(out.shape):
        out[i, j] = sympy.Add(*[x * y for x, y in zip(left[i], right[:, j], strict=True)])
    return out


_sum = _reduce(lambda terms: sympy.Add(*terms))
_logsumexp = _reduce(lambda terms: sympy.log(sympy.Add(*[sympy.exp(term) for term in terms])))


def _log_softmax(x: Any, axis: int = -1) -> Any:
    return x - _logsumexp(x, axis, True)


def _softplus(x: Any) -> Any:
    return sympy.log(1 + sympy.exp(x))


_TABLE = numpy_like(np)
_TABLE.update({
    **{name: _each(getattr(sympy, name)) for name in (
        "sqrt", "exp", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")},
    "abs": _each(sympy.Abs), "maximum": _each(sympy.Max), "minimum": _each(sympy.Min), "math.log": _each(sympy.log),
    "math.log1p": _each(lambda x: sympy.log(1 + x)), "math.expm1": _each(lambda x: sympy.exp(x) - 1),
    "math.rsqrt": _each(lambda x: 1 / sympy.sqrt(x)), "math.erf": _each(sympy.erf),
    "where": _each(lambda condition, x, y: sympy.Piecewise((x, condition), (y, True))),
    "sigmoid": _each(lambda x: 1 / (1 + sympy.exp(-x))), "nn.relu": _each(lambda x: sympy.Max(x, 0)),
    "math.softplus": _each(_softplus), "reduce_sum": _sum,
    "reduce_mean": _reduce(lambda terms: sympy.Add(*terms) / len(terms)),
    "reduce_prod": _reduce(lambda terms: sympy.Mul(*terms)), "reduce_max": _reduce(lambda terms: sympy.Max(*terms)),
    "reduce_min": _reduce(lambda terms: sympy.Min(*terms)), "reduce_logsumexp": _logsumexp, "matmul": _matmul,
    "nn.softmax": lambda x, axis=-1: _each(sympy.exp)(_log_softmax(x, axis)), "nn.log_softmax": _log_softmax,
    "norm": lambda x, axis=None: _each(sympy.sqrt)(_sum(x * x, axis)),
    "nn.softmax_cross_entropy_with_logits": lambda labels, logits: -_sum(labels * _log_softmax(logits), -1),
    "nn.sigmoid_cross_entropy_with_logits": lambda labels, logits: _each(_softplus)(logits) - labels * logits,
})
TF = Namespace("SymPy", _TABLE)


def _exact(array: np.ndarray) -> np.ndarray:
    """The same numbers as exact constants; a float is a binary fraction, so this loses nothing."""
    convert = (lambda x: sympy.Float(float(x), DIGITS + _GUARD)) if array.dtype.kind == "f" else sympy.Integer
    out = np.empty(array.shape, object)
    for place in np.ndindex(array.shape):
        out[place] = convert(array[place].item())
    return out


def _symbols(name: str, array: np.ndarray) -> np.ndarray:
    out = np.empty(array.shape, object)
    for place in np.ndindex(array.shape):
        out[place] = sympy.Symbol(name + (str(list(place)) if place else ""), real=True)
    return out


def _scalars(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Arrays of rank 0 as bare expressions."""
    return {name: array[()] for name, array in arrays.items()}


def _number(expression: Any, values: dict[Any, Any]) -> np.longdouble:
    # evalf can miss digits where terms cancel, so it works with eight times as many as are wanted
    number = sympy.sympify(expression).xreplace(values).evalf(8 * DIGITS)
    if not number.is_Number or number is sympy.zoo:
        raise Unsupported(f"it gives {number} here, which is no real number")
    return np.longdouble(str(number.evalf(DIGITS)))


def _exactly(numbers: list[np.longdouble]) -> Estimate:
    return Estimate(np.array(numbers, np.longdouble), 0.0)


class Symbolic:
    """Up to 64 inputs: everything is a symbol. Beyond: the rest are exact numbers, and the probed direction is one."""

    def value(self, problem: Problem) -> np.longdouble:
        if self.complete(problem):
            expression, _, values = self._expression(problem, {})
            return _number(expression, values)
        return _number(self._loss(problem, {}), {})

    def first(self, problem: Problem, name: str, probes: Probes) -> Estimate:
        if self.complete(problem):
            expression, symbols, values = self._expression(problem, {})
            return _exactly([_number(sympy.diff(expression, s), values) for s in symbols[name].flat])
        t = sympy.Dummy("t", real=True)
        return _exactly([_number(sympy.diff(self._loss(problem, {name: t * _exact(d)}), t), {t: 0})
                         for d in probes.directions])

    def second(self, problem: Problem, name: str, probes: Probes, vector: Arrays) -> Estimate:
        t, s = sympy.Dummy("t", real=True), sympy.Dummy("s", real=True)
        shifts = {key: s * _exact(v) for key, v in vector.items()}
        if self.complete(problem):
            expression, symbols, values = self._expression(problem, shifts)
            slope = sympy.diff(expression, s).subs(s, 0)
            return _exactly([_number(sympy.diff(slope, symbol), values) for symbol in symbols[name].flat])
        found = []
        for d in probes.directions:
            shifted = {**shifts, name: shifts[name] + t * _exact(d)}
            slope = sympy.diff(self._loss(problem, shifted), t).subs(t, 0)
            found.append(_number(sympy.diff(slope, s), {s: 0}))
        return _exactly(found)

    def formulas(self, problem: Problem) -> Iterator[tuple[str, str]]:
        """For the first entry of each input, its symbol and the derived formula; for large losses a word on its size.

        The data are symbols too: `x[2, 0]` is row 2, column 0 of x.
        """
        if not self.complete(problem):
            yield from ((name, f"derived along {name} + t*direction, the rest exact numbers: too long to print")
                        for name in problem.inputs)
            return
        for symbol, formula in self.derivatives(problem):
            yield str(symbol), str(formula)

    def derivatives(self, problem: Problem) -> Iterator[tuple[Any, Any]]:
        """For the first entry of each input, its symbol and the derivative by it; nothing for large losses."""
        if self.complete(problem):
            expression, symbols, _ = self._expression(problem, {})
            for name in problem.inputs:
                first = next(iter(symbols[name].flat))
                yield first, sympy.diff(expression, first)

    @staticmethod
    def complete(problem: Problem) -> bool:
        return sum(array.size for array in problem.inputs.values()) <= COMPLETE

    def _expression(self, problem: Problem, shifts: Arrays) -> tuple[Any, Arrays, dict[Any, Any]]:
        """The loss in symbols for every input and every real number of the data, and what they stand for."""
        inputs = {name: _symbols(name, array) for name, array in problem.inputs.items()}
        data = {name: _symbols(name, array) if array.dtype.kind == "f" else _exact(array)
                for name, array in problem.data.items()}
        values = {symbol: sympy.Rational(number.item()) for name, array in (inputs | data).items()
                  for symbol, number in zip(array.flat, (problem.inputs | problem.data)[name].flat, strict=True)
                  if symbol.is_Symbol}
        shifted = {name: np.asarray(array + shifts.get(name, 0), object) for name, array in inputs.items()}
        return problem.call(TF, _scalars(shifted), _scalars(data)), inputs, values

    def _loss(self, problem: Problem, shifts: dict[str, np.ndarray]) -> Any:
        inputs = {name: _exact(array) + shifts.get(name, 0) for name, array in problem.inputs.items()}
        return problem.call(TF, _scalars({k: np.asarray(v, object) for k, v in inputs.items()}),
                            _scalars({name: _exact(array) for name, array in problem.data.items()}))


BACKEND = Symbolic()
