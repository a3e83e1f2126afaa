"""What other libraries say: each adjoint of a tape beside theirs, from whoever offers to compute it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

import numpy as np

from ..parts import Arrived

GROUP = "gradient_tapes.checks"
INSTALL = 'pip install "gradient-tapes[compare]"'

# From a tape and a target to, by the title of a library, the adjoints by the keys of the steps; or why there is none.
Check = Callable[[Any, Any], Mapping[str, "Mapping[int, Any] | str"]]


def others(tape: Any, target: Any) -> tuple[dict[str, Mapping[int, Any]], dict[str, str]]:
    """The adjoints by other libraries, by their titles; and of those that have none at all, why.

    They come from the entry points of the group `gradient_tapes.checks`: this package knows of no other library.
    """
    found: dict[str, Mapping[int, Any]] = {}
    silent: dict[str, str] = {}
    points = entry_points(group=GROUP)
    if points:
        print("stepper: waiting for the other libraries, which take some seconds to load ...", file=sys.stderr)
    for point in points:
        try:
            answers = point.load()(tape, target)
        except Exception as error:  # a plug-in may fail in any way, and the page is still worth having
            silent[point.name] = f"{type(error).__name__}: {error}"
            continue
        spoken, unspoken = parted(answers)
        found, silent = found | spoken, silent | unspoken
    if not points:
        silent["TensorFlow, JAX, SymPy"] = INSTALL
    return found, silent


def parted(answers: Mapping[str, Mapping[int, Any] | str]) -> tuple[dict[str, Mapping[int, Any]], dict[str, str]]:
    """Those that have adjoints, and why the others have none."""
    found: dict[str, Mapping[int, Any]] = {}
    silent: dict[str, str] = {}
    for title, answer in answers.items():
        said = {answer} if isinstance(answer, str) else {one if isinstance(one, str) else "" for one in answer.values()}
        if isinstance(answer, str) or (len(said) == 1 and "" not in said):
            silent[title] = said.pop()  # the same reason everywhere: it is not installed
        else:
            found[title] = answer
    return found, silent


def beside(own: Any, theirs: Any) -> dict[str, Any]:
    """One adjoint held against another library's: a mark, and how far they are apart.

    The distance is the greatest difference of two entries over the greatest entry. They agree when that is less than
    what the last quarter of the digits of the tape's dtype can be worth; nan agrees with nan alone.
    """
    if isinstance(theirs, str):
        return {"mark": "none", "reason": theirs}
    if isinstance(own, Arrived):
        return {"mark": "none", "reason": "several results"}
    if own is None or theirs is None:
        return {"mark": "same" if own is theirs else "differs", "reason": "" if own is theirs else "None"}
    a, b = np.asarray(own), np.asarray(theirs)
    if a.shape != b.shape:
        return {"mark": "differs", "reason": f"shape {b.shape}"}
    with np.errstate(all="ignore"):
        wide = np.result_type(a, b, np.longdouble)
        first, second = a.astype(wide), b.astype(wide)
        alike = (first == second) | (np.isnan(first) & np.isnan(second))
        strange = ~(np.isfinite(first) & np.isfinite(second)) & ~alike
        gap = np.where(alike | strange, 0, np.abs(first - second))
        scale = np.max(np.abs(np.where(np.isfinite(second), second, 0)), initial=0)
    if strange.any():
        return {"mark": "differs", "reason": "nan, inf"}
    distance = float(np.max(gap, initial=0) / scale) if scale else float(np.max(gap, initial=0) > 0)
    tolerance = float(np.finfo(a.dtype).eps) ** 0.75
    return {"mark": "same" if distance == 0 else "agrees" if distance <= tolerance else "differs",
            "distance": distance}
