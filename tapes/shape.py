"""A shape is a tuple of lengths, one for each axis."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class TensorShape(tuple[int, ...]):
    """A tuple with TensorFlow's extra names.

    >>> shape = TensorShape([2, 3])
    >>> shape, shape.rank, shape.as_list(), shape == [2, 3], shape.num_elements()
    (TensorShape([2, 3]), 2, [2, 3], True, 6)
    >>> print(shape, [10] + shape[:1], shape + (4,))
    (2, 3) (10, 2) (2, 3, 4)
    """

    __slots__ = ()

    def __new__(cls, dims: Iterable[int] | int = ()) -> TensorShape:
        return super().__new__(cls, (dims,) if isinstance(dims, int) else dims)

    @property
    def rank(self) -> int:
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[int]:
        return list(self)

    def as_list(self) -> list[int]:
        """The lengths as a list."""
        return list(self)

    def num_elements(self) -> int:
        """The number of entries: the product of the lengths."""
        count = 1
        for length in self:
            count *= length
        return count

    def is_fully_defined(self) -> bool:
        """Always True: an eager tensor has a shape without unknowns."""
        return True

    def __getitem__(self, index: Any) -> Any:
        lengths = super().__getitem__(index)
        return TensorShape(lengths) if isinstance(index, slice) else lengths

    def __add__(self, other: Iterable[int]) -> TensorShape:  # type: ignore[override]
        return TensorShape((*self, *other))

    def __radd__(self, other: Iterable[int]) -> TensorShape:
        return TensorShape((*other, *self))

    def __eq__(self, other: object) -> bool:
        return tuple.__eq__(self, tuple(other) if type(other) is list else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __repr__(self) -> str:
        return f"TensorShape({list(self)})"

    def __str__(self) -> str:
        return tuple.__repr__(self)
