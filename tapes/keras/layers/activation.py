"""Activations as layers of their own."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from .. import activations
from ..layer import Layer


class Activation(Layer):
    """A function as a layer.

    Args:
        activation: a name or function.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Activation("relu")([-1.0, 2.0]))
    tapes.Tensor([0. 2.], shape=(2,), dtype=float32)
    """

    def __init__(self, activation: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.activation = activations.get(activation)

    def call(self, inputs: Tensor) -> Tensor:
        return self.activation(inputs)


class ReLU(Layer):
    """max(x, 0), see `tapes.keras.activations.relu`.

    >>> import tapes as tf
    >>> print(tf.keras.layers.ReLU(max_value=1.0)([-1.0, 2.0]))
    tapes.Tensor([0. 1.], shape=(2,), dtype=float32)
    """

    def __init__(self, max_value: float | None = None, negative_slope: float = 0.0, threshold: float = 0.0,
                 **settings: Any) -> None:
        super().__init__(**settings)
        for name, value in (("max_value", max_value), ("negative_slope", negative_slope), ("threshold", threshold)):
            if value is not None and value < 0:
                raise ValueError(f"{name} of a ReLU layer cannot be a negative value. Received: {value}")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold

    def call(self, inputs: Tensor) -> Tensor:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(Layer):
    """x where it is positive, else `negative_slope` times x; `alpha`, its name in Keras 2, is taken too.

    >>> import tapes as tf
    >>> print(tf.keras.layers.LeakyReLU(0.5)([-1.0, 2.0]))
    tapes.Tensor([-0.5  2. ], shape=(2,), dtype=float32)
    """

    def __init__(self, negative_slope: float = 0.3, alpha: float | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        slope = negative_slope if alpha is None else alpha
        if slope is None or slope < 0:
            raise ValueError("The negative_slope value of a Leaky ReLU layer cannot be None or negative value. "
                             f"Expected a float. Received: negative_slope={slope}")
        self.negative_slope = slope

    def call(self, inputs: Tensor) -> Tensor:
        return activations.leaky_relu(inputs, self.negative_slope)


class ELU(Layer):
    """x where it is positive, else alpha * (exp(x) - 1).

    >>> import tapes as tf
    >>> print(tf.keras.layers.ELU()([2.0]))
    tapes.Tensor([2.], shape=(1,), dtype=float32)
    """

    def __init__(self, alpha: float = 1.0, **settings: Any) -> None:
        super().__init__(**settings)
        self.alpha = alpha

    def call(self, inputs: Tensor) -> Tensor:
        return activations.elu(inputs, self.alpha)


class Softmax(Layer):
    """exp(x) over its sum along an axis.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Softmax()([[0.0, 0.0]]))
    tapes.Tensor([[0.5 0.5]], shape=(1, 2), dtype=float32)
    """

    def __init__(self, axis: int = -1, **settings: Any) -> None:
        super().__init__(**settings)
        self.axis = axis

    def call(self, inputs: Tensor) -> Tensor:
        return activations.softmax(inputs, self.axis)
