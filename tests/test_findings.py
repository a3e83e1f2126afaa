"""What docs/findings.md says of other libraries is run again: a finding that is no longer true has to leave."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from comparisons.libraries import LIBRARIES
from comparisons.semantics.observe import tensorflow_library

FILE = Path(__file__).parent.parent / "docs" / "findings.md"
FINDINGS = dict(re.findall(r"^## (.+?)\n.*?```python\n(.*?)```", FILE.read_text(encoding="utf-8"), re.DOTALL | re.M))
THEY_NEED = ("tensorflow", "jax", "sympy")  # SymPy brings mpmath
needs = [LIBRARIES[name] for name in THEY_NEED if not LIBRARIES[name].installed]


@pytest.mark.skipif(bool(needs), reason="; ".join(library.install for library in needs))
@pytest.mark.parametrize("title", FINDINGS)
def test_the_finding_is_still_real(title):
    tensorflow_library()  # silently
    exec(compile(FINDINGS[title], str(FILE), "exec"), {})


def test_each_finding_has_a_script_that_can_fail():
    assert len(FINDINGS) == FILE.read_text(encoding="utf-8").count("\n## ") >= 10
    assert all("assert " in script for script in FINDINGS.values())


@pytest.mark.skipif(bool(needs), reason="; ".join(library.install for library in needs))
def test_the_versions_are_those_of_the_page():
    for library, name in (("tensorflow", "TensorFlow"), ("jax", "JAX")):
        pinned = re.search(rf"^{library}==(.+)$", (FILE.parent.parent / "constraints.txt").read_text(), re.M)[1]
        assert f"{name} {pinned}" in FILE.read_text(encoding="utf-8")
