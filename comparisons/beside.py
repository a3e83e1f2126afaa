"""For lessons: a library to set beside the tape, or one line saying that it is not installed."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from .libraries import LIBRARIES

QUIET = {"tensorflow": "comparisons.backends.tensorflow"}  # where it is imported without its messages


def beside(module: str) -> Any:
    """The module; or None, after a line that says it is not installed: `if tensorflow := beside("tensorflow"): ...`."""
    library = LIBRARIES[module.partition(".")[0]]
    if not library.installed:
        print(f"{library.distribution} is not installed, so its part is left out: {library.install}")
        return None
    if library.module == "matplotlib":  # without a screen, a plot is drawn in notebooks only, and that is well
        warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
    importlib.import_module(QUIET.get(module, module))
    return importlib.import_module(module)
