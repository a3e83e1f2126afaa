"""Declared differences of JAX: it has to agree once its arithmetic has 50 digits, or its corners are TensorFlow's."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from .declared import Declared
from .functional import norms

DIGITS = 50
LEFTMOST = -1000.0  # mpmath takes one pole at a time on the way there; further on nothing is excused


def gamma(jax: Any, order: int, x: Any) -> Any:
    """lgamma for order -1, digamma for 0, and its derivatives: each entry by mpmath, each derivative the next order.

    JAX computes these while it differentiates, so that there are numbers to ask mpmath for; not inside of vmap and jit.
    """
    @jax.custom_jvp
    def function(x: Any) -> Any:
        return jax.numpy.asarray(_rounded(order, np.asarray(x)))

    @function.defjvp
    def push(primals: Any, tangents: Any) -> Any:
        return function(*primals), tangents[0] * gamma(jax, order + 1, *primals)

    return function(jax.numpy.asarray(x))


def _rounded(order: int, x: np.ndarray) -> np.ndarray:
    """The true values, each rounded once; at a pole infinity for lgamma, and nan for the others."""
    import mpmath

    def entry(number: float) -> float:
        if not number > LEFTMOST:
            return np.nan
        with mpmath.workdps(DIGITS):
            try:
                exact = mpmath.mpf(number)
                return float(mpmath.re(mpmath.loggamma(exact)) if order < 0 else mpmath.psi(order, exact))
            except (ValueError, ZeroDivisionError):
                return np.inf if order < 0 else np.nan

    return np.array([entry(number) for number in x.ravel().tolist()], x.dtype).reshape(x.shape)


def _absolute(jax: Any, x: Any) -> Any:
    return x * jax.numpy.sign(x)


def _clip(jax: Any, x: Any, low: Any, high: Any) -> Any:
    where = jax.numpy.where
    return where((x >= low) & (x <= high), x, where(x < low, low, high))


def _cast(jax: Any, x: Any, dtype: Any) -> Any:
    """To integers as the processor does it: whatever does not fit is the smallest one."""
    cast = x.astype(dtype)
    if cast.dtype.kind != "i":
        return cast
    bounds = jax.numpy.iinfo(dtype)
    return jax.numpy.where((x >= bounds.min) & (x < 2.0 ** (bounds.bits - 1)), cast, bounds.min)


def _where_0_wins(jax: Any, function: Any, least: float, x: Any, y: Any) -> Any:
    """x times a logarithm; 0, and of slope 0, where x is 0 and y has no logarithm."""
    hidden = (x == 0) & ~(y > least)
    return jax.numpy.where(hidden, 0, x * function(jax.numpy.where(hidden, 1, y)))


DECLARED_JAX = (
    Declared("another convention at a corner", "at corners and ties JAX takes another of the slopes there are "
             "(docs/conventions.md); it agrees when its functions are spelled with TensorFlow's", {
        "abs": _absolute, "math.abs": _absolute, "norm": lambda jax, *args, **options: norms(
            jax.numpy, functools.partial(_absolute, jax))(*args, **options),
        "maximum": lambda jax, x, y: jax.numpy.where(x >= y, x, y),
        "minimum": lambda jax, x, y: jax.numpy.where(x <= y, x, y),
        "clip_by_value": _clip, "nn.leaky_relu": lambda jax, x, alpha: jax.numpy.where(x > 0, x, alpha * x),
    }),
    Declared("cast of nan", "of nan JAX makes the integer 0, and of what is too large the largest one; NumPy, "
             "TensorFlow and tapes leave both to the processor", {"cast": _cast}),
    Declared("argmax of nan", "JAX finds the first nan; tapes finds the largest number, as TensorFlow does", {
        "argmax": lambda jax, x, **options: jax.numpy.argmax(jax.numpy.where(x == x, x, -jax.numpy.inf), **options)}),
    Declared("angle of a real number", "of a single number of float32 JAX gives the angle in float64, and of each a "
             "slope of 0, which times nan is nan; TensorFlow and tapes do not differentiate it", {
        "math.angle": lambda jax, x: (jax.numpy.angle(x) if jax.numpy.iscomplexobj(x) else
                                      jax.lax.stop_gradient(jax.numpy.angle(x)).astype(x.dtype))}),
    Declared("xlogy at x = 0", "where x is 0 and y has no logarithm, 0 wins in tapes and TensorFlow; in JAX only over "
             "infinity", {
        "math.xlogy": lambda jax, x, y: _where_0_wins(jax, jax.numpy.log, 0.0, x, y),
        "math.xlog1py": lambda jax, x, y: _where_0_wins(jax, jax.numpy.log1p, -1.0, x, y)}),
    Declared("lgamma and digamma", "JAX adds terms that cancel near the zeros of the two, and takes the derivatives of "
             "digamma from a series that diverges below -8; tapes agrees with 50 digits (docs/findings.md)", {
        "math.lgamma": lambda jax, x: gamma(jax, -1, x), "math.digamma": lambda jax, x: gamma(jax, 0, x)}),
)
