"""Special points at which a library differs from tapes: all of them, each with the reason, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Differs:
    """A difference that is no mistake of tapes.

    Attributes:
        ops, libraries: of whom it is said, separated by blanks.
        what: "value", or "d/dx", "d/dy", "d/dz" for the gradients; several with a comma; or "refuses".
        where: for an op that works entry by entry a condition on its inputs x, y and z; for any other the kinds of
            numbers, separated by semicolons.
        why: one sentence.
        width: when it holds in one precision only.
    """

    ops: str
    libraries: str
    what: str
    where: str
    why: str
    width: str = ""

    def concerns(self, op: str, library: str, width: str) -> bool:
        return op in self.ops.split() and library in self.libraries.split() and self.width in ("", width)

    @property
    def labels(self) -> list[str]:
        return self.where.split("; ")

    def mask(self, label: str, inputs: tuple[np.ndarray, ...], like: np.ndarray) -> np.ndarray:
        """Where it is declared to hold, of the shape of `like`; in a condition nan, inf and finite are tests."""
        if label:
            return np.full(like.shape, label in self.labels)
        names: dict[str, Any] = {"nan": np.isnan, "finite": np.isfinite, "inf": np.isinf,
                                 "oo": np.inf, "signbit": np.signbit,
                                 "least": np.finfo(inputs[0].dtype).smallest_subnormal,
                                 "most": np.finfo(inputs[0].dtype).max}
        return np.broadcast_to(eval(self.where, names | dict(zip("xyz", inputs))), like.shape)


_FLUSHED = "A number below the smallest normal one is taken for 0."
_TIE = "At a tie each argument gets half; in tapes and TensorFlow the first gets all."
_NAN = "No comparison with nan is true: what is left over depends on how the rule is written."
_MASKED = "TensorFlow sets the derivative to 0 wherever x is 0; here it is that of y's function, as in JAX and PyTorch."
_UNMASKED = "Only what is 0 * inf is taken for 0, not what is 0 * nan."
_SERIES = "Its trigamma comes from a short series: 9 digits of float64, against 50 digits."
_SPREAD = "One inf makes all entries nan, and not only its own: inf - inf."

DIFFERENCES: tuple[Differs, ...] = (
    # The smallest numbers.
    Differs("sqrt sign ceil", "TensorFlow JAX", "value", "x == least", _FLUSHED),
    Differs("abs relu relu6 leaky_relu", "TensorFlow", "d/dx", "x == least", _FLUSHED),
    Differs("relu relu6", "JAX", "d/dx", "x == least", _FLUSHED),
    Differs("log", "TensorFlow", "value", "x == least", "Taken for the smallest number that is not subnormal.",
            "float32"),
    Differs("lgamma", "TensorFlow", "value, d/dx", "x == least", _FLUSHED),
    Differs("lgamma", "JAX", "d/dx", "x == least", _FLUSHED),
    Differs("digamma", "TensorFlow JAX", "value", "x == least", _FLUSHED),
    # Corners and ties.
    Differs("abs", "JAX", "d/dx", "(x == 0) | nan(x)", "It selects x >= 0: 1 at 0, and -1 for nan."),
    Differs("abs", "torch", "d/dx", "nan(x)", "The sign of nan is 0."),
    Differs("sign", "torch", "value", "nan(x)", "The sign of nan is 0."),
    Differs("maximum minimum", "JAX torch", "d/dx, d/dy", "x == y", _TIE),
    Differs("maximum minimum", "JAX", "d/dy", "nan(x) | nan(y)", _NAN),
    Differs("maximum minimum", "torch", "d/dx", "nan(x) | nan(y)", _NAN),
    Differs("clip_by_value", "TensorFlow", "d/dy", "nan(x) | nan(y) | nan(z)", _NAN),
    Differs("leaky_relu", "JAX", "d/dx", "x == 0", "The slope from the right."),
    Differs("selu", "JAX", "d/dx", "(x == 0) | (x == least) | nan(x)", "The slope from the left, and nan for nan."),
    Differs("selu", "torch", "d/dx", "x == 0", "The slope from the left."),
    Differs("elu", "JAX", "d/dx", "nan(x)", "The derivative at nan is nan; elsewhere nan is not below 0, so 1."),
    Differs("relu", "torch", "d/dx", "nan(x)", "nan is not below 0, so 1."),
    Differs("relu_grad relu6_grad", "TensorFlow", "value", "nan; inf; only -inf",
            "Its kernel multiplies the adjoint by 0 where tapes selects 0: an adjoint of inf or nan gives nan."),
    Differs("reduce_max reduce_min", "JAX", "d/dx", "nan", "No entry equals nan: 0 instead of 0/0."),
    Differs("argmax", "JAX torch", "value", "nan", "They find the first nan, tapes and TensorFlow the largest number."),
    Differs("max_pool", "TensorFlow", "value, d/dx", "nan", "It skips nan instead of passing it on."),
    Differs("max_pool", "TensorFlow", "value", "only -inf", "It starts from the lowest finite number."),
    Differs("max_pool", "JAX torch", "d/dx", "nan", "Which of several nan is the largest differs."),
    Differs("tensor_scatter_nd_max tensor_scatter_nd_min", "TensorFlow", "value, d/dx, d/dy", "nan",
            "It skips nan instead of passing it on."),
    Differs("tensor_scatter_nd_max tensor_scatter_nd_min", "JAX", "d/dx, d/dy", "nan",
            "No entry equals nan: 0, not 0/0."),
    # Powers, roots and angles.
    Differs("pow", "JAX torch", "d/dy", "(x == -1) & ~nan(y) | (x == -oo) & (y <= 0) | nan(x) & (y == 0)",
            "A negative number has no real logarithm: nan; tapes and TensorFlow take 0 for it."),
    Differs("pow", "torch", "d/dy", "(x == 0) & ((y == -1) | (y == -oo))", "The logarithm of 0 is -inf here."),
    Differs("pow", "torch", "d/dx", "(y == 0) & ((x == 0) | nan(x))", "An exponent of 0 is asked for first: 0."),
    Differs("hypot", "JAX", "d/dx", "(x == 0) & (y == 0) | finite(x) & inf(y)",
            "Half at the tip; and inf / inf where tapes has x / inf."),
    Differs("hypot", "JAX", "d/dy", "(x == 0) & (y == 0) | inf(x) & finite(y)", "As by x."),
    Differs("atan2", "torch", "d/dx, d/dy", "(x == 0) & (y == 0)", "PyTorch masks the 0/0 at the origin."),
    Differs("acosh", "JAX torch", "d/dx", "x <= -1", "1/sqrt(x*x - 1) is a number where acosh has none."),
    Differs("angle", "TensorFlow", "value", "nan(x) | (x == 0) & signbit(x)", "It compares with 0: no angle for -0."),
    Differs("angle", "torch", "value", "(x == 0) & signbit(x)", "It compares with 0: no angle for -0."),
    Differs("angle", "JAX", "d/dx", "(x == 0) | (x == least) | nan(x)", "It differentiates atan2(0, x), 0/0 there."),
    # Division.
    Differs("floordiv", "TensorFlow", "value", "inf(x) & finite(y) & (y != 0) | finite(x) & inf(y) & (x * y < 0)",
            "NumPy's floor division is Python's, and fits its remainder; TensorFlow's is floor(x / y)."),
    Differs("floordiv", "torch", "refuses", "", "It has no derivative of a division that rounds."),
    Differs("mod", "TensorFlow", "d/dy", "inf(x) & finite(y) & (y != 0) | finite(x) & inf(y) & (x * y < 0)",
            "The derivative by y is that floor division."),
    Differs("mod", "JAX", "d/dy", "inf(x) & finite(y) & (y != 0)", "The derivative by y is that floor division."),
    Differs("truncatemod", "TensorFlow", "refuses", "", "It has no gradient for it: LookupError."),
    Differs("complex", "torch", "refuses", "", "The sum of a complex result is no target for it."),
    # 0 times something.
    Differs("xlogy", "TensorFlow", "d/dx", "(x == 0) & (y > 1)", _MASKED),
    Differs("xlogy", "JAX torch", "value", "(x == 0) & nan(y)", _UNMASKED),
    Differs("xlogy", "JAX", "d/dx", "(x == 0) & ~(y >= 0)", _UNMASKED),
    Differs("xlogy", "torch", "d/dx", "(x == 0) & nan(y)", _UNMASKED),
    Differs("xlogy", "JAX torch", "d/dy", "(x == 0) & ((y == 0) | nan(y))", _UNMASKED),
    Differs("xlog1py", "TensorFlow", "d/dx", "(x == 0) & (y > 0)", _MASKED),
    Differs("xlog1py", "JAX torch", "value", "(x == 0) & nan(y)", _UNMASKED),
    Differs("xlog1py", "JAX", "d/dx", "(x == 0) & ((y == -oo) | nan(y))", _UNMASKED),
    Differs("xlog1py", "torch", "d/dx", "(x == 0) & nan(y)", _UNMASKED),
    Differs("xlog1py", "JAX torch", "d/dy", "(x == 0) & ((y == -1) | nan(y))", _UNMASKED),
    Differs("xdivy", "TensorFlow", "d/dx", "(x == 0) & (y != 0) & ~inf(y)", _MASKED),
    Differs("reduce_prod", "torch", "d/dx", "inf; only -inf", "It divides the product by the entry: inf / inf."),
    Differs("cumprod", "TensorFlow torch", "d/dx", "nan; inf", "It divides the products by the entry: inf / inf."),
    Differs("cumprod", "TensorFlow JAX torch", "d/dx", "only -inf", "Sums of inf and -inf where tapes multiplies."),
    # Special functions.
    Differs("erf", "TensorFlow", "value", "abs(x) >= most", "A mistake of its float64 kernel: erf(inf) is 1.",
            "float64"),
    Differs("ndtri", "JAX", "d/dx", "(x == 0) | (x == 1) | (x == least)", "At the ends it gives 0, where the slope "
            "is infinite."),
    Differs("lgamma", "torch", "d/dx", "x == 0", "At a pole the limit from one side, not nan."),
    Differs("digamma", "JAX", "d/dx", "x == oo", "nan, where the limit is 0."),
    Differs("digamma", "torch", "value", "x == 0", "At a pole the limit from one side, not nan."),
    Differs("digamma", "torch", "d/dx", "(x > 0.1) & (x < most)", _SERIES),
    Differs("digamma", "torch", "d/dx", "(x == -1) | (x == -oo)", "Mirrored, where sin(pi x) is 1e-16 and not 0."),
    Differs("polygamma", "TensorFlow JAX", "d/dx", "0; 0 and -0; only -inf", "At a pole nan, not the limit."),
    Differs("polygamma", "JAX", "value, d/dx", "inf", "nan, where the limit is 0."),
    Differs("polygamma", "torch", "value, d/dx", "ties", _SERIES),
    Differs("polygamma", "torch", "d/dx", "nan; inf", _SERIES),
    Differs("polygamma", "torch", "value", "0; 0 and -0; only -inf", "At a pole the limit from one side, or nan."),
    Differs("polygamma", "torch", "d/dx", "only -inf", "At a pole nan, not the limit."),
    # Softmax and cross-entropy.
    Differs("softmax", "JAX torch", "value", "inf", _SPREAD),
    Differs("softmax", "TensorFlow", "value", "inf", _SPREAD, "float64"),
    Differs("softmax", "TensorFlow", "value", "nan", "Its kernel for float32 skips nan in the largest entry.",
            "float32"),
    Differs("log_softmax sparse_softmax_cross_entropy", "TensorFlow JAX torch", "d/dx", "inf", _SPREAD),
    Differs("sparse_softmax_cross_entropy", "TensorFlow JAX torch", "value", "inf",
            "inf - inf, where tapes has the loss of a probability of 0: inf."),
    Differs("cumulative_logsumexp", "TensorFlow", "value, d/dx", "nan",
            "The larger of nan and a number is the number."),
    Differs("cumulative_logsumexp", "TensorFlow JAX torch", "d/dx", "inf", "inf - inf arises in other places."),
    Differs("sigmoid_cross_entropy", "torch", "value",
            "(y == oo) & ((x == 0) | (x > 1)) | (y == -oo) & ((abs(x) == 1) | (x == -oo))",
            "The same terms in another order: inf - inf is met elsewhere."),
)

# What spelling.py writes with other functions of the library: right where it is smooth, but at a special point it
# shows how those break, and nothing about the library.
COMPOSED: dict[str, frozenset[str]] = {library: frozenset(ops.split()) for library, ops in {
    "TensorFlow": "softsign gelu hypot sech_squared sigmoid_slope gaussian normal_cdf convolution convolution_input "
                  "tail_correction convolution_filter max_pool_places recurrence",
    "JAX": "clip_by_value xdivy multiply_no_nan nextafter complex sech_squared gaussian max_pool_places softsign "
           "tail_correction convolution convolution_input convolution_filter recurrence",
    "torch": "clip_by_value xdivy multiply_no_nan nextafter sech_squared gaussian max_pool_places softsign convolution "
             "convolution_input convolution_filter recurrence tensor_scatter_nd_update tensor_scatter_nd_max "
             "tensor_scatter_nd_min"}.items()}
