"""At corners each library does what is declared of it: no more agreement, and no less."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import json
import warnings

import pytest

from comparisons import conventions as c
from comparisons.__main__ import parser
from comparisons.conventions import calls, page, show
from comparisons.libraries import LIBRARIES, MissingLibrary
from tests.conftest import ROOT

NAMES = ["tapes", "tensorflow", "jax", "torch", "autograd", "mygrad", "micrograd", "sympy"]


def declared(row, name):
    missing = not c.installed(name)
    return pytest.param(row, name, id=f"{row.name}-{name}", marks=pytest.mark.skipif(
        missing, reason=LIBRARIES[name].install if missing else ""))


@pytest.mark.parametrize("row, name", [declared(row, name) for row in c.ALL for name in row.expected])
def test_as_declared(row, name):
    assert not c.surprises([row], [name])


@pytest.mark.parametrize("convention", c.CONVENTIONS, ids=lambda convention: convention.name)
def test_each_row_is_a_disagreement(convention):
    answers = list(convention.expected.values())
    assert any(not c.same(answer, answers[0]) for answer in answers)
    assert convention.expected.keys() <= set(NAMES)
    assert {name in convention.expected for name in ("tapes", "tensorflow")} == {bool(convention.tf)}
    assert convention.why.endswith(".") and all(convention.expression(name) for name in convention.expected)


@pytest.mark.parametrize("row", [*c.CONVENTIONS, *c.AGREED], ids=lambda row: row.name)
def test_sympy_is_asked_or_the_row_says_why_not(row):
    assert ("sympy" in row.expected) != ("sympy" in row.unasked)


def test_each_program_answers_a_question_and_each_question_has_its_programs():
    for path in (ROOT / "comparisons/conventions/calls").glob("[!_]*.py"):
        names = ["tapes", "tensorflow"] if path.stem == "tape" else [path.stem]
        programs = {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body
                    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")}
        for name in names:
            assert programs == {row.program for row in c.CALLS if name in row.expected}, name
    for row in c.CALLS:
        assert row.why.endswith(".") and not row.expected.keys() & row.unasked.keys()
        assert all(f"def {row.program}(" in row.asked(name) for name in row.expected)


def test_names_are_unique():
    names = [row.name for row in (*c.CONVENTIONS, *c.AGREED)]
    assert len(set(names)) == len(names) and len({row.program for row in c.CALLS}) == len(c.CALLS)


def test_tapes_follows_tensorflow_except_where_it_says_why():
    apart = [row for row in c.ALL if "tapes" in row.expected
             and not c.same(row.expected["tapes"], row.expected["tensorflow"])]
    assert len(apart) == 11
    assert all("TensorFlow" in row.why for row in apart)


@pytest.mark.parametrize("convention", c.AGREED, ids=lambda convention: convention.name)
def test_most_agree_where_agreement_is_declared(convention):
    answers = [answer for answer in convention.expected.values() if not str(answer).endswith("Error")]
    assert sum(c.same(answer, answers[0]) for answer in answers) > len(answers) / 2


ABS = next(row for row in c.CONVENTIONS if row.name == "abs at 0")
VECTOR = next(row for row in c.CALLS if row.program == "vector_target")


@pytest.mark.parametrize("declared", [1, 1e-9, None, float("nan"), "ValueError", (0, 0), [0]])
def test_a_wrong_declaration_is_caught(declared):
    wrong = dataclasses.replace(ABS, expected={"tensorflow": 0, "tapes": declared})
    (found,) = c.surprises([wrong], ["tapes"])
    assert (found.library, found.measured, found.kind) == ("tapes", 0, "unexpected agreement")


@pytest.mark.parametrize("declared", [[2, 5], [2], (2, 4), 2, None, "TypeError", "[2.0, 4.0], UserWarning"])
def test_a_wrong_declaration_of_a_call_is_caught(declared):
    wrong = dataclasses.replace(VECTOR, expected={"tensorflow": [2, 4], "tapes": declared})
    (found,) = c.surprises([wrong], ["tapes"])
    assert (found.library, found.measured, found.kind) == ("tapes", [2, 4], "unexpected agreement")
    assert not c.surprises([VECTOR], ["tapes"])


def test_a_warning_is_part_of_the_answer(monkeypatch):
    def warned(tf):
        warnings.warn("look", UserWarning, stacklevel=1)
        warnings.warn("old", DeprecationWarning, stacklevel=1)  # says nothing about gradients
        return 3.0

    monkeypatch.setattr(importlib.import_module("comparisons.conventions.calls.tape"), "vector_target", warned)
    assert c.measure(VECTOR, "tapes") == "3.0, UserWarning"


def test_the_command_fails_on_a_wrong_declaration(monkeypatch, capsys, tmp_path):
    wrong = dataclasses.replace(VECTOR, expected={"tensorflow": [2, 4], "tapes": None})
    arguments = parser().parse_args(["conventions", "--json", str(tmp_path / "found.json")])
    for row, status in ((VECTOR, 0), (wrong, 1)):
        monkeypatch.setattr(show, "ALL", (row,))
        monkeypatch.setattr(show, "CALLS", (row,))
        assert show.command(arguments) == status
        told = capsys.readouterr().out
        assert ("WRONG" in told) == (status == 1)
        assert ("None, but is" in " ".join(told.split())) == (status == 1)
        document = json.loads((tmp_path / "found.json").read_text())
        assert document["as_declared"] == (status == 0)
        assert document["rows"][0]["answers"]["tapes"]["measured"] == "[2, 4]"


def test_an_unexpected_disagreement_is_caught():
    wrong = dataclasses.replace(ABS, point=(1.0,))
    (found,) = c.surprises([wrong], ["tapes"])
    assert (found.declared, found.measured, found.kind) == (0, 1, "unexpected disagreement")


def test_a_refusal_is_an_answer():
    refused = dataclasses.replace(ABS, tf="tf.matmul(x, x)", expected={"tapes": "InvalidArgumentError"})
    assert not c.surprises([refused], ["tapes"])


@pytest.mark.parametrize("a, b", [
    (0, None), (float("nan"), 0), (1, 1.001), ((1, 0), (0, 1)), ((1, 0), 1), ([1, 0], [1, 0, 0]), (2 - 4j, 2 + 4j),
    (float("inf"), float("-inf")), ("ValueError", 0)])
def test_same_tells_answers_apart(a, b):
    assert c.same(a, a) and c.same(b, b)
    assert not c.same(a, b)


# The page can be checked where libraries are missing, and can't be made there from answers that nobody has measured.

TEXT = (ROOT / "docs/conventions.md").read_text(encoding="utf-8")


def test_the_page_was_measured_with_every_library():
    asked = {name for row in c.ALL for name in row.expected}
    evidence = page.evidence_of(TEXT)
    assert evidence.keys() == asked == {*NAMES}
    assert {name: evidence[name].hash for name in asked} == {name: page.fingerprint(name) for name in asked}


def changed(monkeypatch, library, answer):
    """One declared answer of one library is another one."""
    rows = [dataclasses.replace(row, expected=row.expected | {library: answer}) if row is VECTOR else row
            for row in c.ALL]
    monkeypatch.setattr(page, "ALL", (*rows,))
    monkeypatch.setattr(page, "CALLS", (*(row for row in rows if isinstance(row, calls.Call)),))


def test_a_declaration_that_nobody_has_measured_cannot_come_on_the_page(monkeypatch):
    changed(monkeypatch, "torch", [2, 4])

    def absent(name):
        raise MissingLibrary(LIBRARIES[name])

    monkeypatch.setattr(page, "require", absent)
    with pytest.raises(MissingLibrary, match="pip install torch"):
        page.page(TEXT)


def test_a_wrong_declaration_cannot_come_on_the_page(monkeypatch):
    changed(monkeypatch, "tapes", [2, 5])
    with pytest.raises(ValueError, match=r"vector, x \* x at \[1, 2\]: tapes: .*declared \[2, 5\], measured \[2, 4\]"):
        page.page(TEXT)


@pytest.mark.parametrize("change", ["answer", "expression", "point"])
def test_the_hash_is_that_of_answer_and_question(change, monkeypatch):
    before = page.fingerprint("torch"), page.fingerprint("autograd")
    other = {"answer": {"expected": ABS.expected | {"torch": 0.5}},
             "expression": {"spelled": ABS.spelled | {"torch": "torch.abs(x + 0)"}},
             "point": {"point": (1.0,)}}[change]
    monkeypatch.setattr(page, "ALL", (*(dataclasses.replace(row, **other) if row is ABS else row for row in c.ALL),))
    assert page.fingerprint("torch") != before[0]
    assert (page.fingerprint("autograd") == before[1]) == (change != "point")
