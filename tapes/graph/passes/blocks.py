"""Long arrays are gone through once, block by block, so that what is computed on the way stays in the cache."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from ...batching import aligned
from ..program import Blocks, Call, Cut, Effect, Guard, Program, Step, Value

# What a block may take, with all that is there at once: as much as a cache allows, for between two steps a thread waits
# for Python's lock, and has to be woken up when the other one lets go of it. Measured on two cores with 1 MB of cache
# each and 32 MB together: with a quarter of it linear-1m of `comparisons speed` takes 1.5 times as long, and with twice
# as much a chain of 20 steps 1.1 times as long. What takes no more than this is quicker without a loop, and so is what
# its steps make if it is fewer entries than WORK: to wake up a thread takes 0.05 ms.
BYTES = 8 << 20
WORK = 3 << 20
LEAST = 1 << 18  # entries of an array that begins a loop
EVEN = 2  # the number of blocks is a multiple of this, so that two threads have as much to do
SUMS = {"reduce_sum", "reduce_mean", "sum_to"}  # of blocks, then of their sums: rounding as in NumPy's pairwise sums


def blocked(program: Program) -> Program:
    """Steps that work row by row on arrays of one length become one loop over blocks of rows.

    Steps that need nothing of the loop come before it, those that need what it gives come after it.
    """
    done: list[Any] = []
    left = [(program.steps, False)]  # in reverse, and whether nothing more is to be looked for there
    while left:
        steps, ready = left.pop()
        length = 0 if ready else next(filter(None, map(_length, steps)), 0)
        if not length:
            done += steps
            continue
        group = _Group(length)
        for step in steps:
            group.take(step)
        left += [(group.after, False), (group.loop(program), True), (group.before, False)]
    return replace(program, steps=done)


def _length(step: Any) -> int:
    """The number of rows, of a step that works row by row on long arrays; else 0."""
    if not isinstance(step, Step) or isinstance(step, Cut) or not _by_rows(step):
        return 0
    shape = _shape(step)
    return shape[0] if shape and math.prod(shape) >= LEAST and any(
        value.shape[:1] == shape[:1] and len(value.shape) == len(shape) for value in step.inputs) else 0


def _shape(step: Step) -> tuple[int, ...]:
    """Of what it makes, or sums up."""
    return step.inputs[0].shape if step.op.name in SUMS else step.output.shape


def _by_rows(step: Step) -> bool:
    """Whether a block of rows of the result, or of what is summed up, needs that block of the inputs only."""
    if step.op.name in SUMS:
        return axes_of(step) is not None
    if step.op.name == "broadcast_to":
        return step.inputs[0].shape[:1] == step.output.shape[:1] and len(step.inputs[0].shape) == len(step.output.shape)
    return step.op.lift is aligned and step.op.name not in ("matmul", "triangular_solve") and not step.shares


def axes_of(step: Step) -> tuple[int, ...] | None:
    """The axes of a sum; None where it is none of floating numbers, or of float16: there the sum of one block may
    overflow though that of all does not."""
    value = step.inputs[0]
    whole, axis = value.shape, step.params.get("axis")
    if not whole or value.array.dtype.char not in "fdgFDG":
        return None
    if step.op.name == "sum_to":
        shape = step.params["shape"]
        added = len(whole) - len(shape)
        return (*range(added), *(added + i for i, length in enumerate(shape) if length == 1 != whole[added + i]))
    axes = tuple(range(len(whole))) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple(axis % len(whole) for axis in axes)


class _Group:
    """The steps of one loop, and those before and after it."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.before: list[Any] = []
        self.inside: list[Step] = []
        self.after: list[Any] = []
        self._made: set[Value] = set()  # in the loop, block by block
        self._late: set[Value] = set()  # known only after it
        self._sliced: set[Value] = set()  # of which each block needs its rows
        self._whole: set[Value] = set()  # of which each block needs all
        self._waiting = False  # whether a guard, an effect or a call has come after it: their order stays
        self._asked = False  # whether a guard or call has: what follows may fail for numbers that go another way

    def take(self, step: Any) -> None:
        """Put a step where it belongs."""
        if not self._asked and self._fits(step):
            self.inside.append(step)
            (self._late if self._summed(step) else self._made).add(step.output)
            return
        plain = isinstance(step, Step)
        if self._asked or (not plain and self._waiting) or any(
                value in self._made or value in self._late for value in step.inputs):
            self.after.append(step)
            self._waiting = self._waiting or not plain
            self._asked = self._asked or isinstance(step, (Guard, Call))
            if not isinstance(step, (Guard, Effect)):
                self._late.add(step.output)
        else:
            self.before.append(step)

    def _summed(self, step: Step) -> bool:
        return step.op.name in SUMS and 0 in (axes_of(step) or ())

    def _fits(self, step: Any) -> bool:
        if not isinstance(step, Step) or isinstance(step, Cut) or not _by_rows(step):
            return False
        if any(value in self._late for value in step.inputs):
            return False
        shape = _shape(step)
        if shape[:1] != (self.length,):
            return False
        rows = {value for value in step.inputs if len(value.shape) == len(shape) and value.shape[0] == self.length}
        others = {*step.inputs} - rows
        if not rows or rows & self._whole or others & (self._made | self._sliced):
            return False
        self._sliced |= rows - self._made
        self._whole |= others
        return True

    def loop(self, program: Program) -> list[Any]:
        """The loop, once all steps are known; or its steps as they are, where it would gain nothing."""
        inside = {*self.inside}
        wanted = {*program.outputs, *(value for step in program.steps if step not in inside for value in step.inputs)}
        kept = [step.output for step in self.inside if step.output in wanted and step.output in self._made]
        sums = [step.output for step in self.inside if step.output in self._late]
        most, work = self._most({*kept}), sum(math.prod(_shape(step)) for step in self.inside)
        if len(self.inside) < 2 or most <= BYTES or work < WORK:
            return [*self.inside]
        blocks = EVEN * -(-most // (EVEN * BYTES))
        return [Blocks(self.inside, self.length, -(-self.length // blocks), self._sliced, kept, sums)]

    def _most(self, kept: set[Value]) -> int:
        """The bytes of all arrays of the loop that are there at once, were it a single block."""
        last = {value: step for step in self.inside for value in step.inputs}
        there = most = sum(value.array.nbytes for value in self._sliced)
        for step in self.inside:
            if step.output in self._made:
                there += step.output.array.nbytes
            most = max(most, there)
            there -= sum(value.array.nbytes for value in {*step.inputs}
                         if value in self._made and value not in kept and last[value] is step)
        return most
