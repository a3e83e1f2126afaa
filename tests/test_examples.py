"""Every lesson runs alone, prints something, says its lesson in its first line, and checks itself."""

from __future__ import annotations

import ast

import pytest

from tests.conftest import ROOT

LESSONS = sorted((ROOT / "examples").glob("[0-9]*.py"))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_lesson(lesson, run_python, tmp_path):
    text = lesson.read_text()
    assert len(text.splitlines()) <= 60
    assert ast.get_docstring(ast.parse(text)) and "assert " in text
    done = run_python(str(lesson), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout and not done.stderr


def test_there_are_lessons():
    assert len(LESSONS) >= 5
