"""A tape as a graph to be drawn: a node a step, an edge for each use, and long repetitions folded."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..parts import Arrived, Parts
from ..tape import GradientTape, watched
from .table import abridged, labels_of, shape_of

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

    @property
    def note(self) -> str:
        """Why there is no adjoint, as text."""
        return f"None: {REASONS[self.why].format(op=self.barrier)}" if self.why else ""


@dataclass
class Graph:
    """Nodes in the order of the tape, and edges between their places, with what each carries back as text or ""."""

    nodes: list[Node] = field(default_factory=list)
    edges: dict[tuple[int, int], str] = field(default_factory=dict)
    caption: str = ""


def graph(tape: GradientTape, target: Any, source: Any, names: dict[int, str], whole: int = 20) -> Graph:
    """What there is to draw; up to so many steps as a `whole`, of more the repetitions are folded."""
    living = [(step, y) for step in tape.steps() if (y := step()) is not None]
    steps = [step for step, _ in living]
    labels = labels_of(steps, names)
    adjoints = {} if target is None else tape.adjoints(target)
    where = {step.key: place for place, step in enumerate(steps)}
    leads = _leading(steps, where, target)
    nodes: dict[int, Node] = {}
    edges: dict[tuple[int, int], str] = {}
    for place, (step, y) in enumerate(living):
        dy = adjoints.get(step.key)
        shown = dy.in_order(y) if isinstance(dy, Arrived) else dy
        why = "", ""
        if target is not None and dy is None:
            why = _reason(step.key, steps, adjoints) if place in leads else ("unused", "")
        nodes[step.key] = Node("watched" if step.op is watched else "step", labels[step.key], step.op.name,
                               shape_of(y._array), y._array, shown, *why, (step.key,))
        for i, x in enumerate(step.inputs):
            if id(x) not in nodes:
                nodes[id(x)] = Node("constant", names.get(id(x), ""), "constant", shape_of(x._array), x._array, None,
                                    "constant" if target is not None else "", "", (id(x),))
            known = edges.get((id(x), step.key), "")
            edges[id(x), step.key] = known or _carried(step, i, y, dy, id(x) in where)
    ordered = sorted(nodes.values(), key=lambda node: where.get(node.keys[0], -1))
    if source is not None:
        _mark(ordered, edges, id(source), id(target))
    kept = {id(one): one.nbytes for step in steps for x in step.inputs for one in _owners(x._array)}
    caption = f"{len(steps)} steps; the tape keeps {_size(sum(kept.values()))} alive"
    return _folded([node for node in ordered if node.kind == "constant"],
                   [node for node in ordered if node.kind != "constant"], edges, caption, whole)


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


def _carried(step: Any, i: int, y: Any, dy: Any, back: bool) -> str:
    """What flows back along an edge, where it is a number or a few."""
    if dy is None or not back or isinstance(dy, Arrived) or isinstance(y._array, Parts):
        return ""
    rule = next((rule for place, rule in enumerate(step.op.rules) if place == i), None)
    if rule is None:
        return ""
    dx = rule(dy, y._array, *(x._array for x in step.inputs), **step.params)
    return abridged(dx, 14) if isinstance(dx, (np.ndarray, np.generic)) and dx.size <= 1 else " "


def _mark(nodes: list[Node], edges: Any, source: int, target: int) -> None:
    """The nodes on the ways from the source to the target."""
    after, before = {source}, {target}
    for node in nodes:
        if any((key, node.keys[0]) in edges for key in after):
            after.add(node.keys[0])
    for node in reversed(nodes):
        if any((node.keys[0], key) in edges for key in before):
            before.add(node.keys[0])
    for node in nodes:
        node.path = node.keys[0] in after and node.keys[0] in before


def _folded(constants: list[Node], steps: list[Node], edges: dict[tuple[int, int], str], caption: str,
            whole: int) -> Graph:
    """Repetitions as one node; a constant that only those use is in it."""
    groups = [[node] for node in constants] if len(steps) <= max(MOST // 3, whole) else []
    hidden = [] if groups or not constants else constants
    place, signs = 0, [(node.op, node.shape) for node in steps]
    while place < len(steps):
        period, times = _repetition(signs, place) if len(steps) > whole else (1, 1)
        if times >= _TIMES:
            middle = place + period, place + period * (times - 1)
            groups += [[node] for node in steps[place:middle[0]]]
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
        groups = [*groups[:ends], *joined, *groups[-ends:]]
    at = {node.keys[0]: place for place, group in enumerate(groups) for node in group}
    found = Graph([_one(group) for group in groups], {}, caption)
    if hidden:
        found.caption += f"; {len(hidden)} constant{'s are' if len(hidden) > 1 else ' is'} not shown"
    for (start, end), text in edges.items():
        if start in at and end in at and at[start] != at[end]:
            pair = at[start], at[end]
            found.edges[pair] = found.edges.get(pair, "") or text
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


def _one(group: list[Node]) -> Node:
    if len(group) == 1:
        return group[0]
    ops = list(dict.fromkeys(node.op for node in group))
    return Node("folded", f"{len(group)} steps more", ", ".join(ops[:4]) + ", ..." * (len(ops) > 4),
                path=any(node.path for node in group), keys=tuple(node.keys[0] for node in group))


def _owners(array: Any) -> list[Any]:
    """Whose memory a value is in: of a transpose that of the whole."""
    if isinstance(array, Parts):
        return [owner for one in array for owner in _owners(one)]
    while isinstance(getattr(array, "base", None), np.ndarray):
        array = array.base
    return [array] if isinstance(array, (np.ndarray, np.generic)) else []


def _size(count: int) -> str:
    for unit, size in (("GB", 10 ** 9), ("MB", 10 ** 6), ("kB", 1000)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"
