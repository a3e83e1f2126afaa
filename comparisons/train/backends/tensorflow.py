"""TensorFlow: Keras itself."""

from __future__ import annotations

import numpy as np

from ...backends.tensorflow import BACKEND
from .. import keras
from ..course import Course
from ..path import Path


def train(course: Course, weights: list[np.ndarray], dtype: str, steps: int) -> Path:
    return keras.train(BACKEND.tf, course, weights, dtype, steps)
