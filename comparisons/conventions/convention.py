"""What a convention is: an expression, a point, and the gradient that each library is declared to give there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .asking import ask


@dataclass(frozen=True)
class Convention:
    """A point at which the formula breaks, or libraries differ on purpose.

    Attributes:
        name: the function and the point.
        point: the values of x, y and z.
        tf: the expression, as it is written for `tapes` and for TensorFlow.
        expected: for each library its gradient by x; a tuple when there are several arguments. None is "no gradient";
            a string is the name of the exception that it raises, or an answer of SymPy that is no real number.
        why: one sentence.
        np: the expression for the libraries that follow NumPy: JAX, autograd, MyGrad. Here `np` is the library's own.
        spelled: the expression for a single library that spells it another way.
        unasked: why a library has nothing to say, where that is not just a missing function.
        dtype: of the point, where it is not the widest.
    """

    name: str
    point: tuple[Any, ...]
    tf: str
    expected: dict[str, Any]
    why: str
    np: str = ""
    spelled: dict[str, str] = field(default_factory=dict)
    unasked: dict[str, str] = field(default_factory=dict)
    dtype: str = ""

    def expression(self, library: str) -> str:
        """What one types."""
        if library in ("tapes", "tensorflow"):
            return self.tf
        return self.spelled.get(library) or self.np

    def answer(self, library: str) -> Any:
        """The gradient that the library gives, or one for each argument."""
        point = [np.asarray(x, self.dtype or (complex if isinstance(x, complex) else float)) for x in self.point]
        gradients = ask(library, self.expression(library), point)
        return gradients[0] if len(gradients) == 1 else tuple(gradients)

    def asked(self, library: str) -> str:
        """All that decides the answer: to see whether it has changed."""
        return f"{self.expression(library)} at {self.point} {self.dtype}"
