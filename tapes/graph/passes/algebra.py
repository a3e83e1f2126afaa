"""What school algebra says about ones, zeros, signs, powers and transposes holds for arrays too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...op import registry
from ..program import Program, Step, Value
from .hoisted import index_of
from .renaming import renamed, with_inputs


def simplified(program: Program) -> Program:
    """Steps that change nothing are dropped, and an array of one number is taken for that number."""
    names: dict[Value, Value] = {}
    makers: dict[Value, Step] = {}
    steps = []
    for step in program.steps:
        if isinstance(step, Step):
            step = with_inputs(step, tuple([names.get(value, value) for value in step.inputs]))
            for law in LAWS.get(step.op.name, ()):
                found = law(step, makers)
                if isinstance(found, Value):
                    names[step.output] = found
                    break
                step = found
            else:
                makers[step.output] = step
                steps.append(step)
        else:
            steps.append(step)
    return renamed(program, steps, names)


Law = Callable[[Step, dict[Value, Step]], Any]  # the value that the step comes to, or a simpler step, or itself


def _number(value: Value) -> Any:
    """The number that a constant consists of, or None."""
    if value.kind != "constant" or not isinstance(value.array, np.ndarray | np.generic) or not value.array.size:
        return None
    first = value.array.reshape(-1)[0]
    return first if value.array.tobytes() == first.tobytes() * value.array.size else None  # bytes tell 0 from -0


def _neutral(number: float, place: int) -> Law:
    """x * 1 is x, and so on: if the other input has the shape and dtype of the result.

    Not of complex numbers: (-1 - 0j) * (1 + 0j) is -1 + 0j, on the other side of where a root is cut.
    """
    def law(step: Step, makers: dict[Value, Step]) -> Any:
        if step.inputs[place].kind != "constant" or step.output.array.dtype.kind == "c":
            return step
        other = step.inputs[1 - place]
        same = other.shape == step.output.shape and other.array.dtype == step.output.array.dtype
        found = _number(step.inputs[place]) if same else None
        return other if found is not None and found == number and not np.signbit(found) else step

    return law


def _thin(step: Step, makers: dict[Value, Step]) -> Step:
    """Beside an input of the full shape an array of one number need not be an array."""
    for place in (0, 1):
        value, other = step.inputs[place], step.inputs[1 - place]
        wide = value.kind == "constant" and value.shape and other.shape == step.output.shape
        number = _number(value) if wide else None
        if number is not None:
            inputs = list(step.inputs)
            inputs[place] = Value("constant", number)
            return replace(step, inputs=tuple(inputs))
    return step


def _scaled_twice(step: Step, makers: dict[Value, Step]) -> Step:
    """a * (b * x) is (a * b) * x: to the last bit, when a or b is a power of two, as long as nothing
    is too large or too small for the dtype on the way."""
    for place in (0, 1):
        number, inner = step.inputs[place], makers.get(step.inputs[1 - place])
        if number.kind != "constant" or number.shape or inner is None or inner.op is not step.op:
            continue
        for k in (0, 1):
            other = inner.inputs[k]
            if other.kind == "constant" and not other.shape and _power_of_two(number.array, other.array):
                product = Value("constant", number.array * other.array)
                return replace(step, inputs=(product, inner.inputs[1 - k]))
    return step


def _power_of_two(a: Any, b: Any) -> bool:
    return a.dtype.kind == "f" and np.finfo(a.dtype).tiny < abs(a * b) < np.finfo(a.dtype).max and 0.5 in (
        abs(np.frexp(a)[0]), abs(np.frexp(b)[0]))


def _low_power(step: Step, makers: dict[Value, Step]) -> Any:
    """x ** 1 is x, and x ** 2 is a square, to the last bit: only complex powers are computed otherwise."""
    x, exponent = step.inputs
    if exponent.kind != "constant" or x.shape != step.output.shape or step.output.array.dtype.kind == "c":
        return step
    number = _number(exponent)
    if number == 1:
        return x
    return replace(step, op=registry["square"], inputs=(x,)) if number == 2 else step


def _undone(step: Step, makers: dict[Value, Step]) -> Any:
    """The same step twice gives back what there was: a transpose of a transpose, a sign changed twice."""
    before = makers.get(step.inputs[0])
    return before.inputs[0] if before is not None and before.op is step.op else step


def _taken_apart(step: Step, makers: dict[Value, Step]) -> Step:
    """One of the parts of an array that was unstacked is a slice of it."""
    before = makers.get(step.inputs[0])
    if before is None or before.op.name != "unstack":
        return step
    index = index_of(before.params["axis"], step.params["index"])
    return replace(step, op=registry["getitem"], inputs=before.inputs, params={"index": index}, shares=(0,))


def _same_shape(step: Step, makers: dict[Value, Step]) -> Any:
    value = step.inputs[0]
    return value if value.shape == step.output.shape and value.array.dtype == step.output.array.dtype else step


LAWS: dict[str, tuple[Law, ...]] = {
    "multiply": (_neutral(1.0, 0), _neutral(1.0, 1), _thin, _scaled_twice), "divide": (_neutral(1.0, 1), _thin),
    "add": (_thin,), "subtract": (_neutral(0.0, 1), _thin),
    "pow": (_low_power,), "negative": (_undone,), "swap_last": (_undone,), "conj": (_undone,),
    "identity": (_same_shape,), "reshape": (_same_shape,), "broadcast_to": (_same_shape,), "sum_to": (_same_shape,),
    "cast": (_same_shape,), "part": (_taken_apart,),
}
