"""Memory for time: what a function computed inside is not kept for the way back, but computed again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import nest
from .convert import convert
from .custom import Decorated, Reads, custom_gradient, noting_reads
from .notices import hearing
from .ops.elementwise import identity
from .protocols import TensorLike
from .tape import GradientTape
from .variable import Variable


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose inner values are computed again on the way back instead of being kept: memory for time.

    The second time it finds all Variables as they were the first time, draws the same random numbers, and what it
    assigns is forgotten afterwards: so the gradient is that of what was computed. (Not so for NumPy's own random
    numbers, and when `tapes.random.set_seed` was called meanwhile.) In a `tapes.function` it is the function itself.

    Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost.

    >>> import tapes as tf
    >>> deep = tf.recompute_grad(lambda x: tf.sin(tf.sin(tf.sin(x))))
    >>> x = tf.Variable(1.0)
    >>> with tf.GradientTape() as tape:
    ...     y = deep(x)
    >>> print(tape.gradient(y, x))
    tapes.Tensor(0.26450825, shape=(), dtype=float32)
    """

    def call(*args: Any, **settings: Any) -> Any:
        if hearing.traces:  # the program that is made there decides what to keep
            return f(*args, **settings)
        return with_gradient(*args, **settings)

    @custom_gradient
    @functools.wraps(f)
    def with_gradient(*args: Any, **settings: Any) -> Any:
        with noting_reads(alone=True) as reads, _noting_draws() as draws:
            result = f(*args, **settings)

        def grad(*upstream: Any, variables: Sequence[Variable] = ()) -> Any:
            with GradientTape(watch_accessed_variables=False) as tape, _as_it_was(reads, draws):
                again = [identity(x) if isinstance(x, TensorLike) else x for x in nest.flatten(args)]
                sources = [x for x in again if isinstance(x, TensorLike) and x._array.dtype.kind in "fc"]
                tape.watch([*sources, *variables])
                outputs = [convert(y) for y in nest.flatten(f(*nest.pack_sequence_as(args, again), **settings))]
            found = tape.gradient(outputs, [*sources, *variables], output_gradients=list(upstream))
            of_sources = {id(x): dx for x, dx in zip(sources, found)}
            of_arguments = [of_sources.get(id(x)) for x in again]
            return (of_arguments, found[len(sources):]) if variables else of_arguments

        return result, grad

    return Decorated(call, f, recompute_grad)


class _Draws:
    """It hears which generators of random numbers are used, and notes the state of each before."""

    def __init__(self) -> None:
        self.found: dict[int, tuple[np.random.Generator, Any]] = {}

    def notice(self, event: str, *about: Any) -> None:
        """Called for what happens beside the ops."""
        if event == "generator":
            self.found.setdefault(id(about[0]), (about[0], about[0].bit_generator.state))


@contextmanager
def _noting_draws() -> Iterator[_Draws]:
    draws = _Draws()
    hearing.now.append(draws)
    try:
        yield draws
    finally:
        hearing.now.remove(draws)


@contextmanager
def _as_it_was(reads: Reads, draws: _Draws) -> Iterator[None]:
    """A `with` block in which Variables and generators are as they were when they were first used."""
    held = [(variable, variable._array) for variable, _ in reads.found.values()]
    states = [(numbers, numbers.bit_generator.state) for numbers, _ in draws.found.values()]
    for variable, array in reads.found.values():
        variable._array = array
    for numbers, state in draws.found.values():
        numbers.bit_generator.state = state
    try:
        yield
    finally:
        for variable, array in held:
            variable._array = array
        for numbers, state in states:
            numbers.bit_generator.state = state
