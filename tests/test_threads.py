"""Which tapes listen is known to each thread and each `with` block alone: nothing leaks from one into another."""

from __future__ import annotations

import copy
import pickle
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tapes as tf
from tapes import op
from tapes.op import listening


def test_tapes_in_parallel_threads_do_not_mix():
    workers = 8
    together = threading.Barrier(workers, timeout=20)
    shared = tf.Variable(2.0)

    def work(number):
        x = tf.constant(float(number))
        for _ in range(50):
            together.wait()
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = shared * x
                together.wait()  # now every thread has a tape open
                for _ in range(20):
                    y = y * 1.0
                y = y + x * x
            if [float(g) for g in tape.gradient(y, [x, shared])] != [2.0 + 2.0 * number, number]:
                return f"wrong gradient in thread {number}"
            if listening.now:
                return "a tape was left listening"
        return ""

    with ThreadPoolExecutor(workers) as pool:
        assert list(pool.map(work, range(workers))) == [""] * workers


def test_what_another_thread_computes_is_not_recorded():
    v, found = tf.Variable(3.0), []
    with tf.GradientTape() as tape:
        other = threading.Thread(target=lambda: found.append(v * v))
        other.start()
        other.join()
    assert found[0].numpy() == 9.0
    assert tape.gradient(found[0], v) is None


def test_another_thread_may_ask_for_the_gradient():
    v, found = tf.Variable(3.0), []
    with tf.GradientTape() as tape:
        y = v * v
    other = threading.Thread(target=lambda: found.append(tape.gradient(y, v)))
    other.start()
    other.join()
    assert found[0].numpy() == 6.0


def test_an_exception_inside_the_block_closes_the_tape():
    v = tf.Variable(3.0)
    with pytest.raises(ZeroDivisionError), tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = v * v
        1 // 0  # noqa: B018
    assert listening.now == []
    v * v  # recorded by nobody
    assert inner.gradient(y, v).numpy() == 6.0
    assert outer.gradient(y, v).numpy() == 6.0


@pytest.mark.parametrize("persistent", [False, True])
@pytest.mark.parametrize("nested", [False, True])
def test_an_exception_inside_a_rule(monkeypatch, persistent, nested):
    monkeypatch.setattr(op, "registry", {})
    broken = [True]

    def rule(g, y, x):
        if broken[0]:
            raise ArithmeticError("this rule fails")
        return g

    fragile = op.Op("fragile", lambda x: x + 0.0, [rule])
    v = tf.Variable(3.0)
    with tf.GradientTape(persistent=persistent) as tape:
        y = fragile(v * v)
    with pytest.raises(ArithmeticError, match="this rule fails"):
        if nested:
            with tf.GradientTape():
                tape.gradient(y, v)
        else:
            tape.gradient(y, v)
    assert listening.now == []
    broken[0] = False
    if persistent:
        assert tape.gradient(y, v).numpy() == 6.0
    else:
        with pytest.raises(RuntimeError, match="A non-persistent GradientTape can only be used"):
            tape.gradient(y, v)


def test_tapes_may_be_left_in_any_order():
    v = tf.Variable(3.0)
    first, second = tf.GradientTape(), tf.GradientTape()
    first.__enter__()
    second.__enter__()
    y = v * v
    first.__exit__(None, None, None)
    z = y * v
    second.__exit__(None, None, None)
    assert listening.now == []
    assert second.gradient(z, v).numpy() == 27.0
    assert first.gradient(y, v).numpy() == 6.0


def test_a_gradient_inside_the_block_closes_the_tape_once():
    v = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v * v
            slope = inner.gradient(y, v)
        assert listening.now == [outer]
    assert listening.now == []
    assert outer.gradient(slope, v).numpy() == 2.0
    assert np.isfinite(float(y))


def test_two_programs_of_one_function_and_an_assignment_beside_them_lose_nothing():
    v, calls = tf.Variable(0, dtype=tf.int64), 200

    @tf.function
    def count(x):
        v.assign_add(1)
        return tf.exp(x)

    xs = [tf.zeros([30_000]), tf.zeros([30_001])]
    for x in xs:
        count(x)
    jobs = [*(lambda x=x: [count(x) for _ in range(calls)] for x in xs),
            lambda: [v.assign_add(1) for _ in range(20 * calls)]]
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    assert int(v) == 2 + 22 * calls


def test_a_call_from_within_a_call_has_memory_of_its_own():
    f = tf.function(lambda x: tf.exp(tf.exp(x * 2.0) + tf.exp(x)))
    x, found = tf.constant(np.linspace(0.0, 1.0, 5000)), []
    f(x)
    expected = f(x).numpy()

    def handler(kind, flag):
        if not found:
            found.append(f(x).numpy())

    before = np.seterrcall(handler)
    try:
        with np.errstate(over="call"):
            outer = f(x * 1000.0).numpy()
    finally:
        np.seterrcall(before)
    np.testing.assert_array_equal(found[0], expected)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(outer, f(x * 1000.0).numpy())


def test_a_copied_variable_has_a_lock_of_its_own():
    v = tf.Variable(1.0)
    for other in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert other._lock is not v._lock and float(other.assign_add(1.0)) == 2.0
