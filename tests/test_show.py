"""What tape.show prints can be read on a projector: it fits, and says the truth about what it leaves out."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf
from tapes.view.table import WIDTH, abridged

rng = np.random.default_rng(0)


def test_a_network_of_two_layers_fits(capsys):
    inputs, targets = (tf.constant(rng.normal(size=(200, n)), tf.float32) for n in (10, 3))
    kernel, bias = tf.Variable(tf.ones((10, 32)), name="hidden_layer/kernel"), tf.Variable(
        tf.zeros(32), name="hidden_layer/bias")
    W2, b2 = tf.Variable(tf.constant(rng.normal(size=(32, 3)), tf.float32)), tf.Variable(tf.zeros(3))
    with tf.GradientTape() as tape:
        h = tf.nn.relu(inputs @ kernel + bias)
        logits = h @ W2 + b2
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(targets), logits))
        total = loss + 0.01 * tf.reduce_sum(kernel**2)
    tape.show(total)
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2 + 19 and max(map(len, shown)) <= WIDTH
    head, first, matmul = shown[0], shown[2], next(line for line in shown if "matmul" in line)
    assert head.split() == ["step", "result", "op", "inputs", "shape", "value", "adjoint"]
    assert "hidde...ernel" in first and "all 1" in first
    assert "inputs, %1" in matmul, "a constant that has a name in the program is called by it"
    assert "total" in shown[-1] and shown[-1].endswith(" 1.")


@pytest.mark.parametrize(("value", "text"), [
    (3.0, "3."), (808.85748, "808.8575"), ([1.5, 2.25], "[1.5 2.25]"), ([[1.0, 2.0], [3.0, 4.0]], "[[1. 2.] [3. 4.]]"),
    ([[1.0, 0.0], [-1.79e-7, 1.0]], "[[1 0] [-1.79e-07 1]]"),
    (np.full((40, 3), 0.01), "all 0.01"), (np.arange(2000.0), "0 to 2e+03"), (np.zeros(32), "[0. 0. ... 0. 0.]"),
    (np.array([[np.nan, 1.234567, 2.0, 3.0, 4.0]] * 2), "nan, 1.23 to 4"), (np.full((9, 9), np.nan), "all nan"),
    (np.full((3, 3), 3 + 4j), "|.| all 5"), (np.zeros((0, 3)), "[]"), (np.array([[True, False]] * 9), "0 to 1")])
def test_a_value_is_its_entries_or_their_range(value, text):
    assert abridged(value) == text
    assert text.count("[") == text.count("]")
