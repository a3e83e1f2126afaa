"""Choices and loops as functions: here they run at once, as Python's own do, and every step is on the tape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import nest
from ..convert import convert
from ..errors import InvalidArgumentError
from .tensor_array import TensorArray


def cond(pred: Any, true_fn: Callable[[], Any] | None = None, false_fn: Callable[[], Any] | None = None, *,
         name: str | None = None) -> Any:
    """What `true_fn()` gives if `pred` is true, otherwise what `false_fn()` gives; the other is not called.

    TypeError when one of them is no function, ValueError when `pred` has more than one entry.

    >>> import tapes as tf
    >>> x = tf.Variable(3.0)
    >>> with tf.GradientTape() as tape:
    ...     y = tf.cond(x > 0.0, lambda: x * x, lambda: -x)
    >>> print(tape.gradient(y, x))
    tapes.Tensor(6.0, shape=(), dtype=float32)
    """
    for role, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if not callable(function):
            raise TypeError(f"cond: '{role}' must be callable, got {function!r}: a function without arguments, such as "
                            "lambda: x * x")
    return (true_fn if bool(convert(pred)) else false_fn)()  # type: ignore[misc]


def case(pred_fn_pairs: Any, default: Callable[[], Any] | None = None, exclusive: bool = False,
         strict: bool = False, *, name: str | None = None) -> Any:
    """What the function beside the first true condition gives, or `default()` where none is true.

    `pred_fn_pairs` is a list of pairs (condition, function). InvalidArgumentError when no condition is true and there
    is no default, and when several are true though `exclusive` says that this cannot be.

    >>> import tapes as tf
    >>> x = tf.constant(3.0)
    >>> print(tf.case([(x < 0.0, lambda: -x), (x > 2.0, lambda: x * x)], default=lambda: x))
    tapes.Tensor(9.0, shape=(), dtype=float32)
    """
    if isinstance(pred_fn_pairs, Mapping) or not pred_fn_pairs:
        raise ValueError("case: pred_fn_pairs must be a list of pairs (condition, function), in the order in which "
                         f"they are tried, got {pred_fn_pairs!r}")
    chosen = [function for pred, function in pred_fn_pairs if bool(convert(pred))]
    if exclusive and len(chosen) > 1:
        raise InvalidArgumentError(f"case: {len(chosen)} conditions are true, though exclusive=True says at most one")
    if not chosen and default is None:
        raise InvalidArgumentError("case: none of the conditions is true, and there is no default")
    function = chosen[0] if chosen else default
    if not callable(function):
        raise TypeError(f"case: beside a condition there must be a function without arguments, got {function!r}")
    return function()


def switch_case(branch_index: Any, branch_fns: Any, default: Callable[[], Any] | None = None, *,
                name: str | None = None) -> Any:
    """What the function with this number gives; out of range, what `default`, or else the last function, gives.

    `branch_fns` is a list of functions, or a dict or pairs of numbers from 0 and functions.

    >>> import tapes as tf
    >>> x = tf.constant(3.0)
    >>> print(tf.switch_case(tf.constant(1), [lambda: x, lambda: x * x]))
    tapes.Tensor(9.0, shape=(), dtype=float32)
    """
    index = convert(branch_index)
    if index.ndim or not index.dtype.is_integer:
        raise TypeError(f"switch_case: 'branch_index' must be one integer, got {branch_index!r}")
    branches = list(branch_fns.items() if isinstance(branch_fns, Mapping) else branch_fns)
    if branches and callable(branches[0]):
        branches = list(enumerate(branches))
    functions: dict[Any, Callable[[], Any]] = dict(branches)
    if not functions or sorted(functions) != list(range(len(functions))):
        raise ValueError("switch_case: branch indices (keys) must form contiguous range of [0 to "
                         f"{len(functions)}) but found {sorted(functions)}")
    return functions.get(int(index), functions[len(functions) - 1] if default is None else default)()


def while_loop(cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, shape_invariants: Any = None,
               parallel_iterations: int = 10, back_prop: bool = True, swap_memory: bool = False,
               maximum_iterations: Any = None, *, name: str | None = None) -> Any:
    """Call `loop_vars = body(*loop_vars)` as long as `cond(*loop_vars)` is true, at most `maximum_iterations` times.

    `body` returns as many values as it takes, nested alike: ValueError otherwise. What steers a loop in TensorFlow's
    graphs, `back_prop` too, is accepted and ignored.

    >>> import tapes as tf
    >>> x = tf.Variable(2.0)
    >>> with tf.GradientTape() as tape:
    ...     i, y = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * x), (tf.constant(0), x))
    >>> print(y, tape.gradient(y, x))
    tapes.Tensor(16.0, shape=(), dtype=float32) tapes.Tensor(32.0, shape=(), dtype=float32)
    """
    for role, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise TypeError(f"while_loop: '{role}' must be callable, got {function!r}")
    if not isinstance(loop_vars, (list, tuple)) or not loop_vars:
        raise ValueError("while_loop: 'loop_vars' must be provided: a list or tuple of at least one value, got "
                         f"{loop_vars!r}")
    state, count = loop_vars, 0
    while (maximum_iterations is None or count < int(maximum_iterations)) and bool(convert(cond(*state))):
        after = body(*state)
        if len(state) == 1 and not (isinstance(after, (list, tuple)) and len(after) == 1):
            after = [after]
        if not isinstance(after, (list, tuple)):
            raise ValueError(f"while_loop: body takes {len(state)} values and must return as many, got {after!r}")
        nest.assert_same_structure(list(state), list(after))
        state, count = after, count + 1
    return nest.map_structure(lambda x: x if isinstance(x, TensorArray) else convert(x), state)
