"""From a source to a target there is a chain of ops, and the gradient is None because some link of it is broken."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from ..tape import GradientTape
from ..variable import Variable
from .history import Event, History, Log, Made

DIFFERENTIATING = ("gradient", "jacobian", "batch_jacobian")
_CONSTANT_DERIVATIVE = 1000  # a link to fall back on: where ops tell how a gradient depends on something, they count


@dataclass(frozen=True)
class Break:
    """A link of the chain that carries the value on, but not the derivative."""

    cause: str
    parent: int
    child: int
    event: Event | None = None  # of the tape, where it explains the cause


class Lineage:
    """What was made from what, as one tape sees it."""

    def __init__(self, history: History, tape: GradientTape) -> None:
        self.history, self.tape, self.made = history, tape, history.made
        self.log = history.log(tape) if history.knows(tape) else Log(-1)

    def path(self, source: int, target: int) -> list[tuple[int, int]] | None:
        """The links from source to target, of all chains the one with the fewest broken; None when there is none."""
        best, after = {target: 0}, dict[int, int]()
        waiting = [(0, -target)]
        while waiting:
            cost, child = heapq.heappop(waiting)
            child = -child
            if child == source:
                links = []
                while child != target:
                    links.append((child, after[child]))
                    child = after[child]
                return links
            if cost > best[child] or child not in self.made:
                continue
            for parent in self._behind(child):
                link = self.broken(source, parent, child)
                price = cost + (0 if link is None else _CONSTANT_DERIVATIVE if link.cause == "constant derivative"
                                else 1)
                if parent < child and price < best.get(parent, price + 1):
                    best[parent], after[parent] = price, child
                    heapq.heappush(waiting, (price, -parent))
        return None

    def ancestors(self, number: int) -> Iterator[int]:
        """Whatever took part in making it, itself first, the nearest next."""
        seen, waiting = {number}, [number]
        for each in waiting:
            yield each
            if each in self.made:
                for parent in self._behind(each):
                    if parent not in seen:
                        seen.add(parent)
                        waiting.append(parent)

    def first_use(self, source: int, target: int) -> int:
        """On the way to the target, the first op that used the source while this tape recorded."""
        return min(n for n in self.ancestors(target) if n in self.made and source in self.made[n].parents
                   and any(tape == self.log.number and recording == self.log.recording
                           for tape, recording, _ in self.made[n].tapes))

    def _behind(self, child: int) -> tuple[int, ...]:
        return self.made[child].parents + self.made[child].cut

    def broken(self, source: int, parent: int, child: int) -> Break | None:
        """Why a link carries no derivative on this tape; None when it does."""
        made = self.made[child]
        if parent not in made.parents:
            return self._handed_over(made, parent, child)
        heard = {recording: followed for number, recording, followed in made.tapes if number == self.log.number}
        if self.log.recording not in heard:
            return self._unheard(made, bool(heard), parent, child)
        places = [i for i, each in enumerate(made.parents) if each == parent]
        if not any(smooth for i, smooth in enumerate(made.smooth) if i in places):
            return Break("no derivative", parent, child)
        if (parent in self.made and self.made[parent].kind not in "fc") or made.kind not in "fc":
            return Break("integer", parent, child)
        if parent == source and not heard[self.log.recording].intersection(places):
            return self._unfollowed(parent, child)
        return None

    def _handed_over(self, made: Made, parent: int, child: int) -> Break | None:
        if made.how == "read":  # the value came by an assignment, and that is where the past was lost
            return None
        cause = made.how if made.how in ("assign", "Variable", "stop_gradient") else "constant derivative"
        return Break("drawn" if made.drawn else cause, parent, child)

    def _unheard(self, made: Made, earlier: bool, parent: int, child: int) -> Break:
        """The tape did not record this op: why?"""
        if earlier:
            again = next((e for e in self.log.events if e.time > child and e.what in ("reset", "begin")), None)
            return Break("reset", parent, child, again)
        states = [e for e in self.log.events if e.what in ("resume", "paused", "left", "used up")]
        before = next((e for e in reversed(states) if e.time < child), None)
        if before is not None and before.what == "paused":
            return Break("paused", parent, child, before)
        if made.line and made.line.called in DIFFERENTIATING:
            return Break("inner gradient", parent, child, before)
        first = next((e for e in states if e.what == "resume"), None)
        following = [number for number, _, followed in made.tapes if followed]
        if any(number > before.time if before else first and self.history.left(number, first.time)
               for number in following):
            return Break("another tape", parent, child, before)  # one that recorded while this one did not
        if before is None:
            return Break("before the block" if first else "not recording", parent, child, first)
        return Break({"left": "after the block", "used up": "after gradient"}.get(before.what, "not recording"),
                     parent, child, before)

    def _unfollowed(self, parent: int, child: int) -> Break:
        """The tape recorded, but did not follow the source: why?"""
        x = self.history.tensor(parent)
        if isinstance(x, Variable):
            if not self.tape._watch_accessed:
                return Break("watch_accessed_variables", parent, child)
            if not x.trainable:
                return Break("not trainable", parent, child)
        watches = [e for e in self.log.events if e.what == "watch" and e.number == parent]
        late = next((e for e in watches if e.time > child), None)
        if late is not None:
            return Break("watched late", parent, child, late)
        if watches:
            resets = (e for e in reversed(self.log.events) if e.what in ("reset", "begin") and e.time < child)
            return Break("reset", parent, child, next(resets, None))
        return Break("not watched", parent, child)
