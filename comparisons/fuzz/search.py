"""Hypothesis makes the choices of random programs, and makes those of a failing one simpler."""

from __future__ import annotations

import functools
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from .language import Block, Program
from .programs import Writer

TRIES = 200  # how often a failing program may be run while it is made shorter


def search(fails: Callable[[Program], bool], most: int, source: random.Random) -> Program | None:
    """Try so many programs; the first that fails, as short as it could be made, or None.

    The same source of chance gives the same programs: nothing is kept between runs.
    """
    import hypothesis

    known: dict[str, bool] = {}  # since the first that failed

    def still_fails(program: Program) -> bool:
        text = program.text()
        if text in known or len(known) >= TRIES:
            return known.get(text, False)
        failed = fails(program)
        if known or failed:
            known[text] = failed
        return failed

    settings = hypothesis.settings(
        max_examples=most, database=None, deadline=None, suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return shortened(hypothesis.find(_programs(), still_fails, settings=settings, random=source), fails)
        except hypothesis.errors.NoSuchExample:
            return None


def shortened(program: Program, fails: Callable[[Program], bool]) -> Program:
    """Leave out every line that a program fails without."""
    shorter: Program | None = program
    while shorter is not None:
        program, shorter = shorter, next(filter(fails, _without_one(shorter)), None)
    return program


def _without_one(program: Program) -> Iterator[Program]:
    """The program without one of its inputs, statements or results; or with what is in a block instead of the block."""
    if len(program.returned) > 1:
        for name in program.returned:
            yield replace(program, returned=tuple(other for other in program.returned if other != name))
    for body in _shorter(program.body):
        yield replace(program, body=body)
    for place in range(len(program.inputs)):
        yield replace(program, inputs=program.inputs[:place] + program.inputs[place + 1:])


def _shorter(block: Block) -> Iterator[Block]:
    for place, statement in enumerate(block):
        before, after = block[:place], block[place + 1:]
        yield before + after
        for field in ("body", "then", "otherwise", "asks"):
            inner = getattr(statement, field, None)
            if inner:
                if field != "asks":
                    yield before + inner + after
                for smaller in _shorter(inner):
                    changed: Any = {field: smaller}
                    yield (*before, replace(statement, **changed), *after)


@functools.cache
def _programs() -> Any:
    from hypothesis import strategies

    up_to = functools.cache(functools.partial(strategies.integers, 0))

    @strategies.composite
    def programs(draw: Callable[[Any], int]) -> Program:
        return Writer(lambda largest: draw(up_to(largest))).program()

    return programs()
