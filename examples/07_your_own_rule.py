"""A function may bring its own gradient; whether it is the right one, only something that knows no rules can tell."""

import tapes as tf


@tf.custom_gradient
def swish(x):
    s = tf.sigmoid(x)

    def grad(upstream):  # the adjoint of the result comes in, the adjoint of x goes out
        return upstream * (s + x * s * (1.0 - s))

    return x * s, grad


@tf.custom_gradient
def hasty_swish(x):
    s = tf.sigmoid(x)

    def grad(upstream):  # x appears twice in x * sigmoid(x), and one of its two adjoints was forgotten
        return upstream * s

    return x * s, grad


@tf.custom_gradient
def reversed_gradient(x):  # not a derivative at all, and useful: it trains a network against itself
    return x, lambda upstream: -upstream


x = tf.Variable([-1.0, 0.5, 3.0])
with tf.GradientTape() as tape:
    y = reversed_gradient(swish(x))
print("gradient through the reversal:", tape.gradient(y, x).numpy())

print("\nswish")
right = tf.check_gradients(swish, x)
print(right)
print("\nhasty_swish")
wrong = tf.check_gradients(hasty_swish, x)
print(wrong)

assert right and not wrong
