"""From a row to a public function: what is no tensor yet becomes one, and the documentation follows from the row."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .convert import convert
from .op import Op
from .tensor import Tensor, TensorLike


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
        if not any(isinstance(x, TensorLike) for x in args):
            args = (convert(args[0]), *args[1:])
        return op(*args)

    parameters = [inspect.Parameter(each, inspect.Parameter.POSITIONAL_OR_KEYWORD) for each in order]
    signature = inspect.Signature([*parameters, inspect.Parameter("name", inspect.Parameter.KEYWORD_ONLY, default=None)])

    def bind(*args: Any, **keywords: Any) -> tuple[Any, ...]:
        try:
            bound = signature.bind(*args, **keywords)
        except TypeError as error:
            raise TypeError(f"{function.__name__}{signature}: {error}") from None
        return tuple(bound.arguments[each] for each in order)

    function.__name__ = function.__qualname__ = example.partition("(")[0].rpartition(".")[2]
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.op = op  # type: ignore[attr-defined]
    formula = f"Formula: {op.formula}{' (' + source + ')' if source else ''}. " if op.formula else ""
    derivative = "" if any(op.rules) else "It has no derivative: gradients are None. "
    function.__doc__ = f"""{sentence}

    {formula}{derivative}Entry by entry, with broadcasting. Arguments are tensors, Variables, arrays or numbers of one dtype;
    `name` is accepted and ignored. InvalidArgumentError when shapes or dtypes do not fit.

    >>> import tapes as tf
    >>> print({example})
    {output}
    """
    return function
