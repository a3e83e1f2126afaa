"""A random program is written choice by choice; the first choice is always the simplest one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import tapes

from .calls import calls
from .language import (
    Ask,
    Block,
    Choose,
    Do,
    Forward,
    Input,
    Kind,
    Let,
    Pause,
    Program,
    Repeat,
    Statement,
    Tape,
    literal,
)

SHAPES: list[tuple[int, ...]] = [(), (2,), (3,), (2, 3), (2, 2), (3, 2), (1,), (1, 3), (2, 1), (2, 1, 3), (0,), (2, 0)]
FREQUENT = [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 3]  # of those, by place
LARGEST = 40  # entries; what is larger is not computed with any further
MISTAKES = ("", "two dtypes", "two shapes", "no such axis", "asked twice")


def weights(shape: tuple[int, ...], dtype: str, start: float = 1.0) -> np.ndarray:
    """Numbers that differ from entry to entry, so that an entry that lands in a wrong place shows."""
    size = int(np.prod(shape))
    return (start + 0.5 * np.arange(size) * (-1) ** np.arange(size)).reshape(shape).astype(dtype)


class Writer:
    """Writes a program from top to bottom, and knows what each name holds."""

    def __init__(self, up_to: Callable[[int], int]) -> None:
        """`up_to(n)` chooses an integer from 0 to n."""
        self.up_to = up_to
        self.kinds: dict[str, Kind] = {}
        self.variables: dict[str, Kind] = {}
        self.constants: list[str] = []
        self.returned: list[str] = []
        self.recording: list[str] = []  # the tapes around the place where we are
        self.counts: dict[str, int] = {}
        self.gathered = False  # then TensorFlow's gradients may be IndexedSlices, with which it does not compute

    # -- choices -------------------------------------------------------------------------------------------------------

    def pick(self, choices: Sequence[Any]) -> Any:
        """One of several; the first is the simplest."""
        return choices[self.up_to(len(choices) - 1)] if len(choices) > 1 else choices[0]

    def once_in(self, n: int) -> bool:
        """A rare event; the simple case is that it does not happen."""
        return self.up_to(n - 1) == n - 1

    def some(self, names: Sequence[str], most: int = 3) -> tuple[str, ...]:
        """At least one of the names, each once."""
        left = list(names)
        return tuple(left.pop(self.up_to(len(left) - 1)) for _ in range(1 + self.up_to(min(most, len(left)) - 1)))

    def fresh(self, letter: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        return f"{letter}{self.counts[letter]}"

    # -- the parts -----------------------------------------------------------------------------------------------------

    def program(self) -> Program:
        mistake = self.pick(MISTAKES) if self.once_in(40) else ""
        inputs = tuple(self.input() for _ in range(1 + self.up_to(2)))
        body: list[Statement] = []
        if self.once_in(6):
            body.append(self.let())
        body += self.forward() if self.once_in(20) else self.tape(mistake)
        if self.once_in(6):
            body.append(self.let())
            self.returned.append(body[-1].name)  # type: ignore[union-attr]
        if mistake in ("two dtypes", "two shapes", "no such axis"):
            body.append(self.wrong(mistake))
        return Program(inputs, tuple(body), tuple(dict.fromkeys(self.returned)), mistake)

    def input(self) -> Input:
        shape = SHAPES[self.pick(FREQUENT)]
        dtype = self.pick(["float64", "float32"])
        # on a grid of quarters equal entries and zeros are frequent, off it they never happen
        step, offset = self.pick([(0.25, 0.0), (0.1371, 0.0413)])
        numbers = [step * (self.up_to(16) - 6) + offset for _ in range(int(np.prod(shape)))]
        array = np.array(numbers, dtype).reshape(shape)
        variable = self.once_in(2)
        name = self.fresh("v" if variable else "x")
        self.kinds[name] = Kind(shape, dtype)
        if variable:
            self.variables[name] = self.kinds[name]
        else:
            self.constants.append(name)
        return Input(name, array, variable, not variable or not self.once_in(5))

    def usable(self) -> list[str]:
        """The names that are not too large, and the latest ones once more: long chains should be frequent."""
        names = [name for name, kind in self.kinds.items() if np.prod(kind.shape) <= LARGEST]
        return names + names[-1:-4:-1]

    def let(self, name: str = "", like: Kind | None = None, own: str = "") -> Let:
        """One op of names there are; `like` demands a kind of the result, `own` a name among the arguments."""
        kinds, usable = self.kinds, self.usable()
        one, two = calls()
        for _ in range(4):
            if self.once_in(3):
                call = self.pick(two)
                first = own or self.pick(usable)
                alike = [n for n in usable if kinds[n].dtype == kinds[first].dtype]
                arguments: tuple[str, ...] = (first, self.pick(alike))
            else:
                call, arguments = self.pick(one), (own or self.pick(usable),)
            filled = call.fill(self.pick, *(kinds[n] for n in arguments))
            if filled is not None and like in (None, filled[1]):
                break
        else:
            arguments = (own or self.pick(usable),)
            filled = ("tf.sin({0})", kinds[arguments[0]])
        name = name or self.fresh("t")
        self.gathered |= "gather" in filled[0]
        self.kinds[name] = filled[1]
        return Let(name, filled[0], arguments)

    def block(self, depth: int, most: int) -> Block:
        """Some statements; nested ones get fewer."""
        statements: list[Statement] = []
        while not statements or (len(statements) < most and self.up_to(most - 1)):
            kind = self.up_to(19)
            if kind == 19 and depth < 2:
                statements += self.tape(depth=depth + 1)
            elif kind == 18 and depth < 2 and self.once_in(2):
                statements += self.forward(depth + 1)
            elif kind == 17:
                statements += self.repeat()
            elif kind == 16:
                statements.append(self.choose())
            elif kind == 15 and self.recording:
                tape = self.pick(self.recording)
                statements.append(Pause(tape, tuple(self.let() for _ in range(1 + self.up_to(1)))))
            elif kind == 14 and self.variables:
                statements.append(self.store())
            elif kind == 13 and self.recording and self.once_in(3):
                name = self.pick(list(self.kinds))
                statements.append(Do(f"{self.pick(self.recording)}.watch({{0}})", (name,)))
            else:
                statements.append(self.let())
        return tuple(statements)

    def repeat(self) -> list[Statement]:
        """A copy of a name, and a loop that computes it anew."""
        source = self.pick(self.usable())
        copy = Let(self.fresh("t"), "tf.identity({0})", (source,))
        kind = self.kinds[copy.name] = self.kinds[source]
        body = self.let(copy.name, kind, copy.name)
        return [copy, Repeat(2 + self.up_to(1), (body,))]

    def choose(self) -> Choose:
        condition = Let("", "tf.reduce_sum({0}) > 0.3", (self.pick(list(self.kinds)),))
        source = self.pick(self.usable())
        name = self.fresh("t")
        kind = self.kinds[source]
        then = self.let(name, kind, source)
        del self.kinds[name]  # no name of the other branch
        return Choose(condition, (then,), (self.let(name, kind, source),))

    def store(self) -> Do:
        variable = self.pick(list(self.variables))
        kind = self.variables[variable]
        names = [n for n, other in self.kinds.items() if other == kind]
        method = self.pick(("assign_add", "assign_sub", "assign"))
        value = self.pick([None, *names])
        if value is None:
            return Do(f"{{0}}.{method}({literal(weights(kind.shape, kind.dtype, 0.5))})", (variable,))
        return Do(f"{{0}}.{method}({{1}})", (variable, value))

    def tape(self, mistake: str = "", depth: int = 0) -> list[Statement]:
        name = self.fresh("tape") if self.counts.get("tape") else self._first("tape")
        before = list(self.kinds)
        watched = self.some([n for n in before if n not in self.variables or self.once_in(8)] or before)
        if set(before) >= set(self.variables) and self.variables and self.once_in(3):
            watched = ()
        accessed = not self.once_in(10)
        persistent = self.once_in(4)
        self.recording.append(name)
        body = self.block(depth, 8 if depth == 0 else 4)
        if persistent and self.once_in(4):
            body = (*body, self.ask(name, watched, before, True))
            body = (*body, *self.block(depth + 1, 2))
        self.recording.pop()
        asks = [self.ask(name, watched, before, depth > 0)]
        if persistent or mistake == "asked twice":
            asks.append(self.ask(name, watched, before, depth > 0))
        return [Tape(name, watched, body, tuple(asks), persistent or False, accessed)]

    def _first(self, name: str) -> str:
        self.counts[name] = 1
        return name

    def ask(self, tape: str, watched: Sequence[str], before: Sequence[str], nested: bool) -> Ask:
        """Mostly the last result by what is watched; sometimes any names by any names."""
        after = [n for n in self.kinds if n not in before] or list(self.kinds)
        after = after[::-1]
        targets = (after[0],) if not self.once_in(3) else self.some(after, 4)
        likely = list(dict.fromkeys([*watched, *self.variables])) or list(self.kinds)
        sources = self.some(likely) if not self.once_in(6) else self.some(list(self.kinds)[::-1])
        kinds = [self.kinds[n] for n in targets]
        method = "gradient"
        if hasattr(tapes.GradientTape, "jacobian") and self.once_in(20) and all(np.prod(k.shape) <= 6 for k in kinds):
            method, targets, kinds = "jacobian", targets[:1], kinds[:1]
        given = None
        if method == "jacobian" and targets[0] in sources:
            method = "gradient"  # TensorFlow's jacobian of what nobody watches is None by itself (docs/findings.md)
        if method == "gradient" and self.once_in(4):
            given = tuple(weights(kind.shape, kind.dtype) for kind in kinds)
        zero = self.once_in(2) if nested else self.once_in(8)
        names = tuple(self.fresh("g") for _ in sources)
        if zero:  # then it is a tensor for sure, and may be computed with
            for name, source in zip(names, sources, strict=True):
                shape = self.kinds[source].shape
                self.kinds[name] = Kind(shape if method == "gradient" else (*kinds[0].shape, *shape),
                                        self.kinds[source].dtype)
        self.returned += [*targets, *names]
        return Ask(names, tape, targets, sources, given, zero, method, zero and self.gathered)

    def forward(self, depth: int = 0) -> list[Statement]:
        """A block with derivatives in one direction."""
        name = self.fresh("acc") if self.counts.get("acc") else self._first("acc")
        primal = self.pick(list(self.kinds))
        before = list(self.kinds)
        body = self.block(depth, 6 if depth == 0 else 3)
        after = [n for n in self.kinds if n not in before][::-1] or [primal]
        results = []
        for target in self.some(after, 2):
            results.append((self.fresh("j"), target))
            self.returned += [target, results[-1][0]]
        kind = self.kinds[primal]
        return [Forward(name, primal, weights(kind.shape, kind.dtype, 0.5), body, tuple(results))]

    def wrong(self, mistake: str) -> Let:
        """A call that must raise."""
        name = self.pick(list(self.kinds))
        kind = self.kinds[name]
        if mistake == "two dtypes":
            other = {"float32": "float64", "float64": "float32"}[kind.dtype]
            return Let("wrong", f"{{0}} {self.pick('+*-/')} tf.cast({{0}}, tf.{other})", (name,))
        if mistake == "two shapes":
            shape = [*kind.shape[:-1], (kind.shape or (1,))[-1] + 2, 2]
            return Let("wrong", f"tf.zeros({shape}, tf.{kind.dtype}) {self.pick('+*-')} "
                       f"tf.ones([5, 7], tf.{kind.dtype}) * tf.reduce_sum({{0}})", (name,))
        return Let("wrong", f"{self.pick(('tf.reduce_sum', 'tf.nn.softmax', 'tf.cumsum'))}({{0}}, axis="
                   f"{len(kind.shape) + self.pick((0, 1, 2))})", (name,))
