"""MyGrad: NumPy-like tensors with a gradient each, one backward pass for each forward pass."""

from __future__ import annotations

from typing import Any

import mygrad
import numpy as np
from mygrad.nnet.layers import conv_nd
from mygrad.nnet.losses import softmax_crossentropy

from ...backends import Unsupported
from ...backends.mygrad import TF
from ..workload import HESSIAN_VECTOR, JACOBIAN, TRAINING, Numbers, Prepared, Workload
from ..workloads import adam
from . import hand


def _mean_cross_entropy(labels: Any, logits: Any) -> Any:
    """MyGrad's own, which is the mean over the batch: the mean of that changes nothing."""
    return softmax_crossentropy(logits, labels)


def _conv2d(x: Any, kernel: Any, strides: int, padding: str) -> Any:
    y = conv_nd(mygrad.transpose(x, 0, 3, 1, 2), mygrad.transpose(kernel, 3, 2, 0, 1), stride=strides)
    return mygrad.transpose(y, 0, 2, 3, 1)


WORDS = TF.plain({"nn.sparse_softmax_cross_entropy_with_logits": _mean_cross_entropy, "nn.conv2d": _conv2d,
                    "matmul": mygrad.matmul, "reduce_mean": mygrad.mean})


mygrad.turn_memory_guarding_off()  # its documentation's advice for speed


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    if workload.kind == HESSIAN_VECTOR:
        raise Unsupported("no second derivatives")
    if workload.kind == JACOBIAN:
        raise Unsupported("no Jacobian, and its graph is gone after one backward pass: each output would want a "
                          "forward pass of its own")

    def gradients() -> Any:
        parameters = [mygrad.tensor(p, copy=False) for p in numbers.parameters]
        found = workload.value(WORDS, parameters, numbers.data)
        found.backward()
        return found.data, *[p.grad for p in parameters]

    def training() -> Any:
        found, *slopes = gradients()
        adam.step_by_hand(numbers.parameters, numbers.state, slopes)
        return found, *numbers.parameters, *numbers.state

    if workload.kind == TRAINING:
        return Prepared(training, list, hand.prepare(workload, numbers, way, threads).reset)
    return Prepared(gradients, lambda found: [np.asarray(x) for x in found])
