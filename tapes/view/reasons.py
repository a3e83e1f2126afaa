"""Which rule an adjoint comes from, in a few words: what a teacher says while writing the line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ..graph.program import Step, Value
from .constants import uniform
from .ways import Users

# By op, and by the place of the input where that matters.
PHRASES: dict[str, str | tuple[str, ...]] = {
    "matmul": ("matrix product: the right factor, transposed", "matrix product: the left factor, transposed"),
    "add": "a sum hands its adjoint on", "subtract": ("a sum hands its adjoint on", "a difference: minus its adjoint"),
    "add_n": "a sum hands its adjoint on", "negative": "a minus stays a minus",
    "multiply": "product rule: times the other factor", "divide": ("quotient: divided alike", "quotient rule"),
    "reduce_sum": "each entry counts once in a sum", "reduce_mean": "each of n entries counts 1/n in a mean",
    "softmax_cross_entropy": ("labels: minus log softmax", "softmax and cross-entropy: softmax less labels"),
    "sparse_softmax_cross_entropy": ("", "softmax and cross-entropy: softmax less labels"),
    "sigmoid_cross_entropy": ("labels: minus logits", "sigmoid and cross-entropy: sigmoid less labels"),
    "softmax": "softmax: an entry acts on its whole row", "log_softmax": "log softmax: an entry acts on its whole row",
    "relu": "relu lets through where its input is positive", "getitem": "back to its place, 0 elsewhere",
    "gather": "rows taken twice collect twice", "reshape": "the same entries, in their old shape",
    "transpose": "transposed back", "swap_last": "transposed back", "concat": "its own part", "stack": "its own part",
    "reduce_max": "to the largest entry", "reduce_min": "to the least entry",
    "max_pool": "to the largest entry of each window", "avg_pool": "shared evenly by each window",
    "convolution": ("convolution with the kernel, turned by 180°", "what each kernel entry has met, window by window"),
    "einsum": "the other factor, summed over the other indices", "custom_gradient": "a rule of the program's own",
    "pow": ("power rule", "exponential rule: times the logarithm of the base"),
    "square": "power rule", "where": "where the condition chose it",
    "broadcast_to": "summed over the copies", "tile": "summed over the copies", "pad": "without the border",
    "cast": "the same, in its own dtype"}


def reason(about: Value, seen: Callable[[Value], Value], users: Users, names: Mapping[Value, str]) -> str:
    """Why the adjoint of a value is what it is.

    Args:
        about: the value.
        seen: what a value is another name for.
        users: the forward steps through which a value reaches the target, and as which input.
        names: of the values that have one.
    """
    found = users.get(about, ())
    ways = [(step, place) for step, place in found if step.op.name not in ("read", "identity")]
    if not ways:
        return ""
    square = len(ways) == 2 and ways[0][0] is ways[1][0] and ways[0][0].op.name == "multiply"
    if len({id(step) for step, _ in ways}) == 1 and len(ways) > 1 and not square:
        return "it enters twice"
    if len(ways) > 1 and not square:
        through = ", ".join(dict.fromkeys(_op(step) for step, _ in ways))
        return f"{len(ways)} ways add up: {through}"
    step, place = ways[0]
    said = "power rule" if square else _phrase(step, place, about)
    ops = [] if _silent(step, about) else [_through(step, about)]
    twice = square or _squares(step)
    while seen(step.output) not in names and len(users.get(step.output, ())) == 1:
        before, (step, place) = step.output, users[step.output][0]
        if not _silent(step, before):
            ops.append(_through(step, before))
            said = said if len(ops) > 1 else _phrase(step, place, before)
    if len(ops) > 2:
        return "chain rule through " + ", ".join(reversed(ops))
    if len(ops) == 2 and step.op.name in ("reduce_mean", "reduce_sum"):
        if step.op.name == "reduce_sum":
            return said
        cancel = twice and said == "power rule" and math.prod(step.inputs[0].shape) == 2 * math.prod(step.output.shape)
        return f"{said}; mean over all" + ": 2 times 1/2 is 1" * cancel
    return said if len(ops) < 2 else f"chain rule through {ops[1]}, {ops[0]}"


def _op(step: Step) -> str:
    return {"reduce_sum": "sum", "reduce_mean": "mean", "matmul": "matrix product", "multiply": "product", "add": "sum",
            "divide": "quotient", "subtract": "difference",
            "custom_gradient": "a rule of the program's own"}.get(step.op.name, step.op.name)


def _through(step: Step, x: Value) -> str:
    """An op on the way, and to which shape it has broadcast what came in."""
    return f"{_op(step)} (broadcast to {' x '.join(map(str, step.output.shape))})" if _broadcast(step, x) else _op(step)


def _broadcast(step: Step, x: Value) -> bool:
    return step.op.name in ("add", "subtract", "multiply", "divide") and x.shape != step.output.shape


def _squares(step: Step) -> bool:
    return step.op.name == "square" or (step.op.name == "pow" and uniform(step.inputs[1]) == 2)


def _silent(step: Step, x: Value) -> bool:
    """Whether a step hands an adjoint on as it is."""
    return (step.op.name in ("read", "identity", "add", "add_n") and x.shape == step.output.shape) or (
        step.op.name == "subtract" and step.inputs[0] is x and x.shape == step.output.shape)


def _phrase(step: Step, place: int, x: Value) -> str:
    if _broadcast(step, x):
        if len(step.output.shape) == 2 and x.shape in (step.output.shape[1:], (1, *step.output.shape[1:])):
            return "broadcast to every row: summed over rows"
        return f"broadcast to {' x '.join(map(str, step.output.shape))}: summed over the copies"
    phrase = PHRASES.get(step.op.name)
    if isinstance(phrase, tuple):
        phrase = phrase[min(place, len(phrase) - 1)]
    if phrase:
        return phrase
    return f"chain rule: slope of {step.op.name}" if step.op.formula else f"rule of {step.op.name}"
