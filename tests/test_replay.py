"""Random programs and the losses of the comparison, replayed at other numbers, against running them as they stand."""

from __future__ import annotations

import logging
import random
from importlib import import_module

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.check import quiet
from comparisons.problem import bundled, load
from tapes.graph import passes
from tapes.graph.passes import blocks, buffers, terms, together, zeros

pytest.importorskip("hypothesis")
from comparisons.fuzz.programs import Writer


def written(seed):
    """A random program as a function of its inputs, and those inputs."""
    choose = random.Random(seed)
    program = Writer(lambda most: choose.randint(0, most)).program()
    lines = program.text().splitlines()[1 + len(program.inputs):]
    names = ", ".join(each.name for each in program.inputs)
    text = f"def program({names}):\n" + "\n".join(lines)
    space = {"tf": tf}
    exec(compile(text, f"<program {seed}>", "exec"), space)
    return space["program"], program.inputs, text


def outcome(f, numbers, variables, kept):
    """What a call gives, or the error; and what it leaves in the Variables."""
    given = []
    for array, variable in zip(numbers, variables, strict=True):
        if variable is not None:
            variable.assign(array)
        given.append(tf.constant(array) if variable is None else variable)
    try:
        found = f(*given)
    except Exception as error:
        return type(error).__name__
    found = [None if x is None else tf.convert_to_tensor(x) for x in found.values()]
    numbers = [None if x is None else x.numpy() for x in found]
    kept += [(x, array) for x, array in zip(found, numbers, strict=True) if x is not None]
    return numbers, [v.numpy() for v in variables if v is not None]


def assert_same(expected, found, text):
    assert isinstance(expected, str) == isinstance(found, str), f"{expected}\n{found}\n{text}"
    if isinstance(expected, str):
        assert expected == found, text
        return
    for one, other in zip((*expected[0], *expected[1]), (*found[0], *found[1]), strict=True):
        assert (one is None) == (other is None), text
        if one is not None:
            assert one.dtype == other.dtype and one.shape == other.shape, text
            tight = 1e-5 if one.dtype == np.float32 else 1e-10
            np.testing.assert_allclose(other, one, rtol=tight, atol=tight * max(1.0, np.abs(one[np.isfinite(one)]).max(
                initial=0.0)), err_msg=text)


@pytest.mark.parametrize("block", range(10))
@pytest.mark.parametrize("off", [None, *passes.PASSES])
def test_random_programs(block, off, monkeypatch):
    monkeypatch.setattr(passes, "off", {off} if off else set())
    monkeypatch.setattr(buffers, "SMALL", 0)
    monkeypatch.setattr(blocks, "BYTES", 48)  # so that loops of several blocks come about
    monkeypatch.setattr(blocks, "LEAST", 2)
    monkeypatch.setattr(blocks, "WORK", 0)
    monkeypatch.setattr(together, "FEWEST", 2)
    monkeypatch.setattr(terms, "FEWEST", 1)
    monkeypatch.setattr(zeros, "ROW", 1)
    monkeypatch.setattr(zeros, "SMALL", 0)
    monkeypatch.setattr(logging.getLogger("tapes"), "disabled", True)
    for seed in range(100 * block, 100 * block + (100 if off is None else 10)):
        program, inputs, text = written(seed)
        if "tf.Variable(" in text:  # made inside: allowed at the first call only
            continue
        variables = [tf.Variable(each.numbers, trainable=each.trainable) if each.variable else None for each in inputs]
        function, numbers, kept = tf.function(program), np.random.default_rng(seed), []
        with quiet():
            for _ in range(4):
                arrays = [each.numbers + numbers.integers(-2, 3, each.numbers.shape).astype(each.numbers.dtype) * (
                    each.numbers.dtype.kind == "f") for each in inputs]
                expected = outcome(program, arrays, variables, [])
                assert_same(expected, outcome(function, arrays, variables, kept), text)
        for x, array in kept:  # what was handed out stays as it was
            np.testing.assert_array_equal(x.numpy(), array, err_msg=text)


@pytest.mark.parametrize(("module", "name", "wrong"), [
    (buffers, "_shared", lambda step: []),  # as if no result were ever in the memory of another
    # as if nothing were needed after the last step
    (buffers, "_placed", lambda steps, wanted, fresh, placed=buffers._placed: placed(steps, set(), fresh)),
    (buffers, "_read_before", lambda loop, value, kept: True),  # as if all was read before anything is written
    (blocks, "_by_rows", lambda step: step.op.lift is not None or step.op.name in blocks.SUMS),  # as if all ops were
    (blocks._Group, "_summed", lambda self, step: False),  # as if a sum of some rows were the sum of all
    # as if all inputs of one shape were the same
    (import_module("tapes.graph.passes.shared"), "_key", lambda value: value.shape)])
def test_a_wrong_pass_is_noticed(module, name, wrong, monkeypatch):
    monkeypatch.setattr(module, name, wrong)
    with pytest.raises(AssertionError):
        for block in range(3):
            test_random_programs(block, None, monkeypatch)


@pytest.mark.parametrize("size", [None, 32, 96])  # of a block; arrays of a loss are too short for blocks by themselves
@pytest.mark.parametrize("name", bundled())
def test_the_losses_of_the_comparison(name, size, monkeypatch):
    if size is not None:
        monkeypatch.setattr(blocks, "BYTES", size)
        monkeypatch.setattr(blocks, "LEAST", 2)
        monkeypatch.setattr(blocks, "WORK", 0)
    problem = load(name)
    inputs, data = ({key: tf.constant(array) for key, array in arrays.items()} for arrays in (
        problem.inputs, problem.data))

    def value_and_gradients(inputs, data):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            value = problem.function(tf, **inputs, **data)
        return value, tape.gradient(value, inputs)

    f = tf.function(value_and_gradients)
    f(tf.nest.map_structure(tf.zeros_like, inputs), data)
    for one, other in zip(*(tf.nest.flatten(each(inputs, data)) for each in (value_and_gradients, f)), strict=True):
        np.testing.assert_allclose(other.numpy(), one.numpy(), rtol=1e-12, atol=1e-14)
    assert f.experimental_get_tracing_count() == 1
