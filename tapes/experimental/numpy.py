"""NumPy's names for the ops of tapes: `np.sin(x)` gives an array and leaves the tape, `tnp.sin(x)` is recorded.

>>> import tapes as tf
>>> import tapes.experimental.numpy as tnp
>>> x = tf.Variable([1.0, 2.0])
>>> with tf.GradientTape() as tape:
...     y = tnp.sum(tnp.square(x))
>>> print(tape.gradient(y, x))
tapes.Tensor([2. 4.], shape=(2,), dtype=float32)

Names, keywords and meaning are NumPy's, and so are dtypes, as in tf.experimental.numpy: Python's floats become float64
and its integers int64, a float32 tensor and a float64 one give float64, and a Python number beside a tensor takes the
tensor's dtype. What comes back is a Tensor: its operators, such as `x + y`, are those of tapes and promote nothing.
Arguments `out`, `where`, `order` and `casting` are not there. Gradients at corners and ties are those of tapes.

Each name is a line in table.py, over ops that exist. What only rearranges entries is NumPy's own function, applied to
the numbers of the entries: it says where each one goes, and `gather` takes it there.
"""

from __future__ import annotations

import difflib
import inspect
import math
import sys
from typing import Any

import numpy as np

from ..tensor import Tensor
from . import table
from .promotion import listing, reading

bool_, int8, int16, int32, int64 = np.bool_, np.int8, np.int16, np.int32, np.int64
uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64
float16, float32, float64, complex64, complex128 = np.float16, np.float32, np.float64, np.complex64, np.complex128
finfo, iinfo, issubdtype, promote_types, inexact = np.finfo, np.iinfo, np.issubdtype, np.promote_types, np.inexact
pi, e, inf, newaxis, ndarray = math.pi, math.e, math.inf, None, Tensor

_MADE: dict[str, Any] = {
    **{name: reading(1, line, floats=True) for name, line in table.FLOATING.items()},
    **{name: reading(2, line, floats=True) for name, line in table.FLOATING_PAIRS.items()},
    **{name: reading(1, line) for name, line in table.ONE.items()},
    **{name: reading(2, line) for name, line in table.PAIRS.items()},
    **{name: listing(line) for name, line in table.LISTS.items()},
    **table.PLAIN,
}
for _name, _function in _MADE.items():
    _function.__name__ = _function.__qualname__ = _name
    _function.__module__ = __name__
    _function.__doc__ = f"""`numpy.{_name}{inspect.signature(_function)}`, recorded by the tapes that listen."""
globals().update(_MADE)

__all__ = sorted([*_MADE, "bool_", "complex128", "complex64", "e", "finfo", "float16", "float32", "float64", "iinfo",
                  "inexact", "inf", "int16", "int32", "int64", "int8", "issubdtype", "ndarray", "newaxis", "pi",
                  "promote_types", "uint16", "uint32", "uint64", "uint8"])


def __getattr__(name: str) -> Any:
    """For a name that is not here: the nearest that is, or that NumPy's own leaves the tape."""
    near = difflib.get_close_matches(name, __all__, 1)
    hint = f"did you mean tnp.{near[0]}? " if near else ""
    if hasattr(np, name):
        hint += (f"numpy.{name} exists, but leaves the tape: what it computes of a tensor has no gradient. Write it "
                 "with names that are here, dir(tapes.experimental.numpy)")
    raise AttributeError(f"module 'tapes.experimental.numpy' has no attribute {name!r}{': ' + hint if hint else ''}",
                         name=name, obj=sys.modules[__name__])
