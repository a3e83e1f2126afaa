"""How far numbers are from what is true: one number for each example."""

from __future__ import annotations

import math
from typing import Any

from ...api.arranging import expand_dims, squeeze
from ...api.picking import where
from ...convert import convert
from ...math import abs as _abs
from ...math import (
    cast,
    clip_by_value,
    equal,
    log,
    logical_or,
    maximum,
    reduce_all,
    reduce_max,
    reduce_mean,
    reduce_sum,
    softplus,
    square,
)
from ...nn import l2_normalize
from ...protocols import TensorLike
from ...tensor import Tensor
from ..backend import epsilon


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of (y_true - y_pred)^2 along the last axis: a vector, one number for each example.

    >>> print(mean_squared_error([[0.0, 1.0]], [[0.0, 3.0]]))
    tapes.Tensor([2.], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    return reduce_mean(square(true - predicted), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of abs(y_true - y_pred) along the last axis.

    >>> print(mean_absolute_error([[0.0, 1.0]], [[0.0, 3.0]]))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    return reduce_mean(_abs(true - predicted), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """100 times the mean of abs(y_true - y_pred) / abs(y_true) along the last axis.

    >>> print(mean_absolute_percentage_error([[2.0, 4.0]], [[3.0, 4.0]]))
    tapes.Tensor([25.], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    return 100.0 * reduce_mean(_abs((true - predicted) / maximum(_abs(true), epsilon())), axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of (log(y_true + 1) - log(y_pred + 1))^2 along the last axis.

    >>> print(mean_squared_logarithmic_error([[0.0]], [[0.0]]))
    tapes.Tensor([0.], shape=(1,), dtype=float32)
    """
    true, predicted = (log(maximum(x, epsilon()) + 1.0) for x in _alike(y_true, y_pred))
    return reduce_mean(square(true - predicted), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """The mean of half the squares of errors up to `delta`, beyond which it grows in a line (Huber 1964,
    https://doi.org/10.1214/aoms/1177703732).

    >>> print(huber([[0.0, 0.0]], [[1.0, 3.0]]))
    tapes.Tensor([1.5], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    off = _abs(predicted - true)
    return reduce_mean(where(off <= delta, 0.5 * square(off), delta * off - 0.5 * delta ** 2), axis=-1)


def logcosh(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of log(cosh(y_pred - y_true)) along the last axis.

    >>> print(logcosh([[1.0]], [[1.0]]))
    tapes.Tensor([0.], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    x = predicted - true
    return reduce_mean(x + softplus(-2.0 * x) - math.log(2.0), axis=-1)


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """The sum of y_true * log(y_true / y_pred) along the last axis, for probabilities.

    >>> print(kl_divergence([[0.0, 1.0]], [[0.0, 1.0]]))
    tapes.Tensor([0.], shape=(1,), dtype=float32)
    """
    true, predicted = (clip_by_value(x, epsilon(), 1.0) for x in _alike(y_true, y_pred))
    return reduce_sum(true * log(true / predicted), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of y_pred - y_true * log(y_pred) along the last axis.

    >>> print(poisson([[0.0]], [[2.0]]))
    tapes.Tensor([2.], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    return reduce_mean(predicted - true * log(predicted + epsilon()), axis=-1)


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of max(1 - y_true * y_pred, 0) along the last axis, for labels -1 and 1, or 0 and 1.

    >>> print(hinge([[1.0, 0.0]], [[0.5, -2.0]]))
    tapes.Tensor([0.25], shape=(1,), dtype=float32)
    """
    return reduce_mean(_short_of_one(y_true, y_pred), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """The mean of max(1 - y_true * y_pred, 0)^2 along the last axis, for labels -1 and 1, or 0 and 1.

    >>> print(squared_hinge([[1.0, 0.0]], [[0.5, -2.0]]))
    tapes.Tensor([0.125], shape=(1,), dtype=float32)
    """
    return reduce_mean(square(_short_of_one(y_true, y_pred)), axis=-1)


def _short_of_one(y_true: Any, y_pred: Any) -> Tensor:
    true, predicted = _alike(y_true, y_pred)
    are_bits = reduce_all(logical_or(equal(true, 0.0), equal(true, 1.0)))
    return maximum(1.0 - where(are_bits, 2.0 * true - 1.0, true) * predicted, 0.0)


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """How far the best of the wrong classes comes up to the right one, less 1: max(wrong - right + 1, 0).

    >>> print(categorical_hinge([[0.0, 1.0]], [[0.25, 0.75]]))
    tapes.Tensor([0.5], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    right, wrong = reduce_sum(true * predicted, axis=-1), reduce_max((1.0 - true) * predicted, axis=-1)
    return maximum(wrong - right + 1.0, 0.0)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Less the cosine of the angle between both: -1 where they point alike, 0 at a right angle.

    >>> print(cosine_similarity([[0.0, 1.0]], [[0.0, 2.0]]))
    tapes.Tensor([-1.], shape=(1,), dtype=float32)
    """
    true, predicted = _alike(y_true, y_pred)
    return -reduce_sum(l2_normalize(true, axis) * l2_normalize(predicted, axis), axis=axis)


def of_dtype(y_true: Any, predicted: Tensor) -> Tensor:
    """What is true, in the dtype of what is predicted."""
    if not isinstance(y_true, TensorLike) and not hasattr(y_true, "dtype"):
        return convert(y_true, predicted._array.dtype)
    true = convert(y_true)
    return true if true.dtype == predicted.dtype else cast(true, predicted.dtype)


def same_rank(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """A last axis of length 1 is added or removed where the other has none, so that (n,) and (n, 1) fit."""
    if a.ndim == b.ndim + 1 and a.shape[-1] == 1:
        return (a, expand_dims(b, -1)) if b.ndim == 1 else (squeeze(a, -1), b)
    if b.ndim == a.ndim + 1 and b.shape[-1] == 1:
        return (expand_dims(a, -1), b) if a.ndim == 1 else (a, squeeze(b, -1))
    return a, b


def _alike(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    predicted = convert(y_pred)
    return same_rank(of_dtype(y_true, predicted), predicted)
