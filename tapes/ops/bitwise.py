"""Integers as rows of bits: there is nothing to differentiate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..rules import elementwise

_PAIRS: list[Any] = [((np.array([6, -3, 1]), np.array([3, 5, 1])), {}),
                     ((np.array([[6], [1]], np.uint8), np.array(2, np.uint8)), {})]

bitwise_and = elementwise("bitwise_and", np.bitwise_and, None, None, kinds="iu", examples=_PAIRS)
bitwise_or = elementwise("bitwise_or", np.bitwise_or, None, None, kinds="iu", examples=_PAIRS)
bitwise_xor = elementwise("bitwise_xor", np.bitwise_xor, None, None, kinds="iu", examples=_PAIRS)
left_shift = elementwise("left_shift", lambda x, y: np.left_shift(x, _steps(y)), None, None, kinds="iu",
                         examples=_PAIRS)
right_shift = elementwise("right_shift", lambda x, y: np.right_shift(x, _steps(y)), None, None, kinds="iu",
                          examples=_PAIRS)


def _steps(y: np.ndarray) -> np.ndarray:
    """By how many places, as TensorFlow has it: at least none, at most all but one."""
    return np.clip(y, 0, 8 * y.dtype.itemsize - 1)
invert = elementwise("invert", np.invert, None, kinds="iu", examples=[((np.array([6, -3, 1]),), {})])
