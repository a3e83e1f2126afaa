"""Softmax and cross-entropies of the same logits are computed together, and are what they are alone."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.check import quiet

INF = np.inf
LOGITS = {
    "matrix": np.array([[1.0, -2.0, 0.5], [100.0, 99.0, -1000.0]]), "masked": np.array([[-INF, 0.0, 1.0], [-INF] * 3]),
    "overflowed": np.array([[INF, 0.0, 1.0], [np.nan, 0.0, 1.0]]), "vector": np.array([0.5, -1.0, 3.0]),
    "sequences": np.linspace(-3.0, 5.0, 12).reshape(2, 2, 3), "none": np.zeros((0, 3))}


def sparse(x):
    labels = np.arange(x.shape.num_elements() // 3).reshape(x.shape[:-1]) % 3
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)


def dense(x):
    labels = tf.broadcast_to(tf.constant([0.0, 0.25, 0.75], x.dtype), x.shape)
    return tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=x)


@pytest.mark.parametrize("dtype", [tf.float32, tf.float64])
@pytest.mark.parametrize("logits", LOGITS.values(), ids=LOGITS)
@pytest.mark.parametrize("loss", [sparse, dense])
def test_the_same_to_the_last_bit(loss, logits, dtype):
    def all_of_them(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(x)
        return value, tf.nn.softmax(x), tape.gradient(value, x)

    f, x = tf.function(all_of_them), tf.constant(logits, dtype)
    with quiet():
        f(tf.ones_like(x))
        for one, other in zip(all_of_them(x), f(x), strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one.numpy(), other.numpy(), strict=True)
    if logits.size:
        assert f.source().count(".max(") == f.source().count("np.exp(") == 1, f.source()


def test_alone_it_stays_one_call():
    f = tf.function(lambda x: tf.nn.softmax(x))
    f(tf.constant([1.0, 2.0]))
    assert "softmax(x, axis=0)" in f.source()


def test_other_axes_and_other_numbers_are_not_shared():
    f = tf.function(lambda x: (tf.nn.softmax(x, axis=0), tf.nn.softmax(x, axis=1), tf.nn.softmax(2.0 * x, axis=1)))
    f(tf.constant([[1.0, 2.0]]))
    assert f.source().count("= softmax(") == 3


@pytest.mark.parametrize("label", [-1, 3])
@pytest.mark.parametrize("wanted", [slice(0, 1), slice(0, 2)])
def test_a_label_that_is_no_class_is_refused(label, wanted):
    @tf.function
    def f(x, labels):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)
        return [value, tape.gradient(value, x)][wanted]

    x = tf.constant([[1.0, 2.0, 3.0]])
    f(x, tf.constant([2]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"label|index 3"):
        f(x, tf.constant([label]))
