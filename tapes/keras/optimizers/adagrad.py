"""Adagrad: weights that have moved a lot move less and less."""

from __future__ import annotations

from typing import Any

from ...api.making import fill
from ...math import cast, sqrt, square
from ...tensor import Tensor
from ...variable import Variable
from .optimizer import Optimizer


class Adagrad(Optimizer):
    """a += g^2, and w -= learning_rate * g / sqrt(a + epsilon) (Duchi et al. 2011,
    https://jmlr.org/papers/v12/duchi11a.html).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        initial_accumulator_value: what a begins with.
        epsilon: so that nothing is divided by 0.
        settings: those of all optimizers, see `Optimizer`.

    >>> import tapes as tf
    >>> w = tf.Variable(1.0)
    >>> _ = tf.keras.optimizers.Adagrad(0.1).apply_gradients([(tf.constant(2.0), w)])
    >>> round(float(w), 4)
    0.9012
    """

    slots = ("accumulator",)

    def __init__(self, learning_rate: Any = 0.001, initial_accumulator_value: float = 0.1, epsilon: float = 1e-7,
                 **settings: Any) -> None:
        super().__init__(learning_rate, **settings)
        self.initial_accumulator_value, self.epsilon = initial_accumulator_value, epsilon

    def initial(self, slot: str, variable: Variable) -> Tensor:
        return fill(variable.shape, cast(self.initial_accumulator_value, variable.dtype))  # by float32, as in Keras

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Tensor) -> None:
        accumulator = self.slot("accumulator", variable)
        accumulator.assign_add(square(gradient))
        variable.assign_sub(learning_rate * gradient / sqrt(accumulator + self.epsilon))
