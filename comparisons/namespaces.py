"""A loss says `tf.reduce_mean`; these say what that is in libraries that spell it otherwise."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy
import numpy as np

Table = dict[str, Callable[..., Any]]


class MissingName(AttributeError):
    """The loss uses a name that a library's namespace does not have."""


class Namespace:
    """Looks like `tf`: attributes, and attributes of `tf.math`, `tf.nn` and `tf.linalg`, from one table of names."""

    def __init__(self, library: str, table: Table, prefix: str = "") -> None:
        self._library, self._table, self._prefix = library, table, prefix

    def __getattr__(self, name: str) -> Any:
        path = self._prefix + name
        if path in self._table:
            return self._table[path]
        if any(known.startswith(path + ".") for known in self._table):
            return Namespace(self._library, self._table, path + ".")
        plain = name if name in self._table else None
        if plain and self._prefix in ("math.", "nn.", "linalg."):
            return self._table[plain]
        raise MissingName(f"the {self._library} namespace has no tf.{path}. Write it with other ops, or add it to the "
                          "table in comparisons/namespaces.py, or leave this library out with --only")

    def plain(self, replaced: Table) -> SimpleNamespace:
        """The same names as mere attributes, some `replaced`: no time is lost by looking them up."""
        top = SimpleNamespace(math=SimpleNamespace(), nn=SimpleNamespace(), linalg=SimpleNamespace())
        for path, function in {**self._table, **replaced}.items():
            place, _, name = path.rpartition(".")
            setattr(getattr(top, place) if place else top, name, function)
        return top


def numpy_like(np: Any, axes: str = "axis", **replaced: Callable[..., Any]) -> Table:
    """The table of names for a module that follows NumPy; `replaced` names what the module does its own way."""

    def over(axis: Any) -> Any:
        return tuple(axis) if isinstance(axis, list) else axis

    def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
        return np.matmul(np.swapaxes(a, -1, -2) if transpose_a else a, np.swapaxes(b, -1, -2) if transpose_b else b)

    def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        top = np.max(x, axis=over(axis), keepdims=True)
        total = np.log(np.sum(np.exp(x - top), axis=over(axis), keepdims=True)) + top
        return total if keepdims else np.sum(total, axis=over(axis))

    def log_softmax(logits: Any, axis: int = -1) -> Any:
        return logits - logsumexp(logits, axis, keepdims=True)

    def cast(x: Any, dtype: Any) -> Any:
        return x * 1.0

    def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return np.mean(x, axis=over(axis), keepdims=keepdims)

    def variance(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return mean(np.square(x - mean(x, axis, True)), axis, keepdims)

    def one_hot(indices: Any, depth: int, **ignored: Any) -> Any:
        return numpy.eye(depth)[numpy.asarray(indices)]

    table: Table = {
        "constant": lambda value, dtype=None: np.asarray(value), "convert_to_tensor": lambda v, dtype=None: v,
        "identity": lambda x: x, "add": lambda x, y: x + y, "subtract": lambda x, y: x - y,
        "multiply": lambda x, y: x * y, "divide": lambda x, y: x / y, "pow": lambda x, y: x**y,
        "negative": lambda x: -x, "square": lambda x: x * x, "sqrt": np.sqrt, "exp": np.exp, "sin": np.sin,
        "cos": np.cos, "tan": np.tan, "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "sinh": np.sinh,
        "cosh": np.cosh, "tanh": np.tanh, "abs": np.abs, "maximum": np.maximum, "minimum": np.minimum,
        "where": np.where, "greater": lambda x, y: x > y, "less": lambda x, y: x < y,
        "clip_by_value": lambda x, low, high: table["maximum"](table["minimum"](x, high), low),
        "math.log": np.log, "math.log1p": np.log1p, "math.expm1": np.expm1,
        "math.reciprocal": lambda x: 1.0 / x, "math.rsqrt": lambda x: 1.0 / np.sqrt(x),
        "math.squared_difference": lambda x, y: (x - y) * (x - y),
        "math.reduce_variance": variance, "math.reduce_std": lambda *args, **kw: np.sqrt(variance(*args, **kw)),
        "sigmoid": lambda x: 1.0 / (1.0 + np.exp(-x)), "math.softplus": lambda x: table["math.log1p"](np.exp(x)),
        "reduce_sum": lambda x, axis=None, keepdims=False: np.sum(x, axis=over(axis), keepdims=keepdims),
        "reduce_mean": mean, "reduce_logsumexp": logsumexp,
        "reduce_max": lambda x, axis=None, keepdims=False: np.max(x, axis=over(axis), keepdims=keepdims),
        "reduce_min": lambda x, axis=None, keepdims=False: np.min(x, axis=over(axis), keepdims=keepdims),
        "reduce_prod": lambda x, axis=None, keepdims=False: np.prod(x, axis=over(axis), keepdims=keepdims),
        "matmul": matmul, "linalg.matvec": lambda a, b: np.matmul(a, b[..., None])[..., 0],
        "tensordot": lambda a, b, axes: np.tensordot(a, b, axes), "einsum": lambda eq, *xs: np.einsum(eq, *xs),
        "norm": lambda x, axis=None: np.sqrt(np.sum(x * x, axis=over(axis))),
        "reshape": lambda x, shape: np.reshape(x, tuple(shape)),
        "transpose": lambda x, perm=None: np.transpose(x, perm), "expand_dims": lambda x, axis: np.expand_dims(x, axis),
        "squeeze": lambda x, axis=None: np.squeeze(x, axis=over(axis)),
        "concat": lambda xs, axis: np.concatenate(xs, axis=axis), "stack": lambda xs, axis=0: np.stack(xs, axis=axis),
        "cast": cast, "nn.relu": lambda x: np.maximum(x, 0), "nn.sigmoid": lambda x: table["sigmoid"](x),
        "nn.tanh": lambda x: table["tanh"](x), "nn.softplus": lambda x: table["math.softplus"](x),
        "nn.softmax": lambda x, axis=-1: np.exp(log_softmax(x, axis)), "nn.log_softmax": log_softmax,
        "nn.bias_add": lambda x, b: x + b, "nn.l2_loss": lambda x: np.sum(x * x) / 2.0,
        "nn.softmax_cross_entropy_with_logits":
            lambda labels, logits: -np.sum(labels * table["nn.log_softmax"](logits), axis=-1),
        "nn.sigmoid_cross_entropy_with_logits":
            lambda labels, logits: table["nn.softplus"](logits) - labels * logits,
        "one_hot": one_hot, "nn.sparse_softmax_cross_entropy_with_logits": lambda labels, logits:
            table["nn.softmax_cross_entropy_with_logits"](one_hot(labels, logits.shape[-1]), logits),
    }
    table.update({name.replace("__", "."): function for name, function in replaced.items()})
    return table  # updated in place: the names that are built from others use what the module does its own way


def analytic() -> Table:
    """NumPy on complex numbers, where corners look at the real part alone: the complex step needs that."""

    def log1p(x: Any) -> Any:
        """NumPy's own loses a small real part beside 1."""
        re, im = np.real(x), np.imag(x)
        return 0.5 * np.log1p(2 * re + re * re + im * im) + 1j * np.arctan2(im, 1 + re)

    return numpy_like(
        np, math__log1p=log1p, abs=lambda x: np.sign(np.real(x)) * x,
        maximum=lambda x, y: np.where(np.real(x) >= np.real(y), x, y),
        minimum=lambda x, y: np.where(np.real(x) <= np.real(y), x, y),
        greater=lambda x, y: np.real(x) > np.real(y), less=lambda x, y: np.real(x) < np.real(y),
        nn__relu=lambda x: np.where(np.real(x) > 0, x, 0 * x))
