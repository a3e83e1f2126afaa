"""A whole neural network is a few matrix products and one tape; it reads handwritten digits after two seconds."""

import numpy as np

import tapes as tf

try:
    from sklearn.datasets import load_digits
except ImportError:
    raise SystemExit("This lesson needs scikit-learn for its bundled digits: pip install scikit-learn") from None

pixels, labels = load_digits(return_X_y=True)
x, y = tf.constant(pixels / 16.0, dtype=tf.float32), tf.one_hot(labels, 10)
rng = np.random.default_rng(0)
weights = [tf.Variable(rng.normal(scale=0.2, size=shape).astype(np.float32)) for shape in ((64, 32), (32, 10))]
biases = [tf.Variable(tf.zeros([n])) for n in (32, 10)]


def logits(images):
    hidden = tf.nn.relu(images @ weights[0] + biases[0])
    return hidden @ weights[1] + biases[1]


for step in range(301):
    batch = rng.integers(0, 1500, 128)  # the first 1,500 images are for learning
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(tf.gather(y, batch), logits(tf.gather(x, batch))))
    variables = tape.watched_variables()
    for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
        variable.assign_sub(0.5 * gradient)
    if step % 100 == 0:
        print(f"step {step}: loss {loss:.3f}")

guessed = tf.argmax(logits(x[1500:]), axis=1).numpy()
right = np.mean(guessed == labels[1500:])
print(f"{right:.1%} of {len(guessed)} images it has never seen are read correctly")
assert right > 0.85
