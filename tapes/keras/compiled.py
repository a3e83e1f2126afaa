"""What `compile` was told of losses and metrics: which of them belongs to which output of a model."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .. import nest
from ..math import cast
from .losses import Loss, as_loss
from .metrics import Mean, Metric, as_metric


def outputs_of(y_pred: Any, names: list[str] | None) -> tuple[list[Any], list[Any]]:
    """The outputs of a model, and their names: those of a dict, those of the layers, or None."""
    if isinstance(y_pred, dict):
        keys = sorted(y_pred)
        return [y_pred[key] for key in keys], keys
    flat = nest.flatten(y_pred)
    return flat, list(names) if names is not None and len(names) == len(flat) else [None] * len(flat)


def by_output(role: str, given: Any, names: list[Any], wanted: list[bool] | None = None) -> list[Any]:
    """Of something that is given for each output, in a list or by the outputs' names, what there is for each.

    A list may leave out the outputs for which nothing is wanted.
    """
    if isinstance(given, dict):
        if not set(given) <= set(names):
            raise ValueError(f"Expected keys {names} in {role} dict, but found {role}.keys()={list(given)}")
        return [given.get(name) for name in names]
    parts = nest.flatten(given)
    if wanted is not None and len(parts) == sum(wanted) < len(names):
        rest = iter(parts)
        return [next(rest) if one else None for one in wanted]
    if len(parts) != len(names):
        raise ValueError(f"{role} is for {len(parts)} outputs, but the model has {len(names)}: give a list with one "
                         "for each" + (f", or a dict with the keys {names}" if names[0] is not None else ""))
    return parts


class CompiledLoss:
    """The losses of all outputs: calling it gives their weighted sum.

    Attributes:
        metrics: when there are several losses, the mean of each.
    """

    def __init__(self, loss: Any, weights: Any, names: list[str] | None) -> None:
        self._loss, self._weights, self._names = loss, weights, names
        self.metrics: list[Metric] = []
        self._made: list[tuple[int, Loss, Any]] = []  # the place of an output, its loss, and that one's weight
        self._wanted: list[bool] = []
        if not nest.is_nested(loss):
            as_loss(loss)  # a name that is not known should be said by compile

    def __call__(self, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        outputs, names = outputs_of(y_pred, self._names)
        if not self._made:
            self._make(outputs, names)
        true = by_output("y", y, names, self._wanted)
        weights = (by_output("sample_weight", sample_weight, names, self._wanted)
                   if nest.is_nested(sample_weight) else [sample_weight] * len(outputs))
        total: Any = None
        for i, (place, loss, share) in enumerate(self._made):
            if true[place] is None:
                raise ValueError(f"output {names[place] or place} has a loss, but y has nothing for it")
            value = loss(true[place], outputs[place], weights[place])
            if self.metrics:
                self.metrics[i].update_state(value, sample_weight=float(outputs[place].shape[0]))
            if share is not None:
                value = value * cast(share, value.dtype)
            total = value if total is None else total + value
        return total

    def _make(self, outputs: list[Any], names: list[Any]) -> None:
        if isinstance(self._loss, dict) and self._names is not None and set(self._loss) != set(names):
            raise ValueError(f"Expected keys {names} in loss dict, but found loss.keys()={list(self._loss)}")
        losses = (by_output("loss", self._loss, names) if nest.is_nested(self._loss) else
                  [self._loss] * len(outputs))
        shares = [None] * len(losses) if self._weights is None else nest.flatten(self._weights) if not isinstance(
            self._weights, dict) else by_output("loss_weights", self._weights, names)
        if len(shares) != len(losses):
            raise ValueError(f"`loss_weights` must match the number of losses, got {len(losses)} losses and "
                             f"{len(shares)} weights.")
        made = [(i, as_loss(loss), share) for i, (loss, share) in enumerate(zip(losses, shares)) if loss is not None]
        if not made:
            raise ValueError("none of the outputs has a loss")
        if len(made) > 1:
            self.metrics = [Mean(f"{names[place] or loss.name}_loss") for place, loss, _ in made]
        self._wanted = [loss is not None for loss in losses]
        self._made = made


class CompiledMetrics(Metric):
    """The metrics of all outputs as one, made when the first batch shows the shapes; `result` is a dict."""

    def __init__(self, metrics: Any, weighted: Any, names: list[str] | None) -> None:
        super().__init__(name="compile_metrics")
        for role, given in (("metrics", metrics), ("weighted_metrics", weighted)):
            if given is not None and not isinstance(given, (list, tuple, dict)):
                raise ValueError(f"Expected `{role}` argument to be a list, tuple, or dict. Received instead: {role}="
                                 f"{given} of type {type(given)}")
        self._asked, self._names = (metrics or [], weighted or []), names
        self._made: list[tuple[int, str | None, Metric, bool]] | None = None  # output, its name, metric, with weights?

    @property
    def metrics(self) -> list[Metric]:
        """All of them, as far as they are made."""
        return [metric for _, _, metric, _ in self._made or []]

    @property
    def variables(self) -> list[Any]:
        return [v for metric in self.metrics for v in metric.variables]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take a batch."""
        outputs, names = outputs_of(y_pred, self._names)
        parts = y_true if isinstance(y_true, dict) else nest.flatten(y_true)
        true = by_output("y", y_true, names) if isinstance(parts, dict) or len(parts) == len(names) else [
            *parts, *[None] * (len(names) - len(parts))]
        if self._made is None:
            self._made = [*self._make(self._asked[0], False, true, outputs, names),
                          *self._make(self._asked[1], True, true, outputs, names)]
        weights = by_output("sample_weight", sample_weight, names) if nest.is_nested(sample_weight) else [
            sample_weight] * len(outputs)
        for place, _, metric, weighted in self._made:
            more = {"sample_weight": weights[place]} if weighted and weights[place] is not None else {}
            metric.update_state(true[place], outputs[place], **more)

    def _make(self, asked: Any, weighted: bool, true: list[Any], outputs: list[Any],
              names: list[Any]) -> list[tuple[int, str | None, Metric, bool]]:
        if not asked:
            return []
        if len(outputs) == 1:
            each: list[Any] = [nest.flatten(asked)]
        elif isinstance(asked, dict):
            each = by_output("metrics", {name: (one,) for name, one in asked.items()}, names)
        elif len(asked) == len(outputs):
            each = list(asked)
        else:
            raise ValueError(f"metrics has {len(asked)} entries, but the model has {len(outputs)} outputs: give a list "
                             f"of metrics for each, or a dict with the keys {names}")
        return [(place, names[place] if len(outputs) > 1 else None, as_metric(one, true[place], outputs[place]),
                 weighted) for place, some in enumerate(each) if some is not None
                for one in nest.flatten(some)]

    def reset_state(self) -> None:
        """Begin all of them again."""
        for metric in self.metrics:
            metric.reset_state()

    def result(self) -> Any:
        """What all come to, by their names."""
        if self._made is None:
            raise ValueError("Cannot get result() since the metric has not yet been built.")
        found: dict[str, Any] = {}
        seen: Counter[str] = Counter()
        for _, output, metric, weighted in self._made:
            before = f"{output}_" if output else ""
            name = f"{before}{metric.name}"
            if name in seen and weighted:
                name = f"{before}weighted_{metric.name}"
            seen[name] += 1
            found[name if seen[name] == 1 else f"{name}_{seen[name] - 1}"] = metric.result()
        return found
