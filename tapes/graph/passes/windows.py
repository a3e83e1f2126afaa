"""A convolution and the adjoint of its filter look through the same windows: these are laid out once for both."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

from ...op import registry
from ...ops.conv import CACHED, windows
from ..program import Piece, Program, Step, Value, hollow

_WINDOWS = Piece("windows", windows)


def seen_once(program: Program) -> Program:
    """Both become products with the matrix of all windows, where that stays in the cache."""
    times = Counter(map(_looks_through, program.steps))
    laid_out: dict[Any, Value] = {}
    steps: list[Any] = []

    def do(op: Any, inputs: tuple[Value, ...], whole: tuple[int, ...], like: Step, **params: Any) -> Value:
        output = Value("step", hollow(like.output.array.dtype, whole))
        steps.append(Step(op, inputs, params, output, like.line, (0,) * (op.name in ("reshape", "swap_last"))))
        return output

    for step in program.steps:
        view = _looks_through(step)
        if view is None or times[view] < 2:
            steps.append(step)
            continue
        x, kernel, how = view
        entries, results, is_filter = math.prod(kernel) * x.shape[-1], step.output.shape[-1], "shape" in step.params
        places = math.prod((step.inputs[1] if is_filter else step.output).shape[:-1])
        if view not in laid_out:
            laid_out[view] = do(_WINDOWS, (x,), (places, entries), step, kernel=kernel, **dict(how))
        rows = (places, results) if is_filter else (entries, results)
        other = do(registry["reshape"], step.inputs[1:], rows, step, shape=rows)
        seen = laid_out[view]
        if is_filter:
            seen = do(registry["swap_last"], (seen,), (entries, places), step)
        whole = (entries if is_filter else places, results)
        do(registry["reshape"], (do(registry["matmul"], (seen, other), whole, step),), step.output.shape, step,
           shape=step.output.shape)
        steps[-1] = replace(steps[-1], output=step.output)
    return replace(program, steps=steps)


def _looks_through(step: Any) -> Any:
    """The image, the size of the window, and how it moves; None for what is no convolution, or too large a one."""
    if not isinstance(step, Step) or step.op.name not in ("convolution", "convolution_filter"):
        return None
    x, other = step.inputs
    filters, places = ((other.shape, step.output.shape) if step.op.name == "convolution" else
                       (step.params["shape"], other.shape))
    if filters[-2] != x.shape[-1] or math.prod(places[:-1]) * math.prod(filters[:-1]) > CACHED:
        return None
    how = {key: step.params[key] for key in ("strides", "padding", "dilations")}
    return x, tuple(filters[:-2]), tuple(how.items())
