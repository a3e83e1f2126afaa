"""The loss curves laid over each other, and how far the weights part in single precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .backends import TRAINERS
from .judge import Result

# Line, width and colour; the colours are of those that the colour-blind tell apart (Okabe and Ito 2008).
STYLES = {"tapes": ("-", 5, "#56B4E9"), "tensorflow": ("-", 2, "#000000"), "jax": ("--", 1.5, "#D55E00"),
          "optax": (":", 2.5, "#009E73"), "torch": ("-.", 1.5, "#CC79A7")}


def plot(results: list[Result], path: Path) -> None:
    """Write a picture, PNG or SVG or what else the name ends in: a column for each course."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    courses = list(dict.fromkeys(result.course for result in results))
    figure, axes = pyplot.subplots(2, len(courses), figsize=(1 + 4 * len(courses), 7), layout="constrained",
                                   squeeze=False)
    for column, course in enumerate(courses):
        above, below = axes[:, column]
        for result in [each for each in results if each.course == course and each.losses]:
            _curves(result, above, below)
        above.set_title(course)
        above.set_ylabel("loss" if not column else "")
        below.set_ylabel("difference of the weights from tapes, float32" if not column else "")
        below.set_xlabel("step")
        above.set_yscale("log")
        below.set_yscale("log")
    axes[0][0].legend(fontsize="small")
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def _curves(result: Result, above: Any, below: Any) -> None:
    line, width, colour = STYLES[result.trainer]
    steps = range(1, len(result.losses or []) + 1)
    above.plot(steps, result.losses, line, linewidth=width, color=colour, label=TRAINERS[result.trainer].name)
    if result.trainer != "tapes":
        below.plot(steps, [max(x, 1e-9) for x in result.single or []], line, linewidth=width, color=colour)
