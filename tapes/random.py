"""Random tensors, from NumPy's generators: they are constants to a tape, and not TensorFlow's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .convert import convert
from .dtypes import as_dtype, float32
from .errors import InvalidArgumentError
from .picking import gather
from .public import lengths
from .tensor import Tensor

__all__ = ["normal", "set_seed", "shuffle", "truncated_normal", "uniform"]


class _State:
    generator = np.random.default_rng()


def set_seed(seed: int) -> None:
    """Start the sequence of random numbers anew, the same for the same seed.

    >>> set_seed(1)
    >>> first = normal([2])
    >>> set_seed(1)
    >>> bool((first == normal([2]))[0])
    True
    """
    _State.generator = np.random.default_rng(seed)


def _generator(seed: int | None) -> np.random.Generator:
    return _State.generator if seed is None else np.random.default_rng(seed)


def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: int | None = None, *,
           name: str | None = None) -> Tensor:
    """Numbers from the normal distribution.

    >>> normal([2, 3], seed=0).shape
    TensorShape([2, 3])
    """
    return _scaled(_generator(seed).standard_normal(lengths(shape, "random.normal")), mean, stddev, dtype)


def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32,
                     seed: int | None = None, *, name: str | None = None) -> Tensor:
    """Numbers from the normal distribution, those more than two standard deviations from the mean drawn again.

    >>> bool(abs(truncated_normal([100], seed=0)).numpy().max() <= 2)
    True
    """
    generator = _generator(seed)
    numbers = generator.standard_normal(lengths(shape, "random.truncated_normal"))
    while (far := np.abs(numbers) > 2).any():
        numbers[far] = generator.standard_normal(int(far.sum()))
    return _scaled(numbers, mean, stddev, dtype)


def _scaled(numbers: np.ndarray, mean: Any, stddev: Any, dtype: Any) -> Tensor:
    wanted = as_dtype(dtype)
    if not wanted.is_floating:
        raise TypeError(f"the numbers of a normal distribution are floating, they cannot be {wanted.name}")
    return Tensor(np.asarray(np.asarray(mean) + np.asarray(stddev) * numbers, wanted.dtype))


def uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, seed: int | None = None, *,
            name: str | None = None) -> Tensor:
    """Numbers from `minval` up to, but not including, `maxval`: by default from 0 to 1; an integer dtype needs both.

    >>> uniform([2], minval=5, maxval=6, dtype="int32", seed=0)
    <tapes.Tensor: shape=(2,), dtype=int32, numpy=array([5, 5], dtype=int32)>
    """
    wanted, sizes = as_dtype(dtype), lengths(shape, "random.uniform")
    if wanted.is_integer:
        if maxval is None:
            raise ValueError("Must specify maxval for integer dtype " + wanted.name)
        if np.any(np.asarray(minval) >= np.asarray(maxval)):
            raise InvalidArgumentError(f"random.uniform: Need minval < maxval, got {minval} >= {maxval}")
        return Tensor(np.asarray(_generator(seed).integers(minval, maxval, sizes, wanted.dtype)))
    high = 1.0 if maxval is None else np.asarray(maxval)
    numbers = _generator(seed).random(sizes, np.float32 if wanted == float32 else np.float64)
    return Tensor(np.asarray(np.asarray(minval) + (high - np.asarray(minval)) * numbers, wanted.dtype))


def shuffle(value: Any, seed: int | None = None, *, name: str | None = None) -> Tensor:
    """The slices along the first axis in a random order; adjoints find their way back.

    >>> sorted(shuffle([3.0, 1.0, 2.0]).numpy().tolist())
    [1.0, 2.0, 3.0]
    """
    x = convert(value)
    return gather(x, _generator(seed).permutation(len(x))) if x.ndim else x
