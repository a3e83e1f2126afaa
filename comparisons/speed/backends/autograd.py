"""HIPS autograd: NumPy itself, wrapped."""

from __future__ import annotations

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
from autograd.scipy.signal import convolve
from autograd.scipy.special import logsumexp

from ...backends.autograd import TF
from ..workload import HESSIAN_VECTOR, JACOBIAN, TRAINING, Numbers, Prepared, Workload
from ..workloads import adam
from . import hand


def _sparse_cross_entropy(labels: Any, logits: Any) -> Any:
    return logsumexp(logits, axis=1) - logits[anp.arange(len(labels)), labels]


def _conv2d(x: Any, kernel: Any, strides: int, padding: str) -> Any:
    y = convolve(x, kernel[::-1, ::-1], axes=([1, 2], [0, 1]), dot_axes=([3], [2]), mode="valid")
    return anp.transpose(y, (0, 2, 3, 1))


WORDS = TF.plain({"nn.sparse_softmax_cross_entropy_with_logits": _sparse_cross_entropy, "nn.conv2d": _conv2d,
                    "matmul": anp.matmul, "reduce_mean": anp.mean})


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    def value(parameters: Any) -> Any:
        return workload.value(WORDS, parameters, numbers.data)

    value_and_gradient = autograd.value_and_grad(value)

    def gradients() -> Any:
        found, slopes = value_and_gradient(numbers.parameters)
        return found, *slopes

    def along(parameters: Any) -> Any:
        found, slopes = value_and_gradient(parameters)
        kept.append(found)
        return sum(anp.sum(g * v) for g, v in zip(slopes, numbers.vectors, strict=True))

    kept: list[Any] = []
    product = autograd.grad(along)

    def hessian_vector() -> Any:
        kept.clear()
        products = product(numbers.parameters)
        return kept[0]._value, *products

    slopes_of = [autograd.jacobian(lambda p, i=i: value([*numbers.parameters[:i], p, *numbers.parameters[i + 1:]]))
                 for i in range(len(numbers.parameters))] if workload.kind == JACOBIAN else []

    def jacobian() -> Any:
        return value(numbers.parameters), *[f(p) for f, p in zip(slopes_of, numbers.parameters, strict=True)]

    def training() -> Any:
        found, slopes = value_and_gradient(numbers.parameters)
        adam.step_by_hand(numbers.parameters, numbers.state, slopes)
        return found, *numbers.parameters, *numbers.state

    if workload.kind == TRAINING:
        return Prepared(training, list, hand.prepare(workload, numbers, way, threads).reset)
    run = {HESSIAN_VECTOR: hessian_vector, JACOBIAN: jacobian}.get(workload.kind, gradients)
    return Prepared(run, lambda found: [np.asarray(x) for x in found])
