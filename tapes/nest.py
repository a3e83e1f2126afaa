"""Sources and targets may come in lists, tuples and dicts, nested at will: these walk such structures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .protocols import TensorLike


def _children(structure: Any) -> list[Any] | None:
    if type(structure) is list:
        return structure
    if isinstance(structure, TensorLike):
        return None
    if isinstance(structure, Mapping):
        try:
            return [structure[key] for key in sorted(structure)]
        except TypeError:
            raise TypeError(f"the keys of a nested dict must be sortable, got {list(structure)!r}") from None
    return list(structure) if isinstance(structure, (list, tuple)) else None


def is_nested(structure: Any) -> bool:
    """Whether this is a list, tuple, namedtuple or mapping.

    >>> is_nested([1]), is_nested(1)
    (True, False)
    """
    return isinstance(structure, (list, tuple, Mapping))


def flatten(structure: Any) -> list[Any]:
    """The leaves from left to right; a mapping goes by its sorted keys, and a lone leaf is a list of one.

    >>> flatten({"b": 3, "a": [1, (2,)]})
    [1, 2, 3]
    """
    children = _children(structure)
    if children is None:
        return [structure]
    leaves = []
    for child in children:
        if isinstance(child, TensorLike):
            leaves.append(child)
        else:
            leaves += flatten(child)
    return leaves


def pack_sequence_as(structure: Any, flat_sequence: list[Any]) -> Any:
    """Put leaves back into a structure: the inverse of flatten. ValueError when their numbers differ.

    >>> pack_sequence_as({"b": 0, "a": [0, (0,)]}, [1, 2, 3])
    {'b': 3, 'a': [1, (2,)]}
    """
    wanted, given = len(flatten(structure)), len(flat_sequence)
    if wanted != given:
        raise ValueError(f"Could not pack sequence. Structure had {wanted} atoms, but flat_sequence had {given} items.")
    return _pack(structure, iter(flat_sequence))


def _pack(structure: Any, leaves: Iterator[Any]) -> Any:
    if isinstance(structure, TensorLike):
        return next(leaves)
    if type(structure) is list:
        return [_pack(child, leaves) for child in structure]
    if isinstance(structure, Mapping):
        packed = {key: _pack(structure[key], leaves) for key in sorted(structure)}
        pairs = [(key, packed[key]) for key in structure]
        if isinstance(structure, defaultdict):
            return type(structure)(structure.default_factory, pairs)
        return type(structure)(pairs)  # type: ignore[call-arg]
    if isinstance(structure, (list, tuple)):
        children = [_pack(child, leaves) for child in structure]
        return type(structure)(*children) if hasattr(structure, "_fields") else type(structure)(children)
    return next(leaves)


def assert_same_structure(first: Any, second: Any) -> None:
    """ValueError when two structures do not nest alike.

    >>> assert_same_structure([1, {"a": 2}], [3, {"a": 4}])
    """
    one, two = _children(first), _children(second)
    alike = (one is None) == (two is None) and (one is None or two is None or len(one) == len(two))
    if alike and isinstance(first, Mapping):
        alike = isinstance(second, Mapping) and first.keys() == second.keys()
    if not alike:
        raise ValueError(f"The two structures don't have the same nested structure: {first!r} and {second!r}.")
    for left, right in zip(one or (), two or (), strict=True):
        assert_same_structure(left, right)


def map_structure(func: Callable[..., Any], *structures: Any) -> Any:
    """Apply a function to the leaves of structures that nest alike.

    >>> map_structure(lambda x, y: x + y, [1, {"a": 2}], [10, {"a": 20}])
    [11, {'a': 22}]
    """
    if not structures:
        raise ValueError("map_structure needs at least one structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return pack_sequence_as(structures[0], [func(*leaves) for leaves in zip(*map(flatten, structures), strict=True)])
