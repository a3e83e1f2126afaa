"""The page of all ops, docs/ops.md: made from the rows and the declarations, so that it needs no long run."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import reduce
from types import ModuleType
from typing import Any

import tapes
from tapes import ops
from tapes.op import Op, registry

from .declared import DIFFERENCES
from .oracles import LIBRARY, ORACLES
from .samples import BOOKKEEPING, COMPLEX
from .spelling import MISSING

HEAD = """# The ops

Every op is one row of a file in [tapes/ops](../tapes/ops), a file for each family.
`python -m comparisons ops NAME` holds a row against {oracles}.
Each is asked wherever it has an answer; SymPy needs a formula. {missing}

- **row**: its name in tables, in errors, and in `tape.show`.
- **call it as**: the public function, under TensorFlow's name. Some rows are not called by users: they stand behind
  another function, or are the adjoint of an op, which is an op too, so that it can be differentiated again.
- **what**: its formula, as SymPy writes it, or a sentence.
- **takes**: b booleans, i and u integers, f floating and c complex numbers; *c* where the derivative is checked on
  complex numbers too.
- **derivative**: by which of its inputs, counted from 1; "linear": the result is linear in them, and so the derivative
  is the op itself; "None": the gradient is None, as for a comparison.
- **differs from**: the libraries that give something else at a special point (0, a tie, the bound of a domain, inf,
  nan), on purpose or by mistake: [comparisons/ops/declared.py](../comparisons/ops/declared.py) says what, and why.

This page is made by `python -m tests.readme ops.md`.
"""
TABLE = """
| row | call it as | what | takes | derivative | differs from |
| --- | --- | --- | --- | --- | --- |
"""
WORDS = {"round": "the nearest integer, a half to the even one"}  # where the formula, for derivatives, says less

# Rows that users reach through another function or through Python, and how.
BEHIND = {
    "broadcast_to": "tapes.broadcast_to", "getitem": "x[i]", "read": "a Variable", "watch": "tape.watch",
    "matmul": "tapes.matmul", "put": "the adjoint of x[i]", "scatter": "the adjoint of gather",
    "recurrence": "the adjoint of tapes.math.cumprod", "argwhere": "tapes.where", "roll": "tapes.roll",
    "unique_places": "tapes.unique", "weighted_bincount": "tapes.math.bincount",
    "relu_grad": "the adjoint of relu", "relu6_grad": "the adjoint of relu6",
    "avg_pool_grad": "the adjoint of avg_pool", "max_pool_places": "the adjoint of max_pool",
    "convolution_input": "tapes.nn.conv2d_transpose", "convolution_filter": "the adjoint of conv2d",
    "leaky_relu_grad": "the adjoint of leaky_relu", "sum_to": "the adjoint of broadcasting",
    "part": "one result of an op with several", "bundle": "the inputs of a custom gradient",
    "sech_squared": "the adjoint of tanh", "sigmoid_slope": "the adjoint of sigmoid",
    "less_square": "the adjoint of tapes.asin", "tail_correction": "the adjoint of tapes.math.erfinv",
    "gaussian": "the adjoint of tapes.math.erf", "normal_cdf": "tapes.nn.gelu", "hypot": "the adjoint of tapes.atan2",
    "picked": "a term of the next", "less_one": "the adjoint of the next",
    "swap_last": "tapes.linalg.matrix_transpose",
    "sigmoid_cross_entropy": "tapes.nn.sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy": "tapes.nn.softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy": "tapes.nn.sparse_softmax_cross_entropy_with_logits",
}


def page() -> str:
    """All rows, one line each, family by family."""
    *most, last = ORACLES
    text = HEAD.replace("{oracles}", f"{', '.join(most)} and {last}").replace("{missing}", " ".join(_missing()))
    rows = [op for op in registry.values() if op.name not in BOOKKEEPING]
    for file, module in _families():
        source = inspect.getsource(module)
        here = [op for op in rows if re.search(rf'\(\s*"{op.name}"', source)]
        if here:
            rows = [op for op in rows if op not in here]
            sentence = re.sub(r"\s+", " ", (inspect.getdoc(module) or "").partition("\n\n")[0])
            text += f"\n## [{file}](../tapes/{file})\n\n{sentence}\n{TABLE}" + "".join(map(_line, here))
    if rows:
        raise LookupError(f"in which file are the rows of {rows}?")
    return text


def called_as(name: str) -> str:
    """How a user calls the op, or what it stands behind; "" where neither is known."""
    for path in ("tapes", "tapes.math", "tapes.nn", "tapes.linalg", "tapes.bitwise"):
        if name not in BEHIND and name in _at(path).__all__:
            return f"{path}.{name}"
    return BEHIND.get(name, "")


def _at(path: str) -> Any:
    """What a dotted name of tapes stands for."""
    return reduce(getattr, path.split(".")[1:], tapes)


def _families() -> Iterator[tuple[str, ModuleType]]:
    for info in pkgutil.iter_modules(ops.__path__):
        yield f"ops/{info.name}.py", importlib.import_module(f"tapes.ops.{info.name}")
    yield "rules.py", importlib.import_module("tapes.rules")


def _missing() -> Iterator[str]:
    for library, names in MISSING.items():
        for name, reason in names.items():
            yield f"{next(title for title in LIBRARY if LIBRARY[title] == library)} is not asked for {name}: {reason}."


def _line(op: Op) -> str:
    differs = dict.fromkeys(library for each in DIFFERENCES if op.name in each.ops.split()
                            for library in each.libraries.split())
    kinds = op.kinds.replace("c", "*c*") if op.name in COMPLEX else op.kinds
    cells = [op.name, _call(op), _what(op), kinds, _derivative(op), ", ".join(differs)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _call(op: Op) -> str:
    how = called_as(op.name)
    if not how.startswith("tapes."):
        return how
    return f"`{how}`" if how.endswith(f".{op.name}") else f"behind `{how}`"


def _what(op: Op) -> str:
    if op.name in WORDS:
        return WORDS[op.name]
    if op.formula:
        return f"`{op.formula}`"
    how = called_as(op.name)
    words = inspect.getdoc(_at(how)) if how.startswith("tapes.") else op.__doc__
    return (words or "").partition("\n\n")[0].replace("\n", " ").rstrip(".:")


def _derivative(op: Op) -> str:
    arity = len(op.smooth) or max((len(inputs) for inputs, _ in op.examples), default=1)
    rules = [rule is not None for _, rule in zip(range(arity), op.rules)]
    if not any(rules):
        return "None"
    by = "" if all(rules) else " by input " + ", ".join(str(place + 1) for place, has in enumerate(rules) if has)
    return ("linear" if op.linear else "yes") + by
