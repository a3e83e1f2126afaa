"""What a convention is: an expression, a point, and the gradient that each library is declared to give there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Convention:
    """A point at which libraries differ on purpose.

    Attributes:
        name: the function and the point.
        point: the values of x, y and z.
        tf: the expression, as it is written for `tapes` and for TensorFlow.
        expected: for each library its gradient by x; a tuple when there are several arguments. None is "no gradient";
            a string is the name of the exception that it raises.
        why: one sentence.
        np: the expression for the libraries that follow NumPy: JAX, autograd, MyGrad. Here `np` is the library's own.
        spelled: the expression for a single library that spells it another way.
    """

    name: str
    point: tuple[Any, ...]
    tf: str
    expected: dict[str, Any]
    why: str
    np: str = ""
    spelled: dict[str, str] = field(default_factory=dict)

    def expression(self, library: str) -> str:
        """What one types."""
        if library in ("tapes", "tensorflow"):
            return self.tf
        return self.spelled.get(library) or self.np
