"""A comparison that cannot fail proves nothing: each way of being wrong must be noticed, and the op behind it named."""

from __future__ import annotations

import numpy as np
import pytest

from comparisons.__main__ import main
from comparisons.backends import COLUMNS, DIFFERENTIATORS, ORACLES
from comparisons.compare import compare
from comparisons.measure import difference
from comparisons.probes import probes_of
from comparisons.problem import bundled, load
from tapes.op import registry

pytest.importorskip("sklearn", reason="pip install scikit-learn")
pytest.importorskip("sympy", reason="pip install sympy")


class Tampered:
    """The tape, with something done to its gradients."""

    def __init__(self, change):
        self.change, self.tape = change, DIFFERENTIATORS["tapes"].open()

    def gradients(self, problem):
        value, gradients = self.tape.gradients(problem)
        return value, {name: self.change(g) for name, g in gradients.items()}

    def hessian_vector(self, problem, vector):
        return {name: self.change(g) for name, g in self.tape.hessian_vector(problem, vector).items()}


def one_wrong_entry(g):
    """A middling entry that is not zero, off by a thousandth."""
    order = [place for place in np.argsort(np.abs(g), axis=None) if g.flat[place] != 0]
    changed = g.copy()
    changed.flat[order[len(order) // 2]] *= 1.001
    return changed


CHANGES = {
    "a factor": lambda g: g * 1.001,
    "a sign": lambda g: -g,
    "nan": lambda g: g * np.nan,
    "one nan": lambda g: np.where(np.arange(g.size).reshape(g.shape) == g.size - 1, np.nan, g),
    "inf": lambda g: g + np.inf,
    "None": lambda g: None,
    "zero": lambda g: 0 * g,
    "another shape": lambda g: g[None],
    "single precision": lambda g: g.astype(np.float32),
    "rounded to single precision": lambda g: g.astype(np.float32).astype(np.float64),
    "two entries swapped": lambda g: np.flip(g),
}


@pytest.mark.parametrize("reference", ["sympy", "complex"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_wrong_gradient_is_noticed(monkeypatch, change, reference):
    monkeypatch.setattr("comparisons.backends.tape.BACKEND", Tampered(change))
    found = compare(load("mlp-small"), ["tapes", "sympy", "complex"])
    rows = [row for row in found.rows if row.order == 1 and row.reference == reference and np.prod(row.shape) > 1]
    assert rows and all(row.cells["tapes"].status == "disagrees" for row in rows)
    assert [row for row in found.rows if row.order == 2 and row.cells["tapes"].status == "disagrees"]


def test_one_wrong_entry_of_thousands_is_noticed(monkeypatch):
    monkeypatch.setattr("comparisons.backends.tape.BACKEND", Tampered(one_wrong_entry))
    found = compare(load("mlp-tanh"), ["tapes", "complex"])
    first = {row.parameter: row.cells["tapes"].status for row in found.rows if row.order == 1}
    assert first == dict.fromkeys(("W1", "b1", "W2", "b2"), "disagrees")


def test_the_untampered_tape_agrees():
    found = compare(load("mlp-small"), ["tapes", "sympy", "complex", "central"])
    assert not found.problems
    assert {cell.status for row in found.rows for cell in row.cells.values()} == {"agrees", "truth"}


@pytest.mark.parametrize(("op", "loss"), [("tanh", "mlp-small"), ("matmul", "linear-diabetes"),
                                          ("reduce_mean", "linear-article"), ("square", "linear-article")])
def test_a_broken_rule_makes_the_run_fail_and_is_named(monkeypatch, capsys, op, loss):
    row = registry[op]
    rule = row.rules[0]
    second = list(row.rules)[1:]
    monkeypatch.setattr(row, "rules", [lambda *args, **params: rule(*args, **params) * 1.001, *second])
    status = main(["run", loss, "--only", "tapes,sympy,complex"])
    printed = capsys.readouterr().out
    if op == "matmul":  # its first factor is data here: the tape never asks for that rule
        assert status == 0
        monkeypatch.setattr(row, "rules", [rule, lambda *args, **params: second[0](*args, **params) * 1.001])
        status = main(["run", loss, "--only", "tapes,sympy,complex"])
        printed = capsys.readouterr().out
    assert status == 1
    assert "WRONG" in printed and "Something disagrees." in printed
    assert f"op {op!r}" in next(line for line in printed.splitlines() if line.startswith("BLAME"))


@pytest.mark.parametrize("name", ["complex", "central"])
def test_each_oracle_rejects_a_wrong_truth(monkeypatch, name):
    """The oracles do not copy from one another: one that is off by a thousandth disagrees with SymPy."""
    oracle = ORACLES[name].open()
    first = oracle.first

    class Off:
        value, second = oracle.value, oracle.second

        def first(self, *arguments):
            estimate = first(*arguments)
            return type(estimate)(estimate.values * 1.001, estimate.uncertainty)

    monkeypatch.setattr(f"comparisons.backends.{COLUMNS[name].module}.BACKEND", Off())
    found = compare(load("linear-article"), ["sympy", name])
    row = next(row for row in found.rows if row.order == 1 and row.reference == "sympy")
    assert row.cells[name].status == "disagrees"


def test_probes_touch_every_entry():
    rng = np.random.default_rng(0)
    probes = probes_of(np.zeros((64, 32)), False, 7, rng)
    assert (probes.directions[-probes.mixed:] != 0).all()
    assert probes.directions[0].flat[7] == 1
    assert len(probes_of(np.zeros((2, 3)), True, 0, rng).directions) == 6


HARD = {
    "an input called s": ('inputs = {"s": 1.5, "t": 0.5}\ndef loss(tf, s, t):\n    return s * s * s * t\n', 0),
    "names like entries": ('inputs = {"E": 1.0, "x_0": 2.0, "x": [3.0]}\n'
                           'def loss(tf, E, x_0, x):\n    return E * x_0 * x_0 * tf.reduce_sum(x * x * x)\n', 0),
    "a gradient of zero": ('inputs = {"W": [0.5, -1.0, 2.0]}\n'
                           'def loss(tf, W):\n    return tf.reduce_sum(tf.nn.softmax(W))\n', 0),
    "far in the tail": ('inputs = {"a": -200.0}\ndef loss(tf, a):\n    return tf.math.softplus(a)\n', 0),
    "lasso at zero": ('inputs = {"w": [0.0, 1.0]}\ndef loss(tf, w):\n    return tf.reduce_sum(tf.abs(w) + w * w)\n', 0),
}


@pytest.mark.parametrize(("text", "status"), HARD.values(), ids=HARD)
def test_losses_that_are_hard_to_judge(tmp_path, capsys, text, status):
    path = tmp_path / "own.py"
    path.write_text(text)
    assert main(["run", str(path), "--only", "tapes,sympy,complex"]) == status, capsys.readouterr().out


def test_what_cannot_be_told_apart_is_not_said_to_agree(tmp_path, monkeypatch):
    """A corner so near that a shake crosses it: no tolerance is large enough to call a wrong rule right."""
    path = tmp_path / "corner.py"
    path.write_text('inputs = {"w": [1e-12, 1.0]}\ndef loss(tf, w):\n    return tf.reduce_sum(tf.nn.relu(w * 1e6))\n')
    monkeypatch.setattr("comparisons.backends.tape.BACKEND", Tampered(lambda g: 1.5 * g))
    for dtype in ("float32", "float64"):
        found = compare(load(str(path), dtype), ["tapes", "complex", "central"])
        assert not [row for row in found.rows if row.order == 1 and row.cells["tapes"].status == "agrees"]


def test_titles_say_what_each_loss_is():
    for name in bundled():
        assert len(load(name).title) > 30


class TestMeasure:
    """max|a - b| / max|b|, and nothing that is no number counts as near."""

    def test_it_is_relative_to_the_arrays_own_scale(self):
        found = difference(np.array([1e-6 + 1e-10, 1e-8]), np.array([1e-6, 1e-8]))
        assert found.relative == pytest.approx(1e-4)
        assert not found.within(1e-5)

    def test_ulps(self):
        one = np.float32(1.0)
        assert difference(np.nextafter(one, np.float32(2.0)), one).ulps == 1
        assert difference(np.float64(1.0) + 2**-52, np.float64(1.0)).ulps == 1

    @pytest.mark.parametrize(("found", "reference", "reason"), [
        (np.array([np.nan, 1.0]), np.array([2.0, 1.0]), "nan instead of 2 at [0]"),
        (np.array([2.0, 1.0]), np.array([np.nan, 1.0]), "2 instead of nan at [0]"),
        (np.array([np.inf]), np.array([-np.inf]), "inf instead of -inf at [0]"),
        (np.ones(2), np.ones(3), "shape (2,) instead of (3,)"),
        (np.ones(2, np.float32), np.ones(2), "dtype float32 instead of float64"),
        (None, np.ones(2), "None instead of a gradient"),
        (np.ones(2), None, "a gradient instead of None"),
    ])
    def test_what_cannot_be_compared_is_never_within_a_tolerance(self, found, reference, reason):
        result = difference(found, reference, dtype=np.float64)
        assert result.reason == reason
        assert not result.within(float("inf"))

    def test_the_same_infinities_and_nans_are_no_difference(self):
        both = np.array([np.inf, -np.inf, np.nan, 1.0])
        assert difference(both, both).relative == 0

    def test_anything_beside_zero_is_infinitely_far(self):
        assert difference(np.array([1e-300]), np.array([0.0])).relative == np.inf
        assert difference(np.array([0.0]), np.array([0.0])).within(0)
