"""Large results go into memory that is there already: where a value is needed no more, the next one takes its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..program import Call, Program, Step, Value
from ..templates import VIEWS

SMALL = 4096  # entries; below that, fresh memory is as quick


def reused(program: Program) -> Program:
    """Each step that can write into given memory gets a buffer: liveness, and first come, first served."""
    roots: dict[Value, set[Value]] = {}  # of a value that is in the memory of others: which
    last: dict[Value, int] = {}
    for place, step in enumerate(program.steps):
        for value in step.inputs:
            last.update(dict.fromkeys(roots.get(value, {value}), place))
        for value in _shared(step):
            roots.setdefault(step.output, {step.output}).update(roots.get(value, {value}))
    wanted = set().union(*(roots.get(value, {value}) for value in (
        *program.outputs, *(value for effect in program.effects for value in effect.inputs))))
    free: dict[tuple[tuple[int, ...], np.dtype], list[Value]] = {}
    held: dict[Value, Value] = {}  # value -> its buffer
    steps: list[Any] = []
    ending: dict[int, list[Value]] = {}
    for value, place in last.items():
        ending.setdefault(place, []).append(value)
    for place, step in enumerate(program.steps):
        dying = [value for value in ending.get(place, []) if value in held and value not in wanted]
        if isinstance(step, Step) and _writes(step) and step.output not in wanted and step.output in last:
            kind = (step.output.shape, step.output.array.dtype)
            own = next((value for value in dying if step.op.name != "matmul"
                        and (value.shape, value.array.dtype) == kind), None)
            if own is not None:
                dying.remove(own)
                buffer = held.pop(own)
            else:
                buffer = free[kind].pop() if free.get(kind) else Value("buffer", np.empty(*kind))
            held[step.output] = buffer
            step = replace(step, into=buffer)
        for value in dying:
            buffer = held.pop(value)
            free.setdefault((buffer.shape, buffer.array.dtype), []).append(buffer)
        steps.append(step)
    return replace(program, steps=steps)


def _shared(step: Any) -> list[Value]:
    """The inputs whose memory the output may be in."""
    if isinstance(step, Call):
        return list(step.inputs)
    if not isinstance(step, Step):
        return []
    return list(step.inputs) if step.op.name in VIEWS else [step.inputs[i] for i in step.shares]


def _writes(step: Step) -> bool:
    """Whether NumPy can put the result where it is told."""
    if step.params or not step.output.shape or np.prod(step.output.shape) < SMALL:
        return False  # a number is no array, of which another step could be a view
    return isinstance(step.op.forward, np.ufunc) or (
        step.op.name == "matmul" and all(len(value.shape) == 2 for value in step.inputs))
