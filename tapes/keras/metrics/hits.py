"""Hits and misses of a yes-or-no prediction: true and false positives and negatives, precision and recall."""

from __future__ import annotations

from typing import Any

from ...convert import convert
from ...math import cast, divide_no_nan, logical_not, reduce_sum
from ...tensor import Tensor
from ..losses.distances import same_rank
from .base import Metric


class _Hits(Metric):
    """Counts of predictions above and below a threshold."""

    kinds: tuple[str, ...] = ()  # of the four, those that are kept

    def __init__(self, thresholds: float | None = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(dtype, name)
        if thresholds is not None and not isinstance(thresholds, (int, float)):
            raise NotImplementedError(f"{type(self).__name__} takes one threshold: make one metric for each")
        self.threshold = 0.5 if thresholds is None else float(thresholds)
        self._kept = {kind: self.add_variable(name=kind) for kind in self.kinds}

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch of labels, 0 or 1, and predictions."""
        true, predicted = same_rank(convert(y_true), convert(y_pred))
        yes, found = cast(true, "bool"), predicted > self.threshold
        cases = {"true_positives": (yes, found), "false_positives": (logical_not(yes), found),
                 "true_negatives": (logical_not(yes), logical_not(found)), "false_negatives": (yes, logical_not(found))}
        for kind, variable in self._kept.items():
            one, other = cases[kind]
            hits = cast(one, self.dtype) * cast(other, self.dtype)
            if sample_weight is not None:
                hits, weights = same_rank(hits, cast(convert(sample_weight), self.dtype))
                hits = hits * weights
            variable.assign_add(reduce_sum(hits))

    def result(self) -> Tensor:
        """The count."""
        return self._kept[self.kinds[0]].value()


class TruePositives(_Hits):
    """How many of the labels 1 are predicted as such.

    >>> print(TruePositives()([0, 1, 1], [0.0, 0.8, 0.2]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    kinds = ("true_positives",)


class FalsePositives(_Hits):
    """How many of the labels 0 are predicted as 1.

    >>> print(FalsePositives()([0, 1, 1], [0.7, 0.8, 0.2]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    kinds = ("false_positives",)


class TrueNegatives(_Hits):
    """How many of the labels 0 are predicted as such.

    >>> print(TrueNegatives()([0, 1, 1], [0.0, 0.8, 0.2]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    kinds = ("true_negatives",)


class FalseNegatives(_Hits):
    """How many of the labels 1 are predicted as 0.

    >>> print(FalseNegatives()([0, 1, 1], [0.0, 0.8, 0.2]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    kinds = ("false_negatives",)


class Precision(_Hits):
    """Of what is predicted as 1, the share that is 1.

    >>> print(Precision()([0, 1, 1], [0.7, 0.8, 0.2]))
    tapes.Tensor(0.5, shape=(), dtype=float32)
    """

    kinds = ("true_positives", "false_positives")

    def __init__(self, thresholds: float | None = None, top_k: Any = None, class_id: Any = None,
                 name: str | None = None, dtype: Any = None) -> None:
        if top_k is not None or class_id is not None:
            raise NotImplementedError(f"{type(self).__name__}: top_k and class_id are out; hand the predictions of "
                                      "that class alone to update_state")
        super().__init__(thresholds, name, dtype)

    def result(self) -> Tensor:
        """The share."""
        one, other = (self._kept[kind] for kind in self.kinds)
        return divide_no_nan(one, one + other)


class Recall(Precision):
    """Of what is 1, the share that is predicted as such.

    >>> print(Recall()([0, 1, 1], [0.7, 0.8, 0.2]))
    tapes.Tensor(0.5, shape=(), dtype=float32)
    """

    kinds = ("true_positives", "false_negatives")
