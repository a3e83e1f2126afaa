"""A tape or a target that there is nothing to show of is refused, and the error says which mistake it was."""

from __future__ import annotations

from typing import Any

from ..arguments import single, without_steps
from ..protocols import TensorLike
from ..tape import GradientTape, watched


def with_steps(who: str, tape: Any) -> None:
    """TypeError for what is no tape, ValueError for a tape without steps."""
    _tape(who, tape)
    if not tape.steps():
        raise ValueError(without_steps(tape))


def on_tape(who: str, tape: Any, target: Any) -> Any:
    """The target, if the tape holds it and it can have a derivative."""
    _tape(who, tape)
    if isinstance(target, TensorLike) and not floating(target):
        raise ValueError(f"The target holds {integers(target)}")
    y = single("target", target)
    with_steps(who, tape)
    if all(step() is not y for step in tape.steps()):
        raise ValueError(not_on(tape))
    return y


def _tape(who: str, tape: Any) -> None:
    if not isinstance(tape, GradientTape):
        raise TypeError(f"{who}(tape, target): a GradientTape comes first, got {type(tape).__name__}")


def not_on(tape: GradientTape) -> str:
    """What to say about a target that the tape does not hold."""
    whole = [x for step in tape.steps() if step.op is watched and (x := step()) is not None and not floating(x)]
    return ("The target is not on this tape: it was computed after the `with` block, from constants alone, or from "
            "what NumPy gave (np.tanh(x), x.numpy()), which is a constant too. tape.why_none(target, source) says more."
            + "".join(f" And what is watched holds {integers(x)}" for x in whole[:1]))


def floating(x: TensorLike) -> bool:
    """Whether its numbers are such that they can have a derivative."""
    return x._array.dtype.kind in "fc"


def integers(x: TensorLike, example: Any = 3) -> str:
    """The dtype of integers, or what else has no derivative, and what to do."""
    return (f"{x._array.dtype.name}, and only floating-point numbers have derivatives: write {example}.0 instead of "
            f"{example} where the tensors are made, as in tapes.Variable(3.0), or take tapes.cast(x, tapes.float32).")
