"""A function that brings its own gradient: the tape believes it, and checks only that it fits."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import tapes as tf
from tapes.op import listening, registry
from tapes.rules import elementwise


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


def _two_uses(wrap, body):
    """The gradients through two calls, when everything is assigned to in between and afterwards."""
    w, counter, x = _fresh()
    tf.random.set_seed(3)
    f = wrap(lambda x: body(w, counter) * x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
        w.assign_add(1.0)
        z = f(y)
    w.assign(50.0)
    gradients = tape.gradient(z, [x, w])
    after = [float(w), float(counter), float(tf.random.uniform([])), float(tf.random.uniform([], seed=7))]
    return [float(z), *(g if g is None else float(g) for g in gradients), *after]


def _fresh():
    return tf.Variable(3.0), tf.Variable(0.5, trainable=False), tf.constant(2.0)


def _counted(w, counter):
    counter.assign_add(1.0)
    return counter * w


def _set(w, counter):
    counter.assign(7.0)
    return counter * w


BODIES = {
    "reads": lambda w, counter: w * w,
    "counts": _counted,
    "sets": _set,
    "draws": lambda w, counter: w * tf.random.uniform([]) * tf.random.uniform([], seed=7),
    "drops": lambda w, counter: w * tf.reduce_sum(tf.nn.dropout(tf.ones([9]), 0.5)),
}


@pytest.mark.parametrize("body", BODIES)
def test_what_is_recomputed_is_what_was_computed(body):
    """TensorFlow's finds what the Variables hold now, and draws other numbers."""
    assert _two_uses(tf.recompute_grad, BODIES[body]) == _two_uses(lambda f: f, BODIES[body])


def test_recompute_grad_in_a_function():
    """It is the function itself there: the program decides what to keep."""
    w = tf.Variable(3.0)

    def step(f):
        def run(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x)
            w.assign_add(1.0)
            return [y, *tape.gradient(y, [x, w])]

        return run

    def cube(x):
        return w * x**3

    x = tf.constant(2.0)
    expected = [list(map(float, step(cube)(x))) for _ in range(3)]
    w.assign(3.0)
    traced = tf.function(step(tf.recompute_grad(cube)))
    assert [list(map(float, traced(x))) for _ in range(3)] == expected


def test_forward_mode_warns_of_a_gradient_that_leaves_the_tape(caplog):
    @tf.custom_gradient
    def sine(x):
        return tf.sin(x), lambda upstream: tf.constant(upstream.numpy() * np.cos(x.numpy()))

    @tf.custom_gradient
    def clipped(x):
        return tf.sin(x), lambda upstream: tf.clip_by_value(upstream * tf.cos(x), -0.1, 0.1)

    x = tf.constant([1.0, 0.5])
    for f, expected in ((sine, None), (clipped, [0.0, 0.0])):
        caplog.clear()
        with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 1.0])) as forward:
            y = f(x)
        tangent = forward.jvp(y)
        assert (tangent if tangent is None else tangent.numpy().tolist()) == expected
        assert f"gradient function of {f.__name__}" in caplog.text and "linear" in caplog.text


def test_forward_mode_does_not_warn_of_a_linear_gradient(caplog):
    @tf.custom_gradient
    def product(x, y):
        return (x * y, x + y), lambda u, v: (u * y + v, u * x * 5.0 + v)

    for dtype in (tf.float16, tf.float32, tf.float64, tf.complex128):
        x, y = (tf.cast(tf.constant(values), dtype) for values in ([1.0, 0.5, -3.0], [0.1, 7.0, 3.0]))
        with tf.autodiff.ForwardAccumulator([x, y], [tf.ones_like(x), y]) as forward:
            product_, total = product(x, y)
        np.testing.assert_allclose(forward.jvp(product_), (y + x * 5 * y).numpy(), rtol=1e-2)
        np.testing.assert_allclose(forward.jvp(total), (1 + y).numpy(), rtol=1e-2)
    assert not caplog.text


def test_a_rule_may_call_public_functions():
    """They give tensors, also where the rules are handed plain arrays: nobody should have to know."""
    swish = elementwise("swish of one's own", lambda x: x / (1 + np.exp(-x)),
                        lambda y, x: tf.sigmoid(x) * (1 + x * (1 - tf.sigmoid(x))))
    del registry[swish.name]
    x = tf.Variable(np.array([0.5, -1.0]))
    with tf.GradientTape(persistent=True) as tape:
        for y, same in ((swish(x), tf.nn.silu(x)), (tf.sin(swish(tf.exp(x)) + x), tf.sin(tf.nn.silu(tf.exp(x)) + x))):
            np.testing.assert_allclose(tape.gradient(y, x).numpy(), tape.gradient(same, x).numpy(), rtol=1e-14)
    with tf.GradientTape() as tape:
        y = swish(x)
    assert all(isinstance(dx, np.ndarray) for dx in tape.adjoints(y).values())
    assert isinstance(tape.gradient(y, x), tf.Tensor)
