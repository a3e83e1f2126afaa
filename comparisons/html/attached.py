"""Files that other commands wrote with --json: each is known by its content, and read into a section of the page."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from pathlib import Path

from ..problem import LossError
from .sections import READERS, Section

SCHEMA = 1
# What only the JSON of this command has, at the top.
KEYS = {"speed": ("contenders", "workloads"), "accuracy": ("quantities",), "train": ("results", "tolerance"),
        "semantics": ("programs", "rules"), "ops": ("oracles", "cells"), "conventions": ("rows", "as_declared"),
        "fuzz": ("verdicts", "failures"), "explain": ("blames", "steps"),
        "run": ("losses", "undeclared_conventions")}


def sections(paths: Sequence[Path]) -> list[Section]:
    """A section for each file, in the order of the commands; LossError for a file that is none of these."""
    read = [section(path) for path in paths]
    return sorted(read, key=lambda each: [*READERS].index(each.name))


def section(path: Path) -> Section:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LossError(f"--with: {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise LossError(f"--with: {path} is no JSON, or only a part of it: {error}") from None
    kind = next((name for name, keys in KEYS.items() if isinstance(document, dict)
                 and all(key in document for key in keys)), None)
    if kind is None:
        raise LossError(f"--with: {path} is not what a command wrote: make it with `python -m comparisons COMMAND "
                        f"--json {path.name}`, where COMMAND is one of {', '.join(READERS)}")
    if kind == "run":
        raise LossError(f"--with: {path} is of `run` itself, which compares anew; --with takes what "
                        f"{', '.join(READERS)} wrote")
    again = f"make it again: python -m comparisons {kind} --json {path.name}"
    if document.get("schema") != SCHEMA:
        raise LossError(f"--with: {path} has schema {document.get('schema')!r}, and this version of {kind} writes "
                        f"{SCHEMA}; {again}")
    try:
        found = READERS[kind](document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise LossError(f"--with: {path} is of {kind}, but not as this version writes it ({type(error).__name__}: "
                        f"{error}); {again}") from None
    written = datetime.datetime.fromtimestamp(path.stat().st_mtime)
    found.origin = f"{path.name}, written by the command {kind} on {written:%Y-%m-%d at %H:%M}"
    return found
