"""One program on tapes and on every library that was asked for, and the script that shows what they answer."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence

from ..semantics.observe import TAPES, tensorflow_library
from ..semantics.outcome import Outcome
from . import functional
from .declared import choices, named
from .declared_jax import DECLARED_JAX
from .judge import SKIPPED, Judge, Verdict, against_tensorflow, answers
from .language import Forward, Program, within


def judged(program: Program, libraries: Sequence[str]) -> dict[str, Verdict]:
    """For each library the verdict on what tapes answers."""
    own = answers(program, TAPES)
    verdicts: dict[str, Verdict] = {}
    if "tensorflow" in libraries and nested_accumulators(program):
        verdicts["tensorflow"] = Verdict(SKIPPED, "accumulators in each other, of which TensorFlow's are wrong "
                                                  "(docs/findings.md)")
    elif "tensorflow" in libraries:
        verdicts["tensorflow"] = against_tensorflow(program, own, tensorflow_library())
    if "jax" in libraries:
        def otherwise(program: Program) -> Iterator[tuple[str, Outcome, Outcome]]:
            for differences in choices(program.text(), DECLARED_JAX):
                yield named(differences), own, functional.answers(program, differences)

        try:
            verdicts["jax"] = Judge(program, own, functional.answers, otherwise, zeros=True).verdict()
        except functional.Inexpressible as reason:
            verdicts["jax"] = Verdict(SKIPPED, str(reason))
    return verdicts


def nested_accumulators(program: Program) -> bool:
    """Whether a ForwardAccumulator stands inside of another."""
    outer = [each for each in program.statements() if isinstance(each, Forward)]
    return any(isinstance(each, Forward) for forward in outer for each in within(forward.body))


SCRIPT = '''"""{why}"""

import numpy as np
import {library}

import tapes{imports}

np.set_printoptions(precision=17)


{program}

for name, run in {{"tapes": lambda: {on_tapes}, "{library}": lambda: {on_library}}}.items():
    print(name)
    try:
        for result, value in run().items():
            print(" ", result, "=", value if value is None else np.array(value))
    except Exception as error:
        print(" ", type(error).__name__, error)
'''


def script(program: Program, library: str, why: str) -> str:
    """A Python file that runs the very text that failed, on both libraries, and shows both answers."""
    text, imports, on_library = program.text(), "", "program(tensorflow)"
    if library == "jax":
        text += "\n\n" + functional.text(program).replace("def program", "def functional")
        imports, on_library = "\nfrom comparisons.fuzz.functional import names", "functional(names(), jax)"
    return SCRIPT.format(why=f"tapes and {library} disagree: {' '.join(why.split())}.", library=library,
                         imports=imports, program=text, on_tapes="program(tapes)", on_library=on_library)


def worker() -> str:
    """The process and thread we are in."""
    return f"{os.getpid()} {threading.current_thread().name}"
