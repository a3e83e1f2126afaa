"""A tape as a table: one line a step, and beside each value its adjoint, the backward pass on one screen."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..chain_rule import Step
from ..parts import Parts
from ..tape import GradientTape
from ..variable import Variable

_WIDTH = 28  # of a value, so that the table fits a projector


def table(tape: GradientTape, target: Any, names: dict[int, str]) -> str:
    """The steps of a tape, with `names` for the values that the user's program has names for."""
    living = [(step, y) for step in tape.steps() if (y := step()) is not None]  # held, while the table is made
    steps = [step for step, _ in living]
    if not steps:
        return ("This tape holds no steps: nothing watched has been computed with (constants need tape.watch), or "
                "gradient() has used it up.")
    adjoints = {} if target is None else tape.adjoints(target)
    lost = target is not None and not adjoints
    labels = _labels(steps, names)
    header = ["step", "result", "op", "inputs", "shape", "value"] + (["adjoint"] if target is not None else [])
    rows = [header]
    for number, (step, y) in enumerate(living):
        value = y._array
        row = [str(number), labels[step.key], step.op.name, _inputs(step, labels), _shape(value), abridged(value)]
        if target is not None:
            dy = adjoints.get(step.key)
            row.append("-" if dy is None else abridged(dy))
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    table = [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
    if lost:
        table.append("The target is not on this tape: was it computed after the `with` block, or from constants alone?")
    return "\n".join(table)


def _labels(steps: list[Step], names: dict[int, str]) -> dict[int, str]:
    """What each result is called: the Variable's name, the name in the user's program, or the number of its step."""
    labels = {}
    for number, step in enumerate(steps):
        output = step()
        own = output.name.removesuffix(":0") if isinstance(output, Variable) else None
        own = None if own == "Variable" else own
        labels[step.key] = own or names.get(step.key) or f"%{number}"
    return labels


def _inputs(step: Step, labels: dict[int, str]) -> str:
    shown = [labels.get(id(x)) or _constant(x._array) for x in step.inputs]
    return ", ".join([*shown, *(f"{key}={_plain(value)}" for key, value in step.params.items()
                                if value is not None and value is not False)])


def _constant(value: Any) -> str:
    """A constant as an input: itself when it is a few numbers, else its shape."""
    few = isinstance(value, Parts) or np.size(value) <= 4
    return abridged(value) if few else f"constant{list(value.shape)}"


def _shape(value: Any) -> str:
    return ", ".join(map(_shape, value)) if isinstance(value, Parts) else str(value.shape)


def _plain(value: Any) -> str:
    shown = value.name if isinstance(value, np.dtype) else str(value) if isinstance(value, tuple) else repr(value)
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 3] + "..."


def abridged(value: Any) -> str:
    """A few digits of a few entries: as much of a value as a line of a table can hold; of many, their range."""
    if isinstance(value, Parts):
        return ", ".join("-" if one is None else abridged(one) for one in value)
    array = np.asarray(value)
    if array.size > 1000:
        return f"{array.min():.3g} to {array.max():.3g}"
    shown = np.array2string(array, precision=4, separator=" ", threshold=6, edgeitems=2)
    shown = " ".join(shown.split()).replace("[ ", "[").replace(" ]", "]")
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 3].rstrip() + "..." + "]" * array.ndim
