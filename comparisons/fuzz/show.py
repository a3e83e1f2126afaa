"""What a hunt found, for people: counts while it runs, a table, and the short scripts."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

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
    report.writable(arguments.json)
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
    seconds = time.perf_counter() - start
    document = written(total, libraries, arguments.seed)
    if arguments.json is not None:
        report.write(document, arguments.json)
    told(screen, document, len(total.workers), seconds)
    if arguments.json is not None:
        screen.print(f"Written to {escape(str(arguments.json))}.")
    return 0 if document["agree"] else 1


def written(total: Report, libraries: Sequence[str], seed: int) -> dict[str, Any]:
    """Everything that was found, without objects."""
    reasons = REASONS | {each.name: each.why for each in DECLARED_JAX}
    unjudged = max(sum(total.counts[name, kind] for kind in NOT_JUDGED) for name in libraries)
    verdict = "All that was asked agrees."
    if total.failures:
        verdict = "Something disagrees."
    elif unjudged > max(TOLERATED * total.programs, 3):
        verdict = f"{unjudged} programs could not be judged: more than {TOLERATED:.0%}."
    return {
        "schema": 1, "settings": {"seed": seed, "only": [*libraries]},
        "libraries": {name: LIBRARIES[name].version if LIBRARIES[name].installed else None for name in REFERENCES},
        "agree": verdict.startswith("All"), "verdict": verdict, "programs": total.programs,
        "verdicts": {name: {TITLES[kind]: total.counts[name, kind] for kind in TITLES} for name in libraries},
        "notes": [{"library": name, "verdict": TITLES[kind], "note": note, "why": reasons.get(note, ""),
                   "programs": times} for (name, kind, note), times in sorted(total.notes.items())],
        "failures": [asdict(failure) for failure in total.failures],
    }


def told(screen: Console, found: dict[str, Any], processes: int, seconds: float) -> None:
    """The verdict, and how it came about."""
    verdict = f"[{'green' if found['agree'] else 'red'} bold]{found['verdict']}[/]"
    screen.print(verdict + " The scripts above run by themselves." * bool(found["failures"]))
    absent = [name for name in REFERENCES if not LIBRARIES[name].installed]
    if absent:
        screen.print("Not compared: " + ", ".join(f"{name} ({LIBRARIES[name].install})" for name in absent))
    programs, verdicts = found["programs"], found["verdicts"]
    screen.print(f"{programs} programs in {seconds:.0f} s, {programs / seconds:.0f} a second, "
                 f"in {processes} process{'es' * (processes != 1)}.\n")
    kinds = [kind for kind in TITLES.values() if any(counts[kind] for counts in verdicts.values())]
    table = Table("library", "version", *kinds, box=None, pad_edge=False)
    for name, counts in verdicts.items():
        table.add_row(name, found["libraries"][name], *[str(counts[kind]) for kind in kinds])
    report.show(screen, table)
    for note in found["notes"]:
        times, why = note["programs"], f": {note['why']}" * bool(note["why"])
        report.item(screen, f"{note['library']}, {times} time{'s' * (times != 1)}: {note['note']}{why}")
    if {"jax", "tensorflow"} <= set(verdicts):
        screen.print(f"JAX is asked about one program in {JAX_EVERY} (about all with --only jax), and says 0 where a "
                     "tape says None.")
