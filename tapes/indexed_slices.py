"""Some slices of a tensor that is zero elsewhere: TensorFlow's form of a gradient by an embedding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .api.picking import indices_of
from .convert import convert
from .dtypes import DType, as_dtype
from .ops.indexing import scatter
from .protocols import TensorLike
from .public import lengths
from .shape import TensorShape
from .tensor import Tensor


class IndexedSlices(TensorLike):
    """The slices `values[k]` of a tensor at the places `indices[k]` of its first axis; elsewhere it is zero.

    Wherever a tensor is taken it stands for that tensor, in which slices for one place are added up. Gradients are
    never given in this form: here they are dense, also those of `gather`.

    Args:
        values: the slices, along the first axis.
        indices: the place of each, a vector of integers.
        dense_shape: the shape of the whole. Without it, it cannot become a tensor: ValueError.

    >>> import tapes as tf
    >>> slices = tf.IndexedSlices(tf.constant([1.0, 2.0, 3.0]), tf.constant([0, 2, 0]), tf.constant([4]))
    >>> print(tf.convert_to_tensor(slices))
    tapes.Tensor([4. 0. 2. 0.], shape=(4,), dtype=float32)
    """

    __slots__ = ("__weakref__", "_dense_shape", "_indices", "_values")

    def __init__(self, values: Any, indices: Any, dense_shape: Any = None) -> None:
        self._values, self._indices = convert(values), indices_of(indices, "IndexedSlices")
        self._dense_shape = None if dense_shape is None else convert(dense_shape)

    @property
    def values(self) -> Tensor:
        return self._values

    @property
    def indices(self) -> Tensor:
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        return self._dense_shape

    @property
    def shape(self) -> TensorShape:
        return TensorShape(self._lengths())

    @property
    def dtype(self) -> DType:
        return as_dtype(self._values.dtype)

    @property
    def ndim(self) -> int:
        return len(self._lengths())

    def _lengths(self) -> tuple[int, ...]:
        if self._dense_shape is None:
            raise ValueError("Tensor conversion requested for IndexedSlices without dense_shape: give the shape of the "
                             "whole, IndexedSlices(values, indices, dense_shape)")
        return lengths(self._dense_shape, "IndexedSlices")

    def _read(self) -> Tensor:
        return scatter(self._values, self._indices, shape=self._lengths(), axis=0)

    @property
    def _array(self) -> np.ndarray:  # type: ignore[override]
        return self._read()._array

    def __repr__(self) -> str:
        return f"IndexedSlices(indices={self._indices}, values={self._values}, dense_shape={self._dense_shape})"
