"""The course runs: each lesson alone with NumPy, and each notebook, in step with its script, with all libraries."""

from __future__ import annotations

import ast
import importlib.util
import io
import re
import tokenize

import pytest

from tests.conftest import ROOT

COURSE = sorted((ROOT / "examples" / "article").glob("[0-9]*.py"))
OTHERS = ("tensorflow", "torch", "matplotlib", "psutil")
JUPYTER = ("jupytext", "nbclient", "ipykernel")
MISSING = [name for name in JUPYTER if importlib.util.find_spec(name) is None]

lessons = pytest.mark.parametrize("lesson", COURSE, ids=lambda path: path.stem)
with_jupyter = pytest.mark.skipif(bool(MISSING), reason=f"pip install {' '.join(MISSING)}")


def code_lines(text):
    """How many lines hold code: not the opening, comments, and empty lines."""
    opening = ast.parse(text).body[0].end_lineno
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    return len({token.start[0] for token in tokenize.generate_tokens(io.StringIO(text).readline)
                if token.type not in skipped and token.start[0] > opening})


def test_the_course_is_complete():
    assert [path.stem[:2] for path in COURSE] == [f"{number:02}" for number in range(1, len(COURSE) + 1)]
    assert len(COURSE) == 14


@lessons
def test_it_is_short_and_opens_in_english_and_japanese(lesson):
    text = lesson.read_text(encoding="utf-8")
    assert code_lines(text) <= 60
    one_sentence, english, japanese = ast.get_docstring(ast.parse(text)).split("\n\n")
    assert one_sentence.endswith(".") and "\n" not in one_sentence
    assert english.isascii() and japanese.endswith("。")
    assert "assert" in text and 'beside("tensorflow")' in text


@lessons
def test_it_runs_alone_and_says_what_is_missing(lesson, run_python, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    done = run_python(str(lesson), without=OTHERS, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert "tensorflow is not installed, so its part is left out: pip install tensorflow" in done.stdout
    assert "TensorFlow gives" not in done.stdout


@pytest.fixture(scope="module")
def client():
    from tests import notebooks

    with notebooks.kernel() as client:
        yield client


@with_jupyter
@lessons
def test_its_notebook_is_in_step_with_it(lesson):
    import nbformat

    from tests import notebooks

    kept = nbformat.read(notebooks.notebook_of(lesson), as_version=4)
    fresh = notebooks.made(lesson)
    nbformat.validate(kept)
    assert [(cell.cell_type, cell.source) for cell in kept.cells] == [
        (cell.cell_type, cell.source) for cell in fresh.cells], "python -m tests.notebooks"
    outputs = [output for cell in kept.cells if cell.cell_type == "code" for output in cell.outputs]
    assert outputs and not [output for output in outputs if output.output_type == "error" or output.get(
        "name") == "stderr"], "it was kept with an error or a warning in it"
    assert "is not installed" not in str(outputs), "make the notebooks where all libraries are installed"
    assert any("image/png" in output.get("data", {}) for output in outputs) == ("plt.show()" in lesson.read_text())
    assert notebooks.notebook_of(lesson).stat().st_size < 120_000


@with_jupyter
@lessons
def test_its_notebook_runs(lesson, client):
    import nbformat

    from tests import notebooks

    done = notebooks.run(client, notebooks.made(lesson))
    printed = "".join(output.text for cell in done.cells if cell.cell_type == "code" for output in cell.outputs
                      if output.output_type == "stream")
    assert re.search("TensorFlow", printed)
    if all(map(importlib.util.find_spec, OTHERS)):
        kept = nbformat.read(notebooks.notebook_of(lesson), as_version=4)
        assert words(kept) == words(done), "python -m tests.notebooks"


def words(notebook):
    """What its cells print, but for the numbers, which are times and places in memory too."""
    return [re.sub(r"[-+.e\d ]*\d[-+.e\d]*|\s+", " ", "".join(output.get("text", "") for output in cell.outputs))
            for cell in notebook.cells if cell.cell_type == "code"]


@with_jupyter
def test_a_notebook_that_prints_something_else_is_noticed():
    import nbformat

    def printed(text):
        cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("stream", text=text)])
        return words(nbformat.v4.new_notebook(cells=[cell]))

    assert printed("eager  91 microseconds\n") == printed("eager 1.2e+02 microseconds\n")
    assert printed("t = x * 2\n") != printed("t = np.multiply(x, 2)\n")


@with_jupyter
@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="pip install tensorflow")
def test_a_lesson_notices_a_wrong_number(client):
    import nbformat
    from nbclient.exceptions import CellExecutionError

    from tests import notebooks

    def spoiled(source, lesson=None):
        notebook = notebooks.made(lesson) if lesson else nbformat.v4.new_notebook()
        notebook.cells.insert(0, nbformat.v4.new_code_cell(f"import tapes\ntapes.square = {source}"))
        return notebook

    by_hand = next(lesson for lesson in COURSE if lesson.stem.endswith("by_hand"))
    try:
        with pytest.raises(CellExecutionError, match="Not equal to tolerance"):
            notebooks.run(client, spoiled("lambda x: 1.001 * x * x", by_hand))
    finally:
        notebooks.run(client, spoiled("tapes.math.square"))


@with_jupyter
def test_what_one_notebook_defines_the_next_does_not_see(client):
    import nbformat

    from tests import notebooks

    def notebook(source):
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])

    notebooks.run(client, notebook("here = 1"))
    with pytest.raises(Exception, match="name 'here' is not defined"):
        notebooks.run(client, notebook("here"))
