"""PyTorch, eager; Adam is its own, fused."""

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
        outputs = value()
        units = torch.eye(outputs.numel()).reshape(-1, *outputs.shape)
        slopes = torch.autograd.grad(outputs, parameters, units, is_grads_batched=True)
        return outputs, *[g.reshape(*outputs.shape, *g.shape[1:]) for g in slopes]

    optimizer: Any = _adam(parameters, given.state) if workload.kind == TRAINING else None

    def training() -> Any:
        found = value()
        for p, g in zip(parameters, torch.autograd.grad(found, parameters), strict=True):
            p.grad = g
        optimizer.step()
        return found, *parameters, *given.state[:-1], next(iter(optimizer.state.values()))["step"]

    start = given.changed(lambda x: x.detach().clone())

    def reset() -> None:
        with torch.no_grad():
            for changed, first in ((parameters, start.parameters), (given.state, start.state)):
                for x, kept in zip(changed, first, strict=True):
                    x.copy_(kept)
        if optimizer is not None:
            for kept in optimizer.state.values():
                kept["step"].copy_(start.state[-1])

    run = {HESSIAN_VECTOR: hessian_vector, JACOBIAN: jacobian, TRAINING: training}.get(workload.kind, gradients)
    return Prepared(run, lambda found: [x.detach().numpy() for x in found], reset)


def _adam(parameters: Any, state: Any) -> Any:
    """Its epsilon stands beside a root that is already corrected for the first steps, which is within rounding here."""
    first, second, steps = adam.moments(state)
    optimizer = torch.optim.Adam(parameters, lr=adam.RATE, betas=(adam.BETA1, adam.BETA2), eps=adam.EPSILON, fused=True)
    for p, m, v in zip(parameters, first, second, strict=True):
        optimizer.state[p] = {"step": steps.clone(), "exp_avg": m, "exp_avg_sq": v}
    return optimizer
