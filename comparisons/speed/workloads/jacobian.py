"""All outputs of a small MLP by all its parameters."""

from __future__ import annotations

from functools import partial

import numpy as np

from ..workload import JACOBIAN, Workload
from . import second_order


def value(tf, parameters, data):
    (w1, b1, w2, b2), (x, _) = parameters, data
    return tf.matmul(tf.tanh(tf.matmul(x, w1) + b1), w2) + b2


def by_hand(numbers):
    (w1, b1, w2, b2), (x, _) = numbers.parameters, numbers.data
    h = np.tanh(x @ w1 + b1)
    outputs = h @ w2 + b2
    by_z = w2.T * (1 - h * h)[:, None, :]  # (batch, output, hidden)
    same = np.eye(len(b2), dtype=b2.dtype)
    by_w2 = h[:, None, :, None] * same[:, None, :]  # an output depends on its own column alone
    by_b2 = np.broadcast_to(same, (len(x), *same.shape)).copy()
    return outputs, x[:, None, :, None] * by_z[:, :, None, :], by_z, by_w2, by_b2


def full_jacobian(sizes, batch):
    words = "-".join(map(str, sizes))
    return Workload("jacobian", f"Outputs of an MLP {words} with tanh, batch {batch}, by all its parameters.",
                    partial(second_order.make, sizes, batch), value, by_hand, JACOBIAN)
