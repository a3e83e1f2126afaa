"""Layers that keep of each window its largest entry, or its mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...api import pooling
from ...api.reducing import reduce_max, reduce_mean
from ...tensor import Tensor
from ..layer import Layer
from .convolution import not_empty, numbers


class _Pooling(Layer):
    """Windows of a size and a step."""

    function: ClassVar[Callable[..., Tensor]]
    space = 2

    def __init__(self, pool_size: Any = 2, strides: Any = None, padding: str = "valid",
                 data_format: str | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        if data_format not in (None, "channels_last"):
            raise NotImplementedError(f"{type(self).__name__}: data_format is channels_last here: move the channels to "
                                      "the last axis with tapes.transpose")
        self.pool_size = numbers(pool_size, self.space, "pool_size")
        self.strides = self.pool_size if strides is None else numbers(strides, self.space, "strides")
        self.padding = padding.upper()

    def call(self, inputs: Tensor) -> Tensor:
        y = type(self).function(inputs, list(self.pool_size), list(self.strides), self.padding)
        return not_empty(y, inputs, self.pool_size, self.padding, self)


class MaxPooling1D(_Pooling):
    """The largest of each window of (batch, steps, channels).

    >>> import tapes as tf
    >>> tf.keras.layers.MaxPooling1D(2)(tf.zeros([2, 8, 3])).shape
    TensorShape([2, 4, 3])
    """

    function, space = pooling.max_pool1d, 1


class AveragePooling1D(_Pooling):
    """The mean of each window of (batch, steps, channels).

    >>> import tapes as tf
    >>> tf.keras.layers.AveragePooling1D(2)(tf.zeros([2, 8, 3])).shape
    TensorShape([2, 4, 3])
    """

    function, space = pooling.avg_pool1d, 1


class MaxPooling2D(_Pooling):
    """The largest of each window of (batch, rows, columns, channels).

    >>> import tapes as tf
    >>> tf.keras.layers.MaxPooling2D(2)(tf.zeros([2, 8, 8, 3])).shape
    TensorShape([2, 4, 4, 3])
    """

    function = pooling.max_pool2d


class AveragePooling2D(_Pooling):
    """The mean of each window of (batch, rows, columns, channels).

    >>> import tapes as tf
    >>> tf.keras.layers.AveragePooling2D(2)(tf.zeros([2, 8, 8, 3])).shape
    TensorShape([2, 4, 4, 3])
    """

    function = pooling.avg_pool2d


class _GlobalPooling(Layer):
    """All entries of each channel become one."""

    function: ClassVar[Callable[..., Tensor]]
    ndim = 4

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **settings: Any) -> None:
        super().__init__(**settings)
        self.keepdims = keepdims

    def call(self, inputs: Tensor) -> Tensor:
        if inputs.ndim != self.ndim:
            raise ValueError(f"Input 0 of layer '{self.name}' is incompatible with the layer: expected "
                             f"ndim={self.ndim}, found ndim={inputs.ndim}. Full shape received: {tuple(inputs.shape)}")
        return type(self).function(inputs, axis=list(range(1, self.ndim - 1)), keepdims=self.keepdims)


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean over all steps.

    >>> import tapes as tf
    >>> tf.keras.layers.GlobalAveragePooling1D()(tf.zeros([2, 8, 3])).shape
    TensorShape([2, 3])
    """

    function, ndim = reduce_mean, 3


class GlobalMaxPooling1D(_GlobalPooling):
    """The largest of all steps.

    >>> import tapes as tf
    >>> tf.keras.layers.GlobalMaxPooling1D()(tf.zeros([2, 8, 3])).shape
    TensorShape([2, 3])
    """

    function, ndim = reduce_max, 3


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean over all rows and columns.

    >>> import tapes as tf
    >>> tf.keras.layers.GlobalAveragePooling2D()(tf.zeros([2, 8, 8, 3])).shape
    TensorShape([2, 3])
    """

    function = reduce_mean


class GlobalMaxPooling2D(_GlobalPooling):
    """The largest of all rows and columns.

    >>> import tapes as tf
    >>> tf.keras.layers.GlobalMaxPooling2D()(tf.zeros([2, 8, 8, 3])).shape
    TensorShape([2, 3])
    """

    function = reduce_max


MaxPool1D, AvgPool1D, MaxPool2D, AvgPool2D = MaxPooling1D, AveragePooling1D, MaxPooling2D, AveragePooling2D
GlobalAvgPool1D, GlobalMaxPool1D = GlobalAveragePooling1D, GlobalMaxPooling1D
GlobalAvgPool2D, GlobalMaxPool2D = GlobalAveragePooling2D, GlobalMaxPooling2D
