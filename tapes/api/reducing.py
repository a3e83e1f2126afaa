"""Many entries become one, or are added up on the way: reductions and running sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..convert import convert
from ..dtypes import as_dtype, float32, int64
from ..errors import InvalidArgumentError
from ..ops import cumulative as c
from ..ops import elementwise as e
from ..ops import indexing as i
from ..ops import reductions as r
from ..ops import shapes as s
from ..public import integers, place
from ..tensor import Tensor


def _axis(axis: Any, tensor: Tensor, op: str) -> int | tuple[int, ...] | None:
    """The axis or axes as plain integers counted from the front."""
    if axis is None:
        return None
    axes = tuple(place(a, tensor.ndim, op) for a in integers(axis, f"{op}: axis"))
    if len(set(axes)) != len(axes):
        raise InvalidArgumentError(f"{op}: axis {axis!r} names an axis twice")
    return axes if np.ndim(axis) else axes[0]


def _reduction(op: Any, sentence: str, example: str, output: str) -> Any:
    def reduce(input_tensor: Any, axis: Any = None, keepdims: bool = False, *, name: str | None = None) -> Tensor:
        tensor = convert(input_tensor)
        axes = None if axis is None else _axis(axis, tensor, op.name)
        return op(tensor, axis=axes, keepdims=bool(keepdims))

    reduce.__name__ = reduce.__qualname__ = op.name
    reduce.op = op  # type: ignore[attr-defined]
    reduce.__doc__ = f"""{sentence}

    `axis` is the axis or the list of axes to reduce, by default all; with `keepdims` they stay, with length 1. A list
    of tensors is stacked first. InvalidArgumentError when there is no such axis.

    >>> import tapes as tf
    >>> print({example})
    {output}
    """
    return reduce


reduce_sum = _reduction(
    r.reduce_sum, "The sum of the entries along axes: each of them gets the adjoint of the sum.",
    "tf.reduce_sum([[1.0, 2.0], [3.0, 4.0]], axis=0)", "tapes.Tensor([4. 6.], shape=(2,), dtype=float32)")
reduce_mean = _reduction(
    r.reduce_mean, "The mean of the entries along axes; of integers rounded towards 0, as in TensorFlow.",
    "tf.reduce_mean([[1.0, 2.0], [3.0, 4.0]])", "tapes.Tensor(2.5, shape=(), dtype=float32)")
reduce_max = _reduction(
    r.reduce_max, "The largest entry along axes; entries that tie for it share its adjoint evenly.",
    "tf.reduce_max([[1.0, 2.0], [3.0, 4.0]], axis=1)", "tapes.Tensor([2. 4.], shape=(2,), dtype=float32)")
reduce_min = _reduction(
    r.reduce_min, "The smallest entry along axes; entries that tie for it share its adjoint evenly.",
    "tf.reduce_min([[1.0, 2.0], [3.0, 4.0]], axis=1)", "tapes.Tensor([1. 3.], shape=(2,), dtype=float32)")
reduce_prod = _reduction(
    r.reduce_prod, "The product of the entries along axes; its gradient is right at zeros too.",
    "tf.reduce_prod([1.0, 2.0, 3.0])", "tapes.Tensor(6.0, shape=(), dtype=float32)")
reduce_logsumexp = _reduction(
    r.reduce_logsumexp, "log(sum(exp(x))) along axes, which overflows nowhere; its gradient is the softmax.",
    "tf.reduce_logsumexp([1000.0, 1000.0])", "tapes.Tensor(1000.6932, shape=(), dtype=float32)")
reduce_all = _reduction(
    r.reduce_all, "Whether all entries along axes are true. It has no derivative.",
    "tf.reduce_all([True, False])", "tapes.Tensor(False, shape=(), dtype=bool)")
reduce_any = _reduction(
    r.reduce_any, "Whether any entry along axes is true. It has no derivative.",
    "tf.reduce_any([True, False])", "tapes.Tensor(True, shape=(), dtype=bool)")


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, *,
                    name: str | None = None) -> Tensor:
    """The mean squared distance from the mean, along axes.

    >>> import tapes as tf
    >>> print(tf.math.reduce_variance([1.0, 3.0]))
    tapes.Tensor(1.0, shape=(), dtype=float32)
    """
    tensor = convert(input_tensor)
    if not (tensor.dtype.is_floating or tensor.dtype.is_complex):
        raise TypeError("reduce_variance and reduce_std: Input must be either real or complex, got "
                        f"{tensor.dtype.name}: say tapes.cast(tensor, tapes.float32)")
    away = tensor - reduce_mean(tensor, axis, keepdims=True)
    return reduce_mean(e.real(away * e.conj(away)) if tensor.dtype.is_complex else e.square(away), axis, keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False, *, name: str | None = None) -> Tensor:
    """The square root of the variance, along axes; where the variance is 0 its gradient is nan.

    >>> import tapes as tf
    >>> print(tf.math.reduce_std([1.0, 5.0]))
    tapes.Tensor(2.0, shape=(), dtype=float32)
    """
    return e.sqrt(reduce_variance(input_tensor, axis, keepdims))


def argmax(input: Any, axis: Any = None, output_type: Any = int64, *, name: str | None = None) -> Tensor:
    """The index of the largest entry along one axis, by default 0; the first where several tie. It has no derivative.

    >>> import tapes as tf
    >>> print(tf.argmax([[1.0, 5.0], [7.0, 2.0]], axis=1))
    tapes.Tensor([1 0], shape=(2,), dtype=int64)
    """
    return _position(r.argmax, input, axis, output_type)


def argmin(input: Any, axis: Any = None, output_type: Any = int64, *, name: str | None = None) -> Tensor:
    """The index of the smallest entry along one axis, by default 0; the first where several tie. It has no derivative.

    >>> import tapes as tf
    >>> print(tf.argmin([[1.0, 5.0], [7.0, 2.0]], axis=1))
    tapes.Tensor([0 1], shape=(2,), dtype=int64)
    """
    return _position(r.argmin, input, axis, output_type)


def _position(op: Any, x: Any, axis: Any, dtype: Any) -> Tensor:
    tensor = convert(x)
    return op(tensor, axis=place(0 if axis is None else axis, tensor.ndim, op.name), dtype=as_dtype(dtype).dtype)


def reduce_euclidean_norm(input_tensor: Any, axis: Any = None, keepdims: bool = False, *,
                          name: str | None = None) -> Tensor:
    """The square root of the sum of squares, along axes; where all are 0 its gradient is nan.

    >>> import tapes as tf
    >>> print(tf.math.reduce_euclidean_norm([3.0, 4.0]))
    tapes.Tensor(5.0, shape=(), dtype=float32)
    """
    tensor = convert(input_tensor)
    if tensor.dtype.is_integer:
        norms = reduce_euclidean_norm(e.cast(tensor, dtype=np.dtype(np.float64)), axis, keepdims)
        return e.cast(norms, dtype=tensor.dtype.dtype)
    squares = tensor * e.conj(tensor) if tensor.dtype.is_complex else e.square(tensor)
    return e.sqrt(reduce_sum(squares, axis, keepdims))


def count_nonzero(input: Any, axis: Any = None, keepdims: bool = False, dtype: Any = int64, *,
                  name: str | None = None) -> Tensor:
    """How many entries along axes are not 0. It has no derivative.

    >>> import tapes as tf
    >>> print(tf.math.count_nonzero([[0.0, 1.0], [2.0, 3.0]], axis=0))
    tapes.Tensor([1 2], shape=(2,), dtype=int64)
    """
    tensor = convert(input)
    counted = e.cast(e.not_equal(tensor, np.zeros((), tensor.dtype.dtype)), dtype=np.dtype(np.int64))
    return e.cast(reduce_sum(counted, axis, keepdims), dtype=as_dtype(dtype).dtype)


def zero_fraction(value: Any, *, name: str | None = None) -> Tensor:
    """Which part of the entries is 0, as float32: how sparse an activation is. It has no derivative.

    >>> import tapes as tf
    >>> print(tf.math.zero_fraction([0.0, 1.0, 0.0, 0.0]))
    tapes.Tensor(0.75, shape=(), dtype=float32)
    """
    tensor = convert(value)
    entries = tensor.shape.num_elements()
    return e.cast(entries - count_nonzero(tensor), dtype=float32.dtype) / np.float32(entries)


def cumsum(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, *,
           name: str | None = None) -> Tensor:
    """The running sum along an axis: without the entry itself if `exclusive`, from the end if `reverse`.

    >>> import tapes as tf
    >>> print(tf.cumsum([1.0, 2.0, 3.0]))
    tapes.Tensor([1. 3. 6.], shape=(3,), dtype=float32)
    """
    tensor = convert(x)
    return c.cumsum(tensor, axis=place(axis, tensor.ndim, "cumsum"), exclusive=bool(exclusive), reverse=bool(reverse))


def cumprod(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, *,
            name: str | None = None) -> Tensor:
    """The running product along an axis: without the entry itself if `exclusive`, from the end if `reverse`.

    Its gradient is right at zeros too, where TensorFlow 2.21 divides by them and gets a wrong one.

    >>> import tapes as tf
    >>> print(tf.math.cumprod([2.0, 3.0, 4.0]))
    tapes.Tensor([ 2.  6. 24.], shape=(3,), dtype=float32)
    """
    return _running(c.cumprod, x, axis, exclusive, reverse, 1)


def cumulative_logsumexp(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False, *,
                         name: str | None = None) -> Tensor:
    """The logarithm of the running sum of e^x along an axis, which overflows nowhere.

    Without the entry itself if `exclusive`, from the end if `reverse`.

    >>> import tapes as tf
    >>> print(tf.math.cumulative_logsumexp([1000.0, 1000.0]))
    tapes.Tensor([1000.     1000.6932], shape=(2,), dtype=float32)
    """
    return _running(c.cumulative_logsumexp, x, axis, exclusive, reverse, -np.inf)


def _running(op: Any, x: Any, axis: int, exclusive: bool, reverse: bool, nothing: float) -> Tensor:
    """A running result, from the front or the end, with or without the entry itself; `nothing` is that of no entry."""
    tensor = convert(x)
    along = place(axis, tensor.ndim, op.name)
    front = (slice(None),) * along
    turned = (*front, slice(None, None, -1))
    entries = i.getitem(tensor, index=turned) if reverse else tensor
    if exclusive and tensor.shape[along]:
        # the last entry is left out beforehand: it takes no part, and must not even if it is nan or infinite
        first = np.full((*tensor.shape[:along], 1, *tensor.shape[along + 1:]), nothing, tensor.dtype.dtype)
        result = s.concat(Tensor(first), op(i.getitem(entries, index=(*front, slice(0, -1))), axis=along), axis=along)
    else:
        result = op(entries, axis=along)
    return i.getitem(result, index=turned) if reverse else result
