"""Without the warnings about integers that are asked for their gradient, and about 0/0: here that is on purpose."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import numpy as np


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing is logged by tapes and TensorFlow, and NumPy does not warn."""
    loggers = [logging.getLogger(name) for name in ("tapes", "tensorflow")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with np.errstate(all="ignore"):
            yield
    finally:
        for logger, level in zip(loggers, levels):
            logger.setLevel(level)
