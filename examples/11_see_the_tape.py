"""A tape can be seen: values flow to the right through its steps, and adjoints flow back to the left."""

import importlib.util

import numpy as np

import tapes as tf

x, y = tf.constant([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), tf.constant([[0.0], [1.0], [1.0], [0.0]])
W1, b1 = tf.Variable([[0.8, -0.5, 0.3], [-0.6, 0.9, 0.4]], name="W1"), tf.Variable([0.1, 0.2, -0.3], name="b1")
W2, b2 = tf.Variable([[0.7], [0.5], [-0.9]], name="W2"), tf.Variable([0.2], name="b2")

with tf.GradientTape() as tape:
    z1 = x @ W1 + b1
    h1 = tf.tanh(z1)
    p = h1 @ W2 + b2
    error = p - y
    loss = tf.reduce_mean(tf.square(error))
    correct = tf.round(p)  # nothing comes back from here: it is no part of the loss

picture = tf.view.picture(tape, loss, source=W1)  # in a notebook, this alone shows it
print(picture.caption)

# SVG wants a library that places the boxes (pip install grandalf); Graphviz draws the other format.
name = "tape.svg" if importlib.util.find_spec("grandalf") else "tape.dot"
picture.save(name)
print("written to", name)
if name == "tape.dot":
    print("for SVG: pip install grandalf; or with Graphviz: dot -Tsvg tape.dot -o tape.svg")

assert "unused by the target" in picture.dot()  # the box of `correct` says why it has no adjoint
assert np.allclose(tape.gradient(loss, b2), tf.reduce_mean(2 * error))  # looking at a tape does not use it up
