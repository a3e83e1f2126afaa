"""The questions as a user of MyGrad types them: NumPy's own functions record, gradients come to lie in `.grad`."""

from __future__ import annotations

from typing import Any

import mygrad
import numpy as np


def _variable(value: Any) -> Any:
    return mygrad.tensor(value)


def vector_target() -> Any:
    x = _variable([1.0, 2.0])
    (x * x).backward()
    return x.grad


def weighted_target() -> Any:
    x = _variable([1.0, 2.0])
    (x * x).backward(np.ones(2))
    return x.grad


def unused_input_in_grad() -> Any:
    x, z = _variable(3.0), mygrad.tensor(4.0)
    (x * x).backward()
    return z.grad


def unmarked_input() -> Any:
    x = mygrad.tensor(3.0, constant=True)
    (x * x).backward()
    return x.grad


def integer_input() -> Any:
    x = _variable(3)
    (x * x).backward()
    return x.grad


def python_zero() -> Any:
    x = _variable(0.0)
    mygrad.sqrt(x).backward()
    return x.grad


def complex_target() -> Any:
    x = _variable(1 + 2j)
    (x * x).backward()
    return x.grad


def second_sweep() -> Any:
    x = _variable(3.0)
    y = x * x
    y.backward()
    first = x.grad.copy()
    y.backward()
    return [first, x.grad]


def python_if() -> Any:
    x = _variable(3.0)
    (x * x if x > 0.0 else -x).backward()
    return x.grad


def python_float() -> Any:
    x = _variable(3.0)
    (x * float(x)).backward()
    return x.grad


def numpy_function() -> Any:
    x = _variable(0.0)
    (x + np.exp(x)).backward()
    return x.grad


def numpy_method() -> Any:
    x = _variable(3.0)
    (x * x.numpy()).backward()
    return x.grad


def write_into() -> Any:
    x = _variable([1.0, 2.0])
    y = x * x
    y[0] = 0.0
    y.sum().backward()
    return x.grad


def array_changes() -> Any:
    array = np.array([3.0])
    x = mygrad.astensor(array)
    y = x * x
    array[0] = 100.0
    y.backward()
    return x.grad
