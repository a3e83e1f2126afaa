"""Long arrays are gone through block by block: the same numbers, and the text says how."""

from __future__ import annotations

import math
import os
import re
import sys
import threading

import numpy as np
import pytest

import tapes as tf
from tapes import config
from tapes.graph import passes, sharing, source
from tapes.graph.passes import blocks

N = 300_000
rng = np.random.default_rng(0)
x, t = (tf.constant(rng.normal(size=N).astype(np.float32)) for _ in range(2))
rows = tf.constant(rng.normal(size=(20_000, 20)).astype(np.float32))


@pytest.fixture(autouse=True)
def loops_of_short_arrays(monkeypatch):
    """Else arrays for which a loop is worth its while would make these tests slow."""
    monkeypatch.setattr(blocks, "BYTES", 1 << 19)
    monkeypatch.setattr(blocks, "WORK", 0)


def line(x, t, W, b):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(W * x + b - t))
    return loss, tape.gradient(loss, [W, b])


def chain(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for _ in range(3):
            y = 1.0 - tf.square(tf.tanh(y * 1.1 + 0.3))
        loss = tf.reduce_sum(y)
    return y, loss, tape.gradient(loss, x)


def softmax(rows, bias):
    """Sums along each row, and a bias that collects over all of them."""
    with tf.GradientTape() as tape:
        powers = tf.exp(rows + bias)
        shares = powers / tf.reduce_sum(powers, axis=1, keepdims=True)
        loss = tf.reduce_mean(tf.square(shares), axis=0)
    return shares, loss, tape.gradient(loss, bias)


def two_lengths(x, rows):
    return tf.reduce_sum(tf.sin(x) * 2.0), tf.reduce_sum(tf.exp(rows) * 3.0, axis=0), tf.reduce_max(tf.sin(x) * x)


def with_a_sum_before(x):
    """The mean is needed before anything is known of the difference: two loops."""
    centred = x * 2.0 - tf.reduce_mean(x * 2.0)
    return tf.reduce_mean(tf.square(centred)), centred


PROGRAMS = {
    "line": (line, (x, t, tf.Variable(3.0, name="W"), tf.Variable(1.0, name="b")), 1),
    "chain": (chain, (x,), 1),
    "softmax": (softmax, (rows, tf.Variable(tf.zeros([20]), name="bias")), 1),
    "two lengths": (two_lengths, (x, rows), 2),
    "with a sum before": (with_a_sum_before, (x,), 2),
}


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_numbers(name, threads):
    program, given, loops = PROGRAMS[name]
    config.threading.set_intra_op_parallelism_threads(threads)
    try:
        f = tf.function(program)
        f(*given)
        assert f.source().count("    each(") == loops
        for _ in range(2):
            for one, other in zip(*(tf.nest.flatten(each(*given)) for each in (program, f)), strict=True):
                assert one.shape == other.shape and one.dtype == other.dtype
                scale = np.abs(one.numpy()).max()  # entry by entry all is the same; sums are rounded elsewhere
                tight = 0 if name == "chain" and one.shape else 1e-5
                np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=0, atol=tight * scale)
    finally:
        config.threading.set_intra_op_parallelism_threads(0)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_text_runs_by_itself(name):
    program, given, _ = PROGRAMS[name]
    f = tf.function(program)
    f(*given)
    expected = f(*given)
    space = {"constants": f.constants()}
    exec(f.source(), space)
    results, effects = space[program.__name__](*(np.asarray(each) for each in given))
    assert effects == ()
    for one, other in zip(results, tf.nest.flatten(expected), strict=True):
        np.testing.assert_array_equal(one, other.numpy())


def test_sums_are_as_good_as_numpys():
    f = tf.function(lambda x: tf.reduce_sum(x * 1.0 + 0.1))
    ones = tf.ones([1_000_000])
    exact = 1_000_000 * float(np.float32(1.0) + np.float32(0.1))
    f(ones)
    assert "each(" in f.source()
    assert abs(float(f(ones)) - exact) <= 2 * np.spacing(np.float32(exact))


def products(x, t):
    return tf.reduce_sum(x * t), tf.reduce_mean(tf.square(x)), tf.reduce_sum(x + 2.0)


def test_sums_of_products_need_no_array_of_products():
    f = tf.function(products)
    f(x, t)
    text = f.source()
    assert "dot(x[part], t[part])" in text and "dot(x[part], x[part])" in text and text.count(".sum()") == 1


def slopes(x, t):
    """Of a mean squared error: what is summed up has a factor."""
    scaled = (x - t) * 1e-3
    return tf.reduce_sum(scaled), tf.reduce_sum(scaled * x), tf.reduce_mean(2.0 * t)


def test_a_factor_stays_outside_of_the_sums():
    f = tf.function(slopes)
    f(x, t)
    text = f.source()
    assert ", 0.001)" in text and "dot(" in text and "total(t[part], 2.0)" in text
    assert not [line for line in text.splitlines() if "np.multiply(" in line], text
    for one, other in zip(slopes(x, t), f(x, t), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-5)


@pytest.mark.parametrize("program", [
    lambda x, t: tf.reduce_sum(x * 1e-3 * (x * 1e-3)),
    lambda x, t: tf.reduce_sum(tf.square(x * 1e-3)),
    lambda x, t: (tf.reduce_sum(x * 1e-3), x * 1e-3),
    lambda x, t: (tf.reduce_sum(x * 1e-3), tf.reduce_sum(tf.exp(x * 1e-3))),
    lambda x, t: tf.reduce_sum(x * 1e-3 * (t * 1e3)),
    lambda x, t: (tf.reduce_sum(x * 1e-3, axis=-1), tf.reduce_sum(tf.reshape(x, [-1, 4]) * 1e-3, axis=0)),
    lambda x, t: tf.reduce_sum(x * np.inf), lambda x, t: tf.reduce_sum(x * -0.0)])
def test_a_factor_that_is_needed_elsewhere_or_is_none(program):
    f = tf.function(program)
    f(x, t)
    for one, other in zip(*(tf.nest.flatten(each(x * x, t * t)) for each in (program, f)), strict=True):
        np.testing.assert_allclose(other, one, rtol=3e-5)  # NumPy adds up a column one after the other


def test_a_sum_that_is_too_large_without_its_factor():
    f = tf.function(lambda x, t: (tf.reduce_sum(x * 1e-9), tf.reduce_sum(x * 1e-9 * t)))
    f(x, x)
    assert "total(x[part], 1e-09)" in f.source() and "dot(x[part], t[part], 1e-09)" in f.source()
    huge = tf.fill(x.shape, 1e38)
    expected = 1e29 * huge.shape.num_elements()
    np.testing.assert_allclose(f(huge, tf.fill(x.shape, 1.0)), [expected, expected], rtol=1e-5)
    assert np.isnan(f(huge * np.nan, x)).all() and np.isposinf(f(huge * 1e9, abs(x) + 1.0)).all()


def test_a_sum_of_products_that_are_too_small_without_their_factor():
    f = tf.function(lambda x, t: tf.reduce_sum(x * 1e20 * t))
    f(x, x)
    assert "dot(x[part], t[part], 1e+20)" in f.source()
    tiny = tf.fill(x.shape, 1e-25)
    np.testing.assert_allclose(f(tiny, tiny), 1e-30 * N, rtol=1e-5)
    assert float(f(tiny * 0.0, tiny)) == 0.0


def test_a_factor_beside_a_long_constant():
    f = tf.function(lambda t: tf.reduce_sum(x * (t * 2.0)))
    f(t)
    np.testing.assert_allclose(f(t), f.python_function(t), rtol=1e-4)


def test_rows_without_entries_before_long_ones():
    @tf.function
    def f(x):
        total = tf.reduce_sum(tf.exp(x) * 2.0)
        return tf.sin(tf.tile(tf.reshape(total, [1, 1]), [8, blocks.LEAST // 8])) + 1.0

    for _ in range(2):
        np.testing.assert_array_equal(f(tf.ones([8, 0])), np.ones((8, blocks.LEAST // 8)))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dot_products_are_as_good_as_numpys(dtype, monkeypatch):
    def off():
        """From the exact sum of the products, in units in the last place."""
        f = tf.function(lambda x, y: tf.reduce_sum(x * y))
        same = tf.fill([1_000_003], tf.constant(0.1, dtype))  # the worst there is: all errors have one sign
        last = tf.concat([same[:-1], [10.0]], 0)
        f(same, last)
        assert ("dot(" in f.source()) == (dtype != "float16")
        exact = math.fsum(np.float64(same.numpy()) * np.float64(last.numpy()))
        return abs(float(f(same, last)) - exact) / np.spacing(np.dtype(dtype).type(exact))

    assert off() <= 2
    if dtype == "float32":
        monkeypatch.setitem(source.SUMS, "dot", lambda a, b: np.dot(a.reshape(-1), b.reshape(-1)))
        assert off() > 20


def test_memory_is_used_again_within_a_block():
    f = tf.function(chain)
    f(x)
    body = f.source().split("def block(start):")[1].split("each(")[0]
    arrays = re.findall(r"^ +(t_?\d*) = (?!.*out=)", body, re.MULTILINE)
    assert len(arrays) == 6  # two in each of three rounds, for the way back: all else finds its place among them


@pytest.mark.parametrize("turned", [tf.transpose, lambda y: y[::-1], lambda y: tf.reshape(y, [-1, 300])])
def test_a_result_does_not_take_the_place_of_rows_that_another_block_needs(turned):
    square = tf.constant(rng.normal(size=(600, 600)) * 0.05)

    def f(x):
        y = x @ square
        one, other = tf.tanh(y) * 1.5, tf.sin(turned(y)) * 0.5
        return one @ square + tf.reshape(other, [600, 600]) @ square

    g = tf.function(f)
    g(square)
    np.testing.assert_allclose(g(square), f(square), rtol=0, atol=1e-12)


def test_short_arrays_are_left_alone():
    f = tf.function(lambda x: tf.reduce_sum(tf.sin(x) * 2.0 + 1.0))
    f(tf.ones([blocks.LEAST - 1]))
    assert "each(" not in f.source()
    f(tf.ones([blocks.LEAST]))
    assert "each(" in f.source()


@pytest.mark.parametrize("mean", [False, True])
def test_half_precision_overflows_no_sooner(mean):
    sign = np.ones(N, np.float16)
    sign[N // 2:] = -1
    f = tf.function(lambda x: (tf.reduce_mean if mean else tf.reduce_sum)(x * 2.0 + 0.0))
    f(tf.zeros([N], tf.float16))
    for numbers in (sign, sign * np.float16(0.001)):
        np.testing.assert_array_equal(f(tf.constant(numbers)), f.python_function(tf.constant(numbers)))


@pytest.mark.parametrize("dtype", ["int32", "float32"])
def test_what_comes_after_a_question_is_not_computed_before_it(dtype):
    """It might fail for just the numbers that go another way, or warn."""
    def quotient(x, y, i):
        return y * 2 if tf.reduce_any(y * 1 == 0) else x // y + tf.gather(tf.range(2), i) if dtype == "int32" else x / y

    f = tf.function(quotient)
    some = tf.cast(tf.range(N) % 7 - 3, dtype)
    with np.errstate(all="raise"):
        for y, i in ((tf.ones([N], dtype), 1), (some, 5), (tf.ones([N], dtype), 0), (some, 9)):
            given = some, y, tf.constant(i)
            np.testing.assert_array_equal(f(*given), quotient(*given))
    assert f.experimental_get_tracing_count() == 2


def test_many_loops_one_after_the_other(monkeypatch):
    monkeypatch.setattr(blocks, "BYTES", 32)
    monkeypatch.setattr(blocks, "LEAST", 2)
    monkeypatch.setattr(blocks, "WORK", 0)

    def centred(x):
        for _ in range(400):
            x = x - tf.reduce_mean(x * 1.5)
        return x

    rows, f, limit = tf.reshape(tf.range(8.0), [4, 2]), tf.function(centred), sys.getrecursionlimit()
    sys.setrecursionlimit(400)  # as a thousand loops would meet it
    try:
        f(rows)
    finally:
        sys.setrecursionlimit(limit)
    np.testing.assert_allclose(f(rows), centred(rows), rtol=1e-5)
    assert f.source().count("each(") > 400


def test_it_can_be_switched_off(monkeypatch):
    monkeypatch.setattr(passes, "off", {"blocks"})
    f = tf.function(chain)
    f(x)
    assert "each(" not in f.source()


def test_an_error_within_a_block_is_that_of_the_op():
    table = tf.Variable(tf.ones([N], tf.int32))
    f = tf.function(lambda x: (x + 1) // table.value() * 2)
    numbers = tf.ones([N], tf.int32)
    f(numbers)
    assert "each(" in f.source()
    table[N // 2:].assign(tf.zeros([N // 2], tf.int32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="floordiv"):
        f(numbers)
    table.assign(tf.ones([N], tf.int32))
    np.testing.assert_array_equal(f(numbers), 4)


def test_many_threads_at_once():
    f = tf.function(chain)
    f(x)
    expected, found = f(x)[1].numpy(), []
    threads = [threading.Thread(target=lambda: found.append(f(x)[1].numpy())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_child_process_has_threads_of_its_own():
    config.threading.set_intra_op_parallelism_threads(2)
    try:
        seen = []
        sharing.each(seen.append, range(4))
        child = os.fork()
        if not child:
            found = []
            sharing.each(found.append, range(4))
            os._exit(0 if sorted(found) == [0, 1, 2, 3] else 1)
        assert os.waitpid(child, 0)[1] == 0
    finally:
        config.threading.set_intra_op_parallelism_threads(0)


def test_a_number_of_threads():
    with pytest.raises(ValueError, match="0 or more"):
        config.threading.set_intra_op_parallelism_threads(-1)
