"""Cross-entropies: how surprised probabilities are by what is true."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...api import cross_entropy as ce
from ...api.arranging import squeeze
from ...arguments import warn
from ...convert import convert
from ...math import cast, clip_by_value, log, reduce_mean, reduce_sum
from ...tensor import Tensor
from ..activations import logits_of
from ..backend import epsilon
from .distances import of_dtype


def categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0,
                             axis: int = -1) -> Tensor:
    """-sum(y_true * log(y_pred)) along an axis, for one-hot rows and probabilities.

    Probabilities are divided by their sum and kept between epsilon and 1 - epsilon, so that even numbers that are no
    probabilities give a loss, if not the one that is meant: say `from_logits=True` for outputs without a softmax.

    >>> print(categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    predicted = convert(y_pred)
    true = of_dtype(y_true, predicted)
    _check_shapes("categorical_crossentropy", true, predicted)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + label_smoothing / float(true.shape[-1])
    logits = predicted if from_logits else logits_of(y_pred)
    if logits is not None:
        return ce.softmax_cross_entropy_with_logits(true, logits, axis)
    _warn_of_logits("categorical_crossentropy", "a softmax", predicted, axis)
    share = predicted / reduce_sum(predicted, axis, keepdims=True)
    return -reduce_sum(true * log(_clipped(share)), axis)


def sparse_categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False,
                                    ignore_class: int | None = None, axis: int = -1) -> Tensor:
    """The same for class numbers instead of one-hot rows.

    >>> print(sparse_categorical_crossentropy([1], [[0.5, 0.5]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    predicted, classes = convert(y_pred), convert(y_true)
    if classes.ndim == predicted.ndim and classes.shape[-1] == 1:
        classes = squeeze(classes, -1)
    logits = predicted if from_logits else logits_of(y_pred)
    if logits is None:
        _warn_of_logits("sparse_categorical_crossentropy", "a softmax", predicted, axis)
        logits = log(_clipped(predicted))
    return ce.sparse_softmax_cross_entropy_with_logits(cast(classes, "int64"), logits)


def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0,
                        axis: int = -1) -> Tensor:
    """The mean of -y_true * log(y_pred) - (1 - y_true) * log(1 - y_pred) along an axis.

    >>> print(binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    predicted = convert(y_pred)
    true = of_dtype(y_true, predicted)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    _check_shapes("binary_crossentropy", true, predicted)
    logits = predicted if from_logits else logits_of(y_pred)
    if logits is not None:
        each = ce.sigmoid_cross_entropy_with_logits(true, logits)
    else:
        _warn_of_logits("binary_crossentropy", "a sigmoid", predicted, None)
        share = _clipped(predicted)
        each = -(true * log(share) + (1.0 - true) * log(1.0 - share))
    return reduce_mean(each, axis)


def _warn_of_logits(name: str, missing: str, predicted: Tensor, axis: int | None) -> None:
    """Numbers that are no probabilities are a mistake of whoever forgot an activation: nothing else would tell."""
    array = predicted._array
    if not array.size or array.dtype.kind != "f":
        return
    least, most = array.min(), array.max()
    odd = f"numbers from {least:.4g} to {most:.4g}" if least < 0 or most > 1 else ""
    if not odd and axis is not None and not np.allclose(sums := array.sum(axis), 1.0, atol=0.01):
        odd = f"rows whose sums go from {sums.min():.4g} to {sums.max():.4g}"
    if odd:
        warn("%s expects probabilities, but it got %s: the loss then means little, and its gradient may be 0. Either "
             "give the last layer %s, or say that it has none: tapes.keras.losses.%s(from_logits=True).",
             name, odd, missing, "".join(word.title() for word in name.split("_")), times=1)


def _clipped(probabilities: Tensor) -> Tensor:
    return clip_by_value(probabilities, epsilon(), 1.0 - epsilon())


def _check_shapes(name: str, true: Tensor, predicted: Tensor) -> None:
    if true.shape != predicted.shape:
        raise ValueError(f"{name}: Arguments `target` and `output` must have the same shape. Received: target.shape="
                         f"{tuple(true.shape)}, output.shape={tuple(predicted.shape)}")
