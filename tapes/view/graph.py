"""A tape as a graph to be drawn: a node a step, an edge for each use, and long repetitions folded."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..arguments import checked
from ..custom import custom
from ..parts import Arrived, Parts
from ..tape import GradientTape, watched
from ..variable import read
from .table import labels_of, shape_of

MOST = 120  # nodes in a picture
_PERIOD, _TIMES = 60, 4  # the longest repetition that is looked for, and how often it must be there

# Why there is no adjoint.
REASONS = {"constant": "not watched", "unused": "unused by the target", "no derivative": "{op} has no derivative",
           "nothing": "nothing comes back"}


@dataclass
class Node:
    """One box: a step, a constant, or many steps folded into one.

    Attributes:
        kind: "watched", "step", "constant" or "folded".
        label, op, shape: in words.
        value, adjoint: arrays, or None.
        why, barrier: a key of REASONS, where there is no adjoint, and the op that is to blame.
        keys: of the tensors; several where steps are folded.
        path: whether it lies between the source and the target.
        kept: how many bytes the tape keeps alive for it: none, where it shares the memory of another one.
        reads: of a Variable, how often it was read.
    """

    kind: str
    label: str
    op: str
    shape: str = ""
    value: Any = None
    adjoint: Any = None
    why: str = ""
    barrier: str = ""
    keys: tuple[int, ...] = ()
    path: bool = False
    kept: int = 0
    reads: int = 0

    @property
    def note(self) -> str:
        """Why there is no adjoint, as text."""
        return f"None: {REASONS[self.why].format(op=self.barrier)}" if self.why else ""


@dataclass
class Graph:
    """Nodes in the order of the tape, and edges between their places.

    Each edge has what it carries back: an array, True where that is several or no array, or None.
    """

    nodes: list[Node] = field(default_factory=list)
    edges: dict[tuple[int, int], Any] = field(default_factory=dict)
    caption: str = ""


def graph(tape: GradientTape, target: Any, source: Any, names: dict[int, str], whole: int = 20,
          reading: bool = True) -> Graph:
    """What there is to draw; up to so many steps as a `whole`, of more the repetitions are folded.

    Without `reading` what was read of a Variable is the Variable itself.
    """
    living = [(step, y) for step in tape.steps() if (y := step()) is not None]
    steps = [step for step, _ in living]
    labels = labels_of(steps, names)
    adjoints = {} if target is None else tape.adjoints(target)
    where = {step.key: place for place, step in enumerate(steps)}
    leads = _leading(steps, where, target)
    nodes: dict[int, Node] = {}
    edges: dict[tuple[int, int], Any] = {}
    same: dict[int, int] = {}  # what is drawn as another one
    kept = _kept(steps)
    for place, (step, y) in enumerate(living):
        dy = adjoints.get(step.key)
        if step.op is read and not reading and id(step.inputs[0]) in nodes:
            same[step.key] = id(step.inputs[0])
            nodes[same[step.key]].reads += 1
            nodes[same[step.key]].kept += kept.get(step.key, 0)
            continue
        shown = dy.in_order(y) if isinstance(dy, Arrived) else dy
        why = "", ""
        if target is not None and dy is None:
            why = _reason(step.key, steps, adjoints) if place in leads else ("unused", "")
        nodes[step.key] = Node("watched" if step.op is watched else "step", labels[step.key], _called(step),
                               shape_of(y._array), y._array, shown, *why, (step.key,), kept=kept.get(step.key, 0))
        for i, x in enumerate(step.inputs):
            if same.get(id(x), id(x)) not in nodes:
                nodes[id(x)] = Node("constant", names.get(id(x), ""), "constant", shape_of(x._array), x._array, None,
                                    "constant" if target is not None else "", "", (id(x),), kept=kept.get(id(x), 0))
            pair = same.get(id(x), id(x)), step.key
            edges[pair] = _together(edges.get(pair), _carried(step, i, y, dy, id(x) in where))
    ordered = sorted(nodes.values(), key=lambda node: where.get(node.keys[0], -1))
    if source is not None:
        _mark(ordered, edges, {id(x) for x in checked("source", source)}, id(target))
    caption = f"{len(steps)} steps; the tape keeps {size_of(sum(kept.values()))} alive"
    return _folded([node for node in ordered if node.kind == "constant"],
                   [node for node in ordered if node.kind != "constant"], edges, caption, whole)


def _called(step: Any) -> str:
    """The op; of a function with a gradient of its own, its name."""
    return step.params["vjp"].__name__ if step.op is custom else step.op.name


def _leading(steps: list[Any], where: dict[int, int], target: Any) -> set[int]:
    """The places of the steps that the target was computed from."""
    found = {where[id(target)]} if id(target) in where else set()
    for place in reversed(range(len(steps))):
        if place in found:
            found |= {where[id(x)] for x in steps[place].inputs if id(x) in where}
    return found


def _reason(key: int, steps: list[Any], adjoints: dict[int, Any]) -> tuple[str, str]:
    """Which op hands nothing back to a step that the target was computed from."""
    for step in steps:
        if step.key in adjoints and any(id(x) == key for x in step.inputs):
            return "no derivative", step.op.name
    return "nothing", ""


def _kept(steps: list[Any]) -> dict[int, int]:
    """How many bytes the tape keeps alive for each value, by its key: an array counts where it is met first."""
    found: dict[int, int] = {}
    seen: set[int] = set()
    for step in steps:
        for x in step.inputs:
            for owner in _owners(x._array):
                if id(owner) not in seen:
                    seen.add(id(owner))
                    found[id(x)] = found.get(id(x), 0) + owner.nbytes
    return found


def _together(one: Any, other: Any) -> Any:
    """What two uses of a value hand back to it."""
    if one is None or other is None:
        return other if one is None else one
    return True if one is True or other is True or np.shape(one) != np.shape(other) else one + other


def _carried(step: Any, i: int, y: Any, dy: Any, back: bool) -> Any:
    """What flows back along an edge."""
    if dy is None or not back:
        return None
    if isinstance(dy, Arrived) or isinstance(y._array, Parts):
        return True
    rule = next((rule for place, rule in enumerate(step.op.rules) if place == i), None)
    if rule is None:
        return None
    dx = rule(dy, y._array, *(x._array for x in step.inputs), **step.params)
    return dx if isinstance(dx, (np.ndarray, np.generic)) else None if dx is None else True


def _mark(nodes: list[Node], edges: Any, sources: set[int], target: int) -> None:
    """The nodes on the ways from the sources to the target."""
    after, before = set(sources), {target}
    for node in nodes:
        if any((key, node.keys[0]) in edges for key in after):
            after.add(node.keys[0])
    for node in reversed(nodes):
        if any((node.keys[0], key) in edges for key in before):
            before.add(node.keys[0])
    for node in nodes:
        node.path = node.keys[0] in after and node.keys[0] in before


def _folded(constants: list[Node], steps: list[Node], edges: dict[tuple[int, int], Any], caption: str,
            whole: int) -> Graph:
    """Repetitions as one node; a constant that only those use is in it."""
    groups = [[node] for node in constants] if len(steps) <= max(MOST // 3, whole) else []
    times_of: dict[int, int] = {}
    hidden = [] if groups or not constants else constants
    place, signs = 0, [(node.op, node.shape) for node in steps]
    while place < len(steps):
        period, times = _repetition(signs, place) if len(steps) > whole else (1, 1)
        if times >= _TIMES:
            middle = place + period, place + period * (times - 1)
            groups += [[node] for node in steps[place:middle[0]]]
            times_of[len(groups)] = times - 2
            groups.append(steps[middle[0]:middle[1]])
            groups += [[node] for node in steps[middle[1]:place + period * times]]
            place += period * times
        else:
            groups.append([steps[place]])
            place += 1
    if len(groups) > MOST:
        most = math.ceil((len(groups) - MOST // 2) / (MOST // 2))
        ends, inner = MOST // 4, groups[MOST // 4:-(MOST // 4)]
        joined = [[node for group in inner[i:i + most] for node in group] for i in range(0, len(inner), most)]
        groups, times_of = [*groups[:ends], *joined, *groups[-ends:]], {}
    at = {node.keys[0]: place for place, group in enumerate(groups) for node in group}
    found = Graph([_one(group, times_of.get(place, 0))
                   for place, group in enumerate(groups)], {}, caption)
    if hidden:
        found.caption += f"; {len(hidden)} constant{'s are' if len(hidden) > 1 else ' is'} not shown"
    for (start, end), carried in edges.items():
        if start in at and end in at and at[start] != at[end]:
            pair = at[start], at[end]
            several = len(groups[pair[0]]) > 1 and carried is not None
            found.edges[pair] = _together(found.edges.get(pair), True if several else carried)
    return found


def _repetition(signs: list[Any], place: int) -> tuple[int, int]:
    """The period and the number of times of the repetition that begins here and covers most."""
    best = (1, 1)
    for period in range(1, min(_PERIOD, (len(signs) - place) // _TIMES) + 1):
        times, first = 1, signs[place:place + period]
        while signs[place + period * times:place + period * (times + 1)] == first:
            times += 1
        if times >= _TIMES and period * times > best[0] * best[1]:
            best = period, times
    return best


def _one(group: list[Node], times: int) -> Node:
    if len(group) == 1:
        return group[0]
    ops = list(dict.fromkeys(node.op for node in group))
    label = f"{times} x {len(group) // times} steps more" if times > 1 else f"{len(group)} steps more"
    return Node("folded", label, ", ".join(ops[:4]) + ", ..." * (len(ops) > 4), kept=sum(node.kept for node in group),
                path=any(node.path for node in group), keys=tuple(node.keys[0] for node in group))


def _owners(array: Any) -> list[Any]:
    """Whose memory a value is in: of a transpose that of the whole."""
    if isinstance(array, Parts):
        return [owner for one in array for owner in _owners(one)]
    while isinstance(getattr(array, "base", None), np.ndarray):
        array = array.base
    return [array] if isinstance(array, (np.ndarray, np.generic)) else []


def size_of(count: int) -> str:
    for unit, size in (("GB", 10 ** 9), ("MB", 10 ** 6), ("kB", 1000)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
