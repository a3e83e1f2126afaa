"""A network of single numbers, as in micrograd: thousands of steps that do next to nothing each."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np

from ..workload import Numbers, Workload


def make(sizes, samples, random):
    """For each neuron its weights and then its bias; for each sample its inputs, and then all targets."""
    parameters = []
    for fan_in, fan_out in pairwise(sizes):
        for _ in range(fan_out):
            parameters += [*random.uniform(-1, 1, fan_in).astype(np.float32), np.float32(0.1)]
    data = random.standard_normal(samples * (sizes[0] + 1)).astype(np.float32)
    return Numbers(parameters, list(data))


def value(sizes, tf, parameters, data):
    """The sum of squared errors."""
    inputs = sizes[0]
    samples = len(data) // (inputs + 1)
    total = None
    for i in range(samples):
        x, numbers = data[inputs * i:inputs * (i + 1)], iter(parameters)
        for size in sizes[1:]:
            outputs = []
            for _ in range(size):
                z = next(numbers) * x[0]
                for each in x[1:]:
                    z = z + next(numbers) * each
                z = z + next(numbers)
                outputs.append(z if size == 1 else tf.nn.relu(z))
            x = outputs
        error = x[0] - data[inputs * samples + i]
        total = error * error if total is None else total + error * error
    return total


def by_hand(sizes, numbers):
    """The same loops over NumPy's scalars, and back."""
    parameters, data, inputs = numbers.parameters, numbers.data, sizes[0]
    samples = len(data) // (inputs + 1)
    gradients = [0 * p for p in parameters]
    total = 0
    for i in range(samples):
        layers, starts, start = [data[inputs * i:inputs * (i + 1)]], [], 0
        for size in sizes[1:]:
            x, outputs = layers[-1], []
            starts.append(start)
            for _ in range(size):
                z = parameters[start] * x[0]
                for j in range(1, len(x)):
                    z = z + parameters[start + j] * x[j]
                z = z + parameters[start + len(x)]
                outputs.append(z if size == 1 or z > 0 else 0 * z)
                start += len(x) + 1
            layers.append(outputs)
        error = layers[-1][0] - data[inputs * samples + i]
        total = total + error * error
        adjoints = [2 * error]
        for k in reversed(range(len(starts))):
            x, start = layers[k], starts[k]
            below = [0 * each for each in x]
            for y, g in zip(layers[k + 1], adjoints):
                if k == len(starts) - 1 or y > 0:
                    for j in range(len(x)):
                        gradients[start + j] = gradients[start + j] + g * x[j]
                        below[j] = below[j] + g * parameters[start + j]
                    gradients[start + len(x)] = gradients[start + len(x)] + g
                start += len(x) + 1
            adjoints = below
    return total, *gradients


def scalars(sizes, samples):
    words = "-".join(map(str, sizes))
    ops = samples * (sum(2 * a * b + b for a, b in pairwise(sizes)) + 2)
    return Workload("scalars", f"A network {words} of neurons, {samples} samples: {ops:,} operations on scalars.",
                    partial(make, sizes, samples), partial(value, sizes), partial(by_hand, sizes))
