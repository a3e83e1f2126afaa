"""A picture of a tape in a browser: all text is in its box, nothing lies on anything else, and no name runs."""

from __future__ import annotations

import pytest

from tapes.view import picture
from tests.browser.looks import pale
from tests.browser.programs import DRAWN, meeting, neuron, short

pytest.importorskip("grandalf", reason="grandalf is not installed: pip install grandalf")

# What stands where, as drawn: for each box its frame and its texts, and the numbers that the edges carry.
MEASURE = """
const at = element => { const r = element.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
const boxes = [...document.querySelectorAll('rect.box:not(.pile)')].map(rect => ({
  frame: at(rect), texts: [...rect.parentNode.querySelectorAll('text')].map(text => [text.textContent, at(text)]),
  maps: [...rect.parentNode.querySelectorAll(':scope > g > rect')].map(at) }));
return { boxes, carried: [...document.querySelectorAll('text.carried')].map(text => [text.textContent, at(text)]),
  hidden: [...document.querySelectorAll('text.carried')].filter(text => [...document.querySelectorAll('path.back')]
    .some(line => text.compareDocumentPosition(line) & Node.DOCUMENT_POSITION_FOLLOWING)).map(text => text.textContent),
  whole: at(document.querySelector('svg')), legend: [...document.querySelectorAll('svg > text')].map(at) };
"""
HOSTILE = "<img src=x onerror=\"document.title='run'\">", "</text><script>document.title='run'</script>", "\u202ex'\"&"


@pytest.fixture
def drawn(page, tmp_path):

    def draw(program):
        picture(*program).save(tmp_path / "tape.svg")
        return page.open(tmp_path / "tape.svg")

    return draw


def inside(part, whole, slack=0.5):
    return all(low >= bound - slack for low, bound in zip(part[:2], whole[:2])) and all(
        high <= bound + slack for high, bound in zip(part[2:], whole[2:]))


def apart(one, other, slack=0.5):
    return any(one[i + 2] <= other[i] + slack or other[i + 2] <= one[i] + slack for i in (0, 1))


@pytest.mark.parametrize("program", DRAWN)
def test_text_is_in_its_box_and_nothing_overlaps(drawn, program):
    found = drawn(program()).run(MEASURE)
    boxes = found["boxes"]
    assert boxes and found["legend"] and all(inside(line, found["whole"]) for line in found["legend"])
    assert found["hidden"] == []
    for i, box in enumerate(boxes):
        assert inside(box["frame"], found["whole"])
        assert all(apart(box["frame"], line) for line in found["legend"])
        for text, place in box["texts"]:
            assert inside(place, box["frame"]), text
            assert all(apart(place, each) for each in box["maps"]), text
        assert all(inside(each, box["frame"]) for each in box["maps"])
        for other in boxes[:i]:
            assert apart(box["frame"], other["frame"]), (box["texts"], other["texts"])
    assert (len(found["carried"]) > 0) == (program in (short, neuron, meeting))  # small values
    for i, (text, place) in enumerate(found["carried"]):
        assert inside(place, found["whole"]), text
        for box in boxes:
            assert apart(place, box["frame"], slack=2), (text, box["texts"])
        for other, there in found["carried"][:i]:
            assert apart(place, there, slack=2), (text, other)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_not_run(drawn, name):
    page = drawn(neuron(name, name))
    shown = page.run("return [...document.querySelectorAll('text.name')].map(text => text.textContent)")
    assert any(name[:10].replace("\u202e", " ") in text for text in shown)
    assert page.run("return document.querySelectorAll('script, img').length") == 0
    assert page.run("return document.querySelector('title').textContent") != "run"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_in_light_and_in_dark(drawn, scheme):
    assert not pale(drawn(neuron()).colours(scheme))
