"""The page of a comparison in a browser: the verdict is what one sees first, rows open, maps show the gradient."""

from __future__ import annotations

import numpy as np
import pytest

from comparisons.__main__ import main
from comparisons.compare import compare
from comparisons.problem import load
from comparisons.whole import wholes
from tapes.op import registry
from tests.browser.looks import controls, pale, tabbed, too_wide

for needed in ("jinja2", "sympy", "sklearn", "pygments"):
    pytest.importorskip(needed, reason=f"{needed} is not installed: pip install -e '.[compare]'")

SIZES = [(1920, 1080), (390, 844)]
OPEN = "document.querySelectorAll('details').forEach(details => { details.open = true; })"
EVIL = """'''</title><script>document.body.dataset.run = 1</script>'''

NAME = '"><img src=x onerror=document.body.dataset.run=1>'
inputs = {NAME: [0.5, -1.5], "b": 0.25}
data = {"x": [[1.0, 2.0], [3.0, 4.0]]}


def loss(tf, b, x, **given):
    # </pre><iframe src=https://example.org/>
    w = given[NAME]
    return tf.reduce_mean(tf.tanh(tf.reduce_sum(x * w, axis=1) + b))
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Pages: of losses that agree, of one whose rule is broken, and of one that is full of other people's HTML."""
    folder = tmp_path_factory.mktemp("report")
    only = ["--only", "tapes,sympy,complex"]
    evil = folder / "<img src=x onerror=document.body.dataset.run=1>.py"
    evil.write_text(EVIL, encoding="utf-8")
    assert main(["run", "mlp-small", "linear-article", *only, "--html", str(folder / "agree.html")]) == 0
    assert main(["run", str(evil), *only, "--html", str(folder / "evil.html")]) == 0
    with pytest.MonkeyPatch.context() as patch:
        rule = registry["square"].rules[0]
        patch.setattr(registry["square"], "rules", [lambda *args, **params: rule(*args, **params) * 1.001])
        assert main(["run", "linear-article", *only, "--html", str(folder / "wrong.html")]) == 1
    return folder


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "says"), [
    ("agree", "All that was compared agrees."), ("wrong", "Something disagrees.")])
def test_the_verdict_is_what_one_sees_first(page, written, size, name, says):
    page.resize(*size).open(written / f"{name}.html")
    text = page.run("""const seen = element => element.getBoundingClientRect().bottom < innerHeight;
        return [...document.querySelectorAll('#verdict p, #verdict li')].filter(seen).map(e => e.innerText).join()""")
    assert text.startswith(says)
    assert ("op 'square'" in text) == (name == "wrong")  # the op to blame


def test_it_is_small_and_opens_at_once(page, written):
    file = written / "agree.html"
    assert file.stat().st_size < 2_000_000
    times = [page.open(file).run("return new Promise(drawn => requestAnimationFrame(() => drawn(performance.now())))")
             for _ in range(3)]
    assert min(times) < 1000


@pytest.mark.parametrize("press", ["click", "Enter", "Space"])
def test_a_row_opens(page, written, press):
    page.open(written / "agree.html")
    shown = "return document.querySelector('tbody.quantity:nth-of-type(2) .more').checkVisibility()"
    assert page.run(shown) is False
    if press == "click":
        page.click("tbody.quantity:nth-of-type(2) summary")
    else:
        page.run("document.querySelector('tbody.quantity:nth-of-type(2) summary').focus()")
        page.press(press)
    assert page.run(shown) is True
    assert page.run("return document.querySelector('tbody.quantity:nth-of-type(3) .more').checkVisibility()") is False


def test_the_maps_and_numbers_are_the_gradient(page, written):
    page.open(written / "agree.html").run(OPEN)
    gradients = {name: whole.found["tapes"] for name, whole in
                 wholes(compare(load("mlp-small"), ["tapes", "complex"])).items()}
    for name, gradient in gradients.items():
        pixels, width, entries = page.run("""
          const row = document.querySelector(`[data-loss=mlp-small] table[data-stage]:not([data-stage=sympy])` +
            ` [data-quantity="d/d${arguments[0]}"]`);
          const image = row.querySelector('[data-library=tapes] img.gradient');
          const canvas = document.createElement('canvas');
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          const pen = canvas.getContext('2d');
          pen.drawImage(image, 0, 0);
          const column = [...row.querySelectorAll('.entries thead th')].findIndex(th => th.textContent === 'tapes');
          return [[...pen.getImageData(0, 0, canvas.width, canvas.height).data], canvas.width,
            [...row.querySelectorAll('.entries tbody tr')].map(tr => tr.children[column].textContent)]""", name)
        np.testing.assert_array_equal([float(entry) for entry in entries], gradient.ravel())  # to the last digit
        colours = np.reshape(pixels, (-1, width, 4)).astype(int)
        table = np.atleast_2d(gradient)
        high, wide = colours.shape[0] // table.shape[0], colours.shape[1] // table.shape[1]
        middles = colours[high // 2::high, wide // 2::wide]
        assert middles.shape[:2] == table.shape
        reds = middles[..., 0] - middles[..., 2]  # orange is positive, blue is negative
        large = np.abs(table) > 0.05 * np.abs(table).max()
        np.testing.assert_array_equal(np.sign(reds[large]), np.sign(table[large]))


def test_formulas_are_drawn_as_mathematics(page, written):
    page.open(written / "agree.html")
    above = page.run("""const drawn = [...document.querySelectorAll('mfrac')].filter(part => part.checkVisibility());
      return drawn.map(part => {
        const [top, below] = [...part.children].map(child => child.getBoundingClientRect());
        return top.height > 0 && top.bottom <= below.top + 1; })""")
    assert len(above) >= 6 and all(above)


def test_what_comes_from_the_user_stays_text(page, written):
    page.open(written / "evil.html").run(OPEN)
    text = page.run("return document.body.textContent")
    for part in ("<img src=x onerror=document.body.dataset.run=1>", "</title><script>document.body.dataset.run = 1",
                 "# </pre><iframe src=https://example.org/>", 'd/d"><img src=x onerror'):
        assert part in text, part
    assert page.run("return document.querySelectorAll('script, iframe, img:not([src^=\"data:\"])').length") == 0
    assert page.run("return document.body.dataset.run") is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["agree", "wrong", "evil"])
def test_anybody_can_read_it(page, written, name, scheme, size):
    page.resize(*size).colours(scheme).open(written / f"{name}.html")
    for script in ("", OPEN):
        page.run(script)
        assert not pale(page)
        assert not too_wide(page)
    broken = page.run("return [...document.images].filter(image => !image.complete || !image.naturalWidth).length")
    assert broken == 0


def test_it_can_be_used_from_the_keyboard(page, written):
    page.open(written / "agree.html")
    assert all(name for _, name in controls(page)), controls(page)
    found = tabbed(page, 40)
    assert len(found) > 20
    assert all(seen for _, seen in found), [element.get_attribute("outerHTML")[:90] for element, seen in found
                                            if not seen]
