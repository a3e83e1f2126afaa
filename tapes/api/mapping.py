"""A function applied to slice after slice, and the results collected: the loop is written out on the tape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .. import nest
from ..convert import convert
from ..dtypes import as_dtype
from ..errors import InvalidArgumentError, OutOfRangeError
from ..tensor import Tensor
from .arranging import stack, unstack


def map_fn(fn: Callable[[Any], Any], elems: Any, dtype: Any = None, parallel_iterations: Any = None,
           back_prop: bool = True, swap_memory: bool = False, infer_shape: bool = True, *, name: str | None = None,
           fn_output_signature: Any = None) -> Any:
    """Apply a function to each slice along the first axis, and stack the results.

    `elems` may be nested: then `fn` gets the slices nested alike, all of one number. `fn_output_signature` tells the
    dtypes of what it returns, nested alike; by default they, and the structure, are those of `elems`: ValueError when
    the structure is another one, InvalidArgumentError when a dtype is. What steers a loop
    in TensorFlow's graphs, `back_prop` too, is accepted and ignored.

    >>> import tapes as tf
    >>> x = tf.Variable([1.0, 2.0, 3.0])
    >>> with tf.GradientTape() as tape:
    ...     y = tf.map_fn(lambda t: t * t, x)
    >>> print(y, tape.gradient(y, x))
    tapes.Tensor([1. 4. 9.], shape=(3,), dtype=float32) tapes.Tensor([2. 4. 6.], shape=(3,), dtype=float32)
    """
    if not callable(fn):
        raise TypeError(f"map_fn: fn must be callable, got {fn!r}")
    tensors = nest.map_structure(convert, elems)
    signature = dtype if fn_output_signature is None else fn_output_signature
    if signature is None:
        signature = nest.map_structure(lambda x: x.dtype, tensors)
    dtypes = [as_dtype(getattr(leaf, "dtype", leaf)) for leaf in nest.flatten(signature)]
    rows = []
    for slices in _slices("map_fn", tensors):
        result = fn(slices)
        nest.assert_same_structure(signature, result)
        rows.append([_of(wanted, leaf) for wanted, leaf in zip(dtypes, nest.flatten(result), strict=True)])
    columns = [stack(list(column)) for column in zip(*rows, strict=True)] if rows else [
        Tensor(np.zeros((0,), wanted.dtype)) for wanted in dtypes]
    return nest.pack_sequence_as(signature, columns)


def _of(wanted: Any, leaf: Any) -> Tensor:
    tensor = convert(leaf)
    if tensor.dtype != wanted:
        raise InvalidArgumentError(f"map_fn: fn returned {tensor.dtype.name}, but {wanted.name} was expected, the "
                                   "dtype of elems or of fn_output_signature: say "
                                   f"map_fn(fn, elems, fn_output_signature=tapes.{tensor.dtype.name})")
    return tensor


def vectorized_map(fn: Callable[[Any], Any], elems: Any, fallback_to_while_loop: bool = True,
                   warn: bool = True) -> Any:
    """Like map_fn, for a function that returns anything: here the slices are taken one after the other all the same.

    >>> import tapes as tf
    >>> print(tf.vectorized_map(lambda t: t * t, tf.constant([1.0, 2.0])))
    tapes.Tensor([1. 4.], shape=(2,), dtype=float32)
    """
    results = [fn(slices) for slices in _slices("vectorized_map", nest.map_structure(convert, elems))]
    if not results:
        raise ValueError("vectorized_map: there are no slices, so what fn would return is unknown")
    return nest.map_structure(lambda *leaves: stack([convert(leaf) for leaf in leaves]), *results)


def scan(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, parallel_iterations: int = 10,
         back_prop: bool = True, swap_memory: bool = False, infer_shape: bool = True, reverse: bool = False, *,
         name: str | None = None) -> Any:
    """All states of a running value, stacked: `state = fn(state, slice)` for each slice along the first axis.

    It begins with `initializer`, or else with the first slice, which then is the first state. With `reverse` it runs
    from the last slice, and the states stand at the places of their slices. ValueError when a state is nested
    otherwise than the one before.

    >>> import tapes as tf
    >>> print(tf.scan(lambda total, t: total + t, tf.constant([1.0, 2.0, 3.0])))
    tapes.Tensor([1. 3. 6.], shape=(3,), dtype=float32)
    """
    states = list(_states("scan", fn, elems, initializer, reverse))
    if reverse:
        states.reverse()
    return nest.map_structure(lambda *leaves: stack(list(leaves)), *states)


def foldl(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, parallel_iterations: int = 10,
          back_prop: bool = True, swap_memory: bool = False, *, name: str | None = None) -> Any:
    """The last state of a running value: `state = fn(state, slice)`, from the first slice to the last.

    It begins with `initializer`, or else with the first slice.

    >>> import tapes as tf
    >>> print(tf.foldl(lambda total, t: total - t, tf.constant([1.0, 2.0, 3.0])))
    tapes.Tensor(-4.0, shape=(), dtype=float32)
    """
    return list(_states("foldl", fn, elems, initializer, False))[-1]


def foldr(fn: Callable[[Any, Any], Any], elems: Any, initializer: Any = None, parallel_iterations: int = 10,
          back_prop: bool = True, swap_memory: bool = False, *, name: str | None = None) -> Any:
    """The last state of a running value: `state = fn(state, slice)`, from the last slice to the first.

    It begins with `initializer`, or else with the last slice.

    >>> import tapes as tf
    >>> print(tf.foldr(lambda total, t: total - t, tf.constant([1.0, 2.0, 3.0])))
    tapes.Tensor(0.0, shape=(), dtype=float32)
    """
    return list(_states("foldr", fn, elems, initializer, True))[-1]


def _states(op: str, fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, reverse: bool) -> Iterator[Any]:
    if not callable(fn):
        raise TypeError(f"{op}: fn must be callable, got {fn!r}")
    slices = list(_slices(op, nest.map_structure(convert, elems)))
    if reverse:
        slices.reverse()
    if initializer is not None:
        state = nest.map_structure(convert, initializer)
    elif slices:
        state = slices.pop(0)
        yield state
    else:
        raise OutOfRangeError(f"{op}: there are no slices and no initializer, so there is nothing to begin with")
    if not slices and initializer is not None:
        if op == "scan":
            raise OutOfRangeError("scan: there are no slices, so there are no states")
        yield state
    for each in slices:
        after = fn(state, each)
        nest.assert_same_structure(state, after)
        state = nest.map_structure(convert, after)
        yield state


def _slices(op: str, tensors: Any) -> Iterator[Any]:
    """Slice after slice along the first axis, of all tensors in a structure together."""
    flat = nest.flatten(tensors)
    if any(not x.ndim for x in flat):
        raise ValueError(f"{op}: Elements in elems must be 1+ dimensional Tensors, not scalars: a list of numbers is a "
                         "list of scalars here, say tapes.constant([...])")
    if len({len(x) for x in flat}) != 1:
        raise ValueError(f"{op}: all tensors in elems must have equally many slices, got shapes "
                         f"{', '.join(str(x.shape) for x in flat) or 'of none'}")
    for leaves in zip(*map(unstack, flat), strict=True):
        yield nest.pack_sequence_as(tensors, list(leaves))
