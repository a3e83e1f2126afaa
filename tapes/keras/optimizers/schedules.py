"""Learning rates that change from step to step: functions of the number of steps so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...api.making import constant
from ...api.picking import where
from ...dtypes import float32
from ...math import cast, ceil, cos, floor, maximum, minimum
from ...tensor import Tensor

__all__ = ["CosineDecay", "ExponentialDecay", "InverseTimeDecay", "LearningRateSchedule", "PiecewiseConstantDecay",
           "PolynomialDecay"]


class LearningRateSchedule:
    """A function of the number of steps so far; one of your own needs `__call__(step)`, made of ops."""

    def __call__(self, step: Any) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} needs __call__(step)")


class _Decay(LearningRateSchedule):
    """From an initial rate, in units of `decay_steps` steps."""

    def __init__(self, initial_learning_rate: float, decay_steps: float) -> None:
        if decay_steps <= 0:
            raise ValueError(f"Argument `decay_steps` must be > 0. Received: decay_steps={decay_steps}")
        self.initial_learning_rate, self.decay_steps = float(initial_learning_rate), float(decay_steps)


class ExponentialDecay(_Decay):
    """initial_learning_rate * decay_rate^(step / decay_steps); with `staircase` in whole steps of decay_steps.

    >>> print(ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20))
    tapes.Tensor(0.025, shape=(), dtype=float32)
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float, decay_rate: float,
                 staircase: bool = False, name: str = "ExponentialDecay") -> None:
        super().__init__(initial_learning_rate, decay_steps)
        self.decay_rate, self.staircase = float(decay_rate), staircase

    def __call__(self, step: Any) -> Tensor:
        part = _number(step) / self.decay_steps
        return self.initial_learning_rate * self.decay_rate ** (floor(part) if self.staircase else part)


class InverseTimeDecay(_Decay):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps).

    >>> print(InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5)(20))
    tapes.Tensor(0.05, shape=(), dtype=float32)
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float, decay_rate: float,
                 staircase: bool = False, name: str = "InverseTimeDecay") -> None:
        super().__init__(initial_learning_rate, decay_steps)
        self.decay_rate, self.staircase = float(decay_rate), staircase

    def __call__(self, step: Any) -> Tensor:
        part = _number(step) / self.decay_steps
        return self.initial_learning_rate / (1.0 + self.decay_rate * (floor(part) if self.staircase else part))


class PolynomialDecay(_Decay):
    """(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps)^power + end_learning_rate.

    After `decay_steps` it stays at the end; with `cycle` it then begins anew, each time over more steps.

    >>> print(PolynomialDecay(0.1, decay_steps=10, end_learning_rate=0.0)(5))
    tapes.Tensor(0.05, shape=(), dtype=float32)
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float, end_learning_rate: float = 0.0001,
                 power: float = 1.0, cycle: bool = False, name: str = "PolynomialDecay") -> None:
        super().__init__(initial_learning_rate, decay_steps)
        self.end_learning_rate, self.power, self.cycle = float(end_learning_rate), float(power), cycle

    def __call__(self, step: Any) -> Tensor:
        now = _number(step)
        if self.cycle:
            part = now / (self.decay_steps * maximum(ceil(now / self.decay_steps), 1.0))
        else:
            part = minimum(now, self.decay_steps) / self.decay_steps
        return (self.initial_learning_rate - self.end_learning_rate) * (1.0 - part) ** self.power + (
            self.end_learning_rate)


class CosineDecay(_Decay):
    """Half a wave of a cosine, down to `alpha` times the rate (Loshchilov and Hutter 2016,
    https://arxiv.org/abs/1608.03983); with `warmup_target`, after `warmup_steps` that lead to it in a line.

    >>> print(CosineDecay(0.1, decay_steps=10)(10))
    tapes.Tensor(0.0, shape=(), dtype=float32)
    """

    def __init__(self, initial_learning_rate: float, decay_steps: float, alpha: float = 0.0,
                 name: str = "CosineDecay", warmup_target: float | None = None, warmup_steps: float = 0) -> None:
        super().__init__(initial_learning_rate, decay_steps)
        self.alpha, self.warmup_target, self.warmup_steps = float(alpha), warmup_target, float(warmup_steps)

    def __call__(self, step: Any) -> Tensor:
        now, top = _number(step), self.initial_learning_rate
        if self.warmup_target is None:
            return self._decayed(minimum(now, self.decay_steps), top)
        now = minimum(now, self.decay_steps + self.warmup_steps)
        rising = (self.warmup_target - top) * (now / self.warmup_steps) + top
        return where(now < self.warmup_steps, rising, self._decayed(now - self.warmup_steps, self.warmup_target))

    def _decayed(self, now: Tensor, top: float) -> Tensor:
        wave = 0.5 * (1.0 + cos(math.pi * (now / self.decay_steps)))
        return top * ((1.0 - self.alpha) * wave + self.alpha)


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to step boundaries[0], then values[1] up to boundaries[1], and so on.

    >>> print(PiecewiseConstantDecay([10], [0.1, 0.01])(11))
    tapes.Tensor(0.01, shape=(), dtype=float32)
    """

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ValueError("The length of boundaries should be 1 less than the length of values. Received: "
                             f"boundaries={list(boundaries)}, and values={list(values)}.")
        self.boundaries, self.values = [float(x) for x in boundaries], [float(x) for x in values]

    def __call__(self, step: Any) -> Tensor:
        now = _number(step)
        rate = constant(self.values[-1], now.dtype)
        for boundary, value in zip(self.boundaries[::-1], self.values[-2::-1]):
            rate = where(now <= boundary, constant(value, now.dtype), rate)
        return rate


def _number(step: Any) -> Tensor:
    return cast(step, float32)  # whatever the dtype of the weights, as in Keras
