"""What a check of gradients has found, argument by argument: to print, to ask for its truth, or to raise in a test."""

from __future__ import annotations

from dataclasses import dataclass

from .explanation import filled


@dataclass(frozen=True)
class Argument:
    """What was found about the gradient by one argument.

    Attributes:
        name, shape: of the argument.
        verdict: "right", "wrong", or "undecided" where the function has no derivative, or none that can be found.
        distance: the largest distance between the two gradients, relative to the largest entry of the true one.
        mistake: what was recognised, or "".
        entry, given, true: the entry that is off most, what the tape gave there and what is true.
        note: about corners, entries left out, and the like.
    """

    name: str
    shape: tuple[int, ...]
    verdict: str
    distance: float = 0.0
    mistake: str = ""
    entry: tuple[int, ...] | None = None
    given: float | None = None
    true: float | None = None
    note: str = ""

    def __str__(self) -> str:
        size = f" (relative error {self.distance:.1e})" if self.verdict == "right" else ""
        lines = [f"by {self.name}, shape {self.shape}: {self.verdict}{size}"]
        if self.verdict == "wrong" and self.true is not None:
            at = f"at {list(self.entry)} " if self.entry else ""
            lines.append(f"  {at}the tape gives {self.given:.9g}, true is {self.true:.9g}")
        lines += [f"  {line}" for line in filled(f"{self.mistake[:1].upper()}{self.mistake[1:]}.") if self.mistake]
        return "\n".join([*lines, *(f"  {line}" for line in filled(self.note and f"({self.note})"))])


@dataclass(frozen=True, repr=False)
class Report:
    """What `check_gradients` found: true when all that could be compared is right, and something could.

    Attributes:
        oracle: what the gradients were compared with.
        arguments: for each floating argument what was found.
    """

    oracle: str
    arguments: tuple[Argument, ...]

    def __bool__(self) -> bool:
        verdicts = [argument.verdict for argument in self.arguments]
        return "wrong" not in verdicts and "right" in verdicts

    def __str__(self) -> str:
        head = ("Gradients of the results, summed with random weights: from the tape, held against "
                f"{self.oracle}, in float64.")
        return "\n".join([*filled(head), *map(str, self.arguments)])

    __repr__ = __str__  # so that a notebook shows it as print does

    def raise_if_wrong(self) -> None:
        """Raise AssertionError, with the whole report, unless all is right: for tests."""
        if not self:
            raise AssertionError(str(self))
