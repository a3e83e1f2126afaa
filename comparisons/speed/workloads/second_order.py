"""The Hessian of a small MLP's loss times a vector, by hand the R-operator (Pearlmutter 1994)."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..workload import HESSIAN_VECTOR, Numbers, Workload


def make(sizes, batch, random):
    def normal(*shape):
        return random.standard_normal(shape).astype(np.float32)

    inputs, width, outputs = sizes
    shapes = [(inputs, width), (width,), (width, outputs), (outputs,)]
    return Numbers([np.float32(0.3) * normal(*shape) for shape in shapes],
                   [normal(batch, inputs), normal(batch, outputs)], [normal(*shape) for shape in shapes])


def value(tf, parameters, data):
    (w1, b1, w2, b2), (x, y) = parameters, data
    h = tf.tanh(tf.matmul(x, w1) + b1)
    return tf.reduce_mean(tf.square(tf.matmul(h, w2) + b2 - y))


def by_hand(numbers):
    (w1, b1, w2, b2), (x, y), (v1, c1, v2, c2) = numbers.parameters, numbers.data, numbers.vectors
    h = np.tanh(x @ w1 + b1)
    slope = 1 - h * h
    error = h @ w2 + b2 - y
    g = 2 / error.size * error  # by the outputs
    gh = g @ w2.T
    rh = slope * (x @ v1 + c1)  # r: the derivative in the direction of the vectors
    rg = 2 / error.size * (rh @ w2 + h @ v2 + c2)
    rz = (rg @ w2.T + g @ v2.T) * slope - 2 * gh * h * rh
    return np.mean(error * error), x.T @ rz, rz.sum(axis=0), rh.T @ g + h.T @ rg, rg.sum(axis=0)


def hessian_vector(sizes, batch):
    words = "-".join(map(str, sizes))
    return Workload("hvp", f"Loss of an MLP {words} with tanh, batch {batch}, and its Hessian times a vector.",
                    partial(make, sizes, batch), value, by_hand, HESSIAN_VECTOR)
