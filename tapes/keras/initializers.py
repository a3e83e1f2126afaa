"""What weights begin with: random numbers whose spread depends on how many inputs are summed up."""

from __future__ import annotations

import math
from typing import Any

from .. import random
from ..api.making import constant, eye, fill, ones, zeros
from ..dtypes import as_dtype
from ..math import cast
from ..tensor import Tensor
from .backend import floatx, snake
from .identifiers import found

__all__ = ["Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "Initializer",
           "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal",
           "VarianceScaling", "Zeros", "get"]


class Initializer:
    """A function from a shape to a tensor; a class of your own needs `__call__(shape, dtype=None)`."""

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} needs __call__(shape, dtype=None)")


def _dtype(dtype: Any) -> Any:
    return as_dtype(floatx() if dtype is None else dtype)


class Zeros(Initializer):
    """All zero, as biases begin.

    >>> print(Zeros()([2]))
    tapes.Tensor([0. 0.], shape=(2,), dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        return zeros(shape, _dtype(dtype))


class Ones(Initializer):
    """All one, as factors begin.

    >>> print(Ones()([2]))
    tapes.Tensor([1. 1.], shape=(2,), dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        return ones(shape, _dtype(dtype))


class Constant(Initializer):
    """One number, or an array of the right shape.

    >>> print(Constant(3.0)([2]))
    tapes.Tensor([3. 3.], shape=(2,), dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        value = cast(self.value, _dtype(dtype))
        return fill(shape, value) if not value.shape else constant(value, shape=shape)


class Identity(Initializer):
    """The identity matrix, times `gain`.

    >>> print(Identity()([1, 2]))
    tapes.Tensor([[1. 0.]], shape=(1, 2), dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        if len(shape) != 2:
            raise ValueError(f"Identity matrix initializer can only be used for 2D matrices, got shape {tuple(shape)}")
        return self.gain * eye(shape[0], shape[1], dtype=_dtype(dtype))


class RandomNormal(Initializer):
    """Numbers from a normal distribution.

    >>> RandomNormal(seed=1)([2, 3]).shape
    TensorShape([2, 3])
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        self.mean, self.stddev, self.seed = mean, stddev, seed

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        return random.normal(shape, self.mean, self.stddev, _dtype(dtype), seed=self.seed)


class TruncatedNormal(RandomNormal):
    """The same, but drawn again where it is more than two standard deviations away.

    >>> TruncatedNormal(seed=1)([2]).shape
    TensorShape([2])
    """

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        return random.truncated_normal(shape, self.mean, self.stddev, _dtype(dtype), seed=self.seed)


class RandomUniform(Initializer):
    """Numbers from an interval, all equally likely.

    >>> RandomUniform(seed=1)([2]).shape
    TensorShape([2])
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        self.minval, self.maxval, self.seed = minval, maxval, seed

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        return random.uniform(shape, self.minval, self.maxval, _dtype(dtype), seed=self.seed)


class VarianceScaling(Initializer):
    """Numbers whose variance is `scale` over the number of inputs or outputs, so that signals keep their size.

    Args:
        scale: above 0.
        mode: "fan_in", "fan_out" or "fan_avg", the mean of both.
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: for the same numbers each time.

    Of a kernel of shape (..., inputs, outputs) the axes in front count for both (Glorot and Bengio 2010,
    https://proceedings.mlr.press/v9/glorot10a.html; He et al. 2015, https://arxiv.org/abs/1502.01852).

    >>> VarianceScaling(seed=1)([2, 3]).shape
    TensorShape([2, 3])
    """

    def __init__(self, scale: float = 1.0, mode: str = "fan_in", distribution: str = "truncated_normal",
                 seed: int | None = None) -> None:
        if scale <= 0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Invalid `mode` argument: {mode}. It is fan_in, fan_out or fan_avg.")
        if distribution not in ("normal", "truncated_normal", "untruncated_normal", "uniform"):
            raise ValueError(f"Invalid `distribution` argument: {distribution}. It is truncated_normal, "
                             "untruncated_normal or uniform.")
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        fan_in, fan_out = _fans(tuple(shape))
        fans = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        variance = self.scale / max(1.0, fans[self.mode])
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return random.uniform(shape, -limit, limit, _dtype(dtype), seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, math.sqrt(variance), _dtype(dtype), seed=self.seed)
        kept = 0.87962566103423978  # the standard deviation of a normal distribution cut off at 2
        return random.truncated_normal(shape, 0.0, math.sqrt(variance) / kept, _dtype(dtype), seed=self.seed)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many numbers each output is made of, and how many outputs each input goes into."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


class _Scaled(VarianceScaling):
    """One of the settings of VarianceScaling that have a name of their own."""

    settings: tuple[float, str, str]

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(*self.settings, seed=seed)


class GlorotUniform(_Scaled):
    """What kernels begin with unless something else is said: uniform in +-sqrt(6 / (inputs + outputs)).

    >>> GlorotUniform(seed=1)([2, 3]).shape
    TensorShape([2, 3])
    """

    settings = 1.0, "fan_avg", "uniform"


class GlorotNormal(_Scaled):
    """Variance 2 / (inputs + outputs)."""

    settings = 1.0, "fan_avg", "truncated_normal"


class HeUniform(_Scaled):
    """For relu: uniform in +-sqrt(6 / inputs)."""

    settings = 2.0, "fan_in", "uniform"


class HeNormal(_Scaled):
    """For relu: variance 2 / inputs."""

    settings = 2.0, "fan_in", "truncated_normal"


class LecunUniform(_Scaled):
    """For selu: uniform in +-sqrt(3 / inputs)."""

    settings = 1.0, "fan_in", "uniform"


class LecunNormal(_Scaled):
    """For selu: variance 1 / inputs."""

    settings = 1.0, "fan_in", "truncated_normal"


class Orthogonal(Initializer):
    """A matrix whose columns, or rows, are orthogonal: what recurrent kernels begin with.

    The Q of a random matrix, with signs so that all such matrices are equally likely (Saxe et al. 2013,
    https://arxiv.org/abs/1312.6120).

    >>> Orthogonal(seed=1)([3, 2]).shape
    TensorShape([3, 2])
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        self.gain, self.seed = gain, seed

    def __call__(self, shape: Any, dtype: Any = None) -> Tensor:
        from ..api.arranging import reshape, transpose
        from ..linalg import diag_part, qr
        from ..math import sign

        if len(shape) < 2:
            raise ValueError(f"Orthogonal needs at least two axes, got shape {tuple(shape)}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = qr(random.normal((max(rows, columns), min(rows, columns)), dtype=_dtype(dtype), seed=self.seed))
        q = q * sign(diag_part(r))
        return self.gain * reshape(transpose(q) if rows < columns else q, shape)


_KNOWN = {form: kind for kind in (
    Constant, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity, LecunNormal, LecunUniform, Ones, Orthogonal,
    RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling, Zeros)
    for form in (kind.__name__.lower(), snake(kind.__name__))} | {
    "zero": Zeros, "one": Ones, "normal": RandomNormal, "uniform": RandomUniform}


def get(identifier: Any) -> Any:
    """The initializer of a name, or the one that is given.

    >>> type(get("zeros")).__name__
    'Zeros'
    """
    return found("initializer", identifier, _KNOWN)
