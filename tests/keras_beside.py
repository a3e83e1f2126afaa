"""What the tests of tapes.keras share: one program, run with tapes and with TensorFlow, results side by side."""

from __future__ import annotations

import numpy as np
import pytest

import tapes


def weights(model, x):
    """Build the model, and give it the weights that it has in every library."""
    model(x)
    rng = np.random.default_rng(7)
    model.set_weights([rng.uniform(-0.5, 0.5, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def both(program):
    """The results of program(tf, keras) with tapes, and with TensorFlow, names counted from the beginning."""
    tensorflow = pytest.importorskip("tensorflow", reason="pip install tensorflow")
    found = []
    tensorflow.config.run_functions_eagerly(True)  # to trace a small model takes longer than to train it
    try:
        for tf in (tapes, tensorflow):
            tf.keras.backend.clear_session()
            found.append(program(tf, tf.keras))
    finally:
        tensorflow.config.run_functions_eagerly(False)
    return found


def alike(ours, theirs, rtol=1e-5):
    """Numbers to some digits, all else equal."""
    if isinstance(ours, dict):
        assert list(ours) == list(theirs)
        for name in ours:
            alike(ours[name], theirs[name], rtol)
    elif isinstance(ours, (list, tuple)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            alike(a, b, rtol)
    elif isinstance(ours, (float, np.ndarray)):
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-6)
    else:
        assert ours == theirs


def beside(program, rtol=1e-5):
    """The results are those that Keras gives; they are returned."""
    ours, theirs = both(program)
    alike(ours, theirs, rtol)
    return ours


def error(call):
    """The type and text of the error that a call ends with."""
    try:
        call()
    except Exception as error:
        return type(error).__name__, str(error)
    return None
