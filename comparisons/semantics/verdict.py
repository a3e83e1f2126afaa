"""Two outcomes agree when values agree in structure, kind, dtype, shape and number, and so do warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..measure import difference
from .outcome import Array, Outcome, shown
from .program import Program

ULPS = 4.0  # units in the last place: the libraries may call different exp and tanh, and nothing more


def verdict(program: Program, tapes: Outcome, tensorflow: Outcome | None) -> str:
    """What is wrong, or "" when both libraries did what is expected of them; None stands for a missing TensorFlow."""
    if not tapes.matches(program.tapes, exactly=False):
        return f"tapes should give {program.tapes!r}, and gave {tapes.text!r}"
    if tensorflow is None:
        return ""
    if not tensorflow.matches(program.tensorflow, exactly=True):
        return f"TensorFlow should give {program.tensorflow!r}, and gave {tensorflow.text!r}"
    apart = disagreement(tapes, tensorflow)
    if program.because:
        alike = not apart and tapes.matches(program.tensorflow, exactly=False)
        return f"they agree, though they are declared to differ, because {program.because}" if alike else ""
    return apart


def disagreement(tapes: Outcome, tensorflow: Outcome) -> str:
    """In what the outcomes differ, or "".

    Exceptions agree when the type of one is that of the other or a subclass; their first words are what a program
    declares, since the texts of tapes say more.
    """
    if bool(tapes.raised) != bool(tensorflow.raised):
        return f"{tapes.text!r} instead of {tensorflow.text!r}"
    if tapes.raised and tensorflow.raised[0] not in tapes.raised:
        return f"a {tapes.raised[0]} instead of a {tensorflow.raised[0]}"
    if tapes.log != tensorflow.log:
        return f"logged {list(tapes.log)} instead of {list(tensorflow.log)}"
    return _apart(tapes.value, tensorflow.value)


def _apart(found: Any, reference: Any) -> str:
    if type(found) is not type(reference):
        return f"{shown(found)} instead of {shown(reference)}"
    if isinstance(found, Array):
        if found.holder != reference.holder:
            return f"a {found.holder} instead of a {reference.holder}"
        distance = difference(found.numbers, reference.numbers, reference.numbers.dtype)
        tolerance = ULPS if found.numbers.dtype.kind in "fc" else 0.0
        close = not distance.reason and distance.ulps <= tolerance
        return "" if close else f"{shown(found)} instead of {shown(reference)} {distance.reason}".strip()
    if isinstance(found, Mapping):
        if list(found) != list(reference):
            return f"the keys {list(found)} instead of {list(reference)}"
        found, reference = list(found.values()), list(reference.values())
    if isinstance(found, (list, tuple)):
        if len(found) != len(reference):
            return f"{len(found)} entries instead of {len(reference)}"
        return next(filter(None, map(_apart, found, reference)), "")
    return "" if found == reference else f"{shown(found)} instead of {shown(reference)}"
