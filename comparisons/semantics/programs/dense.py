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


@program("B3", "IndexedSlices become a tensor, in which slices for one place are added up",
         "[[4. 0. 2.], 6.0, Variable [-3. 1. -1.]]")
def slices_as_tensor(tf: Any) -> Any:
    slices = tf.IndexedSlices(tf.constant([1.0, 2.0, 3.0]), tf.constant([0, 2, 0]), tf.constant([3]))
    v = tf.Variable([1.0, 1.0, 1.0])
    v.assign_sub(slices)
    return [tf.convert_to_tensor(slices), tf.reduce_sum(slices), v]


@program("B3", "without the shape of the whole they cannot",
         "ValueError: Tensor conversion requested for IndexedSlices...")
def slices_without_shape(tf: Any) -> Any:
    return tf.convert_to_tensor(tf.IndexedSlices(tf.constant([1.0]), tf.constant([0])))


@program("B3", "the gradient reaches the values", "[8. 4.]")
def gradient_of_slices(tf: Any) -> Any:
    values = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.square(tf.convert_to_tensor(tf.IndexedSlices(4.0 * values / 4.0, tf.constant([1, 0]), tf.constant([3]))))
        y = y * [1.0, 2.0, 1.0]
    return tape.gradient(y, values) * [2.0, 1.0]


@differing("B3", "they can be multiplied by a number",
           tapes="[8. 0. 4.]",
           tensorflow="TypeError: unsupported operand type(s) for *: 'IndexedSlices' and 'float'",
           because="here they are taken wherever a tensor is")
def slices_times_number(tf: Any) -> Any:
    return tf.IndexedSlices(tf.constant([1.0, 2.0, 3.0]), tf.constant([0, 2, 0]), tf.constant([3])) * 2.0


@program("B4", "gather_nd of several indices", "[0. 2. 1.]")
def gradient_of_gather_nd(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather_nd(v, [[1], [2], [1]])
    return tf.convert_to_tensor(tape.gradient(y, v))


@differing("B4", "gather_nd of a single index",
           tapes="[0. 1. 0.]",
           tensorflow="InvalidArgumentError: ...",
           because="TensorFlow's gradient scatters a scalar, which its own scatter_nd refuses")
def gradient_of_gather_nd_of_one_index(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.gather_nd(v, [1])
    return tape.gradient(y, v)


@differing("B3", "IndexedSlices are no target",
           tapes="TypeError: Argument `target`: IndexedSlices become another tensor at each use...",
           tensorflow="AttributeError: 'IndexedSlices' object has no attribute '_id'",
           because="TensorFlow's error is an accident, and says nothing of what to do")
def slices_as_target(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.IndexedSlices(2.0 * x, tf.constant([1, 0]), tf.constant([3]))
    return tape.gradient(y, x)
