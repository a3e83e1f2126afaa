"""The witness that all these tests trust can fail: a page that errs, warns or asks for something is found out."""

from __future__ import annotations

import pytest

from tests.browser import looks

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


def test_pale_text_is_found(shown):
    page = shown("""<style>body { background: #fff } i { color: #999 } div { background: rgba(0, 0, 0, 0.9) }</style>
        <i>pale</i><div>dark <b style='color: #eee'>light</b></div><s hidden>gone</s><em style='opacity: 0.5'>faded</em>
        <svg><g><rect class=box width=90 height=20 fill='#888' /><text y=15>in a box</text></g>
        <g><rect class=box width=90 height=20 fill='#222' /><text y=15 fill='#333'>on black</text></g></svg>""")
    assert [line.partition(":")[0] for line in looks.pale(page)] == ["'pale'", "'dark'", "'faded'", "'on black'"]


def test_what_is_too_wide_for_a_phone_is_found(shown):
    page = shown("<meta name=viewport content='width=device-width'><pre style='overflow: auto'>" + "wide " * 99 +
                 "</pre>").resize(390, 844)
    assert looks.too_wide(page) == []
    page.run("document.querySelector('p').style.width = '400px'")
    assert any(line.startswith("<p") for line in looks.too_wide(page))


def test_a_control_without_a_name_is_found(shown):
    page = shown("<button>go</button><button></button><input type=range><label>size<input type=range></label>")
    assert looks.controls(page) == [("button", "go"), ("button", ""), ("slider", ""), ("slider", "size")]


def test_a_focus_that_cannot_be_seen_is_found(shown):
    page = shown("<style>.blind:focus { outline: none } .own:focus { outline: none; background: gold }</style>"
                 "<button>a</button><button class=blind>b</button><button class=own>c</button><button tabindex=-1>d"
                 "</button><button id=under>e</button><div style='position: fixed; inset: 50% 0 0 0; background: #ccc'>"
                 "</div><style>#under { position: fixed; bottom: 0 }</style>")
    assert [(element.text, seen) for element, seen in looks.tabbed(page)] == [
        ("a", True), ("b", False), ("c", True), ("e", False)]
