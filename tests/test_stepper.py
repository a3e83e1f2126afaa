"""The stepper tells what the sweep does, number for number; and nothing of the user's can become more than text."""

from __future__ import annotations

import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.samples import BOOKKEEPING, samples
from comparisons.problem import bundled, load
from tapes.op import registry
from tapes.parts import results
from tapes.view import stepper
from tapes.view.page import asset, embedded
from tapes.view.stepper import script
from tapes.view.story import Story

ROOT = Path(__file__).parents[1]


def network(persistent=True, name="W1"):
    """A network 2-3-1."""
    rng = np.random.default_rng(0)
    x, y = tf.constant(rng.normal(size=(4, 2))), tf.constant(rng.normal(size=(4, 1)))
    W1, b1 = tf.Variable(rng.normal(size=(2, 3)), name=name), tf.Variable(rng.normal(size=3), name="b1")
    W2, b2 = tf.Variable(rng.normal(size=(3, 1)), name="W2"), tf.Variable(rng.normal(size=1), name="b2")
    with tf.diagnose.history(), tf.GradientTape(persistent=persistent) as tape:
        h = tf.tanh(x @ W1 + b1)
        loss = tf.reduce_mean(tf.square(h @ W2 + b2 - y))
    return tape, loss, [W1, b1, W2, b2]


def recurrent(times):
    rng = np.random.default_rng(0)
    U, b = tf.Variable(rng.normal(size=(4, 4)) / 4, name="U"), tf.Variable(np.zeros(4), name="b")
    with tf.GradientTape(persistent=True) as tape:
        h = tf.constant(np.ones((2, 4)))
        for _ in range(times):
            h = tf.tanh(h @ U + b)
        loss = tf.reduce_sum(h)
    return tape, loss, [U, b]


def tells_the_gradient(tape, target, sources, asked=None):
    """Whether the products, added up one after the other as they arrive, are the gradient to the last bit."""
    story = Story(tape, target, asked, {})
    for source, dx in zip(sources, tape.gradient(target, sources), strict=True):
        own = [product for product in story.products if product.to == id(source)]
        assert (dx is None) == (not own)
        if dx is not None:
            total = own[0].contribution
            for product in own[1:]:
                total = total + product.contribution
            assert np.array_equal(np.conj(total), dx.numpy(), equal_nan=True)
            assert np.array_equal(own[-1].total, story.arrived[id(source)], equal_nan=True)
    return story


# -- the story -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", bundled())
def test_every_loss_is_told_to_the_last_bit(name):
    problem = load(name)
    own = {key: tf.Variable(value) for key, value in problem.inputs.items()}
    with tf.GradientTape(persistent=True) as tape:
        loss = problem.function(tf, **own, **{key: tf.constant(value) for key, value in problem.data.items()})
    tells_the_gradient(tape, loss, list(own.values()))


@pytest.mark.parametrize("row", [name for name in registry if name not in BOOKKEEPING])
def test_every_op_can_be_told_in_numbers_and_in_mathematics(row):
    """With complex numbers, several results, sizes of 0 and all: the last bit is right, and the page is made."""
    for call in list(samples(registry[row]))[:4]:
        xs = [tf.Variable(x) if place in call.places else tf.constant(x) for place, x in enumerate(call.inputs)]
        with tf.GradientTape(persistent=True) as tape:
            bundle = registry[row](*xs, **call.params)
            several = results(bundle) if isinstance(bundle._array, tuple) else [bundle]
            floating = [y for y in several if y.dtype.is_floating or y.dtype.is_complex]
            y = tf.add_n([tf.reduce_sum(tf.abs(one) ** 2.0) for one in floating]) if floating else None
        sources = [xs[place] for place in call.places]
        if y is None or not sources or all(dx is None for dx in tape.gradient(y, sources)):
            continue
        tells_the_gradient(tape, y, sources)
        page = stepper(tape, y).html()
        assert "NaN" not in Reader(page).scripts[0].replace('"NaN"', "")


def test_where_several_ways_meet_the_sum_grows():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x + tf.exp(x)
    story = tells_the_gradient(tape, y, [x])
    own = [product for product in story.products if product.to == tape.steps()[1].key]  # where x is read
    assert [len(product.earlier) for product in own] == [0, 1, 2]


def test_the_positions_are_those_of_the_tape_and_of_the_sweep():
    tape, loss, sources = network()
    story = tells_the_gradient(tape, loss, sources)
    kinds = [position.kind for position in story.positions]
    assert kinds.count("forward") == len(tape.steps()) and kinds.count("seed") == 1
    assert kinds.count("product") == len(story.products) and kinds.count("source") == 4
    assert kinds[-1] == "gradients" and kinds.index("seed") == len(tape.steps())


def test_one_source_alone():
    tape, loss, sources = network()
    story = tells_the_gradient(tape, loss, sources[2:3], asked=sources[2])
    assert {product.to for product in story.products}.isdisjoint(map(id, (sources[0], sources[1], sources[3])))


def test_what_is_repeated_is_folded_and_its_sums_are_whole():
    tape, loss, sources = recurrent(100)
    story = tells_the_gradient(tape, loss, sources)
    assert len(story.positions) < 200
    assert {"folded", "folded back"} <= {position.kind for position in story.positions}


def test_a_name_is_that_of_the_whole_line_and_not_of_a_part_of_it():
    x, W = tf.Variable(1.0, name="x"), tf.Variable([[1.0]], name="W")
    with tf.diagnose.history(), tf.GradientTape() as tape:
        total = x + x * x + 1.0 + x
        m = tf.matmul([[2.0]], W)
        for _ in range(2):
            s = tf.sin(total)
            total = tf.cos(s)
        y = total + tf.reduce_sum(m)
    tape_has = [(node.op, node.label) for node in Story(tape, y, None, {}).nodes if node.kind == "step"]
    assert [op for op, label in tape_has if label == "total"] == ["add", "cos", "cos"]
    assert [op for op, label in tape_has if label in ("m", "s")] == ["matmul", "sin", "sin"]


def test_names_may_be_given():
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(2.0))
        y = tf.exp(x)
    labels = [node["label"] for node in stepper(tape, y, names={id(x): "rate", id(y): "growth"}).data["nodes"]]
    assert labels == ["rate", "growth"]


def test_names_are_those_of_the_lines_that_made_the_values():
    def f(x):
        z = 2.0 * x
        h = tf.tanh(z)
        g = tf.exp(
            h)
        outer = inner(h * g)
        return outer

    def inner(product):
        wrong = float(product) * tf.sin(product)
        return wrong

    x = tf.Variable(1.0, name="x")
    with tf.diagnose.history(), tf.GradientTape() as tape:
        y = f(x)
    labels = {node.op: node.label for node in Story(tape, y, None, {}).nodes if node.kind == "step"}
    assert labels["tanh"] == "h" and not labels["exp"].isalpha() and not labels["sin"].isalpha()
    assert "outer" not in labels.values()


# -- the page ------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Tags, and what is in scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self._inside = [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self._inside = tag == "script"

    def handle_endtag(self, tag):
        self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.scripts.append(data)


def test_the_page_shows_the_gradient():
    tape, loss, sources = network()
    data = json.loads(Reader(stepper(tape, loss).html()).scripts[0])
    for source, dx in zip(sources, tape.gradient(loss, sources), strict=True):
        node = next(data["nodes"][one["node"]] for one in data["sources"]
                    if one["label"] == source.name.removesuffix(":0"))
        assert np.array_equal(np.reshape(data["arrays"][node["adjoint"]]["c"], dx.shape), dx.numpy())


def test_the_line_of_the_program_is_known():
    tape, loss, _ = network()
    data = stepper(tape, loss).data
    node = next(node for node in data["nodes"] if node["op"] == "tanh")
    listing = data["files"][node["file"]]
    assert listing["name"] == "test_stepper.py" and dict(listing["lines"])[node["line"]].strip().startswith("h = tf.t")
    assert all("line" in node for node in data["nodes"] if node["kind"] == "watched")


HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "a\u2028b\u2029c", '"];alert(1)//', "&lt;b&gt;",
           "'`${x}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name):
    plain = Reader(stepper(*network()[:2]).html())
    found = Reader(stepper(*network(name=name)[:2]).html())
    assert found.tags == plain.tags
    assert name in {node["label"] for node in json.loads(found.scripts[0])["nodes"]}
    assert not set(embedded(name)) & set("<>&\u2028\u2029")


def test_no_string_becomes_markup_and_nothing_is_loaded():
    ways = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch\(|import\("
    assert not re.search(ways, script())
    page = stepper(*network()[:2]).html()
    assert "default-src 'none'" in page and not re.search(r"https?://(?!www\.w3\.org/)", page)


def test_every_word_is_there_in_every_language():
    words = json.loads(asset("words.json"))
    assert set(words) == {"en", "ja"}
    assert words["en"].keys() == words["ja"].keys()
    for key, text in words["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", words["ja"][key])), key
    for key in re.findall(r"\bt\(\"([^\"]+)\"|\bsay\(\"([^\"]+)\"", script()):
        assert "".join(key) in words["en"], key


def test_it_is_saved_and_the_tape_is_not_used_up(tmp_path):
    tape, loss, sources = network(persistent=False)
    made = stepper(tape, loss)
    made.save(tmp_path / "step.html")
    assert (tmp_path / "step.html").read_text(encoding="utf-8") == made.html()
    with pytest.raises(ValueError, match=r"\.html"):
        made.save(tmp_path / "step.png")
    assert tape.gradient(loss, sources)[0] is not None


def test_what_is_no_plain_number_is_shown_as_what_it_is():
    x, z = tf.Variable([0.0, 1.0], name="x"), tf.constant([[1 + 2j, 3j]], dtype=tf.complex64)
    with tf.GradientTape() as tape:
        tape.watch(z)
        y = tf.reduce_sum(tf.sqrt(x)) + tf.reduce_sum(tf.abs(z)) + tf.reduce_sum(x[:0]) + tf.math.log(0.0 * x[0])
    data = stepper(tape, y).data
    arrays = {node["label"]: (data["arrays"][node["value"]], data["arrays"][node["adjoint"]]) for node in data["nodes"]
              if "adjoint" in node}
    assert "inf" in str(arrays["x"][1]["c"]) or "nan" in str(arrays["x"][1]["c"])
    assert arrays["z"][0]["c"] == ["1+2j", "3j"] and arrays["z"][0]["m"] == [pytest.approx(5 ** 0.5, rel=1e-6), 3.0]
    assert arrays["y"][0]["c"] == ["-inf"]
    assert any(array.get("c") == [] for array in data["arrays"])
    json.loads(embedded(data))


def test_none_has_its_reason():
    x, w = tf.Variable(2.0, name="x"), tf.Variable(1.0, name="w")
    with tf.GradientTape() as tape:
        unused = w * 3.0
        y = x + tf.floor(x * x)
    data = stepper(tape, y).data
    why = [node["why"] for node in data["nodes"] if "why" in node and node["op"] == "multiply"]
    assert why == [["unused", ""], ["no derivative", "floor"]] and unused is not None
    assert next(node["why"][0] for node in data["nodes"] if node["label"] == "w") == "unused"
    said = {one["label"]: one["why"] for one in data["sources"]}
    assert said["x"] == "" and said["w"].startswith("The gradient of y by w is None: ")
    v = tf.constant(1.0)
    asked = stepper(tape, y, [x, v]).data["sources"]
    assert asked[1]["label"] == "v" and asked[1]["node"] is None and "did not watch" in asked[1]["why"]


def test_a_target_with_several_entries_begins_with_ones():
    x = tf.Variable([1.0, 2.0], name="x")
    with tf.GradientTape() as tape:
        y = x * x
    data = stepper(tape, y).data
    assert data["arrays"][data["seed"]]["c"] == [1.0, 1.0]


def test_pages_stay_small():
    """As many entries as a digit's network has, in a batch of 128: 64, 64, 32 and 10 units."""
    rng = np.random.default_rng(0)
    h, sizes = tf.constant(rng.normal(size=(128, 64)).astype("f")), [64, 64, 32, 10]
    layers = [(tf.Variable(rng.normal(size=(m, n)).astype("f")), tf.Variable(tf.zeros(n)))
              for m, n in itertools.pairwise(sizes)]
    with tf.diagnose.history(), tf.GradientTape() as tape:
        for W, b in layers:
            h = tf.nn.relu(h @ W + b)
        loss = tf.reduce_mean(tf.square(h))
    assert len(stepper(tape, loss).html()) < 500_000
    tape, loss, _ = recurrent(1000)
    assert len(stepper(tape, loss).html()) < 2_000_000


# -- what cannot be shown --------------------------------------------------------------------------------------------


def test_errors_say_what_to_do():
    tape, loss, sources = network(persistent=False)
    with pytest.raises(ValueError, match="not on this tape"):
        stepper(tape, tf.constant(1.0))
    with pytest.raises(TypeError, match="GradientTape comes first"):
        stepper(loss, tape)
    with pytest.raises(TypeError, match="one tensor"):
        stepper(tape, [loss, loss])
    with pytest.raises(ValueError, match="'en' or 'ja'"):
        stepper(tape, loss, language="fr")
    tape.gradient(loss, sources)
    with pytest.raises(ValueError, match="before gradient"):
        stepper(tape, loss)
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.cast(x * x, tf.int32)
    with pytest.raises(ValueError, match="int32"):
        stepper(tape, y)


# -- prediction ------------------------------------------------------------------------------------------------------


def questions(made):
    """By the op that hands back, and the name of what it is handed to."""
    data = made.data
    label = [node["label"] for node in data["nodes"]]
    return {(data["nodes"][product["from"]]["op"], label[product["to"]]): product.get("question")
            for product in data["products"]}


def mistakes(question):
    return {why: value for value, why in question["known"]}


def test_the_usual_mistakes_at_a_product_are_known_by_their_numbers():
    x = tf.Variable(0.4, name="x")
    with tf.GradientTape() as tape:
        a = 3.0 * x
        h = tf.tanh(a)
        y = 5.0 * h
    asked = questions(stepper(tape, y))["tanh", "a"]
    a, h = 1.2, np.tanh(1.2)
    assert asked["answer"] == pytest.approx(5 * (1 - h ** 2), rel=1e-6)
    known = mistakes(asked)
    for why, value in {"sign": -5 * (1 - h ** 2), "no slope": 5, "no adjoint": 1 - h ** 2, "input": 5 * (1 - a ** 2),
                       "own value": 5 * a, "result": 5 * h, "adjoint twice": 25 * (1 - h ** 2)}.items():
        assert known[why] == pytest.approx(value, rel=1e-5), why
    assert all(abs(value - asked["answer"]) > 0.003 * abs(asked["answer"]) for value in known.values())


def test_whoever_forgets_to_add_is_told_so():
    x = tf.Variable(2.0, name="x")
    with tf.GradientTape() as tape:
        a = tf.square(x)
        y = tf.exp(a) * a
    asked = questions(stepper(tape, y))["exp", "a"]  # the second to arrive
    assert asked["whole"] and asked["answer"] == pytest.approx(np.exp(4) * 5, rel=1e-6)
    known = mistakes(asked)
    assert known["not added"] == pytest.approx(np.exp(4) * 4, rel=1e-5)
    assert known["not changed"] == pytest.approx(np.exp(4), rel=1e-5)


def test_a_copy_is_not_all_of_them_and_a_matrix_is_to_be_transposed():
    tape, loss, _ = network()
    asked = questions(stepper(tape, loss))
    assert {"one copy", "mean"} <= mistakes(asked["add", "b1"]).keys()
    assert {"transposed", "one term"} <= mistakes(asked["matmul", "W1"]).keys()
    assert asked["read", "W1"] is None  # nothing to think about


def test_of_large_matrices_the_formula_is_asked_for_and_what_does_not_fit_says_so():
    rng = np.random.default_rng(0)
    W, x = tf.Variable(rng.normal(size=(20, 30)), name="W"), tf.constant(rng.normal(size=(10, 20)))
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(tf.nn.relu(x @ W))
    asked = questions(stepper(tape, y))["matmul", "W"]
    assert asked["kind"] == "formula" and [option.get("right", False) for option in asked["options"]].count(True) == 1
    why = {option["why"]: option["facts"] for option in asked["options"] if "why" in option}
    assert why["no fit"] and "sign" in why
    right = next(option["formula"] for option in asked["options"] if option.get("right"))
    assert [part[0] for part in right] == ["m", "msup", "mspace", "d"] and right[1][1][0] == "v"


def test_no_wrong_choice_gives_the_right_numbers():
    S, x = tf.constant(np.ones((20, 20)) + 3 * np.eye(20)), tf.Variable(np.ones((20, 20)), name="x")
    with tf.GradientTape() as tape:
        z = tf.nn.relu(-x)
        y = tf.reduce_sum(z) + tf.reduce_sum(tf.square(S @ x))
    asked = questions(stepper(tape, y))
    assert {one.get("why") for one in asked["matmul", "x"]["options"]} == {None, "sign"}  # S is symmetric, and commutes
    assert asked["relu", "%2"] is None or asked["relu", "%2"]["kind"] != "formula"  # all of them are zero


def test_what_is_zero_but_for_rounding_may_be_answered_by_zero():
    x = tf.Variable(np.pi / 2, name="x")
    with tf.GradientTape() as tape:
        y = tf.sin(x) * 3.0
    asked = questions(stepper(tape, y))
    (sine,) = [one for (op, _), one in asked.items() if op == "sin"]
    assert 0 < abs(sine["answer"]) <= sine["slack"] < 1e-5
    assert [one["slack"] for (op, _), one in asked.items() if op == "multiply"] == [0.0]


def test_a_power_keeps_its_plain_exponent():
    x = tf.Variable([[1.0], [2.0]], name="x")
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x ** 3)
    data = stepper(tape, y).data
    (slope,) = [product["slope"] for product in data["products"] if data["nodes"][product["from"]]["op"] == "pow"]
    place = next(place for place, node in enumerate(data["nodes"]) if node["op"] == "read")
    power = ["msup", ["mrow", ["v", place]], ["mrow", ["mn", "2"]]]
    assert slope == [["mrow", ["mn", "3"], ["mspace"], power]]


def test_every_mistake_has_its_words():
    tape, loss, _ = network()
    words = json.loads(asset("words.json"))["en"]
    told = set(re.findall(r"yield .*?\"([a-z/0-9 ]+)\"\n", (ROOT / "tapes/view/questions.py").read_text()))
    assert {"sign", "transposed", "no slope"} <= told
    for why in told | {why for asked in questions(stepper(tape, loss)).values() if asked for why in mistakes(asked)}:
        assert f"mistake {why}" in words


# -- other libraries -------------------------------------------------------------------------------------------------


class Point:
    """An entry point."""

    name = "ours"

    def __init__(self, check):
        self.load = lambda: check


def checked(monkeypatch, check):
    monkeypatch.setattr("tapes.view.checks.entry_points", lambda group: [Point(check)] if check else [])
    tape, loss, _ = network()
    return stepper(tape, loss, check=True).data


def test_other_libraries_stand_beside(monkeypatch, capsys):
    def check(tape, target):
        own = {key: np.asarray(dy) for key, dy in tape.adjoints(target).items()}
        return {"same": own, "near": {key: dy * (1 + 1e-14) for key, dy in own.items()},
                "wrong": {key: dy * 1.001 for key, dy in own.items()},
                "nan": {key: dy * np.nan for key, dy in own.items()},
                "turned": {key: dy.reshape(-1, 1, 1) for key, dy in own.items()},
                "some": {key: "no rule" if dy.ndim else dy for key, dy in own.items()},
                "absent": dict.fromkeys(own, "pip install absent")}

    data = checked(monkeypatch, check)
    node = next(node for node in data["nodes"] if node["op"] == "tanh")
    marks = {one["title"]: one["mark"] for one in node["checks"]}
    assert marks == {"same": "same", "near": "agrees", "wrong": "differs", "nan": "differs", "turned": "differs",
                     "some": "none"}
    assert data["silent"] == {"absent": "pip install absent"}
    assert "waiting" in capsys.readouterr().err


def test_a_check_that_fails_and_none_at_all(monkeypatch):
    assert "ZeroDivisionError" in checked(monkeypatch, lambda tape, target: 1 / 0)["silent"]["ours"]
    assert "pip install" in str(checked(monkeypatch, None)["silent"])


# -- in a notebook ---------------------------------------------------------------------------------------------------


def test_a_widget(tmp_path):
    pytest.importorskip("anywidget", reason="anywidget is not installed: pip install anywidget")
    made = stepper(*network()[:2])
    widget = made._display_()
    assert widget.data["title"] == "loss" and "export default" in widget._esm
    assert "application/vnd.jupyter.widget-view+json" in str(made._repr_mimebundle_())


def test_without_anywidget_the_page_is_in_a_frame_that_reaches_nothing(run_python):
    program = ("import tapes as tf\nx = tf.Variable(2.0)\nwith tf.GradientTape() as tape:\n    y = x * x\n"
               "s = tf.view.stepper(tape, y)\nprint(s._repr_mimebundle_()['text/html'])\ns.widget()")
    done = run_python("-c", program, without=("anywidget", "grandalf"))
    assert re.fullmatch(r'<iframe sandbox="allow-scripts" style="[^"<>]*" srcdoc="[^"<>]*"></iframe>\n', done.stdout)
    assert "pip install anywidget" in done.stderr
