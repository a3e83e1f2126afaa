"""A tape as a program that can be computed again: its steps, with what went into each, by place and by value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapes.arguments import checked
from tapes.custom import custom
from tapes.op import Op
from tapes.parts import Arrived, Parts
from tapes.tape import GradientTape

LEAF, READ, PART, BUNDLE = "watch", "read", "part", "bundle"  # the ops that only bring values and take them apart

# It reads one half of a symmetric matrix, and its adjoint is that of the whole: so the others are asked for that too.
SYMMETRIC = {"whole": True}


@dataclass(frozen=True)
class Recorded:
    """One step.

    Attributes:
        key: of its result, as the tape has it.
        op, params: what was done.
        inputs: for each, the place of the step that made it, or None for a constant.
        values: of the inputs, at that time.
        ids: of the tensors that held them.
        value: the result.
        tensor: what held it on the tape.
    """

    key: int
    op: Op
    params: dict[str, Any]
    inputs: tuple[int | None, ...]
    values: tuple[Any, ...]
    ids: tuple[int, ...]
    value: Any
    tensor: Any

    @property
    def name(self) -> str:
        """Of the op, or of the user's function that has a gradient of its own."""
        return self.params["vjp"].__name__ if self.op is custom else self.op.name

    @property
    def flows(self) -> bool:
        """Whether the result can carry a derivative."""
        return self.value.dtype.kind in "fc"


@dataclass(frozen=True)
class Program:
    """The steps of a tape, in order, and the places of the targets."""

    steps: list[Recorded]
    targets: list[int]

    @functools.cached_property
    def uses(self) -> list[list[tuple[int, int]]]:
        """For each place, where its value is used: the places of the steps, and as which of their inputs."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.steps]
        for user, step in enumerate(self.steps):
            for k, source in enumerate(step.inputs):
                if source is not None:
                    found[source].append((user, k))
        return found

    @property
    def leading(self) -> set[int]:
        """The places of all that the targets were computed from, and theirs."""
        return set(self.targets).union(*map(self.behind, self.targets))

    def behind(self, place: int) -> set[int]:
        """The places of all that a result was computed from."""
        found, waiting = set(), [place]
        while waiting:
            for source in self.steps[waiting.pop()].inputs:
                if source is not None and source not in found:
                    found.add(source)
                    waiting.append(source)
        return found


def program_of(tape: GradientTape, target: Any) -> Program:
    """What stands on a tape now; the tape stays as it is.

    Raises ValueError, with what to do, where the target is not on it.
    """
    living = [(step, y) for step in tape.steps() if (y := step()) is not None]
    places: dict[int, int] = {}
    steps = []
    for place, (step, y) in enumerate(living):
        value = y._array
        values = (value,) if step.op.name == READ else tuple(x._array for x in step.inputs)
        params = {**step.params, **SYMMETRIC} if step.op.name == "cholesky" else step.params
        steps.append(Recorded(step.key, step.op, params, tuple(places.get(id(x)) for x in step.inputs), values,
                              tuple(map(id, step.inputs)), value, y))
        places[step.key] = place
    targets = [places[id(y)] for y in checked("target", target) if id(y) in places]
    if not targets and all(step.op.name == LEAF for step in steps):
        raise ValueError("The tape holds no steps that lead to the target: nothing watched has been computed with "
                         "(tape.watch(x), or a Variable), the value left the tape on the way (np.tanh(x), float(x): "
                         "write the op of tapes), or gradient() has used the tape up (ask before it, or say "
                         "GradientTape(persistent=True)).")
    if not targets:
        raise ValueError("The target is not on this tape: it was computed outside of the `with` block, or it left the "
                         "tape on the way (np.tanh(x), float(x): write the op of tapes). tape.why_none(target, source) "
                         "says which.")
    return Program(steps, targets)


# What a rule is asked for: the contribution of a step to the adjoint of one of its inputs, and how unsure that is,
# relative to its largest number. NotChecked, with a reason, where it cannot be told.
Product = Callable[[Recorded, int, Any], tuple[Any, float]]


@dataclass
class Adjoints:
    """What one library says, by place: arrays (for several results as one `Arrived`), or why there is none.

    Attributes:
        known: the adjoints. A place in neither has no adjoint: the target does not depend on it.
        why: the reasons.
        doubts: for an oracle that has them, how far an adjoint may be off, relative to its largest number.
        values: where the library has computed the program again, its values.
    """

    known: dict[int, Any]
    why: dict[int, str]
    doubts: dict[int, float]
    values: dict[int, Any]

    def of(self, place: int) -> Any:
        """An array; a sentence; or None where the target does not depend on it."""
        return self.why.get(place) or self.known.get(place)


def ones(value: Any) -> Any:
    """What the adjoint of a target is."""
    if isinstance(value, Parts):
        return Arrived({i: np.ones(part.shape, part.dtype) for i, part in enumerate(value) if part.dtype.kind in "fc"})
    return np.ones(value.shape, value.dtype)


def precision(program: Program) -> float:
    """The rounding unit of the narrowest numbers in it."""
    return max((float(np.finfo(step.value.dtype).eps) for step in program.steps if step.flows), default=0.0)


def rounding(program: Program) -> float:
    """How far rounding alone may carry a well-conditioned result: see the README's section on tolerances."""
    arrays = [x for step in program.steps for x in (step.value, *step.values) if isinstance(x, np.ndarray)]
    return 8 * float(np.sqrt(max((max(x.shape, default=1) for x in arrays), default=1))) * precision(program)
