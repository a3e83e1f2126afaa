"""Large results go into memory that is there already: where a value is needed no more, the next one takes its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..program import Blocks, Call, Program, Step, Value, hollow
from ..templates import VIEWS, writes

SMALL = 4096  # entries; below that, fresh memory is as quick


def reused(program: Program) -> Program:
    """Each step that can write into given memory gets a buffer, and so does each result of a loop; within loops, where
    each thread needs its own, what a step of the loop has made and nobody needs any more."""
    wanted = {*program.outputs, *(value for effect in program.effects for value in effect.inputs)}
    steps = [replace(step, steps=_placed(step.steps, {*step.kept}, lambda value: value))
             if isinstance(step, Blocks) else step for step in program.steps]
    return replace(program, steps=_placed(
        steps, wanted, lambda value: Value("buffer", hollow(value.array.dtype, value.shape))))


def _placed(steps: Sequence[Any], wanted: set[Value], fresh: Callable[[Value], Value]) -> list[Any]:
    """Liveness, and first come, first served; `fresh` says where a value is that finds no memory to be put into."""
    roots: dict[Value, dict[Value, None]] = {}  # of a value that is in the memory of others: which, in order
    last: dict[Value, int] = {}
    for place, step in enumerate(steps):
        for value in step.inputs:
            last.update(dict.fromkeys(roots.get(value, (value,)), place))
        for value in _shared(step):
            roots.setdefault(step.output, {step.output: None}).update(roots.get(value, {value: None}))
    wanted = wanted.union(*(roots[value] for value in wanted if value in roots))
    free: dict[tuple[tuple[int, ...], np.dtype], list[Value]] = {}
    held: dict[Value, Value] = {}  # value -> its buffer
    placed: list[Any] = []

    def put(value: Value, dying: list[Value], own: list[Value]) -> Value:
        """Memory for it: that of one of its own, which it takes the place of, or any that is free, or fresh."""
        kind = (value.shape, value.array.dtype)
        for other in own:
            if (other.shape, other.array.dtype) == kind:
                dying.remove(other)
                held[value] = held.pop(other)
                return held[value]
        held[value] = free[kind].pop() if free.get(kind) else fresh(value)
        return held[value]

    ending: dict[int, list[Value]] = {}
    for value, place in last.items():
        ending.setdefault(place, []).append(value)
    for place, step in enumerate(steps):
        dying = [value for value in ending.get(place, []) if value in held and value not in wanted]
        if _worth(step) and step.output not in wanted and step.output in last:
            own = [] if step.op.name == "matmul" else [value for value in step.inputs if value in dying]
            buffer = put(step.output, dying, own)
            step = step if buffer is step.output else replace(step, into=buffer)
        elif isinstance(step, Blocks):
            into = {}
            for value in step.kept:
                if value not in wanted and math.prod(value.shape) >= SMALL:
                    into[value] = put(value, dying, [
                        one for one in dying if _read_before(step, one, value, roots)])
            step = replace(step, into=into)
        for value in dying:
            buffer = held.pop(value)
            free.setdefault((buffer.shape, buffer.array.dtype), []).append(buffer)
        placed.append(step)
    return placed


def _read_before(loop: Blocks, value: Value, kept: Value, roots: Mapping[Value, Iterable[Value]]) -> bool:
    """Whether a block needs its rows of a value for nothing once it has made those of a kept result, and none needs
    other rows of it, as a transpose of it would."""
    if value not in loop.sliced or any(value in roots.get(other, ()) for other in loop.inputs):
        return False
    last, there = 0, {value}
    for place, step in enumerate(loop.steps):
        if there.intersection(step.inputs):
            last = place
            there |= {step.output} if step.shares else set()
    return last <= next(place for place, step in enumerate(loop.steps) if step.output is kept)


def _shared(step: Any) -> list[Value]:
    """The inputs whose memory the output may be in."""
    if isinstance(step, Call):
        return list(step.inputs)
    if not isinstance(step, Step):
        return []
    return list(step.inputs) if step.op.name in VIEWS else [step.inputs[i] for i in step.shares]


def _worth(step: Any) -> bool:
    """Whether it makes an array that is large enough, and that NumPy can put where it is told."""
    return isinstance(step, Step) and math.prod(step.output.shape) >= max(SMALL, 1) and step.output.shape != () and (
        writes(step))  # a number is no array, of which another step could be a view
