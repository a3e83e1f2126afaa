"""An array as a map of colours: blue is negative, orange positive, and what is 0 is grey."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parts import Parts
from .table import abridged

_CELLS = 12  # how many entries a map has at most along a side
_FEW = 4  # entries that are better read as numbers

# Blue and orange, which the colour-blind tell apart: after Okabe and Ito, Color Universal Design (2008).
_LOW, _ZERO, _HIGH = (0, 114, 178), (242, 242, 242), (213, 94, 0)


def mapped(value: Any, letters: int) -> bool:
    """Whether a map of colours says more of it than the numbers that so many letters hold."""
    if isinstance(value, Parts) or np.asarray(value).dtype.kind not in "iuf" or np.size(value) < 2:
        return False
    return np.size(value) > _FEW or " to " in abridged(value, letters)


def extent(value: Any) -> str:
    """How far from 0 the entries go."""
    array = np.asarray(value, float)
    finite = np.abs(array[np.isfinite(array)])
    return f"±{np.max(finite, initial=0.0):.3g}" + " with nan or inf" * (finite.size < array.size)


def heat(value: Any, x: float, y: float, width: float, height: float) -> str:
    """Rectangles for a map: the largest entry is as dark as can be; nan and inf are black."""
    array = np.asarray(value, float)
    array = array.reshape(1, -1) if array.ndim < 2 else array.reshape(-1, array.shape[-1])
    rows, columns = (np.unique(np.linspace(0, n - 1, min(n, _CELLS)).astype(int)) for n in array.shape)
    cells = array[np.ix_(rows, columns)]
    most = np.max(np.abs(array[np.isfinite(array)]), initial=0.0) or 1.0
    high, wide = height / max(len(rows), 1), width / max(len(columns), 1)
    high, wide = min(high, 1.5 * wide, height / 2), min(wide, 3 * high)
    parts = []
    for i, row in enumerate(cells):
        for j, number in enumerate(row):
            colour = "#000000" if not np.isfinite(number) else _colour(number / most)
            parts.append(f'<rect x="{x + j * wide:.1f}" y="{y + i * high:.1f}" width="{wide:.1f}" height="{high:.1f}" '
                         f'fill="{colour}"/>')
    return "".join(parts)


def _colour(part: float) -> str:
    end = _HIGH if part > 0 else _LOW
    return "#" + "".join(f"{round(zero + (full - zero) * abs(part)):02x}" for zero, full in zip(_ZERO, end))
