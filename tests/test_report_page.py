"""The page of a comparison: it says the verdict first, tells the numbers of the JSON, and lets nothing in or out."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest

from comparisons.__main__ import main
from comparisons.compare import compare
from comparisons.fuzz.hunt import Failure, Report
from comparisons.fuzz.judge import AGREE, WRONG
from comparisons.fuzz.show import written
from comparisons.html import attached, maps
from comparisons.problem import LossError, load
from comparisons.whole import wholes
from tapes.op import registry
from tests.test_compare import CHANGES, Tampered

pytest.importorskip("jinja2", reason="pip install jinja2")
pytest.importorskip("sympy", reason="pip install sympy")

EVIL = "</title><script>alert(1)</script>"
HOSTILE = f'''"""{EVIL} & 'quoted' "names"."""

NAME = '"><img src=x onerror=alert(2)>'
inputs = {{NAME: [0.5, -1.5], "b": 0.25}}
data = {{"x": [[1.0, 2.0], [3.0, 4.0]]}}


def loss(tf, b, x, **given):
    # </pre><script>alert(3)</script>
    w = given[NAME]
    return tf.reduce_mean(tf.tanh(tf.reduce_sum(x * w, axis=1) + b))
'''


class Page(HTMLParser):
    """Elements with their attributes, and the text, both in order."""

    def __init__(self, text):
        super().__init__()
        self.source, self.elements, self.text = text, [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        if not data.startswith(":root"):  # the style sheet
            self.text += data

    def all(self, tag, **attributes):
        return [had for name, had in self.elements if name == tag
                and all(had.get(key) == value for key, value in attributes.items())]


def paged_status(tmp_path, *arguments):
    return main(["run", *map(str, arguments), "--html", str(tmp_path / "page.html")])


def paged(tmp_path, *arguments, status=0):
    assert paged_status(tmp_path, *arguments) == status
    assert [p.name for p in tmp_path.glob("*.partial")] == []
    return Page((tmp_path / "page.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / "<script>alert(0)<!--&.py"
    path.write_text(HOSTILE)
    return paged(folder, path, "--only", "tapes,sympy,complex")


def test_what_comes_from_the_user_stays_text(hostile):
    assert not [had for tag, had in hostile.elements if any(key.startswith("on") for key in had)]
    assert not hostile.all("script") and "<script" not in hostile.source and "<img src=x" not in hostile.source
    for text in ("<script>alert(0)<!--&", EVIL, "</pre><script>alert(3)</script>"):
        assert text in hostile.text, text
    assert 'd/d"><img src=x onerror=alert(2)>' in hostile.text


def test_nothing_is_loaded_and_the_policy_forbids_it(hostile):
    for tag, had in hostile.elements:
        assert tag not in ("link", "script", "iframe", "object", "embed", "form", "base"), tag
        assert had.get("src", "data:").startswith("data:") and had.get("href", "#").startswith("#"), had
        assert "style" not in had, "a style attribute, which the policy would ignore"
    policy = next(had["content"] for had in hostile.all("meta") if had.get("http-equiv") == "Content-Security-Policy")
    style = hostile.source.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ") and f"'sha256-{digest}'" in policy
    assert "url(" not in style and "@import" not in style and "unsafe" not in policy


def test_formulas_are_mathematics(hostile):
    assert len(hostile.all("math")) >= 2 and hostile.all("mfrac")
    assert "∂" in hostile.text and "tanh" in hostile.text


def test_every_picture_has_words(hostile):
    assert hostile.all("img") and all(had["alt"] for had in hostile.all("img"))
    assert all(had.get("aria-label") or had.get("aria-hidden") for had in hostile.all("svg"))
    ids = [had["id"] for _, had in hostile.elements if "id" in had]
    assert len(ids) == len(set(ids))
    assert {had["href"][1:] for had in hostile.all("a")} <= set(ids)


def test_it_tells_the_numbers_of_the_json(tmp_path):
    pytest.importorskip("sklearn", reason="pip install scikit-learn")
    page = paged(tmp_path, "mlp-small", "linear-article", "--only", "tapes,complex,central", "--json",
                 tmp_path / "all.json")
    document = json.loads((tmp_path / "all.json").read_text())
    rows = [(name, cell) for loss in document["losses"] for row in loss["results"] for name, cell in
            row["cells"].items()]
    told = page.source.split('<table class="numbers">')[1:]
    found = [line for table in told for line in table.split("</table>")[0].split("<tr data-library=")[1:]]
    assert len(found) == len(rows) > 30
    for line, (name, cell) in zip(found, rows):
        assert line.startswith(f'"{name}"')
        if cell["relative"] is not None:
            assert f"<td>{cell['relative']:.3e}</td>" in line and f"<td>{cell['tolerance']:.3e}</td>" in line
    for loss in document["losses"]:
        assert f"loss {loss['value']:.6g}" in page.text
    gradient = wholes(compare(load("linear-article"), ["tapes", "complex"]))["W"].found["tapes"]
    assert np.format_float_scientific(gradient, trim="-") in page.text, "small gradients are written in full"


def test_the_verdict_comes_first(tmp_path):
    page = paged(tmp_path, "linear-article", "--only", "tapes,complex")
    assert page.text.index("All that was compared agrees.") < page.text.index("Libraries")
    assert page.all("div", id="verdict") == [{"id": "verdict", "class": "banner good", "role": "status"}]
    assert "WRONG" not in page.text.split("How to read this")[0]


def test_a_broken_rule_is_told_first_in_words_with_the_op_to_blame(tmp_path, monkeypatch):
    rule = registry["square"].rules[0]
    monkeypatch.setattr(registry["square"], "rules", [lambda *args, **params: rule(*args, **params) * 1.001])
    page = paged(tmp_path, "linear-article", "--only", "tapes,complex", status=1)
    assert page.all("div", id="verdict")[0]["class"] == "banner wrong"
    first = page.text.split("Libraries")[0]
    assert first.index("Something disagrees.") < first.index("BLAME") < first.index("WRONG")
    assert "op 'square'" in first and "d/dW" in first and "explain linear-article" in first
    assert page.all("td", **{"class": "disagrees", "data-library": "tapes"})


@pytest.mark.parametrize("change", [change for name, change in CHANGES.items() if name in (
    "nan", "one nan", "inf", "None", "zero", "another shape", "single precision")])
def test_whatever_a_library_answers_the_page_shows_it(tmp_path, monkeypatch, change):
    path = tmp_path / "own.py"
    path.write_text('inputs = {"w": [0.5, -1.0, 2.0]}\ndef loss(tf, w):\n    return tf.reduce_sum(w * w * w)\n')
    monkeypatch.setattr("comparisons.backends.tape.BACKEND", Tampered(change))
    page = paged(tmp_path, path, "--only", "tapes,complex", status=1)
    assert page.all("td", **{"class": "disagrees", "data-library": "tapes"})
    assert "WRONG" in page.text.split("Libraries")[0]


def test_what_was_compared_before_ctrl_c_is_shown_and_nothing_is_written(tmp_path, monkeypatch, capsys):
    def stopped(problem, *arguments):
        if problem.name == "second":
            raise KeyboardInterrupt
        return compare(problem, *arguments)

    for name in ("first", "second"):
        (tmp_path / f"{name}.py").write_text('inputs = {"w": 0.5}\ndef loss(tf, w):\n    return w * w\n')
    monkeypatch.setattr("comparisons.run.command.compare", stopped)
    found = paged_status(tmp_path, tmp_path / "first.py", tmp_path / "second.py", "--only", "tapes,complex")
    printed = capsys.readouterr().out
    assert found == 130 and printed.startswith("Stopped.") and "first" in printed
    assert not (tmp_path / "page.html").exists()


@pytest.fixture(scope="module")
def large():
    pytest.importorskip("sklearn", reason="pip install scikit-learn")
    return compare(load("mlp-tanh"), ["tapes", "complex"])


def test_a_gradient_of_thousands_is_held_against_extended_precision_where_the_oracle_confirms_it(large):
    found = wholes(large)["W1"]
    assert found.reference.shape == (64, 32) and found.exact and "the complex step" in found.origin
    error = np.max(np.abs(found.found["tapes"] - found.reference)) / np.max(np.abs(found.reference))
    assert 0 < error < 1e-14


def test_a_wrong_tape_is_no_reference(monkeypatch):
    pytest.importorskip("sklearn", reason="pip install scikit-learn")
    rule = registry["tanh"].rules[0]
    monkeypatch.setattr(registry["tanh"], "rules", [lambda *args, **params: rule(*args, **params) * 1.001])
    found = wholes(compare(load("mlp-tanh"), ["tapes", "complex"]))
    assert found["W1"].reference is None and found["W2"].reference is not None


def test_a_page_of_thousands_of_entries_is_small(large):
    from comparisons.html.page import render
    from comparisons.run.verdict import judged

    text = render([large], judged([large], []), [], {"dtype": "float64", "command": "..."})
    assert len(text.encode()) < 200_000 and text.count("<img") == 8


def unpacked(drawn):
    data = base64.b64decode(drawn.source.partition(",")[2])
    columns, rows = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT")
    size, = struct.unpack(">I", data[start - 4:start])
    return np.frombuffer(zlib.decompress(data[start + 4:start + 4 + size]), np.uint8).reshape(rows, columns + 1)[:, 1:]


class TestMaps:
    def test_signs_zero_and_no_number(self):
        shades = unpacked(maps.picture(np.array([[-2.0, 0.0, 1.0, np.nan]]), 2.0, "g"))
        assert shades.tolist() == [[0, 127, 191, 255]]

    def test_one_entry_of_many_is_seen(self):
        array = np.zeros((300, 500))
        array[217, 433] = -1.0
        assert (unpacked(maps.picture(array, 1.0, "g")) == 0).sum() == 1
        array[3, 3] = np.nan
        assert (unpacked(maps.picture(array, 1.0, "g")) == 255).sum() == 1

    @pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (2, 3, 4), (1000, 2)])
    def test_any_shape(self, shape):
        drawn = maps.picture(np.ones(shape), 1.0, "g")
        assert drawn.width >= maps.LEAST and drawn.height >= maps.LEAST and drawn.text.startswith("g: ")

    def test_the_text_says_where_the_largest_is(self):
        assert maps.picture(np.array([[1.0, -3.0], [np.inf, 2.0]]), 3.0, "g").text == (
            "g: 2 x 2, from -3 to 2, the largest at [0, 1], 1 of 4 not finite")

    def test_bars_count_every_entry_once(self):
        errors = np.array([0.0, 0.05, -0.3, 1.0, 1e12, np.nan])
        bars = maps.histogram(errors, maps.bounds([errors]))
        assert sum(count for _, count, *_ in bars.bars) == 6 and bars.bars[-1][:2] == ("more", 2)
        assert bars.text.startswith("6 entries")


def documents(tmp_path):
    """What each command writes, from short runs."""
    from comparisons.speed import show
    from comparisons.speed.machine import described
    from comparisons.speed.rounds import Cell
    from comparisons.speed.workloads import WORKLOADS

    for command in (["ops", "tanh", "--only", "complex", "--jobs", "1"],
                    ["accuracy", "tanh", "--points", "4", "--order", "0"],
                    ["train", "linear", "--steps", "2", "--only", "optax"], ["semantics", "lifetime"],
                    ["fuzz", "--programs", "4"], ["explain", "linear-article", "--only", "complex"]):
        main([*command, "--json", str(tmp_path / f"{command[0]}.json")])
    from comparisons.conventions.show import _document
    (tmp_path / "conventions.json").write_text(json.dumps(_document([], ["torch"])))
    name = next(iter(WORKLOADS))
    cells = [Cell(name, "numpy", "timed", rounds=[1.0], ratios=[1.0]), Cell(name, "tapes", "failed", "it <b>fell</b>")]
    (tmp_path / "speed.json").write_text(json.dumps(show.written(
        cells, [WORKLOADS[name]], described(1), 1, 0.1, [])))


def test_what_other_commands_wrote_becomes_sections(tmp_path, monkeypatch):
    pytest.importorskip("mpmath")
    documents(tmp_path)
    paths = sorted(tmp_path.glob("*.json"))
    page = paged(tmp_path, "linear-article", "--only", "tapes,complex", "--with", *paths)
    assert [had["data-section"] for had in page.all("section", **{"class": "attached"})] == [
        "speed", "accuracy", "train", "semantics", "ops", "conventions", "fuzz", "explain"]
    assert "it <b>fell</b>" in page.text and "<b>fell" not in page.source
    first = page.text.split("Libraries")[0]
    assert "WRONG" in first and "Speed" in first, "what is wrong there is told at the top too"


def test_a_random_program_that_disagrees_stands_on_the_page_with_its_script(tmp_path):
    found = Report(programs=5, failures=[Failure("tensorflow", "g1: <b>off</b>", "print(1 < 2)  # </pre>")])
    found.counts.update({("tensorflow", AGREE): 4, ("tensorflow", WRONG): 1})
    (tmp_path / "fuzz.json").write_text(json.dumps(written(found, ["tensorflow"], 7)))
    page = paged(tmp_path, "linear-article", "--only", "tapes,complex", "--with", tmp_path / "fuzz.json")
    assert "Random programs, seed 7" in page.text and "Something disagrees." in page.text.split("Libraries")[0]
    assert "g1: <b>off</b>" in page.text and "print(1 < 2)  # </pre>" in page.text and "<b>off" not in page.source


def test_a_wrong_rule_stands_at_the_top_of_the_page(tmp_path):
    loss = tmp_path / "bent.py"
    loss.write_text(BENT)
    assert main(["explain", str(loss), "--only", "complex", "--json", str(tmp_path / "explain.json")]) == 1
    page = paged(tmp_path, "linear-article", "--only", "tapes,complex", "--with", tmp_path / "explain.json")
    first, _, rest = page.text.partition("Libraries")
    assert "WRONG RULE: bent" in first and "wrong rule" in rest and "follows" in rest


BENT = '''"""A square whose derivative lacks a factor of 2."""

import tapes

inputs, data = {"x": [1.0, 2.0]}, {}


@tapes.custom_gradient
def bent(x):
    return x * x, lambda g: g * x


def loss(tf, x):
    return tf.reduce_sum(tf.exp(bent(tf.sin(x))))
'''


@pytest.mark.parametrize(("text", "words"), [
    (None, "cannot be read"),
    ("", "is no JSON"),
    ('{"schema": 1, "quantities": [', "only a part"),
    ("[1, 2]", "is not what a command wrote"),
    ('{"schema": 1, "other": 2}', "is not what a command wrote"),
    ('{"schema": 0, "quantities": []}', "has schema 0"),
    ('{"quantities": []}', "has schema None"),
    ('{"schema": 1, "quantities": [{"op": "tanh"}]}', "not as this version writes it"),
    ('{"schema": 1, "losses": [], "undeclared_conventions": []}', "is of `run` itself"),
])
def test_a_file_that_is_none_of_these_is_told_before_the_work(tmp_path, text, words, monkeypatch, capsys):
    path = tmp_path / "given.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(LossError, match=words):
        attached.sections([path])
    monkeypatch.setattr("comparisons.run.command.compare", lambda *args: pytest.fail("the work had begun"))
    assert main(["run", "linear-article", "--html", str(tmp_path / "page.html"), "--with", str(path)]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "words"), [
    (["--html", "no/such/folder/page.html"], "there is no folder"),
    (["--html", "."], "is a folder"),
    (["--with", "a.json"], "needs --html"),
])
def test_wrong_usage_is_told_before_the_work(arguments, words, monkeypatch, capsys):
    monkeypatch.setattr("comparisons.run.command.compare", lambda *args: pytest.fail("the work had begun"))
    assert main(["run", "linear-article", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_without_jinja_one_line_says_what_to_install(comparisons, tmp_path):
    found = comparisons("run", "linear-article", "--html", str(tmp_path / "page.html"), without=("jinja2",))
    assert found.returncode == 2 and "pip install jinja2" in found.stderr and "Traceback" not in found.stderr
    found = comparisons("run", "linear-article", "--only", "tapes,complex", without=("jinja2",))
    assert found.returncode == 0, "only the page needs it"


def test_long_sums_are_cut_and_names_stay_names():
    import sympy

    from comparisons.html.formula import mathml

    xs = [sympy.Symbol(f"x[{i}]", real=True) for i in range(12)]
    text, cut = mathml(sympy.exp(sympy.Add(*xs)) / xs[0])
    assert cut and "⋯" in text and "<mn>11</mn>" in text and "<mn>5</mn>" not in text
    text, cut = mathml(sympy.Symbol("<script>[0]") ** 2)
    assert not cut and "&lt;script&gt;" in text and "<script" not in text
