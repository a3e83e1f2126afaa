"""Here everything runs at once, on the processor: what TensorFlow asks about devices and scopes has a plain answer."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import numpy as np

from .nest import flatten, map_structure
from .notices import hearing, tell
from .protocols import TensorLike
from .tensor import Tensor


def executing_eagerly() -> bool:
    """Whether what runs now runs at each call: yes, except while a `tapes.function` is watched.

    >>> executing_eagerly()
    True
    """
    return not hearing.traces


def device(device_name: str | None) -> contextlib.AbstractContextManager[None]:
    """A `with` block that changes nothing: NumPy knows one device, the processor.

    >>> with device("/CPU:0"):
    ...     executing_eagerly()
    True
    """
    return contextlib.nullcontext()


def name_scope(name: str) -> contextlib.AbstractContextManager[str]:
    """A `with` block that changes nothing: what is recorded has no names to group.

    >>> with name_scope("layer") as scope:
    ...     scope
    'layer/'
    """
    return contextlib.nullcontext(f"{name}/")


def print_(*inputs: Any, output_stream: Any = None, sep: str = " ", end: str = "\n", summarize: int = 3,
           name: str | None = None) -> None:
    """Print values and tensors, of each axis the first and the last `summarize` entries; -1 means all of them.

    As in TensorFlow to stderr, unless `output_stream` is given.

    >>> import sys, tapes as tf
    >>> tf.print("loss", tf.constant([1.0, 0.5]), tf.range(10), output_stream=sys.stdout)
    loss [1 0.5] [0 1 2 ... 7 8 9]
    """

    def shown(x: Any) -> Any:
        if not isinstance(x, TensorLike):
            return x
        array = x._array
        edge = max(array.shape, default=0) if summarize < 0 else summarize
        many = any(length > 2 * edge for length in array.shape)
        return _Text(np.array2string(array, separator=" ", threshold=0 if many else array.size + 1, edgeitems=edge,
                                     formatter={"float_kind": "{:.9g}".format if array.dtype == np.float64
                                                else "{:.6g}".format, "bool": lambda b: str(int(b))}))

    tensors = [x._read() for x in flatten(inputs) if isinstance(x, TensorLike)]

    def show(*values: Tensor) -> None:
        waiting = iter(values)
        print(*(map_structure(lambda x: shown(next(waiting) if isinstance(x, TensorLike) else x), x) for x in inputs),
              sep=sep, end=end, file=sys.stderr if output_stream is None else output_stream)

    show(*tensors)
    tell("print", tensors, show)


class _Text(str):
    """Text that prints without quotes inside lists and dicts too."""

    __repr__ = str.__str__
