"""A recurrent network (Elman 1990), unrolled over its steps: backpropagation through time."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..workload import Numbers, Workload


def make(steps, batch, width, random):
    def normal(*shape):
        return random.standard_normal(shape).astype(np.float32)

    size = np.float32(np.sqrt(width))
    return Numbers([normal(width, width) / size, normal(width, width) / size, 0.1 * normal(width)],
                   [normal(steps, batch, width), normal(batch, width)])


def value(tf, parameters, data):
    (wx, wh, b), (x, y) = parameters, data
    h = tf.tanh(tf.matmul(x[0], wx) + b)
    for t in range(1, x.shape[0]):
        h = tf.tanh(tf.matmul(x[t], wx) + tf.matmul(h, wh) + b)
    return tf.reduce_mean(tf.square(h - y))


def by_hand(numbers):
    (wx, wh, b), (x, y) = numbers.parameters, numbers.data
    h = [np.tanh(x[0] @ wx + b)]
    for t in range(1, len(x)):
        h.append(np.tanh(x[t] @ wx + h[-1] @ wh + b))
    error = h[-1] - y
    g = 2 / error.size * error
    gwx, gwh, gb = np.zeros_like(wx), np.zeros_like(wh), np.zeros_like(b)
    for t in reversed(range(len(x))):
        gz = g * (1 - h[t] ** 2)
        gwx += x[t].T @ gz
        gb += gz.sum(axis=0)
        if t:
            gwh += h[t - 1].T @ gz
            g = gz @ wh.T
    return np.mean(error**2), gwx, gwh, gb


def rnn(steps, batch, width):
    return Workload("rnn", f"A recurrent network of {steps} steps, batch {batch}, width {width}, mean squared error.",
                    partial(make, steps, batch, width), value, by_hand)
