"""What went wrong in an op, told so that one knows what to do: the op, its inputs, and the cure."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import InvalidArgumentError

_WORDS = {"b": "booleans", "i": "integers", "f": "floating numbers", "c": "complex numbers"}


def named(error: Exception, name: str) -> Exception:
    """The same error about an input, which now says which op it was for."""
    return type(error)(f"{error} [Op:{name}]")


def mixed_dtypes(name: str, arrays: list[np.ndarray], places: range) -> InvalidArgumentError:
    """The inputs at `places` must have one dtype: nothing is promoted behind the user's back."""
    wanted = arrays[places[0]].dtype
    place = next(i for i in places if arrays[i].dtype != wanted)
    common = next((arrays[i].dtype for i in places if arrays[i].dtype.kind in "fc"), wanted)
    return InvalidArgumentError(
        f"cannot compute {name} as input #{place}(zero-based) was expected to be a {wanted.name} tensor but is a "
        f"{arrays[place].dtype.name} tensor: {_call(name, arrays)}. Bring all to one dtype: tapes.cast(tensor, "
        f"tapes.{common.name}).")


def wrong_kind(name: str, arrays: list[np.ndarray], dtype: np.dtype, kinds: str) -> InvalidArgumentError:
    """The op takes numbers of other kinds."""
    taken = ", ".join(word for kind, word in _WORDS.items() if kind in kinds)
    if kinds == "b":
        cure = "Write a comparison, such as x > 0, or tapes.cast(tensor, tapes.bool)"
    elif dtype.kind == "c":
        cure = "Say tapes.abs(tensor) or tapes.math.real(tensor)"
    else:
        cure = f"Say tapes.cast(tensor, tapes.{'float32' if 'f' in kinds else 'int32'})"
    return InvalidArgumentError(f"{_call(name, arrays)}: {name} takes {taken}; not {dtype.name}. {cure}.")


def explained(error: Exception, name: str, arrays: list[np.ndarray], params: dict[str, Any]) -> Exception:
    """NumPy's error, with the call that it happened in."""
    kind = type(error) if isinstance(error, (TypeError, FloatingPointError)) else InvalidArgumentError
    said = str(error).strip()
    if "broadcast together" in said and not params:
        shapes = " vs. ".join(str(list(array.shape)) for array in arrays)
        said = (f"Incompatible shapes: {shapes}. Compared from the last axis backwards, two lengths fit when they are "
                "equal or one of them is 1.")
    elif "requested shape" in said:
        said = ("from the last axis backwards each length must be the one that is asked for, or 1, which is repeated; "
                "new axes come in front.")
    elif "negative integer powers" in said:
        said += " Say tapes.cast(tensor, tapes.float32) first."
    return kind(f"{_call(name, arrays, params)}: {said}")


def _call(name: str, arrays: list[np.ndarray], params: dict[str, Any] | None = None) -> str:
    """The call as a person writes it down: each array by its dtype and shape."""
    given = [f"{array.dtype.name}{list(array.shape)}" for array in arrays]
    given += [f"{key}={getattr(value, 'name', repr(value))}" for key, value in (params or {}).items()]
    return f"{name}({', '.join(given)})"
