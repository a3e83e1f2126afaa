"""Run the programs on both libraries, and judge the outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..libraries import MissingLibrary
from .observe import TAPES, observe, tensorflow_library
from .outcome import Outcome
from .program import Program, registry
from .verdict import verdict


@dataclass(frozen=True)
class Result:
    """A program and what came of it.

    Attributes:
        tensorflow: None when TensorFlow is not installed.
        why: what is wrong, or "".
        missing: the line that says how to install TensorFlow, when that is needed.
    """

    program: Program
    tapes: Outcome
    tensorflow: Outcome | None
    why: str
    missing: str = ""

    @property
    def ok(self) -> bool:
        return not self.why

    @property
    def verdict(self) -> str:
        """One cell of the table."""
        if self.why:
            return f"WRONG: {self.why}"
        if self.missing:
            return f"as expected; not compared: {self.missing}"
        return f"differ on purpose: {self.program.because}" if self.program.because else "agree"


def select(names: Iterable[str] | None = None) -> list[Program]:
    """The programs of these names, rules or groups, or all. KeyError for a name that there is not."""
    programs = list(registry.values())
    if names is None:
        return programs
    wanted = list(names)
    for name in wanted:
        if not any(name in (each.name, each.rule, each.group) for each in programs):
            raise KeyError(f"there is no program, rule or group {name!r}; the groups are "
                           f"{', '.join(dict.fromkeys(each.group for each in programs))}")
    return [each for each in programs if {each.name, each.rule, each.group} & set(wanted)]


def run_all(names: Iterable[str] | None = None,
            progress: Callable[[int, int, Program], None] | None = None) -> list[Result]:
    """Run programs on tapes and on TensorFlow, and compare.

    Without TensorFlow each program is still held against the outcome that was measured with it, and says so.

    Args:
        names: names of programs, rules or groups; by default all.
        progress: called before each program with its number, from 0, how many there are, and the program.
    """
    programs, missing, tensorflow = select(names), "", None
    try:
        tensorflow = tensorflow_library()
    except MissingLibrary as error:
        missing = str(error)
    results = []
    for number, program in enumerate(programs):
        if progress is not None:
            progress(number, len(programs), program)
        found = observe(program.run, TAPES)
        reference = None if tensorflow is None else observe(program.run, tensorflow)
        results.append(Result(program, found, reference, verdict(program, found, reference), missing))
    return results
