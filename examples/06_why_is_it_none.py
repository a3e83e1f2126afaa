"""When a gradient is None, ask the tape why: with a history it names the op and the line where the chain is broken."""

import tapes as tf

x = tf.constant(3.0)
w = tf.Variable(2.0, name="w")
answers = []

with tf.diagnose.history():  # remembers which line made what; without it nothing is slower
    with tf.GradientTape() as tape:
        y = w * x
        tape.watch(x)
    answers.append(tape.why_none(y, x))

    with tf.GradientTape() as tape:
        correct = tf.cast(w * x > 0.5, tf.float32)
    loss = 1.0 - correct
    answers.append(tape.why_none(loss, w))

    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        z = w * w * w
    slope = inner.gradient(z, w)
    answers.append(outer.why_none(slope, w))

for answer in answers:
    print(answer, end="\n\n")

assert [answer.cause for answer in answers] == ["watched late", "no derivative", "inner gradient"]
