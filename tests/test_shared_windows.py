"""A convolution and the adjoint of its filter share the windows that they look through."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf
from tapes.graph.helpers import helper
from tapes.graph.passes import windows as the_pass
from tapes.ops.conv import windows

random = np.random.default_rng(0)


def traced(x, w, **how):
    """Value, and the gradients by both, eager and traced at other numbers."""
    def program(x, w):
        with tf.GradientTape() as tape:
            tape.watch([x, w])
            value = tf.reduce_sum(tf.square(tf.nn.convolution(x, w, **how)))
        return value, *tape.gradient(value, [x, w])

    f = tf.function(program)
    f(tf.zeros_like(x), w)
    for one, other in zip(program(x, w), f(x, w), strict=True):
        np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-12, atol=1e-12)
    return f.source()


def normal(*shape):
    return tf.constant(random.standard_normal(shape))


@pytest.mark.parametrize(("x", "w", "how"), [
    ((2, 5, 6, 3), (3, 2, 3, 4), {}), ((2, 5, 6, 3), (3, 2, 3, 4), {"padding": "SAME", "strides": 2}),
    ((1, 7, 7, 2), (2, 2, 2, 1), {"dilations": (2, 3)}), ((3, 8, 2), (3, 2, 5), {"padding": "SAME"})])
def test_the_windows_are_laid_out_once(x, w, how):
    source = traced(normal(*x), normal(*w), **how)
    assert source.count("= windows(") == 1 and "convolution_filter" not in source and "= convolution(" not in source


def test_groups_of_channels_and_large_windows_stay_as_they_are(monkeypatch):
    assert "windows" not in traced(normal(2, 4, 4, 4), normal(2, 2, 2, 6))
    monkeypatch.setattr(the_pass, "CACHED", 10)
    assert "windows" not in traced(normal(2, 4, 4, 3), normal(2, 2, 3, 6))


def test_two_views_of_one_image_are_two():
    def program(x, w):
        with tf.GradientTape() as tape:
            tape.watch(w)
            value = tf.reduce_sum(tf.nn.conv2d(x, w, 1, "VALID")) * tf.reduce_sum(tf.nn.conv2d(x, w, 2, "VALID"))
        return tape.gradient(value, w)

    f, x, w = tf.function(program), normal(1, 4, 4, 1), normal(2, 2, 1, 1)
    f(tf.zeros_like(x), w)
    np.testing.assert_allclose(f(x, w).numpy(), program(x, w).numpy(), rtol=1e-12)
    assert f.source().count("= windows(") == 2


@pytest.mark.parametrize("padding", [((0, 0), (0, 0)), ((1, 0), (2, 1))])
def test_the_text_lays_out_the_same_windows(padding):
    space = {"np": np}
    exec(helper("windows", "op"), space)
    x, how = random.standard_normal((2, 5, 6, 3)), ((2, 3), (2, 1), padding, (1, 2))
    np.testing.assert_array_equal(space["op"](x, *how), windows(x, *how))
