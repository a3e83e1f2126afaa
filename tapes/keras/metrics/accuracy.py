"""How often predictions are right."""

from __future__ import annotations

from typing import Any

from ...api.arranging import reshape, squeeze
from ...api.ordering import in_top_k
from ...api.reducing import argmax
from ...convert import convert
from ...math import cast, equal
from ...tensor import Tensor
from ..backend import floatx
from ..losses.distances import same_rank
from .base import MeanMetricWrapper


def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where they are equal, else 0."""
    true, predicted = same_rank(*_comparable(y_true, y_pred))
    return cast(equal(true, predicted), floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """1 where y_pred is on the side of the threshold that y_true says, else 0.

    >>> print(binary_accuracy([[1.0], [0.0]], [[0.7], [0.8]]))
    tapes.Tensor(
    [[1.]
     [0.]], shape=(2, 1), dtype=float32)
    """
    true, predicted = same_rank(convert(y_true), convert(y_pred))
    return cast(equal(true, cast(predicted > threshold, true.dtype)), floatx())


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the largest entry of a row of y_pred is where that of y_true is, else 0.

    >>> print(categorical_accuracy([[0.0, 1.0]], [[0.3, 0.7]]))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    return cast(equal(argmax(y_true, -1), argmax(y_pred, -1)), floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """The same for class numbers.

    >>> print(sparse_categorical_accuracy([1], [[0.3, 0.7]]))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    true, best = convert(y_true), argmax(y_pred, -1)
    if true.ndim == best.ndim + 1 and true.shape[-1] == 1:
        true = squeeze(true, -1)
    return cast(equal(cast(true, best.dtype), best), floatx())


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """1 where the one-hot label is among the k largest entries of a row of y_pred, else 0.

    >>> print(top_k_categorical_accuracy([[0.0, 1.0, 0.0]], [[0.5, 0.3, 0.2]], k=2))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    return sparse_top_k_categorical_accuracy(argmax(y_true, -1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """The same for class numbers.

    >>> print(sparse_top_k_categorical_accuracy([1], [[0.5, 0.3, 0.2]], k=2))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    true, predicted = convert(y_true), convert(y_pred)
    if true.ndim == predicted.ndim and true.shape[-1] == 1:
        true = squeeze(true, -1)
    rows = reshape(predicted, [-1, predicted.shape[-1]])
    found = in_top_k(cast(reshape(true, [-1]), "int32"), rows, k)
    return reshape(cast(found, floatx()), true.shape)


def _comparable(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    predicted = convert(y_pred)
    return cast(convert(y_true), predicted.dtype), predicted


class Accuracy(MeanMetricWrapper):
    """How often predictions equal labels.

    >>> print(Accuracy()([1, 2], [1, 3]))
    tapes.Tensor(0.5, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


class BinaryAccuracy(MeanMetricWrapper):
    """How often predictions are on the right side of a threshold.

    >>> print(BinaryAccuracy()([[1.0], [0.0]], [[0.7], [0.8]]))
    tapes.Tensor(0.5, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


class CategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is that of the one-hot label.

    >>> print(CategoricalAccuracy()([[0.0, 1.0]], [[0.3, 0.7]]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """How often the largest prediction is that of the class number.

    >>> print(SparseCategoricalAccuracy()([1], [[0.3, 0.7]]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the one-hot label is among the k largest predictions.

    >>> print(TopKCategoricalAccuracy(k=2)([[0.0, 1.0, 0.0]], [[0.5, 0.3, 0.2]]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """How often the class number is among the k largest predictions.

    >>> print(SparseTopKCategoricalAccuracy(k=2)([1], [[0.5, 0.3, 0.2]]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    def __init__(self, k: int = 5, name: str | None = "sparse_top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k)
