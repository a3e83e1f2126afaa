"""Random programs are worth as much as the mistakes they find: wrong rules are found, and told in a few lines."""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
from dataclasses import replace

import joblib
import numpy as np
import pytest

import comparisons.fuzz.hunt as hunting
import comparisons.fuzz.search as searching
import tapes
from comparisons.fuzz import functional
from comparisons.fuzz.calls import calls
from comparisons.fuzz.declared import READ_BY_A_RULE
from comparisons.fuzz.hunt import BATCH, Failure, Report, batch, hunt
from comparisons.fuzz.judge import AGREE, CHAOS, CORNER, DECLARED_, ILL, WRONG, Judge, answers, runnable
from comparisons.fuzz.language import Ask, Choose, Input, Kind, Let, Program, Repeat, Tape
from comparisons.fuzz.programs import SHAPES, Writer
from comparisons.fuzz.show import written
from comparisons.fuzz.verdicts import judged
from comparisons.libraries import LIBRARIES
from comparisons.semantics.observe import TAPES
from comparisons.semantics.outcome import Array, Outcome
from tapes.op import registry

pytest.importorskip("hypothesis", reason=LIBRARIES["hypothesis"].install)
needs_tensorflow = pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)
needs_jax = pytest.mark.skipif(not LIBRARIES["jax"].installed, reason=LIBRARIES["jax"].install)
HERE = f"{os.getpid()} {threading.current_thread().name}"


def total(parts):
    found = Report()
    for part in parts:
        found += part
    return found


@pytest.fixture
def one_is_enough(monkeypatch):
    monkeypatch.setattr(hunting, "FAILURES", 1)
    monkeypatch.setattr(searching, "TRIES", 100)


def first_failure(most=12):
    """The first disagreement with TensorFlow in so many batches."""
    for number in range(most):
        found = batch(0, number, BATCH, ("tensorflow",))
        if found.failures:
            return found.failures[0], BATCH * number + found.programs
    pytest.fail(f"nothing found in {most * BATCH} programs")


def thousandth(monkeypatch):
    tanh = registry["tanh"]
    monkeypatch.setattr(tanh, "rules", [lambda g, y, x: g * (1.0 - y * y) * 1.001])


def no_unbroadcasting(monkeypatch):
    multiply = registry["multiply"]
    monkeypatch.setattr(multiply, "rules", [lambda g, z, x, y: g * y, lambda g, z, x, y: g * x])


def no_stop(monkeypatch):
    monkeypatch.setattr(tapes, "stop_gradient", tapes.identity)


@needs_tensorflow
@pytest.mark.parametrize(("mutant", "word"), [(thousandth, "tanh"), (no_unbroadcasting, ""),
                                              (no_stop, "stop_gradient")])
def test_a_mistake_is_found_and_told_in_a_few_lines(mutant, word, monkeypatch, one_is_enough):
    mutant(monkeypatch)
    failure, programs = first_failure()
    body = failure.script.split("def program(tf):\n")[1].split("\n\n")[0]
    assert word in body, failure.script
    assert len(body.splitlines()) <= 8, body
    assert programs <= 600


@needs_tensorflow
def test_the_tape_of_today_agrees(comparisons, tmp_path):
    path = tmp_path / "fuzz.json"
    found = comparisons("fuzz", "--programs", "150", "--seed", "1", "--json", str(path))
    assert found.returncode == 0, found.stdout + found.stderr
    assert "All that was asked agrees." in found.stdout and "150 programs" in found.stdout
    document = json.loads(path.read_text())
    assert document["agree"] is True and document["programs"] == 150 and not document["failures"]
    assert sum(document["verdicts"]["tensorflow"].values()) == 150
    assert {note["verdict"] for note in document["notes"]} <= {*document["verdicts"]["tensorflow"]}


@needs_tensorflow
def test_the_script_runs_by_itself_and_shows_both_answers(run_python, tmp_path, monkeypatch, one_is_enough):
    thousandth(monkeypatch)
    failure, _ = first_failure()
    file = tmp_path / "failing.py"
    file.write_text(failure.script)
    found = run_python(str(file))
    assert found.returncode == 0, found.stderr
    shown = found.stdout.splitlines()
    assert shown[0] == "tapes" and "tensorflow" in shown
    assert sum("g1 = " in line for line in shown) == 2


def test_what_is_wrong_or_cannot_be_judged_is_written_as_such():
    right = Report(programs=200)
    right.counts.update({("jax", AGREE): 197, ("jax", CORNER): 3})
    assert written(right, ["jax"], 0)["agree"]
    right.counts.update({("jax", CHAOS): 5})
    assert not written(right, ["jax"], 0)["agree"] and "8 programs" in written(right, ["jax"], 0)["verdict"]
    wrong = Report(programs=200, failures=[Failure("jax", "g1: off", "script")])
    document = written(wrong, ["jax"], 0)
    assert not document["agree"] and document["failures"] == [{"library": "jax", "why": "g1: off", "script": "script"}]


def test_a_seed_means_the_same_programs_whatever_the_number_of_jobs():
    one, two, other = (total(hunt(3 * BATCH, seed, jobs, ())) for seed, jobs in ((5, None), (5, 2), (6, None)))
    assert one.programs == two.programs == other.programs == 3 * BATCH
    assert one.digest == two.digest != other.digest
    assert one.workers == {HERE} and HERE not in two.workers


def test_a_cluster_of_the_callers_does_the_work():
    distributed = pytest.importorskip("distributed")
    # two processes of one thread: joblib would do the work itself if the cluster had room for one piece only
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client, joblib.parallel_config(backend="dask"):
        spread = total(hunt(3 * BATCH, 5, None, ()))
        workers = {str(process) for process in client.run(os.getpid).values()}
    assert spread.programs == 3 * BATCH and spread.digest == total(hunt(3 * BATCH, 5, None, ())).digest
    assert spread.workers and {worker.partition(" ")[0] for worker in spread.workers} <= workers


# -- the judge: what it lets pass, and what not ------------------------------------------------------------------------

DOUBLE = np.float64


def told(reference, text="tf.sin({0})", at=0.5, dtype=DOUBLE, zeros=False):
    """The verdict on x -> text, with a reference that is made from the answers of tapes."""
    program = Program((Input("x1", np.array(at, dtype)),),
                      (Tape("tape", ("x1",), (Let("t1", text, ("x1",)),), (Ask(("g1",), "tape", ("t1",), ("x1",)),)),),
                      ("t1", "g1"))

    def ask(other):
        answer = answers(other, TAPES)
        return replace(answer, value={name: reference(name, array) for name, array in answer.value.items()})

    return Judge(program, answers(program, TAPES), ask, zeros=zeros).verdict()


def changed(change):
    return lambda name, array: array if name == "t1" else Array("Tensor", change(array.numbers))


@pytest.mark.parametrize("change", [
    lambda g: g * (1 + 1e-12), lambda g: -g, lambda g: g * np.nan, lambda g: g.astype(np.float32), lambda g: g[None],
    lambda g: g + np.inf, np.zeros_like], ids=["1e-12", "sign", "nan", "dtype", "shape", "inf", "zero"])
def test_what_is_wrong_is_wrong(change):
    assert told(changed(change)).kind == WRONG


def test_what_is_right_is_right():
    assert told(changed(lambda g: g)).kind == AGREE
    assert told(changed(lambda g: np.nextafter(g, 1.0))).kind == AGREE


def test_none_is_zero_only_where_it_is_said():
    nothing = "tf.stop_gradient({0})"
    zero = {"t1": 0.5, "g1": 0.0}

    def reference(name, array):
        return Array("Tensor", np.array(zero[name]))

    assert told(reference, nothing).kind == WRONG
    assert told(reference, nothing, zeros=True).kind == AGREE
    assert told(lambda name, array: array and Array("Tensor", array.numbers), zeros=True).kind == AGREE
    assert told(lambda name, array: None if name == "g1" else array, zeros=True).kind == WRONG


def test_an_ill_conditioned_program_has_the_room_that_its_condition_explains():
    steep = "tf.sin(1e6 * {0})"  # an ulp of x is a million ulps of the result
    assert told(changed(lambda g: g * (1 + 1e-11)), steep).kind == ILL
    assert told(changed(lambda g: g * (1 + 1e-7)), steep).kind == WRONG
    assert told(changed(lambda g: g * (1 + 1e-11))).kind == WRONG


def test_what_cancels_to_nothing_but_rounding_is_0():
    nothing, at = "tf.nn.softmax(8.0 * {0})", [1.0, 0.9, 1.1, 0.95]  # its sum is 1, whatever x is
    assert told(changed(lambda g: g + 1e-15), nothing, at).kind == ILL
    assert told(changed(lambda g: g + 1e-12), nothing, at).kind == WRONG
    assert told(changed(lambda g: g + 1e-3), nothing, at).kind == WRONG


def test_at_a_corner_the_answer_of_either_side_passes_and_no_other():
    corner = "tf.where(tf.sin({0}) > tf.sin(tf.ones_like({0})), {0}, -3.0 * {0})"

    def other_side(name, array):
        negative = array.numbers < 0
        return Array("Tensor", np.where(negative, array.numbers / -3.0, array.numbers * -3.0))

    assert told(other_side, corner, at=1.0).kind == CORNER
    assert told(other_side, corner, at=0.5).kind == WRONG
    assert told(changed(lambda g: g * 0.5), corner, at=1.0).kind == WRONG


def test_where_rounding_leaves_no_digit_nothing_is_said():
    assert told(changed(lambda g: g * 0.5), "tf.sin(1e18 * {0})", at=0.3).kind == CHAOS
    assert told(changed(lambda g: g * 0.5), "tf.sin(1e3 * {0})", at=0.3).kind == WRONG


def test_errors_agree_by_their_family():
    program = Program((Input("x1", np.array([1.0, 2.0])),), (Let("wrong", "{0} + tf.ones([3], tf.float64)", ("x1",)),),
                      ("x1",), "two shapes")
    own = answers(program, TAPES)
    assert own.raised
    for raised, kind in ((own.raised, AGREE), (("KeyError", "LookupError"), WRONG), ((), WRONG)):
        other = Outcome({} if not raised else None, raised=raised)
        assert Judge(program, own, lambda program, other=other: other).verdict().kind == kind


# -- what programs are made of -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [call for table in calls() for call in table], ids=lambda call: call.name)
def test_the_kind_of_each_result_is_known_before(call):
    rng = random.Random(call.name)
    filled = 0
    for shape in SHAPES[:10] * 3:
        kind = Kind(shape, "float64")
        found = call.fill(rng.choice, *[kind] * call.arity)
        if found is not None:
            filled += 1
            x = tapes.constant(np.linspace(-0.7, 1.1, int(np.prod(shape))).reshape(shape), tapes.float64)
            y = eval(found[0].format("x", "x"), {"tf": tapes, "x": x})
            assert Kind(tuple(y.shape), y.dtype.name) == found[1], found[0]
    assert filled


@needs_jax
@pytest.mark.parametrize("call", [call for table in calls() for call in table], ids=lambda call: call.name)
def test_jax_has_a_name_with_all_its_options_or_not_at_all(call):
    rng, names = random.Random(call.name), functional.names()
    texts = set()
    for kind in [Kind(shape, "float64") for shape in [(), (2,), (2, 3), (2, 2), (2, 1)]] * 20:
        if (found := call.fill(rng.choice, *[kind] * call.arity)) is not None and found[0] not in texts:
            texts.add(found[0])
            x = names.constant(np.linspace(-0.7, 1.1, int(np.prod(kind.shape))).reshape(kind.shape), names.float64)
            with contextlib.suppress(functional.MissingName):
                y = eval(found[0].format("x", "x"), {"tf": names, "x": x})
                assert Kind(tuple(y.shape), str(y.dtype)) == found[1], found[0]
    assert texts


def test_any_choices_give_a_program_that_can_be_compiled():
    for seed in range(300):
        rng = random.Random(seed)
        program = Writer(lambda largest, rng=rng: rng.randint(0, largest)).program()
        assert callable(runnable(program.text()))
        try:
            assert callable(runnable(functional.text(program)))
        except functional.Inexpressible as reason:
            assert str(reason)


def test_the_simplest_choices_give_the_simplest_program():
    assert Writer(lambda largest: 0).program().text() == (
        "def program(tf):\n"
        "    x1 = tf.constant(-1.5, tf.float64)\n"
        "    with tf.GradientTape() as tape:\n"
        "        tape.watch(x1)\n"
        "        t1 = 2.0 * x1\n"
        "    g1 = tape.gradient(t1, x1)\n"
        '    return {"t1": t1, "g1": g1}\n')


@needs_jax
def test_jax_agrees_and_finds_the_thousandth_too(monkeypatch, one_is_enough):
    found = batch(0, 0, 20, ("jax",))
    assert not found.failures and found.counts["jax", AGREE] >= 10
    program = Program((Input("x1", np.array([0.5, -1.0])),), (Tape("tape", ("x1",), (
        Let("t1", "tf.tanh({0})", ("x1",)),), (Ask(("g1",), "tape", ("t1",), ("x1",)),)),), ("g1",))
    assert judged(program, ["jax"])["jax"].kind == AGREE
    thousandth(monkeypatch)
    assert judged(program, ["jax"])["jax"].kind == WRONG


def by_jax(text, at, dtype=DOUBLE):
    """The verdict of JAX on x -> text and its slope."""
    program = Program((Input("x1", np.array(at, dtype)),), (Tape("tape", ("x1",), (Let("t1", text, ("x1",)),),
                      (Ask(("g1",), "tape", ("t1",), ("x1",)),)),), ("t1", "g1"))
    verdict = judged(program, ["jax"])["jax"]
    return verdict.kind, verdict.why


@needs_jax
@pytest.mark.parametrize(("text", "at", "dtype"), [
    ("tf.math.digamma(1.6 + 0.0 * {0})", 1.0, DOUBLE), ("tf.math.digamma(1.6 + 0.0 * {0})", 1.0, np.float32),
    ("tf.math.digamma({0})", -9.28, DOUBLE), ("tf.math.lgamma(1.8 + 0.0 * {0})", 1.0, DOUBLE)],
    ids=["zero", "single", "negative", "lgamma"])
def test_where_jax_is_inexact_50_digits_decide(text, at, dtype, monkeypatch):
    assert by_jax(text, at, dtype=dtype) == (DECLARED_, "lgamma and digamma")
    op = registry["lgamma" if "lgamma" in text else "digamma"]
    right = op.forward
    monkeypatch.setattr(op, "forward", lambda x: (right(x) * (1 + np.finfo(dtype).eps ** 0.5)).astype(dtype))
    assert by_jax(text, at, dtype=dtype)[0] == WRONG


@needs_jax
def test_a_wrong_rule_of_digamma_is_found_where_that_of_jax_is_wrong_too(monkeypatch):
    for of in ("digamma", "lgamma"):
        assert by_jax(f"tf.math.{of}({{0}})", -9.28)[0] == {"digamma": DECLARED_, "lgamma": AGREE}[of]
    monkeypatch.setattr(registry["digamma"], "rules", [lambda g, y, x: g * tapes.math.polygamma(1.0, x) * 1.001])
    assert by_jax("tf.math.digamma({0})", -9.28)[0] == WRONG
    monkeypatch.setattr(registry["lgamma"], "rules", [lambda g, y, x: g * tapes.math.digamma(x) * 1.001])
    assert by_jax("tf.math.lgamma({0})", -9.28)[0] == WRONG


@needs_jax
def test_an_integer_made_of_nan_is_a_declared_difference_and_any_other_is_none(monkeypatch):
    text = "tf.cast(tf.cast(tf.math.log({0}), tf.int32), tf.float64) + 0.0 * {0}"
    assert by_jax(text, -1.0) == (DECLARED_, "cast of nan")
    assert by_jax(text, 20.0)[0] == AGREE
    cast = registry["cast"]
    monkeypatch.setattr(cast, "forward", lambda x, dtype: (x + (np.dtype(dtype).kind == "i")).astype(dtype))
    assert by_jax(text, 20.0)[0] == WRONG


@needs_jax
@pytest.mark.parametrize(("text", "at", "dtype", "name"), [
    ("tf.cast(tf.argmax(tf.math.log({0}), axis=-1), tf.float64) * {0}", [-1.0, 2.0, -1.0], DOUBLE, "argmax of nan"),
    ("tf.math.angle({0})", 1.5, np.float32, "angle of a real number"),
    ("tf.math.angle(tf.sqrt({0}))", [-1.0, 2.0], DOUBLE, "angle of a real number"),
    ("tf.math.xlogy(0.0 * {0}, {0} - 2.0)", 1.0, DOUBLE, "xlogy at x = 0"),
    ("tf.math.xlog1py(0.0 * {0}, {0} - 3.0)", 1.0, DOUBLE, "xlogy at x = 0")])
def test_what_differs_from_jax_is_declared_and_nothing_beside_it(text, at, dtype, name, monkeypatch):
    assert by_jax(text, at, dtype=dtype) == (DECLARED_, name)
    (op,) = [registry[word] for word in ("argmax", "angle", "xlogy", "xlog1py") if f"{word}(" in text]
    right = op.forward
    monkeypatch.setattr(op, "forward", lambda *xs, **how: np.add(right(*xs, **how), 1, dtype=how.get("dtype", dtype)))
    assert by_jax(text, at, dtype=dtype)[0] == WRONG


@needs_jax
@pytest.mark.parametrize("text", ["abs({0})", "tf.maximum({0}, 0.0 * {0})", "tf.norm({0}, ord=1, axis=-1)"])
def test_another_convention_at_a_corner_is_a_declared_difference(text):
    assert by_jax(text, [0.0, 0.0]) == (DECLARED_, "another convention at a corner")
    assert by_jax(text, [0.5, -0.5])[0] == AGREE


@needs_jax
def test_what_is_left_out_of_an_exclusive_sum_has_no_part_in_it():
    assert by_jax("tf.truncatemod(tf.ones_like({0}), tf.cumsum({0}, axis=0, exclusive=True))", [-1.5, -1.5])[0] == AGREE
    assert by_jax("tf.math.xdivy({0}, {0})", 0.0)[0] == AGREE


def test_of_a_shortened_program_a_branch_may_be_empty():
    condition = Let("", "tf.reduce_sum({0}) > 0.0", ("x1",))
    program = Program((Input("x1", np.array(1.0)),), (Choose(condition, (), ()), Repeat(2, ())), ("x1",))
    assert functional.text(program).count("pass") == program.text().count("pass") == 3


SLOPE_OF_A_SLOPE = Program((Input("x1", np.array(0.7)),), (
    Let("t0", "tf.sin({0})", ("x1",)),
    Tape("tape", ("x1",), (Let("t1", "tf.math.rsqrt({0})", ("x1",)), Ask(("g1",), "tape", ("t1",), ("x1",))),
         (Ask(("g2",), "tape", ("g1",), ("t1",)), Ask(("g3",), "tape", ("g1",), ("x1",))), persistent=True)),
    ("g1", "g2", "g3"))


@needs_tensorflow
def test_by_a_result_the_two_may_say_how_their_rules_are_written(monkeypatch):
    verdict = judged(SLOPE_OF_A_SLOPE, ["tensorflow"])["tensorflow"]
    assert (verdict.kind, verdict.why) == (DECLARED_, READ_BY_A_RULE)
    rsqrt = registry["rsqrt"]
    for wrong in (lambda g, y, x: g * -0.5 * y / x * 1.001, lambda g, y, x: g * -0.5 * y / 0.7):
        monkeypatch.setattr(rsqrt, "rules", [wrong])  # the second is right, but its own derivative is not
        assert judged(SLOPE_OF_A_SLOPE, ["tensorflow"])["tensorflow"].kind == WRONG


def test_set_aside():
    text = SLOPE_OF_A_SLOPE.set_aside().text()
    assert "t0 = tf.identity(tf.sin(x1))" in text and "t1 = tf.identity(tf.math.rsqrt(x1))" in text
    assert SLOPE_OF_A_SLOPE.by_result() and not replace(SLOPE_OF_A_SLOPE, body=()).by_result()
