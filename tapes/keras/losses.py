"""How far predictions are from what is true: a number for each example, and their mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..api import cross_entropy as ce
from ..api.arranging import expand_dims, squeeze
from ..arguments import warn
from ..convert import convert
from ..math import abs as _abs
from ..math import cast, clip_by_value, log, reduce_mean, reduce_sum, square
from ..protocols import TensorLike
from ..tensor import Tensor
from .activations import logits_of
from .backend import auto_name, epsilon, floatx, snake
from .identifiers import found

__all__ = ["BinaryCrossentropy", "CategoricalCrossentropy", "Loss", "MeanAbsoluteError", "MeanSquaredError",
           "SparseCategoricalCrossentropy", "binary_crossentropy", "categorical_crossentropy", "get",
           "mean_absolute_error", "mean_squared_error", "sparse_categorical_crossentropy"]


# -- the functions: one number for each example ------------------------------------------------------------------------

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


def categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0,
                             axis: int = -1) -> Tensor:
    """-sum(y_true * log(y_pred)) along an axis, for one-hot rows and probabilities.

    Probabilities are divided by their sum and kept between epsilon and 1 - epsilon, so that even numbers that are no
    probabilities give a loss, if not the one that is meant: say `from_logits=True` for outputs without a softmax.

    >>> print(categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    predicted = convert(y_pred)
    true = _of_dtype(y_true, predicted)
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
    true = _of_dtype(y_true, predicted)
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


def _of_dtype(y_true: Any, predicted: Tensor) -> Tensor:
    """What is true, in the dtype of what is predicted."""
    if not isinstance(y_true, TensorLike) and not hasattr(y_true, "dtype"):
        return convert(y_true, predicted._array.dtype)
    true = convert(y_true)
    return true if true.dtype == predicted.dtype else cast(true, predicted.dtype)


def _check_shapes(name: str, true: Tensor, predicted: Tensor) -> None:
    if true.shape != predicted.shape:
        raise ValueError(f"{name}: Arguments `target` and `output` must have the same shape. Received: target.shape="
                         f"{tuple(true.shape)}, output.shape={tuple(predicted.shape)}")


def same_rank(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """A last axis of length 1 is added or removed where the other has none, so that (n,) and (n, 1) fit."""
    if a.ndim == b.ndim + 1 and a.shape[-1] == 1:
        return (a, expand_dims(b, -1)) if b.ndim == 1 else (squeeze(a, -1), b)
    if b.ndim == a.ndim + 1 and b.shape[-1] == 1:
        return (expand_dims(a, -1), b) if a.ndim == 1 else (a, squeeze(b, -1))
    return a, b


def _alike(y_true: Any, y_pred: Any) -> tuple[Tensor, Tensor]:
    predicted = convert(y_pred)
    return same_rank(_of_dtype(y_true, predicted), predicted)


# -- the classes: one number for all -----------------------------------------------------------------------------------

class Loss:
    """A loss for `compile`: `call(y_true, y_pred)` gives a number for each example, calling it their mean.

    Args:
        name: of the loss.
        reduction: "sum_over_batch_size", the mean; "sum"; or None, for no reduction.
        dtype: by default floatx.
    """

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size",
                 dtype: Any = None) -> None:
        if reduction not in ("sum_over_batch_size", "sum", "mean", "none", None):
            raise ValueError(f"Invalid value for argument `reduction`: {reduction!r}. It is 'sum_over_batch_size', "
                             "'sum', 'mean', 'none' or None.")
        self.name, self.reduction, self.dtype = name or auto_name(type(self)), reduction, dtype or floatx()

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """A number for each example."""
        raise NotImplementedError(f"{type(self).__name__} needs call(y_true, y_pred)")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """Their mean; with `sample_weight`, each times its weight."""
        losses = self.call(y_true, y_pred)
        if sample_weight is not None:
            losses, weights = same_rank(losses, _of_dtype(sample_weight, losses))
            losses = losses * weights
        if self.reduction in (None, "none") or not losses.ndim:
            return losses
        return reduce_sum(losses) if self.reduction == "sum" else reduce_mean(losses)


class LossFunction(Loss):
    """A function as a loss, with settings for it."""

    def __init__(self, function: Callable[..., Any], name: str | None = None,
                 reduction: str | None = "sum_over_batch_size", dtype: Any = None, **settings: Any) -> None:
        super().__init__(name or getattr(function, "__name__", None), reduction, dtype)
        self.function, self.settings = function, settings

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.function(y_true, y_pred, **self.settings)


class MeanSquaredError(LossFunction):
    """The mean of (y_true - y_pred)^2.

    >>> print(MeanSquaredError()([[0.0, 1.0]], [[0.0, 3.0]]))
    tapes.Tensor(2.0, shape=(), dtype=float32)
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "mean_squared_error",
                 dtype: Any = None) -> None:
        super().__init__(mean_squared_error, name, reduction, dtype)


class MeanAbsoluteError(LossFunction):
    """The mean of abs(y_true - y_pred).

    >>> print(MeanAbsoluteError()([[0.0, 1.0]], [[0.0, 3.0]]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "mean_absolute_error",
                 dtype: Any = None) -> None:
        super().__init__(mean_absolute_error, name, reduction, dtype)


class CategoricalCrossentropy(LossFunction):
    """For one-hot rows and probabilities, or `from_logits=True`.

    >>> print(CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))
    tapes.Tensor(0.6931472, shape=(), dtype=float32)
    """

    def __init__(self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
                 reduction: str | None = "sum_over_batch_size", name: str = "categorical_crossentropy",
                 dtype: Any = None) -> None:
        super().__init__(categorical_crossentropy, name, reduction, dtype, from_logits=from_logits,
                         label_smoothing=label_smoothing, axis=axis)


class SparseCategoricalCrossentropy(LossFunction):
    """For class numbers and probabilities, or `from_logits=True`.

    >>> print(SparseCategoricalCrossentropy()([1], [[0.5, 0.5]]))
    tapes.Tensor(0.6931472, shape=(), dtype=float32)
    """

    def __init__(self, from_logits: bool = False, ignore_class: int | None = None,
                 reduction: str | None = "sum_over_batch_size", axis: int = -1,
                 name: str = "sparse_categorical_crossentropy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_crossentropy, name, reduction, dtype, from_logits=from_logits,
                         ignore_class=ignore_class, axis=axis)


class BinaryCrossentropy(LossFunction):
    """For labels 0 and 1 and probabilities, or `from_logits=True`.

    >>> print(BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]]))
    tapes.Tensor(0.6931472, shape=(), dtype=float32)
    """

    def __init__(self, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1,
                 reduction: str | None = "sum_over_batch_size", name: str = "binary_crossentropy",
                 dtype: Any = None) -> None:
        super().__init__(binary_crossentropy, name, reduction, dtype, from_logits=from_logits,
                         label_smoothing=label_smoothing, axis=axis)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
_FUNCTIONS = {"mse": mse, "mae": mae, **{f.__name__: f for f in (
    mean_squared_error, mean_absolute_error, categorical_crossentropy, sparse_categorical_crossentropy,
    binary_crossentropy)}}
_KNOWN = {**_FUNCTIONS, **{form: kind for kind in (
    MeanSquaredError, MeanAbsoluteError, CategoricalCrossentropy, SparseCategoricalCrossentropy, BinaryCrossentropy)
    for form in (kind.__name__.lower(),) if form not in _FUNCTIONS}}


def get(identifier: Any) -> Any:
    """The loss of a name, or what is given.

    >>> get("mse").__name__
    'mean_squared_error'
    """
    return found("loss", identifier, _KNOWN)


def as_loss(identifier: Any) -> Loss:
    """A loss object of a name, function or object."""
    loss = get(identifier)
    return loss if isinstance(loss, Loss) else LossFunction(
        loss, identifier if isinstance(identifier, str) else snake(getattr(loss, "__name__", "loss")))
