"""The questions as a user of micrograd types them: numbers with a gradient of their own, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from micrograd.engine import Value


def unused_input_in_grad() -> Any:
    x, z = Value(3.0), Value(4.0)
    (x * x).backward()
    return z.grad


def integer_input() -> Any:
    x = Value(3)
    (x * x).backward()
    return x.grad


def python_zero() -> Any:
    x = Value(0.0)
    (x ** 0.5).backward()
    return x.grad


def complex_target() -> Any:
    x = Value(1 + 2j)
    (x * x).backward()
    return x.grad


def second_sweep() -> Any:
    x = Value(3.0)
    y = x * x
    y.backward()
    first = x.grad
    y.backward()
    return [first, x.grad]


def python_if() -> Any:
    x = Value(3.0)
    (x * x if x > 0.0 else -x).backward()
    return x.grad


def python_float() -> Any:
    x = Value(3.0)
    (x * float(x)).backward()
    return x.grad


def numpy_function() -> Any:
    x = Value(0.0)
    (x + np.exp(x)).backward()
    return x.grad


def numpy_method() -> Any:
    x = Value(3.0)
    (x * x.numpy()).backward()
    return x.grad
