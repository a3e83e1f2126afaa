"""PyTorch, eager; Adam as its own in-place operations."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ...backends.torch import TF
from ..workload import HESSIAN_VECTOR, JACOBIAN, TRAINING, Numbers, Prepared, Workload
from ..workloads import adam


def _sparse_cross_entropy(labels: Any, logits: Any) -> Any:
    return torch.nn.functional.cross_entropy(logits, labels, reduction="none")


def _conv2d(x: Any, kernel: Any, strides: int, padding: str) -> Any:
    """From TensorFlow's order of axes to PyTorch's and back."""
    y = torch.nn.functional.conv2d(x.permute(0, 3, 1, 2), kernel.permute(3, 2, 0, 1), stride=strides,
                                   padding=padding.lower())
    return y.permute(0, 2, 3, 1)


def _mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return torch.mean(x) if axis is None else torch.mean(x, axis, keepdims)


WORDS = TF.plain({"nn.sparse_softmax_cross_entropy_with_logits": _sparse_cross_entropy, "nn.conv2d": _conv2d,
                    "reduce_mean": _mean, "matmul": torch.matmul, "tanh": torch.tanh})


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    torch.set_num_threads(threads)
    given = numbers.changed(lambda x: torch.from_numpy(np.array(x)))
    parameters = [p.requires_grad_() for p in given.parameters]

    def value() -> Any:
        return workload.value(WORDS, parameters, given.data)

    def gradients() -> Any:
        found = value()
        return found, *torch.autograd.grad(found, parameters)

    def hessian_vector() -> Any:
        found = value()
        slopes = torch.autograd.grad(found, parameters, create_graph=True)
        return found, *torch.autograd.grad(slopes, parameters, given.vectors)

    def jacobian() -> Any:
        def twice(p: Any) -> Any:
            outputs = workload.value(WORDS, p, given.data)
            return outputs, outputs

        slopes, outputs = torch.func.jacrev(twice, has_aux=True)(parameters)
        return outputs, *slopes

    def training() -> Any:
        found = value()
        _update(parameters, given.state, torch.autograd.grad(found, parameters))
        return found, *parameters, *given.state

    start = given.changed(lambda x: x.detach().clone())

    def reset() -> None:
        with torch.no_grad():
            for changed, first in ((parameters, start.parameters), (given.state, start.state)):
                for x, kept in zip(changed, first, strict=True):
                    x.copy_(kept)

    run = {HESSIAN_VECTOR: hessian_vector, JACOBIAN: jacobian, TRAINING: training}.get(workload.kind, gradients)
    return Prepared(run, lambda found: [x.detach().numpy() for x in found], reset)


@torch.no_grad()
def _update(parameters: Any, state: Any, gradients: Any) -> None:
    first, second, steps = adam.moments(state)
    steps += 1
    rate = float(adam.RATE * torch.sqrt(1 - adam.BETA2**steps) / (1 - adam.BETA1**steps))
    for p, m, v, g in zip(parameters, first, second, gradients, strict=True):
        m.lerp_(g, 1 - adam.BETA1)
        v.mul_(adam.BETA2).addcmul_(g, g, value=1 - adam.BETA2)
        p.addcdiv_(m, v.sqrt().add_(adam.EPSILON), value=-rate)
