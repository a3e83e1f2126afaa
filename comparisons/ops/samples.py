"""A row of the registry says by itself on which inputs it wants to be tested."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tapes.op import Op

# Not computations: they say how a Variable, or a watched tensor, comes onto the tape, and take bundles apart.
BOOKKEEPING = {"read": "it takes a Variable and computes nothing: the tests of Variables cover it",
               "part": "it takes one result out of several: the ops with several results cover it",
               "custom_gradient": "it is whatever a user's function is: the tests of custom gradients cover it",
               "bundle": "it makes one of several tensors: the tests of custom gradients cover it",
               "watch": "it has no input and computes nothing: the tests of the tape cover it"}

# What TensorFlow computes on complex numbers too, and whose derivative there is the plain one.
COMPLEX = frozenset((
    "add", "subtract", "multiply", "divide", "negative", "divide_no_nan", "square", "sqrt", "rsqrt", "reciprocal",
    "exp", "expm1", "log", "log1p", "pow", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "sigmoid", "sigmoid_slope", "sech_squared", "angle", "abs", "conj", "real", "imag", "identity", "matmul",
    "reduce_sum", "reduce_mean", "reduce_prod", "reshape", "transpose", "concat", "where", "gather", "broadcast_to",
    "cumsum", "less_square", "sum_to", "add_n", "asin", "acos", "atan", "sign", "gaussian", "getitem", "put", "scatter",
    "swap_last", "stack", "tile", "pad", "roll", "einsum", "recurrence", "tensor_scatter_nd_update"))


@dataclass(frozen=True)
class Sample:
    """One call of an op, with the weights that make numbers of its gradient and of its second derivative.

    All numbers have at most 24 significant bits, so that one high-precision answer serves the float32 run and the
    float64 run.

    Attributes:
        op, inputs, params: the call; floating inputs are float64 or complex128.
        cotangents: for each result the weights of its entries, or None when it is not floating, or left unused.
        weights: for each input the weights of its gradient in the second-order check, which are its tangent in
            forward mode; None when it is not floating.
        label: the shapes, for tables.
        number: its place among the calls of the row, the real and the complex ones counted apart.
    """

    op: Op
    inputs: tuple[np.ndarray, ...]
    params: dict[str, Any]
    cotangents: tuple[np.ndarray | None, ...]
    weights: tuple[np.ndarray | None, ...]
    label: str
    number: int

    @property
    def places(self) -> list[int]:
        """Which inputs are floating, and so may have a gradient."""
        return [place for place, weight in enumerate(self.weights) if weight is not None]

    @property
    def outputs(self) -> list[int]:
        """Which results are floating, and used."""
        return [k for k, cotangent in enumerate(self.cotangents) if cotangent is not None]

    @property
    def is_complex(self) -> bool:
        return any(x.dtype.kind == "c" for x in self.inputs)

    @property
    def widths(self) -> tuple[str, ...]:
        """The precisions to run it in."""
        return ("float32", "float64") if self.places else ("",)

    def at(self, width: str) -> tuple[np.ndarray, ...]:
        """The inputs in one of those precisions."""
        return tuple(in_width(x, width) for x in self.inputs)

    def perturbed(self, rng: np.random.Generator, size: float) -> Sample:
        """The same call with every number moved by up to `size` of itself."""
        def move(x: np.ndarray | None) -> Any:
            if x is None or x.dtype.kind not in "fc":
                return x
            return x * (1 + size * rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0.5, 1.0, x.shape))

        return replace(self, inputs=tuple(move(x) for x in self.inputs), weights=tuple(move(w) for w in self.weights),
                       cotangents=tuple(move(c) for c in self.cotangents))

    def using(self, k: int) -> Sample:
        """The same call, but only one of its results is used."""
        return replace(self, cotangents=tuple(c if k == i else None for i, c in enumerate(self.cotangents)),
                       label=f"{self.label}, result {k + 1} alone")


def results(y: Any) -> list[np.ndarray]:
    """All that an op's forward function gives; most give one array, an op with several results a tuple of them."""
    return [np.asarray(part) for part in (y if isinstance(y, tuple) else (y,))]


def in_width(x: Any, width: str) -> np.ndarray:
    """A floating array in float32 or float64, a complex one in complex64 or complex128, any other as it is."""
    if x.dtype.kind == "f":
        return x.astype(width)
    if x.dtype.kind == "c":
        return x.astype({"float32": "complex64", "float64": "complex128"}[width])
    return x


def samples(op: Op) -> Iterator[Sample]:
    """The calls on which a row is tested: the same ones in every run."""
    if op.name in BOOKKEEPING:
        return
    rng = np.random.default_rng(zlib.crc32(op.name.encode()))
    for number, (inputs, params) in enumerate(_calls(op)):
        sample = _sample(op, inputs, params, rng, "f", number)
        yield sample
        if number == 0 and len(sample.outputs) > 1:
            yield from map(sample.using, sample.outputs)
    if op.name in COMPLEX:
        for number, (inputs, params) in enumerate(list(_calls(op))[:3]):
            yield _sample(op, inputs, params, rng, "c", number)


def _calls(op: Op) -> Iterator[tuple[Sequence[Any], dict[str, Any]]]:
    if op.examples:
        yield from op.examples
        return
    arity = len(op.smooth)
    shapes: list[list[tuple[int, ...]]] = [[(2, 3)] * arity]
    if arity > 1:
        shapes.append([(2, 3)] + [(3,)] * (arity - 1))
        shapes.append([((2, 1), (1, 3))[place % 2] for place in range(arity)])
        shapes.append([()] + [(2,)] * (arity - 1))
        shapes.append([(0, 3)] + [(3,)] * (arity - 1))
    shapes += [[()] * arity, [(1,)] * arity, [(0,)] * arity]
    for each in shapes:
        yield each, {}


def _sample(op: Op, inputs: Sequence[Any], params: dict[str, Any], rng: np.random.Generator, kind: str,
            number: int) -> Sample:
    def drawn(shape: tuple[int, ...], bounds: tuple[float, ...]) -> np.ndarray:
        if op.kinds == "b":
            return rng.random(shape) < 0.5
        x = _inside(bounds, shape, rng)
        return x + 1j * _inside((-1.0, 1.0), shape, rng) if kind == "c" else x

    boxes = op.smooth or ((-2.0, 2.0),) * len(inputs)
    arrays = []
    for x, bounds in zip(inputs, boxes):
        array = np.asarray(drawn(x, bounds) if isinstance(x, tuple) else x)
        arrays.append(in_width(in_width(array, "float32"), "float64"))
    weights = tuple(_weights(x, rng) for x in arrays)
    cotangents = tuple(_weights(y, rng) for y in results(op.forward(*arrays, **params)))
    shapes = " with ".join(str(list(x.shape)).replace(" ", "") for x in arrays)
    settings = ", ".join(f"{key}={value}" for key, value in params.items())
    label = ", ".join(part for part in (shapes, settings, "complex" if kind == "c" else "") if part)
    return Sample(op, tuple(arrays), params, cotangents, weights, label, number)


def _inside(bounds: tuple[float, ...], shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Numbers well inside of intervals that are given by their ends, one after the other."""
    low, high = np.array(bounds[::2]), np.array(bounds[1::2])
    which = rng.integers(len(low), size=shape)
    return low[which] + rng.uniform(0.05, 0.95, shape) * (high - low)[which]


def _weights(x: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """A weight for each entry of a floating array; far from 0, so that no entry escapes the check."""
    if x.dtype.kind not in "fc":
        return None
    weight = rng.choice([-1.0, 1.0], x.shape) * rng.uniform(0.5, 1.5, x.shape)
    if x.dtype.kind == "c":
        weight = weight + 1j * rng.uniform(-1.0, 1.0, x.shape)
    return in_width(in_width(np.asarray(weight), "float32"), "float64")
