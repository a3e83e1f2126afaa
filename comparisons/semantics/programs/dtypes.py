"""Dtypes: Python's numbers take the dtype of the tensor beside them, and two tensors are never promoted."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import attempt, differing, program


@program("D1", "Python's float is float32, int is int32; bool and complex are what they are",
         "[1.5, 3 int32, True bool, (1+2j) complex128, 1099511627776 int64]")
def defaults(tf: Any) -> Any:
    return [tf.constant(value) for value in (1.5, 3, True, 1 + 2j, 2**40)]


@program("D1", "NumPy's numbers and arrays keep their dtype", "[1.5 float64, 1.5 float16, [1 2] int64, [1] uint8]")
def numpy_dtypes(tf: Any) -> Any:
    return [tf.constant(value) for value in (
        np.float64(1.5), np.float16(1.5), np.array([1, 2]), np.array([1], np.uint8))]


@program("D2", "float32 times float64 is refused",
         "InvalidArgumentError: cannot compute...")
def mixed_floats(tf: Any) -> Any:
    return tf.constant(1.0) * tf.constant(1.0, tf.float64)


@program("D2", "int32 times float32, and a variable with a tensor of another dtype too",
         "['InvalidArgumentError: cannot compute', 'InvalidArgumentError: cannot compute']")
def mixed_with_integers(tf: Any) -> Any:
    errors = [attempt(lambda: tf.constant(2) * tf.constant(1.5)),
              attempt(lambda: tf.Variable(2.0) - tf.constant(1.0, tf.float64))]
    return [" ".join(error.split()[:3]) for error in errors]


@program("D3", "Python's numbers, NumPy's numbers and arrays take the dtype of the tensor",
         "[3.5, 3.5, 3.5, [3.5 4.5], [3.5 4.5], 3 int32, 2.5]")
def numbers_beside_tensors(tf: Any) -> Any:
    x = tf.constant(2.5)
    return [x + 1, x + 1.0, np.float64(1.0) + x, x + np.array([1.0, 2.0]), np.array([1, 2]) + x,
            tf.constant(2) + 1, x + np.int64(0)]


@program("D3", "1.5 does not fit an integer tensor",
         "TypeError: Cannot convert 1.5 to Tensor of dtype int32...")
def float_times_integer(tf: Any) -> Any:
    return tf.constant(3) * 1.5


@differing("D9", "1.5 + an integer tensor is refused in the words of 1.5 * an integer tensor",
           tapes="TypeError: Cannot convert 1.5 to Tensor of dtype int32...",
           tensorflow="InvalidArgumentError: cannot compute AddV2 as input #1(zero-based) was expected...",
           because="one mistake should have one message; TensorFlow's depends on the operator")
def float_plus_integer(tf: Any) -> Any:
    return tf.constant(3) + 1.5


@program("D4", "integers divide to float64, and // and % stay integers", "[3.5 float64, 3 int32, 1 int32]")
def integer_division(tf: Any) -> Any:
    seven = tf.constant(7)
    return [seven / 2, seven // 2, seven % 2]


@differing("D12", "floordiv is the floor of the exact quotient",
           tapes="9.0", tensorflow="10.0",
           because="0.1 is a little more than a tenth, so 1 // 0.1 is 9, as in Python and NumPy; TensorFlow rounds the "
                   "quotient to 10 before it takes the floor")
def floor_of_a_quotient(tf: Any) -> Any:
    return tf.math.floordiv(tf.constant(1.0), tf.constant(0.1))


@program("D6", "names of dtypes are TensorFlow's: float is float32, and NumPy's codes are none",
         "['float32', 'float64', 'float16', 'TypeError: Cannot convert', 'TypeError: Cannot convert', "
         "'TypeError: Cannot convert']")
def names_of_dtypes(tf: Any) -> Any:
    def name(given: str) -> str:
        return tf.as_dtype(given).name

    return [" ".join(attempt(name, given).split()[:3]) for given in ("float", "double", "half", "int", "f4", "complex")]


@program("D4", "a mean of integers in segments in any order is none", "[1.5 4. ] float64")
def integer_segment_mean(tf: Any) -> Any:
    return tf.math.unsorted_segment_mean(tf.constant([1, 2, 4]), tf.constant([0, 0, 1]), 2)


@program("D4", "the mean of integers is an integer", "2 int32")
def integer_mean(tf: Any) -> Any:
    return tf.reduce_mean(tf.constant([2, 3]))


@program("D5", "cast cuts off towards 0, and floats become truth values", "[[1 -1] int32, [True False] bool]")
def casts(tf: Any) -> Any:
    return [tf.cast([1.9, -1.9], tf.int32), tf.cast([0.5, 0.0], tf.bool)]


@program("D5", "a cast between floats is differentiable, to integers it is not", "[12.0 float64, None]")
def casts_on_the_tape(tf: Any) -> Any:
    x = tf.Variable(3.0, dtype=tf.float64)
    with tf.GradientTape(persistent=True) as tape:
        y = tf.cast(x * x, tf.float32) * 2.0
        z = tf.cast(tf.cast(x, tf.int32), tf.float64)
    return [tape.gradient(y, x), tape.gradient(z, x)]


@program("D6", "a dtype equals its NumPy dtype and its name", "[True, True, True, False]")
def dtype_equality(tf: Any) -> Any:
    return [tf.float32 == np.float32, tf.constant(1.0).dtype == "float32", tf.int32 == np.dtype("int32"),
            tf.float32 == tf.float64]


@program("D6", "a dtype prints as its name", "('tf.float32', \"<dtype: 'float32'>\", 'int32', True, False)")
def dtype_names(tf: Any) -> Any:
    return repr(tf.float32), str(tf.float32), tf.int32.name, tf.float16.is_floating, tf.bool.is_integer


@program("D7", "float16 keeps its 11 bits in the gradient", "1.33301 float16")
def half_precision(tf: Any) -> Any:
    x = tf.constant(0.75, tf.float16)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.math.log(x)
    return tape.gradient(y, x)


@program("D8", "at 1+2j the gradient of z*z is 2-4j, the conjugate of the derivative", "(2-4j) complex128")
def complex_square(tf: Any) -> Any:
    z = tf.constant(1 + 2j)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = z * z
    return tape.gradient(y, z)


@program("D8", "of Re(z*z) it is the same, of |z|^2 it is 2 z, and of |z| at 0 it is 0",
         "[(2-4j) complex128, (2+4j) complex128, 0j complex128]")
def real_functions_of_complex(tf: Any) -> Any:
    z, zero = tf.constant(1 + 2j), tf.constant(0j)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([z, zero])
        ys = [tf.math.real(z * z), tf.abs(z) ** 2]
        at_zero = tf.abs(zero)
    return [*(tape.gradient(y, z) for y in ys), tape.gradient(at_zero, zero)]


@program("D8", "the gradients of real, imag and conj are 1, i and 1",
         "[(1+0j) complex128, 1j complex128, (1+0j) complex128]")
def complex_parts(tf: Any) -> Any:
    z = tf.constant(1 + 2j)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(z)
        ys = [tf.math.real(z), tf.math.imag(z), tf.math.conj(z)]
    return [tape.gradient(y, z) for y in ys]


@program("D8", "a target that is complex has output_gradients as complex weights, conjugated on both ends",
         "(8-6j) complex128")
def complex_weights(tf: Any) -> Any:
    z = tf.constant(1 + 2j)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = z * z
    return tape.gradient(y, z, output_gradients=tf.constant(2 + 1j))


@program("D8", "an analytic function: the gradient is the conjugate of its derivative, here of exp(z*z)/z",
         "True")
def analytic_composite(tf: Any) -> Any:
    z = tf.constant(0.5 + 0.25j)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = tf.exp(z * z) / z
    derivative = np.exp((0.5 + 0.25j) ** 2) * (2 - 1 / (0.5 + 0.25j) ** 2)
    return bool(abs(tape.gradient(y, z).numpy() - np.conj(derivative)) < 1e-14)


@program("D8", "tf.complex sends back the real and the imaginary part", "[2.0, -4.0]")
def complex_from_parts(tf: Any) -> Any:
    a, b = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        z = tf.complex(a, b)
        y = tf.math.real(z * z)
    return tape.gradient(y, [a, b])


@program("D8", "the gradient of the angle is i z/|z|^2",
         "complex (-0.16+0.12j)")
def complex_angle(tf: Any) -> Any:
    z = tf.constant(3 + 4j)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = tf.math.angle(z)
    return complex(np.round(tape.gradient(y, z).numpy(), 9))


@program("D8", "a complex Variable takes steps against its gradient to a root of z*z + 1", "1j complex128")
def complex_descent(tf: Any) -> Any:
    z = tf.Variable(0.5 + 0.5j)
    for _ in range(200):
        with tf.GradientTape() as tape:
            loss = tf.abs(z * z + 1.0) ** 2
        z.assign_sub(0.1 * tape.gradient(loss, z))
    return tf.constant(complex(np.round(z.numpy(), 6)))


@differing("D11", "the gradient of a running product of complex numbers is conjugated like any other",
           tapes="[3.-1.j 0.-1.j] complex128", tensorflow="[3.+1.j 0.+1.j] complex128",
           because="TensorFlow's rule forgets to conjugate, against its own convention and central differences")
def complex_cumprod(tf: Any) -> Any:
    z = tf.constant([1j, 2 + 1j])
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = tf.math.cumprod(z)
    return tape.gradient(y, z)


@differing("D10", "there is no bfloat16",
           tapes="AttributeError: module 'tapes' has no attribute 'bfloat16'...", tensorflow="1.5 bfloat16",
           because="NumPy has no such numbers")
def bfloat16(tf: Any) -> Any:
    return tf.cast(1.5, tf.bfloat16)


@program("D4", "the quotient of integers is a floating number: of 8 and 16 bits float32, of more float64",
         "[[3.5], [3.5], [3.5], [3.5], [3.5] float64, [3.5] float64]")
def quotient_of_integers(tf: Any) -> Any:
    dtypes = ["int8", "uint8", "int16", "uint16", "int32", "int64"]
    return [tf.constant([7], dtype) / tf.constant([2], dtype) for dtype in dtypes]
