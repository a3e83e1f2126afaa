"""The questions as a user of JAX types them: there is no graph, only functions of functions."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def vector_target() -> Any:
    return jax.grad(lambda x: x * x)(jnp.array([1.0, 2.0]))


def weighted_target() -> Any:
    _, pull = jax.vjp(lambda x: x * x, jnp.array([1.0, 2.0]))
    return pull(jnp.array([1.0, 1.0]))[0]


def unused_input() -> Any:
    return jax.grad(lambda x, z: x * x, argnums=1)(3.0, 4.0)


def integer_input() -> Any:
    return jax.grad(lambda x: x * x)(3)


def python_zero() -> Any:
    return jax.grad(jnp.sqrt)(0.0)


def complex_target() -> Any:
    return jax.grad(lambda x: x * x)(1 + 2j)


def dictionary() -> Any:
    return jax.grad(lambda x: x["a"] * x["b"])({"a": 2.0, "b": 3.0})


def second_of_a_line() -> Any:
    return jax.grad(jax.grad(lambda x: 2.0 * x))(3.0)


def second_sweep() -> Any:
    _, pull = jax.vjp(lambda x: x * x, 3.0)
    return [pull(1.0)[0], pull(1.0)[0]]


def python_if() -> Any:
    return jax.grad(lambda x: x * x if x > 0.0 else -x)(3.0)


def python_if_compiled() -> Any:
    slope = jax.jit(jax.grad(lambda x: x * x if x > 0.0 else -x))
    return [slope(3.0), slope(-3.0)]


def python_float() -> Any:
    return jax.grad(lambda x: x * float(x))(3.0)


def numpy_function() -> Any:
    return jax.grad(lambda x: x + np.exp(x))(0.0)


def numpy_method() -> Any:
    return jax.grad(lambda x: x * x.numpy())(3.0)


def write_into() -> Any:
    def loss(x: Any) -> Any:
        y = x * x
        y[0] = 0.0
        return jnp.sum(y)

    return jax.grad(loss)(jnp.array([1.0, 2.0]))


def array_changes() -> Any:
    array = np.array([3.0])
    _, pull = jax.vjp(lambda x: x * x, jnp.array(array))
    array[0] = 100.0
    return pull(jnp.array([1.0]))[0]
