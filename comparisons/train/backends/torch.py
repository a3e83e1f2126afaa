"""PyTorch: the history hangs on the weights, and torch.optim changes them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from ..course import Course
from ..path import Path

Weights = list[torch.Tensor]
F = torch.nn.functional


def _linear(w: Weights, x: torch.Tensor) -> torch.Tensor:
    return x @ w[0] + w[1]


def _mlp(w: Weights, x: torch.Tensor) -> torch.Tensor:
    return F.relu(x @ w[0] + w[1]) @ w[2] + w[3]


def _conv(w: Weights, x: torch.Tensor) -> torch.Tensor:
    h = F.relu(F.conv2d(x.permute(0, 3, 1, 2), w[0].permute(3, 2, 0, 1), w[1]))  # channels come first in PyTorch
    h = F.max_pool2d(h, 2).permute(0, 2, 3, 1)
    return h.reshape(len(h), -1) @ w[2] + w[3]


def _rnn(w: Weights, x: torch.Tensor) -> torch.Tensor:
    h = x.new_zeros(len(x), w[1].shape[0])
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w[0] + w[2] + h @ w[1])
    return h @ w[3] + w[4]


def _batch_norm(w: Weights, x: torch.Tensor) -> torch.Tensor:
    k1, gamma, beta, moving_mean, moving_variance, k2, b2 = w
    h = x @ k1
    with torch.no_grad():  # by hand, as PyTorch's own moving variance is the unbiased one
        moving_mean.lerp_(h.mean(0), 0.01)
        moving_variance.lerp_(h.var(0, unbiased=False), 0.01)
    h = F.batch_norm(h, None, None, gamma, beta, training=True, eps=1e-3)
    return F.relu(h) @ k2 + b2


NETWORKS: dict[str, Callable[[Weights, torch.Tensor], torch.Tensor]] = {
    "linear": _linear, "mlp": _mlp, "conv": _conv, "rnn": _rnn, "batch-norm": _batch_norm}
FIXED = {"batch-norm": (3, 4)}


def train(course: Course, weights: list[np.ndarray], dtype: str, steps: int) -> Path:
    fixed = FIXED.get(course.name, ())
    w = [torch.tensor(each, dtype=getattr(torch, dtype), requires_grad=i not in fixed)
         for i, each in enumerate(weights)]
    trained = [each for i, each in enumerate(w) if i not in fixed]
    optimizer: torch.optim.Optimizer = (torch.optim.SGD(trained, lr=course.rate) if course.optimizer == "sgd" else
                                        torch.optim.Adam(trained, lr=course.rate, eps=1e-7))
    path = Path()
    for (x, y), _ in zip(course.batches(dtype), range(steps)):
        out = NETWORKS[course.name](w, torch.from_numpy(x))
        wanted = torch.from_numpy(y)
        loss = F.mse_loss(out, wanted) if course.loss == "mean_squared_error" else F.cross_entropy(out, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        path.step(loss.item(), [each.detach().numpy() for each in w])
    return path
