"""Backwards gives a row of the Jacobian, forwards a column; both together give a Hessian times a vector."""

import tapes as tf

x = tf.constant([1.0, 2.0])


def f(x):
    return tf.stack([x[0] * x[1], tf.sin(x[0]), x[1] ** 3])


with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = f(x)
print("the whole Jacobian, a row for each result:")
print(tape.jacobian(y, x).numpy())

row = tape.gradient(y, x, output_gradients=tf.constant([1.0, 0.0, 0.0]))
print("one row, by one sweep backwards:   ", row.numpy())

with tf.autodiff.ForwardAccumulator(primals=x, tangents=tf.constant([0.0, 1.0])) as forward:
    y = f(x)  # a tangent travels along with each value
column = forward.jvp(y)
print("one column, by one pass forwards:  ", column.numpy())

v = tf.constant([1.0, 0.0])
with tf.autodiff.ForwardAccumulator(x, v) as forward, tf.GradientTape() as tape:
    tape.watch(x)
    z = tf.reduce_sum(x**4) + x[0] * x[1]
    gradient = tape.gradient(z, x)
print("Hessian times v, forwards over backwards, without ever forming the Hessian:", forward.jvp(gradient).numpy())

jacobian = [[2.0, 1.0], [float(tf.cos(1.0)), 0.0], [0.0, 12.0]]  # by hand
tf.debugging.assert_near(row, jacobian[0])
tf.debugging.assert_near(column, [line[1] for line in jacobian])
assert forward.jvp(gradient).numpy().tolist() == [12.0, 1.0]  # d2z/dx2 = [[12 x0^2, 1], [1, 12 x1^2]]
