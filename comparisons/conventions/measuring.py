"""Each library is asked for its gradient at each point, and every answer that is not the declared one is told."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..backends import DIFFERENTIATORS
from ..libraries import LIBRARIES, MissingLibrary, require
from ..measure import difference
from .convention import Convention


@dataclass(frozen=True)
class Surprise:
    """A library that does not do what is declared.

    Attributes:
        convention, library: what was asked of whom.
        declared, measured: the gradients.
        kind: "unexpected agreement" when it now does what TensorFlow is declared to do, else "unexpected disagreement".
    """

    convention: str
    library: str
    declared: Any
    measured: Any
    kind: str


def surprises(conventions: Iterable[Convention], libraries: Collection[str] | None = None) -> list[Surprise]:
    """Measure on the installed libraries, or on those named; report every answer that is not the declared one."""
    found = []
    for convention in conventions:
        for name, declared in convention.expected.items():
            if (libraries is not None and name not in libraries) or not installed(name):
                continue
            measured = measure(convention, name)
            if not same(measured, declared):
                agrees = name != "tensorflow" and same(measured, convention.expected.get("tensorflow"))
                kind = "unexpected agreement" if agrees else "unexpected disagreement"
                found.append(Surprise(convention.name, name, declared, measured, kind))
    return found


def installed(library: str) -> bool:
    """Whether there is something to measure."""
    return library == "tapes" or LIBRARIES[library].installed


def measure(convention: Convention, library: str) -> Any:
    """The gradient that a library gives now, in the form of `expected`; MissingLibrary when it is not installed."""
    if library != "tapes":
        require(library)
    point = [np.asarray(value, complex if isinstance(value, complex) else float) for value in convention.point]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            gradients = _DIFFERENTIATE[library](convention.expression(library), point)
        except MissingLibrary:
            raise
        except Exception as refusal:  # that a library refuses, and how, is an answer too
            return type(refusal).__name__
    plain = [None if g is None else np.asarray(g).tolist() for g in gradients]
    return plain[0] if len(plain) == 1 else tuple(plain)


def same(measured: Any, declared: Any) -> bool:
    """Whether two answers are one; nan is nan here, and 0 is -0."""
    ours, theirs = (answer if isinstance(answer, tuple) else (answer,) for answer in (measured, declared))
    return len(ours) == len(theirs) and all(map(_equal, ours, theirs))


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    a, b = (None if x is None else np.asarray(x, complex) for x in (a, b))
    return difference(a, b).within(1e-12)


def _function(expression: str, **names: Any) -> Callable[..., Any]:
    """The expression as a function of x, y and z."""
    code = compile(expression, expression, "eval")
    return lambda *point: eval(code, {"np": np, "inf": np.inf} | names | dict(zip("xyz", point)))


def _tape(tf: Any, expression: str, point: list[np.ndarray]) -> list[Any]:
    xs = [tf.constant(x) for x in point]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = _function(expression, tf=tf)(*xs)
    return [None if g is None else tf.convert_to_tensor(g) for g in tape.gradient(y, xs)]


def _tapes(expression: str, point: list[np.ndarray]) -> list[Any]:
    import tapes

    return _tape(tapes, expression, point)


def _tensorflow(expression: str, point: list[np.ndarray]) -> list[Any]:
    return _tape(DIFFERENTIATORS["tensorflow"].open().tf, expression, point)


def _jax(expression: str, point: list[np.ndarray]) -> list[Any]:
    jax = DIFFERENTIATORS["jax"].open().jax
    function = _function(expression, np=jax.numpy, jax=jax)
    xs = [jax.numpy.asarray(x) for x in point]
    return list(jax.grad(lambda *xs: jax.numpy.sum(function(*xs)), argnums=tuple(range(len(xs))))(*xs))


def _torch(expression: str, point: list[np.ndarray]) -> list[Any]:
    import torch

    xs = [torch.tensor(x, requires_grad=True) for x in point]
    y = _function(expression, torch=torch)(*xs)
    gradients = torch.autograd.grad(y.sum(), xs, allow_unused=True)
    return [None if g is None else torch.Tensor.numpy(g.resolve_conj()) for g in gradients]


def _autograd(expression: str, point: list[np.ndarray]) -> list[Any]:
    import autograd
    import autograd.numpy

    function = _function(expression, np=autograd.numpy)
    return [autograd.grad(lambda *xs: autograd.numpy.sum(function(*xs)), place)(*point) for place in range(len(point))]


def _mygrad(expression: str, point: list[np.ndarray]) -> list[Any]:
    import mygrad

    xs = [mygrad.tensor(x) for x in point]
    importlib.import_module("mygrad.nnet")
    _function(expression, np=mygrad)(*xs).sum().backward()
    return [x.grad for x in xs]


def _sympy(expression: str, point: list[np.ndarray]) -> list[Any]:
    import sympy

    symbols = sympy.symbols("x y z", real=True)[:len(point)]
    formula = sympy.sympify(expression, locals={s.name: s for s in symbols})
    values = {s: sympy.Rational(float(x)) for s, x in zip(symbols, point)}
    slopes = [formula.diff(s).subs(values) for s in symbols]
    return [float(slope) if slope.is_extended_real or slope is sympy.nan else str(slope) for slope in slopes]


_DIFFERENTIATE: dict[str, Callable[[str, list[np.ndarray]], list[Any]]] = {
    "tapes": _tapes, "tensorflow": _tensorflow, "jax": _jax, "torch": _torch, "autograd": _autograd, "mygrad": _mygrad,
    "sympy": _sympy}
