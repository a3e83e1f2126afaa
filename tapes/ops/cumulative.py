"""Running sums and products: on the way back they run from the end, over everything that an entry took part in."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..batching import along_axis
from ..op import Op
from ..rules import linear
from .elementwise import exp, where
from .shapes import roll


def _cumsum(x: np.ndarray, axis: int, exclusive: bool, reverse: bool) -> np.ndarray:
    turned = np.flip(x, axis) if reverse else x
    sums = np.cumsum(turned, axis=axis, dtype=x.dtype)
    if exclusive:
        sums = np.roll(sums, 1, axis)
        sums[(slice(None),) * axis + (slice(0, 1),)] = 0
    return np.flip(sums, axis) if reverse else sums


def _recurrence(a: np.ndarray, b: np.ndarray, axis: int, reverse: bool) -> np.ndarray:
    factors, terms = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    out = np.empty(terms.shape, np.result_type(a, b))
    order = range(len(out) - 1, -1, -1) if reverse else range(len(out))
    for step, i in enumerate(order):
        out[i] = terms[i] + factors[i] * out[order[step - 1]] if step else terms[i]
    return np.moveaxis(out, 0, axis)


def _shifted(x: Any, axis: int, by: int, fill: float) -> Any:
    """Every entry moved on by one place, or back; `fill` comes in."""
    length = x.shape[axis]
    inside = np.arange(length) != (0 if by > 0 else length - 1)
    return where(inside.reshape(length, *(1,) * (x.ndim - 1 - axis)), roll(x, shift=by, axis=axis), fill)


def _by_factors(g: Any, y: Any, a: Any, b: Any, axis: int, reverse: bool) -> Any:
    return _adjoint(g, a, axis, reverse) * _shifted(y, axis, -1 if reverse else 1, 0.0)


def _adjoint(g: Any, a: Any, axis: int, reverse: bool) -> Any:
    """The adjoint of s_i: its own, and through the next one."""
    return recurrence(_shifted(a, axis, 1 if reverse else -1, 0.0), g, axis=axis, reverse=not reverse)


# s_i = b_i + a_i s_(i-1), beginning with s_0 = b_0; in reverse from the last entry. Without a division and without
# large powers it carries an adjoint back through a running product, and its own rules are recurrences again.
recurrence: Op = Op("recurrence", _recurrence, [
    _by_factors, lambda g, y, a, b, axis, reverse: _adjoint(g, a, axis, reverse)], examples=[
    (((4,), (4,)), {"axis": 0, "reverse": False}), (((2, 3), (2, 3)), {"axis": 1, "reverse": True}),
    (((1, 2), (1, 2)), {"axis": 0, "reverse": True}), (((2, 0), (2, 0)), {"axis": 1, "reverse": False})],
    kinds="fc", lift=along_axis)


def _product_rule(g: Any, y: Any, x: Any, axis: int) -> Any:
    """The product of all before x_i, times what x_i meets afterwards: no division, so zeros do no harm."""
    before = _shifted(y, axis, 1, 1.0)
    return before * recurrence(_shifted(x, axis, -1, 0.0), g, axis=axis, reverse=True)


def _logsumexp_rule(g: Any, y: Any, x: Any, axis: int) -> Any:
    """The sum of g_j exp(x_i - y_j) over j >= i, with powers that are at most 1, for y never falls."""
    growth = exp(_shifted(roll(y, shift=1, axis=axis) - y, axis, -1, 0.0))  # from y_(i+1) down to y_i
    return exp(x - y) * recurrence(growth, g, axis=axis, reverse=True)


_EXAMPLES: list[Any] = [(((4,),), {"axis": 0}), (((2, 3),), {"axis": 1}), (((2, 3),), {"axis": 0}),
                        (((0, 2),), {"axis": 0})]
cumsum: Op = linear("cumsum", _cumsum, lambda g, y, x, axis, exclusive, reverse: cumsum(
    g, axis=axis, exclusive=exclusive, reverse=not reverse), examples=[
    (((4,),), {"axis": 0, "exclusive": False, "reverse": False}),
    (((2, 3),), {"axis": 1, "exclusive": True, "reverse": False}),
    (((2, 3),), {"axis": 0, "exclusive": True, "reverse": True})], kinds="iufc", lift=along_axis)
cumprod = Op("cumprod", lambda x, axis: np.cumprod(x, axis=axis, dtype=x.dtype), [_product_rule], kinds="iufc",
             lift=along_axis,
             examples=[*_EXAMPLES, ((np.array([2.0, 0.0, 3.0, 0.5]),), {"axis": 0}),
                       ((np.array([[0.0, 0.0, 3.0]]),), {"axis": 1})])
cumulative_logsumexp = Op("cumulative_logsumexp", lambda x, axis: np.logaddexp.accumulate(x, axis=axis),
                          [_logsumexp_rule], kinds="f", lift=along_axis, examples=_EXAMPLES)
