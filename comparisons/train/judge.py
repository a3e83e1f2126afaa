"""When two paths agree: in double precision to 1e-10 after all steps; in single precision they drift apart."""

from __future__ import annotations

from dataclasses import dataclass

from .backends import TRAINERS
from .course import Course
from .path import Path

TOLERANCE = 1e-10  # of a weight, over the largest of its array, after 200 steps
AGREES, DECLARED, DISAGREES, FAILED, MISSING = "agrees", "declared", "disagrees", "failed", "missing"


@dataclass
class Result:
    """One trainer on one course.

    Attributes:
        course, trainer: their names.
        status: one of the words above.
        reason: why it failed, or what was declared.
        double, single: the differences of the weights from those of tapes, at each step, in both precisions.
        losses: of each step, in double precision.
    """

    course: str
    trainer: str
    status: str
    reason: str = ""
    double: list[float] | None = None
    single: list[float] | None = None
    losses: list[float] | None = None


def judged(course: Course, trainer: str, paths: tuple[Path, Path], own: tuple[Path, Path]) -> Result:
    """Hold the paths of a trainer, in double and single precision, against those of tapes."""
    double, single = (path.differences(reference) for path, reference in zip(paths, own))
    declared = TRAINERS[trainer].other_adam if course.optimizer == "adam" else ""
    apart = not max(double) <= TOLERANCE  # so that nan is apart
    status, reason = AGREES, ""
    if apart:
        status, reason = (DECLARED, declared) if declared else (DISAGREES, f"{max(double):.1e} apart")
    elif declared:
        status, reason = DISAGREES, f"declared to take other steps than Keras, and does not: {declared}"
    return Result(course.name, trainer, status, reason, double, single, paths[0].losses)
