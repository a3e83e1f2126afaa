"""What one comparison found, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tapes import parts
from tapes.op import Op

OK, FAILED, NOT_CHECKED = "ok", "failed", "not checked"
SPECIAL = "special points"


@dataclass(frozen=True)
class Cell:
    """One comparison.

    Attributes:
        op, sample, width: what was run: the row, the shapes and parameters, "float32" or "float64" (or "").
        check: "value", "gradient", "second order", "forward mode", "same in both modes", "linear" or "special points".
        oracle: what it was compared with.
        verdict: "ok", "failed" or "not checked".
        relative, ulps: the largest error over the largest number, and in units in the last place of that number.
        tolerance: what `relative` may be: 32 times the dtype's eps times (1 + the conditioning), plus the oracle's
            own uncertainty.
        reason: why it failed or was not checked.
    """

    op: str
    sample: str
    width: str
    check: str
    oracle: str
    verdict: str
    relative: float = 0.0
    ulps: float = 0.0
    tolerance: float = 0.0
    reason: str = ""


def called(op: Op, xs: Sequence[Any], params: dict[str, Any]) -> list[Any]:
    """The list of all results of an op, as tensors."""
    y = op(*xs, **params)
    return list(parts.results(y)) if isinstance(y._array, parts.Parts) else [y]
