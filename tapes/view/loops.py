"""Lines that repeat are folded: a loop is written as a loop, and what it adds up as a sum."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from .formula import MANY, Line
from .letters import NAME, PLACE, counted, marked

_PERIOD = 40  # lines of a round that are looked for, at most
_SLOT = re.compile(f"{NAME.pattern}|{PLACE.pattern}")


@dataclass(frozen=True)
class Loop:
    """The letter that counts, from where, to where."""

    letter: str
    start: int
    stop: int


@dataclass
class Family:
    """Values of one name with an index."""

    name: str
    of: dict[str, int] = field(default_factory=dict)  # the index of each member
    members: dict[int, str] = field(default_factory=dict)

    def add(self, member: str, index: int) -> None:
        self.of[member] = index
        self.members[index] = member


def slots(text: str) -> list[str | int]:
    """The names, and the numbers that count, in the order in which they stand there."""
    return [found[1] if found[1] is not None else int(found[2]) for found in _SLOT.finditer(text)]


def shape(text: str) -> str:
    """A text but for them."""
    return _SLOT.sub(lambda found: "\x01\x02" if found[1] is not None else "\x03\x04", text)


def filled(text: str, values: Sequence[str]) -> str:
    """A text with others in their places."""
    waiting = iter(values)
    return _SLOT.sub(lambda _: next(waiting), text)


class Folding:
    """Finds the loops of the forward and of the backward lines, one after the other.

    Args:
        lines: those of the forward pass, then the others.
        split: how many are of the forward pass.
        given: the names that are given or constant, which no equation defines.
        free: gives a name that is free yet.
    """

    def __init__(self, lines: list[Line], split: int, given: set[str], free: Callable[[str], str]) -> None:
        self.given, self.free = given, free
        self.families: dict[str, list[tuple[Family, int]]] = {}  # of each name, as what it may be read
        self.defined = {line.name: line for line in lines}
        self.taken = set(self.defined) | given
        self.letter = next(letter for letter in ("t", "k", "i", "s", "n", "round") if letter not in self.taken)
        found = [self._folded(part) for part in (lines[:split], lines[split:])]
        self._related(lines)
        self.lines = [(self._summed(line) if loop is None else line, loop) for part in found for line, loop in part]
        self.split = len(found[0])

    # -- loops --------------------------------------------------------------------------------------------------------

    def _folded(self, lines: list[Line]) -> list[tuple[Line, Loop | None]]:
        found: list[tuple[Line, Loop | None]] = []
        signs = [(*map(shape, (*line.text, *line.latex)), len(line.text), line.letters, bool(line.sources), line.shown)
                 for line in lines]
        numbers = {sign: number for number, sign in enumerate(dict.fromkeys(signs))}
        coded = [numbers[sign] for sign in signs]
        place = 0
        while place < len(lines):
            for period, times in _repetitions(coded, place):
                loop = self._loop([lines[place + i * period:place + (i + 1) * period] for i in range(times)])
                if loop is not None:
                    found += loop
                    place += period * times
                    break
            else:
                found.append((lines[place], None))
                place += 1
        return found

    def _loop(self, rounds: list[list[Line]]) -> list[tuple[Line, Loop | None]] | None:
        """The lines of one round with indices, if the rounds differ in nothing but the index."""
        first = rounds[0]
        if any(line.sources for line in first):
            return None
        where = {line.name: (number, place) for number, lines in enumerate(rounds) for place, line in enumerate(lines)}
        own, step = [self._counting(line) for line in first], 1
        known = [one for one in own if one is not None]
        if known:  # the adjoints of a loop have the indices of that loop
            start, step = known[0][1], self._direction(rounds, own)
        else:
            start = 1
        if not step:
            return None
        families, bases = [], []
        for line, about in zip(first, own):
            base = f"δ{about[0].name}" if about else line.name
            stem = re.fullmatch(r"(.*?)(_\d+)?", base)
            families.append(Family(stem[1] if stem else base))
            bases.append(about[1] if about else start)
        readings: dict[str, list[tuple[Family, int]]] = {}
        for name, (number, place) in where.items():
            families[place].add(name, bases[place] + step * number)
            readings[name] = [(families[place], bases[place] + step * number)]
        early: dict[str, list[tuple[Family, int]]] = {}
        body: list[tuple[Line, Loop | None]] = []
        loop = Loop(self.letter, start, start + step * (len(rounds) - 1))
        for place, line in enumerate(first):
            texts = []
            for style in ("text", "latex"):
                terms = []
                for number, term in enumerate(getattr(line, style)):
                    written = [self._column(column, where, families, bases, start, step, readings, early) for column
                               in zip(*(slots(getattr(lines[place], style)[number]) for lines in rounds))]
                    if None in written:
                        return None
                    terms.append(filled(term, [str(one) for one in written]))
                texts.append(terms)
            body.append((replace(line, text=texts[0], latex=texts[1], name=_at(families[place], bases[place] - start,
                                                                               self.letter)), loop))
        for family in families:
            family.name = self._named(family, early)
        body = [(self._renamed(line, families), loop) for line, loop in body]
        for name, several in {**readings, **early}.items():
            self.families.setdefault(name, []).extend(several)
            for family, index in several:
                family.add(name, index)
        for name, several in early.items():
            if name in self.given or len(self.families[name]) > 1:
                for family, index in several:
                    body.insert(0, (Line(f"{family.name}[{index}]", (), True, [marked(name)], [marked(name)]), None))
        return body

    def _column(self, column: tuple[str | int, ...], where: dict[str, tuple[int, int]], families: list[Family],
                bases: list[int], start: int, step: int, readings: dict[str, list[tuple[Family, int]]],
                early: dict[str, list[tuple[Family, int]]]) -> str | None:
        """What one place of a line says in all rounds, as a mark with an index, or None."""
        if isinstance(column[0], int):
            return _number(column, start, step, self.letter)
        names = [str(name) for name in column]
        number, place = where.get(names[-1], (len(names) - 1, -1))
        if place >= 0:  # made in this loop, perhaps in an earlier round
            behind = len(names) - 1 - number
            for at, name in enumerate(names):
                index = bases[place] + step * (at - behind)
                if at >= behind:
                    if where.get(name) != (at - behind, place):
                        return None
                elif name in where or early.setdefault(name, [(families[place], index)]) != [(families[place], index)]:
                    return None
            return f"\x01{id(families[place])}[{_index(bases[place] - step * behind - start, self.letter)}]\x02"
        if len(set(names)) == 1:
            return marked(names[0])
        return self._known(names, start, step)

    def _known(self, names: Sequence[str], start: int, step: int) -> str | None:
        """The members of a family of an earlier loop, one a round."""
        for family, index in self.families.get(names[0], []):
            for other, next_index in self.families.get(names[1], []):
                way = next_index - index
                if other is family and way == step and all(
                        family.members.get(index + way * i) == name for i, name in enumerate(names)):
                    return f"\x01{family.name}[{_index(index - start, self.letter)}]\x02"
        return None

    def _counting(self, line: Line) -> tuple[Family, int] | None:
        """Of which member of a family a line is the adjoint."""
        found = self.families.get(line.about, [])
        return found[0] if found else None

    def _direction(self, rounds: list[list[Line]], own: list[tuple[Family, int] | None]) -> int:
        for place, about in enumerate(own):
            if about is not None:
                other = self._counting(rounds[1][place])
                return other[1] - about[1] if other is not None and abs(other[1] - about[1]) == 1 else 0
        return 1

    def _named(self, family: Family, early: Collection[str]) -> str:
        """A name for a family: that of its members, if nothing else has it."""
        base = family.name
        if (base in family.of or base in early) and base not in self.given:
            return base
        line = self.defined.get(base)
        if line is not None and any(f"δ{about.name}" == base for about, _ in self.families.get(line.about, [])):
            return base  # it is of this family too
        for other in ("uvaqr" if base == "u" else ()):
            if other not in self.taken:
                self.taken.add(other)
                return self.free(other)
        return self.free(base if base not in self.taken else f"{base}s")

    def _renamed(self, line: Line, families: list[Family]) -> Line:
        names = {str(id(family)): family.name for family in families}

        def change(text: str) -> str:
            return re.sub(r"\x01(\d+)\[", lambda found: f"\x01{names.get(found[1], found[1])}[", text)

        return replace(line, text=list(map(change, line.text)), latex=list(map(change, line.latex)),
                       name=change(f"\x01{line.name}")[1:])

    # -- what stands outside of them -----------------------------------------------------------------------------------

    def _related(self, lines: list[Line]) -> None:
        """An adjoint outside of the loop is of the family, too, if what it is the adjoint of is."""
        by_name = {family.name: family for several in self.families.values() for family, _ in several}
        for line in lines:
            for family, index in self.families.get(line.about, []):
                adjoints = by_name.get(f"δ{family.name}")
                if adjoints is not None and line.name not in adjoints.of and index not in adjoints.members and (
                        line.name not in self.families):
                    adjoints.add(line.name, index)
                    self.families.setdefault(line.name, []).append((adjoints, index))

    def final(self, name: str) -> str:
        """The name by which a value is called now: of a member of a family its index."""
        if name in self.given or name not in self.families:
            return name
        family, index = self.families[name][0]
        return f"{family.name}[{index}]"

    # -- sums ---------------------------------------------------------------------------------------------------------

    def _summed(self, line: Line) -> Line:
        """Terms that differ in nothing but an index are one sum."""
        terms = list(zip(line.text, line.latex))
        if len(terms) < MANY:
            return line
        alike: dict[tuple[str, ...], list[tuple[str, str]]] = {}  # the order of the terms of a sum does not matter
        for term in terms:
            about = [self.final(name).partition("[")[0] for name in slots(term[0]) if isinstance(name, str)]
            alike.setdefault((shape(term[0]), *about), []).append(term)
        terms = [term for group in alike.values() for term in group]
        found: list[tuple[str, str]] = []
        place = 0
        while place < len(terms):
            count = 1
            while place + count < len(terms) and all(
                    shape(a) == shape(b) for a, b in zip(terms[place], terms[place + count])):
                count += 1
            while count >= MANY:
                both = self._sum(terms[place:place + count])
                if both is not None:
                    found.append(both)
                    break
                count -= 1
            else:
                count = 1
                found.append(terms[place])
            place += count
        return replace(line, text=[one for one, _ in found], latex=[one for _, one in found])

    def _sum(self, terms: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
        columns = list(zip(*(slots(text) for text, _ in terms)))
        indices: list[int] = []
        for column in columns:  # the first family tells what counts
            for family, _ in self.families.get(str(column[0]), []):
                members = [family.of.get(str(name)) for name in column]
                if None not in members and len(set(members)) == len(members):
                    indices = [int(one) for one in members if one is not None]
                    break
            if indices:
                break
        if not indices:
            indices = next(([int(one) for one in column] for column in columns
                            if isinstance(column[0], int) and len(set(column)) > 1), [])
        if len(indices) < 2:
            return None
        step, start = indices[1] - indices[0], indices[0]
        if step not in (1, -1) or indices != list(range(start, start + step * len(indices), step)):
            return None
        both = []
        for which in (0, 1):
            written = []
            for column in zip(*(slots(term[which]) for term in terms)):
                names = [str(name) for name in column]
                one = (_number(column, start, step, self.letter) if isinstance(column[0], int) else
                       marked(names[0]) if len(set(names)) == 1 else self._known(names, start, step))
                if one is None:
                    return None
                written.append(one)
            sign, body = terms[0][which][:2], filled(terms[0][which][2:], written)
            low, high = sorted((indices[0], indices[-1]))
            both.append(sign + (f"Σ[{self.letter}={low}..{high}]({body})" if which == 0 else (
                rf"\sum_{{{self.letter}={low}}}^{{{high}}} \left({body}\right)")))
        return both[0], both[1]


def _repetitions(coded: list[int], place: int) -> list[tuple[int, int]]:
    """Periods and how often they repeat from here on, what covers most first."""
    found = []
    for period in range(1, min(_PERIOD, (len(coded) - place) // MANY) + 1):
        times = 1
        while coded[place:place + period] == coded[place + period * times:place + period * (times + 1)]:
            times += 1
        if times >= MANY:
            found.append((period, times))
    return sorted(found, key=lambda one: (-one[0] * one[1], one[0]))


def _number(column: Sequence[str | int], start: int, step: int, letter: str) -> str | None:
    """A number that stays, or that goes up or down with the index."""
    numbers = [int(one) for one in column]
    if len(set(numbers)) == 1:
        return counted(numbers[0])
    way = numbers[1] - numbers[0]
    if any(number != numbers[0] + way * i for i, number in enumerate(numbers)):
        return None
    slope = way * step  # the numbers are slope * index + rest
    rest = numbers[0] - slope * start
    factor = "" if slope == 1 else "-" if slope == -1 else f"{slope}*"
    return f"{factor}{letter}" + (f"{rest:+d}" if rest else "")


def _index(offset: int, letter: str) -> str:
    return f"{letter}{offset:+d}" if offset else letter


def _at(family: Family, offset: int, letter: str) -> str:
    return f"{id(family)}[{_index(offset, letter)}]"
