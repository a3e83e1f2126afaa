"""Callbacks are told what happens during training, and may change its course or end it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

from .. import nest

__all__ = ["Callback", "EarlyStopping", "History", "LambdaCallback", "LearningRateScheduler", "ModelCheckpoint",
           "TerminateOnNaN"]

_MOMENTS = ("train_begin", "train_end", "epoch_begin", "epoch_end", "train_batch_begin", "train_batch_end",
            "test_begin", "test_end", "test_batch_begin", "test_batch_end", "predict_begin", "predict_end",
            "predict_batch_begin", "predict_batch_end")


class Callback:
    """The base of all callbacks: write the methods for what you want to be told.

    `on_epoch_begin(epoch, logs)` and `on_epoch_end`, `on_train_batch_begin(batch, logs)` and `on_train_batch_end`,
    `on_train_begin(logs)` and `on_train_end`; the last four also with `test` and `predict` for `train`. `logs` is a
    dict of numbers.

    Attributes:
        model: the one that is trained; set `model.stop_training = True` to end after this epoch.
        params: a dict with "epochs", "steps" and "verbose".

    >>> import tapes as tf
    >>> class Shout(tf.keras.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print("epoch", epoch, sorted(logs))
    >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> x = tf.constant([[1.0], [2.0]])
    >>> _ = model.fit(x, 2.0 * x, epochs=2, verbose=0, callbacks=[Shout()])
    epoch 0 ['loss']
    epoch 1 ['loss']
    """

    model: Any = None
    params: Any = None

    def set_model(self, model: Any) -> None:
        """Called before everything else."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Called before everything else."""
        self.params = params


def _nothing(self: Callback, *args: Any, **settings: Any) -> None:
    """Nothing, unless a subclass says otherwise."""


for _moment in (*_MOMENTS, "batch_begin", "batch_end"):
    setattr(Callback, f"on_{_moment}", _nothing)


def _listens(callback: Callback, name: str) -> bool:
    return name in vars(callback) or getattr(type(callback), name) is not _nothing


class Callbacks:
    """Several callbacks as one, each of which is told everything in turn: the user's, History, the progress.

    Attributes:
        history: the History among them.
        own: whether there are any of the user's.
    """

    def __init__(self, callbacks: Any, shown: list[Callback], model: Any, params: dict[str, Any]) -> None:
        own = nest.flatten(callbacks) if callbacks else []
        for callback in own:
            if not isinstance(callback, Callback):
                raise TypeError(f"callbacks are objects of tapes.keras.callbacks.Callback, got {callback!r}"
                                + (": it is a class, write its name with ()" if isinstance(callback, type) else ""))
        self.history: Any = next((each for each in own if isinstance(each, History)), None)
        if self.history is None:
            self.history = History()
            own.append(self.history)
        self.own, self._callbacks = bool(callbacks), [*own, *shown]
        for callback in self._callbacks:
            callback.set_model(model)
        for callback in self._callbacks:
            callback.set_params(params)
        self._methods = {moment: self._who(moment) for moment in _MOMENTS}

    def _who(self, moment: str) -> list[Callable[..., Any]]:
        """The methods to call; until 2017 batches of training were told to `on_batch_begin` and `on_batch_end`."""
        old = moment.replace("train_batch", "batch")
        found = []
        for callback in self._callbacks:
            name = f"on_{moment}" if _listens(callback, f"on_{moment}") else f"on_{old}"
            if _listens(callback, name):
                found.append(getattr(callback, name))
        return found

    def hears_batches(self, kind: str) -> bool:
        """Whether anybody wants to know of single batches."""
        return bool(self._methods[f"{kind}_batch_begin"] or self._methods[f"{kind}_batch_end"])

    def tell(self, moment: str, *about: Any, logs: dict[str, Any] | None = None) -> None:
        """Call the method `on_...` of each; all see the same logs, and may add to them."""
        logs = {} if logs is None else logs
        for method in self._methods[moment]:
            if "batch" in moment:
                method(*about, logs=logs)
            else:
                method(*about, logs)


class History(Callback):
    """What `fit` returns: `history` has a list for each number, an entry for each epoch; `epoch` their numbers."""

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class LambdaCallback(Callback):
    """Functions instead of methods: `LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs))`."""

    def __init__(self, **functions: Callable[..., Any]) -> None:
        for name, function in functions.items():
            if name.removeprefix("on_") not in _MOMENTS:
                raise TypeError(f"LambdaCallback has no {name}: there are {', '.join('on_' + m for m in _MOMENTS)}")
            setattr(self, name, function)


class TerminateOnNaN(Callback):
    """Ends training when the loss is nan or infinite; `tape.first_nan` tells where that comes from."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Args:
        schedule: a function of the epoch and the rate so far, which gives the next rate.
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        optimizer = self.model.optimizer
        rate = self.schedule(epoch, float(optimizer.learning_rate))
        if not isinstance(rate, (int, float)) and not hasattr(rate, "dtype"):
            raise ValueError(f"The output of the `schedule` function should be float. Got: {rate!r}")
        optimizer.learning_rate = float(rate)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {float(rate)}.")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class _Watching(Callback):
    """Looks at one number after each epoch, and knows whether it has become better.

    Args:
        monitor: its name in the logs.
        mode: "min", "max", or "auto": accuracies are to grow, all else is to fall.
        min_delta: how much better is better.
    """

    def __init__(self, monitor: str, mode: str, min_delta: float = 0.0, baseline: float | None = None) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode is 'auto', 'min' or 'max', got {mode!r}")
        self.monitor, self._baseline, self._least = monitor, baseline, abs(min_delta)
        self._grows = mode == "max" or (mode == "auto" and ("acc" in monitor or "auc" in monitor))
        self.best: float | None = baseline

    def _value(self, logs: Any) -> float:
        if self.monitor not in logs:
            raise ValueError(f"{type(self).__name__} watches {self.monitor!r}, which is not there: there are "
                             f"{', '.join(sorted(logs))}. Names that begin with val_ need validation_data or "
                             "validation_split.")
        return float(logs[self.monitor])

    def _better(self, value: float, than: float | None) -> bool:
        if than is None:
            return not math.isnan(value)
        return value - self._least > than if self._grows else value + self._least < than


class EarlyStopping(_Watching):
    """Ends training when a number has not become better for some epochs.

    Args:
        monitor: the number's name in the logs.
        min_delta: how much better is better.
        patience: how many epochs without getting better are waited for.
        verbose: whether the end is printed.
        mode: "min", "max", or "auto": accuracies are to grow, all else is to fall.
        baseline: what it has to be better than.
        restore_best_weights: whether the weights of the best epoch come back at the end.
        start_from_epoch: how many epochs to let pass first.

    Attributes:
        stopped_epoch: when training was ended, or 0.
        best, best_epoch: the best value, and when it was reached.
    """

    def __init__(self, monitor: str = "val_loss", min_delta: float = 0, patience: int = 0, verbose: int = 0,
                 mode: str = "auto", baseline: float | None = None, restore_best_weights: bool = False,
                 start_from_epoch: int = 0) -> None:
        super().__init__(monitor, mode, min_delta, baseline)
        self.patience, self.verbose = patience, verbose
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch

    def on_train_begin(self, logs: Any = None) -> None:
        self.wait, self.stopped_epoch, self.best_epoch = 0, 0, 0
        self.best = None
        self._best_weights: Any = None

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        value = self._value(logs)
        if epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self._best_weights is None:
            self._best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self._better(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self._best_weights = self.model.get_weights()
            if self._baseline is None or self._better(value, self._baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch, self.model.stop_training = epoch, True

    def on_train_end(self, logs: Any = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self._best_weights is not None:
            if self.verbose:
                print(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self._best_weights)


class ModelCheckpoint(_Watching):
    """Saves the weights after each epoch, or whenever a number has become better.

    Args:
        filepath: where to; it may name the epoch and numbers: "{epoch:02d}-{val_loss:.2f}.npz".
        monitor: the number's name in the logs.
        verbose: whether it is printed.
        save_best_only: whether weights are saved only when the number has become better.
        save_weights_only: must be True: only weights can be saved.
        mode: "min", "max", or "auto": accuracies are to grow, all else is to fall.
    """

    def __init__(self, filepath: Any, monitor: str = "val_loss", verbose: int = 0, save_best_only: bool = False,
                 save_weights_only: bool = True, mode: str = "auto") -> None:
        super().__init__(monitor, mode)
        if not save_weights_only:
            raise NotImplementedError("ModelCheckpoint saves weights: say save_weights_only=True, and make the model "
                                      "by its Python code")
        self.filepath, self.verbose, self.save_best_only = os.fspath(filepath), verbose, save_best_only

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if self.save_best_only:
            value = self._value(logs)
            if not self._better(value, self.best):
                return
            self.best = value
        path = self.filepath.format(epoch=epoch + 1, **(logs or {}))
        self.model.save_weights(path)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: saving model to {path}")
