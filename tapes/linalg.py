"""Products and norms of vectors and matrices: the names of `tf.linalg`."""

from __future__ import annotations

import math as _math
from typing import Any

import numpy as np

from .arrays import eye, where
from .convert import convert
from .errors import InvalidArgumentError
from .math import abs, add_n, conj, is_finite, maximum, minimum, pow, reduce_max, reduce_sum, sqrt, square
from .ops import linalg as a
from .ops import shapes as s
from .protocols import TensorLike
from .public import both, integers, lengths, place
from .tensor import Tensor

__all__ = ["einsum", "eye", "global_norm", "l2_normalize", "matmul", "matrix_transpose", "matvec", "norm", "tensordot"]


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, *,
           name: str | None = None) -> Tensor:
    """The product of two matrices, or of two batches of them, which broadcast.

    Shapes [..., n, m] and [..., m, k] give [..., n, k]. InvalidArgumentError when the inner lengths differ, for
    vectors, and for different dtypes. The adjoints are `g @ transpose(b)` and `transpose(a) @ g` (Giles 2008,
    Collected matrix derivative results, section 2.2).

    >>> import tapes as tf
    >>> print(tf.matmul([[1.0, 2.0]], [[3.0], [4.0]]))
    tapes.Tensor([[11.]], shape=(1, 1), dtype=float32)
    """
    left, right = both(a, b)
    return _matmul(s.swap_last(left) if transpose_a else left, s.swap_last(right) if transpose_b else right)


_matmul = a.matmul


def matvec(a: Any, b: Any, transpose_a: bool = False, *, name: str | None = None) -> Tensor:
    """The product of a matrix and a vector, or of batches of them.

    >>> import tapes as tf
    >>> print(tf.linalg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]))
    tapes.Tensor([3. 7.], shape=(2,), dtype=float32)
    """
    matrix, vector = both(a, b)
    if matrix.ndim < 2 or vector.ndim < 1:
        raise InvalidArgumentError(f"matvec: a matrix and a vector are needed, got shapes {matrix.shape} and "
                                   f"{vector.shape}")
    product = matmul(matrix, s.reshape(vector, shape=(*vector.shape, 1)), transpose_a=transpose_a)
    return s.reshape(product, shape=product.shape[:-1])


def matrix_transpose(a: Any, *, name: str | None = None) -> Tensor:
    """The last two axes exchanged.

    >>> import tapes as tf
    >>> tf.linalg.matrix_transpose([[[1.0, 2.0]]]).shape
    TensorShape([1, 2, 1])
    """
    x = convert(a)
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose: a matrix or a batch of matrices is needed, got shape {x.shape}")
    return s.swap_last(x)


def tensordot(a: Any, b: Any, axes: Any, *, name: str | None = None) -> Tensor:
    """Sum products over pairs of axes: the last `axes` of a with the first of b, or two lists that name the pairs.

    >>> import tapes as tf
    >>> print(tf.tensordot([1.0, 2.0], [3.0, 4.0], 1))
    tapes.Tensor(11.0, shape=(), dtype=float32)
    """
    left, right = both(a, b)
    if not isinstance(axes, (list, tuple)) and np.ndim(axes) == 0:
        (count,) = lengths(axes, "tensordot")
        axes = [list(range(-count, 0)), list(range(count))]
    if len(axes) != 2:
        raise ValueError(f"tensordot: axes must be a number, or two lists of axes, one for each tensor, got {axes!r}")
    summed = [[place(i, x.ndim, "tensordot") for i in integers(side, "tensordot: axes")]
              for x, side in zip((left, right), axes, strict=True)]
    sums = [[x.shape[i] for i in side] for x, side in zip((left, right), summed, strict=True)]
    if sums[0] != sums[1]:
        raise InvalidArgumentError("tensordot: Matrix size-incompatible: it sums over pairs of axes of one length, got "
                                   f"axes {summed[0]} of {left.shape} and axes {summed[1]} of {right.shape}")
    rest = [[i for i in range(x.ndim) if i not in side] for x, side in zip((left, right), summed, strict=True)]
    n = _math.prod(sums[0])
    rows = s.reshape(s.transpose(left, perm=rest[0] + summed[0]), shape=(-1 if n else 0, n))
    columns = s.reshape(s.transpose(right, perm=summed[1] + rest[1]), shape=(n, -1 if n else 0))
    outer = [x.shape[i] for x, side in zip((left, right), rest, strict=True) for i in side]
    return s.reshape(_matmul(rows, columns), shape=tuple(outer))


def einsum(equation: str, *inputs: Any, name: str | None = None) -> Tensor:
    """Einstein's summation: letters name axes, and letters that are missing on the right are summed over.

    >>> import tapes as tf
    >>> print(tf.einsum("ij,ij->i", [[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 1.0]]))
    tapes.Tensor([3. 7.], shape=(2,), dtype=float32)
    """
    if not isinstance(equation, str) or not inputs:
        raise ValueError("einsum: first the equation, a string such as 'ij,jk->ik', then a tensor for each term on its "
                         f"left; got {type(equation).__name__} and {len(inputs)} tensor(s)")
    first = next((x for x in inputs if isinstance(x, TensorLike)), None)
    dtype = convert(inputs[0])._array.dtype if first is None else first._array.dtype
    tensors = [x if isinstance(x, TensorLike) else convert(x, dtype) for x in inputs]
    clash = _clash(equation, tensors)
    if clash:
        given = ", ".join(f"{x.dtype.name}{list(x.shape)}" for x in tensors)
        raise InvalidArgumentError(f"einsum({given}, equation={equation!r}): {clash}")
    return a.einsum(*tensors, equation=equation)


def _clash(equation: str, tensors: list[Any]) -> str:
    """The first letter of an equation that would have to be two lengths at once; NumPy would stretch a length of 1."""
    found: dict[str, int] = {}
    for number, (term, x) in enumerate(zip(equation.partition("->")[0].split(","), tensors, strict=False)):
        for letter, length in zip(term.strip(), x.shape, strict=False):
            if "." not in term and found.setdefault(letter, length) != length:
                return f"the letter {letter!r} stands for {found[letter]} and, in input #{number}, for {length}"
    return ""


def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False, *,
         name: str | None = None) -> Tensor:
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
        raise ValueError(f"norm: for a matrix, `ord` is 'euclidean' or 'fro', got {ord!r}")
    if ord in ("euclidean", "fro", 2):
        return sqrt(reduce_sum(x * conj(x) if x.dtype.is_complex else square(x), axis, keepdims))
    if ord == 1:
        return reduce_sum(abs(x), axis, keepdims)
    if ord == np.inf:
        return reduce_max(abs(x), axis, keepdims)
    if isinstance(ord, (int, float)) and ord > 0:
        return pow(reduce_sum(pow(abs(x), float(ord)), axis, keepdims), 1.0 / ord)
    raise ValueError(f"norm: `ord` must be 'euclidean', 'fro', numpy.inf or a positive number, got {ord!r}")


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
