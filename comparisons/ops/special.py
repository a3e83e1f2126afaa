"""Where formulas break: zeros of both signs, ties, bounds, infinities, nan, the smallest and the largest numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import tapes
from tapes.op import Op

from ..libraries import MissingLibrary
from .answers import NotChecked
from .cell import FAILED, NOT_CHECKED, OK, SPECIAL, Cell, called
from .declared import COMPOSED, DIFFERENCES
from .peers import import_jax, import_tensorflow, import_torch
from .quiet import quiet
from .samples import BOOKKEEPING, results
from .spelling import GAUGES, MISSING, jax_op, tensorflow_op, torch_op

SOME = (0.0, -0.0, 1.0, -1.0, 2.0, np.inf, -np.inf, np.nan)
FEW = (0.0, 1.0, 2.0, np.nan)
# What a singular matrix gives is a convention of its own: comparisons/conventions has them.
MATRICES = frozenset(("inv", "solve", "triangular_solve", "det", "slogdet", "cholesky", *GAUGES))


@dataclass(frozen=True)
class Point:
    """A call at special numbers.

    Attributes:
        op, inputs, params: the call.
        label: what is special, for a call that is judged as a whole; "" where each entry is judged by itself.
    """

    op: Op
    inputs: tuple[np.ndarray, ...]
    params: dict[str, Any]
    label: str

    @property
    def places(self) -> list[int]:
        return [place for place, x in enumerate(self.inputs) if x.dtype.kind == "f"]

    @property
    def outputs(self) -> list[int]:
        """Which results are floating."""
        with quiet():
            ys = results(self.op.forward(*self.inputs, **self.params))
        return [k for k, y in enumerate(ys) if y.dtype.kind == "f"]


# The results, then the gradient of the sum of all by each floating input; or the name of an exception.
Answer = list[Any] | str


def points(op: Op, width: str = "float64") -> Iterator[Point]:
    """The special calls of a row: entry by entry all combinations at once, else one kind of number after the other."""
    if op.name in BOOKKEEPING or op.name in MATRICES or "f" not in op.kinds:
        return
    limits = np.finfo(width)
    least, most = float(limits.smallest_subnormal), float(limits.max)
    if not op.examples:
        if len(op.smooth) == 1:
            ends = {float(end) for end in op.smooth[0]} - {0.0}
            numbers = [(*SOME, *sorted(ends - set(SOME)), least, most)]
        else:
            numbers = [SOME if len(op.smooth) == 2 else FEW for _ in op.smooth]
        yield Point(op, tuple(np.array(x, width) for x in zip(*itertools.product(*numbers))), {}, "")
        return
    kinds = {"0": [0.0], "0 and -0": [0.0, -0.0], "ties": [1.0], "nan": [1.0, np.nan, 2.0], "inf": [1.0, np.inf, 2.0],
             "only -inf": [-np.inf]}
    inputs, params = op.examples[0]
    if not any(isinstance(x, tuple) for x in inputs):
        return
    for label, values in kinds.items():
        yield Point(op, tuple(np.resize(np.array(values, width), x) if isinstance(x, tuple) else
                              np.asarray(x).astype(width) if np.asarray(x).dtype.kind == "f" else np.asarray(x)
                              for x in inputs), params, label)


def check_special(op: Op, asked: Iterable[str]) -> list[Cell]:
    """One cell for each library and width: ok when it does what tapes does, except where it is declared not to."""
    cells = []
    for library in asked:
        for width in ("float64", "float32") if library == "TensorFlow" else ("float64",):
            calls = list(points(op, width))
            if not calls:
                cells.append(Cell(op.name, "", "", SPECIAL, library, NOT_CHECKED,
                                  reason="no input can hold a special number, or it has conventions of its own"))
                break
            try:
                if op.name in COMPOSED[library]:
                    raise NotChecked("it is written with other functions of the library, which break in other places")
                found = [line for point in calls for line in _unlike(point, library, width, of_tapes(point),
                                                                     LIBRARIES[library](point))]
            except (NotChecked, MissingLibrary) as why:
                cells.append(Cell(op.name, "", "", SPECIAL, library, NOT_CHECKED, reason=str(why)))
                break
            declared = [d.why for d in DIFFERENCES if d.concerns(op.name, library, width)]
            cells.append(Cell(op.name, "", width, SPECIAL, library, FAILED if found else OK,
                              reason="; ".join(found or declared)))
    return cells


# -- judging -----------------------------------------------------------------------------------------------------------

def _unlike(point: Point, library: str, width: str, ours: Answer, theirs: Answer) -> Iterator[str]:
    """Sentences about answers that differ and are not declared to, or are declared to and do not."""
    declared = [d for d in DIFFERENCES if d.concerns(point.op.name, library, width)]
    if isinstance(ours, str) or isinstance(theirs, str):
        refused = not (isinstance(ours, str) and isinstance(theirs, str))  # each has exception types of its own
        if refused != any(d.what == "refuses" and point.label in d.labels for d in declared):
            yield f"{point.label}: tapes {_outcome(ours)}, {library} {_outcome(theirs)}"
        return
    count = len(ours) - len(point.places)
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        what = "value" if k < count else f"d/d{'xyz'[k - count]}" if k - count < 3 else f"d/d{k - count}"
        differ: Any = ~_alike(a, b, strict=library == "TensorFlow", whole=bool(point.label))
        expected: Any = np.zeros_like(differ)
        for d in declared:
            if what in d.what.split(", "):
                expected = expected | d.mask(point.label, point.inputs, differ)
        for wrong, words in ((differ & ~expected, "differs"), (expected & ~differ, "is declared to differ but agrees")):
            if wrong.any():
                yield (f"{what} {words} at {_where(point, wrong)}: tapes {_shown(a, wrong)}, "
                       f"{library} {_shown(b, wrong)}")


def _alike(a: Any, b: Any, strict: bool, whole: bool) -> np.ndarray:
    """Entry by entry, or for a whole call at once: equal but for rounding, or both nan or None.

    Unless `strict`, 0 counts as None.
    """
    if a is None or b is None:
        other = b if a is None else a
        if strict or other is None:
            return np.asarray(other is None)
        a, b = np.zeros_like(other), other
    if a.shape != b.shape:
        return np.asarray(False)
    if a.dtype != b.dtype:
        return np.zeros(a.shape, bool)
    if a.dtype.kind not in "fc":
        alike = a == b
    else:
        limits = np.finfo(a.dtype)
        scale = np.abs(b)
        if whole:  # sums of numbers of the order of 1, or of the largest
            scale = np.max(np.abs(b), where=np.isfinite(b), initial=1.0)
        with np.errstate(all="ignore"):
            alike = (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= 16 * limits.eps * scale + limits.tiny)
    return np.asarray(alike.all()) if whole else alike


def _outcome(answer: Answer) -> str:
    return f"raises {answer}" if isinstance(answer, str) else "computes"


def _where(point: Point, wrong: np.ndarray) -> str:
    if point.label or not wrong.ndim:
        return point.label or "all points"
    chosen = [f"({', '.join(f'{x[i]:g}' for x in point.inputs)})" for i in np.flatnonzero(wrong)]
    return ", ".join(chosen[:8]) + (f" and {len(chosen) - 8} more" if len(chosen) > 8 else "")


def _shown(x: Any, wrong: np.ndarray) -> str:
    if x is None:
        return "None"
    shown = x.ravel() if not wrong.ndim else x[wrong]
    return ", ".join(f"{v:g}" for v in shown[:8])


# -- asking ------------------------------------------------------------------------------------------------------------

def of_tapes(point: Point) -> Answer:
    """By a GradientTape of this project."""
    return _answered(lambda: _taped(tapes, lambda *xs: called(point.op, xs, point.params), point))


def of_tensorflow(point: Point) -> Answer:
    """By TensorFlow's."""
    tf = import_tensorflow()
    function = _listed(point, "tensorflow", tensorflow_op(point.op.name, tf))
    return _answered(lambda: _taped(tf, function, point))


def _taped(tf: Any, function: Callable[..., list[Any]], point: Point) -> Answer:
    xs = [tf.constant(x) for x in point.inputs]
    watched = [xs[place] for place in point.places]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        ys = function(*xs)
    used = [ys[k] for k in point.outputs]
    gradients = tape.gradient(used, watched) if used else [None for _ in watched]
    return [np.asarray(y) for y in ys] + [None if d is None else np.asarray(tf.convert_to_tensor(d))
                                          for d in gradients]


def of_jax(point: Point) -> Answer:
    """By jax.grad, compiled: one by one its primitives would take far longer."""
    jax = import_jax()
    function = _listed(point, "jax", jax_op(point.op.name, jax))

    def total(xs: Any) -> Any:
        whole = list(point.inputs)
        for place, x in zip(point.places, xs):
            whole[place] = x
        ys = function(*whole)
        return sum(jax.numpy.sum(ys[k]) for k in outputs), ys

    def answer() -> Answer:
        if not outputs:
            return [np.asarray(y) for y in function(*point.inputs)] + [None for _ in point.places]
        moving = [jax.numpy.asarray(point.inputs[k]) for k in point.places]
        gradients, ys = jax.jit(jax.grad(total, has_aux=True))(moving)
        return [np.asarray(x) for x in (*ys, *gradients)]

    outputs = point.outputs
    return _answered(answer)


def of_torch(point: Point) -> Answer:
    """By torch.autograd.grad."""
    torch = import_torch()
    function = _listed(point, "torch", torch_op(point.op.name, torch))

    def answer() -> Answer:
        xs = [torch.from_numpy(x.copy()) for x in point.inputs]
        watched = [xs[place].requires_grad_() for place in point.places]
        ys = function(*xs)
        moving = [y.sum() for y in ys if y.requires_grad]
        gradients = torch.autograd.grad(sum(moving), watched, allow_unused=True) if moving else [None for _ in watched]
        return [None if x is None else x.numpy(force=True) for x in (*ys, *gradients)]

    return _answered(answer)


LIBRARIES: dict[str, Callable[[Point], Answer]] = {"TensorFlow": of_tensorflow, "JAX": of_jax, "torch": of_torch}


def _listed(point: Point, library: str, function: Callable[..., Any] | None) -> Callable[..., list[Any]]:
    if function is None:
        raise NotChecked(MISSING[library].get(point.op.name, "no entry for this row in spelling.py"))

    def listed(*xs: Any) -> list[Any]:
        y = function(*xs, **point.params)
        return list(y) if isinstance(y, (tuple, list)) else [y]

    return listed


def _answered(answer: Callable[[], Answer]) -> Answer:
    """That a library refuses is an answer too."""
    try:
        with quiet():
            return answer()
    except Exception as refusal:
        return type(refusal).__name__
