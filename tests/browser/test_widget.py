"""The stepper as a widget: a notebook shows it, and its module works in a page that is not ours."""

from __future__ import annotations

import importlib.util
import json

import pytest

NEEDS = ("anywidget", "nbclient", "ipykernel", "jupytext")
MISSING = [name for name in NEEDS if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"pip install {' '.join(MISSING)}")

CELL = """
import tapes as tf

x = tf.Variable([1.0, 2.0], name="x")
with tf.diagnose.history(), tf.GradientTape() as tape:
    y = tf.reduce_sum(tf.exp(x) * x)
steps = tf.view.stepper(tape, y)
steps
"""
VIEW, STATE = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
# What a notebook does with a widget: its module comes as a text, and gets the traits and a place in the page.
HOST = """
<!DOCTYPE html><html lang=en><meta charset=utf-8><title>A notebook</title><input aria-label=other>
<style>%(css)s</style><div id=cell></div><div id=second></div>
<script type="application/json" id=traits>%(traits)s</script>
<script type=module>
const traits = JSON.parse(document.getElementById('traits').textContent);
const model = { get: key => structuredClone(traits[key]), set() {}, save_changes() {}, on() {}, off() {}, send() {} };
const { default: widget } = await import(URL.createObjectURL(new Blob([traits._esm], { type: 'text/javascript' })));
const { render } = typeof widget === 'function' ? await widget() : widget;
const remove = await render({ model, el: document.getElementById('cell') });
await render({ model, el: document.getElementById('second') });
window.remove = () => { remove?.(); document.getElementById('cell').remove(); };
document.body.dataset.shown = 'yes';
</script>
"""


@pytest.fixture(scope="module")
def executed():
    """What the last cell of a notebook gave, and the widgets' state."""
    import nbformat

    from tests import notebooks

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    with notebooks.kernel() as client:
        notebooks.run(client, notebook)
        client.set_widgets_metadata()
    (output,) = notebook.cells[0].outputs
    return output, notebook.metadata.widgets[STATE]["state"]


def test_a_notebook_shows_it_as_a_widget_and_as_text(executed):
    output, state = executed
    assert output.output_type == "execute_result"
    assert output.data["text/plain"].startswith("<stepper of y: ")
    traits = state[output.data[VIEW]["model_id"]]["state"]
    assert traits["_anywidget_id"] and traits["data"]["title"] == "y"


@pytest.fixture
def hosted(executed, page, tmp_path):
    """A page with the widget in it, twice."""
    output, state = executed
    traits = state[output.data[VIEW]["model_id"]]["state"]
    (tmp_path / "notebook.html").write_text(HOST % {"css": traits["_css"], "traits": json.dumps(traits).replace(
        "<", "\\u003c")}, encoding="utf-8")
    page.open(tmp_path / "notebook.html")
    page.run("""return new Promise(done => { const wait = () => document.body.dataset.shown ? done()
        : setTimeout(wait, 20); wait(); })""")
    return page


def positions(page):
    return page.run("return [...document.querySelectorAll('.count')].map(count => parseInt(count.textContent))")


def test_it_works_in_a_page_that_is_not_ours(hosted):
    assert positions(hosted) == [1, 1]
    hosted.click("#cell button.next")
    assert positions(hosted) == [2, 1]
    hosted.press("ArrowRight")  # where the focus is
    assert positions(hosted) == [3, 1]
    hosted.click("#second button.last")
    found = hosted.run("return [...document.querySelectorAll('#second .gradients .numbers td')].map(c => c.title)")
    e = 2.718281828459045
    assert [float(title.split("=")[1]) for title in found] == pytest.approx([2 * e, 3 * e * e], rel=1e-6)


def test_it_leaves_the_keys_of_others_alone(hosted):
    hosted.click("[aria-label=other]").press("ArrowRight", "End", "a", "Space", "b")
    assert positions(hosted) == [1, 1]
    assert hosted.run("return document.activeElement.value") == "a b"


def test_it_goes_without_a_trace(hosted):
    hosted.click("#cell button.play")
    hosted.run("remove()")
    hosted.click("#second button.next")
    assert positions(hosted) == [2]
