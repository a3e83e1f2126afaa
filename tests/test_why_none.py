"""For every cause of a gradient that is None, a small program that has it: the cause and the line must be found."""

from __future__ import annotations

import contextlib
import inspect
import random
import threading
from functools import partial

import numpy as np
import pytest

import tapes as tf
from comparisons.fuzz.judge import runnable
from comparisons.fuzz.programs import Writer
from comparisons.semantics import registry as registered
from comparisons.semantics.observe import TAPES, observe
from tapes.diagnose import history
from tapes.diagnose.causes import CAUSES
from tapes.notices import hearing
from tapes.op import Op, listening, registry
from tapes.protocols import TensorLike

PROGRAMS = {}


def program(cause, op=None):
    """A program returns a tape, a target, and a source; the line with `# here` is the one to be named."""

    def register(function):
        PROGRAMS[function.__name__] = (cause, op, function)
        return function

    return register


x = tf.constant(3.0)
vector = tf.constant([1.0, 2.0])
v = tf.Variable(2.0, name="v")


@program("not watched", "multiply")
def a_constant_that_nobody_watched():
    with tf.GradientTape() as tape:
        y = x * x  # here
    return tape, y, x


@program("not watched", "multiply")
def a_variable_that_became_a_tensor():
    w = tf.Variable(2.0)
    w = w * 2.0
    with tf.GradientTape() as tape:
        y = w * w  # here
    return tape, y, w


@program("watched late", "multiply")
def watched_after_its_use():
    with tf.GradientTape() as tape:
        y = x * x  # here
        tape.watch(x)
    return tape, y, x


@program("watched late", "multiply")
def watched_late_beside_something_that_is_recorded():
    with tf.GradientTape() as tape:
        y = v * x  # here
        tape.watch(x)
    return tape, y, x


@program("after the block", "multiply")
def the_loss_after_the_block():
    with tf.GradientTape() as tape:
        y = v * v
    z = y * 2.0  # here
    return tape, z, v


@program("after the block", "getitem")
def a_slice_after_the_block():
    with tf.GradientTape() as tape:
        tape.watch(vector)
        y = vector * vector
    return tape, y[0], vector  # here


@program("after the block", "multiply")
def after_the_block_of_the_inner_tape():
    with tf.GradientTape():
        with tf.GradientTape() as inner:
            y = v * v
        z = y * 2.0  # here
    return inner, z, v


@program("before the block", "multiply")
def before_the_block_of_the_inner_tape():
    with tf.GradientTape():
        y = v * v  # here
        with tf.GradientTape() as inner:
            z = y * 2.0
    return inner, z, v


@program("no derivative", "imag")
def the_imaginary_part_of_real_numbers():
    with tf.GradientTape() as tape:
        y = tf.math.imag(v)  # here
    return tape, y, v


@program("paused", "multiply")
def paused():
    with tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            y = x * x  # here
        z = y * 2.0
    return tape, z, x


@program("assign", "assign")
def assigned_into_a_variable():
    w = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        w.assign(v * v)  # here
        y = w * w
    return tape, y, v


@program("assign", "assign")
def added_into_a_variable():
    w = tf.Variable(0.0)
    with tf.GradientTape() as tape:
        w.assign_add(v * v)  # here
        w.assign_sub(1.0)
        y = w * w
    return tape, y, v


@program("Variable", "Variable")
def a_variable_made_from_a_tensor():
    with tf.GradientTape() as tape:
        w = tf.Variable(v * v)  # here
        y = w * w
    return tape, y, v


@program("integer source")
def an_integer_source():
    n = tf.constant([1, 2]) + 1  # here
    with tf.GradientTape() as tape:
        tape.watch(n)
        y = tf.cast(n, tf.float32) * 2.0
    return tape, y, n


@program("integer", "cast")
def through_integers():
    with tf.GradientTape() as tape:
        y = tf.cast(v, tf.int32)  # here
        z = tf.cast(y, tf.float32) * 2.0
    return tape, z, v


@program("no derivative", "floor")
def a_staircase():
    with tf.GradientTape() as tape:
        y = tf.floor(v * v)  # here
        z = y * v.numpy()
    return tape, z, v


@program("no derivative", "argmax")
def argmax():
    with tf.GradientTape() as tape:
        y = tf.argmax(tf.stack([v, 1.0]))  # here
    return tape, y, v


@program("no derivative", "greater")
def a_comparison():
    with tf.GradientTape() as tape:
        accuracy = tf.reduce_mean(tf.cast(v > 1.0, tf.float32))  # here
    return tape, accuracy, v


@tf.custom_gradient
def doubled(a, b):
    return a * b, lambda upstream: (None, upstream * a)


@program("custom gradient", "custom_gradient")
def a_gradient_of_ones_own_that_is_none():
    with tf.GradientTape() as tape:
        y = doubled(v, x) * v.numpy()  # here
    return tape, y, v


@program("no derivative", "unheard_of")
def an_op_of_ones_own_without_a_rule():
    op = Op("unheard_of", np.sin, [None])
    del registry["unheard_of"]
    with tf.GradientTape() as tape:
        y = op(v)  # here
    return tape, y, v


@program("stop_gradient", "stop_gradient")
def stopped():
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(v * v)  # here
        z = y * 2.0
    return tape, z, v


@program("left the tape", ".numpy()")
def through_numpy():
    with tf.GradientTape() as tape:
        y = (v * v).numpy()  # here
        z = tf.constant(np.sin(y)) * x
    return tape, z, v


@program("left the tape", "a NumPy function")
def through_a_numpy_function():
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = np.sin(x)  # here
        z = tf.exp(y)
    return tape, z, x


@program("left the tape", "a NumPy function")
def through_numpys_python_code():
    with tf.GradientTape() as tape:
        tape.watch(vector)
        y = np.mean(vector)  # here
        z = tf.exp(y)
    return tape, z, vector


@program("left the tape", "float()")
def through_float():
    with tf.GradientTape() as tape:
        y = v * v
        z = x * float(y)  # here
    return tape, z, v


@program("left the tape", ".numpy()")
def taken_out_before_the_block():
    numbers = vector.numpy()  # here
    with tf.GradientTape() as tape:
        tape.watch(vector)
        y = tf.exp(numbers)
    return tape, y, vector


@program("not a tensor")
def a_float_as_target():
    with tf.GradientTape() as tape:
        y = float(v * v)  # here
    return tape, y, v


@program("not a tensor")
def a_number_as_source():
    y = float(v)  # here
    with tf.GradientTape() as tape:
        z = v * y
    return tape, z, y


@program("not trainable", "read")
def not_trainable():
    w = tf.Variable(1.0, trainable=False)
    with tf.GradientTape() as tape:
        y = w * w  # here
    return tape, y, w


@program("watch_accessed_variables", "read")
def not_accessed():
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = v * v  # here
    return tape, y, v


@program("before the block", "read")
def read_before_the_block():
    r = v.value()  # here
    with tf.GradientTape() as tape:
        y = r * r
    return tape, y, v


@program("before the block", "multiply")
def computed_before_the_block():
    r = x * x  # here
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = r * 2.0
    return tape, y, x


@program("not watched", "multiply")
def a_read_of_before_the_block():
    r = v.value()
    with tf.GradientTape() as tape:
        y = r * r  # here
    return tape, y, r


@program("fresh read", "read")
def another_read_of_the_variable():
    with tf.GradientTape() as tape:
        y = v * v
    return tape, y, v.value()  # here


@program("fresh slice", "getitem")
def another_slice():
    with tf.GradientTape() as tape:
        tape.watch(vector)
        y = vector[0] * 2.0
    return tape, y, vector[0]  # here


@program("overwritten", "multiply")
def overwritten():
    z = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = z * z
    z = z * 2.0  # here
    return tape, y, z


@program("inner gradient", "multiply")
def the_inner_gradient_outside():
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = v * v * v
    slope = inner.gradient(y, v)  # here
    return outer, slope, v


@program("only another tape watches", "multiply")
def the_outer_tape_does_not_watch():
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x  # here
        slope = inner.gradient(y, x)
    return outer, slope, x


@program("constant derivative", "multiply")
def the_derivative_is_constant():
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = 2.0 * v
        slope = inner.gradient(y, v)  # here
    return outer, slope, v


@program("constant derivative", "gradient")
def the_derivative_is_one():
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v + 1.0
        slope = inner.gradient(y, v)  # here
    return outer, slope, v


@program("reset", "multiply")
def reset():
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.reset()
        y = x * x  # here
    return tape, y, x


@program("reset", "exp")
def reset_in_the_middle():
    with tf.GradientTape() as tape:
        y = tf.exp(v)  # here
        tape.reset()
        z = y * y
    return tape, z, v


@program("after gradient", "multiply")
def after_gradient():
    with tf.GradientTape() as tape:
        y = v * v
        tape.gradient(y, v)
        z = y * 2.0  # here
    return tape, z, v


@program("another tape", "multiply")
def two_tapes():
    with tf.GradientTape() as first:
        v * v
    with tf.GradientTape():
        y = v * v  # here
    return first, y, v


@program("another thread")
def another_thread_with_a_history():
    found = []

    def work():
        with history() as found_there:
            found.append(v * v)  # here
        found.append(found_there)

    with tf.GradientTape() as tape:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        y = found[0] * 2.0
    return tape, y, v, found


@program("constant")
def another_thread():
    found = []
    with tf.GradientTape() as tape:
        thread = threading.Thread(target=lambda: found.append(v * v))
        thread.start()
        thread.join()
    return tape, found[0], v


@program("independent", "multiply")
def independent():
    with tf.GradientTape() as tape:
        tape.watch(x)
        v * v
        y = x * x  # here
    return tape, y, v


@program("independent", "multiply")
def a_layer_that_is_not_part_of_the_network():
    used, unused = tf.Variable(2.0), tf.Variable(3.0)
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = used * used
        used.assign_sub(0.1 * tape.gradient(loss, [used, unused])[0])
    with tf.GradientTape() as tape:
        loss = used * used  # here
    return tape, loss, unused


@program("swapped", "multiply")
def swapped():
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x  # here
    return tape, x, y


@program("not None")
def connected():
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(vector * v)
    return tape, y, v


@program("not None")
def itself():
    with tf.GradientTape() as tape:
        tape.watch(x)
    return tape, x, x


@pytest.fixture
def wrong(monkeypatch):
    """Where why_none says "not None" and gradient gives None, or the other way round: asked before and after it."""
    gradient, wrong = tf.GradientTape.gradient, []

    def asking(tape, target, sources, *args, **options):
        with monkeypatch.context() as patch:
            patch.setattr(tf.GradientTape, "gradient", gradient)
            single = not args and not options and isinstance(target, TensorLike) and tape._trace is not None
            leaves = [x for x in tf.nest.flatten(sources) if isinstance(x, TensorLike)] if single else []
            answers = [(x, tape.why_none(target, x)) for x in leaves]
            found = tape.gradient(target, sources, *args, **options)
            for (x, before), g in zip(answers, tf.nest.flatten(found), strict=False):
                wrong.extend(str(answer) for answer in (before, tape.why_none(target, x))
                             if answer.cause != "unknown" and (answer.cause == "not None") != (g is not None))
        return found

    monkeypatch.setattr(tf.GradientTape, "gradient", asking)
    return wrong


@pytest.mark.parametrize("listening_to_it", [True, False])
@pytest.mark.parametrize("name", [name for name in registered if name != "threads_and_memory.copied_tape"])
def test_it_agrees_with_gradient_in_every_program_of_the_semantics(name, listening_to_it, wrong):
    """But for a copy of a tape, of which a history knows nothing."""
    with history() if listening_to_it else contextlib.nullcontext():
        observe(registered[name].run, TAPES)
    assert not wrong


@pytest.mark.parametrize("listening_to_it", [True, False])
def test_it_agrees_with_gradient_in_random_programs(listening_to_it, wrong):
    for seed in range(100):
        text = Writer(partial(random.Random(seed).randint, 0)).program().text()
        with history() if listening_to_it else contextlib.nullcontext():
            observe(runnable(text), TAPES)
        assert not wrong, text


def test_several_sources_have_an_explanation_each():
    b, c = tf.Variable(1.0), tf.constant(1.0)
    with tf.GradientTape() as tape:
        y = v * v + tf.floor(b)
    found = tape.why_none(y, {"v": v, "rest": [b, c]})
    assert [each.cause for each in found] == ["no derivative", "not watched", "not None"]  # in the order of the keys
    assert str(found).count("\n\n") == 2 and "of y by b is None: floor has no derivative" in str(found)
    assert found[1].what.endswith("this tape did not watch c.")
    with pytest.raises(TypeError, match="one target at a time"):
        tape.why_none([y], v)


def line_of(function):
    """Of `# here` in a program."""
    lines, start = inspect.getsourcelines(function)
    return next((start + i for i, text in enumerate(lines) if text.rstrip().endswith("# here")), None)


@pytest.mark.parametrize("used_up", [False, True], ids=["before gradient()", "after gradient()"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_cause_is_found(name, used_up):
    cause, op, function = PROGRAMS[name]
    with history():
        tape, target, source, *_ = function()
        if used_up and tape._trace is not None and cause not in ("not a tensor",):
            gradient = tape.gradient(target, source)
            assert (gradient is None) == (cause != "not None")
        found = tape.why_none(target, source)
    assert (found.cause, found.op, found.line) == (cause, op, line_of(function)), str(found)
    if found.line is not None:
        assert found.file == __file__ and f"test_why_none.py, line {found.line}:" in str(found)
    assert cause == "not None" or (" is None: " in found.what and f"Fix: {found.fix}"[:60] in str(found))


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_a_history_it_answers_too(name):
    cause, _, function = PROGRAMS[name]
    assert not hearing.now
    tape, target, source, *_ = function()
    found = tape.why_none(target, source)
    assert found.cause == "unknown" or (found.cause == "not None") == (cause == "not None")
    assert found.cause == cause or found.cause in (
        "not watched", "unknown", "unlinked", "target not on the tape", "not read")


@program("no derivative", "greater")
def through_the_condition_of_where():
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.where(v > 1.0, x, 0.0)  # here
    return tape, y, v


def test_every_cause_has_a_program():
    # what a tape without a history says
    bare = {"unknown", "never entered", "unlinked", "target not on the tape", "not read"}
    assert {cause for cause, _, _ in PROGRAMS.values()} >= set(CAUSES) - bare - {"not recording"}


def test_a_tape_without_a_history_knows_whether_it_was_used_up():
    y = v * v
    tape = tf.GradientTape()
    assert tape.why_none(y, v).cause == "never entered"
    with tape:
        y = v * v
    tape.gradient(y, v)
    found = tape.why_none(y, v)
    assert found.cause == "unknown" and "gradient() has used the tape up" in found.what


def test_a_used_up_tape_that_watched_nothing_never_had_steps():
    c = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = c * c
    assert tape.gradient(y, c) is None
    assert tape.why_none(y, c).cause == "not watched"
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = v * v
    tape.gradient(y, v)
    assert tape.why_none(y, v).cause == "watch_accessed_variables"


def test_a_notebook_shows_what_print_shows():
    with tf.GradientTape() as tape:
        y = tf.floor(v)
    assert repr(tape.why_none(y, v)) == str(tape.why_none(y, v))
    assert repr(tape.why_none(y, [v, v])) == str(tape.why_none(y, [v, v]))


def test_what_stands_behind_the_first_cause_is_told_too():
    with history():
        with tf.GradientTape() as tape:
            y = tf.floor(x * 1.0)
        z = y * 2.0
        found = tape.why_none(z, x)
    assert [found.cause, *(each.cause for each in found.more)] == ["not watched", "no derivative", "after the block"]
    assert "Behind that: floor has no derivative." in str(found)


def test_the_names_are_those_of_the_program():
    weights = tf.Variable(1.0, name="W")
    with history(), tf.GradientTape() as tape:
        loss = tf.stop_gradient(weights * weights)
    assert tape.why_none(loss, weights).what.startswith("The gradient of loss by W is None: ")
    del loss
    found = tape.why_none(tf.stop_gradient(weights), weights)
    assert found.what.startswith("The gradient of the target by W is None: ")


def test_a_history_is_asked_after_its_end_too():
    with history(), tf.GradientTape() as tape:
        y = x * x
    assert tape.why_none(y, x).line is not None


def test_a_history_leaves_the_thread_as_it_was():
    with pytest.raises(RuntimeError, match="on purpose"), history():
        v * v
        raise RuntimeError("on purpose")
    assert not listening.now and not hearing.now
    with history() as first:
        with pytest.raises(RuntimeError, match="already"), history():
            pass
        assert listening.now == [first]
    assert not listening.now and not hearing.now


def test_threads_have_histories_of_their_own():
    heard = {}

    def work(op):
        with history() as mine:
            for _ in range(100):
                op(v)
        heard[op] = {made.how for made in mine.made.values()}

    threads = [threading.Thread(target=work, args=(op,)) for op in (tf.sin, tf.cos)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == {tf.sin: {"", "read", "sin"}, tf.cos: {"", "read", "cos"}}


def test_a_history_keeps_no_arrays_and_not_more_than_its_limit():
    with history(limit=100) as heard:
        w = tf.Variable(np.ones(1000))
        with tf.GradientTape() as tape:
            y = tf.exp(w)
            kept = heard._refs[heard.number(y)][0]
            for _ in range(500):
                y = y * 1.0
        assert len(heard.made) <= 101 and len(heard._numbers) <= 110
        assert tape.gradient(y, w) is not None
        del y, tape
        assert kept() is None


def test_variables_outlive_the_limit_but_not_themselves():
    kept = tf.Variable(1.0, name="kept")
    with history(limit=100) as heard:
        kept.assign(v * 2.0)
        for _ in range(500):
            tf.Variable(1.0).assign(2.0)
        assert len(heard.made) <= 105 and len(heard._assigned) <= 60
        assert len(heard._owner) == len(heard._assigned)
        with tf.GradientTape() as tape:
            y = kept * kept
        assert tape.why_none(y, v).cause == "independent"  # so long ago was it
        assert tape.why_none(y, kept).cause == "not None"


def test_gradients_are_the_same_while_a_history_listens():
    with history(), tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.exp(vector * v) * v)
    listened = tape.gradient(y, v)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.exp(vector * v) * v)
    assert listened.numpy() == tape.gradient(y, v).numpy()


def test_a_history_that_began_after_the_block():
    with tf.GradientTape() as tape:
        y = v * v
    with history():
        z = y * 2.0
        found = tape.why_none(z, v)
    assert found.cause in ("not recording", "independent") and found.op == "multiply"
    with tf.GradientTape() as tape:
        pass
    with history():
        y = v * v
        found = tape.why_none(y, v)
    assert found.cause == "not recording"


@program("drawn", "categorical")
def a_sample():
    logits = tf.Variable([[1.0, 2.0, 3.0]])
    with tf.GradientTape() as tape:
        y = tf.cast(tf.random.categorical(logits, 2), tf.float32)  # here
        loss = tf.reduce_mean(y)
    return tape, loss, logits


@program("another tape", "multiply")
def the_tape_of_another_model():
    with tf.GradientTape() as first:
        y = v * v  # here
    with tf.GradientTape() as second:
        v * 3.0
    return second, y, v, first


@program("fresh slice", "getitem")
def another_entry_of_a_variable():
    w = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = w[0] * w[1]
    return tape, y, w[0]  # here


@program("left the tape", "predict()")
def keras_predict():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model(tf.ones([1, 2]))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(model.predict(tf.ones([1, 2]), verbose=0))  # here
    return tape, y, model.layers[0].kernel


def test_a_variable_that_was_overwritten_is_told_how_to_remain_one():
    with history():
        w = tf.Variable(2.0)
        w = w - 0.1 * w
        with tf.GradientTape() as tape:
            y = w * w
        found = tape.why_none(y, w)
    assert "no Variable any more" in found.what and "assign_sub" in found.fix
