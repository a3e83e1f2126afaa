"""A name that is not there brings the name that is, or what there is instead, and nothing silly."""

from __future__ import annotations

import sys

import pytest

import tapes


@pytest.mark.parametrize(("space", "name", "hint"), [
    ("tapes", "relu", ": it is tapes.nn.relu"), ("tapes", "det", ": it is tapes.linalg.det"),
    ("tapes", "reduce_men", ": did you mean tapes.reduce_mean?"), ("tapes", "foo", ""), ("tapes", "nonsense", ""),
    ("tapes", "layers", ": they are in tapes.keras.layers"), ("tapes", "gradients", ": use tapes.GradientTape"),
    ("tapes.nn", "relu7", ": did you mean tapes.nn.relu?"), ("tapes.nn", "matmul", ": it is tapes.matmul"),
    ("tapes.linalg", "relu", ": it is tapes.nn.relu"), ("tapes.math", "foo", ""),
    ("tapes.keras", "Sequentail", ": did you mean tapes.keras.Sequential?"), ("tapes.keras.layers", "Denes",
     ": did you mean tapes.keras.layers.Dense?"), ("tapes.keras.layers", "foo", ""),
    ("tapes.keras", "ops", ": any op of tapes will do, such as tapes.reduce_sum"),
    ("tapes.keras.losses", "mean_square_error", ": did you mean tapes.keras.losses.mean_squared_error?"),
    ("tapes.linalg", "cholesk", ": did you mean tapes.linalg.cholesky?")])
def test_a_missing_name(space, name, hint):
    module = sys.modules[space]
    with pytest.raises(AttributeError) as raised:
        getattr(module, name)
    assert str(raised.value) == f"module {space!r} has no attribute {name!r}{hint}"
    assert not hasattr(module, name)


def test_what_is_said_to_be_elsewhere_is_there():
    assert all(getattr(tapes.keras, name) for name in ("optimizers", "losses", "layers", "metrics"))


def test_a_habit_from_other_libraries_is_answered():
    with pytest.raises(AttributeError, match=r"has no attribute 'T': use tapes.transpose\(tensor\)\.$"):
        tapes.ones((2, 3)).T  # noqa: B018
