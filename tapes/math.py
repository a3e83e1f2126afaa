"""Functions of numbers, entry by entry, and all other names of `tf.math`. Behind each stands a row in ops/."""

from __future__ import annotations

from typing import Any

import numpy as np

from .api.ordering import in_top_k, top_k
from .api.reducing import (
    argmax,
    argmin,
    count_nonzero,
    cumprod,
    cumsum,
    cumulative_logsumexp,
    reduce_all,
    reduce_any,
    reduce_euclidean_norm,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_std,
    reduce_sum,
    reduce_variance,
    zero_fraction,
)
from .api.segments import (
    bincount,
    confusion_matrix,
    segment_max,
    segment_mean,
    segment_min,
    segment_sum,
    unsorted_segment_max,
    unsorted_segment_mean,
    unsorted_segment_min,
    unsorted_segment_sqrt_n,
    unsorted_segment_sum,
)
from .convert import convert
from .dtypes import as_dtype
from .errors import InvalidArgumentError
from .ops import activations as a
from .ops import elementwise as e
from .ops import special as s
from .protocols import TensorLike
from .public import public
from .tensor import Tensor
from .variable import Variable

__all__ = ["abs", "acos", "acosh", "add", "add_n", "angle", "argmax", "argmin", "asin", "asinh", "atan", "atan2",
           "atanh", "bincount", "ceil", "confusion_matrix", "conj", "cos", "cosh", "count_nonzero", "cumprod", "cumsum",
           "cumulative_logsumexp", "digamma", "divide", "divide_no_nan", "equal", "erf", "erfc", "erfcinv", "erfinv",
           "exp", "expm1", "floor", "floordiv", "floormod", "greater", "greater_equal", "imag", "in_top_k", "is_finite",
           "is_inf", "is_nan", "less", "less_equal", "lgamma", "log", "log1p", "log_sigmoid", "logical_and",
           "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "mod", "multiply", "multiply_no_nan",
           "ndtri", "negative", "nextafter", "not_equal", "polygamma", "polyval", "pow", "real", "reciprocal",
           "reciprocal_no_nan", "reduce_all", "reduce_any", "reduce_euclidean_norm", "reduce_logsumexp", "reduce_max",
           "reduce_mean", "reduce_min", "reduce_prod", "reduce_std", "reduce_sum", "reduce_variance", "rint", "round",
           "rsqrt", "scalar_mul", "segment_max", "segment_mean", "segment_min", "segment_sum", "sigmoid", "sign", "sin",
           "sinh", "softplus", "softsign", "sqrt", "square", "squared_difference", "subtract", "tan", "tanh", "top_k",
           "truediv", "unsorted_segment_max", "unsorted_segment_mean", "unsorted_segment_min",
           "unsorted_segment_sqrt_n", "unsorted_segment_sum", "xdivy", "xlog1py", "xlogy", "zero_fraction"]

add = public(e.add, "x y", "The sum of x and y.",
    "tf.add([1.0, 2.0], 3.0)", "tapes.Tensor([4. 5.], shape=(2,), dtype=float32)")
subtract = public(e.subtract, "x y", "The difference of x and y.",
    "tf.subtract([1.0, 2.0], 3.0)", "tapes.Tensor([-2. -1.], shape=(2,), dtype=float32)")
multiply = public(e.multiply, "x y", "The product of x and y.",
    "tf.multiply([1.0, 2.0], 3.0)", "tapes.Tensor([3. 6.], shape=(2,), dtype=float32)")
divide = public(e.divide, "x y", "The quotient of x and y; of integers as float64, of 8 and 16 bits as float32.",
    "tf.divide([1.0, 2.0], 4.0)", "tapes.Tensor([0.25 0.5 ], shape=(2,), dtype=float32)")
floordiv = public(e.floordiv, "x y", "The quotient of x and y, rounded down.",
    "tf.math.floordiv(7.0, 2.0)", "tapes.Tensor(3.0, shape=(), dtype=float32)")
mod = public(e.mod, "x y", "What remains of x after division by y; it has the sign of y.",
    "tf.math.mod(-7.0, 3.0)", "tapes.Tensor(2.0, shape=(), dtype=float32)")
pow = public(e.pow, "x y", "x to the power y.",
    "tf.pow(2.0, [1.0, 2.0, 3.0])", "tapes.Tensor([2. 4. 8.], shape=(3,), dtype=float32)")
truncatediv = public(e.truncatediv, "x y", "The quotient of x and y, rounded towards 0.",
    "tf.truncatediv(-7.0, 2.0)", "tapes.Tensor(-3.0, shape=(), dtype=float32)")
truncatemod = public(e.truncatemod, "x y", "What remains of x after truncatediv; it has the sign of x.",
    "tf.truncatemod(-7.0, 3.0)", "tapes.Tensor(-1.0, shape=(), dtype=float32)")
multiply_no_nan = public(e.multiply_no_nan, "x y", "The product of x and y, and 0 where y is 0, whatever x is.",
    "tf.math.multiply_no_nan([float('inf'), 2.0], [0.0, 4.0])", "tapes.Tensor([0. 8.], shape=(2,), dtype=float32)")
nextafter = public(e.nextafter, "x1 x2", "The next number that can be represented, from x1 towards x2.",
    "tf.math.nextafter(1.0, 2.0)", "tapes.Tensor(1.0000001, shape=(), dtype=float32)")
maximum = public(e.maximum, "x y", "The larger of x and y. Where they tie, x gets the whole adjoint.",
    "tf.maximum([1.0, 5.0], 3.0)", "tapes.Tensor([3. 5.], shape=(2,), dtype=float32)")
minimum = public(e.minimum, "x y", "The smaller of x and y. Where they tie, x gets the whole adjoint.",
    "tf.minimum([1.0, 5.0], 3.0)", "tapes.Tensor([1. 3.], shape=(2,), dtype=float32)")
squared_difference = public(e.squared_difference, "x y", "The square of the difference of x and y.",
    "tf.math.squared_difference([1.0, 2.0], 4.0)", "tapes.Tensor([9. 4.], shape=(2,), dtype=float32)")
divide_no_nan = public(e.divide_no_nan, "x y", "The quotient of x and y, and 0 where y is 0.",
    "tf.math.divide_no_nan([1.0, 2.0], [0.0, 4.0])", "tapes.Tensor([0.  0.5], shape=(2,), dtype=float32)")
atan2 = public(e.atan2, "y x", "The angle of the point (x, y), from -pi to pi.",
    "tf.atan2(1.0, [1.0, -1.0])", "tapes.Tensor([0.7853981 2.3561945], shape=(2,), dtype=float32)")
negative = public(e.negative, "x", "The number with the other sign.",
    "tf.negative([1.0, -2.0])", "tapes.Tensor([-1.  2.], shape=(2,), dtype=float32)")
abs = public(e.abs, "x", "The absolute value; at 0 its derivative is taken to be 0.",
    "tf.abs([-1.5, 2.0])", "tapes.Tensor([1.5 2. ], shape=(2,), dtype=float32)")
sign = public(e.sign, "x", "-1, 0 or 1. Its derivative is 0, not None.",
    "tf.sign([-1.5, 0.0, 2.0])", "tapes.Tensor([-1.  0.  1.], shape=(3,), dtype=float32)")
square = public(e.square, "x", "The square.",
    "tf.square([1.0, 3.0])", "tapes.Tensor([1. 9.], shape=(2,), dtype=float32)")
sqrt = public(e.sqrt, "x", "The square root.",
    "tf.sqrt([4.0, 9.0])", "tapes.Tensor([2. 3.], shape=(2,), dtype=float32)")
rsqrt = public(e.rsqrt, "x", "One over the square root.",
    "tf.math.rsqrt([4.0, 16.0])", "tapes.Tensor([0.5  0.25], shape=(2,), dtype=float32)")
reciprocal = public(e.reciprocal, "x", "One over x.",
    "tf.math.reciprocal([4.0, 5.0])", "tapes.Tensor([0.25 0.2 ], shape=(2,), dtype=float32)")
exp = public(e.exp, "x", "e to the power x.",
    "tf.exp([0.0, 1.0])", "tapes.Tensor([1.       2.718282], shape=(2,), dtype=float32)")
expm1 = public(e.expm1, "x", "e to the power x, less 1; exact for small x too.",
    "tf.math.expm1([0.0, 1e-6])", "tapes.Tensor([0.0000000e+00 1.0000005e-06], shape=(2,), dtype=float32)")
log = public(e.log, "x", "The natural logarithm.",
    "tf.math.log([1.0, 10.0])", "tapes.Tensor([0.        2.3025851], shape=(2,), dtype=float32)")
log1p = public(e.log1p, "x", "The natural logarithm of 1 + x; exact for small x too.",
    "tf.math.log1p([0.0, 1e-6])", "tapes.Tensor([0.000000e+00 9.999995e-07], shape=(2,), dtype=float32)")
sin = public(e.sin, "x", "The sine of an angle in radians.",
    "tf.sin([0.0, 1.0])", "tapes.Tensor([0.       0.841471], shape=(2,), dtype=float32)")
cos = public(e.cos, "x", "The cosine of an angle in radians.",
    "tf.cos([0.0, 1.0])", "tapes.Tensor([1.        0.5403023], shape=(2,), dtype=float32)")
tan = public(e.tan, "x", "The tangent of an angle in radians.",
    "tf.tan([0.0, 1.0])", "tapes.Tensor([0.        1.5574077], shape=(2,), dtype=float32)")
asin = public(e.asin, "x", "The angle in radians whose sine is x.",
    "tf.asin([0.0, 1.0])", "tapes.Tensor([0.        1.5707964], shape=(2,), dtype=float32)")
acos = public(e.acos, "x", "The angle in radians whose cosine is x.",
    "tf.acos([0.0, 1.0])", "tapes.Tensor([1.5707964 0.       ], shape=(2,), dtype=float32)")
atan = public(e.atan, "x", "The angle in radians whose tangent is x.",
    "tf.atan([0.0, 1.0])", "tapes.Tensor([0.        0.7853982], shape=(2,), dtype=float32)")
sinh = public(e.sinh, "x", "The hyperbolic sine.",
    "tf.sinh([0.0, 1.0])", "tapes.Tensor([0.        1.1752012], shape=(2,), dtype=float32)")
cosh = public(e.cosh, "x", "The hyperbolic cosine.",
    "tf.cosh([0.0, 1.0])", "tapes.Tensor([1.        1.5430807], shape=(2,), dtype=float32)")
tanh = public(e.tanh, "x", "The hyperbolic tangent.",
    "tf.tanh([0.0, 1.0])", "tapes.Tensor([0.        0.7615942], shape=(2,), dtype=float32)")
asinh = public(e.asinh, "x", "The number whose hyperbolic sine is x.",
    "tf.asinh([0.0, 1.0])", "tapes.Tensor([0.        0.8813736], shape=(2,), dtype=float32)")
acosh = public(e.acosh, "x", "The number whose hyperbolic cosine is x.",
    "tf.acosh([1.0, 2.0])", "tapes.Tensor([0.       1.316958], shape=(2,), dtype=float32)")
atanh = public(e.atanh, "x", "The number whose hyperbolic tangent is x.",
    "tf.atanh([0.0, 0.5])", "tapes.Tensor([0.         0.54930615], shape=(2,), dtype=float32)")
erf = public(s.erf, "x", "The error function.",
    "tf.math.erf([0.0, 1.0])", "tapes.Tensor([0.        0.8427008], shape=(2,), dtype=float32)")
erfc = public(s.erfc, "x", "1 - erf(x), to all digits also where it is small.",
    "tf.math.erfc([0.0, 10.0])", "tapes.Tensor([1.e+00 1.e-45], shape=(2,), dtype=float32)")
erfinv = public(s.erfinv, "x", "The number whose erf is x, for x from -1 to 1.",
    "tf.math.erfinv([0.0, 0.8427008])", "tapes.Tensor([0.         0.99999994], shape=(2,), dtype=float32)")
erfcinv = public(s.erfcinv, "x", "The number whose erfc is x, for x from 0 to 2.",
    "tf.math.erfcinv([1.0, 0.1572992])", "tapes.Tensor([0. 1.], shape=(2,), dtype=float32)")
ndtri = public(s.ndtri, "x", "The number below which a standard normal variable is with probability x.",
    "tf.math.ndtri([0.5, 0.975])", "tapes.Tensor([0.        1.9599644], shape=(2,), dtype=float32)")
lgamma = public(s.lgamma, "x", "The logarithm of the absolute value of the gamma function.",
    "tf.math.lgamma([3.0, 10.0])", "tapes.Tensor([ 0.6931472 12.801827 ], shape=(2,), dtype=float32)")
digamma = public(s.digamma, "x", "The derivative of lgamma; nan at its poles 0, -1, -2, ...",
    "tf.math.digamma([1.0, 10.0])", "tapes.Tensor([-0.5772157  2.2517526], shape=(2,), dtype=float32)")
xlogy = public(s.xlogy, "x y", "x log(y), and 0 where x is 0, whatever y is.",
    "tf.math.xlogy([0.0, 2.0], [0.0, 3.0])", "tapes.Tensor([0.        2.1972246], shape=(2,), dtype=float32)")
xlog1py = public(s.xlog1py, "x y", "x log(1 + y), and 0 where x is 0, whatever y is.",
    "tf.math.xlog1py([0.0, 2.0], [-1.0, 2.0])", "tapes.Tensor([0.        2.1972246], shape=(2,), dtype=float32)")
xdivy = public(s.xdivy, "x y", "The quotient of x and y, and 0 where x is 0, whatever y is.",
    "tf.math.xdivy([0.0, 2.0], [0.0, 4.0])", "tapes.Tensor([0.  0.5], shape=(2,), dtype=float32)")
sigmoid = public(a.sigmoid, "x", "The logistic function, which overflows nowhere.",
    "tf.sigmoid([-1000.0, 0.0, 2.0])", "tapes.Tensor([0.       0.5      0.880797], shape=(3,), dtype=float32)")
softplus = public(a.softplus, "features", "The logarithm of 1 + e^x, which overflows nowhere.",
    "tf.math.softplus([-1000.0, 0.0])", "tapes.Tensor([0.        0.6931472], shape=(2,), dtype=float32)")
softsign = public(a.softsign, "features", "x over 1 + |x|: from -1 to 1, as tanh, but it saturates more slowly.",
    "tf.math.softsign([-1.0, 0.0, 3.0])", "tapes.Tensor([-0.5   0.    0.75], shape=(3,), dtype=float32)")
floor = public(e.floor, "x", "The largest integer that is not above x.",
    "tf.floor([1.5, -1.5])", "tapes.Tensor([ 1. -2.], shape=(2,), dtype=float32)")
ceil = public(e.ceil, "x", "The smallest integer that is not below x.",
    "tf.math.ceil([1.5, -1.5])", "tapes.Tensor([ 2. -1.], shape=(2,), dtype=float32)")
round = public(e.round, "x", "The nearest integer; halves go to the even one.",
    "tf.round([0.5, 1.5, 2.6])", "tapes.Tensor([0. 2. 3.], shape=(3,), dtype=float32)")
rint = public(e.round, "x", "The nearest integer, as a floating number; halves go to the even one.",
    "tf.math.rint([0.5, 1.5, 2.6])", "tapes.Tensor([0. 2. 3.], shape=(3,), dtype=float32)")
equal = public(e.equal, "x y", "Whether x equals y.",
    "tf.equal([1.0, 2.0], 2.0)", "tapes.Tensor([False  True], shape=(2,), dtype=bool)")
not_equal = public(e.not_equal, "x y", "Whether x differs from y.",
    "tf.not_equal([1.0, 2.0], 2.0)", "tapes.Tensor([ True False], shape=(2,), dtype=bool)")
greater = public(e.greater, "x y", "Whether x is larger than y.",
    "tf.greater([1.0, 2.0], 1.0)", "tapes.Tensor([False  True], shape=(2,), dtype=bool)")
greater_equal = public(e.greater_equal, "x y", "Whether x is at least y.",
    "tf.greater_equal([1.0, 2.0], 2.0)", "tapes.Tensor([False  True], shape=(2,), dtype=bool)")
less = public(e.less, "x y", "Whether x is smaller than y.",
    "tf.less([1.0, 2.0], 2.0)", "tapes.Tensor([ True False], shape=(2,), dtype=bool)")
less_equal = public(e.less_equal, "x y", "Whether x is at most y.",
    "tf.less_equal([1.0, 2.0], 1.0)", "tapes.Tensor([ True False], shape=(2,), dtype=bool)")
logical_and = public(e.logical_and, "x y", "Whether both are true.",
    "tf.logical_and([True, False], True)", "tapes.Tensor([ True False], shape=(2,), dtype=bool)")
logical_or = public(e.logical_or, "x y", "Whether at least one is true.",
    "tf.logical_or([True, False], False)", "tapes.Tensor([ True False], shape=(2,), dtype=bool)")
logical_xor = public(e.logical_xor, "x y", "Whether exactly one is true.",
    "tf.math.logical_xor([True, False], True)", "tapes.Tensor([False  True], shape=(2,), dtype=bool)")
logical_not = public(e.logical_not, "x", "Whether it is false.",
    "tf.logical_not([True, False])", "tapes.Tensor([False  True], shape=(2,), dtype=bool)")
is_nan = public(e.is_nan, "x", "Whether it is not a number.",
    "tf.math.is_nan([1.0, float('nan')])", "tapes.Tensor([False  True], shape=(2,), dtype=bool)")
is_inf = public(e.is_inf, "x", "Whether it is infinite.",
    "tf.math.is_inf([1.0, float('inf')])", "tapes.Tensor([False  True], shape=(2,), dtype=bool)")
is_finite = public(e.is_finite, "x", "Whether it is neither infinite nor nan.",
    "tf.math.is_finite([1.0, float('inf')])", "tapes.Tensor([ True False], shape=(2,), dtype=bool)")
imag = public(e.imag, "input", "The imaginary part.",
    "tf.math.imag(3.0 + 4.0j)", "tapes.Tensor(4.0, shape=(), dtype=float64)")
angle = public(e.angle, "input", "The angle of a complex number, from -pi to pi; of a real one 0 or pi.",
    "tf.math.angle([1.0 + 1.0j, -1.0])", "tapes.Tensor([0.78539816 3.14159265], shape=(2,), dtype=float64)")
truediv = realdiv = divide
floormod = mod


def complex(real: Any, imag: Any, *, name: str | None = None) -> Tensor:
    """The complex number with this real and this imaginary part, each float32 or both float64.

    >>> import tapes as tf
    >>> print(tf.complex([1.0, 2.0], 3.0))
    tapes.Tensor([1.+3.j 2.+3.j], shape=(2,), dtype=complex64)
    """
    return e.complex_(convert(real), imag)


def reciprocal_no_nan(x: Any, *, name: str | None = None) -> Tensor:
    """One over x, and 0 where x is 0.

    >>> import tapes as tf
    >>> print(tf.math.reciprocal_no_nan([0.0, 4.0]))
    tapes.Tensor([0.   0.25], shape=(2,), dtype=float32)
    """
    return e.divide_no_nan(1.0, convert(x))


def polygamma(a: Any, x: Any, *, name: str | None = None) -> Tensor:
    """The derivative of digamma of order `a`, which is 0, 1, 2, ...; for any other `a` it is nan. By `a` it has none.

    Formula: https://dlmf.nist.gov/25.11.E12, and left of 0 https://dlmf.nist.gov/5.15.E6.

    >>> import tapes as tf
    >>> print(tf.math.polygamma([0.0, 1.0], 1.0))
    tapes.Tensor([-0.5772157  1.644934 ], shape=(2,), dtype=float32)
    """
    order = np.asarray(a)
    whole = np.where(order == np.rint(order), order, -1).clip(-1, 2**30).astype(np.int64)
    return s.polygamma(whole, convert(x, order.dtype if isinstance(a, TensorLike) else None))


def polyval(coeffs: Any, x: Any, *, name: str | None = None) -> Tensor:
    """The polynomial with these coefficients, a list with that of the highest power first, by Horner's rule.

    >>> import tapes as tf
    >>> print(tf.math.polyval([2.0, 0.0, 1.0], 3.0))
    tapes.Tensor(19.0, shape=(), dtype=float32)
    """
    if not isinstance(coeffs, (list, tuple)):
        raise ValueError(f"polyval: coeffs is a list, the coefficient of the highest power first, got {type(coeffs)}")
    if not coeffs:
        raise ValueError("polyval: there are no coefficients")
    number = convert(x)
    total = convert(coeffs[0], None if isinstance(coeffs[0], TensorLike) else number._array.dtype)
    for c in coeffs[1:]:
        total = total * number + c
    return total


def scalar_mul(scalar: Any, x: Any, *, name: str | None = None) -> Tensor:
    """A number times a tensor.

    >>> import tapes as tf
    >>> print(tf.scalar_mul(3.0, [1.0, 2.0]))
    tapes.Tensor([3. 6.], shape=(2,), dtype=float32)
    """
    tensor = convert(x)
    factor = convert(scalar, None if isinstance(scalar, TensorLike) else tensor._array.dtype)
    if factor.ndim:
        raise ValueError(f"scalar_mul: Only scalar multiply works, got shape {factor.shape}: for others say x * y")
    return factor * tensor


def real(input: Any, *, name: str | None = None) -> Tensor:
    """The real part; a tensor of real numbers is returned as it is.

    >>> import tapes as tf
    >>> print(tf.math.real(3.0 + 4.0j))
    tapes.Tensor(3.0, shape=(), dtype=float64)
    """
    tensor = convert(input)
    return e.real(tensor) if tensor.dtype.is_complex else tensor


def conj(x: Any, *, name: str | None = None) -> Tensor:
    """The complex conjugate; a tensor of real numbers is returned as it is.

    >>> import tapes as tf
    >>> print(tf.math.conj(3.0 + 4.0j))
    tapes.Tensor((3-4j), shape=(), dtype=complex128)
    """
    tensor = convert(x)
    return e.conj(tensor) if tensor.dtype.is_complex else tensor


def log_sigmoid(x: Any, *, name: str | None = None) -> Tensor:
    """The logarithm of the sigmoid, which overflows nowhere.

    >>> import tapes as tf
    >>> print(tf.math.log_sigmoid([-1000.0, 0.0]))
    tapes.Tensor([-1.000000e+03 -6.931472e-01], shape=(2,), dtype=float32)
    """
    return -softplus(-convert(x))


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, *, name: str | None = None) -> Tensor:
    """The number, cut off at a lower and an upper bound; at the bounds the derivative is taken to be 1.

    >>> import tapes as tf
    >>> print(tf.clip_by_value([-1.0, 0.5, 9.0], 0.0, 1.0))
    tapes.Tensor([0.  0.5 1. ], shape=(3,), dtype=float32)
    """
    return e.clip_by_value(convert(t), clip_value_min, clip_value_max)


def cast(x: Any, dtype: Any, *, name: str | None = None) -> Any:
    """The same numbers in another dtype; a tensor or Variable that has it already is returned as it is.

    Between floating dtypes the adjoint is cast back; to and from integers there is no gradient. Floats lose their
    fraction when they become integers. TypeError for a dtype that tensors cannot have.

    >>> import tapes as tf
    >>> print(tf.cast([1.9, -1.9], tf.int32))
    tapes.Tensor([ 1 -1], shape=(2,), dtype=int32)
    """
    wanted = as_dtype(dtype)
    if isinstance(x, Variable) and x.dtype == wanted:
        return x
    tensor = convert(x)
    return tensor if tensor.dtype == wanted else e.cast(tensor, dtype=wanted.dtype)


def add_n(inputs: Any, *, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one shape and dtype. ValueError for an empty list.

    >>> import tapes as tf
    >>> print(tf.add_n([tf.constant(1.0), tf.constant(2.0), tf.constant(4.0)]))
    tapes.Tensor(7.0, shape=(), dtype=float32)
    """
    inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
    if not inputs:
        raise ValueError("add_n: a list of at least one tensor is needed, got an empty one")
    tensors = [convert(x) for x in inputs]
    if len({x.shape for x in tensors}) > 1:
        shapes = ", ".join(str(x.shape) for x in tensors)
        raise InvalidArgumentError(f"add_n: the tensors must have one shape, got {shapes}")
    return e.add_n(*tensors)


def is_tensor(x: Any) -> bool:
    """Whether it is a Tensor or a Variable, hence something that a tape can follow.

    >>> is_tensor(1.0)
    False
    """
    return isinstance(x, TensorLike)
