"""An op is one row: how to compute its result, and how an adjoint flows back through it. Tapes listen to its calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from . import complaints
from .convert import convert
from .protocols import TensorLike
from .tensor import Tensor

Rule = Callable[..., Any]  # (adjoint of the output, output, *inputs, **params) -> adjoint of one input

NONE: dict[str, Any] = {}  # the parameters of an op that has none: one dict for all of them, and never changed
registry: dict[str, Op] = {}  # every op by its name: the docs, the cross-checks and the tests are driven by it


class Listener(Protocol):
    """Whoever wants to know which ops are called: a tape.

    Before each read of a Variable and each assignment to it they are asked whether a tensor that was `known` for its
    value already will do, or whether the read must be recorded for them.
    """

    def record(self, op: Op, inputs: Sequence[Any], params: dict[str, Any], output: Tensor) -> None: ...

    def read(self, variable: Any, known: Tensor | None) -> bool: ...


class _Listening(threading.local):
    """The listeners of this thread, the outermost first: tapes of different threads do not mix.

    `many` applies an op to many inputs at once, while a sweep does so: see batching.py. Those that must not hear what
    happens for a moment stand `aside`: see forward.py.
    """

    def __init__(self) -> None:
        self.now: list[Listener] = []
        self.aside: list[list[Listener]] = []
        self.many: Callable[[Op, Sequence[Any], dict[str, Any]], Any] | None = None


listening = _Listening()


def leave(listeners: list[Any], listener: Listener) -> tuple[list[Any], int]:
    """Take one out, wherever it stands: exits need not come in the reverse order of entering. Returns its place."""
    if listeners and listeners[-1] is listener:
        listeners.pop()
        return listeners, len(listeners)
    where, place = next((those, i) for those in (listeners, *listening.aside) for i in reversed(range(len(those)))
                        if those[i] is listener)
    del where[place]
    return where, place


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
            shape. `elementwise` and `linear` in rules.py write them for most ops.
        formula: what an elementwise op computes, in SymPy's language, for the symbolic cross-check.
        smooth: for each input of an elementwise op the interval in which it is smooth, so that tests can sample it;
            for several intervals, all their ends in order.
        kinds: the numbers it takes, in NumPy's letters: b for bool, i and u for integers, f floating, c complex.
        examples: for the tests, pairs of inputs (a shape, or an array where the numbers matter) and parameters.
        alike: which inputs must have one dtype, by default all; the others are conditions or indices.
        linear: whether the result is linear in all inputs together, parameters fixed.
        push: for each input the rule of forward mode, from a tangent of the shape of the output; where there is none,
            forward.py derives it from the other facts.
        lift: how it is applied to many inputs at once, see batching.py; by default one after the other.
        varying: whether the shape of the result depends on the numbers, not only on the shapes of the inputs.
    """

    def __init__(self, name: str, forward: Callable[..., Any], rules: Iterable[Rule | None], *,
                 formula: str | None = None, smooth: Sequence[tuple[float, ...]] = (),
                 kinds: str = "biufc", examples: Sequence[tuple[tuple[Any, ...], dict[str, Any]]] = (),
                 alike: slice | None = None, linear: bool = False, push: Sequence[Rule | None] = (),
                 lift: Callable[..., Any] | None = None, varying: bool = False, doc: str = "") -> None:
        if name in registry:
            raise ValueError(f"there is an op {name!r} already")
        self.name, self.forward, self.rules, self.formula, self.smooth = name, forward, rules, formula, smooth
        self.kinds, self.examples, self.alike, self.linear, self.push = kinds, examples, alike, linear, push
        self.lift, self.varying, self.__doc__ = lift, varying, doc
        registry[name] = self

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        return self.on(inputs, params or NONE)

    def on(self, inputs: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """The call, with its arguments in a tuple and a dict, as the step that it becomes will keep them."""
        arrays: list[Any] = []
        dtype: Any = None
        mixed = self.alike is not None
        for x in inputs:
            if type(x) is not Tensor:
                for some in inputs:
                    if isinstance(some, TensorLike):
                        break
                else:
                    return self.forward(*inputs, **params)
                if listening.many is not None and (y := listening.many(self, inputs, params)) is not NotImplemented:
                    return y
                return self.on(self._tensors(inputs), params)
            array = x._array
            arrays.append(array)
            if dtype is None:
                dtype = array.dtype
            elif array.dtype is not dtype:
                mixed = True
        if mixed:
            dtype = self._one_dtype(arrays)
        if dtype.kind not in self.kinds:
            raise complaints.wrong_kind(self.name, arrays, dtype, self.kinds)
        try:
            array = self.forward(*arrays, **params)
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            raise complaints.explained(error, self.name, arrays, params) from error
        return self.record(inputs, params, array)

    def record(self, inputs: Sequence[Any], params: dict[str, Any], array: Any) -> Tensor:
        """The one place where anything is recorded: wrap a result and tell whoever listens."""
        output = Tensor(array)
        for listener in listening.now:
            listener.record(self, inputs, params, output)
        return output

    def _tensors(self, inputs: Sequence[Any]) -> tuple[Tensor, ...]:
        """All inputs as tensors: Variables are read, numbers and arrays take the dtype of the tensors beside them."""
        found: list[Tensor] = []
        dtype = places = None
        try:
            for x in inputs:
                if isinstance(x, TensorLike):
                    found.append(x._operand())
                    continue
                if places is None:
                    places = self._places(inputs)
                    dtype = next((inputs[i]._array.dtype for i in places if isinstance(inputs[i], TensorLike)), None)
                found.append(convert(x, dtype if len(found) in places else None))
        except (TypeError, ValueError) as error:
            raise complaints.named(error, self.name) from None
        return tuple(found)

    def _one_dtype(self, arrays: list[Any]) -> np.dtype:
        """The dtype of the inputs that must have one, which they must."""
        places = self._places(arrays)
        dtype: np.dtype = arrays[places[0]].dtype
        if any(arrays[place].dtype != dtype for place in places):
            raise complaints.mixed_dtypes(self.name, arrays, places)
        return dtype

    def _places(self, inputs: Sequence[Any]) -> range:
        """Of the inputs that must have one dtype."""
        return range(len(inputs))[self.alike or slice(None)]

    def __repr__(self) -> str:
        return f"<op {self.name}>"
