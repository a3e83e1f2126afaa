"""A tape is used up by its first gradient, unless it is persistent; it can be left and entered again."""

from __future__ import annotations

from typing import Any

from ..program import attempt, differing, program

USED_UP = "RuntimeError: A non-persistent GradientTape can only be used to compute one set of gradients..."


@program("L1", "a second gradient of a tape that is not persistent is refused", USED_UP)
def second_gradient(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    tape.gradient(y, x)


@program("L2", "a gradient before the first block is refused in the same words", USED_UP)
def gradient_before_the_block(tf: Any) -> Any:
    x = tf.Variable(3.0)
    tf.GradientTape().gradient(x, x)


@program("L3", "a persistent tape gives any number of gradients", "[108.0, 6.0, 18.0]")
def persistent(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    return [tape.gradient(z, x), tape.gradient(y, x), tape.gradient(z, y)]


@differing("L4", "persistent=1 is persistent",
           tapes="[6.0, 6.0]",
           tensorflow="InternalError: Internal state of the gradient tape is invalid...",
           because="TensorFlow's Python takes 1 for true and its C++ takes it for false")
def persistent_by_a_number(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=1) as tape:
        y = x * x
    return [tape.gradient(y, x), tape.gradient(y, x)]


@program("L5", "gradient() inside the block is allowed, and stops the recording", "(6.0, ('x:0'))")
def gradient_inside_the_block(tf: Any) -> Any:
    x, later = tf.Variable(3.0, name="x"), tf.Variable(4.0, name="later")
    with tf.GradientTape() as tape:
        y = x * x
        dy = tape.gradient(y, x)
        _ = later * later
    return dy, tuple(v.name for v in tape.watched_variables())


@program("L7", "gradient() inside the block of a persistent tape is recorded, with one warning for a line",
         "[27.0, 18.0]; log: Calling GradientTape.gradient on a persistent tape inside its context is...")
def persistent_inside_the_block(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x**3
        for _ in range(3):
            dy = tape.gradient(y, x)
    return [dy, tape.gradient(dy, x)]


@program("L7", "so one persistent tape gives derivatives of any order",
         "[27.0, 27.0, 18.0, 6.0]; log (2 times): Calling GradientTape.gradient on a persistent tape inside its...")
def orders_on_one_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x * x
        dy = tape.gradient(y, x)
        d2y = tape.gradient(dy, x)
    return [y, dy, d2y, tape.gradient(d2y, x)]


@program("L8", "a tape that is entered again goes on where it was", "4.0")
def entered_again(tf: Any) -> Any:
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    with tape:
        y = x + x
    with tape:
        z = y + y
    return tape.gradient(z, x)


@program("L8", "what happens between the two blocks is lost", "[None, 1.0]")
def between_blocks(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    gap = y * y
    with tape:
        z = gap + x
    return [tape.gradient(gap, x), tape.gradient(z, x)]


@program("L9", "a tape that is recording cannot be entered",
         "ValueError: Tape is still recording, This can happen if you try to re-enter an already-active tape....")
def entered_twice(tf: Any) -> Any:
    with tf.GradientTape() as tape, tape:
        pass


@program("L9", "and it goes on recording after the refusal", "6.0")
def recording_after_being_entered_twice(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        attempt(tape.__enter__)
        y = x * x
    return tape.gradient(y, x)


@program("L10", "a tape that was used up can be entered again, and starts with nothing", "5.0")
def entered_when_used_up(tf: Any) -> Any:
    x = tf.Variable(2.0)
    tape = tf.GradientTape()
    with tape:
        y = x * x
    tape.gradient(y, x)
    with tape:
        z = y * x + x
    return tape.gradient(z, x)


@program("L11", "two tapes may be left in the order in which they were entered", "[6.0, 108.0]")
def left_in_any_order(tf: Any) -> Any:
    x = tf.Variable(3.0)
    first, second = tf.GradientTape(), tf.GradientTape()
    first.__enter__()
    second.__enter__()
    y = x * x
    first.__exit__(None, None, None)
    z = y * y
    second.__exit__(None, None, None)
    return [first.gradient([y, z], x), second.gradient(z, x)]


@program("L11", "leaving a tape that was never entered does nothing", "None")
def left_without_being_entered(tf: Any) -> Any:
    return tf.GradientTape().__exit__(None, None, None)


@program("L12", "a call with a wrong argument does not use the tape up", "6.0")
def wrong_arguments_before(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    attempt(tape.gradient, None, x)
    attempt(tape.gradient, y, x, None, "nonsense")
    return tape.gradient(y, x)


@program("L12", "but inside the block it has stopped the recording", "6.0")
def wrong_arguments_inside(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        attempt(tape.gradient, None, x)
        z = y * x
    return tape.gradient([y, z], x)


@differing("L13", "weights that do not fit leave the tape as it was",
           tapes="6.0",
           tensorflow="InternalError: Internal state of the gradient tape is invalid...",
           because="TensorFlow fails in the middle of the sweep and leaves half a tape")
def failed_sweep(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    attempt(tape.gradient, y, x, tf.constant(1.0, tf.float64))
    return tape.gradient(y, x)


@program("L14", "the arguments of GradientTape are persistent, then watch_accessed_variables", "[None, None]")
def positional_arguments(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(True, False) as tape:
        y = x * x
    return [tape.gradient(y, x), tape.gradient(y, x)]


@program("L15", "the arguments of gradient() have the same names in both", "{'x': 12.0}")
def names_of_arguments(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(target=y, sources={"x": x}, output_gradients=tf.constant(2.0),
                         unconnected_gradients=tf.UnconnectedGradients.ZERO)
