"""What a student may be asked at each product, the right answer, and the answers that a usual mistake would give."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..chain_rule import Step
from ..diagnose.mistakes import FORMS
from ..ops.elementwise import identity
from ..parts import Arrived, Parts
from ..variable import read
from .mathml import mathml
from .numbers import EXACT
from .story import Product, Story
from .written import Formula

WORK = 4  # products that one may be asked to add up by hand
_PAIRS = 36  # so many products of two entries can still be told apart
_CLOSE = 0.004  # nearer than that an answer could be meant as the other

Option = dict[str, Any]


def question(story: Story, product: Product, formula: Formula | None, slope: Formula | None) -> dict[str, Any] | None:
    """The question at a product, or None where there is nothing to think about.

    A number where it can be worked out by hand, of one entry: {"kind": "number", "whole": whether the adjoint after
    adding is meant, "index": of the entry, "answer": it, "slack": how far off is right too, where it is 0 but for
    rounding, "known": [[a wrong answer, the mistake], ...]}. Else one of several formulas or shapes: {"kind":
    "formula" or "shape", "options": [{"formula" or "shape": ..., "right": ..., "why": what is wrong with it, "facts":
    for the words about it}, ...]}.
    """
    step = story.recorded[product.key]
    y: Any = step()
    arrays = [product.contribution, y._array, *(x._array for x in step.inputs)]
    if step.op in (read, identity) or any(isinstance(one, (Parts, Arrived)) or np.asarray(one).dtype.kind == "c"
                                          for one in arrays) or not np.size(product.contribution):
        return None
    if _work(step, product) <= WORK:
        return _Number(story, product, step).asked()
    if formula is not None and len(formula) == 1:
        options = _formulas(story, product, step, formula[0], slope)
        if len(options) > 1:
            return {"kind": "formula",
                    "options": [one | {"formula": mathml(one["formula"])} for one in _mixed(options)]}
    if options := _shapes(step, product):
        return {"kind": "shape", "options": _mixed(options)}
    return None


def _work(step: Step, product: Product) -> float:
    """How many products make up one entry, as far as one can do that by hand."""
    y: Any = step()
    sizes = [np.size(one) for one in (y._array, *(x._array for x in step.inputs))]
    if step.op.smooth:
        copies = np.size(y._array) // sizes[1 + product.place]
        return copies if copies == 1 or max(sizes) <= EXACT else np.inf
    if step.op.name == "matmul" and max(sizes) <= EXACT and all(x._array.ndim == 2 for x in step.inputs):
        return step.inputs[1 - product.place]._array.shape[0 if product.place else -1]
    return 1 if step.op.name in ("reduce_sum", "reduce_mean") else np.inf


class _Number:
    """A question for one entry."""

    def __init__(self, story: Story, product: Product, step: Step) -> None:
        self.product, self.step = product, step
        self.y: Any = step()._array  # type: ignore[union-attr]
        self.xs = [np.asarray(x._array) for x in step.inputs]
        self.lost = 8 * float(np.finfo(self.y.dtype).eps)
        self.x, self.dy = self.xs[product.place], np.asarray(story.arrived[product.key])
        self.before = story.products[product.earlier[-1]].total if product.earlier else None

    def asked(self) -> dict[str, Any]:
        """The question about the entry at which most mistakes can be told from the truth."""
        ends = [sorted({0, length - 1}) if np.size(self.x) > EXACT else range(length) for length in self.x.shape]
        asked = [self._at(index) for index in itertools.islice(itertools.product(*ends), 64)]
        return max(asked, key=lambda one: len(one["known"]) - 10 * (
            one["answer"] in (0, "nan", "inf", "-inf") or one["slack"] > 0))

    def _at(self, index: tuple[int, ...]) -> dict[str, Any]:
        whole = self.before is not None
        contribution = float(np.asarray(self.product.contribution)[index])
        total = float(np.asarray(self.product.total)[index])
        answer = total if whole else contribution
        before = float(np.asarray(self.before)[index]) if whole else 0.0
        known = [(contribution, "not added"), (before, "not changed"), (before - contribution, "subtracted"),
                 (before * contribution, "multiplied")] if whole else []
        with np.errstate(all="ignore"):
            known += [(before + value, why) for value, why in self._mistakes(index, contribution)]
        slack = self.lost * (abs(before) + abs(contribution) if whole else float(np.max(np.abs(self.dy))))
        found: list[tuple[float, str]] = []
        for value, why in known:
            if np.isfinite(value) and np.isfinite(answer) and not _near(value, answer) and not any(
                    _near(value, other) for other, _ in found):
                found.append((value, why))
        return {"kind": "number", "whole": whole, "index": list(index), "known": found,
                "answer": answer if np.isfinite(answer) else str(answer),
                "slack": slack if 0 < abs(answer) <= slack else 0.0}

    def _mistakes(self, index: tuple[int, ...], right: float) -> Iterator[tuple[float, str]]:
        """What the contribution would be if one had made a usual mistake."""
        yield -right, "sign"
        if self.step.op.smooth:
            yield from self._entrywise(index, right)
        elif self.step.op.name == "matmul":
            yield from self._terms(index)
            yield from self._transposed(index)
            yield from self._pairs()
        else:
            n = self.x.size // max(np.size(self.y), 1)
            adjoint = right * n if self.step.op.name == "reduce_mean" else right
            yield adjoint, "factor" if self.step.op.name == "reduce_mean" else "not changed"
            yield adjoint * n, "n times"
            yield adjoint / n, "1/n"
            yield adjoint * float(self.x[index]), "value"

    def _entrywise(self, index: tuple[int, ...], right: float) -> Iterator[tuple[float, str]]:
        copies = self._copies(index)
        dy, slope, y = self.dy[copies], np.asarray(self.product.local)[copies], np.asarray(self.y)[copies]
        xs = [np.broadcast_to(x, self.y.shape)[copies] for x in self.xs]
        x = xs[self.product.place]
        if dy.size > 1:
            terms = dy * slope
            yield from ((float(term), "one copy") for term in terms[:WORK])
            yield float(terms.mean()), "mean"
        yield float(dy.sum()), "no slope"
        yield float(slope.sum()), "no adjoint"
        yield float((dy * dy * slope).sum()), "adjoint twice"
        yield float((dy + slope).sum()), "added"
        for form in FORMS.values():
            for inside, instead, why in ((y, x, "input"), (x, y, "output")):
                if len(xs) == 1 and np.allclose(form(inside), slope, rtol=1e-4):
                    yield float((dy * form(instead)).sum()), why
        yield float((dy * x).sum()), "own value"
        yield float((dy * y).sum()), "result"
        yield from ((float((dy * other).sum()), "other value") for other in xs if other is not x)
        yield 2 * right, "twice"
        yield right / 2, "half"

    def _copies(self, index: tuple[int, ...]) -> Any:
        """Where broadcasting has put an entry: a mask over the result."""
        mine = np.zeros(self.x.shape, bool)
        mine[index] = True
        return np.broadcast_to(mine, self.y.shape)

    def _terms(self, index: tuple[int, ...]) -> Iterator[tuple[float, str]]:
        """What is added up to an entry of a product of matrices."""
        other, (row, column) = self.xs[1 - self.product.place], index
        terms = other[:, row] * self.dy[:, column] if self.product.place else self.dy[row] * other[column]
        if len(terms) > 1:
            yield from ((float(term), "one term") for term in terms)

    def _pairs(self) -> Iterator[tuple[float, str]]:
        """Any entry of the adjoint times any of the other matrix."""
        pairs = np.multiply.outer(self.dy, self.xs[1 - self.product.place])
        if pairs.size <= _PAIRS:
            yield from ((float(pair), "wrong pair") for pair in pairs.reshape(-1))

    def _transposed(self, index: tuple[int, ...]) -> Iterator[tuple[float, str]]:
        other = self.xs[1 - self.product.place]
        for matrix in (other, other.T):
            for first, second in ((self.dy, matrix), (matrix, self.dy), (self.dy.T, matrix), (matrix, self.dy.T)):
                if first.shape[1] == second.shape[0]:
                    product = first @ second
                    if all(i < n for i, n in zip(index, product.shape)):
                        yield float(product[index]), "transposed"
                    if all(i < n for i, n in zip(index, product.T.shape)):
                        yield float(product.T[index]), "transposed"


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= _CLOSE * max(abs(a), abs(b), 1e-30)


# -- formulas and shapes ---------------------------------------------------------------------------------------------


def _formulas(story: Story, product: Product, step: Step, right: str, slope: Formula | None) -> list[Option]:
    """The rule among formulas that look like it, and that here give other numbers."""
    g, dy = rf"\delta_{{v_{{{story.place[product.key]}}}}}", np.asarray(story.arrived[product.key])
    true = np.asarray(product.contribution)
    wrong: list[tuple[Option, Any]] = []  # with what they give
    if step.op.name == "matmul":
        wrong = _matmuls(story, product, step, g, right)
    else:
        if right.startswith(r"\sum"):
            wrong = [(_wrong(g, "copies"), dy),
                     (_wrong(right.replace(r"\sum", r"\operatorname{mean}"), "mean"), true * true.size / dy.size)]
            if "rows" in right:
                wrong.append((_wrong(right.replace("rows", "columns"), "axis"), None))
        if slope is not None and slope[0] not in (right, "1"):
            wrong.append((_wrong(slope[0], "no adjoint"), product.local))
        if g not in (right, *(one["formula"] for one, _ in wrong)):
            wrong.append((_wrong(g, "no slope"), dy))
    wrong.append((_wrong(rf"-\left({right}\right)", "sign"), -true))
    other = [one for one, value in wrong if value is None or np.shape(value) != true.shape or not np.allclose(
        value, true, _CLOSE, 0, equal_nan=True)]
    return [{"formula": right, "right": True}, *other[:4]]


def _wrong(formula: str, why: str, **facts: str) -> Option:
    return {"formula": formula, "why": why, "facts": facts}


def _matmuls(story: Story, product: Product, step: Step, g: str, right: str) -> list[tuple[Option, Any]]:
    """Other ways to multiply the adjoint and the other matrix, and whether the shapes would allow it."""
    other = step.inputs[1 - product.place]
    dy, b = np.asarray(story.arrived[product.key]), other._array
    x = np.shape(step.inputs[product.place]._array)
    if dy.ndim != 2 or b.ndim != 2 or id(other) not in story.place:
        return []
    name = f"v_{{{story.place[id(other)]}}}"
    turned = rf"{name}^{{\top}}"
    ways = [(rf"{g} \, {name}", dy, b), (rf"{g} \, {turned}", dy, b.T), (rf"{name} \, {g}", b, dy),
            (rf"{turned} \, {g}", b.T, dy)]
    found = []
    for formula, first, second in ways:
        if formula != right:
            shape = first.shape[0], second.shape[1]
            facts = {"first": _sides(first.shape), "second": _sides(second.shape), "found": _sides(shape),
                     "wanted": _sides(x)}
            fits = first.shape[1] == second.shape[0]
            why = "no fit" if not fits else "other shape" if shape != x else "order"
            found.append((_wrong(formula, why, **facts), first @ second if fits and shape == x else None))
    return found


def _sides(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))


def _shapes(step: Step, product: Product) -> list[Option]:
    """The shape of the contribution among others."""
    y: Any = step()
    x = np.shape(step.inputs[product.place]._array)
    others = {np.shape(y._array): "shape of result", x[::-1]: "shape turned", (): "shape of target",
              (int(np.prod(x)),): "shape flat"}
    wrong = [{"shape": list(shape), "why": why, "facts": {}} for shape, why in others.items() if shape != x]
    return [{"shape": list(x), "right": True}, *wrong[:3]] if wrong else []


def _mixed(options: Sequence[Option]) -> list[Option]:
    """In an order that tells nothing, and is the same whenever the page is made."""
    order = np.random.default_rng(zlib.crc32(str(options).encode())).permutation(len(options))
    return [options[i] for i in order]
