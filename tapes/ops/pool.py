"""Pooling: a window slides over an image, and only its largest number, or only its mean, is kept."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..op import Op
from ..rules import linear
from .indexing import scatter
from .shapes import reshape
from .windows import Pairs, inside, offsets, padded, stops


def _views(x: np.ndarray, ksize: tuple[int, ...], strides: tuple[int, ...], padding: Pairs,
           outside: float) -> list[np.ndarray]:
    """For each entry of the window, what it sees from all places, as a view."""
    ones = (1,) * len(ksize)
    wide, places = padded(x, padding, outside), stops(x.shape[1:-1], ksize, strides, padding, ones)
    return [wide[part] for _, part in offsets(ksize, strides, ones, places)]


def _max_pool(x: np.ndarray, ksize: tuple[int, ...], strides: tuple[int, ...], padding: Pairs) -> np.ndarray:
    first, *others = _views(x, ksize, strides, padding, -np.inf)
    largest = first.copy()
    for view in others:
        np.maximum(largest, view, out=largest)
    return largest


def _max_pool_places(x: np.ndarray, ksize: tuple[int, ...], strides: tuple[int, ...],
                     padding: Pairs) -> np.ndarray:
    """Which entry of the image, counted through, is the largest of each window: of several the first."""
    largest = _max_pool(x, ksize, strides, padding)
    numbers = _views(np.arange(x.size).reshape(x.shape), ksize, strides, padding, -1)
    places = np.zeros(largest.shape, np.int64)
    seen = list(zip(_views(x, ksize, strides, padding, -np.inf), numbers, strict=True))
    for view, number in reversed(seen):  # the first comes last, and stays
        found = (view == largest) | np.isnan(view)  # nan is the largest of all
        np.copyto(places, number, where=found & (number >= 0))  # never in the border
    return places


def _counts(shape: tuple[int, ...], ksize: tuple[int, ...], strides: tuple[int, ...], padding: Pairs) -> Any:
    """How many entries of the image each window holds: the border does not count."""
    ones = np.ones((1, *shape[1:-1], 1), np.int64)
    return sum(_views(ones, ksize, strides, padding, 0))


def _avg_pool(x: np.ndarray, ksize: tuple[int, ...], strides: tuple[int, ...], padding: Pairs) -> np.ndarray:
    first, *others = _views(x, ksize, strides, padding, 0)
    total = first.copy()
    for view in others:
        total += view
    return total / _counts(x.shape, ksize, strides, padding).astype(x.dtype)


def _avg_pool_grad(g: np.ndarray, shape: tuple[int, ...], ksize: tuple[int, ...], strides: tuple[int, ...],
                   padding: Pairs) -> np.ndarray:
    lengths = [length + sum(pair) for length, pair in zip(shape[1:-1], padding, strict=True)]
    wide = np.zeros((shape[0], *lengths, shape[-1]), g.dtype)
    share = g / _counts(shape, ksize, strides, padding).astype(g.dtype)
    for _, part in offsets(ksize, strides, (1,) * len(ksize), g.shape[1:-1]):
        wide[part] += share
    return wide[inside(shape, padding)]


def _max_pool_rule(g: Any, y: Any, x: Any, **window: Any) -> Any:
    places = max_pool_places(x, **window)
    flat = scatter(reshape(g, shape=(-1,)), reshape(places, shape=(-1,)), shape=(math.prod(x.shape),), axis=0)
    return reshape(flat, shape=tuple(x.shape))


_CASES: list[Any] = [
    ((1, 4, 4, 2), {"ksize": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}, (1, 2, 2, 2)),
    ((2, 3, 4, 1), {"ksize": (2, 3), "strides": (1, 2), "padding": ((0, 1), (1, 0))}, (2, 3, 2, 1)),
    ((1, 5, 2), {"ksize": (2,), "strides": (3,), "padding": ((0, 0),)}, (1, 2, 2)),
    ((0, 2, 2, 1), {"ksize": (2, 2), "strides": (1, 1), "padding": ((0, 0), (0, 0))}, (0, 1, 1, 1))]

max_pool = Op("max_pool", _max_pool, [_max_pool_rule], kinds="f", examples=[((x,), how) for x, how, _ in _CASES])
max_pool_places = Op("max_pool_places", _max_pool_places, [None], kinds="f",
                     examples=[((x,), how) for x, how, _ in _CASES])
avg_pool = linear("avg_pool", _avg_pool, lambda g, y, x, **window: avg_pool_grad(g, shape=tuple(x.shape), **window),
                  kinds="f", examples=[((x,), how) for x, how, _ in _CASES])
avg_pool_grad: Op = linear("avg_pool_grad", _avg_pool_grad, lambda h, x, g, shape, **window: avg_pool(h, **window),
                           kinds="f", examples=[((g,), {"shape": x, **how}) for x, how, g in _CASES])
