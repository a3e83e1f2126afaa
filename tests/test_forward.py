"""A tangent travels beside each value: forward mode is the reverse of the reverse, on its own and nested with tapes."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import tapes as tf
from tapes.autodiff import ForwardAccumulator
from tapes.op import listening
from tapes.ops.elementwise import tanh

X = np.array([0.3, -0.8, 1.1])
V = np.array([1.0, -2.0, 0.5])


def along(f, x=X, v=V, h=1e-6):
    """The directional derivative by central differences."""
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


FUNCTIONS = {
    "a chain": (lambda tf, x: tf.exp(tf.sin(x) * x), lambda x: np.exp(np.sin(x) * x)),
    "softmax": (lambda tf, x: tf.nn.softmax(x), lambda x: np.exp(x) / np.exp(x).sum()),
    "a product of matrices": (lambda tf, x: tf.matmul(x[:, None], x[None, :]), lambda x: np.outer(x, x)),
    "the largest": (lambda tf, x: tf.reduce_max(x), np.max),
    "broadcasting": (lambda tf, x: x[:, None] * 2.0 + x, lambda x: x[:, None] * 2.0 + x),
    "indexing": (lambda tf, x: tf.gather(x, [0, 0, 2])[::-1], lambda x: x[[0, 0, 2]][::-1]),
    "joined with a constant": (lambda tf, x: tf.concat([x, tf.ones(2, tf.float64)], 0), lambda x: np.append(x, [1, 1])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_tangent_is_the_directional_derivative(name):
    ours, numpys = FUNCTIONS[name]
    x = tf.constant(X)
    with ForwardAccumulator(x, tf.constant(V)) as forward:
        y = ours(tf, x)
    np.testing.assert_allclose(forward.jvp(y).numpy(), along(numpys), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("first", ["tape", "accumulator"])
@pytest.mark.parametrize("second", ["tape", "accumulator"])
@pytest.mark.parametrize("third", ["tape", "accumulator"])
def test_third_derivatives_by_all_nestings(first, second, third):
    """d^3/dx^3 of exp(2 x) sin(x), each order by a tape or by an accumulator, the first innermost."""
    x = tf.constant(0.7, tf.float64)

    def derivative(f, mode):
        def slope():
            if mode == "tape":
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    y = f()
                return tape.gradient(y, x)
            with ForwardAccumulator(x, tf.constant(1.0, tf.float64)) as forward:
                y = f()
                return forward.jvp(y)
        return slope

    f = derivative(derivative(derivative(lambda: tf.exp(2.0 * x) * tf.sin(x), first), second), third)
    # Im (2 + i)^3 e^((2 + i) x)
    np.testing.assert_allclose(float(f()), ((2 + 1j) ** 3 * np.exp((2 + 1j) * 0.7)).imag, rtol=1e-13)


def test_a_wrong_partial_is_wrong_forwards_too(monkeypatch):
    """Both directions follow from one partial derivative: so each must be held against something else."""
    x = tf.constant(X)
    monkeypatch.setattr(tanh, "push", [lambda dx, y, x: dx * (1.0 - y * y) * 1.001])
    with ForwardAccumulator(x, tf.constant(V)) as forward:
        y = tf.tanh(x)
    assert not np.allclose(forward.jvp(y).numpy(), along(np.tanh), rtol=1e-6)


def test_custom_gradients_are_honoured():
    """TensorFlow's accumulator looks inside the function, and gives 2 x."""
    @tf.custom_gradient
    def square(x):
        return x * x, lambda upstream: 10.0 * upstream

    x = tf.constant(3.0)
    with ForwardAccumulator(x, tf.constant(2.0)) as forward:
        y = square(x)
    assert float(forward.jvp(y)) == 20.0


def test_tangents_die_with_their_tensors():
    x = tf.constant(np.ones(1000))
    with ForwardAccumulator(x, x * 2.0) as forward:
        y = tf.sin(x)
        z = tf.exp(y)
    tangent = weakref.ref(forward.jvp(y))
    assert tangent() is not None
    del y
    gc.collect()
    assert tangent() is None
    assert forward.jvp(z) is not None


def test_an_accumulator_is_freed_without_the_garbage_collector():
    gc.disable()
    try:
        x = tf.constant(1.0)
        with ForwardAccumulator(x, tf.constant(1.0)) as forward:
            y = tf.sin(x)
        gone = weakref.ref(forward)
        del forward
        assert gone() is None
        assert float(y) == pytest.approx(np.sin(1.0))
    finally:
        gc.enable()


def test_an_exception_leaves_nobody_listening():
    x = tf.constant(1.0)
    with pytest.raises(ZeroDivisionError), ForwardAccumulator(x, tf.constant(1.0)), tf.GradientTape():
        raise ZeroDivisionError
    assert listening.now == []


def test_an_exception_in_a_rule_leaves_the_listeners_as_they_were():
    @tf.custom_gradient
    def broken(x):
        def grad(upstream):
            raise RuntimeError("inside")
        return x * 1.0, grad

    x = tf.constant(1.0)
    with tf.GradientTape() as tape, ForwardAccumulator(x, tf.constant(1.0)) as forward:
        before = list(listening.now)
        with pytest.raises(RuntimeError, match="inside"):
            broken(x)
        assert listening.now == before
        tape.watch(x)
        y = tf.sin(x)
    assert float(forward.jvp(y)) == float(tape.gradient(y, x))


def test_accumulators_in_threads_do_not_mix():
    results = {}

    def work(slope):
        x = tf.constant(2.0)
        with ForwardAccumulator(x, tf.constant(slope)) as forward:
            y = x
            for _ in range(200):
                y = y * 1.0 + x
        results[slope] = float(forward.jvp(y))

    threads = [threading.Thread(target=work, args=(float(slope),)) for slope in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {float(slope): 201.0 * slope for slope in range(1, 9)}


@pytest.mark.parametrize("outside", ["tape", "accumulator"])
def test_custom_gradients_go_forwards_under_others(outside):
    """Second derivative of x^3 at 2, the rule of the first brought by the function itself."""
    @tf.custom_gradient
    def cube(x, n):
        return x**3, lambda upstream: (upstream * 3.0 * x * x, None)

    x, one = tf.constant(2.0), tf.constant(1.0)
    with tf.GradientTape() if outside == "tape" else ForwardAccumulator(x, one) as outer:
        if outside == "tape":
            outer.watch(x)
        with ForwardAccumulator(x, one) as inner:
            y = cube(x, 3)
        slope = inner.jvp(y)
    assert float(slope) == 12.0
    assert float(outer.gradient(slope, x) if outside == "tape" else outer.jvp(slope)) == 12.0


def test_a_tape_that_pauses_stays_where_it_stood():
    x = tf.constant(2.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with ForwardAccumulator(x, tf.constant(1.0)) as forward:
            with outer.stop_recording():
                pass
            y = x**3
    assert float(outer.gradient(forward.jvp(y), x)) == 12.0


@pytest.mark.parametrize(("tangent", "message"), [
    ([1.0, 0.0], r"A Python list is one of several tangents: wrap .* in tapes\.constant"),
    (tf.constant([1.0, 0.0], tf.float64), r"bring both to one dtype, tapes\.cast\(tangent, tapes\.float32\)"),
    (tf.constant([1.0]), "a direction has a number for each of its entries")])
def test_what_is_no_direction(tangent, message):
    with pytest.raises(ValueError, match=message):
        tf.autodiff.ForwardAccumulator(tf.constant([1.0, 2.0]), tangent)
