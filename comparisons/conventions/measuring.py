"""Each library is asked now, and every answer that is not the declared one is told."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..libraries import LIBRARIES, MissingLibrary, require
from ..measure import difference
from ..ops.quiet import quiet


class Row(Protocol):
    """Something that every library can be asked, and what each is declared to answer."""

    @property
    def name(self) -> str: ...

    @property
    def expected(self) -> dict[str, Any]: ...

    def answer(self, library: str) -> Any: ...


@dataclass(frozen=True)
class Surprise:
    """A library that does not do what is declared.

    Attributes:
        row, library: what was asked of whom.
        declared, measured: the answers.
        kind: "unexpected agreement" when it now does what TensorFlow is declared to do, else "unexpected disagreement".
    """

    row: str
    library: str
    declared: Any
    measured: Any
    kind: str

    def __str__(self) -> str:
        return (f"{self.row}: {self.library}: {self.kind}: declared {shown(self.declared)}, "
                f"measured {shown(self.measured)}")


def shown(answer: Any) -> str:
    """An answer in few characters: of several gradients one after the other."""
    if isinstance(answer, dict):
        return "{" + ", ".join(f"{key}: {shown(value)}" for key, value in answer.items()) + "}"
    if isinstance(answer, (list, tuple)):
        inside = ", ".join(map(shown, answer))
        return f"[{inside}]" if isinstance(answer, list) else inside
    if isinstance(answer, complex):
        return str(answer).strip("()")
    return f"{answer:.4g}" if isinstance(answer, float) else str(answer)


def surprises(rows: Iterable[Row], libraries: Collection[str] | None = None) -> list[Surprise]:
    """Measure on the installed libraries, or on those named; report every answer that is not the declared one."""
    found = []
    for row in rows:
        for name, declared in row.expected.items():
            if (libraries is not None and name not in libraries) or not installed(name):
                continue
            measured = measure(row, name)
            if not same(measured, declared):
                agrees = name != "tensorflow" and same(measured, row.expected.get("tensorflow"))
                kind = "unexpected agreement" if agrees else "unexpected disagreement"
                found.append(Surprise(row.name, name, declared, measured, kind))
    return found


def installed(library: str) -> bool:
    """Whether there is something to measure."""
    return library == "tapes" or LIBRARIES[library].installed


def measure(row: Row, library: str) -> Any:
    """What a library answers now, in the form of `expected`; MissingLibrary when it is not installed."""
    if library != "tapes":
        require(library)
    with warnings.catch_warnings(), quiet():
        warnings.simplefilter("ignore")
        try:
            answer = row.answer(library)
        except MissingLibrary:
            raise
        except Exception as refusal:  # that a library refuses, and how, is an answer too
            return type(refusal).__name__
    return _plain(answer)


def _plain(answer: Any) -> Any:
    """As numbers, words and None, in lists, tuples and dictionaries."""
    if isinstance(answer, dict):
        return {key: _plain(value) for key, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return type(answer)(map(_plain, answer))
    return answer if answer is None or isinstance(answer, str) else np.asarray(answer).tolist()


def same(measured: Any, declared: Any) -> bool:
    """Whether two answers are one; nan is nan here, and 0 is -0."""
    if isinstance(declared, dict):
        return isinstance(measured, dict) and measured.keys() == declared.keys() and all(
            same(measured[key], declared[key]) for key in declared)
    if isinstance(declared, (list, tuple)):
        return type(measured) is type(declared) and len(measured) == len(declared) and all(
            map(same, measured, declared))
    if isinstance(measured, (dict, list, tuple)):
        return False
    if any(isinstance(answer, str) for answer in (measured, declared)):
        return bool(measured == declared)
    numbers = [None if answer is None else np.asarray(answer, complex) for answer in (measured, declared)]
    return difference(*numbers).within(1e-12)
