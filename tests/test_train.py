"""Training beside other libraries: the paths agree, and a wrong step, rule or declaration is found out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from comparisons.__main__ import main
from comparisons.libraries import LIBRARIES
from comparisons.train import judge
from comparisons.train.backends import TRAINERS
from comparisons.train.command import trained
from comparisons.train.course import COURSES
from comparisons.train.path import Path
from tapes import keras

needs_jax = pytest.mark.skipif(bool(TRAINERS["jax"].missing), reason="pip install jax")


@pytest.mark.parametrize("course", COURSES)
def test_paths_agree(course):
    own, *others = trained(course, [*TRAINERS], 10)
    assert len(others) == 4 and len(set(own.losses)) == 10
    for result in others:
        if result.status == judge.MISSING:
            assert result.reason.startswith("pip install")
            continue
        assert result.status in (judge.AGREES, judge.DECLARED), result.reason
        if result.status == judge.AGREES:
            assert max(result.double) < 1e-12 and max(result.single) < 1e-4


@needs_jax
@pytest.mark.parametrize(("kind", "course"), [(keras.optimizers.SGD, "linear"), (keras.optimizers.Adam, "mlp")])
def test_a_wrong_update_is_found(kind, course, monkeypatch):
    right = kind.update_step
    monkeypatch.setattr(kind, "update_step", lambda self, g, v, rate: right(self, g, v, rate * (1 + 1e-8)))
    _, result = trained(course, ["jax"], 10)
    assert result.status == judge.DISAGREES


def _path(weight):
    path = Path()
    path.step(1.0, [np.array([weight])])
    return path


@pytest.mark.parametrize(("weight", "trainer", "status"), [
    (1.0, "jax", judge.AGREES), (1.0 + 1e-9, "jax", judge.DISAGREES), (np.nan, "jax", judge.DISAGREES),
    (1.0 + 1e-3, "optax", judge.DECLARED), (1.0, "optax", judge.DISAGREES)])
def test_verdicts(weight, trainer, status):
    own = _path(1.0), _path(1.0)
    assert judge.judged(COURSES["mlp"], trainer, (_path(weight), _path(weight)), own).status == status


def test_command(capsys, tmp_path):
    file = tmp_path / "train.json"
    only = [name for name in ("tensorflow", "jax") if not TRAINERS[name].missing]
    assert main(["train", "linear", "--steps", "5", "--only", ",".join(only), "--json", str(file)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{len(only)} of {len(only)} paths agree with that of tapes to 1e-10 over 5 steps")
    document = json.loads(file.read_text())
    assert document["agree"] and len(document["results"]) == 1 + len(only)
    assert len(document["results"][0]["losses"]) == 5


def test_missing_library(capsys, monkeypatch):
    there = type(LIBRARIES["optax"]).installed.fget
    monkeypatch.setattr(type(LIBRARIES["optax"]), "installed",
                        property(lambda self: self.module != "optax" and there(self)))
    assert main(["train", "linear", "--steps", "2", "--only", "optax"]) == 1
    shown = capsys.readouterr().out
    assert "Nothing could be compared" in shown and "optax (pip install optax)" in shown and "missing" in shown


def test_a_library_that_fails_is_a_row(capsys, monkeypatch):
    def broken(*args):
        raise RuntimeError("no memory")

    monkeypatch.setattr(type(TRAINERS["jax"]), "open", lambda self: broken if self.module == "jax" else train)
    from comparisons.train.backends.tapes import train

    monkeypatch.setattr(type(TRAINERS["jax"]), "missing", [])
    assert main(["train", "linear", "--steps", "2", "--only", "jax"]) == 1
    assert "WRONG linear: jax: RuntimeError: no memory" in capsys.readouterr().out


def test_unknown_course(capsys):
    assert main(["train", "gan"]) == 2
    assert "COURSE takes names from linear, mlp, conv, rnn, batch-norm" in capsys.readouterr().err
