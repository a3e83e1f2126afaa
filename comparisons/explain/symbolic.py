"""SymPy: the entries of an input become symbols, school calculus differentiates the op, and 50 digits are kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tapes.parts import Arrived, Parts

from ..libraries import require
from ..ops.answers import NotChecked
from ..ops.symbolic import DIGITS, partials
from .program import Recorded

PARTIALS = 8192  # derivatives of single results by single entries, for one input
NUMBERS = 4096  # that go into a step and come out of it, where entries become symbols
GUARD = 10  # more digits on the way than in the end


@functools.cache
def _modules() -> tuple[Any, Any]:
    require("sympy")
    import mpmath
    import sympy

    return sympy, mpmath


def digits() -> Any:
    """The precision of whatever is done with such numbers in a `with` block."""
    return _modules()[1].workdps(DIGITS + GUARD)


def exact(array: np.ndarray) -> np.ndarray:
    """The same numbers with as many digits as one likes; a float is a binary fraction, so this loses nothing."""
    if array.dtype.kind == "c":
        raise NotChecked("complex numbers: SymPy is asked about real ones only")
    return _each(_modules()[1].mpf, array)


def rounded(g: Any) -> Any:
    """Of these digits, as many as extended precision holds."""
    if isinstance(g, Arrived):
        return Arrived({i: rounded(dy) for i, dy in g.items()})
    nstr = _modules()[1].nstr
    return np.array([np.longdouble(nstr(number, 25)) for number in g.flat], np.longdouble).reshape(g.shape)


def product(step: Recorded, k: int, g: Any) -> tuple[Any, float]:
    """The sum over all results of their adjoints times their derivatives by input k."""
    x, name = step.values[k], step.op.name
    if isinstance(x, Parts):
        raise NotChecked(f"{name} takes several values at once: SymPy has no formula for it")
    if "c" in {value.dtype.kind for value in (*step.values, step.value)}:
        raise NotChecked("complex numbers: SymPy is asked about real ones only")
    if not all(np.isfinite(value).all() for value in step.values if value.dtype.kind == "f"):
        raise NotChecked(f"{name} meets a number that is not finite")
    if step.op.formula is not None and not step.params:
        return _elementwise(step, k, g), 0.0
    return _symbols(step, k, g), 0.0


# -- ops with a formula ------------------------------------------------------------------------------------------------

def _elementwise(step: Recorded, k: int, g: np.ndarray) -> np.ndarray:
    """From the row's formula; what broadcasting has repeated collects from all its copies."""
    if g.size > PARTIALS:
        raise NotChecked(f"too large for SymPy: {g.size:,} derivatives of {step.op.name}")
    _, mpmath = _modules()
    slope = partials(step.op.formula or "", len(step.values))[1][k]
    xs = np.broadcast_arrays(*step.values)
    shape = step.values[k].shape
    found = exact(np.zeros(shape))
    for entry in np.ndindex(g.shape):
        if not g[entry]:
            continue
        here = [float(x[entry]) for x in xs]
        try:
            number = mpmath.mpmathify(slope(*map(mpmath.mpf, here)))
        except NotChecked:
            raise NotChecked(f"{step.op.name} is at a corner, where SymPy has a convention of its own") from None
        except (ZeroDivisionError, ValueError, TypeError):  # 0 * log(0), say: let the other inputs be constants
            number = _alone(step, k, here)
        if not isinstance(number, mpmath.mpf) or not mpmath.isfinite(number):
            raise NotChecked(f"the derivative that SymPy gives {step.op.name} is no real number here")
        place = entry[len(entry) - len(shape):]
        found[tuple(0 if length == 1 else i for i, length in zip(place, shape, strict=True))] += g[entry] * number
    return found


def _alone(step: Recorded, k: int, here: list[float]) -> Any:
    """The derivative of a formula in which all but one input are numbers."""
    sympy, mpmath = _modules()
    names = sympy.symbols("x y z", real=True)[:len(here)]
    formula = sympy.sympify(step.op.formula, locals={name.name: name for name in names})
    known = {name: sympy.Integer(int(number)) if number.is_integer() else sympy.Float(number, DIGITS + GUARD)
             for name, number in zip(names, here, strict=True)}
    constant = {name: number for name, number in known.items() if name is not names[k]}
    number = formula.xreplace(constant).diff(names[k]).xreplace(known).evalf(DIGITS + GUARD)
    return mpmath.mpmathify(number) if number.is_Number and number.is_finite else mpmath.nan


# -- all others --------------------------------------------------------------------------------------------------------

def _symbols(step: Recorded, k: int, g: Any) -> np.ndarray:
    """The op on an array of symbols; of each term of each result, the derivative by each symbol that is in it."""
    sympy, mpmath = _modules()
    x, name = step.values[k], step.op.name
    numbers_in_all = step.value.size + sum(value.size for value in step.values)
    if numbers_in_all > NUMBERS:
        raise NotChecked(f"too large for SymPy: {numbers_in_all:,} numbers go into {name} and come out of it")
    symbols = np.array([sympy.Symbol(f"x{j}", real=True) for j in range(x.size)], object)
    where = {symbol: j for j, symbol in enumerate(symbols)}
    numbers = {symbol: _float(number) for symbol, number in zip(symbols, x.flat, strict=True)}
    xs = [symbols.reshape(x.shape) if i == k else _each(_float, value) if value.dtype.kind == "f" else value
          for i, value in enumerate(step.values)]
    try:
        y = _spelled().get(name, step.op.forward)(*xs, **step.params)
    except Exception as error:  # whatever NumPy's code does with symbols that it was not written for
        raise NotChecked(f"SymPy has no formula for {name}, and its NumPy code takes no symbols here "
                         f"({type(error).__name__})") from None
    ys = [np.asarray(part, object) for part in (y if isinstance(step.value, Parts) else [y])]
    wanted = []
    for i, dy in (g if isinstance(g, Arrived) else {0: g}).items():
        for entry in np.ndindex(dy.shape):
            if dy[entry]:
                for term in sympy.Add.make_args(sympy.sympify(ys[i][entry])):
                    wanted += [(dy[entry], term, symbol) for symbol in term.free_symbols & where.keys()]
                if len(wanted) > PARTIALS:
                    raise NotChecked(f"too large for SymPy: more than {PARTIALS:,} derivatives of {name}")
    found = exact(np.zeros(x.size))
    for dy, term, symbol in wanted:
        number = term.diff(symbol)
        if not number.is_Float:
            number = number.xreplace(numbers).evalf(DIGITS + GUARD)
        if not number.is_Number or not number.is_finite:
            raise NotChecked(f"SymPy gives {number} for {name}: a corner, where it has a convention of its own, or the "
                             "edge of its domain")
        found[where[symbol]] += dy * mpmath.mpmathify(number)
    return found.reshape(x.shape)


@functools.cache
def _spelled() -> dict[str, Callable[..., Any]]:
    """The op's own forward function takes most symbols as they are; these need functions of SymPy's."""
    from ..backends.symbolic import TF

    return {
        "reduce_sum": TF.reduce_sum, "reduce_mean": TF.reduce_mean, "reduce_prod": TF.reduce_prod,
        "reduce_max": TF.reduce_max, "reduce_min": TF.reduce_min, "reduce_logsumexp": TF.reduce_logsumexp,
        "matmul": TF.matmul, "softmax": TF.nn.softmax, "log_softmax": TF.nn.log_softmax,
        "softmax_cross_entropy": TF.nn.softmax_cross_entropy_with_logits,
        "cast": lambda x, dtype: x, "add_n": lambda *xs: sum(xs[1:], xs[0]),
    }


def _float(number: Any) -> Any:
    return _modules()[0].Float(float(number), DIGITS + GUARD)


def _each(function: Callable[[Any], Any], array: np.ndarray) -> np.ndarray:
    out = np.empty(array.size, object)
    for j, number in enumerate(array.flat):
        out[j] = function(float(number))
    return out.reshape(array.shape)
