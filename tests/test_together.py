"""The slopes of a recurrent network are computed at once: to the last bit the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import tapes as tf
from tapes.graph import passes
from tapes.graph.passes import together

STEPS = 12
rng = np.random.default_rng(0)
W = tf.Variable(rng.normal(size=(3, 3)).astype(np.float32), name="W")
x = tf.constant(rng.normal(size=(4, 3)).astype(np.float32))


def recurrent(x, steps=STEPS):
    with tf.GradientTape() as tape:
        tape.watch(x)
        h = x
        for _ in range(steps):
            h = tf.tanh(h @ W)
        loss = tf.reduce_sum(h)
    return loss, tape.gradient(loss, x)


def check(f=recurrent):
    g = tf.function(f)
    g(x)
    for one, other in zip(f(x), g(x), strict=True):
        np.testing.assert_array_equal(other.numpy(), one.numpy())
    return g.source()


def test_all_at_once():
    assert check().count("np.cosh") == 1


def test_few_are_left_alone():
    assert check(lambda x: recurrent(x, together.FEWEST - 1)).count("np.cosh") == together.FEWEST - 1


def test_large_arrays_are_left_alone(monkeypatch):
    monkeypatch.setattr(together, "SMALL", 11)
    assert check().count("np.cosh") == STEPS


def test_what_needs_the_one_before_is_done_one_after_the_other():
    def chain(x):
        for _ in range(STEPS):
            x = tf.sigmoid(x)
        return (x,)

    assert check(chain).count("np.exp") == STEPS


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setattr(passes, "off", {"together"})
    assert check().count("np.cosh") == STEPS


def test_a_wrong_slice_is_noticed(monkeypatch):
    right = together._sliced

    def wrong(group):
        *others, last = right(group)
        return [*others, [replace(step, params={"index": (0,)}) for step in last]]

    monkeypatch.setattr(together, "_sliced", wrong)
    with pytest.raises(AssertionError):
        check()
