"""Backpropagation as it stands in a textbook, derived from what a function did and from the rules of its ops."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..arguments import checked
from ..convert import convert
from ..graph.passes import PASSES
from ..graph.program import Cut, Step, Value
from ..graph.trace import Trace
from ..ops.elementwise import identity
from ..tape import GradientTape, watched
from ..tensor import Tensor
from ..variable import Variable, read
from .formula import Formulas, Line, joined
from .letters import escaped, symbol, unmarked
from .local import Local, local
from .loops import Folding, Loop
from .names import names_in, weights_in
from .reading import FUNCTIONS, WORDS, Equation, computed, looked_up
from .refused import floating, integers, on_tape
from .rewrites import STOP

_SHORTER = ("constant folding", "sharing", "algebra", "dead steps")  # the passes that a mathematician would make
_NO_ARRAYS = ("in what is derived a value cannot become a NumPy array: np.tanh(x), np.sum(x) and x.numpy() give plain "
              "numbers, which have no past to derive. Use the ops of tapes: tapes.tanh(x), tapes.reduce_sum(x).")
_COLUMN = 56  # where the rules stand beside the formulas, at most


class Derivation:
    """The equations of the forward pass, and those of every adjoint, in the order of computation.

    Print it for text, ask for `latex()`, or show it in a notebook.

    Attributes:
        forward, backward: lists of equations, each with `name`, `text` and `latex`.
        shapes: of what is given, by name.

    >>> import tapes as tf
    >>> d = tf.view.derivation(lambda x: tf.sin(x), tf.constant(3.0))
    >>> print(d.backward[0].text, "=", d.evaluate(x=0.0)["x"])
    dL/dx = cos(x) = 1.0
    """

    def __init__(self, formulas: Formulas, values: Mapping[Value, Any]) -> None:
        self._target, self._assumed, self._legend = formulas.goal, formulas.assumed, formulas.legend
        self._given = {formulas.names[value]: values[value] for value in formulas.given}
        self._constants, self._functions = formulas.constants, formulas.functions
        folding = Folding(formulas.lines, formulas.split, {*self._given, *self._constants, "0"}, formulas._free)
        lines = [_equation(line, loop, folding, self._target) for line, loop in folding.lines]
        self.forward: list[Equation] = lines[:folding.split]
        self.backward: list[Equation] = lines[folding.split:]
        self._gradients = {formulas.called(source): folding.final(formulas.names[adjoint])
                           for adjoint, sources in formulas.sources.items() for source in sources}
        self._entries = {re.sub(r"^(\w+)\[-?\d+\]$", r"\1", _settled(result, folding)[0]): (
            formula, _settled(result, folding), [_settled(x, folding) for x in inputs])
            for formula, result, inputs in formulas.entries()}  # of a loop only one round
        self.shapes = {name: np.shape(value) for name, value in self._given.items()}

    def text(self) -> str:
        """As plain text, with the rule of each adjoint beside it.

        `@` multiplies matrices, `*` entries; ᵀ transposes; [x > 0] is 1 where it holds, else 0; Σ_k A[ik] B[kj] sums
        over an index, and Σ[t=1..9](...) over the rounds of a loop.
        """
        sizes = ", ".join(f"{name}: {_sides(shape)}" for name, shape in self.shapes.items())
        where = [f"  {name}: " + (f"{_sides(np.shape(value))} constant" if np.ndim(value) else f"the constant {value}")
                 for name, value in self._constants.items()]
        where += [f"  {name}: {fact}" for name, fact in {**self._assumed, **self._legend}.items()]
        adjoints = f"Backward, with δv for d{self._target}/dv:" if any(
            "δ" in one.text for one in self.backward) else "Backward:"
        return "\n".join([f"Given {sizes}", *where, "", "Forward:", *_written(self.forward), "", adjoints,
                          *_written(self.backward)])

    def latex(self) -> str:
        """As LaTeX, an `aligned` environment to be put between dollar signs; ⊙ multiplies entries."""
        lines = _drawn(self.forward)
        lines += [rf"\delta_v &:= \frac{{\partial {symbol(self._target)}}}{{\partial v}}"] * any(
            r"\delta" in one.latex for one in self.backward)
        lines += _drawn(self.backward)
        return "\\begin{aligned}\n" + " \\\\[4pt]\n".join(lines) + "\n\\end{aligned}"

    def evaluate(self, **given: Any) -> dict[str, Any]:
        """Compute the formulas, as they are written in the text: the gradients by the names of the sources.

        The textbook's formulas are not always those that lose no digits (1 - h ** 2, where h is close to 1), so the
        computation is at least in float64.

        Args:
            given: arrays for what is given, instead of those it was derived with; shapes as they were.
        """
        unknown = given.keys() - self._given.keys()
        if unknown:
            raise ValueError(f"{sorted(unknown)[0]!r} is not given in this derivation: {', '.join(self._given)} are.")
        values = {**self._constants, **self._given, **{name: np.asarray(value) for name, value in given.items()}}
        space = {**FUNCTIONS, **{name: _double(value) for name, value in values.items()}}
        with np.errstate(all="ignore"):  # a nan is told by the result
            computed([*self.forward, *self.backward], space, self._functions)
        return {source: looked_up(name, space) for source, name in self._gradients.items()}

    def local(self) -> list[Local]:
        """The derivative of each step that works entry by entry, in symbols, simplified by SymPy.

        Each has `text`, `latex` and `expression`; steps with a constant or a parameter, and steps that
        SymPy cannot differentiate (by a remainder), are left out. ImportError where SymPy is not installed. For a
        sigmoid h of z, the text is dh/dz = 1/(4*cosh(z/2)**2).
        """
        return [one for formula, result, inputs in self._entries.values() for one in local(formula, result, inputs)]

    def __repr__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def _repr_markdown_(self) -> str:
        return f"$$\n{self.latex()}\n$$"


def derivation(f: Any, *args: Any, target: Any = None, sources: Any = None) -> Derivation:
    """The textbook derivation of a gradient: the forward equations, and each adjoint in matrix notation.

    Args:
        f: a function of tensors; it is run once, with `args`, and its result is differentiated. Or a tape, with
            `target` and `sources` as for `tape.gradient`; the tape stays as it is.
        args: tensors, Variables, arrays or numbers.
        target: for a tape, what to differentiate.
        sources: for a function, the names of the parameters or Variables to differentiate by; by default all
            floating-point parameters, and all Variables that it reads. For a tape, a list of tensors and Variables.

    Returns:
        a Derivation: `print` it, or ask for its `latex()`. Names are those of your program.

    Raises:
        ValueError: where nothing is to be derived: the target is not connected with any source, or no such source.

    The rules are those of the ops (Griewank and Walther, Evaluating Derivatives, 2nd ed., chapter 3).

    >>> import tapes as tf
    >>> def f(X, y, w):
    ...     error = X @ w - y
    ...     loss = tf.reduce_sum(error * error)
    ...     return loss
    >>> X, y, w = tf.ones((3, 2)), tf.ones((3, 1)), tf.ones((2, 1))
    >>> print(tf.view.derivation(f, X, y, w, sources=["w"]))
    Given X: 3 x 2, y: 3 x 1, w: 2 x 1
    <BLANKLINE>
    Forward:
      error = X @ w - y
      loss = sum(error ** 2)
    <BLANKLINE>
    Backward, with δv for dloss/dv:
      δerror = 2 * error        # power rule
      dloss/dw = Xᵀ @ δerror    # matrix product: the left factor, transposed
    """
    if isinstance(f, GradientTape):
        names = names_in(sys._getframe(1).f_locals)
        return _of_tape(f, target, sources, names)
    if args and isinstance(args[0], GradientTape):
        raise TypeError("A tape comes first: derivation(tape, target=loss, sources=[w]).")
    weights = weights_in({str(number): x for number, x in enumerate([f, *args, *_around(f)])})
    return _derived(lambda own: f(*own), list(args), _parameters(f, args), sources, weights=weights)


def _parameters(f: Callable[..., Any], args: Sequence[Any]) -> list[str]:
    try:
        names = list(inspect.signature(f).parameters)
    except (TypeError, ValueError):
        names = []
    return [names[i] if i < len(names) else f"x{i + 1}" for i in range(len(args))]


def _around(f: Callable[..., Any]) -> list[Any]:
    """What a function uses without being given it, as a model."""
    try:
        found = inspect.getclosurevars(f)
    except (TypeError, ValueError):
        return []
    return [*found.nonlocals.values(), *found.globals.values()]


def _of_tape(tape: GradientTape, target: Any, sources: Any, names: dict[int, str]) -> Derivation:
    """The same from a tape: its steps once more, where they are watched."""
    if target is None or sources is None:
        raise TypeError("derivation(tape, target=loss, sources=[w]) needs a target and sources.")
    sources = list(sources) if isinstance(sources, (list, tuple)) else [sources]
    checked("sources", sources)
    on_tape("derivation", tape, target)
    steps = tape.steps()
    made = {step.key for step in steps if step.op is not watched}
    if id(target) not in made | {id(x) for x in sources}:
        raise ValueError("there is nothing to derive: no gradient reaches a source, for the target is what the tape "
                         "watches, and computed from nothing.")
    given = {id(x): x for step in steps for x in step.inputs if id(x) not in made and id(x) in names}
    given |= {id(x): x for x in sources if id(x) not in made}
    titles: dict[int, str] = {}
    for x in (*given.values(), *sources):
        titles.setdefault(id(x), _unlike(_title(x, names), titles.values()))
    arrays = {key: _first_read(steps, x) for key, x in given.items()}
    named: dict[int, str] = {}
    inside: dict[str, Any] = {}

    def again(own: Sequence[Any]) -> Any:
        now: dict[int, Any] = dict(zip(given, own))
        for step in steps:
            if step.op is watched:
                continue
            if step.op is read:
                now[step.key] = _read_again(step, now, arrays)
                continue
            output = step.op(*(now.get(id(x), x) for x in step.inputs), **step.params)
            now[step.key] = output
            if step.key in names:
                named[id(output)] = names[step.key]
        inside.update((titles[id(x)], now[id(x)]) for x in sources if id(x) in made)
        return now.get(id(target))

    return _derived(again, [Tensor(array) for array in arrays.values()], [titles[key] for key in given],
                    [titles[id(x)] for x in sources], named=named, inside=inside,
                    followed={titles[key] for key in given if key in {step.key for step in steps}})


def _unlike(title: str, others: Iterable[str]) -> str:
    """A title that none of the others is."""
    others, chosen, number = set(others), title, 2
    while chosen in others:
        chosen, number = f"{title}_{number}", number + 1
    return chosen


def _first_read(steps: Sequence[Any], x: Any) -> Any:
    """What a Variable held when the tape heard of it: it may have been assigned to since."""
    outputs = (step() for step in steps if step.op is read and step.inputs[0] is x)
    return next((y._array for y in outputs if y is not None), x._array)


def _read_again(step: Any, now: dict[int, Any], arrays: dict[int, Any]) -> Any:
    """A Variable as it was read: after an assignment it is what it was, and a constant more."""
    variable, was = step.inputs[0], step()
    key = id(variable)
    if key not in now:
        return variable._read() if was is None else Tensor(was._array)
    if was is None or np.array_equal(was._array, arrays[key], equal_nan=True):
        return now[key]
    return now[key] + Tensor(was._array - arrays[key])


def _title(x: Any, names: dict[int, str]) -> str:
    called = names.get(id(x), "x")
    own = x.name.removesuffix(":0") if isinstance(x, Variable) and x.name != "Variable:0" else ""
    return called if "/" in called else own or called


def _derived(f: Callable[[list[Any]], Any], args: list[Any], titles: list[str], sources: Any,
             *, named: dict[int, str] | None = None, weights: dict[int, str] | None = None,
             inside: dict[str, Any] | None = None, followed: set[str] | None = None) -> Derivation:
    """Watch the function and the sweep, shorten the program, and write it down."""
    own: list[Any] = [x if isinstance(x, Variable) else identity.record((x,), {}, np.array(convert(x)._array).view())
                      for x in args]
    places = [i for i, x in enumerate(own) if not isinstance(x, Variable)]
    smooth = [i for i in places if own[i]._array.dtype.kind in "fc"]
    trace = Trace([own[i] for i in places], {title: x for title, x in zip(titles, own) if isinstance(x, Variable)},
                  _NO_ARRAYS)
    for i in places:
        trace.name(own[i], titles[i])
    try:
        with trace.watching():
            with GradientTape(persistent=True) as tape:
                tape.watch([own[i] for i in smooth if followed is None or titles[i] in followed])
                y = f(own)
            if not isinstance(y, Tensor):
                raise ValueError("the function must return one tensor, of which the gradient is derived; got "
                                 f"{type(y).__name__}")
            known: dict[str, Any] = {titles[i]: own[i] for i in smooth}
            known.update(inside or {})
            for variable in tape.watched_variables():
                if id(variable) in (weights or {}):
                    trace.value(variable).name = (weights or {})[id(variable)]
                known[trace.value(variable).name] = variable
            if not known and places:
                whole = own[places[0]]
                example = int(whole._array) if whole._array.dtype.kind in "iu" and not whole._array.ndim else 3
                raise ValueError(f"there is nothing to derive: {titles[places[0]]} holds {integers(whole, example)}")
            if not floating(y):
                raise ValueError(f"there is nothing to derive: the result holds {integers(y)}")
            wanted = list(known) if sources is None else [sources] if isinstance(sources, str) else list(sources)
            for name in wanted:
                if name not in known and name in titles:
                    raise ValueError(f"{name} holds {integers(own[titles.index(name)])}")
                if name not in known:
                    raise ValueError(f"there is nothing called {name!r} to differentiate by: there are "
                                     f"{', '.join(known)}")
            found = tape.gradient(y, [known[name] for name in wanted])
    finally:
        trace.undo()
    pairs = [(known[name], dx) for name, dx in zip(wanted, found) if dx is not None]
    if not pairs:
        why = tape.why_none(y, known[wanted[0]]).what if wanted else "The function uses nothing that can be watched."
        raise ValueError(f"there is nothing to derive: no gradient reaches {', '.join(wanted) or 'anything'}. {why}")
    for key, name in (named or {}).items():
        if key in trace._values and not trace._values[key].name:
            trace._values[key].name = name
    program = trace.finish([y, *(dx for _, dx in pairs)])
    about = [trace.value(x) for x, _ in pairs]
    for title, x in (inside or {}).items():
        trace.value(x).name = title
    program.steps = [_stopped(step) if isinstance(step, Cut) else step for step in program.steps]
    values = {value: value.array for value in program.values() if value.kind in ("argument", "variable")}
    values.update((value, value.array) for value in about)
    known_adjoints = {one.value: one.of for one in program.adjoints[::-1] if one.whole and one.value is not None}
    known_adjoints.update((one.value, one.of) for one in program.adjoints if one.wanted and one.value is not None)
    for name in _SHORTER:
        program = PASSES[name](program)
    target, *adjoints = program.outputs
    gradients = dict(zip((program.now(value) for value in about), adjoints))
    ops = {step.op.name for step in program.each() if isinstance(step, Step)}
    return Derivation(Formulas(program, target, gradients, ops | WORDS, known_adjoints, trace.own_gradients), values)


def _stopped(step: Cut) -> Step:
    """As it stands in a formula: what is written is what was differentiated."""
    return Step(STOP, step.inputs, {}, step.output, step.line)  # type: ignore[arg-type]


def _settled(both: tuple[str, str], folding: Folding) -> tuple[str, str]:
    """Text and LaTeX with the names as they are at last."""
    return unmarked(both[0], folding.final), unmarked(both[1], lambda name: _drawn_name(name, folding))


def _drawn_name(name: str, folding: Folding) -> str:
    stem, _, index = folding.final(name).partition("[")
    return symbol(stem, index.rstrip("]"))


def _equation(line: Line, loop: Loop | None, folding: Folding, goal: str) -> Equation:
    """A line with its names as they are at last."""
    def drawn(name: str) -> str:
        return _drawn_name(name, folding)

    formula = joined([unmarked(one, folding.final) for one in line.text])
    stem, _, index = folding.final(line.name).partition("[")
    index = index.rstrip("]")
    left = [f"d{goal}/d{folding.final(by)}" for by in line.sources]
    above = [rf"\frac{{\partial {symbol(goal)}}}{{\partial {drawn(by)}}}" for by in line.sources]
    if line.shown:
        letters = f"[{line.letters}]" if line.letters else ""
        left.append(folding.final(line.name) + letters)
        above.append(f"({drawn(line.name)})_{{{line.letters}}}" if letters else drawn(line.name))
    elif line.letters:
        left[-1] += f"[{line.letters}]"
        above[-1] = rf"\left({above[-1]}\right)_{{{line.letters}}}"
    latex = joined([unmarked(one, drawn) for one in line.latex])
    return Equation(stem, " = ".join([*left, formula]), f"{' = '.join(above)} &= {latex}", formula, line.why, loop,
                    index, line.letters)


def _written(equations: Sequence[Equation]) -> list[str]:
    """Lines of text, loops indented, and the rules in a column of their own."""
    found: list[tuple[str, str]] = []
    before = None
    for one in equations:
        if one.loop is not before and one.loop is not None:
            loop = one.loop
            found.append((f"  for {loop.letter} = {loop.start}, ..., {loop.stop}:", ""))
        before = one.loop
        found.append((("    " if one.loop else "  ") + one.text, one.why))
    column = max([len(text) for text, why in found if why and len(text) <= _COLUMN], default=0) + 4
    return [f"{text:<{column - 2}}  # {why}" if why else text for text, why in found]


def _drawn(equations: Sequence[Equation]) -> list[str]:
    found, before = [], None
    for one in equations:
        if one.loop is not before and one.loop is not None:
            loop = one.loop
            found.append(rf"&\text{{for }} {loop.letter} = {loop.start}, \dots, {loop.stop}\colon")
        before = one.loop
        why = rf" && \text{{\small {escaped(one.why)}}}" if one.why else ""
        found.append((r"\quad " if one.loop else "") + one.latex + why)
    return found


def _double(value: Any) -> Any:
    """In double precision, if it is in less."""
    array = np.asarray(value)
    return array.astype(np.float64) if array.dtype.kind == "f" and array.dtype.itemsize < 8 else value


def _sides(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a number"
