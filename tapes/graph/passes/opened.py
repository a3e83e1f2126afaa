"""Softmax and the cross-entropies begin alike: where two of them look at the same numbers, they share their powers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from ...op import registry
from ..program import Program, Step, Value, hollow
from .shared import shared

_LOGITS = {"softmax": 0, "softmax_cross_entropy": 1, "sparse_softmax_cross_entropy": 1}  # which input they are


def opened(program: Program) -> Program:
    """Such steps are written as the steps that they are made of, to the last bit; what is there twice is shared."""
    times = Counter(map(_looks_at, program.steps))
    steps: list[Any] = []
    for step in program.steps:
        about = _looks_at(step)
        if about is None or times[about] < 2:
            steps.append(step)
            continue
        do = _Writing(steps, step)
        shifted, powers, total = _powers(do, *about)
        if step.op.name == "softmax":
            do("divide", powers, total)
        elif step.op.name == "softmax_cross_entropy":
            labels, logs = step.inputs[0], do("subtract", shifted, do("log", total))
            zero = do.number(0)
            terms = do("where", do("equal", labels, zero), zero, do("multiply", labels, logs))
            do("negative", do("reduce_sum", terms, axis=-1))
        else:
            labels, rows = step.inputs[0], (shifted.array.size // shifted.shape[-1], shifted.shape[-1])
            picked = do("picked", do("reshape", shifted, shape=rows), do("reshape", labels, shape=rows[:1]))
            do("subtract", do("log", do("reshape", total, shape=labels.shape)),
               do("reshape", picked, shape=labels.shape))
        steps[-1] = replace(steps[-1], output=step.output)
    return shared(replace(program, steps=steps))


def _looks_at(step: Any) -> tuple[Value, int] | None:
    """The numbers of which it needs the powers, and the axis along which they are added up."""
    if not isinstance(step, Step) or step.op.name not in _LOGITS:
        return None
    x, axis = step.inputs[_LOGITS[step.op.name]], step.params.get("axis", -1)
    return (x, axis % len(x.shape)) if isinstance(axis, int) and x.array.size else None


def _powers(do: _Writing, x: Value, axis: int) -> tuple[Value, Value, Value]:
    """x less its largest entry, exp of that, and its sum: the same for all of them."""
    top = do("minimum", do("reduce_max", x, axis=axis, keepdims=True), do.number(np.finfo(x.array.dtype).max))
    shifted = do("subtract", x, top, called="shifted")
    powers = do("exp", shifted, called="powers")
    return shifted, powers, do("reduce_sum", powers, axis=axis, keepdims=True, called="total")


class _Writing:
    """Appends steps for one that they replace."""

    def __init__(self, steps: list[Any], instead: Step) -> None:
        self._steps, self._instead = steps, instead

    def __call__(self, name: str, *inputs: Value, called: str = "", **params: Any) -> Value:
        found = registry[name].forward(*(hollow(value.array.dtype, value.shape) for value in inputs), **params)
        output = Value("step", hollow(found.dtype, found.shape), called)
        self._steps.append(Step(registry[name], inputs, params, output, self._instead.line, (0,) * (name == "reshape")))
        return output

    def number(self, number: float) -> Value:
        """A constant of the dtype of the result."""
        return Value("constant", self._instead.output.array.dtype.type(number))
