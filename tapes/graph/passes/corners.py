"""relu is positive where its input is: its adjoint asks the result, so that the input need not be kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..program import Program, Step, Value
from .renaming import with_inputs

_RESULTS = {"relu_grad": "relu", "relu6_grad": "relu6"}  # nan is no more positive after it than it was before


def asked_of_results(program: Program) -> Program:
    """The adjoint of relu, where relu itself was computed before it, takes that."""
    results: dict[tuple[str, Value], Value] = {}
    steps: list[Any] = []
    for step in program.steps:
        if isinstance(step, Step) and step.op.name in _RESULTS.values():
            results[step.op.name, step.inputs[0]] = step.output
        elif isinstance(step, Step) and step.op.name in _RESULTS:
            g, x = step.inputs
            step = with_inputs(step, (g, results.get((_RESULTS[step.op.name], x), x)))
        steps.append(step)
    return replace(program, steps=steps)
