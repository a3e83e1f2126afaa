"""A function that brings its own gradient: the tape believes it, and checks only that it fits."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import tapes as tf
from tapes.op import listening


def test_second_derivatives_are_those_of_the_ops_in_grad():
    """Also of what grad closes over, computed inside the function: TensorFlow's own example, log(1 + e^x)."""
    @tf.custom_gradient
    def log1pexp(x):
        e = tf.exp(x)
        return tf.math.log(1.0 + e), lambda upstream: upstream * (1.0 - 1.0 / (1.0 + e))

    x = tf.constant(np.array([0.3, -2.0]))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = log1pexp(x)
        slope = inner.gradient(y, x)
    s = 1 / (1 + np.exp(-x.numpy()))
    np.testing.assert_allclose(slope.numpy(), s, rtol=1e-14)  # 1 - 1 / (1 + e) cancels a digit
    np.testing.assert_allclose(outer.gradient(slope, x).numpy(), s * (1 - s), rtol=1e-14)


def test_complex_adjoints_come_in_tensorflows_convention():
    """The upstream gradient of sum(z z) is 1, and a rule g * conj(2 z) is TensorFlow's own."""
    @tf.custom_gradient
    def square(z):
        return z * z, lambda upstream: upstream * tf.math.conj(2.0 * z)

    z = tf.Variable(np.array([1 + 2j, -0.5j]))
    weight = tf.constant(np.array([2 - 1j, 3j]))
    found = []
    for f in (square, tf.square):
        with tf.GradientTape() as tape:
            y = f(z)
        found.append(tape.gradient(y, z, output_gradients=weight).numpy())
    np.testing.assert_allclose(*found, rtol=1e-15)


def test_the_gradient_is_called_once_for_all_arguments():
    calls = []

    @tf.custom_gradient
    def three(a, b, c):
        def grad(upstream):
            calls.append(float(upstream))
            return upstream, 2.0 * upstream, None
        return a + b + c, grad

    a, b, c = tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = three(a, b, c) * 5.0
    gradients = tape.gradient(y, [a, b, c])
    assert [None if g is None else float(g) for g in gradients] == [5.0, 10.0, None]
    assert calls == [5.0]


def test_recompute_grad_keeps_nothing_that_was_inside():
    inside = []

    @tf.recompute_grad
    def deep(x):
        hidden = tf.exp(x)
        inside.append(weakref.ref(hidden))
        return tf.sin(hidden)

    gc.disable()
    try:
        x = tf.Variable(np.array([0.1, 0.2]))
        with tf.GradientTape() as tape:
            y = deep(x)
        assert inside[0]() is None
        gradient = tape.gradient(y, x).numpy()
        assert len(inside) == 2
    finally:
        gc.enable()
    np.testing.assert_allclose(gradient, np.cos(np.exp(x.numpy())) * np.exp(x.numpy()), rtol=1e-15)


def test_recompute_grad_of_any_order_and_forwards():
    """TensorFlow's refuses both."""
    w, x = tf.Variable(0.5), tf.constant(0.3)
    f = tf.recompute_grad(lambda x: tf.sin(w * x * x))
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = f(x)
        by_x, by_w = inner.gradient(y, [x, w])
        total = by_x + by_w
    u = 0.5 * 0.09
    expected = (2 * 0.5 * np.cos(u) - (2 * 0.5 * 0.3) ** 2 * np.sin(u)
                + 2 * 0.3 * np.cos(u) - 0.09 * 2 * 0.5 * 0.3 * np.sin(u))
    assert float(outer.gradient(total, x)) == pytest.approx(expected, rel=1e-5)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as forward:
        y = f(x)
    assert float(forward.jvp(y)) == pytest.approx(2 * 0.5 * 0.3 * np.cos(u), rel=1e-6)


def test_recompute_inside_recompute():
    inner = tf.recompute_grad(tf.sin)
    outer = tf.recompute_grad(lambda x: inner(inner(x)))
    x = tf.Variable(0.7)
    with tf.GradientTape() as tape:
        y = outer(x)
    assert float(tape.gradient(y, x)) == pytest.approx(np.cos(np.sin(0.7)) * np.cos(0.7), rel=1e-6)


MISTAKES = {
    "no pair": (lambda x: x * 1.0, TypeError, "should return a pair"),
    "a pair of the wrong things": (lambda x: (x, x), TypeError, "should return a pair"),
    "too few": (lambda x: (x * 1.0, lambda g: []), ValueError, "expected to return 1 gradients, but returned 0"),
    "too many": (lambda x: (x * 1.0, lambda g: (g, g)), ValueError, "expected to return 1 gradients, but returned 2"),
    "another shape": (lambda x: (x * 1.0, lambda g: tf.reduce_sum(g)), ValueError, r"has shape \(\), but its argument"),
    "another dtype": (lambda x: (x * 1.0, lambda g: tf.cast(g, tf.float64)), ValueError, "float64"),
    "text": (lambda x: (x * 1.0, lambda g: "two"), ValueError, "two"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name):
    function, kind, words = MISTAKES[name]
    x = tf.Variable([1.0, 2.0])
    with pytest.raises(kind, match=words), tf.GradientTape() as tape:
        y = tf.custom_gradient(function)(x)
        tape.gradient(y, x)
    assert listening.now == []


def test_an_unnoticed_variable_is_told_at_the_call():
    v = tf.Variable(2.0, name="scale")
    with pytest.raises(TypeError, match="scale"):
        tf.custom_gradient(lambda x: (x * v, lambda g: g))(tf.constant(1.0))
    assert listening.now == []


def test_a_tensor_by_keyword_is_warned_about(caplog):
    f = tf.custom_gradient(lambda x, *, scale: (x * scale, lambda g: g * scale))
    f(tf.constant(1.0), scale=tf.constant(2.0))
    assert "no gradient flows to it" in caplog.text
