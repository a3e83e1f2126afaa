"""The page of all conventions, docs/conventions.md, for a reader who has not every library: who says what.

It can be checked without the libraries. What decides a library's answers, and the answers, are hashed, and the page
keeps the hash beside the version with which they were measured. A declaration that is changed has another hash, and
then the page can be made only where the library is there to be asked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from ..libraries import LIBRARIES, require
from . import AGREED, ALL, CALLS, CONVENTIONS
from .cells import LEGEND, Asked, asked, cell, exceptions, libraries, usual
from .convention import Convention
from .measuring import shown, surprises

HEAD = f"""# Who says what: the conventions of differentiation

Where a function has a corner, where a formula is 0 times infinity, and in how one asks for a gradient at all, libraries
differ, mostly on purpose. Here stands what each of them answers. Nothing is quoted: `python -m comparisons conventions`
measures every answer on the libraries that are installed, and fails when one is not as declared here, also when it is
suddenly the same as TensorFlow's.

{LEGEND}
"-" is no answer: it has no such function; other words say why it is not asked.

Made by `python -m tests.readme docs` from the declarations in
[comparisons/conventions](../comparisons/conventions).
"""
CALLING = """
## How one asks

The programs, one for each cell, stand in [comparisons/conventions/calls](../comparisons/conventions/calls).

"""
DIFFERING = """
## Where they differ

"""
AGREEING = """
## Where they agree though the formula breaks

"""
EVIDENCE = """
## Measured with

The hash is that of all questions to a library and of its answers: while it is the same, they have been measured.

| library | version | answers | hash |
| --- | --- | ---: | --- |
"""


@dataclass(frozen=True)
class Evidence:
    """That the declared answers of a library were measured, and with which version."""

    version: str
    hash: str


def page(before: str) -> str:
    """The page; the evidence is taken from the page before, and is measured anew for what has changed since.

    Raises:
        MissingLibrary: when the declarations of a library have changed that is not installed.
        ValueError: when it does not answer what is declared.
    """
    evidence = evidence_of(before)
    for name in libraries(ALL):
        if name not in evidence or evidence[name].hash != fingerprint(name):
            evidence[name] = measured(name)
    lines = "".join(f"| {name} | {evidence[name].version} | {len(_questions(name))} | {evidence[name].hash} |\n"
                    for name in libraries(ALL))
    same = "".join(_line(_named(row), shown(usual(row)), exceptions(row), asked(row))
                   for row in AGREED)
    return "".join([
        HEAD, CALLING, _table("what happens when", CALLS), DIFFERING, _table("gradient of", CONVENTIONS), AGREEING,
        _line("gradient of", "all", "but", "asked"), "| --- | --- | --- | --- |\n", same, EVIDENCE, lines])


def fingerprint(library: str) -> str:
    """The hash of everything that is asked of a library and declared of its answers."""
    return hashlib.sha256("\n".join(_questions(library)).encode()).hexdigest()[:16]


def evidence_of(text: str) -> dict[str, Evidence]:
    """What a page says it was measured with."""
    return {name: Evidence(version, found) for name, version, found in re.findall(
        r"^\| (\w+) \| ([^| ]+) \| \d+ \| ([0-9a-f]{16}) \|$", text, re.MULTILINE)}


def measured(library: str) -> Evidence:
    """Ask it everything, now."""
    if library != "tapes":
        require(library)
    wrong = surprises(ALL, [library])
    if wrong:
        raise ValueError("not as declared: " + "; ".join(map(str, wrong)))
    version = metadata.version("gradient-tapes") if library == "tapes" else LIBRARIES[library].version
    return Evidence(version, fingerprint(library))


def _questions(library: str) -> list[str]:
    return [f"{row.name}: {row.asked(library)}: {row.expected[library]!r}" for row in ALL if library in row.expected]


def _table(title: str, rows: tuple[Asked, ...]) -> str:
    names = libraries(rows)
    head = _line(title, *names, "why") + "|" + " --- |" * (len(names) + 2) + "\n"
    return head + "".join(_line(_named(row), *[cell(row, name) for name in names], row.why) for row in rows)


def _named(row: Asked) -> str:
    """The name, and below it what one types for TensorFlow."""
    return f"{row.name}<br>`{row.tf}`" if isinstance(row, Convention) and row.tf else row.name


def _line(*cells: str) -> str:
    """A row of a table, in which nothing but code is taken for markup."""
    escaped = ["".join(part if code else part.replace("*", "\\*") for code, part in _parts(text)) for text in cells]
    return "| " + " | ".join(text.replace("|", "\\|") for text in escaped) + " |\n"


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """The parts of a text, and whether they are code, with its quotes."""
    for k, part in enumerate(text.split("`")):
        yield k % 2 == 1, f"`{part}`" if k % 2 else part
