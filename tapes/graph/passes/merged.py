"""A sum of products of thin matrices is one product of long ones: a1.T @ b1 + a2.T @ b2 = [a1, a2].T @ [b1, b2]."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...op import registry
from ..program import Program, Step, Value, hollow
from .hoisted import place_of

FEWEST = 4  # terms for which it is worth the trouble
THIN = 16384  # entries of a matrix, up to which a product takes less time than what Python does around it


def merged(program: Program) -> Program:
    """Where a weight or a bias is used many times, as in a recurrent network, the terms of its adjoint are computed
    together."""
    makers = {step.output: step for step in program.steps if isinstance(step, Step)}
    used: dict[Value, int] = {}
    for value in (*program.outputs, *(value for step in program.steps for value in step.inputs)):
        used[value] = used.get(value, 0) + 1
    inner: set[Step] = set()  # additions that are part of a longer sum
    sums: list[tuple[Step, list[Value]]] = []
    for step in reversed(program.steps):
        if isinstance(step, Step) and step.op.name == "add" and step not in inner:
            terms, adds = _terms(step, makers, used)
            inner.update(adds)
            sums.append((step, terms))
    together: dict[tuple[Value, ...], Value] = {}
    instead = {root: _together(root, terms, makers, used, together)
               for root, terms in reversed(sums) if len(terms) >= FEWEST}
    return replace(program, steps=[one for step in program.steps for one in instead.get(step, [step])])


def _terms(root: Step, makers: dict[Value, Step], used: dict[Value, int]) -> tuple[list[Value], list[Step]]:
    """What a sum of sums of ... adds up, and the additions in it; each is used in this sum alone."""
    terms, adds, waiting = [], [], [*root.inputs]
    while waiting:
        value = waiting.pop()
        maker = makers.get(value)
        if maker is not None and maker.op.name == "add" and used[value] == 1 and value.shape == root.output.shape:
            adds.append(maker)
            waiting += maker.inputs
        else:
            terms.append(value)
    return terms, adds


def _together(root: Step, terms: list[Value], makers: dict[Value, Step], used: dict[Value, int],
              together: dict[tuple[Value, ...], Value]) -> list[Step]:
    """The steps for the sum of these terms; `together` has what was put together earlier."""
    products: list[Value] = []
    sums: list[Value] = []
    others: list[Value] = []
    if any(value.shape != root.output.shape for value in terms):  # one of them is repeated by broadcasting
        return [root]
    for value in reversed(terms):
        maker = makers.get(value)
        kind = _kind(maker, makers) if used[value] == 1 else ""
        (products if kind == "product" else sums if kind == "sum" else others).append(value)
    if max(len(products), len(sums)) < FEWEST:
        return [root]
    steps: list[Step] = []
    left = others

    def made(name: str, inputs: tuple[Value, ...], whole: tuple[int, ...], **params: Any) -> Value:
        output = Value("step", hollow(root.output.array.dtype, whole))
        steps.append(Step(registry[name], inputs, params, output, root.line))
        return steps[-1].output

    def put_together(values: list[Value]) -> Value:
        shape = (sum(value.shape[0] for value in values), *values[0].shape[1:])
        sequence = sequence_of(values, makers)
        if sequence is not None:  # the slices of a sequence, all of them: they are together
            return made("reshape", (sequence,), shape, shape=shape)
        key = tuple(values)
        if key not in together:
            together[key] = made("concat", key, shape, axis=0)
        return together[key]

    if len(products) >= FEWEST:
        pairs = [(makers[makers[value].inputs[0]].inputs[0], makers[value].inputs[1]) for value in products]
        a, b = (put_together(list(each)) for each in zip(*pairs[::-1]))
        left = [*left, made("matmul", (made("swap_last", (a,), a.shape[::-1]), b), root.output.shape)]
    else:
        left = [*left, *products]
    if len(sums) >= FEWEST:
        whole = put_together([makers[value].inputs[0] for value in sums[::-1]])
        left = [*left, made("sum_to", (whole,), root.output.shape, shape=root.output.shape)]
    else:
        left = [*left, *sums]
    total = left[0]
    for value in left[1:]:
        total = made("add", (total, value), root.output.shape)
    steps[-1] = replace(steps[-1], output=root.output)
    return steps


def sequence_of(values: list[Value], makers: dict[Value, Step]) -> Value | None:
    """The sequence of which these are the slices, from the first to the last, or None."""
    found = [makers.get(value) for value in values]
    sequence = found[0].inputs[0] if found[0] is not None and found[0].inputs else None
    for i, step in enumerate(found):
        if step is None or step.op.name != "getitem" or step.inputs[0] is not sequence or place_of(step) != (0, i):
            return None
    return sequence if sequence is not None and sequence.shape[0] == len(values) else None


def _kind(maker: Step | None, makers: dict[Value, Step]) -> str:
    """Whether it is a product a.T @ b of thin matrices, or a sum over the rows of one."""
    if maker is None or any(np.prod(value.shape) > THIN for value in maker.inputs):
        return ""
    if maker.op.name == "matmul" and len(maker.inputs[1].shape) == 2:
        turned = makers.get(maker.inputs[0])
        return "product" if turned is not None and turned.op.name == "swap_last" and len(
            turned.output.shape) == 2 else ""
    one = (maker.op.name == "sum_to" and len(maker.inputs[0].shape) == 2
           and maker.inputs[0].shape[1:] == maker.output.shape)
    return "sum" if one else ""

