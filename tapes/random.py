"""Random tensors from NumPy's generators: the same for the same seed, though not the numbers that TensorFlow draws.

The noise is a constant to a tape, but what it is scaled and shifted by is not: a sample mean + stddev * noise has the
derivatives 1 and noise by mean and stddev (Kingma and Welling 2013, https://arxiv.org/abs/1312.6114, section 2.4).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from .api.picking import gather
from .convert import convert
from .dtypes import DType, as_dtype, float16, float32, float64, int64
from .errors import InvalidArgumentError
from .notices import tell
from .public import integers, lengths
from .tensor import Tensor

__all__ = ["Generator", "categorical", "get_global_generator", "normal", "poisson", "set_global_generator", "set_seed",
           "shuffle", "stateless_categorical", "stateless_normal", "stateless_truncated_normal", "stateless_uniform",
           "truncated_normal", "uniform"]


_Source = Callable[[], np.random.Generator]  # asked each time numbers are drawn, as seeds may have been set meanwhile


class _State:
    """The generator of all calls without a seed, and one for each seed that calls name."""

    seed = 0
    common = np.random.default_rng()
    named: ClassVar[dict[int, np.random.Generator]] = {}


def set_seed(seed: int) -> None:
    """Start all sequences of random numbers anew, the same for the same seed; those of a Generator are its own.

    >>> set_seed(1)
    >>> first = normal([2])
    >>> set_seed(1)
    >>> bool((first == normal([2]))[0])
    True
    """
    _State.seed, _State.common, _State.named = seed, _numbers(seed), {}


def _numbers(*seeds: Any) -> np.random.Generator:
    """A generator for one or two integers of either sign."""
    return np.random.default_rng([seed % 2**64 for seed in integers(seeds, "seed")])


def _asked(numbers: np.random.Generator) -> np.random.Generator:
    """A generator whose state moves on: whoever must draw the same numbers again notes it before."""
    tell("generator", numbers)
    return numbers


def _chosen(seed: int | None) -> _Source:
    """Each seed has a sequence of its own, of which every call with it takes the next numbers."""
    def chosen() -> np.random.Generator:
        if seed is None:
            return _asked(_State.common)
        if seed not in _State.named:
            _State.named[seed] = _numbers(_State.seed, seed)
        return _asked(_State.named[seed])

    return chosen


def _pair(seed: Any, op: str) -> _Source:
    numbers = np.asarray(seed)
    if numbers.shape != (2,) or numbers.dtype.kind not in "iu":
        raise InvalidArgumentError(f"{op}: seed must have shape [2], two integers such as [1, 2], got {seed!r}: the "
                                   "same pair always gives the same numbers")
    return lambda: _numbers(*numbers.tolist())


class _Waiting(threading.local):
    """Numbers that were drawn for a program which then turned out to be the wrong one; the right one gets them."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []


waiting = _Waiting()


def drawn(draw: Callable[..., Any], *arrays: np.ndarray) -> np.ndarray:
    """What waits to be used, or else new random numbers."""
    return waiting.arrays.pop(0) if waiting.arrays else np.asarray(draw(*arrays))


def _drawn(draw: Callable[..., Any], *inputs: Tensor) -> Tensor:
    """What `draw` makes of random numbers and the values of tensors; whoever replays this calls it again."""
    tensor = Tensor(drawn(draw, *(x._array for x in inputs)))
    tell("draw", tensor, draw, inputs)
    return tensor


# -- the distributions -------------------------------------------------------------------------------------------------

def _normal(source: _Source, op: str, shape: Any, mean: Any, stddev: Any, dtype: Any,
            limit: float = np.inf) -> Tensor:
    wanted = as_dtype(dtype)
    if not wanted.is_floating:
        raise TypeError(f"{op}: the numbers of a normal distribution are floating, they cannot be {wanted.name}")
    sizes = lengths(shape, op)

    def noise() -> np.ndarray:
        numbers = source()
        found = np.asarray(numbers.standard_normal(sizes))
        while (far := np.abs(found) > limit).any():
            found[far] = numbers.standard_normal(int(far.sum()))
        return found.astype(wanted.dtype)

    return convert(mean, wanted.dtype) + convert(stddev, wanted.dtype) * _drawn(noise)


def _uniform(source: _Source, op: str, shape: Any, minval: Any, maxval: Any, dtype: Any) -> Tensor:
    wanted, sizes = as_dtype(dtype), lengths(shape, op)
    if wanted.is_integer:
        if maxval is None:
            raise ValueError(f"{op}: Must specify maxval for integer dtype {wanted.name}")
        if np.any(np.asarray(minval) >= np.asarray(maxval)):
            raise InvalidArgumentError(f"{op}: Need minval < maxval, got {minval} >= {maxval}")
        return _drawn(lambda: source().integers(minval, maxval, sizes, wanted.dtype))
    if not wanted.is_floating:
        raise TypeError(f"{op}: the numbers are floating or integers, they cannot be {wanted.name}")
    share = _drawn(lambda: _shares(source(), sizes, wanted))
    if maxval is None:
        maxval = 1
    low = convert(minval, wanted.dtype)
    return low + (convert(maxval, wanted.dtype) - low) * share


def _shares(numbers: np.random.Generator, sizes: tuple[int, ...], dtype: DType) -> Any:
    """From 0 up to, but not including, 1: in float16 too, where a number close to 1 would be rounded to it."""
    if dtype == float16:
        return numbers.integers(0, 2**11, sizes).astype(np.float16) / np.float16(2**11)
    return numbers.random(sizes, np.float64 if dtype == float64 else np.float32)


def _categorical(source: _Source, op: str, logits: Any, num_samples: Any, dtype: Any) -> Tensor:
    scores = convert(logits)
    if scores.ndim != 2 or not scores.dtype.is_floating:
        raise InvalidArgumentError(f"{op}: logits should be a matrix of floats, a row of scores for each distribution, "
                                   f"got {scores.dtype.name}{list(scores.shape)}")
    (count,) = lengths(num_samples, f"{op}: num_samples")

    def classes(rows: np.ndarray) -> np.ndarray:
        shifted = rows - rows.max(axis=1, keepdims=True)
        below = np.cumsum(np.exp(shifted.astype(np.float64)), axis=1)
        marks = source().random((len(below), count)) * below[:, -1:]
        found = [np.searchsorted(row, mark, side="right") for row, mark in zip(below, marks, strict=True)]
        return np.asarray(found, as_dtype(dtype).dtype).reshape(marks.shape)

    return _drawn(classes, scores)


# -- the names of tf.random --------------------------------------------------------------------------------------------

def normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, seed: int | None = None, *,
           name: str | None = None) -> Tensor:
    """mean + stddev * noise, with noise from the standard normal distribution; `mean` and `stddev` may be tensors.

    With a `seed` the numbers are the next ones of a sequence of its own, which `set_seed` starts anew.

    >>> import tapes as tf
    >>> mean = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     x = tf.random.normal([2, 3], mean)
    >>> x.shape, float(tape.gradient(x, mean))
    (TensorShape([2, 3]), 6.0)
    """
    return _normal(_chosen(seed), "random.normal", shape, mean, stddev, dtype)


def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32,
                     seed: int | None = None, *, name: str | None = None) -> Tensor:
    """Like `normal`, but noise more than two standard deviations from the mean is drawn again.

    >>> bool(abs(truncated_normal([100], seed=0)).numpy().max() <= 2)
    True
    """
    return _normal(_chosen(seed), "random.truncated_normal", shape, mean, stddev, dtype, limit=2.0)


def uniform(shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, seed: int | None = None, *,
            name: str | None = None) -> Tensor:
    """Numbers from `minval` up to, but not including, `maxval`: by default from 0 to 1; an integer dtype needs both.

    They are minval + (maxval - minval) * share with a share below 1; only rounding can bring one up to `maxval`.

    >>> uniform([2], minval=5, maxval=6, dtype="int32", seed=0)
    <tapes.Tensor: shape=(2,), dtype=int32, numpy=array([5, 5], dtype=int32)>
    """
    return _uniform(_chosen(seed), "random.uniform", shape, minval, maxval, dtype)


def poisson(shape: Any, lam: Any, dtype: Any = float32, seed: int | None = None, *, name: str | None = None) -> Tensor:
    """Counts with the means `lam`, for each of them `shape` many: a tensor of shape [*shape, *lam.shape].

    They have no derivative.

    >>> poisson([3], [1.0, 10.0], seed=0).shape
    TensorShape([3, 2])
    """
    sizes, wanted, source = lengths(shape, "random.poisson"), as_dtype(dtype).dtype, _chosen(seed)

    def counts(means: np.ndarray) -> np.ndarray:
        if not (means >= 0).all():
            raise InvalidArgumentError(f"random.poisson: a mean is not negative, got {means.min()}")
        return np.asarray(source().poisson(means, (*sizes, *means.shape)), wanted)

    return _drawn(counts, convert(lam))


def categorical(logits: Any, num_samples: Any, dtype: Any = None, seed: int | None = None, *,
                name: str | None = None) -> Tensor:
    """Class numbers, drawn for each row of `logits` with the probabilities softmax(row); they have no derivative.

    >>> print(categorical([[0.0, 100.0], [100.0, 0.0]], 3))
    tapes.Tensor(
    [[1 1 1]
     [0 0 0]], shape=(2, 3), dtype=int64)
    """
    return _categorical(_chosen(seed), "random.categorical", logits, num_samples, int64 if dtype is None else dtype)


def shuffle(value: Any, seed: int | None = None, *, name: str | None = None) -> Tensor:
    """The slices along the first axis in a random order; adjoints find their way back, where TensorFlow gives None.

    >>> sorted(shuffle([3.0, 1.0, 2.0]).numpy().tolist())
    [1.0, 2.0, 3.0]
    """
    x = convert(value)
    return gather(x, _drawn(lambda: _chosen(seed)().permutation(len(x)))) if x.ndim else x


def stateless_normal(shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, *,
                     name: str | None = None) -> Tensor:
    """Like `normal`, but the same `seed`, two integers, always gives the same numbers.

    >>> bool((stateless_normal([2], [1, 2]) == stateless_normal([2], [1, 2]))[0])
    True
    """
    return _normal(_pair(seed, "stateless_normal"), "stateless_normal", shape, mean, stddev, dtype)


def stateless_truncated_normal(shape: Any, seed: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, *,
                               name: str | None = None) -> Tensor:
    """Like `truncated_normal`, but the same `seed`, two integers, always gives the same numbers.

    >>> bool(abs(stateless_truncated_normal([100], [1, 2])).numpy().max() <= 2)
    True
    """
    numbers = _pair(seed, "stateless_truncated_normal")
    return _normal(numbers, "stateless_truncated_normal", shape, mean, stddev, dtype, limit=2.0)


def stateless_uniform(shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, *,
                      name: str | None = None) -> Tensor:
    """Like `uniform`, but the same `seed`, two integers, always gives the same numbers.

    >>> bool((stateless_uniform([2], [1, 2]) == stateless_uniform([2], [1, 2]))[0])
    True
    """
    return _uniform(_pair(seed, "stateless_uniform"), "stateless_uniform", shape, minval, maxval, dtype)


def stateless_categorical(logits: Any, num_samples: Any, seed: Any, dtype: Any = int64, *,
                          name: str | None = None) -> Tensor:
    """Like `categorical`, but the same `seed`, two integers, always gives the same numbers.

    >>> print(stateless_categorical([[0.0, 100.0]], 2, [1, 2]))
    tapes.Tensor([[1 1]], shape=(1, 2), dtype=int64)
    """
    return _categorical(_pair(seed, "stateless_categorical"), "stateless_categorical", logits, num_samples, dtype)


class Generator:
    """A source of random numbers with a state of its own, which no call elsewhere moves on.

    >>> import tapes as tf
    >>> first, second = (tf.random.Generator.from_seed(1).normal([2]) for _ in range(2))
    >>> print(first == second)
    tapes.Tensor([ True  True], shape=(2,), dtype=bool)
    """

    _numbers: np.random.Generator

    def __init__(self, copy_from: Generator) -> None:
        if not isinstance(copy_from, Generator):
            raise TypeError(f"Generator copies a Generator, got {copy_from!r}: say Generator.from_seed(seed)")
        self._numbers = np.random.Generator(type(copy_from._numbers.bit_generator)())
        self._numbers.bit_generator.state = copy_from._numbers.bit_generator.state

    @classmethod
    def _of(cls, numbers: np.random.Generator) -> Generator:
        made = object.__new__(cls)
        made._numbers = numbers
        return made

    @classmethod
    def from_seed(cls, seed: int) -> Generator:
        """The same numbers for the same seed."""
        return cls._of(_numbers(seed))

    @classmethod
    def from_non_deterministic_state(cls) -> Generator:
        """Other numbers each time."""
        return cls._of(np.random.default_rng())

    def reset_from_seed(self, seed: int) -> None:
        """Start anew, as `from_seed` does."""
        self._numbers = _numbers(seed)

    def split(self, count: int = 1) -> list[Generator]:
        """Generators whose numbers have nothing to do with each other's."""
        return [self._of(numbers) for numbers in self._numbers.spawn(count)]

    def normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, *,
               name: str | None = None) -> Tensor:
        """Like `tapes.random.normal`."""
        return _normal(lambda: _asked(self._numbers), "Generator.normal", shape, mean, stddev, dtype)

    def truncated_normal(self, shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = float32, *,
                         name: str | None = None) -> Tensor:
        """Like `tapes.random.truncated_normal`."""
        return _normal(lambda: _asked(self._numbers), "Generator.truncated_normal", shape, mean, stddev, dtype,
                       limit=2.0)

    def uniform(self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = float32, *,
                name: str | None = None) -> Tensor:
        """Like `tapes.random.uniform`."""
        return _uniform(lambda: _asked(self._numbers), "Generator.uniform", shape, minval, maxval, dtype)


def get_global_generator() -> Generator:
    """The generator behind all calls without a seed.

    >>> get_global_generator().uniform([2]).shape
    TensorShape([2])
    """
    return Generator._of(_State.common)


def set_global_generator(generator: Generator) -> None:
    """Let all calls without a seed take their numbers from this one.

    >>> set_global_generator(Generator.from_seed(1))
    >>> first = normal([2])
    >>> set_global_generator(Generator.from_seed(1))
    >>> bool((first == normal([2]))[0])
    True
    """
    _State.common = generator._numbers
