"""TensorFlow and JAX compute a tape's program again with their own ops, and differentiate it by every value in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tapes.custom import custom
from tapes.parts import Parts
from tapes.variable import Variable

from ..ops.answers import NotChecked
from ..ops.peers import import_jax, import_tensorflow, in_our_gauge, spelled
from ..ops.quiet import quiet
from ..ops.samples import Sample
from ..ops.spelling import jax_op, tensorflow_op
from .program import BUNDLE, LEAF, PART, READ, Adjoints, Program, Recorded

WIDTHS = ("float16", "float32", "float64", "complex64", "complex128")  # what both compute with


@dataclass(frozen=True)
class _Words:
    """How one library is told to compute a program.

    Attributes:
        begin: from place and step, what a tape began to follow.
        leaf: from place and array, a value that this library has no op for: it goes on from there.
        read: from place, step and what `begin` gave, the value of a Variable.
        own: from place and result, the result as a value that no other shares an adjoint with.
        constant: from an array, the library's own.
        op: from a step, its op as a function that gives a list of results; NotChecked where it has none.
    """

    begin: Callable[[int, Recorded], Any]
    leaf: Callable[[int, Any], Any]
    read: Callable[[int, Recorded, Any], Any]
    own: Callable[[int, Any], Any]
    constant: Callable[[Any], Any]
    op: Callable[[Recorded], Callable[..., list[Any]]]


def tensorflow(program: Program) -> Adjoints:
    """One sweep of TensorFlow's tape. Each value is made a tensor of its own, so that no two share an adjoint."""
    tf, found = import_tensorflow(), Adjoints({}, {}, {}, {})
    sources: dict[int, Any] = {}

    def leaf(place: int, value: Any) -> Any:
        sources[place] = tf.constant(value)
        tape.watch(sources[place])
        return sources[place]

    def begin(place: int, step: Recorded) -> Any:
        if not isinstance(step.tensor, Variable):
            return leaf(place, step.value)
        sources[place] = tf.Variable(step.value, trainable=False)
        tape.watch(sources[place])
        return sources[place]

    def read(place: int, step: Recorded, variable: Any) -> Any:
        variable.assign(step.value)  # what it held then: it may have changed meanwhile
        return own(place, variable.value())

    def own(place: int, y: Any) -> Any:
        sources[place] = tf.identity(y)
        return sources[place]

    def op(step: Recorded) -> Any:
        return in_our_gauge(_sample(step), spelled(_sample(step), "tensorflow", tensorflow_op(step.op.name, tf)),
                            list(map(tf.constant, step.values)), tf.constant)

    if unknown := _widths("TensorFlow", program):
        return unknown
    with quiet(), tf.GradientTape() as tape:
        ys = _computed("TensorFlow", program, found, _Words(begin, leaf, read, own, tf.constant, op))
        targets = [ys[place] for place in program.targets]
    with quiet():
        asked = {place: source for place, source in sources.items() if place not in found.why}
        try:
            gradients = tape.gradient([y for y in targets if not isinstance(y, list)], asked)
        except (LookupError, NotImplementedError) as error:
            return Adjoints({}, dict.fromkeys(range(len(ys)), _said("TensorFlow", error)), {}, {})
        for place, dx in gradients.items():
            if dx is not None:
                found.known[place] = np.conj(np.asarray(tf.convert_to_tensor(dx)))
        found.values.update({place: np.asarray(y) for place, y in sources.items()})
    return found


def jax(program: Program) -> Adjoints:
    """Each value gets a perturbation of zero added; one vector-Jacobian product by all of them gives all adjoints."""
    library, found = import_jax(), Adjoints({}, {}, {}, {})
    jnp = library.numpy
    if unknown := _widths("JAX", program):
        return unknown
    # minus zero, which changes no number that it is added to, not even minus zero
    zeros = {place: jnp.asarray(np.full_like(step.value, -0.0)) for place, step in enumerate(program.steps)
             if step.flows and not isinstance(step.value, Parts)}

    def run(moved: dict[int, Any]) -> Any:
        def leaf(place: int, value: Any) -> Any:
            return jnp.asarray(value) + moved[place]

        def read(place: int, step: Recorded, variable: Any) -> Any:
            # what it held then: it may have changed meanwhile
            return jnp.asarray(step.value) + (moved[step.inputs[0]] if step.inputs[0] is not None else 0) + moved[place]

        def own(place: int, y: Any) -> Any:
            return y + moved[place]

        def op(step: Recorded) -> Any:
            return in_our_gauge(_sample(step), spelled(_sample(step), "jax", jax_op(step.op.name, library)),
                                list(step.values), jnp.asarray)

        def constant(x: Any) -> Any:  # indices and conditions as they are, since spellings look at them
            return jnp.asarray(x) if x.dtype.kind in "fc" else x

        ys = _computed("JAX", program, found, _Words(lambda place, step: leaf(place, step.value), leaf, read, own,
                                                     constant, op))
        values = {place: y for place, y in enumerate(ys) if place in moved}
        return [ys[place] for place in program.targets if place in moved], values

    with quiet():
        try:
            targets, pull, values = library.vjp(run, zeros, has_aux=True)
        except NotImplementedError as error:
            return Adjoints({}, dict.fromkeys(range(len(program.steps)), _said("JAX", error)), {}, {})
        (gradients,) = pull([jnp.ones_like(y) for y in targets])
    found.known.update({place: np.asarray(dx) for place, dx in gradients.items()})
    found.values.update({place: np.asarray(y) for place, y in values.items()})
    return found


def _computed(library: str, program: Program, found: Adjoints, words: _Words) -> list[Any]:
    """Every value of a program, as a library computes it; where it cannot, it goes on from what the tape has.

    Behind such a step it has no adjoints, and `found` is told why.
    """
    ys: list[Any] = []
    leading = program.leading
    for place, step in enumerate(program.steps):
        if not step.flows:
            ys.append(words.constant(np.asarray(step.value)))
        elif step.op.name == LEAF:
            ys.append(words.begin(place, step))
        elif step.op.name == READ:
            ys.append(words.read(place, step, None if step.inputs[0] is None else ys[step.inputs[0]]))
        else:
            xs = [words.constant(np.asarray(value)) if source is None else ys[source]
                  for source, value in zip(step.inputs, step.values, strict=True)]
            try:
                ys.append(_result(library, place, step, xs, words))
            except NotChecked as error:
                ys.append(None if isinstance(step.value, Parts) else words.leaf(place, step.value))
                if place in leading:
                    for source in program.behind(place):
                        found.why.setdefault(source, str(error))
    return ys


def _result(library: str, place: int, step: Recorded, xs: list[Any], words: _Words) -> Any:
    if step.op.name == BUNDLE:
        return xs
    if step.op.name == PART:
        if xs[0] is None:  # the reason why has been said
            return words.leaf(place, step.value)
        return words.own(place, xs[0][step.params["index"]])
    if step.op is custom:
        raise NotChecked(f"{step.params['vjp'].__name__} has a gradient of its own: {library} knows nothing of it")
    try:
        ys = words.op(step)(*xs)
    except NotChecked:
        raise NotChecked(f"{library} has no op {step.op.name}") from None
    except Exception as error:  # whatever a library raises where it meets what it does not take
        raise NotChecked(_said(library, error)) from None
    return ys if isinstance(step.value, Parts) else words.own(place, ys[0])


def _sample(step: Recorded) -> Sample:
    return Sample(step.op, step.values, step.params, (), (), "", 0)


def _widths(library: str, program: Program) -> Adjoints | None:
    """Where some numbers are wider than what the libraries have: no answer at all."""
    wide = {step.value.dtype.name for step in program.steps if step.flows} - {*WIDTHS}
    if not wide:
        return None
    return Adjoints({}, dict.fromkeys(range(len(program.steps)), f"{library} has no {wide.pop()}"), {}, {})


def _said(library: str, error: Exception) -> str:
    return f"{library} raises {type(error).__name__}: {(str(error).strip() or 'nothing more').splitlines()[0]}"
