"""Which rule is wrong? The adjoint of every value on a tape, library beside library, and the first that differs."""

from .told import Explanation, explain

__all__ = ["Explanation", "explain"]
