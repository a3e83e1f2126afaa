"""SymPy's formulas as mathematics that browsers draw themselves: MathML, long sums cut short."""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Sequence
from typing import Any

LONG = 160  # letters of a formula from which on what is repeated in it gets a name
TERMS = 4  # of a sum or product that stand there; of a longer one the first two and the last


@functools.cache
def _printer() -> Any:
    from sympy.printing.mathml import MathMLPresentationPrinter

    class Short(MathMLPresentationPrinter):
        """Prints `x[2, 0]` as x with indices, and of long sums the first terms and the last."""

        cut = False

        def _print_Symbol(self, symbol: Any, style: str = "plain") -> Any:
            name, _, indices = symbol.name.partition("[")
            word = self.dom.createElement("mi")
            word.appendChild(self.dom.createTextNode(html.escape(name)))  # SymPy's text nodes escape nothing
            if not indices:
                return word
            below = self.dom.createElement("mn")
            below.appendChild(self.dom.createTextNode(html.escape(indices.rstrip("]").replace(", ", ","))))
            both = self.dom.createElement("msub")
            both.appendChild(word)
            both.appendChild(below)
            return both

        def _print_exp(self, power: Any) -> Any:
            """e with a long exponent would be too small to read."""
            row = self.dom.createElement("mrow")
            word = self.dom.createElement("mi")
            word.appendChild(self.dom.createTextNode("exp"))
            for part in (word, self._parenthesised(power.args[0])):
                row.appendChild(part)
            return row

        def _parenthesised(self, expression: Any) -> Any:
            row = self.dom.createElement("mrow")
            for part in ("(", expression, ")"):
                if isinstance(part, str):
                    bracket = self.dom.createElement("mo")
                    bracket.appendChild(self.dom.createTextNode(part))
                row.appendChild(bracket if isinstance(part, str) else self._print(part))
            return row

        def _print_Add(self, sum_: Any, order: Any = None) -> Any:
            terms = sorted(sum_.args, key=natural)
            if len(terms) <= TERMS:
                return super()._print_Add(sum_, order)
            self.cut = True
            row = self.dom.createElement("mrow")
            for place, term in enumerate([terms[0], terms[1], None, terms[-1]]):
                negative = term is not None and term.could_extract_minus_sign()
                if place or negative:
                    sign = self.dom.createElement("mo")
                    sign.appendChild(self.dom.createTextNode("-" if negative else "+"))
                    row.appendChild(sign)
                if term is None:
                    dots = self.dom.createElement("mo")
                    dots.appendChild(self.dom.createTextNode("⋯"))
                    row.appendChild(dots)
                else:
                    row.appendChild(self._print(-term if negative else term))
            return row

    return Short


def shortened(expressions: Sequence[Any]) -> tuple[list[tuple[Any, Any]], list[Any]]:
    """What long expressions share, as u0 = ..., u1 = ..., and the expressions written with it."""
    import sympy

    if max((len(str(each)) for each in expressions), default=0) <= LONG:
        return [], list(expressions)
    names = {symbol.name.partition("[")[0] for each in expressions for symbol in each.free_symbols}
    letter = next(letter for letter in ("u", "v", "s", "t", "common") if letter not in names)
    parts, rest = sympy.cse(expressions, (sympy.Symbol(f"{letter}[{i}]", real=True) for i in itertools.count()))
    return parts, rest


def natural(expression: Any) -> list[Any]:
    """An order in which x[2] comes before x[10]."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", str(expression))]


def mathml(expression: Any) -> tuple[str, bool]:
    """The inside of a <math> element, and whether anything was left out."""
    printer = _printer()()
    text = printer._print(expression).toxml()
    return text, printer.cut
