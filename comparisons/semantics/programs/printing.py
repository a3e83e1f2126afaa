"""print and repr of tensors and Variables show shape, dtype and numbers, alike in both libraries."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import program


def _both(x: Any) -> list[str]:
    return [repr(x), str(x)]


@program("P1", "a scalar", "['<tf.Tensor: shape=(), dtype=float32, numpy=3.0>', "
         "'tf.Tensor(3.0, shape=(), dtype=float32)']")
def scalar(tf: Any) -> Any:
    return _both(tf.constant(3.0))


@program("P1", "a vector", "['<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1. , 2.5], dtype=float32)>', "
         "'tf.Tensor([1.  2.5], shape=(2,), dtype=float32)']")
def vector(tf: Any) -> Any:
    return _both(tf.constant([1.0, 2.5]))


@program("P1", "a matrix starts on a line of its own",
         r"['<tf.Tensor: shape=(2, 2), dtype=float32, numpy=\narray([[1., 2.],\n       [3., 4.]], dtype=float32)>', "
         r"'tf.Tensor(\n[[1. 2.]\n [3. 4.]], shape=(2, 2), dtype=float32)']")
def matrix(tf: Any) -> Any:
    return _both(tf.constant([[1.0, 2.0], [3.0, 4.0]]))


@program("P1", "one row, three axes, no entries, a thousand and one entries",
         "[['<tf.Tensor: shape=(1, 2), dtype=float32...")
def other_shapes(tf: Any) -> Any:
    return [_both(x) for x in (
        tf.ones([1, 2]), tf.zeros([2, 1, 2]), tf.constant([]), tf.zeros([0, 3]), tf.ones([1001]))]


@program("P1", "integers, truth values, float64, float16, complex numbers",
         "[['<tf.Tensor: shape=(), dtype=int32, numpy=3>'...")
def other_dtypes(tf: Any) -> Any:
    values = 3, [1, 2], True, [[True], [False]], np.float64(0.1), np.array([0.1, 1e10]), np.float16(0.1), 1 + 2j
    return [_both(tf.constant(value)) for value in values]


@program("P1", "nan, inf, -0.0, very small and very large numbers",
         "[['<tf.Tensor: shape=(3,), dtype=float32, numpy=array([nan...")
def strange_numbers(tf: Any) -> Any:
    return [_both(tf.constant(value)) for value in (
        [float("nan"), float("inf"), -0.0], 1e-30, 1e30, [1e-8, 1.0], 1 / 3)]


@program("P2", "a variable shows its name", "[\"<tf.Variable 'v:0' shape=() dtype=float32, numpy=3.0>\", "
         "\"<tf.Variable 'v:0' shape=() dtype=float32, numpy=3.0>\"]")
def variable(tf: Any) -> Any:
    return _both(tf.Variable(3.0, name="v"))


@program("P2", "or 'Variable' if it has none",
         "[[\"<tf.Variable 'Variable:0' shape=(2,) dtype=int32, numpy=array([1, 2]...")
def other_variables(tf: Any) -> Any:
    return [_both(tf.Variable(value)) for value in ([1, 2], [[1.0, 2.0], [3.0, 4.0]], True, np.float64(0.1))]


@program("P3", "in an f-string a scalar tensor is its number, with any format",
         "['3.1415927410125732', '3.14', '3.1e+00', ' 7', '[1. 2.]']")
def formatted(tf: Any) -> Any:
    pi = tf.constant(3.14159265)
    return [f"{pi}", f"{pi:.2f}", f"{pi:.1e}", f"{tf.constant(7):2d}", f"{tf.constant([1.0, 2.0])}"]


@program("P3", "a variable is itself in an f-string", "\"<tf.Variable 'v:0' shape=() dtype=float32, numpy=3.0>\"")
def formatted_variable(tf: Any) -> Any:
    return f"{tf.Variable(3.0, name='v')}"


@program("P3", "the old formatting works too", "'3.14'")
def formatted_with_percent(tf: Any) -> Any:
    return "%.2f" % tf.constant(3.14159265)  # noqa: UP031 - the program is about this operator


@program("P4", "in a list tensors show their repr", "'[<tf.Tensor: shape=(), dtype=float32, numpy=6.0>, None]'")
def in_a_list(tf: Any) -> Any:
    x, w = tf.Variable(3.0), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    return str(tape.gradient(y, [x, w]))


@program("P5", "shapes", "['TensorShape([2, 3])', '(2, 3)', 'TensorShape([])', '()', '(3,)']")
def shapes(tf: Any) -> Any:
    matrix, scalar, vector = tf.zeros([2, 3]).shape, tf.zeros([]).shape, tf.zeros([3]).shape
    return [repr(matrix), str(matrix), repr(scalar), str(scalar), f"{vector}"]
