"""A mistake should teach: the error says what happened, to which op and which input, and what to do.

Each row is a line that a student writes, the exception, and words that its message must contain. Afterwards no tape
may be left listening, and a fresh gradient must work. TensorFlow refuses the same lines with the same exceptions;
where it does something else, DIFFERENT says what.
"""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

import tapes
from tapes.errors import InvalidArgumentError
from tapes.op import listening
from tests import mistakes

MISTAKES = [
    # matrices
    ("tf.matmul(tf.ones([3]), tf.ones([3, 2]))", InvalidArgumentError,
     "matmul(float32[3], float32[3, 2])", "must be matrices", "tapes.linalg.matvec"),
    ("tf.ones([2, 3]) @ tf.ones([3])", InvalidArgumentError, "matmul", "float32[3]", "tapes.tensordot"),
    ("tf.matmul(tf.ones([2, 3]), tf.ones([2, 3]))", InvalidArgumentError,
     "matmul(float32[2, 3], float32[2, 3])", "Matrix size-incompatible", "transpose_b"),
    ("tf.matmul(tf.ones([4, 2, 3]), tf.ones([5, 3, 2]))", InvalidArgumentError, "matmul", "[4] and [5]"),
    ("tf.matmul(tf.ones([2, 3]), tf.ones([3, 2], tf.float64))", InvalidArgumentError,
     "cannot compute matmul as input #1(zero-based) was expected to be a float32 tensor but is a float64 tensor",
     "tapes.cast"),
    ("tf.linalg.matvec(tf.ones([2]), tf.ones([2]))", InvalidArgumentError, "matvec", "(2,)"),
    ("tf.linalg.matrix_transpose(tf.ones([2]))", ValueError, "matrix_transpose", "(2,)"),
    # broadcasting
    ("tf.ones([2, 3]) + tf.ones([2])", InvalidArgumentError,
     "add(float32[2, 3], float32[2])", "Incompatible shapes: [2, 3] vs. [2]", "one of them is 1"),
    ("np.ones(4, np.float32) * tf.ones([3])", InvalidArgumentError, "multiply", "[4] vs. [3]"),
    ("tf.maximum(tf.ones([3]), tf.ones([2]))", InvalidArgumentError, "maximum", "[3] vs. [2]"),
    ("tf.where([True, False], tf.ones([3]), tf.ones([3]))", InvalidArgumentError, "where(bool[2]", "[2] vs. [3]"),
    ("tf.broadcast_to(tf.ones([2]), [3])", InvalidArgumentError, "broadcast_to(float32[2], shape=(3,))"),
    ("sum([tf.ones([2]), tf.ones([3])])", InvalidArgumentError, "add", "[2] vs. [3]"),
    ("tf.clip_by_value(tf.ones([2]), 0.0, [1.0, 2.0, 3.0])", InvalidArgumentError, "clip_by_value", "float32[3]"),
    # dtypes
    ("tf.constant(1.0) * tf.constant(1.0, tf.float64)", InvalidArgumentError,
     "cannot compute multiply as input #1(zero-based)", "float32", "float64", "tapes.cast(tensor, tapes.float32)"),
    ("tf.constant(1) * tf.constant(1.5)", InvalidArgumentError, "int32", "tapes.cast(tensor, tapes.float32)"),
    ("tf.constant(1) + 1.5", TypeError,
     "Cannot convert 1.5 to EagerTensor of dtype int32", "tapes.cast(tensor, tapes.float32)", "[Op:add]"),
    ("1.5 * tf.constant([1, 2])", TypeError, "Cannot convert 1.5 to EagerTensor of dtype int32", "[Op:multiply]"),
    ("tf.constant(3) / tf.constant(2.0)", InvalidArgumentError, "divide(int32[], float32[])", "tapes.cast"),
    ("tf.constant([1, 2]) + np.array([0.5, 0.5])", TypeError, "a float64 array of shape (2,)", "int32", "[Op:add]"),
    ("tf.constant(1.0) + 1j", TypeError, "Cannot convert 1j to EagerTensor of dtype float32"),
    ("tf.constant(True) + tf.constant(False)", InvalidArgumentError, "add(bool[], bool[])", "tapes.cast"),
    ("-tf.constant(True)", InvalidArgumentError, "negative(bool[])", "tapes.cast"),
    ("~tf.constant(1.0)", InvalidArgumentError, "float32"),
    ("tf.logical_and(tf.constant(1), tf.constant(0))", InvalidArgumentError, "logical_and", "int32", "x > 0"),
    ("tf.sin(tf.constant(1))", InvalidArgumentError, "sin(int32[])", "takes floating", "tapes.cast"),
    ("tf.sqrt(4)", InvalidArgumentError, "sqrt(int32[])", "tapes.cast(tensor, tapes.float32)"),
    ("tf.nn.softmax([1, 2])", InvalidArgumentError, "softmax(int32[2])", "tapes.cast"),
    ("tf.pow(tf.constant(2), 0.5)", TypeError, "Cannot convert 0.5 to EagerTensor of dtype int32", "[Op:pow]"),
    ("tf.constant(2) ** -1", InvalidArgumentError, "pow(int32[], int32[])", "negative integer powers"),
    ("tf.constant(1j) > tf.constant(1j)", InvalidArgumentError, "greater", "complex128"),
    ("tf.ones([3]) == tf.ones([3], tf.int32)", InvalidArgumentError, "equal", "int32", "tapes.cast"),
    ("tf.clip_by_value(tf.constant([1, 2]), 0.5, 1.5)", TypeError, "Cannot convert 0.5", "[Op:clip_by_value]"),
    ("tf.cast(tf.ones([2]), 'float31')", TypeError, "'float31'", "float16, float32, float64"),
    ("tf.cast(tf.ones([2]), None)", TypeError, "None", "tapes.float32"),
    ("tf.random.normal([2], dtype=tf.int32)", TypeError, "int32"),
    ("tf.norm(tf.constant([3, 4]))", InvalidArgumentError, "int32", "tapes.cast"),
    # reductions and axes
    ("tf.reduce_sum(tf.ones([2, 3]), axis=2)", InvalidArgumentError, "reduce_sum: axis 2", "rank 2 has axes -2 to 1"),
    ("tf.reduce_mean(tf.constant(1.0), axis=0)", InvalidArgumentError, "reduce_mean: axis 0", "no axes"),
    ("tf.reduce_max(tf.ones([2, 3]), axis=1.0)", TypeError, "reduce_max: axis must be an integer", "1.0"),
    ("tf.reduce_sum(tf.ones([2, 3]), axis=[0, 0])", InvalidArgumentError, "reduce_sum", "twice"),
    ("tf.reduce_mean(tf.constant([True, False]))", InvalidArgumentError, "reduce_mean(bool[2])", "tapes.cast"),
    ("tf.reduce_all(tf.constant([1.0]))", InvalidArgumentError, "reduce_all(float32[1])", "x > 0"),
    ("tf.reduce_logsumexp([1, 2])", InvalidArgumentError, "reduce_logsumexp(int32[2])", "tapes.cast"),
    ("tf.math.reduce_std([1, 2])", TypeError, "reduce_std", "int32", "tapes.cast"),
    ("tf.argmax(tf.ones([2, 3]), axis=5)", InvalidArgumentError, "argmax: axis 5"),
    ("tf.argmax(tf.ones([2]), axis=0.5)", TypeError, "argmax: axis must be an integer, got 0.5"),
    ("tf.cumsum(tf.ones([2]), axis=1)", InvalidArgumentError, "cumsum: axis 1"),
    ("tf.nn.softmax(tf.ones([2]), axis=1)", InvalidArgumentError, "softmax: axis 1"),
    ("tf.norm(tf.ones([2]), ord='max')", ValueError, "norm", "'max'", "'euclidean'"),
    # shapes
    ("tf.reshape(tf.ones([2, 3]), [4, 2])", InvalidArgumentError,
     "Input to reshape is a tensor with 6 values", "(2, 3)", "[4, 2]"),
    ("tf.reshape(tf.ones([2, 3]), [4, -1])", InvalidArgumentError, "reshape", "6 values", "[4, -1]"),
    ("tf.reshape(tf.ones([2, 3]), [-1, -1])", InvalidArgumentError, "reshape", "At most one length may be -1"),
    ("tf.zeros([2.5])", TypeError, "zeros: shape must be", "[2.5]"),
    ("tf.zeros([-1])", InvalidArgumentError, "zeros", "[-1]"),
    ("tf.concat([tf.ones([2, 3]), tf.ones([2, 4])], 0)", InvalidArgumentError,
     "concat(float32[2, 3], float32[2, 4], axis=0)", "dimension 1"),
    ("tf.concat([tf.ones([2, 3]), tf.ones([3])], 0)", InvalidArgumentError, "concat", "float32[3]"),
    ("tf.concat([tf.ones([2, 3]), tf.ones([2, 3])], 2)", InvalidArgumentError, "concat: axis 2"),
    ("tf.concat([tf.ones([2]), tf.ones([2], tf.int32)], 0)", InvalidArgumentError, "concat", "int32", "tapes.cast"),
    ("tf.concat([tf.constant(1.0), tf.constant(2.0)], 0)", InvalidArgumentError, "concatenate scalars", "tf.stack"),
    ("tf.concat([tf.ones([2])])", TypeError, "axis"),
    ("tf.concat([], 0)", InvalidArgumentError, "concat", "at least one tensor"),
    ("tf.stack([tf.ones([2]), tf.ones([3])])", InvalidArgumentError, "stack(float32[2], float32[3]", "same shape"),
    ("tf.stack([tf.ones([2]), tf.ones([2])], axis=3)", ValueError, "stack: axis 3"),
    ("tf.split(tf.ones([5]), 2)", InvalidArgumentError, "split: axis 0 of shape (5,)", "2 equal pieces"),
    ("tf.split(tf.ones([5]), [2, 2])", InvalidArgumentError, "split", "[2, 2]", "length 5"),
    ("tf.split(tf.ones([4]), 2, axis=1)", InvalidArgumentError, "split: axis 1"),
    ("tf.unstack(tf.ones([4]), num=3)", InvalidArgumentError, "unstack", "num is 3", "4 slices"),
    ("tf.squeeze(tf.ones([2, 3]), axis=0)", InvalidArgumentError, "squeeze", "length 1", "(2, 3)"),
    ("tf.expand_dims(tf.ones([3]), 4)", InvalidArgumentError, "expand_dims: axis 4"),
    ("tf.tile(tf.ones([2, 3]), [2])", InvalidArgumentError, "tile", "(2, 3)", "2 numbers"),
    ("tf.pad(tf.ones([2, 3]), [[1, 1]])", InvalidArgumentError, "pad", "(2, 3)", "2 pairs"),
    ("tf.pad(tf.ones([2]), [1, 1])", InvalidArgumentError, "pad", "[[before, after], ...]"),
    ("tf.pad(tf.ones([2]), [[1, 0]], mode='edge')", ValueError, "'edge'", "'REFLECT'"),
    ("tf.pad(tf.ones([2]), [[3, 0]], mode='REFLECT')", InvalidArgumentError, "pad", "(2,)", "mirror"),
    ("tf.transpose(tf.ones([2, 3]), [0, 2])", InvalidArgumentError, "transpose: axis 2", "rank 2", "axes -2 to 1"),
    ("tf.fill([2], [1.0, 2.0])", InvalidArgumentError, "fill", "single number", "tapes.broadcast_to"),
    ("tf.range(3, 0)", InvalidArgumentError, "range", "from 3 to 0"),
    ("tf.constant([1.0, 2.0, 3.0], shape=[2, 2])", TypeError, "3 entries", "[2, 2]"),
    # indices
    ("tf.gather(tf.ones([3]), [0, 3])", InvalidArgumentError, "gather(float32[3]", "3 is not in [0, 3)"),
    ("tf.gather(tf.ones([3]), [1.0])", InvalidArgumentError, "gather", "integers", "float32"),
    ("tf.gather(tf.ones([3]), [0], axis=1)", InvalidArgumentError, "gather: axis 1"),
    ("tf.slice(tf.ones([3]), [1], [3])", InvalidArgumentError, "slice", "[1]", "[3]", "(3,)"),
    ("tf.slice(tf.ones([3, 2]), [1], [1])", InvalidArgumentError, "slice", "(3, 2)", "2 numbers each"),
    ("tf.one_hot([0.0, 1.0], 2)", InvalidArgumentError, "one_hot", "integers", "tapes.cast(indices, tapes.int32)"),
    ("tf.one_hot([0, 1])", TypeError, "depth"),
    ("tf.one_hot([0, 1], -1)", InvalidArgumentError, "one_hot", "-1"),
    ("tf.where(tf.constant([1.0, 0.0]), 1.0, 2.0)", InvalidArgumentError, "where", "bool", "float32", "x > 0"),
    ("tf.where([True], 1.0)", ValueError, "where", "x and y must both"),
    ("tf.where([True], tf.constant(1.0), tf.constant(1))", InvalidArgumentError, "where", "int32", "tapes.cast"),
    ("tf.boolean_mask(tf.ones([3]), [True, False])", ValueError, "mask", "(2,)", "(3,)"),
    ("tf.ones([3])[3]", InvalidArgumentError, "float32[3]", "index 3 is out of bounds"),
    ("tf.ones([3])[0, 0]", InvalidArgumentError, "too many indices"),
    ("tf.ones([3])[1.0]", TypeError, "Only integers, slices", "got 1.0"),
    ("tf.ones([3])[tf.constant([0, 1])]", TypeError, "Only integers, slices", "tapes.gather"),
    ("tf.ones([3])[tf.constant([True, False])]", ValueError, "mask", "(2,)", "(3,)"),
    ("tf.constant(1.0)[0]", InvalidArgumentError, "float32[]"),
    # gathering and scattering
    ("tf.gather(tf.ones([2, 3]), [0, 1, 1], batch_dims=1)", InvalidArgumentError, "batch_dims=1", "(2, 3)", "(3,)"),
    ("tf.gather(tf.ones([2, 3]), [[0]], axis=0, batch_dims=1)", InvalidArgumentError, "gather", "axis=0"),
    ("tf.gather(1.0, [0])", InvalidArgumentError, "gather: axis 0", "no axes"),
    ("tf.gather(tf.ones([2]), tf.constant([True]))", InvalidArgumentError, "integers", "bool", "boolean_mask"),
    ("tf.gather_nd(tf.ones([2, 2]), [[0, 5]])", InvalidArgumentError, "gather_nd(float32[2, 2]", "[0, 5]", "[2, 2]"),
    ("tf.gather_nd(tf.ones([2]), [[0, 0]])", InvalidArgumentError, "gather_nd", "too long", "(2,)"),
    ("tf.gather_nd(tf.ones([2]), 1)", InvalidArgumentError, "gather_nd", "at least a vector"),
    ("tf.gather_nd(tf.ones([2]), [[0.0]])", InvalidArgumentError, "gather_nd", "integers", "float32"),
    ("tf.scatter_nd([[5]], [1.0], [3])", InvalidArgumentError, "scatter_nd", "[5]", "[3]"),
    ("tf.scatter_nd([[0]], [1.0, 2.0], [3])", InvalidArgumentError, "scatter_nd", "need updates of shape [1]", "(2,)"),
    ("tf.scatter_nd([[0, 0]], [1.0], [3])", InvalidArgumentError, "scatter_nd", "at most 1 indices"),
    ("tf.tensor_scatter_nd_add(tf.ones([3]), [[7]], [1.0])", InvalidArgumentError, "scatter_nd", "[7]", "[3]"),
    ("tf.tensor_scatter_nd_update(tf.ones([3]), [[0], [1]], [1.0])", InvalidArgumentError,
     "tensor_scatter_nd_update", "updates of shape [2]", "(1,)"),
    ("tf.tensor_scatter_nd_max(tf.ones([3]), [[-1]], [1.0])", InvalidArgumentError, "tensor_scatter_nd_max", "[-1]"),
    ("tf.boolean_mask(tf.ones([2]), True)", ValueError, "mask", "()"),
    ("tf.boolean_mask(tf.ones([2, 2]), [True], axis=1)", ValueError, "mask", "(1,)", "from 1 on", "(2, 2)"),
    ("tf.where(True)", InvalidArgumentError, "where", "no indices"),
    ("tf.strided_slice(tf.ones([2]), [0], [2], [0])", InvalidArgumentError, "strided_slice", "no stride 0"),
    ("tf.strided_slice(tf.ones([2]), [0, 0], [2, 0])", InvalidArgumentError, "too many indices"),
    # sorting, counting, segments
    ("tf.sort([1, 2], direction='up')", ValueError, "sort", "ASCENDING, DESCENDING", "'up'"),
    ("tf.sort(1.0)", InvalidArgumentError, "sort: axis -1", "no axes"),
    ("tf.sort([1.0, 2.0], axis=3)", InvalidArgumentError, "sort: axis 3"),
    ("tf.sort(tf.constant([1j]))", InvalidArgumentError, "argsort(complex128[1])"),
    ("tf.math.top_k([1.0, 3.0], 5)", InvalidArgumentError, "top_k", "(2,)", "no 5 largest"),
    ("tf.math.top_k(1.0)", InvalidArgumentError, "top_k", "()"),
    ("tf.unique([[1, 2]])", InvalidArgumentError, "unique", "vector", "(1, 2)", "tapes.reshape"),
    ("tf.searchsorted([1, 3], [2], side='x')", ValueError, "searchsorted", "'x'"),
    ("tf.searchsorted([1, 3], 2)", InvalidArgumentError, "searchsorted", "()"),
    ("tf.searchsorted([1, 3], [2.0])", InvalidArgumentError, "searchsorted", "int32", "float32", "tapes.cast"),
    ("tf.math.bincount([-1])", InvalidArgumentError, "bincount", "negative"),
    ("tf.math.segment_sum([1.0, 2.0], [1, 0])", InvalidArgumentError, "never fall", "unsorted_segment_sum"),
    ("tf.math.segment_sum([1.0, 2.0], [0])", InvalidArgumentError, "segment_sum", "(2,)", "(1,)"),
    ("tf.math.unsorted_segment_sum([1.0], [5], 4)", InvalidArgumentError, "segment id 5", "[0, 4)"),
    ("tf.math.confusion_matrix([1, 0], [0])", InvalidArgumentError, "confusion_matrix", "(2,) and (1,)"),
    ("tf.math.confusion_matrix([1, 5], [0, 0], num_classes=3)", InvalidArgumentError, "[5, 0]", "[3, 3]"),
    ("tf.roll(tf.ones([2]), 1, 5)", InvalidArgumentError, "roll: axis 5"),
    ("tf.repeat([1, 2], [1, 2, 3])", ValueError, "repeat", "2 slices", "3 repeats"),
    ("tf.meshgrid([1, 2], [3, 4], indexing='xx')", ValueError, "meshgrid", "'xx'"),
    ("tf.ensure_shape([1.0, 2.0], [3])", InvalidArgumentError, "ensure_shape", "(2,)", "[3]"),
    ("tf.broadcast_dynamic_shape([2], [3])", InvalidArgumentError, "[2] and [3]"),
    ("tf.linspace(0.0, 1.0, -3)", InvalidArgumentError, "linspace", "-3"),
    ("tf.linspace(0.0, tf.constant(1.0, tf.float64), 3)", ValueError, "float32", "float64"),
    ("tf.math.cumprod(tf.ones([2]), axis=1)", InvalidArgumentError, "cumprod: axis 1"),
    ("tf.math.cumulative_logsumexp([1, 2])", InvalidArgumentError, "cumulative_logsumexp(int32[2]", "tapes.cast"),
    # einsum and tensordot
    ("tf.einsum('ij,jk->ik', tf.ones([2, 3]), tf.ones([2, 3]))", InvalidArgumentError,
     "einsum(float32[2, 3], float32[2, 3]", "'j' stands for 3 and, in input #1, for 2"),
    ("tf.einsum('ij,jk->ik', tf.ones([2, 3]))", ValueError, "einsum", "ij,jk->ik"),
    ("tf.einsum('ij->k', tf.ones([2, 3]))", ValueError, "einsum", "'k'"),
    ("tf.einsum('i->')", ValueError, "einsum", "0 tensor(s)"),
    ("tf.einsum('i,i->', tf.ones([2]), tf.ones([2], tf.float64))", InvalidArgumentError, "einsum", "tapes.cast"),
    ("tf.tensordot(tf.ones([2, 3]), tf.ones([2, 3]), 1)", InvalidArgumentError,
     "tensordot: Matrix size-incompatible", "axes [1] of (2, 3) and axes [0] of (2, 3)"),
    ("tf.tensordot(tf.ones([2]), tf.ones([2]), 2)", ValueError, "tensordot: axis -2"),
    ("tf.tensordot(tf.ones([2]), tf.ones([2]))", TypeError, "axes"),
    # what Python asks of a tensor
    ("bool(tf.ones([2]))", ValueError, "truth value", "(2,)", "tapes.reduce_all"),
    ("1 if tf.ones([2]) > 0 else 0", ValueError, "truth value", "tapes.where"),
    ("float(tf.ones([2]))", TypeError, "only 0-dimensional arrays", "(2,)", "tapes.reduce_sum"),
    ("int(tf.ones([2]))", TypeError, "only 0-dimensional arrays", "(2,)"),
    ("len(tf.constant(1.0))", TypeError, "Scalar tensor has no `len()`"),
    ("list(tf.constant(1.0))", TypeError, "Cannot iterate over a scalar tensor."),
    ("{tf.constant(1.0)}", TypeError, "Tensor is unhashable. Instead, use tensor.ref() as the key."),
    ("{tf.Variable(1.0): 1}", TypeError, "Variable is unhashable. Instead, use variable.ref() as the key."),
    ("x = tf.ones([2]); x[0] = 1.0", TypeError, "does not support item assignment", "tapes.where"),
    ("tf.constant(1.0)(2.0)", TypeError, "not callable"),
    # Variables
    ("tf.Variable()", ValueError, "The `initial_value` arg to `tf.Variable` must be specified"),
    ("tf.Variable(1.5, dtype=tf.int32)", TypeError, "Cannot convert 1.5 to EagerTensor of dtype int32"),
    ("tf.Variable([1.0, 2.0]).assign([1.0, 2.0, 3.0])", ValueError, "Cannot assign", "(2,)", "(3,)"),
    ("tf.Variable(1.0).assign(tf.constant(1.0, tf.float64))", ValueError,
     "Tensor conversion requested dtype float32 for Tensor with dtype float64", "tapes.cast"),
    ("tf.Variable(1).assign(1.5)", TypeError, "Cannot convert 1.5 to EagerTensor of dtype int32"),
    ("tf.Variable(1.0).assign_sub(None)", ValueError, "(None)", "gradient that is None"),
    ("v = tf.Variable(1.0); v += 1.0", RuntimeError, "`variable += value`", "variable.assign_add(value)"),
    ("v = tf.Variable(1.0); v -= 1.0", RuntimeError, "`variable -= value`", "variable.assign_sub(value)"),
    # what is no tensor
    ("tf.constant([[1.0], [1.0, 2.0]])", ValueError,
     "Can't convert non-rectangular Python sequence to Tensor", "[[1.0], [1.0, 2.0]]"),
    ("tf.constant(None)", ValueError, "Attempt to convert a value (None) with an unsupported type"),
    ("tf.constant(1.0) + None", ValueError, "Attempt to convert a value (None)", "forget to return", "[Op:add]"),
    ("tf.constant([1.0, None])", ValueError, "(None)", "[1.0, None]"),
    ("tf.constant([1.0, 'a'])", ValueError, "('a')", "numbers and booleans"),
    ("tf.constant(object())", ValueError, "Attempt to convert a value", "<class 'object'>"),
    ("tf.constant({'a': 1.0})", ValueError, "{'a': 1.0}", "<class 'dict'>"),
    ("tf.constant(2**80)", ValueError, "out-of-range integer", "float: 1.2089258196146292e+24"),
    ("tf.constant(10**400)", ValueError, "out-of-range integer", "beyond the largest float"),
    ("tf.constant(10**400, tf.float64)", ValueError, "out-of-range integer", "beyond the largest float"),
    ("tf.constant(1e300)", ValueError, "out of range for a float32: 1e+300", "3.4028235e+38", "tapes.float64"),
    ("tf.Variable([float('inf'), -1e39])", ValueError, "out of range for a float32: -1e+39"),
    ("tf.fill([2], 1e300)", ValueError, "out of range for a float32: 1e+300"),
    ("tf.nn.relu([[1.0, 1e300]])", ValueError, "out of range for a float32: 1e+300", "[Op:relu]"),
    ("tf.constant(1, tf.bool)", TypeError, "Cannot convert 1 to EagerTensor of dtype bool"),
    ("tf.nn.relu(None)", ValueError, "(None)", "[Op:relu]"),
    ("tf.convert_to_tensor([tf.ones([2]), tf.ones([3])])", InvalidArgumentError, "stack(float32[2], float32[3]"),
    ("tf.convert_to_tensor(tf.constant(1.0), dtype=tf.float64)", ValueError, "float32", "tapes.cast"),
    # losses
    ("tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones([2]), logits=tf.ones([2, 1]))", ValueError,
     "`logits` and `labels` must have the same shape, received ((2, 1) vs (2,))"),
    ("tf.nn.sigmoid_cross_entropy_with_logits(tf.ones([2]))", ValueError, "Both `labels` and `logits`"),
    ("tf.nn.sigmoid_cross_entropy_with_logits(tf.constant([1]), tf.ones([1]))", InvalidArgumentError, "int32", "cast"),
    ("tf.nn.softmax_cross_entropy_with_logits(tf.constant([0, 1]), tf.ones([2, 3]))", InvalidArgumentError,
     "float32[2, 3]", "int32[2]", "sparse_softmax_cross_entropy_with_logits"),
    ("tf.nn.softmax_cross_entropy_with_logits(tf.ones([2, 4]), tf.ones([2, 3]))", InvalidArgumentError,
     "softmax_cross_entropy", "[2, 4] vs. [2, 3]"),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits(tf.one_hot([0, 1], 3), tf.ones([2, 3]))", ValueError,
     "class numbers", "labels float32[2, 3]", "there is softmax_cross_entropy_with_logits"),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits([[0], [2]], tf.ones([2, 3]))", ValueError, "labels int32[2, 1]"),
    ("tf.nn.sparse_softmax_cross_entropy_with_logits([0, 3], tf.ones([2, 3]))", InvalidArgumentError, "[0, 3)"),
    ("tf.nn.bias_add(tf.ones([2, 3]), tf.ones([2]))", InvalidArgumentError, "bias_add", "(2,)", "(2, 3)"),
    # windows
    ("tf.nn.conv2d(tf.ones([1, 5, 5, 2]), tf.ones([3, 3, 3, 4]), 1, 'SAME')", InvalidArgumentError, "conv2d",
     "(1, 5, 5, 2) has 2 channels", "(3, 3, 3, 4) expect 3"),
    ("tf.nn.conv2d(tf.ones([1, 5, 5, 2]), tf.ones([3, 3, 2, 4]), 1, 'same')", InvalidArgumentError, "conv2d: padding",
     "'SAME', 'VALID'", "'same'"),
    ("tf.nn.conv2d(tf.ones([1, 5, 5, 2]), tf.ones([3, 3, 2, 4]), 1, 'SAME', 'HWCN')", InvalidArgumentError,
     "data_format", "'NHWC'", "'NCHW'"),
    ("tf.nn.conv2d(tf.ones([1, 5, 5, 2]), tf.ones([7, 7, 2, 1]), 1, 'VALID')", InvalidArgumentError,
     "Computed output size would be negative", "[7, 7]", "[5, 5]", "'SAME'"),
    ("tf.nn.conv2d(tf.ones([1, 5, 5, 2]), tf.ones([3, 3, 2, 4]), 0, 'SAME')", InvalidArgumentError,
     "strides must be positive", "[0, 0]"),
    ("tf.nn.conv2d(tf.ones([1, 5, 5, 2]), tf.ones([3, 3, 2, 4]), [1, 1, 1], 'SAME')", ValueError,
     "strides should be of length 1, 2 or 4", "[1, 1, 1]"),
    ("tf.nn.conv2d(tf.ones([1, 5, 5, 2]), tf.ones([3, 3, 2, 4], tf.float64), 1, 'SAME')", InvalidArgumentError,
     "float32", "float64", "tapes.cast"),
    ("tf.nn.depthwise_conv2d(tf.ones([1, 5, 5, 2]), tf.ones([3, 3, 3, 1]), [1, 1, 1, 1], 'SAME')",
     InvalidArgumentError, "depthwise_conv2d", "has 2 channels", "are for 3"),
    ("tf.nn.conv2d_transpose(tf.ones([1, 2, 2, 4]), tf.ones([3, 3, 2, 4]), [1, 9, 9, 2], 2)", InvalidArgumentError,
     "output_shape [1, 9, 9, 2]", "[5, 5] places", "[2, 2]"),
    ("tf.nn.max_pool2d(tf.ones([5, 5, 2]), 2, 2, 'SAME')", InvalidArgumentError, "max_pool2d",
     "[batch, height, width, channels]", "(5, 5, 2)", "tapes.expand_dims"),
    ("tf.nn.avg_pool2d(tf.ones([1, 5, 5, 2]), 0, 1, 'VALID')", InvalidArgumentError, "avg_pool2d: ksize"),
    ("tf.nn.bias_add(tf.ones([2, 3, 4]), tf.ones([4]), 'NCW')", InvalidArgumentError,
     "as long as the second axis", "(4,)", "(2, 3, 4)"),
    ("tf.nn.bias_add(tf.ones([2, 3]), tf.ones([3]), 'HWC')", ValueError, "`N...C` or `NC...`", "'HWC'"),
    ("tf.nn.embedding_lookup(tf.ones([3, 2]), [0, 3])", InvalidArgumentError, "3 is not in [0, 3)"),
    ("tf.nn.embedding_lookup(tf.ones([3, 2]), [0.5])", InvalidArgumentError, "indices must be integers", "float32"),
    ("tf.nn.weighted_cross_entropy_with_logits(tf.ones([2]), tf.ones([3]), 1.0)", ValueError,
     "`logits` and `labels` must have the same shape, received ((3,) vs (2,))"),
    ("tf.nn.log_poisson_loss(tf.ones([2]), tf.ones([3]))", ValueError,
     "`log_input` and `targets` must have the same shape, received ((3,) vs (2,))"),
    ("tf.nn.moments(tf.ones([2]), 3)", InvalidArgumentError, "reduce_mean: axis 3"),
    ("tf.nn.local_response_normalization(tf.ones([2, 3]))", InvalidArgumentError, "4-dimensional", "(2, 3)"),
    ("tf.nn.dropout(tf.ones([2]), rate=1.5)", ValueError, "dropout", "1.5"),
    ("tf.nn.dropout(tf.constant([1, 2]), rate=0.5)", ValueError, "dropout", "int32"),
    ("tf.add_n([])", ValueError, "add_n", "at least one"),
    ("tf.add_n([tf.ones([2]), tf.ones([3])])", InvalidArgumentError, "add_n", "(2,), (3,)"),
    ("tf.debugging.assert_near([1.0, 2.0], [1.0, 2.5])", InvalidArgumentError, "x and y not equal", "[1]", "2.5"),
    ("tf.random.uniform([2], dtype=tf.int32)", ValueError, "Must specify maxval for integer dtype"),
    # names
    ("tf.constant(1.0).backward()", AttributeError, "'backward'", "tape.gradient(target, sources)"),
    ("tf.Variable(1.0).grad", AttributeError, "'grad'", "tape.gradient(target, sources)"),
    ("tf.ones([2, 3]).T", AttributeError, "'T'", "tapes.transpose"),
    ("tf.ones([2]).mean()", AttributeError, "'mean'", "tapes.reduce_mean"),
    ("tf.ones([2]).reshape(2, 1)", AttributeError, "'reshape'", "tapes.reshape"),
    ("tf.ones([2]).assign([1.0, 2.0])", AttributeError, "'assign'", "tapes.Variable"),
    ("tf.lgamma(1.0)", AttributeError, "'lgamma'", "tapes.math.lgamma"),
    ("tf.softmax([1.0])", AttributeError, "'softmax'", "tapes.nn.softmax"),
    ("tf.Session()", AttributeError, "'Session'", "at once"),
    ("tf.reduce_sum(tf.ones([2]), dim=0)", TypeError, "'dim'"),
    ("tf.nn.softmax(tf.ones([2]), dim=0)", TypeError, "'dim'"),
    ("tf.sin(a=1.0)", TypeError, "sin(x)", "'x'"),
    ("tf.add(1.0)", TypeError, "add(x, y)", "'y'"),
    ("tf.sin(1.0, 2.0, 3.0)", TypeError, "sin", "positional arguments"),
    # tapes
    ("with tf.GradientTape() as t: t.watch(3.0)", ValueError,
     "Passed in object 3.0 of type 'float', not tf.Tensor or tf.Variable or ExtensionType.", "tapes.constant"),
    ("with tf.GradientTape() as t: t.watch(np.ones(2))", ValueError, "'ndarray'", "tapes.Variable"),
    ("with tf.GradientTape() as t:\n  with t: pass", ValueError, "Tape is still recording"),
    ("with tf.GradientTape() as t: y = v * v\nt.gradient(y, v); t.gradient(y, v)", RuntimeError,
     "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)",
     "persistent=True"),
    ("with tf.GradientTape() as t: y = v * v\nt.gradient(None, v)", TypeError, "Argument `target` should be a list"),
    ("with tf.GradientTape() as t: y = float(v * v)\nt.gradient(y, v)", TypeError, "`target`", "left the tape"),
    ("with tf.GradientTape() as t: y = v * v\nt.gradient(y, 3.0)", TypeError, "`sources`", "'float'"),
    ("with tf.GradientTape() as t: y = v * v\nt.gradient(y, v, unconnected_gradients='nonsense')", ValueError,
     "Unknown value for unconnected_gradients: 'nonsense'", "'zero'"),
    ("with tf.GradientTape() as t: y = v * v\nt.gradient(y, v, output_gradients=tf.ones([3]))", InvalidArgumentError,
     "output_gradients[0]", "(3,)"),
    ("with tf.GradientTape() as t: y = v * v\nt.gradient(y, v, retain_graph=True)", TypeError, "'retain_graph'"),
    ("tf.GradientTape().reset()", ValueError, "Tape is not recording."),
    ("with tf.GradientTape().stop_recording(): pass", RuntimeError,
     "Trying to stop recording a tape which is not recording."),
    *mistakes.MISTAKES,
]

DIFFERENT = {  # what TensorFlow does instead; here the error says more, or says it earlier
    "tf.nn.conv2d_transpose(tf.ones([1, 2, 2, 4]), tf.ones([3, 3, 2, 4]), [1, 9, 9, 2], 2)": "AbortedError",
    "tf.gather(tf.ones([2, 3]), [[0]], axis=0, batch_dims=1)": None,  # though its documentation forbids it
    "tf.constant(1) + 1.5": "InvalidArgumentError",  # but TypeError for 1.5 + tf.constant(1)
    "tf.constant(1.0) + 1j": "InvalidArgumentError",
    "tf.constant(3) / tf.constant(2.0)": "TypeError",
    "tf.constant([1, 2]) + np.array([0.5, 0.5])": None,  # cuts the fractions off without a word
    "with tf.GradientTape() as t: y = float(v * v)\nt.gradient(y, v)": "AttributeError",
    "with tf.GradientTape() as t: y = v * v\nt.gradient(y, 3.0)": "AttributeError",
    **mistakes.DIFFERENT,
}


def run(program: str, tf) -> None:
    exec(program, {"tf": tf, "np": np, "v": tf.Variable(3.0)})


@pytest.mark.parametrize(("program", "kind", "words"), [(p, k, w) for p, k, *w in MISTAKES],
                         ids=[p for p, *_ in MISTAKES])
def test_the_message_teaches(program, kind, words):
    v = tapes.Variable([1.0, 2.0])
    forward = tapes.autodiff.ForwardAccumulator(v, tapes.ones([2]))
    with pytest.raises(kind) as caught, forward, tapes.GradientTape() as tape:
        loss = tapes.reduce_sum(v * v)
        run(program, tapes)
    message = str(caught.value)
    assert type(caught.value) is kind or kind is ValueError, f"a {type(caught.value).__name__}: {message}"
    for word in words:
        assert word in message, message
    assert len(message) < 500, "a message is read, not studied"
    assert listening.now == [], "a tape was left listening"
    assert tape.gradient(loss, v).numpy().tolist() == [2.0, 4.0], "what was recorded before is still good"
    assert forward.jvp(loss).numpy() == 6.0, "and so are tangents"


def test_nothing_is_listed_twice():
    programs = [program for program, *_ in MISTAKES]
    assert len(set(programs)) == len(programs) >= 250
    assert set(DIFFERENT) <= set(programs)


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed: "
                    "pip install tensorflow")
def test_tensorflow_refuses_the_same_with_the_same_exception(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    surprises = []
    for program, kind, *_ in MISTAKES:
        try:
            run(program, tf)
            theirs = None
        except Exception as error:
            theirs = type(error).__name__
        ours = [base.__name__ for base in kind.__mro__]
        expected = DIFFERENT.get(program, theirs if theirs in ours else kind.__name__)
        if theirs != expected:
            surprises.append(f"{program!r}: {theirs!r},")
    assert not surprises, "\n".join(surprises)


@pytest.mark.parametrize("mode", ["reverse", "forward", "jacobian", "recomputed", "outer"])
def test_a_gradient_function_that_fails_leaves_nothing_behind(mode):
    x = tapes.Variable([1.0, 2.0])

    @tapes.custom_gradient
    def failing(x):
        def grad(dy):
            with tapes.GradientTape() as inner:
                inner.watch(dy)
                raise ZeroDivisionError("planned")

        return x * x, grad

    f = tapes.recompute_grad(failing) if mode == "recomputed" else failing
    with pytest.raises(ZeroDivisionError, match=r"^planned$"):
        if mode == "forward":
            with tapes.autodiff.ForwardAccumulator(x, tapes.ones([2])):
                f(x)
        with tapes.GradientTape() as outer, tapes.GradientTape() as tape:
            y = f(x)
            if mode == "outer":
                tape.gradient(y, x)
        tape.jacobian(y, x) if mode == "jacobian" else tape.gradient(y, x)
    assert listening.now == []
    if mode != "forward":
        with pytest.raises(RuntimeError, match="A non-persistent GradientTape"):
            tape.gradient(y, x)  # used up, as by any other gradient
        assert outer.gradient(x, x).numpy().tolist() == [1.0, 1.0]
    with tapes.GradientTape() as fresh:
        z = x * x
    assert fresh.jacobian(z, x).numpy().tolist() == [[2.0, 0.0], [0.0, 4.0]]


@pytest.mark.parametrize("block", ["tape", "accumulator", "paused", "custom"])
@pytest.mark.parametrize("spare", range(8))  # frames left when the last block begins: any call may be the one too many
def test_recursion_without_end_leaves_nobody_listening(block, spare):
    x = tapes.constant(3.0)

    def deeper():
        if block == "tape":
            with tapes.GradientTape():
                deeper()
        elif block == "accumulator":
            with tapes.autodiff.ForwardAccumulator(x, tapes.constant(1.0)):
                deeper()
        elif block == "paused":
            with tapes.GradientTape() as tape, tape.stop_recording():
                deeper()
        else:
            tapes.custom_gradient(lambda x: (deeper(), lambda dy: dy))(x)

    def after(frames):
        deeper() if frames == 0 else after(frames - 1)

    with pytest.raises(RecursionError):
        after(spare)
    assert listening.now == []


def test_indexed_slices_are_not_followed():
    x = tapes.Variable([1.0, 2.0])
    with tapes.GradientTape(persistent=True) as tape:
        slices = tapes.IndexedSlices(2.0 * x, tapes.constant([1, 0]), tapes.constant([3]))
        y = tapes.convert_to_tensor(slices)
    assert tape.gradient(y, x).numpy().tolist() == [2.0, 2.0]
    forward = tapes.autodiff.ForwardAccumulator(x, tapes.ones([2]))
    for refused in (lambda: tape.gradient(slices, x), lambda: tape.gradient(y, slices), lambda: tape.watch(slices),
                    lambda: tape.jacobian(slices, x), lambda: forward.jvp(slices),
                    lambda: tapes.autodiff.ForwardAccumulator(slices, tapes.ones([3]))):
        with pytest.raises(TypeError, match="convert_to_tensor"):
            refused()
