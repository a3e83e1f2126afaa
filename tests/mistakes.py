"""More lines that students write, and what errors must say: own gradients, Jacobians, forward mode, matrices, loops.

The rows are as in test_bad_input.py, which runs them.
"""

from __future__ import annotations

from tapes.errors import InvalidArgumentError

_Y = "with tf.GradientTape() as t: y = v * v\n"
_ROWS = "with tf.GradientTape() as t: t.watch(w := tf.ones([2, 2])); y = w * w\n"
_FORWARD = "with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as a: y = v * v\n"


def _custom(function: str, arguments: str = "v") -> str:
    return f"with tf.GradientTape() as t: y = tf.custom_gradient({function})({arguments})\nt.gradient(y, v)"


MISTAKES = [
    # own gradients
    ("tf.custom_gradient(lambda x: x * x)(v)", TypeError, "custom_gradient", "<lambda>", "a pair", "one Tensor"),
    ("tf.custom_gradient(lambda x: (x * x, 2.0 * x))(v)", TypeError, "from the adjoints", "tuple of 2 entries"),
    ("tf.custom_gradient(lambda x, mode: (x * x, lambda dy: dy))(v, None)", ValueError, "argument #1", "by keyword"),
    ("tf.custom_gradient(lambda: (v * v, lambda dy: dy))()", TypeError,
     "grad_fn must accept keyword argument 'variables'", "['Variable:0']", "variables=None"),
    ("tf.custom_gradient(3)", TypeError, "custom_gradient", "put on a function", "3"),
    (_custom("lambda x: (x * x, lambda dy: (dy, dy))"), ValueError, "expected to return 1 gradients, but returned 2"),
    (_custom("lambda x, a: (x * a, lambda dy: dy * a)", "v, 2.0"), ValueError,
     "expected to return 2 gradients, but returned 1 instead", "numbers among them", "None"),
    (_custom("lambda x: (x * x, lambda dy: tf.ones([2]))"), InvalidArgumentError,
     "gradient #0 of <lambda> has shape (2,)", "argument has shape ()", "sum over"),
    (_custom("lambda x: (x * x, lambda dy: 'two x')"), ValueError, "gradient #0 of <lambda>", "'two x'"),
    (_custom("lambda x: (x * x, lambda: 1.0)"), TypeError, "takes 0 positional arguments but 1 was given"),
    (_custom("lambda x: ((x, x), lambda dy: dy)"), TypeError, "takes 1 positional argument but 2 were given"),
    (_custom("lambda x: (x * v, lambda dy, variables=None: (dy, []))", "tf.constant(1.0)"), ValueError,
     "Must return gradient for each variable", "['Variable:0']", "returned 0"),
    (_custom("lambda x: (x * v, lambda dy, variables=None: dy)", "tf.constant(1.0)"), TypeError,
     "returns a pair", "a list with one for each variable", "one Tensor"),
    ("with tf.GradientTape() as t: t.watch(w := tf.ones([3])); y = tf.grad_pass_through(tf.reduce_sum)(w)\n"
     "t.gradient(y, w)", InvalidArgumentError, "reduce_sum has shape ()", "argument has shape (3,)"),
    # Jacobians
    (_Y + "t.jacobian([y], v)", TypeError, "`target`", "one tensor or Variable", "a list of 1", "tapes.concat"),
    (_Y + "t.jacobian(None, v)", TypeError, "`target`", "None", "forget to return"),
    (_Y + "t.jacobian(float(y), v)", TypeError, "`target`", "9.0 of type 'float'", "left the tape"),
    (_Y + "t.jacobian(y, None)", TypeError, "`sources`", "None"),
    (_Y + "t.jacobian(y, 'v')", TypeError, "`sources`", "'v' of type 'str'"),
    (_Y + "t.jacobian(y, v, unconnected_gradients='nothing')", ValueError, "'nothing'", "'none' or 'zero'"),
    (_Y + "t.jacobian(y, v); t.jacobian(y, v)", RuntimeError, "A non-persistent GradientTape", "persistent=True"),
    (_Y + "t.jacobian(y, v, experimental_use_pfor=False)", RuntimeError, "persistent=True to compute the jacobian"),
    (_Y + "t.batch_jacobian(y, v)", ValueError, "must have rank at least 2", "[b, y...]", "got () and ()"),
    (_ROWS + "t.batch_jacobian(y, [w])", TypeError, "`source`", "one tensor or Variable", "a list of 1"),
    (_ROWS + "t.batch_jacobian(y.numpy(), w)", TypeError, "`target`", "'ndarray'", "left the tape"),
    ("with tf.GradientTape() as t: t.watch(w := tf.ones([2, 2])); y = tf.concat([w, w], 0)\nt.batch_jacobian(y, w)",
     ValueError, "first dimension of target shape ((4, 2)) and source shape ((2, 2))", "each row of the target"),
    ("tf.GradientTape().jacobian(v, v)", RuntimeError, "before its first `with` block"),
    # forward mode
    ("tf.autodiff.ForwardAccumulator(3.0, 1.0)", TypeError, "primal", "3.0 of type 'float'", "tapes.constant"),
    ("tf.autodiff.ForwardAccumulator(np.ones(2), np.ones(2))", TypeError, "primal", "'ndarray'", "tapes.constant"),
    ("tf.autodiff.ForwardAccumulator(v)", TypeError, "'tangents'"),
    ("tf.autodiff.ForwardAccumulator([v, v], [tf.constant(1.0), tf.constant(1.0)])", ValueError,
     "specified as a primal multiple times", "Variable:0"),
    ("tf.autodiff.ForwardAccumulator([v], tf.constant(1.0))", ValueError, "the same nested structure"),
    ("tf.autodiff.ForwardAccumulator(tf.ones([2]), [1.0, 0.0])", ValueError, "nested structure", "[1.0, 0.0]"),
    ("tf.autodiff.ForwardAccumulator(tf.ones([2]), tf.ones([3]))", InvalidArgumentError, "tangent", "(3,)", "(2,)"),
    ("tf.autodiff.ForwardAccumulator(v, tf.constant(1.0, tf.float64))", InvalidArgumentError, "float64", "float32"),
    ("tf.autodiff.ForwardAccumulator(v, None)", ValueError, "ForwardAccumulator", "tangent", "None"),
    ("with tf.autodiff.ForwardAccumulator(v, tf.constant(1.0)) as a:\n  with a: pass", ValueError,
     "Accumulator is already recording.", "another one"),
    (_FORWARD + "a.jvp(float(y))", TypeError, "jvp", "9.0 of type 'float'", "not followed"),
    (_FORWARD + "a.jvp(y, unconnected_gradients='zeros')", ValueError, "'zeros'", "'none' or 'zero'"),
    (_FORWARD + "a.gradient(y, v)", AttributeError, "'gradient'"),
    # matrices
    ("tf.linalg.solve(tf.ones([2, 3]), tf.ones([2, 1]))", InvalidArgumentError, "solve(float32[2, 3]", "square"),
    ("tf.linalg.solve(tf.eye(2), tf.ones([2]))", InvalidArgumentError, "right side must be a matrix", "b[:, None]"),
    ("tf.linalg.solve(tf.eye(2), tf.ones([3, 1]))", InvalidArgumentError, "2 equations", "3 rows"),
    ("tf.linalg.solve(tf.zeros([2, 2]), tf.ones([2, 1]))", InvalidArgumentError, "not invertible"),
    ("tf.linalg.inv(tf.ones([2, 2]))", InvalidArgumentError, "inv(float32[2, 2])", "not invertible"),
    ("tf.linalg.inv(tf.ones([2, 3]))", InvalidArgumentError, "inv(float32[2, 3])", "square"),
    ("tf.linalg.inv(tf.constant([[1, 0], [0, 1]]))", InvalidArgumentError, "inv(int32[2, 2])", "tapes.cast"),
    ("tf.linalg.det(tf.ones([3]))", InvalidArgumentError, "det(float32[3])", "a matrix"),
    ("tf.linalg.cholesky(tf.ones([2, 3]))", InvalidArgumentError, "cholesky(float32[2, 3])", "square"),
    ("tf.linalg.trace(tf.ones([3]))", InvalidArgumentError, "at least 2-dim", "(3,)"),
    ("tf.linalg.triangular_solve(tf.eye(2), tf.ones([3, 1]))", InvalidArgumentError, "2 equations", "3 rows"),
    ("tf.linalg.eigh(tf.ones([2, 3]))", InvalidArgumentError, "eigh(float32[2, 3])", "square"),
    ("tf.linalg.svd(tf.ones([3]))", InvalidArgumentError, "svd(float32[3]", "rank >= 2"),
    ("tf.linalg.qr(tf.constant(1.0))", InvalidArgumentError, "qr(float32[]", "rank >= 2"),
    ("tf.linalg.cross(tf.ones([2]), tf.ones([2]))", InvalidArgumentError, "3-element vectors", "(2,) and (2,)"),
    ("tf.linalg.set_diag(tf.ones([2, 2]), tf.ones([3]))", InvalidArgumentError, "set_diag", "(2, 2)", "(3,)"),
    ("tf.linalg.norm(tf.ones([2, 2]), ord='nuclear')", ValueError, "norm", "'nuclear'", "'euclidean'"),
    ("tf.norm(tf.constant([3, 4]), ord='euclidean')", InvalidArgumentError, "norm(int32[2])", "tapes.cast"),
    # entries by their indices, sorting, segments
    ("tf.gather_nd(tf.ones([2, 3]), [[0, 3]])", InvalidArgumentError, "gather_nd(float32[2, 3]", "[0, 3]", "[2, 3]"),
    ("tf.gather_nd(tf.ones([2, 3]), [[0, 1, 2]])", InvalidArgumentError, "length 3", "too long", "(2, 3)"),
    ("tf.gather_nd(tf.ones([2, 3]), [[0.0, 1.0]])", InvalidArgumentError, "integers", "float32", "tapes.boolean_mask"),
    ("tf.scatter_nd([[0], [5]], [1.0, 2.0], [3])", InvalidArgumentError, "scatter_nd", "[5]", "[3]"),
    ("tf.scatter_nd([[0], [1]], [1.0, 2.0, 3.0], [3])", InvalidArgumentError, "scatter_nd", "(2, 1)", "(3,)"),
    ("tf.tensor_scatter_nd_update(tf.ones([3]), [[0]], [1.0, 2.0])", InvalidArgumentError, "(1, 1)", "[1]", "(2,)"),
    ("tf.sort(tf.constant(1.0))", InvalidArgumentError, "sort", "rank 0"),
    ("tf.sort(tf.ones([2]), direction='UP')", ValueError, "sort", "ASCENDING", "'UP'"),
    ("tf.math.top_k(tf.ones([2]), 3)", InvalidArgumentError, "top_k", "(2,)", "3 largest"),
    ("tf.roll(tf.ones([3]), [1, 2], [0])", InvalidArgumentError, "roll", "[1, 2] and [0]"),
    ("tf.repeat(tf.ones([3]), [1, 2])", InvalidArgumentError, "repeat", "3 slices", "2 repeats"),
    ("tf.reverse(tf.ones([3]), [1])", InvalidArgumentError, "reverse: axis 1"),
    ("tf.ensure_shape(tf.ones([2, 3]), [2, 2])", InvalidArgumentError, "ensure_shape", "(2, 3)", "[2, 2]"),
    ("tf.math.segment_sum(tf.ones([3]), [0, 1])", InvalidArgumentError, "segment_sum", "(3,)", "(2,)"),
    ("tf.math.segment_sum(tf.ones([3]), [1, 0, 0])", InvalidArgumentError, "never fall", "unsorted_segment_sum"),
    ("tf.unique(tf.ones([2, 2]))", InvalidArgumentError, "unique", "(2, 2)", "tapes.reshape"),
    # loops and branches
    ("tf.map_fn(lambda x: x, tf.constant(1.0))", ValueError, "map_fn", "1+ dimensional"),
    ("tf.map_fn(lambda x: x, [tf.ones([2]), tf.ones([3])])", ValueError, "map_fn", "(2,), (3,)"),
    ("tf.while_loop(lambda i: i < 3, lambda i: (i, i), [tf.constant(0)])", ValueError, "nested structure"),
    ("tf.cond(tf.ones([2]) > 0, lambda: 1.0, lambda: 2.0)", ValueError, "truth value", "(2,)"),
    ("tf.cond(True, 1.0, 2.0)", TypeError, "cond", "'true_fn' must be callable"),
    # the NumPy-spelled namespace
    ("tf.experimental.numpy.dot(tf.ones([2, 3]), tf.ones([2]))", InvalidArgumentError, "(2, 3)", "(2,)"),
    ("tf.experimental.numpy.add(tf.ones([2]), tf.ones([3]))", InvalidArgumentError, "add", "[2] vs. [3]"),
    ("tf.experimental.numpy.where(tf.ones([2]) > 0, tf.ones([3]), 0.0)", InvalidArgumentError, "where", "[2] vs. [3]"),
    ("tf.experimental.numpy.median(tf.ones([3]))", AttributeError, "'median'", "leaves the tape"),
    # numbers of the wrong kind
    ("tf.bitwise.bitwise_and(tf.ones([2]), tf.ones([2]))", InvalidArgumentError,
     "float32", "tapes.cast(tensor, tapes.int32)"),
    ("tf.constant(1j) < tf.constant(2j)", InvalidArgumentError, "less(complex128[]", "tapes.math.real"),
    ("tf.constant([1, 0], tf.bool)", TypeError, "bool", "True or False"),
    ("tf.math.lgamma(tf.constant(3))", InvalidArgumentError, "lgamma(int32[])", "tapes.cast"),
    ("tf.math.xlogy(tf.ones([2]), tf.ones([2], tf.float64))", InvalidArgumentError, "xlogy", "float64", "tapes.cast"),
    ("tf.constant(np.array(['a']))", ValueError, "Unsupported numpy type", "astype"),
    # names of other libraries
    ("tf.Variable([1.0]).detach()", AttributeError, "'detach'", "tapes.stop_gradient"),
    ("tf.ones([2]).requires_grad", AttributeError, "'requires_grad'", "tape.watch"),
    ("tf.ones([2]).item()", AttributeError, "'item'", "float(tensor)"),
    ("tf.grad(lambda x: x)", AttributeError, "'grad'", "tape.gradient(target, sources)"),
    ("tf.hessian(v)", AttributeError, "'hessian'", "outer.jacobian"),
    ("tf.array([1.0])", AttributeError, "'array'", "tapes.constant"),
]

DIFFERENT = {  # what TensorFlow does instead
    _custom("lambda x: (x * x, lambda dy: tf.ones([2]))"): None,  # a gradient of the wrong shape
    _custom("lambda x: (x * x, lambda dy: 'two x')"): None,  # the gradient is the text
    "with tf.GradientTape() as t: t.watch(w := tf.ones([3])); y = tf.grad_pass_through(tf.reduce_sum)(w)\n"
    "t.gradient(y, w)": None,
    "tf.custom_gradient(3)": None,
    _Y + "t.jacobian([y], v)": "AttributeError",
    _Y + "t.jacobian(None, v)": "AttributeError",
    _Y + "t.jacobian(float(y), v)": "AttributeError",
    _Y + "t.batch_jacobian(y, v)": "IndexError",
    _ROWS + "t.batch_jacobian(y, [w])": "AttributeError",
    _ROWS + "t.batch_jacobian(y.numpy(), w)": "AttributeError",
    "tf.autodiff.ForwardAccumulator(3.0, 1.0)": "AttributeError",
    "tf.autodiff.ForwardAccumulator(np.ones(2), np.ones(2))": "AttributeError",
    "tf.autodiff.ForwardAccumulator(tf.ones([2]), tf.ones([3]))": None,  # the first op fails
    _FORWARD + "a.jvp(float(y))": "AttributeError",
    "tf.linalg.cross(tf.ones([2]), tf.ones([2]))": "FailedPreconditionError",
    "tf.constant(np.array(['a']))": None,  # it has tensors of strings
}
