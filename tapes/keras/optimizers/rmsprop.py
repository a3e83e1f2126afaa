"""RMSprop: each gradient is divided by how large it usually is."""

from __future__ import annotations

from typing import Any

from ...math import sqrt, square
from ...tensor import Tensor
from ...variable import Variable
from .optimizer import Optimizer


class RMSprop(Optimizer):
    """v = rho * v + (1 - rho) * g^2, and w -= learning_rate * g / sqrt(v + epsilon).

    Hinton's lecture 6e of 2012 (https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf).

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        rho: how much of v stays at each step.
        momentum: how much of the last step is taken again.
        epsilon: so that nothing is divided by 0.
        centered: whether the square of the mean gradient is taken off v.
        settings: those of all optimizers, see `Optimizer`.

    >>> import tapes as tf
    >>> w = tf.Variable(1.0)
    >>> _ = tf.keras.optimizers.RMSprop(0.1).apply_gradients([(tf.constant(2.0), w)])
    >>> round(float(w), 4)
    0.6838
    """

    def __init__(self, learning_rate: Any = 0.001, rho: float = 0.9, momentum: float = 0.0, epsilon: float = 1e-7,
                 centered: bool = False, **settings: Any) -> None:
        super().__init__(learning_rate, **settings)
        self.rho, self.momentum, self.epsilon, self.centered = rho, momentum, epsilon, centered
        self.slots = ("velocity", *["momentum"] * (momentum > 0), *["average_gradient"] * centered)

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Tensor) -> None:
        velocity = self.slot("velocity", variable)
        velocity.assign(self.rho * velocity + (1.0 - self.rho) * square(gradient))
        size: Any = velocity
        if self.centered:
            average = self.slot("average_gradient", variable)
            average.assign(self.rho * average + (1.0 - self.rho) * gradient)
            size = velocity - square(average)
        step = learning_rate * gradient / sqrt(size + self.epsilon)
        if self.momentum:
            speed = self.slot("momentum", variable)
            speed.assign(self.momentum * speed + step)
            step = speed.value()
        variable.assign_sub(step)
