"""Who trains: a file for each library, with a function of a course, weights, a dtype and steps that gives a path."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...libraries import LIBRARIES, Library


@dataclass(frozen=True)
class Trainer:
    """A way of training.

    Attributes:
        name: what it is called in tables.
        module: the file, which says how it trains.
        function: of that file.
        needs: the libraries without which it does not run.
        other_adam: why its Adam takes other steps than Keras', or "".
    """

    name: str
    module: str
    needs: tuple[str, ...] = ()
    function: str = "train"
    other_adam: str = ""

    @property
    def missing(self) -> list[Library]:
        """The libraries that are not installed."""
        return [LIBRARIES[name] for name in self.needs if not LIBRARIES[name].installed]

    def open(self) -> Callable[..., Any]:
        """The function itself, which imports the library."""
        return getattr(importlib.import_module(f"{__name__}.{self.module}"), self.function)


EPSILON = ("Adam's epsilon, which keeps it from dividing by 0, is added to sqrt(v / (1 - beta_2^t)) as in the paper's "
           "algorithm 1, and not to sqrt(v) as in Keras and the paper's section 2.1")
TRAINERS = {
    "tapes": Trainer("tapes", "tapes"),
    "tensorflow": Trainer("Keras", "tensorflow", ("tensorflow",)),
    "jax": Trainer("JAX", "jax", ("jax",)),
    "optax": Trainer("JAX, optax", "jax", ("jax", "optax"), "train_by_optax", EPSILON),
    "torch": Trainer("PyTorch", "torch", ("torch",), other_adam=EPSILON),
}
