"""More matters of choice: of one entry among equals, of what 0 * inf is, and of whether to answer at all."""

from __future__ import annotations

from .convention import Convention
from .corners import INF, NAN, says

# Why SymPy has nothing to say.
ORDER = "symbols have no order"
VECTORS = "a formula's eigenvectors have no length of their own"

CHOICES = (
    Convention(
        "abs at -0.0", (-0.0,), "tf.abs(x)",
        says(tapes=0, tensorflow=0, jax=1, torch=0, autograd=0, mygrad=0, sympy=0),
        "As at 0: JAX selects x >= 0.",
        "np.abs(x)", {"torch": "torch.abs(x)", "sympy": "Abs(x)"}),
    Convention(
        "round at 0.7", (0.7,), "tf.round(x)",
        says(tapes=None, tensorflow=None, jax=0, torch=0, autograd=0, sympy="unevaluated"),
        "As for floor.",
        "np.round(x)", {"torch": "torch.round(x)", "sympy": "floor(x + Rational(1, 2))"}),
    Convention(
        "ceil at 0.7", (0.7,), "tf.math.ceil(x)",
        says(tapes=None, tensorflow=None, jax=0, torch=0, autograd=0, sympy="unevaluated"),
        "As for floor.",
        "np.ceil(x)", {"torch": "torch.ceil(x)", "sympy": "ceiling(x)"}),
    Convention(
        "reduce_min of [0, 0, 1]", ([0.0, 0.0, 1.0],), "tf.reduce_min(x)",
        says(tapes=[0.5, 0.5, 0], tensorflow=[0.5, 0.5, 0], jax=[0.5, 0.5, 0], torch=[0.5, 0.5, 0],
             autograd=[0.5, 0.5, 0], mygrad=[1, 0, 0], sympy=[0.5, 0.5, 0]),
        "As for reduce_max.",
        "np.min(x)", {"torch": "torch.amin(x)", "sympy": "Min(*x)"}),
    Convention(
        "max over an axis, ties [1, 1, 0]", ([1.0, 1.0, 0.0],), "tf.reduce_max(x, axis=0)",
        says(tapes=[0.5, 0.5, 0], tensorflow=[0.5, 0.5, 0], jax=[0.5, 0.5, 0], torch=[1, 0, 0], autograd=[0.5, 0.5, 0],
             mygrad=[1, 0, 0], sympy=[0.5, 0.5, 0]),
        "PyTorch's max over an axis tells which entry it took, and that one takes it all.",
        "np.max(x, axis=0)", {"torch": "torch.max(x, 0).values", "sympy": "Max(*x)"}),
    Convention(
        "x ** y at (0, -1)", (0.0, -1.0), "tf.pow(x, y)",
        says(tapes=(-INF, NAN), tensorflow=(-INF, NAN), jax=(-INF, NAN), torch=(-INF, -INF), autograd=(-INF, NAN),
             mygrad=(-INF, NAN), sympy=("zoo", "zoo")),
        "The logarithm of 0 is -inf; PyTorch multiplies by it, the others have inf * 0.",
        "np.power(x, y)", {"torch": "torch.pow(x, y)", "sympy": "x**y"}),
    Convention(
        "x ** y at (-2, 3)", (-2.0, 3.0), "tf.pow(x, y)",
        says(tapes=(12, 0), tensorflow=(12, 0), jax=(12, NAN), torch=(12, NAN), autograd=(12, NAN), mygrad=(12, NAN),
             sympy=(12, "-8*log(2) - 8*I*pi")),
        "As at (-2, 2).",
        "np.power(x, y)", {"torch": "torch.pow(x, y)", "sympy": "x**y"}),
    Convention(
        "norm of order 1 at 0", ([0.0, 0.0],), "tf.norm(x, ord=1)",
        says(tapes=[0, 0], tensorflow=[0, 0], jax=[1, 1], torch=[0, 0], autograd="NotImplementedError", mygrad=[0, 0],
             sympy=[0, 0]),
        "A sum of absolute values: JAX takes 1 for the slope of each; autograd has no rule.",
        "np.linalg.norm(x, ord=1)", {"torch": "torch.linalg.norm(x, ord=1)", "sympy": "Abs(x[0]) + Abs(x[1])"}),
    Convention(
        "norm of order inf, ties [1, -1]", ([1.0, -1.0],), "tf.norm(x, ord=np.inf)",
        says(tapes=[0.5, -0.5], tensorflow=[0.5, -0.5], jax=[0.5, -0.5], torch=[0.5, -0.5], autograd=[0.5, -0.5],
             mygrad=[1, 0], sympy=[0.5, -0.5]),
        "The largest of two that tie: shared, or in MyGrad the first alone.",
        "np.linalg.norm(x, ord=inf)", {"torch": "torch.linalg.norm(x, ord=inf)", "autograd": "np.max(np.abs(x))",
            "mygrad": "np.max(np.abs(x))", "sympy": "Max(Abs(x[0]), Abs(x[1]))"}),
    Convention(
        "hypot(0, 0)", (0.0, 0.0), "tf.sqrt(x * x + y * y)",
        says(tapes=(NAN, NAN), tensorflow=(NAN, NAN), jax=(0.5, 0.5), torch=(NAN, NAN), autograd=(NAN, NAN),
             mygrad=(NAN, NAN), sympy=(NAN, NAN)),
        "JAX gives half to each, the others follow sqrt(x*x + y*y): 0/0.",
        "np.sqrt(x * x + y * y)", {"jax": "np.hypot(x, y)", "torch": "torch.hypot(x, y)",
            "sympy": "sqrt(x**2 + y**2)"}),
    Convention(
        "where(x > 0, sqrt(x), 0) at -1", (-1.0,), "tf.where(x > 0.0, tf.sqrt(x), 0.0)",
        says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN, sympy=0),
        "The value of sqrt is nan and 0 * nan is nan; TensorFlow's kernel gives 0 whenever the incoming gradient is "
        "0.",
        "np.where(x > 0.0, np.sqrt(x), 0.0)", {"torch": "torch.where(x > 0.0, torch.sqrt(x), 0.0)",
            "sympy": "Piecewise((sqrt(x), x > 0), (0, True))"}),
    Convention(
        "clip(x, 0, 1) at 0", (0.0,), "tf.clip_by_value(x, 0.0, 1.0)",
        says(tapes=1, tensorflow=1, jax=0.5, torch=1, autograd=0, mygrad=0, sympy=0.5),
        "As at the other bound.",
        "np.clip(x, 0.0, 1.0)", {"torch": "torch.clamp(x, 0.0, 1.0)", "sympy": "Min(Max(x, 0), 1)"}),
    Convention(
        "xlogy(0, 0)", (0.0, 0.0), "tf.math.xlogy(x, y)",
        says(tapes=(0, 0), tensorflow=(0, 0), jax=(-INF, NAN), torch=(0, NAN), sympy=("zoo", NAN)),
        "0 * log(0) is taken for 0; whether its derivatives are, differs.",
        "", {"jax": "jax.scipy.special.xlogy(x, y)", "torch": "torch.special.xlogy(x, y)", "sympy": "x*log(y)"}),
    Convention(
        "xlogy(0, 2)", (0.0, 2.0), "tf.math.xlogy(x, y)",
        says(tapes=(0.693147180559945, 0), tensorflow=(0, 0), jax=(0.693147180559945, 0), torch=(0.693147180559945, 0),
             sympy=(0.6931471805599453, 0)),
        "TensorFlow masks the derivative log(y) wherever x is 0; it is log(2) here.",
        "", {"jax": "jax.scipy.special.xlogy(x, y)", "torch": "torch.special.xlogy(x, y)", "sympy": "x*log(y)"}),
    Convention(
        "hard tanh at 1", (1.0,), "tf.clip_by_value(x, -1.0, 1.0)",
        says(tapes=1, tensorflow=1, jax=1, torch=0, mygrad=0, sympy=0.5),
        "At the bound the slope from the inside, or from the outside.",
        "", {"jax": "jax.nn.hard_tanh(x)", "torch": "torch.nn.functional.hardtanh(x)",
            "mygrad": "np.nnet.hard_tanh(x)", "sympy": "Min(Max(x, -1), 1)"}),
    Convention(
        "acos at 1", (1.0,), "tf.acos(x)",
        says(tapes=-INF, tensorflow=-INF, jax=-INF, torch=-INF, autograd=-INF, mygrad=0, sympy="zoo"),
        "As for asin.",
        "np.arccos(x)", {"torch": "torch.acos(x)", "sympy": "acos(x)"}),
    Convention(
        "product of [0, 0, 3]", ([0.0, 0.0, 3.0],), "tf.reduce_prod(x)",
        says(tapes=[0, 0, 0], tensorflow=[0, 0, 0], jax=[0, 0, 0], torch=[0, 0, 0], autograd=[NAN, NAN, 0],
             mygrad=[0, 0, 0], sympy=[0, 0, 0]),
        "As above: autograd divides by the entry.",
        "np.prod(x)", {"torch": "torch.prod(x)", "sympy": "prod(x)"}),
    Convention(
        "cumprod of [2, 0, 3]", ([2.0, 0.0, 3.0],), "tf.math.cumprod(x)",
        says(tapes=[1, 8, 0], tensorflow=[1, 0, 0], jax=[1, 8, 0], torch=[1, 8, 0], mygrad=[1, 8, 0], sympy=[1, 8, 0]),
        "No matter of taste: TensorFlow divides by the entries, and loses the second derivative, 2 + 2 * 3 = 8.",
        "np.cumprod(x)", {"torch": "torch.cumprod(x, 0)", "sympy": "x[0] + x[0]*x[1] + prod(x)"}),
    Convention(
        "absolute error at 0", (0.0,), "tf.abs(x - 0.0)",
        says(tapes=0, tensorflow=0, jax=1, torch=0, autograd=0, mygrad=0, sympy=0),
        "As for abs.",
        "np.abs(x - 0.0)", {"torch": "torch.nn.functional.l1_loss(x, torch.zeros_like(x))", "sympy": "Abs(x - 0)"}),
    Convention(
        "hinge maximum(0, 1 - x) at 1", (1.0,), "tf.maximum(0.0, 1.0 - x)",
        says(tapes=0, tensorflow=0, jax=-0.5, torch=-1, autograd=-0.5, mygrad=0, sympy=-0.5),
        "A tie at the hinge: nothing, half or all, by library and by spelling.",
        "np.maximum(0.0, 1.0 - x)", {"torch": "torch.clamp(1.0 - x, min=0)", "sympy": "Max(0, 1 - x)"}),
    Convention(
        "determinant of [[1, 2], [2, 4]]", ([[1.0, 2.0], [2.0, 4.0]],), "tf.linalg.det(x)",
        says(tapes=[[4, -2], [-2, 1]], tensorflow="InvalidArgumentError", jax=[[4, -2], [-2, 1]],
             torch=[[0, 0], [0, 0]], autograd="LinAlgError", sympy=[[4, -2], [-2, 1]]),
        "The truth is the adjugate; TensorFlow inverts the matrix and fails, PyTorch gives 0.",
        "np.linalg.det(x)", {"torch": "torch.linalg.det(x)", "sympy": "Matrix(x).det()"}),
    Convention(
        "eigh(I), an eigenvector", ([[1.0, 0.0], [0.0, 1.0]],), "tf.linalg.eigh(x)[1][0, 0]",
        says(tapes=[[0, 0], [0, 0]], tensorflow=[[0, 0], [0, 0]], jax=[[NAN, NAN], [NAN, NAN]],
             torch=[[NAN, NAN], [NAN, NAN]], autograd=[[NAN, NAN], [NAN, NAN]]),
        "Vectors of equal eigenvalues can turn freely: 1/0, which TensorFlow and tapes take for 0.",
        "np.linalg.eigh(x)[1][0, 0]", {"torch": "torch.linalg.eigh(x)[1][0, 0]"}, unasked={"sympy": VECTORS}),
    Convention(
        "inverse of [[1, 2], [2, 4]]", ([[1.0, 2.0], [2.0, 4.0]],), "tf.linalg.inv(x)",
        says(tapes="InvalidArgumentError", tensorflow="InvalidArgumentError", jax=[[NAN, NAN], [NAN, NAN]],
             torch="_LinAlgError", autograd="LinAlgError", sympy=[[NAN, NAN], [NAN, NAN]]),
        "A singular matrix has none; JAX gives nan, the others raise.",
        "np.linalg.inv(x)", {"torch": "torch.linalg.inv(x)", "sympy": "sum(Matrix(x).inv())"}),
    Convention(
        "cosine similarity of [0, 0], [1, 0]", ([0.0, 0.0], [1.0, 0.0]),
        "tf.reduce_sum(tf.math.l2_normalize(x) * tf.math.l2_normalize(y))",
        says(tapes=([1e6, 0], [0, 0]), tensorflow=([1e6, 0], [0, 0]), torch=([1e8, 0], [0, 0]),
             sympy=([NAN, NAN], [NAN, NAN])),
        "Both divide by an epsilon: 1e-12 under the root, or 1e-8 outside it.",
        "", {"torch": "torch.nn.functional.cosine_similarity(x, y, dim=0)",
            "sympy": "(x[0]*y[0] + x[1]*y[1])/sqrt((x[0]**2 + x[1]**2)*(y[0]**2 + y[1]**2))"}),
    Convention(
        "sort downwards, ties [1, 1] * [1, 10]", ([1.0, 1.0],),
        "tf.sort(x, direction='DESCENDING') * np.array([1.0, 10.0])",
        says(tapes=[1, 10], tensorflow=[1, 10], jax=[10, 1], torch=[1, 10]),
        "Which of two equal entries comes first: sorted upwards and turned round, JAX's order is the other.",
        "np.sort(x)[::-1] * np.array([1.0, 10.0])", {
            "torch": "torch.sort(x, descending=True).values * torch.tensor([1.0, 10.0])"}, unasked={"sympy": ORDER}),
    Convention(
        "x ** 0, the integer 0, at 0", (0.0,), "x ** 0",
        says(tapes=NAN, tensorflow=NAN, jax=0, torch=0, autograd=0, mygrad=0, sympy=0),
        "A Python exponent is a tensor in TensorFlow; others look at it first.",
        "x ** 0", {"torch": "x ** 0", "sympy": "x**0"}),
    Convention(
        "-log(p) at p = 0", (0.0,), "-tf.math.log(x)",
        says(tapes=-INF, tensorflow=-INF, jax=-INF, torch=-1000000003995.8, autograd=-INF, mygrad=-INF, sympy="zoo"),
        "-1/0; PyTorch's loss cuts the logarithm off at -100 and the denominator at 1e-12.",
        "-np.log(x)", {"torch": "torch.nn.functional.binary_cross_entropy(x, torch.ones_like(x))",
            "sympy": "-log(x)"}),
    Convention(
        "sinc at 0", (0.0,), "tf.experimental.numpy.sinc(x)",
        says(tapes=0, tensorflow=NAN, jax=0, torch=0, autograd=NAN, mygrad=0, sympy=NAN),
        "sin(x)/x is 0/0 unless 0 is treated by itself, as JAX, PyTorch, MyGrad and tapes do; TensorFlow does not.",
        "np.sinc(x)", {"torch": "torch.sinc(x)", "sympy": "sinc(pi*x)"}),
    Convention(
        "median of [1, 1, 2]", ([1.0, 1.0, 2.0],), "",
        says(jax=[0, 1, 0], torch=[0.5, 0.5, 0]),
        "One entry of those that tie, or all of them.",
        "np.median(x)", {"torch": "torch.median(x)"}, unasked={"sympy": ORDER}),
    Convention(
        "median of [1, 2, 3, 4]", ([1.0, 2.0, 3.0, 4.0],), "",
        says(jax=[0, 0.5, 0.5, 0], torch=[0, 1, 0, 0]),
        "The mean of the middle two, or the lower of them.",
        "np.median(x)", {"torch": "torch.median(x)"}, unasked={"sympy": ORDER}),
    Convention(
        "heaviside at 0", (0.0,), "",
        says(jax=0, torch="RuntimeError", sympy="DiracDelta(0)"),
        "A step is flat; PyTorch has no derivative of it.",
        "np.heaviside(x, 0.5)", {"torch": "torch.heaviside(x, torch.tensor(0.5, dtype=x.dtype))",
            "sympy": "Heaviside(x)"}),
    Convention(
        "fmax at a tie", (1.0, 1.0), "",
        says(jax=(0, 1), torch=(1, 0), autograd=(0.5, 0.5), sympy=(0.5, 0.5)),
        "The last, the first, or both by halves.",
        "np.fmax(x, y)", {"torch": "torch.fmax(x, y)", "sympy": "Max(x, y)"}),
    Convention(
        "norm of [1e-30, 0] in float32", ([1e-30, 0.0],), "tf.norm(x)",
        says(tapes=[INF, NAN], tensorflow=[INF, NAN], jax=[INF, NAN], torch=[0, 0], autograd=[INF, NAN],
             mygrad=[INF, NAN], sympy=[1, 0]),
        "The square, 1e-60, is 0 in float32, and so is the norm: a division by 0, which only PyTorch masks.",
        "np.sqrt(np.sum(np.square(x)))", {"torch": "torch.linalg.norm(x)", "jax": "np.linalg.norm(x)",
            "sympy": "sqrt(x[0]**2 + x[1]**2)"}, dtype="float32"),
    Convention(
        "maximum(x, 0) at 1e-45 in float32", (1e-45,), "tf.maximum(x, 0.0)",
        says(tapes=1, tensorflow=1, jax=0.5, torch=1, autograd=1, mygrad=1, sympy=1),
        "It is above 0, but below the smallest normal number: JAX takes it for 0, and so for a tie.",
        "np.maximum(x, 0.0)", {"torch": "torch.maximum(x, torch.zeros_like(x))", "sympy": "Max(x, 0)"},
        dtype="float32"),
)
