"""Forward mode: the chain rule read from the first step to the last, so that a tangent travels beside each value."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import nest
from .arguments import UnconnectedGradients, refuse_slices, unconnected_choice, warn, zeros
from .chain_rule import backward, seeds
from .convert import convert
from .errors import InvalidArgumentError
from .op import Op, Rule, leave, listening
from .parts import Arrived, Parts, held, results
from .protocols import TensorLike
from .rules import broadcast_to
from .tape import GradientTape
from .tensor import Tensor
from .variable import Variable


def pushed(op: Op, tangents: Sequence[Any], y: Any, xs: Sequence[Any], params: dict[str, Any]) -> Any:
    """The tangent of the output `y` of a step: the sum of what the tangents of its inputs contribute.

    A tangent is None where an input does not move; so is the result when nothing arrives. As in the sweep, all are
    arrays when nobody listens, else tensors.
    """
    if op.linear and not op.push:
        return op(*(np.zeros(x.shape, x.dtype) if dx is None else dx for x, dx in zip(xs, tangents, strict=True)),
                  **params)
    pushes = op.push or (None,) * len(tangents)
    total = None
    for dx, push, rule in zip(tangents, pushes, op.rules, strict=False):
        if dx is None or rule is None:
            continue
        if push is None:
            dy = transposed(rule, dx, y, xs, params)
        else:
            dy = push(dx if dx.shape == y.shape else broadcast_to(dx, shape=tuple(y.shape)), y, *xs, **params)
        if dy is not None:
            total = dy if total is None else total + dy
    return total


def transposed(rule: Rule, dx: Any, y: Any, xs: Sequence[Any], params: dict[str, Any]) -> Any:
    """Forward from reverse: a rule is linear in its adjoint, and the transpose of it is the derivative itself.

    So it is recorded for an adjoint of ones, and differentiated by it (Townsend 2017, A new trick for calculating
    Jacobian vector products). A result whose adjoint does not get through has the tangent 0; in a rule of a user's,
    which may have taken it off the tape, none.
    """
    recorded = bool(listening.now)
    if not recorded:
        y, xs = Tensor(y), [Tensor(x) for x in xs]
    several = isinstance(held(y), Parts)
    adjoints = [Tensor(np.ones(one.shape, one.dtype)) for one in (held(y) if several else (held(y),))]
    with GradientTape(watch_accessed_variables=False) as tape:
        for g in adjoints:
            tape._watch(g)
        back = rule(Arrived(enumerate(adjoints)) if several else adjoints[0], y, *xs, **params)
    pairs = [(one, d) for one, d in (zip(back, results(dx), strict=True) if isinstance(back, Parts) else [(back, dx)])
             if one is not None and d is not None]
    if not pairs:
        return None
    start = seeds([one for one, _ in pairs], [d for _, d in pairs])
    found = backward(tape._trace, start, {id(g) for g in adjoints}, recorded)
    tangents = [found.get(id(g)) for g in adjoints]
    if "vjp" not in params:
        tangents = [dy if dy is not None else zeros(g) if recorded else zeros(g)._array
                    for g, dy in zip(adjoints, tangents, strict=True)]
    elif not _linear(pairs, tangents):
        warn("custom_gradient: forward mode transposes the gradient function of %s, which must be linear in the "
             "adjoints that it is handed, by ops of tapes. It is not: it clips them, for instance, or takes them off "
             "the tape, by numpy(). So the tangent is not that of the function.", params["vjp"].__name__)
    if all(dy is None for dy in tangents):
        return None
    return Parts(tangents) if several else tangents[0]


def _linear(pairs: list[tuple[Any, Any]], tangents: list[Any]) -> bool:
    """Whether a rule and its transpose fit: the sums of what it gave, times the tangents, and of the new tangents."""
    products = [_plain(given) * _plain(dx) for given, dx in pairs]
    moved = [_plain(dy) for dy in tangents if dy is not None]
    if any(x.dtype.kind == "c" for x in (*products, *moved)):
        return True  # then it is linear in the real part and in the imaginary part, not in both together
    sizes = sum(float(np.abs(x).sum()) for x in (*products, *moved))
    off = abs(sum(float(x.sum()) for x in products) - sum(float(x.sum()) for x in moved))
    coarsest = max(np.finfo(x.dtype).eps for x in (*products, *moved))
    return not off > np.sqrt(coarsest) * sizes


class _Tangent(weakref.ref):
    """The tangent of a tensor, for as long as that tensor lives."""

    __slots__ = ("key", "value")
    key: int
    value: Any


class ForwardAccumulator:
    """Computes Jacobian-vector products while the program runs: how each result moves when the primals do.

    Args:
        primals: the tensors or Variables that move, or a nested structure of them.
        tangents: their directions: in the same structure, each of the shape and dtype of its primal.

    Raises ValueError when the structures, shapes or dtypes differ, or when a primal is named twice; TypeError for a
    primal that is no tensor or Variable. An integer primal has no tangent: a warning is logged.

    Entering one inside another, or inside a GradientTape, or a tape inside it, gives derivatives of higher order:
    whoever was entered first hears the tangents that are computed later. A product with the Hessian, forward over
    reverse (Pearlmutter 1994, Fast Exact Multiplication by the Hessian):

    >>> import tapes as tf
    >>> x = tf.constant([1.0, 2.0])
    >>> with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 0.0])) as forward:
    ...     with tf.GradientTape() as tape:
    ...         tape.watch(x)
    ...         y = tf.reduce_sum(x**3)
    ...     g = tape.gradient(y, x)
    >>> print(forward.jvp(y), forward.jvp(g))
    tapes.Tensor(3.0, shape=(), dtype=float32) tapes.Tensor([6. 0.], shape=(2,), dtype=float32)
    """

    def __init__(self, primals: Any, tangents: Any) -> None:
        leaves = nest.flatten(primals)
        for primal in leaves:
            if not isinstance(primal, TensorLike):
                raise TypeError(f"ForwardAccumulator: a primal is a tensor or Variable, but there is {primal!r} of "
                                f"type {type(primal).__name__!r}: make it one with tapes.constant, and use that one "
                                "in the computation.")
            refuse_slices("ForwardAccumulator", primal)
        _same_structure(primals, tangents)
        self._tangents: dict[int, _Tangent] = {}
        self._entered: Any = None
        self._forget = _forgetting(weakref.ref(self))
        for primal, tangent in zip(leaves, nest.flatten(tangents), strict=True):
            if id(primal) in self._tangents:
                raise ValueError("Tensor {} was specified as a primal multiple times. This may indicate an error. If "
                                 f"it was intended, please sum the corresponding tangents. It is {primal!r}.")
            if primal._array.dtype.kind not in "fc":
                warn("The dtype of the watched primal must be floating (e.g. tf.float32), got %r", primal.dtype)
                continue
            self._carry(primal, _fitting(tangent, primal))

    def __enter__(self) -> ForwardAccumulator:
        if self._entered is not None:
            raise ValueError("Accumulator is already recording. For a block inside the block make another one.")
        self._entered = listening.now
        self._entered.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._entered is not None:
            leave(self._entered, self)
            self._entered = None

    def record(self, op: Op, inputs: Sequence[Any], params: dict[str, Any], output: Tensor) -> None:
        """Called by every op: compute the tangent of its output, heard only by those who were entered before."""
        if self._tangents.keys().isdisjoint(map(id, inputs)):
            return
        tangents = [self._of(x) for x in inputs]
        everybody = listening.now
        place = next(i for i, one in enumerate(everybody) if one is self)
        aside = everybody[place:]  # the list stays the same one: a tape may pause, or be entered, in a rule of a user's
        del everybody[place:]
        listening.aside.append(aside)
        try:
            if everybody:
                dy = pushed(op, tangents, output, inputs, params)
            else:
                dy = pushed(op, [_plain(dx) for dx in tangents], output._array, [x._array for x in inputs], params)
                dy = dy if dy is None or isinstance(dy, Parts) else Tensor(dy)
        finally:
            listening.aside.pop()
            everybody[place:place] = aside
        if dy is not None:
            self._carry(output, dy)

    def read(self, variable: Variable, known: Tensor | None) -> bool:
        """Reading a Variable is a step like any other."""
        return id(variable) not in self._tangents or id(known) in self._tangents

    def _carry(self, x: TensorLike, tangent: Any) -> None:
        entry = _Tangent(x, self._forget)
        entry.key, entry.value = id(x), tangent
        self._tangents[entry.key] = entry

    def _of(self, x: TensorLike) -> Any:
        entry = self._tangents.get(id(x))
        return None if entry is None else entry.value

    def jvp(self, primals: Any, unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """The tangent of a tensor or Variable, or of each in a nested structure: of its shape and dtype.

        None, or zeros with `unconnected_gradients="zero"`, for what does not move with the primals, or was computed
        when this accumulator did not record. It is a look-up, and may be asked again.
        """
        unconnected = unconnected_choice(unconnected_gradients)

        def tangent_of(x: Any) -> Any:
            if not isinstance(x, TensorLike):
                raise TypeError(f"jvp: tensors and Variables have tangents, but there is {x!r} of type "
                                f"{type(x).__name__!r}, which has left the accumulator: float(x), x.numpy() and "
                                "np.sin(x) are not followed.")
            refuse_slices("jvp", x)
            dx = self._of(x)
            return zeros(x) if dx is None and unconnected is UnconnectedGradients.ZERO else dx

        return nest.map_structure(tangent_of, primals)


def _forgetting(accumulator: weakref.ref[ForwardAccumulator]) -> Callable[[_Tangent], None]:
    """What to do when a tensor is gone; it knows the accumulator weakly, or none would ever be freed."""

    def forget(entry: _Tangent) -> None:
        owner = accumulator()
        if owner is not None and owner._tangents.get(entry.key) is entry:
            del owner._tangents[entry.key]

    return forget


def _same_structure(primals: Any, tangents: Any) -> None:
    try:
        nest.assert_same_structure(primals, tangents)
    except (TypeError, ValueError) as error:
        if isinstance(primals, TensorLike) and isinstance(tangents, (list, tuple)):
            raise type(error)(f"{error} A Python {type(tangents).__name__} is one of several tangents: wrap the "
                              "numbers of one direction in tapes.constant.") from None
        raise


def _fitting(tangent: Any, primal: TensorLike) -> Tensor:
    try:
        tangent = convert(tangent, None if isinstance(tangent, TensorLike) else primal._array.dtype)
    except (TypeError, ValueError) as error:
        raise type(error)(f"ForwardAccumulator: no tangent: {error}") from None
    if tangent._array.shape != primal._array.shape or tangent._array.dtype != primal._array.dtype:
        raise InvalidArgumentError(f"ForwardAccumulator: a tangent is a {tangent.dtype.name} tensor of shape "
                                   f"{tangent.shape}, but its primal is a {primal.dtype.name} tensor of shape "
                                   f"{primal.shape}: " + (
                                       f"bring both to one dtype, tapes.cast(tangent, tapes.{primal.dtype.name})."
                                       if tangent._array.shape == primal._array.shape else
                                       "a direction has a number for each of its entries."))
    return tangent


def _plain(dx: Any) -> Any:
    """A tangent as an array."""
    if isinstance(dx, Parts):
        return Parts(map(_plain, dx))
    return dx._array if isinstance(dx, Tensor) else dx
