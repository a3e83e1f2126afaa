"""A tape as a table: one line a step, and beside each value its adjoint, the backward pass on one screen."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from ..arguments import without_steps
from ..chain_rule import Step
from ..parts import Arrived, Parts
from ..tape import GradientTape
from ..variable import Variable
from .refused import not_on

WIDTH = 100  # of the table, so that it fits a projector
_VALUE, _NARROW = 28, 20  # of a value or an adjoint, and where the table would be wider
_LEAST = 10  # of a name, an op, or inputs, which give way where the table would be wider


def table(tape: GradientTape, target: Any, names: dict[int, str]) -> str:
    """The steps of a tape, with `names` for the values that the user's program has names for."""
    living = [(step, y) for step in tape.steps() if (y := step()) is not None]  # held, while the table is made
    steps = [step for step, _ in living]
    if not steps:
        return without_steps(tape)
    adjoints = {} if target is None else tape.adjoints(target)
    lost = target is not None and not adjoints
    labels = labels_of(steps, names)
    header = ["step", "result", "op", "inputs", "shape", "value"] + (["adjoint"] if target is not None else [])
    for most in (_VALUE, _NARROW):
        rows = [header]
        for number, (step, y) in enumerate(living):
            value = y._array
            row = [str(number), labels[step.key], step.op.name, _inputs(step, {**names, **labels}), shape_of(value),
                   abridged(value, most)]
            if target is not None:
                dy = adjoints.get(step.key)
                dy = dy.in_order(y) if isinstance(dy, Arrived) else dy
                row.append("-" if dy is None else abridged(dy, most))
            rows.append(row)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if _total(widths) <= WIDTH:
            break
    while _total(widths) > WIDTH:
        widest = max(1, 2, 3, key=widths.__getitem__)
        if widths[widest] <= _LEAST:
            break
        widths[widest] -= 1
    lines = ["  ".join(cut(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
             for row in rows]
    table = [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
    if lost:
        table += textwrap.wrap(not_on(tape), WIDTH, break_on_hyphens=False)
    return "\n".join(table)


def _total(widths: list[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def labels_of(steps: list[Step], names: dict[int, str]) -> dict[int, str]:
    """What each result is called: the Variable's name, the name in the user's program, or the number of its step."""
    labels = {}
    for number, step in enumerate(steps):
        output = step()
        own = output.name.removesuffix(":0") if isinstance(output, Variable) else None
        own = None if own == "Variable" or "/" in names.get(step.key, "") else own  # dense/kernel tells more
        labels[step.key] = own or names.get(step.key) or f"%{number}"
    return labels


def _inputs(step: Step, labels: dict[int, str]) -> str:
    shown = [labels.get(id(x)) or _constant(x._array) for x in step.inputs]
    return ", ".join([*shown, *settings(step)])


def settings(step: Step) -> list[str]:
    """The parameters of a step, without those that say nothing."""
    return [f"{key}={_plain(value)}" for key, value in step.params.items() if value is not None and value is not False]


def _constant(value: Any) -> str:
    """A constant as an input: itself when it is a few numbers, else its shape."""
    few = isinstance(value, Parts) or np.size(value) <= 4
    return abridged(value) if few else f"constant{list(value.shape)}"


def shape_of(value: Any) -> str:
    return ", ".join(map(shape_of, value)) if isinstance(value, Parts) else str(value.shape)


def _plain(value: Any) -> str:
    shown = value.name if isinstance(value, np.dtype) else str(value) if isinstance(value, tuple) else repr(value)
    return cut(shown, _VALUE)


def cut(text: str, width: int) -> str:
    """Its beginning and its end, which tells hidden/kernel from hidden/bias."""
    if len(text) <= width:
        return text
    end = (width - 3) // 2
    return text[:width - 3 - end] + "..." + text[len(text) - end:]


def abridged(value: Any, width: int = _VALUE) -> str:
    """As much of a value as a line of a table can hold: its entries, with fewer digits, or at last their range."""
    if isinstance(value, Parts):
        return cut(", ".join("-" if one is None else abridged(one, width) for one in value), width)
    array = np.asarray(value)
    if array.size <= 1000:
        for digits in ({"precision": 4}, {"formatter": {"float_kind": "{:.3g}".format}}):
            shown = " ".join(np.array2string(array, separator=" ", threshold=6, edgeitems=2, **digits).split())
            shown = shown.replace("[ ", "[").replace(" ]", "]")
            if len(shown) <= width:
                return shown
    if array.dtype.kind == "c":
        return f"|.| {_range(np.abs(array))}"
    return _range(array)


def _range(array: np.ndarray) -> str:
    """The least and the largest entry, and whether there is a nan."""
    numbers = array[~np.isnan(array)]
    if not numbers.size:
        return "all nan" if array.size else "empty"
    least, largest = (f"{float(one):.3g}" for one in (numbers.min(), numbers.max()))
    shown = f"all {least}" if numbers.min() == numbers.max() else f"{least} to {largest}"
    return shown if numbers.size == array.size else f"nan, {shown}"
