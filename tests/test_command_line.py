"""The comparison is used from the command line, so there it is tested: output, exit status, missing libraries."""

from __future__ import annotations

import json

import pytest

from comparisons.__main__ import parser
from comparisons.commands import COMMANDS
from comparisons.libraries import LIBRARIES

CORE = ("tensorflow", "jax", "sympy", "sklearn")
missing = [name for name in CORE if not LIBRARIES[name].installed]
needs_all = pytest.mark.skipif(bool(missing), reason="; ".join(LIBRARIES[name].install for name in missing))


@needs_all
def test_every_loss_on_every_library_agrees(comparisons, tmp_path):
    found = comparisons("run", "--json", str(tmp_path / "all.json"))
    assert found.returncode == 0, found.stdout + found.stderr
    assert "agree" in found.stdout.splitlines()[0], "the verdict comes first"
    document = json.loads((tmp_path / "all.json").read_text())
    assert document["schema"] == 1 and document["agree"] is True
    names = [loss["name"] for loss in document["losses"]]
    assert names == ["linear-article", "linear-diabetes", "logistic-cancer", "mlp-relu", "mlp-small", "mlp-tanh"]
    for loss in document["losses"]:
        judged = {name for row in loss["results"] for name, cell in row["cells"].items() if cell["status"] == "agrees"}
        assert judged >= {"tapes", "tensorflow", "jax", "complex", "central"}, loss["name"]
        assert {row["reference"] for row in loss["results"]} == {"sympy", "complex"}
        assert {row["order"] for row in loss["results"]} == {0, 1, 2}
        # against SymPy every library is right to a few units in the last place, at both orders
        for row in loss["results"]:
            if row["reference"] == "sympy":
                assert row["cells"]["tapes"]["ulps"] < 100, row
    assert "I0000" not in found.stderr, "TensorFlow's start-up messages are not for the user"


@pytest.mark.parametrize("arguments", [["run", "linear-article", "--only", "tapes,complex"],
                                       ["train", "linear", "--steps", "2", "--only", "optax"]], ids=lambda a: a[0])
def test_a_file_that_was_asked_for_is_written_whether_or_not_anybody_reads_the_output(run_python, tmp_path, arguments):
    """As in `run --json FILE | head -n 1`: here the reader goes away at once."""
    program = ("import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); "
               "from comparisons.__main__ import main; main(sys.argv[1:])")
    run_python("-c", program, *arguments, "--json", str(tmp_path / "all.json"))
    assert json.loads((tmp_path / "all.json").read_text())["schema"] == 1


@needs_all
def test_single_precision(comparisons):
    found = comparisons("run", "linear-article", "mlp-small", "--dtype", "float32",
                        "--only", "tapes,tensorflow,jax,sympy,complex")
    assert found.returncode == 0, found.stdout
    assert "float32" in found.stdout and "All that was compared agrees." in found.stdout


def test_list_names_losses_libraries_and_versions(comparisons):
    found = comparisons("list")
    assert found.returncode == 0
    for word in ("mlp-tanh", "linear-diabetes", "tapes", "tensorflow", "jax", "sympy", "torch", "mygrad"):
        assert word in found.stdout


def test_a_missing_library_is_a_row_with_its_install_line(comparisons):
    absent = ("tensorflow", "jax", "torch", "autograd", "mygrad")
    found = comparisons("list", without=absent)
    assert found.returncode == 0
    assert "pip install tensorflow" in found.stdout and "pip install jax" in found.stdout
    found = comparisons("run", "linear-article", without=absent)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "missing" in found.stdout
    assert "All that was compared agrees." in found.stdout and "All libraries agree" not in found.stdout
    assert "tensorflow (pip install tensorflow)" in found.stdout


def test_without_sympy_the_truth_column_is_said_to_be_missing(comparisons):
    found = comparisons("run", "linear-article", "--only", "tapes,sympy", without=("sympy",))
    assert found.returncode == 0, found.stdout + found.stderr
    assert "sympy (pip install sympy)" in found.stdout
    assert "All libraries agree" not in found.stdout


def test_without_rich_or_data_one_line_says_what_to_install(comparisons):
    found = comparisons("list", without=("rich",))
    assert found.returncode == 2 and "pip install rich" in found.stderr and "Traceback" not in found.stderr
    found = comparisons("run", "mlp-small", without=("sklearn",))
    assert found.returncode == 2 and "pip install scikit-learn" in found.stderr and "Traceback" not in found.stderr


@pytest.mark.parametrize(("arguments", "words"), [
    ([], "COMMAND"),
    (["run", "no-such-loss"], "the losses are linear-article"),
    (["run", "nowhere/loss.py"], "there is no file"),
    (["run", "--only", "numpy"], "--only takes names from tapes"),
    (["run", "--only", ","], "--only takes names from tapes"),
    (["run", "--dtype", "int32"], "invalid choice"),
    (["run", "--seed", "one"], "invalid int value"),
    (["run", "linear-article", "--json", "no/such/folder/x.json"], "there is no folder"),
    (["semantics", "no-such-program"], "no-such-program"),
])
def test_wrong_usage_is_status_2_and_one_clear_line(comparisons, arguments, words):
    found = comparisons(*arguments)
    assert found.returncode == 2
    assert words in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_to_type_and_what_it_does(command, capsys):
    with pytest.raises(SystemExit):
        parser().parse_args([command, "--help"])
    usage, description, *_, last = capsys.readouterr().out.split("\n\n")
    assert usage.startswith(f"usage: python -m comparisons {command}")
    assert description.rstrip().endswith(".")
    title, *examples = last.splitlines()
    assert title == "examples:" and examples
    for example in examples:
        assert parser().parse_args(example.split()[3:]).command == command


@pytest.mark.parametrize("width", ["60", "80", "100", "140", ""])
def test_tables_are_as_wide_as_the_screen_and_nothing_is_cut(capsys, monkeypatch, width):
    pytest.importorskip("rich")
    from rich.table import Table

    from comparisons import report

    monkeypatch.setenv("COLUMNS", width)
    numbers = Table("key", *[f"library {place}" for place in range(12)], box=None, pad_edge=False)
    numbers.add_row("value", *[f"{place}e-15 at 0.123" for place in range(12)])
    for column in numbers.columns:
        column.no_wrap = True
    text = Table("word", "why", "what", "where", box=None)
    text.add_row("a" * 40, "because " * 20, "b" * 50, "c" * 30)
    screen = report.console()
    report.show(screen, numbers)
    report.show(screen, text)
    report.item(screen, "a reason that goes on and on " * 10)
    shown = capsys.readouterr().out
    assert all(len(line) <= int(width or 120) and line == line.rstrip() for line in shown.splitlines())
    assert "…" not in shown and all(f"{place}e-15 at 0.123" in shown for place in range(12))
    assert shown.count("a") - shown.count("value") >= 40 and shown.count("b") >= 50
    assert shown.count("key") == shown.count("value") > 1, "each part has the first column again"
