"""A tape can be seen: values flow to the right through its steps, and adjoints flow back to the left."""

import importlib.util

import tapes as tf

w, b = tf.Variable([[0.5], [-1.0]], name="w"), tf.Variable([0.1], name="b")
x, y = tf.constant([[1.0, 2.0], [3.0, 1.0], [0.0, 1.0]]), tf.constant([[1.0], [0.0], [1.0]])

with tf.GradientTape() as tape:
    error = tf.sigmoid(x @ w + b) - y
    loss = tf.reduce_mean(tf.square(error))
    wrong = tf.floor(error)  # nothing comes back from here: it is no part of the loss

picture = tf.view.picture(tape, loss, source=w)  # in a notebook, this alone shows it
print(picture.caption)

# SVG wants a library that places the boxes (pip install grandalf); Graphviz draws the other format.
name = "tape.svg" if importlib.util.find_spec("grandalf") else "tape.dot"
picture.save(name)
print("written to", name)

assert "unused by the target" in picture.dot()  # the box of `wrong` says why it has no adjoint
assert tape.gradient(loss, w) is not None  # looking at a tape does not use it up
