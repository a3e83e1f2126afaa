"""Where a formula is weak: in the tails, close to zeros and ends of the domain, at saturation, at subnormal numbers."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from tapes.op import Op

# To the left mpmath takes one pole at a time.
_NOT_BELOW = {"lgamma": -100.0, "digamma": -100.0, "polygamma": -100.0}
# Exponents: larger ones make 0 or infinity of almost all, smaller ones 1. (Bases are limited too, to the inner third
# of what there is: beyond, x^(y - 2) overflows where its product with y does not.)
_POWERS = (1e-3, 1e3)
_LANDMARKS = [-2.0, -1.0, -0.5, 0.5, 1.0, 2.0]


def points(op: Op, dtype: Any, count: int) -> list[np.ndarray]:
    """About `count` points of the plane or space of the inputs: for each input an array of numbers of the dtype.

    An op that takes an integer first (polygamma) gets small ones. The same points in every run.
    """
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    arity = len(op.smooth)
    integers = 0 if op.alike is None else op.alike.start
    columns = [np.concatenate([_fixed(dtype), _numbers(dtype, count, rng)]) for _ in range(arity)]
    for column in columns[1:]:
        rng.shuffle(column)
    if arity > 1:  # the other half of the plane: numbers of like size, down to almost equal ones
        near = columns[0][::2]
        columns[1][::2] = near - near * rng.choice([-0.5, 0.5], near.size) * 10 ** rng.uniform(-8, 0, near.size)
    least = _NOT_BELOW.get(op.name, -np.inf)
    columns = [np.where(column < least, -column, column) for column in columns]
    if op.name == "pow":
        third = float(np.finfo(dtype).max) ** (1 / 3)
        columns[0] = np.sign(columns[0]) * np.clip(np.abs(columns[0]), 1 / third, third)
        columns[1] = np.sign(columns[1]) * np.clip(np.abs(columns[1]), *_POWERS)
    for place in range(integers):
        columns[place] = rng.integers(0, 4, columns[place].shape)
    return [c.astype(dtype) if c.dtype.kind == "f" else c for c in columns]


def _fixed(dtype: Any) -> np.ndarray:
    info = np.finfo(dtype)
    sizes = [float(info.smallest_subnormal), 0.7 * float(info.tiny), float(info.tiny), float(info.max) / 8, 1.0, 0.5]
    return np.array([0.0, *[sign * size for size in sizes for sign in (1, -1)]])


def _numbers(dtype: Any, count: int, rng: np.random.Generator) -> np.ndarray:
    """All sizes that there are, the usual ones more densely, and the neighbours of 1 and its like."""
    info = np.finfo(dtype)
    far, usual = (count * 35) // 100, (count * 35) // 100
    close, line = (count * 15) // 100, count - 2 * ((count * 35) // 100) - (count * 15) // 100
    sizes = np.concatenate([10 ** rng.uniform(np.log10(float(info.tiny)), np.log10(float(info.max)) - 0.1, far),
                            10 ** rng.uniform(-6, 3, usual)])
    near = rng.choice(_LANDMARKS, close) + rng.choice([-1, 1], close) * 10 ** rng.uniform(
        np.log10(float(info.eps)), -1, close)
    return np.concatenate([rng.choice([-1, 1], sizes.size) * sizes, near, rng.uniform(-10, 10, line)])
