"""What one asks when a gradient is not what it should be: why is it None, which op made it nan, is my rule right."""

from .check import check_gradients
from .explanation import Explanation
from .history import History as history

__all__ = ["Explanation", "check_gradients", "history"]
