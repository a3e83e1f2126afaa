"""The questions that no library answers: why is this gradient None, which op made the first nan, is my rule right?"""

from .explanation import Explanation
from .history import History as history

__all__ = ["Explanation", "history"]
