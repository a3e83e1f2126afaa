"""A program written out as NumPy that a person can read; running that text is how it is replayed."""

from __future__ import annotations

import keyword
import linecache
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arguments import Line
from ..dtypes import DType
from ..op import registry
from .program import Call, Effect, Guard, Program, Step, Value
from .templates import TEMPLATES, VIEWS, WEAK


class AnotherWay(Exception):
    """A question about a value was answered otherwise than when the function was watched."""


_ANOTHER_WAY = '''class AnotherWay(Exception):
    """A question about a value was answered otherwise than when the function was watched."""'''


class Writer:
    """Gives every value a name, and every step a line."""

    def __init__(self, program: Program, title: str) -> None:
        self.program, self.title = program, identifier(title) or "replay"
        self.names: dict[Value, str] = {}
        # names that are in use, and the next number for each
        self.taken = dict.fromkeys(("np", "calls", "constants", "registry", "AnotherWay", self.title), 2)
        self.constants: dict[str, Any] = {}
        self.memory: dict[str, Any] = {}
        self.borrowed: dict[str, str] = {}  # row -> its name in the text
        self.shown = ""
        self.calls = 0
        self.used = Counter(value for step in program.steps for value in step.inputs) + Counter(program.outputs)
        known = {id(value.variable): value.name for value in program.variables}
        self.assigned = {effect.inputs[0]: known.get(id(effect.variable), effect.variable._name)
                         for effect in program.effects if effect.variable is not None}
        given = [self.name(value) for value in (*program.arguments, *program.variables)]
        lines: list[tuple[str, Any]] = []
        for step in program.steps:
            line = self.line(step)
            if line:
                lines += [*((comment, None) for comment in self.asked_for(step.line)), (line, step)]
        results = self.tuple(program.outputs)
        wanted = self.tuple([value for effect in program.effects for value in effect.inputs])
        given += ["calls"] * bool(self.calls)
        self.steps = [None, *(step for _, step in lines)]  # by lines of the body
        self.body = "\n".join([f"def {self.title}({', '.join(given)}):", *(f"    {line}" for line, _ in lines),
                               f"    return {results}, {wanted}", ""])

    @property
    def text(self) -> str:
        """The function and what it needs, as a file that runs by itself."""
        lines = ["import numpy as np", *["", "from tapes.op import registry"] * bool(self.borrowed), ""]
        lines += [f"{name} = registry[{row!r}].forward" for row, name in self.borrowed.items()]
        for name, value in self.constants.items():
            short = written(value) if np.size(value) <= 16 else None
            lines.append(f"{name} = {short}" if short else f'{name} = constants["{name}"]')
        lines += [f"{name} = np.empty({array.shape}, np.{array.dtype.name})" for name, array in self.memory.items()]
        if any(isinstance(step, Guard) for step in self.program.steps):
            lines += ["", "", _ANOTHER_WAY]
        return "\n".join(lines).rstrip() + f"\n\n\n{self.body}"

    def function(self) -> Callable[..., Any]:
        """What the text defines."""
        linecache.cache[self._file] = (len(self.body), None, self.body.splitlines(keepends=True), self._file)
        space: dict[str, Any] = {"np": np, "AnotherWay": AnotherWay, **self.constants, **self.memory,
                                 **{name: registry[row].forward for row, name in self.borrowed.items()}}
        exec(compile(self.body, self._file, "exec"), space)  # templates and clean names: nothing of the user's runs
        return space[self.title]

    @property
    def _file(self) -> str:
        return f"<tapes.function {self.title} {id(self.program):x}>"

    def step_of(self, error: BaseException) -> Any:
        """The step at which the text failed, or None."""
        trace, found = error.__traceback__, None
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self._file:
                found = self.steps[trace.tb_lineno - 1]
            trace = trace.tb_next
        return found

    def asked_for(self, line: Line) -> list[str]:
        """The line of the user's program, as a comment where a new one begins."""
        text = "".join(filter(str.isprintable, linecache.getline(line.file, line.number).strip()))
        if not text or text == self.shown:
            return []
        self.shown = text
        return [f"# {text}"]

    def line(self, step: Any) -> str:
        """One step of the program, and what it is."""
        if isinstance(step, Effect):
            return ""
        if isinstance(step, Guard):
            return f"if {self.otherwise(step)}: raise AnotherWay"
        if isinstance(step, Call):
            self.calls += 1
            return (f"{self.name(step.output)} = calls[{self.calls - 1}]"
                    f"({', '.join(map(self.name, step.inputs))})")
        right = self.expression(step)
        if step.op.name in VIEWS and self.used[step.output] == 1 and step.output not in self.program.outputs:
            self.names[step.output] = right
            return ""
        return f"{self.name(step.output)} = {right}{self.note(step.output)}"

    def note(self, value: Value) -> str:
        """What an adjoint is: the derivative of what, by what."""
        about, target = (self.called(one) for one in (value.adjoint_of, value.target))
        return "" if not about else f"  # d{target}/d{about}" if target else f"  # adjoint of {about}"

    def called(self, value: Value | None) -> str:
        """The name of a value that may have left the program meanwhile, or ""."""
        return "" if value is None else identifier(self.names.get(value, "")) or identifier(value.name)

    def otherwise(self, guard: Guard) -> str:
        """The question whether the answer is now another one."""
        x, answer = self.name(guard.inputs[0]), guard.answer
        if guard.how == "bool":
            return f"not {x}" if answer else x
        if guard.how == "int" or (guard.how == "float" and np.isfinite(answer) and answer):
            return f"{guard.how}({x}) != {answer!r}"
        if guard.how in ("float", "complex"):
            return f"repr({guard.how}({x})) != {repr(answer)!r}"  # which tells 0 from -0, and nan is nan
        if answer.dtype.kind in "fc":
            return f"{x}.tobytes() != {self.setting(answer)}.tobytes()"
        return f"not np.array_equal({x}, {self.setting(answer)})"

    def expression(self, step: Step) -> str:
        """A step as NumPy: by its template, by the name of NumPy's own function, or by the name of its row."""
        inputs = [self.name(value) for value in step.inputs]
        if step.op.name in WEAK:
            inputs = [self.plain(value, step.inputs[1 - place]) or inputs[place]
                      for place, value in enumerate(step.inputs)]
        if step.into is not None:
            name = getattr(step.op.forward, "__name__", "") if isinstance(step.op.forward, np.ufunc) else step.op.name
            return f"np.{name}({', '.join(inputs)}, out={self.name(step.into)})"
        template = TEMPLATES.get(step.op.name)
        if callable(template) and (text := template(step, *inputs)) is not None:
            return text
        params = {key: self.setting(value) for key, value in step.params.items()}
        if isinstance(template, str):
            return template.format(*inputs, **params)
        if isinstance(step.op.forward, np.ufunc) and not params:
            return f"np.{step.op.forward.__name__}({', '.join(inputs)})"
        if step.op.name not in self.borrowed:
            self.borrowed[step.op.name] = self.free(identifier(step.op.name) or "op")
        return f"{self.borrowed[step.op.name]}({', '.join([*inputs, *(f'{k}={v}' for k, v in params.items())])})"

    @staticmethod
    def plain(value: Value, other: Value) -> str:
        """A number beside an array of its dtype as Python writes it, which NumPy takes for one of that dtype; or ""."""
        number = value.array
        if value.kind != "constant" or np.ndim(number) or other.kind == "constant" or number.dtype.kind not in "if":
            return ""
        return str(number) if np.isfinite(number) and number.dtype.itemsize <= 8 else ""

    def setting(self, value: Any) -> str:
        """A parameter; what Python cannot write down briefly becomes a constant."""
        text = written(value)
        if text is None or len(text) > 60:
            text = self.free("setting")
            self.constants[text] = value
        return text

    def name(self, value: Value) -> str:
        """The name of a value: the user's own where there is one; a number is its own name."""
        if value not in self.names:
            plain = value.kind == "constant" and np.ndim(value.array) == 0
            name = written(value.array) if plain else None
            if name is None:
                name = self.free(self._called_best(value))
                if value.kind in ("constant", "buffer"):
                    (self.constants if value.kind == "constant" else self.memory)[name] = value.array
            self.names[value] = name
        return self.names[value]

    def _called_best(self, value: Value) -> str:
        """By what is known of it: a name of the user's may be that of a whole loop."""
        adjoint, new = self.called(value.adjoint_of), identifier(self.assigned.get(value, ""))
        if adjoint or (new and value.kind == "step"):
            return f"d{adjoint}" if adjoint else f"new_{new}"
        return identifier(value.name) or {"constant": "c", "argument": "x", "buffer": "buffer"}.get(value.kind, "t")

    def free(self, name: str) -> str:
        """The name, with a number behind it if it is taken."""
        chosen = name
        while chosen in self.taken:
            chosen = f"{name}_{self.taken[name]}"
            self.taken[name] += 1
        self.taken[chosen] = 2
        return chosen

    def tuple(self, values: list[Value]) -> str:
        names = [self.name(value) for value in values]
        return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def identifier(name: str) -> str:
    """A name of the user's as Python takes it: ASCII letters, digits and underscores; "" when nothing is left."""
    safe = re.sub(r"[^A-Za-z0-9_]", "_", name).strip("_")
    safe = "" if keyword.iskeyword(safe) else safe
    return f"_{safe}" if safe[:1].isdigit() else safe


def written(value: Any) -> str | None:
    """A value as Python writes it, or None where that would not be the same value to the last bit."""
    kind = type(value)
    if isinstance(value, (np.dtype, DType)):
        return f"np.{value.name}"
    if value is Ellipsis:
        return "..."
    if value is None or kind in (bool, int, str):
        return repr(value)
    if kind is float:
        return repr(value) if np.isfinite(value) else f"float({str(value)!r})"
    if kind is slice:
        parts = [written(part) for part in (value.start, value.stop, value.step)]
        return None if None in parts else f"slice({', '.join(map(str, parts))})"
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc":
        return _written_array(value)
    if kind in (tuple, list):
        texts = [written(part) for part in value]
        if None in texts:
            return None
        inside = ", ".join(map(str, texts))
        return f"[{inside}]" if kind is list else f"({inside}{',' if len(texts) == 1 else ''})"
    return None


def _written_array(value: Any) -> str | None:
    if value.ndim and value.size > 100:
        return None
    finite = bool(np.isfinite(value).all())
    if value.ndim:
        return f"np.array({value.tolist()!r}, np.{value.dtype.name})" if finite and value.dtype.itemsize <= 16 else None
    if value.dtype.kind == "f":
        short = str(value)  # NumPy's shortest text is exact in the dtype
        return f"np.{value.dtype.name}({short if finite and value.dtype.itemsize <= 8 else repr(short)})"
    return f"np.{value.dtype.name}({value.item()!r})" if finite and value.dtype.itemsize <= 16 else None
