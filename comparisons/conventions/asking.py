"""Each library is given the same expression and point, and asked for the gradient in its own manner."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backends import DIFFERENTIATORS


def ask(library: str, expression: str, point: list[np.ndarray]) -> list[Any]:
    """The gradient of the sum of the expression by x, y and z; None where the library has none."""
    return _DIFFERENTIATE[library](expression, point)


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


def _micrograd(expression: str, point: list[np.ndarray]) -> list[Any]:
    from micrograd.engine import Value

    xs = [Value(x.item()) for x in point]
    _function(expression)(*xs).backward()
    return [x.grad for x in xs]


def _sympy(expression: str, point: list[np.ndarray]) -> list[Any]:
    """The derivative of the formula, and the point put into it; an array is a nested list of symbols."""
    import sympy

    symbols = [np.empty(x.shape, object) for x in point]
    for name, array, x in zip("xyz", symbols, point):
        for place in np.ndindex(array.shape):
            array[place] = sympy.Symbol(f"{name}{list(place) or ''}", real=x.dtype.kind != "c")
    formula = _function(expression, **vars(sympy), sum=sum)(*[array.tolist() for array in symbols])
    values = {symbol: sympy.sympify(number.item() if np.iscomplexobj(number) or not np.isfinite(number)
                                    else sympy.Rational(number.item()))
              for array, x in zip(symbols, point) for symbol, number in zip(array.flat, x.flat)}

    def slope(symbol: Any) -> Any:
        derivative = sympy.diff(formula, symbol)
        if derivative.has(sympy.Derivative):  # which it leaves standing
            return "unevaluated"
        exact = derivative.xreplace(values)
        number = exact.evalf(30, maxn=5000)  # digits enough for terms that cancel, such as 1 - exp(-1000)
        return float(number) if number.is_Number and number is not sympy.zoo else str(exact)

    gradients = []
    for array in symbols:
        slopes = np.empty(array.shape, object)
        for place in np.ndindex(array.shape):
            slopes[place] = slope(array[place])
        gradients.append(slopes.tolist())
    return gradients


_DIFFERENTIATE: dict[str, Callable[[str, list[np.ndarray]], list[Any]]] = {
    "tapes": _tapes, "tensorflow": _tensorflow, "jax": _jax, "torch": _torch, "autograd": _autograd, "mygrad": _mygrad,
    "micrograd": _micrograd, "sympy": _sympy}
