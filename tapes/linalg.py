"""Products and norms of vectors and matrices: the names of `tf.linalg`."""

from __future__ import annotations

import math as _math
from typing import Any

import numpy as np

from .convert import convert
from .math import abs, pow, reduce_max, reduce_sum, sqrt, square
from .ops import linalg as a
from .ops.shapes import reshape, swap_last, transpose
from .tensor import Tensor, TensorLike


def _both(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    """Two tensors; what is no tensor yet takes the dtype of the other."""
    if isinstance(b, TensorLike) and not isinstance(a, TensorLike):
        return convert(a, b._array.dtype), convert(b)
    first = convert(a)
    return first, convert(b) if isinstance(b, TensorLike) else convert(b, first._array.dtype)


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Tensor:
    """The product of two matrices, or of two batches of them, which broadcast.

    Shapes [..., n, m] and [..., m, k] give [..., n, k]. InvalidArgumentError when the inner lengths differ, for
    vectors, and for different dtypes. The adjoints are `g @ transpose(b)` and `transpose(a) @ g` (Giles 2008,
    Collected matrix derivative results, section 2.2).

    >>> import tapes as tf
    >>> print(tf.matmul([[1.0, 2.0]], [[3.0], [4.0]]))
    tapes.Tensor([[11.]], shape=(1, 1), dtype=float32)
    """
    left, right = _both(a, b)
    return _matmul(swap_last(left) if transpose_a else left, swap_last(right) if transpose_b else right)


_matmul = a.matmul


def matvec(a: Any, b: Any, transpose_a: bool = False) -> Tensor:
    """The product of a matrix and a vector, or of batches of them.

    >>> import tapes as tf
    >>> print(tf.linalg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]))
    tapes.Tensor([3. 7.], shape=(2,), dtype=float32)
    """
    matrix, vector = _both(a, b)
    product = matmul(matrix, reshape(vector, shape=(*vector.shape, 1)), transpose_a=transpose_a)
    return reshape(product, shape=product.shape[:-1])


def tensordot(a: Any, b: Any, axes: Any) -> Tensor:
    """Sum products over pairs of axes: the last `axes` of a with the first of b, or two lists that name the pairs.

    >>> import tapes as tf
    >>> print(tf.tensordot([1.0, 2.0], [3.0, 4.0], 1))
    tapes.Tensor(11.0, shape=(), dtype=float32)
    """
    left, right = _both(a, b)
    if np.ndim(axes) == 0:
        summed = [list(range(left.ndim - int(axes), left.ndim)), list(range(int(axes)))]
    else:
        summed = [[int(i) % x.ndim for i in np.atleast_1d(side)] for x, side in zip((left, right), axes, strict=True)]
    lengths = [[x.shape[i] for i in side] for x, side in zip((left, right), summed, strict=True)]
    if lengths[0] != lengths[1]:
        raise ValueError(f"tensordot sums over axes of one length, got {lengths[0]} of {left.shape} and {lengths[1]} "
                         f"of {right.shape}")
    rest = [[i for i in range(x.ndim) if i not in side] for x, side in zip((left, right), summed, strict=True)]
    n = _math.prod(lengths[0])
    rows = reshape(transpose(left, perm=rest[0] + summed[0]), shape=(-1 if n else 0, n))
    columns = reshape(transpose(right, perm=summed[1] + rest[1]), shape=(n, -1 if n else 0))
    outer = [x.shape[i] for x, side in zip((left, right), rest, strict=True) for i in side]
    return reshape(_matmul(rows, columns), shape=tuple(outer))


def einsum(equation: str, *inputs: Any) -> Tensor:
    """Einstein's summation: letters name axes, and letters that are missing on the right are summed over.

    >>> import tapes as tf
    >>> print(tf.einsum("ij,ij->i", [[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]]))
    tapes.Tensor([3. 7.], shape=(2,), dtype=float32)
    """
    if not inputs:
        raise ValueError("einsum needs at least one tensor")
    first = next((x for x in inputs if isinstance(x, TensorLike)), None)
    dtype = convert(inputs[0])._array.dtype if first is None else first._array.dtype
    return a.einsum(*[x if isinstance(x, TensorLike) else convert(x, dtype) for x in inputs], equation=equation)


def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Tensor:
    """The length of a vector: `ord` is "euclidean" (or 2 for vectors), 1, numpy.inf, or any positive number.

    Along `axis`; by default over all entries. At the zero vector the euclidean norm has the gradient nan, as in
    TensorFlow. ValueError for another `ord`.

    >>> import tapes as tf
    >>> print(tf.norm([3.0, 4.0]))
    tapes.Tensor(5.0, shape=(), dtype=float32)
    """
    x = convert(tensor)
    pair = isinstance(axis, (list, tuple)) and len(axis) == 2
    if pair and ord not in ("euclidean", "fro"):
        raise ValueError(f"for a matrix, `ord` is 'euclidean' or 'fro', got {ord!r}")
    if ord in ("euclidean", "fro", 2):
        return sqrt(reduce_sum(square(x), axis, keepdims))
    if ord == 1:
        return reduce_sum(abs(x), axis, keepdims)
    if ord == np.inf:
        return reduce_max(abs(x), axis, keepdims)
    if isinstance(ord, (int, float)) and ord > 0:
        return pow(reduce_sum(pow(abs(x), float(ord)), axis, keepdims), 1.0 / ord)
    raise ValueError(f"`ord` must be 'euclidean', 'fro', numpy.inf or a positive number, got {ord!r}")
