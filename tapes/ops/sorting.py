"""Order and counting give indices, which have no derivative; the sorted values are gathered by them, and have one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..op import Op, Rule


def _argsort(x: np.ndarray, descending: bool) -> np.ndarray:
    """Along the last axis; ties keep their order either way, and nan counts as larger than any number."""
    if not descending:
        return np.argsort(x, axis=-1, kind="stable").astype(np.int32)
    backwards = np.argsort(np.flip(x, -1), axis=-1, kind="stable")
    return (x.shape[-1] - 1 - np.flip(backwards, -1)).astype(np.int32)


def _distinct(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct values in the order of their appearance, and for each entry the place of its value among them."""
    _, first, inverse = np.unique(x, return_index=True, return_inverse=True, equal_nan=False)
    places = np.empty(first.size, np.intp)
    places[np.argsort(first)] = np.arange(first.size)
    return x[np.sort(first)], places[inverse]


def _searchsorted(rows: np.ndarray, values: np.ndarray, side: str) -> np.ndarray:
    count = math.prod(rows.shape[:-1])  # not -1: there may be no entries
    flat = zip(rows.reshape(count, rows.shape[-1]), values.reshape(count, values.shape[-1]), strict=True)
    found = [np.searchsorted(row, wanted, side) for row, wanted in flat]  # type: ignore[call-overload]
    return np.array(found, np.int32).reshape(values.shape)


def _refused(name: str) -> Rule:
    """TensorFlow has no gradient here, not even None: asking for it is an error."""

    def rule(*args: Any, **params: Any) -> Any:
        raise LookupError(f"gradient registry has no entry for: {name}. Its result jumps when its input changes; "
                          "tapes.stop_gradient(input) says that this is meant.")

    return rule


argsort = Op("argsort", _argsort, [None], kinds="biuf", examples=[
    ((np.array([[3.0, 1.0, 2.0], [1.0, 3.0, 1.0]]),), {"descending": False}),
    ((np.array([2.0, 3.0, 2.0]),), {"descending": True}), ((np.zeros((2, 0)),), {"descending": True})])
unique = Op("unique", lambda x: _distinct(x)[0], [_refused("Unique")], kinds="biuf", varying=True,
            examples=[((np.array([3, 1, 3, 2, 1]),), {})])
unique_places = Op("unique_places", lambda x: _distinct(x)[1], [None], kinds="biuf",
                   examples=[((np.array([3, 1, 3, 2, 1]),), {})])
searchsorted = Op("searchsorted", _searchsorted, [None, None], kinds="iuf", examples=[
    ((np.array([1.0, 3.0, 3.0, 5.0]), np.array([0.0, 3.0, 4.0, 6.0])), {"side": "left"}),
    ((np.array([[1.0, 3.0], [2.0, 4.0]]), np.array([[3.0], [1.0]])), {"side": "right"})])
bincount = Op("bincount", lambda x, length: np.bincount(x[x < length], minlength=length).astype(np.int32), [None],
              kinds="iu", examples=[((np.array([0, 2, 2, 5]),), {"length": 4})])
weighted_bincount = Op("weighted_bincount", lambda x, weights, length: np.bincount(
    x[x < length], weights[x < length], length).astype(weights.dtype), [None, _refused("DenseBincount")],
    alike=slice(1, 2), kinds="iuf", examples=[((np.array([0, 2, 2, 5]), np.array([1, 2, 3, 4])), {"length": 4})])
