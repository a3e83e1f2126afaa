"""A function that is watched once gives, at every later call, what running it would give."""

from __future__ import annotations

import ast
import builtins
import contextlib
import copy
import pickle
import re
import threading

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.check import quiet
from comparisons.ops.samples import BOOKKEEPING, samples
from tapes.graph.passes import blocks
from tapes.op import listening, registry
from tapes.parts import Parts, results


def value_and_gradients(call):
    """A function of the inputs of an op that computes it, and its gradients by a tape inside."""
    def f(*xs):
        watched = [xs[place] for place in call.places]
        with tf.GradientTape() as tape:
            tape.watch(watched)
            y = call.op(*xs, **call.params)
            ys = list(results(y)) if isinstance(y._array, Parts) else [y]
        return ys, tape.gradient(ys, watched)

    return f


def turned(x):
    """Other numbers of which a row takes any whose numbers it takes."""
    return ~x if x.dtype == bool else x[::-1] if x.ndim else x


def alike(x):
    """As many, but all the same."""
    return np.full_like(x, x.min()) if x.size and x.dtype.kind != "c" else x


@pytest.mark.parametrize("by_blocks", [False, True])
@pytest.mark.parametrize("row", [name for name in registry if name not in BOOKKEEPING])
def test_every_row_and_its_rules_are_replayed(row, by_blocks, monkeypatch):
    if by_blocks:
        monkeypatch.setattr(blocks, "BYTES", 32)
        monkeypatch.setattr(blocks, "LEAST", 2)
        monkeypatch.setattr(blocks, "WORK", 0)
    for call in samples(registry[row]):
        f = value_and_gradients(call)
        g = tf.function(f)
        same = call.at("float64")
        others = list(map(alike if registry[row].varying else turned, same))
        for place, numbers in enumerate((same, same, others, same)):  # watched with the first
            with quiet():
                xs = [tf.constant(x) for x in numbers]
                expected, found = tf.nest.flatten(f(*xs)), tf.nest.flatten(g(*xs))
            for x, y in zip(expected, found, strict=True):
                assert (x is None) == (y is None)
                if x is not None:
                    assert x.shape == y.shape and x.dtype == y.dtype
                    np.testing.assert_allclose(y.numpy(), x.numpy(), rtol=1e-13, atol=1e-14)
            assert g.experimental_get_tracing_count() == 1 or place > 1


def test_only_rows_that_say_so_have_a_shape_that_depends_on_the_numbers():
    for row in registry.values():
        varying = False
        for call in samples(row):
            shapes = set()
            for change in (np.copy, turned, alike):
                with quiet(), contextlib.suppress(ValueError):
                    found = row.forward(*map(change, call.inputs), **call.params)
                    shapes.add(tuple(map(np.shape, tf.nest.flatten(found))))
            varying |= len(shapes) > 1
        assert varying == row.varying, row


def test_a_shape_that_depends_on_the_numbers():
    def means(x):
        return tf.reduce_mean(tf.boolean_mask(x, x > 0.0)), tf.reduce_mean(tf.unique(tf.round(x)).y), tf.size(
            tf.where(x > 0.0)) + 1, tf.reduce_mean(tf.gather(x, tf.where(x < 9.0)[:, 0]))

    f = tf.function(means)
    for numbers in ([1.0, -2.0, 3.0, 4.0], [-1.0, -1.0, -1.0, 5.0], [2.0, -3.0, 1.0, 5.0], [9.0, 9.0, 9.0, 0.0]):
        x = tf.constant(numbers)
        for one, other in zip(means(x), f(x), strict=True):
            np.testing.assert_array_equal(other, one)
    assert f.experimental_get_tracing_count() == 3


def test_python_runs_once_for_each_signature():
    seen = []

    @tf.function
    def f(x, factor):
        seen.append((x.shape, factor))
        return x * factor

    for x in ([1.0, 2.0], [3.0, 4.0], [1.0, 2.0, 3.0]):
        for factor in (2.0, 2.0, 3.0):
            np.testing.assert_array_equal(f(tf.constant(x), factor), np.array(x) * factor)
    assert seen == [((2,), 2.0), ((2,), 3.0), ((3,), 2.0), ((3,), 3.0)]
    assert f.experimental_get_tracing_count() == 4


def test_lists_of_other_lengths_within_are_another_signature():
    f = tf.function(lambda lists: lists[0][0] + lists[1][0])
    a, b, c = map(tf.constant, (1.0, 10.0, 100.0))
    assert float(f([[a], [b, c]])) == 11.0
    assert float(f([[a, b], [c]])) == 101.0
    g = tf.function(lambda named: named["x"][0] + named["y"][0])
    assert float(g({"x": (a,), "y": (b, c)})) == 11.0
    assert float(g({"x": (a, b), "y": (c,)})) == 101.0


def test_the_names_of_keywords_belong_to_the_signature():
    f = tf.function(lambda *numbers, **named: named.get("a", 0.0) - named.get("b", 0.0) - sum(numbers))
    one, two = tf.constant(1.0), tf.constant(2.0)
    for _ in range(2):
        assert float(f(a=one, b=two)) == -1.0 and float(f(b=one, a=two)) == 1.0
        assert float(f(a=two)) == 2.0 and float(f(b=two)) == -2.0
        assert float(f(one, a=two)) == 1.0 and float(f(one, two)) == -3.0


class Scaling:
    def __init__(self, factor):
        self.factor = factor

    def scaled(self, x):
        return x * self.factor


def test_a_method_as_an_argument():
    f = tf.function(lambda method, x: method(x) * 2.0)
    two, three = (Scaling(factor) for factor in (2.0, 3.0))
    for _ in range(2):
        assert float(f(two.scaled, tf.constant(1.0))) == 4.0 and float(f(three.scaled, tf.constant(1.0))) == 6.0
    assert f.experimental_get_tracing_count() == 2


def test_slices_of_a_tensor_are_an_argument():
    f = tf.function(lambda slices, x: (slices * 2.0, slices.values, slices.indices, x))
    for indices, values, x in (([0, 2], [1.0, 2.0], 5.0), ([1, 1], [3.0, 4.0], 6.0)):
        dense, *parts = f(tf.IndexedSlices(tf.constant(values), tf.constant(indices), tf.constant([3])), tf.constant(x))
        np.testing.assert_array_equal(dense, 2 * np.bincount(indices, values, 3))
        assert [part.numpy().tolist() for part in parts] == [values, indices, x]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_copy_of_a_variable_is_another_one(copied):
    v, f = tf.Variable([1.0, 2.0]), tf.function(lambda v: v * 2.0)
    for each in (v, copied(v).assign([3.0, 4.0]), v):
        np.testing.assert_array_equal(f(each), 2.0 * each.numpy())
    w = copied(v)
    with tf.GradientTape() as tape:
        _ = w * v * tf.Variable(1.0)
    assert tape.watched_variables()[1] is w


def test_arrays_as_they_stand_in_a_file():
    f = tf.function(lambda x: (x, x * 2.0))
    for numbers in ([1.0, 2.0], [3.0, 4.0]):
        for kind in (">f4", "<f4"):
            x, y = f(np.array(numbers, kind))
            assert x.dtype == tf.float32 and x.numpy().tolist() == numbers and y.numpy().tolist() == [
                2 * number for number in numbers]
    assert f.experimental_get_tracing_count() == 1


def test_a_branch_is_never_frozen():
    @tf.function
    def f(x):
        if x > 0.0:
            return x * 2.0
        while x < -1.0:
            x = x / 2.0
        return -x

    for number in (3.0, -0.5, -3.0, -5.0, 7.0, -0.25, -100.0):
        x = number
        while x < -1.0:
            x /= 2.0
        assert float(f(tf.constant(number))) == (2.0 * number if number > 0 else -x)


def test_numbers_taken_from_tensors_are_guarded():
    @tf.function
    def f(x, n):
        return x * float(n) + int(n) + [10.0, 20.0, 30.0][n]

    for n in (0, 1, 2, 1, 0):
        assert float(f(tf.constant(1.0), tf.constant(n))) == 2 * n + 10.0 * (n + 1)


def test_a_shape_that_is_a_tensor_is_guarded():
    @tf.function
    def f(x, shape):
        return tf.reshape(x, shape)

    x = tf.range(6)
    for shape in ([2, 3], [3, 2], [2, 3]):
        assert f(x, tf.constant(shape)).shape == tuple(shape)


def test_variables_are_captured_by_reference():
    v = tf.Variable(2.0)

    @tf.function
    def f(x):
        return v * x

    assert float(f(tf.constant(3.0))) == 6.0
    v.assign(10.0)
    assert float(f(tf.constant(3.0))) == 30.0


def test_assignments_happen_in_order_at_each_call():
    v, w = tf.Variable(1.0), tf.Variable(0.0)

    @tf.function
    def f(x):
        v.assign_add(x)
        w.assign(v * 10.0)
        v.assign(v * 2.0)
        return v.read_value()

    for expected in (4.0, 10.0, 22.0):
        assert float(f(tf.constant(1.0))) == expected == float(v)
        assert float(w) == expected / 2.0 * 10.0


def test_a_whole_training_step():
    rng = np.random.default_rng(0)
    x, y = tf.constant(rng.normal(size=(20, 3))), tf.constant(rng.normal(size=(20, 1)))

    def step(w):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ w - y))
        w.assign_sub(0.1 * tape.gradient(loss, w))
        return loss

    ours, plain = tf.Variable(np.zeros((3, 1))), tf.Variable(np.zeros((3, 1)))
    traced = tf.function(lambda: step(ours))
    for _ in range(20):
        np.testing.assert_allclose(float(traced()), float(step(plain)), rtol=1e-13)
    np.testing.assert_allclose(ours.numpy(), plain.numpy(), rtol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_tape_around_it_hears_every_op(order):
    f = tf.function(lambda x: tf.exp(2.0 * x) * tf.sin(x))
    x = tf.Variable(np.float64(0.7))
    f(x.value())

    def derivative(n):
        if n == 0:
            return f(x.value())
        with tf.GradientTape() as tape:
            y = derivative(n - 1)
        return tape.gradient(y, x)

    np.testing.assert_allclose(float(derivative(order)), ((2 + 1j) ** order * np.exp((2 + 1j) * 0.7)).imag, rtol=1e-12)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0, tf.float64)) as forward:
        y = f(x.value())
    np.testing.assert_allclose(float(forward.jvp(y)), ((2 + 1j) * np.exp((2 + 1j) * 0.7)).imag, rtol=1e-12)


def test_under_a_tape_assignments_cut_as_they_do_eagerly():
    v = tf.Variable(3.0)

    def f():
        y = v * v
        v.assign(10.0)
        return y * v

    g = tf.function(f)
    g()
    for each in (f, g):
        v.assign(3.0)
        with tf.GradientTape() as tape:
            z = each()
        assert float(tape.gradient(z, v)) == 69.0


def test_a_custom_gradient_is_honoured_inside_and_outside():
    @tf.custom_gradient
    def square(x):
        return x * x, lambda upstream: 10.0 * upstream

    @tf.function
    def inside(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = square(x)
        return tape.gradient(y, x)

    outside, x = tf.function(square), tf.constant(3.0)
    for _ in range(3):
        assert float(inside(x)) == 10.0
        assert float(outside(x)) == 9.0
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = outside(x)
        assert float(tape.gradient(y, x)) == 10.0


def test_a_function_with_a_gradient_of_its_own_may_hand_on_what_it_was_given():
    v, c = tf.Variable(2.0), tf.constant(5.0)

    @tf.custom_gradient
    def several(x):
        return (x, c, tf.convert_to_tensor(v), x * x), lambda *dys, variables=None: (sum(dys), [dys[2]])

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            a, b, w, y = several(x)
            loss = a * 7.0 + b * w * y
        return loss, tape.gradient(loss, [x, v])

    for x, held in ((3.0, 2.0), (4.0, 10.0)):
        v.assign(held)
        loss, (dx, dv) = f(tf.constant(x))
        y, w = x * x, held
        assert (float(loss), float(dx), float(dv)) == (7 * x + 5 * w * y, 7 + w * y + 5 * y + 5 * w, 5 * y)


@pytest.mark.parametrize("nested", [False, True])
def test_a_tape_from_outside_is_paused_and_told_at_each_call(nested):
    def half(x, tapes):
        with tapes[0].stop_recording():
            y = x * x
        tapes[0].watch(y)
        return y + x, y

    f = tf.function(lambda x: half(x, tapes))
    g = tf.function(lambda x: f(x)) if nested else f
    for number in (2.0, 3.0, 4.0):
        x = tf.constant(number)
        with tf.GradientTape() as tape:
            tape.watch(x)
            tapes = [tape]
            z, y = g(x)
            w = z * y
        assert [float(dx) for dx in tape.gradient(w, [x, y])] == [float(y), float(z + y)]


def test_random_numbers_are_drawn_at_each_call():
    f = tf.function(lambda x: x + tf.random.normal([2]))
    x = tf.zeros([2])
    tf.random.set_seed(1)
    expected = [tf.random.normal([2]).numpy() for _ in range(3)]
    tf.random.set_seed(1)
    np.testing.assert_array_equal([f(x).numpy() for _ in range(3)], expected)


def test_it_prints_at_each_call(capsys):
    @tf.function
    def f(x):
        print("watching")
        tf.print("x is", x)
        return x

    for number in (1.0, 2.0):
        f(tf.constant(number))
    seen = capsys.readouterr()
    assert seen.out == "watching\n" and seen.err == "x is 1\nx is 2\n"


def test_functions_in_functions():
    inner = tf.function(lambda x: -x if x < 0.0 else x)
    outer = tf.function(lambda x: inner(x) * 2.0)
    assert [float(outer(tf.constant(x))) for x in (3.0, -3.0, 4.0, -5.0)] == [6.0, 6.0, 8.0, 10.0]


def test_structures_come_back_as_they_were():
    @tf.function
    def f(x, more):
        return {"sum": x + more["y"][0], "rest": (more["y"][1] * x, None, [3, "text"])}

    one, two = tf.constant(1.0), tf.constant(2.0)
    for _ in range(2):
        found = f(one, {"y": [two, two]})
        assert float(found["sum"]) == 3.0 and float(found["rest"][0]) == 2.0
        assert found["rest"][1] is None and int(found["rest"][2][0]) == 3 and found["rest"][2][1] == "text"


def test_as_a_method():
    class Line:
        def __init__(self, slope):
            self.slope = tf.Variable(slope)

        @tf.function
        def at(self, x):
            return self.slope * x

    two, three, x = Line(2.0), Line(3.0), tf.constant(10.0)
    assert [float(line.at(x)) for line in (two, three, two, three)] == [20.0, 30.0, 20.0, 30.0]


def test_what_a_function_hands_out_cannot_be_changed_by_the_next_call():
    f = tf.function(lambda x: x * 2.0 + 1.0)
    first = f(tf.constant([1.0]))
    f(tf.constant([5.0]))
    assert first.numpy().tolist() == [3.0]


def test_an_exception_leaves_nothing_half_done():
    v = tf.Variable(1.0)

    @tf.function
    def f(x, indices):
        v.assign(100.0)
        picked = tf.gather(x, indices)
        v.assign(200.0)
        return picked

    x = tf.constant([1.0, 2.0])
    f(x, tf.constant([0]))
    v.assign(1.0)
    with pytest.raises(Exception, match="7"):
        f(x, tf.constant([7]))
    assert float(v) == 1.0 and listening.now == []
    f(x, tf.constant([1]))
    assert float(v) == 200.0


def test_an_exception_while_it_is_watched():
    @tf.function
    def f(x):
        raise KeyError("mine")

    for _ in range(2):
        with pytest.raises(KeyError, match="mine"):
            f(tf.constant(1.0))
    assert listening.now == []


def test_threads_share_a_function():
    f = tf.function(lambda x: tf.reduce_sum(tf.sin(x) * x) if x[0] > 0.5 else tf.reduce_sum(x))
    wrong = []

    def work(seed):
        rng = np.random.default_rng(seed)
        for _ in range(50):
            x = rng.random(10)
            expected = (np.sin(x) * x).sum() if x[0] > 0.5 else x.sum()
            if abs(float(f(tf.constant(x))) - expected) > 1e-12:
                wrong.append(x)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and f.experimental_get_tracing_count() == 2


def test_numpy_inside_is_an_error_that_says_why():
    f = tf.function(lambda x: np.sin(x.numpy()))
    with pytest.raises(RuntimeError, match=r"test_function\.py:\d+: inside a tapes\.function"):
        f(tf.constant(1.0))


def test_variables_are_made_at_the_first_call_only():
    made = []

    @tf.function
    def once(x):
        if not made:
            made.append(tf.Variable(5.0))
        return x * made[0]

    assert [float(once(tf.constant(x))) for x in (1.0, 2.0, 3.0)] == [5.0, 10.0, 15.0]
    again = tf.function(lambda x: x * tf.Variable(2.0))
    again(tf.constant(1.0))
    with pytest.raises(ValueError, match="singleton"):
        again(tf.constant(1.0))


def test_switched_off():
    seen = []
    f = tf.function(lambda x: seen.append(1) or x)
    tf.config.run_functions_eagerly(True)
    try:
        for _ in range(3):
            f(tf.constant(1.0))
    finally:
        tf.config.run_functions_eagerly(False)
    assert len(seen) == 3


def test_the_source_runs_by_itself():
    w = tf.Variable(np.array([[1.0], [2.0]]), name="w")

    @tf.function
    def loss(x, y):
        with tf.GradientTape() as tape:
            error = x @ w - y
            value = tf.reduce_mean(tf.square(error))
        return value, tape.gradient(value, w)

    x, y = tf.constant(np.eye(2)), tf.constant(np.ones((2, 1)))
    expected = [part.numpy() for part in loss(x, y)]
    space = {}
    exec(loss.source(), space)
    found, _ = space["loss"](x.numpy(), y.numpy(), w.numpy())
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (0, 3, 0)])
def test_constants_without_entries_keep_their_shape_in_the_source(shape):
    @tf.function
    def widened(x):
        return tf.zeros(shape) + x

    widened(tf.constant(1.0))
    space = {"constants": widened.constants()}
    exec(widened.source(), space)
    (found,), _ = space["widened"](np.float32(1.0))
    assert found.shape == shape


def test_the_source_says_what_it_needs():
    big = tf.random.normal([64, 4])
    f = tf.function(lambda x: tf.nn.dropout(x + big, 0.5) + tf.split(x, 2, axis=1)[0][:1, :1])
    f(big)
    head = f.source().split("import numpy")[0]
    assert "# needs constants" in head and "# needs calls" in head and "# needs tapes" in head
    space = {"constants": f.constants()}
    exec(f.source(), space)
    (found,), _ = space["replay"](big.numpy(), [lambda *shape: np.zeros((64, 4), np.float32)] * 9)
    assert found.shape == (64, 4)
    with pytest.raises(NameError, match="constants"):
        exec(f.source(), {})
    g = tf.function(lambda x: x * 2.0)
    g(big)
    assert "needs" not in g.source()


def test_before_there_is_a_program_the_source_says_why():
    class Net:
        @tf.function
        def train(self, x):
            self.v = getattr(self, "v", None) or tf.Variable(2.0)
            return x * self.v

    net, x = Net(), tf.constant(1.0)
    assert "Net.train has not been called yet" in Net.train.source() and "not been called" in net.train.graph()
    net.train(x)
    assert "made its Variables" in net.train.source()
    net.train(x)
    assert Net.train.source().endswith("ask the object's, as in net.train.source()")
    assert Net.train.graph().endswith("net.train.graph()")
    assert "def train(" in net.train.source()
    for text in (Net.train.source(), Net.train.graph()):
        assert text.startswith("# ")


def test_the_source_says_which_question_was_answered_otherwise():
    @tf.function
    def f(x, n):
        return x * float(f"{x:.1f}") * int(n) if tf.reduce_sum(x) > 0.0 else tf.boolean_mask(x, x > -2.0)

    asked = [(1.0, 2), (3.0, 2), (1.0, 3), (-1.0, 2), (-3.0, 2)]
    for x, n in asked:
        f(tf.constant(x) if x > 0.0 else tf.constant([x]), tf.constant(n))
    space = {}
    exec(f.source(), space)
    for name, (x, n), other in (("f", (3.0, 2), r"when traced, format\(value, '.1f'\) was '1.0'"),
                                ("f", (1.0, 3), r"when traced, int\(value\) was 2"),
                                ("f", (-1.0, 2), r"when traced, bool\(value\) was True")):
        with pytest.raises(space["AnotherWay"], match=other):
            space[name](np.float32(x), np.int32(n))


def test_a_format_within_a_function_within_a_function():
    inner = tf.function(lambda x: tf.constant(float(f"{x * 1.0:.1f}")))
    outer = tf.function(lambda x: inner(x) * 10.0)
    for number in (1.26, 2.5, 1.26, 1.31):
        assert float(outer(tf.constant(number))) == float(np.float32(10.0 * round(number, 1)))
    assert outer.experimental_get_tracing_count() == 2
    constant = tf.function(lambda: f"{tf.constant(1.26) * 1.0:.1f}")
    assert constant() == constant() == "1.3"
    v = tf.Variable(1.26)
    of_a_variable = tf.function(lambda: f"{v:.1f}")
    assert of_a_variable() == "1.3"
    v.assign(2.5)
    assert of_a_variable() == "2.5"


def test_the_graph_says_fewer_and_more():
    x = tf.constant(np.ones((600, 600), np.float32))

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_mean(tf.nn.relu(tf.tanh(x) @ x))
        return tape.gradient(y, x)

    f(x)
    heads = [line for line in f.graph().splitlines() if line.startswith("# ")]
    assert any(re.fullmatch(r"# [\w ]+: \d+ steps, \d+ (fewer|more).*", line) for line in heads)
    assert not any("-" in line for line in heads) and all(len(line) <= 120 for line in heads)


def test_hostile_names_do_not_run():
    w = tf.Variable(2.0, name="w; import os; os.abort()")
    f = tf.function(lambda x: x * w)
    f.__name__ = f._name = "f(): pass\nimport os"
    assert float(f(tf.constant(3.0))) == 6.0 == float(f(tf.constant(3.0)))


HOSTILE = [
    "ｗ； ｉｍｐｏｒｔ ｏｓ", "w\u2028import os", "w\u2029    raise SystemExit", "w\u202e)(tropmi", "\u200f\u200ew",
    "e\u0301", "\u0301e", "e\u200b\u0301", "ﬁ", "ｉｆ", "ｎｐ", "np", "𝐧𝐩", "__import__", "__builtins__", "len",
    "ｌｅｎ", "float", "calls", "each", "½", "²", "ª", "１２", "١٢", "\u0000", "w\r\nimport os", "w\x0cimport os",
    "\\", '"', "{w}", "日本", "λ", "𝛌", "ſ", "ͺ", "K", "\u1100\u200b\u1161", "\ud800", "א\u200fב", "lambda",
    "λ; import os", "#", "\N{GREEK QUESTION MARK}import os"]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_letters_do_not_run(name):
    w, other = tf.Variable(2.0, name=name), tf.Variable(5.0, name=name)

    def product(x):
        with tf.GradientTape() as tape:
            y = tf.sin(x * w) * other - x
        return y, tape.gradient(y, [w, other])

    f = tf.function(product)
    f.__name__ = f._name = name
    expected = [part.numpy() for part in tf.nest.flatten(product(tf.constant(3.0)))]
    for _ in range(2):
        assert [part.numpy() for part in tf.nest.flatten(f(tf.constant(3.0)))] == pytest.approx(expected)
    text = f.source()
    assert all(letter.isascii() or f"_{letter}".isidentifier() for letter in text)  # nothing that only looks like one
    tree = ast.parse(text)
    (function,) = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    names = [argument.arg for argument in function.args.args]
    assert len({*names}) == 3 and not {*names} & {*dir(builtins), "np", "each", "calls"}
    space = {}
    exec(text, space)
    found, _ = space[function.name](np.float32(3.0), np.float32(2.0), np.float32(5.0))
    assert [*found] == pytest.approx(expected)


def test_names_are_those_of_the_user_in_all_alphabets():
    @tf.function
    def greek(λ, x, ｘ２):
        δ = λ * x
        return δ, δ + ｘ２

    one = tf.constant(1.0)
    greek(one, one, one)
    assert "def greek(λ, x, x2):" in greek.source() and "    δ = λ * x\n" in greek.source()


def test_retracing_is_warned_about(caplog):
    f = tf.function(lambda x, n: x * n)
    for n in range(8):
        f(tf.constant(1.0), float(n))
    assert len(caplog.messages) == 1
    assert "retracing" in caplog.text and "the tapes.function <lambda>" in caplog.text and __file__ in caplog.text
    for n in range(8, 70):
        f(tf.constant(1.0), float(n))
    assert len(caplog.messages) == 2  # at 6 and at 60
    caplog.clear()

    @tf.function
    def doubled(x):
        while tf.reduce_sum(x) < 100.0:
            x = x * 2.0
        return x

    for n in range(300):  # each second call is an old one
        doubled(tf.constant(99.0 / 2.0 ** (n // 3)))
    assert len(caplog.messages) == 1 and "traced 100 times" in caplog.text
    line = doubled.python_function.__code__.co_firstlineno + 2
    assert f"as in line {line} of {__file__}" in caplog.text


def test_wrong_arguments():
    f = tf.function(lambda x, y=2.0: x * y)
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        f()
    with pytest.raises(TypeError, match="hashable"):
        f(tf.constant(1.0), {1, 2})
    g = tf.function(lambda x: x, input_signature=[tf.TensorSpec([None], tf.float32)])
    assert g([1.0, 2.0]).shape == (2,)
    with pytest.raises(TypeError, match="Can not cast"):
        g(tf.constant([[1.0]]))
