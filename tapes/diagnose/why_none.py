"""Why is this gradient None? The tape knows something, and a history knows nearly everything."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .. import nest
from ..chain_rule import Step, leading_from
from ..parts import bundle
from ..protocols import TensorLike
from ..tape import GradientTape
from ..variable import Variable
from .chain import broken_chain
from .explanation import Explanation, Explanations, Question
from .history import History, history_about


def why_none(tape: GradientTape, target: Any, source: Any, names: dict[int, str]) -> Explanation | Explanations:
    """What `GradientTape.why_none` answers; `names` are those of the user's program, by id."""
    if nest.is_nested(target):
        raise TypeError(f"why_none: one target at a time, but it is a {type(target).__name__}: ask for each of its "
                        "tensors, why_none(target[0], sources)")
    if nest.is_nested(source):
        return Explanations(_why_none(tape, target, each, names) for each in nest.flatten(source))
    return _why_none(tape, target, source, names)


def _why_none(tape: GradientTape, target: Any, source: Any, names: dict[int, str]) -> Explanation:
    question, history = Question(target, source, names), history_about(tape)
    for role, x in (("target", target), ("source", source)):
        if not isinstance(x, TensorLike):
            line = history.exports[-1].line if history and history.exports else None
            return question.because("not a tensor", line, wrong=f"the {role} is no tensor but a {type(x).__name__}")
    if target is source:
        return question.connected("the gradient of a tensor by itself is 1")
    if source._array.dtype.kind not in "fc":
        line = history.line_of(source) if history else None
        return question.because("integer source", line, dtype=source.dtype.name)
    return (_on_the_tape(tape, question, history)
            or (_by_the_tape(tape, question) if history is None else broken_chain(tape, question, history)))


def _on_the_tape(tape: GradientTape, question: Question, history: History | None) -> Explanation | None:
    """An answer for which the steps on the tape are enough; None when they are not."""
    trace, source = tape._trace or {}, question.source
    if id(source) not in trace or id(question.target) not in trace:
        return None
    reached = tape.adjoints(question.target)
    if id(source) in reached:
        return question.connected("they are connected on this tape")
    barrier = _barrier(trace, source, question.target, reached)
    if barrier is None:
        return None
    step, inward = barrier
    line = history.line_of(step()) if history else None
    if not any(rule for _, rule in inward):
        return question.because("no derivative", line, step.op.name)
    if not _floating(step, inward):
        return question.because("integer", line, step.op.name)
    return question.gave_none("custom_gradient" if step.op is bundle else step.op.name, line)


def _barrier(trace: dict[int, Step], source: Any, target: Any,
             reached: Collection[int]) -> tuple[Step, list[tuple[Any, Any]]] | None:
    """On the way from source to target the first op that no adjoint can pass, with its inputs there and their rules.

    If each could, it is the one at which the adjoint arrived, but behind which it did not: its rule returned None.
    """
    upstream = {id(target)}
    for key, step in reversed(trace.items()):
        if key in upstream:
            upstream.update(map(id, step.inputs))
    downstream, stopped = set(), None
    for key, step in trace.items():
        if key == id(source):  # what used it before it was watched does not count
            downstream.add(key)
        inward = [(x, rule) for x, rule in zip(step.inputs, step.op.rules, strict=False) if id(x) in downstream]
        if inward and key in upstream:
            downstream.add(key)
            if not any(rule for _, rule in inward) or not _floating(step, inward):
                return step, inward
            if stopped is None and key in reached and not any(id(x) in reached for x, _ in inward):
                stopped = step, inward
    return stopped


def _floating(step: Step, inward: list[tuple[Any, Any]]) -> bool:
    """Whether floating numbers go in and come out."""
    output: Any = step()
    return output._array.dtype.kind in "fc" and any(x._array.dtype.kind in "fc" for x, _ in inward)


def _by_the_tape(tape: GradientTape, question: Question) -> Explanation:
    """The usual suspects, as far as the tape alone can tell them apart."""
    trace, source = tape._trace, question.source
    if trace is None and not tape._used_up:
        return question.because("never entered")
    if trace is None and tape._leaves:
        return question.because("unknown")
    trace = trace or {}  # used up, too, but nothing was watched: there never were steps
    if id(source) in trace and id(source) in leading_from(trace, {id(question.target)}):
        return question.because("swapped")
    if id(source) in trace:
        return question.because("unlinked" if id(question.target) in trace else "target not on the tape")
    if isinstance(source, Variable):
        return question.because("not trainable" if not source.trainable else
                                "not read" if tape._watch_accessed else "watch_accessed_variables")
    for step in tape.steps():
        x: Any = step()
        if x is not None and _same_memory(source, x):
            read = isinstance(x, Variable)
            return question.because("fresh read" if read else "fresh slice", there="",
                                    origin=f", {question.called(x, 'by its name')}")
    user = next((step for step in trace.values() for x in step.inputs if x is source), None)
    when = f" when {user.op.name} used it" if user else ""
    instead = "" if user or id(question.target) not in trace else (
        "; or if it was made anew, as each slice is and each result of an op, give gradient() what the target was "
        "computed from")
    return question.because("not watched", op=user.op.name if user else None, parent=question.s, when=when,
                            instead=instead)


def _same_memory(a: Any, b: Any) -> bool:
    """Whether one is a read or a slice of the other."""
    def owner(x: Any) -> Any:
        base = getattr(x._array, "base", None)
        return x._array if base is None else base

    return owner(a) is owner(b)
