"""Where a function has a corner, the derivative is a matter of taste: here stands which library has which."""

from __future__ import annotations

import math
from typing import Any

from .convention import Convention

NAN, INF = math.nan, math.inf
LABELS = [0.25, 0.5]

_SQRT = "tapes follows the chain rule, 0 * inf = nan; TensorFlow's kernel gives 0 whenever the incoming gradient is 0."


def says(**gradients: Any) -> dict[str, Any]:
    return gradients


CORNERS = (
    Convention(
        "abs at 0", (0.0,), "tf.abs(x)",
        says(tapes=0, tensorflow=0, jax=1, torch=0, autograd=0, mygrad=0, sympy=0),
        "Every slope from -1 to 1 is a subgradient; most take sign(0) = 0, JAX selects x >= 0.",
        "np.abs(x)", {"torch": "torch.abs(x)", "sympy": "Abs(x)"}),
    Convention(
        "floor at 0.5", (0.5,), "tf.floor(x)",
        says(tapes=None, tensorflow=None, jax=0, torch=0, autograd=0, sympy="unevaluated"),
        "The derivative is 0 between the steps; TensorFlow says None, so that a loss cut off by rounding is noticed.",
        "np.floor(x)", {"torch": "torch.floor(x)", "sympy": "floor(x)"}),
    Convention(
        "x // y at (5, 2)", (5.0, 2.0), "x // y",
        says(tapes=(None, None), tensorflow=(None, None), jax=(0, 0), torch="RuntimeError", autograd=(0, 0),
             mygrad="ValueError", sympy=("unevaluated", "unevaluated")),
        "The same for a division that rounds; two libraries refuse.",
        "x // y", {"sympy": "floor(x/y)"}),
    Convention(
        "maximum at a tie", (1.0, 1.0), "tf.maximum(x, y)",
        says(tapes=(1, 0), tensorflow=(1, 0), jax=(0.5, 0.5), torch=(0.5, 0.5), autograd=(0.5, 0.5), mygrad=(0, 0),
             sympy=(0.5, 0.5)),
        "TensorFlow gives all to the first argument, most give each half, MyGrad gives nothing to anybody.",
        "np.maximum(x, y)", {"torch": "torch.maximum(x, y)", "sympy": "Max(x, y)"}),
    Convention(
        "minimum at a tie", (1.0, 1.0), "tf.minimum(x, y)",
        says(tapes=(1, 0), tensorflow=(1, 0), jax=(0.5, 0.5), torch=(0.5, 0.5), autograd=(0.5, 0.5), mygrad=(0, 0),
             sympy=(0.5, 0.5)),
        "As for maximum.",
        "np.minimum(x, y)", {"torch": "torch.minimum(x, y)", "sympy": "Min(x, y)"}),
    Convention(
        "maximum(x, 0) at 0", (0.0,), "tf.maximum(x, 0.0)",
        says(tapes=1, tensorflow=1, jax=0.5, torch=0.5, autograd=0.5, mygrad=0, sympy=0.5),
        "A relu written with maximum ties at 0; the op relu itself has the derivative 0 there in all of them.",
        "np.maximum(x, 0.0)", {"torch": "torch.maximum(x, torch.zeros_like(x))", "sympy": "Max(x, 0)"}),
    Convention(
        "maximum(0, x) at 0", (0.0,), "tf.maximum(0.0, x)",
        says(tapes=0, tensorflow=0, jax=0.5, torch=0.5, autograd=0.5, mygrad=0, sympy=0.5),
        "Where the first argument wins a tie, the order of the arguments decides the gradient.",
        "np.maximum(0.0, x)", {"torch": "torch.maximum(torch.zeros_like(x), x)", "sympy": "Max(0, x)"}),
    Convention(
        "maximum(nan, 1)", (NAN, 1.0), "tf.maximum(x, y)",
        says(tapes=(0, 1), tensorflow=(0, 1), jax=(0, 0), torch=(1, 1), autograd=(0, 0), mygrad=(0, 1),
             sympy=(NAN, NAN)),
        "No comparison with nan is true: what is left over depends on how the rule is written.",
        "np.maximum(x, y)", {"torch": "torch.maximum(x, y)", "sympy": "Max(x, y)"}),
    Convention(
        "reduce_max of [1, 1, 0]", ([1.0, 1.0, 0.0],), "tf.reduce_max(x)",
        says(tapes=[0.5, 0.5, 0], tensorflow=[0.5, 0.5, 0], jax=[0.5, 0.5, 0], torch=[0.5, 0.5, 0],
             autograd=[0.5, 0.5, 0], mygrad=[1, 0, 0], sympy=[0.5, 0.5, 0]),
        "Entries that tie share the adjoint evenly; in MyGrad the first one takes it all.",
        "np.max(x)", {"torch": "torch.amax(x)", "sympy": "Max(*x)"}),
    Convention(
        "reduce_max of [nan, 1]", ([NAN, 1.0],), "tf.reduce_max(x)",
        says(tapes=[NAN, NAN], tensorflow=[NAN, NAN], jax=[NAN, NAN], torch=[1, 0], autograd=[NAN, NAN], mygrad=[1, 0],
             sympy=[NAN, NAN]),
        "No entry equals nan, so 0 entries share the adjoint, and 0/0 is nan.",
        "np.max(x)", {"torch": "torch.max(x)", "sympy": "Max(*x)"}),
    Convention(
        "x ** 0 at 0", (0.0,), "tf.pow(x, 0.0)",
        says(tapes=NAN, tensorflow=NAN, jax=NAN, torch=0, autograd=0, mygrad=0, sympy=0),
        "The rule y * x**(y - 1) is 0 * inf here; a library that looks at y = 0 first gives 0.",
        "np.power(x, 0.0)", {"torch": "torch.pow(x, 0.0)", "sympy": "x**0"}),
    Convention(
        "x ** y at (0, 0)", (0.0, 0.0), "tf.pow(x, y)",
        says(tapes=(NAN, 0), tensorflow=(NAN, 0), jax=(NAN, 0), torch=(0, 0), autograd=(0, 0), mygrad=(0, 0),
             sympy=(NAN, "zoo")),
        "As above by x; by y the rule is x**y * log(x), and all of them take log(0) as 0 here.",
        "np.power(x, y)", {"torch": "torch.pow(x, y)", "sympy": "x**y"}),
    Convention(
        "x ** y at (-2, 2)", (-2.0, 2.0), "tf.pow(x, y)",
        says(tapes=(-4, 0), tensorflow=(-4, 0), jax=(-4, NAN), torch=(-4, NAN), autograd=(-4, NAN), mygrad=(-4, NAN),
             sympy=(-4, "4*log(2) + 4*I*pi")),
        "A negative number has no real logarithm; TensorFlow takes 0 for it, so that x**2 of a negative x can train.",
        "np.power(x, y)", {"torch": "torch.pow(x, y)", "sympy": "x**y"}),
    Convention(
        "clip(x, 0, 1) at 1", (1.0,), "tf.clip_by_value(x, 0.0, 1.0)",
        says(tapes=1, tensorflow=1, jax=0.5, torch=1, autograd=0, mygrad=0, sympy=0.5),
        "At a bound the number is not yet cut off in TensorFlow, ties with it in JAX, and is cut off in autograd.",
        "np.clip(x, 0.0, 1.0)", {"torch": "torch.clamp(x, 0.0, 1.0)", "sympy": "Min(Max(x, 0), 1)"}),
    Convention(
        "clip(x, y, z) at (1, 1, 2)", (1.0, 1.0, 2.0), "tf.clip_by_value(x, y, z)",
        says(tapes=(1, 0, 0), tensorflow=(1, 0, 0), jax=(0.5, 0.5, 0), torch=(1, 0, 0), sympy=(0.5, 0.5, 0)),
        "And the bound gets nothing from it.",
        "np.clip(x, y, z)", {"torch": "torch.clamp(x, y, z)", "sympy": "Min(Max(x, y), z)"}),
    Convention(
        "leaky_relu at 0", (0.0,), "tf.nn.leaky_relu(x, 0.25)",
        says(tapes=0.25, tensorflow=0.25, jax=1, torch=0.25, mygrad=0, sympy=0.25),
        "Both slopes are subgradients; 0 is none.",
        "", {"jax": "jax.nn.leaky_relu(x, 0.25)", "torch": "torch.nn.functional.leaky_relu(x, 0.25)",
            "mygrad": "np.nnet.leaky_relu(x, 0.25)", "sympy": "Piecewise((x, x > 0), (x/4, True))"}),
    Convention(
        "selu at 0", (0.0,), "tf.nn.selu(x)",
        says(tapes=1.0507009873554805, tensorflow=1.0507009873554805, jax=1.7580993408473766, torch=1.7580993408473766,
             mygrad=1.0507009873554805, sympy=1.7580993408473766),
        "The slope from the right, or the slope from the left.",
        "", {"jax": "jax.nn.selu(x)", "torch": "torch.nn.functional.selu(x)", "mygrad": "np.nnet.selu(x)",
            "sympy": "Piecewise((1.0507009873554805*x, x > 0), (1.7580993408473766*(exp(x) - 1), True))"}),
    Convention(
        "atan2(0, 0)", (0.0, 0.0), "tf.atan2(x, y)",
        says(tapes=(NAN, NAN), tensorflow=(NAN, NAN), jax=(NAN, NAN), torch=(0, 0), autograd=(NAN, NAN),
             mygrad=(NAN, NAN), sympy=(NAN, NAN)),
        "The angle of the origin has no derivative; PyTorch masks the 0/0.",
        "np.arctan2(x, y)", {"torch": "torch.atan2(x, y)", "sympy": "atan2(x, y)"}),
    Convention(
        "asin at 1", (1.0,), "tf.asin(x)",
        says(tapes=INF, tensorflow=INF, jax=INF, torch=INF, autograd=INF, mygrad=0, sympy="zoo"),
        "The graph is vertical there; MyGrad masks the division by 0.",
        "np.arcsin(x)", {"torch": "torch.asin(x)", "sympy": "asin(x)"}),
    Convention(
        "norm of [0, 0]", ([0.0, 0.0],), "tf.norm(x)",
        says(tapes=[NAN, NAN], tensorflow=[NAN, NAN], jax=[NAN, NAN], torch=[0, 0], autograd=[NAN, NAN],
             mygrad=[NAN, NAN], sympy=[NAN, NAN]),
        "A cone has no slope at its tip: x / norm is 0/0, which only PyTorch masks.",
        "np.sqrt(np.sum(np.square(x)))", {"torch": "torch.linalg.norm(x)", "jax": "np.linalg.norm(x)",
            "sympy": "sqrt(x[0]**2 + x[1]**2)"}),
    Convention(
        "l2_normalize of [0, 0]", ([0.0, 0.0],), "tf.math.l2_normalize(x)",
        says(tapes=[1e6, 1e6], tensorflow=[1e6, 1e6], torch=[1e12, 1e12], sympy=[1e6, 1e6]),
        "Both divide by something no smaller than an epsilon: 1e-12 under the root, or outside it.",
        "", {"torch": "torch.nn.functional.normalize(x, dim=0)",
            "sympy": "(x[0] + x[1])/sqrt(Max(x[0]**2 + x[1]**2, 1e-12))"}),
    Convention(
        "standard deviation of [2, 2, 2]", ([2.0, 2.0, 2.0],), "tf.math.reduce_std(x)",
        says(tapes=[NAN, NAN, NAN], tensorflow=[NAN, NAN, NAN], jax=[NAN, NAN, NAN], torch=[0, 0, 0],
             autograd=[NAN, NAN, NAN], mygrad=[NAN, NAN, NAN], sympy=[NAN, NAN, NAN]),
        "The root of a variance of 0: inf times 0, which only PyTorch masks.",
        "np.std(x)", {"torch": "torch.std(x, correction=0)", "sympy": "sqrt(sum((a - sum(x)/3)**2 for a in x)/3)"}),
    Convention(
        "product of [0, 2, 3]", ([0.0, 2.0, 3.0],), "tf.reduce_prod(x)",
        says(tapes=[6, 0, 0], tensorflow=[6, 0, 0], jax=[6, 0, 0], torch=[6, 0, 0], autograd=[NAN, 0, 0],
             mygrad=[6, 0, 0], sympy=[6, 0, 0]),
        "No matter of taste: autograd divides the product by the entry, and 0/0 is nan.",
        "np.prod(x)", {"torch": "torch.prod(x)", "sympy": "prod(x)"}),
    Convention(
        "0 * sqrt(x) at 0", (0.0,), "0.0 * tf.sqrt(x)",
        says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN, sympy=0),
        _SQRT,
        "0.0 * np.sqrt(x)", {"torch": "0.0 * torch.sqrt(x)", "sympy": "0*sqrt(x)"}),
    Convention(
        "square(sqrt(x)) at 0", (0.0,), "tf.square(tf.sqrt(x))",
        says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN, sympy=1),
        _SQRT + " The true answer is 1.",
        "np.square(np.sqrt(x))", {"torch": "torch.square(torch.sqrt(x))", "sympy": "sqrt(x)**2"}),
    Convention(
        "where(x > 0, sqrt(x), 0) at 0", (0.0,), "tf.where(x > 0.0, tf.sqrt(x), 0.0)",
        says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN, sympy=0),
        _SQRT,
        "np.where(x > 0.0, np.sqrt(x), 0.0)", {"torch": "torch.where(x > 0.0, torch.sqrt(x), 0.0)",
            "sympy": "Piecewise((sqrt(x), x > 0), (0, True))"}),
    Convention(
        "where(x > 0, 1/sqrt(x), 0) at 0", (0.0,), "tf.where(x > 0.0, tf.math.rsqrt(x), 0.0)",
        says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, sympy=0),
        _SQRT,
        "", {"jax": "np.where(x > 0.0, jax.lax.rsqrt(x), 0.0)", "torch": "torch.where(x > 0.0, torch.rsqrt(x), 0.0)",
            "sympy": "Piecewise((1/sqrt(x), x > 0), (0, True))"}),
    Convention(
        "where(x > 0, 1/x, 0) at 0", (0.0,), "tf.where(x > 0.0, tf.math.reciprocal(x), 0.0)",
        says(tapes=NAN, tensorflow=0, jax=NAN, torch=NAN, autograd=NAN, mygrad=NAN, sympy=0),
        "As for sqrt; written 1/x it is nan in TensorFlow too.",
        "np.where(x > 0.0, 1.0 / x, 0.0)", {"torch": "torch.where(x > 0.0, torch.reciprocal(x), 0.0)",
            "sympy": "Piecewise((1/x, x > 0), (0, True))"}),
    Convention(
        "cross-entropy of labels that sum to 0.75", ([0.0, 0.0],),
        f"tf.nn.softmax_cross_entropy_with_logits(labels={LABELS}, logits=x)",
        says(tapes=[0.125, -0.125], tensorflow=[0.25, 0], jax=[0.125, -0.125], torch=[0.125, -0.125],
             sympy=[0.125, -0.125]),
        "TensorFlow's gradient, softmax(x) - labels, takes for granted that the labels sum to 1; the others do not.",
        f"-np.sum(np.array({LABELS}) * jax.nn.log_softmax(x))", {
            "torch": f"torch.nn.functional.cross_entropy(x, torch.tensor({LABELS}, dtype=x.dtype))",
            "sympy": "-x[0]/4 - x[1]/2 + log(exp(x[0]) + exp(x[1]))*3/4"}),
    Convention(
        "real part of z * z at 1 + 2j", (1 + 2j,), "tf.math.real(x * x)",
        says(tapes=2 - 4j, tensorflow=2 - 4j, jax=2 + 4j, torch=2 - 4j, autograd=2 + 4j, sympy="unevaluated"),
        "The direction of steepest ascent, or its conjugate, which is what a derivative multiplies.",
        "np.real(x * x)", {"torch": "torch.real(x * x)", "sympy": "re(x*x)"}),
)
