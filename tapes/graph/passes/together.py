"""What is asked of many small arrays, entry by entry, is asked of all of them at once."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ...batching import aligned
from ...op import registry
from ..program import Call, Program, Step, Value, hollow
from ..templates import VIEWS

FEWEST = 8  # steps for which it is worth the trouble
SMALL = 4096  # entries of an array, up to which Python takes more time than the arithmetic


def at_once(program: Program) -> Program:
    """Steps of one op on arrays of one shape that are all there before the first of them, as the slopes of a recurrent
    network are before its way back, become one step on all the arrays, of which each takes its slice."""
    places = {step.output: place for place, step in enumerate(program.steps) if isinstance(step, Step | Call)}
    latest: dict[Any, list[Step]] = {}  # by op and kind of array: those that could be done where the first of them is
    groups: list[list[Step]] = []
    for step in program.steps:
        if not _fits(step):
            continue
        value, = step.inputs
        group = latest.get(key := (step.op, value.shape, value.array.dtype))
        if group is None or places.get(value, -1) >= places[group[0].output]:
            groups.append(group := [])
            latest[key] = group
        group.append(step)
    instead: dict[Step, list[Step]] = {}
    for group in groups:
        if len(group) >= FEWEST:
            first, *others = _sliced(group)
            instead |= {group[0]: first, **dict(zip(group[1:], others, strict=True))}
    return replace(program, steps=[one for step in program.steps for one in instead.get(step, [step])])


def _fits(step: Any) -> bool:
    """Whether it is the work of several of NumPy's functions on one small array that a step has made."""
    if type(step) is not Step or step.params or len(step.inputs) != 1 or step.shares:
        return False
    value, = step.inputs
    return (step.op.lift is aligned and not isinstance(step.op.forward, np.ufunc) and step.op.name not in VIEWS
            and value.kind == "step" and value.shape == step.output.shape != () and math.prod(value.shape) <= SMALL)


def _sliced(group: list[Step]) -> list[list[Step]]:
    """For each of these steps what stands in its place: for the first also the step on all arrays."""
    first = group[0]
    shape, dtype = first.output.shape, first.output.array.dtype
    whole, long = (len(group), *shape), (len(group) * shape[0], *shape[1:])

    def made(name: str, inputs: tuple[Value, ...], size: tuple[int, ...], dtype: np.dtype, **params: Any) -> Step:
        return Step(registry[name], inputs, params, Value("step", hollow(dtype, size)), first.line)

    joined = made("concat", tuple(step.inputs[0] for step in group), long, first.inputs[0].array.dtype, axis=0)
    done = made(first.op.name, (joined.output,), long, dtype)
    parts = replace(made("reshape", (done.output,), whole, dtype, shape=whole), shares=(0,))
    slices = [replace(step, op=registry["getitem"], inputs=(parts.output,), params={"index": (i,)}, shares=(0,))
              for i, step in enumerate(group)]
    return [[joined, done, parts, slices[0]], *([each] for each in slices[1:])]
