"""A picture of the times: a row for each workload and a mark for each contender; below, curves of growth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..libraries import require
from . import judge
from .contenders import CONTENDERS, EAGER, FUNCTION, HAND, SETTLED
from .entries import columns, grown_columns, why_not
from .rounds import Cell
from .scaling import Growth
from .worker import TIMED

# The mark and colour of each library, empty where it is eager; the colours are of those that the colour-blind tell
# apart (Okabe and Ito 2008), and the marks differ too.
LOOKS = {HAND: ("|", "#777777"), SETTLED: ("|", "#BBBBBB"), EAGER: ("o", "#000000"), FUNCTION: ("o", "#000000"),
         "tf": ("^", "#E69F00"), "tf.function": ("^", "#E69F00"), "xla": ("v", "#E69F00"), "jax": ("s", "#0072B2"),
         "jax.jit": ("s", "#0072B2"), "torch": ("D", "#D55E00"), "autograd": ("p", "#009E73"),
         "mygrad": ("X", "#CC79A7"), "micrograd": ("P", "#56B4E9")}
MARGINS = {"slow": 1.03, "n/a": 1.08}  # where marks stand that have no number, in widths of the axes
VISIBLE = 0.03  # a spread below it is narrower than the mark


def plot(cells: Sequence[Cell], growth: Growth, path: Path) -> None:
    """Write a picture, PNG or SVG or what else the name ends in."""
    require("matplotlib")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    workloads = judge.names(cells)
    heights = [1.6 + 0.5 * len(workloads), *([4.4] if growth else [])]
    figure = pyplot.figure(figsize=(11, sum(heights)), layout="constrained")
    parts: Any = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _dots(parts[0], cells, workloads)
    if growth:
        parts[1].suptitle("Growth: time of value and all gradients", fontweight="bold")
        for ax, (name, sizes) in zip(parts[1].subplots(1, len(growth), squeeze=False)[0], growth.items(), strict=True):
            _curves(ax, name, sizes)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def _look(name: str) -> dict[str, Any]:
    mark, colour = LOOKS[name]
    return {"marker": mark, "color": colour, "markerfacecolor": "white" if CONTENDERS[name].eager else colour,
            "label": CONTENDERS[name].title}


def _dots(part: Any, cells: Sequence[Cell], workloads: Sequence[str]) -> None:
    """Each contender has its own height within a row, so that none hides another."""
    ax, shown = part.subplots(), [name for name in columns(cells) if name != HAND]
    part.suptitle("Value and all gradients, over the time of NumPy by hand: left of the line is faster",
                  fontweight="bold")
    ax.axvline(1, color=LOOKS[HAND][1], linewidth=1.5)
    for i, workload in enumerate(workloads):
        if i % 2:
            ax.axhspan(i - 0.5, i + 0.5, color="#F2F2F2", linewidth=0)
        row = judge.of_workload(cells, workload)
        for j, name in enumerate(shown):
            if name in row:
                _mark(ax, row[name], i + 0.8 * ((j + 0.5) / len(shown) - 0.5))
    for word, place in MARGINS.items():
        ax.text(place, 1.005, word, transform=ax.transAxes, ha="center", va="bottom", fontsize="small")
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:,g}")
    ax.grid(axis="x", color="#DDDDDD", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.set_yticks(range(len(workloads)), workloads)
    ax.set_ylim(len(workloads) - 0.5, -0.5)
    ax.set_xlabel("times NumPy by hand (median of the rounds; a line through a mark: its quartiles)")
    handles = [ax.plot([], [], linestyle="", markersize=9 if name == HAND else 6, **_look(name))[0]
               for name in [HAND, *shown]]
    part.legend(handles=handles, loc="outside lower center", ncols=4, fontsize="small", frameon=False)


def _mark(ax: Any, cell: Cell, height: float) -> None:
    if cell.ratio is not None:
        if cell.spread > VISIBLE:
            ax.plot(np.quantile(cell.ratios, [0.25, 0.75]), [height] * 2, color=LOOKS[cell.contender][1], linewidth=1.2)
        ax.plot(cell.ratio, height, markersize=5.5, **_look(cell.contender))
    elif why_not(cell) in MARGINS:
        ax.plot(MARGINS[why_not(cell)], height, transform=ax.get_yaxis_transform(), clip_on=False, markersize=4,
                **_look(cell.contender))
    elif cell.status != TIMED:
        ax.text(1.01, height, f"{CONTENDERS[cell.contender].title}: {why_not(cell)}", fontsize=6, va="center",
                transform=ax.get_yaxis_transform())


def _curves(ax: Any, name: str, sizes: dict[int, dict[str, Cell]]) -> None:
    """Seconds over sizes; and in words who gave no answer, and from where on."""
    absent = []
    for contender in grown_columns(sizes):
        timed = [(size, row[contender]) for size, row in sizes.items() if row[contender].status == TIMED]
        missing = [size for size, row in sizes.items() if row[contender].status not in (TIMED, "missing")]
        if timed:
            ax.plot([size for size, _ in timed], [cell.median for _, cell in timed], markersize=4.5, linewidth=1.2,
                    linestyle="--" if contender == HAND else "-", **_look(contender))
        if missing:
            absent.append(f"{why_not(sizes[missing[0]][contender])} from {missing[0]:,}: "
                          f"{CONTENDERS[contender].title}")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.xaxis.set_major_formatter(lambda size, _: f"{size:,.0f}")
    ax.yaxis.set_major_formatter(lambda seconds, _: judge.duration(seconds * (1 + 1e-9)))  # 0.001 is 1 ms, not 1,000 µs
    ax.tick_params(labelsize="small")
    ax.tick_params(axis="x", rotation=25)
    ax.set_title(f"with {name}")
    ax.set_xlabel("\n".join([name, *absent]))
    ax.grid(color="#DDDDDD", linewidth=0.6)
