"""The same matrix times one slice of a sequence after the other is that matrix times the sequence, at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...op import registry
from ..program import Program, Step, Value, hollow

FEWEST = 3  # products for which it is worth the trouble


def hoisted(program: Program) -> Program:
    """Products x[0] @ w, x[1] @ w, ... become one product in front of them, of which each is a slice; so do those of
    x[:, 0], x[:, 1], ..., as they are where the batch comes first."""
    slices: dict[Value, tuple[Value, tuple[int, int]]] = {}  # of a slice the sequence, along which axis, and which
    products: dict[tuple[Value, int, Value], dict[int, list[Step]]] = {}  # by the sequence, its axis, and the matrix
    for step in program.steps:
        if not isinstance(step, Step):
            continue
        if step.op.name == "getitem" and (place := place_of(step)) is not None:
            slices[step.output] = step.inputs[0], place
        elif step.op.name == "matmul" and step.inputs[0] in slices and len(step.inputs[1].shape) == 2:
            sequence, (axis, which) = slices[step.inputs[0]]
            if len(sequence.shape) == 3 and axis < 2:
                products.setdefault((sequence, axis, step.inputs[1]), {}).setdefault(which, []).append(step)
    wholes: dict[Step, tuple[Step, tuple[int, int]]] = {}
    for (sequence, axis, matrix), found in products.items():
        if len(found) >= FEWEST and 2 * len(found) >= sequence.shape[axis]:
            first = next(iter(found.values()))[0]
            output = Value("step", hollow(first.output.array.dtype, (*sequence.shape[:2], matrix.shape[1])))
            whole = replace(first, inputs=(sequence, matrix), output=output, shares=())
            wholes |= {step: (whole, (axis, which)) for which, steps in found.items() for step in steps}
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
        steps.append(replace(step, op=registry["getitem"], inputs=(whole.output,), params={"index": index_of(*place)},
                             shares=(0,)))
    return replace(program, steps=steps)


def place_of(step: Step) -> tuple[int, int] | None:
    """Along which axis it takes one slice, and which, counted from the front; None if it takes something else."""
    index, shape = step.params["index"], step.inputs[0].shape
    if not isinstance(index, tuple) or not index or type(index[-1]) is not int or not all(
            type(one) is slice and one == slice(None) for one in index[:-1]):
        return None
    axis = len(index) - 1
    return (axis, index[-1] % shape[axis]) if shape[axis] else None


def index_of(axis: int, place: int) -> tuple[Any, ...]:
    """The index that takes this slice."""
    return (*[slice(None)] * axis, place)
