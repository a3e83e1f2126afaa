"""A convolutional network for images of 8 by 8, like scikit-learn's handwritten digits."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..workload import Numbers, Workload
from .mlp import softmax_cross_entropy

SIDE, KERNEL, CLASSES = 8, 3, 10


def make(batch, channels, random):
    def normal(scale, *shape):
        return (scale * random.standard_normal(shape)).astype(np.float32)

    one, two = channels
    rest = SIDE - 2 * (KERNEL - 1)
    parameters = [normal(0.4, KERNEL, KERNEL, 1, one), normal(0.1, one), normal(0.15, KERNEL, KERNEL, one, two),
                  normal(0.1, two), normal(0.1, rest * rest * two, CLASSES), normal(0.1, CLASSES)]
    return Numbers(parameters, [normal(1, batch, SIDE, SIDE, 1), random.integers(0, CLASSES, batch)])


def value(tf, parameters, data):
    (k1, b1, k2, b2, w, b), (x, labels) = parameters, data
    x = tf.nn.relu(tf.nn.conv2d(x, k1, strides=1, padding="VALID") + b1)
    x = tf.nn.relu(tf.nn.conv2d(x, k2, strides=1, padding="VALID") + b2)
    logits = tf.matmul(tf.reshape(x, [x.shape[0], -1]), w) + b
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def columns(x):
    """Every window of an image as a row: a convolution is then one matrix product."""
    windows = sliding_window_view(x, (KERNEL, KERNEL), axis=(1, 2))  # (batch, row, column, channel, i, j)
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, KERNEL * KERNEL * x.shape[3])


def images(g, shape):
    """The way back: each entry of a window adds to its pixel."""
    batch, high, wide, channels = shape
    high, wide = high - KERNEL + 1, wide - KERNEL + 1
    g = g.reshape(batch, high, wide, KERNEL, KERNEL, channels)
    total = np.zeros(shape, g.dtype)
    for i in range(KERNEL):
        for j in range(KERNEL):
            total[:, i:i + high, j:j + wide] += g[:, :, :, i, j]
    return total


def by_hand(numbers):
    (k1, b1, k2, b2, w, b), (x, labels) = numbers.parameters, numbers.data
    m1, m2 = k1.reshape(-1, k1.shape[3]), k2.reshape(-1, k2.shape[3])
    c1 = columns(x)
    h1 = np.maximum(c1 @ m1 + b1, 0)
    side = SIDE - KERNEL + 1
    image = h1.reshape(len(x), side, side, -1)
    c2 = columns(image)
    h2 = np.maximum(c2 @ m2 + b2, 0)
    flat = h2.reshape(len(x), -1)
    value, g = softmax_cross_entropy(flat @ w + b, labels)
    g2 = (g @ w.T).reshape(h2.shape) * (h2 > 0)
    g1 = images(g2 @ m2.T, image.shape).reshape(h1.shape) * (h1 > 0)
    return (value, (c1.T @ g1).reshape(k1.shape), g1.sum(axis=0), (c2.T @ g2).reshape(k2.shape), g2.sum(axis=0),
            flat.T @ g, g.sum(axis=0))


def conv(batch, channels):
    one, two = channels
    return Workload("conv", f"Two convolutions (3 by 3, {one} and {two} channels) and a dense layer, {batch} images of "
                    "8 by 8, softmax cross-entropy.", partial(make, batch, channels), value, by_hand)
