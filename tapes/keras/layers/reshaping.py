"""Layers that move numbers around and compute nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ...api import arranging
from ...tensor import Tensor
from ..layer import Layer


class Flatten(Layer):
    """All axes but the batch become one.

    >>> import tapes as tf
    >>> tf.keras.layers.Flatten()(tf.zeros([5, 2, 3])).shape
    TensorShape([5, 6])
    """

    def call(self, inputs: Tensor) -> Tensor:
        return arranging.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))


class Reshape(Layer):
    """Every example gets this shape, in which one length may be -1.

    >>> import tapes as tf
    >>> tf.keras.layers.Reshape((3, -1))(tf.zeros([5, 6])).shape
    TensorShape([5, 3, 2])
    """

    def __init__(self, target_shape: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.target_shape = tuple(target_shape)

    def call(self, inputs: Tensor) -> Tensor:
        return arranging.reshape(inputs, (inputs.shape[0], *self.target_shape))


class Permute(Layer):
    """The axes of each example in another order, counted from 1.

    >>> import tapes as tf
    >>> tf.keras.layers.Permute((2, 1))(tf.zeros([5, 2, 3])).shape
    TensorShape([5, 3, 2])
    """

    def __init__(self, dims: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ValueError(f"Invalid permutation argument `dims` for Permute Layer: {self.dims}. The set of indices "
                             "must be consecutive and start from 1.")

    def call(self, inputs: Tensor) -> Tensor:
        return arranging.transpose(inputs, (0, *self.dims))


class RepeatVector(Layer):
    """Each example n times, one after the other: (batch, features) becomes (batch, n, features).

    >>> import tapes as tf
    >>> tf.keras.layers.RepeatVector(3)(tf.zeros([5, 2])).shape
    TensorShape([5, 3, 2])
    """

    def __init__(self, n: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.n = n

    def call(self, inputs: Tensor) -> Tensor:
        return arranging.repeat(arranging.expand_dims(inputs, 1), self.n, axis=1)


class Lambda(Layer):
    """A function of your own as a layer.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Lambda(lambda x: x * 2.0)([1.0]))
    tapes.Tensor([2.], shape=(1,), dtype=float32)
    """

    def __init__(self, function: Callable[..., Any], arguments: dict[str, Any] | None = None,
                 **settings: Any) -> None:
        super().__init__(**settings)
        self.function, self.arguments = function, arguments or {}

    def call(self, inputs: Any) -> Any:
        return self.function(inputs, **self.arguments)
