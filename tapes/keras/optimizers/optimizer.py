"""An optimizer changes Variables by their gradients: each a formula of a line or two, in `update_step`."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from typing import Any

from ...api.making import zeros
from ...arguments import warn
from ...convert import convert
from ...dtypes import int64
from ...linalg.norms import clip_by_global_norm, clip_by_norm
from ...math import cast, clip_by_value
from ...tensor import Tensor
from ...variable import Variable
from ..backend import auto_name, floatx
from ..weight import Weight


class Optimizer:
    """The base of all optimizers; one of your own needs `update_step(gradient, variable, learning_rate)`.

    Args:
        learning_rate: a number, a schedule, or a function without arguments.
        weight_decay: the share of each Variable, times the learning rate, that is taken off it at each step.
        clipnorm: the largest norm that the gradient of one Variable may have.
        clipvalue: the largest absolute value that an entry of a gradient may have.
        global_clipnorm: the largest norm that all gradients together may have.
        name: by default the class's.
    """

    slots: tuple[str, ...] = ()  # what is kept for each Variable, between steps

    def __init__(self, learning_rate: Any = 0.001, weight_decay: float | None = None, clipnorm: float | None = None,
                 clipvalue: float | None = None, global_clipnorm: float | None = None,
                 name: str | None = None, **others: Any) -> None:
        if others:
            hint = ("the learning rate is `learning_rate`" if "lr" in others else
                    "moving averages of weights, accumulated gradients and scaled losses are not here")
            raise TypeError(f"{type(self).__name__} has no setting {', '.join(map(repr, others))}: {hint}.")
        if sum(x is not None for x in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError("Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set.")
        self.name = name or auto_name(type(self))
        self.weight_decay, self.clipnorm = weight_decay, clipnorm
        self.clipvalue, self.global_clipnorm = clipvalue, global_clipnorm
        self.iterations = Weight(convert(0, int64.dtype), False, "iteration", f"{self.name}/iteration")
        self._rate = learning_rate if callable(learning_rate) else Weight(
            convert(float(learning_rate), _dtype()), False, "learning_rate", f"{self.name}/learning_rate")
        self._kept: dict[int, dict[str, Weight]] = {}  # by the id of a Variable
        self._known: list[Variable] = []

    @property
    def learning_rate(self) -> Any:
        """The step's size, as it is now; assign a number to change it."""
        from .schedules import LearningRateSchedule

        if isinstance(self._rate, LearningRateSchedule):
            return self._rate(self.iterations.value())
        return self._rate() if callable(self._rate) else self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if callable(value) or not isinstance(self._rate, Weight):
            self._rate = value if callable(value) else Weight(
                convert(float(value), _dtype()), False, "learning_rate", f"{self.name}/learning_rate")
        else:
            self._rate.assign(float(value))

    lr = learning_rate

    @property
    def built(self) -> bool:
        """Whether it knows its Variables."""
        return bool(self._known)

    @property
    def variables(self) -> list[Weight]:
        """What it keeps: the number of steps, the learning rate, and of each Variable the slots."""
        rate = [self._rate] if isinstance(self._rate, Weight) else []
        return [self.iterations, *rate, *(self._kept[id(v)][slot] for v in self._known for slot in self.slots)]

    def build(self, variables: Iterable[Variable]) -> None:
        """Make the slots for these Variables, which the first `apply_gradients` does otherwise."""
        for v in variables:
            if id(v) not in self._kept:
                path = getattr(v, "path", v.name).replace("/", "_").replace(":", "_")
                self._kept[id(v)] = {slot: Weight(self.initial(slot, v), False, f"{path}_{slot}",
                                                  f"{self.name}/{path}_{slot}") for slot in self.slots}
                self._known.append(v)

    def initial(self, slot: str, variable: Variable) -> Tensor:
        """What a slot begins with."""
        return zeros(variable.shape, variable.dtype)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]], global_step: Any = None,
                        name: str | None = None) -> Weight:
        """Take one step.

        Args:
            grads_and_vars: pairs (gradient, Variable), such as `zip(tape.gradient(loss, variables), variables)`.
            global_step, name: accepted and ignored.

        Pairs without a gradient, None, are left out with a warning; ValueError when all are. Returns `iterations`.
        """
        pairs = checked(list(grads_and_vars))
        self._warn_of_another_rate(sys._getframe(1))
        self.build([v for _, v in pairs])
        self._step(pairs)
        self.iterations.assign_add(1)
        return self.iterations

    def _warn_of_another_rate(self, caller: Any) -> None:
        """A function of the user with an argument `learning_rate` looks as if that would be the rate."""
        if "learning_rate" not in caller.f_code.co_varnames[:caller.f_code.co_argcount] or callable(self._rate):
            return
        given, own = caller.f_locals.get("learning_rate"), float(self._rate._array)
        if isinstance(given, float) and not math.isclose(given, own, rel_tol=1e-5):
            warn("%s has an argument learning_rate=%r, but the optimizer goes by its own, %.6g: leave the argument "
                 "out, or say optimizer.learning_rate = learning_rate.", caller.f_code.co_name, given, own, times=1)

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """The same for two lists."""
        variables = self._known if trainable_variables is None else list(trainable_variables)
        self.apply_gradients(zip(list(grads), variables, strict=True))

    def minimize(self, loss: Callable[[], Any], var_list: Any) -> Weight:
        """Call `loss`, a function without arguments, on a tape, and take a step for the Variables."""
        from ...tape import GradientTape

        if not callable(loss):
            raise ValueError("`loss` must be a function without arguments: what is computed already is on no tape.")
        with GradientTape() as tape:
            value = loss()
        variables = list(var_list() if callable(var_list) else var_list)
        return self.apply_gradients(zip(tape.gradient(value, variables), variables))

    def _step(self, pairs: list[tuple[Any, Variable]]) -> None:
        rate = convert(self.learning_rate)
        for gradient, v in zip(self._clipped([g for g, _ in pairs]), [v for _, v in pairs]):
            size = rate if rate.dtype == v.dtype else cast(rate, v.dtype)
            if self.weight_decay:
                v.assign(v - v * (size * cast(self.weight_decay, v.dtype)))  # by float32, as in Keras
            self.update_step(gradient, v, size)
        for _, v in pairs:
            constraint = getattr(v, "constraint", None)
            if constraint is not None:
                v.assign(constraint(v))

    def _clipped(self, gradients: list[Any]) -> list[Any]:
        if self.clipvalue is not None:
            return [clip_by_value(g, -self.clipvalue, self.clipvalue) for g in gradients]
        if self.clipnorm is not None:
            return [clip_by_norm(g, self.clipnorm) for g in gradients]
        return gradients if self.global_clipnorm is None else clip_by_global_norm(gradients, self.global_clipnorm)[0]

    def update_step(self, gradient: Tensor, variable: Variable, learning_rate: Tensor) -> None:
        """Change one Variable."""
        raise NotImplementedError(f"{type(self).__name__} needs update_step(gradient, variable, learning_rate)")

    def slot(self, name: str, variable: Variable) -> Weight:
        """What is kept for this Variable under this name."""
        return self._kept[id(variable)][name]


def _dtype() -> Any:
    from ...dtypes import as_dtype

    return as_dtype(floatx()).dtype


def checked(pairs: list[Any]) -> list[tuple[Any, Variable]]:
    """Pairs of a gradient and a Variable, each looked at before anything is changed."""
    if not pairs:
        raise ValueError("No gradients provided for any variable: the list of pairs is empty.")
    for pair in pairs:
        gradient, v = pair
        if isinstance(gradient, Variable) and not isinstance(v, Variable):
            raise TypeError(f"pairs are (gradient, variable), but here the Variable {gradient.name!r} comes first: "
                            "write apply_gradients(zip(gradients, variables)).")
        if not isinstance(v, Variable):
            raise TypeError(f"the second of each pair must be a Variable, got {v!r}: an optimizer changes Variables, "
                            "a tensor never changes")
        if gradient is not None and tuple(gradient.shape) != tuple(v.shape):
            raise ValueError(f"the gradient for variable {v.name!r} has shape {tuple(gradient.shape)}, but the "
                             f"Variable has shape {tuple(v.shape)}")
    without = [getattr(v, "path", v.name) for gradient, v in pairs if gradient is None]
    if len(without) == len(pairs):
        raise ValueError(f"No gradients provided for any variable: {without}. Ask tape.why_none(loss, variable).")
    if without:
        warn("Gradients do not exist for variables %s when minimizing the loss: they stay as they are. Ask "
             "tape.why_none(loss, variable).", without)
    return [(gradient, v) for gradient, v in pairs if gradient is not None]
