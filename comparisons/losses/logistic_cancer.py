"""Logistic regression: is a breast tumour benign, from 30 measurements of its cells (569 patients)?"""

import numpy as np

from comparisons.data import table


def data():
    x, y = table("breast_cancer")
    return {"x": (x - x.mean(axis=0)) / x.std(axis=0), "y": y.astype(float)}


def inputs(rng):
    return {"w": rng.normal(scale=0.3, size=(30, 1)), "b": np.array(0.1)}


def loss(tf, w, b, x, y):
    logits = tf.reshape(tf.matmul(x, w), [-1]) + b
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits))
