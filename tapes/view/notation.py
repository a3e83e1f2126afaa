"""How an op is written in mathematics: one row an op, as text that can be evaluated and as LaTeX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..graph.program import Step
from ..graph.templates import ATOM, COMPARISON, PRODUCT, SUM
from .letters import counted, escaped

POWER = 2.5  # between a product and a name: a transpose or a power holds more than a product, and asks for a name
MATRICES = 2.2  # a product of matrices, beside other products
MINUS = 1.5  # a sign, which may stand first in a product


@dataclass(frozen=True)
class Notation:
    """One row: `{0}` and so on are the inputs.

    Attributes:
        text, latex: the formula.
        level: how tightly it holds together.
        needs: how tightly each input must; the last one stands for all that follow.
        sign: a short name for the op and its settings, which stands for `{sign}` in the formula.
        legend: what the settings are.
    """

    text: str
    latex: str
    level: float = ATOM
    needs: tuple[float, ...] = (COMPARISON,)
    sign: str = ""
    legend: str = ""

    def need(self, place: int) -> float:
        return self.needs[min(place, len(self.needs) - 1)]

    def called(self, sign: str) -> Notation:
        """With the name that its sign has got."""
        mark, _, number = sign.partition("_")
        drawn = _SIGNS.get(mark, escaped(mark)) + (f"_{{{{{number}}}}}" if number else "")
        return replace(self, text=self.text.replace("{sign}", sign), latex=self.latex.replace("{sign}", drawn))


_SIGNS = {"⋆": r"\star", "∗": "*", "⊛": r"\circledast"}


def _function(text: str, latex: str = "", inputs: int = 1) -> Notation:
    arguments = ", ".join(f"{{{i}}}" for i in range(inputs))
    latex = latex or rf"\operatorname{{{{{escaped(text)}}}}}"
    return Notation(f"{text}({arguments})", rf"{latex}\left({arguments}\right)")


def _infix(text: str, latex: str, level: float, *needs: float) -> Notation:
    return Notation(f"{{0}} {text} {{1}}", f"{{0}} {latex} {{1}}", level, needs or (level, level + 1))


def _transposed(step: Step) -> Notation:
    perm, rank = step.params.get("perm"), len(step.output.shape)
    if perm is None or tuple(i % rank for i in perm) == (*range(rank - 2), rank - 1, rank - 2):
        return Notation("{0}ᵀ", r"{0}^{{\top}}", POWER, (ATOM,))
    axes = ", ".join(map(str, perm))
    return Notation(f"transpose({{0}}, {_shape(perm)})", rf"{{0}}^{{{{\top({axes})}}}}", ATOM, (ATOM,))


def _summed(step: Step, over: tuple[int, ...], kept: bool, word: str = "sum") -> Notation:
    """A sum, a mean or the like over some axes, in words where it is about rows or columns."""
    rank = len(step.inputs[0].shape)
    setting = ", keepdims=True" if kept else ""
    name, below = f"{word}({{0}}{setting})", ""
    if len(over) != rank:
        axes = ", ".join(map(str, over))
        name = f"{word}({{0}}, axis={axes if len(over) == 1 else f'({axes})'}{setting})"
        below = rf"\text{{{{axis {axes}}}}}"
        if rank == 2:
            among = "rows" if over == (0,) else "columns"
            name, below = f"{word}_{among}({{0}}{setting})", rf"\text{{{{{among}}}}}"
    sign = {"sum": r"\sum", "max": r"\max", "min": r"\min", "prod": r"\prod"}.get(
        word, rf"\operatorname{{{{{word}}}}}")
    index = f"_{{{{{below}}}}}" if below else ""
    return Notation(name, rf"{sign}{index}\left({{0}}\right)")


def _reduced(word: str) -> Callable[[Step], Notation]:
    def row(step: Step) -> Notation:
        axis, rank = step.params.get("axis"), len(step.inputs[0].shape)
        over = range(rank) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
        return _summed(step, tuple(sorted(i % rank for i in over)), bool(step.params.get("keepdims")), word)

    return row


def _collected(step: Step) -> Notation | None:
    """What an input that broadcasting has repeated collects from its copies."""
    whole, shape = step.inputs[0].shape, tuple(step.params["shape"])
    added = len(whole) - len(shape)
    stretched = [added + i for i, length in enumerate(shape) if length == 1 != whole[added + i]]
    if added and stretched:
        return None
    return _summed(step, (*range(added), *stretched), bool(stretched))


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


def _index(index: Any) -> str | None:
    """What stands between brackets, or None where that is more than numbers and colons."""
    parts = []
    for part in index if isinstance(index, tuple) else (index,):
        if isinstance(part, slice):
            ends = [_end(end) for end in (part.start, part.stop)] + ([_end(part.step)] if part.step is not None else [])
            if None in ends:
                return None
            parts.append(":".join(map(str, ends)))
        elif part is None or part is Ellipsis:
            parts.append("None" if part is None else "...")
        elif isinstance(part, bool) or not hasattr(part, "__index__") or np.ndim(part):
            return None
        else:
            parts.append(counted(part.__index__()))
    return ", ".join(parts) if parts else None


def _end(end: Any) -> str | None:
    if end is None:
        return ""
    return counted(end.__index__()) if hasattr(end, "__index__") and not isinstance(end, bool) else None


def _shape(shape: Any) -> str:
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"


def _sides(shape: Any) -> str:
    return r" \times ".join(map(str, shape)) or "1"


def _taken(step: Step) -> Notation | None:
    index = _index(step.params["index"])
    return (index and Notation(f"{{0}}[{index}]", f"{{0}}[{index}]", ATOM, (ATOM,))) or None


def _put(step: Step) -> Notation | None:
    """The adjoint of an index: what arrives there, and 0 elsewhere."""
    index, shape = _index(step.params["index"]), step.params["shape"]
    return (index and Notation(f"put({{0}}, at[{index}], into={_shape(shape)})", (
        rf"\operatorname{{{{put}}}}_{{{{{_sides(shape)}}}}}^{{{{[{index}]}}}}\left({{0}}\right)"))) or None


def _before(step: Step) -> str | None:
    """The colons before the axis that is indexed, where indices are no batch of their own."""
    axis = step.params["axis"]
    return ":, " * axis if not step.params.get("batch_dims") and axis >= 0 else None


def _gathered(step: Step) -> Notation | None:
    before = _before(step)
    if before is None:
        return None
    return Notation(f"{{0}}[{before}{{1}}]", f"{{0}}[{before}{{1}}]", ATOM, (ATOM, COMPARISON))


def _scattered(step: Step) -> Notation | None:
    """The adjoint of taking rows: each collects from wherever it was taken to."""
    before, shape = _before(step), step.params["shape"]
    if before is None:
        return None
    return Notation(f"put({{0}}, at[{before}{{1}}], into={_shape(shape)})", (
        rf"\operatorname{{{{put}}}}_{{{{{_sides(shape)}}}}}^{{{{[{before}{{1}}]}}}}\left({{0}}\right)"))


def indexed(step: Step) -> str | None:
    """The letters of an einsum's result, where it can be written with indices; else None."""
    left, arrow, result = step.params["equation"].replace(" ", "").partition("->")
    terms = left.split(",")
    plain = arrow and all(term.isalpha() for term in terms) and (result.isalpha() or not result)
    return result if plain and all(x.array.dtype.kind == "f" for x in step.inputs) and len(set(result)) == len(
        result) else None


def _einsum(step: Step) -> Notation | None:
    result = indexed(step)
    if result is None:
        return None
    terms = step.params["equation"].replace(" ", "").partition("->")[0].split(",")
    over = "".join(letter for letter in dict.fromkeys("".join(terms)) if letter not in result)
    text = " ".join(f"{{{i}}}[{term}]" for i, term in enumerate(terms))
    drawn = r" \, ".join(f"({{{i}}})_{{{{{term}}}}}" for i, term in enumerate(terms))
    return Notation(f"Σ_{over} {text}" if over else text, rf"\sum_{{{{{over}}}}} {drawn}" if over else drawn)


def _sizes(values: Any) -> str:
    return " x ".join(map(str, values))


def _convolved(sign: str, what: str) -> Callable[[Step], Notation]:
    """A sign between two, whose settings the legend tells."""
    def row(step: Step) -> Notation:
        how = [f"strides {_sizes(step.params['strides'])}"]
        pads = step.params["padding"]
        if any(map(any, pads)):
            how.append("border " + _sizes(a if a == b else f"{a}+{b}" for a, b in pads))
        if any(one != 1 for one in step.params["dilations"]):
            how.append(f"dilations {_sizes(step.params['dilations'])}")
        return Notation("{0} {sign} {1}", "{0} {sign} {1}", PRODUCT, (POWER, POWER), sign, f"{what} ({', '.join(how)})")

    return row


def _pooled(sign: str, what: str, inputs: int = 1) -> Callable[[Step], Notation]:
    def row(step: Step) -> Notation:
        one = _function("{sign}", r"\operatorname{{{sign}}}", inputs)
        pads = step.params["padding"]
        border = ", border " + _sizes(a if a == b else f"{a}+{b}" for a, b in pads) if any(map(any, pads)) else ""
        return replace(one, sign=sign, legend=f"{what} (windows {_sizes(step.params['ksize'])}, strides "
                                              f"{_sizes(step.params['strides'])}{border})")

    return row


def _joined(step: Step) -> Notation:
    """Blocks side by side, or one above the other."""
    axis, inputs = step.params["axis"], range(len(step.inputs))
    arguments, rank = ", ".join(f"{{{i}}}" for i in inputs), len(step.output.shape)
    latex = rf"\operatorname{{{{{step.op.name}}}}}_{{{{\text{{{{axis {axis}}}}}}}}}\left({arguments}\right)"
    if rank == 2 and step.op.name == "concat":
        between = r" \\ " if axis % rank == 0 else " & "
        latex = rf"\begin{{{{bmatrix}}}} {between.join(f'{{{i}}}' for i in inputs)} \end{{{{bmatrix}}}}"
    return Notation(f"{step.op.name}({arguments}, axis={axis})", latex)


def _cast(step: Step) -> Notation | None:
    """A truth as a number."""
    truth = step.inputs[0].array.dtype.kind == "b" and step.output.array.dtype.kind == "f"
    return Notation("[{0}]", "[{0}]") if truth else None


_BRACKET = Notation("{0} * [{1} > 0]", r"{0} \odot [{1} > 0]", PRODUCT, (PRODUCT, SUM))
_SAME = Notation("{0}", "{0}", -1)

NOTATIONS: dict[str, Notation | Callable[[Step], Notation | None]] = {
    "matmul": _infix("@", r"\,", MATRICES, MATRICES, POWER), "swap_last": _transposed, "transpose": _transposed,
    "pow": Notation("{0} ** {1}", "{{{0}}}^{{{1}}}", POWER, (ATOM, ATOM)),
    "square": Notation("{0} ** 2", "{{{0}}}^{{2}}", POWER, (ATOM,)),
    "sqrt": Notation("sqrt({0})", r"\sqrt{{{0}}}"),
    "squared_difference": Notation("({0} - {1}) ** 2", r"{{\left({0} - {1}\right)}}^{{2}}", POWER, (SUM, PRODUCT)),
    **{name: _function(name, f"\\{name}") for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    **{name: _function(name, f"\\{latex}") for name, latex in (
        ("asin", "arcsin"), ("acos", "arccos"), ("atan", "arctan"))},
    **{name: _function(name) for name in ("asinh", "acosh", "atanh", "erf", "erfc", "relu", "softplus", "sign",
                                          "elu", "selu", "gelu", "silu", "softsign", "expm1", "log1p", "digamma")},
    "sigmoid": _function("sigmoid", r"\sigma"),
    "sech_squared": _function("sech_squared"), "sigmoid_slope": _function("sigmoid_slope"),
    "abs": Notation("abs({0})", r"\left|{0}\right|"),
    "lgamma": _function("lgamma", r"\log\Gamma"),
    "maximum": _function("maximum", r"\max", 2), "minimum": _function("minimum", r"\min", 2),
    "relu_grad": _BRACKET, "where": Notation(
        "where({0}, {1}, {2})", r"\begin{{cases}} {1} & {0} \\ {2} & \text{{else}} \end{{cases}}"),
    **{name: _infix(text, latex, COMPARISON, SUM, SUM) for name, text, latex in (
        ("greater", ">", ">"), ("less", "<", "<"), ("greater_equal", ">=", r"\ge"), ("less_equal", "<=", r"\le"),
        ("equal", "==", "="), ("not_equal", "!=", r"\ne"))},
    **{f"reduce_{word}": _reduced(word) for word in ("sum", "mean", "max", "min", "prod", "logsumexp")},
    "sum_to": _collected, "reshape": _reshaped, "cast": _cast, "concat": _joined, "stack": _joined,
    "getitem": _taken, "put": _put, "gather": _gathered, "scatter": _scattered, "einsum": _einsum,
    "convolution": _convolved("⋆", "the kernel slides over the image: products, summed"),
    "convolution_input": _convolved("∗", "convolution with the kernel, turned by 180°"),
    "convolution_filter": _convolved("⊛", "the left, window by window, times the right, summed over the images"),
    "max_pool": _pooled("maxpool", "the largest entry of each window"),
    "avg_pool_grad": _pooled("unpool_mean", "each entry is shared evenly by its window"),
    "part": lambda step: Notation(f"{{0}}[{counted(step.params['index'])}]", (
        f"{{0}}[{counted(step.params['index'])}]"), ATOM, (ATOM,)),
    "avg_pool": _pooled("avgpool", "the mean of each window"),
    "unpool": _pooled("unpool", "each entry goes to where the largest of its window was", 2),
    "sigmoid_less": Notation("sigmoid({0}) - {1}", r"\sigma\left({0}\right) - {1}", SUM, (COMPARISON, PRODUCT)),
    "less_one": lambda step: Notation(f"{{0}} - one_hot({{1}}, {step.output.shape[-1]})",
                                      r"{0} - \mathbf{{1}}_{{{1}}}", SUM, (SUM, COMPARISON)),
    "inv": Notation("inv({0})", r"{0}^{{-1}}", ATOM, (ATOM,)), "det": _function("det", r"\det"),
    "solve": _function("solve", "", 2), "sparse_softmax_cross_entropy": Notation(
        "cross_entropy_of_class({0}, {1})", r"-\log\operatorname{{softmax}}\left({1}\right)[{0}]", ATOM,
        (COMPARISON, COMPARISON)),
    "sigmoid_cross_entropy": _function("sigmoid_cross_entropy", "", 2), "floor": Notation(
        "floor({0})", r"\left\lfloor {0} \right\rfloor"),
    "softmax": _over_rows("softmax"), "log_softmax": _over_rows("log_softmax"),
    "softmax_cross_entropy": Notation(
        "cross_entropy({0}, {1})",
        r"-\sum_{{\text{{classes}}}} {0} \odot \log\operatorname{{softmax}}\left({1}\right)", SUM, (ATOM, COMPARISON)),
    "read": _SAME, "identity": _SAME,
}

def notation(step: Step) -> Notation | None:
    """The row of a step, or None where there is none: then it is called by the name of its op."""
    row = NOTATIONS.get(step.op.name)
    if any(value.array.dtype.kind == "c" for value in (*step.inputs, step.output) if not isinstance(
            value.array, tuple)) and step.op.name in ("relu_grad", "abs"):
        return None
    return row(step) if callable(row) else row
