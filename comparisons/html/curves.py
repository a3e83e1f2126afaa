"""A quantity, step by step, for several libraries: lines that are told apart by dash and width, not only by colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, POINTS = 320.0, 150.0, 120  # pixels, and how many points a line has at most
STYLES = {"tapes": 0, "tensorflow": 1, "jax": 2, "optax": 3, "torch": 4}  # the same in every chart; see style.css
LEFT, BELOW = 46.0, 18.0  # room for what stands at the axes


@dataclass(frozen=True)
class Chart:
    """Lines over steps on a logarithmic scale: a name and the points of each, and where powers of ten are."""

    title: str
    lines: Sequence[tuple[str, str]]
    styles: Mapping[str, int]
    marks: Sequence[tuple[str, float]]
    steps: int
    text: str


def chart(title: str, series: Mapping[str, Sequence[float | str]]) -> Chart | None:
    """None where there is nothing to draw. What is 0, or no number, is left out of its line."""
    numbers = {name: [float(y) for y in ys] for name, ys in series.items()}
    drawn = [y for ys in numbers.values() for y in ys if y > 0 and math.isfinite(y)]
    if not drawn:
        return None
    low, high = math.log10(min(drawn)), math.log10(max(drawn))
    low, high = (low - 0.5, high + 0.5) if high - low < 0.1 else (low, high)
    steps = max(len(ys) for ys in numbers.values())

    def across(step: int) -> float:
        return LEFT + (WIDTH - LEFT - 4) * step / max(steps - 1, 1)

    def down(y: float) -> float:
        return 6 + (HEIGHT - BELOW - 6) * (high - math.log10(y)) / (high - low)

    lines = []
    for name, ys in numbers.items():
        every = max(len(ys) // POINTS, 1)
        places = sorted({*range(0, len(ys), every), len(ys) - 1})
        lines.append((name, " ".join(f"{across(i):.1f},{down(ys[i]):.1f}" for i in places
                                     if ys[i] > 0 and math.isfinite(ys[i]))))
    powers = range(math.ceil(low), math.floor(high) + 1)
    every = max(len(powers) // 4, 1)
    marks = [(f"1e{power}", down(10.0**power)) for power in list(powers)[::every]]
    if not marks:
        marks = [(f"{y:.3g}", down(y)) for y in (min(drawn), max(drawn))]
    text = f"{title}. " + " ".join(f"{name}: from {ys[0]:.3g} to {ys[-1]:.3g}." for name, ys in numbers.items())
    return Chart(title, lines, {name: STYLES.get(name, len(STYLES)) for name in series}, marks, steps, text)
