"""Convolution and pooling as users call them: padding, strides, dilations and formats are TensorFlow's."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import tapes
from comparisons.measure import difference
from tapes.errors import InvalidArgumentError

CALLS = [
    *(f"tf.nn.conv2d(x, w, {strides}, {padding!r})" for strides in (1, 2, (1, 2), [1, 3, 2, 1])
      for padding in ("SAME", "VALID", [[0, 0], [2, 0], [1, 3], [0, 0]])),
    "tf.nn.conv2d(tf.reshape(x, [1, 2, 6, 7, 2]), w, 1, 'SAME')",
    "tf.nn.convolution(x, w, padding='SAME')",
    "tf.nn.conv1d(x[:, 0], w[0], 2, 'SAME')",
    "tf.nn.conv1d(x[:, 0], w[0], 1, 'VALID')",
    "tf.nn.conv3d(x[..., None], w[:, :, :, None], [1, 2, 1, 1, 1], 'SAME')",
    "tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], 'SAME')",
    "tf.nn.depthwise_conv2d(x, w, [1, 2, 2, 1], 'VALID')",
    "tf.nn.separable_conv2d(x, w, tf.reshape(w, [1, 1, -1, 9])[:, :, :8], [1, 1, 1, 1], 'VALID')",
    "tf.nn.conv2d_transpose(x, tf.transpose(w, [0, 1, 3, 2]), [2, 12, 13, 4], 2)",
    "tf.nn.conv2d_transpose(x, tf.transpose(w, [0, 1, 3, 2]), [2, 8, 9, 4], 1, 'VALID')",
    "tf.nn.conv1d_transpose(x[:, 0], tf.transpose(w[0], [0, 2, 1]), [2, 14, 4], 2)",
    *(f"tf.nn.{kind}_pool2d(x, {window}, {padding!r})" for kind in ("max", "avg") for window in (
        "2, 2", "3, 1", "[2, 3], [1, 2]", "[1, 2, 2, 1], [1, 1, 3, 1]") for padding in ("SAME", "VALID")),
    "tf.nn.max_pool2d(x, 3, 2, [[0, 0], [1, 0], [1, 2], [0, 0]])",
    "tf.nn.max_pool(x, 2, 2, 'SAME')",
    "tf.nn.avg_pool(x, 2, 2, 'SAME')",
    "tf.nn.max_pool1d(x[0], 2, 1, 'SAME')",
    "tf.nn.avg_pool1d(x[0], 4, 3, 'SAME')",
    # no place for the window
    "tf.nn.avg_pool2d(x[:, :2], 3, 1, 'VALID')", "tf.nn.avg_pool2d(x[:, :2], 5, 2, 'VALID')",
]
EMPTY = ["tf.nn.conv2d(x[:, :2], w, 1, 'VALID')", "tf.nn.conv2d(x[:, :1], w, 2, 'VALID')",
         "tf.nn.conv2d(x[:, :0], w, 1, 'SAME')", "tf.nn.conv1d(x[:, 0, :2], w[0], 1, 'VALID')",
         "tf.nn.depthwise_conv2d(x[:, :2], w, [1, 1, 1, 1], 'VALID')"]
# For these TensorFlow has no gradient on a CPU, or a wrong one.
VALUES = [*EMPTY, "tf.nn.conv2d(x, w, 1, 'SAME', dilations=2)",
          "tf.nn.conv2d(x, w, 1, 'VALID', dilations=[1, 2, 3, 1])",
          "tf.nn.conv2d(x, w[:, :, :1], 1, 'SAME')",
          "tf.cast(tf.nn.max_pool(tf.cast(x[..., None], tf.float32), [2, 2, 1], 2, 'VALID'), tf.float64)"]

needs_tensorflow = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None,
                                      reason="TensorFlow is not installed: pip install tensorflow")
rng = np.random.default_rng(5)
IMAGES, FILTERS = rng.normal(size=(2, 6, 7, 2)), rng.normal(size=(3, 3, 2, 4))


def outcome(call, tf, gradients):
    x, w = tf.constant(IMAGES), tf.constant(FILTERS)
    with tf.GradientTape() as tape:
        tape.watch([x, w])
        y = eval(call, {"tf": tf, "x": x, "w": w})
        loss = tf.reduce_sum(y * y * y)
    return [y, *(tape.gradient(loss, [x, w]) if gradients else [])]


@needs_tensorflow
@pytest.mark.parametrize("call", [*CALLS, *VALUES])
def test_value_and_gradients_are_tensorflows(call):
    import tensorflow

    for ours, theirs in zip(outcome(call, tapes, call in CALLS), outcome(call, tensorflow, call in CALLS), strict=True):
        assert (ours is None) == (theirs is None)
        assert ours is None or difference(ours.numpy(), theirs.numpy()).within(1e-13), call


# TensorFlow's process ends at an empty max_pool, and in single precision its convolutions are not empty: findings.md.
@pytest.mark.parametrize("call", [
    *EMPTY, "tf.nn.max_pool2d(x[:, :2], 3, 1, 'VALID')", "tf.nn.max_pool2d(x[:, :0], 3, 1, 'SAME')",
    "tf.nn.conv2d(tf.cast(x[:, :2], tf.float32), tf.cast(w, tf.float32), 1, 'VALID')",
    "tf.nn.conv3d(x[:, :2, ..., None], w[..., None, :], [1] * 5, 'VALID')"])
def test_where_the_window_has_no_place_the_result_is_empty_and_the_gradients_are_0(call):
    y, dx, dw = outcome(call, tapes, True)
    assert 0 in y.shape and dx.shape == IMAGES.shape and not dx.numpy().any()
    assert dw is None or (dw.shape == FILTERS.shape and not dw.numpy().any())


@needs_tensorflow
@pytest.mark.parametrize(("length", "stride"), [(1, 1), (0, 1), (1, 2), (0, 2)])
def test_how_much_too_large_a_window_may_be(length, stride):
    import tensorflow

    shapes = []
    for tf in (tapes, tensorflow):
        try:
            shapes.append(tuple(tf.nn.avg_pool1d(tf.ones([1, length, 1]), 3, stride, "VALID").shape))
        except tf.errors.InvalidArgumentError as error:
            assert "Computed output size would be negative" in str(error)
            shapes.append(None)
    assert shapes[0] == shapes[1] == {(1, 1): None, (0, 1): None}.get((length, stride), (1, 0, 1))


def test_a_layer_refuses_a_window_without_a_place():
    layers, image = tapes.keras.layers, tapes.ones([1, 2, 2, 1])
    for layer in (layers.Conv2D(2, 3), layers.MaxPooling2D(3, 1), layers.AveragePooling2D(3, 1)):
        with pytest.raises(ValueError, match=r"output size would be zero or negative: a window of \[3, 3\]"):
            layer(image)


# On a CPU TensorFlow has only channels last.
@pytest.mark.parametrize(("last", "first"), [
    ("tf.nn.conv2d(x, w, [1, 2, 1, 1], 'SAME')", "tf.nn.conv2d(turned, w, [1, 1, 2, 1], 'SAME', 'NCHW')"),
    ("tf.nn.conv2d(x, w, 1, [[0, 0], [1, 0], [0, 2], [0, 0]])",
     "tf.nn.conv2d(turned, w, 1, [[0, 0], [0, 0], [1, 0], [0, 2]], 'NCHW')"),
    ("tf.nn.depthwise_conv2d(x, w, [1, 1, 1, 1], 'SAME')",
     "tf.nn.depthwise_conv2d(turned, w, [1, 1, 1, 1], 'SAME', 'NCHW')"),
    ("tf.nn.conv2d_transpose(x, w[:, :, :, :2], [2, 12, 14, 2], 2)",
     "tf.nn.conv2d_transpose(turned, w[:, :, :, :2], [2, 2, 12, 14], 2, data_format='NCHW')"),
    ("tf.nn.max_pool2d(x, [2, 3], [1, 2], 'SAME')", "tf.nn.max_pool2d(turned, [2, 3], [1, 2], 'SAME', 'NCHW')"),
])
def test_channels_first_is_the_same_in_another_order(last, first):
    expected = outcome(f"tf.transpose({last}, [0, 3, 1, 2])", tapes, True)
    found = outcome(first.replace("turned", "tf.transpose(x, [0, 3, 1, 2])"), tapes, True)
    for a, b in zip(found, expected, strict=True):
        assert a is b is None or (a.numpy() == b.numpy()).all()


@needs_tensorflow
def test_a_tie_goes_to_the_first():
    import tensorflow

    found = []
    for tf in (tapes, tensorflow):
        x = tf.constant(np.array([0.0, 1, 1, 0, 1, 1, 0, 0, 0]).reshape(1, 3, 3, 1))
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.max_pool2d(x, 2, 1, "SAME")
        found.append(tape.gradient(y, x).numpy().reshape(3, 3).tolist())
    assert found[0] == found[1] == [[0, 2, 1], [0, 2, 1], [1, 1, 1]]


def test_no_adjoint_goes_into_the_border():
    x = tapes.constant(np.full((1, 1, 3, 1), -np.inf))
    with tapes.GradientTape() as tape:
        tape.watch(x)
        y = tapes.nn.max_pool2d(x, [1, 2], 1, [[0, 0], [0, 0], [1, 1], [0, 0]])
    assert tape.gradient(y, x).numpy().ravel().tolist() == [2, 1, 1]


def test_the_largest_of_nan_is_nan_and_gets_the_adjoint():
    x = tapes.constant([1.0, np.nan, 3.0, 2.0], shape=[1, 2, 2, 1])
    with tapes.GradientTape() as tape:
        tape.watch(x)
        y = tapes.nn.max_pool2d(x, 2, 2, "VALID")
    assert np.isnan(y.numpy()).all()
    assert tape.gradient(y, x).numpy().ravel().tolist() == [0, 1, 0, 0]


def test_many_images_go_block_by_block_and_none_is_left_out(monkeypatch):
    from tapes.ops import conv

    whole = outcome("tf.nn.conv2d(x, w, 2, 'SAME')", tapes, True)
    monkeypatch.setattr(conv, "CACHED", 1)
    for one_by_one, at_once in zip(outcome("tf.nn.conv2d(x, w, 2, 'SAME')", tapes, True), whole, strict=True):
        assert difference(one_by_one.numpy(), at_once.numpy()).within(1e-14)


def test_an_image_without_a_batch_is_explained():
    # TensorFlow 2.21 ends the whole process here
    with pytest.raises(InvalidArgumentError, match=r"conv2d: the input needs at least 4 axes.*tapes\.expand_dims"):
        tapes.nn.conv2d(tapes.ones([5, 5, 2]), tapes.ones([3, 3, 2, 4]), 1, "SAME")
