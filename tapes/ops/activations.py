"""What neurons do to a number: each activation bends the line, and its derivative says where learning can pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..batching import aligned
from ..op import Op
from ..rules import Acting, elementwise
from .elementwise import abs, exp, minimum, square, tanh, where, zeros_like
from .special import density, normal_cdf

_NOT_0 = (-2.0, -0.2, 0.2, 2.0)  # on both sides of a corner
_REAL = "iuf"


def _sigmoid(x: np.ndarray) -> np.ndarray:
    if x.dtype.kind == "c":
        small = _small_exp(x)
        return np.where(x.real < 0, small, 1) / (1 + small)
    return 1 / (1 + np.exp(-x))  # where exp overflows, the quotient is 0 to all digits


def _sigmoid_slope(x: np.ndarray) -> np.ndarray:
    """The derivative of the sigmoid, to all digits also where the sigmoid is 1 to all digits: y (1 - y) is 0 there."""
    small = _small_exp(x)
    return small / np.square(1 + small)


def _small_exp(x: np.ndarray) -> np.ndarray:
    """exp(-x) or exp(x), whichever is at most 1: it overflows on neither side."""
    return np.exp(np.where(x.real < 0, x, -x) if x.dtype.kind == "c" else -np.abs(x))


sigmoid = elementwise("sigmoid", _sigmoid, lambda y, x: sigmoid_slope(x), formula="1/(1 + exp(-x))")
sigmoid_slope: Op = elementwise("sigmoid_slope", _sigmoid_slope, lambda y, x: -y * tanh(0.5 * x),
                            formula="exp(-x)/(1 + exp(-x))**2")
softplus = elementwise("softplus", lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))),
                       lambda y, x: sigmoid(x), formula="log(1 + exp(x))", kinds="f")


def pieces(name: str, act: Callable[..., np.ndarray], **example: float) -> Acting:
    """The derivative of straight pieces, told by how it acts on an adjoint; its own derivative by x is 0, not None."""
    gradient = Op(name, act, [lambda h, y, g, x, **params: gradient(h, x, **params),
                              lambda h, y, g, x, **params: zeros_like(x)],
                  kinds=_REAL, examples=[(((5,), np.array([-1.5, -0.5, 0.5, 2.5, 7.5])), example)], lift=aligned)
    return Acting(lambda g, y, x, **params: gradient(g, x, **params))


def _kept(g: np.ndarray, condition: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """`g` where the condition holds, also inf and nan, else 0: its bits times 1 or 0, up to ten times as fast as
    np.where."""
    if not g.ndim:
        return g if condition else g.dtype.type(0)
    bits = _INTEGERS.get(g.dtype.char)
    if bits is None:
        return np.where(condition, g, 0)
    return np.multiply(g.view(bits), condition, out=None if out is None else out.view(bits)).view(g.dtype)


_INTEGERS = {"e": np.int16, "f": np.int32, "d": np.int64}  # as wide as a floating number
relu = elementwise("relu", lambda x: np.maximum(x, 0), pieces("relu_grad", lambda g, x, out=None: _kept(g, x > 0, out)),
                   formula="Max(x, 0)", smooth=(_NOT_0,), kinds=_REAL)
relu6 = elementwise("relu6", lambda x: np.minimum(np.maximum(x, 0), 6),
                    pieces("relu6_grad", lambda g, x: _kept(g, (x > 0) & (x < 6))), formula="Min(Max(x, 0), 6)",
                    smooth=((-2.0, -0.2, 0.2, 5.8, 6.2, 8.0),), kinds=_REAL)
leaky_relu = elementwise("leaky_relu", lambda x, alpha=0.2: np.where(x > 0, x, alpha * x),
                         pieces("leaky_relu_grad", lambda g, x, alpha=0.2: np.where(x > 0, g, alpha * g), alpha=0.25),
                         formula="Piecewise((x, x > 0), (x/5, True))", smooth=(_NOT_0,), kinds="f")
elu = elementwise("elu", lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
                  lambda y, x: where(x < 0.0, exp(minimum(x, 0.0)), 1.0),
                  formula="Piecewise((exp(x) - 1, x < 0), (x, True))", smooth=(_NOT_0,), kinds="f")

# Constants of Klambauer et al., Self-Normalizing Neural Networks (2017), equation 14.
_SCALE, _ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
selu = elementwise("selu", lambda x: _SCALE * np.where(x < 0, _ALPHA * np.expm1(np.minimum(x, 0)), x),
                   lambda y, x: where(x < 0.0, _SCALE * _ALPHA * exp(minimum(x, 0.0)), _SCALE),
                   formula=f"Piecewise(({_SCALE * _ALPHA!r}*(exp(x) - 1), x < 0), ({_SCALE!r}*x, True))",
                   smooth=(_NOT_0,), kinds="f")
silu = elementwise("silu", lambda x: x * _sigmoid(x), lambda y, x: sigmoid(x) + y * sigmoid(-x),
                   formula="x/(1 + exp(-x))")
gelu = elementwise("gelu", lambda x: x * normal_cdf(x), lambda y, x: normal_cdf(x) + x * density(x),
                   formula="x*erfc(-x/sqrt(2))/2", kinds="f")
softsign = elementwise("softsign", lambda x: x / (1 + np.abs(x)), lambda y, x: square(1.0 / (1.0 + abs(x))),
                       formula="x/(1 + Abs(x))", smooth=(_NOT_0,), kinds="f")
sigmoid_cross_entropy = elementwise(
    "sigmoid_cross_entropy", lambda z, x: np.maximum(x, 0) - x * z + np.log1p(np.exp(-np.abs(x))),
    lambda y, z, x: -x, lambda y, z, x: _sigmoid_less(z, x),
    formula="log(1 + exp(-y)) + (1 - x)*y", smooth=((0.0, 1.0), (-2.0, 2.0)), kinds="f")


def _sigmoid_less(z: Any, x: Any) -> Any:
    """sigmoid(x) - z, which does not become 0 for a label of 1 and a large x, where sigmoid(x) is 1 to all digits."""
    right = x >= 0.0
    small = sigmoid(where(right, -x, x))
    return where(right, (1.0 - z) - small, small - z)
