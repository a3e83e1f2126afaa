"""The stepper tells what the sweep does, number for number; and nothing of the user's can become more than text."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

import tapes as tf
from comparisons.problem import bundled, load
from tapes.view import stepper
from tapes.view.page import asset, embedded
from tapes.view.stepper import script
from tapes.view.story import Story


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
            assert np.array_equal(total, dx.numpy(), equal_nan=True)
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


def test_where_several_ways_meet_the_sum_grows():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x + tf.exp(x)
    story = tells_the_gradient(tape, y, [x])
    own = [product for product in story.products if product.to == id(x)]
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
        node = next(data["nodes"][place] for place in data["sources"]
                    if data["nodes"][place]["label"] == source.name.removesuffix(":0"))
        assert np.array_equal(np.reshape(data["arrays"][node["adjoint"]]["c"], dx.shape), dx.numpy())


def test_the_line_of_the_program_is_known():
    tape, loss, _ = network()
    data = stepper(tape, loss).data
    node = next(node for node in data["nodes"] if node["op"] == "tanh")
    listing = data["files"][node["file"]]
    assert listing["name"] == "test_stepper.py" and dict(listing["lines"])[node["line"]].strip().startswith("h = tf.t")


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
