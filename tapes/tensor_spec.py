"""What a function expects of a tensor: its dtype, and its shape as far as it is known."""

from __future__ import annotations

from typing import Any

import numpy as np

from .convert import convert
from .dtypes import as_dtype, float32
from .protocols import TensorLike
from .tensor import Tensor


class TensorSpec:
    """A dtype and a shape, in which None stands for any length; a shape of None is any shape.

    >>> TensorSpec([2, None])
    TensorSpec(shape=(2, None), dtype=tapes.float32, name=None)
    """

    def __init__(self, shape: Any, dtype: Any = float32, name: str | None = None) -> None:
        self.shape = None if shape is None else tuple(None if length is None else int(length) for length in shape)
        self.dtype, self.name = as_dtype(dtype), name

    def checked(self, x: Any, function: str) -> Tensor:
        """The argument as a tensor that fits; TypeError when it does not."""
        tensor = convert(x, None if isinstance(x, (TensorLike, np.ndarray)) else self.dtype.dtype)
        fits = self.shape is None or (len(self.shape) == tensor.ndim and all(
            wanted in (None, length) for wanted, length in zip(self.shape, tensor.shape)))
        if not fits or tensor.dtype != self.dtype:
            raise TypeError("Binding inputs to tf.function failed due to `Can not cast TensorSpec(shape="
                            f"{tensor.shape}, dtype={tensor.dtype.name}) to {self!r}`: {function} takes no other "
                            "tensors, as its input_signature says.")
        return tensor

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype=tapes.{self.dtype.name}, name={self.name!r})"
