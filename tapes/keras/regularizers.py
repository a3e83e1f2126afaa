"""What is added to the loss so that weights stay small."""

from __future__ import annotations

from typing import Any

from ..math import abs, reduce_sum, square
from ..tensor import Tensor
from .identifiers import found

__all__ = ["L1", "L1L2", "L2", "Regularizer", "get", "l1", "l1_l2", "l2"]


class Regularizer:
    """A function from a weight to a number; a class of your own needs `__call__(x)`."""

    def __call__(self, x: Any) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} needs __call__(x)")


class L1L2(Regularizer):
    """l1 * sum(abs(x)) + l2 * sum(x^2).

    >>> print(L1L2(l1=1.0, l2=0.5)([1.0, -2.0]))
    tapes.Tensor(5.5, shape=(), dtype=float32)
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1, self.l2 = float(l1 or 0.0), float(l2 or 0.0)

    def __call__(self, x: Any) -> Tensor:
        total = []
        if self.l1:
            total.append(self.l1 * reduce_sum(abs(x)))
        if self.l2:
            total.append(self.l2 * reduce_sum(square(x)))
        return total[0] + total[1] if len(total) == 2 else total[0] if total else 0.0 * reduce_sum(abs(x))


class L1(L1L2):
    """l1 * sum(abs(x)): many weights become 0.

    >>> print(L1(0.5)([1.0, -2.0]))
    tapes.Tensor(1.5, shape=(), dtype=float32)
    """

    def __init__(self, l1: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741
        super().__init__(l1=l1 if l is None else l)


class L2(L1L2):
    """l2 * sum(x^2): all weights become small. `l2(l=0.1)`, the spelling of Keras 2, is taken too.

    >>> print(L2(0.5)([1.0, -2.0]))
    tapes.Tensor(2.5, shape=(), dtype=float32)
    """

    def __init__(self, l2: float = 0.01, *, l: float | None = None) -> None:  # noqa: E741
        super().__init__(l2=l2 if l is None else l)


l1, l2, l1_l2 = L1, L2, L1L2
_KNOWN: dict[str, Any] = {"l1": L1, "l2": L2, "l1l2": L1L2, "l1_l2": L1L2}


def get(identifier: Any) -> Any:
    """The regularizer of a name, or the function that is given, or None.

    >>> get("l2").l2
    0.01
    """
    return found("regularizer", identifier, _KNOWN)
