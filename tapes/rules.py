"""How rules follow from less: from partial derivatives, from a transpose; and un-broadcasting, in one place for all."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .batching import aligned, led
from .op import Op, Rule


class Each:
    """The rules of an op with any number of inputs, `together`: `lambda g, y, xs, **params: lambda place: ...`.

    It takes all inputs at once, and what it returns gives the adjoint of the one at a place. So a sweep hands the
    inputs over once, not once for each of them, and its time grows with their number, not with the square of it.
    """

    def __init__(self, together: Callable[..., Callable[[int], Any]]) -> None:
        self.together = together

    def __iter__(self) -> Iterator[Rule]:
        return map(self._alone, itertools.count())

    def _alone(self, place: int) -> Rule:
        return lambda g, y, *xs, **params: self.together(g, y, xs, **params)(place)

    def given(self, g: Any, y: Any, xs: Sequence[Any], params: dict[str, Any]) -> Iterator[Rule]:
        """Rules that know the inputs and the parameters already."""
        adjoint_at = self.together(g, y, xs, **params)
        return (lambda g, y, place=place: adjoint_at(place) for place in itertools.count())


class Acting:
    """A partial derivative that is told by how it acts on the adjoint, `lambda g, y, *xs: ...`, instead of by value.

    `symmetric` says that it acts on a tangent in the same way: so it is, unless complex numbers become real ones.
    """

    def __init__(self, rule: Rule, symmetric: bool = True) -> None:
        self.rule, self.symmetric = rule, symmetric


def elementwise(name: str, forward: Callable[..., Any], *partials: Any, **row: Any) -> Op:
    """An op that works entry by entry, with broadcasting: its rules follow from its partial derivatives.

    A partial derivative is a function of the output and the inputs, `lambda y, x: ...`; or a number where it is
    constant; or `Acting(...)`; or None where TensorFlow has no gradient. Here the chain rule is a product, and an
    input that was repeated by broadcasting collects the adjoints of all its copies.
    """
    row["push"] = [None if isinstance(partial, Acting) and not partial.symmetric else _chain(partial)
                   for partial in partials]
    rules = [_chain(partial) if len(partials) == 1 else _collecting(partial, index)
             for index, partial in enumerate(partials)]
    row.setdefault("smooth", ((-2.0, 2.0),) * len(partials))
    row.setdefault("kinds", "fc")
    row["lift"] = aligned
    return Op(name, forward, rules, **row)


def _chain(partial: Any) -> Rule | None:
    """The chain rule for one input of an elementwise op: adjoint times partial derivative."""
    if partial is None:
        return None
    if isinstance(partial, Acting):
        return partial.rule
    if callable(partial):
        return lambda g, y, *xs: g * partial(y, *xs)
    if partial == 1:
        return lambda g, y, *xs: g
    if partial == -1:
        return lambda g, y, *xs: -g
    return lambda g, y, *xs: g * partial


def _collecting(partial: Any, index: int) -> Rule | None:
    """The same for an input that broadcasting may have repeated."""
    if isinstance(partial, (int, float)) and partial == 1:
        return lambda g, y, *xs: unbroadcast(g, xs[index].shape)
    if callable(partial) and not isinstance(partial, Acting):
        return lambda g, y, *xs: unbroadcast(g * partial(y, *xs), xs[index].shape)
    rule = _chain(partial)
    return rule and (lambda g, y, *xs: unbroadcast(rule(g, y, *xs), xs[index].shape))


def linear(name: str, forward: Callable[..., Any], transpose: Rule, **row: Any) -> Op:
    """An op that is linear in its one input: its rule is its transpose, whatever the values."""
    return Op(name, forward, [transpose], linear=True, **row)


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum an adjoint over the axes along which its input was repeated, so that it gets the input's shape."""
    return g if g.shape == shape else sum_to(g, shape=tuple(shape))


def _broadcast_to(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if x.ndim == 0:  # far quicker than NumPy's own: every entry is the same place in memory
        return np.ndarray(shape, x.dtype, np.asarray(x), 0, (0,) * len(shape))
    return np.broadcast_to(x, shape)


def _broadcast_many(op: Op, size: int, inputs: Any, params: dict[str, Any]) -> Any:
    return op(led(inputs[0], len(params["shape"])), shape=(size, *params["shape"]))


def _sum_many(op: Op, size: int, inputs: Any, params: dict[str, Any]) -> Any:
    added = inputs[0].ndim - len(params["shape"])
    return op(inputs[0].whole, shape=(size, *[1] * added, *params["shape"]))[(slice(None), *[0] * added)]


def _sum_to(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if not shape:
        return np.add.reduce(array, axis=None)
    added = array.ndim - len(shape)
    if array.shape[added:] == shape:  # a bias, most of the time
        return np.add.reduce(array, axis=0 if added == 1 else tuple(range(added)))
    stretched = [added + i for i, length in enumerate(shape) if length == 1 != array.shape[added + i]]
    return np.add.reduce(array, axis=(*range(added), *stretched)).reshape(shape)


broadcast_to = linear("broadcast_to", _broadcast_to, lambda g, y, x, shape: unbroadcast(g, x.shape),
                      examples=[(((3, 1),), {"shape": (2, 3, 4)}), (((),), {"shape": (2,)})], lift=_broadcast_many)
sum_to = linear("sum_to", _sum_to, lambda g, y, x, shape: broadcast_to(g, shape=tuple(x.shape)),
                examples=[(((2, 3, 4),), {"shape": (3, 1)}), (((2, 3),), {"shape": ()})], lift=_sum_many)
