"""The sums of the columns of a matrix are a row of ones times the matrix, and products are what BLAS is quick at."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from ...op import registry
from ..program import Piece, Program, Step, Value, hollow
from .blocks import axes_of

ROWS = 4096  # with more of them BLAS, which adds up one after the other, may be less exact than NumPy
SUMS: Any = Piece("column_sums", np.matmul)  # of a row of ones and matrices


def multiplied(program: Program) -> Program:
    """As a bias has them for its adjoint: x.sum(0) becomes ones.dot(x).

    A single column stays as it is, for NumPy adds up what lies side by side in pairs, and so more exactly.
    """
    ones: dict[tuple[int, np.dtype], Value] = {}
    steps: list[Any] = []
    for step in program.steps:
        kept = _kept(step)
        if kept is None:
            steps.append(step)
            continue
        x, = step.inputs
        if kept == 1 < len(x.shape) - 1:  # of all columns together there is one matrix
            rows = math.prod(x.shape[:-1])
            x = Value("step", hollow(x.array.dtype, (rows, x.shape[-1])))
            steps.append(Step(registry["reshape"], step.inputs, {"shape": x.shape}, x, step.line, (0,)))
        key = x.shape[-2], x.array.dtype
        if key not in ones:
            ones[key] = Value("constant", np.ones(*key), "ones")
        sums = Value("step", hollow(x.array.dtype, (*x.shape[:-2], x.shape[-1])))
        steps.append(Step(SUMS, (ones[key], x), {}, sums, step.line))
        if sums.shape != step.output.shape:
            steps.append(Step(registry["reshape"], (sums,), {"shape": step.output.shape}, step.output, step.line, (0,)))
        else:
            steps[-1] = replace(steps[-1], output=step.output)
    return replace(program, steps=steps)


def _kept(step: Any) -> int | None:
    """Of a sum over the next to last axis, or over all but the last: how many axes are left. Of all else, None."""
    if type(step) is not Step or step.op.name not in ("reduce_sum", "sum_to"):
        return None
    x, = step.inputs
    if x.array.dtype not in ("float32", "float64") or len(x.shape) < 2 or x.shape[-1] < 2 or 0 in x.shape:
        return None
    last = len(x.shape) - 1
    summed = axes_of(step) or ()
    if math.prod(x.shape[axis] for axis in summed) > ROWS:
        return None
    return last if summed == (last - 1,) else 1 if summed == (*range(last),) else None
