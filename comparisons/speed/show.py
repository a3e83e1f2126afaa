"""`python -m comparisons speed`: the targets first, then the tables, then what is missing and why."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .. import report
from ..libraries import require
from ..problem import LossError
from . import judge, machine, scaling
from .contenders import CONTENDERS, HAND, Contender
from .entries import SHORT, columns, forward_row, grown_columns, grown_text, notes, size_text
from .plot import plot
from .rounds import ROUND, Cell, cores, measured
from .scaling import REMEMBERED, Peak
from .worker import TIMED, TIMEOUT, WRONG
from .workload import Workload
from .workloads import WORKLOADS


def command(arguments: argparse.Namespace) -> int:
    """The exit status is 1 when a result is wrong, or when one of ours fails."""
    workloads = [_known(name, WORKLOADS, "workload") for name in arguments.workloads or WORKLOADS]
    contenders = chosen(arguments.only)
    if arguments.plot is not None:
        require("matplotlib")
    threads = arguments.threads or cores()
    rounds = arguments.rounds or (3 if arguments.quick else 9)
    grown_rounds = 1 if arguments.quick else min(rounds, 3)
    seconds = ROUND / 4 if arguments.quick else ROUND
    screen, start = report.console(), time.monotonic()
    found: list[Cell] = []
    grown: scaling.Growth = {}
    peaks: list[Peak] = []
    of_operations: dict[int, Peak] = {}
    facts, company = machine.described(threads), machine.Company()
    stopped = False
    with screen.status("starting") as status:
        def progress(text: str) -> None:
            text = f"{(time.monotonic() - start) / 60:.0f} min: {text}"
            status.update(text)
            if not screen.is_terminal and "round" not in text:
                print(text, file=sys.stderr, flush=True)

        try:
            found.extend(measured(workloads, contenders, rounds, threads, progress, seconds, arguments.patience))
            if arguments.growth or arguments.all:
                grown.update(scaling.growth(threads, grown_rounds, progress, patience=arguments.patience))
                of_operations.update(scaling.memory_of_operations(threads, progress))
            if arguments.memory or arguments.all:
                slow = {(cell.workload, cell.contender) for cell in found if cell.status == TIMEOUT}
                peaks.extend(scaling.memory(workloads, threads, progress, slow=slow))
        except KeyboardInterrupt:  # what has been timed is kept
            stopped = True
    facts["others"], facts["stopped"] = company.share(), stopped
    facts["minutes"] = (time.monotonic() - start) / 60
    aims = [*judge.targets(found), *scaling.straight(grown, of_operations)]
    document = {**written(found, workloads, facts, rounds, seconds, aims),
                "growth rounds": grown_rounds,
                "growth": {name: {str(size): [asdict(cell) for cell in row.values()] for size, row in sizes.items()}
                           for name, sizes in grown.items()},
                "memory": [asdict(peak) for peak in [*peaks, *of_operations.values()]]}
    if arguments.plot is not None:
        plot(found, grown, arguments.plot)
    if arguments.markdown is not None:
        from .page import page

        picture = arguments.plot.name if arguments.plot else ""
        spoken = re.sub(r" --json[ =]\S+", "", " ".join(arguments.spoken))  # where that went is nobody's business
        text = page(f"python -m comparisons {spoken}", found, workloads, facts, rounds, seconds,
                    aims, grown, grown_rounds, peaks, picture, arguments.patience)
        arguments.markdown.write_text(text, encoding="utf-8")
    if arguments.json is not None:
        report.write(document, arguments.json)
    if stopped:
        screen.print("[red bold]Stopped.[/red bold] What had been timed until then:")
    told(screen, found, workloads, facts, rounds, seconds, aims)
    for name, sizes in grown.items():
        report.show(screen, growth_table(name, sizes))
    if peaks:
        report.show(screen, memory_table(peaks))
    for path in (arguments.json, arguments.markdown, arguments.plot):
        if path is not None:
            screen.print(f"Written to {escape(str(path))}.")
    growing = [cell for sizes in grown.values() for row in sizes.values() for cell in row.values()
               if cell.status == WRONG]
    for line in judge.wrong(growing):
        screen.print(f"[red bold]WRONG[/red bold] {escape(line)}", soft_wrap=True)
    return 130 if stopped else 1 if judge.wrong([*found, *growing]) else 0


def chosen(only: str | None) -> list[Contender]:
    """The contenders to time; NumPy by hand is always among them."""
    if only is None:
        return [*CONTENDERS.values()]
    asked = [_known(name.strip(), CONTENDERS, "contender").name for name in only.split(",") if name.strip()]
    return [c for c in CONTENDERS.values() if c.name in {HAND, *asked}]


def _known(name: str, table: Any, what: str) -> Any:
    if name not in table:
        raise LossError(f"there is no {what} {name!r}: choose from {', '.join(table)}")
    return table[name]


def told(screen: Console, cells: Sequence[Cell], workloads: Sequence[Workload], facts: dict[str, Any],
         rounds: int, seconds: float, aims: Sequence[judge.Target]) -> None:
    wrong = judge.wrong(cells)
    for line in wrong:
        screen.print(f"[red bold]WRONG[/red bold] {escape(line)}", soft_wrap=True)
    if not wrong and any(cell.status == TIMED for cell in cells):
        screen.print("[green bold]All results agree with those by hand; then they were timed.[/green bold]")
    for aim in aims:
        word, _, rest = str(aim).partition(":")
        screen.print(f"[{'green' if aim.met else 'red'} bold]{word}[/]:{escape(rest)}")
    screen.print(f"\nTime of the value and all gradients, over that of NumPy by hand: the median of {rounds} rounds of "
                 f"{seconds:g} s; below it half the distance of the quartiles. {machine.sentence(facts)}")
    report.show(screen, times_table(cells))
    screen.print()
    screen.print("First call, with tracing and compilation; in the title the time of the import:")
    report.show(screen, first_table(cells))
    screen.print()
    if any(cell.forwards for cell in cells):
        screen.print("The value and all derivatives, over the value alone, without a tape:")
        report.show(screen, forward_table(cells))
        screen.print()
    for name in columns(cells):
        screen.print(f"[bold]{name}[/bold]  {escape(CONTENDERS[name].title)}: {escape(CONTENDERS[name].what)}")
    screen.print()
    for workload in workloads:
        screen.print(f"[bold]{workload.name}[/bold]  {escape(workload.title)}")
    screen.print()
    for line in notes(cells):
        screen.print(escape(line))


def times_table(cells: Sequence[Cell]) -> Table:
    """Workloads down, contenders across: ratios, and under each its spread."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("workload", no_wrap=True)
    shown = columns(cells)
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    for workload in judge.names(cells):
        row = judge.of_workload(cells, workload)
        best = min((c.median for c in row.values() if c.status == TIMED), default=0.0)
        table.add_row(workload, *[cell_text(row.get(name), best) for name in shown])
    return table


def cell_text(cell: Cell | None, best: float) -> str:
    """The ratio (of NumPy the time), green for the fastest, and a second line with the spread."""
    if cell is None:
        return ""
    if cell.status != TIMED:
        word = SHORT.get(cell.status, cell.status)
        return f"[red]{word.upper()}[/red]" if cell.status in ("wrong", "failed", "crashed") else f"[dim]{word}[/dim]"
    text = judge.duration(cell.median) if cell.contender == HAND or cell.ratio is None else judge.number(cell.ratio)
    spread = f"±{100 * cell.spread:.0f}%"
    return (f"[green bold]{text}[/green bold]" if cell.median == best else text) + f"\n[dim]{spread}[/dim]"


def first_table(cells: Sequence[Cell]) -> Table:
    """How long one waits for the first result."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("workload", no_wrap=True)
    shown = columns(cells)
    for name in shown:
        imported = max((c.imported or 0.0 for c in cells if c.contender == name), default=0.0)
        table.add_column(f"{name}\n[dim]{imported:.1f} s[/dim]", justify="right", no_wrap=True)
    for workload in judge.names(cells):
        row = judge.of_workload(cells, workload)
        table.add_row(workload, *[judge.duration(first) if (c := row.get(name)) and (first := c.first) else ""
                                  for name in shown])
    return table


def forward_table(cells: Sequence[Cell]) -> Table:
    """How many values a gradient costs."""
    shown = [name for name in columns(cells) if any(c.contender == name and c.forwards for c in cells)]
    table = Table("workload", *shown, box=None, pad_edge=False)
    for workload in judge.names(cells):
        table.add_row(workload, *forward_row(judge.of_workload(cells, workload), shown))
    return table


def growth_table(name: str, sizes: dict[int, dict[str, Cell]]) -> Table:
    """Sizes down, contenders across: times."""
    shown = grown_columns(sizes)
    table = Table(name, *shown, title=f"Growth with {name}", title_justify="left", box=None, pad_edge=False)
    for size, row in sizes.items():
        table.add_row(f"{size:,}", *[grown_text(row.get(contender)) for contender in shown])
    return table


def memory_table(peaks: Sequence[Peak]) -> Table:
    """Workloads down, contenders across: bytes."""
    shown = [name for name in REMEMBERED if any(peak.contender == name for peak in peaks)]
    table = Table("workload", *shown, title="Memory of a gradient: of NumPy and tapes as Python counts it in one run, "
                  "of the others the growth of their process in three, compilation included", title_justify="left",
                  box=None, pad_edge=False)
    of = {(peak.workload, peak.contender): peak for peak in peaks}
    for workload in dict.fromkeys(peak.workload for peak in peaks):
        table.add_row(workload, *[size_text(of.get((workload, name))) for name in shown])
    return table


def written(cells: Sequence[Cell], workloads: Sequence[Workload], facts: dict[str, Any], rounds: int, seconds: float,
            aims: Sequence[judge.Target]) -> dict[str, Any]:
    """Everything, for programs."""
    return {"schema": 1, "machine": facts, "rounds": rounds, "seconds a round": seconds, "unit": "seconds",
            "workloads": {w.name: {"title": w.title, "kind": w.kind, "bound": w.bound} for w in workloads},
            "contenders": {c.name: c.title for c in CONTENDERS.values()},
            "targets": [{**asdict(aim), "met": aim.met} for aim in aims],
            "wrong": judge.wrong(cells),
            "cells": [{**asdict(cell), "ratio": cell.ratio, "median": cell.median if cell.rounds else None,
                       "over forward": cell.over_forward,
                       "spread": cell.spread if cell.rounds else None,
                       "off": None if cell.off is None else report._finite(cell.off)} for cell in cells]}
