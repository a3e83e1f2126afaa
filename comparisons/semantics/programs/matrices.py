"""Matrices: what is singular, degenerate or not positive definite, and how complex ones are conjugated."""

from __future__ import annotations

from typing import Any

from ..program import attempt, differing, program


def _gradient(tf: Any, function: Any, values: Any, dtype: Any = None) -> Any:
    x = tf.constant(values, dtype)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x)


@program("M1", "a matrix without an inverse is refused by inv and solve",
         "['InvalidArgumentError', 'InvalidArgumentError']")
def without_inverse(tf: Any) -> Any:
    singular = tf.constant([[1.0, 2.0], [2.0, 4.0]])
    mistakes = (lambda: tf.linalg.inv(singular)), (lambda: tf.linalg.solve(singular, [[1.0], [1.0]]))
    return [attempt(mistake).partition(":")[0] for mistake in mistakes]


@program("M1", "a zero on the diagonal gives a triangular system the solution inf", "[1. -inf]")
def triangle_with_zero(tf: Any) -> Any:
    return tf.linalg.triangular_solve([[1.0, 0.0], [2.0, 0.0]], [[1.0], [1.0]])[:, 0]


@program("M2", "a matrix that is not positive definite has the Cholesky factor nan", "nan")
def not_positive_definite(tf: Any) -> Any:
    return tf.linalg.cholesky([[1.0, 2.0], [2.0, 1.0]])[0, 0]


@program("M3", "eigh reads the lower half of a matrix, and only it gets a gradient", "([1. 3.], [0.5 0. ])")
def lower_half(tf: Any) -> Any:
    matrix = [[2.0, 99.0], [1.0, 2.0]]
    return tf.linalg.eigvalsh(matrix), _gradient(tf, lambda x: tf.linalg.eigvalsh(x)[1], matrix)[0]


@program("M3", "cholesky reads the lower half too, but both halves get the gradient of a symmetric matrix", "True")
def both_halves(tf: Any) -> Any:
    found = _gradient(tf, tf.linalg.cholesky, [[4.0, 99.0], [2.0, 3.0]])
    return bool(found[0, 1] == found[1, 0])


@program("M4", "vectors of equal eigenvalues or singular values do not part: their gradient is 0",
         "(0.0, 0.0)")
def equal_values(tf: Any) -> Any:
    one = [[1.0, 0.0], [0.0, 1.0]]
    return tuple(tf.norm(_gradient(tf, lambda x, f=f: f(x)[1] * [[1.0, 2.0], [3.0, 4.0]], one))
                 for f in (tf.linalg.eigh, tf.linalg.svd))


@differing("M5", "the determinant of a singular matrix has its gradient, the cofactors",
           tapes="[4. -2.]", tensorflow="InvalidArgumentError...",
           because="the derivative of a polynomial exists everywhere; TensorFlow's rule needs the inverse")
def singular_determinant(tf: Any) -> Any:
    return tf.round(_gradient(tf, tf.linalg.det, [[1.0, 2.0], [2.0, 4.0]])[0])


@differing("M6", "the gradient of a complex determinant is conjugated like every other: of a number it is 1",
           tapes="(1+0j) complex128", tensorflow="(-1+0j) complex128",
           because="TensorFlow's rule conjugates the inverse and forgets the determinant; central differences show it")
def complex_determinant(tf: Any) -> Any:
    return _gradient(tf, lambda x: tf.linalg.det(tf.reshape(x, [1, 1])), 1j)


@differing("M7", "the phase of a complex determinant turns, and slogdet has the gradient of that",
           tapes="(0.5+0j) complex128", tensorflow="0j complex128",
           because="in TensorFlow the sign is constant, which holds for real matrices only")
def complex_sign(tf: Any) -> Any:
    return _gradient(tf, lambda x: tf.math.real(tf.linalg.slogdet(tf.reshape(x, [1, 1]))[0]), 2j)


@differing("M8", "qr and svd have a gradient with full_matrices, whatever the shape",
           tapes="[6. 8.]", tensorflow="NotImplementedError: QrGrad not implemented when nrows > ncols...",
           because="the columns that are added turn with the others, and need no more than to stay orthogonal to them")
def full_matrices(tf: Any) -> Any:
    return tf.round(_gradient(tf, lambda x: tf.linalg.qr(x, full_matrices=True)[1][0, 0] ** 2, [[3.0], [4.0]])[:, 0])


@differing("M9", "lstsq has a gradient by the slow way too, which takes any rank",
           tapes="[0.5 0.5]", tensorflow="ValueError: Gradient not defined for fast=False",
           because="it is that of the pseudo-inverse (Golub and Pereyra 1973)")
def slow_least_squares(tf: Any) -> Any:
    return _gradient(tf, lambda b: tf.linalg.lstsq([[1.0], [1.0]], b, fast=False), [[1.0], [3.0]])[:, 0]


@differing("M10", "einsum without an arrow keeps the axes of '...', in however many terms it stands",
           tapes="[int 3, int 2, int 2]", tensorflow="InvalidArgumentError...",
           because="it is what NumPy means by it; TensorFlow keeps them only if '...' stands in one term")
def implied_ellipsis(tf: Any) -> Any:
    return tf.einsum("...ij,...jk", tf.ones([3, 2, 2]), tf.ones([2, 2])).shape.as_list()
