"""Pictures of the times: a bar for each workload and contender, and curves of growth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..libraries import require
from . import judge
from .contenders import CONTENDERS, FUNCTION, HAND
from .rounds import Cell
from .worker import TIMED


def plot(cells: Sequence[Cell], growth: dict[str, dict[int, list[Cell]]], path: Path) -> None:
    """Write a picture, PNG or SVG or what else the name ends in."""
    require("matplotlib")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = 2 if growth else 1
    figure = pyplot.figure(figsize=(14, 6 * rows), layout="constrained")
    parts: Any = figure.subfigures(rows, 1) if rows > 1 else [figure]
    _bars(parts[0].subplots(), cells)
    if growth:
        axes = parts[1].subplots(1, len(growth), squeeze=False)[0]
        for ax, (name, sizes) in zip(axes, growth.items(), strict=True):
            _curves(ax, name, sizes)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def _bars(ax: Any, cells: Sequence[Cell]) -> None:
    workloads = judge.names(cells)
    shown = [name for name in CONTENDERS if name != HAND and any(c.contender == name and c.ratio for c in cells)]
    width = 0.85 / max(1, len(shown))
    for i, name in enumerate(shown):
        heights = [(j, cell.ratio) for j, workload in enumerate(workloads)
                   if (cell := judge.of_workload(cells, workload).get(name)) and cell.ratio is not None]
        ax.bar([j + (i - len(shown) / 2 + 0.5) * width for j, _ in heights], [ratio for _, ratio in heights], width,
               label=CONTENDERS[name].title, color=_colour(name))
    ax.axhline(1, color="black", linewidth=1)
    ax.set_yscale("log")
    ax.set_xticks(range(len(workloads)), workloads, rotation=20)
    ax.set_ylabel("time over that of NumPy by hand")
    ax.set_title("Value and all gradients: below the line is faster than NumPy by hand")
    ax.legend(ncols=4, fontsize="small")


def _colour(name: str) -> str | tuple[float, ...]:
    """The same in every picture."""
    from matplotlib import colormaps

    colour: tuple[float, ...] = colormaps["tab20"]([*CONTENDERS].index(name))
    return "black" if name == FUNCTION else colour


def _curves(ax: Any, name: str, sizes: dict[int, list[Cell]]) -> None:
    for contender in CONTENDERS:
        points = [(size, cell.median) for size, cells in sizes.items() for cell in cells
                  if cell.contender == contender and cell.status == TIMED]
        if points:
            ax.plot([size for size, _ in points], [seconds for _, seconds in points], marker="o",
                    color=_colour(contender), label=CONTENDERS[contender].title)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(name)
    ax.set_ylabel("seconds")
    ax.legend(fontsize="small")
