"""A network 64-32-10 with relu and softmax cross-entropy: which digit is it, from 8 x 8 pixels (1,797 images)?"""

from comparisons.data import digits


def data():
    return digits()


def inputs(rng):
    return {"W1": rng.normal(scale=0.3, size=(64, 32)), "b1": rng.normal(scale=0.1, size=32),
            "W2": rng.normal(scale=0.3, size=(32, 10)), "b2": rng.normal(scale=0.1, size=10)}


def loss(tf, W1, b1, W2, b2, x, y):
    hidden = tf.nn.relu(tf.matmul(x, W1) + b1)
    logits = tf.matmul(hidden, W2) + b2
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
