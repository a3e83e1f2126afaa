"""Where do values leave the tape? NumPy, float() and numpy() give numbers that no tape follows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from ..arguments import Line, users_line
from ..custom import Reads
from ..notices import hearing
from ..op import listening


class Exports:
    """Hears where values become NumPy arrays or Python numbers, which no tape follows."""

    def __init__(self) -> None:
        self.lines: dict[Line, str] = {}

    def notice(self, event: str, *about: Any) -> None:
        """Called for what happens beside the ops."""
        left = event == "export" or (event == "number" and about[1] in ("float", "complex"))
        if left and about[0]._array.dtype.kind in "fc" and not any(isinstance(one, Reads) for one in listening.now):
            self.lines[users_line()] = event  # within a custom_gradient the tape does not follow what is computed

    def places(self) -> str:
        """The lines, as many as are of use."""
        shown = [f"{os.path.basename(line.file)}, line {line.number}" for line in self.lines][:2]
        return f"by NumPy, float() or numpy() ({'; '.join(shown)})"


@contextlib.contextmanager
def exports() -> Iterator[Exports]:
    """Listen for values that leave the tape in a `with` block."""
    listener = Exports()
    hearing.now.append(listener)
    try:
        yield listener
    finally:
        hearing.now.remove(listener)
