"""The local derivatives of a computation in symbols: SymPy differentiates each op's formula, and simplifies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Local:
    """The derivative of one entry of a result by the same entry of an input.

    Attributes:
        result, by: the two, as the text of the derivation calls them.
        text, latex: the derivative as an equation.
        expression: what SymPy found, in symbols of those names.
    """

    result: str
    by: str
    text: str
    latex: str
    expression: Any


def local(formula: str, result: tuple[str, str], inputs: Sequence[tuple[str, str]]) -> list[Local]:
    """The derivatives of a formula in x, y and z by each of the inputs, which have names as text and as LaTeX.

    Raises ImportError, with what to install, where SymPy is missing.
    """
    try:
        import sympy
    except ImportError:
        raise ImportError("local derivatives are found by SymPy: pip install sympy") from None
    places = [sympy.Symbol(letter, real=True) for letter in "xyz"[:len(inputs)]]
    names = {place: sympy.Symbol(text, real=True) for place, (text, _) in zip(places, inputs)}
    drawn = {names[place]: latex for place, (_, latex) in zip(places, inputs)}
    expression = sympy.sympify(formula, locals={place.name: place for place in places})
    found, seen = [], set()
    for _, (text, latex) in zip(places, inputs):
        if text in seen:
            continue
        seen.add(text)
        by = sympy.Symbol(text, real=True)
        slope = sympy.simplify(sympy.diff(expression.xreplace(names), by))
        if slope.has(sympy.Derivative, sympy.Subs):  # of a floor, say: nothing that one could read
            continue
        left = rf"\frac{{\partial {result[1]}}}{{\partial {latex}}}"
        found.append(Local(result[0], text, f"d{result[0]}/d{text} = {slope}",
                           f"{left} = {sympy.latex(slope, symbol_names=drawn)}", slope))
    return found
