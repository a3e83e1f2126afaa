"""Where a function has a corner, the derivative is a matter of taste: here stands which library has which."""

from __future__ import annotations

import importlib
import math
import warnings
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .backends import DIFFERENTIATORS
from .libraries import LIBRARIES, MissingLibrary, require
from .measure import difference

NAN, INF = math.nan, math.inf
LABELS = [0.25, 0.5]


@dataclass(frozen=True)
class Convention:
    """A point at which libraries differ on purpose.

    Attributes:
        name: the function and the point.
        point: the values of x, y and z.
        tf: the expression, as it is written for `tapes` and for TensorFlow.
        expected: for each library its gradient by x; a tuple when there are several arguments. None is "no gradient";
            a string is the name of the exception that it raises.
        why: one sentence.
        np: the expression for the libraries that follow NumPy: JAX, autograd, MyGrad. Here `np` is the library's own.
        spelled: the expression for a single library that spells it another way.
    """

    name: str
    point: tuple[Any, ...]
    tf: str
    expected: dict[str, Any]
    why: str
    np: str = ""
    spelled: dict[str, str] = field(default_factory=dict)

    def expression(self, library: str) -> str:
        """What one types."""
        if library in ("tapes", "tensorflow"):
            return self.tf
        return self.spelled.get(library) or self.np


_SQRT = "tapes follows the chain rule, 0 * inf = nan; TensorFlow's kernel gives 0 whenever the incoming gradient is 0."

def _says(**gradients: Any) -> dict[str, Any]:
    return gradients


CONVENTIONS = (
    Convention(
        "abs at 0", (0.0,), "tf.abs(x)", _says(tapes=0, tensorflow=0, jax=1, torch=0, autograd=0, mygrad=0, sympy=0),
        "Every slope from -1 to 1 is a subgradient; most take sign(0) = 0, JAX selects x >= 0.",
        "np.abs(x)", {"torch": "torch.abs(x)", "sympy": "Abs(x)"}),
    Convention(
        "floor at 0.5", (0.5,), "tf.floor(x)", _says(tapes=None, tensorflow=None, jax=0, torch=0, autograd=0),
        "The derivative is 0 between the steps; TensorFlow says None, so that a loss cut off by rounding is noticed.",
        "np.floor(x)", {"torch": "torch.floor(x)"}),
    Convention(
        "x // y at (5, 2)", (5.0, 2.0), "x // y",
        _says(tapes=(None, None), tensorflow=(None, None), jax=(0, 0), torch="RuntimeError", autograd=(0, 0),
              mygrad="ValueError"),
        "The same for a division that rounds; two libraries refuse.", "x // y"),
    Convention(
        "maximum at a tie", (1.0, 1.0), "tf.maximum(x, y)",
        _says(tapes=(1, 0), tensorflow=(1, 0), jax=(.5, .5), torch=(.5, .5), autograd=(.5, .5), mygrad=(0, 0),
              sympy=(.5, .5)),
        "TensorFlow gives all to the first argument, most give each half, MyGrad gives nothing to anybody.",
        "np.maximum(x, y)", {"torch": "torch.maximum(x, y)", "sympy": "Max(x, y)"}),
    Convention(
        "minimum at a tie", (1.0, 1.0), "tf.minimum(x, y)",
        _says(tapes=(1, 0), tensorflow=(1, 0), jax=(.5, .5), torch=(.5, .5), autograd=(.5, .5), mygrad=(0, 0),
              sympy=(.5, .5)),
        "As for maximum.", "np.minimum(x, y)", {"torch": "torch.minimum(x, y)", "sympy": "Min(x, y)"}),
    Convention(
        "maximum(x, 0) at 0", (0.0,), "tf.maximum(x, 0.0)",
        _says(tapes=1, tensorflow=1, jax=.5, torch=.5, autograd=.5, mygrad=0, sympy=.5),
        "A relu written with maximum ties at 0; the op relu itself has the derivative 0 there in all of them.",
        "np.maximum(x, 0.0)", {"torch": "torch.maximum(x, torch.zeros_like(x))", "sympy": "Max(x, 0)"}),
    Convention(
        "maximum(0, x) at 0", (0.0,), "tf.maximum(0.0, x)",
        _says(tapes=0, tensorflow=0, jax=.5, torch=.5, autograd=.5, mygrad=0, sympy=.5),
        "Where the first argument wins a tie, the order of the arguments decides the gradient.",
        "np.maximum(0.0, x)", {"torch": "torch.maximum(torch.zeros_like(x), x)", "sympy": "Max(0, x)"}),
    Convention(
        "maximum(nan, 1)", (NAN, 1.0), "tf.maximum(x, y)",
        _says(tapes=(0, 1), tensorflow=(0, 1), jax=(0, 0), torch=(1, 1), autograd=(0, 0), mygrad=(0, 1)),
        "No comparison with nan is true: what is left over depends on how the rule is written.",
        "np.maximum(x, y)", {"torch": "torch.maximum(x, y)"}),
    Convention(
        "reduce_max of [1, 1, 0]", ([1.0, 1.0, 0.0],), "tf.reduce_max(x)",
        _says(tapes=[.5, .5, 0], tensorflow=[.5, .5, 0], jax=[.5, .5, 0], torch=[.5, .5, 0], autograd=[.5, .5, 0],
              mygrad=[1, 0, 0]),
        "Entries that tie share the adjoint evenly; in MyGrad the first one takes it all.",
        "np.max(x)", {"torch": "torch.amax(x)"}),
    Convention(
        "reduce_max of [nan, 1]", ([NAN, 1.0],), "tf.reduce_max(x)",
        _says(tapes=[NAN, NAN], tensorflow=[NAN, NAN], jax=[NAN, NAN], torch=[1, 0], autograd=[NAN, NAN],
              mygrad=[1, 0]),
        "No entry equals nan, so 0 entries share the adjoint, and 0/0 is nan.",
        "np.max(x)", {"torch": "torch.max(x)"}),
    Convention(
        "x ** 0 at 0", (0.0,), "tf.pow(x, 0.0)",
        _says(tapes=NAN, tensorflow=NAN, jax=NAN, torch=0, autograd=0, mygrad=0, sympy=0),
        "The rule y * x**(y - 1) is 0 * inf here; a library that looks at y = 0 first gives 0.",
        "np.power(x, 0.0)", {"torch": "torch.pow(x, 0.0)", "sympy": "x**0"}),
    Convention(
        "x ** y at (0, 0)", (0.0, 0.0), "tf.pow(x, y)",
        _says(tapes=(NAN, 0), tensorflow=(NAN, 0), jax=(NAN, 0), torch=(0, 0), autograd=(0, 0), mygrad=(0, 0)),
        "As above by x; by y the rule is x**y * log(x), and all of them take log(0) as 0 here.",
        "np.power(x, y)", {"torch": "torch.pow(x, y)"}),
    Convention(
        "x ** y at (-2, 2)", (-2.0, 2.0), "tf.pow(x, y)",
        _says(tapes=(-4, 0), tensorflow=(-4, 0), jax=(-4, NAN), torch=(-4, NAN), autograd=(-4, NAN), mygrad=(-4, NAN)),
        "A negative number has no real logarithm; TensorFlow takes 0 for it, so that x**2 of a negative x can train.",
        "np.power(x, y)", {"torch": "torch.pow(x, y)"}),
    Convention(
        "clip(x, 0, 1) at 1", (1.0,), "tf.clip_by_value(x, 0.0, 1.0)",
        _says(tapes=1, tensorflow=1, jax=.5, torch=1, autograd=0, mygrad=0, sympy=.5),
        "At a bound the number is not yet cut off in TensorFlow, ties with it in JAX, and is cut off in autograd.",
        "np.clip(x, 0.0, 1.0)", {"torch": "torch.clamp(x, 0.0, 1.0)", "sympy": "Min(Max(x, 0), 1)"}),
    Convention(
        "clip(x, y, z) at (1, 1, 2)", (1.0, 1.0, 2.0), "tf.clip_by_value(x, y, z)",
        _says(tapes=(1, 0, 0), tensorflow=(1, 0, 0), jax=(.5, .5, 0), torch=(1, 0, 0)),
        "And the bound gets nothing from it.", "np.clip(x, y, z)", {"torch": "torch.clamp(x, y, z)"}),
    Convention(
        "leaky_relu at 0", (0.0,), "tf.nn.leaky_relu(x, 0.25)",
        _says(tapes=.25, tensorflow=.25, jax=1, torch=.25, mygrad=0),
        "Both slopes are subgradients; 0 is none.", "",
        {"jax": "jax.nn.leaky_relu(x, 0.25)", "torch": "torch.nn.functional.leaky_relu(x, 0.25)",
         "mygrad": "np.nnet.leaky_relu(x, 0.25)"}),
    Convention(
        "selu at 0", (0.0,), "tf.nn.selu(x)",
        _says(tapes=1.0507009873554805, tensorflow=1.0507009873554805, jax=1.7580993408473766, torch=1.7580993408473766,
              mygrad=1.0507009873554805),
        "The slope from the right, or the slope from the left.", "",
        {"jax": "jax.nn.selu(x)", "torch": "torch.nn.functional.selu(x)", "mygrad": "np.nnet.selu(x)"}),
    Convention(
        "atan2(0, 0)", (0.0, 0.0), "tf.atan2(x, y)",
        _says(tapes=(NAN, NAN), tensorflow=(NAN, NAN), jax=(NAN, NAN), torch=(0, 0), autograd=(NAN, NAN),
              mygrad=(NAN, NAN)),
        "The angle of the origin has no derivative; PyTorch masks the 0/0.",
        "np.arctan2(x, y)", {"torch": "torch.atan2(x, y)"}),
    Convention(
        "asin at 1", (1.0,), "tf.asin(x)", _says(tapes=INF, tensorflow=INF, jax=INF, torch=INF, autograd=INF, mygrad=0),
        "The graph is vertical there; MyGrad masks the division by 0.",
        "np.arcsin(x)", {"torch": "torch.asin(x)"}),
    Convention(
        "norm of [0, 0]", ([0.0, 0.0],), "tf.norm(x)",
        _says(tapes=[NAN, NAN], tensorflow=[NAN, NAN], jax=[NAN, NAN], torch=[0, 0], autograd=[NAN, NAN],
              mygrad=[NAN, NAN]),
        "A cone has no slope at its tip: x / norm is 0/0, which only PyTorch masks.",
        "np.sqrt(np.sum(np.square(x)))", {"torch": "torch.linalg.norm(x)", "jax": "np.linalg.norm(x)"}),
    Convention(
        "l2_normalize of [0, 0]", ([0.0, 0.0],), "tf.math.l2_normalize(x)",
        _says(tapes=[1e6, 1e6], tensorflow=[1e6, 1e6], torch=[1e12, 1e12]),
        "Both divide by something no smaller than an epsilon: 1e-12 under the root, or outside it.", "",
        {"torch": "torch.nn.functional.normalize(x, dim=0)"}),
    Convention(
        "standard deviation of [2, 2, 2]", ([2.0, 2.0, 2.0],), "tf.math.reduce_std(x)",
        _says(tapes=[NAN] * 3, tensorflow=[NAN] * 3, jax=[NAN] * 3, torch=[0, 0, 0], autograd=[NAN] * 3,
              mygrad=[NAN] * 3),
        "The root of a variance of 0: inf times 0, which only PyTorch masks.",
        "np.std(x)", {"torch": "torch.std(x, correction=0)"}),
    Convention(
        "product of [0, 2, 3]", ([0.0, 2.0, 3.0],), "tf.reduce_prod(x)",
        _says(tapes=[6, 0, 0], tensorflow=[6, 0, 0], jax=[6, 0, 0], torch=[6, 0, 0], autograd=[NAN, 0, 0],
              mygrad=[6, 0, 0]),
        "No matter of taste: autograd divides the product by the entry, and 0/0 is nan.",
        "np.prod(x)", {"torch": "torch.prod(x)"}),
    Convention(
        "0 * sqrt(x) at 0", (0.0,), "0.0 * tf.sqrt(x)",
        _says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN), _SQRT,
        "0.0 * np.sqrt(x)", {"torch": "0.0 * torch.sqrt(x)"}),
    Convention(
        "square(sqrt(x)) at 0", (0.0,), "tf.square(tf.sqrt(x))",
        _says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN), _SQRT + " The true answer is 1.",
        "np.square(np.sqrt(x))", {"torch": "torch.square(torch.sqrt(x))"}),
    Convention(
        "where(x > 0, sqrt(x), 0) at 0", (0.0,), "tf.where(x > 0.0, tf.sqrt(x), 0.0)",
        _says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN), _SQRT,
        "np.where(x > 0.0, np.sqrt(x), 0.0)", {"torch": "torch.where(x > 0.0, torch.sqrt(x), 0.0)"}),
    Convention(
        "where(x > 0, 1/sqrt(x), 0) at 0", (0.0,), "tf.where(x > 0.0, tf.math.rsqrt(x), 0.0)",
        _says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN), _SQRT, "",
        {"jax": "np.where(x > 0.0, jax.lax.rsqrt(x), 0.0)", "torch": "torch.where(x > 0.0, torch.rsqrt(x), 0.0)"}),
    Convention(
        "where(x > 0, 1/x, 0) at 0", (0.0,), "tf.where(x > 0.0, tf.math.reciprocal(x), 0.0)",
        _says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN),
        "As for sqrt; written 1/x it is nan in TensorFlow too.",
        "np.where(x > 0.0, 1.0 / x, 0.0)", {"torch": "torch.where(x > 0.0, torch.reciprocal(x), 0.0)"}),
    Convention(
        "cross-entropy of labels that sum to 0.75", ([0.0, 0.0],),
        f"tf.nn.softmax_cross_entropy_with_logits(labels={LABELS}, logits=x)",
        _says(tapes=[.125, -.125], tensorflow=[.25, 0], jax=[.125, -.125], torch=[.125, -.125]),
        "TensorFlow's gradient, softmax(x) - labels, takes for granted that the labels sum to 1; the others do not.",
        f"-np.sum(np.array({LABELS}) * jax.nn.log_softmax(x))",
        {"torch": f"torch.nn.functional.cross_entropy(x, torch.tensor({LABELS}, dtype=x.dtype))"}),
    Convention(
        "real part of z * z at 1 + 2j", (1 + 2j,), "tf.math.real(x * x)",
        _says(tapes=2 - 4j, tensorflow=2 - 4j, jax=2 + 4j, torch=2 - 4j, autograd=2 + 4j),
        "The direction of steepest ascent, or its conjugate, which is what a derivative multiplies.",
        "np.real(x * x)", {"torch": "torch.real(x * x)"}),
)


# -- measuring ---------------------------------------------------------------------------------------------------------

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


def surprises(conventions: Iterable[Convention] = CONVENTIONS,
              libraries: Collection[str] | None = None) -> list[Surprise]:
    """Measure on the installed libraries, or on those named; report every answer that is not the declared one."""
    found = []
    for convention in conventions:
        for name, declared in convention.expected.items():
            if (libraries is not None and name not in libraries) or not installed(name):
                continue
            measured = measure(convention, name)
            if not same(measured, declared):
                agrees = name != "tensorflow" and same(measured, convention.expected["tensorflow"])
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
    if isinstance(measured, str) or isinstance(declared, str):
        return measured == declared
    ours, theirs = (answer if isinstance(answer, tuple) else (answer,) for answer in (measured, declared))
    return len(ours) == len(theirs) and all(
        difference(None if a is None else np.asarray(a, complex), None if b is None else np.asarray(b, complex)).within(
            1e-12) for a, b in zip(ours, theirs))


def _function(expression: str, **names: Any) -> Callable[..., Any]:
    """The expression as a function of x, y and z."""
    code = compile(expression, expression, "eval")
    return lambda *point: eval(code, names | dict(zip("xyz", point)))


def _tape(tf: Any, expression: str, point: list[np.ndarray]) -> list[Any]:
    xs = [tf.constant(x) for x in point]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = _function(expression, tf=tf)(*xs)
    return tape.gradient(y, xs)


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
    return [float(formula.diff(s).subs(values)) for s in symbols]


_DIFFERENTIATE: dict[str, Callable[[str, list[np.ndarray]], list[Any]]] = {
    "tapes": _tapes, "tensorflow": _tensorflow, "jax": _jax, "torch": _torch, "autograd": _autograd, "mygrad": _mygrad,
    "sympy": _sympy}
