"""Backpropagation is one product after the other: a page to step through, which also asks what comes next."""

import numpy as np

import tapes as tf

rng = np.random.default_rng(0)
x, y = tf.constant([[0.5, -1.0], [1.5, 2.0], [-0.5, 0.3]]), tf.constant([[1.0], [0.0], [1.0]])
W1, b1 = tf.Variable(rng.normal(size=(2, 3)), dtype=tf.float32, name="W1"), tf.Variable(tf.zeros(3), name="b1")
W2, b2 = tf.Variable(rng.normal(size=(3, 1)), dtype=tf.float32, name="W2"), tf.Variable(tf.zeros(1), name="b2")

with tf.diagnose.history(), tf.GradientTape() as tape:  # the history remembers which line made what
    h = tf.tanh(x @ W1 + b1)
    loss = tf.reduce_mean(tf.square(h @ W2 + b2 - y))

steps = tf.view.stepper(tape, loss)  # in a notebook, this alone shows it
steps.save("mlp.html")  # open it in a browser: arrows, space, and "Predict", which asks and says what went wrong
print(steps, "written to mlp.html")

# What the page shows is the sweep itself: the last adjoint of b2 is its gradient, to the last bit.
shown = next(node for node in steps.data["nodes"] if node["label"] == "b2")
db2 = tape.gradient(loss, b2)
assert np.float32(steps.data["arrays"][shown["adjoint"]]["c"][0]) == db2.numpy()[0]
