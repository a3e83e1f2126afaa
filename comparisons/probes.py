"""A gradient of thousands of entries is checked by some of them, and by random directions that touch all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

COMPLETE = 64  # inputs of so many entries in all are probed entry by entry
ENTRIES, DIRECTIONS = 3, 2  # of larger ones: so many entries, and so many directions of random signs


@dataclass(frozen=True)
class Probes:
    """Directions in the space of one input, as rows; the last `mixed` of them touch every entry.

    An error in any entry shows in a direction of random signs: to hide in it, errors would have to cancel.
    """

    directions: np.ndarray  # [probes, *shape]
    mixed: int

    def project(self, gradient: np.ndarray) -> np.ndarray:
        """The derivatives in the probed directions that a gradient stands for, in extended precision."""
        wide = np.asarray(gradient).astype(np.longdouble)
        with np.errstate(invalid="ignore"):  # 0 times inf: a gradient with inf in it projects to nan, and is noticed
            return np.array([np.sum(wide * d) for d in self.directions], np.longdouble)

    def groups(self, values: np.ndarray) -> list[np.ndarray]:
        """Single entries, and mixed directions: they differ in scale, so each group is measured on its own."""
        single = len(self.directions) - self.mixed
        return [group for group in (values[:single], values[single:]) if len(group)]

    def single(self) -> Probes:
        """The single entries alone."""
        return Probes(self.directions[: len(self.directions) - self.mixed], 0)


def probes_of(array: np.ndarray, complete: bool, largest: int, rng: np.random.Generator) -> Probes:
    """Probes for an input: all its entries, or the one at place `largest` and some others, and mixed directions.

    The entry with the largest derivative belongs to them because it sets the scale by which errors are measured.
    """
    if complete:
        return Probes(np.eye(array.size).reshape(array.size, *array.shape), 0)
    others = rng.choice(array.size, min(array.size, ENTRIES), replace=False)
    entries = list(dict.fromkeys([largest, *(int(i) for i in others)]))[:ENTRIES]
    single = np.zeros((len(entries), array.size))
    single[range(len(entries)), entries] = 1.0
    mixed = rng.choice([-1.0, 1.0], (DIRECTIONS, array.size)) / np.sqrt(array.size)
    return Probes(np.concatenate([single, mixed]).reshape(-1, *array.shape), DIRECTIONS)
