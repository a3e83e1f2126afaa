"""Layers of neurons: each output is a weighted sum of all inputs, and an activation of it."""

from __future__ import annotations

from typing import Any

from ...linalg import tensordot
from ...nn import bias_add
from ...tensor import Tensor
from .. import activations, regularizers
from ..layer import Layer


class Dense(Layer):
    """activation(inputs @ kernel + bias), on the last axis.

    Args:
        units: how many outputs.
        activation: a name or function; None for none.
        use_bias: whether a bias is added.
        kernel_initializer, bias_initializer: what the weights begin with.
        kernel_regularizer, bias_regularizer, activity_regularizer: what is added to the loss.
        kernel_constraint, bias_constraint: applied after each step of an optimizer.

    >>> import tapes as tf
    >>> layer = tf.keras.layers.Dense(3, kernel_initializer="ones")
    >>> print(layer([[1.0, 2.0]]))
    tapes.Tensor([[3. 3. 3.]], shape=(1, 3), dtype=float32)
    """

    def __init__(self, units: int, activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, bias_constraint: Any = None, **settings: Any) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **settings)
        if not isinstance(units, int) or units <= 0:
            raise ValueError("Received an invalid value for `units`, expected a positive integer. Received: "
                             f"units={units!r}")
        self.units, self.use_bias = units, use_bias
        self.activation = activations.get(activation)
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint

    def build(self, input_shape: Any) -> None:
        if len(input_shape) < 2:
            raise ValueError(f"Input 0 of layer '{self.name}' is incompatible with the layer: expected min_ndim=2, "
                             f"found ndim={len(input_shape)}. Full shape received: {tuple(input_shape)}. Dense takes a "
                             "batch of rows, of shape (batch, features): one row is x[None, :], a column x[:, None].")
        self.kernel = self.add_weight((input_shape[-1], self.units), self.kernel_initializer, name="kernel",
                                      regularizer=self.kernel_regularizer, constraint=self.kernel_constraint)
        if self.use_bias:
            self.bias = self.add_weight((self.units,), self.bias_initializer, name="bias",
                                        regularizer=self.bias_regularizer, constraint=self.bias_constraint)

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.shape[-1] != self.kernel.shape[0]:
            raise ValueError(f"Input 0 of layer '{self.name}' is incompatible with the layer: expected axis -1 of "
                             f"input shape to have value {self.kernel.shape[0]}, but received input with shape "
                             f"{tuple(inputs.shape)}")
        y = inputs @ self.kernel if inputs.ndim == 2 else tensordot(inputs, self.kernel, 1)
        return self.activation(bias_add(y, self.bias) if self.use_bias else y)
