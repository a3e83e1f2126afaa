"""Each library's adjoint of every value on a tape is the tape's, and a wrong rule is found, and nothing else blamed."""

from __future__ import annotations

import configparser
import importlib

import numpy as np
import pytest

import tapes as tf
from comparisons.explain.checks import COLUMNS, checks
from comparisons.libraries import LIBRARIES
from comparisons.measure import difference
from comparisons.problem import bundled, load
from tests.conftest import ROOT


def column(title):
    library = LIBRARIES.get(COLUMNS[title].module)
    missing = library is not None and not library.installed
    return pytest.param(title, marks=pytest.mark.skipif(missing, reason=library.install if missing else ""))


def recorded(problem):
    inputs = {name: tf.Variable(array, name=name) for name, array in problem.inputs.items()}
    with tf.GradientTape() as tape:
        loss = problem.call(tf, inputs, {name: tf.constant(array) for name, array in problem.data.items()})
    return tape, loss


# -- what the libraries say --------------------------------------------------------------------------------------------

@pytest.mark.skipif(not LIBRARIES["sklearn"].installed, reason=LIBRARIES["sklearn"].install)
@pytest.mark.parametrize("name", bundled())
def test_every_adjoint_of_a_bundled_loss_is_the_same_in_every_library(name):
    tape, loss = recorded(load(name).first_rows(3))
    ours, found = tape.adjoints(loss), checks(tape, loss)
    assert list(found) == list(COLUMNS)
    for title, adjoints in found.items():
        assert adjoints.keys() == {step.key for step in tape.steps()}
        for step in tape.steps():
            theirs = adjoints[step.key]
            if COLUMNS[title].missing:
                assert theirs == COLUMNS[title].missing
            elif not isinstance(theirs, str):
                assert difference(ours[step.key], theirs).within(1e-13), (title, step.op.name)
            else:
                assert theirs.startswith("too large"), (title, step.op.name, theirs)


RNG = np.random.default_rng(0)
SQUARE = RNG.normal(size=(3, 3))
TALL, VECTOR, IMAGE, FILTERS = SQUARE[:, :2], SQUARE[0], RNG.normal(size=(1, 4, 4, 2)), RNG.normal(size=(3, 3, 2, 3))
PROGRAMS = {
    "convolution": (lambda x, w: tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(x, w, 1, "SAME")) ** 2.0), [IMAGE, FILTERS]),
    "pooling": (lambda x: tf.reduce_sum(tf.nn.max_pool2d(x, 2, 2, "VALID") ** 2.0), [IMAGE]),
    "several results": (lambda x: tf.reduce_sum(tf.linalg.svd(x)[0] ** 3.0), [TALL]),
    "unstack": (lambda x: tf.unstack(x)[1] * tf.unstack(x)[0] ** 2.0, [VECTOR]),
    "eigenvectors": (lambda x: tf.reduce_sum(tf.linalg.eigh(x + tf.transpose(x))[1] ** 3.0), [SQUARE]),
    "half of a symmetric matrix": (lambda x: tf.reduce_sum(tf.linalg.cholesky(
        x @ tf.transpose(x) + tf.eye(3, dtype=tf.float64))), [SQUARE]),
    "used often": (lambda x: tf.reduce_sum(x * x * x + tf.gather(x, [0, 0, 2]) * tf.reduce_max(x)), [VECTOR]),
    "conditions and counts": (lambda x: tf.reduce_sum(tf.where(x > 0.0, x * x, tf.floor(x) * x) + tf.cast(
        tf.argmax(x), tf.float64) * x), [VECTOR]),
    "no entries": (lambda x: tf.reduce_sum(x * x), [np.zeros((0, 3))]),
    "a vector as target": (lambda x: x * x, [VECTOR]),
    "at a corner": (lambda x: tf.reduce_sum(tf.nn.relu(2.0 * x)), [np.array([0.0, -1.0, 4.0])]),
    "not finite": (lambda x: tf.reduce_sum(tf.sqrt(x)), [np.array([0.0, -1.0, 4.0])]),
    "complex": (lambda x: tf.math.real(tf.reduce_sum(tf.complex(x, 2.0 * x) ** 2)), [VECTOR]),
    "single precision": (lambda x: tf.reduce_mean(tf.nn.softmax(x @ tf.transpose(x)) ** 2.0), [
        SQUARE.astype(np.float32)]),
}


@pytest.mark.parametrize("title", list(map(column, COLUMNS)))
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_adjoint_of_other_programs(name, title):
    function, arrays = PROGRAMS[name]
    variables = [tf.Variable(x) for x in arrays]
    with tf.GradientTape() as tape:
        target = function(*variables)
    ours, found = tape.adjoints(target), checks(tape, target)[title]
    tolerance = 1e-5 if arrays[0].dtype == np.float32 else 1e-11
    answers = 0
    for step in tape.steps():
        theirs = found[step.key]
        if isinstance(theirs, str):
            assert theirs.partition(":")[0], "a sentence that says why"
        else:
            answers += 1
            mine = ours.get(step.key)
            mine = np.zeros_like(theirs) if mine is None else mine  # TensorFlow and we say None where others say 0
            assert difference(mine, theirs).within(tolerance), step.op.name
    assert answers >= {"complex": 1, "at a corner": 2, "not finite": 1}.get(name, 2)
    if COLUMNS[title].module in ("tensorflow", "jax"):
        assert not [step.op.name for step in tape.steps() if isinstance(found[step.key], str)
                    and not found[step.key].startswith(("None", "several values"))]


def test_at_a_corner_no_oracle_pretends_to_know():
    x = tf.Variable([0.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.relu(x))
    found = checks(tape, y)
    keys = [step.key for step in tape.steps()]
    for title in ("SymPy", "complex step"):
        if not COLUMNS[title].missing:
            assert "corner" in found[title][keys[0]] and found[title][keys[2]].shape == (2,)


def test_a_variable_that_changes_meanwhile():
    v = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        a = v * 3.0
        v.assign(5.0)
        y = a * v
    ours = tape.adjoints(y)
    for title, found in checks(tape, y).items():
        if not COLUMNS[title].missing:
            assert all(found[step.key] == ours[step.key] for step in tape.steps()), title


def test_behind_a_function_with_a_gradient_of_its_own_only_its_values_can_tell():
    @tf.custom_gradient
    def swish(x):
        s = tf.sigmoid(x)
        return x * s, lambda upstream: upstream * s

    x = tf.Variable([1.0, 2.0], dtype=tf.float64)
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(swish(3.0 * x))
    found, start = checks(tape, y), tape.steps()[0].key
    for title in ("TensorFlow", "JAX"):
        if not COLUMNS[title].missing:
            assert found[title][start].startswith("swish has a gradient of its own")
    s = 1 / (1 + np.exp(-3 * x.numpy()))
    assert difference(3 * (s + 3 * x.numpy() * s * (1 - s)), found["complex step"][start]).within(1e-14)


def test_a_library_that_is_missing_is_a_sentence(run_python):
    done = run_python("-c", "import tapes as tf\nfrom comparisons.explain.checks import checks\nx = tf.Variable(3.0)\n"
                      "with tf.GradientTape() as tape:\n    y = x * x\n"
                      "print({title: list(map(str, found.values())) for title, found in checks(tape, y).items()})",
                      without=("tensorflow", "jax", "sympy"))
    assert done.returncode == 0, done.stderr
    for line in ("pip install tensorflow", "pip install jax", "pip install sympy"):
        assert done.stdout.count(line) == 4
    assert "'complex step': ['6.0', '3.0', '3.0', '1.0']" in done.stdout


def test_whoever_shows_a_tape_finds_the_checks_without_importing_them():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    name, _, where = settings["options.entry_points"]["gradient_tapes.checks"].strip().partition(" = ")
    module, _, function = where.partition(":")
    assert name == "comparisons" and getattr(importlib.import_module(module), function) is checks
