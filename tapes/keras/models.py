"""The models by the name of the module that older programs take them from."""

from .functional import Input
from .model import Model
from .sequential import Sequential

__all__ = ["Input", "Model", "Sequential"]
