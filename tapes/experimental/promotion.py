"""NumPy's rule for mixed dtypes: two arrays meet in a dtype that holds both, and Python's numbers follow arrays."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import nest
from ..convert import convert
from ..dtypes import as_dtype
from ..ops import elementwise as e
from ..ops.shapes import stack
from ..protocols import TensorLike
from ..tensor import Tensor

_NUMBERS = (bool, int, float, complex)  # without a width of their own


def array(value: Any, dtype: Any = None) -> Tensor:
    """A tensor as `numpy.array` would make it: Python's floats are float64, its integers int64.

    Tensors stay what they are, a Variable is read, and lists that hold tensors are stacked on the tape.
    """
    if isinstance(value, TensorLike):
        tensor = convert(value)
    elif isinstance(value, (list, tuple)) and any(isinstance(leaf, TensorLike) for leaf in nest.flatten(value)):
        tensor = stack(*promoted(*value), axis=0)
    else:
        tensor = convert(value, np.asarray(value).dtype)
    return tensor if dtype is None else cast(tensor, as_dtype(dtype).dtype)


def cast(tensor: Tensor, dtype: Any) -> Tensor:
    return tensor if tensor._array.dtype == dtype else e.cast(tensor, dtype=np.dtype(dtype))


def promoted(*values: Any) -> list[Tensor]:
    """All in the dtype in which NumPy would compute with them (NEP 50)."""
    known = [value if type(value) in _NUMBERS else array(value) for value in values]
    dtype = common(known)
    return [cast(value, dtype) if isinstance(value, Tensor) else Tensor(np.asarray(value, dtype)) for value in known]


def common(values: Sequence[Any]) -> np.dtype:
    """The dtype in which tensors, numbers and dtypes meet."""
    return np.result_type(*(value._array.dtype if isinstance(value, TensorLike) else value for value in values))


def floating(x: Tensor) -> Tensor:
    """Integers as the floats in which NumPy takes their sine: float64, of short integers shorter ones."""
    return cast(x, np.result_type(x._array.dtype, np.float16))


def reading(count: int, function: Callable[..., Any], floats: bool = False) -> Callable[..., Any]:
    """The function with its first `count` arguments made into tensors of one dtype, a floating one if asked."""
    names = list(inspect.signature(function).parameters)[:count]

    @functools.wraps(function)
    def recorded(*args: Any, **keywords: Any) -> Any:
        tensors = promoted(*args[:count], *_named(recorded, names[len(args):], keywords))
        return function(*(map(floating, tensors) if floats else tensors), *args[count:], **keywords)

    return recorded


def listing(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its first argument, a sequence, made into tensors of one dtype."""
    names = list(inspect.signature(function).parameters)[:1]

    @functools.wraps(function)
    def recorded(*args: Any, **keywords: Any) -> Any:
        (arrays,) = args[:1] or _named(recorded, names, keywords)
        return function(promoted(*arrays), *args[1:], **keywords)

    return recorded


def _named(function: Callable[..., Any], names: list[str], keywords: dict[str, Any]) -> list[Any]:
    """Arguments that were given by their names, taken out of the keywords."""
    missing = [name for name in names if name not in keywords]
    if missing:
        raise TypeError(f"tnp.{function.__name__}() needs {', '.join(map(repr, missing))}: it is called as "
                        f"{function.__name__}{inspect.signature(function)}")
    return [keywords.pop(name) for name in names]
