"""What is handed to a tape is checked before anything is computed, so that an error says what to do."""

from __future__ import annotations

import contextlib
import enum
import logging
import os
import sys
from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from . import nest
from .convert import convert
from .errors import InvalidArgumentError
from .protocols import TensorLike
from .tensor import Tensor
from .variable import Variable

logger = logging.getLogger("tapes")
# Frames of the package, of NumPy, which calls back, and of contextlib are not the user's.
_PACKAGE = os.path.dirname(__file__) + os.sep
_BETWEEN = (_PACKAGE, os.path.dirname(np.__file__) + os.sep, contextlib.__file__)


class UnconnectedGradients(enum.Enum):
    """What `gradient` gives for a source that the target does not depend on: None, or zeros of its shape."""

    NONE = "none"
    ZERO = "zero"


def refuse_slices(role: str, x: TensorLike) -> None:
    """IndexedSlices stand for a tensor, but it is made anew wherever one is wanted: no tape knows it."""
    if not isinstance(x, (Tensor, Variable)):
        raise TypeError(f"{role}: {type(x).__name__} become another tensor at each use, so that they cannot be "
                        "followed. Say y = tapes.convert_to_tensor(slices) inside the block, and use and give y; or "
                        "give slices.values.")


def checked(role: str, structure: Any) -> list[TensorLike]:
    """The leaves of targets or sources, each a tensor or Variable."""
    if structure is None:
        raise TypeError(f"Argument `{role}` should be a list or nested structure of Tensors, Variables or "
                        "CompositeTensors to be differentiated, but received None. Did a function forget to return?")
    leaves = nest.flatten(structure)
    for x in leaves:
        if isinstance(x, (Tensor, Variable)) and x._array.dtype.kind in "fc":
            continue
        if not isinstance(x, TensorLike):
            fix = ("Give the tensor or Variable itself, not its name." if isinstance(x, str) else
                   "A number or NumPy array has left the tape: float(x), x.numpy() and np.sin(x) are not recorded; use "
                   "the ops of tapes up to the end.")
            raise TypeError(f"Argument `{role}` should hold tensors and Variables, but there is {x!r} of type "
                            f"{type(x).__name__!r}. {fix}")
        refuse_slices(f"Argument `{role}`", x)
        if x._array.dtype.kind not in "fc":
            warn(f"The dtype of the {role.removesuffix('s')} tensor must be floating (e.g. tf.float32) when calling "
                  "GradientTape.gradient, got %r", x.dtype)
    return leaves


def single(role: str, x: Any) -> TensorLike:
    """One tensor or Variable, not a structure of them."""
    if nest.is_nested(x):
        raise TypeError(f"Argument `{role}` should be one tensor or Variable, but it is a {type(x).__name__} of "
                        f"{len(x)}: ask for one after the other on a persistent tape, or join them with tapes.concat.")
    return checked(role, x)[0]


def without_steps(tape: Any) -> str:
    """Why a tape holds no steps, and what to do: it knows which of the mistakes it was."""
    if tape._trace is None and not tape._used_up:
        return "This tape holds no steps: it was never entered. Compute the target in its block, `with tape:`."
    if not tape._leaves:
        variables = ("trainable Variables are watched by themselves" if tape._watch_accessed else
                     "so do Variables, with watch_accessed_variables=False")
        return ("This tape holds no steps: nothing that it watches was used in its block. Constants need "
                f"tape.watch(x), in the block and before x is used; {variables}.")
    if tape._trace is None:
        return ("This tape holds no steps any more: gradient() has used it up. Ask before gradient(), or say "
                "GradientTape(persistent=True).")
    return ("This tape holds no steps: what it watched is gone, since no name holds it any more. Give the target, and "
            "what it is computed from, names.")


def zeros(x: TensorLike, shape: tuple[int, ...] = ()) -> Tensor:
    """What stands for "not connected" when zeros are wanted: of the shape of x, or of `shape` followed by it."""
    return Tensor(np.zeros((*shape, *x._array.shape), x._array.dtype))


def unconnected_choice(choice: Any) -> UnconnectedGradients:
    if isinstance(choice, UnconnectedGradients):
        return choice
    try:
        return UnconnectedGradients(choice)
    except ValueError:
        raise ValueError(f"Unknown value for unconnected_gradients: {choice!r}. It is 'none' or 'zero'.") from None


def cotangents_of(targets: list[TensorLike], output_gradients: Any) -> list[Tensor]:
    """What the adjoint of each target is to begin with: ones, or the user's weights, checked."""
    given = [None] * len(targets) if output_gradients is None else nest.flatten(output_gradients)
    if len(given) != len(targets):
        raise ValueError(f"output_gradients has {len(given)} entries for {len(targets)} target(s): give one tensor "
                         "for each target. A Python list of numbers is a list of weights, not one vector: wrap it in "
                         "tapes.constant.")
    cotangents = []
    for i, (y, dy) in enumerate(zip(targets, given, strict=True)):
        if dy is None:
            shape, kind = y._array.shape, y._array.dtype
            cotangents.append(Tensor(np.ones(shape, kind) if shape else kind.type(1)))
            continue
        dy = convert(dy, None if isinstance(dy, TensorLike) else y._array.dtype)
        if dy._array.shape != y._array.shape or dy._array.dtype != y._array.dtype:
            raise InvalidArgumentError(f"output_gradients[{i}] is a {dy.dtype.name} tensor of shape {dy.shape}, but "
                                       f"its target is a {y.dtype.name} tensor of shape {y.shape}: a weight for each "
                                       "of its entries is needed.")
        cotangents.append(conjugate(dy))
    return cotangents


def conjugate(x: Any) -> Any:
    """For complex numbers TensorFlow's gradient is the conjugate of the plain chain rule's, on both ends."""
    if x._array.dtype.kind != "c":
        return x
    from .ops.elementwise import conj  # ops are built on the tape's parts

    return conj(x)


class Line(NamedTuple):
    """A line of the user's program, and the function of the package that it called."""

    file: str
    number: int
    called: str


def users_line() -> Line:
    """Where the user's program is now: the innermost frame outside of the package."""
    frame, called = sys._getframe(1), ""
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_BETWEEN):
        if frame.f_code.co_filename.startswith(_PACKAGE):
            called = frame.f_code.co_name
        frame = frame.f_back
    return Line(frame.f_code.co_filename, frame.f_lineno, called)


logged: Counter[tuple[str, int, str]] = Counter()


def warn(message: str, *args: Any, times: int = 5) -> None:
    """Log a warning, at most so many times for each line of the user's program."""
    place = (*users_line()[:2], message)
    logged[place] += 1
    if logged[place] <= times:
        logger.warning(message, *args)
