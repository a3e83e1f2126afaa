"""The LaTeX of a formula as MathML, which every browser draws by itself: a tree of tags, made of nothing but texts."""

from __future__ import annotations

import re
from typing import Any

from .letters import GREEK

Tree = list[Any]  # a tag and its children; ["v", n] and ["d", n] stand for a value and for its adjoint

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[A-Za-zα-ω]+|\d+(?:\.\d+)?|\s+|.")
_SIGNS = {r"\cdot": "⋅", r"\odot": "⊙", r"\times": "×", r"\ge": "≥", r"\le": "≤", r"\ne": "≠", r"\sim": "∼",
          r"\sum": "∑", r"\prod": "∏", r"\top": "⊤",
          r"\star": "⋆", r"\circledast": "⊛", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\backslash": "\\", "-": "−",
          "*": "∗", "'": "′"}
_FUNCTIONS = {f"\\{name}": name for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin",
                                             "arccos", "arctan", "max", "min", "det")}
_FUNCTIONS[r"\Gamma"] = "Γ"
_GREEK = {f"\\{name}": letter for name, letter in zip(GREEK, "αβγδεζηθκλμνξπρστφχψω", strict=True)}
_PLACE = re.compile(r"\\delta_\{v_\{(\d+)\}\}|(?<![A-Za-z\\])v_\{(\d+)\}")


def mathml(latex: str) -> Tree:
    """A formula as a tree. Values are called v_{3} in it, and their adjoints \\delta_{v_{3}}.

    ValueError for LaTeX that no formula of this package has.

    >>> mathml(r"\\frac{\\delta_{v_{1}}}{2}")
    ['mrow', ['mfrac', ['mrow', ['d', 1]], ['mrow', ['mn', '2']]]]
    """
    marked = _PLACE.sub(lambda m: f"\\d{{{m[1]}}}" if m[1] else f"\\v{{{m[2]}}}", latex)
    return _Reader(_TOKEN.findall(marked)).row("")


class _Reader:
    """The tokens, from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def take(self) -> str:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def row(self, end: str) -> Tree:
        """All up to a token, or up to the end."""
        found: Tree = ["mrow"]
        while self.at < len(self.tokens) or end:
            if self.at == len(self.tokens):
                raise ValueError(f"this formula ends before {end}: {''.join(self.tokens)}")
            token = self.take()
            if token == end:
                break
            if token in ("^", "_"):
                self._raise(found, token)
            elif not token.isspace():
                found.append(self._one(token))
        return found

    def _raise(self, found: Tree, sign: str) -> None:
        """An index or a power, of what came before."""
        base, script = found.pop(), self._argument()
        if sign == "^":
            found.append(["msubsup", *base[1:], script] if base[0] == "msub" else ["msup", base, script])
        else:
            below = base in (["mo", "∑"], ["mo", "∏"], ["mi", "max"], ["mi", "min"])
            found.append(["munder" if below else "msub", base, script])

    def _argument(self) -> Tree:
        token = self.take()
        return self.row("}") if token == "{" else self._one(token)

    def _word(self) -> str:
        """What stands in braces, as text."""
        self.take()
        depth, text = 1, ""
        while depth:
            token = self.take()
            depth += (token == "{") - (token == "}")
            text += token if depth else ""
        return re.sub(r"\\(?=[_%&#${}])", "", text)

    def _one(self, token: str) -> Tree:
        if token == "{":
            return self.row("}")
        if token in (r"\d", r"\v"):
            return [token[1], int(self._word())]
        if token == r"\frac":
            return ["mfrac", self._argument(), self._argument()]
        if token == r"\sqrt":
            return ["msqrt", self._argument()]
        if token == r"\left":
            return self._fenced()
        if token in (r"\operatorname", r"\mathrm", r"\mathbf"):
            return ["mi", self._word()]
        if token == r"\text":
            return ["mtext", self._word()]
        if token == r"\begin":
            return self._table()
        if token == r"\,":
            return ["mspace"]
        if token in _FUNCTIONS or token in _GREEK:
            return ["mi", _FUNCTIONS.get(token) or _GREEK[token]]
        if token[0].isdigit():
            return ["mn", token]
        if token.isalpha():
            return ["mi", token]
        if token in _SIGNS or (len(token) == 1 and token not in "\\{}"):
            return ["mo", _SIGNS.get(token, token)]
        if len(token) == 2 and token[1] in "_%&#${}":
            return ["mi", token[1]]
        raise ValueError(f"{token} is in no formula: {''.join(self.tokens)}")

    def _fenced(self) -> Tree:
        left = self.take()
        found = self.row(r"\right")
        return ["mrow", self._one(left), found, self._one(self.take())]

    def _table(self) -> Tree:
        """Cases, or a matrix."""
        kind = self._word()
        depth, text = 1, list[str]()
        while depth:
            token = self.take()
            depth += (token == r"\begin") - (token == r"\end")
            if depth:
                text.append(token)
        self._word()
        rows = [["mtr", *(["mtd", _Reader(cell).row("")] for cell in _split(line, "&"))]
                for line in _split(text, r"\\")]
        left, right = ("{", "") if kind == "cases" else ("[", "]")
        return ["mrow", ["mo", left], ["mtable", *rows], ["mo", right]]


def _split(tokens: list[str], at: str) -> list[list[str]]:
    """Into parts, but not within braces or another table."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token in ("{", r"\begin")) - (token in ("}", r"\end"))
        if token == at and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
