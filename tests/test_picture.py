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
    for line in ('label="w\\l', "z = add", "adjoint 404.4288", "= floor", "None: unused by the target",
                 'label="808.8575"'):
        assert line in text, line
    assert "7 steps" in text
    assert tape.gradient(z, x) is not None  # the tape is as it was


def test_the_sum_on_the_edges_is_the_adjoint_of_the_box():
    tape, _w, _x, y, z, _off = small()
    drawn = picture(tape, z)._graph
    place = next(i for i, node in enumerate(drawn.nodes) if node.keys[0] == id(y))
    carried = [float(dx) for (start, _), dx in drawn.edges.items() if start == place and dx is not None]
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
    assert z + t > 0 and picture(tape).caption == "6 steps; the tape keeps 16 kB alive"  # x and y: a reshape takes none


def test_a_thousand_steps_are_folded():
    tape, loss, b = recurrent(350)
    steps = len(tape.steps())
    drawn = picture(tape, loss, b)._graph
    assert steps > 1000 and len(drawn.nodes) < 40
    folded = [node for node in drawn.nodes if node.kind == "folded"]
    assert len(folded) == 1 and folded[0].path
    reads = sum(node.reads for node in drawn.nodes)
    assert len(drawn.nodes) - 1 + len(folded[0].keys) + reads == steps
    assert folded[0].label == "347 x 3 steps more" and folded[0].kept == 347 * 3 * 64


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
             if "box" in box.get("class", "").split() and "pile" not in box.get("class").split()]
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
        "svg", "title", "desc", "style", "defs", "marker", "path", "text", "g", "rect"}
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    assert any(shown[:10] in one.get("aria-label", "") for one in tree.iter())
    inside = drawn.dot().replace("\\\\", "").replace('\\"', "")
    assert all(line.count('"') % 2 == 0 for line in inside.splitlines())


def test_what_lines_carry_adds_up_to_the_adjoint():
    """Also where a value is used twice by one step, and where a Variable is read several times."""
    x = tf.Variable(np.array([[1.0, -2.0], [0.5, 3.0]]), name="x")
    with tf.GradientTape() as tape:
        y = x * x + tf.tanh(x) @ x
        loss = tf.reduce_sum(y * y)
    drawn = picture(tape, loss, x)._graph
    for place, node in enumerate(drawn.nodes):
        carried = [dx for (start, _), dx in drawn.edges.items() if start == place and dx is not None]
        if carried:
            np.testing.assert_allclose(sum(carried), node.adjoint, rtol=1e-12)
    assert len(drawn.nodes) == len(tape.steps()) - sum(node.reads for node in drawn.nodes)


def test_what_the_tape_keeps_is_told_box_by_box():
    tape, loss, _b = recurrent(3)
    drawn = picture(tape, loss)
    total = sum(node.kept for node in drawn._graph.nodes)
    assert f"keeps {total} bytes" in drawn.caption
    assert "keeps 64 B" in drawn.dot()


@needs_grandalf
def test_lines_have_maps_of_what_they_carry():
    tape, loss, _b = recurrent(2)
    tree = xml.fromstring(picture(tape, loss).svg())
    maps = [one for one in tree.iter(f"{SVG}g") if any(part.get("class") == "frame" for part in one)]
    titles = [one.find(f"{SVG}title").text for one in maps]
    assert len(maps) >= 8 and any(title.startswith("adjoint from h = tanh to %") or "to U" in title for title in titles)


@needs_grandalf
def test_it_can_be_read_aloud():
    tape, _w, _x, _y, z, _off = small()
    tree = xml.fromstring(picture(tape, z).svg())
    assert tree.find(f"{SVG}title").text and tree.find(f"{SVG}desc").text
    said = [one.get("aria-label") for one in tree.iter(f"{SVG}g") if one.get("role")]
    assert any("z = add" in one and "409.4288" in one and "adjoint 1." in one for one in said)


@needs_grandalf
def test_a_long_name_keeps_its_ends():
    w = tf.Variable(2.0, name="encoder_of_the_first_block_and_its_kernel")
    with tf.GradientTape() as tape:
        y = tf.exp(w)
    drawn = picture(tape, y)
    assert any(text.startswith("encoder") and text.endswith("kernel") and "..." in text for text in texts(drawn))
    assert "encoder_of_the_first_block_and_its_kernel" in drawn.svg()  # whole, for whoever points at the box


def test_layers_name_their_weights():
    model = tf.keras.Sequential([tf.keras.layers.Dense(2), tf.keras.layers.Dense(1)])
    x = tf.ones((3, 2))
    model(x)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x))
    text = picture(tape, loss).dot()
    assert all(f"{layer.name}/kernel" in text for layer in model.layers)


def test_several_results_and_second_order():
    x = tf.Variable(np.array([[2.0, 1.0], [0.5, 3.0]]), name="x")
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            a, b = tf.unstack(x)
            q, r = tf.linalg.qr(x)
            loss = tf.reduce_sum(a * b * b) + tf.reduce_sum(r)
        slope = tf.reduce_sum(inner.gradient(loss, x))
    drawn = picture(tape, slope, x)
    assert q is not None and "unstack" in drawn.dot() and "qr" in drawn.dot()


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


def test_a_source_is_a_tensor_and_wants_a_target():
    tape, w, x, _y, z, _off = small()
    with pytest.raises(TypeError, match="not its name"):
        picture(tape, z, source="w")
    with pytest.raises(ValueError, match="needs a target"):
        picture(tape, source=w)
    both = {node.keys[0] for node in picture(tape, z, [w, x])._graph.nodes if node.path}
    assert {id(w), id(x)} <= both


def test_a_notebook_without_the_library_for_layout_shows_a_text(run_python):
    program = ("import tapes as tf\nx = tf.Variable(1.0)\nwith tf.GradientTape() as tape:\n    y = x * x\n"
               "p = tf.view.picture(tape, y)\nprint(p._repr_svg_(), p)")
    done = run_python("-c", program, without=("grandalf",))
    assert done.stdout.startswith("None <picture: 3 steps; the tape keeps")
