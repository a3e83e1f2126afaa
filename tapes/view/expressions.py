"""One value as a text or as LaTeX: sums and products are collected, all other ops have a row of notation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from ..graph.literals import identifier, written
from ..graph.program import Step, Value
from ..graph.templates import ATOM, COMPARISON, PRODUCT, SUM
from ..op import registry
from .constants import ones, over_and_under, plain_number, uniform
from .letters import NAME, escaped, marked, unmarked
from .notation import MINUS, POWER, notation
from .rewrites import FORWARD

TRANSPARENT = ("read", "identity")
SUMS = ("add", "subtract", "add_n")
_LINEAR = ("reduce_sum", "reduce_mean", "sum_to", "reshape", "swap_last", "transpose")  # numbers stand before them
_PRODUCTS = ("multiply", "divide", "negative", "reciprocal", "rsqrt", "broadcast_to", "sigmoid_slope", "matmul",
             *_LINEAR)

Piece = tuple[str, float, tuple[int, ...]]  # a text, how tightly it holds together, and the shape of its value


@dataclass
class _Product:
    """A number, and what is above and below the line."""

    number: Any = Fraction(1)
    tops: list[Piece] = field(default_factory=list)
    bottoms: list[Piece] = field(default_factory=list)


class Expressions:
    """How the values of a program are written, by those names that some have.

    Args:
        steps: by their results.
        taken: names that mean something already.
    """

    def __init__(self, steps: dict[Value, Step], taken: set[str]) -> None:
        self.steps, self.taken = steps, taken
        self.names: dict[Value, str] = {}
        self.sources: dict[Value, list[Value]] = {}  # by their adjoints, which several may share
        self.constants: dict[str, Any] = {}
        self.functions: dict[str, Callable[..., Any]] = {}  # what is called by a short name, its settings being known
        self.legend: dict[str, str] = {}  # and which those are
        self.assumed: dict[str, str] = {}
        self._settings: dict[str, str] = {}
        self._made = {(step.op.name, self._seen(step.inputs[0])): value
                      for value, step in steps.items() if step.inputs}

    def name(self, value: Value, name: str) -> None:
        """Give a value this name, or one like it that is free."""
        self.names[value] = self._free(name)

    def _seen(self, value: Value) -> Value:
        """What a value is but another name for."""
        while value in self.steps and self.steps[value].op.name in TRANSPARENT:
            value = self.steps[value].inputs[0]
        return value

    def _free(self, name: str) -> str:
        chosen, number = name, 2
        while chosen in self.taken:
            chosen, number = f"{name}_{number}", number + 1
        self.taken.add(chosen)
        return chosen

    def of(self, value: Value, style: str) -> tuple[str, float]:
        """What stands for a value within a formula, and how tightly that holds together."""
        value = self._seen(value)
        if value in self.names:
            return marked(self.names[value]), ATOM
        return self._render(value, style) if value in self.steps else self._constant(value, style)

    def _render(self, value: Value, style: str) -> tuple[str, float]:
        negative, (text, level, _) = self._signed(value, style, root=True)
        return (f"-{held(text, level, PRODUCT, style)}", MINUS) if negative else (text, level)

    def _signed(self, value: Value, style: str, root: bool = False) -> tuple[bool, Piece]:
        """Whether there is a minus before it, and the rest."""
        value = value if root else self._seen(value)
        step = self.steps.get(value) if root or value not in self.names else None
        if step is not None and step.op.name in _PRODUCTS:
            return self._product(value, style)
        if step is None:
            number = uniform(value) if value not in self.names else None
            if number == 0 and not value.shape:
                return False, (marked("0"), ATOM, ())  # where a loop begins to add up, it is what there was before
            if number is not None and not value.shape and number < 0:
                return True, (*plain_number(-number, style), ())
            return False, (*self.of(value, style), value.shape)
        return False, (*self._plain(step, style), value.shape)

    # -- sums and products --------------------------------------------------------------------------------------------

    def _terms(self, value: Value, style: str) -> list[tuple[bool, Piece]]:
        """The terms of a sum, with their signs; what only broadcasting has repeated stands for itself beside others."""
        found: list[tuple[bool, Value]] = []
        waiting = [(False, value)]
        while waiting:
            negative, x = waiting.pop()
            x = x if x is value else self._seen(x)
            step = self.steps.get(x) if x is value or x not in self.names else None
            if step is not None and step.op.name in SUMS:
                waiting += [(negative != (place > 0 and step.op.name == "subtract"), term)
                            for place, term in reversed(list(enumerate(step.inputs)))]
            else:
                found.append((negative, x))
        for spare in (True, False):
            terms: list[tuple[bool, Piece]] = []
            for negative, x in found:
                sign, piece = self._signed(self._unrepeated(x) if spare else x, style)
                terms.append((negative != sign, piece))
            if np.broadcast_shapes(*(piece[2] for _, piece in terms)) == value.shape:
                break
        return [(negative, piece if times == 1 else (self._times(str(times), [piece], style), PRODUCT, piece[2]))
                for (negative, piece), times in Counter(terms).items()]

    def _unrepeated(self, value: Value) -> Value:
        """A value without the copies that broadcasting makes of it, which it does by itself beside a whole."""
        while value not in self.names and value in self.steps:
            step = self.steps[value]
            x = self._seen(step.inputs[0])
            leading = step.op.name == "reshape" and len(x.shape) <= len(value.shape) and (
                value.shape == (*(1,) * (len(value.shape) - len(x.shape)), *x.shape))
            if step.op.name != "broadcast_to" and not leading:
                break
            value = x
        return value

    def _product(self, value: Value, style: str) -> tuple[bool, Piece]:
        """A product, with its signs and numbers collected, and with one line between what is above and below."""
        return self._assembled(self._factors(value, style), value.shape, style)

    def _factors(self, value: Value, style: str) -> _Product:
        for spare in (True, False):
            product = _Product()
            self._collect(value, True, product, style, spare, root=True)
            shapes = [shape for _, _, shape in (*product.tops, *product.bottoms)]
            if np.broadcast_shapes(*shapes) == value.shape:
                break
        else:
            product.tops.append((*ones(value.shape, 1, style), value.shape))
        return product

    def _assembled(self, product: _Product, shape: tuple[int, ...], style: str) -> tuple[bool, Piece]:
        number, tops, bottoms = product.number, _powers(product.tops, style), _powers(product.bottoms, style)
        negative = number < 0
        over, under = over_and_under(abs(number))
        if not (tops or bottoms):
            return bool(negative), (*plain_number(abs(number), style), shape)
        if (over, under) == ("1", "1") and len(tops) == 1 and not bottoms:
            return bool(negative), (tops[0][0], tops[0][1], shape)
        if style == "latex":
            return bool(negative), (self._fraction(over, under, tops, bottoms), PRODUCT, shape)
        text = self._times("" if over == "1" and tops else over, tops, style)
        for one, level, _ in [(under, ATOM, ())] * (under != "1") + bottoms:
            text += f" / {held(one, level, POWER, style)}"
        return bool(negative), (text, PRODUCT, shape)

    def _collect(self, value: Value, top: bool, product: _Product, style: str, spare: bool, root: bool = False) -> None:
        value = value if root else self._seen(value)
        if spare:
            whole, value = value, self._unrepeated(value)
            root = root and value is whole
        step = self.steps.get(value) if root or value not in self.names else None
        name = step.op.name if step else ""
        if step and name in ("multiply", "divide", "negative", "reciprocal"):
            product.number = -product.number if name == "negative" else product.number
            for place, x in enumerate(step.inputs):
                self._collect(x, top == (name == "multiply" or (name != "reciprocal" and place == 0)), product, style,
                              spare)
            return
        number = uniform(value) if value not in self.names else None
        if number is not None and (number or top):
            product.number = product.number * number if top else product.number / number
            if value.shape and not spare:
                product.tops.append((*ones(value.shape, 1, style), value.shape))
            return
        if self._is_one(value) and spare:
            return
        if step and name == "rsqrt":
            inside = self.of(step.inputs[0], style)[0]
            piece: Piece = (rf"\sqrt{{{inside}}}" if style == "latex" else f"sqrt({inside})", ATOM, value.shape)
            (product.bottoms if top else product.tops).append(piece)
            return
        if step and name == "broadcast_to":
            self._collect(step.inputs[0], top, product, style, spare)
            product.tops.append((*ones(value.shape, 1, style), value.shape))
            return
        if step and name == "sigmoid_slope":
            h = self._result(step, style)
            both: list[Piece] = [(h, ATOM, value.shape), (f"1 - {h}", SUM, value.shape)]
            (product.tops if top else product.bottoms).extend(both)
            return
        if step and (name == "matmul" or (name in _LINEAR and notation(step) is not None)):
            number, piece = self._pulled(step, style)
            product.number = product.number * number if top else product.number / number
            (product.tops if top else product.bottoms).append(piece)
            return
        text, level = self.of(value, style) if not root else self._plain(step, style)  # type: ignore[arg-type]
        (product.tops if top else product.bottoms).append((text, level, value.shape))

    def _pulled(self, step: Step, style: str) -> tuple[Fraction, Piece]:
        """The number before a product of matrices, or before a sum, and the rest."""
        if (same := self._unchanged(step)) is not None:
            return Fraction(1), (*self.of(same, style), same.shape)
        inputs, turned, row = [self._seen(x) for x in step.inputs], False, notation(step)
        inner = self.steps.get(inputs[0]) if inputs[0] not in self.names else None
        if inner is not None and inner.op.name == "matmul" and _turns(step):
            inputs, turned, row = [self._seen(x) for x in inner.inputs[::-1]], True, notation(inner)
        number, texts = Fraction(1), []
        for place, x in enumerate(inputs):
            if x in self.names or x not in self.steps or self.steps[x].op.name not in _PRODUCTS:
                text, level = self.of(x, style)
            else:
                factors = self._factors(x, style)
                if (factors.tops or factors.bottoms) and factors.number:
                    number, factors.number = number * factors.number, Fraction(1)
                negative, (text, level, _) = self._assembled(factors, x.shape, style)
                text, level = (f"-{text}", MINUS) if negative else (text, level)
            if turned:
                text, level = self._turned(text, level, style)
            texts.append(held(text, level, row.need(place), style))  # type: ignore[union-attr]
        text = (row.latex if style == "latex" else row.text).format(*texts)  # type: ignore[union-attr]
        return number, (text, row.level, step.output.shape)  # type: ignore[union-attr]

    @staticmethod
    def _turned(text: str, level: float, style: str) -> tuple[str, float]:
        """A matrix transposed; what is a transpose is turned back."""
        sign = r"^{\top}" if style == "latex" else "ᵀ"
        if text.endswith(sign) and NAME.fullmatch(text.removesuffix(sign)):
            return text.removesuffix(sign), ATOM
        return held(text, level, ATOM, style) + sign, POWER

    def _times(self, number: str, pieces: list[Piece], style: str) -> str:
        texts = [number] if number else []
        texts += [held(text, level, (MINUS if len(pieces) == 1 or not number else PRODUCT) if place == 0 else POWER,
                        style) for place, (text, level, _) in enumerate(pieces)]
        if style == "text":
            return " * ".join(texts)
        written, before = texts[0], pieces[0][2] if pieces and not number else ()
        for text, (_, _, shape) in zip(texts[1:], pieces if number else pieces[1:]):
            dot = r"\odot" if before and shape else r"\cdot" if written != number or len(number) > 1 else r"\,"
            written, before = f"{written} {dot} {text}", before or shape
        return written

    def _fraction(self, over: str, under: str, tops: list[Piece], bottoms: list[Piece]) -> str:
        number = rf"\frac{{{over}}}{{{under}}}" if under != "1" else "" if over == "1" else over
        if not bottoms:
            return self._times(number, tops, "latex")
        if not tops and under == "1":
            return rf"\frac{{{over}}}{{{self._times('', bottoms, 'latex')}}}"
        above = self._times("", tops, "latex") if tops else "1"
        piece: Piece = (rf"\frac{{{above}}}{{{self._times('', bottoms, 'latex')}}}", ATOM, ())
        return self._times(number, [piece], "latex")

    def _is_one(self, value: Value) -> bool:
        """Whether these are the sums of the rows of labels, which are 1: that is assumed of what is no source."""
        step = self.steps.get(value)
        labels = self._seen(step.inputs[0]) if step else value
        differentiated = any(labels in some for some in self.sources.values())
        if step is None or labels.kind not in ("argument", "constant") or differentiated or (
                step.op.name, step.params.get("axis"), len(labels.shape)) != ("reduce_sum", -1, 2):
            return False
        if not np.array_equal(labels.array.sum(-1), np.ones(labels.shape[:1])):
            return False
        self.assumed[unmarked(self.of(labels, "text")[0])] = "its rows sum to 1"
        return True

    # -- all other ops ------------------------------------------------------------------------------------------------

    def _plain(self, step: Step, style: str) -> tuple[str, float]:
        name = step.op.name
        if name in TRANSPARENT:
            return self.of(step.inputs[0], style)
        if name in SUMS:
            terms = self._terms(step.output, style)
            text = "".join((" - " if negative else " + ") + held(one, level, PRODUCT if negative else SUM, style)
                           for negative, (one, level, _) in terms)
            text = f"-{text[3:]}" if terms[0][0] else text[3:]
            return text, (SUM if len(terms) > 1 else MINUS if terms[0][0] else terms[0][1][1])
        row = notation(step)
        if row is not None and (same := self._unchanged(step)) is not None:
            return self.of(same, style)
        if name == "sech_squared":
            h = self._result(step, style)
            return (f"1 - {{{h}}}^{{2}}" if style == "latex" else f"1 - {h} ** 2"), SUM
        parts = [self.of(one, style) for one in step.inputs]
        if row is not None and row.sign:
            sign = self._function(step, row.sign, row.legend)
            row = row.called(sign)
        if row is None:
            return self._by_name(step, [text for text, _ in parts], style), ATOM
        texts = [held(text, level, row.need(place), style) for place, (text, level) in enumerate(parts)]
        return (row.latex if style == "latex" else row.text).format(*texts), row.level

    def _result(self, step: Step, style: str) -> str:
        """What tanh or sigmoid has given, whose slope this is."""
        x, name = self._seen(step.inputs[0]), "tanh" if step.op.name == "sech_squared" else "sigmoid"
        known = self._made.get((name, x))
        if known in self.names:
            return marked(self.names[known])
        argument = self.of(x, style)[0]
        sign = "tanh" if name == "tanh" else "sigma"
        return rf"{chr(92)}{sign}\left({argument}\right)" if style == "latex" else f"{name}({argument})"

    def _unchanged(self, step: Step) -> Value | None:
        """What a step gives back as it was: the first power, axes in their order, the transpose of a transpose."""
        x = self._seen(step.inputs[0])
        if step.op.name == "pow" and step.inputs[1].kind == "constant" and (
                np.ndim(step.inputs[1].array) == 0 and step.inputs[1].array == 1):
            return x if x.shape == step.output.shape else None
        if step.op.name == "transpose" and list(step.params["perm"]) == list(range(len(x.shape))):
            return x
        before = self.steps.get(x)
        if before and x not in self.names and len(x.shape) == 2 and _turns(step) and _turns(before):
            return before.inputs[0]
        return None

    def _function(self, step: Step, name: str, legend: str, inline: str = "") -> str:
        """A short name for an op with its settings, which the legend tells; another one for other settings."""
        told = repr((step.op.name, sorted(step.params.items(), key=str), inline, [x.shape for x in step.inputs] if (
            step.op.name in ("unpool", "avg_pool_grad")) else ""))
        if told not in self._settings:
            chosen = self._settings[told] = self._free(name)
            params = dict(step.params)
            forward = FORWARD.get(step.op.name) or registry[step.op.name].forward
            self.functions[chosen] = lambda *xs: forward(*xs, **params)
            if legend:
                self.legend[chosen] = legend
        return self._settings[told]

    def _by_name(self, step: Step, texts: list[str], style: str) -> str:
        """An op without a row: its name as that of a function, and its parameters."""
        settings = [(key, written(value)) for key, value in step.params.items()]
        short = all(text is not None for _, text in settings) and sum(len(f"{k}={v}, ") for k, v in settings) <= 24
        name = step.op.name
        if not short:
            told = ", ".join(f"{key}={text if text and len(text) <= 40 else '...'}" for key, text in settings)
            name, settings = self._function(step, f"{name}_1", told), []
        if style == "text":
            return f"{name}({', '.join([*texts, *(f'{key}={text}' for key, text in settings)])})"
        below = ", ".join(f"{escaped(key)}={escaped(str(text))}" for key, text in settings)
        index = rf"_{{\text{{{below}}}}}" if below else ""
        return rf"\operatorname{{{escaped(name)}}}{index}\left({', '.join(texts)}\right)"

    def _constant(self, value: Value, style: str) -> tuple[str, float]:
        number = uniform(value)
        if number is not None and not value.shape:
            return plain_number(number, style)
        if number is not None and not value.name and np.asarray(value.array).dtype.kind == "f":
            return ones(value.shape, number, style)
        self.name_constant(value)
        return self.of(value, style)

    def name_constant(self, value: Value) -> None:
        """A constant that is given by a name, and not by its number."""
        self.name(value, identifier(value.name) or ("ids" if np.asarray(value.array).dtype.kind in "iu" else "c"))
        self.constants[self.names[value]] = value.array


def _turns(step: Step) -> bool:
    """Whether a matrix is transposed."""
    row = notation(step)
    return row is not None and row.text == "{0}ᵀ"


def held(text: str, level: float, need: float, style: str) -> str:
    """In parentheses where it would fall apart."""
    if level >= need or need == COMPARISON:
        return text
    return rf"\left({text}\right)" if style == "latex" else f"({text})"


def _powers(pieces: list[Piece], style: str) -> list[Piece]:
    """Factors that are the same as one power."""
    found = []
    for piece, times in Counter(pieces).items():
        if times == 1:
            found.append(piece)
            continue
        base = held(piece[0], piece[1], ATOM, style)
        found.append((f"{{{base}}}^{{{times}}}" if style == "latex" else f"{base} ** {times}", POWER, piece[2]))
    return found
