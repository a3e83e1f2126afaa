"""Tracing is to watch a function run: every op, assignment and question about a value is written down, in order."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ..arguments import Line, users_line
from ..custom import custom
from ..notices import Told, hearing
from ..op import Op, listening
from ..ops.elementwise import add, identity, subtract
from ..parts import Parts, part
from ..protocols import TensorLike
from ..tensor import Tensor
from ..variable import Variable, read
from .program import Adjoint, Call, Cut, Draw, Effect, Guard, OwnGradient, Program, Step, Value

_PACKAGE = os.path.dirname(os.path.dirname(__file__)) + os.sep
_NO_ARRAYS = ("inside a tapes.function a value cannot become a NumPy array: the function runs once, and what NumPy "
              "computes from it then would be the same in every later call. Use the ops of tapes, return the tensor, "
              "or print it with tapes.print.")
_CHANGES = {"assign_add": add, "assign_sub": subtract}


class Trace:
    """A listener that writes a program.

    Arguments must be tensors of arrays that nothing else holds: a value is told by its tensor, or else by its array.
    """

    def __init__(self, arguments: Sequence[Tensor], outside: Mapping[str, Any], no_arrays: str = _NO_ARRAYS) -> None:
        self._no_arrays = no_arrays  # what to say where a value would become one
        self._values: dict[int, Value] = {}  # by the id of a tensor, a Variable, or an array that a step made
        self._bundles: dict[int, tuple[Value, ...]] = {}  # what a function with a gradient of its own has made
        self._kept: list[Any] = []  # so that an id stands for one object
        self.created: list[Variable] = []  # Variables that came into being here
        self._outside = {id(x): name for name, x in outside.items() if isinstance(x, TensorLike)}
        self._place: tuple[Any, int] = None, 0  # the frame and line of the user's program where the last op was
        self._instruction = 0  # in that line
        self._read: Any = None  # the frame of which the names of its surroundings are known
        self._reads: dict[Value, tuple[Any, Value]] = {}  # from which Variable, and what it held
        self._read_in: dict[tuple[int, int], set[Value]] = {}  # what a Variable held when it was read, by sweep
        self._sweeps: dict[int, Told] = {}  # by tape
        self._began: dict[int, int] = {}  # how many steps there were when a sweep began
        self._sources: dict[int, Value] = {}  # what a source was when it was used
        self._before: dict[int, tuple[Variable, Any]] = {}  # what Variables held that were assigned to
        self.own_gradients: list[OwnGradient] = []  # the functions with a custom_gradient that took part
        self._tapes: list[Any] = []  # that began here
        self.meddles = False  # whether it watches something on a tape from outside, or pauses that
        self.program = Program([self._made(x, Value("argument", x._array)) for x in arguments])

    @contextmanager
    def watching(self) -> Iterator[None]:
        """It hears what happens in a `with` block."""
        listening.now.append(self)
        hearing.now.append(self)
        hearing.traces += 1
        try:
            yield
        finally:
            hearing.traces -= 1
            lists: tuple[list[Any], ...] = (listening.now, hearing.now)
            for those in lists:
                those[:] = [one for one in those if one is not self]

    def name(self, argument: Tensor, name: str) -> None:
        """The name that a parameter of the function has."""
        self._values[id(argument)].name = name

    def finish(self, outputs: Sequence[Tensor]) -> Program:
        """The program, with its results, and with the names of what was made last."""
        self._learn_names()
        self.program.outputs = [self.value(x) for x in outputs]
        self.program.traced = self.program.steps
        self._place, self._read = (None, 0), None
        return self.program

    # -- ops -------------------------------------------------------------------------------------------------------

    def record(self, op: Op, inputs: Sequence[Any], params: dict[str, Any], output: Tensor) -> None:
        """Called by every op."""
        if op is custom:  # its results are those of its body; its gradient is on the tapes that heard it
            self._kept.append(output)
        elif op is part and id(inputs[0]) in self._bundles:
            self._made(output, self._bundles[id(inputs[0])][params["index"]])
        elif op is part and id(inputs[0]) not in self._values:
            self._made(output, self._values[id(inputs[0]._array[params["index"]])])
        else:
            values = tuple(map(self.value, inputs))
            array, new = output._array, True
            for x in inputs:
                new = new and x._array is not array
            shares = () if new and getattr(array, "base", array) is None else tuple(  # else it owns its memory
                i for i, x in enumerate(inputs) if _share_memory(array, x._array))
            made = self._made(output, Value("step", array), by_array=new)
            known = params
            if op is read:
                known, made.name = {"variable": inputs[0]}, values[0].name
                self._reads[made] = inputs[0], values[0]
            self.program.steps.append(step := Step(op, values, known, made, self._look_around(), shares))
            if op.varying:
                self.program.steps.append(Guard((made,), "shape", array.shape, step.line))

    def read(self, variable: Variable, known: Tensor | None) -> bool:
        """Reading is an op too; each is written down, for assignments may stand between them."""
        return False

    def value(self, x: TensorLike) -> Value:
        """The value of a tensor or Variable; what nobody made here is a constant."""
        if id(x) in self._values:
            return self._values[id(x)]
        if isinstance(x, Variable):
            return self._held(x, x._array)
        if id(x._array) in self._values:
            return self._made(x, self._values[id(x._array)])
        return self._made(x, Value("constant", x._array, self._outside.get(id(x), "")))

    def _held(self, variable: Variable, array: Any) -> Value:
        name = variable._name if variable._name != "Variable" else self._outside.get(id(variable), "Variable")
        value = self._values[id(variable)] = Value("variable", array, name, variable=variable)
        self._kept.append(variable)
        self.program.variables.append(value)
        return value

    def _made(self, x: Any, value: Value, by_array: bool = False) -> Value:
        self._kept.append(x)
        self._values[id(x)] = value
        if by_array and not isinstance(x._array, np.bool_):  # there are but two of those
            self._values.setdefault(id(x._array), value)  # for whoever makes a tensor of the array without an op
        return value

    def _look_around(self) -> Line:
        """The line of the user's program; on the way the names there."""
        frame, called = sys._getframe(2), ""
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
            called, frame = frame.f_code.co_name, frame.f_back
        if self._place != (frame, frame.f_lineno) or frame.f_lasti < self._instruction:  # a line may be a whole loop
            self._learn_names()
            self._place = frame, frame.f_lineno
        self._instruction = frame.f_lasti
        return Line(frame.f_code.co_filename, frame.f_lineno, called)

    def _learn_names(self) -> None:
        """When a line is over, what it computed has its name."""
        frame = self._place[0]
        if frame is None:
            return
        known = frame.f_locals
        if frame is not self._read:  # once for each call of a function
            self._read = frame
            known = {**_attributes(known), **known, **{name: frame.f_globals[name] for name in frame.f_code.co_names
                                                       if name in frame.f_globals}}
        for name, x in known.items():
            value = self._values.get(id(x)) if isinstance(x, TensorLike) else None
            if value is not None and value.name in ("", "Variable"):
                value.name = name

    # -- what happens beside the ops ---------------------------------------------------------------------------------

    def notice(self, event: str, *about: Any) -> None:
        """Called for what happens beside the ops."""
        happened = getattr(self, f"_on_{event}", None)
        if happened is not None:
            happened(*about)

    def _on_begin(self, tape: Any) -> None:
        self._tapes.append(tape)

    def _on_watch(self, tape: Any, *watched: Any) -> None:
        self.meddles = self.meddles or not any(tape is one for one in self._tapes)

    _on_pause = _on_resume = _on_watch

    def _on_Variable(self, variable: Variable, value: Any) -> None:
        self.created.append(variable)

    def undo(self) -> None:
        """Give all Variables back what they held before: what fails half way leaves nothing behind."""
        for variable, array in self._before.values():
            variable._array = array

    def _on_assign(self, variable: Variable, given: Tensor, how: Any, before: Any) -> None:
        self._before.setdefault(id(variable), (variable, before))
        new, line = self.value(given), users_line()
        if how != "assign":
            now = self._values.get(id(variable)) or self._held(variable, before)
            output = Value("step", variable._array)
            self.program.steps.append(Step(_CHANGES[how], (now, new), {}, output, line) if how in _CHANGES else
                                      Call((now, new), how, output, line))
            new = output
        elif id(variable) not in self._values:
            self._kept.append(variable)
        self._values[id(variable)] = new
        self.program.steps.append(Effect((new,), line, variable=variable))

    def _on_number(self, x: TensorLike, how: str, answer: Any) -> None:
        value = self.value(x)
        if value.kind != "constant":
            self.program.steps.append(Guard((value,), how, answer, users_line()))

    def _on_export(self, x: TensorLike) -> None:
        caller = sys._getframe(4).f_code
        if not caller.co_filename.startswith(_PACKAGE):
            line = users_line()
            raise RuntimeError(
                f"{line.file}:{line.number}: {self._no_arrays}")
        self._on_number(x, "array", x._array)

    def _on_own_gradient(self, bundle: Tensor, name: str, inputs: Sequence[Tensor], results: Sequence[Tensor]) -> None:
        self._bundles[id(bundle)] = tuple(map(self.value, results))
        self.own_gradients.append(OwnGradient(name, tuple(map(self.value, inputs)), self._bundles[id(bundle)]))

    def _on_stop_gradient(self, stopped: Tensor, tensor: Tensor) -> None:
        value = self.value(tensor)
        made = self._made(stopped, Value("step", stopped._array))
        self.program.steps.append(Cut(identity, (value,), {}, made, users_line(), shares=(0,)))

    def _on_draw(self, tensor: Tensor, function: Callable[..., Any], inputs: Sequence[Tensor]) -> None:
        self._called(Draw, tensor, function, inputs)

    def _on_call(self, tensor: Tensor, function: Callable[..., Any], inputs: Sequence[Tensor]) -> None:
        self._called(Call, tensor, function, inputs)

    def _called(self, kind: type[Call], tensor: Tensor, function: Callable[..., Any], inputs: Sequence[Tensor]) -> None:
        values = tuple(map(self.value, inputs))
        made = self._made(tensor, Value("step", tensor._array))
        self.program.steps.append(kind(values, function, made, users_line()))

    def _on_print(self, inputs: Sequence[TensorLike], show: Any) -> None:
        self.program.steps.append(Effect(tuple(map(self.value, inputs)), users_line(), show=show))

    def _on_sweep(self, sweep: Told, tape: Any) -> None:
        self._sweeps[id(tape)], self._began[id(sweep)] = sweep, len(self.program.steps)
        self._kept.append(sweep)

    def _on_adjoint(self, sweep: Told, x: Any, dx: Any, whole: bool) -> None:
        """A sum of adjoints has grown, or is complete."""
        if x._array.dtype.kind == "c":  # in a sweep it is the conjugate of what the user gets
            return
        of = self._used(sweep, x)
        if of is None:
            return
        if whole:
            self._sources[id(x)] = of
            if of in self._reads:
                variable, held = self._reads[of]
                self._read_in.setdefault((id(sweep), id(variable)), set()).add(held)
        target = None if sweep.target is None else self._used(sweep, sweep.target)
        value, since = self._values.get(id(dx)), self._began[id(sweep)]
        self.program.adjoints.append(Adjoint(sweep, since, target, of, value, whole))

    def _used(self, sweep: Told, x: Any) -> Value | None:
        """The value that a sweep means: of a Variable the one that it held when it was read; None if there are two."""
        if not isinstance(x, Variable):
            return self._values.get(id(x))
        held = self._read_in.get((id(sweep), id(x))) or {self.value(x)}
        return None if len(held) > 1 else next(iter(held))

    def _on_gradient(self, tape: Any, targets: Any, sources: Any, gradients: dict[int, Any]) -> None:
        sweep = self._sweeps.pop(id(tape), gradients)  # a Jacobian comes from none
        since = self._began.get(id(sweep), len(self.program.steps))
        one = sweep.target if isinstance(sweep, Told) else targets[0]
        target = None if one is None else self.value(one)
        self._kept.append(sweep)
        for source in sources:
            dx = gradients.get(id(source))
            if dx is not None and id(dx) in self._values:
                of = self._sources.get(id(source)) or self.value(source)
                self.program.adjoints.append(Adjoint(sweep, since, target, of, self._values[id(dx)], True, True))


def _attributes(known: Mapping[str, Any]) -> dict[str, Any]:
    """What the objects that a method or a loop over layers has to do with call their tensors."""
    return {name.strip("_"): x for each in known.values()
            if hasattr(each, "__dict__") and not isinstance(each, (type, FunctionType, ModuleType))
            for name, x in vars(each).items() if isinstance(x, TensorLike)}


def _share_memory(array: Any, other: Any) -> bool:
    """Whether a change of one would show in the other."""
    if isinstance(array, Parts):
        return any(_share_memory(one, other) for one in array)
    if isinstance(other, Parts):
        return any(_share_memory(array, one) for one in other)
    return np.may_share_memory(array, other)
