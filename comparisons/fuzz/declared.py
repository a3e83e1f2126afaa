"""Declared differences: a difference is one of these only if the library agrees once the op is spelled otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Declared:
    """A known difference between tapes and TensorFlow, or JAX.

    Attributes:
        name: what differs.
        why: who is right, and why.
        spelled: TensorFlow's names, and for each another spelling of the same function, given tf, or jax.
        needs: what a program must also say.
    """

    name: str
    why: str
    spelled: dict[str, Callable[..., Any]]
    needs: str = ""

    def concerns(self, text: str) -> bool:
        """Whether a program says any of the names."""
        return self.needs in text and any(f"{name}(" in text for name in self.spelled)


def choices(text: str, differences: Sequence[Declared]) -> list[list[Declared]]:
    """Those that concern a program, one by one and then all together."""
    concerned = [each for each in differences if each.concerns(text)]
    return [[each] for each in concerned] + [concerned] * (len(concerned) > 1)


def named(differences: Sequence[Declared]) -> str:
    return " and ".join(each.name for each in differences)


class Respelled:
    """TensorFlow, or a namespace in it, with some functions spelled otherwise."""

    def __init__(self, module: Any, tf: Any, spelled: dict[str, Callable[..., Any]], prefix: str = "") -> None:
        self._module, self._tf, self._spelled, self._prefix = module, tf, spelled, prefix

    def __getattr__(self, name: str) -> Any:
        path = self._prefix + name
        if path in self._spelled:
            return lambda *args, **options: self._spelled[path](self._tf, *args, **options)
        value = getattr(self._module, name)
        if name in ("math", "nn", "linalg"):
            return Respelled(value, self._tf, self._spelled, path + ".")
        return value


def respelled(tf: Any, differences: Sequence[Declared]) -> Any:
    """TensorFlow with the names of declared differences spelled otherwise."""
    return Respelled(tf, tf, {name: function for each in differences for name, function in each.spelled.items()})


def _exclusive(tf: Any, x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    """cumulative_logsumexp, the exclusive one as the other one moved on by a place; nan stays nan."""
    strange = tf.where(tf.math.is_nan(x), x, tf.zeros_like(x))
    sums = tf.math.cumulative_logsumexp(x, axis=axis, reverse=reverse) + tf.cumsum(strange, axis, reverse=reverse)
    if not exclusive:
        return sums
    nothing = tf.ones_like(tf.gather(x, [0], axis=axis)) * float("-inf")
    return tf.concat([nothing, tf.gather(sums, list(range(x.shape[axis] - 1)), axis=axis)], axis)


def _products(tf: Any, x: Any, axis: int, exclusive: bool = False, reverse: bool = False) -> Any:
    """cumprod, one product after the other."""
    entries = tf.unstack(x, axis=axis)
    products = [tf.ones_like(entries[0])] if entries else []
    for entry in entries[::-1] if reverse else entries:
        products.append(products[-1] * entry)
    products = products[:-1] if exclusive else products[1:]
    return tf.stack(products[::-1] if reverse else products, axis=axis) if entries else x


def _sorted(tf: Any, x: Any, axis: int = -1, direction: str = "ASCENDING") -> Any:
    """sort, with the order that NumPy finds; from the largest down it is that of the entries backwards, backwards."""
    numbers, places = x.numpy(), np.arange(np.size(x)).reshape(x.shape)
    if direction == "DESCENDING":
        numbers, places = np.flip(numbers, axis), np.flip(places, axis)
    places = np.take_along_axis(places, np.argsort(numbers, axis, kind="stable"), axis)
    if direction == "DESCENDING":
        places = np.flip(places, axis)
    return tf.reshape(tf.gather(tf.reshape(x, [-1]), places.reshape(-1)), x.shape)


def _with_constant_zeros(tf: Any, **options: Any) -> Any:
    """A tape whose zeros for unconnected sources are constants."""
    class Tape(tf.GradientTape):  # type: ignore[misc]
        def gradient(self, target: Any, sources: Any, unconnected_gradients: str = "none", **how: Any) -> Any:
            return self._filled(super().gradient(target, sources, **how), (), sources, unconnected_gradients)

        def jacobian(self, target: Any, sources: Any, unconnected_gradients: str = "none") -> Any:
            return self._filled(super().jacobian(target, sources), target.shape, sources, unconnected_gradients)

        def _filled(self, found: Any, leading: Any, sources: Any, choice: str) -> Any:
            if isinstance(sources, list):
                return [self._filled(dx, leading, x, choice) for dx, x in zip(found, sources, strict=True)]
            return tf.zeros([*leading, *sources.shape], sources.dtype) if found is None and choice == "zero" else found

    return Tape(**options)


def _own_derivative(value: str, derivative: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A function of TensorFlow's with another formula for its derivative."""
    def spelled(tf: Any, x: Any) -> Any:
        @tf.custom_gradient
        def function(x: Any) -> Any:
            return getattr(tf, value)(x), lambda g: g * derivative(tf, x)

        return function(tf.convert_to_tensor(x))

    return spelled


DECLARED = (
    Declared("zeros are constants", "what a tape gives for an unconnected source depends on nothing; in TensorFlow it "
             "is computed from the source, which another tape sees", {"GradientTape": _with_constant_zeros},
             needs='unconnected_gradients="zero"'),
    Declared("tanh and sigmoid at saturation", "1 - y^2 and y (1 - y) lose all digits there, and tapes computes them "
             "from x", {"tanh": _own_derivative("tanh", lambda tf, x: 1.0 / tf.cosh(x)**2),
                        "sigmoid": _own_derivative("sigmoid", lambda tf, x: tf.sigmoid(x) * tf.sigmoid(-x))}),
    Declared("cumprod of 0 and nan", "TensorFlow divides by the entries, and its gradient is wrong where one is 0, and "
             "nan for an entry of nan that takes no part", {"math.cumprod": _products}),
    Declared("xlogy at x = 0", "the derivative by x is log(y), and 1 / y for xdivy; TensorFlow says 0 where x is 0", {
        "math.xlogy": lambda tf, x, y: x * tf.math.log(y), "math.xlog1py": lambda tf, x, y: x * tf.math.log1p(y),
        "math.xdivy": lambda tf, x, y: x / y}),
    Declared("0 * sqrt at 0", "0 times infinity is nan, as in JAX and PyTorch; TensorFlow's kernels for the gradients "
             "of sqrt, rsqrt and reciprocal take it for 0", {
        "sqrt": lambda tf, x: tf.pow(x, 0.5),
        "math.rsqrt": lambda tf, x: tf.pow(x, -0.5),
        "math.reciprocal": lambda tf, x: 1.0 / x,
        "math.reduce_std": lambda tf, x, *args, **options: tf.pow(tf.math.reduce_variance(x, *args, **options), 0.5),
        "norm": lambda tf, x, **options: tf.pow(tf.reduce_sum(x * x, **options), 0.5),
    }),
    Declared("gelu", "TensorFlow takes the square root of 2 in single precision, its values are off by 5e-9; and "
             "1 + erf loses all digits in the tail", {
        "nn.gelu": lambda tf, x: 0.5 * x * tf.math.erfc(-x / tf.sqrt(tf.constant(2.0, x.dtype))),
    }),
    Declared("relu of nan", "the derivative of relu is a choice, so where x is not positive even an adjoint of nan "
             "gives 0, as in JAX; TensorFlow multiplies", {
        "nn.relu": lambda tf, x: tf.where(x > 0.0, x, tf.zeros_like(x)),
        "nn.relu6": lambda tf, x: tf.where((x > 0.0) & (x < 6.0), x, tf.clip_by_value(tf.stop_gradient(x), 0.0, 6.0)),
    }),
    Declared("sort of nan", "nan comes last, and first from the largest down, as in NumPy and JAX; TensorFlow compares "
             "with it, and ends in no order", {"sort": _sorted}),
    Declared("angle of nan", "nan and -0 have the angles nan and pi, as in NumPy and JAX; TensorFlow says 0, for "
             "neither is smaller than 0", {
        "math.angle": lambda tf, x: tf.stop_gradient(tf.atan2(tf.zeros_like(x), x))}),
    Declared("roll in a jacobian", "TensorFlow rolls along another axis there when the axis is counted from the end", {
        "roll": lambda tf, x, shift, axis: tf.roll(x, shift, axis % len(x.shape)),
    }),
    Declared("cumulative_logsumexp", "the exclusive sum begins with a constant, -inf, whose derivative is 0; in "
             "TensorFlow's forward mode it is nan. And TensorFlow steps over nan", {
        "math.cumulative_logsumexp": _exclusive}),
    Declared("sign in forward mode", "the derivative of sign is 0 in both modes; in TensorFlow's forward mode it is "
             "None", {
        "sign": lambda tf, x: tf.stop_gradient(tf.sign(x)) + 0.0 * x,
    }),
)

# Not a matter of TensorFlow's spelling but of the program's: see Program.set_aside.
READ_BY_A_RULE = "a gradient by a result that a rule may read"

REASONS = {**{each.name: each.why for each in DECLARED}, READ_BY_A_RULE: "1 / sqrt(x) has the derivative -y^3 / 2, and "
           "-y / (2 x) too: by y these are two functions, by x they are one. How a rule is written is no question of "
           "right or wrong; the two agree when an identity stands between the op and the result that has a name"}

# Mistakes for which TensorFlow's exception depends on the operator, and that of tapes does not.
SAME_MISTAKE = {"two dtypes": {"InvalidArgumentError", "TypeError"}}
