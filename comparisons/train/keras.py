"""Training in Keras' words: the same text for tapes and for TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .course import Course
from .path import Path


@contextmanager
def floats(tf: Any, dtype: str) -> Iterator[None]:
    """In a `with` block, layers and optimizers made by Keras have weights of this dtype."""
    def choose(chosen: str) -> None:
        tf.keras.backend.set_floatx(chosen)
        if hasattr(tf.keras, "config"):  # Keras 3 asks this one, once its first layer has been made
            tf.keras.config.set_dtype_policy(chosen)

    before = tf.keras.backend.floatx()
    choose(dtype)
    try:
        yield
    finally:
        choose(before)


def model(tf: Any, course: Course, dtype: str) -> Any:
    """The model, with weights of this dtype."""
    with floats(tf, dtype):
        made = tf.keras.Sequential(course.layers(tf.keras.layers))
        x, _ = next(course.batches(dtype))
        made(tf.constant(x))
        return made


def train(tf: Any, course: Course, weights: list[np.ndarray], dtype: str, steps: int) -> Path:
    """Train by a tape and an optimizer of Keras."""
    trained = model(tf, course, dtype)
    trained.set_weights(weights)
    with floats(tf, dtype):
        loss = (tf.keras.losses.MeanSquaredError() if course.loss == "mean_squared_error" else
                tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        kinds = {"sgd": tf.keras.optimizers.SGD, "adam": tf.keras.optimizers.Adam}
        optimizer = kinds[course.optimizer](course.rate)
        optimizer.build(trained.trainable_variables)

        @tf.function
        def step(x: Any, y: Any) -> Any:
            with tf.GradientTape() as tape:
                value = loss(y, trained(x, training=True))
            variables = trained.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(value, variables), variables))
            return value

        path = Path()
        for (x, y), _ in zip(course.batches(dtype), range(steps)):
            path.step(step(tf.constant(x), tf.constant(y)), trained.get_weights())
        return path
