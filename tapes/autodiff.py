"""The two ways through the chain rule under one roof: backwards with a tape, forwards with an accumulator."""

from .forward import ForwardAccumulator
from .tape import GradientTape

__all__ = ["ForwardAccumulator", "GradientTape"]
