"""What is summed up over many batches: sums and means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...api.making import constant, zeros
from ...convert import convert
from ...dtypes import as_dtype
from ...math import cast, divide_no_nan, reduce_mean, reduce_sum
from ...tensor import Tensor
from .. import initializers
from ..backend import auto_name, floatx
from ..losses.distances import same_rank
from ..weight import Weight


class Metric:
    """Something that is summed up over many batches: `update_state` takes one, `result` tells, `reset_state` forgets.

    Args:
        dtype: of its numbers; by default floatx.
        name: by default the class's.
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name, self.dtype = name or auto_name(type(self)), as_dtype(dtype or floatx())
        self._variables: list[Weight] = []

    @property
    def variables(self) -> list[Weight]:
        """What it keeps between batches."""
        return self._variables

    def add_variable(self, shape: Any = (), initializer: Any = None, dtype: Any = None,
                     name: str = "variable") -> Weight:
        """A number that is kept between batches; it begins with 0."""
        make = initializers.get(initializer or "zeros")
        variable = Weight(make(tuple(shape), dtype=dtype or self.dtype), False, name, f"{self.name}/{name}")
        self._variables.append(variable)
        return variable

    add_weight = add_variable

    def update_state(self, *args: Any, **settings: Any) -> None:
        """Take one batch."""
        raise NotImplementedError(f"{type(self).__name__} needs update_state")

    def result(self) -> Tensor:
        """What it comes to so far."""
        raise NotImplementedError(f"{type(self).__name__} needs result")

    def reset_state(self) -> None:
        """Begin again."""
        for variable in self.variables:
            variable.assign(zeros(variable.shape, variable.dtype))

    reset_states = reset_state  # its name until 2021

    def __call__(self, *args: Any, **settings: Any) -> Tensor:
        self.update_state(*args, **settings)
        return self.result()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class Mean(Metric):
    """The mean of all numbers so far.

    >>> m = Mean()
    >>> m.update_state([1.0, 2.0])
    >>> print(m(6.0))
    tapes.Tensor(3.0, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total, self.count = self.add_variable(name="total"), self.add_variable(name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Take numbers, each as often as its weight says."""
        numbers, weights = _by_example(values, sample_weight, self.dtype)
        self.total.assign_add(reduce_sum(numbers))
        self.count.assign_add(constant(float(numbers.shape[0]) if numbers.ndim else 1.0, self.dtype)
                              if weights is None else reduce_sum(weights))

    def result(self) -> Tensor:
        return divide_no_nan(self.total, self.count)


def _by_example(values: Any, sample_weight: Any, dtype: Any) -> tuple[Tensor, Tensor | None]:
    """A number for each example, times its weight; and the weights."""
    numbers, weights = cast(convert(values), dtype), None
    if sample_weight is not None:
        weights = cast(convert(sample_weight), dtype)
        numbers, weights = same_rank(numbers, weights)
        if numbers.ndim > weights.ndim:
            numbers = reduce_mean(numbers, list(range(weights.ndim, numbers.ndim)))
        if weights.shape != numbers.shape:
            weights = weights + 0.0 * numbers  # a weight for each
        numbers = numbers * weights
        if weights.ndim > 1:
            weights = reduce_mean(weights, list(range(1, weights.ndim)))
    if numbers.ndim > 1:
        numbers = reduce_mean(numbers, list(range(1, numbers.ndim)))
    return numbers, weights


class Sum(Metric):
    """The sum of all numbers so far.

    >>> print(Sum()([1.0, 2.0]))
    tapes.Tensor(3.0, shape=(), dtype=float32)
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable(name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        numbers = cast(convert(values), self.dtype)
        self.total.assign_add(reduce_sum(numbers if sample_weight is None else numbers * cast(
            convert(sample_weight), self.dtype)))

    def result(self) -> Tensor:
        return self.total.value()


class MeanMetricWrapper(Mean):
    """The mean of what a function of y_true and y_pred gives for each example."""

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **settings: Any) -> None:
        super().__init__(name or getattr(fn, "__name__", None), dtype)
        self._function, self._settings = fn, settings

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take a batch of what is true and what was predicted."""
        super().update_state(self._function(y_true, y_pred, **self._settings), sample_weight)
