"""An op with several results gives them as one bundle, which is then taken apart: each step still has one output."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .op import Op
from .protocols import TensorLike
from .rules import Each, linear


class Parts(tuple):
    """Several arrays as one value, or several adjoints as one adjoint.

    The forward function of an op with several results returns it, and the rule of that op is handed one as `g`, in
    which None stands for a result that nobody used.
    """

    __slots__ = ()

    @property
    def dtype(self) -> np.dtype:
        """Of the first part that can carry a derivative, else of the first."""
        return next((part.dtype for part in self if part.dtype.kind in "fc"), self[0].dtype if self else np.dtype(bool))

    @property
    def size(self) -> int:
        """How many numbers these are, together."""
        return sum(part.size for part in self)

    def __add__(self, other: Iterable[Any]) -> Parts:  # type: ignore[override]
        """Adjoints that arrive from several sides are added part by part."""
        sums = list(self)
        for i, dy in enumerate(other):
            if dy is not None:
                sums[i] = dy if sums[i] is None else sums[i] + dy
        return Parts(sums)

    def filled(self, y: Any) -> Parts:
        """The same adjoints, with zeros for the results of `y` that nobody used."""
        return Parts(np.zeros(part.shape, part.dtype) if dy is None else dy
                     for dy, part in zip(self, held(y), strict=True))


def held(bundle: Any) -> Any:
    """The Parts in a bundle, whether it is recorded or not."""
    return bundle._array if isinstance(bundle, TensorLike) else bundle


def results(bundle: Any) -> tuple[Any, ...]:
    """What an op with several results gives, taken apart: a tuple of tensors, or of arrays."""
    return tuple(part(bundle, index=index) for index in range(len(held(bundle))))


part = linear("part", lambda bundle, index: bundle[index],
              lambda g, y, bundle, index: Parts((None,) * index + (g,) + (None,) * (len(held(bundle)) - index - 1)),
              doc="One result of an op that has several.")
bundle = Op("bundle", lambda *xs: Parts(xs), Each(lambda index: lambda g, y, *xs: g[index]), linear=True,
            alike=slice(0, 1), doc="Several tensors as one, for an op whose rule gives all their adjoints at once.")
