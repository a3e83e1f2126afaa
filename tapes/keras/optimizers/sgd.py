"""Gradient descent: against the gradient, downhill; with momentum, like a ball that keeps its speed."""

from __future__ import annotations

from typing import Any

from ...math import cast
from ...tensor import Tensor
from ...variable import Variable
from .optimizer import Optimizer


class SGD(Optimizer):
    """w -= learning_rate * g; with momentum, v = momentum * v - learning_rate * g, and w += v.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        momentum: 0 to 1, how much of the last step is taken again.
        nesterov: whether the step is taken from where momentum leads: w += momentum * v - learning_rate * g.
        settings: those of all optimizers, see `Optimizer`.

    >>> import tapes as tf
    >>> w = tf.Variable(1.0)
    >>> _ = tf.keras.optimizers.SGD(0.1).apply_gradients([(tf.constant(2.0), w)])
    >>> float(w)
    0.800000011920929
    """

    def __init__(self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False,
                 **settings: Any) -> None:
        if not 0 <= momentum <= 1:
            raise ValueError(f"`momentum` must be a float between [0, 1], got {momentum!r}")
        self.momentum, self.nesterov = float(momentum), nesterov
        self.slots = ("momentum",) if momentum else ()
        super().__init__(learning_rate, **settings)

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Tensor) -> None:
        if not self.momentum:
            variable.assign_sub(learning_rate * gradient)
            return
        speed = self.slot("momentum", variable)
        momentum = cast(self.momentum, variable.dtype)  # by float32, as in Keras
        step = momentum * speed - learning_rate * gradient
        speed.assign(step)
        variable.assign_add(momentum * step - learning_rate * gradient if self.nesterov else step)
