"""A program written out as NumPy that a person can read; running that text is how it is replayed."""

from __future__ import annotations

import builtins
import linecache
import math
import re
import textwrap
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arguments import Line
from .helpers import HELPERS, helper
from .labels import Labels
from .literals import identifier, subscript, uniform, written
from .program import Adjoint, Blocks, Call, Dot, Effect, Guard, Program, Step, Value
from .sharing import each
from .sharing import text as sharing
from .sums import FUNCTIONS as SUMS
from .sums import text as summing
from .templates import ATOM, INTO, NUMBERS, OUT, SAFE, TEMPLATES, VIEWS, WEAK, dots, needs, writes
from .templates import level as level_of

# An expression within a line has no more letters than that, and was to be computed no more steps before it.
WIDTH, NEAR = 60, 6
OURS = {"t", "g", "c", "x", "buffer", "result"}  # the names of what has none


class AnotherWay(Exception):
    """A question about a value is answered otherwise than when the function was traced."""


_ANOTHER_WAY = '''class AnotherWay(Exception):
    """A question about a value is answered otherwise than when the function was traced: call its other program."""'''


class Writer:
    """Gives every value a name, and every step a line, or a place in the line that needs it.

    Args:
        program: what to write.
        title: what to call the function.
        outside: the names of other programs in the same file that are not within their functions.
        nested: whether steps may share a line, and lines of the user's program stand above them.
    """

    def __init__(self, program: Program, title: str, outside: set[str], nested: bool = True) -> None:
        self.program, self.outside, self.nested = program, outside, nested
        self.names: dict[Value, str] = {}
        self.levels: dict[Value, int] = {}  # how tightly the text that stands for a value holds together
        self.begun: dict[Value, Value] = {}  # a sum without a name of its own -> the shorter one in its text
        self.later: set[Value] = set()  # values that are computed where they are used
        # names that are in use, and the next number for each
        self.taken = dict.fromkeys((*dir(builtins), "np", "calls", "constants", "registry", "AnotherWay", "each",
                                    "pool", "ThreadPoolExecutor", *SUMS), 2)
        self.title = self.free(identifier(title) or "replay", among=outside)
        self.labels = Labels(program)
        self.own = Counter(_root(identifier(value.name)) for value in {*program.values()})  # what names begin with
        self.constants: dict[str, Any] = {}
        self.memory: dict[str, Any] = {}
        self.borrowed: dict[str, str] = {}  # row -> its name in the text
        self.functions: dict[str, Callable[..., Any]] = {}  # by that name
        self.foreign: set[str] = set()  # the rows that the text cannot define by itself
        self.wholes: dict[Value, str] = {}  # what is made block by block, and kept
        self.shown = ""
        self.seen: set[str] = set()  # the lines of the user's program that were shown
        self.inside: dict[Value, Step] = {}  # what stands within the line of another step
        self.calls = 0
        self.order = list(program.each())
        self.used = Counter(value for step in self.order for value in step.inputs) + Counter(program.outputs)
        known = {id(value.variable): value.name for value in program.variables}
        self.assigned = {effect.inputs[0]: known.get(id(effect.variable), effect.variable._name)
                         for effect in program.effects if effect.variable is not None}
        given = [self.name(value) for value in (*program.arguments, *program.variables)]
        self.places = {step: place for place, step in enumerate(self.order)}
        self.uses = {value: place for place, step in enumerate(self.order) for value in step.inputs}
        self.memories = {step.into for step in self.order if isinstance(step, Step)}  # what others are put into
        self.placed = {value for loop in program.steps if isinstance(loop, Blocks) for value in loop.into}
        self.loops = {step: loop for loop in program.steps if isinstance(loop, Blocks) for step in loop.steps}
        lines = [line for step in program.steps for line in self.lines(step)]
        results = self.tuple(program.outputs)
        wanted = self.tuple([value for effect in program.effects for value in effect.inputs])
        self.given = given + ["calls"] * bool(self.calls)
        self.steps = [None, *(step for _, step in lines)]  # by lines of the body
        body = [f"    {line}".rstrip() for line, _ in lines]
        self.body = "\n".join([f"def {self.title}({', '.join(self.given)}):", *body,
                               f"    return {results}, {wanted}", ""])
        self.sums = {_sum_of(step) for step in self.order if isinstance(step, Dot)}
        del self.order, self.used, self.places, self.uses, self.levels, self.later, self.placed  # writing needs them

    def definitions(self) -> list[str]:
        """What the function needs, a line each."""
        lines = [f'{name} = registry["{row}"].forward' for row, name in self.borrowed.items() if row in self.foreign]
        for name, value in self.constants.items():
            short = uniform(value) or (written(value) if np.size(value) <= 16 else None)
            lines.append(f"{name} = {short}" if short else f'{name} = constants["{name}"]')
        return lines + [f"{name} = np.empty({array.shape}, np.{array.dtype.name})"
                        for name, array in self.memory.items()]

    def helpers(self) -> list[str]:
        """The definitions of ops that take several lines."""
        return [helper(row, name) for row, name in self.borrowed.items() if row not in self.foreign]

    def text(self) -> str:
        """The function, below a comment on what it takes."""
        takes = [f"{name}: {value.array.dtype.name}{list(value.shape)}" for name, value in zip(
            self.given, (*self.program.arguments, *self.program.variables))]
        return "\n".join([*textwrap.wrap(", ".join(takes), 118, initial_indent="# ", subsequent_indent="# "),
                          self.body])

    @property
    def guarded(self) -> bool:
        """Whether it may find that it is not the way to go."""
        return any(isinstance(step, Guard) for step in self.program.steps)

    def function(self) -> Callable[..., Any]:
        """What the text defines, with memory of its own."""
        linecache.cache[self._file] = (len(self.body), None, self.body.splitlines(keepends=True), self._file)
        memory = {name: np.empty(array.shape, array.dtype) for name, array in self.memory.items()}
        space: dict[str, Any] = {"__name__": __name__, "np": np, "AnotherWay": AnotherWay, "each": each, **SUMS,
                                 **self.constants, **memory, **self.functions}
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
        if not self.nested:
            return []
        text = self.text_of(line)
        if not text or text == self.shown:
            return []
        self.shown = text
        self.seen.add(text)
        return [f"# {text}"]

    def asked_before(self, step: Any) -> list[str]:
        """The lines that asked for what stands within the line of a step, if they have not been shown yet."""
        inside, waiting = [], [step]
        while waiting:
            for value in waiting.pop().inputs:
                if value in self.inside:
                    waiting.append(self.inside[value])
                    inside.append(self.inside.pop(value).line)
        own = self.text_of(step.line)
        return [comment for line in inside[::-1] if (text := self.text_of(line)) not in self.seen and text != own
                for comment in self.asked_for(line)]

    @staticmethod
    def text_of(line: Line) -> str:
        """A line of the user's program, as it may stand in a comment."""
        return "".join(filter(str.isprintable, linecache.getline(line.file, line.number).strip()))

    def lines(self, step: Any) -> list[tuple[str, Any]]:
        """One step of the program, below the line of the user's program that asked for it."""
        if isinstance(step, Blocks):
            return self.loop(step)
        line = self.line(step)
        if not line:
            if isinstance(step, Step):
                self.inside[step.output] = step
            return []
        pieces = [line]
        if isinstance(step, Step) and step.op.name == "concat":  # within parentheses a line may end anywhere
            code, mark, comment = line.partition("  # ")
            pieces = textwrap.wrap(code, 112, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
            pieces[-1] += mark + comment
        comments = [*self.asked_before(step), *self.asked_for(step.line)]
        return [*((comment, None) for comment in comments), *((piece, step) for piece in pieces)]

    def loop(self, loop: Blocks) -> list[tuple[str, Any]]:
        """Steps for a block of rows, as a function, and its calls for all blocks."""
        count = -(-loop.length // loop.rows)
        run, start, part = self.free("block"), self.free("start"), self.free("part")
        wholes = {value: self.free(self._new_name(value)) for value in loop.kept}
        self.wholes |= wholes
        parts = {value: self.free("sums") for value in loop.sums}
        outside = {value: self.name(value) for value in loop.inputs}
        memory = [*((wholes[value], value.shape, value) for value in loop.kept),
                  *((parts[value], (count, *value.shape), value) for value in loop.sums)]
        head = [*(f"{name} = {self.name(loop.into[value])}" if value in loop.into else
                  f"{name} = np.empty({shape}, np.{value.array.dtype.name})" for name, shape, value in memory), "",
                f"def {run}({start}):", f"    {part} = slice({start}, {start} + {loop.rows})"]
        lines: list[tuple[str, Any]] = [(text, None) for text in head]
        self.names |= {value: f"{outside[value]}[{part}]" for value in loop.sliced}
        for step in loop.steps:
            value = step.output
            if value in parts:
                found = [(f"{parts[value]}[{start} // {loop.rows}] = {self.partial(step)}", step)]
            elif value in wholes:
                found = self.kept(step, f"{wholes[value]}[{part}]")
            else:
                line = self.line(step)
                found = [(line, step)] if line else []
            comments = self.asked_for(step.line) if found else []
            lines += [(f"    {text}", one) for text, one in (*((comment, None) for comment in comments), *found)]
        lines += [("", None), (f"each({run}, range(0, {loop.length}, {loop.rows}))", loop.steps[-1])]
        self.names |= outside | wholes
        for step in loop.steps:
            if step.output in parts:
                mean = f" / {_count(step)}" if step.op.name == "reduce_mean" else ""
                lines.append((f"{self.name(step.output)} = {parts[step.output]}.sum(0){mean}"
                              f"{self.note(step.output)}", step))
        return lines

    def partial(self, step: Step) -> str:
        """The sum over one block."""
        if isinstance(step, Dot):
            factor = [] if step.factor is None else [str(step.factor.array)]
            return f"{_sum_of(step)}({', '.join([*map(self.name, step.inputs), *factor])})"
        value, = step.inputs
        template = TEMPLATES["sum_to" if step.op.name == "sum_to" else "reduce_sum"]
        assert callable(template)
        return str(template(step, self.within(value, step, 0)))

    def kept(self, step: Step, place: str) -> list[tuple[str, Any]]:
        """A step whose result is needed afterwards, and so is put in its place among all rows."""
        inside = any(step.output in other.inputs for other in self.loops[step].steps)
        if writes(step):
            text = self.put(step, place, [self.within(value, step, i, 0) for i, value in enumerate(step.inputs)])
            name = f"{self.name(step.output)} = " if inside else ""
        else:
            text, name = self.expression(step), f"{self.name(step.output)} = {place} = " if inside else f"{place} = "
        return [(f"{name}{text}{self.note(step.output)}", step)]

    def line(self, step: Any) -> str:
        """One step of the program, and what it is."""
        if isinstance(step, Effect):
            return ""
        if isinstance(step, Guard):
            return f"if {self.otherwise(step)}: raise AnotherWay({step.told!r})"
        if isinstance(step, Call):
            self.calls += 1
            return (f"{self.name(step.output)} = calls[{self.calls - 1}]"
                    f"({', '.join(map(self.name, step.inputs))})")
        right, level = self.expression(step), level_of(step) if step.into is None else ATOM
        shorter = self.shorter(step)
        if self.can_wait(step, right):
            self.names[step.output], self.levels[step.output] = right, level
            if shorter is not None:
                self.begun[step.output] = shorter
            return ""
        if shorter is not None:
            self.names[step.output] = self.names[shorter]
        return f"{self.name(step.output)} = {right}{self.note(step.output)}"

    def grows(self, step: Any) -> bool:
        """Whether it adds one more term to an adjoint."""
        return isinstance(step, Step) and step.op.name == "add" and bool(self.labels.of(step.output))

    def shorter(self, step: Step) -> Value | None:
        """A sum that is needed no more, and gives its name to the longer one: both are parts of one derivative."""
        if not self.nested or step in self.loops or step.into is not None or not self.grows(step):
            return None
        for value in (self.begun.get(value, value) for value in step.inputs):
            if self.used[value] == 1 and value.kind == "step" and value not in self.memories and (
                    self.names[value].isidentifier()) and self._same(self.adjoint(value), self.adjoint(step.output)):
                return value
        return None

    def _same(self, one: Adjoint | None, other: Adjoint | None) -> bool:
        """Whether both are parts of one derivative."""
        now = self.program.now
        return one is not None and other is not None and not one.whole and not other.whole and (
            one.sweep is other.sweep and now(one.of) is now(other.of))

    def can_wait(self, step: Step, text: str) -> bool:
        """Whether the text of a step may stand where its only use is.

        Until then no memory may be written to, nor may anything that can fail be in the line of another step.
        """
        place, value = self.places[step], step.output
        if not self.nested:
            return False
        kept = value in self.memories or value in self.assigned or value not in self.uses
        if kept or self.used[value] != 1 or len(text) > WIDTH:
            return False
        if step.op.name in VIEWS and not self.later.intersection(step.inputs) and self.order[
                self.uses[value]] not in self.loops:
            return True
        until = self.uses[value]
        own = step.op.name in VIEWS or self._called_best(value) == "t" or (
            bool(self.labels.of(value)) and self.grows(self.order[until]))
        if (not own or step.into is not None or step.op.name not in SAFE or until - place > NEAR
                or not isinstance(self.order[until], Step)
                or self.loops.get(self.order[until]) is not self.loops.get(step)
                or any(getattr(between, "into", None) is not None or getattr(between, "output", None) in self.placed
                       for between in self.order[place:until])):
            return False
        self.later.add(value)
        return True

    def note(self, value: Value) -> str:
        """What an adjoint is: the derivative of what, by what; or that it is a part of that."""
        one = self.adjoint(value)
        if one is None:
            return ""
        about, target = self.told(one.of), "" if one.target is None else self.called(one.target)
        what = f"d{target}/d{about}" if target else f"{'' if one.whole else 'the '}adjoint of {about}"
        return f"  # {what}" if one.whole else f"  # part of {what}"

    def adjoint(self, value: Value) -> Adjoint | None:
        """Of what can be told of a value, the whole before a part, and what has a name before what has none."""
        found = [one for one in self.labels.of(value) if self.told(one.of)]
        return min(found, key=lambda one: (not one.whole, not one.wanted, not self.called(one.of)), default=None)

    def told(self, value: Value) -> str:
        """The name of a value, or its text, or ""."""
        now = self.program.now(value)
        return self.called(value) or (f"({self.names[now]})" if now in self.names and now.kind != "constant" else "")

    def called(self, value: Value) -> str:
        """The name of a value that may have left the program meanwhile; "" if it has none that tells it from others."""
        now = self.program.now(value)
        name = self.wholes.get(now) or self.names.get(now, "")
        if name.isidentifier():
            return name
        name = identifier(value.name)  # it is computed where it is used, or nowhere
        others = self.own[_root(name)] - (now in self.names and now.name == value.name)
        return "" if others or _root(name) in OURS else name

    def otherwise(self, guard: Guard) -> str:
        """The question whether the answer is now another one."""
        x, answer = self.name(guard.inputs[0]), guard.answer
        if guard.how == "shape":
            return f"{x}.shape != {answer}"
        if guard.how == "format":
            return f"format({x}[()], {answer[0]!r}) != {answer[1]!r}"
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
        need = needs(step)
        inputs = [self.within(value, step, place, *need[place:place + 1]) for place, value in enumerate(step.inputs)]
        if step.into is not None:
            return self.put(step, self.name(step.into), inputs)
        if step.op.name == "broadcast_to" and step in self.loops:
            lengths = ", ".join([f"len({inputs[0]})", *map(str, step.output.shape[1:])])
            return f"np.broadcast_to({inputs[0]}, ({lengths}))"
        template: Any = TEMPLATES.get(step.op.name)
        if step.op.name in NUMBERS and step.output.array.dtype.kind == "f" and not any(
                value.shape for value in (step.output, *step.inputs)):
            inputs.append(self.zero(step.output.array.dtype))
            template = NUMBERS[step.op.name]
        if callable(template) and (text := template(step, *inputs)) is not None:
            return text
        params = {key: self.setting(value) for key, value in step.params.items()}
        if step.op.name == "getitem":
            params["index"] = subscript(step.params["index"]) or params["index"]
        if isinstance(template, str):
            return template.format(*inputs, **params)
        if step.ufunc and not params:
            return f"np.{step.ufunc}({', '.join(inputs)})"
        return f"{self.row(step)}({', '.join([*inputs, *(f'{k}={v}' for k, v in params.items())])})"

    def row(self, step: Step) -> str:
        """The name of the row in the text, where it is a function by itself."""
        if step.op.name not in HELPERS or any(value.array.dtype.kind == "c" for value in step.inputs):
            self.foreign.add(step.op.name)
        if step.op.name not in self.borrowed:
            name = self.borrowed[step.op.name] = self.free(identifier(step.op.name) or "op", among=self.outside)
            self.functions[name] = step.op.forward
        return self.borrowed[step.op.name]

    def put(self, step: Step, place: str, inputs: list[str]) -> str:
        """A step whose result goes into given memory."""
        if step.op.name in INTO:
            return INTO[step.op.name].format(*inputs, into=place)
        product = "np.dot" if step.op.name == "matmul" and dots(step) else "np.matmul"
        name = self.row(step) if step.op.name in OUT else f"np.{step.ufunc}" if step.ufunc else product
        return f"{name}({', '.join(inputs)}, out={place})"

    def within(self, value: Value, step: Step, place: int, need: int = ATOM) -> str:
        """The text of an input, in parentheses where it would fall apart."""
        if step.op.name in WEAK and (number := self.plain(value, step.inputs[1 - place])):
            return number
        text = self.name(value)
        return text if self.levels.get(value, ATOM) >= (0 if step.into is not None else need) else f"({text})"

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
            text = self.free("setting", among=self.outside)
            self.constants[text] = value
        return text

    def zero(self, dtype: np.dtype) -> str:
        """The name of 0 in a dtype."""
        name = next((name for name, value in self.constants.items() if type(value) is dtype.type and value == 0), "")
        if not name:
            name = self.free("zero", among=self.outside)
            self.constants[name] = dtype.type(0)
        return name

    def name(self, value: Value) -> str:
        """The name of a value: the user's own where there is one; a number is its own name."""
        if value not in self.names:
            plain = value.kind == "constant" and np.ndim(value.array) == 0
            name = written(value.array) if plain else None
            if name is None:
                there = value.kind in ("constant", "buffer")
                name = self.free(self._new_name(value), among=self.outside if there else None)
                if there:
                    (self.constants if value.kind == "constant" else self.memory)[name] = value.array
            self.names[value] = name
        return self.names[value]

    def _called_best(self, value: Value) -> str:
        """By what is known of it: a name of the user's may be that of a whole loop."""
        one, new = self.adjoint(value), identifier(self.assigned.get(value, ""))
        if one is not None:
            about = self.called(one.of) if one.whole else ""
            return f"d{about}" if about else "g"
        if new and value.kind == "step":
            return f"new_{new}"
        usual = {"constant": "c", "argument": "x", "buffer": "buffer"}
        return identifier(value.name) or usual.get(value.kind, "result" if value in self.program.outputs else "t")

    def _new_name(self, value: Value) -> str:
        """Where another derivative by x has the name dx, dx_2 is not taken, which might be that by x_2."""
        best, one = self._called_best(value), self.adjoint(value)
        if one is None or best not in self.taken:
            return best
        target = "" if one.target is None or best == "g" else self.called(one.target)
        return f"d{target}_{best}" if target else "g"

    def free(self, name: str, among: set[str] | None = None) -> str:
        """The name, with a number behind it if it is taken, here or among those."""
        chosen, number = name, self.taken.get(name, 2)
        while chosen in self.taken or (among is not None and chosen in among):
            chosen, number = f"{name}_{number}", number + 1
        self.taken[name], self.taken[chosen] = number, self.taken.get(chosen, 2)
        if among is not None:
            among.add(chosen)
        return chosen

    def tuple(self, values: list[Value]) -> str:
        names = [self.name(value) for value in values]
        return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _root(name: str) -> str:
    """The name without a number behind it."""
    return re.sub(r"(_[0-9]+)+$", "", name)


def _sum_of(step: Dot) -> str:
    """Which function of sums.py it is."""
    return "dot" if len(step.inputs) == 2 else "total"


def _count(step: Step) -> int:
    """How many entries go into one of a mean."""
    return math.prod(step.inputs[0].shape) // max(1, math.prod(step.output.shape))


def file(writers: list[Writer]) -> str:
    """Programs as a file that runs by itself, given `constants` where there are any."""
    head = ["import numpy as np", *["", "from tapes.op import registry"] * any(writer.foreign for writer in writers)]
    definitions = [line for writer in writers for line in writer.definitions()]
    head += ["", *definitions] if definitions else []
    loops = any(writer.loops for writer in writers)
    if loops:
        head.insert(0, f"{sharing()[0]}\n")
    parts = ["\n".join(head), *[_ANOTHER_WAY] * any(writer.guarded for writer in writers), *sharing()[1:] * loops]
    parts += [summing(name) for name in SUMS if any(name in writer.sums for writer in writers)]
    parts += [text for writer in writers for text in writer.helpers()]
    return "\n\n\n".join([*parts, *(writer.text().rstrip("\n") for writer in writers)])
