"""Which op made the first nan? Walk the tape forward through the values, then backward through the adjoints."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arguments import checked, without_steps
from ..chain_rule import Step, leading_from
from ..parts import Arrived
from ..tape import GradientTape, watched
from ..variable import Variable
from ..view.table import abridged
from .explanation import code, filled
from .history import latest
from .remedies import Spot, remedy


@dataclass(frozen=True, repr=False)
class Finding:
    """The first nan or inf; false, and "all finite" when printed, where there is none.

    Attributes:
        stage: "forward", "backward", "input" for a number that was handed in; "" when all is finite.
        op: the op that made it; step: its place on the tape.
        entry: the index of the first entry concerned, in the result of the op if it works entry by entry, else in the
            input whose adjoint it is.
        inputs, value: what the op took and gave there.
        arrived, handed_on: the adjoints before and after the op, in the backward pass.
        why, fix: the usual cause at such numbers, and the usual remedy.
        file, line: where in the user's program, if `tapes.diagnose.history()` listened.
    """

    stage: str = ""
    op: str | None = None
    step: int | None = None
    entry: tuple[int, ...] | None = None
    inputs: tuple[Any, ...] = ()
    value: Any = None
    arrived: Any = None
    handed_on: Any = None
    why: str = ""
    fix: str = ""
    file: str | None = None
    line: int | None = None
    what: str = "All values and all adjoints are finite."

    def __bool__(self) -> bool:
        return bool(self.stage)

    def __str__(self) -> str:
        lines = filled(self.what)
        if self.file is not None and self.line is not None:
            lines.append("  " + code(self.file, self.line))
        if self.stage in ("forward", "backward"):
            taken = ", ".join(map(_number, self.inputs))
            lines.append(f"  {self.op}({taken}) = {_number(self.value)}{_at(self.entry or ())}")
        if self.stage == "backward":
            lines.append(f"  adjoint {_number(self.arrived)} arrived, {_number(self.handed_on)} was handed on")
        if self.why:
            lines += filled(f"Why: {self.why}.")
        if self.fix:
            lines += filled(f"Fix: {self.fix}.")
        if self and latest.history is None:
            lines.append("Inside `with tapes.diagnose.history():` the line of the program is named too.")
        return "\n".join(lines)

    __repr__ = __str__  # so that a notebook shows it as print does


def first_nan(tape: GradientTape, target: Any, sources: Any, names: dict[int, str]) -> Finding:
    """What `GradientTape.first_nan` answers; `names` are those of the user's program, by id."""
    if tape._trace is None:
        raise RuntimeError(f"first_nan: {without_steps(tape)}")
    search = _Search(tape, target, sources, names)
    for y in search.wrong:
        return search.origin(search.trace[id(y)]) if id(y) in search.trace else search.handed_in(y)
    return search.backward() if search.spoiled else Finding()


class _Search:
    """The steps between the sources and the target, with their values and adjoints."""

    def __init__(self, tape: GradientTape, target: Any, sources: Any, names: dict[int, str]) -> None:
        self.names, self.trace = names, dict(tape._trace)
        self.adjoints = tape.adjoints(target)
        wanted = {id(x) for x in checked("sources", sources)} if sources is not None else {
            key for key, step in self.trace.items() if step.op is watched}
        self.numbers = {key: number for number, key in enumerate(self.trace)}
        self.steps = leading_from(self.trace, wanted)
        self.wrong = [y for y in checked("target", target) if _bad(y._array)]
        self.spoiled = [key for key in wanted if _bad(self.adjoints.get(key))]

    def backward(self) -> Finding:
        """The first adjoint that is not finite, though what arrived is; then see whether a value was to blame."""
        for key, step in reversed(self.steps.items()):
            dy = self.adjoints.get(key)
            if dy is None or _bad(dy):
                continue
            for place, rule in enumerate(_rules(step)):
                x = step.inputs[place]
                if rule is not None and id(x) in self.steps and _bad(self.adjoints.get(id(x))):
                    y: Any = step()
                    dx = rule(dy, y._array, *(each._array for each in step.inputs), **step.params)
                    if _bad(dx):
                        if any(_bad(value._array) for value in (y, *step.inputs)):
                            return self.origin(step)
                        return self._finding("backward", step, place, dx)
        step = next(step for key, step in reversed(self.steps.items()) if _bad(self.adjoints.get(key)))
        return self._told(step, Finding(
            "sum", step.op.name, self.numbers[step.key],
            what=f"The adjoints that arrive at {self._called(step())} are finite one by one, but their sum is not.",
            why="it is larger than the largest number of its dtype", fix="scale the loss down, or use float64"))

    def origin(self, step: Step) -> Finding:
        """Where a value that is not finite comes from: up the tape, as long as an input is not finite either."""
        made_nan = None
        while True:
            y: Any = step()
            bad = [x for x in step.inputs if _bad(x._array)]
            if step.inputs and not bad:
                return self._finding("forward", step)
            nans = [x for x in bad if _nan(x._array)]
            if step.inputs and _nan(y._array) and not nans:
                made_nan = step
            x = (nans or bad or [y])[0]
            if id(x) in self.trace and self.trace[id(x)].inputs:
                step = self.trace[id(x)]
            elif made_nan is None or nans:
                return self.handed_in(x, step)
            else:  # an infinite constant is often meant, as a mask; what made nan of it is to blame
                return self._finding("forward", made_nan)

    def handed_in(self, x: Any, user: Step | None = None) -> Finding:
        """A number that is not finite, and that no step on this tape made."""
        entry = _first(x._array)
        by = f": {user.op.name} (step {self.numbers[user.key]}) uses it" if user and user.inputs else ""
        value, made = np.asarray(x._array)[entry], latest.history.making(x) if latest.history else None
        if user is None and made is not None and made.how:
            by = f": it was made by {made.how}, which this tape did not record"
        return self._told(user or x, Finding(
            "input", user.op.name if user else None, self.numbers[user.key] if user else None, entry, value=value,
            what=f"{self._called(x)} held {_number(value)}{_at(entry)} before any op on this tape{by}.",
            fix="look at the data, at the initial values, and at what was assigned"))

    def _finding(self, stage: str, step: Step, place: int = 0, dx: Any = None) -> Finding:
        """The step in numbers, at the first entry concerned."""
        y, xs = step()._array, [x._array for x in step.inputs]  # type: ignore[union-attr]
        number, name, dy = self.numbers[step.key], step.op.name, None
        if stage == "backward":
            dy = self.adjoints[step.key]
            dy = dy.in_order(y) if isinstance(dy, Arrived) else dy
            if step.op.smooth and y.shape:  # entry by entry: what broadcasting repeated is told apart
                dy, *xs = (np.broadcast_to(each, y.shape) for each in (dy, *xs))
                dx = np.broadcast_to(_rules(step)[place](dy, y, *xs, **step.params), y.shape)
        elif step.op.smooth:
            xs = [np.broadcast_to(x, y.shape) for x in xs]
        entry = _first(y if stage == "forward" else dx)
        single = bool(step.op.smooth)  # an op that does not work entry by entry is shown with all it took
        spot = Spot(name, tuple(_entry(x, entry) if single else x for x in xs), _entry(y, entry) if single else y,
                    dy if dy is None or not single else _entry(dy, entry),
                    tuple(self.trace[id(x)].op.name for x in step.inputs if id(x) in self.trace),
                    tuple(use.op.name for use in self.trace.values() if any(id(x) == step.key for x in use.inputs)),
                    not self.wrong)
        why, fix = remedy(spot)
        of = "" if len(xs) == 1 else f", for its input {self._called(step.inputs[place])}"
        what = (f"The first value that is not finite is made in the forward pass, by {name} (step {number})."
                if stage == "forward" else
                f"The first adjoint that is not finite is made in the backward pass, by {name} (step {number}{of}).")
        return self._told(step, Finding(stage, name, number, entry, spot.inputs, spot.value, spot.arrived,
                                        None if dx is None else _entry(dx, entry), why, fix, what=what))

    def _told(self, made: Any, finding: Finding) -> Finding:
        """The same with the line of the program where a tensor, or the result of a step, was made."""
        line = latest.history.line_of(made() if isinstance(made, Step) else made) if latest.history else None
        if line is None:
            return finding
        return dataclasses.replace(finding, file=line.file, line=line.number)

    def _called(self, x: Any) -> str:
        own = x._name if isinstance(x, Variable) and x._name != "Variable" else None
        return own or self.names.get(id(x)) or (f"%{self.numbers[id(x)]}" if id(x) in self.numbers else "a constant")


def _rules(step: Step) -> Sequence[Any]:
    return [rule for _, rule in zip(step.inputs, step.op.rules, strict=False)]


def _bad(value: Any) -> bool:
    """Whether there is a nan or inf in it."""
    return any(not np.isfinite(each).all() for each in _floating(value))


def _nan(value: Any) -> bool:
    return any(np.isnan(each).any() for each in _floating(value))


def _floating(value: Any) -> list[Any]:
    """The arrays in a value: several where an op has several results, none where there is no adjoint."""
    parts = value.values() if isinstance(value, Arrived) else value if isinstance(value, tuple) else (value,)
    return [each for each in parts if each is not None and np.asarray(each).dtype.kind in "fc"]


def _first(value: Any) -> tuple[int, ...]:
    """The index of the first nan, or else of the first inf."""
    array = next(each for each in _floating(value) if not np.isfinite(each).all())
    wrong = np.isnan(array) if np.isnan(array).any() else ~np.isfinite(array)
    return tuple(int(i) for i in np.argwhere(wrong)[0])


def _entry(value: Any, entry: tuple[int, ...]) -> Any:
    """The entry of an array in which there is one; else all of it."""
    if isinstance(value, tuple):
        return value
    array = np.asarray(value)
    fits = array.ndim == len(entry) and all(i < n for i, n in zip(entry, array.shape))
    return array[entry] if fits else array


def _number(value: Any) -> str:
    if isinstance(value, tuple):
        return _number(value[0]) if len(value) == 1 else f"({', '.join(map(_number, value))})"
    return "-" if value is None else f"{value:.9g}" if np.ndim(value) == 0 else abridged(value)


def _at(entry: tuple[int, ...]) -> str:
    return f" at {list(entry)}" if entry else ""
