"""One file a library; each tells how that library differentiates a loss, and imports it only when asked."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..libraries import LIBRARIES, Library, require
from ..probes import Probes
from ..problem import Arrays, Problem

Gradients = dict[str, np.ndarray | None]


class Unsupported(Exception):
    """What a library cannot do, said instead of a number."""


class Differentiator(Protocol):
    """A library that gives whole gradients."""

    def gradients(self, problem: Problem) -> tuple[np.ndarray, Gradients]:
        """The value of the loss, and its gradient by each input; None where it is not connected."""

    def hessian_vector(self, problem: Problem, vector: Arrays) -> Gradients:
        """The derivative of the gradient in a direction; Unsupported without second derivatives."""


@dataclass(frozen=True)
class Estimate:
    """Derivatives in the probed directions, and how far off the method itself may be."""

    values: np.ndarray
    uncertainty: float


def extrapolated(at: Callable[[np.longdouble], np.ndarray], h: np.longdouble, noise: Any) -> Estimate:
    """Steps of two lengths, combined so that the error falls with the fourth power of the step (Richardson 1911).

    The same from twice the step tells how far off it is: by what they differ, times 8 because part of it is chance.
    That is large where a corner lies between the points. `noise` is what the rounding of the loss does at step h.
    """
    one, two, four = at(h), at(2 * h), at(4 * h)
    best, check = (4 * one - two) / 3, (4 * two - four) / 3
    return Estimate(best, 8 * float(np.max(np.abs(best - check), initial=0)) + float(noise))


def rounding(value: Any) -> Any:
    """How far the value of a loss may be off by rounding, in extended precision."""
    return 16 * np.finfo(np.longdouble).eps * abs(value)


def extended(arrays: Arrays) -> Arrays:
    """The same numbers in extended precision: about 19 digits where the machine has them."""
    return {name: array.astype(np.longdouble) if array.dtype.kind == "f" else array for name, array in arrays.items()}


class Oracle(Protocol):
    """An independent truth, in digits beyond float64, for single directions of single inputs."""

    def value(self, problem: Problem) -> np.longdouble: ...

    def first(self, problem: Problem, name: str, probes: Probes) -> Estimate:
        """The derivatives of the loss by one input in the probed directions."""

    def second(self, problem: Problem, name: str, probes: Probes, vector: Arrays) -> Estimate:
        """The derivatives of those in the direction of `vector`."""


@dataclass(frozen=True)
class Backend:
    """A column of the comparison, known before its library is imported."""

    name: str
    module: str
    title: str
    library: Library | None = None  # None: needs NumPy alone

    @property
    def available(self) -> bool:
        return self.library is None or self.library.installed

    def open(self) -> Any:
        """Import the library, and return what speaks to it; MissingLibrary when it is not installed."""
        if self.library is not None:
            require(self.library.module)
        return importlib.import_module(f"{__name__}.{self.module}").BACKEND


DIFFERENTIATORS = {backend.name: backend for backend in (
    Backend("tapes", "tape", "the tape of this project"),
    Backend("tensorflow", "tensorflow", "GradientTape, eager", LIBRARIES["tensorflow"]),
    Backend("jax", "jax", "jax.grad, in double precision where asked", LIBRARIES["jax"]),
    Backend("torch", "torch", "torch.autograd.grad", LIBRARIES["torch"]),
    Backend("autograd", "autograd", "HIPS autograd", LIBRARIES["autograd"]),
    Backend("mygrad", "mygrad", "MyGrad", LIBRARIES["mygrad"]),
)}
ORACLES = {backend.name: backend for backend in (
    Backend("sympy", "symbolic", "symbolic derivative, evaluated to 50 digits", LIBRARIES["sympy"]),
    Backend("complex", "complex_step", "complex step in extended precision"),
    Backend("central", "differences", "central differences in extended precision"),
)}
COLUMNS = DIFFERENTIATORS | ORACLES
