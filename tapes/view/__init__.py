"""What a person looks at: a tape as a table, a picture or a page to step through, a gradient as a derivation."""

from .derivation import Derivation, derivation
from .picture import Picture, picture
from .stepper import Stepper, stepper

__all__ = ["Derivation", "Picture", "Stepper", "derivation", "picture", "stepper"]
