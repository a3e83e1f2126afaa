"""One program of a function, for one signature and one way through its branches, ready to run."""

from __future__ import annotations

import operator
import textwrap
import threading
from collections.abc import Callable, Sequence
from typing import Any

from .. import complaints, nest
from ..api.making import stop_gradient
from ..notices import tell
from ..public import called
from ..random import drawn, waiting
from ..tensor import Tensor
from ..variable import read
from .passes import stages
from .program import Call, Cut, Draw, Effect, Guard, Program, Step, Value
from .source import AnotherWay, Writer

_ASKED: dict[str, Callable[[Any], Any]] = {
    "bool": bool, "int": int, "float": float, "complex": complex, "array": lambda x: x.__array__(),
    "shape": lambda x: None}  # whoever listens has asked already
_array = operator.attrgetter("_array")


class Place(int):
    """Where among the results of a program a leaf of the function's result stands."""


class Concrete:
    """A program, the NumPy that it became, and the structure of its result, in which Places stand for tensors."""

    def __init__(self, program: Program, structure: Any, title: str, outside: set[str], own_gradients: bool) -> None:
        self.program, self.structure, self.own_gradients = program, structure, own_gradients
        self.title, self.stages = title, list(stages(program))
        self.final = self.stages[-1][1]
        self.writer = Writer(self.final, title, outside)
        self._run = self.writer.function()
        for value in {*program.values()}:  # what the passes have made besides is hollow already
            value.forget()
        self._variables = [value.variable for value in self.final.variables]
        self._effects = self.final.effects
        given = (*self.final.arguments, *self.final.variables)
        self._numbers = [place for place, value in enumerate(given) if not value.shape]
        self._asks = any(isinstance(step, Guard) for step in self.final.steps)
        self._calls = [step for step in self.final.steps if isinstance(step, Call)]
        self._packed = _packing(structure, len(program.outputs))
        assigned = {effect.variable._order: effect.variable for effect in self._effects if effect.variable is not None}
        # The buffers are for one call at a time, and nobody else may assign to these Variables during a call.
        self._locks = _Locks([threading.RLock(), *(assigned[order]._lock for order in sorted(assigned))])
        self._busy = False

    def story(self) -> str:
        """The program at each stage, a step a line."""
        told, before, count = [], "", 0
        unchanged: list[str] = []  # the passes since the last change
        for name, program in self.stages:
            body, steps = Writer(program, self.title, set(), nested=False).body, len(program.steps)
            if body == before:
                unchanged.append(name)
                continue
            change = f"{abs(steps - count)} {'fewer' if steps < count else 'more'}" if steps != count else "as many"
            into = sum(getattr(step, "into", None) is not None for step in program.steps)
            change += f", {into} of them into memory that is there already" * bool(into)
            told += _passed_by(unchanged)
            head = f"{name}: {steps} steps, {change}" if before else f"{self.writer.title} as traced: {steps} steps"
            told += [f"# {head}", body]
            before, count = body, steps
        return "\n".join(told + _passed_by(unchanged))

    def replay(self, tensors: Sequence[Tensor]) -> Any:
        """Run the NumPy; then, all steps having succeeded, let its effects happen."""
        with self._locks:
            results, given = self._computed(tensors, [])
            if self._effects:
                self._assign(given)
        if self._effects:
            self._show(given)
        return self._packed(list(map(Tensor, results)))

    def _assign(self, given: Sequence[Any]) -> None:
        """Each Variable that is assigned to gets its value."""
        place = 0
        for effect in self._effects:
            if effect.variable is not None:
                effect.variable._array = given[place]
            place += len(effect.inputs)

    def _show(self, given: Sequence[Any]) -> None:
        """What is printed is printed."""
        place = 0
        for effect in self._effects:
            if effect.variable is None:
                effect.show(*map(Tensor, given[place:place + len(effect.inputs)]))
            place += len(effect.inputs)

    def _computed(self, tensors: Sequence[Tensor], made: list[Any]) -> Any:
        """Results, and what effects are about; random numbers are put into `made`.

        AnotherWay, having changed nothing, when the program is not the way to go.
        """
        given = [*map(_array, tensors), *map(_array, self._variables)]
        for place in self._numbers:  # NumPy is several times as quick with numbers as with arrays of one number
            given[place] = given[place][()]
        busy, self._busy = self._busy, True
        # In the midst of a call a signal may have come, or NumPy called a handler, which calls once more.
        run = self.writer.function() if busy else self._run
        try:
            if not self._calls:
                return run(*given)
            calls = [self._drawing(step, made) if isinstance(step, Draw) else step.function for step in self._calls]
            return run(*given, calls)
        except AnotherWay:
            waiting.arrays[:0] = made
            raise
        except (ValueError, TypeError, IndexError, ArithmeticError) as error:
            raise self._explained(error) from error
        finally:
            self._busy = busy

    @staticmethod
    def _drawing(step: Draw, made: list[Any]) -> Callable[..., Any]:
        def draw(*inputs: Any) -> Any:
            made.append(drawn(step.function, *inputs))
            return made[-1]

        return draw

    def _explained(self, error: Exception) -> Exception:
        """NumPy's error as the error of the op, as it would have been had the op been called."""
        step = self.writer.step_of(error)
        if step is None:
            return error
        told = error
        if isinstance(step, Step):
            told = complaints.explained(error, step.op.name, [value.array for value in step.inputs], step.params)
        told.add_note(f"In a replay of {self.title}, for line {step.line.number} of {step.line.file}")
        return told

    def follow(self, tensors: Sequence[Tensor]) -> Any:
        """Run it as ops, so that whoever listens hears each of them."""
        if self._asks:
            self._decide(tensors)
        values: dict[Value, Tensor] = dict(zip(self.program.arguments, tensors, strict=True))

        def of(value: Value) -> Any:
            if value not in values:
                values[value] = value.variable._read() if value.kind == "variable" else Tensor(value.array)
            return values[value]

        for step in self.program.steps:
            if isinstance(step, Step) and step.op is read:
                values[step.output] = step.params["variable"]._read()
            elif isinstance(step, Cut):
                values[step.output] = stop_gradient(of(step.inputs[0]))
            elif isinstance(step, Step):
                values[step.output] = step.op(*map(of, step.inputs), **step.params)
            elif isinstance(step, Call):
                values[step.output] = _called(step, list(map(of, step.inputs)))
            elif isinstance(step, Effect) and step.variable is not None:
                step.variable.assign(of(step.inputs[0]))
            elif isinstance(step, Effect):
                shown = list(map(of, step.inputs))
                step.show(*shown)
                tell("print", shown, step.show)
            elif step.how == "format":
                format(of(step.inputs[0]), step.answer[0])
            else:
                _ASKED[step.how](of(step.inputs[0]))
        return self._packed([of(value) for value in self.program.outputs])

    def _decide(self, tensors: Sequence[Tensor]) -> None:
        """Find out whether this is the way to go, before anybody hears of it."""
        made: list[Any] = []
        with self._locks:
            self._computed(tensors, made)
        waiting.arrays[:0] = made


class _Locks:
    """Several locks as one. They are always taken in the same order, so that nobody waits for one who waits for him."""

    def __init__(self, locks: list[Any]) -> None:
        self._locks = locks

    def __enter__(self) -> None:
        taken = 0
        try:
            for lock in self._locks:
                lock.acquire()
                taken += 1
        except BaseException:  # an interrupt
            for lock in self._locks[:taken]:
                lock.release()
            raise

    def __exit__(self, *error: object) -> None:
        for lock in self._locks:
            lock.release()


def _called(step: Call, inputs: list[Tensor]) -> Tensor:
    """The step once more, told to whoever traces a function that calls this one."""
    if not isinstance(step, Draw):
        return called(step.function, *inputs)
    tensor = Tensor(drawn(step.function, *(x._array for x in inputs)))
    tell("draw", tensor, step.function, inputs)
    return tensor


def _passed_by(passes: list[str]) -> list[str]:
    """A comment on the passes that changed nothing; then they are forgotten."""
    lines = textwrap.wrap(f"unchanged by: {', '.join(passes)}", 118, initial_indent="# ", subsequent_indent="#   ")
    lines *= bool(passes)
    passes.clear()
    return lines


def _packing(structure: Any, count: int) -> Callable[[list[Tensor]], Any]:
    """The function that puts results into a structure: it is asked at every call, and looks at nothing twice."""
    if type(structure) is Place:
        return operator.itemgetter(structure)
    if type(structure) in (list, tuple):
        kind, children = type(structure), [_packing(child, count) for child in structure]
        if [*structure] == [*map(Place, range(count))] and all(type(child) is Place for child in structure):
            return kind  # the tensors in order, and nothing else
        return lambda tensors: kind([child(tensors) for child in children])
    if nest.is_nested(structure):
        leaves = [_packing(leaf, count) for leaf in nest.flatten(structure)]
        return lambda tensors: nest.pack_sequence_as(structure, [leaf(tensors) for leaf in leaves])
    return lambda tensors: structure
