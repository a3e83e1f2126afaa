"""Python's operators on tensors: arithmetic, comparisons, logic, from both sides."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import attempt, program


@program("O1", "arithmetic with a number on either side", "[5.0, 5.0, -1.0, 1.0, 6.0, 6.0, 0.666667, 1.5]")
def arithmetic(tf: Any) -> Any:
    x = tf.constant(2.0)
    return [x + 3.0, 3.0 + x, x - 3.0, 3.0 - x, x * 3.0, 3.0 * x, x / 3.0, 3.0 / x]


@program("O1", "powers, quotients rounded down and remainders", "[8.0, 9.0, -4.0, -4.0, 1.0, 1.0, 0.5]")
def powers_and_remainders(tf: Any) -> Any:
    x = tf.constant(2.0)
    return [x**3, 3**x, -7.0 // x, tf.constant(-7.0) // 2.0, -7.0 % x, tf.constant(-7.0) % 2.0, x**-1]


@program("O1", "- and abs", "[-2.5, 2.5]")
def signs(tf: Any) -> Any:
    x = tf.constant(2.5)
    return [-x, abs(-x)]


@program("O1", "there is no unary +", "TypeError: bad operand type for unary +: 'Tensor'")
def plus(tf: Any) -> Any:
    return +tf.constant(2.5)


@program("O1", "gradients through operators with the tensor on the right",
         "[1.0, -1.0, 3.0, -0.75, 9.88751, None, -2.0]")
def gradients_from_the_right(tf: Any) -> Any:
    x = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        ys = [3.0 + x, 3.0 - x, 3.0 * x, 3.0 / x, 3.0**x, 5.0 // x, 5.0 % x]
    return [tape.gradient(y, x) for y in ys]


@program("O2", "@ multiplies matrices, and lists and arrays beside them", "[[[11.]], [[11.]], [[11.]], [[11.]]]")
def matrices(tf: Any) -> Any:
    row, column = tf.constant([[1.0, 2.0]]), tf.constant([[3.0], [4.0]])
    return [row @ column, row @ [[3.0], [4.0]], [[1.0, 2.0]] @ column, np.array([[1.0, 2.0]]) @ column]


@program("O2", "@ of vectors is refused", "InvalidArgumentError: ...")
def matrix_product_of_vectors(tf: Any) -> Any:
    return tf.constant([1.0, 2.0]) @ tf.constant([3.0, 4.0])


@program("O2", "matrices that do not fit are refused", "InvalidArgumentError: ...")
def matrices_that_do_not_fit(tf: Any) -> Any:
    return tf.constant([[1.0, 2.0]]) @ tf.constant([[3.0, 4.0]])


@program("O2", "shapes that do not fit are refused", "InvalidArgumentError: ...")
def shapes_that_do_not_fit(tf: Any) -> Any:
    return tf.constant([1.0, 2.0]) + tf.constant([1.0, 2.0, 3.0])


@program("O3", "<, <=, >, >= give truth values for entries",
         "[[True False False] bool, [True True False] bool, [False False True] bool, [False True True] bool]")
def comparisons(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    return [x < 2.0, x <= 2.0, 2.0 < x, x >= [2.0, 2.0, 2.0]]  # noqa: SIM300 - the tensor is on the right


@program("O3", "== of other shapes is false, and so `in` works on lists of tensors",
         "[False bool, True bool, True, False]")
def equality_of_shapes(tf: Any) -> Any:
    x, y = tf.constant([1.0, 2.0]), tf.constant([1.0, 2.0, 3.0])
    return [x == y, x != y, x in [y, x], x in [y, y]]


@program("O3", "an integer tensor is not compared with 1.5",
         "TypeError: Cannot convert 1.5 to Tensor of dtype int32...")
def integer_compared_with_a_float(tf: Any) -> Any:
    return tf.constant(1) == 1.5


@program("O3", "tensors of different dtypes are not compared", "InvalidArgumentError: cannot compute...")
def dtypes_compared(tf: Any) -> Any:
    return tf.constant(1.0) == tf.constant(1)


@program("O3", "scalars can be sorted", "[1.0, 2.0, 3.0]")
def sorted_scalars(tf: Any) -> Any:
    return sorted([tf.constant(3.0), tf.constant(1.0), tf.constant(2.0)])


@program("O4", "&, |, ^ and ~ of truth values", "[False bool, True bool, True bool, False bool]")
def logic(tf: Any) -> Any:
    yes, no = tf.constant(True), tf.constant(False)
    return [yes & no, yes | no, yes ^ no, ~yes]


@program("O5", "division by zero is inf or nan, of integers it is refused",
         "[inf, -inf, nan, inf float64, 'InvalidArgumentError']")
def division_by_zero(tf: Any) -> Any:
    one = tf.constant(1.0)
    refused = attempt(lambda: tf.constant(5) // 0)
    return [one / 0.0, -one / 0.0, (one - one) / 0.0, tf.constant(5) / 0, refused.partition(":")[0]]


@program("O5", "an integer to a negative power is refused", "InvalidArgumentError: ...")
def negative_power_of_an_integer(tf: Any) -> Any:
    return tf.constant(2) ** -1
