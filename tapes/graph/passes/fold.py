"""What depends on constants alone is computed once, before the program runs."""

from __future__ import annotations

from dataclasses import replace

from ...parts import Parts
from ..program import Guard, Program, Step, Value
from ..templates import VIEWS
from .renaming import renamed


def folded(program: Program) -> Program:
    """A step of constants is a constant: what it was while the function was traced. Of it nothing need be asked."""
    constants: dict[Value, Value] = {}
    steps = []
    for step in program.steps:
        if isinstance(step, Step) and not isinstance(step.output.array, Parts) and all(
                value in constants or (value.kind == "constant" and step.op.name not in VIEWS)
                for value in step.inputs):
            constants[step.output] = replace(step.output, kind="constant")
        elif not isinstance(step, Guard) or step.inputs[0] not in constants:
            steps.append(step)
    return renamed(program, steps, constants)
