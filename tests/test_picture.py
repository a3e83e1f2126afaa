"""A picture shows every step, what flows back, and why nothing does; it is text that no name can break out of."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as xml

import numpy as np
import pytest

import tapes as tf
from tapes.view import picture

needs_grandalf = pytest.mark.skipif(importlib.util.find_spec("grandalf") is None,
                                    reason="grandalf is not installed: pip install grandalf")
SVG = "{http://www.w3.org/2000/svg}"


def small(name="w"):
    w, x = tf.Variable(2.0, name=name), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = w * x
        z = tf.exp(y) + y
        off = tf.floor(y)
    return tape, w, x, y, z, off


def recurrent(times):
    rng = np.random.default_rng(0)
    U, b = tf.Variable(rng.normal(size=(4, 4)) / 4, name="U"), tf.Variable(np.zeros(4), name="b")
    with tf.GradientTape() as tape:
        h = tf.constant(np.ones((2, 4)))
        for _ in range(times):
            h = tf.tanh(h @ U + b)
        loss = tf.reduce_sum(h)
    return tape, loss, b


def texts(drawn):
    return [text.text for text in xml.fromstring(drawn.svg()).iter(f"{SVG}text")]


def test_every_step_its_value_and_its_adjoint():
    tape, w, x, _y, z, _off = small()
    text = picture(tape, z, w).dot()
    for line in ("watch w", "z = add", "adjoint 404.4288", "= floor", "None: unused by the target",
                 'label="808.8575"'):
        assert line in text, line
    assert "7 steps" in text
    assert tape.gradient(z, x) is not None  # the tape is as it was


def test_the_sum_on_the_edges_is_the_adjoint_of_the_box():
    tape, _w, _x, y, z, _off = small()
    drawn = picture(tape, z)._graph
    place = next(i for i, node in enumerate(drawn.nodes) if node.keys[0] == id(y))
    carried = [float(text) for (start, _), text in drawn.edges.items() if start == place and text]
    assert len(carried) == 2
    np.testing.assert_allclose(sum(carried), drawn.nodes[place].adjoint, rtol=1e-6)


def test_the_way_from_one_source():
    tape, w, x, y, z, off = small()
    marked = {node.keys[0] for node in picture(tape, z, w)._graph.nodes if node.path}
    assert {id(w), id(y), id(z)} <= marked and not {id(x), id(off)} & marked


def test_what_has_no_derivative_says_so():
    x = tf.Variable(2.5, name="x")
    with tf.GradientTape() as tape:
        y = tf.floor(2.0 * x) * x
    assert "None: floor has no derivative" in picture(tape, y).dot()


def test_the_tape_keeps_what_its_steps_need():
    x = tf.Variable(np.ones(1000), name="x")
    with tf.GradientTape() as tape:
        y = tf.exp(x)
        z = tf.reduce_sum(y)
        t = tf.reduce_sum(tf.reshape(y, (10, 100)))
    assert picture(tape, z + t).caption == "6 steps; the tape keeps 16 kB alive"  # x and y: a reshape takes none


def test_a_thousand_steps_are_folded():
    tape, loss, b = recurrent(350)
    steps = len(tape.steps())
    drawn = picture(tape, loss, b)._graph
    assert steps > 1000 and len(drawn.nodes) < 40
    folded = [node for node in drawn.nodes if node.kind == "folded"]
    assert len(folded) == 1 and folded[0].path
    assert len(drawn.nodes) - 1 + int(folded[0].label.split()[0]) == steps


def test_many_different_steps_are_folded_too():
    x = tf.Variable(0.5, name="x")
    ops = [tf.sin, tf.cos, tf.tanh, tf.exp]
    with tf.GradientTape() as tape:
        y = x
        for choice in np.random.default_rng(0).integers(4, size=1000):
            y = ops[choice](y)
    assert len(picture(tape, y)._graph.nodes) <= 130


@needs_grandalf
def test_svg_holds_all_boxes_and_none_overlaps():
    tape, loss, b = recurrent(350)
    drawn = picture(tape, loss, b)
    tree = xml.fromstring(drawn.svg())
    boxes = [[float(box.get(key)) for key in ("x", "y", "width", "height")] for box in tree.iter(f"{SVG}rect")
             if "box" in box.get("class", "")]
    assert len(boxes) == len(drawn._graph.nodes)
    for i, (x, y, width, height) in enumerate(boxes):
        assert x >= -1 and x + width <= float(tree.get("width")) and y + height <= float(tree.get("height"))
        assert not any(x < u + w and u < x + width and y < v + h and v < y + height for u, v, w, h in boxes[:i])
    for place, node in enumerate(drawn._graph.nodes):  # everything flows to the right
        assert all(boxes[start][0] < boxes[end][0] for start, end in drawn._graph.edges if start == place), node


@needs_grandalf
@pytest.mark.parametrize("name", ["</text><script>alert(1)</script>", '"];evil', "a&b", "x\x00\x1b\\", "&#x3c;"])
def test_hostile_names_stay_text(name):
    tape, _w, _x, _y, z, _off = small()
    drawn = picture(tape, z)
    drawn._graph.nodes[0].label = name
    tree = xml.fromstring(drawn.svg())
    assert {child.tag.removeprefix(SVG) for child in tree.iter()} <= {
        "svg", "title", "style", "defs", "marker", "path", "text", "g", "rect"}
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    assert any(shown[:10] in text for text in texts(drawn))
    inside = drawn.dot().replace("\\\\", "").replace('\\"', "")
    assert all(line.count('"') % 2 == 0 for line in inside.splitlines())


@needs_grandalf
def test_a_notebook_and_a_file(tmp_path):
    tape, _w, _x, _y, z, _off = small()
    drawn = picture(tape, z)
    drawn.save(tmp_path / "tape.svg")
    assert (tmp_path / "tape.svg").read_text() == drawn._repr_svg_()
    with pytest.raises(ValueError, match=r"\.svg or \.dot"):
        drawn.save(tmp_path / "tape.png")


def test_without_the_library_for_layout(run_python):
    program = ("import tapes as tf\nx = tf.Variable(1.0)\nwith tf.GradientTape() as tape:\n    y = x * x\n"
               "p = tf.view.picture(tape, y)\np.dot()\np.svg()")
    done = run_python("-c", program, without=("grandalf",))
    assert "pip install grandalf" in done.stderr and "line 7" in done.stderr


def test_a_tape_without_steps():
    tape, w, _x, _y, z, _off = small()
    tape.gradient(z, w)
    with pytest.raises(ValueError, match="holds no steps"):
        picture(tape, z)
