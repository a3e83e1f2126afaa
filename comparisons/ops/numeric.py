"""Two oracles that know no rule at all: they only call the op's forward function, at moved numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapes.op import Op
from tapes.parts import Arrived, Parts

from .answers import EPS, FIRST, FORWARD, SECOND, Answers, Estimate, NotChecked, computed, wide
from .samples import Sample, results

# -- complex step ------------------------------------------------------------------------------------------------------


def complex_step(sample: Sample) -> Answers:
    """The imaginary part of f(x + ih) over h: exact to rounding, as nothing is subtracted. Only for analytic code.

    Squire and Trapp, Using complex variables to estimate derivatives of real functions, 1998.
    """
    _has_derivative(sample)
    if sample.is_complex:
        raise NotChecked("the inputs are complex already")
    _check_analytic(sample)
    step, gradients = 1e-30, []
    for place in sample.places:
        x = sample.inputs[place]
        gradient = np.zeros(x.shape)
        for entry in np.ndindex(x.shape):
            moved = [y.astype(complex) if k in sample.places else y for k, y in enumerate(sample.inputs)]
            moved[place][entry] += 1j * step
            gradient[entry] = _weighted_value(sample, sample.cotangents, moved).imag / step
        gradients.append(computed(gradient))
    tilted = [x if w is None else x + 1j * step * w for x, w in zip(sample.inputs, sample.weights)]
    ys = results(sample.op.forward(*tilted, **sample.params))
    return {FIRST: gradients, FORWARD: [computed(ys[k].imag / step) for k in sample.outputs]}


def _has_derivative(sample: Sample) -> None:
    if not sample.places or not sample.outputs:
        raise NotChecked("there is no derivative: inputs or results are not floating numbers")


def _check_analytic(sample: Sample) -> None:
    """Measure the Cauchy-Riemann equations near the point: abs and comparisons may break them, but need not."""
    rng, step = np.random.default_rng(0), 1e-5
    direction = [rng.uniform(0.5, 1.0, x.shape) for x in sample.inputs]

    def along(z: complex) -> Any:
        return _weighted_value(sample, sample.cotangents, [x + z * d if k in sample.places else x for k, (x, d) in
                                                           enumerate(zip(sample.inputs, direction))])

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


def _weighted_value(sample: Sample, cotangents: Sequence[Any], inputs: Sequence[Any]) -> Any:
    """A number made of the results: its gradient is the vector-Jacobian product."""
    ys = results(sample.op.forward(*inputs, **sample.params))
    return sum(np.sum(np.conj(cotangents[k]) * ys[k]) for k in sample.outputs)


# -- central differences -----------------------------------------------------------------------------------------------

def central_differences(sample: Sample) -> Answers:
    """Differences over ever smaller steps, extrapolated to step 0, in 19-digit arithmetic; it estimates its own error.

    Ridders, Accurate computation of F'(x) and F'(x)F''(x), 1982. The second order differentiates the row's own
    first-order rules, which the first order has checked.
    """
    _has_derivative(sample)
    inputs = [wide(x) for x in sample.inputs]
    cotangents = [None if c is None else wide(c) for c in sample.cotangents]
    moved = [_elsewhere(x) for x in inputs]
    precision = _precision(results(sample.op.forward(*moved, **sample.params)))
    answers: Answers = {
        FIRST: _differentiated(lambda *xs: np.real(_weighted_value(sample, cotangents, xs)), inputs, sample.places,
                               precision),
        FORWARD: _tilted(sample, inputs, precision)}
    if all(gradient is None for gradient in pulled(sample.op, inputs, sample.params, cotangents)):
        answers[SECOND] = "there is no gradient to differentiate"
        return answers
    used = [c for c in cotangents if c is not None]

    def functional(*xs: Any) -> Any:
        replaced = list(cotangents)
        for k, c in zip(sample.outputs, xs[len(inputs):]):
            replaced[k] = c
        gradients = pulled(sample.op, xs[:len(inputs)], sample.params, replaced)
        return sum(np.real(np.sum(np.conj(wide(w)) * gradient)) for w, gradient in zip(sample.weights, gradients)
                   if gradient is not None)

    precision = _precision(pulled(sample.op, moved, sample.params,
                                  [None if c is None else _elsewhere(c) for c in cotangents]))
    places = [*sample.places, *range(len(inputs), len(inputs) + len(used))]
    answers[SECOND] = _differentiated(functional, [*inputs, *used], places, precision)
    return answers


def pulled(op: Op, inputs: Sequence[Any], params: dict[str, Any], cotangents: Sequence[Any]) -> list[Any]:
    """The vector-Jacobian product by the row's own rules on plain arrays of any precision, TensorFlow's convention."""
    y = op.forward(*inputs, **params)
    adjoints = [None if c is None else np.conj(c) for c in cotangents]
    g = adjoints[0]
    if isinstance(y, Parts):
        g = Arrived({index: dy for index, dy in enumerate(adjoints) if dy is not None})
    gradients = []
    for x, rule in zip(inputs, op.rules):
        gradient = None if rule is None or x.dtype.kind not in "fc" else rule(g, y, *inputs, **params)
        gradients.append(None if gradient is None else np.conj(gradient))
    return gradients


def _tilted(sample: Sample, inputs: list[np.ndarray], precision: float) -> list[Estimate]:
    """The change of each result when all inputs move along their weights at once."""
    tangents = [None if w is None else wide(w) for w in sample.weights]

    def results_at(k: int) -> Callable[[Any], Any]:
        return lambda t: results(sample.op.forward(
            *[x if d is None else x + t * d for x, d in zip(inputs, tangents)], **sample.params))[k]

    return [Estimate(*_slope(results_at(k), precision)) for k in sample.outputs]


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


def _precision(computed: list[Any]) -> float:
    """The rounding unit of what was computed from such numbers: some NumPy code has no more digits than float64."""
    parts = [part for result in computed if result is not None for part in (np.real(result), np.imag(result))]
    short = any(np.size(part) and (part == part.astype(np.float64)).all() and part.any() for part in parts)
    return float(np.finfo(np.float64 if short else np.longdouble).eps)


def _slope(function: Callable[[Any], Any], precision: float) -> tuple[Any, float]:
    """The derivative at 0 and its error, from the starting step that promises the smallest error."""
    best = (np.full_like(function(np.longdouble(0)), np.nan), np.inf)
    for start in (1 / 512, 1 / 64, 1 / 8):
        slope, error = _extrapolated(function, np.longdouble(start), precision)
        if error < best[1]:
            best = slope, error
        if best[1] <= 4 * EPS * max(1e-3, float(np.max(np.abs(best[0]), initial=0))):
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
        rounding = precision * float(max(_largest(above), _largest(below)) / step)
        step = step / 2
    error = float(_largest(rows[-1][-1] - rows[-2][-1])) + rounding
    return rows[-1][-1], error if np.isfinite(error) else np.inf


def _largest(x: Any) -> Any:
    return np.max(np.abs(x), initial=0)
