"""The tape as a picture: values flow to the right, adjoints flow back to the left."""

from __future__ import annotations

import html
import itertools
import sys
from typing import Any

import numpy as np

from ..tape import GradientTape
from .graph import Graph, Node, graph, size_of
from .heat import extent, heat, mapped
from .layout import layout
from .names import names_in
from .page import saved
from .refused import on_tape, with_steps
from .table import abridged, cut

LINE, MARGIN = 17.0, 20.0  # of a line of text in a box, and around the picture
_LEAST, _MOST, _LETTER = 17, 26, 7.3  # letters in a line of a box, and how wide one is
_MAP, _SMALL, _BETWEEN = 50.0, (34.0, 22.0), 56.0  # the height of a map, the size of one at a line, between layers

_STYLE = """
svg.tape { --paper: #ffffff; --ink: #1c1c1c; --box: #f6f6f6; --line: #666666; --back: #b34700; --way: #0072b2;
  background: var(--paper); font: 12px ui-monospace, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { svg.tape { --paper: #16181c; --ink: #ececec; --box: #25282e; --line: #9a9a9a;
  --back: #ff9d4d; --way: #56b4e9; } }
svg.tape text { fill: var(--ink); } svg.tape .name { font-weight: bold; } svg.tape .dim { fill: var(--line); }
svg.tape .adjoint { fill: var(--back); } svg.tape .extent { font-size: 10px; }
svg.tape .carried { paint-order: stroke; stroke: var(--paper); stroke-width: 4; font-size: 10px; }
svg.tape rect.box { fill: var(--box); stroke: var(--line); } svg.tape rect.frame { fill: var(--paper);
  stroke: var(--back); } svg.tape rect.watched { stroke: var(--way); stroke-width: 2.5; }
svg.tape rect.constant { stroke-dasharray: 4 3; } svg.tape rect.path { stroke: var(--back); stroke-width: 3; }
svg.tape rect.watched.path { stroke: var(--way); stroke-width: 5; }
svg.tape path { fill: none; stroke: var(--line); stroke-width: 1.3; }
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
        needed = [len(text) for node in drawn.nodes for text, look in _lines(node, _MOST) if look in ("name", "dim")]
        self._letters = min(max([_LEAST, *needed]), _MOST)  # numbers make do with what names need

    def svg(self) -> str:
        """As SVG text, which any browser shows; ImportError where the library grandalf is not installed."""
        nodes, edges, letters = self._graph.nodes, self._graph.edges, self._letters
        wide = _wide(letters)
        sizes = {place: (wide, _height(node, letters)) for place, node in enumerate(nodes)}
        centres, ways, (width, height) = layout(sizes, list(edges), _BETWEEN, late=True)
        legend = self._legend()
        width = max(width, _LETTER * max(map(len, legend))) + 2 * MARGIN
        top = 2 * MARGIN + LINE * len(legend)
        height += top
        lines, carried = [], []
        ports = _ports(edges, centres, ways, sizes)
        for (start, end), dx in edges.items():
            first, last = ports[start, end]
            across = [(x + side, y) for x, y in ways[start, end] for side in (-wide / 2, wide / 2)]
            points = [first, *across, last]  # past other boxes straight on, and bent between them
            what = f"adjoint from {_title(nodes[end])} to {_title(nodes[start])}"
            lines.append(_edge(points, dx is not None, nodes[start].path and nodes[end].path))
            carried.append(_carried(points, dx, what))
        parts = [*lines, *carried, *(_box(node, *centres[place], letters) for place, node in enumerate(nodes))]
        said = "".join(f'<text x="{MARGIN:.0f}" y="{MARGIN + LINE * place:.0f}" class="dim">{_safe(line)}</text>\n'
                       for place, line in enumerate(legend))
        return (f'<svg xmlns="http://www.w3.org/2000/svg" class="tape" role="graphics-document document" '
                f'aria-roledescription="graph of a tape" width="{width:.0f}" height="{height:.0f}" '
                f'viewBox="0 0 {width:.0f} {height:.0f}">\n<title>{_safe(self.caption)}</title>\n'
                f'<desc>{_safe(" ".join(legend[1:]))}</desc>\n'
                f'<style>{_STYLE}</style>\n<defs>{_arrow("forth", "")}{_arrow("back", "back")}</defs>\n{said}'
                f'<g transform="translate({MARGIN:.0f} {top - MARGIN:.0f})">\n' + "\n".join(parts) +
                "\n</g>\n</svg>\n")

    def _legend(self) -> list[str]:
        nodes = self._graph.nodes
        said = ["Blue: watched."] if any(node.kind == "watched" for node in nodes) else []
        said += ["Dashed: constants."] if any(node.kind == "constant" for node in nodes) else []
        if any(node.adjoint is not None for node in nodes):
            said.append("Orange: adjoints, which flow back.")
        if any(node.path for node in nodes):
            said.append("Bold: the ways from the source.")
        if any(map(_maps, nodes, itertools.repeat(self._letters))):
            said.append("Maps: value left, adjoint right; blue is negative, orange positive, the darkest is the number "
                        "beside ±.")
        return [f"{self.caption}.", " ".join(said)]

    def dot(self) -> str:
        """As text for Graphviz: `dot -Tsvg`."""
        lines = ["digraph tape {", "  rankdir=LR; node [shape=box, fontname=monospace];"]
        for place, node in enumerate(self._graph.nodes):
            style = {"constant": ", style=dashed", "watched": ', color="#0072b2", penwidth=2', "folded":
                     ", peripheries=2"}.get(node.kind, "") + (', color="#b34700"' if node.path and (
                         node.kind != "watched") else "")
            text = r"\l".join(_quoted(line) for line, _ in _lines(node, _MOST)) + r"\l"
            lines.append(f'  n{place} [label="{text}"{style}];')
        for (start, end), dx in self._graph.edges.items():
            label = f' [label="{_quoted(abridged(dx, 14))}", fontcolor="#b34700"]' if _number(dx) else ""
            lines.append(f"  n{start} -> n{end}{label};")
        return "\n".join([*lines, f'  label="{_quoted(self.caption)}";', "}", ""])

    def save(self, path: Any) -> None:
        """Write it into a file, whose name ends in .svg or .dot."""
        saved(path, "picture", {".svg": self.svg, ".dot": self.dot})

    def __repr__(self) -> str:
        return f'<picture: {self.caption}; save("tape.svg") or save("tape.dot") writes it>'

    def _repr_svg_(self) -> str | None:
        """Called by a notebook, which without the library for the layout shows the text above."""
        try:
            return self.svg()
        except ImportError:
            return None


def picture(tape: GradientTape, target: Any = None, source: Any = None) -> Picture:
    """Draw a tape, from left to right: a box a step, with op, shape, value, and with a target its adjoint too.

    Args:
        tape: one that is not used up; it stays as it is.
        target: what the adjoints are the derivatives of.
        source: with a target, the ways from this tensor or Variable to it, or from several, are drawn bold.

    Returns:
        a Picture: a notebook shows it; `svg()`, `dot()` and `save("tape.svg")` give it to others. Numbers are shown
        where they are few, else a map of the entries: blue is negative, orange positive. A line shows what its step
        hands back. What is repeated many times is one box; what was read of a Variable is the Variable. Boxes tell
        what the tape keeps in memory for them, and the caption all of it.

    Raises:
        ValueError: the tape holds no steps, or not the target, or the target has no derivative; or there is a source
            without a target.
        TypeError: no tape, a target that is no tensor, or a source that is none, such as its name.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0, name="x")
    >>> with tf.GradientTape() as tape:
    ...     y = tf.exp(x)
    >>> print(tf.view.picture(tape, y, x).dot().splitlines()[3])
      n1 [label="y = exp\\l()\\l20.0855\\ladjoint 1.\\l", color="#b34700"];
    """
    if target is None:
        with_steps("picture", tape)
    else:
        on_tape("picture", tape, target)
    if target is None and source is not None:
        raise ValueError("picture(tape, target, source): a source needs a target, to which its ways lead.")
    return Picture(graph(tape, target, source, names_in(sys._getframe(1).f_locals), reading=False))


def _title(node: Node, letters: int = 80) -> str:
    """What it is called: of a long name its beginning and its end."""
    if node.kind == "step":
        return f"{cut(node.label, max(letters - len(node.op) - 3, 8))} = {node.op}" if node.label else node.op
    word = {"constant": "constant", "watched": "", "folded": ""}[node.kind]
    return cut(f"{word} {node.label}".strip(), letters)


def _lines(node: Node, letters: int) -> list[tuple[str, str]]:
    """What a box of so many letters says, and how each line looks."""
    found = [(_title(node, letters), "name")]
    kept = f"keeps {size_of(node.kept).replace(' bytes', ' B')}" if node.kept else ""
    if node.kind == "folded":
        return [*found, (node.op, "dim"), *[(kept, "dim")] * bool(kept)]
    found.append((f"{node.shape}  {kept}".strip(), "dim"))
    if not mapped(node.value, letters):
        found.append((abridged(node.value, letters), "value"))
    if node.adjoint is not None and not mapped(node.adjoint, letters - 8):
        found.append((f"adjoint {abridged(node.adjoint, letters - 8)}", "adjoint"))
    if node.note:
        found.append((node.note if len(node.note) <= letters else node.note.split(" by ")[0], "adjoint"))
    if node.reads > 1:
        found.append((f"read {node.reads} times", "dim"))
    return found


def _maps(node: Node, letters: int) -> list[tuple[Any, float, str]]:
    """The arrays that are drawn as maps, how far to the right, and what they are."""
    found = []
    if node.value is not None and mapped(node.value, letters):
        found.append((node.value, 8.0, "value"))
    if node.adjoint is not None and mapped(node.adjoint, letters - 8):
        found.append((node.adjoint, _wide(letters) / 2 + 4, "adjoint"))
    return found


def _wide(letters: int) -> float:
    return _LETTER * letters + 10


def _height(node: Node, letters: int) -> float:
    return LINE * len(_lines(node, letters)) + 10 + (_MAP + LINE + 4) * bool(_maps(node, letters))


def _box(node: Node, x: float, y: float, letters: int) -> str:
    wide, height = _wide(letters), _height(node, letters)
    left, top = x - wide / 2, y - height / 2
    told = [text for text, _ in _lines(node, 80)]
    whole = _safe("; ".join(told + [f"{what} {abridged(value, 60)}" for value, _, what in _maps(node, 80)]))
    frame = f'rx="5" width="{wide:.0f}" height="{height:.1f}"'
    parts = [f'<g role="graphics-symbol img" aria-label="{whole}"><title>{whole}</title>']
    if node.kind == "folded":  # a pile
        parts += [f'<rect class="box pile" x="{left + more:.1f}" y="{top + more:.1f}" {frame}/>' for more in (8, 4)]
    parts.append(f'<rect class="box {node.kind}{" path" * node.path}" x="{left:.1f}" y="{top:.1f}" {frame}/>')
    for place, (text, look) in enumerate(_lines(node, letters)):
        short = text if len(text) <= letters else text[:letters - 1] + "…"
        parts.append(f'<text class="{look}" x="{left + 8:.1f}" y="{top + LINE * (place + 1) - 1:.1f}">'
                     f'{_safe(short)}</text>')
    down = top + LINE * len(_lines(node, letters)) + 5
    for value, across, look in _maps(node, letters):
        parts.append(f"<g><title>{look}: {_safe(abridged(value, 60))}</title>"
                     f"{heat(value, left + across, down, wide / 2 - 12, _MAP)}"
                     f'<text class="{look} extent" x="{left + across:.1f}" y="{down + _MAP + 12:.1f}">'
                     f"{extent(value)}</text></g>")
    return "".join([*parts, "</g>"])


Point = tuple[float, float]


def _ports(edges: Any, centres: dict[int, Point], ways: Any, sizes: Any) -> dict[tuple[int, int], tuple[Point, Point]]:
    """Where each line begins and ends: on the sides of the boxes, one below the other as they come."""
    found: dict[tuple[int, int], list[Point]] = {edge: [] for edge in edges}
    for side, right in ((0, 0.5), (1, -0.5)):
        for place, (x, y) in centres.items():
            def towards(edge: tuple[int, int], side: int = side) -> float:
                way = ways[edge] or [centres[edge[1 - side]]]
                return float((way[0] if side == 0 else way[-1])[1])

            own = sorted((edge for edge in edges if edge[side] == place), key=towards)
            room = min(26.0, (sizes[place][1] - 24) / max(len(own), 1))
            for number, edge in enumerate(own):
                found[edge].append((x + right * sizes[place][0], y - 4 + room * (number - (len(own) - 1) / 2)))
    return {edge: (first, last) for edge, (first, last) in found.items()}


def _number(dx: Any) -> bool:
    return isinstance(dx, (np.ndarray, np.generic)) and dx.size == 1


def _edge(points: list[Point], back: bool, bold: bool) -> str:
    """A line to the right; where an adjoint flows, another one below it to the left."""
    look = " path" * bold
    parts = [f'<path class="forth{look}" marker-end="url(#tape-forth)" d="{_curve(points)}"/>']
    if back:
        below = [(x, y + 9) for x, y in reversed(points)]
        parts.append(f'<path class="back{look}" marker-end="url(#tape-back)" d="{_curve(below)}"/>')
    return "".join(parts)


def _carried(points: list[Point], dx: Any, what: str) -> str:
    """What a step hands back along a line, over all lines: a number, or a map."""
    if not isinstance(dx, (np.ndarray, np.generic)):
        return ""
    x, y = ((a + b) / 2 for a, b in zip(points[-2], points[-1]))
    title = f"<title>{_safe(what)}: {_safe(abridged(dx, 60))}</title>"
    if _number(dx):
        shown = _safe(abridged(np.reshape(dx, ()), 10))
        return (f'<g>{title}<text class="adjoint carried" text-anchor="middle" x="{x:.1f}" y="{y + 21:.1f}">{shown}'
                "</text></g>")
    if not mapped(dx, 0):
        return ""
    wide, high = _SMALL
    left, top = x - wide / 2, y + 9 - high / 2
    return (f'<g>{title}<rect class="frame" x="{left - 2:.1f}" y="{top - 2:.1f}" width="{wide + 4:.1f}" '
            f'height="{high + 4:.1f}" rx="3"/>{_filled(dx, left, top)}</g>')


def _filled(dx: Any, left: float, top: float) -> str:
    """A map that fills a frame."""
    wide, high = _SMALL
    return (f'<svg x="{left:.1f}" y="{top:.1f}" width="{wide:.0f}" height="{high:.0f}" viewBox="0 0 {wide:.0f} '
            f'{high:.0f}">{heat(dx, 0.0, 0.0, wide, high)}</svg>')


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
