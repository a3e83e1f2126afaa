"""The slope of relu is taken from its result, so that its input need not be kept: to the last bit the same."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf
from tapes.graph import passes
from tapes.graph.passes import results

x = tf.constant([[-np.inf, -2.0, -0.0, 0.0, 1e-45, 2.0, 6.0, np.nextafter(np.float32(6), 7), np.inf, np.nan]])


def bent(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = x * 2.0
        turned = -z
        y = tf.nn.relu(z) + 3.0 * tf.nn.relu6(z)
    return y, tape.gradient(y, x), turned


def check():
    f = tf.function(bent)
    f(x)
    for one, other in zip(bent(x), f(x), strict=True):
        assert one.numpy().tobytes() == other.numpy().tobytes()
    return f.source()


def test_the_same_bits():
    assert "relu_grad(" in check()


def test_the_input_is_forgotten(monkeypatch):
    def layer(x, w):
        with tf.GradientTape() as tape:
            h = tf.nn.relu(x @ w)
            loss = tf.reduce_sum(h)
        return loss, tape.gradient(loss, w)

    def source():
        f = tf.function(layer)
        f(tf.ones([4, 3]), w)
        return f.source()

    w = tf.Variable(tf.ones([3, 2]), name="w")
    assert "h = np.maximum(x.dot(w), 0)" in source() and "# dloss/d(x.dot(w))" in source()
    monkeypatch.setattr(passes, "off", {"results"})
    assert "h = np.maximum(t, 0)" in source()


def test_a_result_that_does_not_tell_is_noticed(monkeypatch):
    monkeypatch.setattr(results, "OF", {"relu_grad": "negative"})
    with pytest.raises(AssertionError):
        check()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(64, 64), (128, 32), (2, 40, 64), (8192,), (300_000,), (5000, 64)])
def test_relu_beside_a_row_of_zeros(shape, dtype):
    special = np.resize(np.array([-np.inf, -2.0, -0.0, 0.0, 1e-45, 2.0, np.inf, np.nan], dtype), shape)
    f = tf.function(lambda x: tf.nn.relu(x * 1.0) * 2.0)
    f(tf.zeros(shape, dtype))
    assert ("zeros" in f.source()) == (dtype == "float32" and shape[-1] == 64)
    assert f(tf.constant(special)).numpy().tobytes() == (tf.nn.relu(tf.constant(special)) * 2.0).numpy().tobytes()
