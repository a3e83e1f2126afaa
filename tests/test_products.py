"""Products of a recurrent network are done together: those by the inputs first, those for the weights last."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

import tapes as tf
from tapes.graph import passes

by_columns, hoisted, merged, terms = (
    import_module(f"tapes.graph.passes.{name}") for name in ("columns", "hoisted", "merged", "terms"))
rng = np.random.default_rng(0)
STEPS, BATCH, WIDTH = 6, 3, 4
x = tf.constant(rng.normal(size=(STEPS, BATCH, WIDTH)))
wx, wh, b = (tf.Variable(rng.normal(size=shape), name=name) for name, shape in (
    ("wx", (WIDTH, WIDTH)), ("wh", (WIDTH, WIDTH)), ("b", (WIDTH,))))
column = tf.constant(rng.normal(size=(BATCH, 1)))


def recurrent(x, order=range(STEPS)):
    """Backpropagation through time, over some of the steps in some order."""
    with tf.GradientTape() as tape:
        h = tf.zeros([BATCH, WIDTH], tf.float64)
        for t in order:
            h = tf.tanh(x[t] @ wx + h @ wh + b)
        loss = tf.reduce_sum(h * h)
    return loss, tape.gradient(loss, [wx, wh, b])


def batch_first(x, parts):
    """The same network, where time is the second axis."""
    with tf.GradientTape() as tape:
        h = tf.zeros([BATCH, WIDTH], tf.float64)
        for part in parts(tf.transpose(x, [1, 0, 2])):
            h = tf.tanh(part @ wx + h @ wh + b)
        loss = tf.reduce_sum(h * h)
    return loss, tape.gradient(loss, [wx, wh, b])


def chained(x):
    y = x[0]
    for _ in range(STEPS):
        y = tf.stack([y, y])[0] @ wx
    return y


def biases(x, rows):
    """A sum in which the adjoints of a bias are repeated."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(b)
        sums = [tf.reduce_sum(tf.tanh(x[t] + b)) for t in range(STEPS)]
    total = tf.ones([rows, WIDTH], tf.float64)
    for each in sums:
        total = total + tape.gradient(each, b)
    return total


def columns(x):
    """Products of one row, which the sum repeats, and of several."""
    y = tf.reshape(x, [-1, WIDTH])
    return sum((tf.matmul(a, y, transpose_a=True) for a in (y[:, :1] * 2.0, y[:, 1:] * 3.0, y[:, :1], y[:, :3])),
               tf.matmul(y[:, :3] * 0.5, y, transpose_a=True))


def sums(x, term, more=None):
    """Slices and what is added to them."""
    return [tf.tanh(x[t] + term(t) if more is None else more(t) + x[t] + term(t)) for t in range(STEPS)]


PROGRAMS = {
    "all steps": (recurrent, 1),
    "backwards": (lambda x: recurrent(x, range(STEPS - 1, -1, -1)), 1),
    "counted from the end": (lambda x: recurrent(x, range(-1, -STEPS - 1, -1)), 1),
    "most steps, one of them twice": (lambda x: recurrent(x, [0, 2, 3, 2, 5]), 1),
    "the batch comes first": (lambda x: batch_first(x, lambda z: [z[:, t] for t in range(STEPS)]), 1),
    "counted backwards, the batch first": (lambda x: batch_first(x, lambda z: [z[:, -t] for t in range(STEPS)]), 1),
    "unstacked": (lambda x: batch_first(x, lambda z: tf.unstack(z, axis=1)), 1),
    "unstacked along the first axis": (lambda x: batch_first(x, lambda z: tf.unstack(tf.transpose(z, [1, 0, 2]))), 1),
    "slices of rows": (lambda x: batch_first(x, lambda z: [z[:, :, t] @ tf.ones([STEPS, WIDTH], tf.float64)
                                                           for t in range(WIDTH)]), 0),
    "a term for each row, the batch first": (lambda x: [tf.tanh(tf.transpose(x, [1, 0, 2])[:, t] + column)
                                                        for t in range(STEPS)], 0),
    "two of six": (lambda x: recurrent(x, [0, 1]), 0),
    "the sequence is computed": (lambda x: recurrent(tf.sin(x) * 2.0), 1),
    "the matrix is computed within": (lambda x: [x[t] @ (wx * 2.0) for t in range(STEPS)], 1),
    "the sequence is made of the products": (chained, 0),
    "a bias is added to a matrix": (lambda x: biases(x, BATCH * STEPS), 0),
    "a bias is added to a matrix of another length": (lambda x: biases(x, 2), 0),
    "products of other shapes": (lambda x: columns(x), 0),
    "a bias on slices": (lambda x: sums(x, lambda t: b), 0),
    "a bias on sums with slices": (lambda x: sums(x, lambda t: b, lambda t: wx[0] * 2.0), 0),
    "another term on each": (lambda x: sums(x, lambda t: wx[t % 2]), 0),
    "a term for each row": (lambda x: sums(x, lambda t: column), 0),
    "a term that is computed": (lambda x: sums(x, lambda t: tf.exp(b)), 0),
    "a term that makes it larger": (lambda x: sums(x, lambda t: tf.ones([2, 1, 1], tf.float64)), 0),
    "terms on all slices but one": (lambda x: [x[0] * 2.0, *sums(x, lambda t: b)[1:]], 0),
    "slices that are used twice": (lambda x: [(y := x[t]) * 2.0 + tf.tanh(y + b) for t in range(STEPS)], 0),
    "slices that are given back": (lambda x: [z for t in range(STEPS) for y in [x[t]] for z in (y, y + b)], 0),
    "sums that are given back": (lambda x: [x[t] + b for t in range(STEPS)], 0),
    "two slices in one sum": (lambda x: [x[t] + x[t + 1] + b for t in range(0, STEPS, 2)], 0),
    "slices of two sequences in one sum": (lambda x: sums(x, lambda t: b, tf.exp(x).__getitem__), 0),
    "twice the same slice": (lambda x: [x[t] + x[t] + b for t in range(STEPS)], 0),
}


@pytest.mark.parametrize("off", [set(), {"hoisted products"}, {"merged products"}])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_numbers(name, off, monkeypatch):
    monkeypatch.setattr(passes, "off", off)
    program, hoists = PROGRAMS[name]
    f = tf.function(program)
    f(x)
    if not off:
        assert f.source().count(f"reshape({(STEPS * BATCH, WIDTH)}) @") == hoists
    for one, other in zip(*(tf.nest.flatten(each(x * 0.5)) for each in (program, f)), strict=True):
        np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-12, atol=1e-14)


def test_the_weights_of_a_recurrent_network():
    f = tf.function(recurrent)
    f(x)
    text = f.source()
    lines = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    # forwards, backwards, two gradients, and ones times the adjoints for the bias
    assert lines.count(" @ ") + lines.count(".dot(") == 1 + STEPS + (STEPS - 1) + 2 + 1, text
    assert f"dwx = x.reshape({(STEPS * BATCH, WIDTH)}).T.dot(" in text
    assert text.count("np.concatenate") == 2  # the states, and the adjoints: once for a weight and for the bias
    space = {"constants": f.constants()}
    exec(text, space)
    given = [x.numpy(), *(v.numpy() for v in (wx, wh, b))]
    for one, other in zip(space["recurrent"](*given)[0], tf.nest.flatten(f(x)), strict=True):
        np.testing.assert_array_equal(one, other.numpy())


@pytest.mark.parametrize(("name", "additions"), [
    ("all steps", 1 + STEPS + 1), ("the batch comes first", 1 + STEPS + 1), ("unstacked", 1 + STEPS + 1),
    ("a bias on slices", 1), ("a bias on sums with slices", 2 * STEPS), ("a term for each row", 1),
    ("another term on each", STEPS), ("slices that are used twice", 2 * STEPS)])
def test_a_bias_is_added_once(name, additions):
    f = tf.function(PROGRAMS[name][0])
    f(x)
    lines = [line for line in f.source().splitlines() if not line.strip().startswith("#")]
    assert sum(line.count(" + ") + line.count("np.add(") for line in lines) == additions, f.source()


def test_large_products_are_left_alone(monkeypatch):
    monkeypatch.setattr(merged, "THIN", BATCH * WIDTH - 1)
    f = tf.function(recurrent)
    f(x)
    assert "np.concatenate" not in f.source()


@pytest.mark.parametrize("steps", range(3, 15))
def test_a_long_line_is_not_broken_within_its_comment(steps):
    long = tf.constant(rng.normal(size=(steps, BATCH, WIDTH)))
    parts = [tf.Variable(rng.normal(size=(BATCH, 1)), name=f"a_rather_long_name_{i}") for i in range(steps)]

    def f():
        with tf.GradientTape() as tape:
            joined = tf.concat(parts, axis=1)
            loss = tf.reduce_sum(tf.concat([long[t] * joined[:, :1] for t in range(steps)], axis=1) ** 2)
        return loss, tape.gradient(loss, parts)

    g = tf.function(f)
    g()
    for one, other in zip(*(tf.nest.flatten(each()) for each in (f, g)), strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-12)


def test_ten_thousand_terms():
    f = tf.function(lambda a: sum((tf.transpose(a * float(i)) @ a for i in range(2, 3000)), tf.transpose(a) @ a))
    a = tf.constant([[1.0, 2.0]], tf.float64)
    f(a)
    np.testing.assert_allclose(f(a), a.numpy().T @ a.numpy() * sum(range(1, 3000)), rtol=1e-12)


def in_any_order(values, makers):
    """As if slices of a sequence were the sequence, whatever their order."""
    maker = makers.get(values[0])
    return maker.inputs[0] if maker and maker.op.name == "getitem" and len(values) == STEPS else None


@pytest.mark.parametrize(("module", "name", "wrong"), [
    (hoisted, "place_of", lambda step: (0, 0)), (merged, "sequence_of", in_any_order),
    (terms, "_adds", lambda step, part: isinstance(step, terms.Step)),
    (merged, "_kind", lambda maker, makers: "sum" if maker and maker.op.name == "matmul" else "")])
def test_a_wrong_pass_is_noticed(module, name, wrong, monkeypatch):
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises((AssertionError, ValueError, KeyError, IndexError)):
        for each in PROGRAMS:
            test_the_same_numbers(each, set(), monkeypatch)


def columns_of(x):
    """Sums that are columns', and others, of matrices and of more than those."""
    y = tf.reshape(x, [-1, WIDTH])
    return [tf.reduce_sum(y, axis=0), tf.reduce_sum(y, axis=0, keepdims=True), tf.reduce_sum(x, axis=1),
            tf.reduce_sum(x, axis=-2, keepdims=True), tf.reduce_sum(x, axis=[0, 1]), tf.reduce_sum(x, axis=0),
            tf.reduce_sum(tf.transpose(y), axis=0), tf.reduce_sum(x[..., :1], axis=1), tf.reduce_sum(x[:, :0], axis=1),
            tf.reduce_sum(y, axis=1), tf.reduce_sum(tf.cast(10.0 * y, tf.int32), axis=0), tf.reduce_sum(y)]


@pytest.mark.parametrize("off", [set(), {"sums of columns"}])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "complex64"])
def test_the_sums_of_columns(dtype, off, monkeypatch):
    monkeypatch.setattr(passes, "off", off)
    z = tf.cast(x, dtype) if dtype != "complex64" else tf.complex(tf.cast(x, tf.float32), 1.0)
    program = columns_of if dtype != "complex64" else lambda z: columns_of(tf.math.real(z)) + columns_of(z)[:3]
    f = tf.function(program)
    f(z * 2.0)
    assert ("ones" in f.source()) == (not off and dtype != "float16")
    for one, other in zip(program(z), f(z), strict=True):
        assert one.shape == other.shape and one.dtype == other.dtype
        np.testing.assert_allclose(other, one, rtol=2e-6, atol=2e-6)


def test_the_sum_of_a_column_with_nan_or_inf():
    f = tf.function(lambda y: tf.reduce_sum(y, axis=0))
    f(tf.zeros([3, 4]))
    y = tf.constant([[np.nan, np.inf, -np.inf, 1.0], [1.0, 2.0, np.inf, 2.0], [0.0, 0.0, 0.0, -0.0]])
    np.testing.assert_array_equal(f(y), [np.nan, np.inf, np.nan, 3.0])


@pytest.mark.parametrize("columns", [1, 8])
def test_sums_of_columns_are_as_good_as_numpys(columns, monkeypatch):
    many = tf.constant(np.random.default_rng(1).uniform(size=(4000, columns)).astype(np.float32))
    exact, off = many.numpy().astype(np.float64).sum(0), []
    for without in (set(), {"sums of columns"}):
        monkeypatch.setattr(passes, "off", without)
        f = tf.function(lambda y: tf.reduce_sum(y, axis=0))
        f(many)
        off.append(np.abs(f(many).numpy() / exact - 1).max())
    assert off[0] <= max(2 * off[1], 1e-6 if columns > 1 else 1e-7)


@pytest.mark.parametrize("shapes", [
    ((5, 1), (1, 3)), ((1, 1), (1, 3)), ((5, 1), (1, 1)), ((300, 1), (1, 400)), ((0, 1), (1, 3))])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32", "complex64"])
def test_a_column_times_a_row(shapes, dtype):
    a, b = (tf.cast(rng.normal(size=shape) * 3.0, dtype) for shape in shapes)
    f = tf.function(lambda a, b: (a * a) @ (b * b))
    f(a, b)
    expected = (a.numpy() * a.numpy()) * (b.numpy() * b.numpy())
    for found in ((a * a) @ (b * b), f(a, b)):
        np.testing.assert_allclose(found, expected, rtol=1e-3 if dtype == "float16" else 1e-6)
    if dtype == "float32" and a.shape[0]:
        zeros, nan = a * 0.0, tf.concat([b[:, 1:] * np.inf, b[:, :1] * np.nan], 1)
        assert np.isnan((zeros @ nan).numpy()).all() and np.isnan(f(zeros, nan).numpy()).all()


def test_what_cancels_is_not_lost():
    f = tf.function(lambda x, a: [x[i] + a[i] + b for i in range(3)])
    large = tf.fill([3, WIDTH], tf.constant(1e20, tf.float64))
    for _ in range(2):
        np.testing.assert_array_equal(f(large, -large), [b] * 3)


@pytest.mark.parametrize("rows", [by_columns.ROWS, by_columns.ROWS + 1])
def test_the_sums_of_very_long_columns_stay_numpys(rows):
    f = tf.function(lambda y: tf.reduce_sum(y, axis=0))
    f(tf.ones([rows, 3]))
    assert ("ones.dot(" in f.source()) == (rows <= by_columns.ROWS)
