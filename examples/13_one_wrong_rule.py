"""One wrong rule spoils every adjoint behind it, and training still seems to work: `explain` finds the one to blame."""

import numpy as np

import tapes as tf
from comparisons.explain import explain
from tapes.ops.activations import sigmoid
from tapes.rules import elementwise

# swish(x) = x s with s = sigmoid(x): by the product rule its derivative is s + x s (1 - s), which is s + y (1 - s).
swish = elementwise("swish", lambda x: x / (1.0 + np.exp(-x)), lambda y, x: sigmoid(x), formula="x/(1 + exp(-x))")
mended = elementwise("mended_swish", swish.forward, lambda y, x: sigmoid(x) + y * (1.0 - sigmoid(x)),
                     formula=swish.formula)

rng = np.random.default_rng(0)
x = tf.constant(rng.uniform(-3.0, 3.0, (40, 1)))
y = tf.sin(x)
start = {"W1": rng.normal(size=(1, 8)), "b1": rng.normal(size=8), "W2": rng.normal(size=(8, 1)), "b2": np.zeros(1)}


def network(activation, W1, b1, W2, b2, x, y):
    hidden = activation(x @ W1 + b1)
    error = hidden @ W2 + b2 - y
    return tf.reduce_mean(tf.square(error))


def train(activation):
    parameters = {name: tf.Variable(value, name=name) for name, value in start.items()}
    for _ in range(1000):
        with tf.GradientTape() as tape:
            loss = network(activation, **parameters, x=x, y=y)
        for v, dv in zip(parameters.values(), tape.gradient(loss, list(parameters.values()))):
            v.assign_sub(0.05 * dv)
    return float(loss), parameters


def explained(activation, parameters):
    with tf.diagnose.history(), tf.GradientTape() as tape:
        loss = network(activation, **parameters, x=x[:4], y=y[:4])
    return explain(tape, loss)


wrong_loss, parameters = train(swish)
right_loss, _ = train(mended)
print(f"the loss falls with both: to {wrong_loss:.4f} with one wrong rule, to {right_loss:.4f} with all rules right\n")
wrong, right = explained(swish, parameters), explained(mended, parameters)
print(wrong, right, sep="\n\n")

assert right_loss < 0.5 * wrong_loss
assert right and not wrong and [blame.op for blame in wrong.blames] == ["swish"]
