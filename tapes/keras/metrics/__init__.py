"""What one wants to see of training: means over all batches, of losses and of how often predictions are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...math import sqrt, square
from ...tensor import Tensor
from .. import losses as _losses
from ..backend import snake
from ..identifiers import found
from ..losses.distances import of_dtype, same_rank
from .accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from .base import Mean, MeanMetricWrapper, Metric, Sum
from .hits import FalseNegatives, FalsePositives, Precision, Recall, TrueNegatives, TruePositives


def _mean_of(function: Callable[..., Any], title: str, default: str, **settings: Any) -> Any:
    """The class of a metric that is the mean of a loss."""
    def __init__(self: MeanMetricWrapper, name: str | None = default, dtype: Any = None, **more: Any) -> None:
        if not set(more) <= set(settings):
            raise TypeError(f"{title} has no argument {', '.join(sorted(set(more) - set(settings)))}")
        MeanMetricWrapper.__init__(self, function, name, dtype, **{**settings, **more})

    return type(title, (MeanMetricWrapper,), {
        "__init__": __init__, "__doc__": f"The mean of `tapes.keras.losses.{function.__name__}` over all examples.",
        "__module__": __name__})


def _cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    return -_losses.cosine_similarity(y_true, y_pred, axis)


MeanSquaredError = _mean_of(_losses.mean_squared_error, "MeanSquaredError", "mean_squared_error")
MeanAbsoluteError = _mean_of(_losses.mean_absolute_error, "MeanAbsoluteError", "mean_absolute_error")
MeanAbsolutePercentageError = _mean_of(_losses.mean_absolute_percentage_error, "MeanAbsolutePercentageError",
                                       "mean_absolute_percentage_error")
MeanSquaredLogarithmicError = _mean_of(_losses.mean_squared_logarithmic_error, "MeanSquaredLogarithmicError",
                                       "mean_squared_logarithmic_error")
KLDivergence = _mean_of(_losses.kl_divergence, "KLDivergence", "kl_divergence")
LogCoshError = _mean_of(_losses.logcosh, "LogCoshError", "logcosh")
Poisson = _mean_of(_losses.poisson, "Poisson", "poisson")
Hinge = _mean_of(_losses.hinge, "Hinge", "hinge")
SquaredHinge = _mean_of(_losses.squared_hinge, "SquaredHinge", "squared_hinge")
CategoricalHinge = _mean_of(_losses.categorical_hinge, "CategoricalHinge", "categorical_hinge")
CosineSimilarity = _mean_of(_cosine, "CosineSimilarity", "cosine_similarity", axis=-1)
BinaryCrossentropy = _mean_of(_losses.binary_crossentropy, "BinaryCrossentropy", "binary_crossentropy",
                              from_logits=False, label_smoothing=0.0)
CategoricalCrossentropy = _mean_of(_losses.categorical_crossentropy, "CategoricalCrossentropy",
                                   "categorical_crossentropy", from_logits=False, label_smoothing=0.0, axis=-1)
SparseCategoricalCrossentropy = _mean_of(_losses.sparse_categorical_crossentropy, "SparseCategoricalCrossentropy",
                                         "sparse_categorical_crossentropy", from_logits=False, axis=-1)


class RootMeanSquaredError(Mean):
    """The root of the mean of (y_true - y_pred)^2 over all numbers.

    >>> print(RootMeanSquaredError()([[0.0, 0.0]], [[3.0, 3.0]]))
    tapes.Tensor(3.0, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take a batch of what is true and what was predicted."""
        predicted = of_dtype(y_pred, of_dtype(0.0, self.total.value()))
        true, predicted = same_rank(of_dtype(y_true, predicted), predicted)
        super().update_state(square(true - predicted), sample_weight)

    def result(self) -> Tensor:
        return sqrt(super().result())


mse = MSE = _losses.mse
mae = MAE = _losses.mae
mape = MAPE = _losses.mape
msle = MSLE = _losses.msle
_CLASSES = [value for value in list(globals().values())
            if isinstance(value, type) and issubclass(value, Metric) and value not in (Metric, MeanMetricWrapper)]
_KNOWN: dict[str, Any] = {kind.__name__.lower(): kind for kind in _CLASSES} | {
    snake(kind.__name__): kind for kind in _CLASSES} | _losses.FUNCTIONS | {"cosine_similarity": CosineSimilarity} | {
    f.__name__: f for f in (binary_accuracy, categorical_accuracy, sparse_categorical_accuracy,
                            top_k_categorical_accuracy, sparse_top_k_categorical_accuracy)}


def get(identifier: Any) -> Any:
    """The metric of a name, or what is given.

    >>> get("mse").__name__
    'mean_squared_error'
    """
    return found("metric", identifier, _KNOWN, (Metric, Callable))


def as_metric(identifier: Any, y_true: Any, y_pred: Any) -> Metric:
    """A metric object; "accuracy" is the one that fits the shapes of labels and predictions."""
    if identifier in ("accuracy", "acc"):
        if y_pred.shape[-1] == 1:
            return BinaryAccuracy(identifier)
        sparse = y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1
        return SparseCategoricalAccuracy(identifier) if sparse else CategoricalAccuracy(identifier)
    metric = get(identifier)
    if not isinstance(metric, Metric):
        metric = MeanMetricWrapper(metric)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


__all__ = ["MAE", "MAPE", "MSE", "MSLE", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "CategoricalAccuracy",
           "CategoricalCrossentropy", "CategoricalHinge", "CosineSimilarity", "FalseNegatives", "FalsePositives",
           "Hinge", "KLDivergence", "LogCoshError", "Mean", "MeanAbsoluteError", "MeanAbsolutePercentageError",
           "MeanMetricWrapper", "MeanSquaredError", "MeanSquaredLogarithmicError", "Metric", "Poisson", "Precision",
           "Recall", "RootMeanSquaredError", "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy",
           "SparseTopKCategoricalAccuracy", "SquaredHinge", "Sum", "TopKCategoricalAccuracy", "TrueNegatives",
           "TruePositives", "binary_accuracy", "categorical_accuracy", "get", "mae", "mape", "mse", "msle",
           "sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy", "top_k_categorical_accuracy"]
