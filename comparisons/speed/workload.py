"""What is timed: numbers, a loss in `tf` words, and its gradients written by hand in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

GRADIENTS, TRAINING, HESSIAN_VECTOR, JACOBIAN = "gradients", "training step", "Hessian-vector", "Jacobian"
OVERHEAD, MATMUL, MEMORY = "overhead", "matmul", "memory"  # what the time goes to


@dataclass(frozen=True)
class Numbers:
    """What a workload starts from.

    Attributes:
        parameters: what is differentiated.
        data: what is not.
        vectors: the directions of a Hessian-vector product, one for each parameter.
        state: what an optimiser keeps from step to step.
    """

    parameters: Sequence[Any]
    data: Sequence[Any] = ()
    vectors: Sequence[Any] = ()
    state: Sequence[Any] = ()

    def changed(self, change: Callable[[Any], Any]) -> Numbers:
        """Each array as something else, such as a copy, or a tensor of another library."""
        return Numbers(*([change(x) for x in part] for part in (self.parameters, self.data, self.vectors, self.state)))

    def wide(self) -> Numbers:
        """The same numbers in double precision; integers stay."""
        return self.changed(lambda x: x.astype(np.float64) if x.dtype.kind == "f" else x)


@dataclass(frozen=True)
class Workload:
    """One line of the table.

    Attributes:
        name: short, for the table.
        title: what it is, in one line.
        make: random numbers -> Numbers, in float32.
        value: (tf, parameters, data) -> what is differentiated; a number, but for a Jacobian.
        by_hand: Numbers -> the value and what is timed beside it, in NumPy; a training step changes its Numbers.
        kind: what is timed beside the value.
        bound: where the time goes: to overhead, to matrix products or to memory.
    """

    name: str
    title: str
    make: Callable[[np.random.Generator], Numbers]
    value: Callable[[Any, Sequence[Any], Sequence[Any]], Any]
    by_hand: Callable[[Numbers], Sequence[Any]]
    kind: str = GRADIENTS
    bound: str = OVERHEAD

    def numbers(self) -> Numbers:
        """The same ones in every process."""
        return self.make(np.random.default_rng(0))


@dataclass(frozen=True)
class Prepared:
    """A workload in the hands of a library.

    Attributes:
        run: does it once, and waits for the result.
        arrays: the result of `run` -> arrays in the order of the workload's `by_hand`.
        reset: puts back what `run` changes.
        forward: the value alone, without a tape; of tapes and TensorFlow.
    """

    run: Callable[[], Any]
    arrays: Callable[[Any], Sequence[Any]]
    reset: Callable[[], None] = field(default=lambda: None)
    forward: Callable[[], Any] | None = None
