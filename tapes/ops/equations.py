"""Linear equations and determinants: to differentiate a solution is to solve once more, with the transpose.

The rules are those of Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation (2008), sections 2.2 and 2.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..batching import aligned, leading
from ..errors import InvalidArgumentError
from ..op import Op
from ..parts import Parts, results
from ..rules import unbroadcast
from . import lapack
from .elementwise import cast, imag, is_complex, real, where, zeros_like
from .linalg import matmul
from .reductions import reduce_sum
from .shapes import concat, swap_last


def band(x: Any, lower: int, upper: int) -> Any:
    """The entries between the `lower`-th diagonal below and the `upper`-th above; a negative number means all."""
    rows, columns = np.indices(tuple(x.shape[-2:]), sparse=True)
    kept = (lower < 0) | (rows - columns <= lower)
    return where(kept & ((upper < 0) | (columns - rows <= upper)), x, 0)


def triangle(x: Any, lower: bool) -> Any:
    """One of the two triangles, with the diagonal."""
    return band(x, -1, 0) if lower else band(x, 0, -1)


def _inv(a: np.ndarray) -> np.ndarray:
    lapack.square(a)
    return lapack.inv(a)


def _solve(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    _fitting(a, b)
    if a.shape[:-2] != b.shape[:-2]:
        raise InvalidArgumentError(f"the matrices and the right sides must come in equal batches, not "
                                   f"{list(a.shape[:-2])} and {list(b.shape[:-2])}")
    return lapack.solve(a, b)


def _triangular_solve(a: np.ndarray, b: np.ndarray, lower: bool) -> np.ndarray:
    _fitting(a, b)
    try:
        return lapack.substitute(a, b, lower)
    except ValueError:
        raise InvalidArgumentError(f"the batch dimensions {list(a.shape[:-2])} and {list(b.shape[:-2])} must be equal, "
                                   "or 1") from None


def _fitting(a: np.ndarray, b: np.ndarray) -> None:
    lapack.square(a, "the first input")
    if b.ndim < 2:
        raise InvalidArgumentError("the right side must be a matrix, with a column for each right side: a vector b is "
                                   "b[:, None]")
    if a.shape[-1] != b.shape[-2]:
        raise InvalidArgumentError(f"Input matrix and rhs are incompatible: {a.shape[-1]} equations, and "
                                   f"{b.shape[-2]} rows on the right side")


_SOME = np.array([[[1.0, 2.0, 0.5], [0.0, -1.0, 1.0], [1.5, 0.0, 2.0]], [[0.0, 2.0, 0.0], [1.0, 0.5, 0.0],
                  [0.5, 1.0, -3.0]]])
_COMPLEX = np.array([[2.0 + 1.0j, 1.0], [-1.0j, 3.0]])

inv: Op = Op("inv", _inv, [lambda g, y, a: -matmul(matmul(swap_last(y), g), swap_last(y))], kinds="fc", lift=leading,
             examples=[((_SOME[0],), {}), ((_SOME,), {}), ((_COMPLEX,), {}), ((np.array([[4.0]]),), {}),
                       (((0, 2, 2),), {}), (((0, 0),), {})])
solve: Op = Op("solve", _solve, [
    lambda g, y, a, b: -matmul(solve(swap_last(a), g), swap_last(y)),
    lambda g, y, a, b: solve(swap_last(a), g),
], kinds="fc", lift=leading, examples=[
    ((_SOME[0], (3, 2)), {}), ((_SOME, (2, 3, 1)), {}), ((_COMPLEX, _COMPLEX[::-1]), {}), (((0, 0), (0, 2)), {}),
    ((np.array([[2.0]]), (1, 0)), {})])
triangular_solve: Op = Op("triangular_solve", _triangular_solve, [
    lambda g, y, a, b, lower: unbroadcast(-triangle(matmul(_back(a, g, lower), swap_last(y)), lower), a.shape),
    lambda g, y, a, b, lower: unbroadcast(_back(a, g, lower), b.shape),
], kinds="fc", lift=aligned, examples=[
    ((_SOME[0], (3, 2)), {"lower": True}), ((np.array([[[2.0, 1.0], [9.0, -3.0]], [[1.0, 0.5], [7.0, 2.0]]]), (2, 1)),
     {"lower": False}), ((_COMPLEX, _COMPLEX[::-1]), {"lower": False}), ((np.array([[2.0]]), (3, 1, 2)),
     {"lower": True}), (((0, 0), (0, 2)), {"lower": True})])


def _back(a: Any, g: Any, lower: bool) -> Any:
    return triangular_solve(swap_last(a), g, lower=not lower)


# -- determinants ------------------------------------------------------------------------------------------------------

def _det(a: np.ndarray) -> np.ndarray:
    lapack.square(a)
    return lapack.det(a)


def cofactors(a: Any) -> Any:
    """The derivative of the determinant: det(a) times the inverse, transposed; without an inverse if there is none.

    In other bases the matrix falls into blocks, [[p, q], [r, s]], of which p is invertible as far as can be, and
    det = det(p) det(s - r p^-1 q), where the last matrix has as many rows as the rank lacks, and at least one.
    The identity holds in all bases; those of the singular value decomposition make p as safe to invert as possible.
    """
    if _safe_to_invert(np.asarray(a)):
        return det(a)[..., None, None] * swap_last(inv(a))
    u, deficit, v = _bases(np.asarray(a))
    blocks = matmul(matmul(u, a), v)
    k = a.shape[-1] - deficit
    p, q, r, s = blocks[..., :k, :k], blocks[..., :k, k:], blocks[..., k:, :k], blocks[..., k:, k:]
    inverse = inv(p)
    left, right = swap_last(matmul(r, inverse)), swap_last(matmul(inverse, q))
    small = s - matmul(swap_last(left), q)
    below = det(p)[..., None, None] * _small_cofactors(small)
    aside = -matmul(left, below)
    corner = (det(p) * det(small))[..., None, None] * swap_last(inverse) - matmul(aside, right)
    whole = concat(concat(corner, aside, axis=-1), concat(-matmul(below, right), below, axis=-1), axis=-2)
    shift = (lapack.det(u) * lapack.det(v))[..., None, None]
    return matmul(matmul(np.swapaxes(u, -1, -2), whole), np.swapaxes(v, -1, -2)) / shift


def _safe_to_invert(a: np.ndarray) -> bool:
    """Whether all inverses keep most of their digits: by the condition in the norm of columns."""
    try:
        sizes = [np.max(np.sum(np.abs(x), -2), -1, initial=0) for x in (a, lapack.inv(a))]
    except InvalidArgumentError:
        return False
    return bool(np.all(sizes[0] * sizes[1] <= a.shape[-1] * np.finfo(a.dtype).eps ** -0.25))


def _bases(a: np.ndarray) -> tuple[np.ndarray, int, np.ndarray]:
    """Two bases in which matrices are diagonal, the smallest entries last; and how many of these are as good as 0."""
    wide = a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)
    u, sizes, v = np.linalg.svd(np.where(np.isfinite(wide), wide, 0))
    n = a.shape[-1]
    missing = np.sum(sizes <= n * np.finfo(a.dtype).eps * sizes[..., :1], -1)
    return (lapack.transposed(u).astype(a.dtype), int(np.max(missing, initial=min(n, 1))),
            lapack.transposed(v).astype(a.dtype))


def _small_cofactors(a: Any) -> Any:
    """By sums and products alone, so at 0 too (Faddeev and LeVerrier; Gantmacher, Theory of Matrices, IV.5)."""
    n = a.shape[-1]
    one = np.broadcast_to(np.eye(n, dtype=a.dtype), tuple(a.shape))
    result: Any = one
    for k in range(1, n):
        product = matmul(a, result)
        result = reduce_sum(product * one, axis=(-2, -1), keepdims=True) / k * one - product
    return swap_last(result)


det: Op = Op("det", _det, [lambda g, y, a: g[..., None, None] * cofactors(a)],
             examples=[(((2, 2),), {}), (((2, 3, 3),), {}), (((2, 1, 2, 2),), {}), (((4, 4),), {}), (((0, 0),), {}),
                       (((0, 2, 2),), {})],
             kinds="fc", lift=leading)


def _slogdet(a: np.ndarray) -> Parts:
    lapack.square(a)
    sign, log = lapack.slogdet(a)
    return Parts((sign, log.astype(a.dtype)))


def _slogdet_rule(g: Any, y: Any, a: Any) -> Any:
    """The logarithm has the inverse, transposed; the sign of a real determinant never moves, a complex one turns."""
    if not is_complex(a):
        return zeros_like(a) if 1 not in g else g[1][..., None, None] * swap_last(inv(a))
    dsign, dlog = g.filled(y)
    sign, _ = results(y)
    weight = cast(real(dlog), dtype=a.dtype) + cast(imag(dsign * sign), dtype=a.dtype) * 1j
    return weight[..., None, None] * swap_last(inv(a))


slogdet = Op("slogdet", _slogdet, [_slogdet_rule], kinds="fc", examples=[
    (((2, 2),), {}), (((2, 3, 3),), {}), (((1, 1),), {}), (((0, 0),), {}), (((0, 2, 2),), {})])
