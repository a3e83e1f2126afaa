"""A history remembers which op made which tensor, from what, and on which line: more than a tape has reason to keep."""

from __future__ import annotations

import itertools
import threading
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..arguments import Line, users_line
from ..notices import hearing
from ..op import Op, listening
from ..protocols import TensorLike
from ..tape import GradientTape
from ..variable import Variable


@dataclass(slots=True)
class Made:
    """How a tensor or Variable came about. It is known by its number; numbers are given in the order of time.

    Attributes:
        how: the op that made it; "assign", "Variable", "stop_gradient" or "gradient" where a value was handed over
            without its past; "" for what was there already.
        parents: the numbers of the inputs of the op.
        smooth: for each of them, whether the op has a derivative by it.
        tapes: for each tape that recorded then: its number, which recording of it, and the places of the followed
            inputs.
        cut: the numbers of that from which the value came without its past.
        detail: for a slice its index, for what was there already a fingerprint of its value.
        drawn: whether it is a random number; then `how` is the function that drew it.
    """

    how: str
    kind: str  # NumPy's letter for its dtype
    line: Line | None = None
    parents: tuple[int, ...] = ()
    smooth: tuple[bool, ...] = ()
    tapes: tuple[tuple[int, int, frozenset[int]], ...] = ()
    cut: tuple[int, ...] = ()
    detail: str = ""
    drawn: bool = False


@dataclass(slots=True)
class Event:
    """What happened to a tape, or what left it, and when."""

    time: int
    what: str
    line: Line
    number: int = 0  # of the tensor it was about, where there is one
    value: str = ""  # its fingerprint


@dataclass(slots=True)
class Log:
    """What happened to one tape."""

    number: int
    recording: int = 0  # it counts how often the tape began anew
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=10_000))
    gradients: deque[tuple[Event, tuple[int, ...], tuple[int, ...], tuple[bool, ...]]] = field(
        default_factory=lambda: deque(maxlen=1_000))


histories: weakref.WeakSet[History] = weakref.WeakSet()


def _fingerprint(x: Any) -> str:
    """By which a value is known again when it comes back; of a large one the shape must do."""
    array = x._array
    return "" if isinstance(array, tuple) else f"{array.shape} {hash(array.tobytes()) if array.size <= 10_000 else ''}"


class _Latest(threading.local):
    """The last history of this thread: it can be asked when its block is over, too."""

    history: History | None = None


latest = _Latest()


class History:
    """Within its `with` block every op of this thread is heard, inside and outside of tapes, with the user's line.

    `tape.why_none` and `tape.first_nan` ask the last history of the thread. It keeps no arrays: tensors are known
    weakly, and of each op its name, its line and numbers for its inputs stay, about a kilobyte, for the last `limit`
    of them. Ops are several times slower meanwhile. In a notebook, `start()` and `stop()` do without the block.

    >>> import tapes as tf
    >>> x = tf.constant(3.0)
    >>> with tf.diagnose.history():
    ...     with tf.GradientTape() as tape:
    ...         y = x * x
    ...         tape.watch(x)
    >>> tape.why_none(y, x).cause
    'watched late'
    """

    def __init__(self, limit: int = 50_000) -> None:
        self.made: dict[int, Made] = {}
        self.exports: deque[Event] = deque(maxlen=1_000)
        self.thread = threading.get_ident()
        self._limit, self._time = limit, itertools.count(1)
        self._numbers: dict[int, tuple[weakref.ref[Any], int]] = {}
        self._logs: weakref.WeakKeyDictionary[GradientTape, Log] = weakref.WeakKeyDictionary()
        self._assigned: dict[int, int] = {}  # of a Variable, the number of the last assignment to it
        self._owner: dict[int, int] = {}  # of such an assignment, the number of the Variable
        self._refs: dict[int, tuple[weakref.ref[Any], int]] = {}  # by number, with the id
        self._places: list[list[Any]] = []  # where it listens

    # -- on and off --------------------------------------------------------------------------------------------------

    def start(self) -> History:
        """Begin to listen, in this thread. Raises RuntimeError when this thread has a history that listens."""
        if any(isinstance(hearer, History) for hearer in hearing.now):
            raise RuntimeError("A history is listening in this thread already: one is enough.")
        self.thread, latest.history, self._places = threading.get_ident(), self, [listening.now, hearing.now]
        histories.add(self)
        listening.now.insert(0, self)  # before all tapes, so that it hears what they are about to follow
        hearing.now.append(self)
        return self

    def stop(self) -> None:
        """Listen no more; what was heard can still be asked for."""
        for place in self._places:
            place[:] = [hearer for hearer in place if hearer is not self]
        self._places = []

    @property
    def listens(self) -> bool:
        """Whether it is started, and not stopped yet."""
        return bool(self._places)

    def __enter__(self) -> History:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    # -- hearing -----------------------------------------------------------------------------------------------------

    def record(self, op: Op, inputs: Sequence[Any], params: dict[str, Any], output: Any) -> None:
        """Called by every op."""
        tapes = []
        for tape in listening.now:
            if isinstance(tape, GradientTape):
                followed = frozenset(i for i, x in enumerate(inputs) if id(x) in tape._trace)
                log = self.log(tape)
                tapes.append((log.number, log.recording, followed))
        parents = tuple(map(self.number, inputs))
        cut = tuple(self._assigned[p] for p in parents if p in self._assigned) if op.name == "read" else ()
        self._add(self._new(output), Made(
            op.name, output._array.dtype.kind, users_line(), parents,
            tuple(rule is not None for _, rule in zip(inputs, op.rules, strict=False)), tuple(tapes), cut,
            repr(params["index"])[:40] if op.name == "getitem" else ""))

    def read(self, variable: Variable, known: Any) -> bool:
        """Called by every read of a Variable, which is an op too, and heard as such."""
        return known is not None and self.making(known) is not None

    def notice(self, event: str, *about: Any) -> None:
        """Called by what is no op."""
        line = users_line()
        if event in ("export", "number"):
            if line.called in ("numpy", "__array__", "__float__", "__int__", "__complex__", "predict"):
                number = self.number(about[0])
                self.exports.append(Event(next(self._time), line.called, line, number, _fingerprint(about[0])))
        elif event in ("assign", "Variable", "stop_gradient"):
            self._handed_over(event, line, *about[:2])
        elif event == "draw":
            drawn, _, given = about
            self._add(self._new(drawn), Made(line.called, drawn._array.dtype.kind, line,
                                             cut=tuple(map(self.number, given)), drawn=True))
        elif event == "gradient":
            self._differentiated(line, *about)
        elif isinstance(about[0], GradientTape):
            log = self.log(about[0])
            log.recording += event == "begin"
            what = {"begin": "reset" if line.called == "reset" else event,
                    "pause": {"stop_recording": "paused", "__exit__": "left"}.get(line.called, "used up")}
            log.events.append(Event(next(self._time), what.get(event, event), line,
                                    self.number(about[1]) if event == "watch" else 0))

    def _handed_over(self, event: str, line: Line, result: Any, value: Any) -> None:
        """A value without its past."""
        kind, given = result._array.dtype.kind, self.number(value)
        if event == "assign":
            variable = self.number(result)
            before = self._assigned.get(variable)
            time = next(self._time)
            self._add(time, Made(event, kind, line, cut=(given,) if before is None else (given, before)))
            self._hold(variable, time)
        else:
            number = self._new(result)
            self._add(number, Made("" if event == "Variable" else event, kind, line))
            if event == "Variable":  # its value came from elsewhere, itself it is a beginning
                variable, number = number, next(self._time)
                self._add(number, Made(event, kind, line))
                self._hold(variable, number)
            self.made[number].cut = (given,)

    def _hold(self, variable: int, assignment: int) -> None:
        self._owner.pop(self._assigned.get(variable, 0), None)
        self._assigned[variable], self._owner[assignment] = assignment, variable

    def _differentiated(self, line: Line, tape: GradientTape, targets: Sequence[Any], sources: Sequence[Any],
                        gradients: dict[int, Any]) -> None:
        """A gradient depends on the targets and on its source, whether or not an op says so."""
        ends, found = tuple(map(self.number, targets)), []
        for source in sources:
            dx = gradients[id(source)]
            found.append(dx is not None)
            if dx is None:
                continue
            known, involved = self._known(dx), (*ends, self.number(source))
            if known is None:
                self._add(self._new(dx), Made("gradient", dx._array.dtype.kind, line, cut=involved))
            elif (made := self.made.get(known)) and made.line in (None, line):
                made.cut = tuple(dict.fromkeys(made.cut + involved))
        self.log(tape).gradients.append((Event(next(self._time), "gradient", line), ends,
                                         tuple(map(self.number, sources)), tuple(found)))

    # -- numbers -----------------------------------------------------------------------------------------------------

    def log(self, tape: GradientTape) -> Log:
        """What happened to a tape."""
        if tape not in self._logs:
            self._logs[tape] = Log(next(self._time))
        return self._logs[tape]

    def left(self, number: int, time: int) -> bool:
        """Whether a tape, known by its number, had left its block by that time."""
        events = [e for log in self._logs.values() if log.number == number for e in log.events if e.time < time]
        return next((e.what for e in reversed(events) if e.what in ("resume", "left", "used up")), "resume") != "resume"

    def knows(self, tape: GradientTape) -> bool:
        """Whether it heard anything of a tape."""
        return tape in self._logs

    def making(self, x: Any) -> Made | None:
        """How a tensor came about, if that is known."""
        number = self._known(x)
        return None if number is None else self.made.get(number)

    def line_of(self, x: Any) -> Line | None:
        """Where a tensor was made."""
        made = self.making(x)
        return None if made is None else made.line

    def number(self, x: Any) -> int:
        """The number of a tensor or Variable; one that was never heard of gets one now."""
        number = self._known(x)
        if number is None:
            number = self._new(x)
            self._add(number, Made("", x._array.dtype.kind, detail=_fingerprint(x)))
        return number

    def tensor(self, number: int) -> TensorLike | None:
        """The tensor or Variable of a number, while it lives."""
        return self._refs[number][0]() if number in self._refs else None

    def _known(self, x: Any) -> int | None:
        reference, number = self._numbers.get(id(x), (None, 0))
        return number if reference is not None and reference() is x else None  # an id may be used again

    def _new(self, x: Any) -> int:
        number = next(self._time)
        reference = weakref.ref(x)
        self._numbers[id(x)], self._refs[number] = (reference, number), (reference, id(x))
        return number

    def _add(self, number: int, made: Made) -> None:
        self.made[number] = made
        for oldest in list(itertools.islice(self.made, max(len(self.made) - self._limit, 0))):
            self._drop(oldest)

    def _drop(self, number: int) -> None:
        made, owner = self.made.pop(number), self._owner.get(number, number)
        if isinstance(self.tensor(owner), Variable):  # which lives longer than what was computed from it
            self.made[number] = made
            return
        self._owner.pop(self._assigned.pop(owner, 0), None)
        _, place = self._refs.pop(number, (None, 0))
        if self._numbers.get(place, (None, 0))[1] == number:
            del self._numbers[place]


def history_about(tape: GradientTape) -> History | None:
    """The last history of this thread, if it listens or heard the tape; else any that heard it."""
    last = latest.history
    if last is not None and (last.listens or last.knows(tape)):
        return last
    return next((history for history in list(histories) if history.knows(tape)), None)
