"""The sum of the products of two long arrays is their dot product: it needs no array of products."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

from ..program import Blocks, Dot, Program, Step, Value

OPS = {"multiply", "square"}


def dotted(program: Program) -> Program:
    """In each loop over blocks, products that only one sum needs are left to that sum."""
    used = Counter(value for step in program.each() for value in step.inputs) + Counter(program.outputs)
    return replace(program, steps=[_loop(step, used) if isinstance(step, Blocks) else step for step in program.steps])


def _loop(loop: Blocks, used: Counter[Value]) -> Blocks:
    makers = {step.output: step for step in loop.steps if step.op.name in OPS and _plain(step)}
    instead: dict[Step, Step] = {}
    for total in loop.steps:
        if total.output in loop.sums and math.prod(total.output.shape) == 1:
            value, = total.inputs
            if value in makers and used[value] == 1:
                a, b = (*makers[value].inputs, *makers[value].inputs)[:2]
                instead[total] = Dot(total.op, (a, b), total.params, total.output, total.line)
                instead[makers[value]] = instead[total]
    done = {step for step in instead if step.op.name in OPS}
    return replace(loop, steps=[instead.get(step, step) for step in loop.steps if step not in done])


def _plain(step: Step) -> bool:
    """Whether it multiplies arrays of one shape, in a precision that BLAS has."""
    return not step.params and step.output.array.dtype in ("float32", "float64") and all(
        value.shape == step.output.shape for value in step.inputs)
