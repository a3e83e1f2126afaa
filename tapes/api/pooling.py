"""Pooling makes images smaller: of each window only the largest number, or the mean, stays."""

from __future__ import annotations

from typing import Any

from ..convert import convert
from ..ops import pool
from ..tensor import Tensor
from .windows import layout


def _pool(op: Any, name: str, space: int | None, value: Any, ksize: Any, strides: Any, padding: Any,
          data_format: Any) -> Tensor:
    x = convert(value)
    axes = layout(name, x.ndim - 2 if space is None else space, data_format, x)
    window, step = axes.per_axis(ksize, "ksize"), axes.per_axis(strides, "strides")
    pairs = axes.padding(padding, axes.lengths(x), window, step, (1,) * axes.space)
    y = op(axes.image(x), ksize=window, strides=step, padding=pairs)
    return axes.restored(y, axes.batch(x))


def max_pool(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, *,
             name: str | None = None) -> Tensor:
    """`max_pool1d`, `max_pool2d` or the same in 3 dimensions, as the rank of the input says.

    >>> import tapes as tf
    >>> tf.nn.max_pool(tf.ones([1, 4, 4, 4, 2]), 2, 2, "VALID").shape
    TensorShape([1, 2, 2, 2, 2])
    """
    return _pool(pool.max_pool, "max_pool", None, input, ksize, strides, padding, data_format)


def max_pool1d(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NWC", *,
               name: str | None = None) -> Tensor:
    """The largest number of each window of sequences [batch, width, channels]; else like `max_pool2d`.

    >>> import tapes as tf
    >>> x = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 4, 1])
    >>> print(tf.reshape(tf.nn.max_pool1d(x, 2, 2, "VALID"), [-1]))
    tapes.Tensor([5. 3.], shape=(2,), dtype=float32)
    """
    return _pool(pool.max_pool, "max_pool1d", 1, input, ksize, strides, padding, data_format)


def max_pool2d(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NHWC", *,
               name: str | None = None) -> Tensor:
    """The largest number of each window of images [batch, height, width, channels], for each channel by itself.

    The adjoint of a window goes to its largest entry, to the first when several are the largest. `ksize` is the size
    of the window, a number or one for each axis; `strides`, `padding` and `data_format` as for `conv2d`, with minus
    infinity instead of zeros around the image. Errors as there.

    >>> import tapes as tf
    >>> x = tf.reshape([1.0, 5.0, 2.0, 3.0], [1, 2, 2, 1])
    >>> print(tf.nn.max_pool2d(x, 2, 2, "VALID"))
    tapes.Tensor([[[[5.]]]], shape=(1, 1, 1, 1), dtype=float32)
    """
    return _pool(pool.max_pool, "max_pool2d", 2, input, ksize, strides, padding, data_format)


def avg_pool(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = None, *,
             name: str | None = None) -> Tensor:
    """`avg_pool1d`, `avg_pool2d` or the same in 3 dimensions, as the rank of the input says.

    >>> import tapes as tf
    >>> tf.nn.avg_pool(tf.ones([1, 4, 4, 4, 2]), 2, 2, "VALID").shape
    TensorShape([1, 2, 2, 2, 2])
    """
    return _pool(pool.avg_pool, "avg_pool", None, input, ksize, strides, padding, data_format)


def avg_pool1d(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NWC", *,
               name: str | None = None) -> Tensor:
    """The mean of each window of sequences [batch, width, channels]; else like `avg_pool2d`.

    >>> import tapes as tf
    >>> x = tf.reshape([1.0, 5.0, 2.0, 4.0], [1, 4, 1])
    >>> print(tf.reshape(tf.nn.avg_pool1d(x, 2, 2, "VALID"), [-1]))
    tapes.Tensor([3. 3.], shape=(2,), dtype=float32)
    """
    return _pool(pool.avg_pool, "avg_pool1d", 1, input, ksize, strides, padding, data_format)


def avg_pool2d(input: Any, ksize: Any, strides: Any, padding: Any, data_format: Any = "NHWC", *,
               name: str | None = None) -> Tensor:
    """The mean of each window of images [batch, height, width, channels], for each channel by itself.

    Where the window reaches over the border, it is the mean of what lies inside. Arguments as for `max_pool2d`.

    >>> import tapes as tf
    >>> x = tf.reshape([1.0, 5.0, 2.0, 4.0], [1, 2, 2, 1])
    >>> print(tf.nn.avg_pool2d(x, 2, 2, "VALID"))
    tapes.Tensor([[[[3.]]]], shape=(1, 1, 1, 1), dtype=float32)
    """
    return _pool(pool.avg_pool, "avg_pool2d", 2, input, ksize, strides, padding, data_format)
