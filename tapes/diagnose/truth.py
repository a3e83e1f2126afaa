"""The derivative of a function without any rule: from its values alone, so that no rule can mislead it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

Arrays = list[np.ndarray]
Vector = Callable[[Arrays], np.ndarray]  # all floating results of a function, one after the other
STEP = 2.0**-100  # of the complex step: nothing is subtracted, so it can be as small as one likes
ROWS = 12  # of Richardson's table: steps from 2**-6 down to 2**-17, relative
EPS = float(np.finfo(np.float64).eps)


@dataclass
class Truth:
    """The derivatives of all results by some entries of one argument.

    Attributes:
        jacobian: of shape (results, entries).
        error: what each of them may be off by.
        oracle: "the complex step" or "differences".
    """

    jacobian: np.ndarray
    error: np.ndarray
    oracle: str


def truth(function: Vector, args: Arrays, place: int, entries: Sequence[int], analytic: bool) -> Truth:
    """By the complex step where the function is analytic, else by differences."""
    if not entries:
        nothing = np.zeros((function(args).size, 0))
        return Truth(nothing, nothing, "nothing")
    if analytic:
        columns = [_complex_step(function, args, place, entry) for entry in entries]
        exact = np.stack(columns, axis=1)
        return Truth(exact, 4 * EPS * np.abs(exact), "the complex step")
    pairs = [difference(function, args, place, _unit(args[place], entry)) for entry in entries]
    return Truth(np.stack([d for d, _ in pairs], axis=1), np.stack([e for _, e in pairs], axis=1), "differences")


def is_analytic(function: Vector, args: Arrays, rng: np.random.Generator) -> bool:
    """Whether the complex step is to be trusted: it runs, and in a random direction it agrees with differences."""
    for place, x in enumerate(args):
        if x.dtype.kind != "f" or not x.size:
            continue
        direction = rng.uniform(0.5, 1.0, x.shape) * rng.choice([-1.0, 1.0], x.shape)
        try:
            step = _along(function, args, place, direction)
        except Exception:  # whatever a function of the user's raises where it meets complex numbers
            return False
        slope, error = difference(function, args, place, direction)
        slack = 20 * error + 1e-6 * np.max(np.abs(slope), initial=0.0)
        if not (np.isfinite(step).all() and np.all(np.abs(step - slope) <= slack)):
            return False
    return True


def _complex_step(function: Vector, args: Arrays, place: int, entry: int) -> np.ndarray:
    """Im f(x + ih) / h (Squire and Trapp 1998, Using complex variables to estimate derivatives, SIAM Review 40)."""
    return _along(function, args, place, _unit(args[place], entry))


def _along(function: Vector, args: Arrays, place: int, direction: np.ndarray) -> np.ndarray:
    moved = [x.astype(np.complex128) if x.dtype.kind == "f" else x for x in args]
    moved[place] = moved[place] + 1j * STEP * direction
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)  # an imaginary part dropped is a derivative lost
        found = function(moved)
    if found.dtype.kind != "c":
        raise TypeError("the results are real: the function is not analytic, or drops imaginary parts")
    return found.imag / STEP


def difference(function: Vector, args: Arrays, place: int, direction: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The derivative along a direction by central differences, extrapolated to step 0, and its error.

    Ridders 1982, Accurate computation of F'(x), Advances in Engineering Software 4: the best entry of Richardson's
    table for each result. The error is at least what rounding can do.
    """
    moving = np.abs(args[place])[direction != 0]
    start = 2.0**-6 * (float(moving.max()) or 1.0)
    size = np.abs(function(args))
    best, error = np.full(size.shape, np.nan), np.full(size.shape, np.inf)
    previous: list[np.ndarray] = []
    with np.errstate(all="ignore"):
        for row in range(ROWS):
            h = start / 2.0**row
            slope = (_moved(function, args, place, h * direction) - _moved(function, args, place, -h * direction)) / (
                2 * h)
            current = [slope]
            for column, left_above in enumerate(previous, 1):
                current.append(current[-1] + (current[-1] - left_above) / (4.0**column - 1.0))
                off = np.maximum(np.abs(current[-1] - current[-2]), np.abs(current[-1] - left_above))
                off = np.maximum(off, 4 * EPS * size / h)
                better = off < error
                best, error = np.where(better, current[-1], best), np.where(better, off, error)
            previous = current
    return best, error


def slopes(function: Vector, args: Arrays, place: int, entry: int) -> tuple[np.ndarray, np.ndarray]:
    """The derivative from the left and that from the right: at a corner they differ."""
    x = args[place]
    h = 2.0**-20 * (abs(float(x.reshape(-1)[entry])) or 1.0)
    here, unit = function(args), _unit(x, entry)
    with np.errstate(all="ignore"):
        left, right = ((2.0 * (_moved(function, args, place, side * h / 2 * unit) - here) / (side * h / 2)
                        - (_moved(function, args, place, side * h * unit) - here) / (side * h)) for side in (-1, 1))
    return left, right


def _moved(function: Vector, args: Arrays, place: int, step: np.ndarray) -> np.ndarray:
    """The results where one argument is shifted; nan where the function refuses."""
    shifted = [x + step if i == place else x for i, x in enumerate(args)]
    try:
        return function(shifted)
    except (ValueError, ArithmeticError):
        return np.full(function(args).shape, np.nan)


def _unit(x: np.ndarray, entry: int) -> np.ndarray:
    unit = np.zeros(x.shape)
    unit.reshape(-1)[entry] = 1.0
    return unit
