"""Names in formulas: as marks while the formulas are made, and then as text or as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable

NAME = re.compile("\x01(.*?)\x02")  # where the name of a value stands
PLACE = re.compile("\x03(-?\\d+)\x04")  # where a number counts something, such as the rounds of a loop
GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi",
          "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega")


def marked(name: str) -> str:
    return f"\x01{name}\x02"


def counted(number: int) -> str:
    return f"\x03{number}\x04"


def unmarked(text: str, name: Callable[[str], str] = str) -> str:
    """Without marks; of each name what `name` makes of it."""
    return PLACE.sub(r"\1", NAME.sub(lambda found: name(found[1]), text))


def symbol(name: str, index: str = "") -> str:
    """A name in LaTeX: `W1` with an index, Greek letters as such, a word upright; `index` stands below it too."""
    if name.startswith("δ"):
        return rf"\delta_{{{symbol(name[1:], index)}}}"
    if name.isdigit():
        return name
    stem, number = re.fullmatch(r"(.*?)_?(\d*)", name).groups()  # type: ignore[union-attr]
    if stem.lower() in GREEK:
        stem = f"\\{stem}" if stem in GREEK else rf"\mathrm{{{stem}}}"
    elif len(stem) != 1:
        stem = rf"\mathrm{{{escaped(stem)}}}"
    below = ",".join(filter(None, (number, index)))
    return f"{stem}_{{{below}}}" if below else stem


def escaped(text: str) -> str:
    """Any text as LaTeX that shows it."""
    special = {"\\": r"\backslash ", **{letter: f"\\{letter}" for letter in "_%&#${}"},
               "^": r"\hat{}", "~": r"\sim "}
    return "".join(special.get(letter, letter) for letter in text)
