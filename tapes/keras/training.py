"""Training: epochs of batches, told to callbacks; evaluation and prediction are one epoch without steps downhill."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import nest
from .callbacks import Callbacks, History
from .data import Epochs, source, split, unpack_x_y_sample_weight
from .progress import Progress
from .steps import Compilable, numbers


class Trainer(Compilable):
    """What models can do beside being called: `compile`, `fit`, `evaluate`, `predict`."""

    stop_training = stop_evaluating = stop_predicting = False
    history: Any = None

    def fit(self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1, verbose: Any = "auto",
            callbacks: Any = None, validation_split: float = 0.0, validation_data: Any = None, shuffle: bool = True,
            class_weight: Any = None, sample_weight: Any = None, initial_epoch: int = 0,
            steps_per_epoch: int | None = None, validation_steps: int | None = None,
            validation_batch_size: int | None = None, validation_freq: Any = 1) -> History:
        """Train for some epochs: each goes once through all examples, in batches.

        Args:
            x, y: arrays, or lists or dicts of them, of one length; or x alone, an iterable of batches (x, y).
            batch_size: how many examples each step takes, by default 32; the last batch of an epoch may be smaller.
            epochs: when to end; with `initial_epoch` it is not how many there are.
            verbose: 0 for silence, 1 or "auto" for a bar, 2 for a line an epoch.
            callbacks: a list of Callback objects.
            validation_split: the share of the examples, from the end, which are not trained with but evaluated.
            validation_data: (x, y) or (x, y, sample_weight), or batches, to be evaluated after each epoch.
            shuffle: whether the examples come in another order in each epoch; `tapes.random.set_seed` sets which.
            class_weight: a dict from class numbers to weights of their examples.
            sample_weight: the weight of each example in the loss.
            initial_epoch: the number of the first epoch, from 0.
            steps_per_epoch: how many batches an epoch has; the next epoch goes on with the batches that follow.
            validation_steps, validation_batch_size: the same for the evaluation.
            validation_freq: after how many epochs to evaluate, or a list of the epochs, from 1.

        Returns a History: `history.history["loss"]` is a list with a number for each epoch.

        >>> import tapes as tf
        >>> x = tf.constant([[0.0], [1.0], [2.0], [3.0]])
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        >>> model.compile(tf.keras.optimizers.SGD(0.1), "mse")
        >>> history = model.fit(x, 2.0 * x + 1.0, epochs=200, verbose=0)
        >>> history.history["loss"][-1] < 1e-3
        True
        """
        self._plan  # noqa: B018  # an error, when there is none
        data = (x, y, sample_weight)
        if validation_split and validation_data is None:
            data, validation_data = split(data, validation_split)
        batches = Epochs(source(*data, batch_size, shuffle, class_weight), steps_per_epoch)
        testing = None
        if validation_data is not None:
            parts = unpack_x_y_sample_weight(validation_data)
            testing = Epochs(source(*parts, validation_batch_size or batch_size), validation_steps)
        told = self._told(callbacks, verbose, epochs, batches)
        self.history, self.stop_training = told.history, False
        told.tell("train_begin")
        logs: dict[str, float] = {}
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            told.tell("epoch_begin", epoch)
            logs = self._epoch("train", batches, told)
            if testing is not None and _is_due(epoch + 1, validation_freq):
                logs |= {f"val_{name}": value for name, value in self._tested(testing.anew(), told).items()}
            told.tell("epoch_end", epoch, logs=logs)
            if self.stop_training:
                break
        told.tell("train_end", logs=logs)
        return told.history

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: Any = "auto",
                 sample_weight: Any = None, steps: int | None = None, callbacks: Any = None,
                 return_dict: bool = False) -> Any:
        """Loss and metrics of examples: a number, a list of numbers in the order of the metrics, or a dict.

        >>> import tapes as tf
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="ones")])
        >>> model.compile(loss="mse", metrics=["mae"])
        >>> model.evaluate(tf.constant([[1.0]]), tf.constant([[3.0]]), verbose=0)
        [4.0, 2.0]
        """
        self._plan  # noqa: B018  # an error, when there is none
        batches = Epochs(source(x, y, sample_weight, batch_size), steps)
        logs = self._tested(batches, self._told(callbacks, verbose, 1, batches))
        return logs if return_dict else self._in_order(logs)

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = "auto", steps: int | None = None,
                callbacks: Any = None) -> Any:
        """What the model gives for all examples, as NumPy arrays.

        >>> import tapes as tf
        >>> model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="ones")])
        >>> model.predict(tf.constant([[1.0, 2.0]]), verbose=0)
        array([[3.]], dtype=float32)
        """
        batches = Epochs(source(x, batch_size=batch_size), steps)
        told = self._told(callbacks, verbose, 1, batches)
        found: list[Any] = []
        self.stop_predicting = False
        told.tell("predict_begin")
        step = self._step("predict")
        for number, batch in batches:
            told.tell("predict_batch_begin", number)
            found.append(step(batch[0]))
            told.tell("predict_batch_end", number, logs={"outputs": found[-1]})
            if self.stop_predicting:
                break
        told.tell("predict_end")
        return nest.map_structure(lambda *parts: np.concatenate([np.asarray(part) for part in parts]), *found)

    # -- the loop --------------------------------------------------------------------------------------------------

    def _told(self, callbacks: Any, verbose: Any, epochs: int, batches: Epochs) -> Callbacks:
        return Callbacks(callbacks, [Progress(batches)] if verbose else [], self,
                         {"verbose": 1 if verbose == "auto" else verbose, "epochs": epochs, "steps": batches.steps})

    def _epoch(self, kind: str, batches: Epochs, told: Callbacks) -> dict[str, float]:
        """All batches once; the numbers of the last one."""
        stop = "stop_training" if kind == "train" else "stop_evaluating"
        begin, end, heard = f"{kind}_batch_begin", f"{kind}_batch_end", told.hears_batches(kind)
        step, results = self._step(kind), None
        for number, batch in batches:
            if heard:
                told.tell(begin, number)
                if told.own:
                    step = self._step(kind)  # whoever is told may have changed the model
            results = step(*batch)
            if heard:
                told.tell(end, number, logs=numbers(results))
                if getattr(self, stop):
                    break
        if results is None:
            self.stop_training = True  # there is nothing left
            return {}
        return numbers(results)

    def _tested(self, batches: Epochs, told: Callbacks) -> dict[str, float]:
        self.stop_evaluating = False
        told.tell("test_begin")
        self.reset_metrics()
        logs = self._epoch("test", batches, told)
        told.tell("test_end", logs=logs)
        return logs


def _is_due(epoch: int, often: Any) -> bool:
    if isinstance(often, (list, tuple, set)):
        return epoch in often
    if not isinstance(often, int) or often < 1:
        raise ValueError(f"Expected `validation_freq` to be a list or int. Received: validation_freq={often} of the "
                         f"type {type(often)}.")
    return epoch % often == 0
