"""Matrices: the names of `tf.linalg`. Behind them stand the rows of ops/linalg.py, equations.py, decompositions.py."""

from __future__ import annotations

from ..api.making import eye
from .decompositions import cholesky, eigh, eigvalsh, qr, svd
from .diagonals import band_part, diag, diag_part, set_diag, tensor_diag, tensor_diag_part, trace
from .equations import cholesky_solve, det, inv, logdet, lstsq, matrix_rank, pinv, slogdet, solve, triangular_solve
from .exponential import expm
from .norms import global_norm, l2_normalize, norm, normalize
from .products import adjoint, cross, einsum, matmul, matrix_transpose, matvec, tensordot

__all__ = ["adjoint", "band_part", "cholesky", "cholesky_solve", "cross", "det", "diag", "diag_part", "eigh",
           "eigvalsh", "einsum", "expm", "eye", "global_norm", "inv", "l2_normalize", "logdet", "lstsq", "matmul",
           "matrix_rank", "matrix_transpose", "matvec", "norm", "normalize", "pinv", "qr", "set_diag", "slogdet",
           "solve", "svd", "tensor_diag", "tensor_diag_part", "tensordot", "trace", "triangular_solve"]
