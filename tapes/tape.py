"""A tape writes down the steps that a computation takes, so that the chain rule can read them backwards."""

from __future__ import annotations

import contextlib
import sys
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from . import nest
from .arguments import (
    UnconnectedGradients,
    checked,
    conjugate,
    cotangents_of,
    refuse_slices,
    single,
    unconnected_choice,
    warn,
    zeros,
)
from .chain_rule import Step, Trace, backward, leading_from, seeds
from .notices import Told, hearing, tell
from .op import NONE, Op, leave, listening
from .protocols import TensorLike
from .tensor import Tensor
from .variable import Variable

watched = Op("watch", lambda x: x, [], doc="Not a computation: here a tape began to follow a tensor or Variable.")


def _names(frame: Any) -> dict[int, str]:
    """What the user's program calls its tensors, by their ids."""
    known = {name: frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals}
    return {id(value): name for name, value in {**known, **frame.f_locals}.items()
            if isinstance(value, TensorLike) and name.isidentifier()}


def _forgetting(tape: weakref.ref[GradientTape]) -> Callable[[Step], None]:
    """What to do when the output of a step is gone; it knows the tape weakly, or no tape would ever be freed."""

    def forget(step: Step) -> None:
        owner = tape()
        if owner is not None and owner._trace is not None:
            owner._trace.pop(step.key, None)

    return forget


class GradientTape:
    """Records the ops of a `with` block, and differentiates what was computed there.

    Args:
        persistent: whether `gradient` may be called more than once. If not, the first call frees the tape.
        watch_accessed_variables: whether trainable Variables are watched as soon as they are read.

    >>> import tapes as tf
    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x)
    <tapes.Tensor: shape=(), dtype=float32, numpy=6.0>
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent, self._watch_accessed = bool(persistent), bool(watch_accessed_variables)
        self._trace: Any = None  # a Trace; None before the first `with` and when it is used up
        self._leaves: set[int] = set()
        self._variables: dict[int, Variable] = {}
        self._entered: Any = None  # while it records: the list of listeners it stands in
        self._used_up = False
        self._forget = _forgetting(weakref.ref(self))

    # -- recording ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> GradientTape:
        if self._entered is not None:
            raise ValueError("Tape is still recording, This can happen if you try to re-enter an already-active tape. "
                             "For a block inside the block make another GradientTape.")
        self._resume(listening.now, listening.now, len(listening.now))
        return self

    def __exit__(self, *exception: object) -> None:
        if self._entered is not None:
            self._pause()

    def _begin(self) -> None:
        self._trace, self._leaves, self._variables = {}, set(), {}
        tell("begin", self)

    def _resume(self, listeners: list[Any], where: list[Any], place: int) -> None:
        if self._trace is None:  # never entered, or used up meanwhile
            self._begin()
        self._entered = listeners
        where.insert(place, self)
        tell("resume", self)

    def _pause(self) -> tuple[list[Any], int]:
        """Stop listening; returns where it stood, and at which place."""
        stood = leave(self._entered, self)
        self._entered = None
        tell("pause", self)
        return stood

    def record(self, op: Op, inputs: Sequence[Any], params: dict[str, Any], output: Tensor) -> None:
        """Called by every op: keep the step when it can carry a derivative from something watched."""
        trace = self._trace
        for x in inputs:
            if id(x) in trace and x._array.dtype.kind in "fc":
                trace[id(output)] = step = Step(output, self._forget)
                step.op, step.inputs, step.params, step.key = op, inputs, params, id(output)
                return

    def read(self, variable: Variable, known: Tensor | None) -> bool:
        """Called by every read of a Variable and every assignment to it."""
        trace = self._trace
        if id(known) in trace:
            return True
        if id(variable) in trace:
            return False
        if self._watch_accessed and variable._trainable:
            self._watch(variable)
            return False
        return True

    def _watch(self, x: TensorLike) -> None:
        if id(x) not in self._trace:
            self._trace[id(x)] = step = Step(x, self._forget)
            step.op, step.inputs, step.params, step.key = watched, (), NONE, id(x)
            self._leaves.add(id(x))
        if isinstance(x, Variable):
            self._variables[id(x)] = x

    def watch(self, tensor: Any) -> None:
        """Follow a tensor or Variable, or all of a nested structure of them, from now on.

        What was computed from it earlier stays a constant. Raises ValueError for anything that is not a tensor or
        Variable, RuntimeError before the first `with`. An integer is followed too, but has no gradient: a warning is
        logged.
        """
        if self._trace is None:
            raise RuntimeError("Cannot watch: this GradientTape is not recording yet, or has been used up by "
                               "gradient(). Call watch inside `with tape:`.")
        for x in nest.flatten(tensor):
            if not isinstance(x, TensorLike):
                raise ValueError(f"Passed in object {x} of type {type(x).__name__!r}, not tf.Tensor or tf.Variable or "
                                 "ExtensionType. Make it one with tapes.constant or tapes.Variable, and use that one "
                                 "in the computation.")
            refuse_slices("watch", x)
            if x._array.dtype.kind not in "fc":
                warn("The dtype of the watched tensor must be floating (e.g. tf.float32), got %r", x.dtype)
            self._watch(x)
            tell("watch", self, x)

    def watched_variables(self) -> tuple[Variable, ...]:
        """The Variables on this tape, in the order of their creation."""
        return tuple(sorted(self._variables.values(), key=lambda variable: variable._order))

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Leave out the ops of a `with` block: this tape alone pauses, and goes on afterwards."""
        if self._trace is None:
            raise RuntimeError("Trying to stop recording a tape which is not recording. It was never entered, or "
                               "gradient() has used it up.")
        self._check_recording()
        listeners = self._entered
        where, place = self._pause()
        try:
            yield
        finally:
            self._resume(listeners, where, place)

    def reset(self) -> None:
        """Forget every step and everything watched, inside the `with` block: Variables are watched again when read."""
        self._check_recording()
        self._begin()

    def _check_recording(self) -> None:
        if self._entered is None:
            raise ValueError("Tape is not recording. Call this inside the tape's own `with` block.")

    # -- differentiating ---------------------------------------------------------------------------------------------

    def gradient(self, target: Any, sources: Any, output_gradients: Any = None,
                 unconnected_gradients: Any = UnconnectedGradients.NONE) -> Any:
        """The derivative of the sum of all entries of all targets, with respect to each source.

        Args:
            target: a tensor or Variable, or a nested structure of them.
            sources: what to differentiate by: a tensor or Variable, or a nested structure of them.
            output_gradients: a weight for each target, of its shape and dtype (the cotangent of a vector-Jacobian
                product); by default, or where None, ones.
            unconnected_gradients: `"none"` or `"zero"`: what to give for a source that no target depends on.

        Returns:
            In the structure of `sources`, for each a tensor of its shape and dtype, or None where not connected.

        Raises:
            RuntimeError: on the second call, unless the tape is persistent.
            TypeError: a target or source is no tensor or Variable, for instance because it left the tape.
            ValueError: output_gradients or unconnected_gradients do not fit.

        The rule: reverse accumulation, as in Griewank and Walther, Evaluating Derivatives, 2nd ed., chapter 3.

        >>> import tapes as tf
        >>> W, x = tf.Variable([[1.0, 2.0]]), tf.constant([[3.0], [4.0]])
        >>> with tf.GradientTape() as tape:
        ...     y = tf.matmul(W, x)
        >>> tape.gradient(y, {"W": W, "x": x})
        {'W': <tapes.Tensor: shape=(1, 2), dtype=float32, numpy=array([[3., 4.]], dtype=float32)>, 'x': None}
        """
        self._stop_for("gradient")
        targets, flat_sources = checked("target", target), checked("sources", sources)
        unconnected = unconnected_choice(unconnected_gradients)
        cotangents = cotangents_of(targets, output_gradients)

        trace, recorded = self._taken(), bool(listening.now)
        wanted = {id(source): source for source in flat_sources}
        if not self._leaves <= wanted.keys():
            trace = leading_from(trace, wanted.keys())
        start = seeds(targets, cotangents if recorded else [dy._array for dy in cotangents])
        if hearing.traces:
            start = Told(start, targets[0] if len(targets) == 1 and output_gradients is None else None)
            tell("sweep", start, self)
        found = backward(trace, start, wanted, recorded)

        gradients = {}
        for key, source in wanted.items():
            dx = found.get(key)
            if dx is not None:
                dx = conjugate(dx if recorded else Tensor(dx))
            elif unconnected is UnconnectedGradients.ZERO:
                dx = zeros(source)
            gradients[key] = dx
        tell("gradient", self, targets, flat_sources, gradients)
        return nest.pack_sequence_as(sources, [gradients[id(source)] for source in flat_sources])

    def jacobian(self, target: Any, sources: Any, unconnected_gradients: Any = UnconnectedGradients.NONE,
                 parallel_iterations: int | None = None, experimental_use_pfor: bool = True) -> Any:
        """The derivative of each entry of one target, with respect to each source.

        Args:
            target: a tensor or Variable.
            sources: a tensor or Variable, or a nested structure of them.
            unconnected_gradients: as in `gradient`.
            parallel_iterations: accepted and ignored.
            experimental_use_pfor: all entries are swept at once in any case; False wants a persistent tape.

        Returns:
            In the structure of `sources`, for each a tensor of shape target.shape + source.shape, or None where not
            connected. It uses up the tape, as `gradient` does.

        Raises RuntimeError on a tape that is used up, TypeError for a target that is not one tensor. The rule: the
        sweep of `gradient` for all unit vectors together, or tangents when they are fewer (Griewank and Walther,
        Evaluating Derivatives, 2nd ed., chapter 3).

        >>> import tapes as tf
        >>> x = tf.Variable([1.0, 2.0])
        >>> with tf.GradientTape() as tape:
        ...     y = x * x
        >>> print(tape.jacobian(y, x))
        tapes.Tensor(
        [[2. 0.]
         [0. 4.]], shape=(2, 2), dtype=float32)
        """
        from .jacobian import jacobian  # what hangs on the core imports it, not the other way round

        self._stop_for("jacobian", experimental_use_pfor)
        one, flat_sources = single("target", target), checked("sources", sources)
        unconnected = unconnected_choice(unconnected_gradients)
        found = jacobian(self._taken(), one, flat_sources, bool(listening.now))
        tell("gradient", self, [one], flat_sources, dict(zip(map(id, flat_sources), found)))
        if unconnected is UnconnectedGradients.ZERO:
            found = [zeros(source, one._array.shape) if dx is None else dx for dx, source in zip(found, flat_sources)]
        return nest.pack_sequence_as(sources, found)

    def batch_jacobian(self, target: Any, source: Any, unconnected_gradients: Any = UnconnectedGradients.NONE,
                       parallel_iterations: int | None = None, experimental_use_pfor: bool = True) -> Any:
        """The Jacobian of each row of a target with respect to the same row of a source: of shape [b, y..., x...].

        The target has shape [b, y...], the source [b, x...]. Rows must not depend on each other's source rows: where
        they do, the result holds the sums over the batch. Zeros where not connected, as in TensorFlow, whatever
        `unconnected_gradients` says. The other arguments are those of `jacobian`.

        Raises ValueError when a rank is below 2 or the numbers of rows differ; RuntimeError and TypeError as there.

        >>> import tapes as tf
        >>> x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
        >>> with tf.GradientTape() as tape:
        ...     y = x * x
        >>> print(tape.batch_jacobian(y, x).shape)
        (2, 2, 2)
        """
        from .jacobian import batch_jacobian

        self._stop_for("batch_jacobian", experimental_use_pfor)
        y, x = single("target", target), single("source", source)
        for one in (y, x):
            if one.ndim < 2:
                raise ValueError(f"Shape {one.shape} must have rank at least 2: batch_jacobian takes a target of shape "
                                 f"[b, y...] and a source of shape [b, x...], got {y.shape} and {x.shape}.")
        if y.shape[0] != x.shape[0]:
            raise ValueError(f"Need first dimension of target shape ({y.shape}) and source shape ({x.shape}) to match: "
                             "each row of the target belongs to one row of the source.")
        unconnected_choice(unconnected_gradients)
        found = batch_jacobian(self._taken(), y, x, bool(listening.now))
        tell("gradient", self, [y], [x], {id(x): found})
        return Tensor(np.zeros((*y.shape, *x.shape[1:]), x._array.dtype)) if found is None else found

    def _stop_for(self, method: str, vectorised: bool = True) -> None:
        """Before differentiating: the tape must not be used up, and a default one stops recording."""
        if self._trace is None:
            raise RuntimeError("A non-persistent GradientTape can only be used to compute one set of gradients (or "
                               "jacobians). Ask for all sources in one call, or say GradientTape(persistent=True). "
                               "(The tape is as empty before its first `with` block.)")
        if not vectorised and not self._persistent:
            raise RuntimeError(f"GradientTape must be created with persistent=True to compute the {method} with "
                               "experimental_use_pfor set to False. (Here it is not needed: leave it at True.)")
        if self._entered is not None and not self._persistent:
            self._pause()
        elif self._entered is not None:
            warn(f"Calling GradientTape.{method} on a persistent tape inside its context is significantly less "
                  "efficient than calling it outside the context (it causes the gradient ops to be recorded on the "
                  "tape, leading to increased CPU and memory usage). Only call GradientTape.gradient inside the "
                  "context if you actually want to trace the gradient in order to compute higher order derivatives.",
                  times=1)

    def _taken(self) -> Trace:
        """The steps to sweep: a copy on a persistent tape; else all it has, and it is used up."""
        trace = self._trace
        if self._persistent:
            return dict(trace)
        self._trace, self._used_up = None, True
        return trace

    def show(self, target: Any = None) -> None:
        """Print the tape, one line a step; with a target also the adjoint of each step: the backward pass at a glance.

        >>> import tapes as tf
        >>> x = tf.Variable(3.0, name="x")
        >>> with tf.GradientTape() as tape:
        ...     y = x * x
        >>> tape.show(y)
        step  result  op        inputs  shape  value  adjoint
        ----  ------  --------  ------  -----  -----  -------
        0     x       watch             ()     3.     6.
        1     %1      read      x       ()     3.     6.
        2     y       multiply  %1, %1  ()     9.     1.
        """
        from .view.table import table  # what a person looks at imports the tape, not the other way round

        print(table(self, target, _names(sys._getframe(1))))

    def why_none(self, target: Any, source: Any) -> Any:
        """Why the gradient of target by source is None: an explanation to print, with the cause and the cure.

        Inside `with tapes.diagnose.history():` it names the op and the line of your program, for a used-up tape too.
        For a list of sources, or any structure of them, there is one for each.

        >>> import tapes as tf
        >>> x = tf.constant(3.0)
        >>> with tf.GradientTape() as tape:
        ...     y = tf.floor(tf.square(x))
        >>> print(tape.why_none(y, x))
        The gradient of y by x is None: this tape did not watch x.
        Fix: say tape.watch(x) inside the block before it is used, or make it a tapes.Variable, which is
        watched as soon as it is read.
        """
        from .diagnose.why_none import why_none

        return why_none(self, target, source, _names(sys._getframe(1)))

    def first_nan(self, target: Any, sources: Any = None) -> Any:
        """Which step made the first nan or inf: a finding to print, false when all is finite. The tape stays as it is.

        Only what spoils the target or the gradients by the sources counts, by default those by all that is watched.
        RuntimeError on a tape that is used up.

        >>> import tapes as tf
        >>> x = tf.Variable([4.0, 0.0])
        >>> with tf.diagnose.history(), tf.GradientTape() as tape:
        ...     y = tf.sqrt(x)
        >>> found = tape.first_nan(y, x)
        >>> found.stage, found.op, found.entry, found.why
        ('backward', 'sqrt', (1,), 'the derivative of sqrt at 0 is infinite')
        """
        from .diagnose.first_nan import first_nan

        return first_nan(self, target, sources, _names(sys._getframe(1)))

    def steps(self) -> list[Step]:
        """The steps on the tape, in the order of recording."""
        return list((self._trace or {}).values())

    def adjoints(self, target: Any) -> dict[int, Any]:
        """The adjoint of the result of every step, by the step's key, as arrays; the tape stays as it is."""
        targets = checked("target", target)
        trace, cotangents = dict(self._trace or {}), [dy._array for dy in cotangents_of(targets, None)]
        return backward(trace, seeds(targets, cotangents), set(trace), False)
