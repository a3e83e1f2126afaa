"""What other commands wrote as JSON, as tables of the page: a verdict, what is wrong, and the numbers behind it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..speed.contenders import HAND
from ..speed.judge import duration, number
from .curves import Chart, chart

Document = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A caption, the headings, and rows of text; a cell may be (text, look), where look is good, wrong or faint.

    Attributes:
        caption, head, rows: what stands where.
        words: how many columns, from the left, hold words; the others hold numbers.
        folded: whether one has to open it.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    words: int = 1
    folded: bool = False


@dataclass
class Section:
    """A part of the page.

    Attributes:
        name, title: for links and people.
        good: whether all is as it should be.
        verdict: one sentence.
        wrong: what is not as it should be.
        tables, charts: the numbers.
        notes: how to read them.
        scripts: programs to read and to run, each with what it shows.
        origin: where it comes from; filled in by the reader.
    """

    name: str
    title: str
    good: bool
    verdict: str
    wrong: Sequence[str] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = field(default_factory=list)
    scripts: Sequence[tuple[str, str]] = ()
    origin: str = ""


def speed(found: Document) -> Section:
    cells = {(cell["workload"], cell["contender"]): cell for cell in found["cells"]}
    there = [name for name in dict.fromkeys(cell["contender"] for cell in found["cells"]) if name != HAND]
    rows = []
    for name, workload in found["workloads"].items():
        ratios = {c: cells[name, c]["ratio"] for c in there if (name, c) in cells and cells[name, c]["ratio"]}
        best, hand = min(ratios.values(), default=0), cells.get((name, HAND), {}).get("median")
        rows.append([name, workload["title"], "" if hand is None else duration(hand), *[
            (number(ratios[c]), "good" if ratios[c] == best else "") if c in ratios else
            (cells[name, c]["status"] if (name, c) in cells else "", "faint") for c in there]])
    targets = [[target["text"], f"{target['kept']} of {target['total']}",
                ("met", "good") if target["met"] else ("missed", "wrong"), ", ".join(target["missed"])]
               for target in found["targets"]]
    titles = [found["contenders"][c] for c in there]
    machine = found["machine"]
    met = sum(target["met"] for target in found["targets"])
    return Section("speed", "Speed", not found["wrong"], "All that was timed gives the right result" + (
        f"; {met} of {len(targets)} targets are met." if targets else ".") if not found["wrong"] else
        "Something that was timed is wrong, or has failed.", found["wrong"],
        [Table("Time of value and gradients, over that of NumPy written by hand", ["workload", "what",
               "by hand", *titles], rows, 2),
         Table("Targets", ["target", "kept on", "", "not on"], targets, 4, folded=True)],
        notes=[f"Medians of {found['rounds']} rounds on {machine['processor']}, {machine['cores']} cores, "
               f"{machine['threads']} threads for each; {machine['date']}. The fastest library of a row is marked."])


def accuracy(found: Document) -> Section:
    quantities = found["quantities"]
    libraries = list(dict.fromkeys(name for q in quantities for name in q["worst"]))

    def error(q: Document, name: str) -> float:
        return float(q["worst"][name]["ulps"]) if name in q["worst"] else float("nan")

    beyond = [q for q in quantities if not error(q, "tapes") <= float(q["bound"])]
    rows = [[q["op"], q["quantity"], *[_ulps(error(q, name)) if name in q["worst"] else ("-", "faint")
                                       for name in libraries]] for q in quantities]
    medians = [[name, f"{len(errors)}", _ulps(statistics.median(errors)), _ulps(max(errors))] for name in libraries
               if (errors := [error(q, name) for q in quantities if name in q["worst"]])]
    words = "Every op of tapes is within its declared bound." if found["within_bounds"] else \
        "An op of tapes is beyond its declared bound."
    return Section("accuracy", "Accuracy", found["within_bounds"], words,
                   [f"{q['op']}, {q['quantity']}: {_ulps(error(q, 'tapes'))} ulp, where {q['bound']} is declared"
                    for q in beyond] if not found["within_bounds"] else [],
                   [Table("Of the worst errors, in units in the last place", ["library", "quantities", "median",
                                                                             "largest"], medians),
                    Table("The worst error of each op and its derivatives", ["op", "quantity", *libraries], rows, 2,
                          folded=len(rows) > 12)],
                   notes=["Over the whole domain of each op, against 50 digits."])


def train(found: Document) -> Section:
    results = found["results"]
    wrong = [f"{r['course']}: {r['trainer']}: {r['reason']}" for r in results if r["status"] in ("disagrees", "failed")]
    others = [r for r in results if r["trainer"] != "tapes" and r["status"] != "missing"]
    agreed = sum(r["status"] == "agrees" for r in others)
    declared = sum(r["status"] == "declared" for r in others)
    also = f", {declared} differ as declared" if declared else ""
    rows = []
    for r in results:
        look = {"agrees": "good", "declared": ""}.get(r["status"], "wrong")
        numbers = [f"{float(r['losses'][-1]):.6f}" if r["losses"] else "",
                   _distance(max(map(float, r["double"]))) if r["double"] else "",
                   _distance(float(r["single"][-1])) if r["single"] else ""]
        rows.append([r["course"], r["trainer"], ("", "") if r["trainer"] == "tapes" else (r["status"], look), *numbers])
    charts = []
    for course in dict.fromkeys(r["course"] for r in results):
        here = [r for r in results if r["course"] == course]
        charts.append(chart(f"{course}: loss, step by step", {r["trainer"]: r["losses"] for r in here if r["losses"]}))
        charts.append(chart(f"{course}: weights in single precision, distance from tapes", {
            r["trainer"]: r["single"] for r in here if r["single"] and r["trainer"] != "tapes"}))
    return Section("train", "Trajectories", found["agree"],
                   f"{agreed} of {len(others)} paths agree with that of tapes to {found['tolerance']:.0e} over "
                   f"{found['steps']} steps in double precision{also}.", wrong,
                   [Table("How far weights are from those of tapes, at most in double, at the end in single precision",
                          ["course", "trained by", "path", "last loss", "double", "single"], rows, 3)],
                   [each for each in charts if each is not None],
                   notes=list(dict.fromkeys(f"Declared: {r['reason']}." for r in results if r["status"] == "declared")))


def semantics(found: Document) -> Section:
    programs, gaps = found["programs"], found["gaps"] or []
    wrong = [f"{p['name']}: {p['verdict']}" for p in programs if not p["ok"]] + gaps
    differ = [p for p in programs if p["because"] and p["ok"]]
    topics = {rule["name"]: rule["topic"] for rule in found["rules"]}
    counted = [[topic, *[str(number) for number in (
        sum(t == topic for t in topics.values()), len(here), sum(p["ok"] and not p["because"] for p in here),
        sum(p["ok"] and bool(p["because"]) for p in here), sum(not p["ok"] for p in here))]]
        for topic in dict.fromkeys(topics.values())
        if (here := [p for p in programs if topics.get(p["rule"]) == topic])]
    return Section("semantics", "Semantics", found["agree"],
                   f"{sum(p['ok'] for p in programs)} of {len(programs)} programs behave as they should, {len(differ)} "
                   "of them differently from TensorFlow on purpose.", wrong,
                   [Table("By topic", ["topic", "rules", "programs", "agree", "on purpose", "wrong"], counted),
                    Table("Different from TensorFlow on purpose", ["rule", "what", "why", "tapes", "TensorFlow"],
                          [[p["rule"], p["shows"], p["because"], p["expected"]["tapes"], p["expected"]["tensorflow"]]
                           for p in differ], 5, folded=True)])


def ops(found: Document) -> Section:
    cells = found["cells"]
    wrong = [f"{c['op']} {c['sample']} {c['width']}, {c['check']}, against {c['oracle']}: {c['reason']}"
             for c in cells if c["verdict"] == "failed"]
    oracles = found["oracles"]
    rows = []
    for op in dict.fromkeys(c["op"] for c in cells):
        here = [c for c in cells if c["op"] == op]
        rows.append([op, *[_worst([c for c in here if c["oracle"] == oracle]) for oracle in oracles]])
    checked = sum(c["verdict"] == "ok" for c in cells)
    return Section("ops", "Ops", found["right"],
                   f"{len(rows)} ops: {checked:,} comparisons, " + (f"{len(wrong)} of them wrong." if wrong else
                                                                  "none of them wrong."), wrong,
                   [Table("The largest error of each op, in ulps, in any check against an oracle", ["op", *oracles],
                          rows, folded=len(rows) > 12)])


def conventions(found: Document) -> Section:
    answers = [(row, name, answer) for row in found["rows"] for name, answer in row["answers"].items()]
    measured = [each for each in answers if each[2]["as_declared"] is not None]
    wrong = [f"{row['name']}: {name}: declared {a['declared']}, measured {a['measured']}"
             for row, name, a in measured if not a["as_declared"]]
    rows = []
    for row in found["rows"]:
        who: dict[str, list[str]] = {}
        for name, answer in row["answers"].items():
            who.setdefault(answer["declared"], []).append(name)
        rows.append([row["name"], "; ".join(f"{answer}: {', '.join(names)}" for answer, names in who.items()),
                     row["why"]])
    return Section("conventions", "Conventions", found["as_declared"],
                   f"{len(measured) - len(wrong)} of {len(measured)} answers are as declared.", wrong,
                   [Table("Where libraries differ, or the formula breaks: who gives what, and why",
                          ["point", "answers", "why"], rows, 3, folded=True)])


def fuzz(found: Document) -> Section:
    kinds = [kind for kind in next(iter(found["verdicts"].values()))
             if any(counts[kind] for counts in found["verdicts"].values())]
    counted = [[name, found["libraries"][name], f"{sum(counts.values()):,}",
                *[(f"{counts[kind]:,}", "wrong" if kind == "DISAGREE" and counts[kind] else "") for kind in kinds]]
               for name, counts in found["verdicts"].items()]
    notes = [[note["library"], note["verdict"], f"{note['programs']:,}",
              f"{note['note']}: {note['why']}" if note["why"] else note["note"]] for note in found["notes"]]
    wrong = [f"program {number}: tapes and {failure['library']} disagree: {failure['why']}"
             for number, failure in enumerate(found["failures"], 1)]
    seed = found["settings"]["seed"]
    return Section("fuzz", f"Random programs, seed {seed}", found["agree"],
                   f"{found['programs']:,} programs: {found['verdict']}", wrong,
                   [Table("What came of the programs", ["library", "version", "programs", *kinds], counted, 2),
                    *[Table("What differs as declared, and what could not be asked, and why",
                            ["library", "verdict", "programs", "what"], notes, 4, folded=True)] * bool(notes)],
                   notes=["Tapes, jacobians and accumulators around ops that chance has chosen; a program that "
                          "disagrees is made as short as it can be."],
                   scripts=[*zip(wrong, [failure["script"] for failure in found["failures"]], strict=True)])


def explain(found: Document) -> Section:
    steps = [step for step in found["steps"] if "tape" in step]
    libraries = list(steps[0]["libraries"]) if steps else []
    rows = [[step["value"], f"{step['step']}", step["op"], ", ".join(step["inputs"]), _adjoint(step["tape"]),
             *[_answer(step["libraries"][name]) for name in libraries], (step["mark"], "wrong")]
            for step in reversed(steps)]
    bad = [each["says"] for each in found["verdict"] if each["bad"]]
    settings = found["settings"]
    return Section("explain", f"Every adjoint: {settings['loss']}", not bad, (bad or [found["verdict"][0]["says"]])[0],
                   bad[1:],
                   [Table("From the loss backwards: the adjoint on the tape, and how far it and others are from the "
                          "reference", ["value", "step", "op", "inputs", "tape", *libraries, ""], rows, 4,
                          folded=len(rows) > 12)],
                   notes=[f"In {settings['dtype']}, seed {settings['seed']}; distances in units in the last place of "
                          "the largest entry."])


READERS: dict[str, Callable[[Document], Section]] = {
    "speed": speed, "accuracy": accuracy, "train": train, "semantics": semantics, "ops": ops,
    "conventions": conventions, "fuzz": fuzz, "explain": explain}


def _distance(relative: float) -> str:
    return f"{relative:.0e}" if relative else "0"


def _ulps(error: float) -> str:
    return f"{error:.1f}" if error < 1e4 else f"{error:.0e}"


def _worst(cells: Iterable[Document]) -> Any:
    cells = list(cells)
    if any(c["verdict"] == "failed" for c in cells):
        return ("WRONG", "wrong")
    errors = [float(c["ulps"]) for c in cells if c["verdict"] == "ok"]
    return _ulps(max(errors)) if errors else ("-", "faint")


def _adjoint(tape: Document) -> Any:
    """A single number as it is, else how far off the entries are."""
    adjoint = tape["adjoint"]
    return f"{float(adjoint[0]):.6g}" if adjoint is not None and len(adjoint) == 1 else _answer(tape)


def _answer(cell: Document) -> Any:
    if cell["status"] == "no answer":
        return ("-", "faint")
    text = "None" if cell["none"] else cell["status"] if cell["ulps"] is None else f"{_ulps(float(cell['ulps']))} ulp"
    return (text, "wrong" if cell["status"] == "differs" else "")
