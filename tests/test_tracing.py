"""What a trace could get wrong: two things that look like one, a question answered otherwise, a call that fails."""

from __future__ import annotations

import functools
import gc
import warnings
import weakref

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.check import quiet
from comparisons.ops.samples import BOOKKEEPING, samples
from tapes.graph.helpers import HELPERS, helper
from tapes.graph.literals import subscript
from tapes.graph.templates import NEEDS, TEMPLATES
from tapes.op import registry


def test_an_argument_is_not_what_the_function_uses_anyway():
    x = tf.constant(3.0)
    f = tf.function(lambda a: a + x)
    assert [float(f(x)), float(f(tf.constant(5.0)))] == [6.0, 8.0]


def test_one_tensor_for_two_arguments():
    f = tf.function(lambda a, b: a * 10.0 + b)
    one = tf.constant(1.0)
    assert [float(f(one, one)), float(f(tf.constant(2.0), tf.constant(3.0)))] == [11.0, 23.0]


def test_a_variable_is_not_the_constant_that_it_was_made_from():
    c = tf.constant([1.0, 2.0])
    v = tf.Variable(c)
    f = tf.function(lambda: v.value() + c)
    f()
    v.assign([10.0, 20.0])
    assert f().numpy().tolist() == [11.0, 22.0]


def test_stop_gradient_stops_in_a_replay_too():
    f, x = tf.function(lambda x: tf.stop_gradient(x * x) * x), tf.constant(3.0)
    for _ in range(2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        assert float(tape.gradient(y, x)) == 9.0


@pytest.mark.parametrize("numbers", [(0.0, -0.0), (np.nan, 1.0), (2.0, 3.0)])
def test_python_numbers_and_guards_tell_apart_what_differs_at_all(numbers):
    f, g = tf.function(lambda x, n: x * n), tf.function(lambda x: tf.constant(1.0) * float(x))
    for n in (*numbers, *numbers):
        assert f(tf.constant(1.0), n).numpy().tobytes() == np.float32(n).tobytes()
        assert g(tf.constant(n)).numpy().tobytes() == np.float32(n).tobytes()
    assert f.experimental_get_tracing_count() == g.experimental_get_tracing_count() == 2


@pytest.mark.parametrize("taped", [False, True])
def test_a_branch_on_random_numbers_is_taken_as_often_as_it_should(taped):
    def f(x):
        return x * 2.0 if tf.random.uniform([]) > 0.5 else -x

    def calls(f):
        tf.random.set_seed(5)
        for _ in range(40):
            x = tf.constant(3.0)
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = f(x) if taped else None
            yield float(tape.gradient(y, x) if taped else f(x))

    g = tf.function(f)
    assert list(calls(g)) == list(calls(f))
    assert g.experimental_get_tracing_count() == 2


def test_errors_of_a_replay_are_those_of_the_op_and_name_the_line():
    f = tf.function(lambda x, places: 2.0 * tf.gather(x, places))
    x = tf.constant([1.0, 2.0])
    f(x, tf.constant([0]))
    with pytest.raises(tf.errors.InvalidArgumentError) as eager:
        tf.gather(x, tf.constant([9]))
    with pytest.raises(tf.errors.InvalidArgumentError) as replayed:
        f(x, tf.constant([9]))
    assert str(replayed.value) == str(eager.value)
    assert "test_tracing.py" in replayed.value.__notes__[0]


def test_parts_of_a_variable_are_assigned_at_each_call():
    v = tf.Variable([1.0, 2.0, 3.0])
    f = tf.function(lambda x: v[1:].assign(x).value())
    for x in ([5.0, 6.0], [7.0, 8.0]):
        assert f(tf.constant(x)).numpy().tolist() == [1.0, *x] == v.numpy().tolist()


def test_a_tensor_as_an_index_of_a_list_is_guarded():
    f = tf.function(lambda n: tf.constant([10.0, 20.0, 30.0][n]))
    assert [float(f(tf.constant(n))) for n in (0, 1, 2, 1)] == [10.0, 20.0, 30.0, 20.0]


def test_checks_are_made_at_each_call():
    def f(x):
        tf.debugging.assert_near(x, [1.0, 2.0])
        return x

    g = tf.function(f)
    g(tf.constant([1.0, 2.0]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="not equal to tolerance"):
        g(tf.constant([1.0, 3.0]))


def test_the_number_of_squarings_in_expm_follows_the_matrix():
    f = tf.function(tf.linalg.expm)
    for scale in (0.1, 100.0, 3.0):
        x = tf.constant([[0.0, scale], [-scale, 0.0]], tf.float64)
        np.testing.assert_array_equal(f(x).numpy(), tf.linalg.expm(x).numpy())


def test_recursion():
    @tf.function
    def factorial(n):
        return n * factorial(n - 1) if n > 1 else tf.constant(1)

    assert [int(factorial(tf.constant(n))) for n in (4, 5, 4)] == [24, 120, 24]


def test_nothing_is_eager_while_it_is_watched():
    seen = []
    tf.function(lambda: seen.append(tf.executing_eagerly()))()
    assert seen == [False] and tf.executing_eagerly()


def test_a_method_does_not_keep_its_object_alive():
    class Line:
        def __init__(self):
            self.slope = tf.Variable(2.0)

        @tf.function
        def at(self, x):
            return self.slope * x

    line = Line()
    assert float(line.at(tf.constant(1.0))) == 2.0
    assert "def at(x" in line.at.source()
    seen = weakref.ref(line)
    del line
    gc.collect()
    assert seen() is None


def test_the_source_has_the_names_of_attributes():
    class Dense:
        def __init__(self):
            self.kernel = tf.Variable([[2.0]])

        def __call__(self, x):
            return x @ self.kernel

    layers = [Dense(), Dense()]
    f = tf.function(lambda x: layers[1](layers[0](x)))
    f(tf.constant([[1.0]]))
    assert "def replay(x, kernel, kernel_2)" in f.source()


def test_an_object_as_an_argument_is_not_kept_alive():
    class Settings:
        factor = 2.0

    f, settings = tf.function(lambda x, settings: x * settings.factor), Settings()
    assert [float(f(tf.constant(1.0), settings)) for _ in range(2)] == [2.0, 2.0]
    seen = weakref.ref(settings)
    del settings
    gc.collect()
    assert seen() is None


def test_what_it_saw_is_not_kept():
    seen = []

    @tf.function
    def f(x):
        y = tf.exp(x)
        seen.append(weakref.ref(y._array))
        return tf.reduce_sum(y * y)

    f(tf.ones([1000]))
    gc.collect()
    assert seen[0]() is None


def test_a_signature_of_its_own():
    f = tf.function(lambda x, factor=2.0: x * factor)
    g = f.get_concrete_function(tf.TensorSpec([None], tf.float32), 3.0)
    assert g(tf.constant([1.0, 2.0])).numpy().tolist() == [3.0, 6.0]
    assert g(tf.constant([1.0])).numpy().tolist() == [3.0]
    with pytest.raises(TypeError, match="Can not cast"):
        g(tf.constant([1]))
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        g()
    assert "TensorSpec(shape=(None,), dtype=tapes.float32, name=None), 3.0" in repr(g.structured_input_signature)


def test_a_constant_called_buffer_is_a_constant():
    buffer = tf.constant(np.arange(5000.0))
    f = tf.function(lambda x: x + buffer)
    f(tf.constant(np.ones(5000)))
    space = {"constants": f.constants()}
    exec(f.source(), space)
    np.testing.assert_array_equal(space["replay"](np.ones(5000))[0][0], np.arange(5000.0) + 1.0)


@pytest.mark.parametrize("row", [row for row in HELPERS if row in registry])  # the others are pieces of rows
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_text_of_an_op_computes_what_its_row_computes(row, dtype):
    space = {"np": np}
    exec(helper(row, "op"), space)
    for call in samples(registry[row]):
        xs = call.at(dtype)
        if len(xs) == 1 and xs[0].size and xs[0].ndim and xs[0].dtype.kind == "f":
            xs = [np.concatenate([xs[0], np.full_like(xs[0], np.nan), 200.0 * xs[0], np.full_like(xs[0], -np.inf)])]
        if any(x.dtype.kind == "c" for x in xs):
            continue
        with quiet():
            expected, found = registry[row].forward(*xs, **call.params), space["op"](*xs, **call.params)
        assert found.dtype == expected.dtype and found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("row", [row for row in {**TEMPLATES, **NEEDS} if row in registry and row not in BOOKKEEPING])
def test_the_line_for_an_op_computes_what_the_op_computes(row):
    for dtype in ("float32", "float64"):
        for call in samples(registry[row]):
            with quiet():
                xs = [tf.constant(x) for x in call.at(dtype)]
                f = tf.function(functools.partial(call.op, **call.params))
                f(*xs)
                expected, found = f.python_function(*xs), f(*xs)
            assert expected.dtype == found.dtype and expected.shape == found.shape
            assert expected.numpy().tobytes() == found.numpy().tobytes(), f.source()


@pytest.mark.parametrize("loss", [
    lambda z, y: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1, 2, 1], logits=z),
    lambda z, y: tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(y), logits=z),
    lambda z, y: tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.sigmoid(y), logits=z),
    lambda z, y: tf.square(tf.tanh(z) - tf.sigmoid(y) * z), lambda z, y: tf.nn.elu(z) + tf.nn.leaky_relu(z * y),
    lambda z, y: tf.reduce_max(tf.concat([z, y], 0), 0) - tf.nn.softplus(z)])
def test_the_source_of_usual_losses_needs_nothing_but_numpy(loss):
    w = tf.Variable(np.linspace(-1.0, 2.0, 12).reshape(4, 3), name="w")

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(loss(x @ w, y))
        return value, tape.gradient(value, w)

    x, y = tf.constant(np.eye(4)), tf.constant(np.linspace(-2.0, 2.0, 12).reshape(4, 3))
    step(x, y)
    space = {"constants": step.constants()}
    exec(step.source(), space)
    assert "registry" not in step.source()
    for mine, theirs in zip(step(x, y), space["step"](x.numpy(), y.numpy(), w.numpy())[0], strict=True):
        assert mine.numpy().tobytes() == theirs.tobytes()


def test_ten_thousand_steps_are_a_program_like_any_other():
    @tf.function
    def f(x):
        for _ in range(5000):
            x = x * 0.999 + 0.001
        return x

    f(tf.constant(2.0))
    assert f(tf.constant(3.0)).numpy().tobytes() == f.python_function(tf.constant(3.0)).numpy().tobytes()


@pytest.mark.parametrize("outside", [False, True])
def test_what_fails_while_it_is_watched_leaves_nothing_behind(outside):
    v, w = tf.Variable(1.0), tf.Variable([1.0, 2.0])

    @tf.function
    def step(x):
        v.assign_add(x)
        v.assign(v * 10.0)
        w[0].assign(x)
        w.assign(tf.stack([x, x, x]) if x > 5.0 else w * x)  # for large x it does not fit

    for _ in range(2):
        if outside:
            with tf.GradientTape(), pytest.raises(ValueError, match="incompatible"):
                step(tf.constant(7.0))
        else:
            with pytest.raises(ValueError, match="incompatible"):
                step(tf.constant(7.0))
        assert float(v) == 1.0 and w.numpy().tolist() == [1.0, 2.0]
    step(tf.constant(2.0))
    assert float(v) == 30.0 and w.numpy().tolist() == [4.0, 4.0]
    with pytest.raises(ValueError, match="incompatible"):  # another way through it
        step(tf.constant(7.0))
    assert float(v) == 30.0 and w.numpy().tolist() == [4.0, 4.0]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_single_numbers_are_computed_as_such(dtype):
    """Python's max and if stand for NumPy's functions, which take ten times as long; the results are the same."""
    w = tf.Variable(0.5, dtype=dtype)

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            y = tf.nn.relu(x * w) + tf.nn.relu(w - x) * x + x * w
        return y, tape.gradient(y, w)

    for number in (1.0, -2.0, 0.0, -0.0, 0.5, np.inf, -np.inf, np.nan):
        x = tf.constant(number, dtype)
        for one, other in zip(f.python_function(x), f(x), strict=True):
            assert (one.dtype, one.shape) == (other.dtype, other.shape)
            np.testing.assert_array_equal(other.numpy(), one.numpy())
    text = f.source()
    assert f"zero = np.{dtype}(0.0)" in text and "<= 0 else" in text and "np.where" not in text


@pytest.mark.parametrize("number", [np.inf, [np.inf]])
def test_a_replay_does_not_warn_where_an_op_does_not(number):
    f = tf.function(lambda x: x * 0.0)
    f(tf.zeros_like(number))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tapes\.")  # as tapes asks for
        assert np.isnan(f(tf.constant(number))).all()


def test_an_adjoint_keeps_its_name_while_it_grows():
    w, x = tf.Variable(0.5, name="w"), tf.constant(2.0)

    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            y = x
            for _ in range(12):
                y = tf.tanh(y) * w
        return tape.gradient(y, w)

    for _ in range(2):
        assert f(x).numpy().tobytes() == f.python_function(x).numpy().tobytes()
    text = f.source()  # the last y is not computed, and so there is none that the text could call y
    assert "    g = g + " in text and "    dw = g + dy_2 * t_2 + dy * t  # adjoint of w" in text, text


@pytest.mark.parametrize(("index", "text"), [
    (0, "0"), ((slice(None), 0), ":, 0"), ((slice(1, None), slice(None, -1), slice(None, None, 2)), "1:, :-1, ::2"),
    ((Ellipsis, None, 1), "..., None, 1"), ((), ""), (True, ""), ((np.array([0, 1]), 0), "")])
def test_an_index_is_written_as_one_writes_it(index, text):
    x = np.arange(24).reshape(2, 3, 4)
    assert subscript(index) == text
    assert not text or np.array_equal(eval(f"x[{text}]"), x[index])


def power(x, y):
    return tf.pow(x, y)


def quotient(x, y):
    return x / y


def rooted(x, y):
    return tf.sqrt(x * tf.constant(1.0, x.dtype)) + y


def summed(x, y):
    return tf.reduce_sum(tf.tanh(x + y) * x + tf.exp(x), 1)


def scaled_twice(x, y):
    return x * 2 * 3 + y


def product(x, y):
    return tf.matmul(x, y)


def relu_slope(x, y):
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = tf.nn.relu(x) * y
    return tf.stack([z, tape.gradient(z, x)])


@pytest.mark.parametrize(("f", "x", "y"), [
    *[(power, np.float32(x), np.float32(y)) for x, y in ((1.3, 2.2), (np.inf, 0.3), (3e38, 2.0), (-0.0, -1.0))],
    (quotient, np.array([1, 2], np.int16), np.array([3, 7], np.int16)), (quotient, np.int8(1), np.int8(3)),
    (product, np.array([[np.inf], [-1.0], [np.nan]]), np.array([[0.0]])), (product, np.eye(1), np.array([[-0.0]])),
    *[(scaled_twice, np.array([1, 100], dtype), np.array([3, 7], dtype)) for dtype in ("int32", "uint8", "complex64")],
    (rooted, np.complex128(complex(-1, -0.0)), np.complex128(0)),
    (summed, np.zeros((300_000, 0)), np.zeros((300_000, 1))), (summed, np.zeros((0, 3)), np.zeros((0, 1))),
    *[(relu_slope, np.float32(x), np.float32(2.0)) for x in (np.nan, -0.0, 0.0, -1.0, 3.0, np.inf)]],
    ids=lambda x: getattr(x, "__name__", None) or (str(np.shape(x)) if np.size(x) > 2 else str(x)))
def test_the_program_gives_the_same_bits(f, x, y):
    """Single numbers, short integers, empty arrays and signs of zero: where NumPy's spellings of one thing part."""
    x, y = tf.constant(x), tf.constant(y)
    traced = tf.function(f)
    with np.errstate(all="ignore"):
        wanted = f(x, y).numpy()
        for found in (traced(x, y).numpy(), traced(x, y).numpy()):
            assert (found.dtype, found.shape, found.tobytes()) == (wanted.dtype, wanted.shape, wanted.tobytes())


@pytest.mark.parametrize("number", [complex(-1.0, -0.0), complex(-0.0, -2.0), complex(-0.0, 0.0), complex(-1.0, 0.0)])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_a_complex_constant_keeps_its_zeros(number, dtype):
    c = tf.constant(np.array(number, dtype))
    f = tf.function(lambda x: (tf.math.angle(x * 1.0 + c) - tf.math.angle(c), tf.where(tf.math.real(x) > 5.0, x, c)))
    x = tf.constant(np.array([complex(-0.0, -0.0)], dtype))
    f(x)
    assert f(x)[1].numpy().tobytes() == np.array([number], dtype).tobytes()
    space = {"constants": f.constants()}
    exec(f.source(), space)
    assert space["replay"](x.numpy())[0][1].tobytes() == np.array([number], dtype).tobytes()
