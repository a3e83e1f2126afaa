"""Random programs are worth as much as the mistakes they find: wrong rules are found, and told in a few lines."""

from __future__ import annotations

import os
import threading

import joblib
import pytest

import comparisons.fuzz.hunt as hunting
import comparisons.fuzz.search as searching
import tapes
from comparisons.fuzz.hunt import BATCH, Report, batch, hunt
from comparisons.libraries import LIBRARIES
from tapes.op import registry

pytest.importorskip("hypothesis", reason=LIBRARIES["hypothesis"].install)
needs_tensorflow = pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)
HERE = f"{os.getpid()} {threading.current_thread().name}"


def total(parts):
    found = Report()
    for part in parts:
        found += part
    return found


@pytest.fixture
def one_is_enough(monkeypatch):
    monkeypatch.setattr(hunting, "FAILURES", 1)
    monkeypatch.setattr(searching, "TRIES", 100)


def first_failure(most=12):
    """The first disagreement with TensorFlow in so many batches."""
    for number in range(most):
        found = batch(0, number, BATCH, ("tensorflow",))
        if found.failures:
            return found.failures[0], BATCH * number + found.programs
    pytest.fail(f"nothing found in {most * BATCH} programs")


def thousandth(monkeypatch):
    tanh = registry["tanh"]
    monkeypatch.setattr(tanh, "rules", [lambda g, y, x: g * (1.0 - y * y) * 1.001])


def no_unbroadcasting(monkeypatch):
    multiply = registry["multiply"]
    monkeypatch.setattr(multiply, "rules", [lambda g, z, x, y: g * y, lambda g, z, x, y: g * x])


def no_stop(monkeypatch):
    monkeypatch.setattr(tapes, "stop_gradient", tapes.identity)


@needs_tensorflow
@pytest.mark.parametrize(("mutant", "word"), [(thousandth, "tanh"), (no_unbroadcasting, ""),
                                              (no_stop, "stop_gradient")])
def test_a_mistake_is_found_and_told_in_a_few_lines(mutant, word, monkeypatch, one_is_enough):
    mutant(monkeypatch)
    failure, programs = first_failure()
    body = failure.script.split("def program(tf):\n")[1].split("\n\n")[0]
    assert word in body, failure.script
    assert len(body.splitlines()) <= 8, body
    assert programs <= 600


@needs_tensorflow
def test_the_tape_of_today_agrees(comparisons):
    found = comparisons("fuzz", "--programs", "150", "--seed", "1")
    assert found.returncode == 0, found.stdout + found.stderr
    assert "All programs agree." in found.stdout and "150 programs" in found.stdout


@needs_tensorflow
def test_the_script_runs_by_itself_and_shows_both_answers(run_python, tmp_path, monkeypatch, one_is_enough):
    thousandth(monkeypatch)
    failure, _ = first_failure()
    file = tmp_path / "failing.py"
    file.write_text(failure.script)
    found = run_python(str(file))
    assert found.returncode == 0, found.stderr
    shown = found.stdout.splitlines()
    assert shown[0] == "tapes" and "tensorflow" in shown
    assert sum("g1 = " in line for line in shown) == 2


def test_a_seed_means_the_same_programs_whatever_the_number_of_jobs():
    one, two, other = (total(hunt(3 * BATCH, seed, jobs, ())) for seed, jobs in ((5, None), (5, 2), (6, None)))
    assert one.programs == two.programs == other.programs == 3 * BATCH
    assert one.digest == two.digest != other.digest
    assert one.workers == {HERE} and HERE not in two.workers


def test_a_cluster_of_the_callers_does_the_work():
    distributed = pytest.importorskip("distributed")
    # two processes of one thread: joblib would do the work itself if the cluster had room for one piece only
    cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with cluster, distributed.Client(cluster) as client, joblib.parallel_config(backend="dask"):
        spread = total(hunt(3 * BATCH, 5, None, ()))
        workers = {str(process) for process in client.run(os.getpid).values()}
    assert spread.programs == 3 * BATCH and spread.digest == total(hunt(3 * BATCH, 5, None, ())).digest
    assert spread.workers and {worker.partition(" ")[0] for worker in spread.workers} <= workers
