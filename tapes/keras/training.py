"""Training: batches, epochs, and the one step that a function of NumPy source is made of."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import nest
from ..api.arranging import concat
from ..function import function
from ..math import add_n
from ..tape import GradientTape
from ..tensor import Tensor
from . import optimizers
from .callbacks import Callbacks, History
from .layer import Layer
from .losses import as_loss
from .metrics import Mean, Metric, as_metric
from .progress import Progress


class Trainer(Layer):
    """What models can do beside being called: `compile`, `fit`, `evaluate`, `predict`, `train_on_batch` ...

    For a step of your own write `train_step(data)` in a subclass: it takes a batch, changes the weights, and returns
    a dict of numbers.
    """

    stop_training = False
    history: Any = None
    _compiled: Any = None

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, metrics: Any = None, loss_weights: Any = None,
                weighted_metrics: Any = None, run_eagerly: bool = False, steps_per_execution: int = 1,
                jit_compile: Any = "auto") -> None:
        """Say how to train.

        Args:
            optimizer: a name or object.
            loss: a name, function or object; None for a model that adds its losses itself.
            metrics: a list of names, functions and objects.
            run_eagerly: whether each step is Python, for debugging, instead of a `tapes.function`.
            steps_per_execution, jit_compile: accepted and ignored.
        """
        self._compiled = Compiled(optimizers.get(optimizer), loss, metrics or [], run_eagerly)
        self._steps: dict[str, Any] = {}

    @property
    def optimizer(self) -> Any:
        """The one that compile was given."""
        return self._plan.optimizer

    @property
    def metrics(self) -> list[Metric]:
        """The mean loss, and what compile was asked for, as far as shapes are known."""
        own = [x for x in vars(self).values() if isinstance(x, Metric)]
        return [*([self._compiled.loss_mean, *self._compiled.metrics] if self._compiled else []), *own]

    @property
    def metrics_names(self) -> list[str]:
        return [metric.name for metric in self.metrics]

    @property
    def _plan(self) -> Compiled:
        if self._compiled is None:
            raise ValueError("You must call `compile()` before using the model.")
        return self._compiled

    # -- one step --------------------------------------------------------------------------------------------------

    def train_step(self, data: Any) -> dict[str, Any]:
        """The gradient of the loss of a batch, and a step of the optimizer; to be overridden for other steps."""
        x, y, weight = unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, weight)
        self._plan.loss_mean.update_state(loss, sample_weight=float(nest.flatten(x)[0].shape[0]))
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return self.compute_metrics(x, y, y_pred, weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Loss and metrics of a batch; to be overridden together with train_step."""
        x, y, weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        loss = self.compute_loss(x, y, y_pred, weight)
        self._plan.loss_mean.update_state(loss, sample_weight=float(nest.flatten(x)[0].shape[0]))
        return self.compute_metrics(x, y, y_pred, weight)

    def predict_step(self, data: Any) -> Any:
        """What the model gives for a batch."""
        return self(unpack_x_y_sample_weight(data)[0], training=False)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
                     training: bool = True) -> Tensor:
        """The compiled loss, and what the layers add to it."""
        parts = list(self.losses)
        if self._plan.loss is not None and y is not None:
            parts.insert(0, as_loss(self._plan.loss)(y, y_pred, sample_weight))
        if not parts:
            raise ValueError("No loss to compute. Provide a `loss` argument in `compile()`.")
        return parts[0] if len(parts) == 1 else add_n(parts)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Take a batch into the metrics, and return what all come to."""
        for metric in self._plan.made(y, y_pred):
            metric.update_state(y, y_pred)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """What all metrics come to, by their names."""
        return {metric.name: metric.result() for metric in self.metrics}

    def reset_metrics(self) -> None:
        """Begin all metrics again."""
        for metric in self.metrics:
            metric.reset_state()

    def _step(self, kind: str) -> Any:
        """train_step, test_step or predict_step, traced."""
        eager = kind != "predict" and self._plan.run_eagerly
        steps = self.__dict__.setdefault("_steps", {})
        if kind not in steps:
            one = getattr(self, f"{kind}_step")

            def step(*batch: Any) -> Any:
                return one(batch if len(batch) > 1 else batch[0])

            steps[kind] = step if eager else function(step)
        return steps[kind]

    # -- many steps ------------------------------------------------------------------------------------------------

    def fit(self, x: Any = None, y: Any = None, batch_size: int | None = None, epochs: int = 1, verbose: Any = "auto",
            callbacks: Any = None, validation_split: float = 0.0, validation_data: Any = None, shuffle: bool = True,
            class_weight: Any = None, sample_weight: Any = None, initial_epoch: int = 0,
            steps_per_epoch: int | None = None, validation_batch_size: int | None = None,
            validation_freq: int = 1) -> History:
        """Train for some epochs: each goes once through all examples, in batches.

        Args:
            x, y: arrays, or lists or dicts of them, of one length; or x an iterable of batches (x, y).
            batch_size: how many examples each step takes, by default 32.
            epochs: how often to go through all of them.
            verbose: 0 for silence, 1 for a bar, 2 for a line an epoch.
            callbacks: a list of Callback objects.
            validation_split: the share of the examples, from the end, which are not trained with but evaluated.
            validation_data: (x, y) to be evaluated after each epoch.
            shuffle: whether the examples come in another order in each epoch.

        Returns a History: `history.history["loss"]` is a list with a number for each epoch.
        """
        train = self._step("train")
        data = (x, y, sample_weight)
        if validation_split and validation_data is None:
            data, validation_data = _split(data, validation_split)
        batches = Batches(data, batch_size or 32, shuffle)
        history = self.history = History()
        shown = [Progress(1 if verbose == "auto" else verbose)] if verbose else []
        told = Callbacks([history, *(callbacks or []), *shown], self,
                         {"epochs": epochs, "steps": len(batches), "verbose": verbose})
        self.stop_training = False
        told.tell("train_begin", {})
        logs: dict[str, float] = {}
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            told.tell("epoch_begin", epoch, {})
            for number, batch in enumerate(batches):
                told.tell("train_batch_begin", number, {})
                logs = dict(sorted(_numbers(train(*batch)).items()))
                told.tell("train_batch_end", number, logs)
            if validation_data is not None:
                x, y, weight = unpack_x_y_sample_weight(tuple(validation_data))
                found = self.evaluate(x, y, validation_batch_size or batch_size, 0, weight, return_dict=True)
                logs |= {f"val_{name}": value for name, value in sorted(found.items())}
            told.tell("epoch_end", epoch, logs)
            if self.stop_training:
                break
        told.tell("train_end", logs)
        return history

    def evaluate(self, x: Any = None, y: Any = None, batch_size: int | None = None, verbose: Any = "auto",
                 sample_weight: Any = None, callbacks: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics of examples: a number, a list of numbers, or a dict."""
        test = self._step("test")
        self.reset_metrics()
        logs: dict[str, float] = {}
        for batch in Batches((x, y, sample_weight), batch_size or 32, shuffle=False):
            logs = _numbers(test(*batch))
        values = list(logs.values())
        return logs if return_dict else values[0] if len(values) == 1 else values

    def predict(self, x: Any, batch_size: int | None = None, verbose: Any = "auto", callbacks: Any = None) -> Any:
        """What the model gives for all examples, as NumPy arrays."""
        predict = self._step("predict")
        parts = [predict(*batch) for batch in Batches((x, None, None), batch_size or 32, shuffle=False)]
        return nest.map_structure(lambda *all_parts: concat(all_parts, 0).numpy(), *parts)


class Compiled:
    """What compile was told."""

    def __init__(self, optimizer: Any, loss: Any, metrics: list[Any], run_eagerly: bool) -> None:
        self.optimizer, self.loss, self.run_eagerly = optimizer, loss, run_eagerly
        self._asked = metrics
        self.loss_mean = Mean("loss")
        self.metrics: list[Metric] = []

    def made(self, y: Any, y_pred: Any) -> list[Metric]:
        """The metrics, which are made when the first batch shows the shapes."""
        if len(self.metrics) < len(self._asked):
            self.metrics = [as_metric(each, y, y_pred) for each in self._asked]
        return self.metrics


class Batches:
    """Arrays cut into batches, in another order each time."""

    def __init__(self, data: Any, size: int, shuffle: bool) -> None:
        self._data = [nest.map_structure(_array, part) for part in data if part is not None]
        lengths = {len(array) for array in nest.flatten(self._data)}
        if len(lengths) != 1:
            raise ValueError(f"Data cardinality is ambiguous. Make sure all arrays contain the same number of samples: "
                             f"{sorted(lengths)}")
        self._count, self._size, self._shuffle = lengths.pop(), size, shuffle

    def __len__(self) -> int:
        return -(-self._count // self._size)

    def __iter__(self) -> Iterator[Any]:
        from ..random import _State

        order = _State.common.permutation(self._count) if self._shuffle else None
        for start in range(0, self._count, self._size):
            part = slice(start, start + self._size)
            yield tuple(nest.map_structure(operator.itemgetter(part if order is None else order[part]), each)
                        for each in self._data)


def _array(x: Any) -> np.ndarray:
    array = np.asarray(x)
    if not array.ndim:
        raise ValueError(f"Unrecognized data type: {x!r} (of type {type(x)}). Examples come in arrays or tensors, and "
                         "a list is a list of several inputs: wrap a list of numbers in numpy.array.")
    return array


def _split(data: Any, share: float) -> tuple[Any, Any]:
    count = len(nest.flatten(data)[0])
    first = int(count * (1 - share))
    return (nest.map_structure(lambda a: None if a is None else a[:first], data),
            [nest.map_structure(lambda a: a[first:], part) for part in data if part is not None])


def _numbers(results: Any) -> dict[str, float]:
    return {name: float(value) for name, value in results.items()}


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """A batch as x, y and weights, of which those that are not there are None."""
    parts = data if isinstance(data, tuple) else (data,)
    return (*parts, None, None, None)[:3]
