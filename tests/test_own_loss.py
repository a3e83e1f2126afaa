"""A user's own loss: what is wrong with it is said in one line, with the file, the line and what to do."""

from __future__ import annotations

import pytest

GOOD = '''
inputs = {"w": 2.0}
data = {"x": [1.0, 2.0, 3.0]}

def loss(tf, w, x):
    return tf.reduce_mean(tf.square(w * x))
'''


def write(folder, text):
    path = folder / "own.py"
    path.write_text(text)
    return str(path)


def test_a_good_one_is_compared(comparisons, tmp_path):
    found = comparisons("run", write(tmp_path, GOOD), "--only", "tapes,central,complex", cwd=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "d/dw" in found.stdout and "All that was compared agrees." in found.stdout


@pytest.mark.parametrize(("text", "words"), [
    ("inputs = {'w': 1.0}\n", "own.py defines no function `loss`"),
    ("def loss(tf, w):\n    return w\n", "own.py defines no `inputs`"),
    ("inputs = {'w': 1}\ndef loss(tf, w):\n    return w\n", "only floating-point numbers have gradients"),
    ("inputs = {'w': 'one'}\ndef loss(tf, w):\n    return w\n", "inputs['w'] is no array of numbers"),
    ("inputs = [1.0]\ndef loss(tf, w):\n    return w\n", "`inputs` must be a dict"),
    ("inputs = {'w': 1.0}\ndata = {'w': 1.0}\ndef loss(tf, w):\n    return w\n", "'w' is in `inputs` and in `data`"),
    ("inputs = {'w': 1.0}\ndef loss(tf, v):\n    return v\n", "own.py, line 2: loss must take (tf, w)"),
    ("inputs = {'w': 1.0}\ndef loss(tf, w)\n    return w\n", "own.py, line 2"),
    ("inputs = {'w': 1.0}\nimport no_such_module\n", "own.py, line 2: import no_such_module"),
    ("inputs = {'w': 1.0}\ndef data():\n    return 1 / 0\ndef loss(tf, w):\n    return w\n",
     "own.py, line 3: return 1 / 0: ZeroDivisionError"),
])
def test_a_file_that_is_no_loss(comparisons, tmp_path, text, words):
    found = comparisons("run", write(tmp_path, text))
    assert found.returncode == 2
    assert words in found.stderr and "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(("body", "words"), [
    ("return tf.square(w * x)", "own.py, line 5: loss returned shape (3,): reduce it to one number"),
    ("return None", "own.py, line 5: loss returned None: return the value"),
    ("raise ValueError('no luck')", "own.py, line 6: raise ValueError('no luck'): ValueError: no luck"),
    ("return tf.reduce_men(w * x)", "own.py, line 6: return tf.reduce_men(w * x): AttributeError"),
    ("return tf.reduce_sum(tf.matmul(w, x))", "matmul"),
    ("return tf.math.log(-w)", "the loss is nan at these inputs"),
])
def test_a_mistake_in_a_loss_is_told_once_before_any_library_is_asked(comparisons, tmp_path, body, words):
    path = write(tmp_path, GOOD.replace("return tf.reduce_mean(tf.square(w * x))", body))
    found = comparisons("run", path)
    assert found.returncode == 2, found.stdout + found.stderr
    assert words in found.stderr and "own.py" in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("data", ["[1.0, 2.0]", "[1.0, 2.0, 3.0, 4.0, 5.0]"])
def test_what_one_library_lacks_is_told_for_that_library(comparisons, tmp_path, data):
    text = GOOD.replace("[1.0, 2.0, 3.0]", data).replace("tf.square(w * x)", "tf.nn.selu(w * x)")
    found = comparisons("run", write(tmp_path, text), "--only", "tapes,sympy,central")
    assert found.returncode == 1 and "Nothing could be compared." in found.stdout
    assert "no oracle has a sure answer" in found.stdout and "All libraries agree" not in found.stdout
    notes = found.stdout.replace("\n" + 6 * " ", " ").splitlines()  # which are wrapped
    for library in ("sympy", "complex", "central"):
        line = next(line for line in notes if line.strip().startswith(f"{library}: n/a: own.py"))
        assert "line 6" in line and "namespace has no tf.nn.selu" in line and "--only" in line
    assert "Traceback" not in found.stdout + found.stderr


def test_at_a_corner_no_rule_is_blamed(comparisons, tmp_path):
    text = 'inputs = {"w": [0.0, 1.0]}\ndef loss(tf, w):\n    return tf.reduce_sum(tf.nn.relu(w) + tf.abs(w))\n'
    found = comparisons("run", write(tmp_path, text), "--only", "tapes,sympy")  # SymPy's slope of relu at 0 is 1/2
    assert found.returncode == 1
    assert "BLAME own: every op that the tape heard has the right rule" in found.stdout


def test_a_loss_without_data_has_a_value(comparisons, tmp_path):
    text = 'inputs = {"x": 3.0}\ndef loss(tf, x):\n    return x * x\n'
    found = comparisons("run", write(tmp_path, text), "--only", "tapes,central")
    assert found.returncode == 0 and "loss 9, float64, inputs x" in found.stdout


def test_traceback_shows_where_it_came_from(comparisons, tmp_path):
    path = write(tmp_path, "inputs = {'w': 1.0}\nimport no_such_module\n")
    found = comparisons("run", path, "--traceback")
    assert found.returncode == 2 and "Traceback" in found.stderr and "ModuleNotFoundError" in found.stderr


def test_an_unused_input_is_none_for_the_tape_and_agrees_with_zero(comparisons, tmp_path):
    text = GOOD.replace('{"w": 2.0}', '{"w": 2.0, "unused": 1.0}').replace("tf, w, x", "tf, w, unused, x")
    found = comparisons("run", write(tmp_path, text), "--only", "tapes,complex")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "None = 0" in found.stdout


def test_what_nobody_could_compare_is_called_so(comparisons, tmp_path):
    pytest.importorskip("jinja2", reason="pip install jinja2")
    text = GOOD.replace("tf.square(w * x)", "tf.nn.selu(w * x)")
    found = comparisons("run", write(tmp_path, text), "--only", "tapes,sympy,central", "--html",
                        str(tmp_path / "page.html"))
    assert found.returncode == 1, found.stdout + found.stderr
    lines = [line.split() for line in found.stdout.split("Libraries")[1].split("A distance")[0].splitlines()]
    assert all("truth" not in line for line in lines) and ["not", "compared"] in [line[2:4] for line in lines]
    assert "loss nan" not in found.stdout and "loss 4.2" in found.stdout
    assert "against SymPy" not in found.stdout and "compared with nothing" in found.stdout
    page = (tmp_path / "page.html").read_text()
    assert '">not compared</span>' in page and '">agrees</span>' not in page and "loss nan" not in page


def test_the_hint_keeps_the_folder(comparisons, tmp_path):
    (tmp_path / "folder").mkdir()
    text = """import numpy as np
inputs = {"w": [0.0, 1.0]}
def loss(tf, w):
    return tf.reduce_sum(tf.nn.relu(w) + tf.abs(w))
"""
    found = comparisons("run", write(tmp_path / "folder", text), "--only", "tapes,sympy", cwd=tmp_path)
    assert found.returncode == 1 and "explain folder/own.py" in found.stdout.replace("\\", "/")
