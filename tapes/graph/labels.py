"""Which value is the derivative of what, and by what: told only where it is true of the text of the program."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from .program import Adjoint, Cut, Program, Value


class Labels:
    """What sweeps have found, said of the values that the program has after its passes.

    A pass may make one value of several that are equal. Then the adjoint of each of them is only a part of the
    derivative by that one value, unless one of them is what all the others come from, as the reads of a Variable do.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._found: dict[Value, list[Adjoint]] = defaultdict(list)
        self._wholes: dict[tuple[int, Value], set[Value]] = defaultdict(set)  # what became one, by sweep and that one
        for one in program.adjoints:
            if one.value is not None:
                self._found[self._became(one.value, one.since)].append(one)
            if one.whole:
                self._wholes[id(one.sweep), program.now(one.of)].add(one.of)
        self._known: dict[Value, list[Adjoint]] = {}

    def of(self, value: Value) -> list[Adjoint]:
        """What a value is the derivative of, and by what: whole ones first, then those that the user asked for."""
        if value not in self._known:
            found = [one._replace(whole=one.whole and self._is_all(one)) for one in self._found.get(value, ())
                     if not self._passed_by(one)]
            self._known[value] = sorted(found, key=lambda one: (not one.whole, not one.wanted))
        return self._known[value]

    def _became(self, value: Value, since: int) -> Value:
        """The value that an adjoint became, unless that was there before the sweep, and so has a meaning of its own."""
        now = self._program.now(value)
        return now if self._places.get(now, -1) >= since else value

    def _passed_by(self, one: Adjoint) -> bool:
        """Whether a pass has found a way to the target that leaves out this value, though it is still there."""
        now = self._program.now(one.of)
        if now not in self._made_of:
            return False
        for value in self._equal.get(now, [now]):
            for used in self._uses.get(value, ()):
                after = self._program.now(used)
                if self._places[used] < one.since and after is not now and (
                        after.kind != "step" or (after in self._made_of and not self._needs(after, now))):
                    return True
        return False

    def _needs(self, value: Value, other: Value) -> bool:
        """Whether a value is made of the other, by one step, or by several that a pass has put in the place of one."""
        waiting = [value]
        while waiting:
            for each in self._made_of[waiting.pop()]:
                if each is other:
                    return True
                if each not in self._places and each in self._made_of:
                    waiting.append(each)
        return False

    def _is_all(self, one: Adjoint) -> bool:
        """Whether every way from the one value, as it is after the passes, to the target is in it."""
        now = self._program.now(one.of)
        equal = self._equal.get(now, [now])
        if len(equal) == 1:
            return True
        swept = self._wholes[id(one.sweep), now]
        first = {self._first(value, now, swept) for value in swept}
        if first != {one.of}:
            return False
        others = [value for value in equal if value not in swept and self._first(value, now, swept) not in first]
        return not others or one.target is None or not self._reach(one.target, one.of).intersection(others)

    def _first(self, value: Value, now: Value, swept: set[Value]) -> Value:
        """Of those that a value comes from, and that became the same value, the first that the sweep has met."""
        found, waiting = value, [value]
        while waiting:
            value = waiting.pop()
            near = self._makers.get(value, ())
            for other in (*near, *(far for each in near for far in self._makers.get(each, ()))):  # x, or -(-x)
                if self._program.now(other) is now:
                    waiting.append(other)
                    found = other if other in swept else found
                    break
        return found

    def _reach(self, target: Value, barrier: Value) -> set[Value]:
        """All from which a way leads to the target that does not go through the barrier."""
        found, waiting = {target}, [target]
        while waiting:
            for value in self._makers.get(waiting.pop(), ()):
                if value not in found and value is not barrier:
                    found.add(value)
                    waiting.append(value)
        return found

    @cached_property
    def _equal(self) -> dict[Value, list[Value]]:
        """What became one value, by that value, which is among them."""
        found: dict[Value, list[Value]] = {}
        for value in self._program.called:
            now = self._program.now(value)
            found.setdefault(now, [now]).append(value)
        return found

    @cached_property
    def _uses(self) -> dict[Value, list[Value]]:
        """What was made of each value when the function was traced."""
        found: dict[Value, list[Value]] = {}
        for step in self._program.traced:
            for value in step.inputs if hasattr(step, "output") else ():
                found.setdefault(value, []).append(step.output)
        return found

    @cached_property
    def _made_of(self) -> dict[Value, tuple[Value, ...]]:
        """What each value is made of now."""
        return {step.output: step.inputs for step in self._program.each() if hasattr(step, "output")}

    @cached_property
    def _places(self) -> dict[Value, int]:
        """When each value was made."""
        return {step.output: place for place, step in enumerate(self._program.traced) if hasattr(step, "output")}

    @cached_property
    def _makers(self) -> dict[Value, tuple[Value, ...]]:
        """What each value was made of when the function was traced; where a gradient was to stop, of nothing."""
        return {step.output: step.inputs for step in self._program.traced
                if hasattr(step, "output") and not isinstance(step, Cut)}
