"""Where Keras takes an object it also takes its name: "relu", "adam", "mse"."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any


def found(kind: str, identifier: Any, known: Mapping[str, Any], base: Any = Callable) -> Any:
    """What a name stands for, made when it is a class; what is no name is given back.

    Args:
        kind: what it should be, for errors: "activation", "loss" ...
        identifier: a name, an object, a class, or None.
        known: all names, in small letters, and what they stand for.
        base: the class of objects that are taken; by default all that can be called.

    Raises ValueError for a name that is not known, with the ones that are.
    """
    if isinstance(identifier, str):
        if identifier.lower() not in known:
            near = difflib.get_close_matches(identifier.lower(), known, 1)
            names = ", ".join(sorted({getattr(each, "__name__", name): name for name, each in known.items()}.values()))
            raise ValueError(f"Unknown {kind}: {identifier!r}. " + (
                f"Did you mean {near[0]!r}?" if near else f"There are {names}."))
        identifier = known[identifier.lower()]
    elif identifier is not None and not isinstance(identifier, (base, type)):
        raise ValueError(f"Could not interpret {kind} identifier: {identifier!r}. Give a name, such as "
                         f"{min(known)!r}, a function, or an object of tapes.keras.")
    return identifier() if isinstance(identifier, type) else identifier
