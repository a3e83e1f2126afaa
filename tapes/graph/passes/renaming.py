"""A pass that drops a step tells by which other value its result is to be called from then on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..program import Program, Value


def renamed(program: Program, steps: Iterable[Any], names: Mapping[Value, Value]) -> Program:
    """The program with these steps and these names."""
    def of(values: Iterable[Value]) -> tuple[Value, ...]:
        return tuple(names.get(value, value) for value in values)

    return replace(program, steps=[replace(step, inputs=of(step.inputs)) for step in steps],
                   outputs=list(of(program.outputs)))
