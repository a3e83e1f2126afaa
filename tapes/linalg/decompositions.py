"""A matrix as a product of triangular, orthogonal and diagonal ones; the derivatives are in ops/decompositions.py."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..convert import convert
from ..ops import decompositions as d
from ..parts import results
from ..tensor import Tensor


class Qr(NamedTuple):
    """The two factors of a matrix: q with orthonormal columns, r upper triangular."""

    q: Tensor
    r: Tensor


def cholesky(input: Any, *, name: str | None = None) -> Tensor:
    """The lower triangular factor L of symmetric, positive definite matrices A = L L^T; of Hermitian ones A = L L^H.

    Shape [..., n, n], as its input. Only the lower half of A is read; the gradient is that of a symmetric matrix, both
    halves alike (Murray 2016, Differentiation of the Cholesky decomposition). A matrix that is not positive definite
    gives nan, as in TensorFlow. InvalidArgumentError when the matrices are not square.

    >>> import tapes as tf
    >>> print(tf.linalg.cholesky([[4.0, 2.0], [2.0, 5.0]]))
    tapes.Tensor(
    [[2. 0.]
     [1. 2.]], shape=(2, 2), dtype=float32)
    """
    return d.cholesky(convert(input))


def qr(input: Any, full_matrices: bool = False, *, name: str | None = None) -> Qr:
    """A = Q R: the columns of Q are orthonormal, R is upper triangular.

    Of shape [..., m, n]: Q has [..., m, k] and R [..., k, n], where k is the smaller of m and n; with `full_matrices`
    Q is square. The signs are LAPACK's. The gradient (Walter and Lehmann 2013) needs the first k columns to be
    independent: else it is inf or nan. The columns that `full_matrices` adds are any basis of what is left over: the
    gradient is right for what does not depend on which. (TensorFlow then raises NotImplementedError.)

    >>> import tapes as tf
    >>> q, r = tf.linalg.qr(tf.constant([[3.0, 1.0], [4.0, 2.0]]))
    >>> print(tf.abs(r[0, 0]))
    tapes.Tensor(5.0, shape=(), dtype=float32)
    """
    return Qr(*results(d.qr(convert(input), full_matrices=bool(full_matrices))))


def eigh(tensor: Any, *, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues e, in increasing order, and eigenvectors, the columns of V, of symmetric matrices A = V diag(e) V^T.

    For Hermitian ones e is complex too, with imaginary part 0. Shapes [..., n] and [..., n, n]. Only the lower half of
    A is read, and only it has a gradient. An eigenvector is known up to its sign (phase), and eigenvectors of one
    eigenvalue up to a rotation. The gradient is right for what does not depend on that: for sums over all the vectors
    of one eigenvalue; how they would part contributes 0 to it, as in TensorFlow. Eigenvalues count as equal when
    rounding cannot tell them apart. InvalidArgumentError for matrices that are not square, or have inf or nan.

    >>> import tapes as tf
    >>> e, v = tf.linalg.eigh(tf.constant([[2.0, 0.0], [0.0, 1.0]]))
    >>> print(e)
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """
    e, v = results(d.eigh(convert(tensor)))
    return e, v


def eigvalsh(tensor: Any, *, name: str | None = None) -> Tensor:
    """The eigenvalues of symmetric or Hermitian matrices, in increasing order: see `eigh`.

    The adjoint of an eigenvalue goes to v v^T, where v is its eigenvector.

    >>> import tapes as tf
    >>> print(tf.linalg.eigvalsh([[2.0, 0.0], [0.0, 1.0]]))
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """
    return eigh(tensor)[0]


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, *,
        name: str | None = None) -> Any:
    """The singular values s, in decreasing order, and the factors u and v of A = u diag(s) v^T (v^H for complex A).

    Of shape [..., m, n]: s has [..., k], u [..., m, k] and v [..., n, k], where k is the smaller of m and n; with
    `full_matrices` u and v are square. Without `compute_uv` only s is returned. As for `eigh`, pairs of vectors are
    known up to a common sign or phase, and the gradient is right for what does not depend on it; singular values that
    are equal, or 0, contribute 0 where they would be divided by (Townsend 2016, Differentiating the singular value
    decomposition; Wan and Zhang 2019 for complex numbers). InvalidArgumentError for vectors.

    >>> import tapes as tf
    >>> s, u, v = tf.linalg.svd(tf.constant([[3.0, 0.0], [0.0, 4.0]]))
    >>> print(s)
    tapes.Tensor([4. 3.], shape=(2,), dtype=float32)
    """
    s, u, v = results(d.svd(convert(tensor), full_matrices=bool(full_matrices and compute_uv)))
    return (s, u, v) if compute_uv else s
