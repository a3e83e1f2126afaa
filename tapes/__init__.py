"""A gradient tape in pure NumPy, with TensorFlow's names and rules: `import tapes as tf`."""

from __future__ import annotations

import warnings
from functools import partial
from types import ModuleType

from . import blas as blas  # first of all: it has something to say before NumPy is imported

# isort: split
from . import article, autodiff, bitwise, config, debugging, errors, experimental, keras, linalg, math, nest, nn, random
from . import diagnose as diagnose
from . import view as view
from .allocator import keep_freed_memory
from .api.arranging import (
    broadcast_to,
    concat,
    expand_dims,
    meshgrid,
    pad,
    repeat,
    reshape,
    reverse,
    roll,
    split,
    squeeze,
    stack,
    tile,
    transpose,
    unstack,
)
from .api.branching import case, cond, switch_case, while_loop
from .api.making import (
    constant,
    convert_to_tensor,
    eye,
    fill,
    identity,
    identity_n,
    linspace,
    one_hot,
    ones,
    ones_like,
    range,
    sequence_mask,
    stop_gradient,
    zeros,
    zeros_like,
)
from .api.mapping import foldl, foldr, map_fn, scan, vectorized_map
from .api.measuring import (
    broadcast_dynamic_shape,
    broadcast_static_shape,
    ensure_shape,
    rank,
    shape,
    shape_n,
    size,
)
from .api.ordering import argsort, searchsorted, sort, unique, unique_with_counts
from .api.picking import boolean_mask, gather, gather_nd, strided_slice, where
from .api.picking import slice_ as slice
from .api.scattering import (
    scatter_nd,
    tensor_scatter_nd_add,
    tensor_scatter_nd_max,
    tensor_scatter_nd_min,
    tensor_scatter_nd_sub,
    tensor_scatter_nd_update,
)
from .api.tensor_array import TensorArray
from .arguments import UnconnectedGradients
from .custom import custom_gradient, grad_pass_through
from .diagnose import check_gradients as check_gradients
from .dtypes import (
    DType,
    as_dtype,
    complex64,
    complex128,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
)
from .dtypes import bool_ as bool
from .eager import device, executing_eagerly, name_scope
from .eager import print_ as print
from .function import function
from .indexed_slices import IndexedSlices
from .keras import initializers, metrics, optimizers
from .linalg import einsum, matmul, norm, tensordot
from .linalg.norms import clip_by_global_norm, clip_by_norm
from .math import (
    abs,
    acos,
    acosh,
    add,
    add_n,
    argmax,
    argmin,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cast,
    clip_by_value,
    complex,
    cos,
    cosh,
    cumsum,
    divide,
    equal,
    exp,
    floor,
    greater,
    greater_equal,
    is_tensor,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    pow,
    realdiv,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    round,
    scalar_mul,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    truediv,
    truncatediv,
    truncatemod,
)
from .missing import missing
from .module import Module
from .recompute import recompute_grad
from .shape import TensorShape
from .tape import GradientTape
from .tensor import Tensor
from .tensor_spec import TensorSpec
from .variable import Variable

for _name in ("in_top_k", "top_k", "zero_fraction"):  # and these under tf.nn
    setattr(nn, _name, getattr(math, _name))
    nn.__all__.append(_name)
for _name in ("l2_normalize", "log_softmax", "softmax"):  # TensorFlow has them under tf.math too
    setattr(math, _name, getattr(nn, _name))
    math.__all__.append(_name)
newaxis = None

_keras = [module for name in keras.__all__ if isinstance(module := getattr(keras, name), ModuleType)]
for _space in (math, nn, linalg, bitwise, random, keras, *_keras):
    vars(_space)["__getattr__"] = partial(missing, _space.__name__)


def __getattr__(name: str) -> object:
    return article.NAMES[name] if name in article.NAMES else missing(__name__, name)


# As in TensorFlow, log(0) is -inf without a word: NumPy's warnings would point at lines of this package, not of the
# user's. What a user asks of np.errstate still holds, and warnings about the user's own NumPy are not touched.
warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"tapes\.")

keep_freed_memory()

__all__ = [
    "DType",
    "GradientTape",
    "IndexedSlices",
    "Module",
    "Tensor",
    "TensorArray",
    "TensorShape",
    "TensorSpec",
    "UnconnectedGradients",
    "Variable",
    "abs",
    "acos",
    "acosh",
    "add",
    "add_n",
    "argmax",
    "argmin",
    "argsort",
    "as_dtype",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "autodiff",
    "bitwise",
    "bool",
    "boolean_mask",
    "broadcast_dynamic_shape",
    "broadcast_static_shape",
    "broadcast_to",
    "case",
    "cast",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "complex",
    "complex64",
    "complex128",
    "concat",
    "cond",
    "config",
    "constant",
    "convert_to_tensor",
    "cos",
    "cosh",
    "cumsum",
    "custom_gradient",
    "debugging",
    "device",
    "divide",
    "einsum",
    "ensure_shape",
    "equal",
    "errors",
    "executing_eagerly",
    "exp",
    "expand_dims",
    "experimental",
    "eye",
    "fill",
    "float16",
    "float32",
    "float64",
    "floor",
    "foldl",
    "foldr",
    "function",
    "gather",
    "gather_nd",
    "grad_pass_through",
    "greater",
    "greater_equal",
    "identity",
    "identity_n",
    "initializers",
    "int8",
    "int16",
    "int32",
    "int64",
    "is_tensor",
    "keras",
    "less",
    "less_equal",
    "linalg",
    "linspace",
    "logical_and",
    "logical_not",
    "logical_or",
    "map_fn",
    "math",
    "matmul",
    "maximum",
    "meshgrid",
    "metrics",
    "minimum",
    "multiply",
    "name_scope",
    "negative",
    "nest",
    "newaxis",
    "nn",
    "norm",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "optimizers",
    "pad",
    "pow",
    "print",
    "random",
    "range",
    "rank",
    "realdiv",
    "recompute_grad",
    "reduce_all",
    "reduce_any",
    "reduce_logsumexp",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "repeat",
    "reshape",
    "reverse",
    "roll",
    "round",
    "scalar_mul",
    "scan",
    "scatter_nd",
    "searchsorted",
    "sequence_mask",
    "shape",
    "shape_n",
    "sigmoid",
    "sign",
    "sin",
    "sinh",
    "size",
    "slice",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "stop_gradient",
    "strided_slice",
    "subtract",
    "switch_case",
    "tan",
    "tanh",
    "tensor_scatter_nd_add",
    "tensor_scatter_nd_max",
    "tensor_scatter_nd_min",
    "tensor_scatter_nd_sub",
    "tensor_scatter_nd_update",
    "tensordot",
    "tile",
    "transpose",
    "truediv",
    "truncatediv",
    "truncatemod",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "unique",
    "unique_with_counts",
    "unstack",
    "vectorized_map",
    "where",
    "while_loop",
    "zeros",
    "zeros_like",
]
