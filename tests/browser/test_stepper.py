"""The stepper as a person would use it: keys and slider move it, its numbers are the gradient, all can read it."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

import tapes
from tapes.view import stepper
from tests.browser import programs
from tests.browser.looks import CONTRAST, WIDE, controls, tabbed, too_pale

# Where it stands and what it shows: every card, with its caption and the numbers in full.
READ = """
const entries = view => [...view.querySelectorAll('.number, .numbers td')].map(cell =>
  [cell.title.split('=').pop().trim(), cell.textContent]);
const row = document.querySelector('.panel .row.sum');
return { count: document.querySelector('.count').textContent,
  slider: Number(document.querySelector('input[type=range]').value),
  heading: document.querySelector('.panel h2').textContent,
  side: document.querySelector('.panel .tag').textContent,
  told: document.querySelector('[role=status]').textContent,
  line: document.querySelector('li.now code')?.textContent.trim(),
  signs: row ? [...row.querySelectorAll('.sign')].map(sign => sign.textContent) : [],
  sum: row ? [...row.querySelectorAll('.card')].map(entries) : [],
  cards: [...document.querySelectorAll('.panel .card')].map(card =>
    [card.querySelector('figcaption').textContent.trim(), entries(card)]),
  gradients: [...document.querySelectorAll('table.gradients > tr')].slice(1).map(row =>
    [row.querySelector('th').textContent, entries(row)]) };
"""


SIGNS = "return [...document.querySelectorAll('.panel .sign')].map(sign => sign.textContent)"
SLIP = re.compile(r"\bnull\b|undefined|NaN|\[object|\b(head|say|why) [a-z]|\{\w+\}")  # what no reader should see
HOSTILE = ["<img src=x onerror=\"document.body.dataset.run=1\">",
           "</script><script>document.body.dataset.run=1</script>", "<!--<script>",
           "'\"`${document.body.dataset.run=1}\\", "\u202e\u2066evil\u2069\u202c", "{x} {target}"]


@pytest.fixture
def stepping(page, tmp_path):
    """Open the stepper of a program."""

    def open_(program, language="en"):
        page.shown = program(language)
        page.shown.steps.save(tmp_path / "step.html")
        return page.open(tmp_path / "step.html")

    return open_


def position(page):
    return page.run("return Number(document.querySelector('.count').textContent.split('/')[0])")


def everywhere(page, script=READ):
    """Read every position, from the first to the last."""
    count = page.run("return Number(document.querySelector('input[type=range]').max)")
    return page.walk(["Home", *["ArrowRight"] * count], script)


def matrix(card, rows):
    return numbers(card[1]).reshape(rows, -1)


def numbers(entries):
    return np.array([float(full) for full, _ in entries])


def test_keys_move_it(stepping):
    page = stepping(programs.layers)
    last = int(page.run(READ)["count"].split("/")[1])
    assert last > 20 and position(page) == 1
    for key, expected in [("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", last), ("ArrowRight", last),
                          ("Home", 1), ("ArrowLeft", 1)]:
        assert position(page.press(key)) == expected, key
    assert [one["slider"] for one in everywhere(page)] == list(range(last))


def test_space_plays_and_stops(stepping):
    page = stepping(programs.paths).press("Space")
    page.run("""return new Promise(done => { const slider = document.querySelector('input[type=range]');
      const wait = () => slider.value !== '0' ? done() : setTimeout(wait, 20);
      wait(); })""")
    before = position(page.press("Space"))
    page.run("return new Promise(done => setTimeout(done, 2000))")
    assert position(page) == before


def test_buttons_and_slider_move_it(stepping):
    page = stepping(programs.paths)
    last = int(page.run(READ)["count"].split("/")[1])
    for button, expected in [("next", 2), ("next", 3), ("back", 2), ("last", last), ("first", 1)]:
        assert position(page.click(f"button.{button}")) == expected, button
    page.run("document.querySelector('input[type=range]').focus()")
    for key, expected in [("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", last), ("Home", 1)]:
        assert position(page.press(key)) == expected, key
    page.click("input[type=range]")  # in its middle
    assert abs(position(page) - (last + 1) / 2) <= 1


ADDRESS = "return new Promise(done => setTimeout(() => done(location.hash), 500))"


def test_the_address_is_a_link_to_the_position(stepping):
    page = stepping(programs.paths).press("ArrowRight", "ArrowRight")
    assert page.run(ADDRESS) == "#3"
    before = page.run("return history.length")
    page.press("End").click("button.language").click("button.theme").click("button.predict")
    last = position(page)
    assert page.run(ADDRESS) == f"#{last}&language=ja&mode=predict&theme=dark"
    assert page.run("return history.length") == before
    page.driver.refresh()
    assert position(page) == last
    assert page.run("return [document.documentElement.lang, document.documentElement.dataset.theme]") == ["ja", "dark"]
    assert page.run("return document.querySelector('.predict').ariaPressed") == "true"


@pytest.mark.parametrize(("address", "expected"), [
    ("#5", 5), ("#5&language=en", 5), ("#0", 1), ("#-3", 1), ("#999", "last"), ("#x", 1), ("#language=en", 1),
    ("#5&language=xx&theme=toString", 5)])
def test_an_address_opens_its_position(stepping, address, expected):
    page = stepping(programs.paths)
    last = int(page.run(READ)["count"].split("/")[1])
    page.run("""return new Promise(done => {
        addEventListener('hashchange', () => done());
        location.hash = arguments[0]; })""", address)
    assert position(page) == (last if expected == "last" else expected)


def test_of_one_value_used_twice_each_use_is_told(stepping):
    found = [one for one in everywhere(stepping(programs.paths)) if "multiply hands" in one["heading"]]
    assert [one["heading"].partition(", ")[2] for one in found] == ["as input 1 of 2", "as input 2 of 2"]


def test_in_the_graph_a_length_is_not_taken_for_a_number(stepping):
    page = stepping(programs.layers).press("End")
    below = dict(page.run("""return [...document.querySelectorAll('.strip .node')].map(node =>
        [node.querySelector('.name').textContent, node.querySelector('.below').textContent])"""))
    assert below["b1"] == "δ [3]" and below["W1"] == "δ 2 × 3" and below["loss"] == "δ = 1"


@pytest.mark.parametrize("program", [programs.layers, programs.paths])
def test_the_gradients_shown_are_those_of_the_tape(stepping, program):
    page = stepping(program).press("End")
    expected = page.shown.tape.gradient(page.shown.target, page.shown.sources)
    shown = dict(page.run(READ)["gradients"])
    assert shown.keys() == expected.keys()
    for name, entries in shown.items():
        np.testing.assert_array_equal(numbers(entries), expected[name].numpy().ravel())  # to the last digit
        for full, text in entries:
            assert float(text.replace("−", "-")) == pytest.approx(float(full), rel=5e-4)


@pytest.mark.parametrize("program", [programs.layers, programs.paths])
def test_values_and_adjoints_on_the_way_are_those_of_the_tape(stepping, program):
    page = stepping(program)
    values, tape = page.shown.values, page.shown.tape
    adjoints = tape.gradient(page.shown.target, values)
    cards = [card for one in everywhere(page) for card in one["cards"]]
    for name, value in values.items():
        for caption, expected in ((name, value), (f"δ{name}", adjoints[name])):
            found = [entries for text, entries in cards if text.split(" ")[0] == caption]
            assert found, caption
            if caption == name:
                assert all(np.array_equal(numbers(one), expected.numpy().ravel()) for one in found)
            else:  # while it is being summed it is not yet the whole
                np.testing.assert_array_equal(numbers(found[-1]), expected.numpy().ravel())


def test_where_paths_meet_the_sum_is_shown_as_a_sum(stepping):
    page = stepping(programs.paths)
    sums = [one for one in everywhere(page) if one["sum"]]
    assert {len(one["sum"]) for one in sums} == {3, 4}  # two ways, and then the third
    for one in sums:
        *terms, whole = map(numbers, one["sum"])
        assert one["signs"] == ["+"] * (len(terms) - 1) + ["="]
        np.testing.assert_allclose(sum(terms), whole, rtol=1e-15)
    final = next(one for one in sums if "complete" in one["heading"])
    a = page.shown.values["a"].numpy()
    np.testing.assert_allclose(sorted(float(numbers(term)[0]) for term in final["sum"][:3]), sorted([a, a, np.exp(a)]),
                               rtol=1e-15)


def test_the_factors_of_a_matrix_product_stand_as_in_the_formula(stepping):
    page = stepping(programs.layers)
    found = {one["heading"]: one["cards"] for one in everywhere(page)}
    left, right, product = found["matmul hands its adjoint on to W1"]
    assert left[0] == "inputs⊤ 2 × 2" and right[0].startswith("δ%")
    np.testing.assert_allclose(matrix(left, 2) @ matrix(right, 2), matrix(product, 2), rtol=1e-12)
    left, right, product = found["matmul hands its adjoint on to hidden"]
    assert left[0].startswith("δ%") and right[0] == "W2⊤ 1 × 3"
    np.testing.assert_allclose(matrix(left, 2) @ matrix(right, 1), matrix(product, 2), rtol=1e-12)


def test_what_broadcasting_did_is_said(stepping):
    pages = everywhere(stepping(programs.layers), "return document.querySelector('.panel').innerText")
    (told,) = [text for text in pages if "hands its adjoint on to b1" in text]
    assert "so its adjoint is the sum over the rows" in told and "∑" in told
    assert not any("×" in sign for signs in everywhere(stepping(programs.layers), SIGNS) for sign in signs)


def test_the_line_of_the_program_is_marked(stepping):
    page = stepping(programs.layers)
    found = {one["heading"]: one["line"] for one in everywhere(page)}
    assert found["tanh computes hidden"] == "hidden = tf.tanh(inputs @ W1 + b1)"
    assert found["δerror is complete, and arrives at subtract"] == "error = hidden @ W2 - 1.0"


@pytest.mark.parametrize("program", [programs.layers, programs.paths])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_position_says_something_in_words(stepping, program, language):
    page = stepping(program, language)
    for text in everywhere(page, "return document.body.innerText"):
        assert not SLIP.search(text), text
    assert len({one["heading"] for one in everywhere(page)}) > 8


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_in_dark(page, stepping, scheme, language):
    page.colours(scheme)
    stepping(programs.layers, language)
    assert page.run("return document.documentElement.dataset.theme") == scheme
    for texts in everywhere(page, CONTRAST):
        assert not too_pale(texts)


def test_the_language_can_be_chosen(stepping):
    page = stepping(programs.layers)
    assert page.run("return document.documentElement.lang") == "en"
    english = {one["heading"] for one in everywhere(page)}
    page.click("button.language")
    assert page.run("return document.documentElement.lang") == "ja"
    japanese = {one["heading"] for one in everywhere(page)}
    assert len(japanese) == len(english) and not japanese & english
    assert all(any("\u3040" <= letter <= "\u30ff" for letter in heading) for heading in japanese)


@pytest.mark.parametrize(("program", "size"), [(programs.layers, (1920, 1080)), (programs.digits, (390, 844))])
def test_every_control_has_a_name_and_a_visible_focus(page, stepping, program, size):
    page.resize(*size)
    stepping(program).press("ArrowRight", "ArrowRight", "ArrowRight")
    names = controls(page)
    assert {"button", "slider"} <= {role for role, _ in names}
    assert all(name for _, name in names), names
    found = tabbed(page)
    assert len(found) >= 8
    assert all(seen for _, seen in found), [element.get_attribute("outerHTML")[:90] for element, seen in found
                                            if not seen]


def test_a_change_of_position_is_announced(stepping):
    page = stepping(programs.paths)
    found = everywhere(page)
    said = [one["told"] for one in found]
    assert all(one["heading"] in one["told"] and one["side"] in one["told"] for one in found)
    assert all(before != after for before, after in itertools.pairwise(said))
    assert page.run("return document.querySelector('[role=status]').ariaLive") == "polite"
    assert page.run("return document.querySelector('input[type=range]').ariaValueText").startswith(f"{len(said)} / ")


@pytest.mark.parametrize("program", [programs.layers, programs.paths])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_phone_does_not_scroll_sideways(stepping, program, language):
    page = stepping(program, language).resize(390, 844)
    assert not any(everywhere(page, WIDE))


@pytest.mark.parametrize("size", [(1920, 1080), (390, 844)])
def test_the_controls_are_in_sight_and_stay_where_they_are(page, stepping, size):
    page.resize(*size)
    stepping(programs.layers)
    places = everywhere(page, """return [...document.querySelectorAll('footer *')].map(control => {
        const { left, top, right, bottom } = control.getBoundingClientRect(); return [left, top, right, bottom]; })""")
    assert all(place == places[0] for place in places)
    assert all(left >= 0 and top >= 0 and right <= size[0] and bottom <= size[1]
               for left, top, right, bottom in places[0])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_lines_and_files_stay_text(page, tmp_path, name):
    source = f"""
import tapes as tf
x = tf.Variable([1.0, 2.0], name={name!r})
with tf.diagnose.history(), tf.GradientTape() as tape:
    y = tf.reduce_sum(x * x)  # {name}
"""
    file = str(tmp_path / f"{name.replace('/', '∕')}.py")
    with open(file, "w", encoding="utf-8") as written:
        written.write(source)
    made: dict = {}
    exec(compile(source, file, "exec"), made)
    stepper(made["tape"], made["y"]).save(tmp_path / "step.html")
    page.open(tmp_path / "step.html")
    everywhere(page)
    text = page.run("return document.body.textContent")
    for part in (f"# {name}", f"{name.replace('/', '∕')}.py"):
        assert part in text
    assert any(name in row for row, _ in page.run(READ)["gradients"])
    assert page.run("return document.body.dataset.run") is None
    assert page.run("return document.querySelectorAll('img, script:not([type])').length") == 0


def test_the_page_of_a_network_for_digits_is_small_and_opens_at_once(page, tmp_path):
    steps = programs.digits()
    steps.steps.save(tmp_path / "step.html")
    assert (tmp_path / "step.html").stat().st_size < 2_000_000
    times = []
    for _ in range(3):
        page.open(tmp_path / "step.html")
        times.append(page.run("return new Promise(drawn => requestAnimationFrame(() => drawn(performance.now())))"))
    assert 0 < min(times) < 1000
    shown = dict(page.press("End").run("""return [...document.querySelectorAll('table.gradients canvas')].map(canvas =>
        [canvas.closest('tr').querySelector('th').textContent, canvas.ariaLabel])"""))
    for name, gradient in steps.tape.gradient(steps.target, steps.sources).items():
        least, largest = (f"{end:.4g}".rstrip("0").replace("-", "−") for end in (gradient.numpy().min(),
                                                                                 gradient.numpy().max()))
        assert f"from {least} to {largest}" in shown[name]


@pytest.mark.parametrize("size", [(1920, 1080), (390, 844)], ids=["projector", "phone"])
def test_a_verdict_stands_on_top_and_the_page_opens_where_a_rule_is_to_blame(page, tmp_path, size):
    page.resize(*size)
    x = tapes.Variable([0.5, -1.0], name="x")
    with tapes.GradientTape() as tape:
        y = tapes.tanh(x)
        loss = tapes.reduce_sum(y)
    step = next(step for step in tape.steps() if step.op.name == "tanh")
    stepper(tape, loss, verdict=[f"WRONG RULE {HOSTILE[0]}"], blamed={step.key: f"wrong by 3 {HOSTILE[1]}"}).save(
        tmp_path / "step.html")
    page.open(tmp_path / "step.html")
    shown = page.run("""
        const box = query => document.querySelector(query).getBoundingClientRect();
        return [document.querySelector('.verdict').textContent, document.querySelector('.blamed').textContent,
          document.querySelector('.panel h2').textContent, document.body.dataset.run ?? "", box('.verdict').bottom,
          box('.strip').top, box('.strip').bottom, box('main').top, document.documentElement.scrollWidth];""")
    assert shown[:2] == [f"WRONG RULE {HOSTILE[0]}", f"wrong by 3 {HOSTILE[1]}"] and "tanh" in shown[2] and not shown[3]
    verdict, strip, below, main, width = shown[4:]
    assert verdict <= strip and below <= main <= below + 60 and width <= size[0]  # no gap opens between them
