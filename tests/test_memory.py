"""What nobody can ask for any more is freed at once, and not when the garbage collector happens to come by."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import tapes as tf
from tapes import op


@pytest.fixture(autouse=True)
def no_garbage_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def refs(tensor):
    """Weak references to a tensor and to its array."""
    return weakref.ref(tensor), weakref.ref(tensor._array)


def gone(references):
    return all(reference() is None for reference in references)


def test_a_spent_tape_keeps_nothing():
    x = tf.Variable(np.ones(1000))
    with tf.GradientTape() as tape:
        hidden = tf.exp(x)
        loss = tf.reduce_sum(hidden * hidden)
    kept = refs(hidden)
    del hidden
    assert not gone(kept), "the tape needs it until gradient() is called"
    tape.gradient(loss, x)
    assert gone(kept)


def test_dropping_a_persistent_tape_frees_what_it_kept():
    x = tf.Variable(np.ones(1000))
    with tf.GradientTape(persistent=True) as tape:
        hidden = tf.exp(x)
        loss = tf.reduce_sum(hidden * hidden)
    kept = refs(hidden)
    del hidden
    tape.gradient(loss, x)
    assert not gone(kept), "a persistent tape can be asked again"
    del tape
    assert gone(kept)


def test_dropping_a_tape_that_was_never_asked_frees_what_it_kept():
    x = tf.Variable(np.ones(1000))
    with tf.GradientTape() as tape:
        hidden = tf.exp(x)
        loss = hidden * hidden
    kept = refs(hidden)
    del hidden
    del tape
    assert gone(kept)
    assert loss.shape == (1000,)


@pytest.mark.parametrize("persistent", [False, True])
def test_a_branch_that_leads_nowhere_is_freed_while_the_tape_still_records(persistent):
    x = tf.Variable(np.ones(1000))
    with tf.GradientTape(persistent=persistent) as tape:
        branch = tf.exp(x)
        end = tf.sin(branch)
        kept = refs(branch)
        before = len(tape.steps())
        del branch
        assert not gone(kept), "the end of the branch can still be a target"
        del end
        assert gone(kept)
        assert len(tape.steps()) < before
        loss = tf.reduce_sum(x * x)
    assert tape.gradient(loss, x).numpy().sum() == 2000


def test_reset_frees_what_was_recorded():
    x = tf.Variable(np.ones(1000))
    with tf.GradientTape() as tape:
        hidden = tf.exp(x)
        end = hidden * hidden
        kept = refs(hidden)
        del hidden
        assert not gone(kept)
        tape.reset()
        assert gone(kept)
    assert end.shape == (1000,)


def test_memory_falls_while_the_sweep_goes_on(monkeypatch):
    monkeypatch.setattr(op, "registry", {})
    alive, kept = [], []

    def rule(g, y, x):
        alive.append(sum(not gone(references) for references in kept))
        return g

    look = op.Op("look", lambda x: x + 0.0, [rule])
    x = tf.Variable(np.ones(1000))
    with tf.GradientTape() as tape:
        y = look(x)
        for _ in range(50):
            y = tf.exp(y * 0.0)
            kept.append(refs(y))
        y = look(y)
    tape.gradient(y, x)
    assert alive == [50, 0]


def test_a_gradient_can_be_taken_again_and_again_without_growing():
    x = tf.Variable(np.ones(1000))
    kept = []
    for _ in range(20):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.exp(x))
        kept.append(refs(tape.gradient(loss, x)))
    assert sum(not gone(references) for references in kept) == 0


def test_an_adjoint_that_grows_in_place_is_nobody_elses():
    a, b, w = (tf.constant(np.full(5, number)) for number in (1.0, 2.0, 3.0))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([a, b])
        u = a + b
        y = u + a + a + a
    for _ in range(2):
        by_a, by_b, by_u = tape.gradient(y, [a, b, u], output_gradients=w)
        assert np.all(by_a.numpy() == 12) and np.all(by_b.numpy() == 3) and np.all(by_u.numpy() == 3)
    assert np.all(w.numpy() == 3)


def test_the_adjoint_of_one_result_of_many_is_as_small_as_itself():
    rows, bundle = np.ones((4000, 3)), tf.parts.Parts(np.ones((4000, 3)))
    assert list(tf.parts.part.rules[0](rows[7], None, bundle, index=7)) == [7]


def test_the_settings_of_the_allocator_are_left_to_those_who_made_them(monkeypatch):
    monkeypatch.setenv("MALLOC_ARENA_MAX", "2")
    assert not tf.allocator.keep_freed_memory()
