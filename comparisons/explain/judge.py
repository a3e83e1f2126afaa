"""Each adjoint of the tape beside those of the libraries, and going back from the target the first that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tapes.parts import Arrived
from tapes.tape import GradientTape

from ..measure import Difference, difference
from ..ops.quiet import quiet
from . import numeric
from .blame import Blame, wrong_rules
from .chain import chained
from .checks import COLUMNS, adjoints
from .condition import again, attempted, cancelled, conditions, contributions, of_values, shake
from .program import Adjoints, Program, ones, precision, program_of, rounding

AGREES, DIFFERS, REFERENCE, NOTHING = "agrees", "differs", "reference", "no answer"
FIRST, ANOTHER, FOLLOWS = "wrong rule", "another wrong rule", "follows"


@dataclass(frozen=True)
class Cell:
    """What one library, or the tape, says about one adjoint, beside the reference.

    Attributes:
        status: agrees, differs, reference, or no answer.
        adjoint: an array, or None.
        relative, ulps: the distance, as in `measure.Difference`.
        reason: why there is no answer, or why the two cannot be compared.
    """

    status: str
    adjoint: Any = None
    relative: float | None = None
    ulps: float | None = None
    reason: str = ""


@dataclass
class Row:
    """One value on the tape.

    Attributes:
        place: in the program.
        reference: the title of the column that the others are held against, or "" where nobody is sure.
        tolerance: how far off an adjoint may be, relative to the largest number of the reference.
        ours: what the tape says.
        cells: what each library says, by its title.
        mark: "wrong rule" where a rule hands back something wrong for the first time, going back from the target;
            "another wrong rule"; "follows" where it differs because of that; or "".
    """

    place: int
    reference: str
    tolerance: float
    ours: Cell
    cells: dict[str, Cell]
    mark: str = ""


@dataclass
class Found:
    """All that was found out about a tape.

    Attributes:
        program: its steps.
        said: what each column says, by its title.
        rows: in the order of the tape, for each step that can carry a derivative.
        blames: the wrong rules, going back from the target.
        unsure: sentences about what differs otherwise, or where no rule could be blamed.
    """

    program: Program
    said: dict[str, Adjoints]
    rows: list[Row]
    blames: list[Blame] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[Row]:
        """Where the tape differs."""
        return [row for row in self.rows if row.ours.status == DIFFERS]

    @property
    def others(self) -> list[tuple[Row, str]]:
        """Where a library differs from an oracle that is sure."""
        return [(row, title) for row in self.rows for title, cell in row.cells.items()
                if cell.status == DIFFERS and COLUMNS[row.reference].exact]

    @property
    def agree(self) -> bool:
        """Whether the tape, and every library that an oracle could judge, is right."""
        return not (self.wrong or self.blames or self.others or self.unsure)


def judged(tape: GradientTape, target: Any, titles: list[str] | None = None,
           progress: Callable[[str], None] = lambda text: None) -> Found:
    """Compare every adjoint on a tape, and find the rules that are wrong; the tape stays as it is.

    Args:
        tape, target: what `tape.gradient` would be asked for.
        titles: of the columns to ask, by default all of COLUMNS.
        progress: called with a few words before each piece of work.
    """
    program = program_of(tape, target)
    stopped = []
    try:
        given = tape.adjoints(target)
        ours = {place: given[step.key] for place, step in enumerate(program.steps) if step.key in given}
    except Exception as error:  # what a wrong rule gave may stop the sweep: then as far as the rules go
        ours = chained(program, attempted, np.asarray).known
        stopped.append(f"the sweep of the tape stops: {type(error).__name__}: {str(error).partition(chr(10))[0]}")
    said: dict[str, Adjoints] = {}
    for title in titles or COLUMNS:
        progress(title)
        said[title] = adjoints(COLUMNS[title], program)
    progress("how far rounding may carry each adjoint")
    known = said.get("complex step") or chained(program, numeric.product)
    rng = np.random.default_rng(0)
    moved = again(program, lambda x: shake(x, rng))
    judge = _Judge(program, ours, said, conditions(program, moved, known))
    stopped += judge.other_values(of_values(program, moved))
    rows = [judge.row(place) for place, step in enumerate(program.steps) if step.flows]
    progress("each rule on its own")
    found = Found(program, said, rows, list(wrong_rules(program, ours, judge.rounding)), stopped)
    _mark(found, ours, judge.rounding)
    return found


class _Judge:
    """Tolerances are those of `comparisons.compare`: 8 sqrt(n) eps times the measured condition."""

    def __init__(self, program: Program, ours: dict[int, Any], found: dict[str, Adjoints],
                 condition: dict[int, float]) -> None:
        self.program, self.ours, self.found = program, ours, found
        lost = cancelled(program, ours)
        self.condition = {place: max(known, lost[place]) for place, known in condition.items()}
        self.eps, self.rounding = precision(program), rounding(program)
        self.size = sum((float(np.sum(np.abs(step.value))) for step in (program.steps[t] for t in program.targets)
                         if isinstance(step.value, np.ndarray | np.generic)), 0.0)

    def row(self, place: int) -> Row:
        answers = {title: self._answer(adjoints, place) for title, adjoints in self.found.items()}
        reference = next((title for title in ("SymPy", "complex step", "TensorFlow", "JAX")
                          if title in answers and not isinstance(answers[title], str)), "")
        if not reference:
            cells = {title: Cell(NOTHING, reason=said) for title, said in answers.items()}
            return Row(place, "", 0.0, Cell(NOTHING, self._shown(place), reason="nobody to compare it with"), cells)
        truth, nothing = answers[reference], self._nothing(place)
        doubt = self.found[reference].doubts.get(place, 0.0)
        tolerance = self.rounding * self.condition[place] + doubt
        if tolerance > self.eps ** 0.25:
            said = "too ill-conditioned here to tell right from wrong"
            return Row(place, reference, tolerance, Cell(NOTHING, self._shown(place), reason=said),
                       {title: Cell(NOTHING, reason=said) for title in answers})
        cells = {}
        for title, answer in answers.items():
            if isinstance(answer, str):
                cells[title] = Cell(NOTHING, reason=answer)
            elif title == reference:
                cells[title] = Cell(REFERENCE, answer)
            else:
                cells[title] = _compared(answer, truth, tolerance + self.found[title].doubts.get(place, 0.0), nothing)
        own = self._shown(place)
        if isinstance(own, Arrived):
            return Row(place, reference, tolerance, Cell(NOTHING, own, reason="several values as one"), cells)
        ours = _compared(own, truth, tolerance, nothing)
        if ours.status == DIFFERS and not COLUMNS[reference].exact and any(
                _compared(own, answer, tolerance, nothing).status == AGREES for answer in answers.values()
                if not isinstance(answer, str)):
            ours = Cell(AGREES, own, reason=f"{reference} has another convention here, and no oracle is sure")
        return Row(place, reference, tolerance, ours, cells)

    def other_values(self, condition: dict[int, float]) -> Iterator[str]:
        """A library that does not even compute the same values: where that begins."""
        for title, found in self.found.items():
            for place, value in sorted(found.values.items()):
                step = self.program.steps[place]
                numbers = [x for x in step.values if isinstance(x, np.ndarray) and x.dtype.kind in "fc"]
                nothing = self.rounding * max((float(np.sum(np.abs(x), where=np.isfinite(x))) for x in numbers),
                                              default=0.0)
                if _compared(value, step.value, self.rounding * condition[place], nothing).status == DIFFERS:
                    yield (f"{title} computes another value than the tape from step {place} ({step.name}) on: what it "
                           "calls so may be another op")
                    break

    def _answer(self, found: Adjoints, place: int) -> Any:
        """An array, or None; or a sentence."""
        answer = found.of(place)
        return "several values as one" if isinstance(answer, Arrived) else answer

    def _shown(self, place: int) -> Any:
        return self.ours.get(place)

    def _nothing(self, place: int) -> float:
        """An adjoint that is not larger than this is zero but for rounding."""
        step = self.program.steps[place]
        if not isinstance(step.value, np.ndarray | np.generic):
            return 0.0
        with np.errstate(all="ignore"):
            numbers = float(np.max(np.abs(step.value), initial=0.0)) or 1.0
            usual = self.size / numbers
            sums = [float(np.sum(np.abs(part))) for part in contributions(self.program, self.ours, place)]
        return self.rounding * max([each for each in (usual, *sums) if np.isfinite(each)], default=0.0)


def _compared(found: Any, truth: Any, tolerance: float, nothing: float) -> Cell:
    """None counts as zeros, and zeros as None: libraries differ in what they say of what is not connected."""
    if found is None and truth is None:
        return Cell(AGREES, None, 0.0, 0.0)
    shape = np.shape(truth if found is None else found)
    a = np.zeros(shape) if found is None else np.asarray(found)
    b = np.zeros(shape) if truth is None else np.asarray(truth)
    if a.shape == b.shape and nothing and np.all(np.abs(b) <= nothing):
        worst = float(np.max(np.abs(a - b), initial=0.0))
        off = Difference(worst / nothing, worst / nothing)
        return Cell(AGREES if worst <= 2 * nothing else DIFFERS, found, off.relative)
    off = difference(a, b)
    return Cell(AGREES if off.within(tolerance) else DIFFERS, found, off.relative, off.ulps, off.reason)


def _mark(found: Found, ours: dict[int, Any], rounding: float) -> None:
    """Going back from the target: who is to blame, and what only follows."""
    program, rows = found.program, {row.place: row for row in found.rows}
    spoiled: set[int] = set()
    for place in reversed(range(len(program.steps))):
        row = rows.get(place)
        users = [user for user, _ in program.uses[place]]
        blamed = any(blame.source == place for blame in found.blames)
        follows = any(user in spoiled for user in users)
        if blamed or follows or (row and row.ours.status == DIFFERS):
            spoiled.add(place)
        if row is None:
            continue
        if blamed:
            row.mark = ANOTHER if any(each.mark == FIRST for each in found.rows) else FIRST
        elif row.ours.status == DIFFERS:
            row.mark = FOLLOWS if follows else FIRST
            if not follows:
                found.unsure.append(_nobody(program, ours, place, rounding, users))


def _nobody(program: Program, ours: dict[int, Any], place: int, rounding: float, users: list[int]) -> str:
    """What can be said where an adjoint differs for the first time, and each rule that hands it back fits its op."""
    name = f"step {place} ({program.steps[place].op.name})"
    if place in program.targets and not users:
        return f"{name}: the sweep should begin with ones"
    with quiet():
        parts = contributions(program, ours, place)
        own = ours.get(place)
        whole = sum(parts[1:], parts[0]) if parts else None
    seeded = ones(program.steps[place].value) if place in program.targets else None
    if seeded is not None and whole is not None and not isinstance(whole, Arrived):
        whole = whole + seeded
    if whole is not None and not isinstance(whole, Arrived) and not difference(own, whole).within(rounding):
        return (f"{name}: what each of its {len(parts)} uses hands back is right, but the adjoint is not their sum: "
                "the sweep has lost one, or counted one twice")
    ops = ", ".join(dict.fromkeys(program.steps[user].op.name for user in users))
    return (f"{name}: its adjoint differs, but the rules that hand it back ({ops}) fit what their ops compute, as far "
            "as can be told here: a corner, or a convention (python -m comparisons conventions)")
