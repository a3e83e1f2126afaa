"""A network 2-3-1, small enough to derive by hand: is an iris virginica, from its petals (100 flowers)?"""

from comparisons.data import table


def data():
    x, y = table("iris")
    petals, virginica = x[50:, 2:], (y[50:] == 2).astype(float)
    order = [0, 50, 1, 51, *range(2, 50), *range(52, 100)]  # the first rows hold both kinds
    return {"x": ((petals - petals.mean(axis=0)) / petals.std(axis=0))[order], "y": virginica[order]}


def inputs(rng):
    return {"W1": rng.normal(size=(2, 3)), "b1": rng.normal(size=3),
            "W2": rng.normal(size=(3, 1)), "b2": rng.normal(size=1)}


def loss(tf, W1, b1, W2, b2, x, y):
    hidden = tf.nn.tanh(tf.matmul(x, W1) + b1)
    logits = tf.reshape(tf.matmul(hidden, W2) + b2, [-1])
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
