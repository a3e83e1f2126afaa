"""When the tape disagrees, which op is to blame? Each step's rule is held against central differences of its own op."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import tapes
from tapes.chain_rule import Step

from .problem import Problem

STEP = np.finfo(np.longdouble).eps ** (np.longdouble(1) / 3)
OFF = 1e-5  # far above what differences in extended precision are off by, far below any mistake in a rule


def suspects(problem: Problem) -> list[str]:
    """Sentences about the rules that do not match their ops, at the numbers where this loss uses them."""
    inputs = {name: tapes.Variable(array.astype(np.float64)) for name, array in problem.inputs.items()}
    data = {name: tapes.constant(array.astype(np.float64) if array.dtype.kind == "f" else array)
            for name, array in problem.data.items()}
    with tapes.GradientTape() as tape:
        target = problem.call(tapes, inputs, data)
    found = dict.fromkeys(sentence for step in tape.steps() for sentence in _examine(step))
    del target
    return list(found)


def _examine(step: Step) -> Iterator[str]:
    output = step()
    if output is None or output._array.dtype.kind != "f" or step.op.name in ("watch", "read"):
        return
    rng = np.random.default_rng(0)
    y, xs = np.asarray(output._array), [np.asarray(x._array) for x in step.inputs]
    g = rng.standard_normal(y.shape)
    for place, (x, rule) in enumerate(zip(xs, step.op.rules, strict=False)):
        if rule is None or x.dtype.kind != "f":
            continue
        ruled = rule(g, y, *xs, **step.params)
        where = f"op {step.op.name!r}, the rule of input {place + 1} of {len(xs)}"
        if ruled is None or np.shape(ruled) != x.shape:
            yield f"{where} gives {'None' if ruled is None else f'shape {np.shape(ruled)}'} for shape {x.shape}"
            continue
        direction = rng.standard_normal(x.shape)
        wide = [each.astype(np.longdouble) if each.dtype.kind == "f" else each for each in xs]

        def forward(h: np.longdouble, place: int = place, wide: list = wide, d: np.ndarray = direction) -> np.ndarray:
            moved = [each + h * d if i == place else each for i, each in enumerate(wide)]
            return np.asarray(step.op.forward(*moved, **step.params))

        here, right, left = forward(np.longdouble(0)), forward(STEP), forward(-STEP)
        slope = (right - left) / (2 * STEP)
        bend = np.max(np.abs(right - 2 * here + left), initial=0) / STEP
        if not bend <= OFF * (1 + np.max(np.abs(slope), initial=0)):
            continue  # a corner, or no number: what is right here is a matter of convention
        wanted, had = np.sum(g * slope), np.sum(np.asarray(ruled).astype(np.longdouble) * direction)
        scale = np.sum(np.abs(g * slope)) + np.sum(np.abs(ruled * direction))
        noise = np.sum(np.abs(g)) * np.finfo(np.longdouble).eps * np.max(np.abs(y), initial=0) / STEP
        if not abs(had - wanted) <= OFF * scale + 8 * noise:
            yield f"{where} is wrong: along a random direction it gives {float(had):.6g}, its op {float(wanted):.6g}"
