"""A rule of your own is checked against what the values of the function show, and usual mistakes are named."""

import tapes as tf


@tf.custom_gradient
def swish(x):
    s = tf.sigmoid(x)
    return x * s, lambda upstream: upstream * s  # upstream: the adjoint of the result; x is used twice, but one term


@tf.custom_gradient
def right_swish(x):
    s = tf.sigmoid(x)
    return x * s, lambda upstream: upstream * (s + x * s * (1.0 - s))


@tf.custom_gradient
def shifted(x, b):
    return x + b, lambda upstream: (upstream, tf.reduce_sum(upstream, axis=1))  # b was repeated along axis 0


wrong = tf.check_gradients(swish, [-1.0, 0.5, 2.0])
right = tf.check_gradients(right_swish, [-1.0, 0.5, 2.0])
axis = tf.check_gradients(shifted, [[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0])
print(wrong, axis.arguments[1], f"right_swish passes: {bool(right)}", sep="\n\n")

assert right and not wrong and not axis
right.raise_if_wrong()  # in a test, this line is enough
