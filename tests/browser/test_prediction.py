"""The stepper asks what comes next: a right answer is right, a wrong one is told why, and no answer is run."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from tests.browser import programs
from tests.browser.looks import CONTRAST, WIDE, controls, too_pale
from tests.browser.test_stepper import SLIP, everywhere, position, stepping  # noqa: F401 (stepping is a fixture)

# What is asked, what one is told, and where the keyboard is.
ASKED = """
const text = selector => document.querySelector(selector)?.textContent ?? null;
return { question: text('.question label, .question > p'), told: text('.panel .feedback'),
  look: document.querySelector('.panel .feedback')?.className ?? null, score: text('.score'),
  options: [...document.querySelectorAll('.option')].map(option => option.textContent),
  at: document.activeElement.className || document.activeElement.tagName };
"""
A = math.sin(0.5)  # in the program `paths`: a = sin(x), y = a * a + exp(a)
QUESTIONS = [  # the heading of each, how often it was there before, what a student would say, and what is right
    ("add hands its adjoint on to %3", 0, "1", 1.0),
    ("exp hands its adjoint on to a", 0, f"exp({A})", math.exp(A)),
    ("multiply hands its adjoint on to a, as input 1 of 2", 0, f"exp({A}) + {A}", math.exp(A) + A),
    ("multiply hands its adjoint on to a, as input 2 of 2", 0, f"{math.exp(A) + 2 * A:.4g}",
     math.exp(A) + 2 * A),
    ("sin hands its adjoint on to x", 0, f"cos(0.5) * (2 * {A} + exp({A}))", math.cos(0.5) * (2 * A + math.exp(A))),
]


@pytest.fixture
def asking(stepping):  # noqa: F811

    def open_(program, language="en"):
        return stepping(program, language).click("button.predict")

    return open_


def go(page, heading, before=0):
    """To the position with this heading, after so many others with the same."""
    headings = everywhere(page, "return document.querySelector('.panel h2').textContent")
    place = [i for i, found in enumerate(headings) if found == heading][before]
    page.walk(["Home", *["ArrowRight"] * place], "")


def say(page, answer):
    """Type an answer, and press Enter."""
    page.run("document.querySelector('.question input').value = ''")
    return page.click(".question input").press(answer, "Enter").run(ASKED)


@pytest.mark.parametrize(("heading", "before", "said", "meant"), QUESTIONS)
def test_a_right_number_is_right_and_a_wrong_one_is_not(asking, heading, before, said, meant):
    page = asking(programs.paths)
    go(page, heading, before)
    assert page.run(ASKED)["score"] == "0 of 0 right"
    for wrong in (meant * 1.02, meant * 0.98, -meant, meant + 1, 0.0):
        found = say(page, repr(wrong))
        assert found["look"] == "feedback wrong" and found["told"].startswith("✗ Not yet."), wrong
    assert found["score"] == "0 of 1 right"
    found = say(page, said)
    assert found["look"] == "feedback right" and found["told"].startswith("✓ Right.")
    assert found["question"] is None and found["score"] == "0 of 1 right"  # what counts is the first answer


def test_every_question_of_the_program_is_asked(asking):
    asked = [text for text in everywhere(asking(programs.paths), ASKED) if text["question"]]
    assert len(asked) == len(QUESTIONS) + 1  # add hands on to %4 as it does to %3


def test_all_right_at_once_is_counted(asking):
    page = asking(programs.paths)
    for place, (heading, before, said, _) in enumerate(QUESTIONS):
        go(page, heading, before)
        assert say(page, said)["score"] == f"{place + 1} of {place + 1} right"


@pytest.mark.parametrize(("heading", "before", "said", "why"), [
    ("multiply hands its adjoint on to a, as input 2 of 2", 0, f"{A}", "This is the contribution alone."),
    ("multiply hands its adjoint on to a, as input 2 of 2", 0, f"{A + math.exp(A)}",
     "This is what was there already."),
    ("multiply hands its adjoint on to a, as input 1 of 2", 0, f"{math.exp(A) - A}",
     "Contributions are added, not subtracted."),
    ("multiply hands its adjoint on to a, as input 1 of 2", 0, f"{math.exp(A) + 2 * A}",
     "the contribution of this step is not right. It is twice too large"),
    ("exp hands its adjoint on to a", 0, f"-exp({A})", "The sign is wrong."),
    ("sin hands its adjoint on to x", 0, f"2 * {A} + exp({A})", "This is the adjoint that arrives."),
    ("sin hands its adjoint on to x", 0, "cos(0.5)", "This is the local derivative."),
    ("sin hands its adjoint on to x", 0, f"10 * cos(0.5) * (2 * {A} + exp({A}))", "It is 10 times too large"),
])
def test_a_usual_mistake_is_named(asking, heading, before, said, why):
    page = asking(programs.paths)
    go(page, heading, before)
    assert why in say(page, said)["told"]


def test_another_entry_is_named_and_the_one_that_is_asked_is_marked(asking):
    page = asking(programs.layers)
    go(page, "matmul hands its adjoint on to W1")
    asked = tuple(map(int, re.search(r"\[(\d), (\d)\]", page.run(ASKED)["question"]).groups()))
    tape, W1 = page.shown.tape, page.shown.sources["W1"]
    dW1 = tape.gradient(page.shown.target, W1).numpy()
    for index in set(np.ndindex(dW1.shape)) - {asked}:
        assert f"This is entry {list(index)}; what is asked is {list(asked)}." in say(page, f"{dW1[index]:.4g}")["told"]
    marked = page.run("return [...document.querySelectorAll('.panel .marked')].map(cell => cell.title)")
    assert marked == [f"{list(asked)} = {W1.numpy()[asked]:g}"]
    assert "This is W1[1, 2] itself." in say(page, f"{W1.numpy()[1, 2]}")["told"]
    (sums,) = [step() for step in tape.steps() if step.op.name == "add" and step().shape == (2, 3)]
    row, column = (asked[0] + 1) % 2, asked[1]
    wrong = page.shown.tape.gradient(page.shown.target, sums).numpy()[0, column] * [[1.0, 2.0], [-0.5, 0.25]][0][row]
    assert "these two do not meet" in say(page, f"{wrong:.5g}")["told"]
    assert "derivative of the step" not in say(page, "123.4")["told"]  # a matmul has none entry by entry


@pytest.mark.parametrize(("said", "told"), [("", "Type a number first."), ("  ", "Type a number first."),
                                            ("1.6", "Nearly: to three digits"), ("1,61", "✓ Right."),
                                            ("2", "✗ Not yet.")])
def test_few_digits_and_none_and_a_decimal_comma(asking, said, told):
    page = asking(programs.paths)
    go(page, QUESTIONS[1][0])
    assert "Three significant digits" in page.run("return document.querySelector('.question').textContent")
    found = say(page, said)
    assert told in found["told"]
    assert found["score"].split(" of ")[1] == ("0 right" if "first" in told or "Nearly" in told else "1 right")


def test_on_a_phone_the_question_is_in_sight(asking, page):
    page.resize(390, 844)
    asking(programs.layers)
    for where in everywhere(page, """const field = document.querySelector('.question input');
            return field && [field, document.querySelector('footer')].map(one => one.getBoundingClientRect())
              .map(({ bottom, top }, i) => i ? top : bottom);"""):
        assert where is None or where[0] < where[1]
    go(page, "matmul hands its adjoint on to W1")
    assert "Which row" in say(page, "123.4")["told"]
    assert page.run("""return document.querySelector('.panel .feedback').getBoundingClientRect().bottom
      <= document.querySelector('footer').getBoundingClientRect().top""")


@pytest.mark.parametrize("answer", ["", "alert(1)", "document.title='run'", "1 +", "(2", "constructor(1)", "1;1"])
def test_what_is_no_number_is_refused_and_not_run(asking, answer):
    page = asking(programs.paths)
    go(page, QUESTIONS[1][0])
    found = say(page, answer)
    assert found["look"] == "feedback unread" and found["score"] == "0 of 0 right"
    assert page.run("return document.title") != "run"


def test_keys_in_the_answer_do_not_move_the_page(asking):
    page = asking(programs.paths)
    go(page, QUESTIONS[1][0])
    here = position(page)
    page.click(".question input").press("1", "Space", "+", "Home", "2", "ArrowRight", "End", "3")
    assert page.run("return document.activeElement.value") == "21 +3"
    assert position(page) == here
    assert say(page, QUESTIONS[1][2])["at"] == "H2"  # from where a screen reader reads on
    assert position(page.press("ArrowRight")) == here + 1


def test_the_answer_is_not_on_the_page(asking):
    page = asking(programs.paths)
    for heading, before, _, meant in QUESTIONS[2:]:  # in those before, it is also a value
        go(page, heading, before)
        assert f"{meant:.4g}" not in page.run("return document.body.innerText")
        assert f"{meant:.4g}" in page.click("button.reveal").run("return document.body.innerText")


def test_giving_up_shows_the_answer(asking):
    page = asking(programs.paths)
    go(page, QUESTIONS[4][0])
    found = page.click("button.reveal").run(ASKED)
    assert "This is the answer." in found["told"] and found["score"] == "0 of 1 right"
    assert f"{QUESTIONS[4][3]:.4g}" in page.run("return document.querySelector('.panel').innerText")


@pytest.mark.parametrize(("heading", "right", "wrong", "why"), [
    ("matmul hands its adjoint on to hidden", "δ%9W2⊤", "W2⊤δ%9", "10 × 32 times 1797 × 10 does not fit."),
    ("matmul hands its adjoint on to W2", "hidden⊤δ%9", "−(hidden⊤δ%9)", "The sign is wrong."),
    ("add hands its adjoint on to b2", "∑rows(δlogits)", "∑columns(δlogits)", "This adds along the other axis."),
])
def test_of_several_formulas_one_is_right(asking, heading, right, wrong, why):
    page = asking(programs.digits)
    go(page, heading)
    options = page.run(ASKED)["options"]
    assert right in options and len(set(options)) == len(options) >= 4
    page.click(f".option:nth-child({options.index(wrong) + 1})")
    found = page.run(ASKED)
    assert why in found["told"] and found["look"] == "feedback wrong"
    assert page.run("return [...document.querySelectorAll('.option')].map(option => option.disabled)") == [
        option == wrong for option in options]
    page.click(f".option:nth-child({options.index(right) + 1})")
    found = page.run(ASKED)
    assert found["look"] == "feedback right" and found["score"] == "0 of 1 right"


def test_in_japanese(asking):
    page = asking(programs.paths, "ja")
    go(page, "exp が随伴を a へ渡します")
    found = say(page, "1")
    assert "違います" in found["told"] and found["score"] == "1 問中 0 問正解"
    assert "正解" in say(page, QUESTIONS[1][2])["told"]


@pytest.mark.parametrize("program", [programs.layers, programs.digits])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_anybody_can_read_and_answer(page, asking, program, scheme):
    page.colours(scheme).resize(390, 844)
    asking(program)
    for texts in everywhere(page, CONTRAST):
        assert not too_pale(texts)
    for place, wide in enumerate(everywhere(page, WIDE)):
        assert not wide, place + 1
    for text in everywhere(page, "return document.body.innerText"):
        assert not SLIP.search(text)
    go(page, "matmul hands its adjoint on to W1")
    names = [name for _, name in controls(page)]
    assert all(names), names
    question = page.run(ASKED)["question"]
    assert question in names or "constant^⊤ δ%2" in names  # a field has the question as its name, a button a formula
    assert page.run("return document.querySelector('.question .feedback').role") == "status"
