"""What becomes a tensor, and of which dtype: Python numbers have no width of their own, arrays keep theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .dtypes import as_dtype
from .tensor import Tensor, TensorLike


def convert(value: Any, dtype: np.dtype | None = None) -> Tensor:
    """A tensor of the value: Variables are read, arrays copied, numbers and lists take the dtype that is wanted.

    Without `dtype` an array keeps its own, and Python's float, int, bool and complex become float32, int32, bool and
    complex128. Lists that hold tensors are stacked, on the tape. TypeError when the conversion would lose meaning
    (1.5 as an integer), ValueError for what is not numbers.
    """
    if type(value) is float and dtype is not None and dtype.kind == "f":
        return Tensor(dtype.type(value))  # `2.0 * x`, the usual case
    if isinstance(value, TensorLike):
        tensor = value._read()
        if dtype is not None and tensor._array.dtype != dtype:
            raise ValueError(f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
                             f"{tensor.dtype.name}: {tensor!r}. Say tapes.cast(tensor, tapes.{dtype.name}).")
        return tensor
    if isinstance(value, (list, tuple)) and _holds_tensors(value):
        from .ops.shapes import stack  # an op, and ops are built on tensors

        if dtype is None:
            dtype = next(_tensors_within(value))._array.dtype
        return stack(*[convert(entry, dtype) for entry in value], axis=0)
    return Tensor(to_array(value, dtype))


def to_array(value: Any, dtype: np.dtype | None = None) -> np.ndarray:
    """A fresh array that nobody else can write to; the dtype rules are those of `convert`."""
    if value is None:
        raise ValueError("Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a "
                         "Tensor. Did a function forget to return, or is this a gradient that is None?")
    try:
        array = np.array(value)
    except ValueError as error:
        if isinstance(value, (list, tuple)):
            raise ValueError("Can't convert non-rectangular Python sequence to Tensor: all rows of a tensor have "
                             f"the same length. ({error})") from None
        raise
    if array.dtype.kind not in "fiubc":
        raise ValueError(f"Attempt to convert a value ({value!r}) with an unsupported type ({type(value)}) to a "
                         "Tensor: tensors hold numbers and booleans.")
    if dtype is None:
        dtype = array.dtype if hasattr(value, "dtype") else _default_dtype(array, value)
    if array.dtype != dtype and not _keeps_meaning(array.dtype.kind, dtype.kind):
        raise TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {dtype.name}: a {array.dtype.name} does "
                        f"not fit there. Make both operands of one dtype, for instance with "
                        f"tapes.cast(tensor, tapes.float32).")
    if array.dtype != dtype and dtype.kind in "iu" and array.size:
        limits = np.iinfo(dtype)
        if array.min() < limits.min or array.max() > limits.max:
            raise ValueError(f"Cannot convert {value!r} to EagerTensor of dtype {dtype.name}: its numbers go from "
                             f"{limits.min} to {limits.max}.")
    as_dtype(dtype)
    return array.astype(dtype, copy=False)


def _default_dtype(array: np.ndarray, value: Any) -> np.dtype:
    """Python numbers have no width of their own: they take TensorFlow's defaults."""
    if any(hasattr(leaf, "dtype") for leaf in _leaves(value)):
        return array.dtype
    if array.dtype == np.float64:
        return np.dtype(np.float32)
    if array.dtype.kind == "i" and (not array.size or abs(array).max() < 2**31):
        return np.dtype(np.int32)
    return array.dtype


def _keeps_meaning(given: str, wanted: str) -> bool:
    return {"b": wanted == "b", "i": wanted in "iufc", "u": wanted in "iufc", "f": wanted in "fc"}.get(
        given, wanted == "c")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for entry in value:
            yield from _leaves(entry)
    else:
        yield value


def _tensors_within(value: Any) -> Iterator[TensorLike]:
    return (leaf for leaf in _leaves(value) if isinstance(leaf, TensorLike))


def _holds_tensors(value: Any) -> bool:
    return any(True for _ in _tensors_within(value))

