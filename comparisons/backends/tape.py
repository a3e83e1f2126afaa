"""Our own tape; TensorFlow's is asked in the very same words."""

from __future__ import annotations

from types import ModuleType

import numpy as np

from ..problem import Arrays, Problem
from . import Gradients


class GradientTapes:
    """Differentiates with a module that has TensorFlow's GradientTape: `tapes`, or TensorFlow itself."""

    def __init__(self, tf: ModuleType) -> None:
        self.tf = tf

    def gradients(self, problem: Problem) -> tuple[np.ndarray, Gradients]:
        inputs, data = self._variables(problem), self._constants(problem)
        with self.tf.GradientTape() as tape:
            value = problem.call(self.tf, inputs, data)
        return value.numpy(), _arrays(tape.gradient(value, inputs))

    def hessian_vector(self, problem: Problem, vector: Arrays) -> Gradients:
        inputs, data = self._variables(problem), self._constants(problem)
        with self.tf.GradientTape() as outer:
            with self.tf.GradientTape() as inner:
                value = problem.call(self.tf, inputs, data)
            gradient = inner.gradient(value, inputs, unconnected_gradients="zero")
            slope = self.tf.add_n([self.tf.reduce_sum(gradient[name] * vector[name]) for name in inputs])
        return _arrays(outer.gradient(slope, inputs))

    def _variables(self, problem: Problem) -> dict:
        return {name: self.tf.Variable(array) for name, array in problem.inputs.items()}

    def _constants(self, problem: Problem) -> dict:
        return {name: self.tf.constant(array) for name, array in problem.data.items()}


def _arrays(gradients: dict) -> Gradients:
    return {name: None if g is None else np.asarray(g) for name, g in gradients.items()}


def _tapes() -> GradientTapes:
    import tapes

    return GradientTapes(tapes)


BACKEND = _tapes()
