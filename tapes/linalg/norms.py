"""How long is a vector, how large a matrix; and shortening what is too long."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..api.arranging import squeeze
from ..api.picking import where
from ..complaints import wrong_kind
from ..convert import convert
from ..errors import InvalidArgumentError
from ..math import abs, add_n, cast, conj, is_finite, maximum, minimum, pow, reduce_max, reduce_sum, sqrt, square
from ..ops import shapes as s
from ..public import place
from ..tensor import Tensor
from .decompositions import svd


def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool | None = None, *,
         name: str | None = None) -> Tensor:
    """The length of a vector or the size of a matrix.

    Args:
        tensor: floating or complex numbers.
        ord: for vectors "euclidean" (or 2), 1, numpy.inf, or any positive number p: the p-th root of the sum of p-th
            powers. For matrices "euclidean" or "fro" (the root of the sum of squares), 1 (the largest sum of a
            column), numpy.inf (of a row), or 2 (the largest singular value).
        axis: None: all entries are one vector; a number: the axis along which vectors lie; a pair: those of matrices.
        keepdims: whether the axes stay, with length 1.

    ValueError for another `ord` or `axis`. The euclidean norm of complex numbers is complex, as in TensorFlow. At the
    zero vector it has the gradient nan, as there; where several are the largest, they share the adjoint.

    >>> import tapes as tf
    >>> print(tf.norm([3.0, 4.0]))
    tapes.Tensor(5.0, shape=(), dtype=float32)
    """
    x, keep = convert(tensor), bool(keepdims)
    if isinstance(axis, (list, tuple)) and len(axis) == 2:
        rows, columns = (place(one, x.ndim, "norm") for one in axis)
        return _matrix_norm(x, ord, rows, columns, keep)
    if axis is not None and np.ndim(axis):
        raise ValueError(f"norm: 'axis' must be None, an integer, or a tuple of 2 unique integers, got {axis!r}")
    if ord in ("euclidean", 2):
        if x._array.dtype.kind not in "fc":
            raise wrong_kind("norm", [x._array], x._array.dtype, "fc")
        return _root_of_squares(x, axis, keep)
    if isinstance(ord, str) or not np.isreal(ord) or not ord > 0:
        raise ValueError(f"norm: 'ord' must be a supported vector norm: 'euclidean', numpy.inf or a positive number, "
                         f"got {ord!r}. ('fro' is for matrices: say which axes they lie in, axis=[-2, -1].)")
    if ord == 1:
        return reduce_sum(abs(x), axis, keep)
    if ord == np.inf:
        return reduce_max(abs(x), axis, keep)
    return pow(reduce_sum(pow(abs(x), float(ord)), axis, keep), 1.0 / ord)


def _matrix_norm(x: Tensor, ord: Any, rows: int, columns: int, keep: bool) -> Tensor:
    if rows == columns:
        raise ValueError(f"norm: 'axis' must be a tuple of 2 unique integers, got axis {rows} twice")
    if ord in ("euclidean", "fro"):
        return _root_of_squares(x, (rows, columns), keep)
    if ord not in (1, 2, np.inf):
        raise ValueError("norm: 'ord' must be a supported matrix norm: 'euclidean', 'fro', 1, 2 or numpy.inf, got "
                         f"{ord!r}")
    if ord == 2:
        others = [axis for axis in range(x.ndim) if axis not in (rows, columns)]
        values = svd(s.transpose(x, perm=[*others, rows, columns]), compute_uv=False)
        largest = reduce_max(abs(values), axis=-1)  # they are not negative, but abs has the derivative 0 at 0
        shape = [1 if axis in (rows, columns) else length for axis, length in enumerate(x.shape)]
        return s.reshape(largest, shape=tuple(shape)) if keep else largest
    inner, outer = (rows, columns) if ord == 1 else (columns, rows)
    largest = reduce_max(reduce_sum(abs(x), inner, True), outer, True)
    return largest if keep else squeeze(largest, [rows, columns])


def _root_of_squares(x: Tensor, axis: Any, keep: bool) -> Tensor:
    return sqrt(reduce_sum(x * conj(x) if x.dtype.is_complex else square(x), axis, keep))


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, *,
              name: str | None = None) -> tuple[Tensor, Tensor]:
    """The tensor divided by its norm, and the norm, whose axes are kept: see `norm`.

    >>> import tapes as tf
    >>> unit, length = tf.linalg.normalize(tf.constant([3.0, 4.0]))
    >>> print(unit, length)
    tapes.Tensor([0.6 0.8], shape=(2,), dtype=float32) tapes.Tensor([5.], shape=(1,), dtype=float32)
    """
    x = convert(tensor)
    length = norm(x, ord, axis, keepdims=True)
    return x / cast(length, x.dtype), length


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, *, name: str | None = None) -> Tensor:
    """Scale to length 1 along axes; a length below the root of `epsilon` counts as that.

    >>> import tapes as tf
    >>> print(tf.math.l2_normalize([3.0, 4.0]))
    tapes.Tensor([0.6 0.8], shape=(2,), dtype=float32)
    """
    tensor = convert(x)
    return tensor / sqrt(maximum(reduce_sum(square(tensor), axis, keepdims=True), epsilon))


def global_norm(t_list: Any, *, name: str | None = None) -> Tensor:
    """The euclidean norm of all entries of all tensors of a list together; None in the list is passed over.

    >>> import tapes as tf
    >>> print(tf.linalg.global_norm([tf.constant([3.0]), None, tf.constant([4.0])]))
    tapes.Tensor(5.0, shape=(), dtype=float32)
    """
    tensors = [convert(t) for t in t_list if t is not None]
    if any(t.dtype.is_complex for t in tensors):
        raise InvalidArgumentError("global_norm takes floating numbers, not complex ones: say tapes.abs(t) first")
    return sqrt(add_n([reduce_sum(square(t)) for t in tensors]))


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, *, name: str | None = None) -> Tensor:
    """Shorten to the norm `clip_norm`, along axes, what is longer; the gradient is right at zero too.

    >>> import tapes as tf
    >>> print(tf.clip_by_norm([3.0, 4.0], 1.0))
    tapes.Tensor([0.6 0.8], shape=(2,), dtype=float32)
    """
    tensor = convert(t)
    squares = reduce_sum(square(tensor), axes, keepdims=True)
    some = squares > 0.0
    length = where(some, sqrt(where(some, squares, 1.0)), squares)  # no square root of 0, whose slope is infinite
    return tensor * clip_norm / maximum(length, clip_norm)


def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None, *,
                        name: str | None = None) -> tuple[list[Tensor | None], Tensor]:
    """Scale a list of gradients by one factor so that their global norm is at most `clip_norm`.

    Returns the new list and the norm that it had (or `use_norm`); None in the list stays None. When the norm is not
    finite all become nan (Pascanu et al. 2012, https://arxiv.org/abs/1211.5063).

    >>> import tapes as tf
    >>> clipped, norm = tf.clip_by_global_norm([tf.constant([3.0]), None, tf.constant([4.0])], 1.0)
    >>> [g if g is None else g.numpy().tolist() for g in clipped], float(norm)
    ([[0.6000000238418579], None, [0.800000011920929]], 5.0)
    """
    length = global_norm(t_list) if use_norm is None else convert(use_norm)
    scale = where(is_finite(length), clip_norm * minimum(1.0 / length, 1.0 / convert(clip_norm, length._array.dtype)),
                  np.nan)
    return [t if t is None else t * scale for t in t_list], length
