"""Do all agree? If not: what disagrees, by how much, and which op is to blame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .. import report
from ..backends import COLUMNS, Backend
from ..compare import AGREES, DISAGREES, FAILED, Comparison
from ..problem import Problem, bundled
from ..suspects import suspects

INNOCENT = ("every op that the tape heard has the right rule at these numbers. Did something leave the tape (np.exp, "
            "math.exp, float)? Or has the loss a corner just here, where libraries choose differently (python -m "
            "comparisons conventions)?")


@dataclass(frozen=True)
class Verdict:
    """What a comparison comes to.

    Attributes:
        agree: whether something was compared, and all of it agrees.
        words: one sentence.
        findings: what is to blame, and what disagrees or failed, each as a word (BLAME, WRONG, FAILED), the loss (or
            ""), and a sentence.
        blamed: the losses on which the tape is wrong, as one gives them to `explain`.
        missing: the libraries that were wanted and are not installed.
    """

    agree: bool
    words: str
    findings: Sequence[tuple[str, str, str]]
    blamed: Sequence[str]
    missing: Sequence[Backend]


def judged(comparisons: Sequence[Comparison], undeclared: Sequence[str]) -> Verdict:
    """The verdict on comparisons, and on answers at corners that are not the declared ones."""
    wrong = [(c.problem, *problem) for c in comparisons for problem in c.problems]
    found: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for problem, row, name, cell in wrong:
        if cell.status == FAILED:  # told once, not for each quantity
            found[problem.name, name, cell.reason] = ("FAILED", problem.name, f"{name}: {cell.reason}")
        else:
            where = report.quantity(row) + (f", on {row.rows} rows" if row.rows else "")
            off = cell.reason or f"off by {cell.relative:.1e} where {cell.tolerance:.1e} is allowed"
            found[problem.name, where, name] = ("WRONG", problem.name, f"{where}: {name}: {off}")
    ours = {p.name: p for p, _, name, cell in wrong if (name, cell.status) == ("tapes", DISAGREES)}.values()
    blamed = [p.name if p.path in bundled().values() else p.path.name for p in ours]
    findings = [*_blamed(ours), *found.values(), *(("WRONG", "", line) for line in undeclared)]
    columns = {name for c in comparisons for row in c.rows for name in row.cells}
    missing = [b for b in COLUMNS.values() if b.name in columns and not b.available]
    if findings:
        only_failed = all(word == "FAILED" for word, _, _ in findings)
        words = "Whoever could be asked agrees; the others failed." if only_failed else "Something disagrees."
        return Verdict(False, words, findings, blamed, missing)
    if not any(cell.status == AGREES for c in comparisons for row in c.rows for cell in row.cells.values()):
        return Verdict(False, "Nothing could be compared. The tables say why.", [], [], missing)
    everything = columns == COLUMNS.keys() and not missing
    return Verdict(True, "All libraries agree." if everything else "All that was compared agrees.", [], [], missing)


def _blamed(problems: Iterable[Problem]) -> list[tuple[str, str, str]]:
    """Where the tape is wrong, the ops whose rules are."""
    return [("BLAME", problem.name, sentence) for problem in problems
            for sentence in suspects(problem.first_rows(4)) or [INNOCENT]]
