"""Five answers to one question that share no line of code: what is the derivative of this op, here?"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapes.op import Op

from ..backends import DIFFERENTIATORS
from ..libraries import require
from .samples import Sample
from .spelling import MISSING, WRONG_AT_SECOND_ORDER, jax_op, tensorflow_op

VALUE, FIRST, SECOND = "value", "gradient", "second order"
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


# What an oracle says about a sample: for the value one estimate; for the gradient one for each floating input; for the
# second order one for each floating input and one for the cotangent; or, instead of estimates, the reason why not.
Answers = dict[str, list[Estimate] | str]


# -- complex step ------------------------------------------------------------------------------------------------------

def complex_step(sample: Sample) -> Answers:
    """The imaginary part of f(x + ih) over h: exact to rounding, as nothing is subtracted. Only for analytic code.

    Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998.
    """
    if not sample.places or sample.cotangent is None:
        raise NotChecked("there is no derivative")
    if sample.is_complex:
        raise NotChecked("the inputs are complex already")
    weighted = functools.partial(_weighted_value, sample.op, sample.params, sample.cotangent)
    _check_analytic(weighted, sample)
    step, gradients = 1e-30, []
    for place in sample.places:
        x = sample.inputs[place]
        gradient = np.zeros(x.shape)
        for entry in np.ndindex(x.shape):
            moved = [y.astype(complex) if k in sample.places else y for k, y in enumerate(sample.inputs)]
            moved[place][entry] += 1j * step
            gradient[entry] = weighted(moved).imag / step
        gradients.append(Estimate(gradient, rounded=True))
    return {FIRST: gradients}


def _check_analytic(weighted: Callable[..., Any], sample: Sample) -> None:
    """Measure the Cauchy-Riemann equations near the point: abs and comparisons may break them, but need not."""
    rng, step = np.random.default_rng(0), 1e-5
    direction = [rng.uniform(0.5, 1.0, x.shape) for x in sample.inputs]

    def along(z: complex) -> Any:
        return weighted([x + z * d if k in sample.places else x
                         for k, (x, d) in enumerate(zip(sample.inputs, direction))])

    base = 0.002j
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            real = (along(base + step) - along(base - step)) / (2 * step)
            imaginary = (along(base + 1j * step) - along(base - 1j * step)) / (2j * step)
    except (TypeError, ValueError, RuntimeWarning, np.exceptions.ComplexWarning) as error:
        raise NotChecked(f"its NumPy code does not take complex numbers ({type(error).__name__})") from error
    if not abs(real - imaginary) <= 1e-5 * max(abs(real), 1.0):
        raise NotChecked("its NumPy code is not analytic (measured: the Cauchy-Riemann equations do not hold)")


def _weighted_value(op: Op, params: dict[str, Any], cotangent: np.ndarray, inputs: Sequence[Any]) -> Any:
    """A number made of the result: its gradient is the vector-Jacobian product."""
    return np.sum(np.conj(cotangent) * op.forward(*inputs, **params))


# -- central differences -----------------------------------------------------------------------------------------------

def central_differences(sample: Sample) -> Answers:
    """Differences over ever smaller steps, extrapolated to step 0, in 19-digit arithmetic; it estimates its own error.

    Ridders, Accurate computation of F'(x) and F'(x)F''(x), 1982. The second order differentiates the row's own
    first-order rules, which the first order has checked.
    """
    if not sample.places or sample.cotangent is None:
        raise NotChecked("there is no derivative")
    inputs, cotangent = [_wide(x) for x in sample.inputs], _wide(sample.cotangent)
    moved = [_elsewhere(x) for x in inputs]
    precision = _precision([sample.op.forward(*moved, **sample.params)])
    answers: Answers = {FIRST: _differentiated(
        lambda *xs: _real(_weighted_value(sample.op, sample.params, cotangent, xs)), inputs, sample.places, precision)}
    if all(gradient is None for gradient in pulled(sample.op, inputs, sample.params, cotangent)):
        answers[SECOND] = "there is no gradient to differentiate"
        return answers

    def functional(*xs: Any) -> Any:
        gradients = pulled(sample.op, xs[:-1], sample.params, xs[-1])
        return sum(_real(np.sum(np.conj(_wide(w)) * gradient)) for w, gradient in zip(sample.weights, gradients)
                   if gradient is not None)

    precision = _precision(pulled(sample.op, moved, sample.params, _elsewhere(cotangent)))
    answers[SECOND] = _differentiated(functional, [*inputs, cotangent], [*sample.places, len(inputs)], precision)
    return answers


def pulled(op: Op, inputs: Sequence[Any], params: dict[str, Any], cotangent: Any) -> list[Any]:
    """The vector-Jacobian product by the row's own rules on plain arrays of any precision, TensorFlow's convention."""
    y = op.forward(*inputs, **params)
    gradients = []
    for x, rule in zip(inputs, op.rules):
        gradient = None if rule is None or x.dtype.kind not in "fc" else rule(
            np.conj(cotangent), y, *inputs, **params)
        gradients.append(None if gradient is None else np.conj(gradient))
    return gradients


def _wide(x: Any) -> np.ndarray:
    return np.asarray(x).astype({"f": np.longdouble, "c": np.clongdouble}.get(x.dtype.kind, x.dtype))


def _real(x: Any) -> Any:
    return np.real(x)


def _differentiated(function: Callable[..., Any], inputs: list[np.ndarray], places: list[int],
                    precision: float) -> list[Estimate]:
    """The gradient of a real function, entry by entry; for a complex entry a + ib it is df/da + i df/db."""
    estimates = []
    for place in places:
        gradient, worst = np.zeros_like(inputs[place]), 0.0
        for entry in np.ndindex(gradient.shape):
            for unit in (1, 1j) if gradient.dtype.kind == "c" else (1,):
                slope, error = _slope(_along(function, inputs, place, entry, unit), precision)
                gradient[entry] += unit * slope
                worst = max(worst, error)
        estimates.append(Estimate(gradient, worst))
    return estimates


def _along(function: Callable[..., Any], inputs: list[np.ndarray], place: int, entry: Any, unit: Any) -> Any:
    """The function of one number: how far one entry is moved."""
    def moved(t: Any) -> Any:
        array = inputs[place].copy()
        array[entry] += unit * t
        return function(*inputs[:place], array, *inputs[place + 1:])

    return moved


def _elsewhere(x: np.ndarray) -> np.ndarray:
    """Numbers near by that need all digits."""
    return x * (1 + np.longdouble(1) / 1000003) if x.dtype.kind in "fc" else x


def _precision(results: list[Any]) -> float:
    """The rounding unit of what was computed from such numbers: some NumPy code has no more digits than float64."""
    parts = [part for result in results if result is not None for part in (np.real(result), np.imag(result))]
    short = any(np.size(part) and (part == part.astype(np.float64)).all() and part.any() for part in parts)
    return float(np.finfo(np.float64 if short else np.longdouble).eps)


def _slope(function: Callable[[Any], Any], precision: float) -> tuple[Any, float]:
    """The derivative at 0 and its error, from the starting step that promises the smallest error."""
    best = (np.longdouble(np.nan), np.inf)
    for start in (1 / 512, 1 / 64, 1 / 8):
        slope, error = _extrapolated(function, np.longdouble(start), precision)
        if error < best[1]:
            best = slope, error
        if best[1] <= 4 * EPS * max(1e-3, abs(float(best[0]))):
            break
    return best


def _extrapolated(function: Callable[[Any], Any], step: Any, precision: float, levels: int = 5) -> tuple[Any, float]:
    rows: list[list[Any]] = []
    for level in range(levels):
        above, below = function(step), function(-step)
        row = [(above - below) / (2 * step)]
        for k in range(level):
            row.append(row[k] + (row[k] - rows[-1][k]) / (4 ** (k + 1) - 1))
        rows.append(row)
        rounding = precision * float(max(abs(above), abs(below)) / step)
        step = step / 2
    error = float(abs(rows[-1][-1] - rows[-2][-1])) + rounding
    return rows[-1][-1], error if np.isfinite(error) else np.inf


# -- SymPy -------------------------------------------------------------------------------------------------------------

DIGITS = 50


def symbolic(sample: Sample) -> Answers:
    """The derivative of the row's formula, taken by SymPy and evaluated by mpmath to 50 digits: the truth."""
    formula = sample.op.formula
    if formula is None:
        raise NotChecked("the row has no formula: it does not work entry by entry")
    if sample.params or sample.is_complex:
        raise NotChecked("formulas are about real numbers, without parameters")
    require("sympy")
    entries, first, second = _partials(formula, len(sample.inputs))
    xs = np.broadcast_arrays(*sample.inputs)
    answers: Answers = {VALUE: [Estimate(_evaluated(entries, xs))]}
    if sample.cotangent is None or all(rule is None for _, rule in zip(sample.inputs, sample.op.rules)):
        return answers
    g, n = _wide(sample.cotangent), len(sample.inputs)
    slopes = [_evaluated(partial, xs) for partial in first]
    answers[FIRST] = [Estimate(_summed(g * slope, x.shape)) for x, slope in zip(sample.inputs, slopes)]
    # The functional is sum(w_i * g * f_i) over all entries, so its derivatives are these sums.
    ws = [np.broadcast_to(_wide(np.asarray(w)), g.shape) for w in sample.weights]
    bent = [sum(w * g * _evaluated(second[i][j], xs) for i, w in enumerate(ws)) for j in range(n)]
    answers[SECOND] = [*(Estimate(_summed(b, x.shape)) for x, b in zip(sample.inputs, bent)),
                       Estimate(np.asarray(sum(w * slope for w, slope in zip(ws, slopes))))]
    return answers


@functools.cache
def _partials(formula: str, arity: int) -> tuple[Any, list[Any], list[list[Any]]]:
    """The formula, its partial derivatives and the second ones, as functions of mpmath numbers."""
    import sympy

    symbols = sympy.symbols("x y z", real=True)[:arity]
    expression = sympy.sympify(formula, locals={s.name: s for s in symbols})

    def derivative(f: Any, by: Any) -> Any:
        # rounding is constant between its jumps, which SymPy leaves unsaid
        return f.diff(by).replace(lambda part: isinstance(part, (sympy.Derivative, sympy.Subs)),
                                  lambda part: sympy.Integer(0))

    def compiled(f: Any) -> Any:
        return sympy.lambdify(symbols, f, modules=[{"Heaviside": _step, "DiracDelta": _spike}, "mpmath"])

    first = [derivative(expression, s) for s in symbols]
    return compiled(expression), [compiled(f) for f in first], [
        [compiled(derivative(f, s)) for s in symbols] for f in first]


def _step(x: Any, *_: Any) -> int:
    if x == 0:
        raise NotChecked("the sample lies on a corner, where SymPy has a convention of its own")
    return int(x > 0)


def _spike(x: Any, *_: Any) -> int:
    _step(x)
    return 0


def _evaluated(function: Any, xs: Sequence[np.ndarray]) -> np.ndarray:
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


# -- TensorFlow and JAX ------------------------------------------------------------------------------------------------

@functools.cache
def import_tensorflow() -> Any:
    return DIFFERENTIATORS["tensorflow"].open().tf


@functools.cache
def import_jax() -> Any:
    return DIFFERENTIATORS["jax"].open().jax


def tensorflow(sample: Sample) -> Answers:
    """The other gradient tape: value, gradient and None, in float64."""
    tf = import_tensorflow()
    function = tensorflow_op(sample.op.name, tf)
    if function is None:
        raise NotChecked(MISSING["tensorflow"].get(sample.op.name, "no entry for this row in spelling.py"))
    xs = [tf.constant(x) for x in sample.inputs]
    watched = [xs[place] for place in sample.places]
    g = None if sample.cotangent is None else tf.constant(sample.cotangent)
    with tf.GradientTape() as outer:
        outer.watch(watched if g is None else [*watched, g])
        with tf.GradientTape() as inner:
            inner.watch(watched)
            y = function(*xs, **sample.params)
        try:
            gradients = [None if d is None else tf.convert_to_tensor(d)
                         for d in inner.gradient(y, watched, output_gradients=g)]
        except LookupError as error:
            return {VALUE: [_estimate(y)], FIRST: f"TensorFlow raises: {error}"}
        functionals = [tf.reduce_sum(tf.math.conj(tf.constant(sample.weights[place])) * d)
                       for place, d in zip(sample.places, gradients) if d is not None]
    answers: Answers = {VALUE: [_estimate(y)], FIRST: [_estimate(d) for d in gradients]}
    if sample.is_complex and sample.op.name in WRONG_AT_SECOND_ORDER:
        answers[SECOND] = WRONG_AT_SECOND_ORDER[sample.op.name]
    elif functionals and g is not None:
        seconds = outer.gradient(functionals, [*watched, g])
        answers[SECOND] = [_estimate(d) for d in seconds]
    return answers


def _estimate(tensor: Any) -> Estimate:
    return Estimate(None if tensor is None else np.asarray(tensor), rounded=True)


def jax(sample: Sample) -> Answers:
    """Another tradition: value and gradient as transformations of functions, compiled, in float64."""
    library = import_jax()
    function = jax_op(sample.op.name, library)
    if function is None:
        raise NotChecked(MISSING["jax"].get(sample.op.name, "no entry for this row in spelling.py"))
    jnp, places = library.numpy, sample.places
    moving = [jnp.asarray(sample.inputs[place]) for place in places]

    def value(*xs: Any) -> Any:
        whole = list(sample.inputs)
        for place, x in zip(places, xs):
            whole[place] = x
        return function(*whole, **sample.params)

    def first(xs: Any, g: Any) -> Any:  # JAX's gradients are the conjugates of TensorFlow's
        return [jnp.conj(d) for d in library.vjp(value, *xs)[1](jnp.conj(g))]

    def functional(xs: Any, g: Any) -> Any:
        return sum(jnp.real(jnp.sum(jnp.conj(sample.weights[place]) * d)) for place, d in zip(places, first(xs, g)))

    def everything(xs: Any, g: Any) -> Any:
        by_xs, by_g = library.grad(functional, argnums=(0, 1))(xs, g)
        return value(*xs), first(xs, g), [jnp.conj(d) for d in (*by_xs, by_g)]

    if sample.cotangent is None or not places:
        return {VALUE: [_estimate(value(*moving))]}
    if sample.cotangent.size < 2 and all(x.size < 2 for x in moving):
        raise NotChecked("each shape takes a tenth of a second to compile: sizes 0 and 1 are left to the others")
    y, gradients, seconds = library.jit(everything)(moving, jnp.asarray(sample.cotangent))
    return {VALUE: [_estimate(y)], FIRST: [_estimate(d) for d in gradients], SECOND: [_estimate(d) for d in seconds]}


ORACLES: dict[str, Callable[[Sample], Answers]] = {
    "complex step": complex_step, "central differences": central_differences, "SymPy": symbolic,
    "TensorFlow": tensorflow, "JAX": jax}
