"""A model as a table: each layer, the shape of what it gives, and how many weights it has."""

from __future__ import annotations

from typing import Any

import numpy as np

HEADINGS = ("Layer (type)", "Output Shape", "Param #")


def summary(model: Any, line_length: int | None = None) -> str:
    """The table as text, as Keras prints it."""
    layers = model.layers
    rows = [(f"{layer.name} ({type(layer).__name__})", _shape(layer), _count(layer)) for layer in layers]
    widths = [max(len(row[i]) for row in (HEADINGS, *rows)) + 2 for i in range(3)]
    if line_length is not None:
        widths[0] = max(widths[0], line_length - sum(widths[1:]) - 4)

    def line(left: str, fill: str, middle: str, right: str) -> str:
        return left + middle.join(fill * width for width in widths) + right

    def cells(row: tuple[str, ...], edge: str) -> str:
        texts = (row[0].ljust(widths[0] - 2), row[1].ljust(widths[1] - 2), row[2].rjust(widths[2] - 2))
        return edge + edge.join(f" {text} " for text in texts) + edge

    body = [cells(row, "│") for row in rows]
    separator = line("├", "─", "┼", "┤")
    table = [line("┏", "━", "┳", "┓"), cells(HEADINGS, "┃"), line("┡", "━", "╇", "┩"),
             *[text for row in body for text in (row, separator)][:-1], line("└", "─", "┴", "┘")]
    trained = model.trainable_weights
    frozen = model.non_trainable_weights
    return "\n".join([f'Model: "{model.name}"', *table, f" Total params: {_size([*trained, *frozen])}",
                      f" Trainable params: {_size(trained)}", f" Non-trainable params: {_size(frozen)}"])


def _shape(layer: Any) -> str:
    return ", ".join(str((None, *shape[1:])) for shape in layer._state.output_shapes) or "?"


def _count(layer: Any) -> str:
    if not layer.built:
        return "0 (unbuilt)"
    return f"{layer.count_params():,}"


def _size(weights: list[Any]) -> str:
    count = sum(int(np.prod(v.shape)) for v in weights)
    size = float(sum(int(np.prod(v.shape)) * v.dtype.size for v in weights))
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{count:,} ({size:.2f} {unit})"
