"""Do two libraries give the same answers, as far as rounding allows? Measured, and what is not judged is counted."""

from __future__ import annotations

import contextlib
import itertools
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tapes.op import registry

from ..measure import difference
from ..semantics.observe import TAPES, Library, observe
from ..semantics.outcome import Outcome
from .declared import DECLARED, READ_BY_A_RULE, SAME_MISTAKE, Declared, choices, named, respelled
from .language import Program

AGREE, ILL, CORNER, CHAOS, DECLARED_, WRONG = "agree", "agree, ill-conditioned", "corner", "chaos", "declared", "WRONG"
SKIPPED = "not asked"
NO_RULE = "gradient registry has no entry for:"  # TensorFlow's words
SAMPLES = 4  # how often a program is asked again at inputs that are next to its own


@dataclass(frozen=True)
class Verdict:
    """What came of a program on two libraries.

    Attributes:
        kind: AGREE; ILL, they agree as far as the program's condition allows; CORNER, a step of one rounding error
            leads to the other answer; CHAOS, rounding errors leave no digits; DECLARED_, a declared difference of that
            name in `why`; SKIPPED, the library has no answer, for the reason in `why`; WRONG.
        why: what disagrees, for people.
    """

    kind: str
    why: str = ""


def runnable(text: str) -> Callable[..., Any]:
    """The function `program` of a source."""
    scope: dict[str, Any] = {}
    exec(compile(text, "<program>", "exec"), scope)
    return scope["program"]


def answers(program: Program, library: Library) -> Outcome:
    """What a library with tapes answers; TensorFlow's IndexedSlices as the tensors that they stand for."""
    run = runnable(program.text())
    return observe(lambda tf: {name: None if x is None else tf.convert_to_tensor(x) for name, x in run(tf).items()},
                   library)


@contextlib.contextmanager
def noise(rng: np.random.Generator, eps: float) -> Iterator[None]:
    """Meanwhile every op of tapes that rounds gives results that are off by about a rounding error.

    What comes out of a program then is a sample of what rounding can do to it: Parker, Monte Carlo Arithmetic, 1997.
    """
    def noisy(forward: Callable[..., Any]) -> Callable[..., Any]:
        def erring(*inputs: Any, **params: Any) -> Any:
            result = forward(*inputs, **params)
            if getattr(result, "dtype", np.dtype(int)).kind != "f" or all(np.isin(result, x).all() for x in inputs[:1]):
                return result  # moved or chosen, but not rounded
            return (result * (1 + eps * rng.uniform(-1.0, 1.0, np.shape(result)))).astype(result.dtype)

        return erring

    kept = {name: op.forward for name, op in registry.items()}
    try:
        for op in registry.values():
            op.forward = noisy(op.forward)  # type: ignore[method-assign]
        yield
    finally:
        for name, forward in kept.items():
            registry[name].forward = forward  # type: ignore[method-assign]


@dataclass
class Judge:
    """Judges the answers of tapes to one program by those of a reference.

    Attributes:
        ask: what the reference answers to a program, perhaps at other inputs.
        respelled: for each declared difference its name, and what tapes and the reference answer when the program is
            spelled otherwise.
        zeros: whether the reference says zeros where tapes says None.
    """

    program: Program
    tapes: Outcome
    ask: Callable[[Program], Outcome]
    respelled: Callable[[Program], Any] = lambda program: ()
    zeros: bool = False
    eps: float = field(init=False)

    def __post_init__(self) -> None:
        self.eps = float(np.finfo(np.float32 if "float32" in self.program.text() else np.float64).eps)

    def verdict(self) -> Verdict:
        reference = self.ask(self.program)
        apart = self.apart(self.tapes, reference, {})
        if not apart:
            return Verdict(AGREE)
        for name, own, outcome in self.respelled(self.program):
            if not self.apart(own, outcome, {}) or not self.apart(own, outcome, self.spread()):
                return Verdict(DECLARED_, name)
        if self.tapes.raised or reference.raised:
            if NO_RULE in reference.message:
                return Verdict(SKIPPED, f"TensorFlow has no rule for {reference.message.partition(NO_RULE)[2].strip()}")
            return Verdict(WRONG, apart)
        spread = self.spread()
        apart = self.apart(self.tapes, reference, spread)
        steep = math.inf in spread.values() or self.lost(spread)
        if not apart and not steep:
            return Verdict(ILL)
        beside = [self.ask(program) for program in self.beside()]
        if any(not self.apart(self.tapes, outcome, {}) for outcome in beside) or any(
                not self.apart(outcome, reference, {}) for outcome in self.own_beside()):
            return Verdict(CORNER)
        scattered = all(self.apart(a, b, {}) for a, b in itertools.combinations(self.own_beside(), 2))
        if steep and scattered and self.lost(self.spread_of(reference, beside)):
            return Verdict(CHAOS)  # where only a corner is near, several of the answers are alike
        return Verdict(WRONG, apart or self.apart(self.tapes, reference, {}))

    def apart(self, found: Outcome, reference: Outcome, spread: dict[str, float]) -> str:
        """In what they differ by more than rounding explains, or ""."""
        if "NameError" in (*found.raised, *reference.raised):
            return ""  # a shortened program that lost a line it needs: no mistake of a library
        if bool(found.raised) != bool(reference.raised):
            return f"{found.text if found.raised else 'no error'} instead of " \
                   f"{reference.text if reference.raised else 'no error'}"
        if found.raised:
            family = reference.raised[0] in found.raised or found.raised[0] in reference.raised or (
                {found.raised[0], reference.raised[0]} <= SAME_MISTAKE.get(self.program.mistake, set()))
            return "" if family else f"a {found.raised[0]} instead of a {reference.raised[0]}"
        for name in found.value:
            a, b = (None if x is None else x.numbers for x in (found.value[name], reference.value[name]))
            if self.zeros and (a is None) != (b is None):
                a, b = (np.zeros_like(b), b) if a is None else (a, np.zeros_like(a))
            distance = difference(a, b, None if b is None else b.dtype)
            if distance.reason:
                return f"{name}: {distance.reason}"
            if a is None or b is None or not distance.relative:
                continue
            if a.dtype.kind not in "f":
                return f"{name}: {a.tolist()} instead of {b.tolist()}"
            scale = float(np.max(np.abs(b[np.isfinite(b)]), initial=0))
            allowed = self.room(a.shape) * (self.eps * scale + spread.get(name, 0.0))
            worst = distance.relative * scale if scale else float(np.max(np.abs(a)))
            if not worst <= allowed:
                return f"{name}: off by {worst / scale if scale else worst:.1e}"
        return ""

    def room(self, shape: tuple[int, ...]) -> float:
        """How many rounding errors are usual: 8 sqrt(n), n being the longest axis there is."""
        longest = max((*shape, *(n for each in self.program.inputs for n in each.numbers.shape)), default=1)
        return 8 * math.sqrt(max(longest, 2))

    def beside(self) -> list[Program]:
        """The program at inputs that are a few ulps away, of each sample another number."""
        rng = np.random.default_rng(zlib.crc32(self.program.text().encode()))
        programs = []
        for number in range(1, SAMPLES + 1):
            moved = []
            for each in self.program.inputs:
                x = each.numbers.astype(np.float64)
                step = self.eps * np.maximum(np.abs(x), 0.25) * number * rng.choice([-1.0, 1.0], x.shape)
                moved.append(np.asarray(x + step).astype(each.numbers.dtype))
            programs.append(self.program.at(moved))
        return programs

    def own_beside(self) -> list[Outcome]:
        if not hasattr(self, "_own"):
            self._own = [answers(program, TAPES) for program in self.beside()]
        return self._own

    def spread(self) -> dict[str, float]:
        """By how much the tape's own answers move, when the inputs do and when every op errs by an ulp."""
        if not hasattr(self, "_noisy"):
            rng = np.random.default_rng(zlib.crc32(self.program.text().encode()))
            with noise(rng, self.eps):
                self._noisy = [answers(self.program, TAPES) for _ in range(SAMPLES)]
        return self.spread_of(self.tapes, self.own_beside() + self._noisy)

    def spread_of(self, outcome: Outcome, beside: list[Outcome]) -> dict[str, float]:
        spread = {}
        for name, a in (outcome.value or {}).items():
            worst = 0.0
            for other in beside:
                b = other.value.get(name) if other.value else None
                if a is None or b is None:
                    continue
                x, y = a.numbers.astype(np.float64), b.numbers.astype(np.float64)
                strange = ~(np.isfinite(x) & np.isfinite(y))
                same = (x == y) | (np.isnan(x) & np.isnan(y))
                if (strange & ~same).any():
                    worst = math.inf
                else:
                    worst = max(worst, float(np.max(np.abs(np.where(strange, 0, x - y)), initial=0)))
            spread[name] = worst
        return spread

    def lost(self, spread: dict[str, float]) -> bool:
        """Whether some answer has lost three quarters of its digits to rounding.

        What stays within the usual rounding errors of 1 has not: it is 0, for what it was summed from cancels.
        """
        for name, moved in spread.items():
            array = self.tapes.value[name]
            if array is not None:
                finite = array.numbers[np.isfinite(array.numbers)]
                scale = float(np.max(np.abs(finite), initial=0))
                if moved > max(self.eps**0.25 * scale, self.room(array.numbers.shape) * self.eps):
                    return True
        return False


def against_tensorflow(program: Program, tapes: Outcome, tensorflow: Library) -> Verdict:
    """The verdict on what tapes answered, by TensorFlow."""
    def otherwise(program: Program) -> Any:
        several = choices(program.text(), DECLARED)
        for differences in several:
            yield named(differences), tapes, differently(program, differences)
        if program.by_result():
            aside = program.set_aside()
            own = answers(aside, TAPES)
            for differences in [[], *several]:
                name = " and ".join((READ_BY_A_RULE, *(each.name for each in differences)))
                yield name, own, differently(aside, differences)

    def differently(program: Program, differences: list[Declared]) -> Outcome:
        module = respelled(tensorflow.module, differences)
        return answers(program, Library(module, tensorflow.logger, tensorflow.counted))

    return Judge(program, tapes, lambda other: answers(other, tensorflow), otherwise).verdict()
