"""The chain of ops from a source to a target, as a history remembers it, and the words for its first broken link."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from ..op import registry
from ..tape import GradientTape
from ..variable import Variable
from .explanation import Explanation, Question
from .history import History, Made, histories
from .lineage import Break, Lineage

_EXPORTS = {"numpy": ".numpy()", "__array__": "a NumPy function", "__float__": "float()", "__int__": "int()",
            "__complex__": "complex()", "predict": "predict()"}


def broken_chain(tape: GradientTape, question: Question, history: History) -> Explanation:
    """Why no derivative flows from the source to the target of a question, by all that a history has heard."""
    return _Chain(tape, question, history).explanation()


class _Chain:
    def __init__(self, tape: GradientTape, question: Question, history: History) -> None:
        self.question, self.history, self.made = question, history, history.made
        self.lineage = Lineage(history, tape)
        self.source, self.target = history.number(question.source), history.number(question.target)

    def explanation(self) -> Explanation:
        links = self.lineage.path(self.source, self.target)
        if links is None:
            return self._no_chain()
        breaks: dict[str, Break] = {}  # the first of each cause
        for parent, child in links:
            link = self.lineage.broken(self.source, parent, child)
            if link is None:
                continue
            known = breaks.get(link.cause)
            if known is None or (known.child == parent and self.made[parent].how == "read"):  # rather what used it
                breaks[link.cause] = link
        if not breaks:
            return self._intact(links)
        first, *others = map(self._told, breaks.values())
        return dataclasses.replace(first, more=tuple(others))

    def _told(self, link: Break) -> Explanation:
        """A broken link in words."""
        cause, note, instead = link.cause, "", ""
        if cause in ("not watched", "watched late"):
            link = dataclasses.replace(link, child=self.lineage.first_use(self.source, self.target))
        made, born = self.made[link.child], self.made.get(link.parent)
        if cause == "not watched":
            places = {i for i, number in enumerate(made.parents) if number == link.parent}
            if any(followed & places for _, _, followed in made.tapes):
                cause = "only another tape watches"
            elif born and born.how and born.line and not self._is_variable(link.parent):
                note = f"; it is the tensor that {born.how} made in line {born.line.number}"
                origins = list(self.lineage.ancestors(link.parent))
                variable = next(filter(self._is_variable, origins), None)
                if variable:
                    note += f", not the Variable {self._called(variable)}"
                elif any(number in self.made and self.made[number].how == "read" for number in origins):
                    note += ", and no Variable any more"
                if not note.endswith(f"{born.line.number}"):
                    instead = "; to change a Variable and leave it a Variable, say assign, assign_add or assign_sub"
        at = f"line {link.event.line.number}" if link.event else "earlier"
        return self.question.because(cause, made.line, made.how, note, parent=self._called(link.parent), at=at,
                                     when=f" when {made.how} used it", instead=instead)

    def _intact(self, links: list[tuple[int, int]]) -> Explanation:
        """Every link carries a derivative: so the gradient is not None, or gradient() met a rule that returned None."""
        answers = [found for _, targets, sources, answers in self.lineage.log.gradients if self.target in targets
                   for number, found in zip(sources, answers, strict=True) if number == self.source]
        if answers and not answers[-1]:
            ops = [self.made[child] for _, child in links]
            own = next((made for made in ops if made.how == "custom_gradient" or made.how not in registry), ops[-1])
            return self.question.gave_none(own.how, own.line)
        return self.question.connected(f"a chain of {len(links)} op{'s'[:len(links) > 1]} connects them on this tape")

    def _no_chain(self) -> Explanation:
        """The target was not made from the source at all: what, then, was meant?"""
        if self.target in self.lineage.ancestors(self.source):
            made = self.made[self.source]
            return self.question.because("swapped", made.line, made.how)
        past = set(self.lineage.ancestors(self.target))
        return self._elsewhere(past) or self._exported(past) or self._relative(past) or self._independent(past)

    def _elsewhere(self, past: Collection[int]) -> Explanation | None:
        """Something on the way was made in another thread, which has a history of its own."""
        for number in filter(self._is_constant, past):
            x = self.history.tensor(number)
            for other in list(histories):
                line = None if x is None or other.thread == self.history.thread else other.line_of(x)
                if line:
                    return self.question.because("another thread", line, parent=self._called(number))
        return None

    def _exported(self, past: Collection[int]) -> Explanation | None:
        """Before some constant on the way was first seen, a value that depends on the source went to NumPy."""
        constants = [number for number in past if self._is_constant(number)]
        began = next((e.time for e in reversed(self.lineage.log.events) if e.what in ("begin", "reset")), 0)
        for export in reversed(self.history.exports):
            if any(export.time < number and (began < export.time or export.value == self.made[number].detail)
                   for number in constants) and self.source in self.lineage.ancestors(export.number):
                instead = "; call the model itself, model(x)" if export.what == "predict" else ""
                return self.question.because("left the tape", export.line, _EXPORTS[export.what],
                                             parent=self._called(export.number), instead=instead)
        return None

    def _relative(self, past: Collection[int]) -> Explanation | None:
        """The source has a relative that the target was made from."""
        made = self.made[self.source]
        shared = next((number for number in self.lineage.ancestors(self.source) if number in past), None)
        if shared is None:
            return None
        shared = self._origin(shared)
        called = self._called(shared)
        kind = "the Variable " if self._is_variable(shared) and called != "a Variable" else ""
        if made.how in ("read", "getitem") and shared in self._origins(made):
            twins = [self.made[number] for number in sorted(past) if number in self.made]
            twin = next((each for each in twins if (each.how, each.detail) == (made.how, made.detail)
                         and self._origins(each) == self._origins(made)), None)
            return self.question.because("fresh read" if made.how == "read" else "fresh slice", made.line, made.how,
                                         there=f", of line {twin.line.number}" if twin and twin.line else "",
                                         origin=f", {called}")
        if self.source > self.target:
            return self.question.because("overwritten", made.line, made.how, origin=f", from {kind}{called}")
        return self.question.because("independent", made.line, made.how, roots=f": both come from {kind}{called}")

    def _independent(self, past: Collection[int]) -> Explanation:
        made = self.made[self.target]
        if self._is_constant(self.target):
            return self.question.because("constant")
        roots = {self._called(number): None for number in sorted(past) if number in self.made
                 and not self.made[number].how and number != self.target}
        named = [root for root in roots if root != "a constant"][:5]
        return self.question.because("independent", made.line, made.how,
                                     roots=f": it was computed from {', '.join(named)}" if named else "")

    def _origins(self, made: Made) -> tuple[int, ...]:
        """What an op took."""
        return tuple(map(self._origin, made.parents))

    def _origin(self, number: int) -> int:
        """Of a tensor that a Variable was read as, the Variable."""
        return self.made[number].parents[0] if number in self.made and self.made[number].how == "read" else number

    def _is_variable(self, number: int) -> bool:
        return isinstance(self.history.tensor(number), Variable)

    def _is_constant(self, number: int) -> bool:
        return number in self.made and not self.made[number].how and not self._is_variable(number)

    def _called(self, number: int) -> str:
        """What to call a tensor that the history knows by its number."""
        x: Any = self.history.tensor(number)
        if x is not None and (x is self.question.target or x is self.question.source):
            return self.question.t if x is self.question.target else self.question.s
        made, otherwise = self.made.get(number), "a Variable" if isinstance(x, Variable) else "a constant"
        if made and made.how == "read":
            return self._called(made.parents[0])
        if made and made.how and made.line:
            otherwise = f"the result of {made.how} (line {made.line.number})"
        return self.question.called(x, otherwise)
