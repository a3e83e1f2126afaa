"""Every row of the registry is right: value, gradient and second order, by every oracle that can speak about it."""

from __future__ import annotations

import functools

import pytest

import tapes  # noqa: F401 - fills the registry
from comparisons.libraries import LIBRARIES
from comparisons.ops import check
from comparisons.ops.answers import FIRST
from comparisons.ops.oracles import LIBRARY
from comparisons.ops.samples import BOOKKEEPING, samples
from comparisons.ops.spelling import MISSING
from tapes.op import registry

ROWS = [name for name in registry if name not in BOOKKEEPING]


@functools.cache
def cells(row):
    return check.check(registry[row])


def oracle(name):
    library = LIBRARIES.get(LIBRARY.get(name, ""))
    missing = library is not None and not library.installed
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=library.install if missing else ""))


def verdicts(row, name):
    found = [cell for cell in cells(row) if cell.oracle == name]
    wrong = [cell for cell in found if cell.verdict == check.FAILED]
    assert not wrong, "\n".join(map(str, wrong))
    assert all(cell.reason for cell in found if cell.verdict == check.NOT_CHECKED)
    return found


@pytest.mark.parametrize("name", ["complex step", "central differences", oracle("SymPy")])
@pytest.mark.parametrize("row", ROWS)
def test_derivatives(row, name):
    verdicts(row, name)


@pytest.mark.parametrize("name", [oracle("TensorFlow"), oracle("JAX"), oracle("torch")])
@pytest.mark.parametrize("row", ROWS)
def test_the_other_libraries(row, name):
    found = verdicts(row, name)
    assert any(cell.verdict == check.OK for cell in found) != (row in MISSING[name.lower()])


@pytest.mark.parametrize("row", ROWS)
def test_itself(row):
    """No rule raises, the two modes of the sweep agree, and linear means linear."""
    assert verdicts(row, "itself")
    assert bool(verdicts(row, "its definition")) == registry[row].linear


@pytest.mark.parametrize("row", ROWS)
def test_every_rule_is_checked_by_an_oracle_that_knows_no_library(row):
    differentiable = any(call.places and call.outputs for call in samples(registry[row]))
    checked = {cell.check for cell in cells(row)
               if cell.oracle == "central differences" and cell.verdict == check.OK}
    assert (FIRST in checked) == differentiable


@pytest.mark.parametrize("row", ROWS)
def test_samples(row):
    calls = list(samples(registry[row]))
    assert calls
    if not registry[row].examples:
        shapes = {tuple(x.shape for x in call.inputs) for call in calls}
        assert any(0 in shape for group in shapes for shape in group)
        assert len(calls[0].inputs) == 1 or any(len(set(group)) > 1 for group in shapes)
