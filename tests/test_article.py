"""The article's own code runs with `import tapes as tf`, and where it is wrong, the error or warning says how."""

from __future__ import annotations

import logging
import pathlib
import re
import types

import numpy as np
import pytest

import tapes
from tapes import arguments, article

TEXT = (pathlib.Path(__file__).parent / "article.txt").read_text()
BLOCKS = dict(re.findall(r"^--- (.*)\n((?:.*\n)*?)(?=--- |\Z)", TEXT, re.MULTILINE))

# What is wrong in the article, and how it must be.
CORRECTIONS = {
    "train with an optimizer": [("zip([model.W, model.b], [dW, db])", "zip([dW, db], [model.W, model.b])")],
    "train a layer": [("y=y_train_", "desired_y=y_train_")],
    "model of layers": [("tf.keras.layers(", "tf.keras.layers.Dense(")],
    "sequential model": [("tf.keras.layers(", "tf.keras.layers.Dense("), ("10, activation=None", "10, 'softmax'")],
    "compile": [(") model.compile", ")\nmodel.compile")],  # a lost end of line
}
BY_HAND = ["linear model", "loss", "train by hand"]
OPTIMIZER = ["linear model and loss", "optimizer", "train with an optimizer"]
LAYER = ["dense layer", "loss of a layer", "value and gradients", "train a layer"]


@pytest.fixture(autouse=True)
def nothing_was_said_yet():
    arguments.logged.clear()


def code(name):
    text = BLOCKS[name]
    for wrong, right in CORRECTIONS.get(name, []):
        assert wrong in text
        text = text.replace(wrong, right)
    return text


def run(names, space, corrected=True):
    for name in names:
        exec(compile(code(name) if corrected else BLOCKS[name], f"article: {name}", "exec"), space)
    return space


def line(tf):
    """Points near a line, in the namespace of the article's programs."""
    x = np.random.default_rng(0).normal(size=100).astype("float32")
    noise = np.random.default_rng(1).normal(size=100).astype("float32")
    return {"tf": tf, "inputs": tf.constant(x), "outputs": tf.constant(3.0 * x + 2.0 + 0.1 * noise)}


def images(tf):
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(50, 784)).astype("float32"), rng.integers(0, 10, 50)
    return {"tf": tf, "x_train_eager": tf.constant(x), "y_train_eager": tf.one_hot(tf.constant(labels), 10),
            "num_epochs": 2, "batch_size": 16, "learning_rate": 1e-3}


def dense(tf):
    rng = np.random.default_rng(0)
    return {"tf": tf, "output_size": 2, "num_epochs": 3, "x_train_": tf.constant(rng.normal(size=(8, 3)), tf.float32),
            "y_train_": tf.constant(rng.normal(size=(8, 2)), tf.float32)}


def tensorflow_of_2018():
    """TensorFlow as it is, with the old names that the article needs put back."""
    tf = pytest.importorskip("tensorflow", reason="pip install tensorflow")
    from tensorflow.python.eager.backprop import implicit_val_and_grad

    keras = types.SimpleNamespace(layers=tf.keras.layers, losses=types.SimpleNamespace(
        mean_squared_error=tf.keras.losses.mse))
    return types.SimpleNamespace(
        Variable=tf.Variable, GradientTape=tf.GradientTape, reduce_mean=tf.reduce_mean, square=tf.square, keras=keras,
        constant=tf.constant, float32=tf.float32, tensorflow=tf, train=types.SimpleNamespace(
            GradientDescentOptimizer=tf.keras.optimizers.SGD), contrib=types.SimpleNamespace(
            eager=types.SimpleNamespace(implicit_value_and_gradients=implicit_val_and_grad)))


def test_all_blocks_are_here():
    assert len(BLOCKS) == 15 and set(CORRECTIONS) <= set(BLOCKS)
    assert sum(text.count("\n") for text in BLOCKS.values()) == 90


# -- what is right, or corrected ---------------------------------------------------------------------------------------

def test_regression_by_hand():
    found = {}
    for tf in (tapes, tensorflow_of_2018()):
        space = run(BY_HAND, line(tf))
        space["model"] = space["Model"]()
        run(["ten epochs"], space)
        found[tf is tapes] = float(space["model"].W), float(space["model"].b), float(space["current_loss"])
    ours, theirs = found.values()
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert ours[0] == pytest.approx(3.0, abs=0.5) and ours[1] == pytest.approx(2.0, abs=0.5)


def test_regression_with_an_optimizer():
    found = {}
    for tf in (tapes, tensorflow_of_2018()):
        space = run(OPTIMIZER, line(tf))
        model = space["Model"]()
        for _ in range(10):
            space["train"](model, space["inputs"], space["outputs"], 1e-4)
        found[tf is tapes] = float(model.W), float(model.b)
    ours, theirs = found.values()
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    assert ours != (5.0, 0.0)


def test_a_layer():
    found, start = {}, np.random.default_rng(1).normal(size=(3, 2)).astype("float32")
    for tf in (tapes, tensorflow_of_2018()):
        space = run(["optimizer", "dense layer"], dense(tf))
        model = space["model"]
        model(space["x_train_"])
        model.set_weights([start, np.zeros(2, "float32")])
        if tf is not tapes:  # the old function knows TensorFlow's Variables, not those of Keras 3
            space["optimizer"].apply_gradients = _for_keras(space["optimizer"], model)
        run(LAYER[1:], space)
        found[tf is tapes] = [np.asarray(w) for w in model.get_weights()], np.asarray(space["loss"])
    (ours, mine), (theirs, other) = found.values()
    np.testing.assert_allclose(mine, other, rtol=1e-5)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    assert np.abs(ours[0] - start).max() > 1e-5


def _for_keras(optimizer, model):
    apply = optimizer.apply_gradients
    return lambda pairs: apply([(gradient, next(v for v in model.weights if v.value is handle))
                                for gradient, handle in pairs])


@pytest.mark.parametrize("block", ["model of layers", "sequential model"])
def test_keras(block, capsys):
    space = run([block, "compile", "fit"], images(tapes))
    history = space["model"].history.history
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert [tuple(v.shape) for v in space["model"].weights] == [
        (784, 512), (512,), (512, 256), (256,), (256, 10), (10,)]
    assert "Epoch 2/2" in capsys.readouterr().out


# -- its mistakes ------------------------------------------------------------------------------------------------------

def test_1_pairs_the_wrong_way_round():
    space = run(OPTIMIZER, line(tapes), corrected=False)
    model = space["Model"]()
    with pytest.raises(TypeError, match=r"pairs are \(gradient, variable\).*zip\(gradients, variables\)"):
        space["train"](model, space["inputs"], space["outputs"], 1e-4)
    assert (float(model.W), float(model.b)) == (5.0, 0.0)


@pytest.mark.parametrize("block", ["model of layers", "sequential model"])
def test_2_a_module_is_no_layer(block):
    with pytest.raises(TypeError, match=r"module.*tapes\.keras\.layers\.Dense\(512, activation='relu'\)"):
        run([block], images(tapes), corrected=False)


def test_3_a_keyword_that_is_not_there():
    space = run(["optimizer", *LAYER[:3]], dense(tapes))
    with pytest.raises(TypeError, match=r"loss_fn\(\).*'(y|desired_y)'.*loss_fn\(model, x, desired_y\)"):
        run(["train a layer"], space, corrected=False)


def test_4_cross_entropy_of_what_is_no_probability(caplog):
    with caplog.at_level(logging.WARNING):
        run(["model of layers", "compile", "fit"], images(tapes))
    assert caplog.text.count("from_logits=True") == 1 and "softmax" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        run(["sequential model", "compile", "fit"], images(tapes))
    assert not caplog.text


def test_4_with_the_numbers_of_keras():
    tf = pytest.importorskip("tensorflow", reason="pip install tensorflow")
    y, logits = [[0.0, 1.0]], [[-1.0, 3.0]]
    ours, theirs = (float(np.asarray(k.losses.categorical_crossentropy(one.constant(y), one.constant(logits)))[0])
                    for one, k in ((tapes, tapes.keras), (tf, tf.keras)))
    assert ours == pytest.approx(theirs, rel=1e-6) == pytest.approx(1.2e-7, rel=0.01)


@pytest.mark.parametrize(("loss", "y", "prediction"), [
    ("categorical_crossentropy", [[0.0, 1.0]], [[0.2, 0.2]]), ("sparse_categorical_crossentropy", [1], [[-0.2, 1.2]]),
    ("binary_crossentropy", [[1.0]], [[1.5]])])
def test_4_each_cross_entropy_warns_once(loss, y, prediction, caplog):
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            getattr(tapes.keras.losses, loss)(tapes.constant(y), tapes.constant(prediction))
    assert caplog.text.count("from_logits=True") == 1
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        getattr(tapes.keras.losses, loss)(tapes.constant(y), tapes.constant([[0.25, 0.75][-len(prediction[0]):]]))
        getattr(tapes.keras.losses, loss)(tapes.constant(y), tapes.constant(prediction), from_logits=True)
    assert not caplog.text


def test_5_a_learning_rate_that_does_nothing(caplog):
    space = run(OPTIMIZER, line(tapes))
    model = space["Model"]()
    with caplog.at_level(logging.WARNING):
        space["train"](model, space["inputs"], space["outputs"], 1e-4)
    assert not caplog.text
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            space["train"](model, space["inputs"], space["outputs"], learning_rate=0.1)
    assert caplog.text.count("learning_rate=0.1") == 1 and "0.0001" in caplog.text


# -- the other names of 2018 -------------------------------------------------------------------------------------------

def test_names_beside_tensorflow():
    tf = pytest.importorskip("tensorflow", reason="pip install tensorflow").compat.v1
    programs = [
        lambda tf: [tf.div(tf.constant(x), tf.constant(y)) for x, y in ((-7, 2), (7.0, 2.0), (-7, -2))],
        lambda tf: tf.losses.mean_squared_error(tf.constant([1.0, 2.0]), tf.constant([1.0, 4.0])),
        lambda tf: tf.losses.mean_squared_error(tf.constant([1.0, 2.0]), tf.constant([1.0, 4.0]), [0.0, 2.0]),
        lambda tf: tf.losses.softmax_cross_entropy(tf.constant([[0.0, 1.0]]), tf.constant([[1.0, 3.0]])),
        lambda tf: tf.losses.softmax_cross_entropy(tf.constant([[0.0, 1.0]]), tf.constant([[1.0, 3.0]]),
                                                   label_smoothing=0.1),
        lambda tf: tf.log(tf.constant(2.0)),
        lambda tf: [tf.constant(x.shape.as_list()) for x in (tf.random_normal([2, 3]), tf.random_uniform([4], 1, 2))],
    ]
    for program in programs:
        ours, theirs = program(types.SimpleNamespace(constant=tapes.constant, **article.NAMES)), program(tf)
        for a, b in zip(tapes.nest.flatten(ours), tapes.nest.flatten(theirs), strict=True):
            np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-6)
            assert a.dtype.name == b.dtype.name


@pytest.mark.parametrize(("make", "tolerance"), [
    (lambda tf: tf.train.GradientDescentOptimizer(0.1), 1e-7),
    (lambda tf: tf.train.AdamOptimizer(0.1), 1e-4)])  # of 1 - 0.999, which TensorFlow 1 takes in float32
def test_optimizers_beside_tensorflow(make, tolerance):
    tf = pytest.importorskip("tensorflow", reason="pip install tensorflow")
    found = []
    for variables, old in ((tapes, tapes), (tf, tf.compat.v1)):
        w, optimizer = variables.Variable([1.0, -2.0], dtype=variables.float64), make(old)
        for _ in range(5):
            optimizer.minimize(lambda w=w: w * w * w)
            optimizer.apply_gradients(optimizer.compute_gradients(lambda w=w: w * w, [w]))
        found.append(np.asarray(w))
    np.testing.assert_allclose(*found, rtol=tolerance)


def test_defun_is_a_traced_function():
    traced = tapes.contrib.eager.defun(lambda x: x * 2.0)
    assert float(traced(tapes.constant(3.0))) == 6.0 and "def " in traced.source()


@pytest.mark.parametrize("name", ["Session", "placeholder", "global_variables_initializer"])
def test_what_is_gone_says_what_there_is_instead(name):
    with pytest.raises(AttributeError, match="tapes"):
        getattr(tapes, name)
    if name != "global_variables_initializer":
        with pytest.raises(AttributeError, match=r"tapes\.function"):
            getattr(tapes, name)


@pytest.mark.parametrize(("loss", "error", "message"), [
    (lambda x: None, ValueError, "forget to return"), (lambda x: x, ValueError, "No trainable variables")])
def test_gradients_of_nothing(loss, error, message):
    with pytest.raises(error, match=message):
        article.implicit_gradients(loss)(tapes.constant(1.0))
