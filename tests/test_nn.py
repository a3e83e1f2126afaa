"""What `tf.nn` builds from other ops has TensorFlow's values and gradients, at first and at second order."""

from __future__ import annotations

import importlib.util
import logging

import numpy as np
import pytest

import tapes
from comparisons.measure import difference

CALLS = [
    "tf.nn.moments(x, [0])[1] * tf.nn.moments(x, [0])[0]",
    "tf.nn.moments(x, [0, 1], keepdims=True)[1]",
    "tf.nn.moments(x, 1)[0]",
    "tf.nn.batch_normalization(x, w[0], tf.exp(w[1]), w[2], w[3], 1e-3)",
    "tf.nn.batch_normalization(x, *tf.nn.moments(x, [0]), None, w[3], 1e-3)",
    "tf.nn.batch_normalization(x, *tf.nn.moments(x, [0]), w[0], None, 1e-3)",
    "tf.nn.local_response_normalization(tf.cast(tf.reshape(x, [1, 1, 5, 4]), tf.float32), 2, 1.0, 0.5, 0.75)",
    "tf.nn.embedding_lookup(w, [[0, 2], [2, 3]])",
    "tf.nn.embedding_lookup([w], [0, 2, 2], max_norm=0.5)",
    "tf.nn.bias_add(x, w[0])",
    "tf.nn.bias_add(tf.reshape(x, [5, 4, 1, 1]), w[0], 'NCHW')",
    "tf.nn.weighted_cross_entropy_with_logits(tf.sigmoid(x), x[::-1], 2.5)",
    "tf.nn.weighted_cross_entropy_with_logits(tf.sigmoid(x), x[::-1], w[0])",
    "tf.nn.log_poisson_loss(tf.exp(x), x[::-1])",
    "tf.nn.log_poisson_loss(tf.exp(x), x[::-1], compute_full_loss=True)",
    "tf.nn.l2_loss(x)",
    "tf.nn.softmax(x, axis=0)",
    "tf.nn.log_softmax(x, axis=0)",
    "tf.nn.l2_normalize(x, 1)",
]
# TensorFlow differentiates these only once: in the variance of moments the mean is held fixed, and the gradient of
# the local normalization has no gradient (LookupError).
ONCE = [call for call in CALLS if "moments" in call or "local" in call]

needs_tensorflow = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None,
                                      reason="TensorFlow is not installed: pip install tensorflow")
rng = np.random.default_rng(3)
X, W = rng.normal(size=(5, 4)), rng.normal(size=(4, 4))


def outcome(call, tf):
    x, w = tf.constant(X), tf.constant(W)
    with tf.GradientTape() as outer:
        outer.watch([x, w])
        with tf.GradientTape() as inner:
            inner.watch([x, w])
            y = eval(call, {"tf": tf, "x": x, "w": w})
            loss = tf.reduce_sum(y * y * y)
        first = inner.gradient(loss, [x, w])
        bent = [tf.reduce_sum(tf.convert_to_tensor(g) ** 2) for g in first if g is not None]
    second = [] if call in ONCE else outer.gradient(bent, [x, w], unconnected_gradients="zero")
    return [y, *first, *second]


@needs_tensorflow
@pytest.mark.parametrize("call", CALLS)
def test_value_and_derivatives_are_tensorflows(call, caplog):
    import tensorflow

    caplog.set_level(logging.ERROR)
    accuracy = 1e-5 if "float32" in call else 1e-12
    for a, b in zip(outcome(call, tapes), outcome(call, tensorflow), strict=True):
        assert (a is None) == (b is None)
        assert a is None or difference(a.numpy(), tensorflow.convert_to_tensor(b).numpy()).within(accuracy)


def test_the_second_derivative_of_the_variance_of_moments_is_that_of_the_variance():
    x = tapes.constant(X[0])
    found = []
    for variance in (lambda: tapes.nn.moments(x, [0])[1], lambda: tapes.math.reduce_variance(x)):
        with tapes.GradientTape(persistent=True) as outer:
            outer.watch(x)
            with tapes.GradientTape() as inner:
                inner.watch(x)
                y = variance()
            slopes = tapes.unstack(inner.gradient(y, x))
        found.append(np.array([outer.gradient(slope, x).numpy() for slope in slopes]))
    n = len(X[0])
    assert difference(found[0], 2 / n * (np.eye(n) - 1 / n)).within(1e-15)
    assert difference(found[1], found[0]).within(1e-15)


def test_no_loss_overflows():
    logits = tapes.constant([-1000.0, 1000.0])
    with tapes.GradientTape() as tape:
        tape.watch(logits)
        y = tapes.nn.weighted_cross_entropy_with_logits([1.0, 0.0], logits, 3.0)
    assert y.numpy().tolist() == [3000.0, 1000.0]
    assert tape.gradient(y, logits).numpy().tolist() == [-3.0, 1.0]


def test_counts_of_0_have_a_gradient():
    counts = tapes.constant([0.0, 1.0, 2.0])
    with tapes.GradientTape() as tape:
        tape.watch(counts)
        y = tapes.nn.log_poisson_loss(counts, [0.5, 0.5, 0.5], compute_full_loss=True)
    assert tape.gradient(y, counts).numpy().tolist() == pytest.approx([-0.5, -0.5, np.log(2) + 0.25 - 0.5])


def test_dropout_drops_whole_axes_together():
    kept = tapes.nn.dropout(tapes.ones([50, 3]), 0.5, noise_shape=[50, 1], seed=1).numpy()
    assert (kept == kept[:, :1]).all()
    assert set(kept.ravel()) == {0.0, 2.0}
