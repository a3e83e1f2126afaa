"""A random program is data, a short list of statements, and its text is what is run on tapes and on TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Block = tuple["Statement", ...]


@dataclass(frozen=True)
class Kind:
    """What is known of a name before anything runs: its shape and dtype."""

    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True)
class Input:
    """A constant, or a Variable that is trainable or not, and its numbers."""

    name: str
    numbers: np.ndarray
    variable: bool = False
    trainable: bool = True

    @property
    def kind(self) -> Kind:
        return Kind(self.numbers.shape, str(self.numbers.dtype))

    def text(self) -> str:
        if not self.variable:
            return f"{self.name} = {literal(self.numbers)}"
        return f"{self.name} = tf.Variable({literal(self.numbers)}{'' if self.trainable else ', trainable=False'})"


@dataclass(frozen=True)
class Let:
    """One op: the text of the call, with {0}, {1} ... in the places of its arguments."""

    name: str
    call: str
    arguments: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        yield f"{self.name} = {self.call.format(*self.arguments)}"


@dataclass(frozen=True)
class Repeat:
    """A loop with a small count, in which a name is computed anew from itself."""

    count: int
    body: Block

    def lines(self) -> Iterator[str]:
        yield f"for _ in range({self.count}):"
        yield from indented(self.body)


@dataclass(frozen=True)
class Choose:
    """A Python `if` on a value; both branches give the same name."""

    condition: Let
    then: Block
    otherwise: Block

    def lines(self) -> Iterator[str]:
        yield f"if {self.condition.call.format(*self.condition.arguments)}:"
        yield from indented(self.then)
        yield "else:"
        yield from indented(self.otherwise)


@dataclass(frozen=True)
class Pause:
    """A block that one tape leaves out."""

    tape: str
    body: Block

    def lines(self) -> Iterator[str]:
        yield f"with {self.tape}.stop_recording():"
        yield from indented(self.body)


@dataclass(frozen=True)
class Do:
    """A line without a result: an assignment to a Variable, a watch in the middle of a block."""

    call: str
    arguments: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        yield self.call.format(*self.arguments)


@dataclass(frozen=True)
class Ask:
    """A question to a tape: the gradient (or jacobian) of targets by sources."""

    names: tuple[str, ...]
    tape: str
    targets: tuple[str, ...]
    sources: tuple[str, ...]
    weights: tuple[np.ndarray, ...] | None = None
    zero: bool = False
    method: str = "gradient"
    dense: bool = False  # make tensors of what may be TensorFlow's IndexedSlices

    def lines(self) -> Iterator[str]:
        options = [listed(self.targets), listed(self.sources)]
        if self.weights is not None:
            options.append(f"output_gradients={listed([literal(weight) for weight in self.weights])}")
        if self.zero:
            options.append('unconnected_gradients="zero"')
        names = self.names[0] if len(self.names) == 1 else f"[{', '.join(self.names)}]"
        asked = f"{self.tape}.{self.method}({', '.join(options)})"
        if self.dense:
            asked = f"map(tf.convert_to_tensor, {asked})" if len(self.names) > 1 else f"tf.convert_to_tensor({asked})"
        yield f"{names} = {asked}"


@dataclass(frozen=True)
class Tape:
    """A GradientTape around a block, and what it is asked afterwards."""

    name: str
    watched: tuple[str, ...]
    body: Block
    asks: tuple[Ask, ...]
    persistent: bool = False
    accessed: bool = True

    def lines(self) -> Iterator[str]:
        options = ["persistent=True"] * self.persistent + ["watch_accessed_variables=False"] * (not self.accessed)
        yield f"with tf.GradientTape({', '.join(options)}) as {self.name}:"
        if self.watched:
            yield f"    {self.name}.watch({listed(self.watched)})"
        yield from indented(self.body)
        for ask in self.asks:
            yield from ask.lines()


@dataclass(frozen=True)
class Forward:
    """A ForwardAccumulator around a block, and the derivatives in one direction that it has afterwards."""

    name: str
    primal: str
    tangent: np.ndarray
    body: Block
    results: tuple[tuple[str, str], ...]  # the name of the derivative, and of what it is the derivative

    def lines(self) -> Iterator[str]:
        yield f"with tf.autodiff.ForwardAccumulator({self.primal}, {literal(self.tangent)}) as {self.name}:"
        yield from indented(self.body)
        for name, target in self.results:
            yield f"{name} = {self.name}.jvp({target})"


Statement = Let | Repeat | Choose | Pause | Do | Ask | Tape | Forward


@dataclass(frozen=True)
class Program:
    """A whole program: inputs, statements, and the names that it returns.

    Attributes:
        mistake: what is wrong with it on purpose, so that it must raise; else "".
    """

    inputs: tuple[Input, ...]
    body: Block
    returned: tuple[str, ...]
    mistake: str = ""

    def text(self) -> str:
        """The source, `def program(tf): ...`."""
        lines = [each.text() for each in self.inputs]
        for statement in self.body:
            lines += statement.lines()
        lines.append("return {" + ", ".join(f'"{name}": {name}' for name in self.returned) + "}")
        return "def program(tf):\n" + "".join(f"    {line}\n" for line in lines)

    def at(self, numbers: Sequence[np.ndarray]) -> Program:
        """The same program at other inputs."""
        return replace(self, inputs=tuple(replace(each, numbers=array) for each, array in zip(
            self.inputs, numbers, strict=True)))

    def set_aside(self) -> Program:
        """The program in which each named result is an `identity` of what its op gave: no rule reads what it names."""
        return replace(self, body=_set_aside(self.body))

    def by_result(self) -> bool:
        """Whether a gradient by the named result of an op is asked for."""
        named = {each.name for each in self.statements() if isinstance(each, Let)}
        return any(named & {*each.sources} for each in self.statements() if isinstance(each, Ask))

    def statements(self) -> Iterator[Statement]:
        """All of them, the nested ones too."""
        return within(self.body)


def within(block: Block) -> Iterator[Statement]:
    """The statements of a block, and those in them."""
    waiting: list[Any] = list(reversed(block))
    while waiting:
        statement = waiting.pop()
        yield statement
        for field in ("asks", "otherwise", "then", "body"):
            waiting += reversed(getattr(statement, field, ()))


def _set_aside(block: Block) -> Block:
    changed = []
    for statement in block:
        inner: dict[str, Any] = {name: _set_aside(getattr(statement, name)) for name in ("body", "then", "otherwise")
                 if hasattr(statement, name)}
        if isinstance(statement, Let):
            inner = {"call": f"tf.identity({statement.call})"}
        changed.append(replace(statement, **inner))
    return tuple(changed)


def indented(block: Block) -> Iterator[str]:
    if not block:
        yield "    pass"
    for statement in block:
        for line in statement.lines():
            yield "    " + line


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"


def literal(numbers: np.ndarray) -> str:
    """An array in the words of TensorFlow."""
    if not numbers.size:
        return f"tf.zeros({list(numbers.shape)}, tf.{numbers.dtype})"
    return f"tf.constant({numbers.tolist()}, tf.{numbers.dtype})"
