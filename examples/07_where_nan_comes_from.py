"""A gradient can be nan where the loss is fine: 0 times infinity. The tape finds the op, the entry and the line."""

import tapes as tf

x = tf.Variable([4.0, 0.0, -1.0], name="x")


def root_or_0(x):
    return tf.where(x > 0.0, tf.sqrt(x), 0.0)


def safe_root_or_0(x):
    safe = tf.where(x > 0.0, x, 1.0)  # the bad numbers never go into the root
    return tf.where(x > 0.0, tf.sqrt(safe), 0.0)


for function in (root_or_0, safe_root_or_0):
    with tf.diagnose.history(), tf.GradientTape(persistent=True) as tape:
        y = function(x)
    print(function.__name__, "is", y.numpy(), "and its gradient", tape.gradient(y, x).numpy())
    print(tape.first_nan(y, x), end="\n\n")

assert not tape.first_nan(y, x)  # the second is fine
