"""Systems of linear equations, inverses and determinants; the derivatives are in ops/equations.py."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..api.making import eye
from ..api.picking import where
from ..convert import convert
from ..dtypes import int32
from ..math import cast, log, real, reduce_max, reduce_sum
from ..ops import equations as q
from ..parts import results
from ..public import both
from ..tensor import Tensor
from .decompositions import cholesky, svd
from .diagonals import diag_part
from .products import adjoint as _adjoint
from .products import matmul


class LogMatrixDeterminant(NamedTuple):
    """A determinant as its sign (of a complex one, its phase) and the logarithm of its size."""

    sign: Tensor
    log_abs_determinant: Tensor


def inv(input: Any, adjoint: bool = False, *, name: str | None = None) -> Tensor:
    """The inverse of square matrices; with `adjoint`, of their conjugate transposes.

    Shape [..., n, n], as its input. The adjoint is -Y^T g Y^T for the inverse Y (Giles 2008, section 2.2.3).
    InvalidArgumentError when a matrix has no inverse, has nan in it, or is not square.

    >>> import tapes as tf
    >>> print(tf.linalg.inv([[2.0, 0.0], [0.0, 4.0]]))
    tapes.Tensor(
    [[0.5  0.  ]
     [0.   0.25]], shape=(2, 2), dtype=float32)
    """
    inverse = q.inv(convert(input))
    return _adjoint(inverse) if adjoint else inverse


def solve(matrix: Any, rhs: Any, adjoint: bool = False, *, name: str | None = None) -> Tensor:
    """The X with A X = B, or with `adjoint` A^H X = B: quicker and more exact than `inv(A) @ B`.

    Shapes [..., n, n] and [..., n, k] give [..., n, k]; the leading axes must be equal. The adjoints are
    h = A^-T g for B and -h X^T for A (Giles 2008, section 2.3.1). InvalidArgumentError when a matrix has no
    inverse, and when shapes or dtypes do not fit.

    >>> import tapes as tf
    >>> print(tf.linalg.solve([[2.0, 0.0], [0.0, 4.0]], [[1.0], [1.0]]))
    tapes.Tensor(
    [[0.5 ]
     [0.25]], shape=(2, 1), dtype=float32)
    """
    a, b = both(matrix, rhs)
    return q.solve(_adjoint(a) if adjoint else a, b)


def triangular_solve(matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, *,
                     name: str | None = None) -> Tensor:
    """The X with A X = B (A^H X = B with `adjoint`) for triangular A, by substitution; the leading axes broadcast.

    The other half of A is not read, and gets the gradient 0. A zero on the diagonal gives inf or nan.
    InvalidArgumentError when shapes or dtypes do not fit.

    >>> import tapes as tf
    >>> print(tf.linalg.triangular_solve([[2.0, 0.0], [1.0, 4.0]], [[2.0], [1.0]]))
    tapes.Tensor(
    [[1.]
     [0.]], shape=(2, 1), dtype=float32)
    """
    a, b = both(matrix, rhs)
    return q.triangular_solve(_adjoint(a) if adjoint else a, b, lower=bool(lower) != bool(adjoint))


def cholesky_solve(chol: Any, rhs: Any, *, name: str | None = None) -> Tensor:
    """The X with A X = B, given the Cholesky factor of A: two triangular systems, one after the other.

    >>> import tapes as tf
    >>> print(tf.linalg.cholesky_solve([[2.0, 0.0], [0.0, 1.0]], [[4.0], [3.0]]))
    tapes.Tensor(
    [[1.]
     [3.]], shape=(2, 1), dtype=float32)
    """
    factor, b = both(chol, rhs)
    return triangular_solve(factor, triangular_solve(factor, b), adjoint=True)


def lstsq(matrix: Any, rhs: Any, l2_regularizer: float = 0.0, fast: bool = True, *,
          name: str | None = None) -> Tensor:
    """The X for which A X is nearest to B; if many are, the shortest of them.

    Shapes [..., m, n] and [..., m, k] give [..., n, k]. It minimises |A X - B|^2 + l2_regularizer |X|^2. If `fast`, by
    the normal equations and Cholesky's factor: nan when the rows, or the columns, depend on each other. Else by the
    pseudo-inverse, which needs no independence, takes no regularizer, and has a gradient as long as the rank stays
    (Golub and Pereyra 1973); TensorFlow then has none.

    >>> import tapes as tf
    >>> print(tf.linalg.lstsq([[1.0], [1.0]], [[1.0], [3.0]]))
    tapes.Tensor([[2.]], shape=(1, 1), dtype=float32)
    """
    a, b = both(matrix, rhs)
    if not fast:
        return matmul(pinv(a), b)
    high = a.ndim < 2 or a.shape[-2] >= a.shape[-1]
    gram = matmul(a, a, adjoint_a=True) if high else matmul(a, a, adjoint_b=True)
    factor = cholesky(gram + eye(gram.shape[-1], dtype=gram.dtype) * l2_regularizer)
    if high:
        return cholesky_solve(factor, matmul(a, b, adjoint_a=True))
    return matmul(a, cholesky_solve(factor, b), adjoint_a=True)


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, *, name: str | None = None) -> Tensor:
    """The pseudo-inverse (Moore and Penrose): of shape [..., m, n] it has [..., n, m].

    Singular values up to `rcond` times the largest count as 0, by default 10 max(m, n) eps.

    >>> import tapes as tf
    >>> print(tf.linalg.pinv([[2.0], [0.0]]))
    tapes.Tensor([[0.5 0. ]], shape=(1, 2), dtype=float32)
    """
    s, u, v = svd(convert(a))
    if rcond is None:
        rcond = 10.0 * max(u.shape[-2], v.shape[-2]) * float(np.finfo(s.dtype.as_numpy_dtype).eps)
    cutoff = convert(rcond, s._array.dtype)[..., None] * reduce_max(s, axis=-1, keepdims=True)
    inverse = cast(1.0 / where(s > cutoff, s, np.inf), u.dtype)
    return matmul(v * inverse[..., None, :], u, adjoint_b=True)


def matrix_rank(a: Any, tol: Any = None, validate_args: bool = False, *, name: str | None = None) -> Tensor:
    """How many rows do not depend on each other: how many singular values are above `tol`. It has no derivative.

    By default `tol` is the largest of them times the larger length of the matrix times eps.

    >>> import tapes as tf
    >>> print(tf.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
    tapes.Tensor(1, shape=(), dtype=int32)
    """
    x = convert(a)
    s = svd(x, compute_uv=False)
    if tol is None:
        eps = float(np.finfo(s.dtype.as_numpy_dtype).eps)
        tol = eps * max(x.shape[-2:]) * reduce_max(s, axis=-1, keepdims=True)
    return reduce_sum(cast(s > tol, int32), axis=-1)


def det(input: Any, *, name: str | None = None) -> Tensor:
    """The determinant of square matrices: shape [..., n, n] gives [...].

    Its gradient is the matrix of cofactors, for a singular matrix too, where TensorFlow raises. InvalidArgumentError
    when the matrices are not square.

    >>> import tapes as tf
    >>> print(tf.linalg.det([[1.0, 2.0], [3.0, 4.0]]))
    tapes.Tensor(-2.0, shape=(), dtype=float32)
    """
    return q.det(convert(input))


def slogdet(input: Any, *, name: str | None = None) -> LogMatrixDeterminant:
    """The sign and the logarithm of the absolute value of the determinant, where the determinant would overflow.

    A singular matrix has the sign 0 and the logarithm -inf, and no gradient: InvalidArgumentError. For complex
    matrices both are complex; that the phase turns has its gradient too, which TensorFlow takes to be 0.

    >>> import tapes as tf
    >>> sign, log = tf.linalg.slogdet(tf.constant([[0.0, 1.0], [1.0, 0.0]]))
    >>> print(sign, log)
    tapes.Tensor(-1.0, shape=(), dtype=float32) tapes.Tensor(0.0, shape=(), dtype=float32)
    """
    return LogMatrixDeterminant(*results(q.slogdet(convert(input))))


def logdet(matrix: Any, *, name: str | None = None) -> Tensor:
    """The logarithm of the determinant of Hermitian, positive definite matrices, from their Cholesky factor.

    A matrix that is not positive definite gives nan.

    >>> import tapes as tf
    >>> print(tf.linalg.logdet([[1.0, 0.0], [0.0, 1.0]]))
    tapes.Tensor(0.0, shape=(), dtype=float32)
    """
    return 2.0 * reduce_sum(log(real(diag_part(cholesky(matrix)))), axis=-1)
