"""JAX: one operation after another, or compiled with jax.jit; its results are waited for."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ...backends.jax import TF
from ..workload import HESSIAN_VECTOR, JACOBIAN, TRAINING, Numbers, Prepared, Workload
from ..workloads import adam


def _sparse_cross_entropy(labels: Any, logits: Any) -> Any:
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)[:, 0]


def _conv2d(x: Any, kernel: Any, strides: int, padding: str) -> Any:
    return jax.lax.conv_general_dilated(x, kernel, (strides, strides), padding,
                                        dimension_numbers=("NHWC", "HWIO", "NHWC"))


JNP = TF.plain({"nn.sparse_softmax_cross_entropy_with_logits": _sparse_cross_entropy, "nn.conv2d": _conv2d})


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    given = numbers.changed(jnp.asarray)

    def value(parameters: Any, data: Any) -> Any:
        return workload.value(JNP, parameters, data)

    def gradients(parameters: Any, data: Any) -> Any:
        found, slopes = jax.value_and_grad(value)(parameters, data)
        return found, *slopes

    def hessian_vector(parameters: Any, data: Any, vectors: Any) -> Any:
        (found, _), (_, products) = jax.jvp(lambda p: jax.value_and_grad(value)(p, data), (parameters,), (vectors,))
        return found, *products

    def jacobian(parameters: Any, data: Any) -> Any:
        def twice(p: Any) -> Any:
            outputs = value(p, data)
            return outputs, outputs

        slopes, outputs = jax.jacrev(twice, has_aux=True)(parameters)
        return outputs, *slopes

    compiled: Any = jax.jit if way == "jit" else lambda function, **settings: function
    if workload.kind == TRAINING:
        return _training(given, value, compiled)
    step = compiled({HESSIAN_VECTOR: hessian_vector, JACOBIAN: jacobian}.get(workload.kind, gradients))
    arguments = [given.parameters, given.data, *([given.vectors] if workload.kind == HESSIAN_VECTOR else [])]
    return Prepared(lambda: jax.block_until_ready(step(*arguments)), lambda found: [np.asarray(x) for x in found])


def _training(given: Numbers, value: Any, compiled: Any) -> Prepared:
    """A function from parameters and moments to new ones, as JAX wants it."""

    def step(parameters: Any, state: Any, data: Any) -> Any:
        found, slopes = jax.value_and_grad(value)(parameters, data)
        return found, *adam.updated(jnp.sqrt, parameters, state, slopes)

    function = compiled(step, donate_argnums=(0, 1))  # what is updated is given away: its memory is used again
    now: list[Any] = []

    def run() -> Any:
        found, *now[:] = jax.block_until_ready(function(*now, given.data))
        return found

    def reset() -> None:
        now[:] = [[jnp.copy(x) for x in part] for part in (given.parameters, given.state)]

    reset()
    return Prepared(run, lambda found: [np.asarray(x) for x in (found, *now[0], *now[1])], reset)
