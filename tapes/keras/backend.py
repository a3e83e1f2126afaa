"""What all layers have in common: the floating dtype of weights, the epsilon of clipping, and names that count up."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, ClassVar

from ..dtypes import as_dtype

__all__ = ["clear_session", "epsilon", "floatx", "set_epsilon", "set_floatx"]


class _State:
    floatx = "float32"
    epsilon = 1e-7
    names: ClassVar[Counter[str]] = Counter()


def floatx() -> str:
    """The dtype of weights for which none is asked.

    >>> floatx()
    'float32'
    """
    return _State.floatx


def set_floatx(value: Any) -> None:
    """Make weights of this dtype from now on: "float16", "float32" or "float64"; ValueError for any other.

    >>> set_floatx("float32")
    """
    dtype = as_dtype(value)
    if not dtype.is_floating:
        raise ValueError(f"floatx must be float16, float32 or float64, got {dtype.name}: weights are floating numbers")
    _State.floatx = dtype.name


def epsilon() -> float:
    """How far the cross-entropies keep probabilities away from 0 and 1.

    >>> epsilon()
    1e-07
    """
    return _State.epsilon


def set_epsilon(value: float) -> None:
    """Set what `epsilon` gives.

    >>> set_epsilon(1e-7)
    """
    _State.epsilon = float(value)


def clear_session() -> None:
    """Let names count from the beginning again: the next Dense is called "dense".

    >>> clear_session()
    """
    _State.names.clear()


def auto_name(kind: type) -> str:
    """A name for an object of this class, in small letters: "dense", the next one "dense_1"."""
    return unique(snake(kind.__name__))


def unique(name: str) -> str:
    """The name, with a number from the second time on."""
    number = _State.names[name]
    _State.names[name] += 1
    return f"{name}_{number}" if number else name


def snake(words: str) -> str:
    """MaxPooling2D as max_pooling2d.

    >>> snake("GlobalAveragePooling2D")
    'global_average_pooling2d'
    """
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W", "", words))).lower()
