"""A path is what training leaves behind: the weights and the loss at each step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Path:
    """Of one library on one course.

    Attributes:
        losses: of each step, before it.
        weights: after each step, all of them in Keras' order.
    """

    losses: list[float] = field(default_factory=list)
    weights: list[list[np.ndarray]] = field(default_factory=list)

    def step(self, loss: float, weights: list[np.ndarray]) -> None:
        """Note one step down."""
        self.losses.append(float(loss))
        self.weights.append([np.array(w, dtype=np.float64) for w in weights])

    def differences(self, other: Path) -> list[float]:
        """At each step the largest difference of a weight, over the largest weight of that array."""
        return [max(float(np.max(np.abs(a - b)) / max(np.max(np.abs(b)), np.finfo(float).tiny))
                    for a, b in zip(mine, theirs, strict=True))
                for mine, theirs in zip(self.weights, other.weights, strict=True)]
