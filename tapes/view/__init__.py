"""What a person looks at: a tape as a table, a gradient as a derivation."""

from .derivation import Derivation, derivation

__all__ = ["Derivation", "derivation"]
