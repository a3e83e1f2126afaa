"""Linear regression with 10 features: how far diabetes has progressed a year later (442 patients)."""

import numpy as np

from comparisons.data import table


def data():
    x, y = table("diabetes")
    return {"x": x / x.std(axis=0), "y": (y - y.mean()) / y.std()}


def inputs(rng):
    return {"w": rng.normal(scale=0.3, size=(10, 1)), "b": np.array(0.1)}


def loss(tf, w, b, x, y):
    return tf.reduce_mean(tf.square(tf.reshape(tf.matmul(x, w), [-1]) + b - y))
