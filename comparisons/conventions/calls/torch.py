"""The questions as a user of PyTorch types them: the graph hangs on the results, gradients may gather in `.grad`."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


def _variable(value: Any) -> Any:
    return torch.tensor(value, requires_grad=True)


def vector_target() -> Any:
    x = _variable([1.0, 2.0])
    return torch.autograd.grad(x * x, x)[0]


def weighted_target() -> Any:
    x = _variable([1.0, 2.0])
    return torch.autograd.grad(x * x, x, torch.ones(2))[0]


def unused_input() -> Any:
    x, z = _variable(3.0), _variable(4.0)
    return torch.autograd.grad(x * x, z)[0]


def unused_input_as_zero() -> Any:
    x, z = _variable(3.0), _variable(4.0)
    return torch.autograd.grad(x * x, z, materialize_grads=True)[0]


def unused_input_in_grad() -> Any:
    x, z = _variable(3.0), _variable(4.0)
    (x * x).backward()
    return z.grad


def unused_input_allowed() -> Any:
    x, z = _variable(3.0), _variable(4.0)
    return torch.autograd.grad(x * x, z, allow_unused=True)[0]


def unmarked_input() -> Any:
    x = torch.tensor(3.0)
    return torch.autograd.grad(x * x, x)[0]


def integer_input() -> Any:
    x = _variable(3)
    return torch.autograd.grad(x * x, x)[0]


def python_zero() -> Any:
    x = _variable(0.0)
    return torch.autograd.grad(torch.sqrt(x), x)[0]


def complex_target() -> Any:
    x = _variable(1 + 2j)
    return torch.autograd.grad(x * x, x)[0]


def dictionary() -> Any:
    x = {"a": _variable(2.0), "b": _variable(3.0)}
    return torch.autograd.grad(x["a"] * x["b"], x)


def second_of_a_line() -> Any:
    x = _variable(3.0)
    (slope,) = torch.autograd.grad(2.0 * x, x, create_graph=True)
    return torch.autograd.grad(slope, x)[0]


def second_sweep() -> Any:
    x = _variable(3.0)
    y = x * x
    return [torch.autograd.grad(y, x)[0], torch.autograd.grad(y, x)[0]]


def second_sweep_kept() -> Any:
    x = _variable(3.0)
    y = x * x
    return [torch.autograd.grad(y, x, retain_graph=True)[0], torch.autograd.grad(y, x)[0]]


def second_sweep_in_grad() -> Any:
    x = _variable(3.0)
    y = x * x
    y.backward(retain_graph=True)
    first = x.grad.clone()
    y.backward()
    return [first, x.grad]


def python_if() -> Any:
    x = _variable(3.0)
    return torch.autograd.grad(x * x if x > 0.0 else -x, x)[0]


def python_if_compiled() -> Any:
    branches = torch.compile(lambda x: x * x if x > 0.0 else -x, backend="eager")
    xs = [_variable(3.0), _variable(-3.0)]
    return [torch.autograd.grad(branches(x), x)[0] for x in xs]


def python_if_traced() -> Any:
    branches = torch.jit.trace(lambda x: x * x if x > 0.0 else -x, torch.tensor(3.0))
    xs = [_variable(3.0), _variable(-3.0)]
    return [torch.autograd.grad(branches(x), x)[0] for x in xs]


def python_float() -> Any:
    torch.set_warn_always(True)  # or the warning comes once in a process, and could not be measured twice
    x = _variable(3.0)
    y = x * float(x)
    torch.set_warn_always(False)
    return torch.autograd.grad(y, x)[0]


def numpy_function() -> Any:
    x = _variable(0.0)
    return torch.autograd.grad(x + np.exp(x), x)[0]


def numpy_method() -> Any:
    x = _variable(3.0)
    return torch.autograd.grad(x * x.numpy(), x)[0]


def write_into() -> Any:
    x = _variable([1.0, 2.0])
    y = x * x
    y[0] = 0.0
    return torch.autograd.grad(y.sum(), x)[0]


def array_changes() -> Any:
    array = np.array([3.0])
    x = torch.from_numpy(array).requires_grad_()
    y = x * x
    array[0] = 100.0
    return torch.autograd.grad(y.sum(), x)[0]
