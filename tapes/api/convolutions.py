"""Convolutions: a filter slides over an image, and at each place their product is summed up."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidArgumentError
from ..ops import conv
from ..ops.windows import stops
from ..public import both, lengths
from ..tensor import Tensor
from .arranging import reshape
from .windows import Layout, layout


def _convolve(op: str, space: int | None, image: Any, filters: Any, strides: Any, padding: Any, data_format: Any,
              dilations: Any) -> Tensor:
    x, w = both(image, filters)
    axes = layout(op, w.ndim - 2 if space is None else space, data_format, x)
    _check_filters(axes, w, "[*window, channels, results]")
    if not w.shape[-2] or axes.channels(x) % w.shape[-2] or w.shape[-1] % (axes.channels(x) // w.shape[-2] or 1):
        raise InvalidArgumentError(f"{op}: input depth must be evenly divisible by filter depth: the image of shape "
                                   f"{x.shape} has {axes.channels(x)} channels, the filters of shape {w.shape} expect "
                                   f"{w.shape[-2]}")
    kernel = tuple(w.shape[:-2])
    step, gap = axes.per_axis(strides, "strides"), axes.per_axis(dilations, "dilations")
    pairs = axes.padding(padding, axes.lengths(x), kernel, step, gap)
    y = conv.convolution(axes.image(x), w, strides=step, padding=pairs, dilations=gap)
    return axes.restored(y, axes.batch(x))


def _check_filters(axes: Layout, w: Tensor, order: str) -> None:
    if w.ndim != axes.space + 2:
        raise InvalidArgumentError(f"{axes.op}: filters must have {axes.space + 2} axes, {order}, got shape {w.shape}")
    if 0 in w.shape[:-2]:
        raise InvalidArgumentError(f"{axes.op}: a window has at least one entry, got filters of shape {w.shape}")


def convolution(input: Any, filters: Any, strides: Any = None, padding: Any = "VALID", data_format: Any = None,
                dilations: Any = None, *, name: str | None = None) -> Tensor:
    """`conv1d`, `conv2d` or `conv3d`, as the rank of the filters says.

    >>> import tapes as tf
    >>> tf.nn.convolution(tf.ones([1, 5, 5, 1]), tf.ones([3, 3, 1, 8])).shape
    TensorShape([1, 3, 3, 8])
    """
    return _convolve("convolution", None, input, filters, strides, padding, data_format, dilations)


def conv1d(input: Any, filters: Any, stride: Any, padding: Any, data_format: Any = "NWC", dilations: Any = None, *,
           name: str | None = None) -> Tensor:
    """Slide filters [width, channels, results] along sequences [batch, width, channels]; else like `conv2d`.

    >>> import tapes as tf
    >>> x = tf.reshape([1.0, 2.0, 4.0, 8.0], [1, 4, 1])
    >>> differences = tf.reshape([-1.0, 1.0], [2, 1, 1])
    >>> print(tf.reshape(tf.nn.conv1d(x, differences, 1, "VALID"), [-1]))
    tapes.Tensor([1. 2. 4.], shape=(3,), dtype=float32)
    """
    return _convolve("conv1d", 1, input, filters, stride, padding, data_format, dilations)


def conv2d(input: Any, filters: Any, strides: Any, padding: Any, data_format: Any = "NHWC", dilations: Any = None, *,
           name: str | None = None) -> Tensor:
    """Slide filters [height, width, channels, results] over images [batch, height, width, channels].

    At each place the window and the filter are multiplied entry by entry and summed (a correlation: the filter is not
    turned round). With fewer channels in the filter than in the image the channels form groups. The three functions of
    image, filter and adjoint are linear in each: their derivatives are one another (Dumoulin and Visin 2016,
    https://arxiv.org/abs/1603.07285, section 4).

    Args:
        input: the images; NCHW if `data_format` says so, and with any number of batch axes.
        filters: of the dtype of the images.
        strides: how far the window moves: a number, or one for each axis.
        padding: "VALID" keeps inside of the image, "SAME" adds zeros around it so that there are
            ceil(length / stride) places; or pairs [before, after] for each axis of the input.
        data_format: "NHWC" or "NCHW".
        dilations: the distances within the window: a number, or one for each axis.

    InvalidArgumentError when channels do not fit, the window does not fit, or a name is none of those above.

    >>> import tapes as tf
    >>> x = tf.reshape(tf.range(9.0), [1, 3, 3, 1])
    >>> print(tf.nn.conv2d(x, tf.ones([2, 2, 1, 1]), strides=1, padding="VALID")[0, :, :, 0])
    tapes.Tensor(
    [[ 8. 12.]
     [20. 24.]], shape=(2, 2), dtype=float32)
    """
    return _convolve("conv2d", 2, input, filters, strides, padding, data_format, dilations)


def conv3d(input: Any, filters: Any, strides: Any, padding: Any, data_format: Any = "NDHWC", dilations: Any = None, *,
           name: str | None = None) -> Tensor:
    """Slide filters [depth, height, width, channels, results] over [batch, depth, height, width, channels].

    Else like `conv2d`.

    >>> import tapes as tf
    >>> tf.nn.conv3d(tf.ones([1, 4, 4, 4, 2]), tf.ones([2, 2, 2, 2, 3]), 2, "SAME").shape
    TensorShape([1, 2, 2, 2, 3])
    """
    return _convolve("conv3d", 3, input, filters, strides, padding, data_format, dilations)


def depthwise_conv2d(input: Any, filter: Any, strides: Any, padding: Any, data_format: Any = None,
                     dilations: Any = None, *, name: str | None = None) -> Tensor:
    """Each channel has filters of its own: filters [height, width, channels, m] give channels * m results.

    Else like `conv2d`.

    >>> import tapes as tf
    >>> x = tf.reshape([1.0, 10.0, 2.0, 20.0], [1, 1, 2, 2])
    >>> print(tf.nn.depthwise_conv2d(x, tf.ones([1, 2, 2, 1]), [1, 1, 1, 1], "VALID"))
    tapes.Tensor([[[[ 3. 30.]]]], shape=(1, 1, 1, 2), dtype=float32)
    """
    x, w = both(input, filter)
    axes = layout("depthwise_conv2d", 2, data_format, x)
    _check_filters(axes, w, "[height, width, channels, results for each channel]")
    height, width, channels, each = w.shape
    if channels != axes.channels(x):
        raise InvalidArgumentError(f"depthwise_conv2d: each channel needs filters of its own: the image of shape "
                                   f"{x.shape} has {axes.channels(x)} channels, the filters of shape {w.shape} are for "
                                   f"{channels}")
    return _convolve("depthwise_conv2d", 2, x, reshape(w, (height, width, 1, channels * each)), strides, padding,
                     data_format, dilations)


def separable_conv2d(input: Any, depthwise_filter: Any, pointwise_filter: Any, strides: Any, padding: Any,
                     data_format: Any = None, dilations: Any = None, *, name: str | None = None) -> Tensor:
    """A `depthwise_conv2d`, then at each place a matrix, [1, 1, its channels, results], that mixes the channels.

    >>> import tapes as tf
    >>> tf.nn.separable_conv2d(tf.ones([1, 4, 4, 2]), tf.ones([3, 3, 2, 2]), tf.ones([1, 1, 4, 8]), [1, 1, 1, 1],
    ...                        "SAME").shape
    TensorShape([1, 4, 4, 8])
    """
    apart = depthwise_conv2d(input, depthwise_filter, strides, padding, data_format, dilations)
    return _convolve("separable_conv2d", 2, apart, pointwise_filter, 1, "VALID", data_format, 1)


def _transposed(op: str, space: int, image: Any, filters: Any, output_shape: Any, strides: Any, padding: Any,
                data_format: Any, dilations: Any) -> Tensor:
    g, w = both(image, filters)
    axes = layout(op, space, data_format, g)
    _check_filters(axes, w, "[*window, results, channels]")
    shape = lengths(output_shape, op)
    if len(shape) != space + 2:
        raise InvalidArgumentError(f"{op}: output_shape must have {space + 2} lengths, got {list(shape)}")
    batch, results = shape[0], shape[1] if axes.first else shape[-1]
    wanted = shape[2:] if axes.first else shape[1:-1]
    if (batch,) != axes.batch(g) or results != w.shape[-2] or axes.channels(g) != w.shape[-1]:
        raise InvalidArgumentError(f"{op}: an input of shape {g.shape} and filters of shape {w.shape}, [*window, "
                                   f"results, channels], cannot give output_shape {list(shape)}")
    step, gap, kernel = axes.per_axis(strides, "strides"), axes.per_axis(dilations, "dilations"), tuple(w.shape[:-2])
    pairs = axes.padding(padding, wanted, kernel, step, gap)
    places = stops(wanted, kernel, step, pairs, gap)
    if places != axes.lengths(g):
        raise InvalidArgumentError(f"{op}: a convolution of output_shape {list(shape)} with these strides has "
                                   f"{list(places)} places, but the input has {list(axes.lengths(g))}")
    y = conv.convolution_input(axes.image(g), w, shape=(batch, *wanted, results), strides=step, padding=pairs,
                               dilations=gap)
    return axes.restored(y, (batch,))


def conv1d_transpose(input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME",
                     data_format: Any = "NWC", dilations: Any = None, *, name: str | None = None) -> Tensor:
    """What `conv1d` does to adjoints: see `conv2d_transpose`.

    >>> import tapes as tf
    >>> tf.nn.conv1d_transpose(tf.ones([1, 2, 3]), tf.ones([3, 8, 3]), [1, 4, 8], 2).shape
    TensorShape([1, 4, 8])
    """
    return _transposed("conv1d_transpose", 1, input, filters, output_shape, strides, padding, data_format, dilations)


def conv2d_transpose(input: Any, filters: Any, output_shape: Any, strides: Any, padding: Any = "SAME",
                     data_format: Any = "NHWC", dilations: Any = None, *, name: str | None = None) -> Tensor:
    """The way back of `conv2d`: from [batch, places, channels] to images of `output_shape`.

    Each entry puts the filter, [height, width, results, channels], times itself where the window of `conv2d` stands.
    `strides`, `padding` and `dilations` are those of that convolution, whose places must be those of the input: else
    InvalidArgumentError.

    >>> import tapes as tf
    >>> x = tf.reshape([1.0, 2.0], [1, 1, 2, 1])
    >>> print(tf.nn.conv2d_transpose(x, tf.ones([1, 2, 1, 1]), [1, 1, 4, 1], strides=2)[0, 0, :, 0])
    tapes.Tensor([1. 1. 2. 2.], shape=(4,), dtype=float32)
    """
    return _transposed("conv2d_transpose", 2, input, filters, output_shape, strides, padding, data_format, dilations)
