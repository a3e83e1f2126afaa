"""What a person looks at: a tape as a table or a picture, a gradient as a derivation."""

from .derivation import Derivation, derivation
from .picture import Picture, picture

__all__ = ["Derivation", "Picture", "derivation", "picture"]
