"""tapes: Keras' words on the tape."""

from __future__ import annotations

import numpy as np

import tapes

from .. import keras
from ..course import Course
from ..path import Path


def train(course: Course, weights: list[np.ndarray], dtype: str, steps: int) -> Path:
    return keras.train(tapes, course, weights, dtype, steps)
