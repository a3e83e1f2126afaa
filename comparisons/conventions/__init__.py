"""What each library is declared to give where a formula breaks, and what it gives: all of it measured, every time."""

from .agreed import AGREED
from .calls import CALLS, Call
from .choices import CHOICES
from .convention import Convention
from .corners import CORNERS
from .measuring import Surprise, installed, measure, same, surprises

CONVENTIONS: tuple[Convention, ...] = (*CORNERS, *CHOICES)  # where they differ
ALL: tuple[Convention | Call, ...] = (*CALLS, *CONVENTIONS, *AGREED)

__all__ = ["AGREED", "ALL", "CALLS", "CONVENTIONS", "Call", "Convention", "Surprise", "installed", "measure", "same",
           "surprises"]
