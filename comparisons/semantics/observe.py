"""Run a program on one library and write down what it did."""

from __future__ import annotations

import functools
import importlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import tapes
from tapes import arguments

from ..backends import DIFFERENTIATORS
from .outcome import Outcome, common, plain


@dataclass(frozen=True)
class Library:
    """What a program runs on: the module, and the counters by which it stops repeating a warning."""

    module: Any
    logger: str
    counted: dict[Any, int]


# TensorFlow compiles a function for each Jacobian; how often it did so in one process is no outcome of a program.
RETRACED = "triggered tf.function retracing"

TAPES = Library(tapes, "tapes", arguments.logged)


@functools.cache
def tensorflow_library() -> Library:
    """TensorFlow, on the CPU and without its start-up messages. MissingLibrary when it is not installed."""
    tensorflow = DIFFERENTIATORS["tensorflow"].open().tf
    tf_logging = importlib.import_module("tensorflow.python.platform.tf_logging")
    return Library(tensorflow, "tensorflow", tf_logging._log_counter_per_token)


def observe(run: Callable[[Any], Any], library: Library) -> Outcome:
    """The outcome of a program. Every run starts afresh: a warning that was logged before is logged again."""
    library.counted.clear()
    with _logged(library.logger) as messages:
        try:
            outcome = Outcome(plain(run(library.module)))
        except Exception as error:  # whatever it is, it is the outcome
            outcome = Outcome(raised=tuple(kind.__name__ for kind in type(error).__mro__[:-1]),
                              message=common(" ".join(str(error).split())))
    return replace(outcome, log=tuple(messages))


@contextmanager
def _logged(name: str) -> Iterator[list[str]]:
    """The warnings that go to a logger, which nobody else sees meanwhile."""
    logger, messages = logging.getLogger(name), []

    class Listing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if RETRACED not in record.getMessage():
                messages.append(common(record.getMessage()))

    handlers, propagate, level = logger.handlers[:], logger.propagate, logger.level
    logger.handlers[:], logger.propagate = [Listing()], False
    logger.setLevel(logging.WARNING)
    try:
        yield messages
    finally:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)
