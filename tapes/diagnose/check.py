"""Is my own rule right? The gradient from the tape beside the derivative that the values of the function show."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import nest
from ..convert import convert
from ..errors import InvalidArgumentError
from ..parts import results as apart
from ..protocols import TensorLike
from ..tape import GradientTape
from ..tensor import Tensor
from .exports import exports
from .mistakes import Evidence, near, recognised
from .report import Argument, Report
from .truth import Arrays, Truth, is_analytic, slopes, truth
from .uses import uses

POINTS = 3  # the one that is given, and two nearby: a wrong rule may be right at one of them by chance
ENTRIES = 200  # of an argument with more, so many are drawn
HALF_THE_DIGITS = float(np.sqrt(np.finfo(np.float64).eps))


def check_gradients(f: Callable[..., Any], *args: Any, seed: int = 0) -> Report:
    """Compare the gradients of a function with what its values show, and name the mistake if it is a usual one.

    Args:
        f: a function of tensors that returns a tensor, or a structure of them: an op, a `custom_gradient`, a loss.
        args: its arguments. Floating ones become float64 and are checked; others are handed on as they are.
        seed: of the random weights with which the results are summed, and of the nearby points.

    Returns:
        A report: print it, take its truth value, or call `raise_if_wrong()`.

    Compared are the given point and two nearby, with the complex step where the function is analytic and takes complex
    numbers, else with Richardson-extrapolated central differences. They must agree in half of the digits, within the
    error of the differences. At a corner anything between the slopes on its two sides is right. RuntimeError when f
    gives different results for the same arguments.

    >>> import tapes as tf
    >>> @tf.custom_gradient
    ... def cube(x):
    ...     return x**3, lambda upstream: upstream * x**2
    >>> print(tf.check_gradients(cube, [1.0, 2.0]))
    Gradients of the results, summed with random weights: from the tape, held against the complex step,
    in float64.
    by x, shape (2,): wrong
      at [1] the tape gives 4.17449997, true is 12.5234999
      It is 3 times too small: a factor of 3 is missing, or one of 1/3 is too much.
    """
    return _Check(f, args, np.random.default_rng(seed)).report()


class _Check:
    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], rng: np.random.Generator) -> None:
        if not callable(f):
            raise TypeError(f"check_gradients: the first argument is the function, then come its arguments: "
                            f"check_gradients(f, x); got {f!r}")
        if not args:
            raise TypeError(f"check_gradients: {getattr(f, '__name__', 'the function')} needs arguments at which it is "
                            "checked: check_gradients(f, [0.5, 1.5])")
        self.f, self.rng, self.given = f, rng, args
        tensors = [convert(x) if isinstance(x, (TensorLike, np.ndarray, np.generic, float, list, tuple)) else None
                   for x in args]
        self.checked = [i for i, x in enumerate(tensors) if x is not None and x._array.dtype.kind == "f"]
        if not self.checked:
            raise TypeError("check_gradients: no argument is a floating number to differentiate by. Write 2.0 instead "
                            "of 2.")
        arrays = [np.asarray(x._array, np.float64) for x in tensors if x is not None and x._array.dtype.kind == "f"]
        self.points = [arrays]
        try:
            kind = self.vector(arrays).dtype.kind
        except (InvalidArgumentError, ValueError) as error:
            if not {"float64", "float32"} <= set(re.findall(r"float\d+", str(error))):
                raise
            raise type(error)(f"check_gradients called the function with float64 arguments: {error} If it uses "
                              "Variables or tensors from outside, hand them over as arguments too, check_gradients(f, "
                              "x, w): then they become float64 as well.") from None
        if kind != "f":
            raise TypeError("check_gradients: the results must be floating numbers, but " + (
                "these are complex: take tapes.math.real, imag or abs of them." if kind == "c" else
                "there are none among them: integers and booleans have no derivatives."))
        if not np.array_equal(self.vector(arrays), self.vector(arrays), equal_nan=True):
            raise RuntimeError("check_gradients: called twice with the same arguments, the function gave different "
                               "results. If it draws random numbers, draw them outside and hand them in.")
        self.analytic = is_analytic(self.vector, arrays, rng)
        self.points += [[x * (1.0 + 0.05 * rng.uniform(-1.0, 1.0, x.shape)) for x in arrays] for _ in range(POINTS - 1)]

    def report(self) -> Report:
        findings = [_Point(self, arrays) for arrays in self.points if np.isfinite(self.vector(arrays)).all()]
        if not findings:
            findings = [_Point(self, self.points[0])]
        names = _names(self.f, len(self.given))
        oracle = "the complex step" if self.analytic else "extrapolated central differences"
        found = [self._argument(findings, place, names[i]) for place, i in enumerate(self.checked)]
        return Report(oracle, tuple(self._swapped(findings, found)))

    def _swapped(self, points: list[_Point], found: list[Argument]) -> list[Argument]:
        """Two arguments of one shape, each with the gradient of the other, are told so."""
        wrong = [place for place, each in enumerate(found) if each.verdict == "wrong"]
        for a, b in itertools.combinations(wrong, 2):
            evidence = [(point.evidence(a), point.evidence(b)) for point in points]
            if all(p is not None and q is not None and near(p.given, q.true) and near(q.given, p.true)
                   for p, q in evidence):
                for one, other in ((a, b), (b, a)):
                    found[one] = dataclasses.replace(found[one], mistake=f"it is the gradient by {found[other].name}: "
                                                     "the two have been swapped")
        return found

    def _argument(self, points: list[_Point], place: int, name: str) -> Argument:
        found = [point.compared(place, name) for point in points]
        worst = next((each for each in found if each.verdict == "wrong"), None)
        if worst is None:
            right = [each for each in found if each.verdict == "right"]
            note = next((each.note for each in found if each.note), "")
            return dataclasses.replace(max(right, key=lambda each: each.distance) if right else found[0], note=note)
        return worst if worst.mistake else dataclasses.replace(worst, mistake=self._mistake(points, place))

    def _mistake(self, points: list[_Point], place: int) -> str:
        evidence = [point.evidence(place) for point in points]
        return "" if None in evidence else recognised([each for each in evidence if each is not None])

    def filled_in(self, tensors: list[Tensor]) -> list[Any]:
        """All arguments, with these for the floating ones."""
        args = list(self.given)
        for i, x in zip(self.checked, tensors, strict=True):
            args[i] = x
        return args

    @staticmethod
    def results(result: Any) -> list[Tensor]:
        """The results that can have a derivative."""
        found: list[Tensor] = []
        for y in map(convert, nest.flatten(result)):
            found += apart(y) if isinstance(y._array, tuple) else [y]  # an op with several results gives a bundle
        return [y for y in found if y._array.dtype.kind in "fc"]

    def vector(self, arrays: Arrays) -> np.ndarray:
        """All results one after the other."""
        try:
            results = self.results(self.f(*self.filled_in([Tensor(x) for x in arrays])))
        except Exception as error:
            error.add_note(self._where(arrays))
            raise
        return np.concatenate([np.reshape(y._array, -1) for y in results] or [np.zeros(0, int)])


    def _where(self, arrays: Arrays) -> str:
        """In words, at which arguments the function is called: for its errors."""
        for point, called in zip(self.points, ("the given point", *["a point nearby"] * (POINTS - 1)), strict=False):
            moved = [(place, i) for place, (x, at) in enumerate(zip(arrays, point, strict=True))
                     for i in np.argwhere(x != at).tolist()]
            if not moved:
                return f"check_gradients called the function at {called}."
            if len(moved) == 1:
                place, i = moved[0]
                entry, name = f"the entry {i} of " if i else "", _names(self.f, len(self.given))[self.checked[place]]
                return (f"check_gradients called the function at {called}, but with {entry}{name} moved from "
                        f"{point[place][tuple(i)]} to {arrays[place][tuple(i)]}, to see how the results move.")
        return "check_gradients called the function near the given point, with several entries moved at once."


def _of_one_triangle(given: np.ndarray, true: np.ndarray, allowed: float) -> bool:
    """Whether square matrices are read below or above the diagonal only, and the gradient is spread over both halves.

    So it is for cholesky and its like, in TensorFlow too: along symmetric matrices both give the same derivative.
    """
    if true.ndim < 2 or true.shape[-1] != true.shape[-2] or true.shape[-1] < 2:
        return False
    if np.abs(np.triu(true, 1)).max() > allowed and np.abs(np.tril(true, -1)).max() > allowed:
        return False
    mirrored = [x + np.swapaxes(x, -1, -2) for x in (given, true)]
    spread = np.abs(given - np.swapaxes(given, -1, -2)).max() <= allowed
    return bool(spread and np.abs(mirrored[0] - mirrored[1]).max() <= 2 * allowed)


class _Point:
    """The gradients at one point, from the tape and from the values."""

    def __init__(self, check: _Check, arrays: Arrays) -> None:
        self.check, self.arrays, rng = check, arrays, check.rng
        with GradientTape(persistent=True) as self.tape:
            self.tape.watch(tensors := [Tensor(x) for x in arrays])
            with exports() as self.left:
                results = check.f(*check.filled_in(tensors))
            self.results = check.results(results)
        self.weights = [rng.uniform(0.5, 1.5, y.shape) * rng.choice([-1.0, 1.0], y.shape) for y in self.results]
        self.tensors, self.refused = tensors, ""
        self.gradients: list[Any] = [None] * len(arrays)
        weights = [Tensor(np.asarray(w, y._array.dtype)) for w, y in zip(self.weights, self.results, strict=True)]
        try:
            with exports() as self.left_in_the_rule:
                self.gradients = self.tape.gradient(self.results, tensors, weights)
        except (InvalidArgumentError, ValueError) as error:
            self.refused = str(error)
        self.entries = [np.sort(rng.choice(x.size, min(x.size, ENTRIES), replace=False)) for x in arrays]
        self.truths: list[Truth] = [truth(check.vector, arrays, place, entries.tolist(), check.analytic)
                                    for place, entries in enumerate(self.entries)]
        self.weight = np.concatenate([np.reshape(w, -1) for w in self.weights])

    def compared(self, place: int, name: str) -> Argument:
        """The verdict on the gradient by one argument."""
        x, entries, g = self.arrays[place], self.entries[place], self.gradients[place]
        true, error = self.weight @ self.truths[place].jacobian, np.abs(self.weight) @ self.truths[place].error
        if self.refused:
            blamed = re.search(r"gradient #(\d+)", self.refused)
            if blamed and int(blamed[1]) != self.check.checked[place]:
                return Argument(name, x.shape, "undecided", note="the rule was refused because of another argument")
            return Argument(name, x.shape, "wrong", mistake=f"the rule was refused: {self.refused.rstrip('.')}")
        if g is None and true.any():
            why = self.tape.why_none(self.results[0], self.tensors[place]).what.partition(" is None: ")[2].rstrip(".")
            return Argument(name, x.shape, "wrong", mistake=f"the gradient is None: {self._left() or why}")
        if g is None and not true.any() and not len(self.left.lines):
            return Argument(name, x.shape, "right", note="the results do not depend on it")
        given = np.zeros(x.shape) if g is None else np.asarray(g)
        if given.shape != x.shape:
            return Argument(name, x.shape, "wrong", note=f"the gradient has shape {given.shape}")
        found = given.reshape(-1)[entries]
        natural = 1e-6 * np.max(np.abs(self.check.vector(self.arrays)), initial=0.0) / (
            np.max(np.abs(x), initial=0.0) or 1.0)  # where the gradient is 0, this is what it is small beside
        scale = max(np.max(np.abs(true), initial=0.0, where=np.isfinite(true)), 1e-6 * self._largest(), natural)
        unsure = ~np.isfinite(true) | ~(error <= 1e-3 * scale)
        off = np.abs(found - true)
        allowed = 20 * error + HALF_THE_DIGITS * scale
        known = len(entries) == x.size > 0 and not unsure.any()
        if known and _of_one_triangle(given, true.reshape(x.shape), float(np.max(allowed))):
            return Argument(name, x.shape, "right", note="only one triangle of it is read, and the gradient is that by "
                            "symmetric matrices: each of two mirrored entries has half of what the values show")
        suspects = unsure | ~(off <= allowed)
        corners = {int(i): self._at_a_corner(place, int(entries[i]), found[i], scale) for i in np.flatnonzero(suspects)}
        note = next(filter(None, (note for _, note in corners.values())), "")
        if len(entries) < x.size:
            note += "; " * bool(note) + f"{len(entries)} of {x.size} entries were compared"
        wrong = [i for i, (verdict, _) in corners.items() if verdict == "wrong" and not unsure[i]]
        if wrong:
            i = max(wrong, key=lambda i: np.nan_to_num(off[i], nan=np.inf))
            entry = tuple(int(j) for j in np.unravel_index(entries[i], x.shape))
            return Argument(name, x.shape, "wrong", float(off[i] / scale), self._left(), entry, float(found[i]),
                            float(true[i]), note)
        fine = [i for i in range(len(entries)) if i not in corners]
        decided = not len(entries) or fine or any(verdict == "right" for verdict, _ in corners.values())
        distance = float(np.max(off[fine], initial=0.0) / scale) if scale else 0.0
        if decided and self.left_in_the_rule.lines:
            note += "; " * bool(note) + (f"the rule takes values off the tape, {self.left_in_the_rule.places()}: "
                                         "right, but without derivatives of its own, which second order needs")
        return Argument(name, x.shape, "right" if decided else "undecided", distance, note=note)

    def _left(self) -> str:
        """What is wrong when values left the tape within the function."""
        return f"values leave the tape within the function, {self.left.places()}" if self.left.lines else ""

    def _largest(self) -> float:
        return max((float(np.max(np.abs(t.jacobian), initial=0.0, where=np.isfinite(t.jacobian))) for t in self.truths),
                   default=0.0)

    def _at_a_corner(self, place: int, entry: int, found: float, scale: float) -> tuple[str, str]:
        """Where the slopes on both sides differ, all between them is right; a verdict on the entry, and a note."""
        at = list(np.unravel_index(entry, self.arrays[place].shape))
        at_entry = f" at {[int(i) for i in at]}" if at else ""
        left, right = (float(self.weight @ slope) for slope in slopes(self.check.vector, self.arrays, place, entry))
        if not (np.isfinite(left) and np.isfinite(right)):
            return "undecided", f"on the edge of the domain{at_entry}: beyond it the function is not finite"
        low, high, slack = min(left, right), max(left, right), 1e-5 * scale
        size = np.abs(self.weight) @ self._about(place, entry)
        if max(-low, high) * 2.0**-20 * (abs(float(self.arrays[place].reshape(-1)[entry])) or 1.0) > 1e-3 * size:
            return "undecided", f"the value jumps{at_entry}, or next to it: a sign or an order changes there"
        if high - low <= 1e-4 * max(abs(low), abs(high)) + 1e-6 * scale:
            return "wrong", ""
        verdict = "right" if low - slack <= found <= high + slack else "wrong"
        return verdict, (f"there is a corner{at_entry}, or next to it: the slopes of the weighted sum on its two sides "
                         f"are {left:.6g} and {right:.6g}, and anything between them is as right as they are")

    def _about(self, place: int, entry: int) -> np.ndarray:
        """How large the values are around here: at 0 itself, that of relu says nothing about it."""
        sizes = []
        for step in (-0.1, 0.0, 0.1):
            arrays = list(self.arrays)
            arrays[place] = moved = arrays[place].copy()
            moved.reshape(-1)[entry] += step * (abs(moved.reshape(-1)[entry]) or 1.0)
            sizes.append(np.nan_to_num(np.abs(self.check.vector(arrays)), posinf=0.0))
        return np.max(sizes, axis=0)

    def evidence(self, place: int) -> Evidence | None:
        """For the recognition of mistakes: only where there is one result, and all entries are known."""
        g, x, body = self.gradients[place], self.arrays[place], getattr(self.check.f, "__wrapped__", None)
        if g is None or len(self.results) != 1 or len(self.entries[place]) < x.size:
            return None
        found = [] if body is None else uses(
            lambda tensors: body(*self.check.filled_in(tensors))[0], self.arrays, place, self.weights[0])
        return Evidence(np.asarray(g), x, np.asarray(self.results[0]), self.weights[0], self.truths[place].jacobian,
                        found)


def _names(f: Callable[..., Any], count: int) -> list[str]:
    """What the function calls its arguments."""
    try:
        names = [name for name, p in inspect.signature(f).parameters.items()
                 if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except (TypeError, ValueError):
        names = []
    return [names[i] if i < len(names) else f"argument {i}" for i in range(count)]
