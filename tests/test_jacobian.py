"""A Jacobian is one gradient for each entry of the target, however it is computed: all at once, forwards, in blocks."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.quiet import quiet
from comparisons.ops.samples import BOOKKEEPING, samples
from tapes import jacobian as module
from tapes.batching import Batched, many_at_once
from tapes.op import registry
from tapes.parts import Parts, results

CALLS = [(call, output) for name, op in registry.items() if name not in BOOKKEEPING for call in samples(op)
         if call.places for output in call.outputs]


def called(case):
    call, output = case
    return f"{call.op.name}-{call.label}"[:60] + (f"[{output}]" if output else "")


def record(call, output):
    xs = [tf.constant(x) for x in call.at("float64")]
    watched = [xs[place] for place in call.places]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(watched)
        y = call.op(*xs, **call.params)
        y = results(y)[output] if isinstance(y._array, Parts) else y
    return tape, y, watched


def one_by_one(tape, y, watched):
    """The definition: the gradient of each entry."""
    rows = []
    for entry in np.ndindex(*y.shape):
        unit = np.zeros(y.shape, y.numpy().dtype)
        unit[entry] = 1
        rows.append(tape.gradient(y, watched, output_gradients=tf.constant(unit)))
    return [None if not rows or rows[0][i] is None else np.stack([row[i].numpy() for row in rows]).reshape(
        (*y.shape, *x.shape)) for i, x in enumerate(watched)]


def same(found, expected):
    assert (found is None) == (expected is None)
    if expected is not None:
        assert found.shape == expected.shape and found.numpy().dtype == expected.dtype
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("case", CALLS, ids=called)
def test_it_is_the_gradient_of_each_entry(case):
    with quiet():
        tape, y, watched = record(*case)
        if not y.numpy().size:
            assert all(j is None or j.shape == (*y.shape, *x.shape) for j, x in zip(tape.jacobian(y, watched), watched))
            return
        for found, expected in zip(tape.jacobian(y, watched), one_by_one(tape, y, watched), strict=True):
            same(found, expected)


def runs_forwards(call, output):
    """Complex numbers, changes of precision and nothing at all are computed backwards in any case."""
    y = call.op.forward(*call.inputs, **call.params)
    y = y[output] if isinstance(y, Parts) else y
    return y.size and all(x.size and x.dtype == y.dtype for x in (call.inputs[place] for place in call.places)) and (
        not call.is_complex)


@pytest.mark.parametrize("case", [case for case in CALLS if runs_forwards(*case)], ids=called)
def test_forwards_gives_the_same(case, monkeypatch):
    with quiet():
        tape, y, watched = record(*case)
        expected = tape.jacobian(y, watched)
        monkeypatch.setattr(module, "_shorter_forwards", lambda *_: True)
        for found, reference in zip(tape.jacobian(y, watched), expected, strict=True):
            same(found, None if reference is None else reference.numpy())


@pytest.mark.parametrize("name", [name for name, op in registry.items() if op.lift and name not in BOOKKEEPING])
def test_a_lift_is_the_op_on_each(name):
    """Where a row says how it is applied to many at once, that is what a loop gives."""
    op = registry[name]
    rng = np.random.default_rng(0)
    for call in samples(op):
        places = [i for i, x in enumerate(call.inputs) if x.dtype.kind in "fc"]
        for moving in [places, *([[i] for i in places] if len(places) > 1 else [])]:
            wholes = {i: np.stack([call.inputs[i], call.inputs[i] * rng.uniform(0.9, 1.0)]) for i in moving}
            with quiet(), many_at_once():
                if not wholes:
                    continue
                found = op(*(Batched(wholes[i]) if i in wholes else x for i, x in enumerate(call.inputs)),
                           **call.params)
            for row in range(2):
                each = op.forward(*(wholes[i][row] if i in wholes else x for i, x in enumerate(call.inputs)),
                                  **call.params)
                np.testing.assert_allclose(found.whole[row], each, rtol=1e-12, atol=1e-14)


def test_in_blocks(monkeypatch):
    x = tf.Variable(np.arange(1.0, 8.0))
    with tf.GradientTape(persistent=True) as tape:
        y = tf.cumsum(tf.sin(x)) * x
    whole = tape.jacobian(y, x).numpy()
    monkeypatch.setattr(module, "_AT_ONCE", 20)  # two rows a block
    np.testing.assert_array_equal(tape.jacobian(y, x).numpy(), whole)
    monkeypatch.setattr(module, "_shorter_forwards", lambda *_: True)
    np.testing.assert_allclose(tape.jacobian(y, x).numpy(), whole, rtol=1e-14)


def test_it_is_itself_differentiable():
    """A tensor of third derivatives: the Jacobian of a Jacobian of a gradient of sum(x^4)."""
    x = tf.Variable(np.array([1.0, 2.0]))
    with tf.GradientTape() as third, tf.GradientTape() as second:
        with tf.GradientTape() as first:
            y = tf.reduce_sum(x**4)
        gradient = first.gradient(y, x)
        hessian = second.jacobian(gradient, x)
    found = third.jacobian(hessian, x).numpy()
    expected = np.zeros((2, 2, 2))
    expected[0, 0, 0], expected[1, 1, 1] = 24.0, 48.0
    np.testing.assert_allclose(found, expected)


def test_a_custom_gradient_is_asked_for_one_adjoint_at_a_time():
    seen = []

    @tf.custom_gradient
    def f(x):
        def grad(upstream):
            seen.append(upstream.shape)
            return upstream * float(tf.reduce_sum(x))  # float() would not work on many at once
        return x * 1.0, grad

    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = f(x)
    np.testing.assert_array_equal(tape.jacobian(y, x), 6.0 * np.eye(3))
    assert seen == [(3,)] * 3


@pytest.mark.parametrize("recorded", [False, True])
def test_batches(recorded):
    rng = np.random.default_rng(0)
    w, x = tf.constant(rng.normal(size=(3, 4))), tf.Variable(rng.normal(size=(5, 3)))
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as tape:
            y = tf.tanh(x @ w)
        found = tape.batch_jacobian(y, x) if recorded else None
    if not recorded:
        with tf.GradientTape() as tape:
            y = tf.tanh(x @ w)
        found = tape.batch_jacobian(y, x)
    expected = (1 - y.numpy() ** 2)[:, :, None] * w.numpy().T[None]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)
    if recorded:
        slope = outer.gradient(found, x).numpy()
        t = y.numpy()
        np.testing.assert_allclose(slope, ((-2 * t * (1 - t**2)) * w.numpy().sum(0)) @ w.numpy().T, rtol=1e-10)


def test_an_exception_in_the_sweep_leaves_nothing_switched_on():
    @tf.custom_gradient
    def broken(x):
        def grad(upstream):
            raise RuntimeError("inside")
        return x * 1.0, grad

    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = broken(x)
    with pytest.raises(RuntimeError, match="inside"):
        tape.jacobian(y, x)
    with tf.GradientTape() as tape:
        y = x * x
    np.testing.assert_array_equal(tape.gradient(y, x), [2.0, 4.0])


def test_an_empty_source():
    x, nothing = tf.Variable([2.0]), tf.Variable(np.zeros(0, np.float32))
    with tf.GradientTape() as tape:
        y = tf.concat([tf.tile(x, [10]), nothing], 0)
    by_x, by_nothing = tape.jacobian(y, [x, nothing])
    assert by_x.shape == (10, 1) and by_nothing.shape == (10, 0)


def test_a_network_of_convolutions_is_one_sweep(monkeypatch):
    """No convolution is run once for each entry of the result."""
    rng = np.random.default_rng(0)
    image, weights = (tf.Variable(rng.normal(size=shape)) for shape in ((2, 5, 5, 2), (3, 3, 2, 4)))
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(tf.nn.conv2d(tf.tanh(tf.nn.conv2d(image, weights, 1, "SAME")), weights[:, :, :1], 2, "VALID"),
                          axis=[1, 2])
    expected = one_by_one(tape, y, [image, weights])

    def loop(*_):
        raise AssertionError("a loop")

    monkeypatch.setattr("tapes.batching.looped", loop)
    for found, reference in zip(tape.jacobian(y, [image, weights]), expected, strict=True):
        same(found, reference)
