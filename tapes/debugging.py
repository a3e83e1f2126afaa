"""Checks to write into a program: nothing when they hold, an error with the numbers when they do not."""

from __future__ import annotations

from typing import Any

import numpy as np

from .convert import convert
from .errors import InvalidArgumentError
from .protocols import TensorLike
from .public import called

__all__ = ["assert_near"]


def assert_near(x: Any, y: Any, rtol: Any = None, atol: Any = None, message: str | None = None,
                summarize: int | None = None, name: str | None = None) -> None:
    """InvalidArgumentError unless |x - y| <= atol + rtol * |y| for all entries; nan is near to nothing.

    Both tolerances are by default ten times the precision of the dtype of x.

    >>> assert_near([1.0, 2.0], [1.0, 2.0000001])
    """
    first = convert(x)
    second = convert(y, None if isinstance(y, TensorLike) else first._array.dtype)
    if first.dtype != second.dtype:
        raise InvalidArgumentError(f"assert_near: x is {first.dtype.name} and y is {second.dtype.name}: bring both to "
                                   "one dtype with tapes.cast")

    def check(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        _near(a, b, rtol, atol, message)
        return a

    called(check, first, second)


def _near(a: np.ndarray, b: np.ndarray, rtol: Any, atol: Any, message: str | None) -> None:
    usual = 10 * np.finfo(a.dtype).eps if a.dtype.kind in "fc" else 0
    limit = (usual if atol is None else np.asarray(atol)) + (usual if rtol is None else np.asarray(rtol)) * np.abs(b)
    gap = np.abs(a - b)
    if not (gap <= limit).all():
        worst = np.unravel_index(np.argmax(np.where(np.isnan(gap), np.inf, gap - limit)), gap.shape)
        x_there, y_there = np.broadcast_to(a, gap.shape)[worst], np.broadcast_to(b, gap.shape)[worst]
        raise InvalidArgumentError(f"{message + ': ' if message else ''}x and y not equal to tolerance: at "
                                   f"{[int(i) for i in worst]} x is {x_there} and y is {y_there}, more than "
                                   f"{np.broadcast_to(limit, gap.shape)[worst]:.3g} apart")
