"""HIPS autograd, the ancestor of JAX: NumPy itself, wrapped."""

from __future__ import annotations

from collections.abc import Callable

import autograd
import autograd.numpy as anp
import numpy as np

from ..namespaces import Namespace, numpy_like
from ..problem import Arrays, Problem
from . import Gradients

TF = Namespace("autograd", numpy_like(anp, math__softplus=lambda x: anp.logaddexp(0.0, x)))


class Autograd:
    """Differentiates with autograd.value_and_grad, and the gradient's slope with autograd.grad again."""

    def gradients(self, problem: Problem) -> tuple[np.ndarray, Gradients]:
        value, gradient = autograd.value_and_grad(self._loss(problem))(dict(problem.inputs))
        return np.asarray(value), {name: np.asarray(g) for name, g in gradient.items()}

    def hessian_vector(self, problem: Problem, vector: Arrays) -> Gradients:
        gradient = autograd.grad(self._loss(problem))

        def slope(inputs: dict) -> float:
            found = gradient(inputs)
            return sum(anp.sum(found[name] * vector[name]) for name in problem.inputs)

        return {name: np.asarray(g) for name, g in autograd.grad(slope)(dict(problem.inputs)).items()}

    def _loss(self, problem: Problem) -> Callable[[dict], float]:
        return lambda inputs: problem.call(TF, {name: inputs[name] for name in problem.inputs}, problem.data)


BACKEND = Autograd()
