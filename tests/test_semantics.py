"""Tape programs have the same outcome on tapes and on TensorFlow; and the comparison notices when they have not."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tapes
from comparisons.libraries import LIBRARIES, MissingLibrary
from comparisons.semantics import RULES, TOPICS, Result, Rule, gaps, registry, run, run_all, select
from comparisons.semantics.observe import TAPES, Library, observe
from comparisons.semantics.outcome import Array, Outcome, plain, shown
from comparisons.semantics.program import Program
from comparisons.semantics.verdict import disagreement, verdict


@pytest.mark.parametrize("name", registry)
def test_program(name: str) -> None:
    (result,) = run_all([name])
    assert result.ok, result.why
    if result.missing:
        pytest.skip(result.missing)


# -- the comparison can fail -------------------------------------------------------------------------------------------


def tampered(**changes: Any) -> Library:
    """tapes with some of its names replaced."""
    names = {name: getattr(tapes, name) for name in dir(tapes)}
    return Library(SimpleNamespace(**{**names, **changes}), "tapes", TAPES.counted)


def tape_giving(change: Any) -> Library:
    """tapes whose gradient() does something else with its result."""

    class Tape(tapes.GradientTape):
        def gradient(self, *args: Any, **keywords: Any) -> Any:
            return change(super().gradient(*args, **keywords))

    return tampered(GradientTape=Tape)


def tape_raising(kind: type[Exception]) -> Library:
    """tapes whose gradient() raises another exception, with the same words."""

    class Tape(tapes.GradientTape):
        def gradient(self, *args: Any, **keywords: Any) -> Any:
            try:
                return super().gradient(*args, **keywords)
            except RuntimeError as error:
                raise kind(str(error)) from None

    return tampered(GradientTape=Tape)


class DeafTape(tapes.GradientTape):
    """Watches without a word of warning."""

    def watch(self, tensor: Any) -> None:
        self._watch(tensor)


class ChattyTape(tapes.GradientTape):
    """Warns of everything."""

    def watch(self, tensor: Any) -> None:
        tapes.arguments.logger.warning("watching")
        super().watch(tensor)


class ForgivingTape(tapes.GradientTape):
    """Can be entered twice."""

    def __enter__(self) -> tapes.GradientTape:
        return self if self._entered is not None else super().__enter__()


MUTANTS = {
    "a wrong value": ("recording.watched_constant", tape_giving(lambda dx: dx * 1.001), "6.006 instead of 6.0"),
    "a wrong sign": ("recording.watched_constant", tape_giving(lambda dx: -dx), "-6.0 instead of 6.0"),
    "nan for a number": ("recording.watched_constant", tape_giving(lambda dx: dx * np.nan), "nan instead of 6.0"),
    "None for a number": ("recording.watched_constant", tape_giving(lambda dx: None), "None instead of 6.0"),
    "a number for None": (
        "recording.after_the_block", tape_giving(lambda dx: tapes.constant(0.0)), "0.0 instead of None"),
    "another dtype": ("recording.watched_constant", tape_giving(lambda dx: tapes.cast(dx, "float64")), "dtype float64"),
    "another shape": ("recording.watched_constant", tape_giving(lambda dx: tapes.reshape(dx, [1])), "shape (1,)"),
    "an array for a tensor": (
        "gradient.vector_target", tape_giving(lambda dx: dx.numpy()), "a ndarray instead of a Tensor"),
    "a tuple for a list": ("gradient.total_derivative", tape_giving(tuple), "(108.0, 18.0) instead of [108.0, 18.0]"),
    "a list too short": ("gradient.total_derivative", tape_giving(lambda dx: dx[:1]), "1 entries instead of 2"),
    "other keys": ("gradient.linear_layer", tape_giving(lambda dx: {"W": dx["W"]}), "the keys ['W'] instead of"),
    "another exception": ("lifetime.second_gradient", tape_raising(TypeError), "a TypeError instead of a RuntimeError"),
    "a base class of the exception": (
        "lifetime.second_gradient", tape_raising(Exception), "a Exception instead of a RuntimeError"),
    "no exception": ("lifetime.entered_twice", tampered(GradientTape=ForgivingTape), "'None' instead of 'ValueError"),
    "an exception for a value": ("printing.scalar", tampered(constant=None), "TypeError: 'NoneType' object"),
    "no warning": ("recording.watched_integer", tampered(GradientTape=DeafTape), "logged [] instead of ['The dtype"),
    "one warning too many": ("recording.watched_constant", tampered(GradientTape=ChattyTape), "logged ['watching']"),
    "another text": ("printing.scalar", tampered(constant=lambda x: np.float32(x)), "instead of"),
}


@pytest.mark.parametrize(("name", "library", "why"), MUTANTS.values(), ids=MUTANTS)
def test_mutants_are_reported(name: str, library: Library, why: str) -> None:
    program = registry[name]
    right, wrong = observe(program.run, TAPES), observe(program.run, library)
    assert why in disagreement(wrong, right)  # side by side with a library that does it right
    assert "tapes should give" in verdict(program, wrong, None)  # and against what was measured before
    assert not disagreement(right, right) and not verdict(program, right, None)


def test_a_wrong_reference_is_reported() -> None:
    program = registry["recording.watched_constant"]
    right, wrong = observe(program.run, TAPES), observe(program.run, tape_giving(lambda dx: dx * 1.001))
    assert "TensorFlow should give '6.0', and gave '6.006'" in verdict(program, right, wrong)


def test_exceptions_may_be_more_special_in_tapes_only() -> None:
    general = Outcome(raised=("ValueError", "Exception"))
    special = Outcome(raised=("Special", "ValueError", "Exception"))
    assert not disagreement(special, general)
    assert disagreement(general, special) == "a ValueError instead of a Special"
    assert special.matches("ValueError: ", exactly=False)
    assert not special.matches("ValueError: ", exactly=True)


@pytest.mark.parametrize("name", registry)
def test_every_program_needs_the_library(name: str) -> None:
    nothing = Library(SimpleNamespace(), "tapes", {})
    assert "tapes should give" in verdict(registry[name], observe(registry[name].run, nothing), None)


def test_undeclared_agreement_is_reported() -> None:
    program = Program(lambda tf: None, "X1", "differs", tapes="None", tensorflow="None", because="of something")
    assert verdict(program, Outcome(None), Outcome(None)) == (
        "they agree, though they are declared to differ, because of something")


@pytest.mark.parametrize("name", [name for name, program in registry.items() if program.because])
def test_a_declared_difference_that_vanished_is_reported(name: str) -> None:
    program, found = registry[name], observe(registry[name].run, TAPES)
    assert not verdict(program, found, None)
    assert "TensorFlow should give" in verdict(program, found, found)


def test_four_units_in_the_last_place_are_allowed() -> None:
    def value(ulps: int) -> Outcome:
        return Outcome(Array("Tensor", np.float32(1.0) + ulps * np.spacing(np.float32(1.0))))

    assert not disagreement(value(4), value(0))
    assert disagreement(value(5), value(0))
    assert disagreement(Outcome(plain(tapes.constant(2**24 + 1))), Outcome(plain(tapes.constant(2**24))))


# -- how outcomes are told ---------------------------------------------------------------------------------------------


def test_outcomes_as_text() -> None:
    assert shown(plain([tapes.constant(2.0), None, 3, "a", tapes.Variable([1, 2]), {"k": (np.float64(0.5),)}])) == (
        "[2.0, None, int 3, 'a', Variable [1 2] int32, {'k': (float64 0.5)}]")
    assert Outcome(raised=("ValueError",), message="no").text == "ValueError: no"
    assert Outcome(None, log=("a", "a", "b")).text == "None; log (2 times): a; log: b"


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(TypeError, match="a program should return tensors"):
        plain(object())


def test_how_often_tensorflow_compiled_is_no_outcome() -> None:
    def noisy(tf: Any) -> None:
        tapes.arguments.logger.warning("5 out of the last 5 calls to f triggered tf.function retracing. Tracing is ...")
        tapes.arguments.logger.warning("a warning")

    assert observe(noisy, TAPES).log == ("a warning",)


def test_warnings_are_counted_from_zero_for_every_program() -> None:
    program = registry["recording.watched_integers"]
    assert observe(program.run, TAPES) == observe(program.run, TAPES)


# -- the list ----------------------------------------------------------------------------------------------------------


def test_programs_stand_on_their_own() -> None:
    titles = [program.title for program in registry.values()]
    assert len(set(titles)) == len(titles) >= 100
    for program in registry.values():
        assert program.title and not program.title.endswith(".")
        assert bool(program.because) == (program.tapes != program.tensorflow), program.name


def test_select() -> None:
    assert select() == list(registry.values())
    assert {program.group for program in select(["pausing"])} == {"pausing"}
    assert [program.rule for program in select(["L1"])] == ["L1"]
    with pytest.raises(KeyError, match="there is no program, rule or group 'nothing'; the groups are recording"):
        select(["nothing"])


def test_progress() -> None:
    calls: list[tuple[int, int, Program]] = []
    results = run_all(["H2"], lambda *call: calls.append(call))
    assert calls == [(0, 2, results[0].program), (1, 2, results[1].program)]


# -- every rule has a program ------------------------------------------------------------------------------------------


def test_every_rule_has_a_program() -> None:
    assert gaps() == []
    assert all(rule.says and not rule.says.endswith(".") for rule in RULES.values())
    assert {rule.topic for rule in RULES.values()} == set(TOPICS.values())


@pytest.mark.parametrize("name", ["W1", "W12", "H6"])
def test_a_rule_without_a_program_is_reported(name: str) -> None:
    others = [program for program in registry.values() if program.rule != name]
    assert gaps(others) == [f"no program shows {name}: {RULES[name].says}"]


def test_a_program_without_a_rule_is_reported() -> None:
    rules = {name: rule for name, rule in RULES.items() if name != "L14"}
    assert gaps(rules=rules) == ["lifetime.positional_arguments shows L14, which is not among the rules"]


def test_rules_that_are_marked_wrongly_are_reported() -> None:
    wrong = {"W1": Rule("W1", "watching", mirrored=False), "L4": Rule("L4", "persistent", mirrored=True)}
    assert gaps(rules={**RULES, **wrong}) == [
        "W1 is to differ from TensorFlow, but no program of it does",
        "L4 is to be as in TensorFlow, but differs in lifetime.persistent_by_a_number"]


def told(results: list[Result], table: Any) -> str:
    console = pytest.importorskip("rich.console").Console(width=250, record=True, file=io.StringIO())
    console.print(table(results))
    return console.export_text()


def test_what_is_printed() -> None:
    pytest.importorskip("rich")
    from comparisons.semantics import report

    results = run_all(["L4", "W1"])
    first, second = report.sentences(results, [])[:2]
    assert first.startswith("3 of 3 programs behave as they should, 1 of them differently from TensorFlow on purpose")
    assert second == f"{len(RULES)} rules, uncovered: none."
    assert "1 of them not covered" in report.sentences(results, ["no program shows X"])[1]
    assert "lifetime.persistent_by_a_number" in told(results, report.details)
    listed = told(results, report.differences)
    assert "persistent=1 is persistent" in listed and "its C++ takes it for false" in listed and "W1" not in listed
    assert re.search(r"watching +\d+ +2 +2 +0 +0 +recording", told(results, report.topics))
    wrong = [dataclasses.replace(result, why="something") for result in results]
    assert report.sentences(wrong, None)[0].startswith("0 of 3 programs")
    assert report.document(wrong, None, {})["agree"] is False and "WRONG: something" in told(wrong, report.details)


def test_the_command(comparisons: Callable[..., Any], tmp_path: Path) -> None:
    found = comparisons("semantics", "--json", str(tmp_path / "all.json"))
    assert found.returncode == 0, found.stdout + found.stderr
    said = " ".join(found.stdout.split())
    assert said.startswith(f"{len(registry)} of {len(registry)} programs behave as they should")
    assert f"on purpose. {len(RULES)} rules, uncovered: none." in said
    document = json.loads((tmp_path / "all.json").read_text())
    assert document["agree"] is True and document["gaps"] == []
    assert [program["name"] for program in document["programs"]] == list(registry)
    assert all(rule["programs"] for rule in document["rules"]) and len(document["rules"]) == len(RULES)
    found = comparisons("semantics", "L1", "lifetime.persistent")
    assert found.returncode == 0 and "2 of 2 programs" in found.stdout and "uncovered" not in found.stdout


def test_the_command_without_tensorflow(comparisons: Callable[..., Any]) -> None:
    found = comparisons("semantics", "L1", without=("tensorflow",))
    assert found.returncode == 0 and "Not compared with TensorFlow" in found.stdout
    assert "pip install tensorflow" in found.stdout


def test_an_uncovered_rule_is_status_1(run_python: Callable[..., Any]) -> None:
    code = ("from comparisons.semantics import registry; del registry['lifetime.second_gradient']\n"
            "from comparisons.__main__ import main; raise SystemExit(main(['semantics']))")
    found = run_python("-c", code)
    assert found.returncode == 1
    assert "1 of them not covered" in found.stdout and f"no program shows L1: {RULES['L1'].says}" in found.stdout


def test_without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise MissingLibrary(LIBRARIES["tensorflow"])

    monkeypatch.setattr(run, "tensorflow_library", missing)
    results = run_all(["L1", "L4"])
    assert all(result.ok and result.tensorflow is None for result in results)
    assert {result.verdict for result in results} == {
        "as expected; not compared: tensorflow is not installed: pip install tensorflow"}
