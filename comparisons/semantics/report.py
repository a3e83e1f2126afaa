"""What the programs did, as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from .outcome import Outcome
from .rules import RULES, TOPICS
from .run import Result


def sentences(results: Sequence[Result], gaps: Sequence[str] | None) -> list[str]:
    """The verdict: how many programs behave, and whether every rule has one; gaps None when not all were run."""
    wrong, deliberate = sum(not each.ok for each in results), sum(bool(each.program.because) for each in results)
    said = [f"{len(results) - wrong} of {len(results)} programs behave as they should, {deliberate} of them "
            "differently from TensorFlow on purpose."]
    if gaps is not None:
        said.append(f"{len(RULES)} rules, " + (f"{len(gaps)} of them not covered." if gaps else "uncovered: none."))
    said += [f"Not compared with TensorFlow, only with what it gave before: {line}." for line in
             sorted({each.missing for each in results if each.missing})]
    return said


def differences(results: Sequence[Result]) -> Table:
    """Where tapes does something else than TensorFlow on purpose, and why."""
    table = Table("rule", "what", "why", "tapes", "TensorFlow", title="Different from TensorFlow on purpose",
                  title_justify="left", box=None, pad_edge=False)
    order = list(RULES)
    for each in sorted((each for each in results if each.program.because and each.program.rule in RULES),
                       key=lambda each: order.index(each.program.rule)):
        table.add_row(each.program.rule, *map(escape, (
            each.program.title, each.program.because, each.program.tapes, each.program.tensorflow)))
    return table


def topics(results: Sequence[Result]) -> Table:
    """A line for each topic: its rules, how many programs show them, and in which file."""
    table = Table("topic", title="All programs", title_justify="left", box=None, pad_edge=False)
    for heading in ("rules", "programs", "agree", "on purpose", "wrong"):
        table.add_column(heading, justify="right")
    table.add_column("names to look closer")
    for letter, title in TOPICS.items():
        here = [each for each in results if each.program.rule.startswith(letter)]
        wrong, deliberate = sum(not each.ok for each in here), sum(each.ok and bool(each.program.because)
                                                                   for each in here)
        table.add_row(title, *map(str, (
            sum(name.startswith(letter) for name in RULES), len(here), len(here) - wrong - deliberate, deliberate,
            wrong)), ", ".join(dict.fromkeys(each.program.group for each in here)))
    return table


def details(results: Sequence[Result]) -> Table:
    """A line for each program."""
    table = Table("rule", "program", "what it shows", "tapes", "TensorFlow", "verdict", title="Programs",
                  title_justify="left", box=None, pad_edge=False)
    for each in results:
        table.add_row(each.program.rule, *map(escape, (
            each.program.name, each.program.title, each.tapes.text,
            "-" if each.tensorflow is None else each.tensorflow.text, each.verdict)))
    return table


def document(results: Sequence[Result], gaps: Sequence[str] | None, versions: dict[str, str | None]) -> dict[str, Any]:
    """Everything, for a JSON file; docs/compare.md describes it."""
    return {
        "schema": 1,
        "libraries": versions,
        "agree": not gaps and all(each.ok for each in results),
        "gaps": None if gaps is None else list(gaps),
        "rules": [{"name": rule.name, "topic": rule.topic, "says": rule.says, "mirrored": rule.mirrored,
                   "programs": [each.program.name for each in results if each.program.rule == rule.name]}
                  for rule in RULES.values()],
        "programs": [{"name": each.program.name, "rule": each.program.rule, "shows": each.program.title,
                      "ok": each.ok, "verdict": each.verdict, "because": each.program.because,
                      "expected": {"tapes": each.program.tapes, "tensorflow": each.program.tensorflow},
                      "tapes": _told(each.tapes), "tensorflow": _told(each.tensorflow)} for each in results],
    }


def _told(outcome: Outcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    return {"text": outcome.text, "raised": outcome.raised[0] if outcome.raised else None, "log": list(outcome.log)}
