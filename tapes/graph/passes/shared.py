"""What was computed already is not computed again; what was read is not copied."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...variable import read
from ..literals import written
from ..program import Cut, Program, Step, Value
from .renaming import renamed


def shared(program: Program) -> Program:
    """Steps of one op with the same inputs and parameters have one result, the first of them."""
    seen: dict[Any, Value] = {}
    names: dict[Value, Value] = {}
    steps = []
    for step in program.steps:
        if isinstance(step, Step):
            inputs = tuple(names.get(value, value) for value in step.inputs)
            if step.op is read or isinstance(step, Cut):
                names[step.output] = inputs[0]
                continue
            params = {key: written(value) for key, value in step.params.items()}
            key = (step.op, tuple(map(_key, inputs)), tuple(params.items()))
            if None not in params.values() and key in seen:
                names[step.output] = seen[key]
                continue
            seen[key] = step.output
        steps.append(step)
    return renamed(program, steps, names)


def _key(value: Value) -> Any:
    """Constants that are the same number are one value."""
    plain = value.kind == "constant" and value.shape == () and isinstance(value.array, np.ndarray | np.generic)
    return (value.array.dtype, value.array.tobytes()) if plain else value
