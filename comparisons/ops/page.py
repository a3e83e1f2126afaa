"""The page of all ops, docs/ops.md: made from the rows and the declarations, so that it needs no long run."""

from __future__ import annotations

from tapes.op import Op, registry

from .declared import DIFFERENCES
from .oracles import ORACLES
from .samples import BOOKKEEPING, COMPLEX
from .spelling import MISSING, TENSORFLOW

HEAD = """# The ops

Made by `python -m tests.readme` from the rows and the declarations; `python -m comparisons ops` measures them all.

takes: b bool, i and u integers, f floating, c complex numbers. derivative: by which of its inputs; "linear" when the op
is its own derivative. {oracles} check every row, except where a column says otherwise; SymPy only those with a formula;
complex: it is checked on complex numbers too.

| op | formula | takes | derivative | in TensorFlow | complex | not asked | differs at special points from |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def page() -> str:
    """All rows, one line each."""
    head = HEAD.replace("{oracles}", ", ".join(ORACLES))
    return head + "".join(_line(op) for op in registry.values() if op.name not in BOOKKEEPING)


def _line(op: Op) -> str:
    formula = f"`{op.formula}`" if op.formula else ""
    spelled = "written with others" if op.name in TENSORFLOW else op.name
    if op.name in MISSING["tensorflow"]:
        spelled = "none"
    missing = [library for library in MISSING if op.name in MISSING[library]]
    differs = dict.fromkeys(library for each in DIFFERENCES if op.name in each.ops.split()
                            for library in each.libraries.split())
    cells = [op.name, formula, op.kinds, _derivative(op), spelled, "yes" if op.name in COMPLEX else "",
             ", ".join(missing), ", ".join(differs)]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _derivative(op: Op) -> str:
    arity = len(op.smooth) or max((len(inputs) for inputs, _ in op.examples), default=1)
    rules = [rule is not None for _, rule in zip(range(arity), op.rules)]
    if not any(rules):
        return "None"
    by = "" if all(rules) else " by input " + ", ".join(str(place + 1) for place, has in enumerate(rules) if has)
    return ("linear" if op.linear else "yes") + by
