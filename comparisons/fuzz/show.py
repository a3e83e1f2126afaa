"""What a hunt found, for people: counts while it runs, a table, and the short scripts."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .. import report
from ..libraries import LIBRARIES, require
from ..problem import LossError
from .declared import REASONS
from .declared_jax import DECLARED_JAX
from .hunt import JAX_EVERY, Report, hunt
from .judge import AGREE, CHAOS, CORNER, DECLARED_, ILL, SKIPPED, WRONG

REFERENCES = ("tensorflow", "jax")
NOT_JUDGED = (CORNER, CHAOS)
TOLERATED = 0.03  # of the programs may be left without a verdict; more is a defect of the hunt
TITLES = {AGREE: "agree", ILL: "agree, ill-conditioned", DECLARED_: "declared difference", CORNER: "at a corner",
          CHAOS: "no digits left", SKIPPED: "not asked", WRONG: "DISAGREE"}


def command(arguments: argparse.Namespace) -> int:
    """`python -m comparisons fuzz`; the exit status is 1 when something disagrees."""
    wanted = [name.strip() for name in (arguments.only or ",".join(REFERENCES)).split(",")]
    unknown = [name for name in wanted if name not in REFERENCES]
    if unknown:
        raise LossError(f"--only takes names from {', '.join(REFERENCES)}, separated by commas; got {arguments.only!r}")
    libraries = [name for name in wanted if LIBRARIES[name].installed or arguments.only]
    if not libraries:
        require(REFERENCES[0])
    screen, total, start = report.console(), Report(), time.perf_counter()
    with screen.status(f"0 of {arguments.programs} programs") as status:
        for part in hunt(arguments.programs, arguments.seed, arguments.jobs, libraries):
            total += part
            text = f"{total.programs} of {arguments.programs} programs, {len(total.failures)} of them fail, " \
                   f"{total.programs / (time.perf_counter() - start):.0f} a second"
            status.update(text)
            if not screen.is_terminal and total.programs % 1000 < part.programs:
                print(text, file=sys.stderr, flush=True)
            for failure in part.failures:
                screen.print(f"[red bold]tapes and {failure.library} disagree[/red bold]: {escape(failure.why)}")
                screen.print(escape(failure.script), soft_wrap=True)
    return told(screen, total, libraries, time.perf_counter() - start)


def told(screen: Console, total: Report, libraries: Sequence[str], seconds: float) -> int:
    """The verdict, and how it came about; returns the exit status."""
    left_out = max(sum(total.counts[name, kind] for kind in NOT_JUDGED) for name in libraries)
    too_many = left_out > max(TOLERATED * total.programs, 3)
    if total.failures:
        screen.print("[red bold]Something disagrees.[/red bold] The scripts above run by themselves.")
    elif too_many:
        screen.print(f"[red bold]{left_out} programs could not be judged: more than {TOLERATED:.0%}.[/red bold]")
    else:
        screen.print("[green bold]All that was asked agrees.[/green bold]")
    absent = [name for name in REFERENCES if not LIBRARIES[name].installed]
    if absent:
        screen.print("Not compared: " + ", ".join(f"{name} ({LIBRARIES[name].install})" for name in absent))
    screen.print(f"{total.programs} programs in {seconds:.0f} s, {total.programs / seconds:.0f} a second, "
                 f"in {len(total.workers)} process{'es' * (len(total.workers) != 1)}.\n")
    kinds = [kind for kind in TITLES if any(total.counts[name, kind] for name in libraries)]
    table = Table("library", "version", *[TITLES[kind] for kind in kinds], box=None, pad_edge=False)
    for name in libraries:
        table.add_row(name, LIBRARIES[name].version, *[str(total.counts[name, kind]) for kind in kinds])
    report.show(screen, table)
    reasons = REASONS | {each.name: each.why for each in DECLARED_JAX}
    for (name, _, note), times in sorted(total.notes.items()):
        why = f": {reasons[note]}" if note in reasons else ""
        report.item(screen, f"{name}, {times} time{'s' * (times != 1)}: {note}{why}")
    if {"jax", "tensorflow"} <= set(libraries):
        screen.print(f"JAX is asked about one program in {JAX_EVERY} (about all with --only jax), and says 0 where a "
                     "tape says None.")
    return 1 if total.failures or too_many else 0
