"""The exponential of a matrix: a quotient of polynomials near 0, and squaring from there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..api.making import eye
from ..convert import convert
from ..ops import equations as q
from ..ops import lapack
from ..ops.elementwise import cast, pow, where
from ..ops.linalg import matmul
from ..ops.reductions import reduce_max
from ..public import called
from ..tensor import Tensor

# The coefficients of the diagonal Pade approximation of degree 13, which for norms up to _NEAR is exact to rounding.
_DEGREE, _NEAR = 13, 5.371920351148152
_PADE = [math.comb(_DEGREE, k) / math.perm(2 * _DEGREE, k) for k in range(_DEGREE + 1)]


def _halvings(array: np.ndarray) -> np.ndarray:
    """How often to halve each of the matrices until its norm is small."""
    norms = np.max(np.sum(np.abs(array), -2), axis=-1, initial=0.0)
    far = (norms > _NEAR) & (norms < math.inf)
    return np.asarray(np.ceil(np.log2(np.where(far, norms / _NEAR, 1.0))), np.int32)


def expm(input: Any, *, name: str | None = None) -> Tensor:
    """The exponential 1 + A + A^2/2 + A^3/6 + ... of square matrices.

    It is exp(A / 2^s), squared s times (Higham 2005, The scaling and squaring method for the matrix exponential
    revisited); the gradient is that of these steps. Shape [..., n, n], as its input. InvalidArgumentError when the
    matrices are not square.

    >>> import tapes as tf
    >>> print(tf.linalg.expm([[0.0, 1.0], [0.0, 0.0]]))
    tapes.Tensor(
    [[1. 1.]
     [0. 1.]], shape=(2, 2), dtype=float32)
    """
    a = convert(input)
    lapack.square(a._array, "expm: the input")
    count = called(_halvings, a)
    halvings = int(reduce_max(count)) if count._array.size else 0
    each = count[..., None, None]
    a = a * cast(pow(0.5, cast(each, dtype=np.float64)), dtype=a.dtype.dtype)
    one = eye(a.shape[-1], dtype=a.dtype)
    two = matmul(a, a)
    four = matmul(two, two)
    six = matmul(four, two)
    odd, even = (matmul(six, six * c[6] + four * c[5] + two * c[4]) + six * c[3] + four * c[2] + two * c[1] + one * c[0]
                 for c in (_PADE[1::2], _PADE[::2]))
    odd = matmul(a, odd)
    result = q.solve(even - odd, even + odd)
    for done in range(halvings):
        result = where(each > done, matmul(result, result), result)  # a small matrix is not squared with a large one
    return result
