"""A program as formulas: every value with a name is an equation, and what has none stands where it is used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..graph.literals import identifier, written
from ..graph.program import Program, Step, Value
from ..graph.templates import ATOM, COMPARISON, PRODUCT, SUM
from .notation import MINUS, TWICE, fraction_of_one, notation, power_of_ten

LONG = 70  # letters of a formula: what is longer is taken apart
_GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi",
          "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega")
_TRANSPARENT = ("read", "identity")


@dataclass(frozen=True)
class Equation:
    """One line: a name, and what it is equal to.

    Attributes:
        name: in the texts of the equations below.
        text, latex: the whole line.
        formula: the right side, in the text's notation.
    """

    name: str
    text: str
    latex: str
    formula: str


class Formulas:
    """Names for the values of a program, and the formulas of its steps.

    Args:
        program: the steps, the last of whose outputs are the gradients.
        target: what is differentiated.
        gradients: the adjoint of each source.
    """

    def __init__(self, program: Program, target: Value, gradients: dict[Value, Value]) -> None:
        self.sources: dict[Value, list[Value]] = {}  # by their adjoints, which several may share
        for source, adjoint in gradients.items():
            self.sources.setdefault(adjoint, []).append(source)
        self.steps = {step.output: step for step in program.each() if isinstance(step, Step)}
        self.target = target
        self.used = Counter(value for step in program.each() for value in step.inputs)
        self.names: dict[Value, str] = {}
        self.constants: dict[str, Any] = {}
        self.taken: set[str] = set()
        self.given = list(dict.fromkeys(
            value for value in program.values() if value.kind in ("argument", "variable")))
        for value in (*self.given, target):
            self._call(value, value.name or ("L" if value is target else "x"))
        for value in self.steps:
            if value.name and value not in self.names and self.steps[value].op.name not in _TRANSPARENT:
                self._call(value, value.name)
        self.goal = self.names[target]
        self.assumed: dict[str, str] = {}
        self.equations: list[Equation] = []
        self.split = 0  # how many of the equations are those of the forward pass
        whole = {self._seen(value.adjoint_of): value for value in self.steps if value.adjoint_of}  # the last is the sum
        for about, value in whole.items():
            if about in self.names and value not in self.names:
                self._call(value, f"δ{self.names[about]}")
        forward = self._needed([target])
        for value in (*[v for v in self.steps if v in forward], *[v for v in self.steps if v not in forward]):
            if self._stands_alone(value):
                if self.steps[value].op.name in _TRANSPARENT and value not in self.sources:
                    self.names.pop(value, None)
                    continue
                if value not in self.names:
                    self._call(value, "t")
                self.equations.append(self._equation(value))
                self.split += value in forward
        for adjoint in self.sources:
            if adjoint not in self.steps:
                self.equations.append(self._equation(adjoint))

    def _stands_alone(self, value: Value) -> bool:
        """Whether it is an equation, and is called by its name elsewhere."""
        return (value in self.names or value in self.sources or (self.used[value] > 1 and not self._trivial(value))
                or len(self._render(value, "text")[0]) > LONG)

    def _needed(self, values: Sequence[Value]) -> set[Value]:
        """All that these are computed from."""
        found, waiting = set(values), list(values)
        while waiting:
            step = self.steps.get(waiting.pop())
            for value in step.inputs if step else ():
                if value not in found:
                    found.add(value)
                    waiting.append(value)
        return found

    def _seen(self, value: Value) -> Value:
        """What a value is but another name for."""
        while value in self.steps and self.steps[value].op.name in _TRANSPARENT:
            value = self.steps[value].inputs[0]
        return value

    def _trivial(self, value: Value) -> bool:
        """Whether it says nothing by itself, as a transpose of something with a name."""
        step = self.steps[value]
        return step.op.name in ("swap_last", "transpose", "reshape", "negative", *_TRANSPARENT) and (
            self._seen(step.inputs[0]) in self.names or step.inputs[0] not in self.steps)

    def _call(self, value: Value, name: str) -> None:
        name = f"δ{identifier(name[1:])}" if name.startswith("δ") else identifier(name) or "t"
        chosen, number = name, 2
        while chosen in self.taken:
            chosen, number = f"{name}_{number}", number + 1
        self.taken.add(chosen)
        self.names[value] = chosen

    def _equation(self, value: Value) -> Equation:
        sources = self.sources.get(value, ())
        if sources and value not in self.names:
            self._call(value, f"δ{self.names[self._seen(sources[0])]}")
        name = self.names[value]
        left, drawn = [], []
        for source in sources:
            by = self.names[self._seen(source)]
            left.append(f"d{self.goal}/d{by}")
            drawn.append(rf"\frac{{\partial {symbol(self.goal)}}}{{\partial {symbol(by)}}}")
        if not sources or self.used[value]:
            left.append(name)
            drawn.append(symbol(name))
        formula, latex = (self._body(value, style) for style in ("text", "latex"))
        return Equation(name, " = ".join([*left, formula]), f"{' = '.join(drawn)} &= {latex}", formula)

    def _body(self, value: Value, style: str) -> str:
        return self._render(value, style)[0] if value in self.steps else self._constant(value, style)[0]

    def of(self, value: Value, style: str) -> tuple[str, float]:
        """What stands for a value within a formula, and how tightly that holds together."""
        value = self._seen(value)
        if value in self.names:
            name = self.names[value]
            return (symbol(name) if style == "latex" else name), ATOM
        return self._render(value, style) if value in self.steps else self._constant(value, style)

    def _render(self, value: Value, style: str) -> tuple[str, float]:
        step = self.steps[value]
        if step.op.name in _TRANSPARENT:
            return self.of(step.inputs[0], style)
        row = notation(step)
        if row is not None and (same := self._unchanged(step)) is not None:
            return self.of(same, style)
        parts = [self.of(one, style) for one in step.inputs]
        if step.op.name == "multiply":
            for place in (0, 1):
                if self._is_one(step.inputs[place]):
                    return parts[1 - place]
                n, other = self._fraction(step.inputs[place]), parts[1 - place]
                if n > 1 and style == "text":
                    return f"{_held(*other, PRODUCT, style)} / {n}", PRODUCT
        if len(parts) == 2 and self._seen(step.inputs[0]) is self._seen(step.inputs[1]):
            row = TWICE.get(step.op.name, row)
        if row is None:
            return self._by_name(step, [text for text, _ in parts], style), ATOM
        texts = [_held(text, level, row.need(place), style) for place, (text, level) in enumerate(parts)]
        text = (row.latex if style == "latex" else row.text).format(*texts)
        return text.replace("+ -", "- ").replace("- -", "+ ").removeprefix("--"), row.level

    def _is_one(self, value: Value) -> bool:
        """Whether these are the sums of the rows of labels, which are 1: that is assumed of what is no source."""
        step = self.steps.get(value)
        labels = step.inputs[0] if step else value
        differentiated = any(labels in some for some in self.sources.values())
        if step is None or labels.kind not in ("argument", "constant") or differentiated or (
                step.op.name, step.params.get("axis"), len(labels.shape)) != ("reduce_sum", -1, 2):
            return False
        if not np.array_equal(labels.array.sum(-1), np.ones(labels.shape[:1])):
            return False
        self.assumed[self.of(labels, "text")[0]] = "its rows sum to 1"
        return True

    def entries(self) -> list[tuple[str, tuple[str, str], list[tuple[str, str]]]]:
        """Of the forward steps that work entry by entry: SymPy's formula, and what result and inputs are called."""
        found, forward = [], self._needed([self.target])
        for value, step in self.steps.items():
            plain = step.op.formula and step.op.name not in _TRANSPARENT and not step.params
            if value in forward and plain:
                both = [(self.of(one, "text")[0], self.of(one, "latex")[0]) for one in (value, *step.inputs)
                        if one.kind != "constant"]
                if len(both) == 1 + len(step.inputs):
                    found.append((str(step.op.formula), both[0], both[1:]))
        return found

    def _unchanged(self, step: Step) -> Value | None:
        """What a step gives back as it was: the first power, or the transpose of a transpose."""
        x = self._seen(step.inputs[0])
        if step.op.name == "pow" and step.inputs[1].kind == "constant" and (
                np.ndim(step.inputs[1].array) == 0 and step.inputs[1].array == 1):
            return x if x.shape == step.output.shape else None
        before = self.steps.get(x)
        turns = ("swap_last", "transpose")
        if before and x not in self.names and step.op.name in turns and before.op.name in turns and notation(before):
            return before.inputs[0]
        return None

    def _by_name(self, step: Step, texts: list[str], style: str) -> str:
        """An op without a row: its name as that of a function, and its parameters."""
        settings = []
        for key, value in step.params.items():
            text = written(value)
            if text is None or (style == "text" and len(text) > 40):
                text = next((name for name, known in self.constants.items() if known is value), "")
                if not text:
                    text = f"setting_{len(self.constants) + 1}"
                    self.constants[text] = value
            settings.append((key, text))
        if style == "text":
            return f"{step.op.name}({', '.join([*texts, *(f'{key}={text}' for key, text in settings)])})"
        below = ", ".join(f"{escaped(key)}={escaped(text)}" for key, text in settings)
        index = rf"_{{\text{{{below}}}}}" if below else ""
        return rf"\operatorname{{{escaped(step.op.name)}}}{index}\left({', '.join(texts)}\right)"

    @staticmethod
    def _fraction(value: Value) -> int:
        if value.kind != "constant" or np.ndim(value.array) or np.asarray(value.array).dtype.kind != "f":
            return 0
        return fraction_of_one(float(value.array), lambda x: float(value.array.dtype.type(x)))

    def _constant(self, value: Value, style: str) -> tuple[str, float]:
        array = value.array
        if np.ndim(array) == 0 and np.asarray(array).dtype.kind in "iufb" and np.isfinite(array):
            number, n = array.item(), self._fraction(value)
            if abs(n) > 1:
                sign, level = ("-", MINUS) if n < 0 else ("", PRODUCT)
                return sign + (rf"\frac{{1}}{{{abs(n)}}}" if style == "latex" else f"1 / {abs(n)}"), level
            if isinstance(number, float) and number == int(number) and abs(number) < 1e6:
                number = int(number)
            text = power_of_ten(number) if style == "latex" and isinstance(number, float) else str(
                number if not isinstance(number, float) else array)
            return text, SUM if text.startswith("-") else ATOM
        flat = np.asarray(array).reshape(-1) if not isinstance(array, tuple) else None
        if flat is not None and flat.size and flat.dtype.kind == "f" and (flat == flat[0]).all() and not value.name:
            one, level = self._constant(Value("constant", flat[0]), style)
            one = _held(one, level, ATOM, style)
            sides = (", " if style == "text" else r" \times ").join(map(str, array.shape))
            ones = f"ones({sides})" if style == "text" else rf"\mathbf{{1}}_{{{sides}}}"
            if flat[0] in (0, 1):
                return (ones if flat[0] else ones.replace("ones", "zeros").replace("{1}", "{0}", 1)), ATOM
            return f"{one} {'*' if style == 'text' else chr(92) + 'cdot'} {ones}", PRODUCT
        self._call(value, value.name or "c")
        self.constants[self.names[value]] = array
        return self.of(value, style)


def _held(text: str, level: float, need: float, style: str) -> str:
    """In parentheses where it would fall apart."""
    if level >= need or need == COMPARISON:
        return text
    return rf"\left({text}\right)" if style == "latex" else f"({text})"


def symbol(name: str) -> str:
    """A name in LaTeX: `W1` with an index, Greek letters as such, a word upright."""
    if name.startswith("δ"):
        return rf"\delta_{{{symbol(name[1:])}}}"
    stem, index = re.fullmatch(r"(.*?)_?(\d*)", name).groups()  # type: ignore[union-attr]
    if stem in _GREEK:
        stem = f"\\{stem}"
    elif len(stem) != 1:
        stem = rf"\mathrm{{{escaped(stem)}}}"
    return f"{stem}_{{{index}}}" if index else stem


def escaped(text: str) -> str:
    """Any text as LaTeX that shows it."""
    special = {"\\": r"\backslash ", **{letter: f"\\{letter}" for letter in "_%&#${}"},
               "^": r"\hat{}", "~": r"\sim "}
    return "".join(special.get(letter, letter) for letter in text)
