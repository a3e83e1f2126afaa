"""Names and values as Python writes them, so that nothing else of the user's gets into a text that is run."""

from __future__ import annotations

import functools
import keyword
import unicodedata
from typing import Any

import numpy as np

from ..dtypes import DType


@functools.lru_cache(1000)
def identifier(name: str) -> str:
    """A name of the user's as Python takes it, letters of all alphabets included; "" when nothing is left.

    Python takes names that are the same in Unicode's form NFKC for one name, so that is the form they have here.
    """
    text = unicodedata.normalize("NFKC", name)
    safe = "".join([each if f"_{each}".isidentifier() else "_" for each in text]).strip("_")
    if unicodedata.normalize("NFKC", safe) != safe:  # without what stood between them, signs may become another one
        safe = safe.encode("ascii", "ignore").decode().strip("_")
    if keyword.iskeyword(safe) or not f"_{safe}".isidentifier():
        return ""
    return safe if safe.isidentifier() or not safe else f"_{safe}"


def written(value: Any) -> str | None:
    """A value as Python writes it, or None where that would not be the same value to the last bit."""
    kind = type(value)
    if isinstance(value, (np.dtype, DType)):
        return f"np.{value.name}"
    if value is Ellipsis:
        return "..."
    if value is None or kind in (bool, int, str):
        return repr(value)
    if kind is float:
        return repr(value) if np.isfinite(value) else f"float({str(value)!r})"
    if kind is slice:
        parts = [written(part) for part in (value.start, value.stop, value.step)]
        return None if None in parts else f"slice({', '.join(map(str, parts))})"
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc":
        return _written_array(value)
    if kind in (tuple, list):
        texts = [written(part) for part in value]
        if None in texts:
            return None
        inside = ", ".join(map(str, texts))
        return f"[{inside}]" if kind is list else f"({inside}{',' if len(texts) == 1 else ''})"
    return None


def subscript(index: Any) -> str:
    """An index as it stands in brackets, or "" where that takes more than slices and single values."""
    texts = []
    for part in index if isinstance(index, tuple) else (index,):
        if type(part) is slice:
            ends = ["" if end is None else written(end) for end in (part.start, part.stop, part.step)]
            texts.append(None if None in ends else ":".join(map(str, ends if part.step is not None else ends[:2])))
        else:
            texts.append(written(part) if type(part) in (int, type(None), type(Ellipsis)) else None)
    return "" if None in texts else ", ".join(map(str, texts))


def uniform(value: Any) -> str | None:
    """An array of one and the same number, as Python writes it; None for any other."""
    if not isinstance(value, np.ndarray) or not value.size or not value.ndim or value.dtype.kind not in "biufc":
        return None
    first = value.flat[0]
    number = written(first)
    if number is None or value.tobytes() != first.tobytes() * value.size:
        return None
    shape = value.shape[0] if value.ndim == 1 else value.shape
    for name, filled in (("zeros", 0), ("ones", 1)):
        if number == written(value.dtype.type(filled)):
            return f"np.{name}({shape}, np.{value.dtype.name})"
    return f"np.full({shape}, {number})"


def _written_array(value: Any) -> str | None:
    if value.ndim and (value.size > 100 or 0 in value.shape[:-1]):  # of no rows their length would be lost
        return None
    finite = bool(np.isfinite(value).all())
    if value.dtype.kind == "c" and any((np.signbit(part) & (part == 0)).any() for part in (value.real, value.imag)):
        return None  # Python reads (-1-0j) as -1 less 0j, which is -1+0j
    if value.ndim:
        return f"np.array({value.tolist()!r}, np.{value.dtype.name})" if finite and value.dtype.itemsize <= 16 else None
    if value.dtype.kind == "f":
        short = str(value)  # NumPy's shortest text is exact in the dtype
        return f"np.{value.dtype.name}({short if finite and value.dtype.itemsize <= 8 else repr(short)})"
    return f"np.{value.dtype.name}({value.item()!r})" if finite and value.dtype.itemsize <= 16 else None
