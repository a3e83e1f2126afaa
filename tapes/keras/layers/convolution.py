"""Layers of neurons that look at a small window each, all with the same weights."""

from __future__ import annotations

from typing import Any

from ...api.convolutions import conv1d, conv2d, conv2d_transpose
from ...nn import bias_add
from ...tensor import Tensor
from .. import activations, regularizers
from ..layer import Layer


class _Convolution(Layer):
    """What all convolutions have: filters of a size, a step and an edge."""

    space = 2

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
                 data_format: str | None = None, dilation_rate: Any = 1, groups: int = 1, activation: Any = None,
                 use_bias: bool = True, kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, bias_constraint: Any = None, **settings: Any) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **settings)
        if not isinstance(filters, int) or filters <= 0:
            raise ValueError(f"Invalid value for argument `filters`. Expected a strictly positive value. Received "
                             f"filters={filters}.")
        if data_format not in (None, "channels_last"):
            raise NotImplementedError(f"{type(self).__name__}: data_format is channels_last here: move the channels to "
                                      "the last axis with tapes.transpose")
        if str(padding).lower() not in ("valid", "same"):
            raise ValueError(f"Invalid value for argument `padding`: {padding!r}. It is 'valid' or 'same'.")
        self.filters, self.kernel_size = filters, numbers(kernel_size, self.space, "kernel_size")
        self.strides, self.dilation_rate = (numbers(strides, self.space, "strides"),
                                            numbers(dilation_rate, self.space, "dilation_rate"))
        self.padding, self.groups = padding.upper(), groups
        self.activation, self.use_bias = activations.get(activation), use_bias
        self._kernel = kernel_initializer, regularizers.get(kernel_regularizer), kernel_constraint
        self._bias = bias_initializer, regularizers.get(bias_regularizer), bias_constraint

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        return *self.kernel_size, channels // self.groups, self.filters

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != self.space + 2:
            raise ValueError(f"Input 0 of layer '{self.name}' is incompatible with the layer: expected min_ndim="
                             f"{self.space + 2}, found ndim={len(input_shape)}. Full shape received: {input_shape}. "
                             "The last axis is that of the channels.")
        start, regularizer, constraint = self._kernel
        self.kernel = self.add_weight(self.kernel_shape(input_shape[-1]), start, name="kernel",
                                      regularizer=regularizer, constraint=constraint)
        if self.use_bias:
            start, regularizer, constraint = self._bias
            self.bias = self.add_weight((self.filters,), start, name="bias", regularizer=regularizer,
                                        constraint=constraint)

    def convolve(self, inputs: Tensor) -> Tensor:
        raise NotImplementedError

    def call(self, inputs: Tensor) -> Tensor:
        y = not_empty(self.convolve(inputs), inputs, self.kernel_size, self.padding, self)
        return self.activation(bias_add(y, self.bias) if self.use_bias else y)


def numbers(value: Any, space: int, name: str) -> tuple[int, ...]:
    """One number for each axis."""
    values = (value,) * space if isinstance(value, int) else tuple(value)
    if len(values) != space or any(n <= 0 for n in values):
        raise ValueError(f"The `{name}` argument must be {space} positive integers, or one for all. Received: "
                         f"{name}={value!r}")
    return values


def not_empty(y: Tensor, inputs: Tensor, window: tuple[int, ...], padding: str, layer: Layer) -> Tensor:
    """A layer refuses what has no place for its window, where the op of the same name has an empty result."""
    if 0 in y.shape[1:-1]:
        raise ValueError(f"{layer.name}: Computed output size would be zero or negative: a window of {list(window)} "
                         f"does not fit into inputs of shape {inputs.shape} with padding={padding.lower()!r}. 'same' "
                         "makes room for it")
    return y


class Conv1D(_Convolution):
    """Windows along one axis of (batch, steps, channels).

    >>> import tapes as tf
    >>> tf.keras.layers.Conv1D(4, 3)(tf.zeros([2, 8, 5])).shape
    TensorShape([2, 6, 4])
    """

    space = 1

    def convolve(self, inputs: Tensor) -> Tensor:
        return conv1d(inputs, self.kernel, self.strides[0], self.padding, dilations=self.dilation_rate[0])


class Conv2D(_Convolution):
    """Windows over the rows and columns of (batch, rows, columns, channels).

    Args:
        filters: how many outputs each window has.
        kernel_size: of the window, one number or two.
        strides: how far the next window is.
        padding: "valid", only whole windows; or "same", as many as there are inputs.
        activation, use_bias and so on: as of Dense.

    >>> import tapes as tf
    >>> tf.keras.layers.Conv2D(4, 3, padding="same", activation="relu")(tf.zeros([2, 8, 8, 1])).shape
    TensorShape([2, 8, 8, 4])
    """

    def convolve(self, inputs: Tensor) -> Tensor:
        return conv2d(inputs, self.kernel, list(self.strides), self.padding, dilations=list(self.dilation_rate))


class Conv2DTranspose(_Convolution):
    """The transpose of a convolution, which makes images larger.

    >>> import tapes as tf
    >>> tf.keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")(tf.zeros([2, 4, 4, 1])).shape
    TensorShape([2, 8, 8, 4])
    """

    def kernel_shape(self, channels: int) -> tuple[int, ...]:
        return *self.kernel_size, self.filters, channels

    def convolve(self, inputs: Tensor) -> Tensor:
        lengths = [n * stride + (max(size - stride, 0) if self.padding == "VALID" else 0) for n, stride, size in zip(
            inputs.shape[1:-1], self.strides, self.kernel_size)]
        return conv2d_transpose(inputs, self.kernel, [inputs.shape[0], *lengths, self.filters], list(self.strides),
                                self.padding)
