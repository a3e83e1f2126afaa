"""Stepper, picture and derivation refuse the same tapes and targets, and say which mistake it was."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tapes as tf

SHOWN = {"stepper": lambda tape, y, x: tf.view.stepper(tape, y), "picture": lambda tape, y, x: tf.view.picture(tape, y),
         "derivation": lambda tape, y, x: tf.view.derivation(tape, target=y, sources=[x])}
SAVED = {"stepper": "a.html", "picture": "a.dot"}


def constant_not_watched():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape, y, x


def constant_not_watched_and_asked():
    tape, y, x = constant_not_watched()
    tape.gradient(y, x)
    return tape, y, x


def variables_not_watched():
    x = tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        y = x * x
    return tape, y, x


def used_up():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    return tape, y, x


def never_entered():
    x = tf.Variable(3.0)
    return tf.GradientTape(), x * x, x


def nobody_holds_it():
    with tf.GradientTape() as tape:
        tape.watch(tf.constant(3.0))
    return tape, tf.constant(1.0), tf.constant(2.0)


def after_the_block():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        h = x * x
    return tape, h + 1.0, x


def integer_variable():
    x = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = x * x
    return tape, y, x


def integer_constant():
    x = tf.constant(3)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    tape.gradient(y, x)
    return tape, y, x


def integer_then_cast():
    x = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.float32) * 2.0
    return tape, y, x


def number():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape, float(y), x


def numpy_number():
    x = tf.Variable([3.0])
    with tf.GradientTape() as tape:
        y = np.mean(x * x)
    return tape, y, x


CASES = [(constant_not_watched, ValueError, r"tape\.watch\(x\).*Variables are watched by themselves"),
         (constant_not_watched_and_asked, ValueError, r"tape\.watch\(x\).*Variables are watched by themselves"),
         (variables_not_watched, ValueError, "so do Variables, with watch_accessed_variables=False"),
         (used_up, ValueError, r"gradient\(\) has used it up. Ask before .*persistent=True"),
         (never_entered, ValueError, "never entered"),
         (nobody_holds_it, ValueError, "no name holds it"),
         (after_the_block, ValueError, "not on this tape: it was computed after the `with` block"),
         (integer_variable, ValueError, r"holds int32.* 3\.0 instead of 3"),
         (integer_constant, ValueError, r"holds int32.* 3\.0 instead of 3"),
         (integer_then_cast, ValueError, r"not on this tape.*watched holds int32"),
         (number, TypeError, r"has left the tape: float\(x\)"),
         (numpy_number, TypeError, "has left the tape")]


@pytest.mark.parametrize("show", SHOWN)
@pytest.mark.parametrize(("case", "kind", "said"), CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_each_mistake_has_its_own_words(show, case, kind, said):
    tape, y, x = case()
    with pytest.raises(kind) as error:
        SHOWN[show](tape, y, x)
    assert re.search(said, str(error.value)), error.value
    assert ("used it up" in str(error.value)) == (case is used_up)


@pytest.mark.parametrize("case", [constant_not_watched, used_up, never_entered])
def test_the_table_says_the_same(case, capsys):
    tape, y, _x = case()
    tape.show(y)
    with pytest.raises(ValueError) as error:
        tf.view.picture(tape, y)
    assert capsys.readouterr().out.strip() == str(error.value)


@pytest.mark.parametrize("show", ["stepper", "picture"])
def test_what_is_no_tape(show):
    tape, y, x = after_the_block()
    with pytest.raises(TypeError, match="GradientTape comes first"):
        SHOWN[show](y, tape, x)


@pytest.mark.parametrize("show", SAVED)
def test_a_folder_that_is_not_there(show, tmp_path):
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*nowhere"):
        SHOWN[show](tape, y, x).save(tmp_path / "nowhere" / SAVED[show])
    SHOWN[show](tape, y, x).save(tmp_path / SAVED[show])
    assert (tmp_path / SAVED[show]).stat().st_size > 100
