"""`python -m comparisons ops`: every row against every oracle; the verdict first, then a line an op, then gaps."""

from __future__ import annotations

import argparse
import concurrent.futures
import difflib
import math
import multiprocessing
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tapes.op import registry

from .. import report
from ..backends import COLUMNS
from ..libraries import LIBRARIES
from ..problem import LossError
from .answers import FIRST, FORWARD, ORDERS, SECOND
from .cell import FAILED, NOT_CHECKED, OK, SPECIAL, Cell
from .check import check
from .oracles import LIBRARY, ORACLES

AGREE, DISAGREE = 0, 1
SHORT = {name.split()[0].lower(): name for name in ORACLES}  # as one types them after --only
OWN = ("itself", "its definition")


def ops(arguments: argparse.Namespace) -> int:
    """Run the checks, show them, and say by the exit status whether all is right."""
    report.writable(arguments.json)
    names, oracles = chosen_ops(arguments.ops), chosen_oracles(arguments.only)
    screen = report.console()
    cells: list[Cell] = []
    with screen.status("importing") as status:
        for number, found in enumerate(run(names, oracles, arguments.jobs or os.cpu_count() or 1), 1):
            cells += found
            status.update(f"{number} of {len(names)} ops: {found[0].op}")
            if not screen.is_terminal and (number % 20 == 0 or number == len(names)):
                print(f"{number} of {len(names)} ops ...", file=sys.stderr, flush=True)
    cells.sort(key=lambda cell: names.index(cell.op))
    wrong = [cell for cell in cells if cell.verdict == FAILED]
    missing = [LIBRARIES[LIBRARY[name]].install for name in oracles if not _installed(name)]
    if arguments.json is not None:
        report.write(document(cells, oracles), arguments.json)
    style = "red bold" if wrong else "green bold"
    screen.print(f"[{style}]{verdict(cells, missing)}[/{style}]")
    for line in told(wrong):
        screen.print(f"[red]WRONG[/red] {escape(line)}", soft_wrap=True)
    screen.print()
    report.show(screen, table(cells, [name for name in oracles if _installed(name)]))
    screen.print(f"\nFor each oracle the largest error of the v(alue), the g(radient), s(econd order) and f(orward "
                 f"mode), in units in the last place, over all calls in both precisions; {DOT} is not checked, {CROSS} "
                 "wrong. special: at zeros, ties, bounds, inf and nan the same as TensorFlow, JAX and torch; or how "
                 "many of them differ, as declared in comparisons/ops/declared.py. own: linear where it says so, the "
                 "same on arrays and on tensors.")
    show_gaps(screen, cells, arguments.gaps)
    if arguments.json is not None:
        screen.print(f"Written to {escape(str(arguments.json))}.")
    return DISAGREE if wrong else AGREE


def chosen_ops(names: list[str]) -> list[str]:
    """Rows of the registry; an unknown name is answered with the nearest ones."""
    for name in names:
        if name not in registry:
            near = difflib.get_close_matches(name, registry, 3)
            raise LossError(f"there is no op {name!r}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
    return names or list(registry)


def chosen_oracles(only: str | None) -> list[str]:
    """Names of oracles, as typed after --only."""
    if only is None:
        return list(ORACLES)
    names = [name.strip() for name in only.split(",") if name.strip()]
    unknown = [name for name in names if name not in SHORT]
    if unknown or not names:
        raise LossError(f"--only takes names from {', '.join(SHORT)}, separated by commas; got {only!r}")
    return [name for short, name in SHORT.items() if short in names]


def run(names: list[str], oracles: list[str], jobs: int) -> Iterator[list[Cell]]:
    """The cells of each op as they are ready, from several processes."""
    if jobs == 1 or len(names) == 1:
        yield from (checked(name, oracles) for name in names)
        return
    spawn = multiprocessing.get_context("spawn")  # a fork shares locks with the threads of libraries
    with concurrent.futures.ProcessPoolExecutor(min(jobs, len(names)), spawn) as pool:
        tasks = [pool.submit(checked, name, oracles) for name in names]
        for task in concurrent.futures.as_completed(tasks):
            yield task.result()


def checked(name: str, oracles: list[str]) -> list[Cell]:
    """All cells of one row; a process of its own may run it."""
    return check(registry[name], {oracle: ORACLES[oracle] for oracle in oracles})


def _installed(oracle: str) -> bool:
    return oracle not in LIBRARY or LIBRARIES[LIBRARY[oracle]].installed


# -- what is said ------------------------------------------------------------------------------------------------------

DOT, CROSS = "·", "X"
KNOWN = {"complex step": (FIRST, FORWARD), "central differences": (FIRST, SECOND, FORWARD)}  # the others know all


def verdict(cells: list[Cell], missing: list[str]) -> str:
    """One or two sentences."""
    count = Counter(cell.verdict for cell in cells)
    rows = len({cell.op for cell in cells})
    ops = f"{rows} op{'s' if rows != 1 else ''}"
    if count[FAILED]:
        bad = len({cell.op for cell in cells if cell.verdict == FAILED})
        said = f"{bad} of {ops} wrong: {count[FAILED]:,} of {count[OK] + count[FAILED]:,} comparisons failed."
    elif not count[OK]:
        said = f"Nothing could be compared for {ops}: the gaps below say why."
    else:
        said = f"Right: {ops}, {count[OK]:,} comparisons, none failed."
    return said + "".join(f" Not asked: {line}." for line in missing)


def told(wrong: Iterable[Cell]) -> Iterator[str]:
    """A line for each op, check and oracle that failed: its worst cell."""
    worst: dict[tuple[str, str, str], Cell] = {}
    for cell in wrong:
        key = (cell.op, cell.check, cell.oracle)
        if key not in worst or cell.relative > worst[key].relative:
            worst[key] = cell
    for cell in worst.values():
        where = ", ".join(part for part in (cell.sample, cell.width) if part)
        off = f", off by {cell.relative:.1e} where {cell.tolerance:.1e} is allowed" if (
            math.isfinite(cell.relative) and cell.relative) else ""
        yield f"{cell.op}: {cell.check} against {cell.oracle} ({where}): {cell.reason}{off}"


def table(cells: list[Cell], oracles: list[str]) -> Table:
    """A line for each op; for each oracle the four orders, or those it knows."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("op", "special", "own"):
        shown.add_column(head, no_wrap=True)
    for name in oracles:
        heads = " ".join(f"{order[0]:>3}" for order in KNOWN.get(name, ORDERS))
        shown.add_column(f"{name.removesuffix(' step').removesuffix(' differences')}\n{heads}", no_wrap=True)
    by_op: dict[str, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_op[cell.op].append(cell)
    for op, found in by_op.items():
        special = [c for c in found if c.check == SPECIAL]
        own = [c for c in found if c.oracle in OWN]
        shown.add_row(op, _special(special), _word(own), *[
            " ".join(_worst([c for c in found if c.oracle == name and c.check == order])
                     for order in KNOWN.get(name, ORDERS)) for name in oracles])
    return shown


def _worst(cells: list[Cell]) -> str:
    """The largest error in three places."""
    if any(cell.verdict == FAILED for cell in cells):
        return f"[red]{CROSS:>3}[/red]"
    errors = [cell.ulps for cell in cells if cell.verdict == OK]
    if not errors:
        return f"{DOT:>3}"
    ulps = math.ceil(max(errors))
    return f"{ulps:>3}" if ulps < 1000 else f"{min(99, ulps // 1000):>2}k"


def _special(cells: list[Cell]) -> str:
    if any(cell.verdict == FAILED for cell in cells):
        return f"[red]{CROSS}[/red]"
    compared = {cell.oracle for cell in cells if cell.verdict == OK}
    differ = {cell.oracle for cell in cells if cell.verdict == OK and cell.reason}
    return f"{len(differ)} differ" if differ else "same" if compared else DOT


def _word(cells: list[Cell]) -> str:
    if any(cell.verdict == FAILED for cell in cells):
        return f"[red]{CROSS}[/red]"
    return "ok" if any(cell.verdict == OK for cell in cells) else DOT


def show_gaps(screen: Console, cells: list[Cell], everything: bool) -> None:
    """What was not checked, grouped by the reason; some ops of each, or all."""
    reasons: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for cell in cells:
        if cell.verdict == NOT_CHECKED:
            reasons[cell.oracle, cell.reason][cell.op] += 1
    if not reasons:
        return
    screen.print("\nOf some calls not checked, and why:")
    for (oracle, reason), where in sorted(reasons.items(), key=lambda item: (item[0][0], -len(item[1]))):
        names = list(where) if everything else list(where)[:4]
        more = f" and {len(where) - len(names)} more" if len(where) > len(names) else ""
        report.item(screen, f"{oracle + ': ' if oracle else ''}{reason}: {', '.join(names)}{more}")


def document(cells: list[Cell], oracles: list[str]) -> dict[str, Any]:
    """Everything, for programs."""
    return {"schema": 1, "oracles": oracles,
            "libraries": {b.name: report.version_of(b) or None for b in COLUMNS.values()},
            "right": not any(cell.verdict == FAILED for cell in cells),
            "cells": [{key: str(value) if isinstance(value, float) and not math.isfinite(value) else value
                       for key, value in asdict(cell).items()} for cell in cells]}
