"""Learning rates that change from step to step."""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor

__all__ = ["LearningRateSchedule"]


class LearningRateSchedule:
    """A function of the number of steps so far; one of your own needs `__call__(step)`."""

    def __call__(self, step: Any) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} needs __call__(step)")
