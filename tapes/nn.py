"""What neural networks are made of: activations and losses, the names of `tf.nn`."""

from __future__ import annotations

import math as _math
from typing import Any

from . import random
from .convert import convert
from .math import erf, reduce_sum, sigmoid, sign, sqrt, square, tanh
from .ops import elementwise as e
from .ops import nn as n
from .ops.shapes import normal_axis
from .public import public
from .tensor import Tensor

__all__ = ["bias_add", "dropout", "elu", "gelu", "l2_loss", "leaky_relu", "log_softmax", "relu", "relu6", "selu",
           "sigmoid", "sigmoid_cross_entropy_with_logits", "sign", "silu", "softmax",
           "softmax_cross_entropy_with_logits", "softplus", "sparse_softmax_cross_entropy_with_logits", "swish",
           "tanh"]

relu = public(
    e.relu, "features", "The number if it is positive, otherwise 0; at 0 the derivative is taken to be 0.",
    "tf.nn.relu([-1.0, 2.0])", "tapes.Tensor([0. 2.], shape=(2,), dtype=float32)")
relu6 = public(
    e.relu6, "features", "The number, cut off at 0 and at 6.",
    "tf.nn.relu6([-1.0, 2.0, 9.0])", "tapes.Tensor([0. 2. 6.], shape=(3,), dtype=float32)")
elu = public(
    e.elu, "features", "The number if it is positive, otherwise e^x - 1.",
    "tf.nn.elu([0.0, 2.0])", "tapes.Tensor([0. 2.], shape=(2,), dtype=float32)",
    "Clevert et al. 2015, https://arxiv.org/abs/1511.07289")
selu = public(
    e.selu, "features", "A scaled elu that keeps mean 0 and variance 1.",
    "tf.nn.selu([0.0, 1.0])", "tapes.Tensor([0.       1.050701], shape=(2,), dtype=float32)",
    "Klambauer et al. 2017, https://arxiv.org/abs/1706.02515")
silu = public(
    e.silu, "features", "The number times its sigmoid, also called swish.",
    "tf.nn.silu([0.0, 1.0])", "tapes.Tensor([0.        0.7310586], shape=(2,), dtype=float32)",
    "Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941")
softplus = public(
    e.softplus, "features", "The logarithm of 1 + e^x, which overflows nowhere.",
    "tf.nn.softplus([-1000.0, 0.0])", "tapes.Tensor([0.        0.6931472], shape=(2,), dtype=float32)")
swish = silu


def leaky_relu(features: Any, alpha: float = 0.2) -> Tensor:
    """The number if it is positive, otherwise `alpha` times the number; at 0 the derivative is taken to be `alpha`.

    >>> import tapes as tf
    >>> print(tf.nn.leaky_relu([-1.0, 2.0]))
    tapes.Tensor([-0.2  2. ], shape=(2,), dtype=float32)
    """
    return e.leaky_relu(convert(features), alpha=float(alpha))


def gelu(features: Any, approximate: bool = False) -> Tensor:
    """The number times the probability that a standard normal variable is below it.

    With `approximate` by a tanh. Formula: Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415.

    >>> import tapes as tf
    >>> print(tf.nn.gelu([0.0, 1.0]))
    tapes.Tensor([0.        0.8413447], shape=(2,), dtype=float32)
    """
    x = convert(features)
    if approximate:
        return 0.5 * x * (1.0 + tanh(_math.sqrt(2 / _math.pi) * (x + 0.044715 * x * x * x)))
    return 0.5 * x * (1.0 + erf(x / _math.sqrt(2)))


def softmax(logits: Any, axis: int = -1) -> Tensor:
    """Positive numbers that sum to 1 along an axis, in the proportions of e to the logits; overflows nowhere.

    >>> import tapes as tf
    >>> print(tf.nn.softmax([1000.0, 1000.0]))
    tapes.Tensor([0.5 0.5], shape=(2,), dtype=float32)
    """
    x = convert(logits)
    return n.softmax(x, axis=normal_axis(axis, x.ndim))


def log_softmax(logits: Any, axis: int = -1) -> Tensor:
    """The logarithm of the softmax, exact also where the softmax itself is too small for a number.

    >>> import tapes as tf
    >>> print(tf.nn.log_softmax([1000.0, 0.0]))
    tapes.Tensor([    0. -1000.], shape=(2,), dtype=float32)
    """
    x = convert(logits)
    return n.log_softmax(x, axis=normal_axis(axis, x.ndim))


def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1) -> Tensor:
    """-sum(labels * log(softmax(logits))) along the last axis: one loss for each row.

    `labels` are probabilities, of the shape and dtype of `logits`. The adjoint of the logits is the famous
    `softmax(logits) - labels`, times the adjoint of the loss (Bishop, Pattern Recognition and Machine Learning, 4.3.4);
    it is right too when the labels of a row do not sum to 1.

    >>> import tapes as tf
    >>> print(tf.nn.softmax_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=[[0.0, 0.0]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    scores = convert(logits)
    if normal_axis(axis, scores.ndim) != scores.ndim - 1:
        raise ValueError(f"axis is {axis}, but the classes must be on the last axis: transpose labels and logits")
    return n.softmax_cross_entropy(labels, scores)


def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any) -> Tensor:
    """The same loss for labels given as class numbers: of the shape of `logits` without its last axis.

    >>> import tapes as tf
    >>> print(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1], logits=[[0.0, 0.0]]))
    tapes.Tensor([0.6931472], shape=(1,), dtype=float32)
    """
    classes = convert(labels)
    if not classes.dtype.is_integer:
        raise TypeError(f"labels are class numbers, so they must be integers, got {classes.dtype.name}; for "
                        "probabilities there is softmax_cross_entropy_with_logits")
    return n.sparse_softmax_cross_entropy(classes, convert(logits))


def sigmoid_cross_entropy_with_logits(labels: Any = None, logits: Any = None) -> Tensor:
    """-labels * log(sigmoid(logits)) - (1 - labels) * log(1 - sigmoid(logits)), which overflows nowhere.

    >>> import tapes as tf
    >>> print(tf.nn.sigmoid_cross_entropy_with_logits(labels=[1.0], logits=[-1000.0]))
    tapes.Tensor([1000.], shape=(1,), dtype=float32)
    """
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")
    scores = convert(logits)
    targets = convert(labels, scores._array.dtype)
    if targets.shape != scores.shape:
        raise ValueError(f"`logits` and `labels` must have the same shape, received ({scores.shape} vs "
                         f"{targets.shape}).")
    return e.sigmoid_cross_entropy(targets, scores)


def bias_add(value: Any, bias: Any) -> Tensor:
    """Add a vector along the last axis; its adjoint is the sum over all the others.

    >>> import tapes as tf
    >>> print(tf.nn.bias_add([[1.0, 2.0]], [10.0, 20.0]))
    tapes.Tensor([[11. 22.]], shape=(1, 2), dtype=float32)
    """
    x = convert(value)
    b = convert(bias, x._array.dtype)
    if b.ndim != 1 or x.shape[-1:] != b.shape:
        raise ValueError(f"bias_add needs a vector as long as the last axis of the value, got {b.shape} for {x.shape}")
    return x + b


def l2_loss(t: Any) -> Tensor:
    """Half the sum of the squares, whose gradient is the tensor itself.

    >>> import tapes as tf
    >>> print(tf.nn.l2_loss([3.0, 4.0]))
    tapes.Tensor(12.5, shape=(), dtype=float32)
    """
    return reduce_sum(square(t)) / 2.0


def dropout(x: Any, rate: float, seed: int | None = None) -> Tensor:
    """Set each entry to 0 with probability `rate` and divide the others by 1 - rate, so that the mean stays.

    Srivastava et al. 2014, Dropout. ValueError unless 0 <= rate < 1.

    >>> import tapes as tf
    >>> print(tf.nn.dropout([1.0, 2.0], rate=0.0))
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """
    tensor = convert(x)
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be at least 0 and below 1, got {rate}")
    kept = random.uniform(tensor.shape, dtype=tensor.dtype, seed=seed) >= rate
    return e.where(kept, tensor / (1.0 - rate), 0.0)


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Tensor:
    """Scale to length 1 along axes; a length below the root of `epsilon` counts as that.

    >>> import tapes as tf
    >>> print(tf.math.l2_normalize([3.0, 4.0]))
    tapes.Tensor([0.6 0.8], shape=(2,), dtype=float32)
    """
    tensor = convert(x)
    return tensor / sqrt(e.maximum(reduce_sum(square(tensor), axis, keepdims=True), epsilon))
