"""Entry by entry: here the chain rule is a product with the derivative of school calculus."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..batching import aligned
from ..op import Op
from ..rules import Acting, Each, elementwise, unbroadcast

_ANY, _POSITIVE, _UNIT = (-2.0, 2.0), (0.2, 3.0), (-0.9, 0.9)
_NOT_0 = (-2.0, -0.2, 0.2, 2.0)  # on both sides of a corner
_APART = ((-2.0, -1.1, 0.1, 0.9), (-1.0, 0.0, 1.0, 2.0))  # now the one is larger, now the other
_BOOL, _REAL, _NUMBERS, _ANYTHING = "b", "iuf", "iufc", "biufc"  # what an op takes; floating and complex if not said

# Choosing, which is also how a derivative that is 1 here and 0 there acts on an adjoint.

where: Op = Op("where", np.where,
           [None,
            lambda g, y, condition, a, b: unbroadcast(where(condition, g, 0.0), a.shape),
            lambda g, y, condition, a, b: unbroadcast(where(condition, 0.0, g), b.shape)],
           alike=slice(1, None), lift=aligned,
           examples=[((np.array([True, False, True]), (3,), (3,)), {}), ((np.array([[True], [False]]), (3,), ()), {})])


def gate(condition: Callable[..., Any]) -> Acting:
    """The derivative that is 1 where the condition holds and 0 elsewhere, even for an adjoint of inf or nan."""
    return Acting(lambda g, y, *xs: where(condition(y, *xs), g, 0.0))


# Tests of entries: on the tape as any op, without a derivative.

equal = elementwise("equal", np.equal, None, None, kinds=_ANYTHING)
not_equal = elementwise("not_equal", np.not_equal, None, None, kinds=_ANYTHING)
greater = elementwise("greater", np.greater, None, None, kinds=_REAL)
greater_equal = elementwise("greater_equal", np.greater_equal, None, None, kinds=_REAL)
less = elementwise("less", np.less, None, None, kinds=_REAL)
less_equal = elementwise("less_equal", np.less_equal, None, None, kinds=_REAL)
logical_and = elementwise("logical_and", np.logical_and, None, None, kinds=_BOOL)
logical_or = elementwise("logical_or", np.logical_or, None, None, kinds=_BOOL)
logical_not = elementwise("logical_not", np.logical_not, None, kinds=_BOOL)
logical_xor = elementwise("logical_xor", np.logical_xor, None, None, kinds=_BOOL)
is_nan = elementwise("is_nan", np.isnan, None, kinds="f")
is_inf = elementwise("is_inf", np.isinf, None, kinds="f")
is_finite = elementwise("is_finite", np.isfinite, None, kinds="f")

# Arithmetic, with Python's operators: to NumPy they are its functions, but twenty times as fast on a single number.

add = elementwise("add", operator.add, 1, 1, formula="x + y", linear=True, kinds=_NUMBERS)
subtract = elementwise("subtract", operator.sub, 1, -1, formula="x - y", linear=True, kinds=_NUMBERS)
multiply = elementwise("multiply", operator.mul, lambda z, x, y: y, lambda z, x, y: x, formula="x*y", kinds=_NUMBERS)


_SHORT = frozenset(map(np.dtype, ("int8", "uint8", "int16", "uint16")))


def _quotient(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The quotient; of integers as TensorFlow's: of 8 and 16 bits as float32, of more as float64."""
    return np.divide(x, y, dtype=np.float32) if getattr(x, "dtype", None) in _SHORT else x / y


divide = elementwise("divide", _quotient, lambda z, x, y: 1.0 / y, lambda z, x, y: -z / y,
                     formula="x/y", smooth=(_ANY, _POSITIVE), kinds=_NUMBERS)
negative = elementwise("negative", operator.neg, -1, formula="-x", linear=True, kinds=_NUMBERS)


def _checked(divide: Callable[..., Any]) -> Callable[..., Any]:
    """The division, but for integers an error instead of NumPy's 0 where the divisor is 0."""
    def checked(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        if y.dtype.kind in "iu" and not y.all():
            raise ZeroDivisionError("integer division by zero")
        return divide(x, y)

    return checked


floordiv = elementwise("floordiv", _checked(np.floor_divide), None, None, formula="floor(x/y)",
                       smooth=(_POSITIVE, _POSITIVE), kinds=_REAL)
mod = elementwise("mod", _checked(np.mod), 1, lambda z, x, y: -floordiv(x, y), formula="x - y*floor(x/y)",
                  smooth=((2.1, 2.7), (0.92, 1.0)), kinds=_REAL)
def _truncated_quotient(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.trunc(x / y) if x.dtype.kind == "f" else (x - np.fmod(x, y)) // y


truncatediv = elementwise("truncatediv", _checked(_truncated_quotient), None, None, formula="sign(x/y)*floor(Abs(x/y))",
                          smooth=((-2.9, -2.1), (0.92, 1.0)), kinds=_REAL)
truncatemod = elementwise("truncatemod", _checked(np.fmod), 1, lambda z, x, y: -truncatediv(x, y),
                          formula="x - y*sign(x/y)*floor(Abs(x/y))", smooth=((-2.7, -2.1), (0.92, 1.0)), kinds=_REAL)
squared_difference = elementwise("squared_difference", lambda x, y: np.square(x - y), lambda z, x, y: 2.0 * (x - y),
                                 lambda z, x, y: 2.0 * (y - x), formula="(x - y)**2", kinds=_REAL)
divide_no_nan: Op = elementwise(
    "divide_no_nan", lambda x, y: np.where(y == 0, 0, x / np.where(y == 0, 1, y)),
    Acting(lambda g, z, x, y: divide_no_nan(g, y)), lambda z, x, y: divide_no_nan(-z, y),
    formula="x/y", smooth=(_ANY, _POSITIVE))
multiply_no_nan: Op = elementwise(
    "multiply_no_nan", lambda x, y: np.where(y == 0, 0, x * y), Acting(lambda g, z, x, y: multiply_no_nan(g, y)),
    Acting(lambda g, z, x, y: multiply_no_nan(x, g)), formula="x*y")
add_n = Op("add_n", lambda *xs: sum(xs[1:], xs[0]), Each(lambda g, y, xs: lambda place: g), linear=True,
           examples=[(((3,),), {}), (((2, 3), (2, 3), (2, 3)), {})], kinds=_NUMBERS)

# Powers and logarithms.

square = elementwise("square", np.square, lambda y, x: 2.0 * x, formula="x**2", kinds=_NUMBERS)
sqrt = elementwise("sqrt", np.sqrt, lambda y, x: 0.5 / y, formula="sqrt(x)", smooth=(_POSITIVE,))
rsqrt = elementwise("rsqrt", lambda x: 1.0 / np.sqrt(x), lambda y, x: -0.5 * y / x, formula="1/sqrt(x)",
                    smooth=(_POSITIVE,))
reciprocal = elementwise("reciprocal", lambda x: 1.0 / x, lambda y, x: -y * y, formula="1/x", smooth=(_POSITIVE,))
exp = elementwise("exp", np.exp, lambda y, x: y, formula="exp(x)")
expm1 = elementwise("expm1", np.expm1, lambda y, x: exp(x), formula="exp(x) - 1")
log = elementwise("log", np.log, lambda y, x: 1.0 / x, formula="log(x)", smooth=(_POSITIVE,))
log1p = elementwise("log1p", np.log1p, lambda y, x: 1.0 / (1.0 + x), formula="log(1 + x)", smooth=((-0.8, 3.0),))
pow: Op = elementwise("pow", np.power,
                  lambda z, x, y: y * pow(x, y - 1.0),
                  lambda z, x, y: z * _log_or_0(x),
                  formula="x**y", smooth=(_POSITIVE, _ANY), kinds=_NUMBERS)

# Trigonometric and hyperbolic.

sin = elementwise("sin", np.sin, lambda y, x: cos(x), formula="sin(x)")
cos: Op = elementwise("cos", np.cos, lambda y, x: -sin(x), formula="cos(x)")
tan = elementwise("tan", np.tan, lambda y, x: 1.0 + y * y, formula="tan(x)", smooth=((-1.2, 1.2),))
less_square = elementwise("less_square", lambda x: (1 - x) * (1 + x), lambda y, x: -2.0 * x, formula="1 - x**2",
                          smooth=(_UNIT,))  # as a product, so that it keeps its digits close to 1
asin = elementwise("asin", np.arcsin, lambda y, x: 1.0 / _root_less_square(x), formula="asin(x)", smooth=(_UNIT,))
acos = elementwise("acos", np.arccos, lambda y, x: -1.0 / _root_less_square(x), formula="acos(x)", smooth=(_UNIT,))
atan = elementwise("atan", np.arctan, lambda y, x: 1.0 / (1.0 + x * x), formula="atan(x)")
hypot = elementwise("hypot", np.hypot, lambda z, x, y: x / z, lambda z, x, y: y / z, formula="sqrt(x**2 + y**2)",
                    smooth=(_POSITIVE, _POSITIVE), kinds="f")
atan2 = elementwise("atan2", np.arctan2, lambda z, y, x: _over_square(x, y, x), lambda z, y, x: -_over_square(y, y, x),
                    formula="atan2(x, y)", smooth=(_POSITIVE, _POSITIVE), kinds="f")
sinh = elementwise("sinh", np.sinh, lambda y, x: cosh(x), formula="sinh(x)")
cosh: Op = elementwise("cosh", np.cosh, lambda y, x: sinh(x), formula="cosh(x)")
tanh = elementwise("tanh", np.tanh, lambda y, x: sech_squared(x), formula="tanh(x)")
sech_squared: Op = elementwise("sech_squared", lambda x: _sech_squared(x), lambda y, x: -2.0 * tanh(x) * y,
                           formula="1/cosh(x)**2")
asinh = elementwise("asinh", np.arcsinh, lambda y, x: 1.0 / (cosh(y) if is_complex(x) else hypot(x, 1.0)),
                    formula="asinh(x)")
acosh = elementwise("acosh", np.arccosh, lambda y, x: 1.0 / (sqrt(x - 1.0) * sqrt(x - -1.0)), formula="acosh(x)",
                    smooth=((1.2, 4.0),))
atanh = elementwise("atanh", np.arctanh, lambda y, x: 1.0 / less_square(x), formula="atanh(x)", smooth=(_UNIT,))


def _root_less_square(x: Any) -> Any:
    """sqrt(1 - x^2); a complex one on the side of the branch cut on which x is: x - 1 keeps the sign of 0j."""
    return sqrt(-(x - 1.0)) * sqrt(x - -1.0) if is_complex(x) else sqrt(less_square(x))


def _sech_squared(x: np.ndarray) -> np.ndarray:
    """The derivative of tanh, to all digits also where tanh is 1 to all digits: 1 - tanh(x)^2 would leave none."""
    if x.dtype.kind == "c":
        small = np.exp(2 * np.where(x.real < 0, x, -x))  # at most 1: no overflow on either side
        return 4 * small / np.square(1 + small)
    return np.square(1 / np.cosh(x))


def _over_square(a: Any, x: Any, y: Any) -> Any:
    """a / (x^2 + y^2); the squares alone would overflow, or underflow, long before the quotient does."""
    length = hypot(x, y)
    return a / length / length


# Corners and steps. At a corner each takes TensorFlow's side; sign has the derivative 0, rounding has none.

zeros_like = elementwise("zeros_like", np.zeros_like, None, kinds=_ANYTHING)
ones_like = elementwise("ones_like", np.ones_like, None, kinds=_ANYTHING)
sign = elementwise("sign", np.sign, Acting(lambda g, y, x: _sign_rule(g, y, x), symmetric=False), formula="sign(x)",
                   smooth=(_NOT_0,), kinds=_NUMBERS)
abs = elementwise("abs", np.abs, Acting(lambda g, y, x: _abs_rule(g, y, x), symmetric=False), formula="Abs(x)",
                  smooth=(_NOT_0,), kinds=_NUMBERS)
maximum = elementwise("maximum", np.maximum, gate(lambda z, x, y: x >= y),
                      gate(lambda z, x, y: logical_not(x >= y)), formula="Max(x, y)", smooth=_APART,
                      kinds=_REAL)
minimum = elementwise("minimum", np.minimum, gate(lambda z, x, y: x <= y),
                      gate(lambda z, x, y: logical_not(x <= y)), formula="Min(x, y)", smooth=_APART,
                      kinds=_REAL)
floor = elementwise("floor", np.floor, None, formula="floor(x)", smooth=((0.1, 0.9),), kinds="f")
ceil = elementwise("ceil", np.ceil, None, formula="ceiling(x)", smooth=((0.1, 0.9),), kinds="f")
round = elementwise("round", lambda x: np.rint(x).astype(x.dtype, copy=False), None, smooth=((0.6, 1.4),), kinds=_REAL,
                    formula="floor(x/2 + 1/4) + ceiling(x/2 - 1/4)")  # halves go to the even one
nextafter = elementwise("nextafter", np.nextafter, 1, Acting(lambda g, z, x, y: zeros_like(g)), formula="x + 0*y",
                        smooth=_APART, kinds="f")
clip_by_value = elementwise(
    "clip_by_value", lambda x, low, high: np.maximum(np.minimum(x, high), low),
    gate(lambda y, x, low, high: logical_and(x >= low, x <= high)),
    gate(lambda y, x, low, high: minimum(x, high) < low),
    gate(lambda y, x, low, high: logical_and(x > high, high >= low)), formula="Max(Min(x, z), y)",
    smooth=((-2.0, -1.0, -0.4, 0.4, 1.0, 2.0), (-0.9, -0.5), (0.5, 0.9)), kinds=_REAL)

# Complex numbers, and changes of type.

conj: Op = elementwise("conj", np.conj, Acting(lambda g, y, x: conj(g)), kinds=_NUMBERS)
real = elementwise("real", lambda x: np.real(x).copy(), Acting(
    lambda g, y, x: cast(g, dtype=x.dtype), symmetric=False), kinds=_NUMBERS)
imag = elementwise("imag", lambda x: np.imag(x).copy(), Acting(
    lambda g, y, x: cast(g, dtype=x.dtype) * -1j if is_complex(x) else None, symmetric=False))
angle = elementwise("angle", np.angle, Acting(
    lambda g, y, x: cast(g, dtype=x.dtype) * -1j / x if is_complex(x) else None, symmetric=False),
                    smooth=(_POSITIVE,))
complex_ = elementwise("complex", lambda x, y: _complex(x, y), Acting(
    lambda g, z, x, y: cast(real(g), dtype=x.dtype), symmetric=False),
                       Acting(lambda g, z, x, y: cast(-imag(g), dtype=y.dtype), symmetric=False), kinds="f")


def _complex(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    z = np.empty(np.broadcast_shapes(x.shape, y.shape), np.result_type(x.dtype, np.complex64))
    z.real, z.imag = x, y
    return z


def is_complex(x: Any) -> bool:
    return np.dtype(x.dtype).kind == "c"


def _sign_rule(g: Any, y: Any, x: Any) -> Any:
    """A complex sign lies on the unit circle: what of the adjoint points across it counts, the less the larger x."""
    if not is_complex(x):
        return zeros_like(g)
    across = g - conj(y) * cast(real(y * g), dtype=x.dtype)
    return divide_no_nan(across, cast(abs(x), dtype=x.dtype))


def _abs_rule(g: Any, y: Any, x: Any) -> Any:
    if is_complex(x):
        return divide_no_nan(cast(g, dtype=x.dtype) * conj(x), cast(y, dtype=x.dtype))
    return g * sign(x)


def _log_or_0(x: Any) -> Any:
    """The logarithm, and 0 where there is none: TensorFlow's derivative of x**y by y has it so."""
    has_log = not_equal(x, 0.0) if is_complex(x) else x > 0.0
    return where(has_log, log(where(has_log, x, 1.0)), 0.0)


def _cast_rule(g: Any, y: Any, x: Any, dtype: Any) -> Any:
    kinds = np.dtype(x.dtype).kind + np.dtype(y.dtype).kind
    if not set(kinds) <= {"f", "c"}:
        return None
    return cast(real(g) if kinds == "fc" else g, dtype=x.dtype)


cast: Op = Op("cast", lambda x, dtype: x.astype(dtype), [_cast_rule], lift=aligned,
          examples=[(((3,),), {"dtype": np.dtype(np.float64)}), (((3,),), {"dtype": np.dtype(np.int32)})])
identity = elementwise("identity", lambda x: x, 1, formula="x", linear=True, kinds=_ANYTHING)
