"""Long chains of operations that work entry by entry: nothing but memory traffic, or nothing but overhead."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..workload import MEMORY, Numbers, Workload


def make(size, random):
    return Numbers([random.standard_normal(size).astype(np.float32)])


def value(rounds, tf, parameters, data):
    [y] = parameters
    for _ in range(rounds):
        y = 1.0 - tf.square(tf.tanh(y * 1.1 + 0.3))
    return tf.reduce_mean(y)


def by_hand(rounds, numbers):
    [y] = numbers.parameters
    kept = []
    for _ in range(rounds):
        t = np.tanh(y * 1.1 + 0.3)
        y = 1.0 - t**2
        kept.append((t, y))
    g = np.full_like(y, 1 / y.size)
    for t, slope in reversed(kept):  # of tanh: 1 - t**2, and that is there
        g = g * (-2.0 * t) * slope * 1.1
    return np.mean(y), g


def elementwise(ops, size):
    return Workload("chain", f"{ops} elementwise operations (multiply, add, tanh, square, subtract, again "
                    f"and again) on {size:,} numbers.", partial(make, size), partial(value, ops // 5),
                    partial(by_hand, ops // 5), bound=MEMORY)


def steady_value(ops, tf, parameters, data):
    """A chain that comes back to where it began, and whose rounding does not add up, however long it is."""
    [y] = parameters
    for i in range(ops):
        y = y * 2.0 if i % 4 == 0 else y + 1.0 if i % 4 == 1 else y * 0.5 if i % 4 == 2 else y - 0.5
    return tf.reduce_mean(y)


def steady_by_hand(ops, numbers):
    [y] = numbers.parameters
    for i in range(ops):
        y = y * 2.0 if i % 4 == 0 else y + 1.0 if i % 4 == 1 else y * 0.5 if i % 4 == 2 else y - 0.5
    g = np.full_like(y, 1 / y.size)
    for i in reversed(range(ops)):
        if i % 4 == 0:
            g = g * 2.0
        elif i % 4 == 2:
            g = g * 0.5
    return np.mean(y), g


def steady(ops, size):
    return Workload("operations", f"{ops:,} multiplications and additions on {size:,} numbers.", partial(make, size),
                    partial(steady_value, ops), partial(steady_by_hand, ops))
