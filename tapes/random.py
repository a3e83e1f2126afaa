"""Random tensors, from NumPy's generators: they are constants to a tape, and not TensorFlow's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import gather
from .dtypes import as_dtype, float32
from .tensor import Tensor


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


def _shape(shape: Any) -> tuple[int, ...]:
    return tuple(int(length) for length in np.atleast_1d(np.asarray(shape)))


def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: int | None = None) -> Tensor:
    """Numbers from the normal distribution.

    >>> normal([2, 3], seed=0).shape
    TensorShape([2, 3])
    """
    numbers = _generator(seed).standard_normal(_shape(shape))
    return Tensor((np.asarray(mean) + np.asarray(stddev) * numbers).astype(as_dtype(dtype).dtype))


def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32,
                     seed: int | None = None) -> Tensor:
    """Numbers from the normal distribution, those more than two standard deviations from the mean drawn again.

    >>> bool(abs(truncated_normal([100], seed=0)).numpy().max() <= 2)
    True
    """
    generator = _generator(seed)
    numbers = generator.standard_normal(_shape(shape))
    while (far := np.abs(numbers) > 2).any():
        numbers[far] = generator.standard_normal(int(far.sum()))
    return Tensor((np.asarray(mean) + np.asarray(stddev) * numbers).astype(as_dtype(dtype).dtype))


def uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, seed: int | None = None) -> Tensor:
    """Numbers from `minval` up to, but not including, `maxval`: by default from 0 to 1; an integer dtype needs both.

    >>> uniform([2], minval=5, maxval=6, dtype="int32", seed=0)
    <tapes.Tensor: shape=(2,), dtype=int32, numpy=array([5, 5], dtype=int32)>
    """
    wanted = as_dtype(dtype)
    if wanted.is_integer:
        if maxval is None:
            raise ValueError("Must specify maxval for integer dtype " + wanted.name)
        return Tensor(_generator(seed).integers(minval, maxval, _shape(shape), wanted.dtype))
    high = 1.0 if maxval is None else np.asarray(maxval)
    numbers = _generator(seed).random(_shape(shape), np.float32 if wanted == float32 else np.float64)
    return Tensor((np.asarray(minval) + (high - np.asarray(minval)) * numbers).astype(wanted.dtype))


def shuffle(value: Any, seed: int | None = None) -> Tensor:
    """The slices along the first axis in a random order; adjoints find their way back.

    >>> sorted(shuffle([3.0, 1.0, 2.0]).numpy().tolist())
    [1.0, 2.0, 3.0]
    """
    return gather(value, _generator(seed).permutation(len(value)))
