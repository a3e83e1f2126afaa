"""What LAPACK computes, for numbers of any width: NumPy's own where LAPACK knows them, else the textbook's way.

LAPACK knows 32 and 64 bits. Halves are computed in 32. Extended precision, in which the oracles of the tests work, is
done here: by elimination and substitution, or by refining what LAPACK finds in 64 bits. All take batches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError

_KNOWN = "fdFD"  # NumPy's letters for the four dtypes of LAPACK


def _any_width(known: Callable[..., Any], wide: Callable[..., Any]) -> Callable[..., Any]:
    """The function that takes LAPACK's way for LAPACK's dtypes, and for the others the second."""

    def function(a: np.ndarray, *others: Any) -> Any:
        if a.dtype.char in _KNOWN:
            return known(a, *others)
        if a.dtype == np.float16:
            found = known(*(np.asarray(x, np.float32) if hasattr(x, "dtype") else x for x in (a, *others)))
            return tuple(x.astype(np.float16) for x in found) if isinstance(found, tuple) else found.astype(np.float16)
        return wide(a, *others)

    return function


def transposed(a: np.ndarray) -> np.ndarray:
    """The conjugate transpose."""
    return np.conj(np.swapaxes(a, -1, -2))


def _diagonal(a: np.ndarray) -> np.ndarray:
    return np.diagonal(a, axis1=-2, axis2=-1)


def square(a: np.ndarray, what: str = "the input") -> None:
    """An error unless these are square matrices."""
    if a.ndim < 2:
        raise InvalidArgumentError(f"{what} must be a matrix, or a batch of matrices: it has shape {list(a.shape)}")
    if a.shape[-1] != a.shape[-2]:
        raise InvalidArgumentError(f"{what} must be square matrices: it has shape {list(a.shape)}")


# -- linear equations --------------------------------------------------------------------------------------------------

def substitute(a: np.ndarray, b: np.ndarray, lower: bool) -> np.ndarray:
    """The solution of a triangular system, row by row; the other triangle is not looked at.

    A zero on the diagonal gives inf or nan, as in TensorFlow.
    """
    n = a.shape[-1]
    x = np.zeros((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), *b.shape[-2:]), b.dtype)
    for i in range(n) if lower else reversed(range(n)):
        row, known = slice(i, i + 1), slice(0, i) if lower else slice(i + 1, n)
        x[..., row, :] = (b[..., row, :] - a[..., row, known] @ x[..., known, :]) / a[..., row, row]
    return x


def _eliminate(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gaussian elimination with partial pivoting: the sign of the exchanges, a triangular matrix, and what b became."""
    n, system = a.shape[-1], np.concatenate([a, b], -1)
    sign = np.ones(a.shape[:-2], a.dtype)
    for k in range(n):
        pivot = k + np.argmax(np.abs(system[..., k:, k]), -1, keepdims=True)
        order = np.broadcast_to(np.arange(n), (*sign.shape, n)).copy()
        order[..., k:k + 1] = pivot
        np.put_along_axis(order, pivot, k, -1)
        system = np.take_along_axis(system, order[..., None], -2)
        sign = np.where(pivot[..., 0] == k, sign, -sign)
        top, below = system[..., k:k + 1, :], system[..., k + 1:, :]
        divisor = np.where(top[..., k:k + 1] == 0, 1, top[..., k:k + 1])  # then the whole column is 0
        below -= below[..., k:k + 1] / divisor * top
    return sign, system[..., :n], system[..., n:]


def _solve(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    _, triangle, right = _eliminate(a, b)
    if not np.all(_diagonal(triangle)):
        raise np.linalg.LinAlgError
    return substitute(triangle, right, lower=False)


def _slogdet(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sign, triangle, _ = _eliminate(a, a[..., :0])
    size = np.abs(_diagonal(triangle))
    turns = _diagonal(triangle) / np.where(size == 0, 1, size)
    return sign * np.prod(turns, -1), np.sum(np.log(size), -1)


def _det(a: np.ndarray) -> np.ndarray:
    sign, triangle, _ = _eliminate(a, a[..., :0])
    return sign * np.prod(_diagonal(triangle), -1)


_any_solve = _any_width(np.linalg.solve, _solve)
_any_inv = _any_width(np.linalg.inv, lambda a: _solve(a, np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)))
det = _any_width(np.linalg.det, _det)
slogdet = _any_width(lambda a: tuple(np.linalg.slogdet(a)), _slogdet)


def _invertible(function: Callable[..., np.ndarray], a: np.ndarray, *others: Any) -> np.ndarray:
    if np.isnan(a).any():
        raise InvalidArgumentError("the matrix is not invertible: there is nan in it")
    try:
        return function(a, *others)
    except np.linalg.LinAlgError:
        raise InvalidArgumentError("the matrix is not invertible: its rows depend on each other") from None


def solve(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The x with a @ x = b."""
    return _invertible(_any_solve, a, b)


def inv(a: np.ndarray) -> np.ndarray:
    """The inverse."""
    return _invertible(_any_inv, a)


# -- decompositions ----------------------------------------------------------------------------------------------------

def _cholesky(a: np.ndarray) -> np.ndarray:
    """Column by column; where a matrix is not positive definite, all of its triangle is nan."""
    n, factor = a.shape[-1], np.zeros_like(a)
    for k in range(n):
        row = factor[..., k, None, :k]
        rest = a[..., k:, k] - np.sum(factor[..., k:, :k] * np.conj(row), -1)
        pivot = rest[..., :1].real
        factor[..., k:, k] = rest / np.sqrt(np.where(pivot > 0, pivot, np.nan))
        factor[..., k, k] = factor[..., k, k].real
    failed = np.isnan(_diagonal(factor)).any(-1)[..., None, None]
    return np.where(failed & np.tri(n, dtype=bool), np.nan, factor)


def _known_cholesky(a: np.ndarray) -> np.ndarray:
    try:
        return np.linalg.cholesky(a)
    except np.linalg.LinAlgError:  # about a batch of which one failed
        return _cholesky(a)


cholesky = _any_width(_known_cholesky, _cholesky)


def _householder(a: np.ndarray, full: bool) -> tuple[np.ndarray, np.ndarray]:
    """Reflections make the columns of a matrix zero below the diagonal, one after the other; their product is q."""
    rows, columns = a.shape[-2:]
    k = min(rows, columns)
    r, q = a.copy(), np.broadcast_to(np.eye(rows, dtype=a.dtype), (*a.shape[:-2], rows, rows))
    for i in range(k):
        x = r[..., i:, i, None]
        head = x[..., :1, :]
        length = np.sqrt(np.sum((x * np.conj(x)).real, -2, keepdims=True))
        done = (length == np.abs(head)) & (head.imag == 0)  # as LAPACK: no reflection where nothing is to be done
        target = np.where(done, head, np.where(head.real >= 0, -length, length))
        normal = np.concatenate([head - target, x[..., 1:, :]], -2)
        turn = target * (target - head)  # for real numbers half of the squared length of `normal`
        factor = normal @ transposed(normal) / np.where(turn == 0, 1, np.conj(turn))
        r[..., i:, :] -= transposed(factor) @ r[..., i:, :]
        q = np.concatenate([q[..., :i], q[..., i:] - q[..., i:] @ factor], -1)
    r = np.triu(r)
    return (q, r) if full else (q[..., :k], r[..., :k, :])


def _sharper(a: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors of Hermitian matrices, from approximate eigenvectors: each round doubles the digits.

    Ogita and Aishima, Iterative refinement for symmetric eigenvalue decomposition (2018).
    """
    n, one = a.shape[-1], np.eye(a.shape[-1], dtype=a.dtype)
    for _ in range(2):
        away, image = one - transposed(v) @ v, transposed(v) @ a @ v
        e = (_diagonal(image) / (1 - _diagonal(away))).real
        gap = e[..., None, :] - e[..., :, None]
        close = np.abs(gap) <= n * np.finfo(np.float64).eps * np.max(np.abs(e), -1, initial=0)[..., None, None]
        turn = (image + e[..., None, :] * away) / np.where(close, 1, gap)
        v = v + v @ np.where(close, away / 2, turn)
    return e, v


def _narrow(a: np.ndarray) -> np.ndarray:
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def _wide_eigh(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    whole = np.tril(a) + transposed(np.tril(a, -1))
    return _sharper(whole, np.linalg.eigh(_narrow(a))[1].astype(a.dtype))


def _wide_svd(a: np.ndarray, full: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    u, _, v = (x.astype(a.dtype) for x in np.linalg.svd(_narrow(a), full))
    if a.shape[-2] >= a.shape[-1]:
        u, s, v = _sharper_svd(a, u, transposed(v))
    else:
        v, s, u = _sharper_svd(transposed(a), transposed(v), u)
    return u, s, transposed(v)


def _sharper_svd(a: np.ndarray, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From approximate singular vectors of matrices that are at least as high as wide."""
    _, v = _sharper(transposed(a) @ a, v)
    image = a @ v
    s = np.sqrt(np.sum((image * np.conj(image)).real, -2))
    left = image / np.where(s == 0, 1, s)[..., None, :]
    rest = u[..., a.shape[-1]:]
    for _ in range(2):  # the other columns are made orthogonal to these, and to each other
        rest = rest - left @ (transposed(left) @ rest)
        rest = rest @ (3 * np.eye(rest.shape[-1], dtype=a.dtype) - transposed(rest) @ rest) / 2
    return np.concatenate([left, rest], -1), s, v


qr = _any_width(lambda a, full: tuple(np.linalg.qr(a, "complete" if full else "reduced")), _householder)
_eigh = _any_width(lambda a: tuple(np.linalg.eigh(a)), _wide_eigh)
_svd = _any_width(lambda a, full: tuple(np.linalg.svd(a, full)), _wide_svd)


def eigh(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, in increasing order, and eigenvectors of the Hermitian matrix of which this has the lower half."""
    try:
        if np.isfinite(np.tril(a)).all():
            return _eigh(a)
    except np.linalg.LinAlgError:
        pass
    raise InvalidArgumentError("Self-adjoint eigen decomposition was not successful: is there inf or nan in it?")


def svd(a: np.ndarray, full: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The singular value decomposition a = u diag(s) v^H, with v; for a matrix that has inf or nan all is nan."""
    finite = np.isfinite(a).all((-1, -2), keepdims=True)
    u, s, v = _svd(np.where(finite, a, 0), full)
    if not finite.all():
        u, s, v = np.where(finite, u, np.nan), np.where(finite[..., 0], s, np.nan), np.where(finite, v, np.nan)
    return u, s, transposed(v)
