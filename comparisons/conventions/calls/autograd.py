"""The questions as a user of HIPS autograd types them: NumPy code, wrapped, and differentiated as a function."""

from __future__ import annotations

from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
from autograd.core import make_vjp


def vector_target() -> Any:
    return autograd.grad(lambda x: x * x)(np.array([1.0, 2.0]))


def weighted_target() -> Any:
    return autograd.elementwise_grad(lambda x: x * x)(np.array([1.0, 2.0]))


def unused_input() -> Any:
    return autograd.grad(lambda x, z: x * x, 1)(3.0, 4.0)


def integer_input() -> Any:
    return autograd.grad(lambda x: x * x)(3)


def python_zero() -> Any:
    return autograd.grad(anp.sqrt)(0.0)


def complex_target() -> Any:
    return autograd.grad(lambda x: x * x)(1 + 2j)


def dictionary() -> Any:
    return autograd.grad(lambda x: x["a"] * x["b"])({"a": 2.0, "b": 3.0})


def second_of_a_line() -> Any:
    return autograd.grad(autograd.grad(lambda x: 2.0 * x))(3.0)


def second_sweep() -> Any:
    pull, _ = make_vjp(lambda x: x * x, 3.0)
    return [pull(1.0), pull(1.0)]


def python_if() -> Any:
    return autograd.grad(lambda x: x * x if x > 0.0 else -x)(3.0)


def python_float() -> Any:
    return autograd.grad(lambda x: x * float(x))(3.0)


def numpy_function() -> Any:
    return autograd.grad(lambda x: x + np.exp(x))(0.0)


def numpy_method() -> Any:
    return autograd.grad(lambda x: x * x.numpy())(3.0)


def write_into() -> Any:
    def loss(x: Any) -> Any:
        y = x * x
        y[0] = 0.0
        return anp.sum(y)

    return autograd.grad(loss)(np.array([1.0, 2.0]))


def array_changes() -> Any:
    array = np.array([3.0])
    pull, _ = make_vjp(lambda x: x * x, array)
    array[0] = 100.0
    return pull(np.array([1.0]))
