"""An op with several results gives them as one bundle, which is then taken apart: each step still has one output."""

from __future__ import annotations

from typing import Any

import numpy as np

from .op import Op
from .protocols import TensorLike
from .rules import Each, linear


class Parts(tuple):
    """Several arrays as one value: the forward function of an op with several results returns it."""

    __slots__ = ()

    @property
    def dtype(self) -> np.dtype:
        """Of the first part that can carry a derivative, else of the first."""
        return next((part.dtype for part in self if part.dtype.kind in "fc"), self[0].dtype if self else np.dtype(bool))

    @property
    def size(self) -> int:
        """How many numbers these are, together."""
        return sum(part.size for part in self)


class Arrived(dict[int, Any]):
    """The adjoints of several results as one, each under the number of its result: the `g` of such an op's rule.

    A result that nobody used has none, so that thousands of results cost no more than what arrives for them.
    """

    __slots__ = ()

    def __add__(self, other: Arrived) -> Arrived:
        """Adjoints that arrive from several sides are added part by part."""
        return Arrived(self).__iadd__(other)

    def __iadd__(self, other: Arrived) -> Arrived:
        for index, dy in other.items():
            self[index] = self[index] + dy if index in self else dy
        return self

    def in_order(self, y: Any) -> Parts:
        """One for each result of `y`, None for those that nobody used."""
        return Parts(map(self.get, range(len(held(y)))))

    def filled(self, y: Any) -> list[Any]:
        """One for each result of `y`, zeros for those that nobody used."""
        return [np.zeros(part.shape, part.dtype) if (dy := self.get(index)) is None else dy
                for index, part in enumerate(held(y))]


def held(bundle: Any) -> Any:
    """The Parts in a bundle, whether it is recorded or not."""
    return bundle._array if isinstance(bundle, TensorLike) else bundle


def results(bundle: Any) -> tuple[Any, ...]:
    """What an op with several results gives, taken apart: a tuple of tensors, or of arrays."""
    return tuple(part(bundle, index=index) for index in range(len(held(bundle))))


part = linear("part", lambda bundle, index: bundle[index],
              lambda g, y, bundle, index: Arrived({index: g}),
              doc="One result of an op that has several.")
bundle = Op("bundle", lambda *xs: Parts(xs), Each(lambda g, y, xs: lambda place: g[place]), linear=True,
            alike=slice(0, 1), doc="Several tensors as one, for an op whose rule gives all their adjoints at once.")
