"""Losses of `tf.nn`: how far predictions are from what was to be predicted, so that nothing overflows."""

from __future__ import annotations

import math as _math
from typing import Any

from ..convert import convert
from ..errors import InvalidArgumentError
from ..math import exp, log, reduce_sum, softplus, square
from ..ops import activations as a
from ..ops import nn as n
from ..protocols import TensorLike
from ..public import place
from ..tensor import Tensor
from .picking import where


def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1, *,
                                      name: str | None = None) -> Tensor:
    """-sum(labels * log(softmax(logits))) along the last axis: one loss for each row.

    `labels` are probabilities, of the shape and dtype of `logits`. The adjoint of the logits is the famous
    `softmax(logits) - labels`, times the adjoint of the loss (Bishop, Pattern Recognition and Machine Learning, 4.3.4);
    it is right too when the labels of a row do not sum to 1.

    >>> import tapes as tf
    >>> print(tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=[[0.0, 0.0]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    op = "softmax_cross_entropy_with_logits"
    scores = convert(logits)
    targets = labels if isinstance(labels, TensorLike) else convert(labels, scores._array.dtype)
    if place(axis, scores.ndim, op) != scores.ndim - 1:
        raise ValueError(f"{op}: axis is {axis}, but the classes must be on the last axis: transpose both")
    if targets.dtype.is_integer > scores.dtype.is_integer or targets.ndim == scores.ndim - 1:
        raise InvalidArgumentError(f"{op}: labels are probabilities, of the shape and dtype of the logits, "
                                   f"{scores.dtype.name}{list(scores.shape)}, got {targets.dtype.name}"
                                   f"{list(targets.shape)}; for class numbers there is sparse_{op}")
    return n.softmax_cross_entropy(targets, scores)


def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any, *, name: str | None = None) -> Tensor:
    """The same loss for labels given as class numbers: of the shape of `logits` without its last axis.

    >>> import tapes as tf
    >>> print(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=[[0.0, 0.0]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    op = "softmax_cross_entropy_with_logits"
    classes, scores = convert(labels), convert(logits)
    given, wanted = classes._array, scores._array.shape
    if given.dtype.kind not in "iu" or given.shape != wanted[:-1] or not wanted:
        raise InvalidArgumentError(f"sparse_{op}: labels are class numbers, integers of the shape of the logits "
                                   "without the last axis: got labels "
                                   f"{classes.dtype.name}{list(classes.shape)} and logits "
                                   f"{scores.dtype.name}{list(scores.shape)}; for probabilities, one-hot rows among "
                                   f"them, there is {op}")
    return n.sparse_softmax_cross_entropy(classes, scores)


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None, *,
                                      name: str | None = None) -> Tensor:
    """-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), which overflows nowhere.

    >>> import tapes as tf
    >>> print(tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[-1000.0]))
    tapes.Tensor([1000.], shape=(1,), dtype=float32)
    """
    if labels is None or logits is None:
        raise ValueError("Both `labels` and `logits` must be provided for sigmoid_cross_entropy_with_logits: labels "
                         "are numbers from 0 to 1, logits any numbers.")
    return a.sigmoid_cross_entropy(*_alike("sigmoid_cross_entropy_with_logits", labels=labels, logits=logits))


def _alike(op: str, **given: Any) -> tuple[Tensor, Tensor]:
    """Targets and predictions of one shape."""
    (target, labels), (prediction, logits) = given.items()
    scores = convert(logits)
    targets = convert(labels, None if isinstance(labels, TensorLike) else scores._array.dtype)
    if targets.shape != scores.shape:
        raise ValueError(f"`{prediction}` and `{target}` must have the same shape, received ({scores.shape} vs "
                         f"{targets.shape}) by {op}.")
    return targets, scores


def weighted_cross_entropy_with_logits(labels: Any = None, logits: Any = None, pos_weight: Any = None, *,
                                       name: str | None = None) -> Tensor:
    """-pos_weight * labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), which overflows nowhere.

    With a `pos_weight` above 1, what was missed counts more than a false alarm. It may be a number or a tensor.

    >>> import tapes as tf
    >>> print(tf.nn.weighted_cross_entropy_with_logits(labels=[1.0, 0.0], logits=[-1000.0, -1000.0], pos_weight=2.0))
    tapes.Tensor([2000.    0.], shape=(2,), dtype=float32)
    """
    targets, scores = _alike("weighted_cross_entropy_with_logits", labels=labels, logits=logits)
    return (1.0 - targets) * scores + (1.0 + (pos_weight - 1.0) * targets) * softplus(-scores)


def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, *,
                     name: str | None = None) -> Tensor:
    """exp(log_input) - targets * log_input: how unlikely counts are if their logarithm was predicted.

    This leaves out log(targets!), which does not depend on the prediction; with `compute_full_loss` Stirling's
    formula for it is added where a target is above 1.

    >>> import tapes as tf
    >>> print(tf.nn.log_poisson_loss(targets=[2.0], log_input=[0.0]))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    counts, logs = _alike("log_poisson_loss", targets=targets, log_input=log_input)
    loss = exp(logs) - logs * counts
    if not compute_full_loss:
        return loss
    many = counts > 1.0
    n = where(many, counts, 1.0)  # no logarithm of 0, whose slope is infinite
    return loss + where(many, n * log(n) - n + 0.5 * log(2.0 * _math.pi * n), 0.0)


def l2_loss(t: Any, *, name: str | None = None) -> Tensor:
    """Half the sum of the squares, whose gradient is the tensor itself.

    >>> import tapes as tf
    >>> print(tf.nn.l2_loss([3.0, 4.0]))
    tapes.Tensor(12.5, shape=(), dtype=float32)
    """
    tensor = convert(t)
    if tensor.dtype.is_complex:
        raise InvalidArgumentError(f"l2_loss takes floating numbers, got {tensor.dtype.name}: say tapes.abs(t) first")
    return reduce_sum(square(tensor) / 2.0)
