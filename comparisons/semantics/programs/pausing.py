"""stop_recording leaves out part of a block on one tape; reset forgets what was recorded."""

from __future__ import annotations

from typing import Any

from ..program import attempt, program


@program("S1", "stop_recording pauses that tape alone", "[None, 6.0]")
def paused_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, tf.GradientTape() as tape, tape.stop_recording():
        y = x * x
    return [tape.gradient(y, x), outer.gradient(y, x)]


@program("S1", "an inner tape goes on while the outer one pauses", "[6.0, None]")
def paused_outer_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, outer.stop_recording(), tf.GradientTape() as inner:
        y = x * x
    return [inner.gradient(y, x), outer.gradient(y, x)]


@program("S2", "what was recorded before stays, and recording goes on afterwards", "4.0")
def before_and_after(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x + x
        with tape.stop_recording():
            _ = y * y
        z = y + y
    return tape.gradient(z, x)


@program("S2", "a result of the pause counts as a constant", "6.0")
def result_of_the_pause(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            factor = x + x
        y = factor * x
    return tape.gradient(y, x)


@program("S2", "recording goes on after an exception in the pause", "27.0")
def exception_in_the_pause(tf: Any) -> Any:
    def fail() -> None:
        with tape.stop_recording():
            raise KeyError("planned")

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        attempt(fail)
        z = y * x
    return tape.gradient(z, x)


@program("S3", "a variable that is read in the pause only is not watched", "()")
def variable_read_in_the_pause(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape, tape.stop_recording():
        _ = x * x
    return tape.watched_variables()


def _stop(tape: Any) -> None:
    with tape.stop_recording():
        pass


@program("S4", "a tape that was never entered cannot pause",
         "RuntimeError: Trying to stop recording a tape which is not recording....")
def paused_before_the_block(tf: Any) -> Any:
    _stop(tf.GradientTape())


@program("S4", "nor can one that is used up",
         "RuntimeError: Trying to stop recording a tape which is not recording....")
def paused_when_used_up(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    _stop(tape)


@program("S4", "nor one outside its block", "ValueError: Tape is not recording....")
def paused_after_the_block(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        pass
    _stop(tape)


@program("S4", "nor one that pauses already", "ValueError: Tape is not recording....")
def paused_twice(tf: Any) -> Any:
    with tf.GradientTape() as tape, tape.stop_recording():
        _stop(tape)


@program("S5", "reset forgets the ops: tensors from before are constants", "9.0")
def reset_forgets_ops(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
        tape.reset()
        z = v * y
    return tape.gradient(z, v)


@program("S5", "and what was watched: constants must be watched again", "[None, 2.0]")
def reset_forgets_watches(tf: Any) -> Any:
    x, z = tf.constant(3.0), tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch([x, z])
        tape.reset()
        tape.watch(z)
        y = x * z + z * z - x * z
    return tape.gradient(y, [x, z])


@program("S5", "and the variables, until they are read again", "((), ('w:0'))")
def reset_forgets_variables(tf: Any) -> Any:
    v, w = tf.Variable(3.0, name="v"), tf.Variable(2.0, name="w")
    with tf.GradientTape() as tape:
        _ = v * w
        tape.reset()
        after = tape.watched_variables()
        _ = w * w
    return after, tuple(each.name for each in tape.watched_variables())


@program("S6", "reset is for the inside of the block", "ValueError: Tape is not recording....")
def reset_after_the_block(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        pass
    tape.reset()


@program("S6", "not before it, not after gradient() inside it", "["
         "'ValueError: Tape is not recording.', 'ValueError: Tape is not recording.', "
         "'ValueError: Tape is not recording.']")
def reset_at_other_times(tf: Any) -> Any:
    x, tape = tf.Variable(3.0), tf.GradientTape()
    errors = [attempt(tape.reset)]
    with tape:
        y = x * x
        tape.gradient(y, x)
        errors.append(attempt(tape.reset))
    errors.append(attempt(tape.reset))
    return [" ".join(error.split()[:5]) for error in errors]


@program("S1", "gradient() inside a pause uses the tape up, and a fresh one goes on after it", "[6.0, 2.0]")
def gradient_inside_a_pause(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
        with tape.stop_recording():
            first = tape.gradient(y, v)
        z = v * 2.0
    return [first, tape.gradient(z, v)]
