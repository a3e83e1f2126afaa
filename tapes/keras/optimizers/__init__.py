"""Optimizers: how gradients become steps."""

from typing import Any

from ..identifiers import found
from . import schedules
from .adagrad import Adagrad
from .adam import Adam
from .optimizer import Optimizer
from .rmsprop import RMSprop
from .sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "Optimizer", "RMSprop", "get", "schedules"]


def get(identifier: Any) -> Any:
    """The optimizer of a name, or the one that is given.

    >>> type(get("sgd")).__name__
    'SGD'
    """
    return found("optimizer", identifier, {"sgd": SGD, "adam": Adam, "rmsprop": RMSprop, "adagrad": Adagrad},
                 Optimizer)
