"""Define and run: a function is traced when it is first called, and replayed as plain NumPy from then on."""

from __future__ import annotations

import functools
import threading
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from . import config, nest
from .arguments import users_line, warn
from .convert import convert
from .graph.concrete import Concrete, Place
from .graph.program import Guard
from .graph.signature import Signature
from .graph.source import AnotherWay, file
from .graph.trace import Trace
from .indexed_slices import IndexedSlices
from .notices import hearing
from .op import listening
from .ops.elementwise import identity
from .protocols import TensorLike
from .random import waiting
from .tensor import Tensor

_NUMBERS = (TensorLike, int, float, complex, np.ndarray, np.generic)
_OFTEN, _MANY = 5, 100  # so many traces within twice as many calls are worth a warning, or so many at all
_tracing = threading.RLock()  # one for all functions: two that call each other could not agree on the order of two


class Function:
    """What `tapes.function` makes of a Python function: a program for each signature and each way through it.

    Attributes:
        python_function: what was decorated.
    """

    def __init__(self, python_function: Callable[..., Any], input_signature: Any = None,
                 is_method: bool = False) -> None:
        if not callable(python_function):
            raise TypeError(f"tapes.function takes a function, got {python_function!r}")
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self._name = getattr(python_function, "__name__", "function")
        self._signature = Signature(python_function, self._name, input_signature, is_method)
        self._programs: dict[Any, list[Concrete]] = {}
        self._methods: dict[int, tuple[Any, Function]] = {}  # by the id of an object: that object, weakly, and its own
        self._names: set[str] = set()  # in the text of all programs, outside of their functions
        self._recent: deque[bool] = deque(maxlen=2 * _OFTEN)  # of the last calls, which were traced
        self._traces = 0
        self._warn_at = 0  # after so many traces
        self._made_variables = False

    def __repr__(self) -> str:
        programs = len(self._all())
        return f"<tapes.function {self._name}: {programs} program{'s' * (programs != 1)}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: each object has programs of its own, which do not keep it alive."""
        if instance is None:
            return self
        known = self._methods.get(id(instance))
        if known is None or known[0]() is not instance:
            forget = functools.partial(lambda methods, key, _: methods.pop(key, None), self._methods, id(instance))
            own = Function(self.python_function, self._signature.specs, is_method=True)
            try:
                known = self._methods[id(instance)] = weakref.ref(instance, forget), own
            except TypeError:  # one that cannot be referred to weakly is an argument like any other
                return functools.partial(self, instance)
        return Method(known[1], instance)

    def __call__(self, *args: Any, **settings: Any) -> Any:
        if config.functions_run_eagerly():
            return self.python_function(*args, **settings)
        args, settings = self._signature.bound(args, settings)
        tensors: list[Tensor] = []
        key = self._signature.key(args, settings, tensors)
        try:
            tried = 0
            while True:
                for concrete in self._programs.get(key, ())[tried:]:
                    tried += 1
                    if concrete.own_gradients and listening.now:  # they are Python, and a tape must hear them
                        return self._run(args, settings, tensors)
                    try:
                        found = concrete.follow(tensors) if listening.now else concrete.replay(tensors)
                    except AnotherWay:
                        continue
                    self._recent.append(False)
                    return found
                with _tracing:
                    if tried == len(self._programs.get(key, ())):  # else another thread has traced it meanwhile
                        return self._traced(key, args, settings, tensors)
        finally:
            if waiting.arrays and not hearing.traces:
                waiting.arrays.clear()

    def _traced(self, key: Any, args: tuple[Any, ...], settings: dict[str, Any], tensors: list[Tensor]) -> Any:
        """Run the Python function, this once, and keep what it did as a program."""
        self._count()
        own = [identity.record((x,), {}, np.array(x._array, copy=None).view()) for x in tensors]
        trace = Trace(own, self._signature.outside())
        try:
            with trace.watching():
                result = self._run(args, settings, own, trace)
        except BaseException:
            trace.undo()
            raise
        if trace.created:
            if self._made_variables:
                raise ValueError("tf.function only supports singleton tf.Variables created on the first call: "
                                 f"{self._name} has made {[v.name for v in trace.created]} again. Make Variables "
                                 "outside of the function, or only if they are not there yet.")
            self._made_variables = True  # the next call will find them, and so be another program
            return result
        leaves = nest.flatten(result)
        program = trace.finish([x for x in leaves if isinstance(x, Tensor)])
        places = map(Place, range(len(leaves)))
        structure = nest.pack_sequence_as(result, [next(places) if isinstance(x, Tensor) else x for x in leaves])
        concrete = Concrete(program, structure, self._name, self._names, bool(trace.own_gradients) or trace.meddles)
        self._programs = {each: found for each, found in self._programs.items() if _alive(each)}
        self._programs.setdefault(key, []).append(concrete)
        return result

    def _run(self, args: tuple[Any, ...], settings: dict[str, Any], tensors: list[Tensor], trace: Any = None) -> Any:
        """The Python function itself: arrays come in as tensors, numbers go out as such."""
        waiting_ones = iter(tensors)

        def taken(structure: Any, name: str) -> Any:
            leaves = nest.flatten(structure)
            for i, x in enumerate(leaves):
                if isinstance(x, IndexedSlices):
                    parts = x.values, x.indices, x.dense_shape
                    leaves[i] = IndexedSlices(*(None if part is None else next(waiting_ones) for part in parts))
                elif isinstance(x, (Tensor, np.ndarray, np.generic)):
                    leaves[i] = next(waiting_ones)
                    if trace is not None:
                        trace.name(leaves[i], name)
            return nest.pack_sequence_as(structure, leaves)

        titles = [*self._signature.names, *[""] * len(args)]
        args, settings = (tuple(taken(x, name) for x, name in zip(args, titles)),
                          {name: taken(x, name) for name, x in settings.items()})
        before = nest.map_structure(lambda x: x, (args, settings)) if trace is not None else None
        result = self.python_function(*args, **settings)
        if trace is not None and not _same(before, (args, settings)):
            raise ValueError(f"{self._name} should not modify its Python input arguments: inside of it a list or dict "
                             "is a copy, so that the caller would never see the change, nor would a later call make "
                             "it. Modify a copy of your own, list(xs) or dict(xs), and return it.")
        return nest.map_structure(lambda x: convert(x) if isinstance(x, _NUMBERS) else x, result)

    def _count(self) -> None:
        self._traces += 1
        self._recent.append(True)
        if self._traces < self._warn_at or (sum(self._recent) <= _OFTEN and self._traces < _MANY):
            return
        self._warn_at = 10 * self._traces  # while they pile up, again at each tenfold
        caller = users_line()
        asked = next((step.line for concrete in reversed(self._all()) for step in concrete.final.steps
                      if isinstance(step, Guard)), None)
        here = f", as in line {asked.number} of {asked.file}" if asked else ""
        warn(f"{sum(self._recent)} out of the last {len(self._recent)} calls to the tapes.function {self._name} "
             f"triggered retracing, now in line {caller.number} of {caller.file}; it has been traced {self._traces} "
             "times, and each trace is slow and keeps a program. There is one for each shape and dtype of a tensor, "
             "for each Python number, and for each answer to a question about a value: `if x > 0`, "
             f"`while tf.reduce_sum(x) < 100`, `float(x)`, f\"{{x:.1f}}\"{here}. Hand numbers over as tensors, "
             "tapes.constant(number), keep them so, and choose with tapes.where(condition, a, b).")

    def experimental_get_tracing_count(self) -> int:
        """How often the function has been traced."""
        return self._traces

    def get_concrete_function(self, *args: Any, **settings: Any) -> ConcreteFunction:
        """The function for one signature, given by tensors or TensorSpecs; it refuses all others.

        The first call traces, not this one: a program is made of what happens to numbers, and there are none yet.

        >>> import tapes as tf
        >>> f = tf.function(lambda x: x * 2.0).get_concrete_function(tf.TensorSpec([None], tf.float32))
        >>> print(f(tf.constant([1.0, 2.0])))
        tapes.Tensor([2. 4.], shape=(2,), dtype=float32)
        """
        return ConcreteFunction(self, self._signature, args, settings)

    def _all(self) -> list[Concrete]:
        return [concrete for programs in self._programs.values() for concrete in programs]

    def _nothing_yet(self, asked: str) -> str:
        """Why there is nothing to read, as a comment; "" if there is."""
        if self._all():
            return ""
        name = self.python_function.__qualname__ if hasattr(self.python_function, "__qualname__") else self._name
        if self._methods:
            return (f"# {name} is a method, and each object has programs of its own: ask the object's, as in "
                    f"{type(next(iter(self._methods.values()))[0]()).__name__.lower()}.{self._name}.{asked}()")
        if self._made_variables:
            return f"# {name} has made its Variables in its first call: the next one makes its program"
        return f"# {name} has not been called yet: its first call makes its program"

    def graph(self) -> str:
        """Each program as it was traced, and after each pass that changed it: an optimiser at work.

        Here every step has a line; `source` joins lines for reading.

        >>> import tapes as tf
        >>> @tf.function
        ... def f(x):
        ...     return tf.exp(x) * 1.0 + tf.exp(x)
        >>> _ = f(tf.constant(2.0))
        >>> print("\\n".join(line for line in f.graph().splitlines() if line.startswith("#")))
        # f as traced: 4 steps
        # unchanged by: constant folding
        # sharing: 3 steps, 1 fewer
        # unchanged by: shared powers, shared windows
        # algebra: 2 steps, 1 fewer
        # unchanged by: hoisted products, hoisted terms, merged products, constants side by side, dead steps, results,
        #   together, rows of zeros, blocks, dot products, sums of columns, buffers
        """
        return self._nothing_yet("graph") or "\n\n".join(concrete.story() for concrete in self._all())

    def constants(self) -> dict[str, Any]:
        """The arrays that `source` calls constants, because they are too long to be written down."""
        return {name: value for concrete in self._all() for name, value in concrete.writer.constants.items()}

    def source(self) -> str:
        """The NumPy that it became, a function for each signature and each way through its branches.

        Each returns two tuples, the results, and the values that Variables get and that are printed; one that was
        traced for another answer raises AnotherWay. The text runs by itself unless comments at its top say what it
        needs: `constants`, which `f.constants()` gives; `calls`, the functions that draw random numbers or check
        something, which `tapes` hands over as the last argument; or ops that have no text, which are imported.

        >>> import tapes as tf
        >>> w = tf.Variable([1.0, 2.0], name="w")
        >>> @tf.function
        ... def area(x):
        ...     return x * w
        >>> _ = area(tf.constant(3.0))
        >>> print(area.source())
        import numpy as np
        <BLANKLINE>
        <BLANKLINE>
        # x: float32[], w: float32[2]
        def area(x, w):
            # return x * w
            result = x * w
            return (result,), ()
        """
        writers = [concrete.writer for concrete in self._all()]
        text = file(writers)
        needs = ["# needs constants: exec(f.source(), {\"constants\": f.constants()})"] * ('constants["' in text)
        if any(writer.calls for writer in writers):
            needs.append("# needs calls: a list of functions, here those of tapes that draw random numbers or check "
                         "something")
        if any(writer.foreign for writer in writers):
            needs.append("# needs tapes: for the ops that have no text of their own here")
        return self._nothing_yet("source") or "\n".join([*needs, text])


class Method:
    """A traced function of one object, like Python's bound methods."""

    def __init__(self, function: Function, instance: Any) -> None:
        self._function, self.__self__ = function, instance

    def __call__(self, *args: Any, **settings: Any) -> Any:
        return self._function(self.__self__, *args, **settings)

    def get_concrete_function(self, *args: Any, **settings: Any) -> ConcreteFunction:
        """The method for one signature, see `Function.get_concrete_function`."""
        return self._function.get_concrete_function(self.__self__, *args, **settings)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._function, name)


class ConcreteFunction:
    """A function for one signature: what does not fit is refused, and never becomes another program."""

    def __init__(self, function: Function, signature: Signature, args: tuple[Any, ...],
                 settings: dict[str, Any]) -> None:
        self._function, self._signature = function, signature
        self.structured_input_signature = signature.specified(args, settings)

    def __call__(self, *args: Any, **settings: Any) -> Any:
        args, settings = self._signature.fitting(self.structured_input_signature, args, settings)
        return self._function(*args, **settings)

    def __repr__(self) -> str:
        return f"<tapes.function {self._function._name} for {self.structured_input_signature}>"


def _same(before: Any, after: Any) -> bool:
    """Whether two structures hold the same objects, at the same places."""
    try:
        nest.assert_same_structure(before, after)
    except (TypeError, ValueError):
        return False
    return all(a is b for a, b in zip(nest.flatten(before), nest.flatten(after), strict=True))


def _alive(key: Any) -> bool:
    """Whether all objects that a signature names are still there."""
    if isinstance(key, tuple):
        return all(map(_alive, key))
    return not isinstance(key, weakref.ref) or key() is not None


def function(func: Callable[..., Any] | None = None, input_signature: Any = None, autograph: bool = True,
             jit_compile: Any = None, reduce_retracing: bool = False) -> Any:
    """Trace a function once for each signature, and replay it as plain NumPy.

    To trace is to run the Python function, this once, and to write down its ops. A signature is, of each tensor, shape
    and dtype, of each Variable, which one it is, and of everything else its value. What Python does besides the ops,
    as looking up `self.lr`, happens only in a trace. Where it asks what a value is, as in `if x > 0`, `float(x)` or
    `f"{x:.1f}"`, the program checks that the answer is still the same; if not, the function is traced once more.
    So it is where a shape depends on values, as that of `boolean_mask`: there each shape has a program of its own.
    Variables are read, and assigned to, at every call. `str(x)` is for looking, and says that it was made in a trace.

    Args:
        func: the function; without it, a decorator is returned.
        input_signature: a TensorSpec for each argument; tensors that do not fit are refused.
        autograph, jit_compile, reduce_retracing: accepted and ignored: Python's own branches and loops are followed
            as they are, the result is always plain NumPy, and every shape has a program of its own.

    Returns a `Function`: call it, read it with `source()` and `graph()`.

    >>> import tapes as tf
    >>> @tf.function
    ... def area(radius):
    ...     print("tracing")
    ...     return 3.0 * radius * radius
    >>> float(area(tf.constant(1.0))), float(area(tf.constant(2.0)))
    tracing
    (3.0, 12.0)
    """
    if func is None:
        return functools.partial(function, input_signature=input_signature)
    return Function(func, input_signature)
