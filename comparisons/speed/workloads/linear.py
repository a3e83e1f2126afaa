"""A straight line through points, by least squares: what every course differentiates first."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..workload import MEMORY, OVERHEAD, Numbers, Workload


def make(points, random):
    x = random.standard_normal(points).astype(np.float32)
    y = (3 * x + 2 + random.standard_normal(points)).astype(np.float32)
    return Numbers([np.float32(0.5), np.float32(-0.25)], [x, y])


def value(tf, parameters, data):
    (w, b), (x, y) = parameters, data
    return tf.reduce_mean(tf.square(w * x + b - y))


def by_hand(numbers):
    (w, b), (x, y) = numbers.parameters, numbers.data
    error = w * x + b - y
    return np.mean(error**2), 2 * np.mean(error * x), 2 * np.mean(error)


def linear(points, name):
    return Workload(name, f"Mean squared error of a line through {points:,} points.",
                    partial(make, points), value, by_hand, bound=OVERHEAD if points < 100_000 else MEMORY)
