"""One step of training: how wrong a model is on a batch, and the step of its optimizer, as `compile` says."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import nest
from ..math import add_n
from ..protocols import TensorLike
from ..tape import GradientTape
from ..tensor import Tensor
from . import optimizers
from .compiled import CompiledLoss, CompiledMetrics
from .data import Arrays, unpack_x_y_sample_weight, weights_of_classes
from .facts import Step, Steps, facts
from .layer import Layer
from .metrics import Mean, Metric


class Plan:
    """What compile was told."""

    def __init__(self, optimizer: Any, loss: CompiledLoss | None, metrics: CompiledMetrics | None) -> None:
        self.optimizer, self.loss, self.metrics = optimizer, loss, metrics
        self.mean = Mean("loss")


class Compilable(Layer):
    """A layer with a loss and an optimizer.

    For a step of your own write `train_step(data)` in a subclass: it takes a batch, changes the weights, and returns a
    dict of numbers; `test_step(data)` does the same without changing weights.
    """

    run_eagerly = False
    loss: Any = None
    _compiled: Plan | None = None

    def compile(self, optimizer: Any = "rmsprop", loss: Any = None, loss_weights: Any = None, metrics: Any = None,
                weighted_metrics: Any = None, run_eagerly: bool = False, steps_per_execution: int = 1,
                jit_compile: Any = "auto", auto_scale_loss: bool = True) -> None:
        """Say how to train.

        Args:
            optimizer: a name or object.
            loss: a name, function or object; for several outputs one for all, or a list or dict of them; None for a
                model that adds its losses itself.
            loss_weights: what each loss is multiplied with, in a list or dict.
            metrics: a list of names, functions and objects; for several outputs a list or dict of such lists.
            weighted_metrics: those that are to know of sample weights.
            run_eagerly: whether each step is Python, for debugging, instead of a `tapes.function`.
            steps_per_execution, jit_compile, auto_scale_loss: accepted and ignored.

        A step is traced when it is first taken, and again when layers, `trainable` or attributes have changed.
        """
        names = getattr(self, "output_names", None)
        self._compiled = Plan(
            optimizers.get(optimizer), None if loss is None else CompiledLoss(loss, loss_weights, names),
            None if metrics is None and weighted_metrics is None else CompiledMetrics(metrics, weighted_metrics, names))
        self.run_eagerly, self.loss, self.stop_training = run_eagerly, loss, False
        self._steps: dict[Any, Steps] = {}

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self._compiled is not None

    @property
    def optimizer(self) -> Any:
        """The one that compile was given."""
        return self._plan.optimizer

    @property
    def metrics(self) -> list[Metric]:
        """The mean loss, what compile was asked for, and the metrics among the attributes of model and layers."""
        plan, found = self._compiled, list[Metric]()
        if plan is not None:
            found = [plan.mean, *([plan.metrics] if plan.metrics else []), *(plan.loss.metrics if plan.loss else [])]
        return list({id(metric): metric for metric in (*found, *self._own_metrics())}.values())

    def _metrics_outside(self) -> list[Metric]:
        return [metric for layer in self.layers for metric in layer._metrics_outside()]

    @property
    def metrics_names(self) -> list[str]:
        """Their names; "compile_metrics" stands for all that compile was asked for."""
        return [metric.name for metric in self.metrics]

    @property
    def _plan(self) -> Plan:
        if self._compiled is None:
            raise ValueError("You must call `compile()` before using the model.")
        return self._compiled

    # -- a batch ---------------------------------------------------------------------------------------------------

    def train_step(self, data: Any) -> dict[str, Any]:
        """The gradient of the loss of a batch, and a step of the optimizer; to be overridden for other steps."""
        x, y, weight = unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred, weight)
        self._plan.mean.update_state(loss, sample_weight=_size(x))
        variables = self.trainable_variables
        if not variables:
            raise ValueError(f"The model '{self.name}' does not have any trainable weights: is `trainable` False?")
        if self.optimizer is None:
            raise ValueError("compile was given no optimizer: it can be evaluated, not trained")
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        return self.compute_metrics(x, y, y_pred, weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Loss and metrics of a batch; to be overridden together with train_step."""
        x, y, weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)
        self._plan.mean.update_state(self.compute_loss(x, y, y_pred, weight), sample_weight=_size(x))
        return self.compute_metrics(x, y, y_pred, weight)

    def predict_step(self, data: Any) -> Any:
        """What the model gives for a batch."""
        return self(unpack_x_y_sample_weight(data)[0], training=False)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
                     training: bool = True) -> Tensor:
        """The compiled loss, and what the layers add to it."""
        parts = list(self.losses)
        if self._plan.loss is not None:
            if y is None:
                raise ValueError(f"the loss {self.loss!r} needs targets: give y too, as in fit(x, y)")
            parts.insert(0, self._plan.loss(y, y_pred, sample_weight))
        if not parts:
            raise ValueError("No loss to compute. Provide a `loss` argument in `compile()`.")
        return parts[0] if len(parts) == 1 else add_n(parts)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Take a batch into the metrics, and return what all come to."""
        if self._plan.metrics is not None:
            self._plan.metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """What all metrics come to, by their names."""
        found: dict[str, Any] = {}
        for metric in self.metrics:
            result: Any = metric.result()
            found |= result if isinstance(result, dict) else {metric.name: result}
        return found

    def reset_metrics(self) -> None:
        """Begin all metrics again."""
        for metric in self.metrics:
            metric.reset_state()

    def compiled_loss(self, y: Any, y_pred: Any, sample_weight: Any = None,
                      regularization_losses: Any = None) -> Tensor:
        """The name that `compute_loss` had until 2022."""
        return self.compute_loss(None, y, y_pred, sample_weight)

    @property
    def compiled_metrics(self) -> Any:
        """What `compute_metrics` updates, by the name that steps of one's own used until 2022."""
        return self._plan.metrics

    # -- a batch, traced -------------------------------------------------------------------------------------------

    def _step(self, kind: str) -> Step:
        """train_step, test_step or predict_step for the model as it is now."""
        def about(seen: list[Any]) -> Any:
            return facts(self, self._compiled and self._compiled.optimizer, seen)

        def make() -> Step:
            return Step(getattr(self, f"{kind}_step"), eager, about)

        eager = bool(self.run_eagerly)
        steps = self.__dict__.setdefault("_steps", {})
        if (kind, eager) not in steps:
            steps[kind, eager] = Steps(make, about)
        return steps[kind, eager].now()

    def train_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None,
                       return_dict: bool = False) -> Any:
        """One step of training; the loss, or with metrics a list, or a dict of them, of this batch alone."""
        if class_weight is not None:
            sample_weight = weights_of_classes(y, sample_weight, class_weight)
        return self._on_batch("train", x, y, sample_weight, return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Loss and metrics of a batch, as of `train_on_batch`; nothing is trained."""
        return self._on_batch("test", x, y, sample_weight, return_dict)

    def predict_on_batch(self, x: Any) -> Any:
        """What the model gives for a batch, as NumPy arrays."""
        return nest.map_structure(np.asarray, self._step("predict")(*one_batch(x)))

    def _on_batch(self, kind: str, x: Any, y: Any, sample_weight: Any, return_dict: bool) -> Any:
        self._plan  # noqa: B018  # an error, when there is none
        step = self._step(kind)
        self.reset_metrics()
        logs = numbers(step(*one_batch(x, y, sample_weight)))
        return logs if return_dict else self._in_order(logs)

    def _in_order(self, logs: dict[str, float]) -> Any:
        """The numbers as a list: the loss first, and a lone one without a list."""
        names = [metric.name for each in self.metrics
                 for metric in (each.metrics if isinstance(each, CompiledMetrics) else [each])]
        known = [name for name in names if name in logs]
        values = [logs[name] for name in [*known, *sorted(name for name in logs if name not in names)]]
        return values[0] if len(values) == 1 else values


def one_batch(x: Any, y: Any = None, sample_weight: Any = None) -> tuple[Any, ...]:
    """All examples as one batch."""
    size = max((len(leaf) for leaf in nest.flatten(x) if hasattr(leaf, "__len__")), default=1)
    return next(iter(Arrays(x, y, sample_weight, max(size, 1), shuffle=False)))


def numbers(results: Any) -> dict[str, Any]:
    """What a step returned, as Python's numbers, sorted by their names; dicts within join the others."""
    if not isinstance(results, dict):
        raise ValueError("train_step and test_step return a dict of numbers, such as {'loss': loss}, but it is "
                         f"{results!r}")
    found: dict[str, Any] = {}
    for name, value in sorted(results.items()):
        if isinstance(value, dict):
            found |= numbers(value)
        else:
            array = value._array if isinstance(value, TensorLike) else value
            found[name] = float(array) if np.size(array) == 1 else array
    return found


def _size(x: Any) -> float:
    return float(next(leaf for leaf in nest.flatten(x) if leaf is not None).shape[0])
