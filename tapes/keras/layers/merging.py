"""Layers that make one tensor of several."""

from __future__ import annotations

from functools import reduce
from typing import Any

from ... import math
from ...api.arranging import concat
from ...tensor import Tensor
from ..layer import Layer


class _Merge(Layer):
    """A function of two tensors, applied from the first to the last."""

    def call(self, inputs: Any) -> Tensor:
        if not isinstance(inputs, (list, tuple)) or len(inputs) < 2:
            raise ValueError(f"A merge layer should be called on a list of at least 2 inputs: {type(self).__name__}"
                             f"()([a, b]). Received: {inputs!r}")
        return reduce(self.merge, inputs)

    def merge(self, a: Tensor, b: Tensor) -> Tensor:
        raise NotImplementedError


class Add(_Merge):
    """The sum of all.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Add()([tf.constant([1.0]), tf.constant([2.0])]))
    tapes.Tensor([3.], shape=(1,), dtype=float32)
    """

    def merge(self, a: Tensor, b: Tensor) -> Tensor:
        return a + b


class Subtract(_Merge):
    """The first less the second.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Subtract()([tf.constant([1.0]), tf.constant([2.0])]))
    tapes.Tensor([-1.], shape=(1,), dtype=float32)
    """

    def call(self, inputs: Any) -> Tensor:
        if len(inputs) != 2:
            raise ValueError(f"A `Subtract` layer should be called on exactly 2 inputs. Received: {len(inputs)}")
        return super().call(inputs)

    def merge(self, a: Tensor, b: Tensor) -> Tensor:
        return a - b


class Multiply(_Merge):
    """The product of all, entry by entry.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Multiply()([tf.constant([3.0]), tf.constant([2.0])]))
    tapes.Tensor([6.], shape=(1,), dtype=float32)
    """

    def merge(self, a: Tensor, b: Tensor) -> Tensor:
        return a * b


class Average(Add):
    """The mean of all.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Average()([tf.constant([3.0]), tf.constant([2.0])]))
    tapes.Tensor([2.5], shape=(1,), dtype=float32)
    """

    def call(self, inputs: Any) -> Tensor:
        return super().call(inputs) / float(len(inputs))


class Maximum(_Merge):
    """The largest of all, entry by entry.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Maximum()([tf.constant([3.0]), tf.constant([2.0])]))
    tapes.Tensor([3.], shape=(1,), dtype=float32)
    """

    def merge(self, a: Tensor, b: Tensor) -> Tensor:
        return math.maximum(a, b)


class Minimum(_Merge):
    """The smallest of all, entry by entry.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Minimum()([tf.constant([3.0]), tf.constant([2.0])]))
    tapes.Tensor([2.], shape=(1,), dtype=float32)
    """

    def merge(self, a: Tensor, b: Tensor) -> Tensor:
        return math.minimum(a, b)


class Concatenate(Layer):
    """One after the other along an axis.

    >>> import tapes as tf
    >>> print(tf.keras.layers.Concatenate()([tf.constant([[3.0]]), tf.constant([[2.0]])]))
    tapes.Tensor([[3. 2.]], shape=(1, 2), dtype=float32)
    """

    def __init__(self, axis: int = -1, **settings: Any) -> None:
        super().__init__(**settings)
        self.axis = axis

    def call(self, inputs: Any) -> Tensor:
        return concat(inputs, self.axis)
