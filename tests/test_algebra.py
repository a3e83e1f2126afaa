"""What the pass "algebra" leaves out was not needed, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf

SPECIAL = np.array([-np.inf, -2.0, -1e-30, -0.0, 0.0, 1e-45, 0.3, 3.0, np.inf, np.nan])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "complex64"])
@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0, 3.0, -1.0])
def test_powers(power, dtype):
    if dtype == "int32" and (power < 0 or power % 1):
        return
    with np.errstate(all="ignore"):
        x = tf.constant(SPECIAL.astype(dtype) if dtype != "int32" else np.arange(-3, 7, dtype=dtype))
        exponent = tf.constant(np.array(power, dtype))
        f = tf.function(lambda x: (x**exponent, tf.ones([2, 1], dtype) * x ** tf.ones([2, 1], dtype)))
        f(x)
        for one, other in zip((x**exponent, tf.ones([2, 1], dtype) * x ** tf.ones([2, 1], dtype)), f(x), strict=True):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(other, one)
    text = f.source()
    assert ("square" in text) == (power == 2 and dtype != "complex64")


def test_the_mean_squared_error_has_no_powers():
    def loss(w, x, y):
        with tf.GradientTape() as tape:
            tape.watch(w)
            value = tf.reduce_mean((x * w - y) ** 2)
        return value, tape.gradient(value, w)

    f = tf.function(loss)
    given = [tf.constant(np.arange(1.0, 6.0) * k) for k in (1.0, 2.0, 3.0)]
    f(*given)
    text = "\n".join(line for line in f.source().splitlines() if not line.strip().startswith("#"))
    assert "np.square(" in text and "**" not in text and "pow" not in text
    for one, other in zip(loss(*given), f(*given), strict=True):
        np.testing.assert_array_equal(other, one)
