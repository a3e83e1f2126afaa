"""A loss is a file: a function written once as loss(tf, ...), what to differentiate it by, and its data."""

from __future__ import annotations

import importlib.util
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

SYMBOLIC_ROWS = 4  # of the data: as much as SymPy differentiates in reasonable time

Arrays = dict[str, np.ndarray]


class LossError(Exception):
    """A loss that cannot be compared; the text names the file, the line and what to do."""


@dataclass(frozen=True)
class Problem:
    """A loss with numbers: what every library is asked to differentiate.

    Attributes:
        name: of the loss.
        title: one sentence.
        function: loss(tf, **inputs, **data) -> scalar, for a namespace `tf` of any library.
        inputs: the arrays to differentiate by.
        data: the arrays that are constants.
        path: the file that defines it.
    """

    name: str
    title: str
    function: Callable[..., Any]
    inputs: Arrays
    data: Arrays
    path: Path

    @property
    def rows(self) -> int:
        """The number of rows of the data: the length that the first axes of all data arrays share, or 0."""
        lengths = {array.shape[0] if array.ndim else 0 for array in self.data.values()}
        return lengths.pop() if len(lengths) == 1 else 0

    @property
    def dtype(self) -> np.dtype:
        return next(iter(self.inputs.values())).dtype

    def first_rows(self, count: int) -> Problem:
        """The same loss on the first rows of its data."""
        if self.rows <= count:
            return self
        return replace(self, data={name: array[:count] for name, array in self.data.items()})

    def call(self, tf: Any, inputs: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
        """The value of the loss in some library's arrays; LossError when it is not a scalar or raises."""
        try:
            value = self.function(tf, **inputs, **data)
        except Exception as error:
            raise LossError(self._with_whole_numbers(blame(error, self.path))) from error
        shape = getattr(value, "shape", ())
        if value is None or tuple(shape) != ():
            what = "None: return the value" if value is None else f"shape {tuple(shape)}: reduce it to one number, "\
                "for instance with tf.reduce_mean"
            line = self.function.__code__.co_firstlineno
            raise LossError(f"{self.path.name}, line {line}: loss returned {what}")
        return value

    def _with_whole_numbers(self, said: str) -> str:
        """Where integers met floating-point numbers, and some of the data are integers: what to write there."""
        whole = [name for name, array in self.data.items() if array.dtype.kind in "iu"]
        before, found, _ = said.partition("Bring all to one dtype")
        return said if not found or not whole else (
            f"{before}data[{whole[0]!r}] holds whole numbers, {self.data[whole[0]].dtype}: write 1.0 for 1 in `data`.")


def blame(error: BaseException, path: Path) -> str:
    """What happened, with the line of the user's file where it happened."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename) == path:
        return f"{path.name}, line {error.lineno}: {error.msg}: {(error.text or '').strip()}"
    place = f"{path.name}, line {frames[-1].lineno}: {frames[-1].line}" if frames else path.name
    return f"{place}: {type(error).__name__}: {error}"


def bundled() -> dict[str, Path]:
    """The losses that come with the project, by name."""
    package = Path(__file__).parent / "losses"
    return {module.name.replace("_", "-"): package / f"{module.name}.py"
            for module in pkgutil.iter_modules([str(package)])}


def load(name_or_path: str, dtype: str = "float64", seed: int = 0) -> Problem:
    """The problem of a bundled loss, by name, or of a user's file, by path.

    A file defines `loss(tf, ...)`; `inputs`, a dict of what to differentiate by; and, if it needs any, `data`, a dict
    of constants. Each of the two may be a function that returns the dict, and may take a NumPy random generator.
    """
    losses = bundled()
    path = losses.get(name_or_path) or Path(name_or_path)
    if name_or_path not in losses and path.suffix != ".py":
        raise LossError(f"there is no loss {name_or_path!r}: the losses are {', '.join(losses)}; a loss of your own is "
                        "the path of a .py file")
    module = _module(path.resolve())
    function = getattr(module, "loss", None)
    if not callable(function):
        raise LossError(f"{path.name} defines no function `loss`: write `def loss(tf, W, x): ...` that returns a "
                        "scalar")
    rng = np.random.default_rng(seed)
    data = _arrays(module, "data", rng, dtype, path)
    inputs = _arrays(module, "inputs", rng, dtype, path)
    if not inputs:
        raise LossError(f"{path.name} defines no `inputs`: write `inputs = {{'W': 5.0}}`, what to differentiate by")
    wrong = [name for name, array in inputs.items() if array.dtype.kind != "f"]
    if wrong:
        raise LossError(f"{path.name}: inputs[{wrong[0]!r}] is {inputs[wrong[0]].dtype}, and only floating-point "
                        "numbers have gradients: write 1.0 for 1, or move it to `data`")
    both = inputs.keys() & data.keys()
    if both:
        raise LossError(f"{path.name}: {sorted(both)[0]!r} is in `inputs` and in `data`")
    try:
        inspect.signature(function).bind(None, **inputs, **data)
    except TypeError as error:
        names = ", ".join([*inputs, *data])
        raise LossError(f"{path.name}, line {function.__code__.co_firstlineno}: loss must take (tf, {names}), the "
                        f"library first, then the names in `inputs` and `data`: {error}") from None
    title = (inspect.getdoc(module) or path.stem).splitlines()[0]
    return Problem(path.stem.replace("_", "-"), title, function, inputs, data, path.resolve())


def _module(path: Path) -> ModuleType:
    if not path.is_file():
        raise LossError(f"there is no file {path}")
    spec = importlib.util.spec_from_file_location(f"comparisons_loss_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise LossError(blame(error, path)) from error
    return module


def _arrays(module: ModuleType, name: str, rng: np.random.Generator, dtype: str, path: Path) -> Arrays:
    """The named dict of a loss file as arrays: floats in the dtype of the comparison, integers as they are."""
    given = getattr(module, name, {})
    if callable(given):
        try:
            given = given(rng) if inspect.signature(given).parameters else given()
        except ImportError as error:
            raise LossError(f"{path.name}: {error}") from error
        except Exception as error:
            raise LossError(blame(error, path)) from error
    if not isinstance(given, Mapping):
        raise LossError(f"{path.name}: `{name}` must be a dict from names to arrays, got {type(given).__name__}")
    arrays = {key: np.asarray(value) for key, value in given.items()}
    for key, array in arrays.items():
        if array.dtype.kind not in "fiub":
            raise LossError(f"{path.name}: {name}[{key!r}] is no array of numbers, got {type(given[key]).__name__}")
    return {key: array.astype(dtype) if array.dtype.kind == "f" else array for key, array in arrays.items()}
