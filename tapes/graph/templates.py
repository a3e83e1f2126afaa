"""How an op is written in NumPy by somebody who writes it by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

from .program import Step


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


def _swap_last(step: Step, x: str) -> str:
    return f"{x}.T" if len(step.output.shape) == 2 else f"{x}.swapaxes(-1, -2)"


# How tightly a text holds together: a name or call, a product, a sum, a comparison.
ATOM, PRODUCT, SUM, COMPARISON = 3, 2, 1, 0
LEVELS = {"add": SUM, "subtract": SUM, "multiply": PRODUCT, "divide": PRODUCT, "matmul": PRODUCT, "negative": PRODUCT,
          "pow": PRODUCT, "reduce_mean": PRODUCT, "greater": COMPARISON, "greater_equal": COMPARISON,
          "less": COMPARISON, "less_equal": COMPARISON}  # of what a template makes; all others are calls
# How tightly the inputs must hold together; where nothing is said, as a name does.
NEEDS = {"add": (SUM, PRODUCT), "subtract": (SUM, PRODUCT), **dict.fromkeys(
    ("multiply", "divide", "matmul"), (PRODUCT, ATOM)), **dict.fromkeys(
    ("greater", "greater_equal", "less", "less_equal"), (SUM, SUM)), **dict.fromkeys(
    ("where", "maximum", "minimum", "relu", "relu_grad", "exp", "log", "square", "sqrt", "tanh", "sin", "cos"),
    (COMPARISON,) * 3)}
WEAK = {"add", "subtract", "multiply", "divide", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum"}
VIEWS = {"swap_last", "transpose", "reshape"}  # they cost nothing: written where they are used


# {0} and so on are the inputs, the other fields the parameters. A row whose forward function is one of NumPy's own
# needs no template; any other that has none is called by its name.
TEMPLATES: dict[str, str | Callable[..., str | None]] = {
    "add": "{0} + {1}", "subtract": "{0} - {1}", "multiply": "{0} * {1}", "divide": "{0} / {1}", "negative": "-{0}",
    "matmul": "{0} @ {1}", "pow": "{0} ** {1}", "read": "{0}", "identity": "{0}",
    "greater": "{0} > {1}", "greater_equal": "{0} >= {1}", "less": "{0} < {1}", "less_equal": "{0} <= {1}",
    "reshape": "{0}.reshape({shape})", "transpose": "{0}.transpose({perm})", "swap_last": _swap_last,
    "cast": "{0}.astype({dtype})", "broadcast_to": "np.broadcast_to({0}, {shape})", "where": "np.where({0}, {1}, {2})",
    "relu": "np.maximum({0}, 0)", "relu_grad": "np.where({1} > 0, {0}, 0)", "part": "{0}[{index}]",
    "zeros_like": "np.zeros_like({0})", "ones_like": "np.ones_like({0})", "getitem": "{0}[{index}]", "sum_to": _sum_to,
    "reduce_sum": _sum, "reduce_mean": _mean,
}
SAFE = {*TEMPLATES, *NEEDS} - {"pow", "part"}  # what cannot fail, whatever the numbers are
