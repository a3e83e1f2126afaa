"""The formulas of a derivation, computed just as they are written: only so can one know that they are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..op import Op, registry
from ..parts import Parts
from .loops import Loop

_INDEXED = re.compile(r"(?:Σ_(?P<over>\w+) )?(?P<factors>\w+\[\w*\](?: \w+\[\w*\])*)")
_SUM = re.compile(r"Σ\[(\w+)=(-?\d+)\.\.(-?\d+)\]\(")


def python(formula: str, infix: Sequence[str] = ()) -> str:
    """The text as Python: a transpose is an attribute, sums have a function, and brackets [x > 0] are 1 or 0."""
    formula = _SUM.sub(r"total(\2, \3, lambda \1: ", formula.replace("ᵀ", ".mT"))
    for sign in infix:
        formula = formula.replace(f" {sign} ", f" @ infix[{sign!r}] @ ")
    closing, read = [], ""
    for place, letter in enumerate(formula):
        if letter == "[":
            index = bool(re.match(r"[\w)\]]", formula[place - 1:place]))
            closing.append("]" if index else ")")
            read += "[" if index else "iverson("
        else:
            read += closing.pop() if letter == "]" else letter
    return read


def computed(equations: Sequence[Equation], space: dict[str, Any], functions: Mapping[str, Callable[..., Any]]) -> None:
    """Each equation in its turn, into `space`, which holds what is given; of a loop each round."""
    signs = {name: function for name, function in functions.items() if not name[0].isalpha()}
    space.update({name: function for name, function in functions.items() if name not in signs},
                 infix={name: Infix(function) for name, function in signs.items()}, __builtins__={})
    place = 0
    while place < len(equations):
        loop = equations[place].loop
        if loop is None:
            _one(equations[place], space)
            place += 1
            continue
        end = next((i for i in range(place, len(equations)) if equations[i].loop is not loop), len(equations))
        body = equations[place:end]
        way = 1 if loop.start <= loop.stop else -1
        for index in range(loop.start, loop.stop + way, way):
            space[loop.letter] = index
            for one in body:
                _one(one, space)
        place += len(body)


def _one(one: Equation, space: dict[str, Any]) -> None:
    product = _INDEXED.fullmatch(one.formula) if one.letters is not None else None
    if product:
        factors = [factor.rstrip("]").split("[") for factor in product["factors"].split()]
        letters = ",".join(term for _, term in factors)
        value = np.einsum(f"{letters}->{one.letters}", *(space[name] for name, _ in factors))
    else:
        value = eval(python(one.formula, list(space["infix"])), space)  # clean names and rows only
    if one.at:
        space.setdefault(one.name, {})[eval(one.at, space)] = value
    else:
        space[one.name] = value


def looked_up(name: str, space: dict[str, Any]) -> Any:
    """What a name, perhaps with an index, stands for."""
    return eval(name, space)


@dataclass(frozen=True)
class Equation:
    """One line: a name, and what it is equal to.

    Attributes:
        name: in the texts of the equations below.
        text, latex: the whole line.
        formula: the right side, in the text's notation.
        why: for an adjoint, which rule it is.
        loop: in the rounds of which it holds; lines of one loop share it.
        at: the index of the name, of a value for each round.
        letters: the indices of the result, in an index notation.
    """

    name: str
    text: str
    latex: str
    formula: str
    why: str = ""
    loop: Loop | None = None
    at: str = ""
    letters: str | None = None


class Infix:
    """A sign between two values: `x @ sign @ K`, which Python reads as it reads a product."""

    __array_ufunc__ = None  # so that an array leaves the product to it

    def __init__(self, function: Callable[..., Any], left: Any = None) -> None:
        self.function, self.left = function, left

    def __rmatmul__(self, left: Any) -> Infix:
        return Infix(self.function, left)

    def __matmul__(self, right: Any) -> Any:
        return self.function(self.left, right)


def _along(function: Callable[..., Any], axis: int | None) -> Callable[..., Any]:
    return lambda x, keepdims=False: function(x, axis=axis, keepdims=keepdims)


def _called(op: Op) -> Callable[..., Any]:
    return lambda *xs, **params: op.forward(*(x if isinstance(x, Parts) else np.asarray(x) for x in xs), **params)


def _put(x: Any, index: Any, into: tuple[int, ...]) -> Any:
    """Where an index is named twice, both are added up."""
    whole = np.zeros(into, np.asarray(x).dtype)
    np.add.at(whole, index, x)
    return whole


def _total(start: int, stop: int, term: Callable[[int], Any]) -> Any:
    return sum(term(index) for index in range(start, stop + 1))


_REDUCED: dict[str, Callable[..., Any]] = {
    "sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min, "prod": np.prod,
    "logsumexp": lambda x, axis=None, keepdims=False: registry["reduce_logsumexp"].forward(x, axis, keepdims)}
_WORDS: dict[str, Any] = {
    "reshape": np.reshape, "transpose": np.transpose, "ones": lambda *shape: np.ones(shape),
    "zeros": lambda *shape: np.zeros(shape), "at": np.s_, "put": _put, "total": _total,
    "iverson": lambda x: np.where(x, 1.0, 0.0), **_REDUCED,
    **{f"{name}_rows": _along(function, 0) for name, function in _REDUCED.items()},
    **{f"{name}_columns": _along(function, 1) for name, function in _REDUCED.items()},
    "softmax": lambda x, axis=-1: registry["softmax"].forward(x, axis=axis),
    "log_softmax": lambda x, axis=-1: registry["log_softmax"].forward(x, axis=axis),
    "cross_entropy": registry["softmax_cross_entropy"].forward,
    "cross_entropy_of_class": registry["sparse_softmax_cross_entropy"].forward,
    "stop_gradient": lambda x: x, "one_hot": lambda labels, classes: np.eye(classes)[labels]}
WORDS = frozenset(_WORDS) | {"np", "slice", "float", "infix"}  # no value may be called by these
FUNCTIONS: dict[str, Any] = {**{name: _called(op) for name, op in registry.items()}, **_WORDS, "np": np, "slice": slice,
                             "float": float}
