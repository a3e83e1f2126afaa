"""How an op is written in mathematics: one row an op, as text that can be evaluated and as LaTeX."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from ..graph.program import Step
from ..graph.templates import ATOM, COMPARISON, PRODUCT, SUM

POWER = 2.5  # between a product and a name: a transpose or a power holds more than a product, and asks for a name
MINUS = 1.5  # a sign, which may stand first in a product


@dataclass(frozen=True)
class Notation:
    """One row: `{0}` and so on are the inputs.

    Attributes:
        text, latex: the formula.
        level: how tightly it holds together.
        needs: how tightly each input must; the last one stands for all that follow.
    """

    text: str
    latex: str
    level: float = ATOM
    needs: tuple[float, ...] = (COMPARISON,)

    def need(self, place: int) -> float:
        return self.needs[min(place, len(self.needs) - 1)]


def _function(text: str, latex: str = "", inputs: int = 1) -> Notation:
    arguments = ", ".join(f"{{{i}}}" for i in range(inputs))
    latex = latex or rf"\operatorname{{{{{text}}}}}"
    return Notation(f"{text}({arguments})", rf"{latex}\left({arguments}\right)")


def _infix(text: str, latex: str, level: float, *needs: float) -> Notation:
    return Notation(f"{{0}} {text} {{1}}", f"{{0}} {latex} {{1}}", level, needs or (level, level + 1))


def _product(step: Step) -> Notation:
    scalar = any(not value.shape for value in step.inputs)
    return _infix("*", r"\cdot" if scalar else r"\odot", PRODUCT, MINUS, ATOM)


def _transposed(step: Step) -> Notation | None:
    matrix = len(step.output.shape) == 2 and step.params.get("perm", (1, 0)) in ((1, 0), [1, 0], None)
    return Notation("{0}ᵀ", r"{0}^{{\top}}", POWER, (ATOM,)) if matrix else None


def _summed(step: Step, over: tuple[int, ...], kept: bool, mean: bool = False) -> Notation:
    """A sum or mean over some axes, in words where it is about rows or columns."""
    rank = len(step.inputs[0].shape)
    word = "mean" if mean else "sum"
    setting = ", keepdims=True" if kept else ""
    name, below = f"{word}({{0}}{setting})", ""
    if len(over) != rank:
        axes = ", ".join(map(str, over))
        name = f"{word}({{0}}, axis={axes if len(over) == 1 else f'({axes})'}{setting})"
        below = rf"\text{{{{axis {axes}}}}}"
        if rank == 2:
            among = "rows" if over == (0,) else "columns"
            name, below = f"{word}_{among}({{0}}{setting})", rf"\text{{{{{among}}}}}"
    sign = r"\operatorname{{mean}}" if mean else r"\sum"
    index = f"_{{{{{below}}}}}" if below else ""
    return Notation(name, rf"{sign}{index}\left({{0}}\right)")


def _reduced(mean: bool) -> Callable[[Step], Notation]:
    def row(step: Step) -> Notation:
        axis, rank = step.params.get("axis"), len(step.inputs[0].shape)
        over = range(rank) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
        return _summed(step, tuple(sorted(i % rank for i in over)), bool(step.params.get("keepdims")), mean)

    return row


def _collected(step: Step) -> Notation | None:
    """What an input that broadcasting has repeated collects from its copies."""
    whole, shape = step.inputs[0].shape, tuple(step.params["shape"])
    added = len(whole) - len(shape)
    stretched = [added + i for i, length in enumerate(shape) if length == 1 != whole[added + i]]
    if added and stretched:
        return None
    return _summed(step, (*range(added), *stretched), bool(stretched))


def _repeated(step: Step) -> Notation:
    shape = ", ".join(map(str, step.output.shape))
    sides = r" \times ".join(map(str, step.output.shape))
    return Notation(f"ones({shape}) * {{0}}", rf"\mathbf{{{{1}}}}_{{{{{sides}}}}} \cdot {{0}}", PRODUCT, (ATOM,))


def _reshaped(step: Step) -> Notation:
    sides = r" \times ".join(map(str, step.output.shape)) or "1"
    return Notation(f"reshape({{0}}, {tuple(step.output.shape)})",
                    rf"\operatorname{{{{reshape}}}}_{{{{{sides}}}}}\left({{0}}\right)")


def _over_rows(name: str, inputs: int = 1) -> Callable[[Step], Notation | None]:
    """A function of each row, as softmax is; along another axis it is called by its op's name."""
    def row(step: Step) -> Notation | None:
        return _function(name, inputs=inputs) if step.params["axis"] in (
            -1, len(step.inputs[0].shape) - 1) else None

    return row


_BRACKET = Notation("{0} * [{1} > 0]", r"{0} \odot [{1} > 0]", PRODUCT, (PRODUCT, SUM))
_SAME = Notation("{0}", "{0}", -1)

NOTATIONS: dict[str, Notation | Callable[[Step], Notation | None]] = {
    "add": _infix("+", "+", SUM, SUM, SUM), "subtract": _infix("-", "-", SUM, SUM, PRODUCT),
    "multiply": _product, "divide": Notation("{0} / {1}", r"\frac{{{0}}}{{{1}}}", PRODUCT, (MINUS, ATOM)),
    "negative": Notation("-{0}", "-{0}", MINUS, (PRODUCT,)),
    "matmul": _infix("@", r"\,", PRODUCT, MINUS, POWER), "swap_last": _transposed, "transpose": _transposed,
    "pow": Notation("{0} ** {1}", "{{{0}}}^{{{1}}}", POWER, (ATOM, ATOM)),
    "square": Notation("{0} ** 2", "{{{0}}}^{{2}}", POWER, (ATOM,)),
    "sqrt": Notation("sqrt({0})", r"\sqrt{{{0}}}"),
    "rsqrt": Notation("1 / sqrt({0})", r"\frac{{1}}{{\sqrt{{{0}}}}}", PRODUCT),
    "reciprocal": Notation("1 / {0}", r"\frac{{1}}{{{0}}}", PRODUCT, (ATOM,)),
    "squared_difference": Notation("({0} - {1}) ** 2", r"{{\left({0} - {1}\right)}}^{{2}}", POWER, (SUM, PRODUCT)),
    **{name: _function(name, f"\\{name}") for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: _function(name, f"\\{latex}") for name, latex in (
        ("asin", "arcsin"), ("acos", "arccos"), ("atan", "arctan"))},
    **{name: _function(name) for name in ("asinh", "acosh", "atanh", "erf", "erfc", "relu", "softplus", "sign",
                                          "elu", "selu", "gelu", "silu", "softsign", "expm1", "log1p", "digamma")},
    "sigmoid": _function("sigmoid", r"\sigma"), "sigmoid_slope": _function("sigmoid_slope", r"\sigma'"),
    "sech_squared": Notation("1 / cosh({0}) ** 2", r"\frac{{1}}{{\cosh^{{2}}\left({0}\right)}}", PRODUCT),
    "abs": Notation("abs({0})", r"\left|{0}\right|"),
    "lgamma": _function("lgamma", r"\log\Gamma"),
    "maximum": _function("maximum", r"\max", 2), "minimum": _function("minimum", r"\min", 2),
    "relu_grad": _BRACKET, "where": Notation(
        "where({0}, {1}, {2})", r"\begin{{cases}} {1} & {0} \\ {2} & \text{{else}} \end{{cases}}"),
    **{name: _infix(text, latex, COMPARISON, SUM, SUM) for name, text, latex in (
        ("greater", ">", ">"), ("less", "<", "<"), ("greater_equal", ">=", r"\ge"), ("less_equal", "<=", r"\le"),
        ("equal", "==", "="), ("not_equal", "!=", r"\ne"))},
    "reduce_sum": _reduced(False), "reduce_mean": _reduced(True), "sum_to": _collected, "broadcast_to": _repeated,
    "reshape": _reshaped, "softmax": _over_rows("softmax"), "log_softmax": _over_rows("log_softmax"),
    "softmax_cross_entropy": Notation(
        "cross_entropy({0}, {1})",
        r"-\sum_{{\text{{classes}}}} {0} \odot \log\operatorname{{softmax}}\left({1}\right)", SUM, (ATOM, COMPARISON)),
    "read": _SAME, "identity": _SAME,
}

# Where both inputs are the same.
TWICE = {"add": Notation("2 * {0}", "2 {0}", PRODUCT, (ATOM,)),
         "multiply": Notation("{0} ** 2", "{{{0}}}^{{2}}", POWER, (ATOM,))}


def notation(step: Step) -> Notation | None:
    """The row of a step, or None where there is none: then it is called by the name of its op."""
    row = NOTATIONS.get(step.op.name)
    if any(value.array.dtype.kind == "c" for value in (*step.inputs, step.output) if not isinstance(
            value.array, tuple)) and step.op.name in ("relu_grad", "abs"):
        return None
    return row(step) if callable(row) else row


def power_of_ten(number: float) -> str:
    """A number in LaTeX."""
    digits, _, exponent = f"{number:.6g}".partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def fraction_of_one(number: float, exact: Callable[[float], float]) -> int:
    """n, where a number is 1/n in its dtype; else 0."""
    if not 0 < abs(number) < 0.6 or not math.isfinite(1 / number):
        return 0
    n = round(1 / number)
    return n if n and exact(1 / n) == number else 0
