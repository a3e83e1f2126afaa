"""Asking for shapes, and holding tensors to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..convert import convert
from ..dtypes import as_dtype, int32
from ..errors import InvalidArgumentError
from ..ops import elementwise as e
from ..public import integers
from ..shape import TensorShape
from ..tensor import Tensor


def shape(input: Any, out_type: Any = int32, *, name: str | None = None) -> Tensor:
    """The shape as a tensor of integers.

    >>> print(shape([[1.0, 2.0]]))
    tapes.Tensor([1 2], shape=(2,), dtype=int32)
    """
    return Tensor(np.array(convert(input).shape, as_dtype(out_type).dtype))


def size(input: Any, out_type: Any = int32, *, name: str | None = None) -> Tensor:
    """The number of entries.

    >>> print(size([[1.0, 2.0]]))
    tapes.Tensor(2, shape=(), dtype=int32)
    """
    return Tensor(np.array(convert(input).shape.num_elements(), as_dtype(out_type).dtype))


def rank(input: Any, *, name: str | None = None) -> Tensor:
    """The number of axes.

    >>> print(rank([[1.0, 2.0]]))
    tapes.Tensor(2, shape=(), dtype=int32)
    """
    return Tensor(np.array(convert(input).ndim, np.int32))


def shape_n(input: Any, out_type: Any = int32, *, name: str | None = None) -> list[Tensor]:
    """The shape of each tensor of a list.

    >>> [s.numpy().tolist() for s in shape_n([[1.0], [[1.0, 2.0]]])]
    [[1], [1, 2]]
    """
    return [shape(x, out_type) for x in input]


def ensure_shape(x: Any, shape: Any, *, name: str | None = None) -> Tensor:
    """The tensor itself, when it has this shape; None stands for any length. InvalidArgumentError when it has not.

    >>> print(ensure_shape([1.0, 2.0], [None]))
    tapes.Tensor([1. 2.], shape=(2,), dtype=float32)
    """
    tensor, wanted = convert(x), list(shape)
    if len(wanted) != tensor.ndim or any(want not in (None, length) for want, length in zip(wanted, tensor.shape)):
        raise InvalidArgumentError(f"ensure_shape: a tensor of shape {tensor.shape} is not compatible with {wanted}")
    return e.identity(tensor)


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that two shapes get by broadcasting. ValueError when they do not fit.

    >>> broadcast_static_shape([2, 1], [3])
    TensorShape([2, 3])
    """
    return TensorShape(_broadcast(shape_x, shape_y, ValueError))


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape that two shapes get by broadcasting, as a tensor. InvalidArgumentError when they do not fit.

    >>> print(broadcast_dynamic_shape([2, 1], [3]))
    tapes.Tensor([2 3], shape=(2,), dtype=int32)
    """
    return Tensor(np.array(_broadcast(shape_x, shape_y, InvalidArgumentError), np.int32))


def _broadcast(one: Any, two: Any, complaint: type[Exception]) -> tuple[int, ...]:
    first, second = integers(one, "broadcast shape"), integers(two, "broadcast shape")
    try:
        return np.broadcast_shapes(first, second)
    except ValueError:
        raise complaint(f"Incompatible shapes for broadcasting: {list(first)} and {list(second)}. Compared from the "
                        "last axis backwards, two lengths fit when they are equal or one of them is 1.") from None
