"""Three libraries with rules of their own, each asked in its own manner for all orders, in float64."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..backends import DIFFERENTIATORS
from .answers import FIRST, FORWARD, SECOND, VALUE, Answers, Estimate, NotChecked, computed
from .samples import Sample, results
from .spelling import GAUGES, MISSING, UNSURE, WRONG_AT_SECOND_ORDER, jax_op, tensorflow_op, torch_op

# How many calls of a row, real and complex ones each, are run where every new shape has to be compiled.
TRACED, COMPILED = 1, 4


@functools.cache
def import_tensorflow() -> Any:
    return DIFFERENTIATORS["tensorflow"].open().tf


@functools.cache
def import_jax() -> Any:
    return DIFFERENTIATORS["jax"].open().jax


@functools.cache
def import_torch() -> Any:
    return DIFFERENTIATORS["torch"].open().torch


def spelled(sample: Sample, library: str, function: Callable[..., Any] | None) -> Callable[..., list[Any]]:
    """The library's function as one of the inputs alone, giving the list of its results, in our gauge."""
    name = sample.op.name
    if function is None or name in MISSING[library]:
        raise NotChecked(MISSING[library].get(name, "no entry for this row in spelling.py"))

    def listed(*xs: Any) -> list[Any]:
        y = function(*xs, **sample.params)
        return list(y) if isinstance(y, (tuple, list)) else [y]

    return listed


def in_our_gauge(sample: Sample, function: Callable[..., list[Any]], xs: list[Any],
                  own: Callable[[np.ndarray], Any] = np.asarray) -> Callable[..., list[Any]]:
    """Where a result is unique up to signs only, multiply the library's by the signs that make it ours."""
    gauge = GAUGES.get(sample.op.name)
    if gauge is None:
        return function
    ours = results(sample.op.forward(*sample.inputs, **sample.params))
    signs = [None if sign is None else own(np.asarray(sign, y.dtype))
             for sign, y in zip(gauge(ours, [np.asarray(y) for y in function(*xs)]), ours, strict=True)]
    return lambda *xs: [y if sign is None else y * sign for y, sign in zip(function(*xs), signs, strict=True)]


def _as_sure_as_declared(name: str, library: str, answers: Answers) -> Answers:
    """The answers, each as far off as the library is known to be."""
    for kind, part in UNSURE[library].get(name, {}).items():
        estimates = answers.get(kind, [])
        if not isinstance(estimates, str):
            answers[kind] = [each if each.array is None else replace(
                each, uncertainty=part * float(np.max(np.abs(each.array), initial=0.0))) for each in estimates]
    return answers


def _refusal(library: str, error: Exception) -> str:
    return f"{library} raises {type(error).__name__}: {str(error).strip().splitlines()[0]}"


# -- TensorFlow --------------------------------------------------------------------------------------------------------

def tensorflow(sample: Sample) -> Answers:
    """The other gradient tape: value, gradient and None."""
    tf = import_tensorflow()
    xs = [tf.constant(x) for x in sample.inputs]
    function = in_our_gauge(sample, spelled(sample, "tensorflow", tensorflow_op(sample.op.name, tf)), xs, tf.constant)
    watched = [xs[place] for place in sample.places]
    gs = [tf.constant(sample.cotangents[k]) for k in sample.outputs]
    with tf.GradientTape() as outer:
        outer.watch([*watched, *gs])
        with tf.GradientTape() as inner:
            inner.watch(watched)
            ys = function(*xs)
        answers: Answers = {VALUE: [computed(y) for y in ys]}
        try:
            gradients = [None if d is None else tf.convert_to_tensor(d) for d in inner.gradient(
                [ys[k] for k in sample.outputs] or ys, watched, output_gradients=gs or None)]
        except (LookupError, NotImplementedError) as error:
            return {**answers, FIRST: _refusal("TensorFlow", error)}
        functionals = [tf.reduce_sum(tf.math.conj(tf.constant(sample.weights[place])) * d)
                       for place, d in zip(sample.places, gradients) if d is not None]
    answers[FIRST] = [computed(d) for d in gradients]
    if sample.is_complex and sample.op.name in WRONG_AT_SECOND_ORDER:
        answers[SECOND] = WRONG_AT_SECOND_ORDER[sample.op.name]
    elif functionals and gs:
        answers[SECOND] = [_dense(tf, d) for d in outer.gradient(functionals, [*watched, *gs])]
    if watched and gs:
        answers[FORWARD] = _accumulated(sample, tf, function, xs)
    return answers


def _accumulated(sample: Sample, tf: Any, function: Callable[..., list[Any]], xs: list[Any]) -> Any:
    if sample.number >= TRACED:
        return (f"TensorFlow compiles each op for forward mode, a fifth of a second for each shape: the calls after "
                f"number {TRACED} are left to the others")
    tangents = [tf.constant(sample.weights[place]) for place in sample.places]
    with tf.autodiff.ForwardAccumulator([xs[place] for place in sample.places], tangents) as accumulator:
        ys = function(*xs)
    return [_dense(tf, accumulator.jvp(ys[k])) for k in sample.outputs]


def _dense(tf: Any, gradient: Any) -> Estimate:
    """The gradient of a gather comes as IndexedSlices."""
    return computed(None if gradient is None else tf.convert_to_tensor(gradient))


# -- JAX ---------------------------------------------------------------------------------------------------------------

def jax(sample: Sample) -> Answers:
    """Another tradition: value and gradient as transformations of functions, compiled."""
    library = import_jax()
    jnp, places = library.numpy, sample.places
    listed = spelled(sample, "jax", jax_op(sample.op.name, library))
    if not sample.outputs or not places:
        return {VALUE: [computed(y) for y in listed(*sample.inputs)]}
    if sample.number >= COMPILED:
        raise NotChecked(f"each shape takes a tenth of a second to compile: the calls after number {COMPILED} are "
                         "left to the others")
    function = in_our_gauge(sample, listed, list(sample.inputs), jnp.asarray)
    moving = [jnp.asarray(sample.inputs[place]) for place in places]
    tangents = [jnp.asarray(sample.weights[place]) for place in places]

    def every(*xs: Any) -> list[Any]:
        whole = list(sample.inputs)
        for place, x in zip(places, xs):
            whole[place] = x
        return function(*whole)

    def used(*xs: Any) -> list[Any]:
        ys = every(*xs)
        return [ys[k] for k in sample.outputs]

    def first(xs: Any, gs: Any) -> Any:  # JAX's gradients are the conjugates of TensorFlow's
        return [jnp.conj(d) for d in library.vjp(used, *xs)[1]([jnp.conj(g) for g in gs])]

    def functional(xs: Any, gs: Any) -> Any:
        return sum(jnp.real(jnp.sum(jnp.conj(w) * d)) for w, d in zip(tangents, first(xs, gs)))

    def everything(xs: Any, gs: Any) -> Any:
        by_xs, by_gs = library.grad(functional, argnums=(0, 1))(xs, gs)
        return (every(*xs), first(xs, gs), [jnp.conj(d) for d in (*by_xs, *by_gs)],
                library.jvp(used, xs, tangents)[1])

    gs = [jnp.asarray(sample.cotangents[k]) for k in sample.outputs]
    try:
        found = library.jit(everything)(moving, gs)
    except NotImplementedError as error:
        return {VALUE: [computed(y) for y in function(*sample.inputs)], FIRST: _refusal("JAX", error)}
    return {kind: [computed(each) for each in arrays] for kind, arrays in zip((VALUE, FIRST, SECOND, FORWARD), found)}


# -- PyTorch -----------------------------------------------------------------------------------------------------------

def torch(sample: Sample) -> Answers:
    """A third: the history hangs on the results, and forward mode has rules of its own."""
    library = import_torch()

    def tensor(x: Any) -> Any:
        return library.from_numpy(np.array(x))

    def plain(tensor: Any) -> Any:
        return computed(None if tensor is None else tensor.numpy(force=True))

    xs = [tensor(x) for x in sample.inputs]
    function = in_our_gauge(sample, spelled(sample, "torch", torch_op(sample.op.name, library)), xs, tensor)
    watched = [xs[place].requires_grad_() for place in sample.places]
    ys = function(*xs)
    answers: Answers = {VALUE: [plain(y) for y in ys]}
    if not watched or not sample.outputs:
        return answers
    gs = [tensor(sample.cotangents[k]).requires_grad_() for k in sample.outputs]
    if not any(ys[k].requires_grad for k in sample.outputs):
        return {**answers, FIRST: [plain(None) for _ in watched]}
    try:
        gradients = library.autograd.grad([ys[k] for k in sample.outputs], watched, gs, create_graph=True,
                                          allow_unused=True)
    except RuntimeError as error:
        if not any(words in str(error) for words in ("not implemented", "not differentiable", "not supported")):
            raise
        return {**answers, FIRST: _refusal("PyTorch", error)}
    answers[FIRST] = [plain(d) for d in gradients]
    moving = [library.sum(tensor(sample.weights[place]).conj() * d).real
              for place, d in zip(sample.places, gradients) if d is not None and d.requires_grad]
    if moving:
        answers[SECOND] = [plain(d) for d in library.autograd.grad(sum(moving), [*watched, *gs], allow_unused=True)]

    def used(*moved: Any) -> tuple[Any, ...]:
        whole = [x.detach() for x in xs]
        for place, x in zip(sample.places, moved):
            whole[place] = x
        ys = function(*whole)
        return tuple(ys[k] for k in sample.outputs)

    tangents = tuple(tensor(sample.weights[place]) for place in sample.places)
    try:
        answers[FORWARD] = [plain(d) for d in library.func.jvp(used, tuple(x.detach() for x in watched), tangents)[1]]
    except (NotImplementedError, IndexError) as error:  # IndexError: some of its rules take no empty arrays
        answers[FORWARD] = _refusal("PyTorch", error)
    return _as_sure_as_declared(sample.op.name, "torch", answers)
