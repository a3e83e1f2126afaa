"""A model as a table: each layer, the shape of what it gives, and how many weights it has."""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np

from .. import nest
from .graph import connections, is_a_line

HEADINGS = ("Layer (type)", "Output Shape", "Param #", "Connected to")
LINE, GRAPH = (88, (0.45, 0.80, 1.0)), (108, (0.3, 0.56, 0.74, 1.0))  # Keras' widths, and where its columns end


def summary(model: Any, line_length: int | None = None, positions: Any = None) -> str:
    """The table as text, as Keras prints it."""
    graph = getattr(model, "_graph", None) if not hasattr(model, "add") else None
    wide = None if graph is None or is_a_line(graph) else graph
    usual, ends = GRAPH if wide else LINE
    widths = _widths(line_length or min(usual, shutil.get_terminal_size().columns - 4), positions or ends)
    rows = [(f"{layer.name} ({getattr(layer, 'kind', type(layer).__name__)})", _shape(layer), _count(layer),
             *([connections(wide, layer)] if wide else [])) for layer in (graph.operations if graph else model.layers)]

    def line(left: str, fill: str, middle: str, right: str) -> str:
        return left + middle.join(fill * width for width in widths) + right

    def cells(row: tuple[str, ...], edge: str) -> list[str]:
        parts = [_wrapped(text, width - 2) for text, width in zip(row, widths)]
        lines = []
        for i in range(max(map(len, parts))):
            texts = [part[i] if i < len(part) else "" for part in parts]
            lines.append(edge + edge.join(
                f" {text.rjust(width - 2) if column == 2 else text.ljust(width - 2)} "
                for column, (text, width) in enumerate(zip(texts, widths))) + edge)
        return lines

    separator = line("├", "─", "┼", "┤")
    body = [text for row in rows for text in (*cells(row, "│"), separator)][:-1]
    table = [line("┏", "━", "┳", "┓"), *cells(HEADINGS[:len(widths)], "┃"), line("┡", "━", "╇", "┩"), *body,
             line("└", "─", "┴", "┘")]
    trained, frozen = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(getattr(model, "_compiled", None), "optimizer", None)
    kept = optimizer.variables if optimizer is not None and optimizer.built else []
    return "\n".join([f'Model: "{model.name}"', *table, f" Total params: {_size([*trained, *frozen, *kept])}",
                      f" Trainable params: {_size(trained)}", f" Non-trainable params: {_size(frozen)}",
                      *([f" Optimizer params: {_size(kept)}"] if kept else [])])


def _widths(length: int, ends: Any) -> list[int]:
    """Between the edges, blanks at both sides included."""
    places = [int(end * length) if end <= 1 else int(end) for end in ends]
    widths = [after - before + 2 for before, after in zip([0, *places], places)]
    rest = sum(widths) + len(widths) + 1 - length
    for i in range(len(widths)):  # what is too much is taken from all columns alike
        taken = round(rest / (len(widths) - i))
        widths[i], rest = widths[i] - taken, rest - taken
    if min(widths) < 4:
        raise ValueError("Insufficient console width to print summary.")
    return widths


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines; a word that is too long ends in an ellipsis."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and len(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return [line if len(line) <= width else line[:width - 1] + "…" for line in lines]


def _shape(layer: Any) -> str:
    if layer._state.nodes:
        shapes = [nest.map_structure(lambda x: x.shape, node.outputs) for node in layer._state.nodes][-1:]
    else:
        shapes = [(None, *shape[1:]) for shape in layer._state.output_shapes]
    return ", ".join(str(shape) for shape in shapes) or "?"


def _count(layer: Any) -> str:
    if not layer.built:
        return "0 (unbuilt)" if layer._makes_weights else "0"
    return f"{layer.count_params():,}"


def _size(weights: list[Any]) -> str:
    count = sum(int(np.prod(v.shape)) for v in weights)
    size = float(sum(int(np.prod(v.shape)) * v.dtype.size for v in weights))
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{count:,} ({size:.2f} {unit})"
