"""The exponential of a matrix: a quotient of polynomials near 0, and squaring from there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..api.making import eye
from ..convert import convert
from ..notices import tell
from ..ops import equations as q
from ..ops import lapack
from ..ops.linalg import matmul
from ..tensor import Tensor

# The coefficients of the diagonal Pade approximation of degree 13, which for norms up to _NEAR is exact to rounding.
_DEGREE, _NEAR = 13, 5.371920351148152
_PADE = [math.comb(_DEGREE, k) / math.perm(2 * _DEGREE, k) for k in range(_DEGREE + 1)]


def _halvings(array: np.ndarray) -> np.ndarray:
    """How often to halve the matrices until their norm is small."""
    largest = float(np.max(np.sum(np.abs(array), -2), initial=0.0))
    return np.asarray(max(0, math.ceil(math.log2(largest / _NEAR))) if 0 < largest < math.inf else 0)


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
    count = Tensor(_halvings(a._array))
    tell("call", count, _halvings, (a,))
    halvings = int(count)
    a = a * 0.5 ** halvings
    one = eye(a.shape[-1], dtype=a.dtype)
    two = matmul(a, a)
    four = matmul(two, two)
    six = matmul(four, two)
    odd, even = (matmul(six, six * c[6] + four * c[5] + two * c[4]) + six * c[3] + four * c[2] + two * c[1] + one * c[0]
                 for c in (_PADE[1::2], _PADE[::2]))
    odd = matmul(a, odd)
    result = q.solve(even - odd, even + odd)
    for _ in range(halvings):
        result = matmul(result, result)
    return result
