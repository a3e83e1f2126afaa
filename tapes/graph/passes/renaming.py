"""A pass that drops a step tells by which other value its result is to be called from then on."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..program import Program, Value


def renamed(program: Program, steps: Iterable[Any], names: Mapping[Value, Value]) -> Program:
    """The program with these steps and these names."""
    def of(values: Iterable[Value]) -> tuple[Value, ...]:
        return tuple([names.get(value, value) for value in values])

    if not names:
        return replace(program, steps=[*steps])
    return replace(program, steps=[with_inputs(step, of(step.inputs)) for step in steps],
                   outputs=list(of(program.outputs)), called={**program.called, **names})


def with_inputs(step: Any, inputs: tuple[Value, ...]) -> Any:
    """The step with these inputs: most often it has them already."""
    return step if all(map(operator.is_, inputs, step.inputs)) else replace(step, inputs=inputs)
