"""A step whose result nobody needs is left out."""

from __future__ import annotations

from dataclasses import replace

from ..program import Program, Step


def dead(program: Program) -> Program:
    """From the last step to the first: what is not wanted, by then, is dropped; all but plain steps are kept."""
    wanted, kept = set(program.outputs), []
    for step in reversed(program.steps):
        if not isinstance(step, Step) or step.output in wanted:
            wanted.update(step.inputs)
            kept.append(step)
    return replace(program, steps=kept[::-1], variables=[value for value in program.variables if value in wanted])
