"""Other spellings of the same ops: `tapes.experimental.numpy` has NumPy's."""

from . import numpy

__all__ = ["numpy"]
