"""A comparison as a page: the verdict, each loss with its tables, maps and formulas, and what else was measured."""

from __future__ import annotations

import base64
import datetime
import hashlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import tapes

from .. import report
from ..backends import COLUMNS, DIFFERENTIATORS, ORACLES
from ..compare import AGREES, Comparison, Row
from ..problem import SYMBOLIC_ROWS, Problem
from ..run.verdict import Verdict
from ..speed.machine import processor
from ..whole import Whole, wholes
from . import maps
from .corners import Corner, met
from .sections import Section

FOLDER = Path(__file__).parent
FEW = 64  # entries of a gradient that are also written out
MOST = 10  # findings that are told at once; one opens the others


@dataclass(frozen=True)
class Card:
    """One library's gradient by one input: the map, how far each entry is off, and how many are how far off."""

    library: str
    status: str
    words: str
    gradient: maps.Map
    off: maps.Map | None
    off_by: str
    bars: maps.Bars | None


@dataclass(frozen=True)
class Closer:
    """A row of a table, seen from near: the cards, and the numbers where they are few."""

    cards: Sequence[Card]
    origin: str
    entries: Sequence[Sequence[str]]
    head: Sequence[str]


@dataclass(frozen=True)
class Formulas:
    """What SymPy derived.

    Attributes:
        parts: what the formulas share, each a symbol and an expression, as mathematics.
        derivatives: for the first entry of each input, for one row of data, the symbol and the derivative by it.
        cut: whether of long sums only some terms are there.
        texts: the same for as many rows as were compared, as text.
        rows: how many that is.
    """

    parts: Sequence[tuple[Any, Any]]
    derivatives: Sequence[tuple[Any, Any]]
    cut: bool
    texts: Sequence[tuple[str, str]]
    rows: int


@dataclass(frozen=True)
class Shown:
    """One loss as the page shows it; its badge is "agrees", "WRONG" or "not compared"."""

    comparison: Comparison
    badge: str
    findings: Sequence[tuple[str, str, str]]
    stages: Sequence[tuple[str, list[str], list[tuple[Row, Closer | None]]]]
    source: Any
    derivation: str
    formulas: Formulas | None
    corners: Sequence[Corner]


def write(path: Path, comparisons: Sequence[Comparison], verdict: Verdict, sections: Sequence[Section],
          settings: dict[str, Any]) -> None:
    """Write the page; the file appears whole or not at all."""
    report.write_text(render(comparisons, verdict, sections, settings), path)


def render(comparisons: Sequence[Comparison], verdict: Verdict, sections: Sequence[Section],
           settings: dict[str, Any]) -> str:
    """The page as text. Jinja escapes all that is put into it; what is already HTML is marked as such, here."""
    import jinja2
    from markupsafe import Markup

    style = (FOLDER / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(FOLDER), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.globals.update(quantity=report.quantity, allowed=report.allowed, MOST=MOST,
                               words=partial(report.cell_words, brief=False), bar_height=maps.TALL, bar_width=maps.WIDE)
    return environment.get_template("page.html").render(
        style=Markup(style), digest=digest, verdict=verdict, sections=sections, settings=settings,
        counted=counted(comparisons), losses=[shown(comparison, verdict) for comparison in comparisons],
        summary=report.summary(comparisons), heading=report.SUMMARY,
        versions=[(b.name, report.version_of(b) or "missing", b.title) for b in COLUMNS.values()],
        machine=f"{processor()}, {platform.platform()}, Python {platform.python_version()}, NumPy {np.__version__}",
        date=f"{datetime.datetime.now():%Y-%m-%d %H:%M}")


def counted(comparisons: Sequence[Comparison]) -> str:
    """How many results agree with what."""
    rows = [row for comparison in comparisons for row in comparison.rows]
    agreeing = [name for row in rows for name, cell in row.cells.items() if cell.status == AGREES]
    asked = [name for name in COLUMNS if name in agreeing]
    libraries = [name for name in asked if name in DIFFERENTIATORS]
    oracles = ", and of the other oracles," if len(asked) > len(libraries) else ""
    references = [words for name, words in report.REFERENCES.items() if any(row.reference == name for row in rows)]
    return f"{len(agreeing)} results of {', '.join(libraries)}{oracles} agree with {', and with '.join(references)}."


def shown(comparison: Comparison, verdict: Verdict) -> Shown:
    """All that is said about one loss."""
    problem = comparison.problem
    findings = [(word, "", text) for word, loss, text in verdict.findings if loss == problem.name]
    gradients = wholes(comparison)
    stages = []
    for title, rows in report.stages(comparison):
        last = comparison.stage is not None and rows[0].stage == comparison.stage.reference
        near = {row.parameter: closer(row, gradients[row.parameter], problem.dtype) for row in rows
                if last and row.order == 1}
        stages.append((title, [name for name in rows[0].cells if COLUMNS[name].available],
                       [(row, near.get(row.parameter) if row.order == 1 else None) for row in rows]))
    symbolic = ORACLES["sympy"].available and any("sympy" in row.cells for row in comparison.rows)
    compared = any(cell.status == AGREES for row in comparison.rows for cell in row.cells.values())
    wrong = any(word != "BLAME" for word, *_ in findings)
    badge = "WRONG" if wrong else "agrees" if compared else "not compared"
    return Shown(comparison, badge, findings, stages, highlighted(problem), derived(problem),
                 formulas(problem) if symbolic else None, met(problem))


def closer(row: Row, whole: Whole, dtype: np.dtype) -> Closer:
    """The whole gradients of all libraries: their maps share a scale, and so do the maps of what they are off by."""
    reference = whole.reference
    finite = [np.max(np.abs(g[np.isfinite(g)]), initial=0) for g in (whole.found.values() if reference is None else
                                                                      [reference])]
    most = float(max(finite, default=0))
    with np.errstate(invalid="ignore", over="ignore"):
        off = {} if reference is None else {name: (g.astype(np.longdouble) - reference).astype(np.float64)
                                            for name, g in whole.found.items()}
    ulp = float(np.spacing(dtype.type(most or 1)))
    ulps = {name: error / ulp for name, error in off.items()}
    usual = max((float(np.max(np.abs(error), initial=0)) for name, error in ulps.items()
                 if row.cells[name].status == AGREES and np.isfinite(error).all()), default=0.0)
    bins = maps.bounds([*ulps.values()])
    cards = []
    for name, gradient in whole.found.items():
        drawn, by, bars = None, "", None
        if name in ulps:
            error = ulps[name]
            own = float(np.max(np.abs(error[np.isfinite(error)]), initial=0))
            scale = max(usual, own if row.cells[name].status != AGREES else 0.0)
            drawn = maps.picture(error, scale, f"What {name} is off by, in ulps")
            by = f"±{maps.short(scale)} ulp"
            bars = maps.histogram(error, bins) if whole.exact else None
        cards.append(Card(name, row.cells[name].status, report.cell_words(row.cells[name], False)[0],
                          maps.picture(gradient, most, f"{report.quantity(row)} of {name}"), drawn, by, bars))
    few = [] if reference is None or reference.size > FEW else [
        [str(list(map(int, place))) if place else "", _digits(reference[place]),
         *[_digits(g[place]) for g in whole.found.values()]] for place in np.ndindex(reference.shape)]
    return Closer(cards, whole.origin, few, ["entry", "reference", *whole.found])


def _digits(number: Any) -> str:
    """All that it has."""
    return np.format_float_scientific(number, trim="-") if np.isfinite(number) else str(number)


def highlighted(problem: Problem) -> Any:
    """The file of a loss, its syntax marked."""
    import pygments
    from markupsafe import Markup
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    text = problem.path.read_text(encoding="utf-8", errors="replace")
    return Markup(pygments.highlight(text, PythonLexer(), HtmlFormatter(nowrap=True)))  # which escapes the text


def derived(problem: Problem) -> str:
    """The derivation in matrix notation; "" for a loss that it cannot be written for."""
    given = problem.inputs | problem.data
    try:
        return str(tapes.view.derivation(partial(problem.function, tapes), *given.values(), sources=[*problem.inputs]))
    except Exception:  # it is an addition to the comparison, and must not stop it
        return ""


def formulas(problem: Problem) -> Formulas | None:
    """What SymPy derived, where the loss is small enough to print."""
    from markupsafe import Markup

    from .formula import mathml, shortened

    symbolic: Any = ORACLES["sympy"].open()
    try:
        one = [*symbolic.derivatives(problem.first_rows(1))]
        several = [*symbolic.derivatives(problem.first_rows(SYMBOLIC_ROWS))]
    except Exception:  # a name that SymPy's namespace lacks: the tables say so
        return None
    parts, rest = shortened([expression for _, expression in one])
    cut = False

    def drawn(symbol: Any, expression: Any) -> tuple[Any, Any]:
        nonlocal cut
        text, shorter = mathml(expression)
        cut |= shorter
        return Markup(mathml(symbol)[0]), Markup(text)  # SymPy's printer, which is given escaped names

    shared = [drawn(*part) for part in parts]
    derivatives = [drawn(symbol, each) for (symbol, _), each in zip(one, rest)]
    return Formulas(shared, derivatives, cut, [(str(symbol), str(each)) for symbol, each in several],
                    min(problem.rows, SYMBOLIC_ROWS)) if one else None
