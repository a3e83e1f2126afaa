"""A program is a few lines that run on any tape unchanged, together with the outcome that is expected of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Program:
    """A rule of the tape as something that can be run.

    Attributes:
        run: the program, a function of the library; whatever it returns or raises is its outcome.
        rule: the short name of the rule, such as "W3".
        title: the rule in one sentence.
        tapes: the expected outcome on tapes, as `Outcome.text` prints it; "..." at the end stands for any rest.
        tensorflow: the expected outcome on TensorFlow.
        because: why the two are meant to differ, or "" where they must agree.
    """

    run: Callable[[Any], Any]
    rule: str
    title: str
    tapes: str
    tensorflow: str
    because: str = ""

    @property
    def name(self) -> str:
        """Its group and the name of its function, such as "recording.after_the_block"."""
        return f"{self.group}.{self.run.__name__}"

    @property
    def group(self) -> str:
        return self.run.__module__.rpartition(".")[2]


registry: dict[str, Program] = {}  # by name, in the order of the rules


def program(rule: str, title: str, outcome: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a program that has one and the same outcome on tapes and on TensorFlow."""
    return _registering(rule, title, outcome, outcome, "")


def differing(rule: str, title: str, *, tapes: str, tensorflow: str,
              because: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a program whose outcome on tapes is on purpose another one than on TensorFlow."""
    return _registering(rule, title, tapes, tensorflow, because)


def _registering(rule: str, title: str, tapes: str, tensorflow: str,
                 because: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    def register(run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        new = Program(run, rule, title, tapes, tensorflow, because)
        if new.name in registry:
            raise ValueError(f"there is a program {new.name} already")
        registry[new.name] = new
        return run

    return register


def attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a call gives, or for an exception its type and first words: for programs that try several things."""
    try:
        return function(*arguments)
    except Exception as error:  # whatever it is, it is what the program is about
        return f"{type(error).__name__}: {' '.join(str(error).split()[:5])}"
