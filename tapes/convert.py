"""What becomes a tensor, and of which dtype: Python numbers have no width of their own, arrays keep theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .dtypes import as_dtype
from .protocols import TensorLike
from .tensor import Tensor


def convert(value: Any, dtype: np.dtype | None = None) -> Tensor:
    """A tensor of the value: Variables are read, arrays copied, numbers and lists take the dtype that is wanted.

    Without `dtype` an array keeps its own, and Python's float, int, bool and complex become float32, int32, bool and
    complex128. Lists that hold tensors are stacked, on the tape. TypeError when the conversion would lose meaning
    (1.5 as an integer), ValueError for what is not numbers or is out of range.
    """
    if type(value) is Tensor and dtype is None:
        return value
    if type(value) is float and dtype is not None and dtype.kind == "f":
        return Tensor(dtype.type(value))  # `2.0 * x`, the usual case
    if isinstance(value, TensorLike):
        tensor = value._read()
        if dtype is not None and tensor._array.dtype != dtype:
            raise ValueError(f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
                             f"{tensor.dtype.name} and shape {tensor.shape}. Say tapes.cast(tensor, "
                             f"tapes.{dtype.name}).")
        return tensor
    if isinstance(value, (list, tuple)) and _holds_tensors(value):
        from .ops.shapes import stack  # an op, and ops are built on tensors

        if dtype is None:
            dtype = next(_tensors_within(value))._array.dtype
        return stack(*[convert(entry, dtype) for entry in value], axis=0)
    return Tensor(to_array(value, dtype))


def to_array(value: Any, dtype: np.dtype | None = None) -> np.ndarray:
    """A fresh array that nobody else can write to; the dtype rules are those of `convert`."""
    try:
        array = np.array(value)
    except ValueError:
        if isinstance(value, (list, tuple)):
            raise ValueError("Can't convert non-rectangular Python sequence to Tensor: all rows of a tensor have the "
                             f"same length, got {_shown(value)}. Pad the short ones.") from None
        raise
    if array.dtype.kind not in "fiubc":
        array = _floats_of(value, array, dtype)
    if not array.dtype.isnative:  # as it was read from a file
        array = array.astype(array.dtype.newbyteorder("="))
    if dtype is None:
        dtype = array.dtype if hasattr(value, "dtype") else _default_dtype(array, value)
        if dtype != array.dtype and dtype == np.float32:
            _must_fit(array)
    empty = not array.size and not hasattr(value, "dtype")  # an empty list has numbers of no kind
    if array.dtype != dtype and not empty and not _keeps_meaning(array.dtype.kind, dtype.kind):
        cure = ("Write True or False, or a comparison, such as x > 0." if dtype.kind == "b" else
                "Bring both to one dtype: tapes.cast(tensor, tapes.float32), or write 2.0 instead of 2 where the "
                "tensor is made.")
        raise TypeError(f"Cannot convert {_shown(value)} to EagerTensor of dtype {dtype.name}, where it would lose "
                        f"what it means. {cure}")
    if array.dtype != dtype and dtype.kind in "iu" and array.size:
        limits = np.iinfo(dtype)
        if array.min() < limits.min or array.max() > limits.max:
            raise ValueError(f"Cannot convert {_shown(value)} to EagerTensor of dtype {dtype.name}: its numbers go "
                             f"from {limits.min} to {limits.max}.")
    as_dtype(dtype)
    array = array.astype(dtype, copy=False)
    return array if array.ndim else array[()]  # a single number, not an array of it: far quicker to compute with


_BEYOND = 2.0**128 - 2.0**103  # from here on float32 has infinity


def _must_fit(array: np.ndarray) -> None:
    """Floats that nobody asked to be float32 must not become infinite; infinity itself may."""
    if (np.vdot(array, array) if array.ndim else abs(float(array))) < _BEYOND:
        return  # the usual case, told quickly: then no entry reaches that far, and none is nan
    beyond = (np.abs(array) >= _BEYOND) & np.isfinite(array)
    if beyond.any():
        raise ValueError(f"Can't convert Python sequence with a value out of range for a float32: {array[beyond][0]!s} "
                         f"is beyond the largest one, {np.finfo(np.float32).max!s}. Say tapes.constant(value, "
                         "tapes.float64), and all that it meets must be float64 too.")


def _floats_of(value: Any, array: np.ndarray, dtype: np.dtype | None) -> np.ndarray:
    """Integers beyond 64 bits, where floats are wanted; what is no number at all is refused."""
    if dtype is not None and dtype.kind in "fc" and all(type(leaf) in (int, float) for leaf in _leaves(value)):
        try:
            return np.array(value, np.float64)
        except OverflowError:  # 10**400
            pass
    raise _no_numbers(value, array)


def _no_numbers(value: Any, array: np.ndarray) -> ValueError:
    """Say which entry is to blame, and for None what it usually means."""
    wrong = next((leaf for leaf in _leaves(value) if not isinstance(leaf, (float, complex, np.generic))
                  and not (isinstance(leaf, int) and abs(leaf) < 2**63)), value)
    if isinstance(wrong, int):
        return ValueError("Can't convert Python sequence with out-of-range integer to Tensor: the largest integer of "
                          f"a tensor is {np.iinfo(np.int64).max}." + (f" Write it as a float: {float(wrong)!r}." if
                          abs(wrong) < 2**1023 else " It is beyond the largest float, too."))
    if hasattr(value, "dtype"):
        return ValueError(f"Failed to convert a NumPy array to a Tensor (Unsupported numpy type: {array.dtype}). "
                          "Convert it first, for instance with array.astype(numpy.float32).")
    place = "" if wrong is value else f", an entry of {_shown(value)}"
    cure = ("Did a function forget to return, or is this a gradient that is None?" if wrong is None
            else "Tensors hold numbers and booleans.")
    return ValueError(f"Attempt to convert a value ({_shown(wrong)}) with an unsupported type ({type(wrong)}) to a "
                      f"Tensor{place}. {cure}")


def _shown(value: Any) -> str:
    """A value as an error can show it: an array by its dtype and shape, a long text by its beginning."""
    if hasattr(value, "dtype") and np.ndim(value):
        return f"a {value.dtype} array of shape {tuple(value.shape)}"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _default_dtype(array: np.ndarray, value: Any) -> np.dtype:
    """Python numbers have no width of their own: they take TensorFlow's defaults."""
    if any(hasattr(leaf, "dtype") for leaf in _leaves(value)):
        return array.dtype
    if array.dtype == np.float64:
        return np.dtype(np.float32)
    if array.dtype.kind == "u":  # NumPy's way out for what is too large for int64
        raise _no_numbers(value, array)
    if array.dtype.kind == "i" and (not array.size or (array.min() >= -2**31 and array.max() < 2**31)):
        return np.dtype(np.int32)
    return array.dtype


def _keeps_meaning(given: str, wanted: str) -> bool:
    return {"b": True, "i": wanted in "iufc", "u": wanted in "iufc", "f": wanted in "fc"}.get(
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

