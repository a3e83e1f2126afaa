"""A matrix as a product of simpler ones: what is special about the factors stays so, and that decides the derivative.

Each rule says which adjoint of the matrix belongs to adjoints of its factors. With A^H for the conjugate transpose:

    cholesky  A = L L^H          Murray, Differentiation of the Cholesky decomposition (2016)
    qr        A = Q R            Walter and Lehmann, Algorithmic differentiation of linear algebra functions (2013)
    eigh      A = V diag(e) V^H  Giles, Collected matrix derivative results (2008), section 3.1
    svd       A = U diag(s) V^H  Townsend, Differentiating the SVD (2016); complex: Wan and Zhang (2019)

Eigenvectors and singular vectors are known up to a sign, for complex numbers up to a phase, and where two values are
equal, up to a rotation among their vectors. Only what does not depend on that choice has a derivative. How vectors of
equal values would part is not in their adjoints; the rules take 0, as TensorFlow does: right for what depends on the
whole space of these vectors, such as a projection on it, not for V diag(f(e)) V^H put together by hand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..batching import leading
from ..errors import InvalidArgumentError
from ..op import Op, Rule
from ..parts import Arrived, Parts, results
from . import lapack
from .elementwise import abs, cast, conj, divide_no_nan, imag, is_complex, where
from .equations import band, triangle, triangular_solve
from .linalg import matmul
from .reductions import reduce_max
from .shapes import concat, swap_last


def adjoint(x: Any) -> Any:
    """The conjugate transpose of each matrix."""
    return swap_last(conj(x) if is_complex(x) else x)


def steepest(rule: Rule) -> Rule:
    """A rule that was derived for the direction of steepest ascent, as one that the sweep can use.

    Between the steps of a tape adjoints obey the plain chain rule; they are the conjugates of that direction.
    """
    def conjugated(g: Any, y: Any, x: Any, **params: Any) -> Any:
        if not is_complex(x):
            return rule(g, y, x, **params)
        turned = Arrived({i: conj(dy) for i, dy in g.items()}) if isinstance(g, Arrived) else conj(g)
        return conj(rule(turned, y, x, **params))

    return conjugated


def _matrix(a: np.ndarray) -> None:
    if a.ndim < 2:
        raise InvalidArgumentError("Input tensor 0 must have rank >= 2: a matrix, or a batch of matrices")


# -- cholesky ----------------------------------------------------------------------------------------------------------

def _cholesky(a: np.ndarray, whole: bool = False) -> np.ndarray:
    lapack.square(a)
    return lapack.cholesky((a + lapack.transposed(a)) / 2 if whole else a)


def _cholesky_rule(g: Any, y: Any, a: Any, whole: bool = False) -> Any:
    """With P = the lower half of L^H g: the Hermitian part of L^-H P L^-1.

    The forward function reads the lower half of A, but the adjoint is that of a Hermitian A, as TensorFlow has it.
    """
    half = matmul(adjoint(y), g) * (np.tri(a.shape[-1], dtype=y.dtype) - np.eye(a.shape[-1], dtype=y.dtype) / 2)
    left = triangular_solve(adjoint(y), half, lower=False)
    both = triangular_solve(adjoint(y), adjoint(left), lower=False)
    return (both + adjoint(both)) * 0.5


_SKEW = np.array([[0.0, 0.5j, -0.25j], [-0.5j, 0.0, 0.75j], [0.25j, -0.75j, 0.0]])
_POSITIVE = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]])
cholesky = Op("cholesky", _cholesky, [steepest(_cholesky_rule)], kinds="fc", lift=leading, examples=[
    ((_POSITIVE,), {"whole": True}), ((np.stack([_POSITIVE, _POSITIVE @ _POSITIVE]),), {"whole": True}),
    ((_POSITIVE + _SKEW,), {"whole": True}),
    ((np.array([[4.0]]),), {}), (((0, 0),), {}), (((0, 2, 2),), {})])


# -- qr ----------------------------------------------------------------------------------------------------------------

def _qr(a: np.ndarray, full_matrices: bool) -> Parts:
    _matrix(a)
    return Parts(lapack.qr(a, full_matrices))


def _qr_rule(g: Any, y: Any, a: Any, full_matrices: bool) -> Any:
    """For matrices that are wider than high, A = Q [R1, R2]: the left square gives Q, and R2 is Q^H times the rest."""
    rows, columns = a.shape[-2:]
    k = min(rows, columns)
    dq, dr = g.filled(y)
    q, r = results(y)
    q, dq = _thin(q, dq, k)
    if rows >= columns:
        return _high_qr_rule(q, r[..., :k, :], dq, dr[..., :k, :])
    dq = dq + matmul(a[..., k:], adjoint(dr[..., k:]))
    return concat(_high_qr_rule(q, r[..., :k], dq, dr[..., :k]), matmul(q, dr[..., k:]), axis=-1)


def _high_qr_rule(q: Any, r: Any, dq: Any, dr: Any) -> Any:
    """(dQ + Q H) R^-H, where H is Hermitian and has the lower half of R dR^H - dQ^H Q."""
    lower = triangle(matmul(r, adjoint(dr)) - matmul(adjoint(dq), q), lower=True)
    hermitian = lower + adjoint(lower - band(lower, 0, 0))
    if is_complex(q):  # the diagonal of R is real, and so is that of H
        hermitian = hermitian - band(cast(imag(lower), dtype=q.dtype) * 1j, 0, 0)
    return adjoint(triangular_solve(r, adjoint(dq + matmul(q, hermitian)), lower=False))


def _thin(u: Any, du: Any, k: int) -> tuple[Any, Any]:
    """The first k columns of a unitary matrix, and their adjoint: the others must turn with them to stay orthogonal."""
    if u.shape[-1] == k:
        return u, du
    first, rest = u[..., :k], u[..., k:]
    return first, du[..., :k] - matmul(rest, matmul(adjoint(du[..., k:]), first))


_HIGH = np.array([[1.0, 2.0], [-1.0, 0.5], [0.25, 1.5]])
_COMPLEX = _HIGH + 1j * _HIGH[::-1]
qr = Op("qr", _qr, [steepest(_qr_rule)], kinds="fc", examples=[
    ((_POSITIVE,), {"full_matrices": False}), ((_HIGH,), {"full_matrices": False}),
    ((np.stack([_HIGH.T, _HIGH.T[::-1]]),), {"full_matrices": False}), ((_COMPLEX,), {"full_matrices": False}),
    ((np.array([[-2.0]]),), {"full_matrices": False}), (((0, 2, 2),), {"full_matrices": False}),
    (((2, 0),), {"full_matrices": False})])


# -- eigh and svd ------------------------------------------------------------------------------------------------------

def _noise(values: Any) -> Any:
    """What rounding does to the largest of them."""
    eps = float(np.finfo(np.dtype(values.dtype)).eps)
    return values.shape[-1] * eps * reduce_max(abs(values), axis=-1, keepdims=True)


def _inverse_gaps(values: Any) -> Any:
    """1 / (v_j - v_i) for each pair, and 0 where the two are as good as equal."""
    gaps = values[..., None, :] - values[..., :, None]
    return divide_no_nan(1.0, where(abs(gaps) > _noise(values)[..., None], gaps, 0.0))


def _eigh(a: np.ndarray) -> Parts:
    lapack.square(a)
    e, v = lapack.eigh(a)
    return Parts((e.astype(a.dtype), v))


def _eigh_rule(g: Any, y: Any, a: Any) -> Any:
    """V (diag(de) + F * V^H dV) V^H with F_ij = 1/(e_j - e_i); both halves of it are collected in the lower one."""
    e, v = results(y)
    de, dv = g.in_order(y)
    whole = 0.0
    if de is not None:
        whole = matmul(v * de[..., None, :], adjoint(v))
    if dv is not None:
        whole = whole + matmul(matmul(v, _inverse_gaps(e) * matmul(adjoint(v), dv)), adjoint(v))
    lower = band(whole + adjoint(whole), -1, 0)
    return lower - band(lower, 0, 0) * 0.5


eigh = Op("eigh", _eigh, [steepest(_eigh_rule)], kinds="fc", examples=[
    ((_POSITIVE,), {}), ((np.stack([_POSITIVE, _POSITIVE @ _POSITIVE]),), {}), ((np.array([[-2.0]]),), {}),
    (((0, 0),), {}), (((0, 2, 2),), {})])


def _svd(a: np.ndarray, full_matrices: bool) -> Parts:
    _matrix(a)
    u, s, v = lapack.svd(a, full_matrices)
    return Parts((s, u, v))


def _svd_rule(g: Any, y: Any, a: Any, full_matrices: bool) -> Any:
    """U (diag(ds) + (J + J^H) S + S (K + K^H)) V^H with J = F * U^H dU, K = F * V^H dV, F_ij = 1/(s_j^2 - s_i^2).

    To this come the parts of dU and dV that point out of the space of the first columns, divided by s.
    """
    ds, du, dv = g.in_order(y)
    s, u, v = results(y)
    k = s.shape[-1]
    if du is None and dv is None:
        ds = cast(ds, dtype=u.dtype) if is_complex(u) else ds
        return matmul(u[..., :k] * ds[..., None, :], adjoint(v[..., :k]))
    ds, du, dv = g.filled(y)
    (u, du), (v, dv) = _thin(u, du, k), _thin(v, dv, k)
    gaps = _inverse_gaps(s) * divide_no_nan(1.0, s[..., None, :] + s[..., :, None])
    inverse = divide_no_nan(1.0, where(s > _noise(s), s, 0.0))
    if is_complex(u):
        s, ds, gaps, inverse = (cast(x, dtype=u.dtype) for x in (s, ds, gaps, inverse))
    row, column = s[..., None, :], s[..., :, None]
    turn_u, turn_v = matmul(adjoint(u), du), matmul(adjoint(v), dv)
    left, right = gaps * turn_u, gaps * turn_v
    core = (left + adjoint(left)) * row + column * (right + adjoint(right))
    core = core + where(np.eye(k, dtype=bool), ds[..., None, :], 0.0)
    if is_complex(u):  # only the difference of the phases of u and v is free
        core = core - band(cast(imag(turn_v), dtype=u.dtype) * 1j, 0, 0) * inverse[..., :, None]
    out_u = (du - matmul(u, turn_u)) * inverse[..., None, :]
    out_v = (dv - matmul(v, turn_v)) * inverse[..., None, :]
    return matmul(matmul(u, core) + out_u, adjoint(v)) + matmul(u, adjoint(out_v))


svd = Op("svd", _svd, [steepest(_svd_rule)], kinds="fc", examples=[
    ((_POSITIVE,), {"full_matrices": False}), ((_HIGH,), {"full_matrices": False}),
    ((np.stack([_HIGH.T, _HIGH.T[::-1]]),), {"full_matrices": False}),
    ((np.array([[-2.0]]),), {"full_matrices": False}), (((0, 2, 2),), {"full_matrices": False})])
