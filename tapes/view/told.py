"""A story in words and numbers, without objects: what a page is given to show."""

from __future__ import annotations

import json
import linecache
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..variable import read
from .checks import beside
from .layout import layout
from .mathml import mathml
from .numbers import Numbers
from .page import asset
from .questions import question
from .story import Product, Story, parts_of
from .table import settings
from .written import forward, handed_back, local

_AROUND, _LISTED = 3, 400  # lines shown before and after those that matter, and of one file at most
_BOX = 118.0, 44.0  # width and height of a box in the strip
_ROOM = 96.0, 32.0  # what the layout is told of it, which leaves more between boxes than the strip needs


def told(story: Story, language: str, found: Mapping[str, Mapping[int, Any]]) -> dict[str, Any]:
    """A story, and by the titles of other libraries their adjoints, as what JSON can hold."""
    numbers = Numbers()
    files: list[dict[str, Any]] = []
    nodes = _nodes(story, numbers, files)
    for title, answers in found.items():
        for place, node in enumerate(story.nodes):
            if node.keys[0] in story.arrived and len(node.keys) == 1:
                theirs = answers.get(node.keys[0], "not known")
                one = {"title": title, **beside(story.adjoint(place), theirs)}
                if not isinstance(theirs, str):
                    one["value"] = numbers.place(np.asarray(theirs))
                nodes[place].setdefault("checks", []).append(one)
    shown = [position.product for position in story.positions if position.product is not None]
    places = {number: place for place, number in enumerate(shown)}
    ways = Counter(product.to for product in story.products)
    return {"title": nodes[story.target]["label"], "target": story.target, "language": language, "nodes": nodes,
            "sources": [{"label": label, "node": place, "why": why} for label, place, why in story.answers],
            "products": [_product(story, story.products[number], ways, places, numbers) for number in shown],
            "positions": [{"kind": position.kind, "node": position.node} | (
                {} if position.product is None else {"product": places[position.product]})
                for position in story.positions],
            "seed": numbers.place(story.seed), "files": files, "edges": story.edges, "strip": _strip(story),
            "steps": len(story.recorded), "words": json.loads(asset("words.json")),
            "arrays": numbers.written()}


def _nodes(story: Story, numbers: Numbers, files: list[dict[str, Any]]) -> list[dict[str, Any]]:
    wanted: dict[str, set[int]] = {}
    for line in story.lines:
        if line:
            wanted.setdefault(line.file, set()).add(line.number)
    files += [{"name": _called(name), "lines": _listing(name, lines)} for name, lines in wanted.items()]
    order = list(wanted)
    found: list[dict[str, Any]] = []
    for place, node in enumerate(story.nodes):
        step, line = story.step(node), story.lines[place]
        adjoint = story.adjoint(place)
        one: dict[str, Any] = {"label": node.label, "op": node.op, "kind": node.kind, "shape": node.shape,
                               "value": numbers.place(node.value)}
        if adjoint is not None:
            one["adjoint"] = numbers.place(parts_of(adjoint, node.value))
        if node.why:
            one["why"] = [node.why, node.barrier]
        if node.kind == "folded":
            one["count"] = len(node.keys)
        if line:
            one |= {"file": order.index(line.file), "line": line.number}
        if step:
            one["inputs"] = [story.place[id(x)] for x in step.inputs if id(x) in story.place]
            one["settings"] = settings(step)
            if (formula := forward(story, step)) is not None:
                one["formula"] = list(map(mathml, formula))
            if step.op is read and node.label.startswith("%") and found[one["inputs"][0]]["kind"] == "watched":
                one["label"] = found[one["inputs"][0]]["label"]  # what is read has the name of the Variable
        found.append(one)
    return found


def _product(story: Story, product: Product, ways: Mapping[int, int], places: dict[int, int],
             numbers: Numbers) -> dict[str, Any]:
    like = story.nodes[story.place[product.to]].value
    inputs = story.recorded[product.key].inputs
    found: dict[str, Any] = {
        "from": story.place[product.key], "to": story.place[product.to],
        "contribution": numbers.place(parts_of(product.contribution, like)),
        "total": numbers.place(parts_of(product.total, like)),
        "earlier": [places[number] for number in product.earlier if number in places],
        "hidden": sum(number not in places for number in product.earlier)}
    if ways[product.to] == 1:
        found["only"] = True
    if sum(id(x) == product.to for x in inputs) > 1:  # as in x * x: the derivative by one of them is not that of x ** 2
        found["twice"] = {"i": product.place + 1, "n": len(inputs)}
    if product.local is not None:
        found["local"] = numbers.place(product.local)
    formulas = {"formula": handed_back(story, product), "slope": local(story, product)}
    if (asked := question(story, product, **formulas)) is not None:
        found["question"] = asked
    return found | {key: list(map(mathml, formula)) for key, formula in formulas.items() if formula is not None}


def _called(file: str) -> str:
    """A file as one would speak of it: a cell of a notebook has no name worth reading."""
    notebook = "ipykernel" in file or "__marimo__" in file or file.startswith("<")
    return "" if notebook else os.path.basename(file)


def _listing(file: str, lines: set[int]) -> list[tuple[int, str]]:
    """The lines that matter, and those around them; between far ones there is a gap."""
    every = sorted({number for line in lines for number in range(line - _AROUND, line + _AROUND + 1)})
    if max(lines) - min(lines) < _LISTED // 4:
        every = list(range(min(lines) - _AROUND, max(lines) + _AROUND + 1))
    text = linecache.getlines(file)
    found = [(number, text[number - 1].rstrip("\n")) for number in every if 0 < number <= len(text)][:_LISTED]
    while found and not found[-1][1].strip():
        found.pop()
    return found


def _strip(story: Story) -> dict[str, Any] | None:
    """Where the boxes of the graph go; None where no library is there to say so."""
    try:
        centres, ways, size = layout(dict.fromkeys(range(len(story.nodes)), _ROOM), story.edges)
    except ImportError:
        return None
    right, down = (_BOX[0] - _ROOM[0]) / 2, (_BOX[1] - _ROOM[1]) / 2

    def moved(points: Sequence[tuple[float, float]]) -> list[list[int]]:
        return [[round(x + right), round(y + down)] for x, y in points]

    return {"box": _BOX, "size": [round(size[0] + 2 * right), round(size[1] + 2 * down)],
            "at": moved([centres[place] for place in range(len(story.nodes))]),
            "ways": [moved(ways.get(edge, ())) for edge in story.edges]}
