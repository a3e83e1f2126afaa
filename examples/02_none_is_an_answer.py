"""None means that no path leads from the source to the target; it is not the same as zero."""

import tapes as tf

x = tf.constant(3.0)
unwatched = tf.constant(5.0)

with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    y = x * x * unwatched
    rounded = tf.floor(x) * 2.0  # a staircase: TensorFlow, and so the tape, has no gradient for it
    cut = tf.stop_gradient(x) * 2.0  # the value without the history
    flat = x - x  # here the derivative is truly zero
outside = y * x  # after the block nothing is written down

answers = {
    "dy/dx": tape.gradient(y, x),
    "dy/dx of a constant that nobody watched": tape.gradient(y, unwatched),
    "d floor(x)/dx": tape.gradient(rounded, x),
    "through stop_gradient": tape.gradient(cut, x),
    "d (x - x)/dx": tape.gradient(flat, x),
    "computed after the block": tape.gradient(outside, x),
    "the same, with zeros for None": tape.gradient(outside, x, unconnected_gradients="zero"),
}
for question, answer in answers.items():
    print(f"{question:42}", None if answer is None else float(answer))

assert [None if a is None else float(a) for a in answers.values()] == [30.0, None, None, None, 0.0, None, 0.0]
