"""What a program calls its values, read from the lines that made them: `h = tf.tanh(z)` makes h."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable

from ..arguments import Line
from ..chain_rule import Step
from ..tape import watched
from ..variable import read

_OPERATORS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide", ast.MatMult: "matmul",
              ast.Pow: "pow", ast.USub: "negative"}


def names_by_line(made: Iterable[tuple[Step, Line | None]]) -> dict[int, str]:
    """Of each step that did the last thing on a line that assigns it to a name, the name, by its key.

    In a loop a line is done many times, and each time it makes one; but where the same op stands in it twice, or where
    one call is several steps, only the last of all is known.
    """
    found = {}
    steps = [(step, line) for step, line in made if step.op not in (watched, read)]
    for (step, line), (_, after) in zip(steps, [*steps[1:], (None, None)], strict=True):
        name, alone = _assigned(step, line) if line else ("", False)
        if name and line and (alone or after is None or after[:2] != line[:2]):
            found[step.key] = name
    return found


def _assigned(step: Step, line: Line) -> tuple[str, bool]:
    """The name that a line gives to what it computed, if the outermost thing that it computes is what this step did.

    And whether no other step of the line can have done the same.
    """
    try:
        body = ast.parse(linecache.getline(line.file, line.number).strip()).body
    except SyntaxError:  # a part of a longer statement
        return "", False
    if len(body) != 1 or not isinstance(body[0], ast.Assign | ast.AnnAssign) or body[0].value is None:
        return "", False
    targets = body[0].targets if isinstance(body[0], ast.Assign) else [body[0].target]
    outermost = _outermost(body[0].value)
    if len(targets) != 1 or not isinstance(targets[0], ast.Name) or outermost not in (step.op.name, line.called):
        return "", False
    once = sum(_outermost(part) == outermost for part in ast.walk(body[0].value)) == 1
    return targets[0].id, once and outermost == step.op.name


def _outermost(value: ast.AST) -> str:
    if isinstance(value, ast.BinOp | ast.UnaryOp):
        return _OPERATORS.get(type(value.op), "?")
    if isinstance(value, ast.Call):
        function = value.func
        return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "?")
    return "?"
