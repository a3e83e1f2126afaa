"""NumPy as written by hand beside each workload: what all others are measured against."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..workload import TRAINING, Numbers, Prepared, Workload


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    if way == "settings":
        import tapes  # noqa: F401  # which makes its settings; here alone, for NumPy by hand is to have the usual ones
    if workload.kind != TRAINING:
        return Prepared(lambda: workload.by_hand(numbers), list)
    start = numbers.changed(np.copy)

    def reset() -> None:
        for changed, first in ((numbers.parameters, start.parameters), (numbers.state, start.state)):
            for array, kept in zip(changed, first, strict=True):
                array[...] = kept

    def run() -> Any:
        return workload.by_hand(numbers)

    return Prepared(run, list, reset)
