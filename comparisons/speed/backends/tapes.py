"""tapes, eager or as a function that is watched once."""

from __future__ import annotations

from typing import Any

import tapes

from ...backends import Unsupported
from ..workload import Numbers, Prepared, Workload
from . import tape


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    tapes.config.threading.set_intra_op_parallelism_threads(threads)
    if way == "eager":
        return tape.prepare(tapes, workload, numbers, lambda step: step)
    function: Any = getattr(tapes, "function", None)
    if function is None:
        raise Unsupported("this version of tapes has no tapes.function")
    return tape.prepare(tapes, workload, numbers, function)
