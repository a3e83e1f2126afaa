"""Products of matrices, vectors and tensors; the derivatives are in ops/linalg.py."""

from __future__ import annotations

import math as _math
from typing import Any

import numpy as np

from ..convert import convert
from ..errors import InvalidArgumentError
from ..math import conj
from ..ops import linalg as a
from ..ops import shapes as s
from ..ops.indexing import getitem
from ..protocols import TensorLike
from ..public import both, integers, lengths, place
from ..tensor import Tensor


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, adjoint_a: bool = False,
           adjoint_b: bool = False, a_is_sparse: bool = False, b_is_sparse: bool = False, *,
           name: str | None = None) -> Tensor:
    """The product of two matrices, or of two batches of them, which broadcast.

    Shapes [..., n, m] and [..., m, k] give [..., n, k]; `transpose_a` takes the transpose of a, `adjoint_a` its
    conjugate transpose; that a matrix has many zeros is accepted and ignored. InvalidArgumentError when the inner
    lengths differ, for vectors, and for different dtypes. The adjoints are `g @ transpose(b)` and `transpose(a) @ g`
    (Giles 2008, Collected matrix derivative results, section 2.2).

    >>> import tapes as tf
    >>> print(tf.matmul([[1.0, 2.0]], [[3.0], [4.0]]))
    tapes.Tensor([[11.]], shape=(1, 1), dtype=float32)
    """
    left, right = both(a, b)
    if transpose_a or adjoint_a:
        left = _turned(left, transpose_a, adjoint_a, "a")
    if transpose_b or adjoint_b:
        right = _turned(right, transpose_b, adjoint_b, "b")
    return _matmul(left, right)


def _turned(x: Tensor, transposed: bool, conjugated: bool, which: str) -> Tensor:
    if transposed and conjugated:
        raise ValueError(f"Only one of `transpose_{which}` and `adjoint_{which}` can be True.")
    return adjoint(x) if conjugated else s.swap_last(x)


_matmul = a.matmul


def matvec(a: Any, b: Any, transpose_a: bool = False, adjoint_a: bool = False, a_is_sparse: bool = False,
           b_is_sparse: bool = False, *, name: str | None = None) -> Tensor:
    """The product of a matrix and a vector, or of batches of them.

    >>> import tapes as tf
    >>> print(tf.linalg.matvec([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]))
    tapes.Tensor([3. 7.], shape=(2,), dtype=float32)
    """
    matrix, vector = both(a, b)
    if matrix.ndim < 2 or vector.ndim < 1:
        raise InvalidArgumentError(f"matvec: a matrix and a vector are needed, got shapes {matrix.shape} and "
                                   f"{vector.shape}")
    product = matmul(matrix, s.reshape(vector, shape=(*vector.shape, 1)), transpose_a, adjoint_a=adjoint_a)
    return s.reshape(product, shape=product.shape[:-1])


def adjoint(matrix: Any, *, name: str | None = None) -> Tensor:
    """The conjugate transpose: the last two axes exchanged, and the sign of imaginary parts turned.

    >>> import tapes as tf
    >>> print(tf.linalg.adjoint([[1.0 + 2.0j, 3.0]]))
    tapes.Tensor(
    [[1.-2.j]
     [3.-0.j]], shape=(2, 1), dtype=complex128)
    """
    return matrix_transpose(matrix, conjugate=True)


def matrix_transpose(a: Any, name: str | None = None, conjugate: bool = False) -> Tensor:
    """The last two axes exchanged; with `conjugate`, also the sign of imaginary parts.

    >>> import tapes as tf
    >>> tf.linalg.matrix_transpose([[[1.0, 2.0]]]).shape
    TensorShape([1, 2, 1])
    """
    x = convert(a)
    if x.ndim < 2:
        raise ValueError(f"matrix_transpose: a matrix or a batch of matrices is needed, got shape {x.shape}")
    return s.swap_last(conj(x) if conjugate and x.dtype.is_complex else x)


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


def cross(a: Any, b: Any, *, name: str | None = None) -> Tensor:
    """The vector at right angles to two vectors of space, as long as their parallelogram is large.

    The last axis has length 3, and both have one shape. InvalidArgumentError if not.

    >>> import tapes as tf
    >>> print(tf.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    tapes.Tensor([0. 0. 1.], shape=(3,), dtype=float32)
    """
    x, y = both(a, b)
    if x.shape != y.shape or x.shape[-1:] != (3,):
        raise InvalidArgumentError("cross: Cross-products are only defined for 3-element vectors: both inputs must "
                                   f"have one shape [..., 3], got {x.shape} and {y.shape}")
    (x1, y1), (x2, y2) = (tuple(getitem(each, index=(Ellipsis, np.array(turn))) for each in (x, y))
                          for turn in ([1, 2, 0], [2, 0, 1]))
    return x1 * y2 - x2 * y1


def einsum(equation: str, *inputs: Any, optimize: Any = None, name: str | None = None) -> Tensor:
    """Einstein's summation: letters name axes, and letters that are missing on the right are summed over.

    A term has a letter for each axis of its tensor; a letter that stands in it twice takes the diagonal; `...` stands
    for all further axes, which broadcast. Without `->` the result has the letters that occur once, in the order of
    the alphabet. Any number of tensors of one dtype; `optimize` is accepted and ignored. ValueError when the equation
    is none, InvalidArgumentError when it does not fit the shapes. The adjoint of a factor is the einsum of the adjoint
    with all other factors.

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
    try:
        _check(equation, tensors)
    except ValueError as error:
        given = ", ".join(f"{x.dtype.name}{list(x.shape)}" for x in tensors)
        raise type(error)(f"einsum({given}, equation={equation!r}): {error}") from None
    return a.einsum(*tensors, equation=equation)


def _check(equation: str, tensors: list[Any]) -> None:
    """A letter stands for one length; NumPy would stretch a length of 1, here only the axes of `...` are stretched."""
    terms, _, dots = a.spelled_out(equation, tuple(x.ndim for x in tensors))
    found: dict[str, int] = {}
    for number, (term, x) in enumerate(zip(terms, tensors, strict=True)):
        for letter, length in zip(term, x.shape, strict=True):
            if found.setdefault(letter, length) != length and not (letter in dots and 1 in (found[letter], length)):
                what = "an axis of '...'" if letter in dots else f"the letter {letter!r}"
                raise InvalidArgumentError(f"{what} stands for {found[letter]} and, in input #{number}, for {length}")
            found[letter] = max(found[letter], length) if letter in dots else length
