"""Multilayer perceptrons with relu, for classes (softmax cross-entropy) or for numbers (mean squared error)."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np

from ..workload import MATMUL, OVERHEAD, Numbers, Workload


def make(sizes, batch, random):
    parameters = []
    for fan_in, fan_out in pairwise(sizes):
        parameters += [(random.standard_normal((fan_in, fan_out)) * np.sqrt(2 / fan_in)).astype(np.float32),
                       (0.1 * random.standard_normal(fan_out)).astype(np.float32)]
    x = random.standard_normal((batch, sizes[0])).astype(np.float32)
    if sizes[-1] == 1:
        return Numbers(parameters, [x, random.standard_normal((batch, 1)).astype(np.float32)])
    return Numbers(parameters, [x, random.integers(0, sizes[-1], batch)])


def outputs(tf, parameters, x):
    *hidden, (w, b) = zip(parameters[::2], parameters[1::2])
    for v, c in hidden:
        x = tf.nn.relu(tf.matmul(x, v) + c)
    return tf.matmul(x, w) + b


def cross_entropy(tf, parameters, data):
    x, labels = data
    logits = outputs(tf, parameters, x)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def squared_error(tf, parameters, data):
    x, y = data
    return tf.reduce_mean(tf.square(outputs(tf, parameters, x) - y))


def by_hand(numbers):
    x, y = numbers.data
    weights, biases = numbers.parameters[::2], numbers.parameters[1::2]
    layers = [x]
    for w, b in zip(weights[:-1], biases[:-1]):
        layers.append(np.maximum(layers[-1] @ w + b, 0))
    result = layers[-1] @ weights[-1] + biases[-1]
    value, g = softmax_cross_entropy(result, y) if y.dtype.kind == "i" else mean_squared_error(result, y)
    gradients = []
    for i in reversed(range(len(weights))):
        gradients += [g.sum(axis=0), layers[i].T @ g]
        if i:
            g = (g @ weights[i].T) * (layers[i] > 0)
    return value, *gradients[::-1]


def softmax_cross_entropy(logits, labels):
    """The mean over the batch, and its derivative by the logits."""
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    total = exponentials.sum(axis=1, keepdims=True)
    value = np.mean(np.log(total[:, 0]) - shifted[rows, labels])
    g = exponentials / total
    g[rows, labels] -= 1
    return value, g / len(labels)


def mean_squared_error(result, y):
    error = result - y
    return np.mean(error**2), 2 / error.size * error


def mlp(sizes, batch, name):
    words = "-".join(map(str, sizes))
    loss = "mean squared error" if sizes[-1] == 1 else "softmax cross-entropy"
    return Workload(name, f"MLP {words} with relu, batch {batch:,}, {loss}.",
                    partial(make, sizes, batch), squared_error if sizes[-1] == 1 else cross_entropy, by_hand,
                    bound=MATMUL if sizes[0] * sizes[1] * batch > 1_000_000 else OVERHEAD)
