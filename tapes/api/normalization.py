"""Normalising: numbers are measured by their own mean and spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..convert import convert
from ..dtypes import float16, float32
from ..errors import InvalidArgumentError
from ..linalg import matmul
from ..math import cast, conj, pow, reduce_mean, rsqrt, square
from ..tensor import Tensor
from .arranging import reshape


def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, *,
            name: str | None = None) -> tuple[Tensor, Tensor]:
    """The mean and the variance along axes, of float16 computed in float32; `shift` is accepted and ignored.

    The derivative is the whole one at every order. TensorFlow's second derivative of the variance is not: there the
    mean is held fixed, so that all entries of the matrix outside the diagonal are 0.

    >>> import tapes as tf
    >>> mean, variance = tf.nn.moments(tf.constant([1.0, 3.0]), axes=[0])
    >>> float(mean), float(variance)
    (2.0, 1.0)
    """
    tensor = convert(x)
    wide = cast(tensor, float32) if tensor.dtype == float16 else tensor
    mean = reduce_mean(wide, axes, keepdims=True)
    away = wide - mean
    variance = reduce_mean(away * conj(away) if tensor.dtype.is_complex else square(away), axes, keepdims)
    return cast(reshape(mean, variance.shape), tensor.dtype), cast(variance, tensor.dtype)


def batch_normalization(x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: float, *,
                        name: str | None = None) -> Tensor:
    """scale * (x - mean) / sqrt(variance + variance_epsilon) + offset; `scale` and `offset` may be None.

    `mean` and `variance` are those of `moments`, or running averages of them; all broadcast against x (Ioffe and
    Szegedy 2015, https://arxiv.org/abs/1502.03167, algorithm 1).

    >>> import tapes as tf
    >>> x = tf.constant([1.0, 3.0])
    >>> print(tf.nn.batch_normalization(x, *tf.nn.moments(x, 0), offset=10.0, scale=None, variance_epsilon=0.0))
    tapes.Tensor([ 9. 11.], shape=(2,), dtype=float32)
    """
    tensor = convert(x)
    factor = rsqrt(variance + convert(variance_epsilon, tensor._array.dtype))
    result = (tensor - mean) * (factor if scale is None else factor * scale)
    return result if offset is None else result + offset


def local_response_normalization(input: Any, depth_radius: int = 5, bias: float = 1, alpha: float = 1,
                                 beta: float = 0.5, *, name: str | None = None) -> Tensor:
    """input / (bias + alpha * s)^beta, where s sums the squares of the channels at most `depth_radius` away.

    Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks, section 3.3.

    >>> import tapes as tf
    >>> print(tf.nn.local_response_normalization(tf.ones([1, 1, 1, 3]), depth_radius=1, bias=0, beta=1)[0, 0, 0])
    tapes.Tensor([0.5        0.33333334 0.5       ], shape=(3,), dtype=float32)
    """
    x = convert(input)
    if x.ndim != 4:
        raise InvalidArgumentError("local_response_normalization: the input must be 4-dimensional, [batch, height, "
                                   f"width, channels], got shape {x.shape}")
    channel = np.arange(x.shape[-1])
    near = abs(channel[:, None] - channel) <= depth_radius
    return x / pow(bias + alpha * matmul(square(x), near.astype(x._array.dtype)), float(beta))
