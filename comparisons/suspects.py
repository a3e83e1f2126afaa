"""When the tape disagrees, which op is to blame? Each rule is held against what the values of its own op show."""

from __future__ import annotations

import numpy as np

import tapes

from .explain.blame import wrong_rules
from .explain.chain import chained
from .explain.condition import attempted
from .explain.program import program_of, rounding
from .problem import Problem


def suspects(problem: Problem) -> list[str]:
    """Sentences about the rules that do not match their ops, at the numbers where this loss uses them."""
    inputs = {name: tapes.Variable(array.astype(np.float64)) for name, array in problem.inputs.items()}
    data = {name: tapes.constant(array.astype(np.float64) if array.dtype.kind == "f" else array)
            for name, array in problem.data.items()}
    with tapes.GradientTape() as tape:
        target = problem.call(tapes, inputs, data)
    program = program_of(tape, target)
    arriving = chained(program, attempted, np.asarray).known
    found = {}
    for blame in wrong_rules(program, arriving, rounding(program)):
        where = f"op {blame.op!r}, the rule of input {blame.input + 1} of {len(program.steps[blame.place].inputs)}"
        found[where] = f"{where}: {blame.mistake}{' (' * bool(blame.mistake)}{blame.reason}{')' * bool(blame.mistake)}"
    return list(found.values())
