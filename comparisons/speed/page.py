"""The page of a run, docs/speed.md: written by the command, so that no number in it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import judge, machine
from .contenders import CONTENDERS, HAND
from .rounds import Cell
from .scaling import PATIENCE, REMEMBERED, Peak
from .show import SHORT, columns, forward_row, notes, size_text
from .worker import TIMED, TOLERANCE
from .workload import Workload

Growth = dict[str, dict[int, list[Cell]]]


def page(command: str, cells: Sequence[Cell], workloads: Sequence[Workload], facts: dict[str, Any], rounds: int,
         seconds: float, aims: Sequence[judge.Target], growth: Growth, peaks: Sequence[Peak], picture: str = "") -> str:
    """Markdown: how to reproduce, the method, the machine, every table of the run, and a picture by its file name."""
    parts = ["# Speed", f"Made by `{command}` in {facts['minutes']:.0f} minutes; `make speed` installs all that it "
             "needs, and makes this page anew. These were the targets:",
             "\n".join(f"- {aim}" for aim in aims), *([f"![times and growth]({picture})"] if picture else []),
             "## The machine", machine.sentence(facts) + _company(facts),
             "Versions: " + ", ".join(f"{name} {version or 'missing'}" for name, version in facts["versions"].items())
             + ".", "## How it is measured", METHOD.format(rounds=rounds, seconds=f"{seconds:g}", tolerance=TOLERANCE),
             "## The workloads", _rows(["workload", "what it is"], [[w.name, w.title] for w in workloads]),
             "All are in single precision, and stand in `comparisons/speed/workloads` with their gradients by hand.",
             "## Times", "Over the time of NumPy by hand, ± half the distance of the quartiles; in bold the fastest.",
             _times(cells), "## The first call", "With tracing and compilation, without the import of the library.",
             _first(cells), "## A gradient in values", FORWARD, _forward(cells)]
    said = notes(cells)
    if said:
        parts += ["## Not timed", "\n".join(f"- {line}" for line in said)]
    if growth:
        parts += ["## Growth", GROWTH]
        for name, sizes in growth.items():
            shown = [cell.contender for cell in next(iter(sizes.values()))]
            parts.append(_rows([name, *[CONTENDERS[c].title for c in shown]], [
                [f"{size:,}", *[judge.duration(c.median) if c.status == TIMED else SHORT.get(c.status, c.status)
                                for c in row]] for size, row in sizes.items()]))
    if peaks:
        parts += ["## Memory", MEMORY.format(patience=PATIENCE), _memory(peaks)]
    return "\n\n".join(parts) + "\n"


METHOD = """Each contender has a process of its own, all with the same number of threads (of BLAS, OpenMP, TensorFlow,
XLA, PyTorch and tapes) on the same cores. They are asked in turn, A B C A B C, {rounds} rounds; a round is {seconds} s
of runs and gives their median. A ratio is taken within each round, to NumPy by hand in that round, and the table shows
the median of the ratios: what slows the machine down for a while slows down both. Before anything is timed each result
is held against the one by hand in double precision; it may be off by {tolerance:.0e} of its largest entry. JAX is
waited for. Tracing and compilation are in the first call, which is not in the times.

NumPy by hand is what a course would show: the formulas, vectorised, with no work done twice, and nothing tuned that
would not be read at once. tapes and TensorFlow run the same text, TensorFlow with its own kernel for Adam; the others
run the same losses under their own names, and what their documentation advises for speed: JAX gives away the memory of
what is updated, PyTorch has its fused Adam and a batched backward pass for the Jacobian, MyGrad does not guard its
memory. Importing tapes asks glibc to keep freed memory (tapes/allocator.py) and, where NumPy is imported after it, BLAS
to let its threads sleep soon after a product (tapes/blas.py), as is done here; the process of NumPy by hand does not
import it and has the system's usual settings: with arrays of megabytes a good part of the distance is that."""
FORWARD = """The time of the value and all derivatives over that of the value alone, computed without a tape, in the
same round. For gradients theory promises a small constant (Baur and Strassen 1983: at most 5, in counted operations).
A Hessian times a vector differentiates twice, a Jacobian goes back once for each output, and a training step also
updates: there is no such bound for them."""
GROWTH = """Time of value and gradients. \"slow\" is no answer in time, with tracing and compilation; larger ones are
then not asked for."""
MEMORY = """Bytes that a gradient takes above what was there: of NumPy and tapes the peak that `tracemalloc` counts in
one run after the first ones; of the others the growth of the resident set over the first three runs, with tracing,
compilation and the pools that a library keeps, in a process of its own (no answer within {patience:.0f} s is left
out)."""


def _company(facts: dict[str, Any]) -> str:
    if facts["load"] is None or facts["load"] < 0.5:
        return ""
    return (" Other programs ran on these cores at the same time. Ratios within a round forgive that, but it disturbs "
            "most whoever waits for threads: a spread above 10% says where it did.")


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def _times(cells: Sequence[Cell]) -> str:
    shown, rows = columns(cells), []
    for workload in judge.names(cells):
        row = judge.of_workload(cells, workload)
        best = min((c.median for c in row.values() if c.status == TIMED), default=0.0)
        rows.append([workload, *[_cell(row.get(name), best) for name in shown]])
    return _rows(["workload", *shown], rows)


def _cell(cell: Cell | None, best: float) -> str:
    if cell is None:
        return ""
    if cell.status != TIMED:
        return SHORT.get(cell.status, cell.status)
    text = judge.duration(cell.median) if cell.contender == HAND or cell.ratio is None else judge.number(cell.ratio)
    return (f"**{text}**" if cell.median == best else text) + f" ±{100 * cell.spread:.0f}%"


def _first(cells: Sequence[Cell]) -> str:
    shown = columns(cells)
    return _rows(["workload", *shown], [
        [workload, *[judge.duration(first) if (c := row.get(name)) and (first := c.first) else "" for name in shown]]
        for workload in judge.names(cells) if (row := judge.of_workload(cells, workload))])


def _forward(cells: Sequence[Cell]) -> str:
    shown = [name for name in columns(cells) if any(c.contender == name and c.forwards for c in cells)]
    return _rows(["workload", *shown], [[workload, *forward_row(judge.of_workload(cells, workload), shown)]
                                        for workload in judge.names(cells)])


def _memory(peaks: Sequence[Peak]) -> str:
    of = {(peak.workload, peak.contender): peak for peak in peaks}
    shown = [name for name in REMEMBERED if any(peak.contender == name for peak in peaks)]
    return _rows(["workload", *[CONTENDERS[name].title for name in shown]], [
        [workload, *[size_text(of[workload, name]) for name in shown]]
        for workload in dict.fromkeys(peak.workload for peak in peaks)])
