"""Small things that tutorials use."""

from __future__ import annotations

import random as _python_random
from typing import Any

import numpy as np

from .. import random
from .backend import floatx

__all__ = ["set_random_seed", "to_categorical"]


def set_random_seed(seed: int) -> None:
    """Start the random numbers of Python, NumPy and tapes anew, the same for the same seed.

    >>> set_random_seed(1)
    """
    if not isinstance(seed, int):
        raise ValueError(f"Expected `seed` argument to be an integer. Received: seed={seed!r} (of type {type(seed)})")
    _python_random.seed(seed)
    np.random.seed(seed)
    random.set_seed(seed)


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Class numbers as one-hot rows.

    Args:
        x: integers from 0.
        num_classes: how many there are; by default one more than the largest.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    classes = np.asarray(x).astype(np.int64)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    count = int(classes.max()) + 1 if num_classes is None else num_classes
    if classes.size and (classes.min() < 0 or classes.max() >= count):
        raise ValueError(f"class numbers go from 0 to {count - 1}, got {classes.min()} to {classes.max()}")
    return np.eye(count, dtype=floatx())[classes]
