"""Your own rule: a function that comes with its gradient, which the tape then takes instead of what happened inside."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import nest
from .arguments import conjugate, warn
from .batching import Batched, looped
from .convert import convert
from .errors import InvalidArgumentError
from .notices import tell
from .op import Op, listening
from .parts import Arrived, Parts, bundle, held, results
from .protocols import TensorLike
from .tensor import Tensor
from .variable import Variable

custom = Op("custom_gradient", lambda inputs, *, vjp: vjp.forward(held(inputs)),
            [lambda g, y, inputs, vjp: _pulled(g, y, inputs, vjp)],
            doc="A function of the user's that brings its own gradient.")


class Reads:
    """A listener that notes which Variables a function reads or assigns to, and what they held at first."""

    def __init__(self) -> None:
        self.found: dict[int, tuple[Variable, np.ndarray]] = {}

    def record(self, op: Op, inputs: Sequence[Any], params: dict[str, Any], output: Tensor) -> None:
        """Ops are of no interest here."""

    def read(self, variable: Variable, known: Tensor | None) -> bool:
        self.found.setdefault(id(variable), (variable, variable._array))
        return True


@contextmanager
def noting_reads(alone: bool = False) -> Iterator[Reads]:
    """Note the Variables that are read in a `with` block; `alone`: while nobody else hears of what happens in it."""
    reads, outside = Reads(), listening.now
    if alone:
        listening.now = [one for one in outside if isinstance(one, Reads)]
    inside = listening.now  # else the same list, so that tapes may be entered and left meanwhile
    inside.append(reads)
    try:
        yield reads
    finally:
        inside.remove(reads)
        listening.now = outside


class Decorated:
    """A function that was given a gradient. As a method it is bound first: `self` is none of its arguments."""

    def __init__(self, call: Callable[..., Any], f: Callable[..., Any], decorator: Callable[..., Any]) -> None:
        functools.update_wrapper(self, f)
        self._call, self._f, self._decorator = call, f, decorator

    def __call__(self, *args: Any, **settings: Any) -> Any:
        return self._call(*args, **settings)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else self._decorator(self._f.__get__(instance, owner))


def custom_gradient(f: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Give a function its own gradient.

    Args:
        f: a function `f(*args)` that returns a pair: its result (a tensor, or a nested structure of them) and a
            function `grad(*upstream)`, which is handed the adjoint of each result (zeros where nobody used it) and
            returns the adjoint of each argument, of its shape, or None. If f reads trainable Variables that are not
            among its arguments, grad must take a keyword `variables`, the list of them in the order of their
            creation, and return two lists: the adjoints of the arguments, and those of the Variables.

    Returns:
        The function. Every tape, and forward mode too, takes `grad` for its derivative. Second derivatives are those
        of the ops inside `grad`. Keyword arguments are settings: a tensor among them gets no gradient.

    Raises:
        TypeError: f does not return such a pair, or reads Variables that grad has no keyword for.
        ValueError: grad returns too few or too many adjoints, or one of another shape than its argument.

    Gradient reversal (Ganin and Lempitsky 2015, Unsupervised Domain Adaptation by Backpropagation):

    >>> import tapes as tf
    >>> @tf.custom_gradient
    ... def reversed_gradient(x):
    ...     return x, lambda upstream: -upstream
    >>> v = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = reversed_gradient(v * v)
    >>> print(y, tape.gradient(y, v))
    tapes.Tensor(9.0, shape=(), dtype=float32) tapes.Tensor(-6.0, shape=(), dtype=float32)
    """
    if f is None:
        return custom_gradient
    if not callable(f):
        raise TypeError(f"custom_gradient: it is put on a function that returns its result and a function for its "
                        f"gradient; got {f!r}")

    def call(*args: Any, **settings: Any) -> Any:
        with noting_reads() as reads:
            pair = f(*args, **settings)
        if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not callable(pair[1]):
            raise TypeError(f"custom_gradient: {_called(f)} should return a pair, its result and a function from "
                            f"the adjoints of its results to those of its arguments; it returned {_briefly(pair)}")
        result, grad = pair
        leaves = nest.flatten(args)
        given = set(map(id, leaves))
        variables = sorted((v for key, (v, _) in reads.found.items() if v.trainable and key not in given),
                           key=lambda v: v._order)
        if variables and not _takes_variables(grad):
            raise TypeError("@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function "
                            f"uses variables: {[v.name for v in variables]}. Write `def grad(*upstream, "
                            "variables=None)` and return two lists: the gradients of the arguments, and those of the "
                            "variables.")
        for name, setting in settings.items():
            if any(isinstance(x, TensorLike) and x._array.dtype.kind in "fc" for x in nest.flatten(setting)):
                warn("custom_gradient: %s gets the tensor %r as a keyword, so no gradient flows to it; pass it by "
                     "position.", _called(f), name)
        outputs = [convert(y) for y in nest.flatten(result)]
        inputs = tuple([_input(f, i, x) for i, x in enumerate(leaves)] + [convert(v) for v in variables])
        vjp = Own(f, grad, args, settings, [x._array.shape for x in inputs], variables)
        together = bundle.record(inputs, {}, Parts(x._array for x in inputs))
        y = custom.record((together,), {"vjp": vjp}, Parts(y._array for y in outputs))
        tell("own_gradient", y, vjp.__name__, inputs, outputs)
        return nest.pack_sequence_as(result, list(results(y)))

    return Decorated(call, f, custom_gradient)


def _input(f: Callable[..., Any], i: int, x: Any) -> Tensor:
    try:
        return convert(x)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error} It is argument #{i} of {_called(f)}, which has a custom_gradient: pass by keyword "
                          "what is no number.") from None


def _pulled(g: Arrived, y: Any, inputs: Any, vjp: Callable[..., Parts]) -> Parts:
    """The user's gradient takes one adjoint at a time, also in a sweep of many."""
    if any(isinstance(dy, Batched) for dy in g.values()):
        return looped(lambda *dys: vjp(Arrived(zip(g, dys, strict=True)), y, inputs), tuple(g.values()))
    return vjp(g, y, inputs)


class Own:
    """A user's function and its gradient, as what its op computes, and as its rule.

    The rule works on tensors always, and what it returns is checked.
    """

    def __init__(self, f: Callable[..., Any], grad: Callable[..., Any], args: Any, settings: dict[str, Any],
                 shapes: list[tuple[int, ...]], variables: list[Variable]) -> None:
        self.f, self.grad, self.args, self.settings, self.shapes = f, grad, args, settings, shapes
        self.variables, self.__name__ = variables, _called(f)

    def __repr__(self) -> str:
        return self.__name__

    def forward(self, arrays: Sequence[Any]) -> Parts:
        """What f computes, unheard, from other numbers: first those of its arguments, then those of its Variables."""
        count = len(arrays) - len(self.variables)
        before = [v._array for v in self.variables]
        try:
            for v, array in zip(self.variables, arrays[count:], strict=True):
                v._array = array
            with noting_reads(alone=True):
                result = self.again([Tensor(array) for array in arrays[:count]])
        finally:
            for v, array in zip(self.variables, before, strict=True):
                v._array = array
        return Parts(convert(y)._array for y in nest.flatten(result))

    def again(self, tensors: Sequence[Tensor]) -> Any:
        """What f returns for other arguments; integers, such as the number of an axis, stay what they are."""
        leaves = [x if isinstance(x, (bool, int)) else tensor
                  for x, tensor in zip(nest.flatten(self.args), tensors, strict=True)]
        return self.f(*nest.pack_sequence_as(self.args, leaves), **self.settings)[0]

    def __call__(self, g: Arrived, y: Any, inputs: Any) -> Parts:
        variables, count = self.variables, len(self.shapes) - len(self.variables)
        upstream = [conjugate(dy if isinstance(dy, TensorLike) else Tensor(dy)) for dy in g.filled(y)]
        if variables:
            pair = self.grad(*upstream, variables=variables)
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise TypeError(f"custom_gradient: with variables, the gradient function of {self.__name__} returns a "
                                "pair: the gradients of the arguments, and a list with one for each variable; it "
                                f"returned {_briefly(pair)}")
            of_arguments, of_variables = nest.flatten(pair[0]) if count else [], nest.flatten(pair[1])
            if len(of_variables) != len(variables):
                raise ValueError("Must return gradient for each variable from @custom_gradient grad_fn. There are "
                                 f"{len(variables)}, {[v.name for v in variables]}, and it returned "
                                 f"{len(of_variables)}.")
        else:
            of_arguments, of_variables = nest.flatten(self.grad(*upstream)), []
        if len(of_arguments) != count:
            raise ValueError(f"custom_gradient function expected to return {count} gradients, but returned "
                             f"{len(of_arguments)} instead. {self.__name__} has {count} positional argument(s), "
                             "numbers among them: give None where there is no gradient.")
        recorded = isinstance(inputs, TensorLike)
        found: list[Any] = []
        for i, (dx, x) in enumerate(zip([*of_arguments, *of_variables], held(inputs), strict=True)):
            if dx is None or x.dtype.kind not in "fc":
                found.append(None)
                continue
            try:
                dx = conjugate(convert(dx, x.dtype))
            except (TypeError, ValueError) as error:
                raise type(error)(f"custom_gradient: gradient #{i} of {self.__name__}: {error}") from None
            if dx._array.shape != self.shapes[i]:
                raise InvalidArgumentError(
                    f"custom_gradient: gradient #{i} of {self.__name__} has shape {tuple(dx._array.shape)}, but its "
                    f"argument has shape {self.shapes[i]}: if the argument was repeated by broadcasting, sum over the "
                    "axes along which it was repeated.")
            found.append(dx if recorded else dx._array)
        return Parts(found)


def _takes_variables(grad: Callable[..., Any]) -> bool:
    spec = inspect.getfullargspec(grad)
    return "variables" in (*spec.args, *spec.kwonlyargs) or spec.varkw is not None


def _called(f: Callable[..., Any]) -> str:
    return getattr(f, "__name__", repr(f))


def _briefly(value: Any) -> str:
    return f"{type(value).__name__} of {len(value)} entries" if isinstance(value, (tuple, list)) \
        else f"one {type(value).__name__}"


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """The same function forwards, and the identity backwards: the straight-through estimator.

    Its one argument and its result have one shape. Variables inside get no gradient. Bengio et al. 2013, Estimating or
    Propagating Gradients Through Stochastic Neurons.

    >>> import tapes as tf
    >>> x = tf.Variable(1.7)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.grad_pass_through(tf.round)(x)
    >>> print(y, tape.gradient(y, x))
    tapes.Tensor(2.0, shape=(), dtype=float32) tapes.Tensor(1.0, shape=(), dtype=float32)
    """

    def call(*args: Any, **settings: Any) -> Any:
        def grad(*upstream: Any, variables: Sequence[Variable] = ()) -> Any:
            return (upstream, [None] * len(variables)) if variables else upstream

        return f(*args, **settings), grad

    return Decorated(custom_gradient(functools.wraps(f)(call)), f, grad_pass_through)
