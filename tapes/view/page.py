"""A page that needs nothing but itself: data goes in as JSON, so that nothing of the user's can run."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

# What would end a script element, or a line of it.
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def asset(name: str) -> str:
    """A file of this package."""
    return (files(__package__) / "assets" / name).read_text(encoding="utf-8")


def embedded(data: Any) -> str:
    """Data as JSON that stays data in any place of a page."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def page(title: str, style: str, script: str, data: Any, language: str) -> str:
    """The whole page: a module that exports `mount`ing, and the data that it is to show.

    Nothing is loaded, and no other script can run: the browser is told the hashes of the two that are here.
    """
    script += "\nmount(document.getElementById(\"root\"), JSON.parse(document.getElementById(\"data\").textContent), " \
              "true);\n"
    policy = (f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; "
              "form-action 'none'")
    return (f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html.escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
            f'<div id="root"></div>\n<script type="application/json" id="data">{embedded(data)}</script>\n'
            f'<script type="module">{script}</script>\n</body>\n</html>\n')


def saved(path: Any, what: str, makers: Mapping[str, Callable[[], str]]) -> None:
    """Write what the ending of the file's name asks for."""
    name = os.fspath(path)
    ending = next((ending for ending in makers if name.endswith(ending)), None)
    if ending is None:
        raise ValueError(f"a {what} is written as {' or '.join(makers)}; {name!r} is not.")
    folder = os.path.dirname(name)
    if folder and not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder {folder} for {os.path.basename(name)}: make it first.")
    text = makers[ending]()
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def framed(whole: str, height: int) -> str:
    """A page within a notebook, which it cannot reach."""
    return (f'<iframe sandbox="allow-scripts" style="width: 100%; height: {height}px; border: 0" '
            f'srcdoc="{html.escape(whole)}"></iframe>')


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
