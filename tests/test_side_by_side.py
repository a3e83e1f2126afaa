"""One matrix times many constant ones is computed as one product."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf

random = np.random.default_rng(0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shapes", [((4, 3), (5, 3, 2)), ((1, 3), (1, 3, 1)), ((4, 1), (2, 1, 6))])
def test_the_same_numbers(shapes, dtype):
    x, c = (random.standard_normal(shape).astype(dtype) for shape in shapes)
    f = tf.function(lambda x: tf.matmul(x, c))
    f(tf.zeros_like(x))
    found = f(tf.constant(x)).numpy()
    assert found.dtype == dtype and "transpose((1, 0, 2))" in f.source(), f.source()
    np.testing.assert_allclose(found, x @ c, rtol=10 * np.finfo(dtype).eps, atol=10 * np.finfo(dtype).eps)


@pytest.mark.parametrize("shapes", [((4, 3), (3, 2)), ((2, 4, 3), (2, 3, 2)), ((4, 3), (0, 3, 2))])
def test_other_products_stay_as_they_are(shapes):
    x, c = (random.standard_normal(shape) for shape in shapes)
    f = tf.function(lambda x: tf.matmul(x, c))
    np.testing.assert_allclose(f(tf.constant(x)).numpy(), x @ c)
    assert "transpose" not in f.source()


def test_a_jacobian():
    w = tf.Variable(random.standard_normal((3, 4)), name="w")

    def jacobian(x):
        with tf.GradientTape() as tape:
            y = tf.matmul(tf.tanh(x), w)
        return tape.jacobian(y, w)

    f, x = tf.function(jacobian), tf.constant(random.standard_normal((2, 3)))
    f(tf.zeros_like(x))
    np.testing.assert_allclose(f(x).numpy(), jacobian(x).numpy(), rtol=1e-14)
    assert f.source().count(".dot(") == 1, f.source()
