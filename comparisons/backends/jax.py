"""JAX: functions in, functions out; x64 is on, so that double precision is double precision."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import jax.scipy.special
import numpy as np

from ..namespaces import Namespace, numpy_like
from ..problem import Arrays, Problem
from . import Gradients

jax.config.update("jax_enable_x64", True)

TF = Namespace("JAX", numpy_like(
    jnp, sigmoid=jax.nn.sigmoid, nn__relu=jax.nn.relu, math__softplus=jax.nn.softplus, nn__softmax=jax.nn.softmax,
    nn__log_softmax=jax.nn.log_softmax, reduce_logsumexp=lambda x, axis=None, keepdims=False:
    jax.scipy.special.logsumexp(x, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)))


class Jax:
    """Differentiates with jax.grad, and its gradient again with jax.jvp."""

    jax = jax

    def gradients(self, problem: Problem) -> tuple[np.ndarray, Gradients]:
        value, gradient = jax.value_and_grad(self._loss(problem))(self._inputs(problem))
        return np.asarray(value), {name: np.asarray(g) for name, g in gradient.items()}

    def hessian_vector(self, problem: Problem, vector: Arrays) -> Gradients:
        inputs = self._inputs(problem)
        direction = {name: jnp.asarray(vector[name]) for name in inputs}
        _, products = jax.jvp(jax.grad(self._loss(problem)), (inputs,), (direction,))
        return {name: np.asarray(product) for name, product in products.items()}

    def _inputs(self, problem: Problem) -> dict[str, jax.Array]:
        return {name: jnp.asarray(array) for name, array in problem.inputs.items()}

    def _loss(self, problem: Problem) -> Callable[[dict[str, jax.Array]], jax.Array]:
        data = {name: jnp.asarray(array) for name, array in problem.data.items()}
        return lambda inputs: problem.call(TF, inputs, data)


BACKEND = Jax()
