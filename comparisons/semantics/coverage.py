"""Is there a program for every rule, and a rule for every program?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .program import Program, registry
from .rules import RULES, Rule


def gaps(programs: Iterable[Program] | None = None, rules: Mapping[str, Rule] = RULES) -> list[str]:
    """What does not fit between rules and programs, a sentence each; by default of all that there are."""
    shown: dict[str, list[Program]] = {name: [] for name in rules}
    found = []
    for program in registry.values() if programs is None else programs:
        if program.rule in rules:
            shown[program.rule].append(program)
        else:
            found.append(f"{program.name} shows {program.rule}, which is not among the rules")
    for name, rule in rules.items():
        differing = [program.name for program in shown[name] if program.because]
        if not shown[name]:
            found.append(f"no program shows {name}: {rule.says}")
        elif rule.mirrored and differing:
            found.append(f"{name} is to be as in TensorFlow, but differs in {', '.join(differing)}")
        elif not rule.mirrored and not differing:
            found.append(f"{name} is to differ from TensorFlow, but no program of it does")
    return found
