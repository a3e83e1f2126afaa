"""Training in Keras' words: the same text for tapes and for TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np

from .course import Course
from .path import Path


def model(tf: Any, course: Course, dtype: str) -> Any:
    """The model, with weights of this dtype."""
    before = tf.keras.backend.floatx()
    tf.keras.backend.set_floatx(dtype)
    try:
        made = tf.keras.Sequential(course.layers(tf.keras.layers))
        x, _ = next(course.batches(dtype))
        made(tf.constant(x))
        return made
    finally:
        tf.keras.backend.set_floatx(before)


def train(tf: Any, course: Course, weights: list[np.ndarray], dtype: str, steps: int) -> Path:
    """Train by a tape and an optimizer of Keras."""
    trained = model(tf, course, dtype)
    trained.set_weights(weights)
    before = tf.keras.backend.floatx()
    tf.keras.backend.set_floatx(dtype)
    try:
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
    finally:
        tf.keras.backend.set_floatx(before)
