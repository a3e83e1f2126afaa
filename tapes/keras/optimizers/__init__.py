"""Optimizers: how gradients become steps."""

from typing import Any

from ..identifiers import found
from . import schedules
from .adam import Adam
from .optimizer import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "get", "schedules"]


def get(identifier: Any) -> Any:
    """The optimizer of a name, or the one that is given.

    >>> type(get("sgd")).__name__
    'SGD'
    """
    return found("optimizer", identifier, {"sgd": SGD, "adam": Adam}, Optimizer)
