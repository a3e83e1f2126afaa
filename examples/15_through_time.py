"""A recurrent network of a hundred steps has a derivation of a few lines: the adjoint goes back through time."""

import numpy as np

import tapes as tf

rng = np.random.default_rng(0)
x, y, h0 = rng.normal(size=(100, 3, 2)), rng.normal(size=(3, 1)), np.zeros((3, 4))
W, U, b, V = (rng.normal(size=shape) / 2 for shape in ((2, 4), (4, 4), (4,), (4, 1)))


def network(x, y, h0, W, U, b, V):
    h = h0
    for t in range(100):
        z = x[t] @ W + h @ U + b
        h = tf.tanh(z)
    p = h @ V
    loss = tf.reduce_mean(tf.square(p - y))
    return loss


names = ["W", "U", "b", "V"]
derived = tf.view.derivation(network, x, y, h0, W, U, b, V, sources=names)
print(derived)

# Computed as they are written, loop by loop, the formulas give the gradient.
by_formula = derived.evaluate()
parameters = [tf.constant(value) for value in (W, U, b, V)]
with tf.GradientTape() as tape:
    tape.watch(parameters)
    loss = network(tf.constant(x), y, tf.constant(h0), *parameters)
for name, dv in zip(names, tape.gradient(loss, parameters)):
    assert np.allclose(by_formula[name], dv, rtol=1e-9)
