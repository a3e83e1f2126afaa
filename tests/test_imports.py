"""tapes stands on NumPy alone, and nothing imports upwards: whoever reads a file can read what it needs first."""

from __future__ import annotations

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]
OTHERS = {"tensorflow", "jax", "sympy", "torch", "autograd", "mygrad", "rich", "sklearn", "mpmath", "pytest",
          "hypothesis", "joblib", "jinja2", "markupsafe", "pygments", "dask", "micrograd", "matplotlib", "selenium"}
OURS = ["tapes", "comparisons", "examples", "tests"]  # each may import those before it, and itself
# A file format, whose library is looked for when such a file is named; the layout of a picture; symbols; a widget.
OPTIONAL = {"safetensors", "grandalf", "sympy", "anywidget", "traitlets"}
LAZY = OTHERS - {"rich"}  # what prints may begin with `import rich`, as long as `import comparisons` does not


def files(package):
    return sorted((ROOT / package).rglob("*.py"))


def imports(tree, whole):
    """The first part of what a file imports: everywhere, or only while it is itself being imported."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.partition(".")[0]
        elif whole or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            waiting += [child for child in ast.iter_child_nodes(node) if not for_types_only(child)]


def for_types_only(node):
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


@pytest.mark.parametrize("file", files("tapes"), ids=lambda file: str(file.relative_to(ROOT)))
def test_tapes_imports_numpy_and_the_standard_library(file):
    tree, known = ast.parse(file.read_text()), {"numpy", "tapes", *sys.stdlib_module_names}
    assert set(imports(tree, whole=False)) <= known
    assert set(imports(tree, whole=True)) <= known | OPTIONAL


@pytest.mark.parametrize("package", OURS)
def test_nothing_imports_upwards(package):
    above = set(OURS[OURS.index(package) + 1:])
    for file in files(package):
        found = set(imports(ast.parse(file.read_text()), whole=True))
        assert not found & above, f"{file.relative_to(ROOT)} imports {found & above}"


def speaks_for_a_library(file):
    """Such a module is imported when its library is asked for, so it may begin with `import jax`."""
    return file.parent.name in ("backends", "calls") and file.name != "__init__.py"


@pytest.mark.parametrize("file", [file for file in files("comparisons") if not speaks_for_a_library(file)],
                         ids=lambda file: str(file.relative_to(ROOT)))
def test_other_libraries_are_imported_when_they_are_used(file):
    found = set(imports(ast.parse(file.read_text()), whole=False))
    assert not found & LAZY, f"on import, {file.relative_to(ROOT)} wants {found & LAZY}"


@pytest.mark.parametrize("library", sorted(LAZY))
def test_in_each_folder_one_module_speaks_to_a_library(library):
    speakers = [file for file in files("comparisons") if library in imports(ast.parse(file.read_text()), whole=True)]
    folders = [file.parent for file in speakers]
    assert len(set(folders)) == len(folders), f"{library} is imported by {[str(f.relative_to(ROOT)) for f in speakers]}"


@pytest.mark.parametrize("package", ["tapes", "comparisons"])
def test_importing_brings_no_other_library(package):
    program = f"import sys, {package}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                                cwd=ROOT).stdout.split())
    assert package in loaded
    assert not loaded & OTHERS
    assert package == "comparisons" or not loaded & set(OURS[1:])


def test_importing_all_that_speaks_for_no_library_brings_none():
    modules = [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
               for file in files("comparisons") if file.name != "__main__.py" and not speaks_for_a_library(file)]
    program = f"import sys, importlib\nfor m in {modules}: importlib.import_module(m)\n" \
              "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.split()) & LAZY
