"""A value that is used several times collects an adjoint from each use: these, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import nest
from ..convert import convert
from ..ops.reductions import reduce_sum
from ..tape import GradientTape
from ..tensor import Tensor


def uses(function: Callable[[list[Tensor]], Any], arrays: Sequence[np.ndarray], place: int,
         weights: np.ndarray) -> list[np.ndarray]:
    """What each op inside a function that uses one argument adds to the gradient of its floating result, weighted."""
    tensors = [Tensor(x) for x in arrays]
    with GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(tensors)
        results = map(convert, nest.flatten(function(tensors)))
        total = reduce_sum(next(y for y in results if y._array.dtype.kind in "fc") * Tensor(weights))
    adjoints, found = tape.adjoints(total), []
    for step in tape.steps():
        for x, rule in zip(step.inputs, step.op.rules, strict=False):
            if x is tensors[place] and rule is not None and step.key in adjoints:
                y: Any = step()
                values = [each._array for each in step.inputs]
                found.append(np.asarray(rule(adjoints[step.key], y._array, *values, **step.params)))
    return found
