"""The examples of training: arrays cut into batches, in a new order each time, or what gives batches by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import nest
from ..arguments import warn
from ..protocols import TensorLike
from ..random import _State as _Random
from ..tensor import Tensor
from .backend import floatx

Batch = tuple[Any, ...]  # x, or x and y, or x, y and weights


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """A batch as x, y and weights, of which those that are not there are None.

    >>> unpack_x_y_sample_weight((1.0, 2.0))
    (1.0, 2.0, None)
    """
    parts = tuple(data) if isinstance(data, (list, tuple)) else (data,)
    if not 1 <= len(parts) <= 3:
        raise ValueError("Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`, found "
                         f"{len(parts)} parts")
    return (*parts, None, None)[:3]


class Arrays:
    """Arrays, cut into batches.

    Attributes:
        count: how many batches there are.
    """

    def __init__(self, x: Any, y: Any, weight: Any, size: int, shuffle: bool, dtype: str | None = None) -> None:
        self._data = [_each(lambda leaf: as_array(leaf, dtype), part) for part in _parts(x, y, weight)]
        self._leaves = [array for array in nest.flatten(self._data) if array is not None]
        lengths = [[len(a) for a in nest.flatten(part) if a is not None] for part in self._data]
        if len({n for part in lengths for n in part}) != 1:
            told = "; ".join(f"{name!r} sizes: {', '.join(map(str, part))}" for name, part in zip(
                ("x", "y", "sample_weight"), lengths))
            raise ValueError("Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. "
                             + told)
        if size <= 0:
            raise ValueError(f"batch_size must be a positive integer, got {size}")
        self._size, self._shuffle, self._length = size, shuffle, lengths[0][0]
        if not self._length:
            raise ValueError("there are no examples: the first axis of the arrays has length 0")
        self.count = -(-self._length // size)

    def __iter__(self) -> Iterator[Batch]:
        order = _Random.common.permutation(self._length) if self._shuffle else None
        for start in range(0, self._length, self._size):
            part: Any = slice(start, start + self._size)
            if order is not None:
                part = order[part]
            batch = iter([Tensor(array[part] if order is None else array.take(part, 0)) for array in self._leaves])
            yield tuple(nest.pack_sequence_as(each, [None if leaf is None else next(batch)
                                                     for leaf in nest.flatten(each)]) for each in self._data)


def _parts(x: Any, y: Any, weight: Any) -> Batch:
    """Without those at the end that are None."""
    return (x,) if y is None and weight is None else (x, y) if weight is None else (x, y, weight)


def _each(function: Callable[[Any], Any], structure: Any) -> Any:
    """The function of all leaves that are there."""
    return nest.map_structure(lambda leaf: None if leaf is None else function(leaf), structure)


def as_array(leaf: Any, dtype: str | None = None) -> np.ndarray:
    """An array of the user as training takes it: floating numbers have this dtype."""
    array = np.asarray(leaf)
    if not array.ndim or array.dtype.kind not in "biuf":
        raise ValueError(f"Unrecognized data type: {leaf!r} (of type {type(leaf)}). Examples come in arrays or tensors "
                         "of numbers, with an axis for the examples. A list is a list of several inputs: wrap a list "
                         "of numbers in numpy.array.")
    return array.astype(dtype, copy=False) if dtype and array.dtype.kind == "f" else array


class Given:
    """Batches that the user gives: a generator, any other iterable, or an object with `len` and indices.

    Attributes:
        count: how many batches there are, as far as that is known.
    """

    def __init__(self, batches: Any, class_weight: Any) -> None:
        self._batches, self._class_weight = batches, class_weight
        self.count = len(batches) if hasattr(batches, "__len__") else None

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._batches:
            x, y, weight = unpack_x_y_sample_weight(batch)
            if self._class_weight is not None:
                weight = weights_of_classes(y, weight, self._class_weight)
            yield tuple(_each(lambda leaf: Tensor(np.array(as_array(leaf, floatx()))), part)
                        for part in _parts(x, y, weight))


def weights_of_classes(y: Any, sample_weight: Any, class_weight: dict[int, float]) -> np.ndarray:
    """For each example the weight of its class, 1 for a class that is not named."""
    if sample_weight is not None:
        raise ValueError("You cannot `class_weight` and `sample_weight` at the same time.")
    if y is None or nest.is_nested(y):
        raise ValueError("`class_weight` is only supported for Models with a single output.")
    classes = np.asarray(y)
    if classes.ndim > 1:
        classes = classes[..., 0] if classes.shape[-1] == 1 else classes.argmax(-1)
    known = {int(number): weight for number, weight in class_weight.items()}
    return np.array([known.get(int(number), 1.0) for number in np.round(classes)], floatx())


def source(x: Any, y: Any = None, sample_weight: Any = None, batch_size: int | None = None, shuffle: bool = False,
           class_weight: Any = None) -> Arrays | Given:
    """Batches of what the user gave."""
    if _gives_batches(x):
        for name, value in (("y", y), ("sample_weight", sample_weight)):
            if value is not None:
                raise ValueError(f"When providing `x` as a generator, `{name}` should not be passed. Instead, it "
                                 "should be part of what the generator gives: x, y, sample_weight.")
        return Given(x, class_weight)
    if x is None:
        raise ValueError("there are no examples: x is None")
    if isinstance(x, list) and y is None and x and all(isinstance(each, tuple) for each in x):
        raise ValueError("a list is a list of several inputs, not of batches: for batches (x, y) of your own, give an "
                         "iterator, iter(batches), or a generator")
    if class_weight is not None:
        sample_weight = weights_of_classes(y, sample_weight, class_weight)
    return Arrays(x, y, sample_weight, 32 if batch_size is None else batch_size, shuffle, floatx())


def _gives_batches(x: Any) -> bool:
    if isinstance(x, (TensorLike, np.ndarray, list, tuple, dict, str)) or hasattr(x, "__array__"):
        return False
    return hasattr(x, "__iter__") or (hasattr(x, "__len__") and hasattr(x, "__getitem__"))


class Epochs:
    """A source, for as many steps at a time as an epoch is to have; an epoch goes on where the last one ended.

    Attributes:
        steps: how many an epoch has, None as long as that is not known.
    """

    def __init__(self, batches: Arrays | Given, steps: int | None = None) -> None:
        self._source, self._wanted, self.steps = batches, steps, steps or batches.count
        self._rest: Iterator[Batch] | None = None
        self._seen = 0

    def anew(self) -> Epochs:
        """Itself, to begin with the first batch again."""
        self._rest = None
        return self

    def __iter__(self) -> Iterator[tuple[int, Batch]]:
        if self._wanted is None or self._rest is None:
            self._rest, self._seen = iter(self._source), 0
        number = 0
        while self._wanted is None or number < self._wanted:
            batch = next(self._rest, None)
            if batch is None:
                self._rest = None
                if self._wanted is not None or not number:
                    warn("Your input ran out of data; interrupting training. Make sure that your dataset or generator "
                         "can generate at least `steps_per_epoch * epochs` batches.")
                break
            yield number, batch
            number += 1
            self._seen += 1
        if self._wanted is None:
            self.steps = number
        elif self._seen == self._source.count:
            self._rest = None


def split(data: tuple[Any, ...], share: float) -> tuple[Any, Any]:
    """All but the last examples, and the last ones: `share` of them."""
    leaves = [leaf for leaf in nest.flatten(data) if leaf is not None]
    if any(_gives_batches(leaf) for leaf in leaves):
        raise ValueError("Argument `validation_split` is only supported for tensors or NumPy arrays. Found "
                         f"{[type(leaf) for leaf in leaves]}: give validation_data instead.")
    count = len(as_array(leaves[0]))
    first = int(count * (1.0 - share))
    if not 0 < first < count:
        raise ValueError(f"Training data contains {count} samples, which is not sufficient to split it into a "
                         f"validation and training set as specified by `validation_split={share}`. Either provide more "
                         "data, or a different value for the `validation_split` argument.")

    def cut(part: slice) -> tuple[Any, ...]:
        return tuple(_each(lambda leaf: as_array(leaf)[part], each) for each in data)

    return cut(slice(first)), cut(slice(first, None))
