"""Whatever has a public name says what it does, shows it in an example that runs, and is called as in TensorFlow."""

from __future__ import annotations

import ast
import doctest
import importlib
import importlib.util
import inspect
import pathlib
import pkgutil
import types

import pytest

import tapes
from comparisons.ops.page import BEHIND, called_as
from tapes import op

NAMESPACES = {"": tapes, **{name: getattr(tapes, name) for name in (
    "autodiff", "bitwise", "config", "debugging", "errors", "linalg", "math", "nest", "nn", "random")}}
CLASSES = [tapes.GradientTape, tapes.IndexedSlices, tapes.TensorArray, tapes.autodiff.ForwardAccumulator,
           tapes.Variable, tapes.Tensor, tapes.DType, tapes.TensorShape, tapes.diagnose.history,
           tapes.diagnose.Explanation, tapes.view.Derivation, tapes.view.Picture,
           tapes.view.Stepper]
FILES = sorted(pathlib.Path(tapes.__file__).parent.rglob("*.py"))
MODULES = ["tapes", *(module.name for module in pkgutil.walk_packages(tapes.__path__, "tapes."))]

needs_tensorflow = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None,
                                      reason="TensorFlow is not installed: pip install tensorflow")


def public_names(module):
    """What a namespace offers: its __all__, or what it defines itself."""
    return getattr(module, "__all__", None) or [
        name for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__ and callable(value)
        and not isinstance(value, type(pytest.Item))]


def public_functions():
    for path, module in NAMESPACES.items():
        for name in public_names(module):
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{path}.{name}".removeprefix("."), value


FUNCTIONS = dict(public_functions())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_a_sentence_and_an_example(name):
    doc = inspect.getdoc(FUNCTIONS[name]) or ""
    assert doc.partition("\n")[0].rstrip().endswith((".", ":", ";")), f"{name} begins with no sentence"
    assert ">>> " in doc, f"{name} has no example"


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_class_has_an_example_and_its_methods_a_sentence(kind):
    assert ">>> " in (kind.__doc__ or ""), f"{kind.__name__} has no example"
    silent = [name for name, value in vars(kind).items() if inspect.isfunction(value) and not name.startswith("_")
              and not inspect.getdoc(value)]
    assert not silent, f"{kind.__name__}: {silent} say nothing"


@pytest.mark.parametrize("module", MODULES)
def test_every_example_runs(module):
    found = importlib.import_module(module)
    runner = doctest.DocTestRunner()
    tests = [test for test in doctest.DocTestFinder().find(found) if test.examples]
    tests += [test for value in vars(found).values() if isinstance(value, types.FunctionType)
              and hasattr(value, "op") and value.__module__ == "tapes.public"
              and module in ("tapes.math", "tapes.nn", "tapes.bitwise")
              for test in doctest.DocTestFinder().find(value, value.__name__, globs={}) if test.examples]
    complaints = []
    for test in tests:
        runner.run(test, out=complaints.append)
    assert runner.failures == 0, "".join(complaints)


def test_the_examples_of_functions_made_from_rows_are_found():
    made = [name for name, function in FUNCTIONS.items() if function.__module__ == "tapes.public"]
    assert len(made) > 60


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_opens_with_one_sentence(file):
    doc = ast.get_docstring(ast.parse(file.read_text())) or ""
    assert doc.partition("\n")[0].endswith((".", ":", "`.", ";")) or ". " in doc.partition("\n")[0], f"{file}: {doc!r}"


@pytest.mark.parametrize("name", op.registry)
def test_every_row_is_within_reach(name):
    assert called_as(name), f"the op {name} has a row, but no public name"


def test_what_stands_behind_another_name_exists():
    assert set(BEHIND) <= set(op.registry)
    for how in BEHIND.values():
        if how.startswith("tapes."):
            found = tapes
            for part in how.split(".")[1:]:
                found = getattr(found, part)


@pytest.mark.parametrize("path", NAMESPACES)
def test_every_listed_name_is_there(path):
    for name in public_names(NAMESPACES[path]):
        assert hasattr(NAMESPACES[path], name), f"{path}.{name}"


@needs_tensorflow
@pytest.mark.parametrize("path", NAMESPACES)
def test_tensorflow_has_the_name_too(path, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    theirs = getattr(tf, path) if path else tf
    strange = [name for name in public_names(NAMESPACES[path])
               if not hasattr(theirs, name) and name != "PhysicalDevice"]
    assert not strange, f"TensorFlow has no tf.{path}: {strange}"


@needs_tensorflow
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if not name.startswith("nest.")])
def test_arguments_have_tensorflows_names_and_order(name, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    theirs = tf
    for part in name.split("."):
        theirs = getattr(theirs, part)
    signature = inspect.signature(theirs)
    if any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values()):
        return  # it does not say what it takes
    names = list(signature.parameters)
    ours = inspect.signature(FUNCTIONS[name]).parameters.values()
    by_place = [p.name for p in ours if p.kind is p.POSITIONAL_OR_KEYWORD]
    if name not in ("as_dtype", "is_tensor"):
        assert by_place == names[:len(by_place)]
    by_name = {p.name for p in ours if p.kind is p.KEYWORD_ONLY} - {"name"}
    assert by_name <= set(names)
    if "name" in names:
        assert "name" in {p.name for p in ours} | set(by_place), f"tf.{name} takes name="
