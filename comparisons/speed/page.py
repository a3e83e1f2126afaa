"""The page of a run, docs/speed.md: written by the command, so that no number in it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import judge, machine
from .contenders import CONTENDERS, HAND
from .entries import columns, forward_row, grown_columns, grown_text, notes, size_text, why_not
from .rounds import PATIENCE, REST, Cell
from .scaling import REMEMBERED, ROUND, WITH_OURS, Growth, Peak
from .worker import TIMED, TOLERANCE
from .workload import Workload
from .workloads import GROWTH


def page(command: str, cells: Sequence[Cell], workloads: Sequence[Workload], facts: dict[str, Any], rounds: int,
         seconds: float, aims: Sequence[judge.Target], growth: Growth, grown_rounds: int, peaks: Sequence[Peak],
         picture: str = "", patience: float = PATIENCE) -> str:
    """Markdown: how to reproduce, the method, the machine, every table of the run, and a picture by its file name."""
    parts = ["# Speed", f"Made by `{command}` in {facts['minutes']:.0f} minutes{_stopped(facts)}; `make speed` "
             "installs all that it needs, and makes this page anew.", WORDS, "These were the targets:",
             "\n".join(f"- {aim}" for aim in aims), VERDICTS,
             *([f"![times and growth]({picture})"] if picture else []),
             "## Who is timed", _contenders(cells, facts),
             "## The machine", machine.sentence(facts) + _company(facts),
             "## How it is measured", METHOD.format(
                 rounds=rounds, seconds=f"{seconds:g}", tolerance=TOLERANCE, rest=REST),
             "## The workloads", _rows(["workload", "what it is"], [[w.name, w.title] for w in workloads]),
             "All are in single precision, and stand in `comparisons/speed/workloads` with their gradients by hand.",
             "## Times", TIMES.format(rounds=rounds, seconds=f"{seconds:g}", patience=patience), _times(cells),
             "## The first call", "With tracing and compilation, without the import of the library.",
             _first(cells), "## A gradient in values", FORWARD, _forward(cells)]
    said = notes(cells)
    if said:
        parts += ["## Not timed", "\n".join(f"- {line}" for line in said)]
    parts += ["## Growth", *(_growth(growth, grown_rounds, patience) if growth else [ABSENT.format(option="--growth")])]
    parts += ["## Memory", *([MEMORY.format(patience=WITH_OURS), _memory(peaks)] if peaks else
                             [ABSENT.format(option="--memory")])]
    return "\n\n".join(parts) + "\n"


CROWDED = 0.05  # of the cores' time in other hands: more than the system takes for itself
WORDS = """Here `tapes.function` is this project's, and `tf.function` is TensorFlow's. *Eager* is a library that carries
out each operation when it is called, and the way back anew each time. *Tracing* runs the Python text once, notes down
its operations as a program, and afterwards runs that program, without the Python. *XLA* is the compiler that
TensorFlow and JAX share: it turns such a program into machine code, and several operations into one loop."""
VERDICTS = """All "times" in these verdicts are medians of ratios, each of them taken within a round, where both ran
shortly after one another: the quotient of two medians in a table may differ from that. A number has as many digits as
it takes to see that it is above its limit."""
METHOD = """Each contender has a process of its own, all with the same number of threads (of BLAS, OpenMP, TensorFlow,
XLA, PyTorch and tapes) on the same cores. They are asked in turn, A B C A B C, {rounds} rounds; a round is {seconds} s
of runs and gives their median. A ratio is taken within each round, to NumPy by hand in that round, and the table shows
the median of the ratios: what slows the machine down for a while slows down both. Before anything is timed each result
is held against the one by hand in double precision; it may be off by {tolerance:.0e} of its largest entry. JAX is
waited for. Tracing and compilation are in the first call, which is not in the times. Before each turn there are
{rest} s of rest: OpenBLAS's threads spin for 0.1 s after their last product, waiting for another one, and would slow
down whoever comes next.

NumPy by hand is what a course would show: the formulas, vectorised, with no work done twice, and nothing tuned that
would not be read at once. tapes and TensorFlow run the same text, TensorFlow with its own kernel for Adam; the others
run the same losses under their own names, and what their documentation advises for speed: JAX gives away the memory of
what is updated, PyTorch has its fused Adam and a batched backward pass for the Jacobian, MyGrad does not guard its
memory. Importing tapes asks glibc to keep freed memory (tapes/allocator.py) and, where NumPy is imported after it, BLAS
to let its threads sleep soon after a product (tapes/blas.py), as is done here; the process of NumPy by hand does not
import it and has the system's usual settings. With arrays of megabytes a part of the distance is that; the column
numpy+ shows how large a part: it is NumPy by hand with the settings of tapes. PyTorch and MyGrad see the images of conv
in their own order of axes, by views. The recurrent network is unrolled for all."""
FORWARD = """The time of the value and all derivatives over that of the value alone, computed without a tape, in the
same round. For gradients theory promises a small constant (Baur and Strassen 1983: at most 5, in counted operations).
A Hessian times a vector differentiates twice, a Jacobian goes back once for each output, and a training step also
updates: there is no such bound for them."""
TIMES = """NumPy by hand as a time, all others over its time, ± half the distance of the quartiles of {rounds} rounds
of {seconds} s; in bold the fastest. "n/a" is what a library cannot do, and "slow" no answer within {patience:.0f} s;
below, the reasons."""
GROWN = """Time of value and gradients: the median of {rounds} of {seconds} s, or of one run where that takes
longer{spread}. Then the first call, with tracing and compilation. "slow" is no answer in time, and "-" that larger
ones were then not asked for. NumPy and tapes were given {ours:.0f} s for an answer, because the targets above ask them
for a million operations; the others {others:.0f} s as above, so that the run does not wait for them most of its time:
how long they would take is not known from it."""
ABSENT = "Not in this run: `python -m comparisons speed {option}` measures it, and `--all` everything."
MEMORY = """Bytes that a gradient takes above what was there: of NumPy and tapes the peak that `tracemalloc` counts in
one run after the first ones; of the others the growth of the resident set over the first three runs, with tracing,
compilation and the pools that a library keeps, in a process of its own (no answer within {patience:.0f} s is left
out)."""


def _stopped(facts: dict[str, Any]) -> str:
    return ", when it was stopped: not everything is here" if facts["stopped"] else ""


def _company(facts: dict[str, Any]) -> str:
    share = facts["others"]
    if share is None:
        return ""
    told = f" Other programs took {100 * share:.0f}% of the time of the cores meanwhile."
    return told if share < CROWDED else (
        f"{told} Ratios within a round forgive that, but it disturbs most whoever waits for threads: a spread above "
        "10% says where it did.")


def _contenders(cells: Sequence[Cell], facts: dict[str, Any]) -> str:
    shown = {cell.contender for cell in cells}
    return _rows(["name", "what it is", "version"], [
        [c.title, c.what, " ".join((name, facts["versions"][name] or "missing"))]
        for c in CONTENDERS.values() if c.name in shown for name in [machine.distribution(c)]])


def _growth(growth: Growth, rounds: int, patience: float) -> list[str]:
    parts = [GROWN.format(rounds="one round" if rounds == 1 else f"{rounds} rounds", seconds=ROUND,
                          ours=max(WITH_OURS, patience), others=patience,
                          spread=", ± half the distance of the quartiles" if rounds > 1 else "")]
    for name, sizes in growth.items():
        shown, family = grown_columns(sizes), GROWTH[name][0]
        head = [name, *_titles(shown)]
        parts += [f"### Growth with {name}", f"From: {family(min(sizes)).title} To: {family(max(sizes)).title}",
                  _rows(head, [[f"{size:,}", *[grown_text(row.get(each), spread=True) for each in shown]]
                               for size, row in sizes.items()]), "First call:",
                  _rows(head, [[f"{size:,}", *[_first_text(row.get(each)) for each in shown]]
                               for size, row in sizes.items()])]
    return parts


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(lines)


def _times(cells: Sequence[Cell]) -> str:
    shown, rows = columns(cells), []
    for workload in judge.names(cells):
        row = judge.of_workload(cells, workload)
        best = min((c.median for c in row.values() if c.status == TIMED), default=0.0)
        rows.append([workload, *[_cell(row.get(name), best) for name in shown]])
    return _rows(["workload", *_titles(shown)], rows)


def _titles(names: Sequence[str]) -> list[str]:
    return [CONTENDERS[name].title for name in names]


def _cell(cell: Cell | None, best: float) -> str:
    if cell is None or cell.status != TIMED:
        return why_not(cell)
    text = judge.duration(cell.median) if cell.contender == HAND or cell.ratio is None else judge.number(cell.ratio)
    return (f"**{text}**" if cell.median == best else text) + f" ±{100 * cell.spread:.0f}%"


def _first_text(cell: Cell | None) -> str:
    return judge.duration(cell.first) if cell is not None and cell.first else why_not(cell)


def _first(cells: Sequence[Cell]) -> str:
    shown = columns(cells)
    return _rows(["workload", *_titles(shown)], [
        [workload, *[_first_text(row.get(name)) for name in shown]]
        for workload in judge.names(cells) if (row := judge.of_workload(cells, workload))])


def _forward(cells: Sequence[Cell]) -> str:
    shown = [name for name in columns(cells) if any(c.contender == name and c.forwards for c in cells)]
    return _rows(["workload", *_titles(shown)], [[workload, *forward_row(judge.of_workload(cells, workload), shown)]
                                        for workload in judge.names(cells)])


def _memory(peaks: Sequence[Peak]) -> str:
    of = {(peak.workload, peak.contender): peak for peak in peaks}
    shown = [name for name in REMEMBERED if any(peak.contender == name for peak in peaks)]
    return _rows(["workload", *_titles(shown)], [
        [workload, *[size_text(of.get((workload, name))) for name in shown]]
        for workload in dict.fromkeys(peak.workload for peak in peaks)])
