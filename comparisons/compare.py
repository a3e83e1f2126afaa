"""Every library differentiates the same loss; the truth is SymPy's derivative, and two oracles stand beside it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from .backends import COLUMNS, DIFFERENTIATORS, ORACLES, Backend, Estimate, Unsupported
from .measure import Difference, difference
from .namespaces import MissingName
from .probes import COMPLETE, Probes, probes_of
from .problem import SYMBOLIC_ROWS, Arrays, LossError, Problem

AGREES, DISAGREES, FAILED = "agrees", "disagrees", "failed"
UNSUPPORTED, MISSING, TRUTH = "unsupported", "missing", "truth"
UNRELIABLE = 1e-6  # an oracle that doubts its own answer by more than this is not asked


@dataclass(frozen=True)
class Cell:
    """What one library gave for one quantity, beside the reference.

    Attributes:
        status: agrees, disagrees, failed (with the reason), unsupported, missing (with the install line), or truth.
        relative, ulps: the distance from the reference, as in `measure.Difference`; no ulps where the reference, or
            an oracle, has no such digits.
        tolerance: the largest relative distance that still agrees.
        none: the library gave None, "not connected"; it counts as zeros.
        reason: what happened, where there is no number.
    """

    status: str
    relative: float | None = None
    ulps: float | None = None
    tolerance: float | None = None
    none: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """One quantity: the loss (order 0), its gradient by one input (1), or its Hessian times a vector there (2).

    Its stage is "sympy", a few rows of data, or "complex", all of them; its reference is the oracle of that name, or
    "central" where that one cannot be asked.
    """

    loss: str
    rows: int
    stage: str
    order: int
    parameter: str
    shape: tuple[int, ...]
    reference: str
    probed: str
    condition: float
    cells: dict[str, Cell]


@dataclass
class Comparison:
    """All rows of one loss, with what is needed to read them; `stage` still has the whole gradients, on all rows."""

    problem: Problem
    value: float = float("nan")
    stage: Stage | None = None
    rows: list[Row] = field(default_factory=list)
    formulas: list[tuple[str, str]] = field(default_factory=list)

    @property
    def problems(self) -> list[tuple[Row, str, Cell]]:
        """Every cell that disagrees or failed."""
        return [(row, name, cell) for row in self.rows for name, cell in row.cells.items()
                if cell.status in (DISAGREES, FAILED)]


@dataclass(frozen=True)
class Answer:
    """What a library says of a problem: numbers in the probed directions, or why there are none."""

    values: Any = None
    uncertainty: float = 0.0
    none: bool = False
    failure: Cell | None = None


def compare(problem: Problem, names: list[str], seed: int = 0, formula: bool = False,
            progress: Callable[[str], None] = lambda text: None) -> Comparison:
    """Differentiate a problem with the named libraries, on a few rows against SymPy and on all against complex steps.

    Args:
        problem: the loss.
        names: of differentiators and oracles; those that are not installed get cells that say so.
        seed: for the probed entries and directions.
        formula: whether to keep SymPy's derived formulas.
        progress: called with a few words before each piece of work.
    """
    comparison = Comparison(problem)
    for reference, part in (("sympy", problem.first_rows(SYMBOLIC_ROWS)), ("complex", problem)):
        if reference == "sympy" and (reference not in names or not ORACLES[reference].available):
            continue
        stage = Stage(part, names, reference, np.random.default_rng(seed), progress)
        comparison.rows += stage.rows()
        comparison.value, comparison.stage = stage.value, stage
    if formula and "sympy" in names and ORACLES["sympy"].available:
        symbolic: Any = ORACLES["sympy"].open()
        comparison.formulas = list(symbolic.formulas(problem.first_rows(SYMBOLIC_ROWS)))
    return comparison


class Stage:
    """One size of the data and one reference, for all libraries."""

    def __init__(self, problem: Problem, names: list[str], reference: str, rng: np.random.Generator,
                 progress: Callable[[str], None]) -> None:
        self.problem, self.reference, self.progress = problem, reference, progress
        self.backends = [b for b in COLUMNS.values() if b.name in names]
        self.oracles = [b for b in self.backends if b.name in ORACLES and (b.name != "sympy" or reference == "sympy")]
        self.complete = sum(array.size for array in problem.inputs.values()) <= COMPLETE
        self.first: dict[str, Any] = {}
        self.second: dict[str, Any] = {}
        self.truths: dict[str, Answer] = {}  # the gradient by each input, in the probed directions
        self.value = float("nan")
        self.vector = self._vector(rng)
        for backend in self.backends:
            if backend.name in DIFFERENTIATORS and backend.available:
                self.progress(f"{backend.name} on {self.problem.rows or 1} rows")
                library: Any = _attempt(backend.open)
                if isinstance(library, Answer):  # its import fails
                    self.first[backend.name] = self.second[backend.name] = library
                    continue
                self.first[backend.name] = _attempt(partial(library.gradients, problem))
                self.second[backend.name] = _attempt(partial(library.hessian_vector, problem, self.vector))
        self.probes = {name: self._probes(name, rng) for name in problem.inputs}
        self.shaken = self._shaken(rng)

    def rows(self) -> Iterator[Row]:
        """The rows, one after the other as they are computed."""
        yield self._row(0, "", self._values())
        for order, name in itertools.product((1, 2), self.problem.inputs):
            yield self._row(order, name, self._derivatives(order, name))

    # -- what the libraries say --------------------------------------------------------------------------------------

    def _values(self) -> dict[str, Answer]:
        answers = {}
        for backend in self.backends:
            if backend.name in self.first:
                found = self.first[backend.name]
                answers[backend.name] = found if isinstance(found, Answer) else Answer(np.reshape(found[0], 1))
            elif backend in self.oracles:
                answers[backend.name] = self._ask(backend, lambda oracle: _answer(
                    self._consult(oracle, self.problem, 0, "")))
        return answers

    def _derivatives(self, order: int, name: str) -> dict[str, Answer]:
        answers = {}
        for backend in self.backends:
            if backend.name in self.first:
                found = (self.first if order == 1 else self.second)[backend.name]
                if not isinstance(found, Answer):
                    found = self._projected((found[1] if order == 1 else found)[name], name)
                answers[backend.name] = found
            elif backend in self.oracles:
                self.progress(f"{backend.name}, order {order}, by {name}, on {self.problem.rows or 1} rows")
                answers[backend.name] = self._ask(backend, lambda oracle: _answer(
                    self._consult(oracle, self.problem, order, name)))
        return answers

    def _consult(self, oracle: Any, problem: Problem, order: int, name: str) -> Estimate:
        if order == 0:
            return Estimate(np.reshape(oracle.value(problem), 1), 0.0)
        if order == 1:
            return oracle.first(problem, name, self.probes[name])
        return oracle.second(problem, name, self.probes[name], self.vector)

    def _ask(self, backend: Backend, question: Callable[[Any], Answer]) -> Answer:
        if not backend.available:
            return Answer(failure=Cell(MISSING, reason=backend.library.install if backend.library else ""))
        return _attempt(lambda: question(backend.open()))

    def _projected(self, gradient: np.ndarray | None, name: str) -> Answer:
        array = self.problem.inputs[name]
        if gradient is None:
            return Answer(self.probes[name].project(np.zeros(array.shape)), none=True)
        if gradient.shape != array.shape or gradient.dtype != array.dtype:
            return Answer(failure=Cell(DISAGREES, reason=f"{gradient.dtype}{list(gradient.shape)} instead of "
                                                         f"{array.dtype}{list(array.shape)}"))
        return Answer(self.probes[name].project(gradient))

    # -- how it compares ---------------------------------------------------------------------------------------------

    def _row(self, order: int, parameter: str, answers: dict[str, Answer]) -> Row:
        reference, truth = self._truth(answers)
        condition = float("nan")
        if truth is not None:
            condition = self._condition(order, parameter, truth)
            if order == 0:
                self.value = float(truth.values[0])
            elif order == 1:
                self.truths[parameter] = truth
        elif order == 0:  # not compared with anything, and still a number
            self.value = next((float(a.values[0]) for a in answers.values() if not a.failure), self.value)
        cells = {backend.name: self._cell(backend, reference, answers.get(backend.name), truth, condition, order,
                                          parameter)
                 for backend in self.backends if backend.name in answers or not backend.available}
        array = self.problem.inputs[parameter] if parameter else np.zeros(())
        probes = self.probes[parameter] if parameter else None
        probed = "all"
        if probes is not None and not self.complete:
            probed = f"{len(probes.single().directions)} entries"
            probed += f", {probes.mixed} directions" if probes.mixed else ""
        return Row(self.problem.name, self.problem.rows, self.reference, order, parameter, array.shape, reference,
                   probed, condition, cells)

    def _truth(self, answers: dict[str, Answer]) -> tuple[str, Answer | None]:
        """The reference of this stage, or the next best oracle that has an answer and is sure of it."""
        for name in dict.fromkeys((self.reference, "complex", "central")):
            answer = answers.get(name)
            if answer and not answer.failure and answer.uncertainty <= UNRELIABLE * _scale(answer):
                return name, answer
        return self.reference, None

    def _cell(self, backend: Backend, reference: str, answer: Answer | None, truth: Answer | None, condition: float,
              order: int, parameter: str) -> Cell:
        if answer is None or not backend.available:
            return Cell(MISSING, reason=backend.library.install if backend.library else "")
        if answer.failure:
            return answer.failure
        if truth is None:
            return Cell(UNSUPPORTED, reason="no oracle has a sure answer to compare it with")
        if answer.uncertainty > UNRELIABLE * _scale(answer):
            return Cell(UNSUPPORTED, reason="not sure enough here: rounding, or a corner of the loss within its steps")
        if backend.name == reference:
            return Cell(TRUTH)
        exact = backend.name in DIFFERENTIATORS
        precision = self.problem.dtype if exact else np.dtype(np.float64)
        scale, rounding = _scale(truth), self._rounding(precision)
        floor = rounding * self._natural(order)
        nothing = floor > 0 and not np.any(np.abs(truth.values) > floor)
        if nothing:  # it is zero but for rounding: only how far it is from zero can be compared
            off = float(np.max(np.abs(np.asarray(answer.values) - truth.values), initial=0))
            worst, tolerance = Difference(off / floor * rounding, off / floor), 2 * rounding
        else:
            tolerance = rounding * condition + (answer.uncertainty + truth.uncertainty) / scale
            groups = self.probes[parameter].groups if parameter else lambda values: [values]
            worst = max((difference(found.astype(precision) if exact else found, right)
                         for found, right in zip(groups(answer.values), groups(truth.values), strict=True)),
                        key=lambda distance: distance.relative)
        tolerance = tolerance if np.isfinite(tolerance) else 0.0  # beside an infinity only itself agrees
        if tolerance > float(np.finfo(precision).eps) ** 0.25:
            return Cell(UNSUPPORTED, reason="too ill-conditioned here to tell right from wrong")
        status = AGREES if worst.within(tolerance) else DISAGREES
        shown = exact and not nothing and truth.uncertainty <= scale * np.finfo(precision).eps
        return Cell(status, worst.relative, worst.ulps if shown else None, tolerance, answer.none, worst.reason)

    def _natural(self, order: int) -> float:
        """How large a derivative of this loss may be expected to be: far below that, one is zero but for rounding."""
        numbers = max((float(np.max(np.abs(a), initial=0)) for a in self.problem.inputs.values()), default=0.0) or 1.0
        sizes = []
        for found in (self.first if order == 1 else self.second).values():
            gradients = found if isinstance(found, Answer) else found[1] if order == 1 else found
            if not isinstance(gradients, Answer) and order:
                sizes.append(max((float(np.max(np.abs(g), initial=0)) for g in gradients.values() if g is not None),
                                 default=0.0))
        usual = abs(self.value) / numbers**order if np.isfinite(self.value) else 0.0
        return max(usual if order else 0.0, min((size for size in sizes if np.isfinite(size)), default=0.0))

    def _rounding(self, dtype: np.dtype) -> float:
        """How far rounding alone may carry a well-conditioned result: see docs/compare.md, how near is near."""
        arrays = [*self.problem.inputs.values(), *self.problem.data.values()]
        longest = max(max(array.shape, default=1) for array in arrays)
        return 8 * float(np.sqrt(longest)) * float(np.finfo(dtype).eps)

    def _condition(self, order: int, name: str, truth: Answer) -> float:
        """1 + how many times larger a relative change of the result is than the change of the numbers put in."""
        oracle: Any = ORACLES["complex"].open()
        try:
            ask = partial(self._consult, oracle, order=order, name=name)
            before = truth.values if self.reference == "complex" else ask(self.problem).values
            after = ask(self.shaken).values
        except LossError:
            return 1.0
        groups = self.probes[name].groups if name else lambda values: [values]
        ratios = [difference(new, old).relative / SHAKE for new, old in zip(groups(after), groups(before), strict=True)
                  if np.any(old)]
        return 1.0 + max((ratio for ratio in ratios if np.isfinite(ratio)), default=0.0)

    # -- what is asked -----------------------------------------------------------------------------------------------

    def _vector(self, rng: np.random.Generator) -> Arrays:
        """The vector that the Hessian is multiplied with, of length 1: for a large loss in SymPy of few entries."""
        sparse = self.reference == "sympy" and not self.complete
        vector = {}
        for name, array in self.problem.inputs.items():
            v = np.zeros(array.shape, array.dtype) if sparse else rng.choice([-1.0, 1.0], array.shape)
            if sparse:
                v.flat[rng.integers(array.size)] = 1.0
            vector[name] = np.asarray(v)
        length = np.sqrt(sum(np.sum(v * v) for v in vector.values()))
        return {name: np.asarray(v / length, self.problem.dtype) for name, v in vector.items()}

    def _probes(self, name: str, rng: np.random.Generator) -> Probes:
        array = self.problem.inputs[name]
        found = next((f[1][name] for f in self.first.values() if not isinstance(f, Answer) and f[1][name] is not None),
                     np.zeros(array.shape))
        largest = int(np.argmax(np.nan_to_num(np.abs(found)))) if found.size and found.shape == array.shape else 0
        probes = probes_of(array, self.complete, largest, rng)
        return probes.single() if self.reference == "sympy" else probes

    def _shaken(self, rng: np.random.Generator) -> Problem:
        """The same problem with every number changed a little."""
        def shake(arrays: Arrays) -> Arrays:
            return {name: array.astype(np.longdouble) * (1 + SHAKE * rng.choice([-1.0, 1.0], array.shape))
                    if array.dtype.kind == "f" else array for name, array in arrays.items()}

        return Problem(self.problem.name, self.problem.title, self.problem.function, shake(self.problem.inputs),
                       shake(self.problem.data), self.problem.path)


SHAKE = 2.0**-30


def _attempt(work: Callable[[], Any]) -> Any:
    """The result, or an Answer that says why there is none: a library that fails does not stop the others."""
    try:
        return work()
    except Unsupported as error:
        return Answer(failure=Cell(UNSUPPORTED, reason=str(error)))
    except Exception as error:
        if isinstance(error.__cause__, MissingName):
            return Answer(failure=Cell(UNSUPPORTED, reason=str(error)))
        text = str(error) if isinstance(error, LossError) else f"{type(error).__name__}: {error}"
        return Answer(failure=Cell(FAILED, reason=text.splitlines()[0] if text else type(error).__name__))


def _answer(estimate: Estimate) -> Answer:
    return Answer(estimate.values, estimate.uncertainty)


def _scale(answer: Answer) -> float:
    """The largest number in an answer; 1 where all are 0."""
    return float(np.max(np.abs(answer.values), initial=0)) or 1.0
