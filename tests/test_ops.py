"""Every row of the registry is right, by every oracle that can speak about it, in all orders, and at special points."""

from __future__ import annotations

import ast
import re

import numpy as np
import pytest

import tapes
from comparisons.libraries import LIBRARIES
from comparisons.ops import declared, special
from comparisons.ops.answers import FIRST, FORWARD, SECOND
from comparisons.ops.cell import FAILED, NOT_CHECKED, OK
from comparisons.ops.check import check
from comparisons.ops.declared import COMPOSED, DIFFERENCES
from comparisons.ops.oracles import LIBRARY, ORACLES
from comparisons.ops.samples import BOOKKEEPING, COMPLEX, samples
from comparisons.ops.spelling import GAUGES, JAX, MISSING, TENSORFLOW, UNSURE, WRONG_AT_SECOND_ORDER
from comparisons.ops.spelling_torch import TORCH
from tapes.op import registry
from tapes.ops import elementwise
from tests.conftest import ROOT

ROWS = [name for name in registry if name not in BOOKKEEPING]


@pytest.mark.parametrize("row", ROWS)
def test_row(row):
    """One test a row, so that its calls are made once, and rows can be spread over processes."""
    op, cells = registry[row], check(registry[row])
    wrong = [cell for cell in cells if cell.verdict == FAILED]
    assert not wrong, "\n".join(map(str, wrong))
    assert all(cell.reason for cell in cells if cell.verdict == NOT_CHECKED)
    right = {(cell.oracle, cell.check) for cell in cells if cell.verdict == OK}
    answered = {oracle for oracle, _ in right}
    for name, library in LIBRARY.items():
        if library in MISSING and LIBRARIES[library].installed:
            assert (name in answered) != (row in MISSING[library]), f"{name}: an answer, or a reason in MISSING"
    assert ("itself", "same in both modes") in right
    assert (("its definition", "linear") in right) == op.linear
    differentiable = any(call.places and call.outputs for call in samples(op))
    for order in (FIRST, FORWARD):  # whatever else agrees, an oracle that knows no library has looked at every rule
        assert (("central differences", order) in right) == differentiable
    has_rule = any(rule is not None for _, rule in zip(next(samples(op)).inputs, op.rules))
    assert (("central differences", SECOND) in right) <= (differentiable and has_rule)


@pytest.mark.parametrize("row", ROWS)
def test_samples(row):
    calls = list(samples(registry[row]))
    assert calls
    if not registry[row].examples:
        shapes = {tuple(x.shape for x in call.inputs) for call in calls}
        assert any(0 in shape for group in shapes for shape in group)
        assert len(calls[0].inputs) == 1 or any(len(set(group)) > 1 for group in shapes)


@pytest.mark.parametrize("name", ORACLES)
def test_no_oracle_is_missing(name):
    library = LIBRARIES.get(LIBRARY.get(name, ""))
    if library is not None and not library.installed:
        pytest.skip(library.install)


def test_every_declaration_is_about_a_row():
    tables = [COMPLEX, TENSORFLOW, JAX, TORCH, GAUGES, WRONG_AT_SECOND_ORDER, *MISSING.values(), *COMPOSED.values(),
              *UNSURE.values(),
              *(each.ops.split() for each in DIFFERENCES)]
    assert not {name for table in tables for name in table} - registry.keys()
    assert all(each.why.endswith(".") for each in DIFFERENCES)


@pytest.mark.skipif(not LIBRARIES["torch"].installed, reason=LIBRARIES["torch"].install)
def test_torch_is_no_surer_than_declared():
    """The day PyTorch's trigamma is right to all digits, its entries in UNSURE have to go."""
    mpmath, torch = pytest.importorskip("mpmath"), pytest.importorskip("torch")
    xs = np.linspace(0.2, 3.0, 1000)
    found = torch.special.polygamma(1, torch.from_numpy(xs)).numpy()
    with mpmath.workdps(50):
        truth = np.array([float(mpmath.psi(1, x)) for x in xs])
    error = np.max(np.abs(found / truth - 1))
    bounds = {bound for kinds in UNSURE["torch"].values() for bound in kinds.values()}
    assert all(bound / 10 < error < bound for bound in bounds)


@pytest.mark.parametrize("x", [64.0, 1e154, 1e200, np.finfo(np.float64).max, np.inf])
@pytest.mark.parametrize("name", ["gaussian", "erf", "erfc", "normal_cdf"])
def test_the_bell_curve_is_flat_far_out_at_every_order(name, x):
    """0 times infinity lurks in x exp(-x^2), and from the second order on also where x is merely huge."""
    point = tapes.constant([-x, x], tapes.float64)
    with tapes.GradientTape() as third:
        third.watch(point)
        with tapes.GradientTape() as second:
            second.watch(point)
            with tapes.GradientTape() as first:
                first.watch(point)
                y = registry[name](point)
            slope = first.gradient(y, point)
        bend = second.gradient(slope, point)
    for derivative in (slope, bend, third.gradient(bend, point)):
        assert derivative.numpy().tolist() == [0.0, 0.0]


def test_the_row_that_contributing_shows_is_right(monkeypatch):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    op, elsewhere = ("\n".join(line[1:] for line in block.splitlines() if line.startswith("+"))
                     for block in re.findall(r"```diff\n(.*?)```", text, re.DOTALL))
    name, (spelled, difference) = op.split(" = ")[0], re.split(r"\n(?= +Differs)", elsewhere)
    try:
        exec(op, dict(vars(elementwise)))
        undeclared = {cell.oracle for cell in check(registry[name]) if cell.verdict == FAILED}
        assert "JAX" in undeclared and undeclared <= {"JAX", "TensorFlow", "torch"}
        for library, lacks in ast.literal_eval(f"{{{spelled}}}").items():
            monkeypatch.setitem(MISSING[library], name, lacks[name])
        monkeypatch.setattr(special, "DIFFERENCES", (eval(difference.strip().rstrip(","), dict(vars(declared))),))
        assert {cell.verdict for cell in check(registry[name])} == {OK, NOT_CHECKED}
    finally:
        del registry[name]
    assert f"python -m comparisons ops {name}" in text
