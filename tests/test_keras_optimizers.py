"""Every optimizer and schedule beside Keras': ten steps in double precision, the same weights to the last digits."""

from __future__ import annotations

import logging

import numpy as np
import pytest

import tapes
from comparisons.train.keras import floats
from tapes import keras

tensorflow = pytest.importorskip("tensorflow", reason="pip install tensorflow")

OPTIMIZERS = {
    "sgd": lambda o: o.SGD(0.1),
    "sgd by default": lambda o: o.SGD(),
    "momentum": lambda o: o.SGD(0.1, momentum=0.9),
    "nesterov": lambda o: o.SGD(0.1, momentum=0.9, nesterov=True),
    "adam": lambda o: o.Adam(),
    "adam of other settings": lambda o: o.Adam(0.05, beta_1=0.8, beta_2=0.9, epsilon=0.01),
    "amsgrad": lambda o: o.Adam(0.05, amsgrad=True),
    "rmsprop": lambda o: o.RMSprop(),
    "rmsprop with all": lambda o: o.RMSprop(0.05, rho=0.8, momentum=0.5, centered=True),
    "adagrad": lambda o: o.Adagrad(0.1),
    "weight decay": lambda o: o.Adam(0.1, weight_decay=0.01),
    "clipvalue": lambda o: o.SGD(0.1, clipvalue=0.3),
    "clipnorm": lambda o: o.SGD(0.1, clipnorm=0.5),
    "global_clipnorm": lambda o: o.SGD(0.1, global_clipnorm=0.5),
    "exponential": lambda o: o.SGD(o.schedules.ExponentialDecay(0.1, 3, 0.5)),
    "exponential staircase": lambda o: o.SGD(o.schedules.ExponentialDecay(0.1, 3, 0.5, staircase=True)),
    "inverse time": lambda o: o.SGD(o.schedules.InverseTimeDecay(0.1, 3, 0.5)),
    "polynomial": lambda o: o.SGD(o.schedules.PolynomialDecay(0.1, 5, power=2.0)),
    "polynomial cycle": lambda o: o.SGD(o.schedules.PolynomialDecay(0.1, 3, cycle=True)),
    "cosine": lambda o: o.SGD(o.schedules.CosineDecay(0.1, 6, alpha=0.1)),
    "cosine with warmup": lambda o: o.SGD(o.schedules.CosineDecay(0.01, 6, warmup_target=0.1, warmup_steps=3)),
    "piecewise": lambda o: o.SGD(o.schedules.PiecewiseConstantDecay([2, 5], [0.1, 0.05, 0.01])),
}


@pytest.fixture
def float64():
    with floats(tapes, "float64"), floats(tensorflow, "float64"):
        yield


def _trained(tf, optimizer, traced):
    """The weights after each of ten steps, and what the optimizer keeps."""
    a, b = tf.Variable([[1.0, -2.0]], dtype=tf.float64, name="a"), tf.Variable([0.5], dtype=tf.float64, name="b")
    seen = []
    optimizer.build([a, b])

    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(a) * a) + tf.reduce_sum(tf.exp(b) * b)
        optimizer.apply_gradients(zip(tape.gradient(loss, [a, b]), [a, b]))

    step = tf.function(step) if traced else step
    for _ in range(10):
        step()
        seen.append(np.concatenate([np.asarray(a).ravel(), np.asarray(b)]))
    return np.array(seen), sorted(np.asarray(v).sum() for v in optimizer.variables)


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_ten_steps(name, traced, float64):
    make = OPTIMIZERS[name]
    mine, kept = _trained(tapes, make(keras.optimizers), traced)
    other, theirs = _trained(tensorflow, make(tensorflow.keras.optimizers), traced=False)
    assert np.isfinite(mine).all() and np.ptp(mine, axis=0).min() > 0
    np.testing.assert_allclose(mine, other, rtol=1e-12)
    np.testing.assert_allclose(kept, theirs, rtol=1e-12)


def test_pairs_the_wrong_way_round():
    w = tapes.Variable(1.0, name="w")
    with pytest.raises(TypeError, match=r"pairs are \(gradient, variable\).*'w:0'"):
        keras.optimizers.SGD().apply_gradients(zip([w], [tapes.constant(1.0)]))
    assert float(w) == 1.0


def test_two_variables_as_a_pair_the_second_is_changed():
    v, w = tapes.Variable(1.0), tapes.Variable(1.0)
    keras.optimizers.SGD(0.5).apply_gradients([(v, w)])
    assert float(w) == 0.5


def test_gradients_that_are_none(caplog):
    v, w = tapes.Variable(1.0, name="v"), tapes.Variable(1.0, name="w")
    with pytest.raises(ValueError, match=r"No gradients provided for any variable.*'v:0'.*why_none"):
        keras.optimizers.SGD().apply_gradients([(None, v)])
    with caplog.at_level(logging.WARNING):
        keras.optimizers.SGD(0.5).apply_gradients([(None, v), (tapes.constant(1.0), w)])
    assert "v:0" in caplog.text and "why_none" in caplog.text
    assert (float(v), float(w)) == (1.0, 0.5)


@pytest.mark.parametrize(("pairs", "message"), [
    ([], "the list of pairs is empty"),
    ([(1.0, tapes.constant(1.0))], "must be a Variable"),
    ([(tapes.constant([1.0]), tapes.Variable(1.0))], r"has shape \(1,\), but the Variable has shape \(\)"),
])
def test_bad_pairs(pairs, message):
    with pytest.raises((TypeError, ValueError), match=message):
        keras.optimizers.SGD().apply_gradients(pairs)


def test_one_bad_pair_changes_nothing():
    v, w = tapes.Variable(1.0), tapes.Variable(1.0)
    optimizer = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="has shape"):
        optimizer.apply_gradients([(tapes.constant(1.0), v), (tapes.constant([1.0, 2.0]), w)])
    assert float(v) == float(w) == 1.0 and int(optimizer.iterations) == 0


def test_learning_rate_can_be_changed():
    w = tapes.Variable(1.0)
    optimizer = keras.optimizers.SGD(0.1)

    @tapes.function
    def step():
        optimizer.apply_gradients([(tapes.constant(1.0), w)])

    step()
    step()
    optimizer.learning_rate = 0.5
    step()
    assert float(w) == pytest.approx(0.3)
    assert step.experimental_get_tracing_count() <= 2


@pytest.mark.parametrize(("settings", "message"), [({"lr": 0.1}, "Adam has no setting 'lr': the learning rate is"),
                                                   ({"use_ema": True}, "Adam has no setting 'use_ema'")])
def test_settings_that_are_not_here(settings, message):
    with pytest.raises(TypeError, match=message):
        keras.optimizers.Adam(**settings)


def test_rows_that_are_gathered_several_times():
    """Keras squares the parts of a gradient that is IndexedSlices; the sum of them is what a step is for."""
    def moved(tf):
        v = tf.Variable([[1.0], [1.0]])
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(tf.gather(v, [0, 0, 0, 0]))
        tf.keras.optimizers.Adam(0.1).apply_gradients([(tape.gradient(y, v), v)])
        return np.asarray(v).ravel()

    np.testing.assert_allclose(moved(tapes), [0.9, 1.0], rtol=1e-5)
    np.testing.assert_allclose(moved(tensorflow), [0.8, 1.0], rtol=1e-5)
