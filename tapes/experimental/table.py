"""NumPy's names, a line each: how each is made of ops, sorted by how its arguments become tensors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..api.ordering import argsort, sort
from ..linalg import einsum, tensordot
from ..ops import elementwise as e
from ..ops import reductions as r
from ..ops import shapes as s
from ..ops.bitwise import bitwise_and, bitwise_or, bitwise_xor, invert
from ..ops.cumulative import cumprod, cumsum
from ..public import called
from ..rules import broadcast_to
from ..tensor import Tensor
from . import composites as c
from .promotion import array, cast, common, floating, promoted

_LN2, _LN10, _DEGREE = math.log(2), math.log(10), math.pi / 180

FLOATING: dict[str, Callable[..., Any]] = {  # integers become floats
    "sin": lambda x: e.sin(x), "cos": lambda x: e.cos(x), "tan": lambda x: e.tan(x),
    "arcsin": lambda x: e.asin(x), "arccos": lambda x: e.acos(x), "arctan": lambda x: e.atan(x),
    "sinh": lambda x: e.sinh(x), "cosh": lambda x: e.cosh(x), "tanh": lambda x: e.tanh(x),
    "arcsinh": lambda x: e.asinh(x), "arccosh": lambda x: e.acosh(x), "arctanh": lambda x: e.atanh(x),
    "exp": lambda x: e.exp(x), "expm1": lambda x: e.expm1(x), "exp2": lambda x: e.exp(x * _LN2),
    "log": lambda x: e.log(x), "log1p": lambda x: e.log1p(x), "log2": lambda x: e.log(x) / _LN2,
    "log10": lambda x: e.log(x) / _LN10, "sqrt": lambda x: e.sqrt(x),
    "cbrt": lambda x: e.sign(x) * e.pow(e.abs(x), 1 / 3), "fabs": lambda x: e.abs(x),
    "deg2rad": lambda x: x * _DEGREE, "rad2deg": lambda x: x / _DEGREE,
    "sinc": lambda x: e.where(e.equal(x, 0), 1, e.sin(x * math.pi) / e.where(e.equal(x, 0), 1, x * math.pi)),
    "isnan": lambda x: e.is_nan(x), "isinf": lambda x: e.is_inf(x), "isfinite": lambda x: e.is_finite(x),
    "isposinf": lambda x: e.equal(x, math.inf), "isneginf": lambda x: e.equal(x, -math.inf),
}
FLOATING_PAIRS: dict[str, Callable[..., Any]] = {
    "hypot": lambda x1, x2: e.hypot(x1, x2), "nextafter": lambda x1, x2: e.nextafter(x1, x2),
    "arctan2": lambda x1, x2: e.atan2(x1, x2),
    "logaddexp": lambda x1, x2: r.reduce_logsumexp(s.stack(*c.together(x1, x2), axis=0), axis=0),
    "heaviside": lambda x1, x2: e.where(e.equal(x1, 0), x2, (e.sign(x1) + 1.0) / 2.0),
}
ONE: dict[str, Callable[..., Any]] = {
    "abs": lambda x: e.abs(x), "absolute": lambda x: e.abs(x), "negative": lambda x: e.negative(x),
    "positive": lambda x: e.identity(x), "sign": lambda x: e.sign(x), "square": lambda x: e.square(x),
    "reciprocal": lambda x: e.reciprocal(x), "conj": lambda x: e.conj(x), "conjugate": lambda x: e.conj(x),
    "real": lambda val: e.real(val) if val.dtype.is_complex else val,
    "imag": lambda val: e.imag(val) if val.dtype.is_complex else e.zeros_like(val),
    "round": lambda a, decimals=0: c.round(a, decimals), "around": lambda a, decimals=0: c.round(a, decimals),
    "floor": lambda x: e.floor(x) if x.dtype.is_floating else e.identity(x),
    "ceil": lambda x: e.ceil(x) if x.dtype.is_floating else e.identity(x),
    "fix": lambda x: e.where(x < 0, e.ceil(x), e.floor(x)) if x.dtype.is_floating else e.identity(x),
    "bitwise_not": lambda x: e.logical_not(x) if x.dtype.is_bool else invert(x),
    "angle": lambda z, deg=False: c.angle(z) / (_DEGREE if deg else 1.0),
    "logical_not": lambda x: e.logical_not(c.true(x)),
    "isreal": lambda x: e.equal(e.imag(x), 0.0) if x.dtype.is_complex else e.equal(x, x),
    "iscomplex": lambda x: e.not_equal(e.imag(x), 0.0) if x.dtype.is_complex else e.not_equal(x, x),
    # reductions
    "sum": lambda a, axis=None, dtype=None, keepdims=False: r.reduce_sum(
        c.wide(a, dtype), axis=axis, keepdims=bool(keepdims)),
    "prod": lambda a, axis=None, dtype=None, keepdims=False: r.reduce_prod(
        c.wide(a, dtype), axis=axis, keepdims=bool(keepdims)),
    "mean": lambda a, axis=None, dtype=None, keepdims=False: r.reduce_mean(
        c.exact(a, dtype), axis=axis, keepdims=bool(keepdims)),
    "var": lambda a, axis=None, dtype=None, ddof=0, keepdims=False: c.var(a, axis, dtype, ddof, keepdims),
    "std": lambda a, axis=None, dtype=None, ddof=0, keepdims=False: e.sqrt(c.var(a, axis, dtype, ddof, keepdims)),
    "max": lambda a, axis=None, keepdims=False: r.reduce_max(a, axis=axis, keepdims=bool(keepdims)),
    "amax": lambda a, axis=None, keepdims=False: r.reduce_max(a, axis=axis, keepdims=bool(keepdims)),
    "min": lambda a, axis=None, keepdims=False: r.reduce_min(a, axis=axis, keepdims=bool(keepdims)),
    "amin": lambda a, axis=None, keepdims=False: r.reduce_min(a, axis=axis, keepdims=bool(keepdims)),
    "ptp": lambda a, axis=None, keepdims=False: r.reduce_max(a, axis=axis, keepdims=bool(keepdims)) - r.reduce_min(
        a, axis=axis, keepdims=bool(keepdims)),
    "all": lambda a, axis=None, keepdims=False: r.reduce_all(c.true(a), axis=axis, keepdims=bool(keepdims)),
    "any": lambda a, axis=None, keepdims=False: r.reduce_any(c.true(a), axis=axis, keepdims=bool(keepdims)),
    "average": lambda a, axis=None, weights=None: c.average(a, axis, weights),
    "nansum": lambda a, axis=None, dtype=None, keepdims=False: r.reduce_sum(
        c.wide(c.number_or(0, a), dtype), axis=axis, keepdims=bool(keepdims)),
    "nanprod": lambda a, axis=None, dtype=None, keepdims=False: r.reduce_prod(
        c.wide(c.number_or(1, a), dtype), axis=axis, keepdims=bool(keepdims)),
    "nanmean": lambda a, axis=None, dtype=None, keepdims=False: c.nanmean(a, axis, dtype, keepdims),
    "count_nonzero": lambda a, axis=None: r.reduce_sum(cast(c.true(a), np.int64), axis=axis),
    "argmax": lambda a, axis=None: c.argmost(r.argmax, a, axis),
    "argmin": lambda a, axis=None: c.argmost(r.argmin, a, axis),
    "cumsum": lambda a, axis=None, dtype=None: c.running(cumsum, a, axis, dtype, exclusive=False, reverse=False),
    "cumprod": lambda a, axis=None, dtype=None: c.running(cumprod, a, axis, dtype),
    "sort": lambda a, axis=-1: sort(*c.line(a, axis)),
    "argsort": lambda a, axis=-1: cast(argsort(*c.line(a, axis), stable=True), np.int64),
    "diff": lambda a, n=1, axis=-1: c.diff(a, n, axis),
    # other arrangements
    "copy": lambda a: e.identity(a), "ravel": lambda a: c.flat(a), "ndim": lambda a: a.ndim,
    "shape": lambda a: tuple(a.shape), "size": lambda x, axis=None: r.count(x, axis),
    "reshape": lambda a, newshape: s.reshape(a, shape=tuple(np.empty(a.shape, bool).reshape(newshape).shape)),
    "transpose": lambda a, axes=None: c.moved(a, lambda marked: np.transpose(marked, axes)),
    "swapaxes": lambda a, axis1, axis2: c.moved(a, lambda marked: np.swapaxes(marked, axis1, axis2)),
    "moveaxis": lambda a, source, destination: c.moved(a, lambda marked: np.moveaxis(marked, source, destination)),
    "expand_dims": lambda a, axis: s.reshape(a, shape=np.expand_dims(np.empty(a.shape, bool), axis).shape),
    "squeeze": lambda a, axis=None: s.reshape(a, shape=np.squeeze(np.empty(a.shape, bool), axis).shape),
    "broadcast_to": lambda array, shape: broadcast_to(array, shape=tuple(np.atleast_1d(shape).tolist())),
    "tile": lambda a, reps: c.picked(a, lambda numbers: np.tile(numbers, reps)),
    "repeat": lambda a, repeats, axis=None: c.picked(a, lambda numbers: np.repeat(numbers, repeats, axis)),
    "roll": lambda a, shift, axis=None: c.picked(a, lambda numbers: np.roll(numbers, shift, axis)),
    "flip": lambda m, axis=None: c.picked(m, lambda numbers: np.flip(numbers, axis)),
    "fliplr": lambda m: c.picked(m, np.fliplr), "flipud": lambda m: c.picked(m, np.flipud),
    "rot90": lambda m, k=1, axes=(0, 1): c.picked(m, lambda numbers: np.rot90(numbers, k, axes)),
    "take": lambda a, indices, axis=None, mode="raise": c.picked(
        a, lambda numbers: np.take(numbers, np.asarray(indices), axis, mode=mode)),
    "take_along_axis": lambda arr, indices, axis: c.picked(
        arr, lambda numbers: np.take_along_axis(numbers, np.asarray(indices), axis)),
    "compress": lambda condition, a, axis=None: c.picked(
        a, lambda numbers: np.compress(np.asarray(condition), numbers, axis)),
    "diagonal": lambda a, offset=0, axis1=0, axis2=1: c.picked(
        a, lambda numbers: np.diagonal(numbers, offset, axis1, axis2)),
    "trace": lambda a, offset=0, axis1=0, axis2=1: r.reduce_sum(c.wide(c.picked(
        a, lambda numbers: np.diagonal(numbers, offset, axis1, axis2))), axis=-1),
    "diag": lambda v, k=0: c.diag(v, k), "diagflat": lambda v, k=0: c.diag(c.flat(v), k),
    "tril": lambda m, k=0: c.triangle(m, np.tril(np.ones(m.shape[-2:], bool), k)),
    "triu": lambda m, k=0: c.triangle(m, np.triu(np.ones(m.shape[-2:], bool), k)),
    "pad": lambda array, pad_width, mode="constant", constant_values=0: c.pad(array, pad_width, mode, constant_values),
    "split": lambda ary, indices_or_sections, axis=0: c.split(ary, indices_or_sections, axis),
    "hsplit": lambda ary, indices_or_sections: c.split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0),
    "vsplit": lambda ary, indices_or_sections: c.split(ary, indices_or_sections, 0),
    "dsplit": lambda ary, indices_or_sections: c.split(ary, indices_or_sections, 2),
    "zeros_like": lambda a, dtype=None: cast(e.zeros_like(a), a._array.dtype if dtype is None else dtype),
    "ones_like": lambda a, dtype=None: cast(e.ones_like(a), a._array.dtype if dtype is None else dtype),
    "empty_like": lambda a, dtype=None: Tensor(np.zeros(a.shape, a._array.dtype if dtype is None else dtype)),
    "full_like": lambda a, fill_value, dtype=None: broadcast_to(
        cast(array(fill_value), a._array.dtype if dtype is None else dtype), shape=tuple(a.shape)),
    "nonzero": lambda a: c.nonzero(a),
    "vander": lambda x, N=None, increasing=False: c.vander(x, N, increasing),
}
PAIRS: dict[str, Callable[..., Any]] = {
    "add": lambda x1, x2: e.add(x1, x2), "subtract": lambda x1, x2: e.subtract(x1, x2),
    "multiply": lambda x1, x2: e.multiply(x1, x2), "divide": lambda x1, x2: e.divide(c.exact(x1), c.exact(x2)),
    "true_divide": lambda x1, x2: e.divide(c.exact(x1), c.exact(x2)),
    "floor_divide": lambda x1, x2: e.floordiv(x1, x2), "mod": lambda x1, x2: e.mod(x1, x2),
    "remainder": lambda x1, x2: e.mod(x1, x2), "divmod": lambda x1, x2: (e.floordiv(x1, x2), e.mod(x1, x2)),
    "power": lambda x1, x2: e.pow(x1, x2), "float_power": lambda x1, x2: e.pow(c.exact(x1), c.exact(x2)),
    "maximum": lambda x1, x2: e.maximum(x1, x2), "minimum": lambda x1, x2: e.minimum(x1, x2),
    "equal": lambda x1, x2: e.equal(x1, x2), "not_equal": lambda x1, x2: e.not_equal(x1, x2),
    "greater": lambda x1, x2: e.greater(x1, x2), "greater_equal": lambda x1, x2: e.greater_equal(x1, x2),
    "less": lambda x1, x2: e.less(x1, x2), "less_equal": lambda x1, x2: e.less_equal(x1, x2),
    "bitwise_and": lambda x1, x2: (e.logical_and if x1.dtype.is_bool else bitwise_and)(x1, x2),
    "bitwise_or": lambda x1, x2: (e.logical_or if x1.dtype.is_bool else bitwise_or)(x1, x2),
    "bitwise_xor": lambda x1, x2: (e.logical_xor if x1.dtype.is_bool else bitwise_xor)(x1, x2),
    "logical_and": lambda x1, x2: e.logical_and(c.true(x1), c.true(x2)),
    "logical_or": lambda x1, x2: e.logical_or(c.true(x1), c.true(x2)),
    "logical_xor": lambda x1, x2: e.logical_xor(c.true(x1), c.true(x2)),
    "dot": lambda a, b: c.dot(a, b), "matmul": lambda x1, x2: c.matmul(x1, x2),
    "inner": lambda a, b: a * b if not a.ndim or not b.ndim else tensordot(a, b, [[a.ndim - 1], [b.ndim - 1]]),
    "outer": lambda a, b: s.reshape(c.flat(a), shape=(-1, 1)) * c.flat(b),
    "vdot": lambda a, b: r.reduce_sum(e.conj(c.flat(a)) * c.flat(b)), "kron": lambda a, b: c.kron(a, b),
    "cross": lambda a, b: c.cross(a, b), "tensordot": lambda a, b, axes=2: tensordot(a, b, axes),
    "polyval": lambda p, x: c.polyval(p, x),
    "isclose": lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False: c.isclose(a, b, rtol, atol, equal_nan),
    "allclose": lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False: r.reduce_all(
        c.isclose(a, b, rtol, atol, equal_nan)),
    "array_equal": lambda a1, a2: called(lambda x, y: np.asarray(np.array_equal(x, y)), a1, a2),
    "append": lambda arr, values, axis=None: s.concat(
        *((c.flat(arr), c.flat(values)) if axis is None else (arr, values)), axis=axis or 0),
}
LISTS: dict[str, Callable[..., Any]] = {
    "concatenate": lambda arys, axis=0: s.concat(*(arys if axis is not None else map(c.flat, arys)), axis=axis or 0),
    "stack": lambda arrays, axis=0: s.stack(*arrays, axis=axis),
    "vstack": lambda tup: s.concat(*(c.at_least(x, 2) for x in tup), axis=0),
    "hstack": lambda tup: s.concat(*(c.at_least(x, 1) for x in tup), axis=0 if tup[0].ndim < 2 else 1),
    "dstack": lambda tup: s.concat(*(s.reshape(x, shape=np.atleast_3d(np.empty(x.shape, bool)).shape) for x in tup),
                                   axis=2),
}
PLAIN: dict[str, Callable[..., Any]] = {  # these read their arguments themselves
    "array": lambda val, dtype=None: array(val, dtype), "asarray": lambda a, dtype=None: array(a, dtype),
    "asanyarray": lambda a, dtype=None: array(a, dtype), "ascontiguousarray": lambda a, dtype=None: array(a, dtype),
    "zeros": lambda shape, dtype=float: Tensor(np.zeros(shape, dtype)),
    "ones": lambda shape, dtype=float: Tensor(np.ones(shape, dtype)),
    "empty": lambda shape, dtype=float: Tensor(np.zeros(shape, dtype)),
    "full": lambda shape, fill_value, dtype=None: broadcast_to(
        array(fill_value, dtype), shape=tuple(np.atleast_1d(shape).tolist())),
    "eye": lambda N, M=None, k=0, dtype=float: Tensor(np.eye(N, M, k, dtype)),
    "identity": lambda n, dtype=float: Tensor(np.eye(n, dtype=dtype)),
    "tri": lambda N, M=None, k=0, dtype=float: Tensor(np.tri(N, M, k, dtype)),
    "arange": lambda start, stop=None, step=1, dtype=None: Tensor(
        np.arange(start, stop, step, dtype)),  # type: ignore[call-overload]
    "linspace": lambda start, stop, num=50, endpoint=True, dtype=None: c.linspace(start, stop, num, endpoint, dtype),
    "logspace": lambda start, stop, num=50, endpoint=True, base=10.0: e.exp(
        c.linspace(start, stop, num, endpoint) * math.log(base)),
    "geomspace": lambda start, stop, num=50, endpoint=True: e.exp(c.linspace(
        e.log(floating(array(start))), e.log(floating(array(stop))), num, endpoint)),
    "where": lambda condition, x=None, y=None: c.where(condition, x, y),
    "clip": lambda a, a_min=None, a_max=None: c.clip(a, a_min, a_max),
    "select": lambda condlist, choicelist, default=0: c.select(condlist, choicelist, default),
    "einsum": lambda subscripts, *operands: einsum(subscripts, *promoted(*operands)),
    "meshgrid": lambda *xi, indexing="xy": c.meshgrid(xi, indexing),
    "broadcast_arrays": lambda *args: c.together(*map(array, args)),
    "atleast_1d": lambda *arys: c.each(lambda x: c.at_least(x, 1), arys),
    "atleast_2d": lambda *arys: c.each(lambda x: c.at_least(x, 2), arys),
    "atleast_3d": lambda *arys: c.each(
        lambda x: s.reshape(x, shape=np.atleast_3d(np.empty(x.shape, bool)).shape), arys),
    "isscalar": lambda num: np.isscalar(num), "iscomplexobj": lambda x: array(x).dtype.is_complex,
    "isrealobj": lambda x: not array(x).dtype.is_complex,
    "result_type": lambda *arrays_and_dtypes: common(arrays_and_dtypes),
}
