"""How far predictions are from what is true: a number for each example, and their mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..backend import snake
from ..identifiers import found
from .base import Loss, LossFunction
from .distances import (
    categorical_hinge,
    cosine_similarity,
    hinge,
    huber,
    kl_divergence,
    logcosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    squared_hinge,
)
from .entropies import binary_crossentropy, categorical_crossentropy, sparse_categorical_crossentropy

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence


def _made(function: Callable[..., Any], title: str, what: str, name: str = "") -> Any:
    """The class of a loss that is the mean of a function without settings."""
    def __init__(self: LossFunction, reduction: str | None = "sum_over_batch_size",
                 name: str = name or function.__name__, dtype: Any = None) -> None:
        LossFunction.__init__(self, function, name, reduction, dtype)

    return type(title, (LossFunction,), {"__init__": __init__, "__doc__": f"The mean of {what}: `{function.__name__}`.",
                                         "__module__": __name__})


MeanSquaredError = _made(mean_squared_error, "MeanSquaredError", "(y_true - y_pred)^2")
MeanAbsoluteError = _made(mean_absolute_error, "MeanAbsoluteError", "abs(y_true - y_pred)")
MeanAbsolutePercentageError = _made(mean_absolute_percentage_error, "MeanAbsolutePercentageError",
                                    "errors in percent of what is true")
MeanSquaredLogarithmicError = _made(mean_squared_logarithmic_error, "MeanSquaredLogarithmicError",
                                    "squared differences of logarithms")
LogCosh = _made(logcosh, "LogCosh", "log(cosh(y_pred - y_true))", "log_cosh")
KLDivergence = _made(kl_divergence, "KLDivergence", "y_true * log(y_true / y_pred), summed")
Poisson = _made(poisson, "Poisson", "y_pred - y_true * log(y_pred)")
Hinge = _made(hinge, "Hinge", "max(1 - y_true * y_pred, 0)")
SquaredHinge = _made(squared_hinge, "SquaredHinge", "max(1 - y_true * y_pred, 0)^2")
CategoricalHinge = _made(categorical_hinge, "CategoricalHinge", "max(wrong - right + 1, 0)")


class Huber(LossFunction):
    """Squares of small errors, absolute values of large ones.

    >>> print(Huber(delta=1.0)([[0.0, 0.0]], [[1.0, 3.0]]))
    tapes.Tensor(1.5, shape=(), dtype=float32)
    """

    def __init__(self, delta: float = 1.0, reduction: str | None = "sum_over_batch_size", name: str = "huber_loss",
                 dtype: Any = None) -> None:
        super().__init__(huber, name, reduction, dtype, delta=delta)


class CosineSimilarity(LossFunction):
    """Less the cosine of the angle between both.

    >>> print(CosineSimilarity()([[0.0, 1.0]], [[0.0, 2.0]]))
    tapes.Tensor(-1.0, shape=(), dtype=float32)
    """

    def __init__(self, axis: int = -1, reduction: str | None = "sum_over_batch_size", name: str = "cosine_similarity",
                 dtype: Any = None) -> None:
        super().__init__(cosine_similarity, name, reduction, dtype, axis=axis)


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


_CLASSES = [value for value in list(globals().values())
            if isinstance(value, type) and issubclass(value, LossFunction) and value is not LossFunction]
FUNCTIONS = {f.__name__: f for f in (
    mean_squared_error, mean_absolute_error, mean_absolute_percentage_error, mean_squared_logarithmic_error, huber,
    logcosh, kl_divergence, poisson, hinge, squared_hinge, categorical_hinge, cosine_similarity,
    categorical_crossentropy, sparse_categorical_crossentropy, binary_crossentropy)} | {
    "mse": mse, "mae": mae, "mape": mape, "msle": msle, "kld": kld, "log_cosh": logcosh,
    "kullback_leibler_divergence": kld}
_KNOWN: dict[str, Any] = {kind.__name__.lower(): kind for kind in _CLASSES} | FUNCTIONS


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


__all__ = ["KLD", "MAE", "MAPE", "MSE", "MSLE", "BinaryCrossentropy", "CategoricalCrossentropy", "CategoricalHinge",
           "CosineSimilarity", "Hinge", "Huber", "KLDivergence", "LogCosh", "Loss", "MeanAbsoluteError",
           "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
           "SparseCategoricalCrossentropy", "SquaredHinge", "binary_crossentropy", "categorical_crossentropy",
           "categorical_hinge", "cosine_similarity", "get", "hinge", "huber", "kl_divergence", "kld",
           "kullback_leibler_divergence", "logcosh", "mae", "mape", "mean_absolute_error",
           "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error", "mse", "msle",
           "poisson", "sparse_categorical_crossentropy", "squared_hinge"]
