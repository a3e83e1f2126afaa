"""What a tape does at its edges, None, errors, warnings, lifetimes: the same programs run on tapes and TensorFlow."""

from . import programs
from .coverage import gaps
from .program import Program, registry
from .rules import RULES, TOPICS, Rule
from .run import Result, run_all, select

__all__ = ["RULES", "TOPICS", "Program", "Result", "Rule", "gaps", "programs", "registry", "run_all", "select"]
