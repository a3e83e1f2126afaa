"""The sum of the products of two long arrays is their dot product, and a factor of all terms stays outside of a sum."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from ..program import Blocks, Dot, Program, Step, Value

OPS = {"multiply", "square"}


def dotted(program: Program) -> Program:
    """In each loop over blocks, products that only sums need are left to those: no array is made of them."""
    used = Counter(value for step in program.each() for value in step.inputs) + Counter(program.outputs)
    return replace(program, steps=[_without_factors(_loop(step, used), used) if isinstance(step, Blocks) else step
                                   for step in program.steps])


def _loop(loop: Blocks, used: Counter[Value]) -> Blocks:
    """With dot products."""
    makers = {step.output: step for step in loop.steps if step.op.name in OPS and _plain(step)}
    instead: dict[Step, Step] = {}
    for total in _totals(loop):
        value, = total.inputs
        if value in makers and used[value] == 1:
            a, b = (*makers[value].inputs, *makers[value].inputs)[:2]
            instead[total] = Dot(total.op, (a, b), total.params, total.output, total.line)
            instead[makers[value]] = instead[total]
    return _changed(loop, instead, {step for step in instead if step.op.name in OPS})


def _without_factors(loop: Blocks, used: Counter[Value]) -> Blocks:
    """With constant factors outside of the sums, where all that is done with the products is to add them up."""
    totals = _totals(loop)
    instead: dict[Step, Step] = {}
    done: set[Step] = set()
    for scaled in filter(_scales, loop.steps):
        factor, x = sorted(scaled.inputs, key=lambda value: len(value.shape))
        sums = [instead.get(total, total) for total in totals if scaled.output in instead.get(total, total).inputs]
        once = all(getattr(total, "factor", None) is None and total.inputs.count(scaled.output) == 1 for total in sums)
        if not sums or not once or used[scaled.output] != len(sums):
            continue
        for total in sums:
            inputs = tuple(x if value is scaled.output else value for value in total.inputs)
            instead[total] = Dot(total.op, inputs, total.params, total.output, total.line, factor=factor)
        done.add(scaled)
    return _changed(loop, instead, done)


def _changed(loop: Blocks, instead: dict[Step, Step], done: Iterable[Step]) -> Blocks:
    return replace(loop, steps=[instead.get(step, step) for step in loop.steps if step not in done])


def _totals(loop: Blocks) -> list[Step]:
    """The sums of all entries of an array."""
    return [step for step in loop.steps if step.output in loop.sums and math.prod(step.output.shape) == 1]


def _plain(step: Step) -> bool:
    """Whether it multiplies arrays of one shape, in a precision that BLAS has."""
    return not step.params and step.output.array.dtype in ("float32", "float64") and all(
        value.shape == step.output.shape for value in step.inputs)


def _scales(step: Step) -> bool:
    """Whether it multiplies an array by a number that is known."""
    if step.op.name != "multiply" or step.output.array.dtype not in ("float32", "float64"):
        return False
    factor, x = sorted(step.inputs, key=lambda value: len(value.shape))
    return (factor.kind == "constant" and not factor.shape and x.shape == step.output.shape != ()
            and bool(np.isfinite(factor.array)))
