"""What a table of conventions has in its cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from .measuring import Row, same, shown

LEGEND = """\
An answer is the gradient, with a comma between those by x, y and z; None: no gradient; a word ending in Error: it
raises that; one ending in Warning comes with the answer. SymPy simplifies the formula (x/x is 1), differentiates it, of
several cases the one that holds, and then puts the point in: zoo is its word for infinity without a sign, and
unevaluated that it leaves the derivative standing."""


class Asked(Row, Protocol):
    """A row that knows why an answer is what it is, and why a library has nothing to say."""

    @property
    def why(self) -> str: ...

    @property
    def unasked(self) -> dict[str, str]: ...


def libraries(rows: Iterable[Row]) -> list[str]:
    """All that are asked in one of the rows, in the order of the columns."""
    order = ["tapes", "tensorflow", "jax", "torch", "autograd", "mygrad", "micrograd", "sympy"]
    there = {name for row in rows for name in row.expected}
    return [name for name in order if name in there]


def cell(row: Asked, library: str) -> str:
    """The declared answer, or why there is none."""
    return shown(row.expected[library]) if library in row.expected else row.unasked.get(library, "-")


def usual(row: Row) -> object:
    """What all give, but for the exceptions."""
    return row.expected.get("tapes", row.expected.get("jax"))


def exceptions(row: Row) -> str:
    """Who gives something else."""
    return ", ".join(f"{name} {shown(answer)}" for name, answer in row.expected.items()
                     if not same(answer, usual(row)))


def asked(row: Asked) -> str:
    """Who gives an answer, and who has none for another reason than that it has no such function."""
    return ", ".join([*row.expected, *(f"not {name}: {why}" for name, why in row.unasked.items())])
