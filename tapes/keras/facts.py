"""What a step was traced with: when a model is not what it was, its steps are traced anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arguments import warn
from ..function import function
from ..variable import Variable
from .layer import Layer
from .optimizers import Optimizer

_PLAIN = (bool, int, float, str, bytes, type(None))
_OF_TRAINING = {"stop_training", "history", "_compiled", "_steps", "_state"}  # these change, and change no step
_KEPT, _OFTEN = 4, 8


def facts(model: Layer, optimizer: Any, seen: list[Any]) -> Any:
    """Which layers and Variables there are, what is trained, and all plain attributes, as something to compare.

    It names objects by their ids, which hold as long as the objects do: they are put into `seen`.
    """
    known: set[int] = set()

    def of(x: Any) -> Any:
        if isinstance(x, _PLAIN):
            return x
        if isinstance(x, (list, tuple)):
            return tuple(map(of, x))
        if isinstance(x, dict):
            return tuple((key, of(value)) for key, value in x.items())
        if id(x) in known:
            return id(x)
        known.add(id(x))
        seen.append(x)
        if isinstance(x, Layer):
            return id(x), x._state.trainable, tuple((name, of(value)) for name, value in vars(x).items()
                                                    if name not in _OF_TRAINING)
        if isinstance(x, Optimizer):
            return id(x), id(x._rate), tuple((name, value) for name, value in vars(x).items()
                                             if isinstance(value, _PLAIN))
        return (id(x), x.trainable) if isinstance(x, Variable) else id(x)

    return of(model), of(optimizer)


class Step:
    """A step of training, evaluation or prediction, traced unless it is to be eager."""

    def __init__(self, one: Callable[[Any], Any], eager: bool, about: Callable[[list[Any]], Any]) -> None:
        def step(*batch: Any) -> Any:
            return one(batch if len(batch) > 1 or isinstance(batch[0], (list, tuple)) else batch[0])

        self._step, self._traced, self._about = step, None if eager else function(step), about
        self._facts: Any = None
        self._seen: list[Any] = []

    def __call__(self, *batch: Any) -> Any:
        if self._traced is None:
            return self._step(*batch)
        before = self._traced._traces
        results = self._traced(*batch)
        if self._traced._traces != before:
            self._seen = []
            self._facts = self._about(self._seen)
        return results

    def holds(self, now: Any) -> bool:
        """Whether it can be used, the model being what it is now."""
        return self._traced is None or self._facts is None or self._facts == now


class Steps:
    """The steps of one kind, for what the model was when they were traced."""

    def __init__(self, make: Callable[[], Step], about: Callable[[list[Any]], Any]) -> None:
        self._make, self._about = make, about
        self._known: list[Step] = []
        self._anew = 0

    def now(self) -> Step:
        """The one for the model as it is."""
        about = self._about([])
        for step in self._known:
            if step.holds(about):
                self._anew = 0
                break
        else:
            step = self._make()
            self._anew += 1
            if self._anew == _OFTEN:
                warn("A step of a model was traced anew %d times in a row, because its layers or attributes were not "
                     "what they were. A number that changes often belongs into a tapes.Variable.", _OFTEN)
        self._known = [step, *(one for one in self._known if one is not step)][:_KEPT]
        return step
