"""Where the boxes of a graph go, so that few lines cross: Sugiyama's layers, as the library grandalf draws them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Point = tuple[float, float]
GAP, BETWEEN = 24.0, 70.0  # between boxes of a layer, and between layers


class _Box:
    """What grandalf asks of a vertex. It draws from top to bottom: for left to right, sides and axes are swapped."""

    def __init__(self, width: float, height: float) -> None:
        self.w, self.h, self.xy = height, width, (0.0, 0.0)


class _Way:
    """What it asks of an edge: to be told through which points it goes."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def setpath(self, points: Sequence[Point]) -> None:
        self.points = list(points)


def layout(sizes: Mapping[int, Point], edges: Sequence[tuple[int, int]], between: float = BETWEEN,
           late: bool = False) -> tuple[
        dict[int, Point], dict[tuple[int, int], list[Point]], Point]:
    """The centres of all boxes, the points each edge passes between its ends, and the size of the whole.

    Args:
        sizes: width and height of each box.
        edges: from which to which, without circles.
        between: the room between layers.
        late: whether a box stands as close as can be to those that need it.

    Raises ImportError, with what to install, where grandalf is missing.
    """
    try:
        from grandalf.graphs import Edge, Graph, Vertex
        from grandalf.layouts import SugiyamaLayout
    except ImportError:
        raise ImportError("a picture as SVG is laid out by the library grandalf: pip install grandalf (or "
                          "'gradient-tapes[view]'). Or ask for dot(), which needs nothing, and draw that with "
                          "Graphviz.") from None
    vertices: dict[int, Any] = {}
    for key, size in sizes.items():
        vertices[key] = Vertex(key)
        vertices[key].view = _Box(*size)
    lines: list[Any] = []
    for start, end in edges:
        line = Edge(vertices[start], vertices[end], data=(start, end))
        line.view = _Way()
        lines.append(line)
    centres: dict[int, Point] = {}
    ways: dict[tuple[int, int], list[Point]] = {}
    width = top = 0.0
    for part in Graph(list(vertices.values()), lines).C:
        own = [vertex.data for vertex in part.sV]
        if len(own) > 1:
            drawn = SugiyamaLayout(part)
            drawn.xspace, drawn.yspace = GAP, between
            drawn.init_all(roots=[vertex for vertex in part.sV if not vertex.e_in()], inverted_edges=[], optimize=late)
            drawn.draw()
        left = min(vertices[key].view.xy[1] - sizes[key][0] / 2 for key in own)
        high = min(*(vertices[key].view.xy[0] - sizes[key][1] / 2 for key in own),
                   *(y - GAP / 2 for line in part.sE for y, _ in line.view.points[1:-1]), math.inf)
        down = top
        for key in own:
            y, x = vertices[key].view.xy
            centres[key] = x - left, y - high + down
            width = max(width, centres[key][0] + sizes[key][0] / 2)
            top = max(top, centres[key][1] + sizes[key][1] / 2)
        for line in part.sE:
            ways[line.data] = [(x - left, y - high + down) for y, x in line.view.points[1:-1]]
            top = max([top, *(y for _, y in ways[line.data])])
        top += GAP
    return centres, ways, (width, top)
