"""Backpropagation is derived, not guessed: the tape's own rules, written down, are the formulas of the textbook."""

import numpy as np

import tapes as tf

rng = np.random.default_rng(0)
x, y = rng.normal(size=(5, 2)), np.eye(3)[[0, 1, 2, 0, 1]]
W1, b1, W2, b2 = (rng.normal(size=shape) for shape in ((2, 4), (4,), (4, 3), (3,)))


def network(x, y, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    h1 = tf.nn.relu(z1)
    z2 = h1 @ W2 + b2
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z2))
    return loss


derived = tf.view.derivation(network, x, y, W1, b1, W2, b2, sources=["W1", "b1", "W2", "b2"])
print(derived)  # derived.latex() is the same for a slide; a notebook shows it as mathematics

# The formulas are no decoration: computed as they are written, they give the gradient.
by_formula = derived.evaluate()
parameters = [tf.constant(value) for value in (W1, b1, W2, b2)]
with tf.GradientTape() as tape:
    tape.watch(parameters)
    loss = network(x, y, *parameters)
for name, dv in zip(("W1", "b1", "W2", "b2"), tape.gradient(loss, parameters)):
    assert np.allclose(by_formula[name], dv, rtol=1e-12)
