"""Arrays for a page: each is written once, small ones with every digit, and of large ones as many entries as fit."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parts import Parts

EXACT = 100  # entries up to which every digit is written
_ROWS, _COLUMNS = 24, 32  # of a large array at most so many are shown
_BUDGET = 120_000  # entries of all arrays of a page together, about a megabyte


class Numbers:
    """The arrays of a page, each under its place; nan and infinities, which JSON has not, and complex ones as text."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}
        self._arrays: list[Any] = []

    def place(self, value: Any) -> int | None:
        """Where a value will be."""
        if value is None:
            return None
        if id(value) not in self._places:
            if isinstance(value, Parts):
                for one in value:
                    self.place(one)
            self._places[id(value)] = len(self._arrays)
            self._arrays.append(value)
        return self._places[id(value)]

    def written(self) -> list[dict[str, Any]]:
        """All of them: `s`hape, `d`type, `c`ells row by row, of large ones which `r`ows and `k`olumns these are."""
        large = sum(np.size(one) > EXACT for one in self._arrays if not isinstance(one, Parts))
        fewer = min(1.0, (_BUDGET / (_ROWS * _COLUMNS) / max(large, 1)) ** 0.5)
        most = max(2, int(_ROWS * fewer)), max(2, int(_COLUMNS * fewer))
        return [{"parts": [self._places.get(id(each)) for each in one]} if isinstance(one, Parts)
                else _written(np.asarray(one), most) for one in self._arrays]


def _written(array: np.ndarray, most: tuple[int, int]) -> dict[str, Any]:
    found: dict[str, Any] = {"s": list(array.shape), "d": array.dtype.name}
    table = array.reshape(-1, array.shape[-1]) if array.ndim > 1 and array.size else array.reshape(1, -1)
    if array.size > EXACT:
        rows, columns = (np.unique(np.linspace(0, n - 1, min(n, limit)).astype(int))
                         for n, limit in zip(table.shape, most, strict=True))
        found |= {"r": rows.tolist(), "k": columns.tolist(), "all": _facts(array)}
        table = table[np.ix_(rows, columns)]
    exact = array.size <= EXACT
    found["c"] = [_number(one, exact) for one in table.reshape(-1)]
    if array.dtype.kind == "c":
        found["m"] = [_number(one, exact) for one in np.abs(table).reshape(-1)]
    return found


def _facts(array: np.ndarray) -> list[Any]:
    """Of all entries: the least, the largest, and how many are no number."""
    real = np.abs(array) if array.dtype.kind == "c" else array
    finite = real[np.isfinite(real)]
    ends = [_number(end, False) for end in (finite.min(), finite.max())] if finite.size else ["nan", "nan"]
    return [*ends, int(array.size - finite.size)]


def _number(one: Any, exact: bool) -> Any:
    if one.dtype.kind in "iu":
        return int(one) if abs(int(one)) < 2 ** 53 else str(one)
    if one.dtype.kind == "b":
        return int(one)
    if one.dtype.kind == "c":
        return f"{one:.4g}" if not exact else str(one).strip("()")
    if not np.isfinite(one):
        return str(one)
    return float(str(one)) if exact else float(f"{one:.4g}")
