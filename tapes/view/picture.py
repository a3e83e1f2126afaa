"""The tape as a picture: values flow to the right, adjoints flow back to the left."""

from __future__ import annotations

import html
import itertools
import sys
from typing import Any

import numpy as np

from ..parts import Parts
from ..protocols import TensorLike
from ..tape import GradientTape
from .graph import Graph, Node, graph
from .layout import layout
from .table import abridged

WIDTH, LINE, MARGIN = 206.0, 17.0, 20.0  # of a box, of a line of text in it, and around the picture
_MAP, _CELLS = 54.0, 12  # the side of a heat map, and how many entries it has at most along it
_LETTERS, _LETTER = 26, 7.4  # in a box, and how wide one is at most

# Blue and orange, which the colour-blind tell apart: after Okabe and Ito, Color Universal Design (2008).
_LOW, _ZERO, _HIGH = (0, 114, 178), (242, 242, 242), (213, 94, 0)
_STYLE = """
svg.tape { --paper: #ffffff; --ink: #1c1c1c; --box: #f4f4f4; --line: #666666; --back: #b34700; --way: #0072b2;
  background: var(--paper); font: 12px ui-monospace, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { svg.tape { --paper: #16181c; --ink: #ececec; --box: #25282e; --line: #9a9a9a;
  --back: #ff9d4d; --way: #56b4e9; } }
svg.tape text { fill: var(--ink); } svg.tape .name { font-weight: bold; } svg.tape .dim { fill: var(--line); }
svg.tape .adjoint { fill: var(--back); }
svg.tape .carried { paint-order: stroke; stroke: var(--paper); stroke-width: 4; font-size: 10px; }
svg.tape rect.box { fill: var(--box); stroke: var(--line); }
svg.tape rect.watched { stroke: var(--way); stroke-width: 2.5; } svg.tape rect.constant { stroke-dasharray: 4 3; }
svg.tape rect.folded { stroke-dasharray: 1 3; stroke-width: 3; } svg.tape rect.path { stroke: var(--back);
  stroke-width: 3; } svg.tape path { fill: none; stroke: var(--line); stroke-width: 1.3; }
svg.tape path.back { stroke: var(--back); stroke-dasharray: 5 3; } svg.tape path.path { stroke-width: 3; }
svg.tape marker path { stroke: none; fill: var(--line); } svg.tape marker.back path { fill: var(--back); }
"""


class Picture:
    """A drawing of a tape: a notebook shows it; `save` writes it as SVG or DOT, by the ending of the name.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0, name="x")
    >>> with tf.GradientTape() as tape:
    ...     y = x * x
    >>> print(tf.view.picture(tape, y).caption)
    3 steps; the tape keeps 4 bytes alive
    """

    def __init__(self, drawn: Graph) -> None:
        self._graph, self.caption = drawn, drawn.caption

    def svg(self) -> str:
        """As SVG text, which any browser shows; ImportError where the library grandalf is not installed."""
        nodes = self._graph.nodes
        sizes = {place: (WIDTH, _height(node)) for place, node in enumerate(nodes)}
        centres, ways, (width, height) = layout(sizes, list(self._graph.edges))
        maps = any(_mapped(node.value) for node in nodes)
        legend = (f"{self.caption}. Orange flows back: adjoints. Blue: watched. Dashed: not followed." +
                  " Maps: value, then adjoint; blue is negative." * maps)
        width, height = max(width, _LETTER * len(legend)) + 2 * MARGIN, height + 2 * MARGIN + LINE
        lines, numbers = [], []
        for (start, end), text in self._graph.edges.items():
            first, last = centres[start], centres[end]
            points = [(first[0] + WIDTH / 2, first[1]), *ways[start, end], (last[0] - WIDTH / 2, last[1])]
            lines.append(_edge(points, text, nodes[start].path and nodes[end].path))
            numbers.append(_carried(points, text))
        parts = [*lines, *numbers, *(_box(node, *centres[place]) for place, node in enumerate(nodes))]
        return (f'<svg xmlns="http://www.w3.org/2000/svg" class="tape" role="img" width="{width:.0f}" '
                f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}">\n<title>{_safe(self.caption)}</title>'
                f'<style>{_STYLE}</style>\n<defs>{_arrow("forth", "")}{_arrow("back", "back")}</defs>\n'
                f'<text x="{MARGIN:.0f}" y="{MARGIN:.0f}" class="dim">{_safe(legend)}</text>\n'
                f'<g transform="translate({MARGIN:.0f} {MARGIN + LINE:.0f})">\n' + "\n".join(parts) +
                "\n</g>\n</svg>\n")

    def dot(self) -> str:
        """As text for Graphviz: `dot -Tsvg`."""
        lines = ["digraph tape {", "  rankdir=LR; node [shape=box, fontname=monospace];"]
        for place, node in enumerate(self._graph.nodes):
            style = {"constant": ", style=dashed", "watched": ', color="#0072b2", penwidth=2', "folded":
                     ", style=dotted"}.get(node.kind, "") + ', color="#b34700"' * node.path
            text = r"\l".join(_quoted(line) for line, _ in _lines(node)) + r"\l"
            lines.append(f'  n{place} [label="{text}"{style}];')
        for (start, end), text in self._graph.edges.items():
            label = f' [label="{_quoted(text.strip())}", fontcolor="#b34700"]' if text.strip() else ""
            lines.append(f"  n{start} -> n{end}{label};")
        return "\n".join([*lines, f'  label="{_quoted(self.caption)}";', "}", ""])

    def save(self, path: str) -> None:
        """Write it into a file, whose name ends in .svg or .dot."""
        name = str(path)
        if not name.endswith((".svg", ".dot")):
            raise ValueError(f"a picture is written as .svg or .dot; {name!r} is neither.")
        text = self.svg() if name.endswith(".svg") else self.dot()
        with open(name, "w", encoding="utf-8") as file:
            file.write(text)

    def _repr_svg_(self) -> str:
        return self.svg()


def picture(tape: GradientTape, target: Any = None, source: Any = None) -> Picture:
    """Draw a tape, from left to right: a box a step, with op, shape, value, and with a target its adjoint too.

    Args:
        tape: one that is not used up; it stays as it is.
        target: what the adjoints are the derivatives of.
        source: with a target, the ways from this tensor or Variable to it are drawn bold.

    Returns:
        a Picture: a notebook shows it; `svg()`, `dot()` and `save("tape.svg")` give it to others. Numbers are shown
        where they are few, else a map of the entries: blue is negative, orange positive. What is repeated many times
        is one box. The caption says what the tape keeps in memory.

    Raises ValueError for a tape without steps.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0, name="x")
    >>> with tf.GradientTape() as tape:
    ...     y = tf.exp(x)
    >>> print(tf.view.picture(tape, y, x).dot().splitlines()[3])
      n1 [label="%1 = read\\lshape ()\\l3.\\ladjoint 20.0855\\l", color="#b34700"];
    """
    names = {id(value): name for name, value in sys._getframe(1).f_locals.items() if isinstance(value, TensorLike)}
    found = graph(tape, target, source, names)
    if not found.nodes:
        raise ValueError("This tape holds no steps: nothing watched has been computed with, or gradient() has used it "
                         "up. Draw it before gradient(), or say GradientTape(persistent=True).")
    return Picture(found)


def _lines(node: Node) -> list[tuple[str, str]]:
    """What a box says, and how each line looks."""
    title = f"{node.label} = {node.op}" if node.label and node.kind == "step" else " ".join(
        filter(None, (node.op if node.kind in ("watched", "constant") else "", node.label)))
    found = [(title, "name")]
    if node.kind == "folded":
        return [*found, (node.op, "dim")]
    found.append((f"shape {node.shape}", "dim"))
    if not _mapped(node.value):
        found.append((abridged(node.value, _LETTERS), "value"))
    if node.adjoint is not None and not _mapped(node.adjoint):
        found.append((f"adjoint {abridged(node.adjoint, _LETTERS - 8)}", "adjoint"))
    if node.note:
        found.append((node.note, "adjoint"))
    return found


def _mapped(value: Any) -> bool:
    """Whether a map of colours says more of it than numbers would."""
    return not isinstance(value, Parts) and np.size(value) > 4 and np.asarray(value).dtype.kind in "iuf"


def _height(node: Node) -> float:
    return LINE * len(_lines(node)) + 10 + (_MAP + 6) * (_mapped(node.value) or _mapped(node.adjoint))


def _box(node: Node, x: float, y: float) -> str:
    height = _height(node)
    left, top = x - WIDTH / 2, y - height / 2
    whole = "; ".join(text for text, _ in _lines(node))
    parts = [f'<g><title>{_safe(whole)}</title><rect class="box {node.kind}{" path" * node.path}" rx="5" '
             f'x="{left:.1f}" y="{top:.1f}" width="{WIDTH:.0f}" height="{height:.1f}"/>']
    for place, (text, look) in enumerate(_lines(node)):
        short = text if len(text) <= _LETTERS else text[:_LETTERS - 1] + "…"
        parts.append(f'<text class="{look}" x="{left + 8:.1f}" y="{top + LINE * (place + 1) - 1:.1f}">'
                     f'{_safe(short)}</text>')
    down = top + LINE * len(_lines(node)) + 5
    for value, across, word in ((node.value, left + 8, "value"), (node.adjoint, left + WIDTH / 2 + 8, "adjoint")):
        if value is not None and _mapped(value):
            parts.append(_heat(value, across, down, word))
    return "".join([*parts, "</g>"])


def _heat(value: Any, x: float, y: float, word: str) -> str:
    """The entries as colours: 0 is grey, and the largest is as dark as can be."""
    array = np.asarray(value, float)
    array = array.reshape(1, -1) if array.ndim == 1 else array.reshape(-1, array.shape[-1])
    rows, columns = (np.unique(np.linspace(0, n - 1, min(n, _CELLS)).astype(int)) for n in array.shape)
    cells = array[np.ix_(rows, columns)]
    most = np.max(np.abs(array[np.isfinite(array)]), initial=0.0) or 1.0
    high, wide = _MAP / max(len(rows), 3), (WIDTH / 2 - 16) / len(columns)
    parts = [f"<g><title>{word}: {_safe(abridged(value, 60))}</title>"]
    for i, row in enumerate(cells):
        for j, number in enumerate(row):
            colour = "#000000" if not np.isfinite(number) else _colour(number / most)
            parts.append(f'<rect x="{x + j * wide:.1f}" y="{y + i * high:.1f}" width="{wide:.1f}" height="{high:.1f}" '
                         f'fill="{colour}"/>')
    return "".join([*parts, "</g>"])


def _colour(part: float) -> str:
    end = _HIGH if part > 0 else _LOW
    return "#" + "".join(f"{round(zero + (full - zero) * abs(part)):02x}" for zero, full in zip(_ZERO, end))


def _edge(points: list[tuple[float, float]], text: str, bold: bool) -> str:
    """A line to the right; where an adjoint flows, another one below it to the left."""
    look = " path" * bold
    parts = [f'<path class="forth{look}" marker-end="url(#tape-forth)" d="{_curve(points)}"/>']
    if text:
        below = [(x, y + 9) for x, y in reversed(points)]
        parts.append(f'<path class="back{look}" marker-end="url(#tape-back)" d="{_curve(below)}"/>')
    return "".join(parts)


def _carried(points: list[tuple[float, float]], text: str) -> str:
    """What an adjoint adds on its way back, over all lines."""
    if not text.strip():
        return ""
    x, y = ((a + b) / 2 for a, b in zip(points[-2], points[-1]))
    return f'<text class="adjoint carried" text-anchor="middle" x="{x:.1f}" y="{y + 21:.1f}">{_safe(text)}</text>'


def _curve(points: list[tuple[float, float]]) -> str:
    found = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (u, v) in itertools.pairwise(points):
        middle = (x + u) / 2
        found += f"C{middle:.1f} {y:.1f} {middle:.1f} {v:.1f} {u:.1f} {v:.1f}"
    return found


def _arrow(name: str, look: str) -> str:
    return (f'<marker id="tape-{name}" class="{look}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
            'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>')


def _safe(text: str) -> str:
    """As text and nothing else, in any XML."""
    return html.escape("".join(letter if letter.isprintable() else " " for letter in text))


def _quoted(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text).replace("\\", "\\\\").replace('"', '\\"')
