"""Backpropagation one position at a time: a page with a slider, which also asks what comes next."""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ..tape import GradientTape
from .checks import others, parted
from .names import names_in
from .page import asset, framed, page, saved
from .story import Story
from .told import told

LANGUAGES = ("en", "ja")
_HANDS_ON = "product", "folded back"  # the positions at which a rule is used
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
        return page(f"{self._data['title']}: backpropagation, step by step",
                    asset("page.css") + asset("stepper.css"), script(), self._data, self._data["language"])

    def save(self, path: Any) -> None:
        """Write the page into a file, whose name ends in .html."""
        saved(path, "stepper", {".html": self.html, ".htm": self.html})

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
    return "\n".join(map(asset, ("values.js", "strip.js", "views.js", "quiz.js", "stepper.js")))


def stepper(tape: GradientTape, target: Any, source: Any = None, *,
            check: bool | Mapping[str, Mapping[int, Any] | str] = False, language: str = "en",
            names: dict[int, str] | None = None,
            verdict: Sequence[str] = (), blamed: Mapping[int, str] | None = None) -> Stepper:
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
        names: what the program calls its tensors, by their ids; by default what the caller does.
        verdict: sentences to be shown on top, such as which rule is wrong.
        blamed: by the keys of steps, what is wrong with their rules: said where they hand an adjoint on, and the page
            opens at the first of them, going back.

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
    names = names_in(sys._getframe(1).f_locals) if names is None else names
    story = Story(tape, target, source, names)
    found, silent = parted(check) if isinstance(check, Mapping) else others(tape, target) if check else ({}, {})
    data = told(story, language, found)
    if check:
        data["silent"] = silent
    data["verdict"] = list(verdict)
    for place, node in enumerate(story.nodes):
        if said := [(blamed or {})[key] for key in node.keys if key in (blamed or {})]:
            data["nodes"][place]["blamed"] = "\n".join(said)
    data["begin"] = next((i for i, position in enumerate(data["positions"]) if position["kind"] in _HANDS_ON
                          and "blamed" in data["nodes"][position["node"]]), 0)
    return Stepper(data)
