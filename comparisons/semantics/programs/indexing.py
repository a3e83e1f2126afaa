"""Indexing: integers, slices, `...`, newaxis and masks, as in NumPy; for a list of indices there is gather."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import differing, program


@program("I1", "an integer, a negative one, a tensor, a NumPy integer", "[1.0, 3.0, 2.0, 2.0]")
def integers(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    return [x[0], x[-1], x[tf.constant(1)], x[np.int64(1)]]


@program("I1", "slices with steps, backwards, by tensors, past the end", "[[1. 3.], [3. 2. 1.], [2.], [2. 3.], []]")
def slices(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    return [x[::2], x[::-1], x[tf.constant(1):2], x[1:100], x[5:]]


@program("I1", "several axes, `...` and newaxis", "[6.0, [2. 5.], [[1. 2.]], 'TensorShape([2, 3, 1])', [[4.] [5.]]]")
def several_axes(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    return [x[1, 2], x[:, 1], x[:1, :2], x[..., tf.newaxis].shape, x[1, :2, None]]


@program("I2", "a mask", "[2. 3.]")
def mask(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    return x[x > 1.5]


@program("I3", "an index out of range is refused", "InvalidArgumentError: ...")
def out_of_range(tf: Any) -> Any:
    return tf.constant([1.0, 2.0])[5]


@program("I3", "a float is no index", "TypeError: Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) "
         "and scalar tf.int32/tf.int64 tensors are valid indices, got 0.5...")
def float_as_index(tf: Any) -> Any:
    return tf.constant([1.0, 2.0])[0.5]


@program("I3", "nor a bound of a slice", "TypeError: Only integers, slices (`:`)...")
def float_as_bound(tf: Any) -> Any:
    return tf.constant([1.0, 2.0])[1.0:]


@program("I3", "nor a text", "TypeError: Only integers, slices (`:`)...")
def text_as_index(tf: Any) -> Any:
    return tf.constant([1.0, 2.0])["a"]


@program("I3", "more indices than axes are refused", "InvalidArgumentError: ...")
def too_many_indices(tf: Any) -> Any:
    return tf.constant([[1.0, 2.0]])[0, 0, 0]


@program("I3", "a tensor of several indices is refused", "TypeError: Only integers, slices (`:`)...")
def tensor_of_indices(tf: Any) -> Any:
    return tf.constant([1.0, 2.0])[tf.constant([0, 1])]


@differing("I5", "a list of indices is refused",
           tapes="TypeError: Only integers, slices (`:`)...",
           tensorflow="InvalidArgumentError: Index out of range using input dim 1...",
           because="TensorFlow's text does not tell what is wrong")
def list_as_index(tf: Any) -> Any:
    return tf.constant([1.0, 2.0])[[0, 1]]


@program("I4", "the gradient of a part is 0 for the rest", "[[[0. 1. 0.] [0. 0. 0.]], [[1. 0. 1.] [1. 0. 1.]]]")
def gradients_of_parts(tf: Any) -> Any:
    x = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    with tf.GradientTape(persistent=True) as tape:
        ys = [x[0, 1], x[:, ::2]]
    return [tape.gradient(y, x) for y in ys]


@program("I4", "parts that overlap add up", "[1. 2. 1.]")
def overlapping_parts(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x[:2]) + tf.reduce_sum(x[1:])
    return tape.gradient(y, x)


@program("I4", "an entry that is gathered twice gets both adjoints", "[2. 1. 0.]")
def gathered_twice(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.gather(x, [0, 0, 1]))
    return tf.convert_to_tensor(tape.gradient(y, x))


@program("I6", "numbers are sorted, and infinities", "[[-inf 1. 2. inf], [inf 2. 1. -inf]]")
def sorted_numbers(tf: Any) -> Any:
    x = tf.constant([1.0, float("inf"), 2.0, float("-inf")])
    return [tf.sort(x), tf.sort(x, direction="DESCENDING")]


@differing("I6", "nan comes last, and first from the largest down",
           tapes="[[1. 2. 3. nan], [0 3 2 1] int32, [nan 3.]]",
           tensorflow="[[1. nan 2. 3.], [0 1 3 2] int32, [nan 3.]]",
           because="TensorFlow's sort compares with nan, which is neither smaller nor larger, and ends in no order")
def sorted_nan(tf: Any) -> Any:
    x = tf.constant([1.0, float("nan"), 3.0, 2.0])
    return [tf.sort(x), tf.argsort(x), tf.math.top_k(x, 2).values]
