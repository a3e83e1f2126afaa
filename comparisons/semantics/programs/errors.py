"""Errors: the same mistake has the same type and the same first words, and what was recorded stays good."""

from __future__ import annotations

from typing import Any

from ..program import attempt, differing, program


@program("E1", "what a tape refuses, in its first words",
         "{'used up': 'RuntimeError: A non-persistent GradientTape can only', "
         "'entered twice': 'ValueError: Tape is still recording, This', "
         "'paused when used up': 'RuntimeError: Trying to stop recording a', "
         "'target None': 'TypeError: Argument `target` should be a'}")
def refused_by_a_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        found = {"entered twice": attempt(tape.__enter__)}
    found["target None"] = attempt(tape.gradient, None, x)
    tape.gradient(y, x)
    found |= {"used up": attempt(tape.gradient, y, x), "paused when used up": attempt(tape.stop_recording().__enter__)}
    return {name: found[name] for name in ("used up", "entered twice", "paused when used up", "target None")}


@program("E1", "what a tape refuses when it does not record, and what it refuses to watch",
         "{'reset': 'ValueError: Tape is not recording.', 'stop_recording': 'ValueError: Tape is not recording.', "
         "'watch': 'ValueError: Passed in object 3.0'}")
def refused_outside(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        watched = attempt(tape.watch, 3.0)
    found = {"reset": attempt(tape.reset), "stop_recording": attempt(tape.stop_recording().__enter__), "watch": watched}
    return {name: " ".join(text.split()[:5]) for name, text in found.items()}


@program("E1", "what a tape says in its warnings",
         "None; log: The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.int32; "
         "log: Calling GradientTape.gradient on a persistent tape inside its context is significantly...")
def warnings_of_a_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(tf.constant(1))
        tape.gradient(x * x, x)


@program("E2", "errors of ops are caught as tf.errors.InvalidArgumentError", "['caught', 'caught', 'caught']")
def caught_errors(tf: Any) -> Any:
    def caught(mistake: Any) -> Any:
        try:
            return mistake()
        except tf.errors.InvalidArgumentError:
            return "caught"

    return [caught(mistake) for mistake in (
        lambda: tf.ones([2]) + tf.ones([3]), lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])),
        lambda: tf.constant(1.0) * tf.constant(1.0, tf.float64))]


@differing("E3", "errors of ops are ValueErrors too", tapes="[True, True]", tensorflow="[False, False]",
           because="code that was written for NumPy expects a ValueError")
def caught_as_value_errors(tf: Any) -> Any:
    def caught(mistake: Any) -> bool:
        try:
            mistake()
        except ValueError:
            return True
        except Exception:  # any other is the answer False
            return False
        return False

    return [caught(mistake) for mistake in (
        lambda: tf.ones([2]) + tf.ones([3]), lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])))]


@program("E4", "an op that failed leaves nothing on the tape, and the block goes on", "27.0")
def failed_op(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        attempt(lambda: y + tf.ones([2]) * tf.ones([3]))
        z = y * x
    return tape.gradient(z, x)
