"""A tape is read with a loop, so a computation may be as long as it likes: a recurrent network, a simulation."""

from __future__ import annotations

import time

import pytest

import tapes as tf

STEPS = 100_000


def chain(x):
    """x + 1 + 1 + ..., far longer than Python's recursion limit."""
    for _ in range(STEPS):
        x = x + 1.0
    return x


@pytest.mark.parametrize("persistent", [False, True])
def test_a_long_chain_has_a_gradient_and_can_be_freed(persistent):
    v = tf.Variable(3.0)
    with tf.GradientTape(persistent=persistent) as tape:
        y = chain(v) * v
    assert tape.gradient(y, v).numpy() == STEPS + 2 * 3.0
    del tape
    del y


def test_the_target_may_go_before_the_tape():
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = chain(v)
    del y
    assert len(tape.steps()) <= 1, "only the Variable is left"
    del tape


def test_the_tape_may_go_before_the_target():
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = chain(v)
    del tape
    assert y.numpy() == STEPS + 3.0


def test_a_long_chain_may_be_dropped_while_recording():
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        chain(v)
        assert len(tape.steps()) <= 1
        y = v * v
    assert tape.gradient(y, v).numpy() == 6.0


def test_a_long_chain_has_a_second_derivative():
    v = tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v * v * v
            for _ in range(STEPS // 20):
                y = y + 1.0
        slope = inner.gradient(y, v)
    assert slope.numpy() == 12.0
    assert outer.gradient(slope, v).numpy() == 12.0


@pytest.mark.parametrize("join", [lambda xs: tf.stack(xs), lambda xs: tf.concat(xs, 0), lambda xs: tf.add_n(xs)],
                         ids=["stack", "concat", "add_n"])
def test_many_inputs_take_time_in_proportion(join):
    def seconds(count):
        xs = [tf.constant([1.0]) for _ in range(count)]
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(xs)
            y = join(xs)
        start = time.thread_time()
        tape.gradient(y, xs)
        return time.thread_time() - start

    few, many = (min(seconds(count) for _ in range(5)) for count in (500, 8_000))
    assert many < 64 * few, "16 times the inputs would take 256 times the time if each rule took them all"
