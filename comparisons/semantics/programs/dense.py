"""Gradients are dense: taking entries out of a tensor gives a gradient with zeros for the rest."""

from __future__ import annotations

from typing import Any

from ..program import differing, program


@differing("B1", "the gradient of gather is a tensor of the shape of the source",
           tapes="('Tensor', [2. 1. 0.])",
           tensorflow="('IndexedSlices', [[1. 1. 1.], [0 0 1] int32])",
           because="IndexedSlices save memory for embeddings of millions of rows; here every gradient is a tensor")
def gradient_of_gather(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [0, 0, 1])
    dv = tape.gradient(y, v)
    kind = type(dv).__name__.removeprefix("Eager")
    return kind, dv if kind == "Tensor" else [dv.values, dv.indices]


@program("B2", "as a tensor it is the same in both: entries that were taken twice are added up", "[2. 1. 0.]")
def gradient_of_gather_as_tensor(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [0, 0, 1])
    return tf.convert_to_tensor(tape.gradient(y, v))


@program("B2", "two gathers of one variable, and an op that uses all of it", "[[1. 0. 2.], [3. 2. 4.]]")
def several_gathers(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        taken = tf.reduce_sum(tf.gather(v, [0, 2])) + tf.reduce_sum(tf.gather(v, [2]))
        both = taken + 2.0 * tf.reduce_sum(v)
    return [tf.convert_to_tensor(tape.gradient(taken, v)), tape.gradient(both, v)]


@program("B2", "with an op between the variable and gather", "[4. 2. 0.]")
def gather_of_a_product(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather(2.0 * v, [0, 0, 1])
    return tape.gradient(y, v)


@program("B2", "rows of a matrix", "[[1. 1.] [0. 0.] [2. 2.]]")
def gathered_rows(tf: Any) -> Any:
    embedding = tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    with tf.GradientTape() as tape:
        y = tf.gather(embedding, [[2, 0], [2, 2]][0] + [2])
    return tf.convert_to_tensor(tape.gradient(y, embedding))


@program("B2", "a step of gradient descent on rows that were taken", "Variable [0.8 1.9 3. ]")
def descent_on_rows(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather(v, [0, 0, 1])
    v.assign_sub(0.1 * tf.convert_to_tensor(tape.gradient(y, v)))
    return v
