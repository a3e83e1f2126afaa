"""Callbacks beside Keras': told the same in the same order, and stopping at the same time."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from tapes import keras

from .conftest import ROOT
from .keras_beside import beside, weights
from .test_keras_training import X, Y, line

MOMENTS = [f"on_{what}_{end}" for what in ("train", "test", "predict", "epoch", "train_batch", "test_batch",
                                           "predict_batch") for end in ("begin", "end")]


def telling(k, told, moments=MOMENTS):
    """A callback that writes down what it is told."""
    def method(name):
        def on(self, *about, logs=None):
            *about, last = (*about, logs) if logs is not None or "batch" in name else about
            told.append([name, *about, {key: value if isinstance(value, float) else "other"
                                        for key, value in (last or {}).items()}])
        return on

    return type("Telling", (k.callbacks.Callback,), {name: method(name) for name in moments})()


def test_what_is_told_and_when():
    def program(tf, k):
        told, model = [], line(k)
        callback = telling(k, told)
        model.fit(X, Y, batch_size=4, epochs=2, validation_split=0.3, shuffle=False, verbose=0, callbacks=[callback])
        params = [dict(callback.params)]
        model.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[callback])
        params.append(dict(callback.params))
        model.predict(X, batch_size=4, verbose=0, callbacks=callback)
        params.append(dict(callback.params))
        return [told, params, callback.model is model]

    beside(program)


@pytest.mark.parametrize("name", ["on_batch_begin", "on_batch_end"])
def test_names_of_2017(name):
    def program(tf, k):
        told = []
        line(k).fit(X, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[telling(k, told, [name])])
        return told

    assert len(beside(program)) == 3


STOPPING = {
    "at once": {"monitor": "loss", "min_delta": 10.0},
    "patience": {"monitor": "loss", "min_delta": 0.05, "patience": 3},
    "restored": {"monitor": "loss", "min_delta": 0.05, "patience": 2, "restore_best_weights": True},
    "validation": {"monitor": "val_mae", "min_delta": 0.02, "patience": 1, "mode": "min"},
    "growing": {"monitor": "loss", "mode": "max", "patience": 2},
    "baseline": {"monitor": "loss", "baseline": 0.1, "patience": 2},
    "later": {"monitor": "loss", "min_delta": 10.0, "start_from_epoch": 4},
}


@pytest.mark.parametrize("name", STOPPING)
def test_early_stopping(name):
    def program(tf, k):
        model = line(k)
        callback = k.callbacks.EarlyStopping(**STOPPING[name])
        history = model.fit(X, Y, epochs=12, validation_split=0.3, shuffle=False, verbose=0, callbacks=[callback])
        return [history.history, history.epoch, callback.stopped_epoch, callback.best_epoch,
                [np.array(w) for w in model.get_weights()]]

    beside(program)


def test_stopping_within_an_epoch():
    def program(tf, k):
        class Stop(k.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                self.model.stop_training = batch == 1

        return line(k).fit(X, Y, batch_size=4, epochs=3, shuffle=False, verbose=0, callbacks=[Stop()]).history

    beside(program)


def test_learning_rates():
    def program(tf, k):
        callback = k.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5 if epoch else rate)
        return line(k).fit(X, Y, epochs=3, shuffle=False, verbose=0, callbacks=[callback]).history

    beside(program)


def test_the_history_of_the_last_fit():
    model = line(keras)
    history = model.fit(X, Y, epochs=2, verbose=0)
    assert model.history is history and history.model is model
    own = keras.callbacks.History()
    assert model.fit(X, Y, verbose=0, callbacks=[own]) is own


def test_nan_ends_training(capsys):
    model = weights(keras.Sequential([keras.layers.Dense(2)]), X)
    model.compile(keras.optimizers.SGD(1e30), "mse")
    history = model.fit(X, Y, epochs=9, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])
    assert len(history.epoch) < 9 and "Invalid loss" in capsys.readouterr().out


def test_a_class_is_no_callback():
    with pytest.raises(TypeError, match=r"write its name with \(\)"):
        line(keras).fit(X, Y, verbose=0, callbacks=[keras.callbacks.History])


# -- what is printed ---------------------------------------------------------------------------------------------------

PROGRAM = """
import numpy as np
import tapes as tf
model = tf.keras.Sequential([tf.keras.layers.Dense(2)])
model.compile("sgd", "mse", metrics=["mae"])
x, y = np.ones((40, 3)), np.ones((40, 2))
{}
"""
NUMBER = r"(\d+\.\d{4}|\d\.\d{4}e[-+]\d\d)"
TIME = r"\d+(s|ms|us)"


def printed(capsys, call):
    call(line(keras))
    return capsys.readouterr().out


def test_nothing(capsys):
    assert not printed(capsys, lambda model: (model.fit(X, Y, verbose=0), model.evaluate(X, Y, verbose=0),
                                              model.predict(X, verbose=0)))


@pytest.mark.parametrize("verbose", [1, "auto", 2])
def test_in_a_file_there_is_a_line_for_each_epoch(verbose, capsys):
    lines = printed(capsys, lambda model: model.fit(X, Y, batch_size=4, epochs=2, validation_split=0.3,
                                                    verbose=verbose)).splitlines()
    bar = f" {'━' * 20} 0s {TIME}/step" if verbose != 2 else f" - 0s - {TIME}/step"
    numbers = f" - loss: {NUMBER} - mae: {NUMBER} - val_loss: {NUMBER} - val_mae: {NUMBER}"
    assert lines[::2] == ["Epoch 1/2", "Epoch 2/2"]
    assert all(re.fullmatch(f"2/2{bar}{numbers}", each) for each in lines[1::2])


@pytest.mark.parametrize("verbose", [1, 2])
def test_evaluate_and_predict_print_a_line(verbose, capsys):
    lines = printed(capsys, lambda model: (model.evaluate(X, Y, batch_size=4, verbose=verbose),
                                           model.predict(X, batch_size=4, verbose=verbose))).splitlines()
    assert len(lines) == 2 and all(each.startswith("3/3 ") for each in lines)
    assert " - loss: " in lines[0] and "loss" not in lines[1]


def test_without_an_end_in_sight(capsys):
    out = printed(capsys, lambda model: model.fit(((X, Y) for _ in range(3)), verbose=2))
    assert out.startswith("3/3 - ")


def on_a_terminal(statement, columns=80, **environment):
    """What a program writes to a terminal of so many columns."""
    import pty  # which is not everywhere

    ours, theirs = pty.openpty()
    env = {**os.environ, "COLUMNS": str(columns), "PYTHONPATH": str(ROOT), **environment}
    process = subprocess.Popen([sys.executable, "-c", PROGRAM.format(statement)], stdout=theirs, cwd=ROOT, env=env)
    os.close(theirs)
    found = io.BytesIO()
    try:
        while data := os.read(ours, 4096):
            found.write(data)
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return found.getvalue().decode()


SLOWLY = """
import time
class Slow(tf.keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        time.sleep(0.06)
model.fit(x, y, batch_size=4, epochs=2, callbacks=[Slow()])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_terminal_shows_a_bar_that_grows():
    text = on_a_terminal(SLOWLY, NO_COLOR="1")
    states = [state for state in re.split(r"[\r\n]+", text.replace("\x1b[K", "")) if "/10" in state]
    done = [int(state.split("/")[0]) for state in states]
    assert len(states) > 6 and done[0] < 5 and done.count(10) == 2
    assert {state.count("━") + state.count("╌") for state in states} == {20}
    assert all(state.count("━") == 2 * n for state, n in zip(states, done))
    assert all(len(state) < 80 for state in states if not state.startswith("10/"))
    assert "\x1b" not in text.replace("\x1b[K", "") and text.count("Epoch") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_narrow_terminal_never_wraps():
    text = on_a_terminal(SLOWLY, columns=50, NO_COLOR="")
    plain = re.sub(r"\x1b\[[0-9]*[mK]", "", text)
    growing = [state for state in plain.replace("\n", "\r").split("\r") if "/10" in state and "╌" in state]
    assert growing and all(len(state) < 50 for state in growing)
