"""fit beside Keras: the same weights, batches and order give the same history, to the last digits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tapes import keras

tensorflow = pytest.importorskip("tensorflow", reason="pip install tensorflow")


def _model(k, optimizer="adam"):
    model = k.Sequential([k.layers.Dense(32, activation="relu"), k.layers.Dense(10, activation="softmax")])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_history(optimizer):
    data = load_digits()
    x, y = (data.data / 16).astype("float32")[:500], data.target[:500]
    ours, theirs = _model(keras, optimizer), _model(tensorflow.keras, optimizer)
    ours.predict(x[:1])
    theirs.predict(x[:1], verbose=0)
    theirs.set_weights(ours.get_weights())
    settings = {"epochs": 3, "validation_split": 0.2, "shuffle": False, "verbose": 0}
    mine, other = ours.fit(x, y, **settings).history, theirs.fit(x, y, **settings).history
    assert list(mine) == list(other)
    for name in mine:
        np.testing.assert_allclose(mine[name], other[name], rtol=1e-5)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ours.evaluate(x, y), theirs.evaluate(x, y, verbose=0), rtol=1e-5)
