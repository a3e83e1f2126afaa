"""Layers that disturb training, so that a network does not learn its examples by heart."""

from __future__ import annotations

from typing import Any

from ... import nn, random
from ...tensor import Tensor
from ..layer import Layer


class Dropout(Layer):
    """While training, entries become 0 with probability `rate`, and the others grow by 1 / (1 - rate).

    Args:
        rate: from 0 to below 1 (Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html).
        noise_shape: a shape with 1 where entries are to be dropped together.
        seed: for the same entries each time a program runs.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Dropout(0.5)([1.0, 2.0]))
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """

    def __init__(self, rate: float, noise_shape: Any = None, seed: int | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        if not 0 <= rate <= 1:
            raise ValueError(f"Invalid value received for argument `rate`. Expected a float value between 0 and 1. "
                             f"Received: rate={rate}")
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        if not training or not self.rate:
            return inputs
        return nn.dropout(inputs, self.rate, self.noise_shape, self.seed)


class GaussianNoise(Layer):
    """While training, random numbers of this standard deviation are added.

    >>> import tapes as tf
    >>> print(tf.keras.layers.GaussianNoise(0.5)([1.0, 2.0]))
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """

    def __init__(self, stddev: float, seed: int | None = None, **settings: Any) -> None:
        super().__init__(**settings)
        if stddev < 0:
            raise ValueError(f"stddev is a standard deviation, it cannot be {stddev}")
        self.stddev, self.seed = stddev, seed

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        if not training or not self.stddev:
            return inputs
        return inputs + random.normal(inputs.shape, 0.0, self.stddev, inputs.dtype, self.seed)
