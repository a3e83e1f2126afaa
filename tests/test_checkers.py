"""A check is worth as much as the mistakes it finds: wrong rules, each of which must be rejected."""

from __future__ import annotations

import copy
import itertools

import numpy as np
import pytest

import tapes
from comparisons.libraries import LIBRARIES
from comparisons.measure import difference
from comparisons.ops import check, special
from comparisons.ops.answers import FIRST, FORWARD, SECOND
from comparisons.ops.declared import Differs
from comparisons.ops.numeric import central_differences, pulled
from comparisons.ops.oracles import LIBRARY, ORACLES
from comparisons.ops.peers import tensorflow
from comparisons.ops.samples import BOOKKEEPING, samples
from comparisons.ops.special import check_special
from tapes.op import registry

CENTRAL = {"central differences": central_differences}


def mutant(name, change):
    """A copy of a row with other rules: `change` gets the list of the old ones."""
    op = copy.copy(registry[name])
    op.rules = change(list(itertools.islice(op.rules, 3)))
    return op


def first_sample(op):
    return next(sample for sample in samples(op) if sample.places and sample.outputs)


def failures(op, some_oracles, sample=None):
    found = check.check_sample(sample or first_sample(op), some_oracles)
    return [cell for cell in found if cell.verdict == check.FAILED]


def scaled(factor):
    return lambda rules: [rule and (lambda g, *rest, _rule=rule, **params: times(_rule(g, *rest, **params), factor))
                          for rule in rules]


def times(gradient, factor):
    return None if gradient is None else gradient * factor


def is_tensor(x):
    return isinstance(x, tapes.Tensor)


def leaving(rules):
    """The right numbers, but no longer on the tape."""
    return [lambda g, y, x: tapes.constant(np.asarray(g) * np.asarray(y)) if is_tensor(g) else g * y]


MUTANTS = {
    "a thousandth too large": ("multiply", scaled(1.001)),
    "the wrong sign": ("multiply", scaled(-1.0)),
    "not a number": ("multiply", scaled(float("nan"))),
    "zero": ("multiply", scaled(0.0)),
    "None": ("multiply", lambda rules: [None, rules[1]]),
    "the rules of the arguments swapped": ("divide", lambda rules: rules[::-1]),
    "the sign of one argument": ("subtract", lambda rules: [rules[0], rules[0]]),
    "the other partial": ("multiply", lambda rules: [lambda g, z, x, y: g * x, lambda g, z, x, y: g * y]),
    "a result of double precision": ("exp", lambda rules: [lambda g, y, x: np.float64(1.0) * np.asarray(g * y)]),
    "an axis too many": ("exp", lambda rules: [lambda g, y, x: (g * y)[None]]),
}
UNDIFFERENTIABLE = [name for name, op in registry.items() if not any(itertools.islice(op.rules, 3))]


def oracle(name):
    library = LIBRARIES.get(LIBRARY.get(name, ""))
    missing = library is not None and not library.installed
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=library.install if missing else ""))


@pytest.mark.parametrize("name", [oracle(name) for name in ORACLES])
@pytest.mark.parametrize("mistake", MUTANTS)
def test_each_oracle_alone_rejects(mistake, name):
    op = mutant(*MUTANTS[mistake])
    if mistake == "a result of double precision":
        sample = next(s for s in samples(op) if s.inputs[0].ndim)
        rejected = failures(op, {name: ORACLES[name]}, sample)
    else:
        rejected = [cell for cell in failures(op, {name: ORACLES[name]}) if cell.oracle in (name, "itself")]
    assert rejected


@pytest.mark.parametrize("name", [oracle(name) for name in ORACLES])
def test_each_oracle_alone_sees_a_thousandth(name):
    op = mutant("exp", scaled(1.001))
    rejected = [cell for cell in failures(op, {name: ORACLES[name]}) if cell.oracle == name]
    assert {cell.width for cell in rejected if cell.check == FIRST} == {"float32", "float64"}
    assert all(cell.relative == pytest.approx(1e-3, rel=0.2) for cell in rejected if cell.check == FIRST)
    assert not failures(registry["exp"], {name: ORACLES[name]})


@pytest.mark.parametrize("name", [name for name in registry if name not in BOOKKEEPING])
def test_a_thousandth_is_seen_in_every_row(name):
    op = mutant(name, scaled(1.001))
    calls = [s for s in samples(op) if s.places and any(s.cotangents[k].size for k in s.outputs)]
    moving = [s for s in calls if any(d is not None and np.any(d) for d in pulled(
        op, s.inputs, s.params, s.cotangents))]
    assert all(failures(op, CENTRAL, sample) for sample in moving[:2])
    assert moving or name in ("sign", "unique", "weighted_bincount", *UNDIFFERENTIABLE)  # 0, or a refusal


@pytest.mark.parametrize("name", ["add", "multiply", "divide", "maximum", "pow"])
def test_a_missing_sum_over_broadcast_copies(name):
    partials = {"add": lambda g, z, x, y: g, "multiply": lambda g, z, x, y: g * x,
                "divide": lambda g, z, x, y: -g * z / y, "maximum": lambda g, z, x, y: g,
                "pow": lambda g, z, x, y: g * z}
    op = mutant(name, lambda rules: [rules[0], partials[name]])
    broadcast = next(s for s in samples(op) if s.inputs[0].shape != s.inputs[1].shape)
    assert any("shape" in cell.reason for cell in failures(op, CENTRAL, broadcast))


def test_a_rule_that_leaves_the_tape_loses_its_second_order():
    op = mutant("exp", leaving)
    for name in ("central differences", "SymPy", "TensorFlow", "JAX"):
        library = LIBRARIES.get(LIBRARY.get(name, ""))
        if library is None or library.installed:
            found = failures(op, {name: ORACLES[name]})
            assert {cell.check for cell in found} == {SECOND}


def test_a_rule_that_is_no_tensor_when_recorded_is_a_failed_cell():
    op = mutant("exp", lambda rules: [lambda g, y, x: np.asarray(g) * np.asarray(y)])
    assert any("Error" in cell.reason for cell in failures(op, {}))


def test_the_two_modes_must_agree():
    op = mutant("exp", lambda rules: [lambda g, y, x: g * y * (1.001 if is_tensor(g) else 1.0)])
    assert [cell.check for cell in failures(op, {})] == ["same in both modes"] * 2


def test_a_wrong_transpose_and_a_false_claim_of_linearity():
    assert [cell.check for cell in failures(mutant("cumsum", scaled(1.001)), {})] == ["linear"]
    op = copy.copy(registry["square"])
    op.linear = True
    assert [cell.check for cell in failures(op, {})] == ["linear"]


@pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)
def test_zero_is_not_none():
    op = mutant("floor", lambda rules: [lambda g, y, x: g * 0.0])
    assert not failures(op, CENTRAL)
    assert any("None" in cell.reason for cell in failures(op, {"TensorFlow": tensorflow}))


REFERENCE = np.array([1e-3, -2.0, 0.5])


@pytest.mark.parametrize("found", [
    REFERENCE * 1.001, -REFERENCE, REFERENCE * np.nan, np.array([1e-3, np.nan, 0.5]), np.zeros(3), None,
    REFERENCE.astype(np.float32), REFERENCE[None], REFERENCE[:2], REFERENCE + np.inf, np.sum(REFERENCE),
    REFERENCE[::-1]], ids=str)
def test_the_measure_rejects(found):
    assert not difference(found, REFERENCE, np.float64).within(1e-9)
    assert difference(REFERENCE, REFERENCE, np.float64).within(0.0)


def test_the_measure_takes_the_scale_of_the_array():
    small = np.array([1e-20, 3e-20])
    assert not difference(small * 1.001, small).within(1e-6)
    assert difference(np.array([1.0, 1e-20]), np.array([1.0, 0.0])).within(1e-12)
    assert not difference(np.array([1e-300]), np.array([0.0])).within(1e6)


# -- forward mode, PyTorch and special points --------------------------------------------------------------------------

PUSHES = {
    "a thousandth too large": lambda dx, z, x, y: dx * y * 1.001,
    "the wrong sign": lambda dx, z, x, y: -(dx * y),
    "not a number": lambda dx, z, x, y: dx * y * float("nan"),
    "the other partial": lambda dx, z, x, y: dx * x,
}


@pytest.mark.parametrize("name", [oracle(name) for name in ORACLES])
@pytest.mark.parametrize("mistake", PUSHES)
def test_forward_mode_is_rejected(mistake, name):
    op = copy.copy(registry["multiply"])
    op.push = (PUSHES[mistake], op.push[1])
    assert {cell.check for cell in failures(op, {name: ORACLES[name]})} == {FORWARD}


SPECIAL_MUTANTS = {
    "the sign at a corner": ("abs", lambda rules: [lambda g, y, x: tapes.where(x >= 0.0, g, -g)]),
    "the other argument at a tie": ("maximum", lambda rules: [
        lambda g, z, x, y: tapes.where(x > y, g, 0.0), lambda g, z, x, y: tapes.where(x > y, 0.0, g)]),
    "a thousandth too large": ("exp", scaled(1.001)),
    "the wrong sign": ("sqrt", scaled(-1.0)),
    "not a number": ("tanh", scaled(float("nan"))),
    "swapped": ("subtract", lambda rules: rules[::-1]),
    "None": ("log", lambda rules: [None]),
}


@pytest.mark.parametrize("library", ["TensorFlow", "JAX", "torch"])
@pytest.mark.parametrize("mistake", SPECIAL_MUTANTS)
def test_special_points_reject(mistake, library):
    if not LIBRARIES[LIBRARY[library]].installed:
        pytest.skip(LIBRARIES[LIBRARY[library]].install)
    name, change = SPECIAL_MUTANTS[mistake]
    assert {cell.verdict for cell in check_special(mutant(name, change), [library])} == {"failed"}
    assert {cell.verdict for cell in check_special(registry[name], [library])} == {"ok"}


@pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)
def test_an_undeclared_difference_and_an_unexpected_agreement(monkeypatch):
    monkeypatch.setattr(special, "DIFFERENCES", ())
    assert any("differs at" in cell.reason for cell in check_special(registry["sqrt"], ["TensorFlow"]))
    monkeypatch.setattr(special, "DIFFERENCES", (Differs("exp", "TensorFlow", "value", "x == 0", "It does not."),))
    assert all("but agrees" in cell.reason for cell in check_special(registry["exp"], ["TensorFlow"]))
