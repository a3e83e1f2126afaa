"""What neural networks are made of: activations and losses, the names of `tf.nn`."""

from __future__ import annotations

import math as _math
from typing import Any

from . import random
from .convert import convert
from .convolutions import (
    conv1d,
    conv1d_transpose,
    conv2d,
    conv2d_transpose,
    conv3d,
    convolution,
    depthwise_conv2d,
    separable_conv2d,
)
from .errors import InvalidArgumentError
from .linalg import l2_normalize
from .math import erf, reduce_sum, sigmoid, softplus, square, tanh
from .ops import elementwise as e
from .ops import nn as n
from .pooling import avg_pool, avg_pool1d, avg_pool2d, max_pool, max_pool1d, max_pool2d
from .protocols import TensorLike
from .public import place, public
from .tensor import Tensor

__all__ = ["avg_pool", "avg_pool1d", "avg_pool2d", "bias_add", "conv1d", "conv1d_transpose", "conv2d",
           "conv2d_transpose", "conv3d", "convolution", "depthwise_conv2d", "dropout", "elu", "gelu",
           "l2_loss", "l2_normalize", "leaky_relu", "log_softmax", "max_pool", "max_pool1d", "max_pool2d",
           "relu", "relu6", "selu", "separable_conv2d", "sigmoid", "sigmoid_cross_entropy_with_logits",
           "silu", "softmax", "softmax_cross_entropy_with_logits", "softplus",
           "sparse_softmax_cross_entropy_with_logits", "swish", "tanh"]

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
swish = silu


def leaky_relu(features: Any, alpha: float = 0.2, *, name: str | None = None) -> Tensor:
    """The number if it is positive, otherwise `alpha` times the number; at 0 the derivative is taken to be `alpha`.

    >>> import tapes as tf
    >>> print(tf.nn.leaky_relu([-1.0, 2.0]))
    tapes.Tensor([-0.2  2. ], shape=(2,), dtype=float32)
    """
    return e.leaky_relu(convert(features), alpha=float(alpha))


def gelu(features: Any, approximate: bool = False, *, name: str | None = None) -> Tensor:
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


def softmax(logits: Any, axis: Any = None, *, name: str | None = None) -> Tensor:
    """Positive numbers that sum to 1 along an axis, by default the last, in the proportions of e to the logits.

    It overflows nowhere.

    >>> import tapes as tf
    >>> print(tf.nn.softmax([1000.0, 1000.0]))
    tapes.Tensor([0.5 0.5], shape=(2,), dtype=float32)
    """
    x = convert(logits)
    return n.softmax(x, axis=place(-1 if axis is None else axis, x.ndim, "softmax"))


def log_softmax(logits: Any, axis: Any = None, *, name: str | None = None) -> Tensor:
    """The logarithm of the softmax, exact also where the softmax itself is too small for a number.

    >>> import tapes as tf
    >>> print(tf.nn.log_softmax([1000.0, 0.0]))
    tapes.Tensor([    0. -1000.], shape=(2,), dtype=float32)
    """
    x = convert(logits)
    return n.log_softmax(x, axis=place(-1 if axis is None else axis, x.ndim, "log_softmax"))


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
    if not classes.dtype.is_integer or classes.shape != scores.shape[:-1] or not scores.ndim:
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
    scores = convert(logits)
    targets = convert(labels, None if isinstance(labels, TensorLike) else scores._array.dtype)
    if targets.shape != scores.shape:
        raise ValueError(f"`logits` and `labels` must have the same shape, received ({scores.shape} vs "
                         f"{targets.shape}) by sigmoid_cross_entropy_with_logits.")
    return e.sigmoid_cross_entropy(targets, scores)


def bias_add(value: Any, bias: Any, *, name: str | None = None) -> Tensor:
    """Add a vector along the last axis; its adjoint is the sum over all the others.

    >>> import tapes as tf
    >>> print(tf.nn.bias_add([[1.0, 2.0]], [10.0, 20.0]))
    tapes.Tensor([[11. 22.]], shape=(1, 2), dtype=float32)
    """
    x = convert(value)
    b = bias if isinstance(bias, TensorLike) else convert(bias, x._array.dtype)
    if b.ndim != 1 or x.shape[-1:] != b.shape:
        raise InvalidArgumentError(f"bias_add: the bias must be a vector as long as the last axis of the value, got "
                                   f"shape {b.shape} for a value of shape {x.shape}")
    return x + b


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


def dropout(x: Any, rate: Any, *, seed: int | None = None, name: str | None = None) -> Tensor:
    """Set each entry to 0 with probability `rate` and divide the others by 1 - rate, so that the mean stays.

    Srivastava et al. 2014, Dropout. ValueError unless 0 <= rate < 1.

    >>> import tapes as tf
    >>> print(tf.nn.dropout([1.0, 2.0], rate=0.0))
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """
    tensor = convert(x)
    if not 0 <= rate < 1:
        raise ValueError(f"dropout: rate must be at least 0 and below 1, got {rate}: the share that is dropped")
    if not tensor.dtype.is_floating:
        raise ValueError(f"dropout: x must be floating, since it will be scaled, got {tensor.dtype.name}")
    kept = random.uniform(tensor.shape, dtype=tensor.dtype, seed=seed) >= rate
    return e.where(kept, tensor / (1.0 - rate), 0.0)
