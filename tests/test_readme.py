"""What the README and docs show is what happens: files, outputs and line counts are made again and compared."""

from __future__ import annotations

import re

import pytest

from comparisons.libraries import LIBRARIES
from tests import readme

NEEDED = [name for name in ("tensorflow", "jax", "sympy", "sklearn", "rich") if not LIBRARIES[name].installed]


def masked(text: str) -> str:
    """Without what differs between machines: the digits of distances, versions and times, and the widths they take."""
    return re.sub(r"-{2,}", "-", re.sub(r"[ ]+", " ", re.sub(r"\d[\w.+-]*", "#", text)))


@pytest.mark.parametrize(("page", "kind", "what", "body"), readme.blocks(), ids=lambda value: str(value)[:40])
def test_block(page, kind, what, body):
    if what.startswith("make "):
        pytest.skip("make is what runs this test")
    if kind == "output of" and "comparisons" in what and NEEDED:
        pytest.skip("; ".join(LIBRARIES[name].install for name in NEEDED))
    found = readme.made(page, kind, what)
    assert (masked(found) == masked(body)) if "comparisons" in what and kind == "output of" else (found == body), (
        "the README is out of date: python -m tests.readme")


@pytest.mark.parametrize("name", readme.PAGES)
def test_page(name):
    made = readme.PAGES[name]()
    if not made:
        pytest.skip("grandalf is not installed: pip install grandalf")
    assert (readme.ROOT / name).read_text(encoding="utf-8") == made, (
        "the page is out of date: python -m tests.readme docs")


@pytest.mark.parametrize("page", readme.BY_HAND, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), link
        if anchor and other.suffix == ".md":
            titles = re.findall(r"(?m)^#+ (.+)$", other.read_text(encoding="utf-8"))
            assert anchor in [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles], link


def test_there_are_blocks():
    assert len(readme.blocks()) >= 6


def test_the_row_it_shows_is_in_the_code():
    row = 'exp = elementwise("exp", np.exp, lambda y, x: y, formula="exp(x)")\n'
    assert row in readme.README.read_text() and row in (readme.ROOT / "tapes/ops/elementwise.py").read_text()
