"""Each other library is optional: what is missing is said, with the line that installs it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True)
class Library:
    """An importable module, the distribution that brings it, and the extra of this project that names it."""

    module: str
    distribution: str
    extra: str

    @property
    def install(self) -> str:
        """The line to type."""
        return f"pip install {self.distribution}"

    @property
    def installed(self) -> bool:
        try:
            return importlib.util.find_spec(self.module) is not None
        except (ImportError, ValueError):  # a module that was made unimportable counts as missing
            return False

    @property
    def version(self) -> str:
        """Its version, or "" when it is missing."""
        try:
            return importlib.metadata.version(self.distribution) if self.installed else ""
        except importlib.metadata.PackageNotFoundError:
            return "unknown"


LIBRARIES = {library.module: library for library in (
    Library("tensorflow", "tensorflow", "compare"),
    Library("jax", "jax", "compare"),
    Library("sympy", "sympy", "compare"),
    Library("rich", "rich", "compare"),
    Library("jinja2", "jinja2", "compare"),
    Library("sklearn", "scikit-learn", "compare"),
    Library("hypothesis", "hypothesis", "compare"),
    Library("joblib", "joblib", "compare"),
    Library("optax", "optax", "peers"),
    Library("torch", "torch", "peers"),
    Library("autograd", "autograd", "peers"),
    Library("mygrad", "mygrad", "peers"),
    Library("micrograd", "micrograd", "peers"),
    Library("matplotlib", "matplotlib", "peers"),
    Library("psutil", "psutil", "test"),
)}


class MissingLibrary(ImportError):
    """A library that a comparison needs is not installed; the text gives the line that installs it."""

    def __init__(self, library: Library) -> None:
        super().__init__(f"{library.distribution} is not installed: {library.install}")
        self.library = library


def require(module: str) -> None:
    """MissingLibrary unless the module can be imported."""
    if not LIBRARIES[module].installed:
        raise MissingLibrary(LIBRARIES[module])
