"""Programs that nobody would write can be derived and drawn, too; and what is derived is what the tape says."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest

import tapes as tf
from comparisons.fuzz.judge import runnable
from comparisons.fuzz.programs import Writer
from tapes.op import listening
from tapes.tape import GradientTape
from tapes.view import derivation, picture

from .test_picture import needs_grandalf


def program(seed):
    source = random.Random(seed)
    return Writer(lambda most: source.randint(0, most)).program()


@pytest.fixture
def looked_at(monkeypatch):
    """Whenever a program asks for a gradient, it is derived and drawn first, and compared afterwards."""
    gradient, seen = GradientTape.gradient, []

    def instead(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        wanted = list(sources) if isinstance(sources, (list, tuple)) else [sources]
        several = [target, *wanted]
        apart = output_gradients is None and all(hasattr(x, "_array") for x in several) and (
            len({id(x) for x in several}) == len(several) > 1)
        found = None
        if apart and sys._getframe(1).f_code.co_filename == "<program>":
            before, listening.now[:] = list(listening.now), []
            try:
                found = derivation(self, target=target, sources=wanted)
                assert found.text() and found.latex()
                drawn = picture(self, target, wanted[0])
                assert drawn.dot() and drawn.caption
            except ValueError as error:
                assert any(text in str(error) for text in ("no gradient reaches", "holds no steps", "on this tape"))
            finally:
                listening.now[:] = before
        answer = gradient(self, target, sources, output_gradients, unconnected_gradients)
        if found is not None:
            known = [dx for dx in (answer if isinstance(answer, list) else [answer]) if dx is not None]
            with np.errstate(all="ignore"):
                values = list(found.evaluate().values())
            if unconnected_gradients == "none" or len(values) == len(known):
                assert len(values) == len(known)
                for value, dx in zip(values, known):
                    compare(value, dx.numpy() if hasattr(dx, "numpy") else np.asarray(tf.convert_to_tensor(dx)))
                seen.append(len(values))
        return answer

    monkeypatch.setattr(GradientTape, "gradient", instead)
    return seen


def compare(value, expected):
    """float32 that has lost digits is given some room; float64 is not."""
    finite, single = np.isfinite(expected), expected.dtype == np.float32
    scale = np.max(np.abs(expected[finite]), initial=0.0)
    np.testing.assert_allclose(np.asarray(value)[finite], expected[finite], rtol=0,
                               atol=scale * (0.05 if single else 1e-8) + (1e-6 if single else 1e-12))


def test_random_programs(looked_at):
    for seed in range(60):
        with np.errstate(all="ignore"):
            try:
                runnable(program(seed).text())(tf)
            except (tf.errors.InvalidArgumentError, RuntimeError):
                continue  # some ask for what is refused, on purpose
    assert sum(looked_at) > 15


@needs_grandalf
def test_random_programs_as_svg():
    import xml.etree.ElementTree as xml

    from comparisons.problem import bundled, load

    for name in bundled():
        problem = load(name)
        xs = {key: tf.Variable(value, name=key) for key, value in problem.inputs.items()}
        with tf.GradientTape() as tape:
            loss = problem.function(tf, **xs, **problem.data)
        xml.fromstring(picture(tape, loss, next(iter(xs.values()))).svg())
