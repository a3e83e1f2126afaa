"""micrograd: a graph of Python numbers, so of double precision, one node for each operation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from micrograd.engine import Value

from ...backends import Unsupported
from ..workload import Numbers, Prepared, Workload

WORDS = SimpleNamespace(nn=SimpleNamespace(relu=Value.relu))


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    if workload.name != "scalars":
        raise Unsupported("it has single numbers only")
    parameters = [Value(float(p)) for p in numbers.parameters]
    data = [float(x) for x in numbers.data]

    def run() -> Any:
        for p in parameters:
            p.grad = 0
        found = workload.value(WORDS, parameters, data)
        found.backward()
        return found, parameters

    return Prepared(run, lambda result: [np.float32(result[0].data), *[np.float32(p.grad) for p in result[1]]])
