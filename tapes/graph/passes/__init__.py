"""A program made shorter or quicker that computes the same: each pass is a few lines, and can be switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..program import Program
from .algebra import simplified
from .blocks import blocked
from .buffers import reused
from .columns import multiplied
from .dead import dead
from .dots import dotted
from .fold import folded
from .hoisted import hoisted
from .merged import merged
from .opened import opened
from .results import from_results
from .shared import shared
from .side_by_side import side_by_side
from .terms import added_once
from .together import at_once
from .windows import seen_once
from .zeros import beside_zeros

PASSES: dict[str, Callable[[Program], Program]] = {
    "constant folding": folded,
    "sharing": shared,
    "shared powers": opened,
    "shared windows": seen_once,
    "algebra": simplified,
    "hoisted products": hoisted,
    "hoisted terms": added_once,
    "merged products": merged,
    "constants side by side": side_by_side,
    "dead steps": dead,
    "results": from_results,
    "together": at_once,
    "rows of zeros": beside_zeros,
    "blocks": blocked,
    "dot products": dotted,
    "sums of columns": multiplied,
    "buffers": reused,
}
off: set[str] = set()  # the names of those that are not to be used


def stages(program: Program) -> Iterator[tuple[str, Program]]:
    """The program as it was traced, and after each pass."""
    yield "traced", program
    for name, one in PASSES.items():
        if name not in off:
            program = one(program)
            yield name, program
