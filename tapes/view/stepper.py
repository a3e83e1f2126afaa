"""Backpropagation one position at a time: a page with a slider, which also asks what comes next."""

from __future__ import annotations

import functools
import json
import linecache
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..protocols import TensorLike
from ..tape import GradientTape
from ..variable import Variable, read
from .checks import beside, others, parted
from .layout import layout
from .mathml import mathml
from .numbers import Numbers
from .page import asset, framed, page
from .questions import question
from .story import Product, Story, parts_of
from .table import settings
from .written import forward, handed_back, local

LANGUAGES = ("en", "ja")
_AROUND, _LISTED = 3, 400  # lines shown before and after those that matter, and of one file at most
_BOX = 118.0, 44.0  # width and height of a box in the strip
_ROOM = 96.0, 32.0  # what the layout is told of it, which leaves more between boxes than the strip needs
_HEIGHT = 900  # of the frame in a notebook


class Stepper:
    """Backpropagation to step through: a notebook shows it; `save` writes it as a page that needs no network.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0, name="x")
    >>> with tf.GradientTape() as tape:
    ...     y = x * x
    >>> tf.view.stepper(tape, y)
    <stepper of y: 11 positions, 3 forward and 8 backward>
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    @property
    def data(self) -> dict[str, Any]:
        """What the page shows, as plain lists, texts and numbers."""
        return self._data

    def html(self) -> str:
        """The page, as text: one file, which loads nothing."""
        return page(f"{self._data['title']}: backpropagation, step by step", asset("stepper.css"), script(),
                    self._data, self._data["language"])

    def save(self, path: Any) -> None:
        """Write the page into a file, whose name ends in .html."""
        name = os.fspath(path)
        if not name.endswith((".html", ".htm")):
            raise ValueError(f"a stepper is written as .html; {name!r} is not.")
        with open(name, "w", encoding="utf-8") as file:
            file.write(self.html())

    def __repr__(self) -> str:
        kinds = [position["kind"] for position in self._data["positions"]]
        first = kinds.index("seed")
        return (f"<stepper of {self._data['title']}: {len(kinds)} positions, {first} forward and "
                f"{len(kinds) - first} backward>")

    def widget(self) -> Any:
        """As a widget for Jupyter, VS Code and marimo; ImportError, with what to install, without anywidget."""
        try:
            import anywidget
            import traitlets
        except ImportError:
            raise ImportError("a stepper as a widget needs anywidget: pip install anywidget. Without it, save() "
                              "writes a page.") from None
        kind = type("StepperWidget", (anywidget.AnyWidget,), {
            "_esm": script(), "_css": asset("stepper.css"),
            "data": traitlets.Dict().tag(sync=True), "__repr__": lambda _: repr(self)})
        return kind(data=self._data)

    def _repr_mimebundle_(self, **settings: Any) -> Any:
        """Called by Jupyter and VS Code."""
        try:
            shown = self.widget()
        except ImportError:
            return {"text/plain": repr(self), "text/html": framed(self.html(), _HEIGHT)}
        return shown._repr_mimebundle_(**settings)

    def _display_(self) -> Any:
        """Called by marimo, which knows how to show a widget."""
        return self.widget()


@functools.cache
def script() -> str:
    """The module that shows it, on a page and in a notebook: its parts, one after the other."""
    return "\n".join(map(asset, ("values.js", "strip.js", "quiz.js", "stepper.js")))


def stepper(tape: GradientTape, target: Any, source: Any = None, *,
            check: bool | Mapping[str, Mapping[int, Any] | str] = False, language: str = "en") -> Stepper:
    """Backpropagation one position at a time, as a page or a widget: what happens at each step, and with which numbers.

    Forward it shows the line of the program, the op and its value. Backward it shows the adjoint that arrives, each
    product of adjoint and local derivative, and the sum where several arrive.

    Args:
        tape: one that is not used up; it stays as it is.
        target: a tensor, such as the loss; of one with several entries the adjoint begins with ones, as in TensorFlow.
        source: a tensor or Variable, or a list of them, whose gradients are asked for; by default all that is watched.
        check: whether to put the adjoints of TensorFlow, JAX and SymPy beside each, as far as they are installed; that
            takes seconds. Or the adjoints that others have, by a title and the keys of the steps.
        language: "en" or "ja"; the page can be switched.

    Returns:
        a Stepper, with `save("step.html")` and `html()`. Lines of the program are known where a history listened:
        `with tapes.diagnose.history(), tapes.GradientTape() as tape:`.

    Raises:
        ValueError: the tape is used up, or the target is not on it or has no derivative.
        TypeError: no tape, or a target that is no tensor.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0, name="x")
    >>> with tf.diagnose.history(), tf.GradientTape() as tape:
    ...     y = tf.exp(x)
    >>> steps = tf.view.stepper(tape, y)
    >>> [position["kind"] for position in steps.data["positions"]]
    ['forward', 'forward', 'forward', 'seed', 'arrived', 'product', 'arrived', 'product', 'source', 'gradients']
    """
    if language not in LANGUAGES:
        raise ValueError(f"language is {' or '.join(map(repr, LANGUAGES))}, got {language!r}")
    names = {id(value): name for name, value in sys._getframe(1).f_locals.items() if isinstance(value, TensorLike)}
    story = Story(tape, target, source, names)
    found, silent = parted(check) if isinstance(check, Mapping) else others(tape, target) if check else ({}, {})
    data = _data(story, language, found)
    if check:
        data["silent"] = silent
    return Stepper(data)


def _data(story: Story, language: str, found: dict[str, Mapping[int, Any]]) -> dict[str, Any]:
    """The story in words and numbers, without objects."""
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
    told = [position.product for position in story.positions if position.product is not None]
    places = {number: place for place, number in enumerate(told)}
    return {"title": nodes[story.target]["label"], "target": story.target, "language": language, "nodes": nodes,
            "sources": [story.place[key] for key in story.sources if key in story.place],
            "products": [_product(story, story.products[number], places, numbers) for number in told],
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
        value: Any = step() if step else None
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
            if isinstance(value, Variable):
                one["variable"] = True
            elif step.op is read and node.label.startswith("%"):
                one["label"] = found[one["inputs"][0]]["label"]  # what is read has the name of the Variable
        found.append(one)
    return found


def _product(story: Story, product: Product, places: dict[int, int], numbers: Numbers) -> dict[str, Any]:
    like = story.nodes[story.place[product.to]].value
    found: dict[str, Any] = {
        "from": story.place[product.key], "to": story.place[product.to],
        "contribution": numbers.place(parts_of(product.contribution, like)),
        "total": numbers.place(parts_of(product.total, like)),
        "earlier": [places[number] for number in product.earlier if number in places],
        "hidden": sum(number not in places for number in product.earlier)}
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
