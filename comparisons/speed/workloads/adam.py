"""A whole training step: gradients of an MLP, then Adam's update of parameters and moments (Kingma and Ba 2015)."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..workload import MATMUL, TRAINING, Numbers, Workload
from . import mlp

RATE, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


def make(sizes, batch, random):
    """As after some steps: second moments of 0 would make of the update a sign, which rounding can turn."""
    start = mlp.make(sizes, batch, random)
    first = [(1e-3 * random.standard_normal(p.shape)).astype(np.float32) for p in start.parameters]
    second = [random.uniform(1e-5, 1e-4, p.shape).astype(np.float32) for p in start.parameters]
    return Numbers(start.parameters, start.data, state=[*first, *second, np.array(10, np.float32)])


def moments(state):
    """The state's parts: first moments, second moments, number of steps."""
    half = len(state) // 2
    return state[:half], state[half:-1], state[-1]


def update(tf, variables, state, gradients):
    """In `tf` words, on Variables."""
    first, second, steps = moments(state)
    steps.assign_add(1.0)
    rate = RATE * tf.sqrt(1.0 - BETA2**steps) / (1.0 - BETA1**steps)
    for p, m, v, g in zip(variables, first, second, gradients):
        m.assign_add((1 - BETA1) * (g - m))
        v.assign_add((1 - BETA2) * (g * g - v))
        p.assign_sub(rate * m / (tf.sqrt(v) + EPSILON))


def updated(sqrt, parameters, state, gradients):
    """The same as a function, for libraries where nothing is changed in place."""
    first, second, steps = moments(state)
    steps = steps + 1
    rate = RATE * sqrt(1 - BETA2**steps) / (1 - BETA1**steps)
    first = [m + (1 - BETA1) * (g - m) for m, g in zip(first, gradients)]
    second = [v + (1 - BETA2) * (g * g - v) for v, g in zip(second, gradients)]
    moved = [p - rate * m / (sqrt(v) + EPSILON) for p, m, v in zip(parameters, first, second)]
    return moved, [*first, *second, steps]


def step_by_hand(parameters, state, gradients):
    """In NumPy, in place."""
    first, second, steps = moments(state)
    steps += 1
    rate = (RATE * np.sqrt(1 - BETA2**steps) / (1 - BETA1**steps)).astype(steps.dtype)
    for p, m, v, g in zip(parameters, first, second, gradients):
        m += (1 - BETA1) * (g - m)
        v += (1 - BETA2) * (g * g - v)
        p -= rate * m / (np.sqrt(v) + EPSILON)


def by_hand(numbers):
    value, *gradients = mlp.by_hand(numbers)
    step_by_hand(numbers.parameters, numbers.state, gradients)
    return value, *numbers.parameters, *numbers.state


def adam_step(sizes, batch):
    words = "-".join(map(str, sizes))
    return Workload("adam", f"A whole training step with Adam of the MLP {words}, batch {batch}.",
                    partial(make, sizes, batch), mlp.cross_entropy, by_hand, TRAINING, MATMUL)
