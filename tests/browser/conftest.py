"""One browser for all the tests of a process; each gets an empty page, which must not complain of anything."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if importlib.util.find_spec("selenium") is None:
        pytest.skip("selenium is not installed: pip install selenium")
    from tests.browser.chromium import browser, missing

    if missing():
        pytest.skip(missing())
    with browser(tmp_path_factory.mktemp("chromium")) as page:
        yield page


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """An empty page; what it complained of in the end is an error of the test."""
    chromium.forget()
    yield chromium
    chromium.check()
