"""Softmax and cross-entropy: two ops whose adjoints are simpler than those of the ops they could be built from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..batching import along_axis
from ..op import Op
from ..rules import unbroadcast
from .elementwise import equal, where
from .reductions import reduce_sum, softmax
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
    # where, so that a label of 0 contributes 0 even when its log-probability is minus infinity
    return -np.add.reduce(np.where(labels == 0, 0, labels * _log_softmax(logits, -1)), axis=-1)


softmax_cross_entropy = Op("softmax_cross_entropy", _cross_entropy, [
    lambda g, y, labels, logits: unbroadcast(-_column(g) * log_softmax(logits, axis=-1), labels.shape),
    lambda g, y, labels, logits: unbroadcast(
        _column(g) * (softmax(logits, axis=-1) * reduce_sum(labels, axis=-1, keepdims=True) - labels), logits.shape),
], examples=[(((2, 3), (2, 3)), {}), (((1, 3), (2, 3)), {}), (((3,), (3,)), {}), (((0, 3), (0, 3)), {})], kinds="f")


def _sparse_cross_entropy(labels: np.ndarray, logits: np.ndarray) -> np.ndarray:
    classes = logits.shape[-1]
    if labels.size and (np.minimum.reduce(labels, axis=None) < 0 or np.maximum.reduce(labels, axis=None) >= classes):
        raise IndexError(f"a label is outside [0, {classes}): the logits have {classes} classes")
    if labels.shape != logits.shape[:-1]:
        raise ValueError(f"labels of shape {logits.shape[:-1]} are needed, one class for each row of the logits")
    shifted = logits - np.maximum.reduce(logits, axis=-1, keepdims=True, initial=-np.inf)
    picked = shifted.reshape(-1, classes)[np.arange(labels.size), labels.reshape(-1)].reshape(labels.shape)
    return np.log(np.add.reduce(np.exp(shifted), axis=-1)) - picked


sparse_softmax_cross_entropy = Op("sparse_softmax_cross_entropy", _sparse_cross_entropy, [
    None,
    lambda g, y, labels, logits: _column(g) * _less_one(softmax(logits, axis=-1), labels),
], alike=slice(1, 2), examples=[((np.array([2, 0]), (2, 3)), {}), ((np.array(1), (3,)), {}),
                              ((np.array([], int), (0, 3)), {})], kinds="f")


def _less_one(p: Any, labels: Any) -> Any:
    """Probabilities, where the label says less 1."""
    return where(equal(_column(labels), np.arange(p.shape[-1], dtype=labels.dtype)), p - 1.0, p)


def _column(g: Any) -> Any:
    return reshape(g, shape=(*g.shape, 1))
