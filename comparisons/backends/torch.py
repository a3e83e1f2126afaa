"""PyTorch: the history hangs on the tensors themselves, not on a tape."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ..namespaces import Namespace, Table
from ..problem import Arrays, Problem
from . import Gradients


def _over(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def _reduce(function: Any) -> Any:
    return lambda x, axis=None, keepdims=False: function(
        x, dim=tuple(range(x.ndim)) if axis is None else _over(axis), keepdim=keepdims)


def _matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    return torch.matmul(a.mT if transpose_a else a, b.mT if transpose_b else b)


_TABLE: Table = {
    **{name: getattr(torch, name) for name in (
        "add", "subtract", "multiply", "divide", "pow", "negative", "square", "sqrt", "exp", "sin", "cos", "tan",
        "asin", "acos", "atan", "sinh", "cosh", "tanh", "abs", "maximum", "minimum", "where", "sigmoid", "greater",
        "less")},
    **{f"math.{name}": getattr(torch, name) for name in ("log", "log1p", "expm1", "reciprocal", "rsqrt", "erf")},
    "identity": lambda x: x, "math.squared_difference": lambda x, y: (x - y) ** 2,
    "math.softplus": torch.nn.functional.softplus, "reduce_sum": _reduce(torch.sum), "reduce_mean": _reduce(torch.mean),
    "reduce_max": _reduce(torch.amax), "reduce_min": _reduce(torch.amin), "reduce_logsumexp": _reduce(torch.logsumexp),
    "matmul": _matmul, "linalg.matvec": torch.mv, "tensordot": torch.tensordot, "einsum": torch.einsum,
    "reshape": lambda x, shape: torch.reshape(x, tuple(shape)),
    "transpose": lambda x, perm=None: x.permute(*(perm or reversed(range(x.ndim)))),
    "expand_dims": torch.unsqueeze, "concat": lambda xs, axis: torch.cat(xs, dim=axis),
    "stack": lambda xs, axis=0: torch.stack(xs, dim=axis), "nn.relu": torch.relu, "nn.sigmoid": torch.sigmoid,
    "nn.tanh": torch.tanh, "nn.softplus": torch.nn.functional.softplus,
    "nn.softmax": lambda x, axis=-1: torch.softmax(x, axis),
    "nn.log_softmax": lambda x, axis=-1: torch.log_softmax(x, axis), "nn.bias_add": lambda x, b: x + b,
    "nn.l2_loss": lambda x: torch.sum(x * x) / 2,
    "nn.softmax_cross_entropy_with_logits":
        lambda labels, logits: -torch.sum(labels * torch.log_softmax(logits, -1), dim=-1),
    "nn.sigmoid_cross_entropy_with_logits": lambda labels, logits:
        torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, reduction="none"),
}
TF = Namespace("PyTorch", _TABLE)


class Torch:
    """Differentiates with torch.autograd.grad, twice for second derivatives."""

    torch = torch

    def gradients(self, problem: Problem) -> tuple[np.ndarray, Gradients]:
        inputs = self._inputs(problem)
        value = problem.call(TF, inputs, self._data(problem))
        found = torch.autograd.grad(value, list(inputs.values()), allow_unused=True)
        return value.detach().numpy(), _arrays(inputs, found)

    def hessian_vector(self, problem: Problem, vector: Arrays) -> Gradients:
        inputs = self._inputs(problem)
        value = problem.call(TF, inputs, self._data(problem))
        first = torch.autograd.grad(value, list(inputs.values()), create_graph=True, allow_unused=True)
        slope = sum((torch.sum(g * torch.from_numpy(np.array(vector[name])))
                     for name, g in zip(inputs, first, strict=True) if g is not None), torch.tensor(0.0))
        if not slope.requires_grad:
            return dict.fromkeys(inputs)
        return _arrays(inputs, torch.autograd.grad(slope, list(inputs.values()), allow_unused=True))

    def _inputs(self, problem: Problem) -> dict[str, Any]:
        return {name: torch.from_numpy(array.copy()).requires_grad_() for name, array in problem.inputs.items()}

    def _data(self, problem: Problem) -> dict[str, Any]:
        return {name: torch.from_numpy(array.copy()) for name, array in problem.data.items()}


def _arrays(names: dict[str, Any], found: tuple) -> Gradients:
    return {name: None if g is None else g.numpy() for name, g in zip(names, found, strict=True)}


BACKEND = Torch()
