"""A loss for `compile`: a number for each example, and their mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...math import reduce_mean, reduce_sum
from ...protocols import TensorLike
from ...tensor import Tensor
from ..backend import auto_name, floatx
from .distances import of_dtype, same_rank


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
            losses, weights = same_rank(losses, of_dtype(sample_weight, losses))
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
        if isinstance(y_true, TensorLike) and isinstance(y_pred, TensorLike) and y_true.ndim != y_pred.ndim:
            y_true, y_pred = same_rank(y_true._read(), y_pred._read())
        return self.function(y_true, y_pred, **self.settings)
