"""Softmax and cross-entropy: two ops whose adjoints are simpler than those of the ops they could be built from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..batching import along_axis, everywhere
from ..op import Op
from ..rules import unbroadcast
from .indexing import scatter
from .reductions import less_top, reduce_sum, softmax
from .shapes import reshape


def _log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    shifted = x - np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=axis, keepdims=True))


_AXES: list[Any] = [(((2, 3),), {"axis": -1}), (((2, 3),), {"axis": 0}), (((0, 3),), {"axis": -1}),
                    (((1,),), {"axis": 0})]
log_softmax = Op("log_softmax", _log_softmax, [
    lambda g, y, x, axis: g - softmax(x, axis=axis) * reduce_sum(g, axis=axis, keepdims=True)], examples=_AXES,
    kinds="f", lift=along_axis)


def _cross_entropy(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    shifted = less_top(logits, -1)
    logs = shifted - np.log(np.add.reduce(np.exp(shifted), axis=-1, keepdims=True))
    # where, so that a label of 0 contributes 0 even when its log-probability is minus infinity
    return -np.add.reduce(np.where(labels == 0, 0, labels * logs), axis=-1)


softmax_cross_entropy = Op("softmax_cross_entropy", _cross_entropy, [
    lambda g, y, labels, logits: unbroadcast(-_column(g) * log_softmax(logits, axis=-1), labels.shape),
    lambda g, y, labels, logits: unbroadcast(
        _column(g) * (softmax(logits, axis=-1) * reduce_sum(labels, axis=-1, keepdims=True) - labels), logits.shape),
], examples=[(((2, 3), (2, 3)), {}), (((1, 3), (2, 3)), {}), (((3,), (3,)), {}), (((0, 3), (0, 3)), {})], kinds="f")


def _picked(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    if np.minimum.reduce(labels, initial=0) < 0:  # as an index it would be counted from the end
        raise IndexError(f"a label is outside [0, {x.shape[-1]}): {labels.min()}")
    return x[np.arange(len(labels)), labels]


def _less_one(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    less = x.copy()
    less[np.arange(len(labels)), labels] -= 1
    return less


def _more_rows(op: Op, size: int, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """Many matrices are one with more rows."""
    x, labels = (everywhere(each, size) for each in inputs)
    y = op(reshape(x, shape=(size * x.shape[1], x.shape[2])), reshape(labels, shape=(size * x.shape[1],)))
    return reshape(y, shape=(size, x.shape[1], *y.shape[1:]))


_ROWS: list[Any] = [(((2, 3), np.array([2, 0])), {}), (((0, 3), np.array([], int)), {})]
picked = Op("picked", _picked, [
    lambda g, y, x, labels: scatter(g, labels, shape=tuple(x.shape), axis=1, batch_dims=1), None],
    alike=slice(0, 1), lift=_more_rows, examples=_ROWS, doc="Of each row of a matrix the entry that its label says.")
less_one = Op("less_one", _less_one, [lambda g, y, x, labels: g, None], alike=slice(0, 1), kinds="fc", lift=_more_rows,
              examples=_ROWS, doc="A matrix with 1 less in each row at the place that its label says.")


def _sparse_cross_entropy(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    classes = logits.shape[-1]
    if labels.size and np.maximum.reduce(labels, axis=None) >= classes:
        raise IndexError(f"a label is outside [0, {classes}): the logits have {classes} classes")
    if labels.shape != logits.shape[:-1]:
        raise ValueError(f"labels of shape {logits.shape[:-1]} are needed, one class for each row of the logits")
    shifted = less_top(logits, -1)
    found = _picked(shifted.reshape(labels.size, classes), labels.reshape(-1)).reshape(labels.shape)
    return np.log(np.add.reduce(np.exp(shifted), axis=-1)) - found


def _less_true(p: Any, labels: Any) -> Any:
    """Probabilities, less 1 where the label says."""
    if labels.ndim == 1:
        return less_one(p, labels)
    count = math.prod(labels.shape)
    less = less_one(reshape(p, shape=(count, p.shape[-1])), reshape(labels, shape=(count,)))
    return reshape(less, shape=tuple(p.shape))


sparse_softmax_cross_entropy = Op("sparse_softmax_cross_entropy", _sparse_cross_entropy, [
    None,
    lambda g, y, labels, logits: _column(g) * _less_true(softmax(logits, axis=-1), labels),
], alike=slice(1, 2), examples=[((np.array([2, 0]), (2, 3)), {}), ((np.array(1), (3,)), {}),
                              ((np.array([], int), (0, 3)), {})], kinds="f")


def _column(g: Any) -> Any:
    return reshape(g, shape=(*g.shape, 1))
