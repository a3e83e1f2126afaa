"""What is timed is right: by hand as by the tape and by differences; and what goes wrong is a cell that says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import tapes
from comparisons.__main__ import main
from comparisons.libraries import LIBRARIES, Library
from comparisons.measure import difference
from comparisons.speed import judge, machine, scaling, worker
from comparisons.speed.backends import tape
from comparisons.speed.contenders import CONTENDERS, Contender
from comparisons.speed.page import _growth as of_growth
from comparisons.speed.rounds import Cell, measured
from comparisons.speed.show import growth_table
from comparisons.speed.workload import GRADIENTS, HESSIAN_VECTOR, JACOBIAN
from comparisons.speed.workloads import GROWTH, WORKLOADS, adam

HERE = "tests.test_speed"
GROWING = [family(sizes[1]) for family, sizes in GROWTH.values()]
EVERY = [*WORKLOADS.values(), *GROWING]
GOOD = Contender("good", "does its work", HERE, "good")


def prepare(workload, numbers, way, threads):
    """This file is itself a contender, of several kinds."""
    if way == "dies":
        os._exit(7)
    if way == "sleeps":
        time.sleep(60)
    if way == "raises":
        raise RuntimeError("no such kernel\nsecond line")
    prepared = tape.prepare(tapes, workload, numbers, lambda step: step)
    if way == "good":
        return prepared

    def arrays(found):
        value, first, *rest = prepared.arrays(found)
        return {"a thousandth": [value, first * np.float32(1.001), *rest], "nan": [value, first * np.nan, *rest],
                "a shape": [value, first[None], *rest], "too few": [value, first],
                "the value": [value + 1, first, *rest]}[way]

    return replace(prepared, arrays=arrays)


def by_tape(workload, numbers):
    prepared = tape.prepare(tapes, workload, numbers, lambda step: step)
    return prepared.arrays(prepared.run())


@pytest.mark.parametrize("workload", EVERY, ids=lambda w: w.name)
def test_by_hand_and_the_tape_agree_in_double_precision(workload):
    found = workload.by_hand(workload.numbers().wide())
    expected = by_tape(workload, workload.numbers().wide())
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert difference(a, b, np.float64).within(1e-9)


def moved(numbers, directions, h):
    return replace(numbers, parameters=[p + h * v for p, v in zip(numbers.parameters, directions, strict=True)])


def directions_of(numbers):
    """Together of length 1, so that few relus turn within a step, and of one sign, so that nothing cancels."""
    random, size = np.random.default_rng(1), sum(np.size(p) for p in numbers.parameters)
    return [np.abs(random.standard_normal(np.shape(p))) / np.sqrt(size) for p in numbers.parameters]


@pytest.mark.parametrize("workload", [w for w in EVERY if w.kind == GRADIENTS], ids=lambda w: w.name)
def test_gradients_by_hand_agree_with_differences(workload):
    numbers = workload.numbers().wide()
    directions, h = directions_of(numbers), 1e-6
    slope = sum(np.sum(g * v) for g, v in zip(workload.by_hand(numbers)[1:], directions, strict=True))
    there, back = (workload.by_hand(moved(numbers, directions, step))[0] for step in (h, -h))
    assert difference((there - back) / (2 * h), slope).within(1e-5)


def test_the_jacobian_by_hand_agrees_with_differences():
    [workload] = [w for w in EVERY if w.kind == JACOBIAN]
    numbers = workload.numbers().wide()
    directions, h = directions_of(numbers), 1e-6
    along = sum(np.sum(j * v, axis=tuple(range(2, j.ndim)))
                for j, v in zip(workload.by_hand(numbers)[1:], directions, strict=True))
    there, back = (workload.by_hand(moved(numbers, directions, step))[0] for step in (h, -h))
    assert difference((there - back) / (2 * h), along).within(1e-8)


def test_the_hessian_by_hand_agrees_with_differences_of_gradients():
    [workload] = [w for w in EVERY if w.kind == HESSIAN_VECTOR]
    numbers, h = workload.numbers().wide(), 1e-6
    first = replace(workload, kind=GRADIENTS)
    there, back = (by_tape(first, moved(numbers, numbers.vectors, step))[1:] for step in (h, -h))
    for found, a, b in zip(workload.by_hand(numbers)[1:], there, back, strict=True):
        assert difference((a - b) / (2 * h), found).within(1e-7)


def test_adam_as_a_function_is_adam_in_place():
    workload = WORKLOADS["adam"]
    numbers, gradients = workload.numbers().wide(), [p * 0 + 0.01 for p in workload.numbers().wide().parameters]
    moved, state = adam.updated(np.sqrt, numbers.parameters, numbers.state, gradients)
    adam.step_by_hand(numbers.parameters, numbers.state, gradients)
    for a, b in zip([*moved, *state], [*numbers.parameters, *numbers.state], strict=True):
        assert difference(a, b).within(1e-12)


@pytest.mark.parametrize("workload", WORKLOADS.values(), ids=lambda w: w.name)
def test_every_workload_is_in_single_precision(workload):
    numbers = workload.numbers()
    assert {x.dtype for x in (*numbers.parameters, *numbers.vectors, *numbers.state)} == {np.dtype(np.float32)}
    assert {np.asarray(x).dtype for x in workload.by_hand(numbers)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("way", ["a thousandth", "nan", "a shape", "too few", "the value"])
def test_a_wrong_result_is_caught_before_it_is_timed(way):
    prepared, answer = worker.prepare(Contender("bad", "is wrong", HERE, way), 1, WORKLOADS["mlp-small"])
    assert prepared is None
    assert answer["status"] == worker.WRONG
    assert answer["reason"]


def test_the_right_one_is_not():
    prepared, answer = worker.prepare(GOOD, 1, WORKLOADS["mlp-small"])
    assert (answer["status"], answer["reason"]) == (worker.TIMED, "")
    median, runs = worker.round_of(prepared, 0.01)
    assert runs >= 1 and median > 0


def test_what_goes_wrong_is_a_cell():
    contenders = [CONTENDERS["numpy"], GOOD, Contender("dead", "dies", HERE, "dies"),
                  Contender("slow", "sleeps", HERE, "sleeps"), Contender("failing", "raises", HERE, "raises"),
                  Contender("wrong", "is wrong", HERE, "a thousandth"),
                  Contender("absent", "is not there", HERE, "good", Library("no_such_module", "nothing", "compare")),
                  CONTENDERS["micrograd"]]
    workloads = [WORKLOADS["linear-1k"], WORKLOADS["mlp-small"]]
    cells = list(measured(workloads, contenders, 2, 1, seconds=0.01, patience=6))
    assert len(cells) == 16  # after a death or a timeout the next workload is asked all the same
    of = {cell.contender: cell for cell in cells if cell.workload == "linear-1k"}
    assert len(of["good"].rounds) == len(of["good"].ratios) == 2
    assert of["numpy"].ratio == 1
    assert (of["dead"].status, of["dead"].reason) == ("crashed", "its process died, exit code 7")
    assert (of["slow"].status, of["slow"].reason) == ("timeout", "no answer within 6 s")
    assert (of["failing"].status, of["failing"].reason) == ("failed", "RuntimeError: no such kernel")
    assert of["wrong"].status == "wrong" and "off by 1.0e-03" in of["wrong"].reason
    assert (of["absent"].status, of["absent"].reason) == ("missing", "pip install nothing")
    if CONTENDERS["micrograd"].library.installed:
        assert (of["micrograd"].status, of["micrograd"].reason) == ("unsupported", "it has single numbers only")
    assert judge.wrong(cells) == [f"{name}: wrong: {of['wrong'].reason}" if name == "linear-1k" else line
                                  for name, line in zip(["linear-1k", "mlp-small"], judge.wrong(cells), strict=True)]


def timed(workload, contender, *rounds):
    return Cell(workload, contender, "timed", rounds=list(rounds), ratios=[each / 2 for each in rounds])


def test_targets_say_where_they_are_missed_and_by_how_much():
    cells = [timed("rnn", "numpy", 2.0, 2.0), timed("rnn", "tapes.function", 1.8, 1.8),
             timed("rnn", "jax.jit", 1.0, 1.0), timed("conv", "numpy", 2.0, 2.0),
             timed("conv", "tapes.function", 2.2, 2.2), timed("conv", "jax.jit", 3.0, 3.0),
             timed("conv", "tapes", 5.0, 5.0), timed("conv", "torch", 4.0, 4.0)]
    cells[1].forwards, cells[4].forwards = [0.5, 0.5], [0.4, 0.4]
    assert list(map(str, judge.targets(cells))) == [
        "MISSED: tapes.function takes at most the time of NumPy by hand: on 1 of 2; not on conv (1.10).",
        "MISSED: tapes.function is ahead of all other libraries: on 1 of 2; not on rnn (JAX, jax.jit: 1.80 times).",
        "MISSED: tapes.function takes at most 1.3 times the time of JAX, jax.jit: on 1 of 2; not on rnn (1.80).",
        "MISSED: tapes, eager takes at most 2 times the time of NumPy by hand where the time goes to overhead: "
        "on 0 of 1; not on conv (2.50).",
        "MISSED: tapes, eager is ahead of all other eager libraries: on 0 of 1; not on conv (PyTorch, eager: 1.25 "
        "times).",
        "MISSED: tapes.function: value and gradients take less than 4 times the value alone: on 1 of 2; not on conv "
        "(5.50)."]
    assert "met: tapes, eager takes at most 2 times" in "\n".join(map(str, judge.targets([
        timed("conv", "numpy", 2.0), timed("conv", "tapes", 3.9)])))


@pytest.mark.parametrize(("ratio", "limit", "text"), [
    (1.004, 1, "1.004"), (1.0000004, 1, "1.0000004"), (1.3, 1, "1.30"), (1.301, 1.3, "1.301"), (33.1, 2, "33.1")])
def test_a_miss_has_as_many_digits_as_show_it(ratio, limit, text):
    assert judge.beyond(ratio, limit) == text


def test_growth_in_proportion_is_told_from_growth_that_is_not():
    assert judge.straight("time", {10: 9.0, 10_000: 1.0, 1_000_000: 150.0}).met
    assert not judge.straight("time", {10: 9.0, 10_000: 1.0, 1_000_000: 250.0}).met
    assert str(judge.straight("time", {10_000: 1.0, 100_000: 9.0, 1_000_000: None})) == (
        "MISSED: time is in proportion to the number of operations, within 2 times, from 10,000 to 1,000,000: on 1 of "
        "2; not on 1,000,000 (not timed).")
    assert judge.straight("time", {10_000: 1.0}) is None


def test_a_million_operations_do_not_drift():
    family, sizes = GROWTH["operations"]
    workload = family(sizes[-1])
    assert worker.check(list(workload.by_hand(workload.numbers())), worker.expected(workload), workload)[1] == ""


def test_who_fails_at_a_size_is_not_asked_for_the_next():
    workloads = [WORKLOADS["linear-1k"], WORKLOADS["mlp-small"]]
    failing = Contender("failing", "raises", HERE, "raises")
    cells = list(measured(workloads, [CONTENDERS["numpy"], failing], 1, 1, seconds=0.01, growing=True))
    assert [cell.status for cell in cells if cell.contender == "failing"] == ["failed", "skipped"]


def grown(monkeypatch):
    """Two sizes; who comes second of three fails at the smaller one."""
    monkeypatch.setitem(CONTENDERS, "tapes", Contender("tapes", "tapes, eager", HERE, way="raises"))
    monkeypatch.setattr(scaling, "GROWTH", {"batch": (GROWTH["batch"][0], (1, 10))})
    [(name, sizes)] = scaling.growth(1, 1, lambda text: None, ["batch"], ["numpy", "tapes", "tapes.function"])
    return {name: sizes}


def test_a_column_of_growth_belongs_to_one_contender(monkeypatch, tmp_path):
    growth = grown(monkeypatch)
    for row in growth["batch"].values():
        assert list(row) == ["numpy", "tapes", "tapes.function"]
        assert all(name == cell.contender for name, cell in row.items())
    assert [row["tapes"].status for row in growth["batch"].values()] == ["failed", "skipped"]
    turned = {"batch": {size: dict(reversed(row.items())) for size, row in growth["batch"].items()}}
    for found in (growth, turned):  # whatever order the cells come in
        text = "\n".join(of_growth(found, 1, 60))
        for size, row in found["batch"].items():
            line = f"| {size} | {judge.duration(row['numpy'].median)} | {'failed' if size == 1 else '-'} | "
            assert line + f"{judge.duration(row['tapes.function'].median)} |" in text
        table = growth_table("batch", found["batch"])
        assert [column.header for column in table.columns] == ["batch", "numpy", "tapes", "tapes.function"]
        assert list(table.columns[2].cells) == ["failed", "-"]
    assert all(cell.forwards == [] for row in growth["batch"].values() for cell in row.values())


def test_other_programs_are_those_that_are_not_ours(monkeypatch):
    monkeypatch.setattr(machine.Company, "_now", iter([(10.0, 5.0, 0.0), (30.0, 15.0, 10.0)]).__next__)
    monkeypatch.setattr(machine.os, "cpu_count", lambda: 2)
    assert machine.Company().share() == pytest.approx((20 - 10) / (2 * 10))


def test_what_was_timed_before_it_was_stopped_is_told(monkeypatch, tmp_path, capsys):
    def stopped(*_, **__):
        yield timed("linear-1k", "numpy", 1.0)
        raise KeyboardInterrupt

    monkeypatch.setattr("comparisons.speed.show.measured", stopped)
    def half_a_row(*_, **__):
        for workload, contender in (("linear-1k", "numpy"), ("linear-1k", "tapes"), ("mlp-small", "numpy")):
            yield scaling.Peak(workload, contender, 1_000, 2_000)
        raise KeyboardInterrupt

    path, page = tmp_path / "speed.json", tmp_path / "speed.md"
    assert main(["speed", "linear-1k", "mlp-small", "--json", str(path)]) == 130
    assert capsys.readouterr().out.startswith("Stopped. What had been timed until then:")
    assert [cell["workload"] for cell in json.loads(path.read_text())["cells"]] == ["linear-1k"]
    monkeypatch.setattr("comparisons.speed.show.measured", lambda *_, **__: iter([timed("linear-1k", "numpy", 1.0)]))
    monkeypatch.setattr(scaling, "memory", half_a_row)
    assert main(["speed", "linear-1k", "--memory", "--markdown", str(page)]) == 130
    assert "when it was stopped" in page.read_text() and "| mlp-small | 1 kB |  |" in page.read_text()


def test_the_spread_is_half_the_distance_of_the_quartiles():
    assert timed("rnn", "tapes", 1.0, 2.0, 3.0, 4.0, 5.0).spread == pytest.approx(1 / 3)


def test_the_command_tells_everything(tmp_path, capsys):
    path = tmp_path / "speed.json"
    assert main(["speed", "linear-1k", "--only", "tapes,tapes.function", "--rounds", "2", "--json", str(path)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("All results agree")
    assert max(map(len, shown.splitlines())) <= 120
    document = json.loads(path.read_text())
    assert document["machine"].keys() >= {"date", "processor", "cores", "threads", "platform", "python", "blas",
                                          "versions"}
    assert document["machine"]["versions"].keys() >= {"gradient-tapes", "numpy", "tensorflow", "jax", "torch"}
    cells = {cell["contender"]: cell for cell in document["cells"]}
    assert cells.keys() == {"numpy", "tapes", "tapes.function"}
    assert len(cells["tapes"]["rounds"]) == len(cells["tapes"]["runs"]) == len(cells["tapes"]["ratios"]) == 2
    assert cells["tapes"]["spread"] >= 0 and cells["tapes"]["off"] < worker.TOLERANCE


def test_growth_memory_pages_and_pictures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(scaling, "GROWTH", {**GROWTH, "batch": (GROWTH["batch"][0], (1, 10))})
    monkeypatch.setattr(scaling, "growth", partial(scaling.growth, families=["batch"], names=["numpy", "tapes"]))
    monkeypatch.setattr(scaling, "memory_of_operations", partial(scaling.memory_of_operations, sizes=[10_000, 20_000]))
    monkeypatch.setattr(scaling, "memory", partial(scaling.memory, contenders=["numpy", "tapes"]))
    paths = {name: tmp_path / f"speed.{name}" for name in ("json", "markdown", "svg")}
    drawn = ["--plot", str(paths["svg"])] if LIBRARIES["matplotlib"].installed else []
    assert main(["speed", "linear-1k", "--only", "tapes", "--quick", "--all", *drawn,
                 "--json", str(paths["json"]), "--markdown", str(paths["markdown"])]) == 0
    assert "Growth with batch" in capsys.readouterr().out
    document = json.loads(paths["json"].read_text())
    assert "memory of tapes, eager" in document["targets"][-1]["text"] and document["targets"][-1]["met"]
    assert document["growth"]["batch"].keys() == {"1", "10"}
    traced = {each["contender"]: each["traced"] for each in document["memory"]}
    assert traced["tapes"] > traced["numpy"] > 8_000  # two arrays of 1,000 single-precision numbers
    page = paths["markdown"].read_text()
    for part in ("python -m comparisons speed linear-1k", "## The machine",
                 "## Times", "## A gradient in values", "### Growth with batch", "## Memory", "tapes, eager |",
                 "one round of 0.1 s", "MLP 10-32-2 with relu, batch 10,"):
        assert part in page
    assert not drawn or paths["svg"].read_text().count("<path") > 10


def test_a_wrong_result_fails_the_command(monkeypatch, capsys):
    monkeypatch.setitem(CONTENDERS, "tapes", Contender("tapes", "tapes, eager", HERE, "a thousandth"))
    assert main(["speed", "linear-1k", "--only", "tapes", "--rounds", "1"]) == 1
    assert capsys.readouterr().out.startswith("WRONG linear-1k: tapes: array 1 of 2 beside the value is off by 1.0e-03")


@pytest.mark.parametrize("arguments", [["no-such"], ["--only", "no-such"]])
def test_a_name_that_is_not_there_brings_the_list(arguments, capsys):
    assert main(["speed", *arguments]) == 2
    assert "choose from " in capsys.readouterr().err


def test_numpy_by_hand_has_the_settings_of_tapes_only_where_it_is_asked_for():
    script = ("import sys; from comparisons.speed.backends import hand; "
              "from comparisons.speed.workloads import WORKLOADS; w = WORKLOADS['linear-1k']; "
              "hand.prepare(w, w.numbers(), 'eager', 1); print('tapes' in sys.modules); "
              "hand.prepare(w, w.numbers(), 'settings', 1); print('tapes' in sys.modules)")
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "True"]
