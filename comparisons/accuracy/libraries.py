"""One op, differentiated twice by each library on its own, entry by entry."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import tapes
from tapes.op import Op

from ..ops import peers
from ..ops.quiet import quiet
from ..ops.spelling import MISSING, jax_op, tensorflow_op, torch_op

Partials = dict[tuple[int, ...], Any]  # by the places of the inputs; None where there is no gradient

# The rules of rows that others have under no name; and what spelling.py writes in another way than the library's own.
OURS_ALONE = frozenset(("gaussian", "less_square", "sech_squared", "sigmoid_slope"))
_OWN: dict[str, dict[str, Callable[..., Any]]] = {"TensorFlow": {"gelu": lambda tf, x: tf.nn.gelu(x)}}


def by_tapes(op: Op, xs: list[np.ndarray], order: int) -> Partials:
    return _taped(tapes, op, xs, order)


def by_tensorflow(op: Op, xs: list[np.ndarray], order: int) -> Partials:
    tf = peers.import_tensorflow()
    own = _OWN["TensorFlow"].get(op.name)
    function = tensorflow_op(op.name, tf) if own is None else lambda *xs: own(tf, *xs)
    return _taped(tf, _there(function, op, "tensorflow"), xs, order)


def _there(function: Any, op: Op, library: str) -> Any:
    if function is None or op.name in OURS_ALONE:
        raise LookupError(MISSING[library].get(op.name, "it has no such op"))
    return function


def _taped(tf: Any, function: Callable[..., Any], xs: list[np.ndarray], order: int) -> Partials:
    tensors = [tf.constant(x) for x in xs]
    places = [place for place, x in enumerate(xs) if x.dtype.kind == "f"]
    watched = [tensors[place] for place in places]
    with quiet(), tf.GradientTape(persistent=True) as outer:
        outer.watch(watched)
        with tf.GradientTape() as inner:
            inner.watch(watched)
            y = function(*tensors)
        found: Partials = {(): y}
        if order:
            found.update({(i,): d for i, d in zip(places, inner.gradient(y, watched))})
    if order > 1:
        for i in places:
            seconds = [None] * len(places) if found[(i,)] is None else _again(outer, found[(i,)], watched)
            found.update({(i, j): d for j, d in zip(places, seconds)})
    return {key: None if d is None else np.asarray(d) for key, d in found.items()}


def _again(tape: Any, first: Any, watched: list[Any]) -> list[Any]:
    try:
        with quiet():
            return tape.gradient(first, watched)
    except LookupError:  # TensorFlow has no gradient for this gradient
        return [None] * len(watched)


def by_jax(op: Op, xs: list[np.ndarray], order: int) -> Partials:
    jax = peers.import_jax()
    function = _there(jax_op(op.name, jax), op, "jax")
    places = [place for place, x in enumerate(xs) if x.dtype.kind == "f"]
    moving = [jax.numpy.asarray(xs[place]) for place in places]

    def value(*moved: Any) -> Any:
        whole: list[Any] = list(xs)
        for place, x in zip(places, moved):
            whole[place] = x
        return function(*whole)

    def slope(f: Callable[..., Any], i: int) -> Callable[..., Any]:
        return jax.grad(lambda *moved: jax.numpy.sum(f(*moved)), argnums=i)

    found: Partials = {(): value(*moving)}
    if order and found[()].dtype.kind == "f":
        found.update({(i,): slope(value, k)(*moving) for k, i in enumerate(places)})
    if order > 1 and found[()].dtype.kind == "f":
        found.update({(i, j): slope(slope(value, k), m)(*moving)
                      for k, i in enumerate(places) for m, j in enumerate(places)})
    return {key: np.asarray(d) for key, d in found.items()}


def by_torch(op: Op, xs: list[np.ndarray], order: int) -> Partials:
    torch = peers.import_torch()
    function = _there(torch_op(op.name, torch), op, "torch")
    tensors = [torch.from_numpy(x.copy()) for x in xs]
    places = [place for place, x in enumerate(xs) if x.dtype.kind == "f"]
    watched = [tensors[place].requires_grad_() for place in places]
    y = function(*tensors)
    found: Partials = {(): y}

    def slopes(f: Any) -> list[Any]:
        if f is None or not f.requires_grad:
            return [None] * len(watched)
        return list(torch.autograd.grad(f.sum(), watched, create_graph=True, allow_unused=True))

    if order:
        found.update({(i,): d for i, d in zip(places, slopes(y))})
    if order > 1:
        for i in places:
            found.update({(i, j): d for j, d in zip(places, slopes(found[(i,)]))})
    return {key: None if d is None else d.numpy(force=True) for key, d in found.items()}


LIBRARIES: dict[str, Callable[[Op, list[np.ndarray], int], Partials]] = {
    "tapes": by_tapes, "tensorflow": by_tensorflow, "jax": by_jax, "torch": by_torch}


def computed(library: str, op: Op, xs: list[np.ndarray], order: int) -> Partials | str:
    """What a library computes, or why it does not."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return LIBRARIES[library](op, xs, order)
        except Exception as error:  # an op that a library lacks or refuses is an answer, not the end of the table
            return f"{error}".splitlines()[0] if str(error) else type(error).__name__
