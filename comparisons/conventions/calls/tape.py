"""The questions as a user of a gradient tape types them: the same text runs on tapes and on TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np


def vector_target(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


def weighted_target(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant([1.0, 1.0]))


def unused_input(tf: Any) -> Any:
    x, z = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, z)


def unused_input_as_zero(tf: Any) -> Any:
    x, z = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, z, unconnected_gradients="zero")


def unmarked_input(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


def integer_input(tf: Any) -> Any:
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


def python_zero(tf: Any) -> Any:
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = tf.sqrt(x)
    return tape.gradient(y, x)


def complex_target(tf: Any) -> Any:
    x = tf.Variable(1 + 2j)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


def dictionary(tf: Any) -> Any:
    x = {"a": tf.Variable(2.0), "b": tf.Variable(3.0)}
    with tf.GradientTape() as tape:
        y = x["a"] * x["b"]
    return tape.gradient(y, x)


def second_of_a_line(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = 2.0 * x
        slope = inner.gradient(y, x)
    return outer.gradient(slope, x)


def second_sweep(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return [tape.gradient(y, x), tape.gradient(y, x)]


def second_sweep_kept(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return [tape.gradient(y, x), tape.gradient(y, x)]


def python_if(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x if x > 0.0 else -x
    return tape.gradient(y, x)


def python_if_compiled(tf: Any) -> Any:
    @tf.function
    def slope(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            if x > 0.0:  # noqa: SIM108 (tf.function rewrites statements only)
                y = x * x
            else:
                y = -x
        return tape.gradient(y, x)

    return [slope(tf.constant(3.0)), slope(tf.constant(-3.0))]


def python_float(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * float(x)
    return tape.gradient(y, x)


def numpy_function(tf: Any) -> Any:
    x = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        y = x + np.exp(x)
    return tape.gradient(y, x)


def numpy_method(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x.numpy()
    return tape.gradient(y, x)


def write_into(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        y[0] = 0.0
    return tape.gradient(y, x)


def array_changes(tf: Any) -> Any:
    array = np.array([3.0])
    x = tf.constant(array)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    array[0] = 100.0
    return tape.gradient(y, x)
