"""How an op is written in NumPy by somebody who writes it by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

from .helpers import HELPERS
from .program import Step


def writes(step: Step) -> bool:
    """Whether NumPy can put the result where it is told."""
    if step.params:
        return False
    if step.op.name in OUT:
        return step.output.array.dtype.char in "efd"
    if step.op.name in INTO:
        return all(value.array.dtype.kind == "f" for value in (step.output, *step.inputs))
    return bool(step.ufunc) or (
        step.op.name == "matmul" and all(len(value.shape) == 2 for value in step.inputs))


def _sum_to(step: Step, x: str) -> str | None:
    """The axes along which something was repeated, spelled out."""
    whole, shape = step.inputs[0].shape, tuple(step.params["shape"])
    added = len(whole) - len(shape)
    stretched = [added + i for i, length in enumerate(shape) if length == 1 != whole[added + i]]
    if not shape:
        return f"{x}.sum()"
    if not stretched:
        return f"{x}.sum({_axes(tuple(range(added)))})"
    total = f"{x}.sum({_axes((*range(added), *stretched))}, keepdims=True)"
    return total if not added else f"{total}.reshape({shape})"


def _axes(axes: tuple[int, ...]) -> str:
    return str(axes[0]) if len(axes) == 1 else str(axes)


def _sum(step: Step, x: str) -> str | None:
    if step.output.array.dtype.kind not in "fc":  # NumPy would sum integers in 64 bits
        return None
    axis, keepdims = step.params.get("axis"), step.params.get("keepdims", False)
    settings = [*([] if axis is None else [f"axis={axis}"]), *(["keepdims=True"] if keepdims else [])]
    return f"{x}.sum({', '.join(settings)})"


def _mean(step: Step, x: str) -> str | None:
    count, total = math.prod(step.inputs[0].shape) // max(1, math.prod(step.output.shape)), _sum(step, x)
    return total and f"{total} / {count}"


def _real(text: str) -> Callable[[Step, str], str | None]:
    """A template for real numbers; complex ones take more care."""
    return lambda step, x: None if step.inputs[0].array.dtype.kind == "c" else text.format(x)


def _quotient(step: Step, x: str, y: str) -> str | None:
    """Of short integers the row makes float32, where NumPy has other ideas."""
    return None if step.inputs[0].array.dtype.kind in "iu" else f"{x} / {y}"


def _power(step: Step, x: str, y: str) -> str | None:
    """With single numbers ** goes another way than np.power, which shows in the last bit and at infinity."""
    return f"{x} ** {y}" if step.output.shape else None


def _joined(function: str) -> Callable[..., str]:
    return lambda step, *xs: f"{function}(({', '.join(xs)}{',' if len(xs) == 1 else ''}), axis={step.params['axis']})"


def _extreme(name: str, sign: str) -> Callable[[Step, str], str | None]:
    def template(step: Step, x: str) -> str | None:
        if step.output.array.dtype.kind != "f":
            return None
        axis, keepdims = step.params.get("axis"), step.params.get("keepdims", False)
        settings = [*([] if axis is None else [f"axis={axis}"]), *(["keepdims=True"] if keepdims else []),
                    *([] if step.inputs[0].array.size else [f"initial={sign}np.inf"])]
        return f"{x}.{name}({', '.join(settings)})"

    return template


def _matmul(step: Step, a: str, b: str) -> str:
    """A batch times one matrix is one product of all rows."""
    left, right = (value.shape for value in step.inputs)
    if dots(step):
        return f"{a}.dot({b})"
    if not len(left) > 2 == len(right):
        return f"{a} @ {b}"
    return f"({a}.reshape({(math.prod(left[:-1]), left[-1])}) @ {b}).reshape({step.output.shape})"


def dots(step: Step) -> bool:
    """Whether dot is the quicker way: for small matrices, where @ needs 0.5 us more before it begins, and
    for a column times a row, where it needs several times as long.

    Not for a matrix of one number: dot leaves out what is multiplied by 0, also where that is inf or nan.
    """
    left, right = (value.shape for value in step.inputs)
    if step.output.array.dtype.char not in "fd" or not len(left) == len(right) == 2 or (1, 1) in (left, right):
        return False
    return math.prod(left) * right[1] <= 1 << 18 or left[1] == 1


def _column_sums(step: Step, ones: str, x: str) -> str:
    return f"{ones}.dot({x})" if len(step.inputs[1].shape) == 2 else f"np.matmul({ones}, {x})"


def _swap_last(step: Step, x: str) -> str:
    return f"{x}.T" if len(step.output.shape) == 2 else f"{x}.swapaxes(-1, -2)"


# How tightly a text holds together: a name or call, a product, a sum, a comparison.
ATOM, PRODUCT, SUM, COMPARISON = 3, 2, 1, 0
LEVELS = {**dict.fromkeys(("add", "subtract"), SUM), **dict.fromkeys(
    ("multiply", "divide", "matmul", "negative", "pow", "sigmoid", "rsqrt", "reciprocal", "reduce_mean"), PRODUCT),
    **dict.fromkeys(("greater", "greater_equal", "less", "less_equal"), COMPARISON)}  # all others make names and calls
# How tightly the inputs must hold together; where nothing is said, as a name does.
NEEDS = {"add": (SUM, PRODUCT), "subtract": (SUM, PRODUCT), **dict.fromkeys(
    ("multiply", "divide"), (PRODUCT, ATOM)), **dict.fromkeys(
    ("greater", "greater_equal", "less", "less_equal"), (SUM, SUM)), **dict.fromkeys(
    ("where", "maximum", "minimum", "relu", "relu_grad", "exp", "log", "square", "sqrt", "tanh", "sin", "cos",
     "column_sums"),
    (COMPARISON,) * 3)}


def level(step: Step) -> int:
    """How tightly its text holds together."""
    return ATOM if step.op.name == "matmul" and dots(step) else LEVELS.get(step.op.name, ATOM)


def needs(step: Step) -> tuple[int, ...]:
    """How tightly the texts of its inputs must."""
    if step.op.name in HELPERS:  # a call
        return (COMPARISON,) * len(step.inputs)
    return (ATOM, COMPARISON) if step.op.name == "matmul" and dots(step) else NEEDS.get(step.op.name, ())


WEAK = {"add", "subtract", "multiply", "divide", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum"}
VIEWS = {"swap_last", "transpose", "reshape"}  # they cost nothing: written where they are used


# {0} and so on are the inputs, the other fields the parameters. A row whose forward function is one of NumPy's own
# needs no template; any other that has none is called by its name.
TEMPLATES: dict[str, str | Callable[..., str | None]] = {
    "add": "{0} + {1}", "subtract": "{0} - {1}", "multiply": "{0} * {1}", "divide": _quotient, "negative": "-{0}",
    "matmul": _matmul, "pow": _power, "read": "{0}", "identity": "{0}",
    "greater": "{0} > {1}", "greater_equal": "{0} >= {1}", "less": "{0} < {1}", "less_equal": "{0} <= {1}",
    "reshape": "{0}.reshape({shape})", "transpose": "{0}.transpose({perm})", "swap_last": _swap_last,
    "cast": "{0}.astype({dtype})", "broadcast_to": "np.broadcast_to({0}, {shape})", "where": "np.where({0}, {1}, {2})",
    "relu": "np.maximum({0}, 0)", "part": "{0}[{index}]",
    "zeros_like": "np.zeros_like({0})", "ones_like": "np.ones_like({0})", "getitem": "{0}[{index}]", "sum_to": _sum_to,
    "reduce_sum": _sum, "reduce_mean": _mean, "reduce_max": _extreme("max", "-"),
    "reduce_min": _extreme("min", ""), "sigmoid": _real("1 / (1 + np.exp(-{}))"),
    "sech_squared": _real("np.square(1 / np.cosh({}))"), "rsqrt": "1.0 / np.sqrt({0})", "reciprocal": "1.0 / {0}",
    "clip_by_value": "np.maximum(np.minimum({0}, {2}), {1})", "concat": _joined("np.concatenate"),
    "stack": _joined("np.stack"), "pad": "np.pad({0}, {paddings}, constant_values={value})",
    "column_sums": _column_sums,
}
# Rows that are not one of NumPy's functions, for real numbers and into given memory.
INTO = {
    "divide": "np.divide({0}, {1}, out={into})", "relu": "np.maximum({0}, 0, out={into})",
    "sech_squared": "np.square(np.divide(1, np.cosh({0}, out={into}), out={into}), out={into})",
    "sigmoid": "np.divide(1, np.add(1, np.exp(np.negative({0}, out={into}), out={into}), out={into}), out={into})",
}
OUT = {"relu_grad"}  # rows that take `out=` themselves, in half, single and double precision
# Where all is single numbers; the last field is 0 in the dtype of the result. NumPy's functions take ten times as long.
NUMBERS = {"relu": "({0} if not {0} <= 0 else {1})", "relu_grad": "({0} if {1} > 0 else {2})"}
SAFE = {*TEMPLATES, *NEEDS} - {"pow", "part"}  # what cannot fail, whatever the numbers are
