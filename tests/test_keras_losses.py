"""Every loss and metric beside Keras: functions, classes, gradients, weights of examples, and names."""

from __future__ import annotations

import numpy as np
import pytest

import tapes
from tapes import keras

from .keras_beside import beside, error

rng = np.random.default_rng(0)
TRUE, PREDICTED = rng.normal(size=(6, 4)).astype("float32"), rng.normal(size=(6, 4)).astype("float32")
SHARES, GUESSES = (rng.dirichlet(np.ones(4), 6).astype("float32") for _ in range(2))
CLASSES, BITS = rng.integers(0, 4, 6), rng.integers(0, 2, (6, 4)).astype("float32")
ONE_HOT, CHANCES = np.eye(4, dtype="float32")[CLASSES], rng.uniform(0.05, 0.95, (6, 4)).astype("float32")
LABELS, WEIGHTS = 2.0 * BITS - 1.0, rng.uniform(0.5, 2.0, 6).astype("float32")

DATA = {  # what is true, and what is predicted
    **dict.fromkeys(("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "cosine_similarity"),
                    (TRUE, PREDICTED)),
    "mean_absolute_percentage_error": (TRUE, PREDICTED), "poisson": (np.abs(TRUE), np.abs(PREDICTED)),
    "mean_squared_logarithmic_error": (np.abs(TRUE), np.abs(PREDICTED)), "kl_divergence": (SHARES, GUESSES),
    "hinge": (LABELS, PREDICTED), "squared_hinge": (BITS, PREDICTED), "categorical_hinge": (ONE_HOT, PREDICTED),
    "binary_crossentropy": (BITS, CHANCES), "categorical_crossentropy": (ONE_HOT, GUESSES),
    "sparse_categorical_crossentropy": (CLASSES, GUESSES),
}
OF_KERAS = {"log_cosh": "logcosh", "mean_squared_error": "mse", "mean_absolute_error": "mae",
            "mean_absolute_percentage_error": "mape", "mean_squared_logarithmic_error": "msle", "kl_divergence": "kld"}
CLASSES_OF = {  # loss classes, by the data that fits
    "MeanSquaredError": "mean_squared_error", "MeanAbsoluteError": "mean_absolute_error", "Huber": "huber",
    "MeanAbsolutePercentageError": "mean_absolute_percentage_error", "LogCosh": "log_cosh",
    "MeanSquaredLogarithmicError": "mean_squared_logarithmic_error", "KLDivergence": "kl_divergence",
    "Poisson": "poisson", "Hinge": "hinge", "SquaredHinge": "squared_hinge", "CategoricalHinge": "categorical_hinge",
    "CosineSimilarity": "cosine_similarity", "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}
METRICS_OF = {**{name: data for name, data in CLASSES_OF.items() if name not in ("Huber", "LogCosh")},
              "LogCoshError": "log_cosh", "RootMeanSquaredError": "mean_squared_error"}


@pytest.mark.parametrize("name", DATA)
def test_function_and_its_gradient(name):
    true, predicted = DATA[name]

    def program(tf, k):
        y, p = tf.constant(true), tf.constant(predicted)
        with tf.GradientTape() as tape:
            tape.watch(p)
            losses = getattr(k.losses, OF_KERAS.get(name, name))(y, p)
        return [losses.numpy(), tape.gradient(losses, p).numpy()]

    beside(program, 1e-4)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", None])
@pytest.mark.parametrize("name", CLASSES_OF)
def test_class(name, reduction):
    true, predicted = DATA[CLASSES_OF[name]]

    def program(tf, k):
        loss = getattr(k.losses, name)(reduction=reduction)
        y, p = tf.constant(true), tf.constant(predicted)
        return [np.array(loss(y, p)), np.array(loss(y, p, WEIGHTS)), np.array(loss(y, p, WEIGHTS[:, None])), loss.name]

    beside(program, 1e-4)


@pytest.mark.parametrize(("name", "settings"), [
    ("Huber", {"delta": 0.3}), ("CosineSimilarity", {"axis": 0}), ("BinaryCrossentropy", {"label_smoothing": 0.2}),
    ("BinaryCrossentropy", {"from_logits": True}), ("CategoricalCrossentropy", {"label_smoothing": 0.2}),
    ("CategoricalCrossentropy", {"from_logits": True}), ("SparseCategoricalCrossentropy", {"from_logits": True})])
def test_settings(name, settings):
    true, predicted = DATA[CLASSES_OF[name]]
    beside(lambda tf, k: np.array(getattr(k.losses, name)(**settings)(tf.constant(true), tf.constant(predicted))), 1e-4)


@pytest.mark.parametrize("name", METRICS_OF)
def test_metric(name):
    true, predicted = DATA[METRICS_OF[name]]

    def program(tf, k):
        metric = getattr(k.metrics, name)()
        found = []
        for part, weight in ((slice(4), None), (slice(4, 6), None), (slice(3), WEIGHTS[:3])):
            metric.update_state(tf.constant(true[part]), tf.constant(predicted[part]), weight)
            found.append(float(metric.result()))
        metric.reset_state()
        return [found, float(metric.result()), metric.name]

    beside(program, 1e-4)


HITS = [lambda m: m.TruePositives(), lambda m: m.FalsePositives(), lambda m: m.TrueNegatives(),
        lambda m: m.FalseNegatives(), lambda m: m.Precision(), lambda m: m.Recall(),
        lambda m: m.Precision(thresholds=0.7), lambda m: m.Recall(0.2), lambda m: m.BinaryAccuracy(),
        lambda m: m.BinaryAccuracy(threshold=0.7)]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("make", HITS)
def test_hits(make, weighted):
    def program(tf, k):
        metric = make(k.metrics)
        for column in range(4):
            metric.update_state(tf.constant(BITS[:, column]), tf.constant(CHANCES[:, column]),
                                WEIGHTS if weighted else None)
        return [float(metric.result()), metric.name]

    beside(program)


@pytest.mark.parametrize("make", [
    lambda m: m.CategoricalAccuracy(), lambda m: m.TopKCategoricalAccuracy(k=2),
    lambda m: m.TopKCategoricalAccuracy(1)])
def test_accuracies(make):
    def program(tf, k):
        metric = make(k.metrics)
        metric.update_state(tf.constant(ONE_HOT), tf.constant(GUESSES), WEIGHTS)
        return [float(metric.result()), metric.name]

    beside(program)


@pytest.mark.parametrize("make", [lambda m: m.SparseCategoricalAccuracy(),
                                  lambda m: m.SparseTopKCategoricalAccuracy(2)])
@pytest.mark.parametrize("classes", [CLASSES, CLASSES[:, None]])
def test_sparse_accuracies(make, classes):
    def program(tf, k):
        metric = make(k.metrics)
        metric.update_state(tf.constant(classes), tf.constant(GUESSES))
        return [float(metric.result()), metric.name]

    beside(program)


@pytest.mark.parametrize("name", [
    "mse", "MSE", "mae", "mape", "msle", "kld", "hinge", "squared_hinge", "huber", "log_cosh", "poisson", "logcosh",
    "mean_squared_error", "MeanSquaredError", "kl_divergence", "categorical_crossentropy", "cosine_similarity"])
def test_names(name):
    keras.losses.get(name)
    model = keras.Sequential([keras.layers.Dense(4)])
    model.compile("sgd", name, metrics=[name])
    model.fit(np.ones((2, 3)), ONE_HOT[:2], verbose=0)


def test_every_public_name_is_one_of_keras():
    tensorflow = pytest.importorskip("tensorflow", reason="pip install tensorflow")
    old = {"losses": {"mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error",
                      "mean_squared_logarithmic_error", "kl_divergence"}}  # those that TensorFlow 2.21 has lost
    for space in ("losses", "metrics", "optimizers", "initializers", "regularizers", "layers", "callbacks", "utils",
                  "activations", "backend"):
        ours = set(getattr(keras, space).__all__) - old.get(space, set())
        assert not ours - set(dir(getattr(tensorflow.keras, space))), space


def test_a_threshold_for_each_class_is_out():
    assert error(lambda: keras.metrics.Precision(thresholds=[0.2, 0.5]))[0] == "NotImplementedError"
    assert error(lambda: keras.metrics.Recall(top_k=3))[0] == "NotImplementedError"


def test_a_metric_within_a_traced_function():
    metric = keras.metrics.Precision()

    @tapes.function
    def step(y, p):
        metric.update_state(y, p)
        return metric.result()

    first = float(step(tapes.constant([1.0, 0.0]), tapes.constant([0.9, 0.8])))
    second = float(step(tapes.constant([1.0, 1.0]), tapes.constant([0.9, 0.8])))
    assert (first, second) == (0.5, 0.75)
