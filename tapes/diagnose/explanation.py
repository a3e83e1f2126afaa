"""An answer to "why is this gradient None?": the cause, where in the user's program it is, and the cure."""

from __future__ import annotations

import linecache
import os
import textwrap
from dataclasses import dataclass
from typing import Any

from ..arguments import Line
from ..op import registry
from ..variable import Variable
from .causes import CAUSES


@dataclass(frozen=True, repr=False)
class Explanation:
    """Why a gradient is None. Printed, it is a few lines of text; the parts of it are there too.

    Attributes:
        cause: one of the keys of `tapes.diagnose.causes.CAUSES`, for instance "not watched"; or "not None".
        what: what happened, a sentence.
        fix: what to do.
        op: the name of the op concerned, or None.
        file, line: where in the user's program, or None: lines are known while `tapes.diagnose.history()` listens.
        more: what else stands in the way behind this.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.floor(x)
    >>> found = tape.why_none(y, x)
    >>> found.cause, found.op
    ('no derivative', 'floor')
    >>> print(found.what)
    The gradient of y by x is None: floor has no derivative.
    """

    cause: str
    what: str
    fix: str = ""
    op: str | None = None
    file: str | None = None
    line: int | None = None
    more: tuple[Explanation, ...] = ()

    def __str__(self) -> str:
        lines = [*filled(self.what), *self._code()]
        if self.fix:
            lines += filled(f"Fix: {self.fix}.")
        for each in self.more:
            lines += [*filled(f"Behind that: {each.what.partition(' is None: ')[2]}"), *each._code()]
        return "\n".join(lines)

    __repr__ = __str__  # so that a notebook shows it as print does

    def _code(self) -> list[str]:
        return [] if self.file is None or self.line is None else ["  " + code(self.file, self.line)]


class Explanations(tuple[Explanation, ...]):
    """One for each of several sources, in their order; printed, one below the other."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n\n".join(map(str, self))

    __repr__ = __str__


def filled(text: str) -> list[str]:
    """A text in lines that fit a projector."""
    return textwrap.wrap(text, 100, break_on_hyphens=False)


def code(file: str, number: int) -> str:
    """A line of the user's program, with its place."""
    text = linecache.getline(file, number).strip()
    return f"{os.path.basename(file)}, line {number}" + (f":  {text}" if text else "")


class Question:
    """A target and a source, and what the user's program calls them; `because` gives the answer its words."""

    def __init__(self, target: Any, source: Any, names: dict[int, str]) -> None:
        self.target, self.source, self._names = target, source, names
        self.t, self.s = self.called(target, "the target"), self.called(source, "the source")

    def called(self, x: Any, otherwise: str) -> str:
        """The name of a Variable, or that of a tensor in the user's program."""
        own = x._name if isinstance(x, Variable) and x._name != "Variable" else None
        return own or self._names.get(id(x)) or otherwise

    def because(self, cause: str, line: Line | None = None, op: str | None = None, note: str = "",
                **words: Any) -> Explanation:
        """The explanation by a cause; `words` fill the braces of its text, and `note` is added to it."""
        what, fix = (text.format(t=self.t, s=self.s, op=op, **words) for text in CAUSES[cause])
        if cause != "unknown":
            what = f"The gradient of {self.t} by {self.s} is None: {what}"
        return Explanation(cause, f"{what}{note}.", fix, op,
                           *(line[:2] if line else (None, None)))

    def gave_none(self, op: str, line: Line | None) -> Explanation:
        """The explanation by a rule that there is, but that returned None."""
        if op in registry and op != "custom_gradient":
            return self.because("no derivative", line, op, " for these inputs")
        return self.because("custom gradient", line, op)

    def connected(self, how: str) -> Explanation:
        """The gradient is not None at all."""
        return Explanation("not None", f"The gradient of {self.t} by {self.s} is not None: {how}.")
