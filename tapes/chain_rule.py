"""The chain rule: walk the steps from the last to the first, and hand each adjoint on to what the step was made of."""

from __future__ import annotations

import operator
import weakref
from collections.abc import Collection, Sequence
from typing import Any

from .op import NONE, Op
from .protocols import TensorLike
from .rules import Each
from .tensor import Tensor


class Step(weakref.ref):
    """One line of the tape: the op, its inputs and parameters, and a weak reference to its output.

    The reference is weak so that the tape keeps nothing alive for its own sake: when nobody holds a result any more,
    its step leaves the tape, and with it whatever led only there.
    """

    __slots__ = ("inputs", "key", "op", "params")
    op: Op
    inputs: Sequence[Any]
    params: dict[str, Any]
    key: int

    def __repr__(self) -> str:
        return f"<step {self.op.name} of {len(self.inputs)} inputs>"


Adjoints = dict[int, tuple[Any, Any]]  # id(x) -> (x, the adjoint of x)
Trace = dict[int, Step]  # what a tape follows: id(output) -> the step that made it, in the order of recording


def backward(trace: Trace, adjoints: Adjoints, wanted: Collection[int], recorded: bool) -> dict[int, Any]:
    """Reverse accumulation: the adjoints of what is wanted, from those of the targets.

    Args:
        trace: the steps; they are used up, so that memory falls while the sweep goes on.
        adjoints: the adjoints that are known; at first those of the targets.
        wanted: the ids whose adjoints to return.
        recorded: whether another tape listens; then the rules run on tensors, else on plain arrays.
    """
    result = {}
    sums: set[int] = set()  # the adjoints that were added up here: nobody else holds them, so they may grow in place
    while trace:
        key, step = trace.popitem()
        if key not in adjoints:
            continue
        output, dy = adjoints.pop(key)
        if key in wanted:
            result[key] = dy
        inputs: Any = step.inputs
        y, xs = output, inputs
        if not recorded:
            y, xs = y._array, []
            for x in inputs:  # where there are but one or two, a loop is far quicker than a comprehension
                xs.append(x._array)
        rules, params = step.op.rules, step.params
        if type(rules) is Each:
            rules, xs, params = rules.given(dy, y, xs, params), (), NONE
        for x, rule in zip(inputs, rules):
            if rule is not None and (place := id(x)) in trace:
                dx = rule(dy, y, *xs, **params)
                if dx is None:
                    continue
                if place in sums:
                    dx = operator.iadd(adjoints[place][1], dx)
                elif place in adjoints:
                    dx = adjoints[place][1] + dx
                    sums.add(place)
                adjoints[place] = (x, dx)
    for key, (_, dy) in adjoints.items():
        if key in wanted:
            result[key] = dy  # a target that is a source, and that no step made
    if recorded:
        return result
    return {key: dy._array if type(dy) is Tensor else dy for key, dy in result.items()}  # a rule may call tf.sigmoid


def seeds(targets: Sequence[TensorLike], cotangents: Sequence[Any]) -> Adjoints:
    """What the sweep begins with: the adjoint of each target is its cotangent; of a target named twice, the sum."""
    adjoints: Adjoints = {}
    for y, dy in zip(targets, cotangents, strict=True):
        adjoints[id(y)] = (y, adjoints[id(y)][1] + dy if id(y) in adjoints else dy)
    return adjoints


def leading_from(trace: Trace, sources: Collection[int]) -> Trace:
    """The steps through which the sources reach anything: an adjoint that nobody asked for is never computed."""
    kept: Trace = {}
    for key, step in trace.items():
        if key in sources or any(id(x) in kept for x in step.inputs):
            kept[key] = step
    return kept
