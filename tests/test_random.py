"""Random numbers: reproducible, of the right distribution, and on the tape where mean and spread come in."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf
from tapes.errors import InvalidArgumentError

DRAWS = {
    "normal": lambda a, b: tf.random.normal([3, 2], a, b),
    "truncated_normal": lambda a, b: tf.random.truncated_normal([3, 2], a, b),
    "uniform": lambda a, b: tf.random.uniform([3, 2], a, b),
    "stateless_normal": lambda a, b: tf.random.stateless_normal([3, 2], [1, 2], a, b),
    "stateless_truncated_normal": lambda a, b: tf.random.stateless_truncated_normal([3, 2], [1, 2], a, b),
    "stateless_uniform": lambda a, b: tf.random.stateless_uniform([3, 2], [1, 2], a, b),
    "Generator.normal": lambda a, b: tf.random.Generator.from_seed(1).normal([3, 2], a, b),
    "Generator.truncated_normal": lambda a, b: tf.random.Generator.from_seed(1).truncated_normal([3, 2], a, b),
    "Generator.uniform": lambda a, b: tf.random.Generator.from_seed(1).uniform([3, 2], a, b),
}


@pytest.mark.parametrize("draw", DRAWS)
def test_what_the_noise_is_scaled_by_is_on_the_tape(draw):
    a, b = tf.Variable(1.0), tf.Variable([2.0, 3.0])
    with tf.GradientTape() as tape:
        x = DRAWS[draw](a, b)
    by_a, by_b = tape.gradient(x, [a, b])
    if "normal" in draw:  # x = a + b * noise
        noise = (x.numpy() - 1.0) / [2.0, 3.0]
        expected = 6.0, noise.sum(0)
    else:  # x = a + (b - a) * share
        share = (x.numpy() - 1.0) / [1.0, 2.0]
        expected = (1.0 - share).sum(), share.sum(0)
    assert by_a.numpy() == pytest.approx(expected[0], rel=1e-5)
    assert by_b.numpy() == pytest.approx(expected[1], rel=1e-5)


def test_shuffle_sends_adjoints_back():
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.random.shuffle(x)
        loss = tf.reduce_sum(y * [1.0, 10.0, 100.0])
    weights = dict(zip(y.numpy().tolist(), [1.0, 10.0, 100.0]))
    assert tape.gradient(loss, x).numpy().tolist() == [weights[v] for v in (1.0, 2.0, 3.0)]


def test_a_seed_names_a_sequence():
    tf.random.set_seed(3)
    first = [tf.random.normal([2], seed=1).numpy().tolist() for _ in range(2)]
    assert first[0] != first[1], "else a dropout with a seed would always drop the same"
    tf.random.set_seed(3)
    tf.random.normal([5])
    assert first == [tf.random.normal([2], seed=1).numpy().tolist() for _ in range(2)]
    tf.random.set_seed(4)
    assert first[0] != tf.random.normal([2], seed=1).numpy().tolist()


def test_set_seed_is_for_all_calls_without_one():
    def draw():
        return [tf.random.normal([2]).numpy().tolist(), tf.random.uniform([2]).numpy().tolist(),
                tf.random.shuffle([1, 2, 3, 4, 5]).numpy().tolist(), tf.nn.dropout(tf.ones([9]), 0.5).numpy().tolist()]

    tf.random.set_seed(-7)
    first = draw()
    tf.random.set_seed(-7)
    assert first == draw()


def test_generators_do_not_disturb_each_other():
    a, b = tf.random.Generator.from_seed(1), tf.random.Generator.from_seed(1)
    tf.random.normal([100])
    a.normal([1])
    copied = tf.random.Generator(a)
    assert a.normal([3]).numpy().tolist() == copied.normal([3]).numpy().tolist()
    b.reset_from_seed(2)
    assert b.normal([1]).numpy() == tf.random.Generator.from_seed(2).normal([1]).numpy()
    pieces = [g.uniform([3]).numpy().tolist() for g in tf.random.Generator.from_seed(1).split(2)]
    assert pieces[0] != pieces[1]
    assert tf.random.Generator.from_non_deterministic_state().normal([2]).dtype == tf.float32


def test_the_global_generator_can_be_replaced():
    tf.random.set_global_generator(tf.random.Generator.from_seed(5))
    first = tf.random.normal([2]).numpy().tolist()
    assert first == tf.random.Generator.from_seed(5).normal([2]).numpy().tolist()
    assert tf.random.get_global_generator().normal([2]).numpy().tolist() != first


# The bounds are five standard errors of 40,000 numbers.
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_distributions(dtype):
    n = 40_000
    numbers = tf.random.Generator.from_seed(1)
    normal = numbers.normal([n], 2.0, 3.0, dtype).numpy().astype(float)
    assert abs(normal.mean() - 2) < 5 * 3 / n**0.5 and abs(normal.std() - 3) < 5 * 3 / (2 * n) ** 0.5
    uniform = numbers.uniform([n], dtype=dtype).numpy().astype(float)
    assert uniform.min() >= 0 and uniform.max() < 1 and abs(uniform.mean() - 0.5) < 5 * (1 / 12) ** 0.5 / n**0.5
    scaled = numbers.uniform([n], 1.0, 3.0, dtype).numpy().astype(float)
    assert scaled.min() >= 1 and scaled.max() <= 3 and abs(scaled.mean() - 2) < 5 * (1 / 3) ** 0.5 / n**0.5
    cut = numbers.truncated_normal([n], 0.0, 1.0, dtype).numpy().astype(float)
    assert np.abs(cut).max() <= 2 and abs(cut.std() - 0.8796) < 0.015


def test_classes_and_counts():
    n = 40_000
    tf.random.set_seed(0)
    drawn = tf.random.categorical(np.log([[0.1, 0.2, 0.7], [0.5, 0.5, 1e-300]]), n)
    shares = np.array([[(row == k).mean() for k in range(3)] for row in drawn.numpy()])
    assert np.abs(shares - [[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]]).max() < 5 * 0.5 / n**0.5
    counts = tf.random.poisson([n], [1.0, 9.0]).numpy()
    assert counts.shape == (n, 2)
    assert np.abs(counts.mean(0) - [1, 9]).max() < 5 * 3 / n**0.5
    same = [tf.random.stateless_categorical([[0.0, 0.0]], 20, [1, 2]).numpy().tolist() for _ in range(2)]
    assert same[0] == same[1]


def test_integers():
    drawn = tf.random.uniform([1000], 3, 6, tf.int32).numpy()
    assert set(drawn.tolist()) == {3, 4, 5}
    assert set(tf.random.stateless_uniform([100], [1, 2], 0, 2, tf.int64).numpy().tolist()) == {0, 1}


@pytest.mark.parametrize(("mistake", "kind", "words"), [
    (lambda: tf.random.stateless_uniform([2], 3), InvalidArgumentError, r"seed must have shape \[2\].*got 3"),
    (lambda: tf.random.stateless_uniform([2], [1.0, 2.0]), InvalidArgumentError, "two integers"),
    (lambda: tf.random.stateless_uniform([2], [1, 2], dtype=tf.int32), ValueError, "Must specify maxval"),
    (lambda: tf.random.uniform([2], 5, 5, tf.int32), InvalidArgumentError, "Need minval < maxval"),
    (lambda: tf.random.uniform([2], dtype=tf.bool), TypeError, "floating or integers"),
    (lambda: tf.random.categorical([0.0, 1.0], 2), InvalidArgumentError, r"logits should be a matrix.*float32\[2\]"),
    (lambda: tf.random.categorical([[0.0, 1.0]], -1), InvalidArgumentError, "num_samples"),
    (lambda: tf.random.poisson([2], -1.0), InvalidArgumentError, "not negative"),
    (lambda: tf.random.normal([2], tf.constant(1.0, tf.float64)), ValueError, "float64.*tapes.cast"),
    (lambda: tf.random.Generator(3), TypeError, r"Generator\.from_seed"),
    (lambda: tf.random.normal([2], seed=0.5), TypeError, "seed must be an integer"),
])
def test_mistakes(mistake, kind, words):
    with pytest.raises(kind, match=words):
        mistake()
