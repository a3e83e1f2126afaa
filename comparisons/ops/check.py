"""An op is right when every oracle that can speak about it agrees, at first and at second order, in both precisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import tapes
from tapes.op import Op

from ..libraries import MissingLibrary
from ..measure import difference
from .answers import EPS, FIRST, FORWARD, SECOND, VALUE, Answers, Estimate, NotChecked, wide
from .cell import FAILED, NOT_CHECKED, OK, Cell, called
from .numeric import central_differences, pulled
from .oracles import ORACLES
from .quiet import quiet
from .samples import BOOKKEEPING, Sample, in_width, results, samples
from .special import LIBRARIES, check_special

# How many roundings an answer may differ by: a rule is a handful of operations, and NumPy's and the libraries'
# functions are each off by up to four units in the last place.
ROUNDINGS = 32
# An oracle less sure than this could not tell a rule that is wrong by a thousandth.
SURE = 1e-4


@dataclass(frozen=True)
class Found:
    """What tapes computes: for each check the list of its arrays, None where there is no gradient."""

    results: dict[str, list[Any]]
    recorded: list[Any]


def check(op: Op, oracles: Mapping[str, Callable[[Sample], Answers]] = ORACLES) -> list[Cell]:
    """All comparisons for one row."""
    if op.name in BOOKKEEPING:
        return [Cell(op.name, "", "", "", "", NOT_CHECKED, reason=BOOKKEEPING[op.name])]
    cells: list[Cell] = []
    for sample in samples(op):
        cells += check_sample(sample, oracles)
    return cells + check_special(op, [name for name in oracles if name in LIBRARIES])


def check_sample(sample: Sample, oracles: Mapping[str, Callable[[Sample], Answers]] = ORACLES) -> list[Cell]:
    """All comparisons for one call."""
    cells: list[Cell] = []
    found: dict[str, Found] = {}
    for width in sample.widths:
        try:
            found[width] = run(sample, width)
        except Exception as error:  # a rule that raises is a finding, not the end of the table
            cells.append(Cell(sample.op.name, sample.label, width, FIRST, "itself", FAILED, np.inf, np.inf, 0.0,
                              f"{type(error).__name__}: {error}"))
    if not found:
        return cells
    sensitivity = conditioning(sample)
    for name, oracle in oracles.items():
        try:
            with quiet():
                answers = oracle(sample)
        except (NotChecked, MissingLibrary) as why:
            cells.append(Cell(sample.op.name, sample.label, "", "", name, NOT_CHECKED, reason=str(why)))
            continue
        for width, result in found.items():
            for kind, estimates in answers.items():
                if isinstance(estimates, str):
                    cells.append(Cell(sample.op.name, sample.label, width, kind, name, NOT_CHECKED, reason=estimates))
                else:
                    strict = kind in (VALUE, FIRST) and name == "TensorFlow"
                    cells.append(compared(sample, width, kind, name, result.results[kind], estimates,
                                          sensitivity.get(kind, []), strict))
    for width, result in found.items():
        cells.append(_same_in_both_modes(sample, width, result))
        if sample.op.linear and width == "float64":
            cells.append(_linear(sample, width))
    return cells


# -- tapes -------------------------------------------------------------------------------------------------------------

def run(sample: Sample, width: str) -> Found:
    """Value, forward mode, gradient and second order by nested tapes; the gradient also by a sweep on plain arrays."""
    with quiet():
        xs = [tapes.constant(x) for x in sample.at(width)]
        watched = [xs[place] for place in sample.places]
        with tapes.GradientTape() as single:
            single.watch(watched)
            ys = called(sample.op, xs, sample.params)
        gs = [tapes.constant(sample.cotangents[k].astype(ys[k].dtype.as_numpy_dtype))  # type: ignore[union-attr]
              for k in sample.outputs]
        plain = single.gradient(_used(sample, ys), watched, output_gradients=gs or None)
        with tapes.GradientTape() as outer:
            outer.watch([*watched, *gs])
            with tapes.GradientTape() as inner:
                inner.watch(watched)
                again = called(sample.op, xs, sample.params)
            gradients = [None if d is None else tapes.convert_to_tensor(d)  # of gather they are IndexedSlices
                         for d in inner.gradient(_used(sample, again), watched, output_gradients=gs or None)]
            functionals = [tapes.reduce_sum(tapes.constant(np.conj(in_width(sample.weights[place], width))) * d)
                           for place, d in zip(sample.places, gradients) if d is not None]
        second = outer.gradient(functionals, [*watched, *gs]) if functionals and gs else []
        tangents = [tapes.constant(in_width(sample.weights[place], width)) for place in sample.places]
        with tapes.autodiff.ForwardAccumulator(watched, tangents) as accumulator:
            moved = called(sample.op, xs, sample.params)
        forward = [accumulator.jvp(moved[k]) for k in sample.outputs]
    found = {VALUE: ys, FIRST: plain, SECOND: second, FORWARD: forward}
    return Found({kind: [_array(each) for each in arrays] for kind, arrays in found.items()},
                 [_array(d) for d in gradients])


def _used(sample: Sample, ys: list[Any]) -> list[Any]:
    return [ys[k] for k in sample.outputs] or ys


def _array(tensor: Any) -> Any:
    return None if tensor is None else tapes.convert_to_tensor(tensor)._array


# -- comparing ---------------------------------------------------------------------------------------------------------

def conditioning(sample: Sample) -> dict[str, list[float]]:
    """For each answer, by how much it changes, per relative change of all inputs and weights: measured twice.

    By central differences in 19 digits, at numbers moved by about a millionth of themselves: an ulp would be lost in
    the oracle's own error, and the change is proportional.
    """
    answers = _centre(sample)
    if not answers:
        return {}
    size, worst = 2.0 ** -20, {kind: [0.0] * len(estimates) for kind, estimates in answers.items()}
    rng = np.random.default_rng(0)
    for _ in range(2):
        for kind, estimates in _centre(sample.perturbed(rng, size)).items():
            for k, (there, here) in enumerate(zip(estimates, answers[kind])):
                change = np.max(np.abs(np.asarray(there.array) - np.asarray(here.array)), initial=0.0)
                worst[kind][k] = max(worst[kind][k], float(change) / size)
    return worst


def _centre(sample: Sample) -> dict[str, list[Estimate]]:
    try:
        with np.errstate(all="ignore"):
            answers = central_differences(sample)
    except NotChecked:
        return {}
    result = {kind: estimates for kind, estimates in answers.items() if not isinstance(estimates, str)}
    inputs = [wide(x) for x in sample.inputs]
    result[VALUE] = [Estimate(y) for y in results(sample.op.forward(*inputs, **sample.params))]
    return result


def compared(sample: Sample, width: str, kind: str, oracle: str, found: list[Any], estimates: list[Estimate],
             sensitivity: list[float], strict: bool) -> Cell:
    """The worst of the arrays of one answer. Unless `strict`, None counts as zeros, and zeros as None."""
    dtypes = _expected_dtypes(sample, width, kind)
    worst = Cell(sample.op.name, sample.label, width, kind, oracle, OK)
    for k, estimate in enumerate(estimates):
        ours: Any = found[k] if found else None
        truth: Any = estimate.array
        if ours is None and truth is None:
            continue
        if not strict:
            ours = np.zeros(np.shape(truth), dtypes[k]) if ours is None else ours
            truth = np.zeros(np.shape(ours), dtypes[k]) if truth is None else truth
        spread = sensitivity[k] if k < len(sensitivity) else 0.0
        cell = _judged(Cell(sample.op.name, sample.label, width, kind, oracle, OK), ours, truth, dtypes[k],
                       _allowed(truth, estimate, width, spread))
        if cell.verdict != OK:
            return cell
        if cell.relative >= worst.relative:
            worst = cell
    return worst


def _judged(cell: Cell, ours: Any, truth: Any, dtype: Any, allowed: float) -> Cell:
    """The cell with its verdict: the error may be `allowed`, which is in the units of the arrays."""
    scale = 0.0 if truth is None or not truth.size else float(np.max(np.abs(truth)))
    if allowed > SURE * max(scale, 1.0):  # the samples, and so the answers, are numbers of the order of 1
        return replace(cell, verdict=NOT_CHECKED, tolerance=allowed / max(scale, 1.0),
                       reason="the oracle is too unsure, or the call too ill-conditioned, to tell right from wrong")
    if ours is not None and truth is not None and scale <= allowed and np.shape(ours) == truth.shape:
        # what cannot be told from 0 is compared as 0
        truth, ours = np.zeros_like(truth), np.where(np.abs(ours) <= allowed, np.zeros_like(ours), ours)
        scale = 0.0
    distance = difference(ours, truth, None if ours is None else dtype)
    tolerance = allowed / scale if scale else 0.0
    passed = distance.within(tolerance)
    reason = "" if passed else distance.reason or "the numbers differ"
    return replace(cell, verdict=OK if passed else FAILED, relative=distance.relative, ulps=distance.ulps,
                   tolerance=tolerance, reason=reason)


def _allowed(truth: Any, estimate: Estimate, width: str, spread: float) -> float:
    """The largest error that rounding explains, plus what the oracle admits of its own."""
    if truth is None or not truth.size or truth.dtype.kind not in "fc":
        return 0.0
    finite = np.abs(truth[np.isfinite(truth)])
    size = float(np.max(finite, initial=0.0)) + spread
    eps = float(np.finfo(width or "float64").eps) + (EPS if estimate.rounded else 0.0)
    return ROUNDINGS * eps * size + estimate.uncertainty


def _expected_dtypes(sample: Sample, width: str, kind: str) -> list[Any]:
    """A gradient has the dtype of its input, a result the precision of its inputs, unless the call names another."""
    inputs = [in_width(sample.inputs[place], width).dtype for place in sample.places]
    ys = results(sample.op.forward(*sample.inputs, **sample.params))
    outputs = [y.dtype if "dtype" in sample.params else in_width(y, width).dtype for y in ys]
    used = [outputs[k] for k in sample.outputs]
    return {VALUE: outputs, FIRST: inputs, SECOND: [*inputs, *used], FORWARD: used}[kind]


def _same_in_both_modes(sample: Sample, width: str, found: Found) -> Cell:
    """The rules run on arrays when nobody listens and on tensors when a tape does: bit by bit the same.

    For complex numbers up to four roundings: NumPy multiplies a complex scalar and an array of rank 0 by different
    code, of which one uses fused multiply-add.
    """
    allowed = 4 * float(np.finfo(width).eps) if sample.is_complex else 0.0
    cell = Cell(sample.op.name, sample.label, width, "same in both modes", "itself", OK)
    for plain, recorded in zip(found.results[FIRST], found.recorded, strict=True):
        distance = difference(plain, recorded, None if recorded is None else recorded.dtype)
        if not distance.within(allowed):
            return replace(cell, verdict=FAILED, relative=distance.relative, ulps=distance.ulps,
                           reason=distance.reason or "a sweep on arrays and a recorded sweep differ")
    return cell


def _linear(sample: Sample, width: str) -> Cell:
    """f(2x - 3w) = 2 f(x) - 3 f(w), and the rule is the transpose: <g, f(w)> = <rule(g), w>."""
    (cotangent,) = sample.cotangents
    assert cotangent is not None, "a linear op gives one array of floating numbers"
    cell = Cell(sample.op.name, sample.label, width, "linear", "its definition", OK)
    xs, ws = sample.at(width), [in_width(w, width) for w in sample.weights if w is not None]
    at_x, at_w, mixed = (np.asarray(sample.op.forward(*inputs, **sample.params)) for inputs in (
        xs, ws, [2 * x - 3 * w for x, w in zip(xs, ws, strict=True)]))
    eps, terms = float(np.finfo(width).eps), max((x.size for x in xs), default=1)
    allowed = ROUNDINGS * eps * terms * float(max(np.max(np.abs(a), initial=1.0) for a in (at_x, at_w)))
    superposed = _judged(cell, mixed, 2 * at_x - 3 * at_w, at_x.dtype, allowed)
    if superposed.verdict != OK:
        return replace(superposed, reason=superposed.reason and f"not linear: {superposed.reason}")
    g = in_width(cotangent, width)
    pulled_back = pulled(sample.op, xs, sample.params, [g])
    if any(d is None or np.shape(d) != np.shape(w) for d, w in zip(pulled_back, ws, strict=True)):
        return replace(cell, verdict=FAILED, reason="not the transpose: None, or another shape")
    there = np.asarray(np.sum(np.conj(g) * at_w).real)
    back = np.asarray(sum(np.sum(np.conj(d) * w).real for d, w in zip(pulled_back, ws)))
    transposed = _judged(cell, back, there, None, allowed * max(1, g.size))
    return replace(transposed, reason=transposed.reason and f"not the transpose: {transposed.reason}")
