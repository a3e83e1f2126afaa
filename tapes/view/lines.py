"""What a program calls its values, read from the lines that made them: `h = tf.tanh(z)` makes h."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable

from ..arguments import Line
from ..chain_rule import Step

_OPERATORS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.MatMult: "matmul",
              ast.Pow: "pow", ast.USub: "negative"}


def names_by_line(made: Iterable[tuple[Step, Line | None]]) -> dict[int, str]:
    """Of each step that did the last thing on a line that assigns it to a name, the name, by its key."""
    found = {}
    for step, line in made:
        if line and (name := _assigned(step, line)):
            found[step.key] = name
    return found


def _assigned(step: Step, line: Line) -> str:
    """The name that a line gives to what it computed, if the outermost thing that it computes is what this step did."""
    try:
        body = ast.parse(linecache.getline(line.file, line.number).strip()).body
    except SyntaxError:  # a part of a longer statement
        return ""
    if len(body) != 1 or not isinstance(body[0], ast.Assign | ast.AnnAssign):
        return ""
    targets = body[0].targets if isinstance(body[0], ast.Assign) else [body[0].target]
    if len(targets) != 1 or not isinstance(targets[0], ast.Name):
        return ""
    return targets[0].id if _outermost(body[0].value) in (step.op.name, line.called) else ""


def _outermost(value: ast.expr | None) -> str:
    if isinstance(value, ast.BinOp):
        return _OPERATORS.get(type(value.op), "?")
    if isinstance(value, ast.UnaryOp):
        return _OPERATORS.get(type(value.op), "?")
    if isinstance(value, ast.Call):
        function = value.func
        return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "?")
    return "?"
