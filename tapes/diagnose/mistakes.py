"""The usual mistakes in a rule of one's own, and how each is known by the wrong gradient that it gives."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np


@dataclass
class Evidence:
    """What the tape gave and what is true, for one argument at one point.

    Attributes:
        given: the gradient from the tape, in whatever shape it came.
        x, y: the argument, and the result if there is one alone.
        weights: the adjoint that was sent in, of the shape of y.
        jacobian: the true derivatives, of shape (results, entries of x); all entries.
        uses: the contributions to the true gradient by each op that used the argument, where they are known.
    """

    given: np.ndarray
    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray
    jacobian: np.ndarray
    uses: list[np.ndarray]

    @property
    def true(self) -> np.ndarray:
        return self.pulled(self.weights)

    def pulled(self, weights: np.ndarray) -> np.ndarray:
        """The true gradient for other weights."""
        return (weights.reshape(-1) @ self.jacobian).reshape(self.x.shape)

    @property
    def pieces(self) -> np.ndarray | None:
        """In the shape of y, what each result adds to the gradient, if it depends on one entry of x alone."""
        if (np.count_nonzero(self.jacobian, axis=1) > 1).any():
            return None
        return self.weights * self.jacobian.sum(axis=1).reshape(self.y.shape)


def near(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal but for what differences cannot tell."""
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= 1e-5 * np.max(np.abs(b), initial=1e-300)))


def recognised(points: list[Evidence]) -> str:
    """The mistake that explains the gradient at every point, or "" when it is none of the usual ones."""
    first = points[0]
    if not np.isfinite(first.given).all():
        return "the gradient is not finite, and the true one is: print(tape.first_nan(...)) names the op"
    if not first.given.any() and first.given.shape == first.x.shape:
        return "the gradient is 0 everywhere"
    for mistake in (_upstream, _factor, _transposed, _unsummed, _one_use, _exchanged):
        if found := mistake(points):
            return found
    return ""


def _upstream(points: list[Evidence]) -> str:
    if all(near(p.given, p.pulled(np.ones(p.y.shape))) for p in points):
        return ("the adjoint that the rule is handed is not used: the rule is right for a plain sum of the results "
                "only. Multiply by that adjoint")
    if all(near(p.given, p.pulled(p.weights**2)) for p in points):
        return "the adjoint that the rule is handed is multiplied in twice"
    return ""


def _factor(points: list[Evidence]) -> str:
    if any(p.given.shape != p.x.shape or not p.true.any() for p in points):
        return ""
    ratios = [float((p.given * p.true).sum() / (p.true**2).sum()) for p in points]
    if not all(near(p.given, ratios[0] * p.true) for p in points):
        return ""
    c = ratios[0]
    if abs(c + 1) < 1e-5:
        return "the sign is wrong"
    sign = ", and the sign is wrong" if c < 0 else ""
    larger, smaller = round(abs(c)), round(1 / abs(c))
    if larger > 1 and abs(abs(c) / larger - 1) < 1e-5:
        return (f"it is {larger} times too large{sign}: a factor of 1/{larger} is missing, or one of {larger} is too "
                f"much{_what_is(larger, points[0])}")
    if smaller > 1 and abs(abs(c) * smaller - 1) < 1e-5:
        twice = " (is a value that is used twice counted once?)" if smaller == 2 else ""
        return (f"it is {smaller} times too small{sign}: a factor of {smaller} is missing, or one of 1/{smaller} is "
                f"too much{_what_is(smaller, points[0])}{twice}")
    return f"it is the true gradient times {c:.6g}"


def _what_is(n: int, point: Evidence) -> str:
    """Where such a factor may come from."""
    sizes = {"the number of entries of the argument": point.x.size, "the number of results": point.y.size,
             **{f"the length of axis {axis} of the argument": length for axis, length in enumerate(point.x.shape)}}
    known = next((what for what, size in sizes.items() if size == n), "")
    return f" ({n} is {known})" if known else ""


def _transposed(points: list[Evidence]) -> str:
    if all(p.x.ndim == 2 and near(p.given.T, p.true) for p in points):
        return "it is transposed"
    square = all(p.jacobian.shape[0] == p.jacobian.shape[1] and p.given.shape == p.x.shape for p in points)
    if square and all(near(p.given.reshape(-1), p.jacobian @ p.weights.reshape(-1)) for p in points):
        return ("the matrix of the derivatives is to be transposed: an adjoint is multiplied by its transpose (a "
                "tangent, in forward mode, by the matrix itself). For y = a @ b, and the adjoint g of y, that of a is "
                "g @ transpose(b), and that of b is transpose(a) @ g")
    return ""


def _unsummed(points: list[Evidence]) -> str:
    """Broadcasting repeated the argument, and its adjoint must be summed over the copies."""
    pieces = [p.pieces for p in points]
    if any(piece is None for piece in pieces) or points[0].x.shape == points[0].y.shape:
        return ""
    whole = [piece for piece in pieces if piece is not None]
    if all(near(p.given, piece) for p, piece in zip(points, whole, strict=True)):
        return (f"it has the shape {points[0].y.shape} of the result: the argument, of shape {points[0].x.shape}, was "
                "repeated by broadcasting, so sum the adjoint over the axes along which it was repeated")
    rank = points[0].y.ndim
    for axes in itertools.chain.from_iterable(itertools.combinations(range(rank), n) for n in range(1, rank + 1)):
        for how, reduced in _reductions(axes):
            if all(_fits(p.given, reduced(piece)) for p, piece in zip(points, whole, strict=True)):
                return (f"broadcasting is undone by {how} over axis {', '.join(map(str, axes))}: sum over the axes "
                        "along which the argument was repeated, and keep the others")
    return ""


def _reductions(axes: tuple[int, ...]) -> Iterator[tuple[str, Callable[[np.ndarray], np.ndarray]]]:
    yield "a sum", lambda piece: piece.sum(axis=axes)
    yield "a mean", lambda piece: piece.mean(axis=axes)
    yield "taking the first", lambda piece: piece[tuple(0 if i in axes else slice(None) for i in range(piece.ndim))]


def _fits(given: np.ndarray, piece: np.ndarray) -> bool:
    return given.size == piece.size and near(given.reshape(-1), piece.reshape(-1))


def _one_use(points: list[Evidence]) -> str:
    """A value that is used several times collects an adjoint from each use."""
    count = len(points[0].uses)
    if count < 2 or any(len(p.uses) != count or p.given.shape != p.x.shape for p in points):
        return ""
    for some in itertools.chain.from_iterable(itertools.combinations(range(count), n) for n in range(1, min(count, 5))):
        if all(near(p.given, sum((p.uses[i] for i in some), np.zeros(p.x.shape))) for p in points):
            return (f"the argument is used {count} times, and the adjoint of {len(some)} of these uses is all there "
                    "is: add the adjoints of all uses")
    return ""


# Derivatives of elementwise functions are often written with one of these, of the input or of the output.
FORMS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "v": lambda v: v, "2v": lambda v: 2 * v, "3v^2": lambda v: 3 * v**2, "1 - v^2": lambda v: 1 - v**2,
    "1 + v^2": lambda v: 1 + v**2, "v (1 - v)": lambda v: v * (1 - v), "1/v": lambda v: 1 / v,
    "1/(2v)": lambda v: 0.5 / v, "-v^2": lambda v: -(v**2), "-1/v^2": lambda v: -1 / v**2, "exp(v)": np.exp,
    "cos(v)": np.cos, "-sin(v)": lambda v: -np.sin(v), "1/(1 + v^2)": lambda v: 1 / (1 + v**2),
    "1 + v": lambda v: 1 + v, "v > 0": lambda v: np.where(v > 0, 1.0, 0.0),
}


def _exchanged(points: list[Evidence]) -> str:
    """The rule has the right form, but of the input instead of the output, or the other way round."""
    if any(p.x.shape != p.y.shape or p.given.shape != p.x.shape for p in points):
        return ""
    with np.errstate(all="ignore"):
        for form, of in FORMS.items():
            for right, wrong, words in ((lambda p: p.y, lambda p: p.x, ("the output y", "the input x")),
                                        (lambda p: p.x, lambda p: p.y, ("the input x", "the output y"))):
                if all(near(p.weights * of(right(p)), p.true) and near(p.given, p.weights * of(wrong(p)))
                       for p in points):
                    return f"the derivative is {form} for v = {words[0]}, but {words[1]} is used instead"
    return ""
