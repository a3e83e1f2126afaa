"""One matrix times many constant ones, as in a Jacobian, is that matrix times all of them side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...op import registry
from ..program import Program, Step, Value, hollow


def side_by_side(program: Program) -> Program:
    """A batch of products a @ c[k] with a constant c becomes one product, and the parts of that are the batch."""
    steps: list[Any] = []
    for step in program.steps:
        if not _many(step):
            steps.append(step)
            continue
        left, right = step.inputs
        (rows, inner), (many, _, columns), dtype = left.shape, right.shape, step.output.array.dtype
        beside = np.ascontiguousarray(right.array.transpose(1, 0, 2)).reshape(inner, many * columns)
        product, parts = Value("step", hollow(dtype, (rows, many * columns))), Value(
            "step", hollow(dtype, (rows, many, columns)))
        steps += [
            replace(step, inputs=(left, Value("constant", beside)), output=product),
            Step(registry["reshape"], (product,), {"shape": parts.shape}, parts, step.line, (0,)),
            Step(registry["transpose"], (parts,), {"perm": (1, 0, 2)}, step.output, step.line, (0,))]
    return replace(program, steps=steps)


def _many(step: Any) -> bool:
    if not isinstance(step, Step) or step.op.name != "matmul":
        return False
    left, right = step.inputs
    return right.kind == "constant" and len(left.shape) == 2 and len(right.shape) == 3 and right.array.size > 0
