"""What neural networks are made of, activations first: the names of `tf.nn`."""

from __future__ import annotations

import math as _math
from typing import Any

from . import random
from .api.arranging import concat, reshape
from .api.convolutions import (
    conv1d,
    conv1d_transpose,
    conv2d,
    conv2d_transpose,
    conv3d,
    convolution,
    depthwise_conv2d,
    separable_conv2d,
)
from .api.cross_entropy import (
    l2_loss,
    log_poisson_loss,
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from .api.normalization import batch_normalization, local_response_normalization, moments
from .api.picking import gather
from .api.pooling import avg_pool, avg_pool1d, avg_pool2d, max_pool, max_pool1d, max_pool2d
from .convert import convert
from .errors import InvalidArgumentError
from .linalg.norms import clip_by_norm, l2_normalize
from .math import sigmoid, softplus, softsign, tanh
from .ops import activations as a
from .ops import elementwise as e
from .ops import nn as n
from .public import both, lengths, place, public
from .tensor import Tensor

__all__ = ["avg_pool", "avg_pool1d", "avg_pool2d", "batch_normalization", "bias_add", "conv1d", "conv1d_transpose",
           "conv2d", "conv2d_transpose", "conv3d", "convolution", "crelu", "depthwise_conv2d", "dropout", "elu",
           "embedding_lookup", "gelu", "l2_loss", "l2_normalize", "leaky_relu", "local_response_normalization",
           "log_poisson_loss", "log_softmax", "max_pool", "max_pool1d", "max_pool2d", "moments", "relu", "relu6",
           "selu", "separable_conv2d", "sigmoid", "sigmoid_cross_entropy_with_logits", "silu", "softmax",
           "softmax_cross_entropy_with_logits", "softplus", "softsign", "sparse_softmax_cross_entropy_with_logits",
           "swish", "tanh", "weighted_cross_entropy_with_logits"]

relu = public(
    a.relu, "features", "The number if it is positive, otherwise 0; at 0 the derivative is taken to be 0.",
    "tf.nn.relu([-1.0, 2.0])", "tapes.Tensor([0. 2.], shape=(2,), dtype=float32)")
relu6 = public(
    a.relu6, "features", "The number, cut off at 0 and at 6.",
    "tf.nn.relu6([-1.0, 2.0, 9.0])", "tapes.Tensor([0. 2. 6.], shape=(3,), dtype=float32)")
elu = public(
    a.elu, "features", "The number if it is positive, otherwise e^x - 1.",
    "tf.nn.elu([0.0, 2.0])", "tapes.Tensor([0. 2.], shape=(2,), dtype=float32)",
    "Clevert et al. 2015, https://arxiv.org/abs/1511.07289")
selu = public(
    a.selu, "features", "A scaled elu that keeps mean 0 and variance 1.",
    "tf.nn.selu([0.0, 1.0])", "tapes.Tensor([0.       1.050701], shape=(2,), dtype=float32)",
    "Klambauer et al. 2017, https://arxiv.org/abs/1706.02515")


def silu(features: Any, beta: Any = 1.0) -> Tensor:
    """The number times the sigmoid of `beta` times the number, also called swish.

    Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941.

    >>> import tapes as tf
    >>> print(tf.nn.silu([0.0, 1.0]))
    tapes.Tensor([0.        0.7310586], shape=(2,), dtype=float32)
    """
    x = convert(features)
    if isinstance(beta, float) and beta == 1.0:
        return a.silu(x)
    return x * sigmoid(beta * x)


swish = silu


def leaky_relu(features: Any, alpha: float = 0.2, *, name: str | None = None) -> Tensor:
    """The number if it is positive, otherwise `alpha` times the number; at 0 the derivative is taken to be `alpha`.

    >>> import tapes as tf
    >>> print(tf.nn.leaky_relu([-1.0, 2.0]))
    tapes.Tensor([-0.2  2. ], shape=(2,), dtype=float32)
    """
    return a.leaky_relu(convert(features), alpha=float(alpha))


def gelu(features: Any, approximate: bool = False, *, name: str | None = None) -> Tensor:
    """The number times the probability that a standard normal variable is below it.

    With `approximate` by a tanh. Formula: Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415.

    >>> import tapes as tf
    >>> print(tf.nn.gelu([0.0, 1.0]))
    tapes.Tensor([0.        0.8413448], shape=(2,), dtype=float32)
    """
    x = convert(features)
    if not approximate:
        return a.gelu(x)
    # Their 0.5 (1 + tanh(u)) is sigmoid(2 u), in which nothing cancels.
    return x * sigmoid(_math.sqrt(8 / _math.pi) * (x + 0.044715 * x * x * x))


def crelu(features: Any, axis: int = -1, *, name: str | None = None) -> Tensor:
    """The positive parts of the numbers and those of the numbers with the other sign, side by side along an axis.

    Shang et al. 2016, https://arxiv.org/abs/1603.05201.

    >>> import tapes as tf
    >>> print(tf.nn.crelu([-1.0, 2.0]))
    tapes.Tensor([0. 2. 1. 0.], shape=(4,), dtype=float32)
    """
    x = convert(features)
    return relu(concat([x, -x], axis))


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


def bias_add(value: Any, bias: Any, data_format: Any = None, *, name: str | None = None) -> Tensor:
    """Add a vector along the axis of the channels; its adjoint is the sum over all the others.

    The channels are the last axis, or the second if `data_format` begins with "NC".

    >>> import tapes as tf
    >>> print(tf.nn.bias_add([[1.0, 2.0]], [10.0, 20.0]))
    tapes.Tensor([[11. 22.]], shape=(1, 2), dtype=float32)
    """
    x, b = both(value, bias)
    order = "N...C" if data_format is None else str(data_format)
    if order[:2] != "NC" and not (order[:1] == "N" and order[-1:] == "C"):
        raise ValueError(f"bias_add: `data_format` must be of the form `N...C` or `NC...`, got {data_format!r}")
    axis = 1 if order[:2] == "NC" else x.ndim - 1
    if b.ndim != 1 or x.shape[axis:axis + 1] != b.shape:
        raise InvalidArgumentError("bias_add: the bias must be a vector as long as the "
                                   f"{'second' if axis == 1 < x.ndim - 1 else 'last'} axis of the value, got "
                                   f"shape {b.shape} for a value of shape {x.shape}")
    return x + (b if axis == x.ndim - 1 else reshape(b, (-1, *[1] * (x.ndim - 2))))


def embedding_lookup(params: Any, ids: Any, max_norm: Any = None, *, name: str | None = None) -> Tensor:
    """The rows of a table that belong to ids; with `max_norm`, longer rows are shortened to that norm.

    A row that is looked up twice gets both adjoints. The gradient is an ordinary tensor, where TensorFlow gives
    IndexedSlices. InvalidArgumentError for ids that are no integers or out of range.

    >>> import tapes as tf
    >>> print(tf.nn.embedding_lookup(tf.constant([[1.0, 2.0], [3.0, 4.0]]), [1, 1]))
    tapes.Tensor(
    [[3. 4.]
     [3. 4.]], shape=(2, 2), dtype=float32)
    """
    if isinstance(params, (list, tuple)):
        if len(params) != 1:
            raise ValueError(f"embedding_lookup: params must be one table, got a list of {len(params)}: a table in "
                             "pieces is put together by tapes.concat, numbers become one by tapes.constant")
        (params,) = params
    places = convert(ids)
    rows = gather(params, places)
    return rows if max_norm is None else clip_by_norm(rows, max_norm, list(range(places.ndim, rows.ndim)))


def dropout(x: Any, rate: Any, noise_shape: Any = None, seed: int | None = None, *, name: str | None = None) -> Tensor:
    """Set each entry to 0 with probability `rate` and divide the others by 1 - rate, so that the mean stays.

    With `noise_shape`, in which lengths may be 1, entries along those axes are kept or dropped together. Srivastava et
    al. 2014, Dropout. ValueError unless 0 <= rate < 1.

    >>> import tapes as tf
    >>> print(tf.nn.dropout([1.0, 2.0], rate=0.0))
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """
    tensor = convert(x)
    if not 0 <= rate < 1:
        raise ValueError(f"dropout: rate must be at least 0 and below 1, got {rate}: the share that is dropped")
    if not tensor.dtype.is_floating:
        raise ValueError(f"dropout: x must be floating, since it will be scaled, got {tensor.dtype.name}")
    shape = tensor.shape if noise_shape is None else lengths(noise_shape, "dropout: noise_shape")
    kept = random.uniform(shape, dtype=tensor.dtype, seed=seed) >= rate
    return e.where(kept, tensor / (1.0 - rate), 0.0)
