"""What is added to one slice of a sequence after the other, as a bias is, is added to the sequence, at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...op import registry
from ..program import Program, Step, Value, hollow
from .hoisted import FEWEST, place_of

Uses = dict[Value, list[Any]]  # which steps take a value, once for each time; None stands for the caller


def added_once(program: Program) -> Program:
    """Sums x[0] + b, x[1] + b, ... become slices of x + b; and where x is a product, x[0] + a[0] + b, ... become
    y[0] + a[0], ... with y = x + b.

    So b must be there from the start, and the slices must be used for nothing else. To add b before a[0] rounds
    otherwise, where x and a cancel by as much as x is large; only of a product can x not be trusted further than that.
    """
    products = {step.output for step in program.steps if isinstance(step, Step) and step.op.name == "matmul"}
    uses: Uses = {value: [None] for value in program.outputs}
    slices: dict[tuple[Value, int], list[Step]] = {}  # by the sequence, and the axis along which they are taken
    for step in program.steps:
        for value in step.inputs:
            uses.setdefault(value, []).append(step)
        if isinstance(step, Step) and step.op.name == "getitem" and (place := place_of(step)) is not None:
            slices.setdefault((step.inputs[0], place[0]), []).append(step)
    instead: dict[Step, list[Step]] = {}
    for (sequence, axis), parts in slices.items():
        sums = [_sums(part.output, axis, uses, 2 if sequence in products else 1) for part in parts]
        term = sums[0][0]
        if (len(parts) < FEWEST or 2 * len(parts) < sequence.shape[axis] or term is None
                or any(other is not term for other, _ in sums)):
            continue
        lasts = [adds[-1] for _, adds in sums]
        if len({*lasts}) < len(lasts) or any(last in instead for last in lasts):  # two slices in one sum
            continue
        whole = replace(parts[0], op=registry["add"], inputs=(sequence, term), params={}, shares=(),
                        output=Value("step", hollow(sequence.array.dtype, sequence.shape)))
        for part, (_, (*inner, last)) in zip(parts, sums, strict=True):
            taken = replace(part, inputs=(whole.output,), output=part.output if inner else last.output)
            instead[part] = [whole, taken] if part is parts[0] else [taken]
            instead[last] = []
            if inner:
                instead[inner[0]] = [replace(inner[0], output=last.output)]
    return replace(program, steps=[one for step in program.steps for one in instead.get(step, [step])])


def _sums(part: Value, axis: int, uses: Uses, most: int) -> tuple[Value | None, list[Step]]:
    """What is added to a slice, or to the sum of it and something else; and the one or two additions."""
    adds: list[Step] = []
    total = part
    while len(adds) < most and len(uses.get(total, ())) == 1 and _adds(uses[total][0], part):
        adds.append(uses[total][0])
        for term in adds[-1].inputs:
            behind = part.shape[axis:]  # where the sequence has its axis, no term can know which slice it is for
            if term is not total and term.kind != "step" and len(term.shape) <= len(behind) and np.broadcast_shapes(
                    term.shape, part.shape) == part.shape:
                return term, adds
        total = adds[-1].output
    return None, []


def _adds(step: Any, part: Value) -> bool:
    return isinstance(step, Step) and step.op.name == "add" and step.output.shape == part.shape
