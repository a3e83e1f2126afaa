"""One program on tapes and on every library that was asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

from ..semantics.observe import TAPES, tensorflow_library
from .judge import Verdict, against_tensorflow, answers
from .language import Program


def judged(program: Program, libraries: Sequence[str]) -> dict[str, Verdict]:
    """For each library the verdict on what tapes answers."""
    own = answers(program, TAPES)
    verdicts: dict[str, Verdict] = {}
    if "tensorflow" in libraries:
        verdicts["tensorflow"] = against_tensorflow(program, own, tensorflow_library())
    return verdicts


SCRIPT = '''"""{why}"""

import numpy as np
import tensorflow

import tapes

np.set_printoptions(precision=17)


{program}

for library in (tapes, tensorflow):
    print(library.__name__)
    try:
        for name, value in program(library).items():
            print(" ", name, "=", None if value is None else value.numpy())
    except Exception as error:
        print(" ", type(error).__name__, error)
'''


def script(program: Program, library: str, why: str) -> str:
    """A Python file that runs the very text that failed, on both libraries, and shows both answers."""
    return SCRIPT.format(why=f"tapes and {library} disagree: {why}.", program=program.text())


def worker() -> str:
    return f"{os.getpid()} {threading.current_thread().name}"
