"""What is trained: a model in Keras' words, its data, and in which order the batches come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import table

STEPS = 200


@dataclass(frozen=True)
class Course:
    """One model and how it is trained.

    Attributes:
        name: on the command line.
        title: one sentence.
        layers: the model, given a module of Keras' layers: what runs on tapes and on TensorFlow is this same text.
        loss: "mean_squared_error", or "sparse_categorical_crossentropy" of logits.
        optimizer: "sgd" or "adam", with Keras' defaults except for the learning rate.
        rate: the learning rate.
        data: x and y, of all examples.
        batch: how many examples a step takes.
    """

    name: str
    title: str
    layers: Callable[[Any], list[Any]]
    loss: str
    optimizer: str
    rate: float
    data: Callable[[], tuple[np.ndarray, np.ndarray]]
    batch: int

    def batches(self, dtype: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The batches, step after step: each pass goes through all examples in another order."""
        x, y = self.data()
        x, y = x.astype(dtype), y if y.dtype.kind == "i" else y.astype(dtype)
        rng = np.random.default_rng(0)
        while True:
            order = rng.permutation(len(x))
            for start in range(0, len(x) - self.batch + 1, self.batch):
                chosen = order[start:start + self.batch]
                yield x[chosen], y[chosen]


def _line() -> tuple[np.ndarray, np.ndarray]:
    """The article's data: 1,000 points around y = 3 x + 2."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1000, 1))
    return x, 3 * x + 2 + rng.normal(size=(1000, 1))


def _digits(shape: tuple[int, ...]) -> Callable[[], tuple[np.ndarray, np.ndarray]]:
    """The handwritten digits, each in this shape, and their class numbers."""
    def digits() -> tuple[np.ndarray, np.ndarray]:
        pixels, labels = table("digits")
        return (pixels / 16).reshape(-1, *shape), labels.astype(np.int64)

    return digits


CLASSES = "sparse_categorical_crossentropy"
COURSES = {course.name: course for course in (
    Course("linear", "the article's linear model, plain gradient descent over all points",
           lambda k: [k.Dense(1)], "mean_squared_error", "sgd", 0.1, _line, 1000),
    Course("mlp", "a network 64-32-10 on handwritten digits, Adam",
           lambda k: [k.Dense(32, activation="relu"), k.Dense(10)], CLASSES, "adam", 0.001, _digits((64,)), 32),
    Course("conv", "a small convolutional network on the same digits, Adam",
           lambda k: [k.Conv2D(8, 3, activation="relu"), k.MaxPooling2D(2), k.Flatten(), k.Dense(10)], CLASSES, "adam",
           0.001, _digits((8, 8, 1)), 32),
    Course("rnn", "a recurrent network that reads the digits row by row, Adam",
           lambda k: [k.SimpleRNN(16), k.Dense(10)], CLASSES, "adam", 0.001, _digits((8, 8)), 32),
    Course("batch-norm", "batch normalisation while training, gradient descent",
           # no bias: the mean is taken off again, and what training would make of a bias is rounding alone
           lambda k: [k.Dense(32, use_bias=False), k.BatchNormalization(), k.Activation("relu"), k.Dense(10)],
           CLASSES, "sgd", 0.1, _digits((64,)), 32),
)}
