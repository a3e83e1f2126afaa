"""A program is what a function did while it was traced: steps on values, one after the other, without branches."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..arguments import Line
from ..op import Op
from ..parts import Parts


@dataclass(eq=False, slots=True)
class Value:
    """What steps take and make.

    Attributes:
        kind: "argument", "constant", "variable" (what one holds at the start), "step", or "buffer" (memory for steps).
        array: of a constant, what it is; of all others what it was while the function was traced, and once the
            program is finished an array of that shape and dtype which takes no memory.
        name: in the user's program, or "".
        variable: which, for that kind.
    """

    kind: str
    array: Any
    name: str = ""
    variable: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        return getattr(self.array, "shape", ())  # Parts have none

    def forget(self) -> None:
        """Keep of the array what a program needs to know."""
        if self.kind not in ("constant", "buffer"):
            array = self.array
            self.array = Parts(hollow(part.dtype, part.shape) for part in array) if isinstance(array, Parts) else (
                hollow(array.dtype, array.shape))


@functools.lru_cache(1000)
def hollow(dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """An array of this shape and dtype that takes no memory."""
    return np.broadcast_to(np.zeros((), dtype), shape)


class Adjoint(NamedTuple):
    """What a sweep has found.

    Attributes:
        sweep: which one; there may be several of one target.
        since: how many steps there were when it began.
        target: what was differentiated, if it is one value, not weighted.
        of: by what.
        value: the derivative, or None where nobody has made it as a value of the program.
        whole: whether all ways on which `of` reaches the target are in it.
        wanted: whether the user has asked for it.
    """

    sweep: Any
    since: int
    target: Value | None
    of: Value
    value: Value | None
    whole: bool
    wanted: bool = False


_OPERATORS = {operator.add: "add", operator.sub: "subtract", operator.mul: "multiply", operator.neg: "negative"}


@dataclass(eq=False)
class Piece:
    """Part of an op, which a pass makes a step of its own: no tape hears of it, so it has no rules, and is no row.

    Attributes:
        name: see helpers.py, where it is written out.
        forward: the function on arrays.
    """

    name: str
    forward: Callable[..., Any]
    lift: None = None


@dataclass(eq=False, slots=True)
class Step:
    """`output = op(*inputs, **params)`, and the line of the user's program that asked for it.

    Attributes:
        shares: the inputs whose memory the output may be in, as a transpose is in that of the whole.
        into: memory that the result is put into.
    """

    op: Op  # or a Piece
    inputs: tuple[Value, ...]
    params: dict[str, Any]
    output: Value
    line: Line
    shares: tuple[int, ...] = ()
    into: Value | None = None

    @property
    def ufunc(self) -> str:
        """The name of the NumPy function that does just this, and takes `out=`; "" if there is none."""
        forward = self.op.forward
        return forward.__name__ if isinstance(forward, np.ufunc) else _OPERATORS.get(forward, "")


@dataclass(frozen=True)
class OwnGradient:
    """Between these values a `custom_gradient` took the place of the chain rule: the name of its function, and both."""

    name: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]


class Cut(Step):
    """Where `stop_gradient` was asked for: the output is the input, but no tape follows it there."""

    __slots__ = ()


@dataclass(eq=False, slots=True)
class Dot(Step):
    """The sum of all products of the entries of two arrays of one shape, or of all entries of one; the op is the sum's.

    Attributes:
        factor: a constant by which the sum is multiplied.
    """

    factor: Value | None = None


@dataclass(eq=False)
class Blocks:
    """Steps that are done for a block of rows, and then for the next one.

    Attributes:
        steps: in order.
        length, rows: how many rows there are, and how many are in a block.
        sliced: what comes from outside and is taken block by block.
        kept: the results of which all rows are needed afterwards.
        sums: the results that are sums over all rows.
        into: memory that kept results are put into.
    """

    steps: list[Step]
    length: int
    rows: int
    sliced: set[Value]
    kept: list[Value]
    sums: list[Value]
    into: dict[Value, Value] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[Value, ...]:
        """What it takes from outside."""
        made = {step.output for step in self.steps}
        return tuple(dict.fromkeys(value for step in self.steps for value in step.inputs if value not in made))

    @property
    def line(self) -> Line:
        return self.steps[0].line


@dataclass(eq=False)
class Guard:
    """Here the program asked what a value is, and went on accordingly: for another answer it is another program."""

    inputs: tuple[Value]
    how: str  # "bool", "int", "float", "complex"; "format"; "array" where one was a parameter; "shape" where it varies
    answer: Any  # for "format" the format, and the text
    line: Line

    @property
    def told(self) -> str:
        """What was asked, and the answer."""
        if self.how == "format":
            return f"when traced, format(value, {self.answer[0]!r}) was {self.answer[1]!r}"
        if self.how == "array":
            return "when traced, the array held other numbers"
        asked = "the shape" if self.how == "shape" else f"{self.how}(value)"
        return f"when traced, {asked} was {self.answer}"


@dataclass(eq=False)
class Call:
    """`output = function(*inputs)` for a function on arrays that is no op, such as a check."""

    inputs: tuple[Value, ...]
    function: Callable[..., Any]
    output: Value
    line: Line


class Draw(Call):
    """A call that draws random numbers, so that it gives others each time."""


@dataclass(eq=False)
class Effect:
    """What others see: a Variable gets a value, or something is printed."""

    inputs: tuple[Value, ...]
    line: Line
    variable: Any = None  # the one that is assigned to; None when it prints
    show: Any = None


@dataclass
class Program:
    """Arguments, steps in order, and results.

    Attributes:
        variables: what is read at the start.
        outputs: of the results those that are tensors.
        called: what a dropped value is called now, for those who have known the program before.
        adjoints: what sweeps have found, in order, also of values that are dropped.
        traced: the steps as they were before any pass.
    """

    arguments: list[Value]
    steps: list[Any] = field(default_factory=list)
    variables: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)
    called: dict[Value, Value] = field(default_factory=dict)
    adjoints: list[Adjoint] = field(default_factory=list)
    traced: list[Any] = field(default_factory=list)

    def now(self, value: Value) -> Value:
        """What a value is called by now."""
        while value in self.called:
            value = self.called[value]
        return value

    @property
    def effects(self) -> list[Effect]:
        return [step for step in self.steps if isinstance(step, Effect)]

    def values(self) -> Iterator[Value]:
        """All that appear in it, some more than once."""
        yield from (*self.arguments, *self.variables, *self.outputs)
        for step in self.each():
            yield from step.inputs
            if not isinstance(step, (Guard, Effect)):
                yield step.output

    def each(self) -> Iterator[Any]:
        """All steps, also those within loops."""
        for step in self.steps:
            if isinstance(step, Blocks):
                yield from step.steps
            else:
                yield step
