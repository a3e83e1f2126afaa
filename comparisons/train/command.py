"""`python -m comparisons train`: every library trains the same model; the verdict, then how far the weights part."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from .. import report
from ..libraries import LIBRARIES, require
from ..problem import LossError
from . import keras
from .backends import TRAINERS
from .course import COURSES
from .judge import AGREES, DECLARED, DISAGREES, FAILED, MISSING, TOLERANCE, Result, judged
from .path import Path

AGREE, DISAGREE = 0, 1
SHOWN = (1, 10, 50, 100, 200)  # the steps in the table


def train(arguments: argparse.Namespace) -> int:
    """Train, show, and say by the exit status whether all agree."""
    report.writable(arguments.json)
    report.writable(arguments.plot, "--plot")
    if arguments.plot is not None:
        require("matplotlib")
    courses = _chosen(arguments.courses, COURSES, "COURSE")
    names = _chosen((arguments.only or ",".join(TRAINERS)).split(","), TRAINERS, "--only")
    screen = report.console()
    results: list[Result] = []
    with screen.status("") as status:
        for course in courses:
            def progress(text: str, place: str = course, status: Any = status) -> None:
                status.update(f"{place}: {text}")
                if not screen.is_terminal:
                    print(f"{place}: {text} ...", file=sys.stderr, flush=True)

            results += trained(course, names, arguments.steps, progress)
    wrong = [result for result in results if result.status in (DISAGREES, FAILED)]
    if arguments.json is not None:
        report.write({"schema": 1, "steps": arguments.steps, "tolerance": TOLERANCE, "agree": not wrong,
                      "results": [{key: _finite(value) for key, value in asdict(result).items()}
                                  for result in results]}, arguments.json)
    if arguments.plot is not None:
        from .plot import plot

        plot(results, arguments.plot)
    _tell(screen, results, wrong, arguments.steps)
    if arguments.json is not None:
        screen.print(f"Written to {escape(str(arguments.json))}.")
    if arguments.plot is not None:
        screen.print(f"Drawn in {escape(str(arguments.plot))}.")
    return AGREE if not wrong and any(result.double for result in results) else DISAGREE


def trained(name: str, names: list[str], steps: int, progress: Any = lambda text: None) -> list[Result]:
    """One course, by each trainer."""
    import tapes

    course = COURSES[name]
    rng = np.random.default_rng(2)
    weights = [np.array(v) if "moving" in v.name or v.name in ("gamma", "beta", "bias") else
               rng.uniform(-0.3, 0.3, v.shape) for v in keras.model(tapes, course, "float64").weights]
    progress("tapes")
    train = TRAINERS["tapes"].open()
    own: tuple[Path, Path] = (train(course, weights, "float64", steps), train(course, weights, "float32", steps))
    results = [Result(name, "tapes", AGREES, "is what the others are held against", None,
                      own[1].differences(own[0]), own[0].losses)]
    for trainer in [each for each in names if each != "tapes"]:
        missing = TRAINERS[trainer].missing
        if missing:
            results.append(Result(name, trainer, MISSING, ", ".join(library.install for library in missing)))
            continue
        progress(trainer)
        try:
            train = TRAINERS[trainer].open()
            paths = train(course, weights, "float64", steps), train(course, weights, "float32", steps)
            results.append(judged(course, trainer, paths, own))
        except Exception as error:  # whatever another library may raise
            results.append(Result(name, trainer, FAILED, f"{type(error).__name__}: {error}"))
    return results


def _chosen(given: list[str], known: dict[str, Any], option: str) -> list[str]:
    names = [name.strip() for name in given if name.strip()] or [*known]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise LossError(f"{option} takes names from {', '.join(known)}; got {', '.join(unknown)}")
    return [name for name in known if name in names]


def _tell(screen: Console, results: list[Result], wrong: list[Result], steps: int) -> None:
    compared = [result for result in results if result.trainer != "tapes" and result.status != MISSING]
    agreed = sum(result.status == AGREES for result in compared)
    declared = sum(result.status == DECLARED for result in compared)
    if not compared:
        screen.print("[red bold]Nothing could be compared.[/red bold]")
    else:
        style = "red bold" if wrong else "green bold"
        also = f", {declared} differ as declared" if declared else ""
        screen.print(f"[{style}]{agreed} of {len(compared)} paths agree with that of tapes to {TOLERANCE:.0e} over "
                     f"{steps} steps in double precision{also}.[/{style}]")
    for result in wrong:
        screen.print(f"[red]WRONG[/red] {escape(f'{result.course}: {result.trainer}: {result.reason}')}",
                     soft_wrap=True)
    for library in dict.fromkeys(name for result in results for name in (
            TRAINERS[result.trainer].needs if result.status == MISSING else ())):
        if not LIBRARIES[library].installed:
            screen.print(f"Not compared: {library} ({LIBRARIES[library].install})")
    screen.print()
    report.show(screen, _table(results, steps))
    screen.print("\nEach number is the largest difference of a weight from that of tapes, over the largest weight of "
                 "its array. single: in float32, at this step; in the line of tapes, from its own path in float64. A "
                 "float32 weight is off by up to 6e-8 of itself after every rounding; where the loss is bent, a "
                 "difference grows from step to step, and where two entries of a maximum or the two sides of a relu "
                 "are nearly equal, libraries may take different ones: then it jumps.")
    for reason in dict.fromkeys(result.reason for result in results if result.status == DECLARED):
        report.item(screen, f"declared: {reason}.")


def _table(results: list[Result], steps: int) -> Table:
    shown = [step for step in SHOWN if step <= steps]
    table = Table(box=None, pad_edge=False)
    for column in ("course", "trained by", ""):
        table.add_column(column, no_wrap=True)
    for column in ("last loss", "double", *[f"single\n{step}" for step in shown]):
        table.add_column(column, justify="right", no_wrap=True)
    for result in results:
        title = TRAINERS[result.trainer].name
        if result.losses is None or result.single is None:
            table.add_row(result.course, title, result.status)
            continue
        style = {AGREES: "green", DECLARED: "yellow"}.get(result.status, "red")
        double = _short(max(result.double)) if result.double else ""
        status = "" if result.trainer == "tapes" else f"[{style}]{result.status}[/{style}]"
        table.add_row(result.course, title, status, f"{result.losses[-1]:.6f}", double,
                      *[_short(result.single[step - 1]) for step in shown])
    return table


def _short(difference: float) -> str:
    return f"{difference:.0e}" if difference else "0"


def _finite(value: Any) -> Any:
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return str(value) if isinstance(value, float) and not np.isfinite(value) else value
