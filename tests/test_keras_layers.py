"""Every layer beside Keras': the same names, order and shapes of weights, the same values, the same gradients."""

from __future__ import annotations

import numpy as np
import pytest

import tapes
from comparisons.train.keras import floats
from tapes import keras

tensorflow = pytest.importorskip("tensorflow", reason="pip install tensorflow")
IMAGE, SEQUENCE, ROW, WORDS = (2, 6, 7, 3), (2, 5, 3), (4, 3), "words"

# name -> (layer, shape of the input)
CASES = {
    "dense": (lambda k: k.layers.Dense(4), ROW),
    "dense of sequences, relu, without bias": (lambda k: k.layers.Dense(4, "relu", use_bias=False), SEQUENCE),
    "dense by name of activation": (lambda k: k.layers.Dense(4, activation="softmax"), ROW),
    "activation": (lambda k: k.layers.Activation("tanh"), ROW),
    "relu with all": (lambda k: k.layers.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.2), ROW),
    "relu with threshold": (lambda k: k.layers.ReLU(threshold=0.3), ROW),
    "leaky_relu": (lambda k: k.layers.LeakyReLU(0.25), ROW),  # TensorFlow keeps the slope in float32
    "elu": (lambda k: k.layers.ELU(0.7), ROW),
    "softmax": (lambda k: k.layers.Softmax(axis=1), SEQUENCE),
    "flatten": (lambda k: k.layers.Flatten(), IMAGE),
    "reshape": (lambda k: k.layers.Reshape((-1, 9)), (2, 6, 3)),
    "permute": (lambda k: k.layers.Permute((3, 1, 2)), IMAGE),
    "repeat": (lambda k: k.layers.RepeatVector(3), ROW),
    "lambda": (lambda k: k.layers.Lambda(lambda x: x * 2.0), ROW),
    "dropout without": (lambda k: k.layers.Dropout(0.0), ROW),
    "embedding": (lambda k: k.layers.Embedding(10, 4), WORDS),
    "batch normalization": (lambda k: k.layers.BatchNormalization(), ROW),
    "batch normalization of images": (lambda k: k.layers.BatchNormalization(momentum=0.9, epsilon=0.1), IMAGE),
    "batch normalization, axis 1": (lambda k: k.layers.BatchNormalization(axis=1, scale=False), IMAGE),
    "layer normalization": (lambda k: k.layers.LayerNormalization(), ROW),
    "layer normalization of two axes": (lambda k: k.layers.LayerNormalization(axis=[1, 2], center=False), SEQUENCE),
    "conv1d": (lambda k: k.layers.Conv1D(4, 3, strides=2, padding="same"), SEQUENCE),
    "conv2d": (lambda k: k.layers.Conv2D(4, 3, activation="relu"), IMAGE),
    "conv2d same, strides": (lambda k: k.layers.Conv2D(2, (3, 2), strides=(2, 1), padding="same"), IMAGE),
    "conv2d dilated": (lambda k: k.layers.Conv2D(2, 2, dilation_rate=2, use_bias=False), IMAGE),
    "conv2d transposed": (lambda k: k.layers.Conv2DTranspose(2, 3, strides=2, padding="same"), IMAGE),
    "conv2d transposed, valid": (lambda k: k.layers.Conv2DTranspose(2, 3, strides=2), IMAGE),
    "max pool 1d": (lambda k: k.layers.MaxPool1D(2), SEQUENCE),
    "avg pool 1d": (lambda k: k.layers.AvgPool1D(2, padding="same"), SEQUENCE),
    "max pool 2d": (lambda k: k.layers.MaxPooling2D(2), IMAGE),
    "avg pool 2d": (lambda k: k.layers.AveragePooling2D((2, 3), strides=1, padding="same"), IMAGE),
    "global avg 1d": (lambda k: k.layers.GlobalAveragePooling1D(), SEQUENCE),
    "global max 2d": (lambda k: k.layers.GlobalMaxPool2D(), IMAGE),
    "global avg 2d": (lambda k: k.layers.GlobalAvgPool2D(keepdims=True), IMAGE),
    "simple rnn": (lambda k: k.layers.SimpleRNN(4), SEQUENCE),
    "simple rnn, relu, sequences": (lambda k: k.layers.SimpleRNN(4, "relu", return_sequences=True), SEQUENCE),
    "lstm": (lambda k: k.layers.LSTM(4), SEQUENCE),
    "lstm backwards with states": (lambda k: k.layers.LSTM(4, return_state=True, go_backwards=True,
                                                            return_sequences=True), SEQUENCE),
    "lstm without forget bias": (lambda k: k.layers.LSTM(4, unit_forget_bias=False, use_bias=False), SEQUENCE),
    "gru": (lambda k: k.layers.GRU(4, bias_initializer="random_normal"), SEQUENCE),
    "gru, reset before": (lambda k: k.layers.GRU(4, reset_after=False, return_sequences=True), SEQUENCE),
    **{name.lower(): (lambda k, name=name: getattr(k.layers, name)(), [ROW, ROW])
       for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")},
}


def _input(shape, rng):
    if shape == WORDS:
        return np.array([[1, 2, 3], [3, 0, 9]], np.int32)
    if isinstance(shape, list):
        return [_input(each, rng) for each in shape]
    return rng.normal(size=shape)


def _run(tf, k, layer, x, weights, training):
    """Outputs, weights afterwards, and gradients by inputs and weights of the sum of the squares."""
    inputs = tf.nest.map_structure(tf.constant, x)
    layer(inputs)
    if weights is not None:
        layer.set_weights(weights)
    with tf.GradientTape() as tape:
        tape.watch(tf.nest.flatten(inputs))
        outputs = layer(inputs, training=training)
        loss = sum(tf.reduce_sum(tf.square(y)) for y in tf.nest.flatten(outputs))
    sources = [*tf.nest.flatten(inputs), *(v.value if hasattr(v, "value") and not callable(v.value) else v
                                           for v in layer.trainable_variables)]
    gradients = tape.gradient(loss, sources)
    return ([np.asarray(y) for y in tf.nest.flatten(outputs)], [np.asarray(w) for w in layer.get_weights()],
            [None if g is None else np.asarray(tf.convert_to_tensor(g)) for g in gradients])


@pytest.fixture
def float64():
    with floats(tapes, "float64"), floats(tensorflow, "float64"):
        yield


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_layer(case, training, float64):
    make, shape = CASES[case]
    x = _input(shape, np.random.default_rng(1))
    theirs = make(tensorflow.keras)
    theirs(tensorflow.nest.map_structure(tensorflow.constant, x))
    rng = np.random.default_rng(2)
    weights = [rng.uniform(0.1, 1.0, w.shape) for w in theirs.get_weights()]
    ours = make(keras)
    expected = _run(tensorflow, tensorflow.keras, theirs, x, weights, training)
    actual = _run(tapes, keras, ours, x, weights, training)
    assert [(v.name, tuple(v.shape), v.trainable) for v in ours.weights] == [
        (v.name, tuple(v.shape), v.trainable) for v in theirs.weights]
    inner = [[v.path.partition("/")[2] for v in layer.weights] for layer in (ours, theirs)]  # the first part counts
    assert inner[0] == inner[1]
    for mine, other in zip(actual, expected, strict=True):
        for a, b in zip(mine, other, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
    assert theirs.count_params() == ours.count_params()
    if not isinstance(shape, list):
        got = ours.compute_output_shape((None, *x.shape[1:]))
        want = theirs.compute_output_shape((None, *x.shape[1:]))
        assert got == want or tapes.nest.flatten(got) == tapes.nest.flatten(want)
