"""What a comparison found, as tables for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .backends import COLUMNS, DIFFERENTIATORS, Backend
from .compare import AGREES, DISAGREES, FAILED, MISSING, TRUTH, UNSUPPORTED, Cell, Comparison, Row
from .problem import LossError

PLAIN_WIDTH = 120  # of output that goes to a file or a pipe, unless COLUMNS says otherwise
REFERENCES = {"sympy": "SymPy's derivative, evaluated to 50 digits",
              "complex": "the complex step in extended precision",
              "central": "central differences in extended precision"}


class _Trimmed:
    """Standard output without blanks at the ends of lines; rich, which pads tables with them, writes whole lines."""

    def write(self, text: str) -> int:
        return sys.stdout.write(re.sub(r" +$", "", text, flags=re.MULTILINE))

    def flush(self) -> None:
        sys.stdout.flush()

    @property
    def encoding(self) -> str:
        return sys.stdout.encoding


def console() -> Console:
    """Where tables are printed: in colour on a terminal, as plain text elsewhere, COLUMNS wide where that is set."""
    screen = Console(highlight=False)
    if screen.is_terminal:
        return screen
    width = None if os.environ.get("COLUMNS", "").isdigit() else PLAIN_WIDTH
    return Console(highlight=False, width=width, file=cast(IO[str], _Trimmed()))


def show(screen: Console, table: Table, keys: int = 1) -> None:
    """Print a table, so that nothing in it is cut: words that are too long for their column go on in the next line.

    Numbers are never broken: where their columns do not fit, the table comes in parts, each with the first `keys`
    columns again.
    """
    for column in table.columns:
        column.overflow = "fold"
    if not all(column.no_wrap for column in table.columns):
        screen.print(table)
        return
    while table.columns:
        few = len(table.columns)
        while few > keys + 1 and Console(width=1000).measure(_part(table, range(few))).maximum > screen.width:
            few -= 1
        screen.print(_part(table, range(few)))
        if few == len(table.columns):
            return
        screen.print()
        table = _part(table, [*range(keys), *range(few, len(table.columns))])


def _part(table: Table, places: Iterable[int]) -> Table:
    """Some columns of a table."""
    part = Table(title=table.title, title_justify=table.title_justify, box=table.box, pad_edge=table.pad_edge,
                 padding=table.padding)
    cells = []
    for place in places:
        column = table.columns[place]
        part.add_column(column.header, justify=column.justify, no_wrap=True)
        cells.append(column.cells)
    for row in zip(*cells, strict=True):
        part.add_row(*row)
    return part


def item(screen: Console, text: str) -> None:
    """Print one of several notes: in lines that fit, the second and further ones set back."""
    lines = textwrap.fill(text, screen.width, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False)
    screen.print(escape(lines))


def version_of(backend: Backend) -> str:
    """The version of the library behind a column; of NumPy where it needs no other."""
    if backend.library is not None:
        return backend.library.version
    return metadata.version("gradient-tapes" if backend.name == "tapes" else "numpy")


def libraries_table() -> Table:
    """Every column there can be, its version, and what to type where it is missing."""
    table = Table("library", "version", "what it does", "to install", title="Libraries", title_justify="left", box=None)
    for backend in COLUMNS.values():
        install = "" if backend.available or backend.library is None else backend.library.install
        table.add_row(backend.name, version_of(backend) or "missing", backend.title, install)
    return table


def losses_table(losses: Iterable[tuple[str, str]]) -> Table:
    table = Table("loss", "what it is", title="Losses", title_justify="left", box=None)
    for name, title in losses:
        table.add_row(name, escape(title))
    return table


def comparison_tables(comparison: Comparison, width: int) -> list[tuple[str, Table]]:
    """A title and a table for each stage: a row for each quantity, a column for each library.

    Where the tables would be wider than `width`, each distance is one number, in ULPs where they mean something.
    """
    tables = _tables(comparison, brief=False)
    fits = all(Console(width=1000).measure(table).maximum <= width for _, table in tables)
    return tables if fits else _tables(comparison, brief=True)


def _tables(comparison: Comparison, brief: bool) -> list[tuple[str, Table]]:
    tables = []
    for title, rows in stages(comparison):
        table = Table(box=None, pad_edge=False)
        table.add_column("quantity", no_wrap=True)
        if not brief:
            table.add_column("probed", no_wrap=True)
        table.add_column("tolerance", justify="right", no_wrap=True)
        columns = [name for name in rows[0].cells if COLUMNS[name].available]  # the verdict has rows for the others
        for name in columns:
            table.add_column(name, justify="right", no_wrap=True)
        for row in rows:
            table.add_row(quantity(row), *([] if brief else [row.probed]), allowed(row),
                          *[cell_text(row.cells[name], brief) for name in columns])
        tables.append((title, table))
    return tables


def stages(comparison: Comparison) -> list[tuple[str, list[Row]]]:
    """The rows of each stage, and what they were compared on, and with."""
    found = []
    for stage in dict.fromkeys(row.stage for row in comparison.rows):
        rows = [row for row in comparison.rows if row.stage == stage]
        size = rows[0].rows
        data = f"On {'all ' if size == comparison.problem.rows else 'the first '}{size:,} rows, " if size else ""
        sure = next((row.reference for row in rows if any(cell.status == TRUTH for cell in row.cells.values())), None)
        words = data + (f"against {REFERENCES[sure]}" if sure else "compared with nothing: no oracle has a sure answer")
        found.append((words[0].upper() + words[1:], rows))
    return found


def allowed(row: Row) -> str:
    """How far off a library may be: the same for all of them, as the oracles have tolerances of their own."""
    tolerance = next((cell.tolerance for name, cell in row.cells.items()
                      if name in DIFFERENTIATORS and cell.tolerance is not None), None)
    return "" if tolerance is None else f"{tolerance:.0e}"


def quantity(row: Row) -> str:
    """The loss, its derivative, or its second derivative times a vector."""
    return "loss" if row.order == 0 else f"{'d/d' if row.order == 1 else 'Hv '}{row.parameter}"


def cell_text(cell: Cell, brief: bool) -> str:
    """The words of a cell, in the colour of its status."""
    words, status = cell_words(cell, brief)
    style = {AGREES: "green", TRUTH: "bold", DISAGREES: "red", FAILED: "red"}.get(status)
    return f"[{style}]{words}[/{style}]" if style else words


def cell_words(cell: Cell, brief: bool) -> tuple[str, str]:
    """A distance as `relative` and, where they mean something, ULPs (if brief, one of them), or a word; the status."""
    if cell.relative is None or cell.reason:
        word = {TRUTH: "truth", UNSUPPORTED: "n/a", FAILED: "failed", DISAGREES: "WRONG", MISSING: "missing"}
        return word[cell.status], cell.status
    number = f"{cell.relative:.0e}" if cell.relative else "0"
    if cell.ulps is not None:
        ulps = f"{cell.ulps:.1f}u" if cell.ulps < 1e4 else f"{cell.ulps:.0e}u"
        number = ulps if brief else f"{number} {ulps:>7}"
    if cell.none:
        number = "None = 0"
    return (number if cell.status == AGREES else f"{number} WRONG"), cell.status


def notes(comparison: Comparison) -> list[str]:
    """Each reason behind a word in the tables, once."""
    found: dict[str, list[str]] = {}
    for row in comparison.rows:
        for name, cell in row.cells.items():
            if cell.reason and cell.status != MISSING:
                what = "n/a" if cell.status == UNSUPPORTED else cell.status
                found.setdefault(f"{name}: {what}: {cell.reason}", []).append(quantity(row))
    return [f"{text} ({', '.join(dict.fromkeys(where))})" for text, where in found.items()]


SUMMARY = ("library", "version", "agrees", "gradient\n/ SymPy", "Hv\n/ SymPy", "gradient,\nall rows",
           "Hv,\nall rows")


def summary_table(comparisons: Sequence[Comparison]) -> Table:
    """One line a library: how often it agreed, and how far off it was at worst."""
    table = Table(title="Libraries", title_justify="left", box=None, pad_edge=False)
    for place, column in enumerate(SUMMARY):
        table.add_column(column, justify="left" if place < 2 else "right", no_wrap=True)
    for row in summary(comparisons):
        table.add_row(*row)
    return table


def summary(comparisons: Sequence[Comparison]) -> list[list[str]]:
    """The lines of that table; of a library that is not installed, only its name and that it is missing."""
    lines = []
    for backend in COLUMNS.values():
        cells = [(row, row.cells[backend.name]) for c in comparisons for row in c.rows if backend.name in row.cells]
        if cells and not backend.available:
            lines.append([backend.name, "missing"])
        elif cells:
            judged = [(row, cell) for row, cell in cells if cell.status in (AGREES, DISAGREES, FAILED)]
            agreed = sum(cell.status == AGREES for _, cell in judged)
            lines.append([backend.name, version_of(backend), f"{agreed} of {len(judged)}" if judged else
                          "truth" if any(cell.status == TRUTH for _, cell in cells) else "not compared",
                          *[_worst([cell for row, cell in judged
                                    if (row.reference == "sympy") == symbolic and (row.order == 2) == second])
                            for symbolic in (True, False) for second in (False, True)]])
    return lines


def _worst(cells: list[Cell]) -> str:
    """The largest distance, in ULPs where the reference is good enough for them."""
    there = [cell for cell in cells if cell.relative is not None]
    if not there:
        return "-"
    ulps = [cell.ulps for cell in there if cell.ulps is not None]
    if len(ulps) == len(there):
        return f"{max(ulps):.1f} ulp" if max(ulps) < 1e4 else f"{max(ulps):.0e} ulp"
    return f"{max(cell.relative or 0.0 for cell in there):.0e}"


def write_json(comparisons: list[Comparison], settings: dict[str, Any], undeclared: list[str], path: Path) -> None:
    """Write everything that was found; docs/compare.md describes the format."""
    document = {
        "schema": 1,
        "settings": settings,
        "machine": {"python": platform.python_version(), "platform": platform.platform(), "numpy": np.__version__},
        "libraries": {b.name: version_of(b) or None for b in COLUMNS.values()},
        "losses": [{"name": c.problem.name, "title": c.problem.title, "rows_of_data": c.problem.rows,
                    "value": _finite(c.value), "formulas": dict(c.formulas),
                    "results": [{**asdict(row), "condition": _finite(row.condition),
                                 "cells": {name: {key: _finite(value) for key, value in asdict(cell).items()}
                                           for name, cell in row.cells.items()}} for row in c.rows]}
                   for c in comparisons],
        "undeclared_conventions": undeclared,
        "agree": not undeclared and not any(c.problems for c in comparisons),
    }
    write(document, path)


def writable(path: Path | None, option: str = "--json") -> None:
    """LossError, before the work is done, when its result could not be written."""
    if path is not None and not path.parent.is_dir():
        raise LossError(f"there is no folder {path.parent} for {option}")
    if path is not None and path.is_dir():
        raise LossError(f"{option} needs a file, and {path} is a folder")


def write(document: dict[str, Any], path: Path) -> None:
    """Write JSON; the file appears whole or not at all."""
    write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a file that appears whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def _finite(value: Any) -> Any:
    """JSON has no inf and no nan: they become text."""
    return value if not isinstance(value, float) or np.isfinite(value) else str(value)
