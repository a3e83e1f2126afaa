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
left_shift = elementwise("left_shift", np.left_shift, None, None, kinds="iu", examples=_PAIRS)
right_shift = elementwise("right_shift", np.right_shift, None, None, kinds="iu", examples=_PAIRS)
invert = elementwise("invert", np.invert, None, kinds="iu", examples=[((np.array([6, -3, 1]),), {})])
