"""Every entry of a gradient: what each library gave, beside the same with more digits than any of them has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import tapes
from tapes.parts import Parts

from .compare import AGREES, Answer, Comparison
from .explain.chain import chained
from .explain.condition import again, attempted
from .explain.program import program_of
from .measure import difference
from .ops.answers import wide
from .problem import Arrays, Problem

SURE = 1 / 16  # of a unit in the last place: what a reference may be off by where ulps are counted


@dataclass(frozen=True)
class Whole:
    """The gradient by one input, entry by entry.

    Attributes:
        found: for each library that gave one; zeros where it said None.
        reference: what it is held against, in extended precision; None where there is no such thing.
        origin: how the reference came about, in words.
        exact: whether the reference is good to a small part of an ulp.
    """

    found: Arrays
    reference: np.ndarray | None
    origin: str
    exact: bool


def wholes(comparison: Comparison) -> dict[str, Whole]:
    """For each input of a loss its whole gradients on all rows of data."""
    stage = comparison.stage
    if stage is None:
        return {}
    rows = {row.parameter: row for row in comparison.rows if row.stage == stage.reference and row.order == 1}
    replayed = {} if stage.complete else _in_extended_precision(stage.problem)
    found = {}
    for name, array in stage.problem.inputs.items():
        gradients = {}
        for library, answer in stage.first.items():
            gradient = None if isinstance(answer, Answer) else answer[1][name]
            if gradient is None and not isinstance(answer, Answer):
                gradient = np.zeros(array.shape, array.dtype)
            if gradient is not None and gradient.shape == array.shape:
                gradients[library] = gradient
        truth = stage.truths.get(name)
        agreeing = [library for library in gradients if rows[name].cells[library].status == AGREES]
        if truth is not None and stage.complete:
            reference = np.asarray(truth.values, np.longdouble).reshape(array.shape)
            exact = truth.uncertainty <= SURE * np.finfo(array.dtype).eps * float(np.max(np.abs(reference), initial=0))
            found[name] = Whole(gradients, reference, _ORACLE[rows[name].reference], exact)
        elif truth is not None and name in replayed and difference(
                stage.probes[name].project(replayed[name]), truth.values).relative <= SURE * np.finfo(array.dtype).eps:
            found[name] = Whole(gradients, replayed[name], "the tape's steps once more, in extended precision; at the "
                                f"probed entries and directions {_ORACLE[rows[name].reference]} confirms it", True)
        elif agreeing:
            found[name] = Whole(gradients, gradients[agreeing[0]].astype(np.longdouble), f"what {agreeing[0]} gave: "
                                "it agrees with the oracle where that was asked", False)
        else:
            found[name] = Whole(gradients, None, "", False)
    return found


_ORACLE = {"sympy": "SymPy's derivative", "complex": "the complex step in extended precision",
           "central": "central differences in extended precision"}


def _in_extended_precision(problem: Problem) -> Arrays:
    """The gradient by the tape's own steps and rules, run on numbers of about 19 digits; none where they cannot."""
    inputs = {name: tapes.Variable(array) for name, array in problem.inputs.items()}
    data = {name: tapes.constant(array) for name, array in problem.data.items()}
    with tapes.GradientTape() as tape:
        target = problem.call(tapes, inputs, data)
    program = again(program_of(tape, target), lambda x: Parts(map(wide, x)) if isinstance(x, Parts) else wide(x))
    adjoints = chained(program, attempted)
    places = {step.key: place for place, step in enumerate(program.steps)}
    found = {name: adjoints.of(places[id(x)]) for name, x in inputs.items() if id(x) in places}
    return {name: array for name, array in found.items() if isinstance(array, np.ndarray)}
