"""Each library's adjoint of every value on a tape is the tape's, and a wrong rule is found, and nothing else blamed."""

from __future__ import annotations

import configparser
import importlib
import itertools
import json
import re

import numpy as np
import pytest

import tapes as tf
from comparisons.explain import explain
from comparisons.explain.checks import COLUMNS, checks
from comparisons.explain.judge import AGREES, ANOTHER, FIRST, FOLLOWS, NOTHING
from comparisons.libraries import LIBRARIES
from comparisons.measure import difference
from comparisons.ops.spelling import JAX
from comparisons.problem import bundled, load
from tapes.op import registry
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
        assert done.stdout.count(line) == 3
    assert "'complex step': ['6.0', '6.0', '1.0']" in done.stdout


def test_whoever_shows_a_tape_finds_the_checks_without_importing_them():
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    name, _, where = settings["options.entry_points"]["gradient_tapes.checks"].strip().partition(" = ")
    module, _, function = where.partition(":")
    assert name == "comparisons" and getattr(importlib.import_module(module), function) is checks


# -- which rule is wrong -----------------------------------------------------------------------------------------------

def network(x, W1, b1, W2):
    h = tf.tanh(tf.matmul(x, W1) + b1)
    return tf.reduce_mean(tf.square(tf.matmul(h, W2)))


def explained(function=network, arrays=None, titles=("complex step",)):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in ((4, 3), (3, 3), (3,), (3, 2))] if arrays is None else arrays
    variables = [tf.Variable(x) for x in arrays]
    with tf.diagnose.history(), tf.GradientTape() as tape:
        target = function(*variables)
    return explain(tape, target, list(titles))


@pytest.fixture
def broken(monkeypatch):
    """Give a row another rule for one of its inputs, for the time of a test."""
    def change(name, k, rule):
        rules = list(itertools.islice(registry[name].rules, 3))
        old, rules[k] = rules[k], rule and rule(rules[k])
        monkeypatch.setattr(registry[name], "rules", rules)
        return old

    return change


RULES = {  # the row, the input, the wrong rule, the word by which the mistake is known, how often network uses the row
    "a factor": ("matmul", 1, lambda old: lambda *a, **how: 2.0 * old(*a, **how), "2 times too large", 2),
    "a thousandth": ("tanh", 0, lambda old: lambda g, y, x: old(g, y, x) * 1.001, "times 1.001", 1),
    "a sign": ("square", 0, lambda old: lambda g, y, x: -old(g, y, x), "sign is wrong", 1),
    "the input instead of the output": ("tanh", 0, lambda old: lambda g, y, x: g * (1.0 - x * x), "output y", 1),
    "None": ("add", 1, lambda old: lambda *a, **how: None, "None", 1),
    "no rule": ("add", 1, lambda old: None, "None", 1),
    "not summed over the copies": ("add", 1, lambda old: lambda g, y, a, b: g, "sum the adjoint over the axes", 1),
    "zero": ("square", 0, lambda old: lambda g, y, x: g * 0.0, "0 everywhere", 1),
    "not a number": ("square", 0, lambda old: lambda g, y, x: g * float("nan"), "not finite", 1),
    "the adjoint is not used": ("square", 0, lambda old: lambda g, y, x: 2.0 * x, "adjoint that the rule is handed", 1),
}


@pytest.mark.parametrize("title", list(map(column, COLUMNS)))
@pytest.mark.parametrize("mistake", RULES)
def test_a_wrong_rule_is_found_and_no_other(broken, mistake, title):
    name, k, rule, words, times = RULES[mistake]
    broken(name, k, rule)
    found = explained(titles=[title])
    assert not found
    assert [(blame.op, blame.input) for blame in found.blames] == [(name, k)] * times
    assert all(words in f"{blame.mistake} {blame.reason}" for blame in found.blames)
    marks = {row.place: row.mark for row in found.found.rows if row.mark}
    first = found.blames[0].source
    assert marks[first] == FIRST and max(marks) == first
    assert all(row.ours.status == AGREES for row in found.found.rows if row.place > first)
    assert "WRONG RULE: " + name in str(found) and "test_explain.py" in str(found)


def test_a_forgotten_transposition(broken):
    broken("matmul", 1, lambda old: lambda *a, **how: old(*a, **how).T)
    (blame,) = explained(lambda x, w: tf.reduce_sum(tf.square(x @ w)), [SQUARE, SQUARE[::-1]]).blames
    assert blame.mistake == "it is transposed" and blame.input == 1


def test_two_wrong_rules_are_both_found(broken):
    broken("tanh", 0, lambda old: lambda g, y, x: 2.0 * old(g, y, x))
    broken("square", 0, lambda old: lambda g, y, x: -old(g, y, x))
    found = explained()
    assert [(blame.op, blame.mistake.partition(":")[0]) for blame in found.blames] == [
        ("square", "the sign is wrong"), ("tanh", "it is 2 times too large")]
    marks = [row.mark for row in reversed(found.found.rows) if row.mark]
    assert marks[0] == FIRST and marks.count(ANOTHER) == 1 and set(marks) == {FIRST, ANOTHER, FOLLOWS}


def test_two_mistakes_that_cancel_are_both_found(broken):
    broken("tanh", 0, lambda old: lambda g, y, x: -old(g, y, x))
    broken("square", 0, lambda old: lambda g, y, x: -old(g, y, x))
    assert [blame.op for blame in explained().blames] == ["square", "tanh"]


THREE = np.array([0.0, 1.0, -1.0])


@pytest.mark.parametrize("row, function, words", [
    ("sin", lambda x: tf.reduce_sum(tf.sin(x) * 0.0), "what arrives is 0, but for a random adjoint"),
    ("relu", lambda x: tf.reduce_sum(tf.nn.relu(x)), "it gives 2, and the values show 1"),
    ("sqrt", lambda x: tf.reduce_sum(tf.sqrt(x)), "it gives 1, and the values show 0.5"),
], ids=["where it does no harm", "beside a corner", "beside nan and inf"])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_wrong_rule_is_found_also(broken, row, function, words):
    assert not explained(function, [THREE]).blames
    broken(row, 0, lambda old: lambda *a, **how: 2.0 * old(*a, **how))
    (blame,) = explained(function, [THREE]).blames
    assert blame.op == row and words in blame.reason and "finite" not in blame.mistake


def test_terms_that_cancel_are_allowed_their_rounding():
    def function(x):
        return tf.reduce_sum(tf.exp(x) * 1e3 - tf.exp(x) * 999.0)

    assert explained(function, [np.random.default_rng(0).normal(size=3).astype(np.float32)]), "nobody is to blame"


@pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_nan_is_the_same_value_in_every_library():
    found = explained(lambda x: tf.reduce_sum(tf.sqrt(x)), [THREE], ["TensorFlow"])
    assert "another value" not in str(found)


def test_a_sweep_that_loses_an_adjoint_is_told_from_a_wrong_rule(monkeypatch):
    def forgetful(self, target):
        return {key: g * (0.5 if np.shape(g) == (3,) else 1.0) for key, g in adjoints(self, target).items()}

    adjoints = tf.GradientTape.adjoints
    monkeypatch.setattr(tf.GradientTape, "adjoints", forgetful)
    found = explained(lambda x: tf.reduce_sum(x * x * x), [np.arange(1.0, 4.0)])
    assert not found and not found.blames and "is not their sum" in str(found)


def test_a_rule_that_stops_the_sweep(broken):
    def raising(*arguments, **params):
        raise ZeroDivisionError("no luck")

    broken("tanh", 0, lambda old: raising)
    found = explained()
    assert [blame.op for blame in found.blames] == ["tanh"] and "it raises ZeroDivisionError: no luck" in str(found)
    assert "the sweep of the tape stops" in str(found)


def test_a_function_with_a_wrong_gradient_of_its_own():
    @tf.custom_gradient
    def swish(x, weight):
        s = tf.sigmoid(x)
        return x * s * weight, lambda upstream: (upstream * s * weight, x * s * upstream)

    found = explained(lambda x, w: tf.reduce_sum(tf.square(swish(2.0 * x, w))), [np.arange(1.0, 4.0), np.ones(3)])
    (blame,) = found.blames
    assert (blame.op, blame.index) == ("swish", 0) and "used 2 times, and the adjoint of 1" in blame.mistake
    assert "WRONG RULE: swish, for argument 1" in str(found)


def test_a_large_input_is_judged_along_directions(broken):
    arrays = [np.random.default_rng(0).normal(size=shape) for shape in ((80, 70), (70, 3), (3,), (3, 2))]
    assert explained(arrays=arrays)
    broken("matmul", 0, lambda old: lambda *a, **how: 1.001 * old(*a, **how))
    found = explained(arrays=arrays)
    assert [blame.op for blame in found.blames] == ["matmul"] * 2
    assert "along a random direction" in found.blames[1].reason


@pytest.mark.parametrize("name", PROGRAMS)
def test_where_all_is_right_nobody_is_blamed(name):
    function, arrays = PROGRAMS[name]
    found = explained(function, arrays, [title for title in COLUMNS if not COLUMNS[title].missing])
    assert not found.blames and not found.found.wrong, str(found)


def test_at_a_corner_nobody_is_blamed_and_nobody_pretends_to_know():
    found = explained(lambda x: tf.reduce_sum(tf.nn.relu(x) + tf.abs(x)), [np.array([0.0, 1.0])], ["complex step"])
    assert not found.blames and not found.found.wrong
    assert {row.ours.status for row in found.found.rows} == {AGREES, NOTHING}
    assert "nobody was sure" in str(found) and any("corner" in note for note in found.notes())


def test_an_adjoint_that_is_zero_but_for_rounding_is_compared_with_zero():
    found = explained(lambda x: tf.math.reduce_std(x), [np.random.default_rng(0).normal(size=5)])
    assert found, str(found)


@pytest.mark.skipif(not LIBRARIES["jax"].installed, reason=LIBRARIES["jax"].install)
def test_a_library_that_is_wrong_is_named_and_the_tape_is_not(monkeypatch):
    monkeypatch.setitem(JAX, "square", lambda jax, x: x * jax.lax.stop_gradient(x))
    found = explained(titles=["JAX", "complex step"])
    assert not found and not found.blames and not found.found.wrong
    assert str(found).startswith("WRONG: JAX differs from the complex step in")


@pytest.mark.skipif(not LIBRARIES["jax"].installed, reason=LIBRARIES["jax"].install)
def test_a_library_that_computes_something_else(monkeypatch):
    monkeypatch.setitem(JAX, "tanh", lambda jax, x: jax.numpy.tanh(1.001 * x))
    found = explained(titles=["JAX", "complex step"])
    assert not found and not found.blames
    assert re.search(r"JAX computes another value than the tape from step \d+ \(tanh\) on", str(found))


# -- the command -------------------------------------------------------------------------------------------------------

LOSS = '''
import tapes

@tapes.custom_gradient
def cube(x):
    return x * x * x, lambda upstream: {rule}

inputs = {{"w": 2.0}}
data = {{"x": [1.0, 2.0, 3.0]}}

def loss(tf, w, x):
    return tf.reduce_mean(cube(w * x))
'''


@pytest.fixture
def loss_file(tmp_path):
    def write(rule):
        path = tmp_path / "own.py"
        path.write_text(LOSS.format(rule=rule))
        return str(path)

    return write


def test_the_command_says_that_all_is_right(comparisons, loss_file, tmp_path):
    found = comparisons("explain", loss_file("3.0 * x * x * upstream"), "--only", "complex", "--json",
                        str(tmp_path / "out.json"), cwd=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.startswith("All ") and "no rule is wrong" in found.stdout.splitlines()[0]
    document = json.loads((tmp_path / "out.json").read_text())
    assert document["schema"] == 1 and document["agree"] is True and not document["blames"]
    (w,) = [step for step in document["steps"] if step["value"] == "w" and step["op"] == "watch"]
    assert w["tape"]["adjoint"] == [144.0] and w["reference"] == "complex step"


@pytest.mark.parametrize("width", ["80", "120"])
def test_the_command_names_the_rule_the_line_and_the_mistake(comparisons, loss_file, tmp_path, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    found = comparisons("explain", loss_file("3.0 * x * upstream"), "--only", "complex", "--json",
                        str(tmp_path / "out.json"), cwd=tmp_path)
    assert found.returncode == 1, found.stdout + found.stderr
    lines = found.stdout.splitlines()
    assert lines[0].startswith("WRONG RULE: cube, for argument 1, %2")
    assert any("own.py, line 12:  return tf.reduce_mean(cube(w * x))" in line for line in lines[:5])
    assert any("wrong rule of cube" in line for line in lines) and any("follows" in line for line in lines)
    assert max(map(len, lines)) <= int(width) and "Traceback" not in found.stderr and "\x1b" not in found.stdout
    (blame,) = json.loads((tmp_path / "out.json").read_text())["blames"]
    assert blame["op"] == "cube" and blame["argument"] == 1


def test_the_page_has_every_column_beside_the_adjoints(comparisons, loss_file, tmp_path):
    found = comparisons("explain", loss_file("3.0 * x * upstream"), "--only", "complex,jax", "--html",
                        str(tmp_path / "out.html"), cwd=tmp_path, without=("jax",))
    assert found.returncode == 1 and "Written to" in found.stdout
    assert "Not asked: jax is not installed: pip install jax" in found.stdout
    page = (tmp_path / "out.html").read_text()
    assert re.search('"complex step", *"mark": *"differs"', page) and "pip install jax" in page


def test_the_page_begins_with_the_verdict_and_opens_at_the_wrong_rule():
    @tf.custom_gradient
    def my_sigmoid(z):
        s = 1.0 / (1.0 + tf.exp(-z))
        return s, lambda upstream: upstream * s

    x = tf.Variable([0.5, -1.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(my_sigmoid(3.0 * x))
    found = explain(tape, y, ["complex step"])
    (blame,) = found.blames
    key = found.steps[blame.place].key
    page = tf.view.stepper(tape, y, verdict=[str(found), "</script>"], blamed={key: found.blamed(blame, 0)})
    begin = page.data["positions"][page.data["begin"]]
    node = page.data["nodes"][begin["node"]]
    assert begin["kind"] == "product" and node["op"] == "my_sigmoid"
    assert node["blamed"].startswith("WRONG RULE: my_sigmoid") and page.html().count("</script>") == 2
    assert [n for n in page.data["nodes"] if "blamed" in n] == [node]
    assert tf.view.stepper(tape, y).data["begin"] == 0


def test_a_loss_that_is_not_finite_is_explained_too(comparisons, tmp_path):
    path = tmp_path / "own.py"
    path.write_text("inputs = {'w': [0.0, -1.0]}\ndef loss(tf, w):\n    return tf.reduce_sum(tf.sqrt(w))\n")
    found = comparisons("explain", str(path), "--only", "complex")
    assert found.returncode == 0, found.stdout
    assert "loss nan" in found.stdout and "not finite" in found.stdout


@pytest.mark.parametrize(("arguments", "words"), [
    (["explain"], "LOSS"), (["explain", "no-such-loss"], "the losses are linear-article"),
    (["explain", "linear-article", "--only", "numpy"], "--only takes names from tensorflow, jax, sympy, complex"),
    (["explain", "linear-article", "--json", "no/such/x.json"], "there is no folder"),
    (["explain", "linear-article", "--html", "page.txt"], "ends in .html"),
])
def test_wrong_usage(comparisons, arguments, words):
    found = comparisons(*arguments)
    assert found.returncode == 2 and words in found.stderr and "Traceback" not in found.stderr


PLAIN = '''
inputs = {"z": [0.5, -1.0, 1.5]}

def loss(tf, z):
    @tf.custom_gradient
    def my_sigmoid(z):
        s = 1.0 / (1.0 + tf.exp(-z) * 1.0)
        return s, lambda upstream: upstream * RULE
    return tf.reduce_sum(my_sigmoid(2.0 * z))
'''


@pytest.mark.parametrize("rule", ["s", "s * (1.0 - s)"])
def test_a_function_of_the_users_with_ordinary_numbers_takes_double_precision_only(comparisons, tmp_path, rule):
    path = tmp_path / "own.py"
    path.write_text(PLAIN.replace("RULE", rule))
    found = comparisons("explain", str(path), "--only", "complex")
    wrong = rule == "s"
    assert found.returncode == wrong, found.stdout + found.stderr
    assert found.stdout.startswith("WRONG RULE: my_sigmoid, for argument 1" if wrong else "All "), found.stdout


def test_what_has_left_the_tape_is_told_in_a_sentence(comparisons, tmp_path):
    path = tmp_path / "own.py"
    path.write_text("import numpy as np\ninputs = {'w': [0.5]}\ndef loss(tf, w):\n"
                    "    return tf.reduce_mean(np.tanh(w))\n")
    found = comparisons("explain", str(path), "--only", "complex")
    assert found.returncode == 2 and "own.py: The tape holds no steps that lead to the target" in found.stderr
    assert "np.tanh(x)" in found.stderr and "Traceback" not in found.stderr


def test_an_empty_tape_is_told_in_a_sentence():
    x = tf.constant(2.0)
    with tf.GradientTape() as forgotten:
        y = x * x
    with pytest.raises(ValueError, match=r"tape\.watch\(x\)"):
        explain(forgotten, y, ["complex step"])
    v = tf.Variable(2.0)
    with tf.GradientTape() as used:
        z = v * v
    used.gradient(z, v)
    with pytest.raises(ValueError, match=r"persistent=True"):
        explain(used, z, ["complex step"])
    with tf.GradientTape() as other:
        w = v * v
    assert explain(other, w, ["complex step"])
    with pytest.raises(ValueError, match="The target is not on this tape"):
        explain(other, tf.constant(1.0), ["complex step"])


def test_whole_numbers_in_the_data_are_told_as_such(comparisons, tmp_path):
    path = tmp_path / "own.py"
    path.write_text("inputs = {'w': 2.0}\ndata = {'x': 3}\ndef loss(tf, w, x):\n    return w * x\n")
    found = comparisons("explain", str(path), "--only", "complex")
    assert found.returncode == 2 and "data['x'] holds whole numbers, int64: write 1.0 for 1 in `data`" in found.stderr
    assert "tapes.cast" not in found.stderr
