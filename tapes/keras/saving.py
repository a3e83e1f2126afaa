"""Weights in a file: each array under its name, without pickle, so that reading a file runs nothing."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np

from ..variable import Variable


def save(weights: list[Variable], path: Any, overwrite: bool = True) -> None:
    """Write all weights into a file, .npz or .safetensors; what was there is replaced only when all is written."""
    place = os.fspath(path)
    write, _ = _format(place)
    if not weights:
        raise ValueError(f"there are no weights to be saved to {place}: a model has none before it is first called, or "
                         "built")
    if os.path.exists(place) and not overwrite:
        raise FileExistsError(f"{place} is there already; say overwrite=True to replace it")
    unfinished = f"{place}.{os.getpid()}.part"
    try:
        with open(unfinished, "wb") as file:
            write(file, {key: np.ascontiguousarray(v) for key, v in _named(weights).items()})
        os.replace(unfinished, place)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)


def load(weights: list[Variable], path: Any) -> None:
    """Give all weights the values in a file; ValueError, and no change at all, when it does not fit or is damaged."""
    place = os.fspath(path)
    _, read = _format(place)
    try:
        found = read(place)
    except FileNotFoundError:
        raise
    except Exception as error:
        raise ValueError(f"{place} cannot be read: it is damaged, or no file of weights ({type(error).__name__}: "
                         f"{error}). Nothing was changed.") from None
    wanted = _named(weights)
    if not weights:
        raise ValueError(f"the model has no weights yet, into which {place} could be read: call it, or build it, first")
    problems = [f"{key} is not in the file" for key in wanted if key not in found]
    problems += [f"{key} is not in the model" for key in found if key not in wanted]
    problems += [f"{key} is {found[key].dtype}{list(found[key].shape)} in the file and {v.dtype.name}{list(v.shape)} "
                 "in the model" for key, v in wanted.items() if key in found
                 and (found[key].shape, found[key].dtype) != (tuple(v.shape), v.dtype.dtype)]
    if problems:
        more = f", and {len(problems) - 3} more" if len(problems) > 3 else ""
        raise ValueError(f"{place} does not fit this model: {'; '.join(problems[:3])}{more}. Nothing was changed.")
    for key, v in wanted.items():
        v.assign(found[key])


def _named(weights: list[Variable]) -> dict[str, Variable]:
    """Each weight by its number and name; the names of layers count up, and so may differ from model to model."""
    return {f"{number:03d}/{v.name.partition(':')[0]}": v for number, v in enumerate(weights)}


def _write_npz(file: Any, arrays: dict[str, np.ndarray]) -> None:
    np.savez(file, **arrays)  # type: ignore[arg-type]


def _read_npz(place: str) -> dict[str, np.ndarray]:
    if not zipfile.is_zipfile(place) and os.path.exists(place):
        raise ValueError("it is no .npz file")
    with np.load(place, allow_pickle=False) as found:
        return {key: found[key] for key in found.files}


def _write_safetensors(file: Any, arrays: dict[str, np.ndarray]) -> None:
    file.write(_safetensors().save(arrays))


def _read_safetensors(place: str) -> dict[str, np.ndarray]:
    return _safetensors().load_file(place)


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError("files of this kind need the library safetensors: pip install safetensors, or use a name "
                          "that ends in .npz") from None
    return safetensors.numpy


_FORMATS: dict[str, tuple[Callable[..., None], Callable[[str], dict[str, np.ndarray]]]] = {
    ".npz": (_write_npz, _read_npz), ".safetensors": (_write_safetensors, _read_safetensors)}


def _format(place: str) -> tuple[Callable[..., None], Callable[[str], dict[str, np.ndarray]]]:
    ending = os.path.splitext(place)[1]
    if ending not in _FORMATS:
        raise ValueError(f"The filename must end in .npz or .safetensors, got {place!r}"
                         + (": .h5 files need a library that is not used here" if ending in (".h5", ".hdf5") else ""))
    if ending == ".safetensors":
        _safetensors()
    return _FORMATS[ending]
