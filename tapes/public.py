"""From a row to a public function: what is no tensor yet becomes one, and the documentation follows from the row."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .complaints import named
from .convert import convert
from .errors import InvalidArgumentError
from .notices import tell
from .op import NONE, Op
from .protocols import TensorLike
from .tensor import Tensor


def public(op: Op, names: str, sentence: str, example: str, output: str, source: str = "") -> Callable[..., Tensor]:
    """The function through which users call an elementwise op.

    Args:
        op: the row.
        names: the names of its arguments, as TensorFlow has them.
        sentence: what it computes.
        example, output: an expression and what it prints; both are run by the tests.
        source: where the formula comes from.
    """
    order = names.split()

    def function(*args: Any, name: str | None = None, **keywords: Any) -> Tensor:
        if keywords or len(args) != len(order):
            args = bind(*args, **keywords)
        if not isinstance(args[0], TensorLike) and not any(isinstance(x, TensorLike) for x in args):
            try:
                args = (convert(args[0]), *args[1:])
            except (TypeError, ValueError) as error:
                raise named(error, op.name) from None
        return op.on(args, NONE)

    parameters = [inspect.Parameter(each, inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in order]
    parameters.append(inspect.Parameter("name", inspect.Parameter.KEYWORD_ONLY, default=None))
    signature = inspect.Signature(parameters)

    def bind(*args: Any, **keywords: Any) -> tuple[Any, ...]:
        try:
            bound = signature.bind(*args, **keywords)
        except TypeError as error:
            raise TypeError(f"{function.__name__}({', '.join(order)}): {error}") from None
        return tuple(bound.arguments[each] for each in order)

    function.__name__ = function.__qualname__ = example.partition("(")[0].rpartition(".")[2]
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.op = op  # type: ignore[attr-defined]
    formula = f"Formula: {op.formula}{' (' + source + ')' if source else ''}. " if op.formula else ""
    derivative = "" if any(op.rules) else "It has no derivative: gradients are None. "
    function.__doc__ = f"""{sentence}

    {formula}{derivative}Entry by entry, with broadcasting. Arguments are tensors, Variables, arrays or numbers of one
    dtype; `name` is accepted and ignored. InvalidArgumentError when shapes or dtypes do not fit.

    >>> import tapes as tf
    >>> print({example})
    {output}
    """
    return function


def both(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    """Two tensors; what is no tensor yet takes the dtype of the other."""
    if isinstance(a, TensorLike):
        first = a._operand()
    else:
        first = convert(a, b._array.dtype if isinstance(b, TensorLike) else None)
    return first, b._operand() if isinstance(b, TensorLike) else convert(b, first._array.dtype)


def place(axis: Any, rank: int, op: str) -> int:
    """The axis counted from the front; an error that names the op when there is no such axis."""
    try:
        number = operator.index(axis)
    except TypeError:
        raise TypeError(f"{op}: axis must be an integer, got {axis!r}") from None
    if not -rank <= number < rank:
        axes = f"axes {-rank} to {rank - 1}" if rank else "no axes"
        raise InvalidArgumentError(f"{op}: axis {number} is out of range: a tensor of rank {rank} has {axes}")
    return number % rank


def called(function: Callable[..., Any], *tensors: Tensor) -> Tensor:
    """What a function on arrays gives that is no op, and so has no gradient: whoever replays this calls it again."""
    tensor = Tensor(function(*(x._array for x in tensors)))
    tell("call", tensor, function, tensors)
    return tensor


def integers(values: Any, what: str) -> tuple[int, ...]:
    """The lengths of a shape, a list of axes and the like: from numbers, lists, arrays and tensors of integers."""
    array = np.asarray(values)
    if array.ndim > 1 or (array.size and array.dtype.kind not in "iu"):
        raise TypeError(f"{what} must be an integer or a list of integers, got {values!r}")
    return tuple(array.reshape(-1).tolist())


def lengths(shape: Any, op: str) -> tuple[int, ...]:
    """A shape without unknowns."""
    wanted = integers(shape, f"{op}: shape")
    if min(wanted, default=0) < 0:
        raise InvalidArgumentError(f"{op}: a shape has no negative lengths, got {list(wanted)}")
    return wanted
