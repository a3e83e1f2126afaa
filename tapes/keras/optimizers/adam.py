"""Adam: every weight has a step size of its own, by how large its gradients have been."""

from __future__ import annotations

from typing import Any

from ...math import cast, maximum, sqrt, square
from ...tensor import Tensor
from ...variable import Variable
from .optimizer import Optimizer


class Adam(Optimizer):
    """Kingma and Ba 2014 (https://arxiv.org/abs/1412.6980), in the order of operations that section 2 proposes.

    m += (g - m) * (1 - beta_1), v += (g^2 - v) * (1 - beta_2), and w -= learning_rate * sqrt(1 - beta_2^t) /
    (1 - beta_1^t) * m / (sqrt(v) + epsilon) in step t.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        beta_1, beta_2: how much of m and of v stays at each step.
        epsilon: so that nothing is divided by 0.
        amsgrad: whether the largest v so far is used (Reddi et al. 2018, https://arxiv.org/abs/1904.09237).
        settings: those of all optimizers, see `Optimizer`.

    >>> import tapes as tf
    >>> w = tf.Variable(1.0)
    >>> _ = tf.keras.optimizers.Adam(0.1).apply_gradients([(tf.constant(2.0), w)])
    >>> round(float(w), 5)
    0.9
    """

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-7,
                 amsgrad: bool = False, **settings: Any) -> None:
        super().__init__(learning_rate, **settings)
        self.slots = ("momentum", "velocity", *["velocity_hat"] * amsgrad)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Tensor) -> None:
        step = cast(self.iterations + 1, variable.dtype)
        beta_1, beta_2 = (cast(beta, variable.dtype) for beta in (self.beta_1, self.beta_2))  # by float32, as in Keras
        alpha = learning_rate * sqrt(1.0 - beta_2 ** step) / (1.0 - beta_1 ** step)
        m, v = self.slot("momentum", variable), self.slot("velocity", variable)
        m.assign_add((gradient - m) * (1.0 - self.beta_1))
        v.assign_add((square(gradient) - v) * (1.0 - self.beta_2))
        if len(self.slots) == 3:
            top = self.slot("velocity_hat", variable)
            top.assign(maximum(top, v))
            v = top
        variable.assign_sub(m * alpha / (sqrt(v) + self.epsilon))
