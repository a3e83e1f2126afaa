"""At corners each library does what is declared of it: no more agreement, and no less."""

from __future__ import annotations

import dataclasses

import pytest

from comparisons import conventions as c
from comparisons.libraries import LIBRARIES

NAMES = ["tapes", "tensorflow", "jax", "torch", "autograd", "mygrad", "sympy"]


def declared(convention, name):
    missing = not c.installed(name)
    return pytest.param(convention, name, id=f"{convention.name}-{name}", marks=pytest.mark.skipif(
        missing, reason=LIBRARIES[name].install if missing else ""))


@pytest.mark.parametrize("convention, name", [declared(row, name) for row in c.ALL for name in row.expected])
def test_as_declared(convention, name):
    assert not c.surprises([convention], [name])


@pytest.mark.parametrize("convention", c.CONVENTIONS, ids=lambda convention: convention.name)
def test_each_row_is_a_disagreement(convention):
    answers = list(convention.expected.values())
    assert any(not c.same(answer, answers[0]) for answer in answers)
    assert convention.expected.keys() <= set(NAMES)
    assert {name in convention.expected for name in ("tapes", "tensorflow")} == {bool(convention.tf)}
    assert convention.why.endswith(".") and all(convention.expression(name) for name in convention.expected)


def test_tapes_follows_tensorflow_except_where_it_says_why():
    apart = [row for row in c.ALL if row.tf and not c.same(row.expected["tapes"], row.expected["tensorflow"])]
    assert len(apart) == 11
    assert all("TensorFlow" in row.why for row in apart)


@pytest.mark.parametrize("convention", c.AGREED, ids=lambda convention: convention.name)
def test_most_agree_where_agreement_is_declared(convention):
    answers = [answer for answer in convention.expected.values() if not str(answer).endswith("Error")]
    assert sum(c.same(answer, answers[0]) for answer in answers) > len(answers) / 2


ABS = c.CONVENTIONS[0]


@pytest.mark.parametrize("declared", [1, 1e-9, None, float("nan"), "ValueError", (0, 0), [0]])
def test_a_wrong_declaration_is_caught(declared):
    wrong = dataclasses.replace(ABS, expected={"tensorflow": 0, "tapes": declared})
    (found,) = c.surprises([wrong], ["tapes"])
    assert (found.library, found.measured, found.kind) == ("tapes", 0, "unexpected agreement")


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
