"""What several tests share: the command line as a user runs it, with or without a library."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

_BLOCKER = """
import importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def run_python(tmp_path: Path) -> Run:
    """Run Python in a process of its own; `without` names modules that are made to look not installed."""

    def run(*arguments: str, without: tuple[str, ...] = (), cwd: Path = ROOT) -> subprocess.CompletedProcess:
        folder = tmp_path / "site"
        folder.mkdir(exist_ok=True)
        (folder / "sitecustomize.py").write_text(_BLOCKER.format(names=set(without)) if without else "")
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}
        return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=environment,
                              timeout=600, check=False)

    return run


@pytest.fixture
def comparisons(run_python: Run) -> Run:
    """Run the command line of comparisons."""
    return lambda *arguments, **options: run_python("-m", "comparisons", *arguments, **options)
