"""A tape writes down each operation as it happens; the chain rule then reads the list backwards."""

import tapes as tf

x = tf.constant(3.0)
w = tf.Variable(2.0, name="w")

with tf.GradientTape() as tape:
    tape.watch(x)  # a constant is followed only when asked for; a Variable is followed as soon as it is read
    y = w * x
    z = tf.exp(y) + y

tape.show(z)  # forward from top to bottom: step, value. Backward from bottom to top: adjoint

dw, dx = tape.gradient(z, [w, x])
print("\ndz/dw =", float(dw), "  dz/dx =", float(dx))

# By hand: z = exp(wx) + wx, so dz/dw = x (exp(wx) + 1) and dz/dx = w (exp(wx) + 1).
slope = tf.exp(6.0) + 1.0
assert float(dw) == float(3.0 * slope) and float(dx) == float(2.0 * slope)
