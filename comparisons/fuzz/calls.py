"""What a program may compute: for each call its text in TensorFlow's words, and the shape of what comes out."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import tapes
from tapes.op import Op

from .language import Kind

Pick = Callable[[Sequence[Any]], Any]  # one of several; the first is the simplest
Filled = tuple[str, Kind]  # the text of a call, with {0} for the first argument, and what it gives


@dataclass(frozen=True)
class Call:
    """A way to compute something from one or two names.

    Attributes:
        arity: how many arguments it takes.
        fill: given a way to pick and the kinds of the arguments, the text and the kind of the result; None where
            arguments of these kinds do not fit.
    """

    name: str
    arity: int
    fill: Callable[..., Filled | None]


# -- entry by entry: from the registry, so that an op that is new there is tried here too ------------------------------

NAMESPACES = (("tf", tapes), ("tf.math", tapes.math), ("tf.nn", tapes.nn))
PLAIN = (-2.0, 2.0)  # where an op is smooth if nothing is said


def elementwise_calls() -> Iterator[Call]:
    """The public functions behind which there is a row of one or two floating inputs and a floating result."""
    seen = set()
    for prefix, module in NAMESPACES:
        for name in module.__all__:
            op = getattr(getattr(module, name), "op", None)
            if op is None or op.name in seen or not op.smooth or not gives_floats(op):
                continue
            seen.add(op.name)
            yield Call(name, len(op.smooth), functools.partial(entrywise, f"{prefix}.{name}", op.smooth))


def gives_floats(op: Op) -> bool:
    """Whether numbers inside of its domain give numbers of the same dtype."""
    if "f" not in op.kinds or len(op.smooth) > 2:
        return False
    inputs = [np.full(2, (bounds[0] + bounds[1]) / 2, np.float32) for bounds in op.smooth]
    return getattr(op.forward(*inputs), "dtype", None) == np.float32


def entrywise(text: str, smooth: Sequence[tuple[float, ...]], pick: Pick, *kinds: Kind) -> Filled | None:
    """f(x) or f(x, y); usually arguments are led into the interval where f is smooth, sometimes left as they are."""
    shape = broadcast(*kinds)
    if shape is None:
        return None
    arguments = [f"{{{place}}}" for place in range(len(kinds))]
    guarded = pick((True, False, True, True))
    for place, bounds in enumerate(smooth):
        if guarded and len(bounds) == 2 and bounds != PLAIN:
            middle, half = (bounds[0] + bounds[1]) / 2, (bounds[1] - bounds[0]) / 2
            arguments[place] = f"{middle:.3g} + {half:.3g} * tf.sin({arguments[place]})"
    return f"{text}({', '.join(arguments)})", Kind(shape, kinds[0].dtype)


def broadcast(*kinds: Kind) -> tuple[int, ...] | None:
    """The common shape, or None; names of different dtypes do not mix."""
    if len({kind.dtype for kind in kinds}) > 1:
        return None
    try:
        return np.broadcast_shapes(*(kind.shape for kind in kinds))
    except ValueError:
        return None


def operator(text: str) -> Callable[..., Filled | None]:
    """An expression that works entry by entry, with broadcasting."""
    def fill(pick: Pick, *kinds: Kind) -> Filled | None:
        shape = broadcast(*kinds)
        return None if shape is None else (text, Kind(shape, kinds[0].dtype))

    return fill


UNARY = ("2.0 * {0}", "{0} - 0.5", "-{0}", "{0} ** 2", "{0} ** 3", "1.0 / ({0} ** 2 + 1.0)", "abs({0})",
         "tf.stop_gradient({0})", "tf.identity({0})", "tf.zeros_like({0})", "tf.ones_like({0})",
         "tf.where({0} > 0.25, {0}, -2.0 * {0})", "tf.where({0} > 0.0, tf.sin({0}), tf.zeros_like({0}))",
         "tf.clip_by_value({0}, -0.5, 1.25)", "tf.nn.leaky_relu({0}, alpha=0.25)", "tf.nn.gelu({0})",
         "tf.math.log_sigmoid({0})", "tf.math.conj({0})", "tf.math.real({0})",
         "0.3 % ({0} ** 2 + 0.7)", "2.0 ** tf.sin({0})")
BINARY = ("{0} + {1}", "{0} * {1}", "{0} - {1}", "{0} / ({1} ** 2 + 0.5)", "tf.where({0} < {1}, {0}, {1} ** 2)",
          "({0} ** 2 + 0.5) ** {1}")


# -- shapes ------------------------------------------------------------------------------------------------------------


def reduction(text: str) -> Callable[[Pick, Kind], Filled | None]:
    """Over all axes, over one, over a list of them; with and without keepdims."""
    def fill(pick: Pick, kind: Kind) -> Filled | None:
        rank = len(kind.shape)
        axis = pick([None, *range(-rank, rank), *([[rank - 1, 0]] * (rank > 1))])
        keepdims = pick((False, True))
        axes = set(range(rank)) if axis is None else {a % rank for a in np.atleast_1d(axis)}
        shape = tuple(1 if place in axes else length for place, length in enumerate(kind.shape)
                      if keepdims or place not in axes)
        options = f", axis={axis}" * (axis is not None) + ", keepdims=True" * keepdims
        return f"{text}({{0}}{options})", Kind(shape, kind.dtype)

    return fill


def along(text: str, *options: str, **always: Any) -> Callable[[Pick, Kind], Filled | None]:
    """Along one axis, with the shape kept; one of the options may be said, the others are."""
    said = "".join(f", {name}={value}" for name, value in always.items())

    def fill(pick: Pick, kind: Kind) -> Filled | None:
        if not kind.shape:
            return None
        rank = len(kind.shape)
        return f"{text}({{0}}{said}, axis={pick(range(-rank, rank))}{pick(('', *options))})", kind

    return fill


def reshape(pick: Pick, kind: Kind) -> Filled:
    size = int(np.prod(kind.shape))
    shape = pick([(size,), (1, size), (size, 1), *([(2, size // 2)] * (size > 0 and size % 2 == 0)), kind.shape])
    return f"tf.reshape({{0}}, {list(shape)})", Kind(tuple(shape), kind.dtype)


def transpose(pick: Pick, kind: Kind) -> Filled | None:
    rank = len(kind.shape)
    if rank < 2:
        return None
    order = pick(list(itertools.permutations(range(rank)))[::-1])
    return f"tf.transpose({{0}}, {list(order)})", Kind(tuple(kind.shape[a] for a in order), kind.dtype)


def index(pick: Pick, kind: Kind) -> Filled | None:
    """What may stand in brackets, tried on an array of the shape."""
    shown = ["{0}[..., None]", "{0}[None]"]
    if kind.shape:
        shown = ["{0}[0]", "{0}[-1]", "{0}[::-1]", "{0}[1:]", "{0}[::2]", "{0}[..., 0]", "{0}[..., ::-1]", *shown]
    if len(kind.shape) > 1:
        shown += ["{0}[:, 1:]", "{0}[0, :]", "{0}[:, -1]", "{0}[1:, None, :1]", "{0}[..., None, 0]"]
    text = pick(shown)
    return result_of(text, text.replace("{0}", "x"), kind)


def result_of(text: str, expression: str, kind: Kind) -> Filled | None:
    """The kind of what an expression in NumPy's words gives for x; None where it does not fit."""
    try:
        shape = eval(expression, {"np": np, "x": np.zeros(kind.shape)}).shape
    except (IndexError, ValueError):
        return None
    return text, Kind(tuple(shape), kind.dtype)


def gather(pick: Pick, kind: Kind) -> Filled | None:
    if not kind.shape or 0 in kind.shape:
        return None
    axis = pick(range(len(kind.shape)))
    indices = pick(([0], [0, 0], [kind.shape[axis] - 1, 0, 0]))
    return result_of(f"tf.gather({{0}}, {indices}, axis={axis})", f"np.take(x, {indices}, {axis})", kind)


def split(pick: Pick, kind: Kind) -> Filled | None:
    axes = [axis for axis, length in enumerate(kind.shape) if length and length % 2 == 0]
    if not axes:
        return None
    axis, part = pick(axes), pick((0, 1))
    return result_of(f"tf.split({{0}}, 2, axis={axis})[{part}]", f"np.split(x, 2, {axis})[{part}]", kind)


def unstack(pick: Pick, kind: Kind) -> Filled | None:
    if not kind.shape or not kind.shape[0]:
        return None
    return f"tf.unstack({{0}})[{pick(range(-1, kind.shape[0]))}]", Kind(kind.shape[1:], kind.dtype)


def tile(pick: Pick, kind: Kind) -> Filled | None:
    if not kind.shape or np.prod(kind.shape) > 12:
        return None
    copies = [2, *[1] * (len(kind.shape) - 1)]
    copies = pick((copies, copies[::-1]))
    return result_of(f"tf.tile({{0}}, {copies})", f"np.tile(x, {copies})", kind)


def pad(pick: Pick, kind: Kind) -> Filled | None:
    if not kind.shape or np.prod(kind.shape) > 12:
        return None
    paddings = [[1, 0], *[[0, 1]] * (len(kind.shape) - 1)]
    return result_of(f"tf.pad({{0}}, {paddings})", f"np.pad(x, {paddings})", kind)


def expand(pick: Pick, kind: Kind) -> Filled | None:
    axis = pick(range(-1, len(kind.shape)))
    return result_of(f"tf.expand_dims({{0}}, {axis})", f"np.expand_dims(x, {axis})", kind)


def stretched(pick: Pick, kind: Kind) -> Filled | None:
    if len(kind.shape) > 2:
        return None
    shape = [2, *(3 if length == 1 else length for length in kind.shape)]
    return f"tf.broadcast_to({{0}}, {shape})", Kind(tuple(shape), kind.dtype)


def squeeze(pick: Pick, kind: Kind) -> Filled | None:
    return ("tf.squeeze({0})", Kind(tuple(n for n in kind.shape if n != 1), kind.dtype)) if 1 in kind.shape else None


def cast(pick: Pick, kind: Kind) -> Filled:
    other = {"float32": "float64", "float64": "float32"}[kind.dtype]
    return pick([(f"tf.cast({{0}}, tf.{other})", Kind(kind.shape, other)),
                 (f"tf.cast(tf.cast({{0}}, tf.int32), tf.{kind.dtype})", kind)])


def positions(pick: Pick, kind: Kind) -> Filled | None:
    if not kind.shape or not kind.shape[-1]:
        return None
    return pick([(f"tf.cast(tf.argmax({{0}}, axis=-1), tf.{kind.dtype})", Kind(kind.shape[:-1], kind.dtype)),
                 (f"{{0}} * tf.one_hot(tf.argmax({{0}}, axis=-1), {kind.shape[-1]}, dtype=tf.{kind.dtype})", kind)])


def joined(pick: Pick, x: Kind, y: Kind) -> Filled | None:
    if x != y or not x.shape or np.prod(x.shape) > 12:
        return None
    axis = pick(range(len(x.shape)))
    return result_of(f"tf.concat([{{0}}, {{1}}], axis={axis})", f"np.concatenate([x, x], {axis})", x)


def stacked(pick: Pick, x: Kind, y: Kind) -> Filled | None:
    if x != y or np.prod(x.shape) > 12:
        return None
    axis = pick(range(len(x.shape) + 1))
    return result_of(f"tf.stack([{{0}}, {{1}}], axis={axis})", f"np.stack([x, x], {axis})", x)


def matmul(pick: Pick, x: Kind, y: Kind) -> Filled | None:
    if x.dtype != y.dtype or min(len(x.shape), len(y.shape)) < 2 or len(x.shape) != len(y.shape):
        return None
    if x.shape[:-2] != y.shape[:-2]:
        return None
    ways = [(a, b) for a in (False, True) for b in (False, True)
            if x.shape[-2 if a else -1] == y.shape[-1 if b else -2]]
    if not ways:
        return None
    a, b = pick(ways)
    shape = (*x.shape[:-2], x.shape[-1 if a else -2], y.shape[-2 if b else -1])
    options = ", transpose_a=True" * a + ", transpose_b=True" * b
    return f"tf.matmul({{0}}, {{1}}{options})", Kind(shape, x.dtype)


def product(pick: Pick, x: Kind, y: Kind) -> Filled | None:
    """Sums of products: inner, outer, matrix times vector."""
    if x.dtype != y.dtype or not x.shape or not y.shape or len(x.shape) + len(y.shape) > 4:
        return None
    ways = [("tf.tensordot({0}, {1}, 0)", (*x.shape, *y.shape))]
    if x.shape[-1] == y.shape[0]:
        ways.insert(0, ("tf.tensordot({0}, {1}, 1)", (*x.shape[:-1], *y.shape[1:])))
    if len(x.shape) == 2 and x.shape[1:] == y.shape:
        ways.insert(0, ("tf.linalg.matvec({0}, {1})", x.shape[:1]))
    if x.shape == y.shape:
        ways.append(("tf.einsum('...i,...i->...', {0}, {1})", x.shape[:-1]))
    text, shape = pick(ways)
    return text, Kind(tuple(shape), x.dtype)


def picked(pick: Pick, kind: Kind) -> Filled | None:
    """Some entries, by their places, by a mask, by their size; repeated or reversed."""
    if not kind.shape or 0 in kind.shape:
        return None
    n = kind.shape[0]
    mask = [place % 2 == 0 for place in range(n)]
    text, expression = pick([
        ("tf.reverse({0}, [0])", "x[::-1]"), (f"tf.boolean_mask({{0}}, {mask})", f"x[{mask}]"),
        ("tf.repeat({0}, 2, axis=0)", "np.repeat(x, 2, 0)"),
        (f"tf.gather_nd({{0}}, [[0], [{n - 1}], [0]])", f"x[[0, {n - 1}, 0]]"),
        (f"tf.scatter_nd([[1], [0], [1]], tf.gather({{0}}, [0, 0, {n - 1}]), [3, *{list(kind.shape[1:])}])",
         "np.zeros((3, *x.shape[1:]))"),
        ("tf.tensor_scatter_nd_add({0}, [[0]], {0}[:1])", "x"), ("tf.math.top_k({0}, 1).values", "x[..., :1]"),
        (f"tf.math.segment_sum({{0}}, {[place // 2 for place in range(n)]})", f"x[:{(n + 1) // 2}]"),
        (f"tf.math.unsorted_segment_max({{0}}, {[0] * n}, 1)", "x[:1]"),
        ("tf.math.reduce_euclidean_norm({0}, axis=-1)", "x[..., 0]"), ("tf.norm({0}, ord=1, axis=-1)", "x[..., 0]"),
        ("tf.norm({0}, ord=float('inf'), axis=0)", "x[0]"), ("tf.nn.moments({0}, axes=[0])[1]", "x[0]")])
    return result_of(text, expression, kind)


def matrices(pick: Pick, kind: Kind) -> Filled | None:
    """Linear algebra of a square matrix, or of one made square, symmetric and positive by x xT + 1.5."""
    if len(kind.shape) < 2 or 0 in kind.shape:
        return None
    n = kind.shape[-2]
    square = f"(tf.matmul({{0}}, {{0}}, transpose_b=True) + tf.eye({n}, dtype=tf.{kind.dtype}) * 1.5)"
    like = "np.zeros((*x.shape[:-1], x.shape[-2]))"
    text, expression = pick([
        (f"tf.linalg.trace({square})", f"{like}[..., 0, 0]"), (f"tf.linalg.diag_part({square})", f"{like}[..., 0]"),
        ("tf.linalg.band_part({0}, 0, 1)", "x"), (f"tf.linalg.inv({square})", like),
        (f"tf.linalg.det({square})", f"{like}[..., 0, 0]"), (f"tf.linalg.logdet({square})", f"{like}[..., 0, 0]"),
        (f"tf.linalg.slogdet({square})[1]", f"{like}[..., 0, 0]"), (f"tf.linalg.cholesky({square})", like),
        (f"tf.linalg.solve({square}, {{0}})", "x"), (f"tf.linalg.eigvalsh({square})", f"{like}[..., 0]"),
        (f"tf.linalg.svd({square}, compute_uv=False)", f"{like}[..., 0]"), ("tf.linalg.matrix_transpose({0})",
                                                                          "np.swapaxes(x, -1, -2)")])
    return result_of(text, expression, kind)


def cross_entropy(pick: Pick, x: Kind, y: Kind) -> Filled | None:
    if x != y:
        return None
    if not x.shape or not x.shape[-1] or pick((False, True)):
        return "tf.nn.sigmoid_cross_entropy_with_logits({0}, {1})", x
    return ("tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax({0}), {1})", Kind(x.shape[:-1], x.dtype))


@functools.cache
def calls() -> tuple[tuple[Call, ...], tuple[Call, ...]]:
    """Everything there is, of one argument and of two, the simplest first."""
    table = [Call(text, 1, operator(text)) for text in UNARY] + [Call(text, 2, operator(text)) for text in BINARY]
    table += elementwise_calls()
    for name in ("tf.reduce_sum", "tf.reduce_mean", "tf.reduce_max", "tf.reduce_min", "tf.reduce_prod",
                 "tf.reduce_logsumexp", "tf.math.reduce_variance", "tf.norm"):
        table.append(Call(name, 1, reduction(name)))
    table.append(Call("tf.math.reduce_std", 1, reduction("tf.math.reduce_std")))
    for name in ("tf.nn.softmax", "tf.nn.log_softmax", "tf.nn.l2_normalize"):
        table.append(Call(name, 1, along(name)))
    for name in ("tf.cumsum", "tf.math.cumprod", "tf.math.cumulative_logsumexp"):
        table.append(Call(name, 1, along(name, ", exclusive=True", ", reverse=True")))
    table.append(Call("tf.sort", 1, along("tf.sort", ', direction="DESCENDING"')))
    table.append(Call("tf.roll", 1, along("tf.roll", shift=1)))
    shaped: tuple[Callable[..., Filled | None], ...] = (
        reshape, transpose, index, gather, split, unstack, tile, pad, expand, stretched, squeeze, cast, positions,
        picked, matrices)
    table += [Call(fill.__name__, 1, fill) for fill in shaped]
    table += [Call(fill.__name__, 2, fill) for fill in (joined, stacked, matmul, product, cross_entropy)]
    return tuple(c for c in table if c.arity == 1), tuple(c for c in table if c.arity == 2)
