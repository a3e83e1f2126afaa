"""Diagonals of matrices: taken out, put in, and what lies near them. Nothing is computed, only moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..convert import convert
from ..errors import InvalidArgumentError
from ..math import reduce_sum
from ..ops import equations as q
from ..ops import indexing as i
from ..ops import shapes as s
from ..ops.elementwise import where
from ..public import integers
from ..tensor import Tensor


class _Band(NamedTuple):
    """Neighbouring diagonals: where their entries stand in the matrix, and where in the rows they are packed in."""

    inside: Any
    packed: Any
    lengths: tuple[int, ...]


def _bounds(k: Any, op: str) -> tuple[int, int]:
    """The lowest and the highest diagonal."""
    bounds = integers(k, f"{op}: k")
    if len(bounds) not in (1, 2) or bounds[0] > bounds[-1]:
        raise InvalidArgumentError(f"{op}: k is the number of a diagonal, or a pair, the lower first; got {k!r}")
    return bounds[0], bounds[-1]


def _band(rows: int, columns: int, bounds: tuple[int, int], align: str, op: str) -> _Band:
    """Where the entries of diagonals are: the topmost first, and short ones on the side that `align` says."""
    sides = align.split("_") if isinstance(align, str) else []
    if len(sides) != 2 or not {*sides} <= {"LEFT", "RIGHT"}:
        raise InvalidArgumentError(f"{op}: align is 'RIGHT_LEFT', 'LEFT_RIGHT', 'LEFT_LEFT' or 'RIGHT_RIGHT', the side "
                                   f"of diagonals above and below the main one; got {align!r}")
    for k in bounds:
        if k and not -rows < k < columns:
            raise InvalidArgumentError(f"{op}: diagonal {k} is out of bound: matrices of {rows} rows and {columns} "
                                       f"columns have diagonals {1 - rows} to {columns - 1}")
    numbers = range(bounds[1], bounds[0] - 1, -1)
    sizes = [max(0, min(rows + min(k, 0), columns - max(k, 0))) for k in numbers]
    longest = max(sizes)
    entries = [(n - min(k, 0), n + max(k, 0), line, n + (longest - size if sides[k < 0] == "RIGHT" else 0))
               for line, (k, size) in enumerate(zip(numbers, sizes, strict=True)) for n in range(size)]
    row, column, which, place = np.array(entries, int).reshape(-1, 4).T
    if bounds[0] == bounds[1]:
        return _Band((Ellipsis, row, column), (Ellipsis, place), (longest,))
    return _Band((Ellipsis, row, column), (Ellipsis, which, place), (len(sizes), longest))


def _filled(values: Tensor, index: Any, shape: Sequence[int], padding: Any) -> Tensor:
    """A tensor that has the values at some places, and `padding` elsewhere."""
    tensor = i.put(values, index=index, shape=tuple(shape))
    if isinstance(padding, (int, float)) and padding == 0:
        return tensor
    taken = np.zeros(shape, bool)
    taken[index] = True
    return where(taken, tensor, convert(padding, values._array.dtype))


def _matrices(tensor: Any, op: str) -> Tensor:
    x = convert(tensor)
    if x.ndim < 2:
        raise InvalidArgumentError(f"{op}: input must be at least 2-dim, received shape: {x.shape}")
    return x


def diag_part(input: Any, name: str | None = None, k: Any = 0, padding_value: Any = 0,
              align: str = "RIGHT_LEFT") -> Tensor:
    """The main diagonal of matrices, the k-th above it, or for a pair of numbers all diagonals between them.

    Shape [..., m, n] gives [..., length], or for a pair [..., diagonals, length], the topmost first, where short
    diagonals are padded on the side opposite to `align`. InvalidArgumentError when there is no such diagonal.

    >>> import tapes as tf
    >>> print(tf.linalg.diag_part([[1.0, 2.0], [3.0, 4.0]]))
    tapes.Tensor([1. 4.], shape=(2,), dtype=float32)
    """
    x, bounds = _matrices(input, "diag_part"), _bounds(k, "diag_part")
    band = _band(x.shape[-2], x.shape[-1], bounds, align, "diag_part")
    taken = i.getitem(x, index=band.inside)
    return taken if len(band.lengths) == 1 else _filled(taken, band.packed, (*x.shape[:-2], *band.lengths),
                                                        padding_value)


def diag(diagonal: Any, name: str | None = None, k: Any = 0, num_rows: int = -1, num_cols: int = -1,
         padding_value: Any = 0, align: str = "RIGHT_LEFT") -> Tensor:
    """Matrices with the given diagonals: what `diag_part` undoes; all other entries are `padding_value`.

    Shape [..., length], or for a pair of numbers k [..., diagonals, length], gives the smallest matrices that hold
    them, unless `num_rows` or `num_cols` says more. InvalidArgumentError when the numbers do not fit.

    >>> import tapes as tf
    >>> print(tf.linalg.diag([1.0, 2.0]))
    tapes.Tensor(
    [[1. 0.]
     [0. 2.]], shape=(2, 2), dtype=float32)
    """
    x, (low, high) = convert(diagonal), _bounds(k, "diag")
    lines = 1 if low == high else 2
    if x.ndim < lines or (lines == 2 and x.shape[-2] != high - low + 1):
        raise InvalidArgumentError(f"diag: for k = {k!r} the diagonals have a shape [..., {high - low + 1}, length], "
                                   f"received shape: {x.shape}" if lines == 2 else
                                   f"diag: diagonal must be at least 1-dim, received shape: {x.shape}")
    least = x.shape[-1] - min(high, 0), x.shape[-1] + max(low, 0)
    square = max(least) if num_rows == num_cols == -1 else -1
    rows, columns = (square if square >= 0 else few if given == -1 else given
                     for given, few in zip((num_rows, num_cols), least, strict=True))
    if rows < least[0] or columns < least[1] or (rows > least[0] and columns > least[1]):
        raise InvalidArgumentError(f"diag: {rows} rows and {columns} columns do not fit diagonals of length "
                                   f"{x.shape[-1]} for k = {k!r}, which need {least[0]} rows and {least[1]} columns")
    band = _band(rows, columns, (low, high), align, "diag")
    return _filled(i.getitem(x, index=band.packed), band.inside, (*x.shape[:x.ndim - lines], rows, columns),
                   padding_value)


def set_diag(input: Any, diagonal: Any, name: str | None = None, k: Any = 0, align: str = "RIGHT_LEFT") -> Tensor:
    """The matrices with other diagonals, given as `diag_part` returns them.

    InvalidArgumentError when the diagonals have another shape than those of the input.

    >>> import tapes as tf
    >>> print(tf.linalg.set_diag([[1.0, 2.0], [3.0, 4.0]], [0.0, 0.0]))
    tapes.Tensor(
    [[0. 2.]
     [3. 0.]], shape=(2, 2), dtype=float32)
    """
    x, bounds = _matrices(input, "set_diag"), _bounds(k, "set_diag")
    fresh = convert(diagonal, x._array.dtype)
    band = _band(x.shape[-2], x.shape[-1], bounds, align, "set_diag")
    wanted = (*x.shape[:-2], *band.lengths)
    if tuple(fresh.shape) != wanted:
        raise InvalidArgumentError(f"set_diag: these diagonals of a tensor of shape {x.shape} have the shape {wanted}, "
                                   f"not {fresh.shape}")
    replaced = np.zeros(tuple(x.shape[-2:]), bool)
    replaced[band.inside] = True
    return where(replaced, _filled(i.getitem(fresh, index=band.packed), band.inside, tuple(x.shape), 0), x)


def band_part(input: Any, num_lower: Any, num_upper: Any, *, name: str | None = None) -> Tensor:
    """The main diagonal with so many diagonals below and above it, a negative number meaning all; the rest is 0.

    `band_part(x, -1, 0)` is the lower triangle. InvalidArgumentError when there are fewer diagonals.

    >>> import tapes as tf
    >>> print(tf.linalg.band_part([[1.0, 2.0], [3.0, 4.0]], -1, 0))
    tapes.Tensor(
    [[1. 0.]
     [3. 4.]], shape=(2, 2), dtype=float32)
    """
    x = _matrices(input, "band_part")
    (lower,), (upper,) = integers(num_lower, "band_part: num_lower"), integers(num_upper, "band_part: num_upper")
    for number, limit, what in ((lower, x.shape[-2], "num_lower"), (upper, x.shape[-1], "num_upper")):
        if number > limit:
            raise InvalidArgumentError(f"band_part: {what} must be negative or at most {limit}, got {number}")
    return q.band(x, lower, upper)


def trace(x: Any, *, name: str | None = None) -> Tensor:
    """The sum of the main diagonal: shape [..., m, n] gives [...].

    >>> import tapes as tf
    >>> print(tf.linalg.trace([[1.0, 2.0], [3.0, 4.0]]))
    tapes.Tensor(5.0, shape=(), dtype=float32)
    """
    return reduce_sum(diag_part(x), axis=-1)


def tensor_diag(diagonal: Any, *, name: str | None = None) -> Tensor:
    """A tensor of twice the rank, which at [i, j, ..., i, j, ...] has the entry [i, j, ...], and 0 elsewhere.

    >>> import tapes as tf
    >>> print(tf.linalg.tensor_diag([1.0, 2.0]))
    tapes.Tensor(
    [[1. 0.]
     [0. 2.]], shape=(2, 2), dtype=float32)
    """
    x = convert(diagonal)
    if not x.ndim:
        raise InvalidArgumentError("tensor_diag: Input must be at least rank 1, got 0")
    return s.reshape(diag(s.reshape(x, shape=(-1,))), shape=(*x.shape, *x.shape))


def tensor_diag_part(input: Any, *, name: str | None = None) -> Tensor:
    """The entries [i, j, ..., i, j, ...] of a tensor, as a tensor of half the rank: what `tensor_diag` undoes.

    >>> import tapes as tf
    >>> print(tf.linalg.tensor_diag_part([[1.0, 2.0], [3.0, 4.0]]))
    tapes.Tensor([1. 4.], shape=(2,), dtype=float32)
    """
    x = convert(input)
    half = tuple(x.shape)[:x.ndim // 2]
    if not x.ndim or tuple(x.shape) != half + half:
        raise InvalidArgumentError("tensor_diag_part: the second half of the shape must be like the first, got "
                                   f"{x.shape}")
    n = int(np.prod(half))
    return s.reshape(diag_part(s.reshape(x, shape=(n, n))), shape=half)
