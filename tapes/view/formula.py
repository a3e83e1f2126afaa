"""A program as formulas: every value with a name is an equation, and what has none stands where it is used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..graph.literals import identifier
from ..graph.program import OwnGradient, Program, Value
from ..graph.templates import PRODUCT, SUM
from .expressions import SUMS, TRANSPARENT, Expressions, held
from .letters import PLACE, symbol, unmarked
from .notation import indexed
from .reasons import reason
from .rewrites import rewritten
from .ways import users

LONG = 70  # letters of a formula: what is longer is taken apart
SHORT = 12  # letters of a formula that may be written twice
MANY = 4  # terms of a sum that is a line of its own, as that over the rounds of a loop
_CHEAP = ("add", "subtract", "multiply", "divide", "negative", "reciprocal", "square", "getitem", "greater", "less",
          "greater_equal", "less_equal", "equal", "not_equal")


@dataclass
class Line:
    """One equation before its names are final: in the texts they are marked.

    Attributes:
        name: of what it defines.
        sources: the names of what it is the gradient of.
        shown: whether the name stands on the left beside those gradients.
        text, latex: the right side; or its terms, where it is a long sum.
        letters: of an index notation, those of the result.
        why: which rule it is.
        about: the name of what it is the adjoint of.
    """

    name: str
    sources: tuple[str, ...]
    shown: bool
    text: list[str]
    latex: list[str]
    letters: str | None = None
    why: str = ""
    about: str = ""


class Formulas(Expressions):
    """Names for the values of a program, and the formulas of its steps.

    Args:
        program: the steps, the last of whose outputs are the gradients.
        target: what is differentiated.
        gradients: the adjoint of each source.
        reserved: names that mean something already.
        adjoints: of what the values are the adjoints, before any was dropped.
        own_gradients: where the program brought a gradient of its own.
    """

    def __init__(self, program: Program, target: Value, gradients: dict[Value, Value], reserved: Iterable[str] = (),
                 adjoints: Mapping[Value, Value] = MappingProxyType({}),
                 own_gradients: Sequence[OwnGradient] = ()) -> None:
        steps = rewritten(program, [target, *gradients.values()])
        super().__init__({step.output: step for step in steps}, set(reserved))
        for source, adjoint in gradients.items():
            self.sources.setdefault(adjoint, []).append(source)
        self.target = target
        self.used = Counter(value for step in self.steps.values() for value in step.inputs)
        self._later = {value: step for step in self.steps.values() for value in step.inputs}  # who uses it last
        self.about: dict[Value, Value] = {}  # of what each is the adjoint
        self.given = list(dict.fromkeys(
            value for value in program.values() if value.kind in ("argument", "variable")))
        for value in (*self.given, target):
            self._call(value, value.name or ("L" if value is target else "x"))
        for value in self.steps:
            if value.name and value not in self.names and self.steps[value].op.name not in TRANSPARENT:
                self._call(value, value.name)
        self.goal = self.names[target]
        self.inner = self._needed([target])  # the forward pass
        own = [OwnGradient(one.name, *(tuple(map(program.now, some)) for some in (one.inputs, one.outputs)))
               for one in own_gradients]
        forward = {value: step for value, step in self.steps.items() if value in self.inner}
        self.users = users(forward, target, own, self._seen)
        parts = Counter(program.now(about) for about in set(adjoints.values()))  # of one that was computed twice,
        self.about = self._adjoints({program.now(value): program.now(about)  # each time only a part is known
                                     for value, about in adjoints.items() if parts[program.now(about)] == 1})
        self._alone = self._index_notations() | {
            about for value, about in self.about.items() if self.used[value] > 1 and about in self.inner}
        self.lines: list[Line] = []
        self.split = 0  # how many of the lines are those of the forward pass
        for value in (*forward, *[value for value in self.steps if value not in self.inner]):
            if self._stands_alone(value):
                if self.steps[value].op.name in TRANSPARENT and value not in self.sources:
                    self.names.pop(value, None)
                    continue
                if value not in self.names:
                    self._call(value, "u")
                self.lines.append(self._line(value))
                self.split += value in self.inner
        self.lines += [self._line(adjoint) for adjoint in self.sources if adjoint not in self.steps]
        self.legend.update({f"{identifier(one.name)}(...)": "has a gradient of its own" for one in own})

    # -- which values are lines, and what they are called ------------------------------------------------------------

    def _adjoints(self, known: dict[Value, Value]) -> dict[Value, Value]:
        """Of what each value is the adjoint: the last of several is their sum. A sum hands its own to its terms."""
        last = {self._seen(known[value]): value for value in self.steps if value in known and value not in self.inner}
        found = {}
        for about, value in last.items():
            found[value] = self._named_term(about) or about
        for value, about in found.items():
            if about in self.names and value not in self.names:
                self._call(value, f"δ{self.names[about]}")
        return found

    def _named_term(self, about: Value) -> Value | None:
        """The term with a name, if there is one, of a sum without: its adjoint is the same."""
        waiting = [about]
        while waiting:
            about = waiting.pop()
            if about in self.names:
                return about
            step = self.steps.get(about)
            if step is not None and step.op.name in ("add", "subtract"):
                terms = map(self._seen, step.inputs[:1 + (step.op.name == "add")])
                waiting += [x for x in terms if x.shape == about.shape and len(self.users.get(x, ())) == 1]
        return None

    def _index_notations(self) -> set[Value]:
        """What has to have a name, so that its indices can stand at it."""
        found = set()
        for value, step in self.steps.items():
            if step.op.name == "einsum" and indexed(step) is not None:
                inputs = [self._seen(x) for x in step.inputs]
                found |= {value, *(x for x in inputs if x in self.steps)}
                for x in inputs:
                    if x.kind == "constant" and x not in self.names:
                        self.name_constant(x)
        return found

    def _stands_alone(self, value: Value) -> bool:
        """Whether it is an equation, and is called by its name elsewhere."""
        if value in self.names or value in self.sources or value in self._alone:
            return True
        if self.used[value] > 1 and not self._trivial(value):
            return True
        step = self.steps[value]
        if step.op.name in SUMS:
            if self.used[value] == 1 and self._later[value].op.name in SUMS:
                return False  # its terms are those of the larger sum
            if len(self._terms(value, "text")) >= MANY:
                return True
        return _length(self._render(value, "text")[0]) > LONG

    def drawn(self) -> list[tuple[str, str]]:
        """Names and formulas as LaTeX."""
        return [(symbol(line.name), joined([unmarked(term, symbol) for term in line.latex])) for line in self.lines]

    def _needed(self, values: Sequence[Value]) -> set[Value]:
        """All that these are computed from."""
        found, waiting = set(values), list(values)
        while waiting:
            step = self.steps.get(waiting.pop())
            for value in step.inputs if step else ():
                if value not in found:
                    found.add(value)
                    waiting.append(value)
        return found

    def _trivial(self, value: Value) -> bool:
        """Whether it says nothing by itself, as a transpose of something with a name, or is short enough."""
        step = self.steps[value]
        if step.op.name not in TRANSPARENT and self._unchanged(step) is not None:
            return True
        named = self._seen(step.inputs[0]) in self.names or step.inputs[0] not in self.steps
        if step.op.name in ("swap_last", "transpose", "reshape", "negative", *TRANSPARENT):
            return named
        if step.op.name not in _CHEAP or value in self.about:
            return False
        text = self._render(value, "text")[0]
        return _length(text) <= SHORT and not set("@(⋆") & set(text)

    def _call(self, value: Value, name: str) -> None:
        about = self.about.get(value) if name == "u" else None
        if about in self.names:
            name = f"δ{self.names[about]}"
        name = f"δ{identifier(name[1:])}" if name.startswith("δ") else identifier(name) or "u"
        self.name(value, name)

    def called(self, source: Value) -> str:
        """The name of a source."""
        source = self._seen(source)
        if source not in self.names:
            self._call(source, source.name or "x")
        return self.names[source]

    # -- lines --------------------------------------------------------------------------------------------------------

    def _line(self, value: Value) -> Line:
        sources = tuple(map(self.called, self.sources.get(value, ())))
        step, letters = self.steps.get(value), None
        if sources and value not in self.names and step is not None:
            self._call(value, f"δ{sources[0]}")
        if step is None:
            text, latex = ([self.of(value, style)[0]] for style in ("text", "latex"))
        else:
            text, latex = (self._whole(value, style) for style in ("text", "latex"))
            if step.op.name == "einsum":
                letters = indexed(step)
        about = next((self._seen(source) for source in self.sources.get(value, ())), self.about.get(value))
        why = "" if about is None or value in self.inner else reason(about, self._seen, self.users, self.names)
        name = self.names.get(about, "") if about is not None and value not in self.inner else ""
        if step is None and value not in self.names:
            self._call(value, f"δ{sources[0]}")
        shown = not sources or (step is not None and self.used[value] > 0)
        return Line(self.names[value], sources, shown, text, latex, letters, why, name)

    def _whole(self, value: Value, style: str) -> list[str]:
        """The right side of its line: its terms, where it is a long sum."""
        step = self.steps[value]
        if step.op.name in SUMS:
            terms = self._terms(value, style)
            if len(terms) >= MANY:
                return [("- " if negative else "+ ") + held(text, level, PRODUCT if negative else SUM, style)
                        for negative, (text, level, _) in terms]
        return [self._render(value, style)[0]]

    def entries(self) -> list[tuple[str, tuple[str, str], list[tuple[str, str]]]]:
        """Of the forward steps that work entry by entry: SymPy's formula, and how result and inputs are written."""
        found = []
        for value, step in self.steps.items():
            plain = step.op.formula and step.op.name not in TRANSPARENT and not step.params
            if value in self.inner and plain:
                both = [(self.of(one, "text")[0], self.of(one, "latex")[0])
                        for one in (value, *step.inputs) if one.kind != "constant"]
                if len(both) == 1 + len(step.inputs):
                    found.append((str(step.op.formula), both[0], both[1:]))
        return found


def joined(terms: list[str]) -> str:
    """A formula, or the terms of a sum with their signs."""
    if len(terms) == 1 and terms[0][:2] not in ("+ ", "- "):
        return terms[0]
    whole = " ".join(terms)
    return whole.removeprefix("+ ") if whole.startswith("+") else f"-{whole[2:]}"


def _length(text: str) -> int:
    """How long it looks, whatever the numbers of its names are: so all rounds of a loop are written alike."""
    return len(unmarked(PLACE.sub("0", text), lambda name: re.sub(r"_\d+$", "", name)))
