"""Small programs to look at: each returns its tape, the target, and one source."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

import tapes as tf
from comparisons.problem import load
from tapes.view import stepper


def neuron(name="w", other="x"):
    w, x = tf.Variable([[0.5], [-0.25]], name=name), tf.Variable([[1.0, 2.0]], name=other)
    with tf.GradientTape() as tape:
        y = tf.nn.sigmoid(x @ w) * 3.0
        loss = tf.reduce_sum(y * y)
    return tape, loss, w


def mlp():
    rng = np.random.default_rng(0)
    parameters = [tf.Variable(rng.normal(size=shape), name=name) for name, shape in
                  [("weights_of_the_first_layer", (8, 16)), ("b1", (16,)), ("W2", (16, 3)), ("b2", (3,))]]
    W1, b1, W2, b2 = parameters
    inputs = tf.constant(rng.normal(size=(20, 8)))
    labels = tf.constant(np.eye(3)[rng.integers(3, size=20)])
    with tf.GradientTape() as tape:
        hidden = tf.nn.relu(inputs @ W1 + b1)
        unused = tf.floor(hidden)  # noqa: F841 (it is drawn, and says why it has no adjoint)
        loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, hidden @ W2 + b2))
    return tape, loss, W1


def recurrent():
    U = tf.Variable(np.random.default_rng(0).normal(size=(4, 4)) / 4, name="U")
    with tf.GradientTape() as tape:
        h = tf.constant(np.ones((2, 4)))
        for _ in range(250):
            h = tf.tanh(h @ U)
        loss = tf.reduce_sum(h)
    return tape, loss, U


def meeting():
    """Adjoints that meet, with numbers of every length."""
    a, b = tf.Variable(-123456.789, name="重み"), tf.Variable(1e-7 / 3, name="b")
    with tf.GradientTape() as tape:
        c = a * b
        loss = tf.exp(c) * c + c / (a + b) - tf.sin(a) * c
    return tape, loss, a


def short():
    x = tf.Variable(2.0, name="x")
    with tf.GradientTape() as tape:
        y = tf.exp(x)
    return tape, y, x


def layers(language="en"):
    """An MLP with 2 inputs, 3 hidden units and 1 output, in a few numbers."""
    inputs = tf.constant([[1.0, 2.0], [-0.5, 0.25]], tf.float64)
    W1 = tf.Variable([[0.5, -0.25, 0.125], [0.2, 0.3, -0.4]], name="W1", dtype=tf.float64)
    b1 = tf.Variable([0.1, 0.2, 0.3], name="b1", dtype=tf.float64)
    W2 = tf.Variable([[0.7], [-0.6], [0.5]], name="W2", dtype=tf.float64)
    with tf.diagnose.history(), tf.GradientTape(persistent=True) as tape:
        hidden = tf.tanh(inputs @ W1 + b1)
        error = hidden @ W2 - 1.0
        loss = tf.reduce_mean(error * error)
    return SimpleNamespace(steps=stepper(tape, loss, language=language), tape=tape, target=loss,
                           values={"hidden": hidden, "error": error, "loss": loss},
                           sources={"W1": W1, "b1": b1, "W2": W2})


def digits(language="en"):
    """A network 64-32-10 on 1,797 handwritten digits."""
    problem = load("mlp-relu")
    sources = {name: tf.Variable(value, name=name) for name, value in problem.inputs.items()}
    data = {name: tf.constant(value) for name, value in problem.data.items()}
    with tf.diagnose.history(), tf.GradientTape(persistent=True) as tape:
        loss = problem.function(tf, **sources, **data)
    return SimpleNamespace(steps=stepper(tape, loss, language=language), tape=tape, target=loss,
                           values={"loss": loss}, sources=sources)


def paths(language="en"):
    """One variable, which the target depends on in three ways."""
    x = tf.Variable(0.5, name="x", dtype=tf.float64)
    with tf.diagnose.history(), tf.GradientTape(persistent=True) as tape:
        a = tf.sin(x)
        y = a * a + tf.exp(a)
    return SimpleNamespace(steps=stepper(tape, y, language=language), tape=tape, target=y,
                           values={"a": a, "y": y}, sources={"x": x})


DRAWN = [short, neuron, mlp, recurrent, meeting]
STEPPED = [layers, paths, digits]
