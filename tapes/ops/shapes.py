"""The same entries in another arrangement: the way back is the arrangement undone."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..batching import along_axis, everywhere, with_params
from ..op import Op
from ..parts import Parts
from ..rules import Each, linear, sum_to

reshape: Op = linear("reshape", lambda x, shape: x.reshape(shape),
                     lambda g, y, x, shape: reshape(g, shape=tuple(x.shape)), examples=[
    (((2, 3),), {"shape": (3, 2)}), (((2, 3),), {"shape": (6,)}), (((),), {"shape": (1, 1)}),
    (((0, 3),), {"shape": (2, 0)})], lift=with_params(lambda size, x, shape: {"shape": (size, *shape)}))
transpose: Op = linear("transpose", lambda x, perm: x.transpose(perm),
                       lambda g, y, x, perm: transpose(g, perm=[perm.index(i) for i in range(len(perm))]),
                       examples=[(((2, 3),), {"perm": [1, 0]}), (((2, 3, 4),), {"perm": [2, 0, 1]})],
                       lift=with_params(lambda size, x, perm: {"perm": [0, *(p % x.ndim + 1 for p in perm)]}))
swap_last: Op = linear("swap_last", lambda x: x.swapaxes(-1, -2), lambda g, y, x: swap_last(g),
                       examples=[(((2, 3),), {}), (((2, 3, 4),), {})],
                       lift=with_params(lambda size, x: {}))


def _pieces(g: Any, y: Any, xs: Any, axis: int) -> Any:
    """Of the adjoint of a concatenation, each input gets its own piece."""
    ends = list(itertools.accumulate((x.shape[axis] for x in xs), initial=0))
    return lambda place: g[_at(slice(ends[place], ends[place + 1]), axis, y.ndim)]


def _at(place: Any, axis: int, rank: int) -> tuple[Any, ...]:
    return (slice(None),) * (axis % rank) + (place,)


concat = Op("concat", lambda *xs, axis: np.concatenate(xs, axis=axis), Each(_pieces), linear=True,
            examples=[(((2, 3), (1, 3)), {"axis": 0}), (((2, 3), (2, 1), (2, 2)), {"axis": -1}),
                      (((0, 3), (2, 3)), {"axis": 0})], lift=along_axis)
stack = Op("stack", lambda *xs, axis: np.stack(xs, axis=axis),
           Each(lambda g, y, xs, axis: lambda place: g[_at(place, axis, y.ndim)]), linear=True,
           examples=[(((3,), (3,)), {"axis": 0}), (((2, 3), (2, 3)), {"axis": -1})],
           lift=lambda op, size, xs, params: op(*(everywhere(x, size) for x in xs),
                                                axis=params["axis"] % (xs[0].ndim + 1) + 1))
def _cut(x: np.ndarray, sizes: tuple[int, ...], axis: int) -> Parts:
    ends = np.cumsum(sizes).tolist()
    return Parts(x[_at(slice(end - size, end), axis, x.ndim)] for size, end in zip(sizes, ends, strict=True))


# As ops of their own, not one slice after the other: each slice alone would hand back an adjoint as large as the whole.
unstack = Op("unstack", lambda x, axis: Parts(x[_at(k, axis, x.ndim)] for k in range(x.shape[axis])),
             [lambda g, y, x, axis: stack(*g.filled(y), axis=axis)],
             examples=[(((2, 3),), {"axis": 0}), (((2, 3),), {"axis": 1})])
split = Op("split", _cut, [lambda g, y, x, sizes, axis: concat(*g.filled(y), axis=axis)],
           examples=[(((4,),), {"sizes": (1, 3), "axis": 0}), (((2, 3),), {"sizes": (2, 0, 1), "axis": 1})])
tile = linear("tile", lambda x, multiples: np.tile(x, multiples), lambda g, y, x, multiples: _untile(g, x, multiples),
              examples=[(((2, 3),), {"multiples": (2, 1)}), (((2,),), {"multiples": (3,)})],
              lift=with_params(lambda size, x, multiples: {"multiples": (1, *multiples)}))
pad = Op("pad", lambda x, paddings, value: np.pad(x, paddings, constant_values=value),
         [lambda g, y, x, paddings, value: g[tuple(slice(before, before + length) for (before, _), length in zip(
             paddings, x.shape, strict=True))]],
         examples=[(((2, 3),), {"paddings": ((1, 0), (2, 1)), "value": 0.0}),
                   (((2,),), {"paddings": ((0, 2),), "value": 1.0})],
         lift=with_params(lambda size, x, paddings, value: {"paddings": ((0, 0), *paddings), "value": value}))
roll: Op = linear("roll", lambda x, shift, axis: np.roll(x, shift, axis),
                  lambda g, y, x, shift, axis: roll(g, shift=np.negative(shift), axis=axis), examples=[
    (((4,),), {"shift": 1, "axis": 0}), (((2, 3),), {"shift": (-1, 4), "axis": (0, 1)})],
                  lift=with_params(lambda size, x, shift, axis: {
                      "shift": shift, "axis": tuple(a % x.ndim + 1 for a in np.atleast_1d(axis))}))


def _untile(g: Any, x: Any, multiples: tuple[int, ...]) -> Any:
    """Each entry collects the adjoints of all its copies."""
    copies = [length for pair in zip(multiples, x.shape, strict=True) for length in pair]
    ones = [length for original in x.shape for length in (1, original)]
    return reshape(sum_to(reshape(g, shape=tuple(copies)), shape=tuple(ones)), shape=tuple(x.shape))
