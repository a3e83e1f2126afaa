"""The same matrix times one slice of a sequence after the other is that matrix times the sequence, at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...op import registry
from ..program import Program, Step, Value, hollow

FEWEST = 3  # products for which it is worth the trouble


def hoisted(program: Program) -> Program:
    """Products x[0] @ w, x[1] @ w, ... become one product in front of them, of which each is a slice."""
    slices: dict[Value, tuple[Value, int]] = {}  # what is a slice of a sequence, and which
    products: dict[tuple[Value, Value], dict[int, list[Step]]] = {}  # by the sequence and the matrix
    for step in program.steps:
        if not isinstance(step, Step):
            continue
        if step.op.name == "getitem" and (place := place_of(step)) is not None:
            slices[step.output] = step.inputs[0], place
        elif step.op.name == "matmul" and step.inputs[0] in slices and len(step.inputs[1].shape) == 2:
            sequence, place = slices[step.inputs[0]]
            if len(sequence.shape) == 3:
                products.setdefault((sequence, step.inputs[1]), {}).setdefault(place, []).append(step)
    wholes: dict[Step, tuple[Step, int]] = {}
    for (sequence, matrix), found in products.items():
        if len(found) >= FEWEST and 2 * len(found) >= sequence.shape[0]:
            first = next(iter(found.values()))[0]
            output = Value("step", hollow(first.output.array.dtype, (*sequence.shape[:2], matrix.shape[1])))
            whole = replace(first, inputs=(sequence, matrix), output=output, shares=())
            wholes |= {step: (whole, place) for place, steps in found.items() for step in steps}
    steps: list[Any] = []
    done: set[Step] = set()
    for step in program.steps:
        if step not in wholes:
            steps.append(step)
            continue
        whole, place = wholes[step]
        if whole not in done:  # both inputs of it are inputs, or what theirs come from, of the first of them
            done.add(whole)
            steps.append(whole)
        steps.append(replace(step, op=registry["getitem"], inputs=(whole.output,), params={"index": (place,)},
                             shares=(0,)))
    return replace(program, steps=steps)


def place_of(step: Step) -> int | None:
    """Which slice along the first axis it takes, counted from the front; None if it takes something else."""
    index, length = step.params["index"], step.inputs[0].shape[:1]
    if not isinstance(index, tuple) or len(index) != 1 or type(index[0]) is not int or not length:
        return None
    return index[0] % length[0]
