"""TensorFlow's GradientTape, in eager mode and on the CPU: what `tapes` mirrors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .tape import GradientTapes


@contextmanager
def _silent() -> Iterator[None]:
    """Drop what C++ writes to the error stream before it heeds its log level; Python's exceptions pass."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
with _silent():
    import tensorflow

    tensorflow.constant(0.0)  # the first tensor looks for devices, and speaks

BACKEND = GradientTapes(tensorflow)
