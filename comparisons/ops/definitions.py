"""What a row computes, spelled out from its definition, where a library has no op for it or a wrong gradient."""

from __future__ import annotations

import itertools
import math
import operator
from typing import Any

import numpy as np


def distinct(indices: np.ndarray) -> bool:
    vectors = np.asarray(indices).reshape(-1, np.shape(indices)[-1])
    return len(np.unique(vectors, axis=0)) == len(vectors)


def gather_nd(tf: Any, x: Any, indices: np.ndarray) -> Any:
    """TensorFlow's own gradient raises an error for a single index vector, and for those of length 0."""
    if not indices.shape[-1]:
        return tf.broadcast_to(x, (*indices.shape[:-1], *x.shape))
    return tf.gather_nd(x, indices) if indices.ndim > 1 else tf.gather_nd(x, indices[None])[0]


def tail_correction(library: Any, erfc: Any, y: Any, tail: Any) -> Any:
    """erfc(|y|) over the tail, where that matters."""
    found, one = erfc(abs(y)), library.ones_like(y * tail)
    matters = (abs(y) >= 1) & (found > 0) & (tail > 0)
    return library.where(matters, found, one) / library.where(matters, tail, one)


def written(x: Any, indices: Any, updates: Any, reshape: Any, concat: Any, take: Any) -> Any:
    """For every entry, the last one that was written there: one of x or of the updates."""
    shape, size = tuple(x.shape), math.prod(x.shape)
    indices, sources = np.asarray(indices), np.arange(size).reshape(shape)
    new = np.arange(size, size + math.prod(updates.shape)).reshape(tuple(updates.shape))
    for place in np.ndindex(indices.shape[:-1]):
        sources[tuple(indices[place])] = new[place]
    return reshape(take(concat([reshape(x, (-1,)), reshape(updates, (-1,))], 0), sources.reshape(-1)), shape)


def recurrence(library: Any, unstack: Any, a: Any, b: Any, axis: int, reverse: bool) -> Any:
    turn = slice(None, None, -1 if reverse else 1)
    sums: list[Any] = []
    for factor, term in zip(unstack(a, axis=axis)[turn], unstack(b, axis=axis)[turn], strict=True):
        sums.append(term + factor * (sums[-1] if sums else 0 * term))
    return library.stack(sums[turn], axis) if sums else a * b


def products(library: Any, x: Any, axis: int) -> Any:
    """The running products from their definition, multiplied one by one."""
    products = list(itertools.accumulate(library.unstack(x, axis=axis), operator.mul))
    return library.stack(products, axis)


def batched(function: Any, batch_dims: int, vmap: Any) -> Any:
    for _ in range(batch_dims):
        function = vmap(function)
    return function
