"""How far two gradients are apart: measured on the array's own scale, and nothing else counts as agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Difference:
    """The distance of an array from a reference.

    Attributes:
        relative: max|found - reference| / max|reference|; inf where they cannot be compared.
        ulps: the same distance in units in the last place of max|reference|, in the dtype of what was found.
        reason: why they cannot be compared (None-ness, shape, dtype, nan, infinity), or "".
    """

    relative: float
    ulps: float
    reason: str = ""

    def within(self, tolerance: float) -> bool:
        """Whether it is small enough; nan is not small."""
        return not self.reason and self.relative <= tolerance


def difference(found: Any, reference: Any, dtype: Any = None) -> Difference:
    """Compare an array, or None, with a reference that may have more digits.

    Args:
        found: what a library gave; None for "not connected".
        reference: what it should be, of the same shape; np.longdouble keeps about 19 digits.
        dtype: the dtype that `found` must have; None allows any.
    """
    if found is None or reference is None:
        if found is None and reference is None:
            return Difference(0.0, 0.0)
        return _incomparable(f"{'None' if found is None else 'a gradient'} instead of "
                             f"{'None' if reference is None else 'a gradient'}")
    found, reference = np.asarray(found), np.asarray(reference)
    if found.shape != reference.shape:
        return _incomparable(f"shape {found.shape} instead of {reference.shape}")
    if dtype is not None and found.dtype != np.dtype(dtype):
        return _incomparable(f"dtype {found.dtype} instead of {np.dtype(dtype)}")
    if not found.size:
        return Difference(0.0, 0.0)
    wide = np.clongdouble if "c" in found.dtype.kind + reference.dtype.kind else np.longdouble
    with np.errstate(over="ignore", invalid="ignore"):
        a, b = found.astype(wide), reference.astype(wide)
    strange = ~(np.isfinite(a) & np.isfinite(b))
    alike = (a == b) | (np.isnan(a) & np.isnan(b))
    if (strange & ~alike).any():
        place = tuple(int(i) for i in np.argwhere(strange & ~alike)[0])
        return _incomparable(f"{a[place]:.6g} instead of {b[place]:.6g} at {list(place)}")
    a, b = np.where(strange, 0, a), np.where(strange, 0, b)
    worst, scale = np.max(np.abs(a - b)), np.max(np.abs(b))
    if worst == 0:
        return Difference(0.0, 0.0)
    precision = np.finfo(found.dtype if found.dtype.kind in "fc" else np.float64)
    if scale == 0:
        return Difference(float("inf"), float(worst / precision.smallest_subnormal))
    ulp = np.spacing(precision.dtype.type(scale)) if scale <= precision.max else precision.max
    return Difference(float(worst / scale), float(worst / np.longdouble(ulp)))


def _incomparable(reason: str) -> Difference:
    return Difference(float("inf"), float("inf"), reason)
