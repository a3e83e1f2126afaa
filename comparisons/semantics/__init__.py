"""What a tape does at its edges, None, errors, warnings, lifetimes: the same programs run on tapes and TensorFlow."""

from . import programs
from .program import Program, registry
from .run import COLUMNS, Result, run_all, select, table

__all__ = ["COLUMNS", "Program", "Result", "programs", "registry", "run_all", "select", "table"]
