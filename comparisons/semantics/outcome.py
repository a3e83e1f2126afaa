"""The outcome of a program: the value it returned or the exception it raised, and what it logged, as plain data."""

from __future__ import annotations

import copy
import math
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Array:
    """Numbers, and what held them: a Tensor, a Variable, a NumPy array, a Python number."""

    holder: str
    numbers: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """What a program did.

    Attributes:
        value: what it returned; None, strings and structures as they are, numbers as `Array`.
        raised: the names of the exception's class and its base classes; empty when it returned.
        message: the text of the exception.
        log: the warnings it logged.
    """

    value: Any = None
    raised: tuple[str, ...] = ()
    message: str = ""
    log: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """One line for a table."""
        return self._text(self.raised[0] if self.raised else "")

    def matches(self, expected: str, exactly: bool) -> bool:
        """Whether this is the expected outcome; unless exactly, an exception may belong to a subclass."""
        kinds = (self.raised[:1] if exactly else self.raised) or ("",)
        if expected.endswith("..."):
            return any(self._text(kind).startswith(expected[:-3]) for kind in kinds)
        return any(self._text(kind) == expected for kind in kinds)

    def _text(self, kind: str) -> str:
        parts = [f"{kind}: {self.message}" if kind else shown(self.value)]
        for message, repeated in groupby(self.log):
            count = len(list(repeated))
            parts.append(f"log{f' ({count} times)' if count > 1 else ''}: {message}")
        return "; ".join(parts)


def plain(value: Any) -> Any:
    """A program's value as data that does not depend on the library. TypeError for what cannot be compared."""
    if value is None or isinstance(value, str):
        return common(value) if value else value
    if isinstance(value, MutableMapping):
        entries = copy.copy(value)  # of the same type, an OrderedDict for an OrderedDict
        entries.update({key: plain(entry) for key, entry in value.items()})
        return entries
    if isinstance(value, tuple) and type(value).__name__ == "TensorShape":
        return common(repr(value))
    if isinstance(value, (list, tuple)):
        leaves = [plain(entry) for entry in value]
        return type(value)(*leaves) if hasattr(value, "_fields") else type(value)(leaves)
    if isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)):
        return Array(type(value).__name__, np.array(value))
    if type(value).__name__ in ("DType", "TensorShape"):
        return common(repr(value))
    if hasattr(value, "numpy"):
        return Array("Variable" if hasattr(value, "assign") else "Tensor", np.array(value.numpy()))
    raise TypeError(f"a program should return tensors, numbers, text or structures of them, not {type(value)}")


def common(text: str) -> str:
    """A text in which both libraries are called `tf`, and their classes by the names that users know."""
    text = re.sub(r"\{\{function_node .*?\}\} ", "", text)
    text = re.sub(r"\btensorflow(\.\w+)*\.EagerTensor\b", "EagerTensor", text)
    text = re.sub(r"\b(tapes|tensorflow)\.(?=\w)", "tf.", text)
    return text.replace("EagerTensor", "Tensor").replace("ResourceVariable", "Variable")


def shown(value: Any) -> str:
    """Plain data on one line: float32 tensors as bare numbers, whatever is held otherwise says so."""
    if isinstance(value, Array):
        dtype = str(value.numbers.dtype)
        if value.holder == "bool":
            return str(value.numbers)
        kept = dtype if value.holder in ("Tensor", "Variable", "ndarray") and dtype != "float32" else ""
        return f"{value.holder.removeprefix('Tensor')} {_digits(value.numbers)} {kept}".strip()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {shown(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(shown, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    return repr(value)


def _digits(numbers: np.ndarray) -> str:
    if numbers.dtype.kind in "fc":
        numbers = numbers + numbers.dtype.type(0)  # -0.0 becomes 0.0
    if numbers.ndim == 0:
        number = numbers[()]
        fraction = numbers.dtype.kind == "f" and math.isfinite(number) and number % 1
        return f"{number:.6g}" if fraction else str(number)
    shown = np.array2string(numbers, precision=6, floatmode="maxprec")
    return " ".join(shown.split()).replace("[ ", "[")
