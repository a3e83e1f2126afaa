"""What is said of a sliding window, its size, steps, padding and the order of the axes, is read and checked here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..ops.windows import Pairs
from ..public import integers
from ..tensor import Tensor
from .arranging import reshape, transpose

FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}


@dataclass(frozen=True)
class Layout:
    """Where the axes of an image are.

    Attributes:
        op: the name of the function, for errors.
        space: how many axes the window slides along.
        first: whether the channels are the first axis after the batch; else they are the last.
    """

    op: str
    space: int
    first: bool

    def image(self, x: Tensor) -> Tensor:
        """The image as the ops want it: [batch, *lengths, channels]. Several batch axes become one."""
        shape = (math.prod(self.batch(x)), *self.lengths(x), self.channels(x))
        moved = self._moved(x, back=False)
        return moved if moved.shape == shape else reshape(moved, shape)

    def restored(self, y: Tensor, batch: tuple[int, ...]) -> Tensor:
        """The order of the axes and the batch axes that the caller has."""
        shape = (*batch, *y.shape[1:])
        return self._moved(y if y.shape == shape else reshape(y, shape), back=True)

    def _moved(self, x: Tensor, back: bool) -> Tensor:
        if not self.first:
            return x
        batch, lengths = list(range(x.ndim - self.space - 1)), list(range(x.ndim - self.space, x.ndim))
        if back:
            return transpose(x, [*batch, x.ndim - 1, *[axis - 1 for axis in lengths]])
        return transpose(x, [*batch, *lengths, len(batch)])

    def lengths(self, x: Tensor) -> tuple[int, ...]:
        return tuple(x.shape[-self.space:] if self.first else x.shape[-self.space - 1:-1])

    def channels(self, x: Tensor) -> int:
        return x.shape[-self.space - 1] if self.first else x.shape[-1]

    def batch(self, x: Tensor) -> tuple[int, ...]:
        return tuple(x.shape[:-self.space - 1])

    def per_axis(self, given: Any, what: str) -> tuple[int, ...]:
        """A number for each axis of the window: from one number, from one for each, or from one for all axes."""
        numbers = integers(1 if given is None else given, f"{self.op}: {what}")
        whole = self.space + 2
        if len(numbers) not in (1, self.space, whole):
            raise ValueError(f"{self.op}: {what} should be of length 1, {self.space} or {whole}, one number for each "
                             f"axis, got {list(numbers)}")
        if len(numbers) == 1:
            numbers = numbers * self.space
        elif len(numbers) == whole:
            outer = (numbers[0], numbers[1] if self.first else numbers[-1])
            if outer != (1, 1):
                raise InvalidArgumentError(f"{self.op}: {what} must be 1 in the batch and depth dimensions, the window "
                                           f"slides along the others; got {list(numbers)}")
            numbers = numbers[2:] if self.first else numbers[1:-1]
        if min(numbers) < 1:
            raise InvalidArgumentError(f"{self.op}: {what} must be positive, got {list(numbers)}")
        return numbers

    def padding(self, given: Any, lengths: tuple[int, ...], kernel: tuple[int, ...], strides: tuple[int, ...],
                dilations: tuple[int, ...]) -> Pairs:
        """How much border there is before and after each axis; an error when the window still does not fit."""
        pairs: Pairs = ((0, 0),) * self.space
        if isinstance(given, str):
            if given not in ("SAME", "VALID"):
                raise InvalidArgumentError(f"{self.op}: padding must be 'SAME', 'VALID' or a list of pairs [before, "
                                           f"after], one for each axis, got {given!r}")
            if given == "SAME":
                # so that there are ceil(length / stride) places; of an odd number the larger half comes after
                missing = [max(0, (math.ceil(n / step) - 1) * step + (k - 1) * gap + 1 - n) for n, k, step, gap in
                           zip(lengths, kernel, strides, dilations, strict=True)]
                pairs = tuple((n // 2, n - n // 2) for n in missing)
        else:
            pairs = self._explicit(given)
        # TensorFlow's bound: a window that is too large by less than two steps has no place, and gives no entries
        if any(n + sum(pair) - (k - 1) * gap - 1 <= -2 * step for n, k, step, pair, gap in
               zip(lengths, kernel, strides, pairs, dilations, strict=True)):
            raise InvalidArgumentError(f"{self.op}: Computed output size would be negative: a window of "
                                       f"{list(kernel)} with dilations {list(dilations)} does not fit into an image of "
                                       f"{list(lengths)} with padding {given!r}. 'SAME' makes room for it")
        return pairs

    def _explicit(self, given: Any) -> Pairs:
        table = np.asarray(given)
        whole = self.space + 2
        if table.shape != (whole, 2) or table.dtype.kind not in "iu" or (table < 0).any():
            raise ValueError(f"{self.op}: explicit padding is {whole} pairs [before, after], none negative, one for "
                             f"each axis of the image, got {given!r}")
        rows = table.tolist()
        outer = (rows[0], rows[1] if self.first else rows[-1])
        if any(map(any, outer)):
            raise InvalidArgumentError(f"{self.op}: the batch and the channels cannot be padded, got {rows}")
        return tuple((before, after) for before, after in (rows[2:] if self.first else rows[1:-1]))


def layout(op: str, space: int, data_format: Any, x: Tensor) -> Layout:
    """The layout that `data_format` names, by default channels last; an error when the image has too few axes."""
    if space not in FORMATS:
        raise InvalidArgumentError(f"{op}: the window slides along 1, 2 or 3 axes, so that the input has rank 3, 4 or "
                                   f"5, got shape {x.shape}")
    last, first = FORMATS[space]
    if data_format not in (None, last, first):
        raise InvalidArgumentError(f"{op}: data_format must be {last!r} or {first!r}, got {data_format!r}")
    if x.ndim < space + 2:
        axes = ", ".join({"N": "batch", "C": "channels", "D": "depth", "H": "height", "W": "width"}[letter]
                         for letter in (last if data_format is None else data_format))
        raise InvalidArgumentError(f"{op}: the input needs at least {space + 2} axes, [{axes}], got shape {x.shape}. "
                         "tapes.expand_dims adds one, for a batch of one image or for one channel")
    return Layout(op, space, data_format == first)
