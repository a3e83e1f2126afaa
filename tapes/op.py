"""An op is one row: how to compute its result, and how an adjoint flows back through it. Tapes listen to its calls."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from .convert import convert
from .errors import InvalidArgumentError
from .protocols import TensorLike
from .tensor import Tensor

Rule = Callable[..., Any]  # (adjoint of the output, output, *inputs, **params) -> adjoint of one input

registry: dict[str, Op] = {}  # every op by its name: the docs, the cross-checks and the tests are driven by it


class Listener(Protocol):
    """Whoever wants to know which ops are called: a tape."""

    def record(self, op: Op, inputs: Sequence[Any], params: dict[str, Any], output: Tensor) -> None: ...

    def read(self, variable: Any) -> None: ...


class _Listening(threading.local):
    """The listeners of this thread, the outermost first: tapes of different threads do not mix."""

    def __init__(self) -> None:
        self.now: list[Listener] = []


listening = _Listening()


class Op:
    """A differentiable operation: a name, a function on arrays, and for each input the rule of its adjoint.

    Calling it with tensors computes the result and tells the tapes. Calling it with plain arrays is calling its
    function and nothing else: so the rules, which are written with ops and operators, run as plain NumPy when nobody
    listens, and are themselves recorded, hence differentiable again, when somebody does.

    Args:
        name: its name in the registry, and in tables and errors.
        forward: the function on arrays; parameters that are not tensors are keyword arguments.
        rules: one rule an input, or None for an input without a derivative. A rule takes the adjoint `g` of the
            output, the output, the inputs and the parameters, and returns the adjoint of its input, of that input's
            shape. For an op of any number of inputs: `Each(...)`.
        formula: what an elementwise op computes, in SymPy's language, for the symbolic cross-check.
        smooth: for each input of an elementwise op the interval in which it is smooth, so that tests can sample it;
            for several intervals, all their ends in order.
        kinds: the numbers it takes, in NumPy's letters: b for bool, i and u for integers, f floating, c complex.
        examples: for the tests, pairs of inputs (a shape, or an array where the numbers matter) and parameters.
        alike: which inputs must have one dtype; the others are conditions or indices.
        linear: whether the result is linear in all inputs together, parameters fixed.
    """

    def __init__(self, name: str, forward: Callable[..., Any], rules: Iterable[Rule | None], *,
                 formula: str | None = None, smooth: Sequence[tuple[float, ...]] = (),
                 kinds: str = "biufc", examples: Sequence[tuple[tuple[Any, ...], dict[str, Any]]] = (),
                 alike: slice = slice(None), linear: bool = False, doc: str = "") -> None:
        if name in registry:
            raise ValueError(f"there is an op {name!r} already")
        self.name, self.forward, self.rules, self.formula, self.smooth = name, forward, rules, formula, smooth
        self.kinds, self.examples, self.alike, self.linear, self.__doc__ = kinds, examples, alike, linear, doc
        registry[name] = self

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        arrays = []
        for x in inputs:
            if type(x) is not Tensor:
                if not any(isinstance(x, TensorLike) for x in inputs):
                    return self.forward(*inputs, **params)
                inputs = self._tensors(inputs)
                arrays = [x._array for x in inputs]
                break
            arrays.append(x._array)
        dtype = arrays[0].dtype
        if len(arrays) > 1:
            alike = arrays[self.alike]
            dtype = alike[0].dtype
            for array in alike:
                if array.dtype is not dtype and array.dtype != dtype:
                    raise self._mixed_dtypes(arrays)
        if dtype.kind not in self.kinds:
            raise self._wrong_kind(arrays, dtype)
        try:
            array = self.forward(*arrays, **params)
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            raise self._explain(error, arrays, params) from error
        return self.record(inputs, params, array)

    def record(self, inputs: Sequence[Any], params: dict[str, Any], array: np.ndarray) -> Tensor:
        """The one place where anything is recorded: wrap a result and tell whoever listens."""
        output = Tensor(array)
        for listener in listening.now:
            listener.record(self, inputs, params, output)
        return output

    def _tensors(self, inputs: Sequence[Any]) -> tuple[Tensor, ...]:
        """All inputs as tensors: Variables are read, numbers and arrays take the dtype of the tensors beside them."""
        places = range(len(inputs))[self.alike]
        dtype = next((inputs[i]._array.dtype for i in places if isinstance(inputs[i], TensorLike)), None)
        try:
            return tuple([x._read() if isinstance(x, TensorLike) else convert(x, dtype if i in places else None)
                          for i, x in enumerate(inputs)])
        except (TypeError, ValueError) as error:
            raise self.named(error) from None

    def named(self, error: Exception) -> Exception:
        """The same error about an input, which now says which op it was for."""
        return type(error)(f"{error} [Op:{self.name}]")

    def _mixed_dtypes(self, arrays: list[np.ndarray]) -> InvalidArgumentError:
        """Nothing is promoted behind the user's back."""
        places = range(len(arrays))[self.alike]
        wanted = arrays[places[0]].dtype
        place = next(i for i in places if arrays[i].dtype != wanted)
        common = next((array.dtype for array in arrays[self.alike] if array.dtype.kind in "fc"), wanted)
        return InvalidArgumentError(
            f"cannot compute {self.name} as input #{place}(zero-based) was expected to be a {wanted.name} tensor but "
            f"is a {arrays[place].dtype.name} tensor: {self._call(arrays)}. Bring all to one dtype: "
            f"tapes.cast(tensor, tapes.{common.name}).")

    def _wrong_kind(self, arrays: list[np.ndarray], dtype: np.dtype) -> InvalidArgumentError:
        words = {"b": "booleans", "i": "integers", "f": "floating numbers", "c": "complex numbers"}
        taken = ", ".join(word for kind, word in words.items() if kind in self.kinds)
        cure = ("Write a comparison, such as x > 0, or tapes.cast(tensor, tapes.bool)" if self.kinds == "b"
                else "Say tapes.cast(tensor, tapes.float32)")
        return InvalidArgumentError(f"{self._call(arrays)}: {self.name} takes {taken}; not {dtype.name}. {cure}.")

    def _explain(self, error: Exception, arrays: list[np.ndarray], params: dict[str, Any]) -> Exception:
        kind = type(error) if isinstance(error, (TypeError, FloatingPointError)) else InvalidArgumentError
        said = str(error).strip()
        if "broadcast together" in said and not params:
            shapes = " vs. ".join(str(list(array.shape)) for array in arrays)
            said = (f"Incompatible shapes: {shapes}. Compared from the last axis backwards, two lengths fit when they "
                    "are equal or one of them is 1.")
        return kind(f"{self._call(arrays, params)}: {said}")

    def _call(self, arrays: list[np.ndarray], params: dict[str, Any] | None = None) -> str:
        """The call as a person writes it down: each array by its dtype and shape."""
        given = [f"{array.dtype.name}{list(array.shape)}" for array in arrays]
        given += [f"{key}={getattr(value, 'name', repr(value))}" for key, value in (params or {}).items()]
        return f"{self.name}({', '.join(given)})"

    def __repr__(self) -> str:
        return f"<op {self.name}>"


class Each:
    """The rules of an op with any number of inputs: a function from the place of an input to its rule."""

    def __init__(self, rule_for: Callable[[int], Rule]) -> None:
        self.rule_for = rule_for

    def __iter__(self) -> Iterator[Rule]:
        return map(self.rule_for, itertools.count())


class Acting:
    """A partial derivative that is told by how it acts on the adjoint, `lambda g, y, *xs: ...`, instead of by value."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule


def elementwise(name: str, forward: Callable[..., Any], *partials: Any, **row: Any) -> Op:
    """An op that works entry by entry, with broadcasting: its rules follow from its partial derivatives.

    A partial derivative is a function of the output and the inputs, `lambda y, x: ...`; or a number where it is
    constant; or `Acting(...)`; or None where TensorFlow has no gradient. Here the chain rule is a product, and an
    input that was repeated by broadcasting collects the adjoints of all its copies.
    """
    rules = [_chain(partial) for partial in partials]
    if len(rules) > 1:
        rules = [_unbroadcasting(rule, index) for index, rule in enumerate(rules)]
    row.setdefault("smooth", ((-2.0, 2.0),) * len(partials))
    row.setdefault("kinds", "fc")
    return Op(name, forward, rules, **row)


def _chain(partial: Any) -> Rule | None:
    """The chain rule for one input of an elementwise op: adjoint times partial derivative."""
    if partial is None:
        return None
    if isinstance(partial, Acting):
        return partial.rule
    if callable(partial):
        return lambda g, y, *xs: g * partial(y, *xs)
    if partial == 1:
        return lambda g, y, *xs: g
    return lambda g, y, *xs: g * partial


def _unbroadcasting(rule: Rule | None, index: int) -> Rule | None:
    """The same rule for an input that broadcasting may have repeated."""
    if rule is None:
        return None

    def collected(g: Any, y: Any, *xs: Any) -> Any:
        dx, shape = rule(g, y, *xs), xs[index].shape
        return dx if dx.shape == shape else sum_to(dx, shape=tuple(shape))

    return collected


def linear(name: str, forward: Callable[..., Any], transpose: Rule, **row: Any) -> Op:
    """An op that is linear in its one input: its rule is its transpose, whatever the values."""
    return Op(name, forward, [transpose], linear=True, **row)


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum an adjoint over the axes along which its input was repeated, so that it gets the input's shape."""
    return g if g.shape == shape else sum_to(g, shape=tuple(shape))


def _broadcast_to(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if x.ndim == 0:  # far quicker than NumPy's own: every entry is the same place in memory
        return np.ndarray(shape, x.dtype, np.asarray(x), 0, (0,) * len(shape))
    return np.broadcast_to(x, shape)


def _sum_to(array: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    if not shape:
        return np.add.reduce(array, axis=None)
    added = array.ndim - len(shape)
    stretched = [added + i for i, length in enumerate(shape) if length == 1 != array.shape[added + i]]
    return np.add.reduce(array, axis=(*range(added), *stretched)).reshape(shape)


broadcast_to = linear("broadcast_to", _broadcast_to,  lambda g, y, x, shape: unbroadcast(g, x.shape),
                      examples=[(((3, 1),), {"shape": (2, 3, 4)}), (((),), {"shape": (2,)})])
sum_to = linear("sum_to", _sum_to, lambda g, y, x, shape: broadcast_to(g, shape=tuple(x.shape)),
                examples=[(((2, 3, 4),), {"shape": (3, 1)}), (((2, 3),), {"shape": ()})])
