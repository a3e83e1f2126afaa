"""The witness that all these tests trust can fail: a page that errs, warns or asks for something is found out."""

from __future__ import annotations

import pytest

QUIET = "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>A page</title><p>Quiet</p>"
POLICY = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; script-src 'unsafe-inline'\">"


@pytest.fixture
def shown(page, tmp_path):
    """Open a page with this in it."""

    def show(body):
        file = tmp_path / "page.html"
        file.write_text(QUIET + body, encoding="utf-8")
        return page.open(file)

    return show


def test_a_quiet_page_passes(shown):
    page = shown("<script>console.log('said in passing'); location.hash = 'part'</script>"
                 "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' alt=dot>")
    assert page.run("return document.querySelector('p').textContent") == "Quiet"
    assert page.complaints() == []


@pytest.mark.parametrize(("body", "says"), [
    ("<script>throw new Error('broken')</script>", "broken"),
    ("<script>console.error('wrong')</script>", "wrong"),
    ("<script>console.warn('odd')</script>", "odd"),
    ("<script>Promise.reject(new Error('later'))</script>", "later"),
    ("<script>let = 1 +</script>", "SyntaxError"),
    (POLICY + "<script>fetch('https://example.org/a').catch(() => 0)</script>", "Content Security Policy"),
    (POLICY + "<img src='https://example.org/b.png' alt=b>", "Content Security Policy"),
])
def test_an_error_or_a_warning_is_found(shown, body, says):
    assert any(says in line for line in shown(body).complaints())


@pytest.mark.parametrize("body", [
    "<img src='https://example.org/a' alt=a>",
    "<script src='https://example.org/a'></script>",
    "<link rel=stylesheet href='https://example.org/a'>",
    "<link rel=prefetch href='https://example.org/a'>",
    "<style>@font-face { font-family: f; src: url(https://example.org/a) } p { font-family: f }</style>",
    "<script>fetch('https://example.org/a').catch(() => 0)</script>",
    "<script>navigator.sendBeacon('https://example.org/a')</script>",
    "<script>new WebSocket('wss://example.org/a')</script>",
    "<iframe src='https://example.org/a'></iframe>",
    "<script>setTimeout(() => { location = 'https://example.org/a' }, 0)</script>",
])
def test_a_request_is_found(shown, body):
    page = shown(body)
    page.run("return new Promise(done => setTimeout(done, 100))")
    assert any("asked for" in line and "example.org/a" in line for line in page.complaints())


def test_another_file_is_a_request_too(shown, tmp_path):
    (tmp_path / "other.js").write_text("window.other = 1")
    assert any("other.js" in line for line in shown("<script src=other.js></script>").complaints())


def test_what_a_page_complained_of_fails_its_test(shown):
    from tests.browser.chromium import Complaints

    with pytest.raises(Complaints, match="broken"):
        shown("<script>throw new Error('broken')</script>").check()
