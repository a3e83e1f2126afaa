"""The same program for JAX: where a tape stood around a block, there is a function, and jax.vjp of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tapes.op import registry

from ..backends import DIFFERENTIATORS
from ..namespaces import MissingName, Namespace
from ..ops.spelling import jax_op
from ..semantics.outcome import Outcome, plain
from .calls import NAMESPACES, gives_floats
from .declared import Declared
from .judge import runnable
from .language import Ask, Block, Choose, Do, Forward, Let, Pause, Program, Repeat, Tape, literal


class Inexpressible(Exception):
    """What a program does that functions cannot; the text says what."""


def text(program: Program) -> str:
    """The source, `def program(tf, jax): ...`. Inexpressible when a tape does what no function can."""
    if program.mistake:
        raise Inexpressible("a mistake on purpose, for which JAX has its own errors")
    if any(f"tf.math.{same}(" in program.text() for same in ("conj", "real")):
        raise Inexpressible("conj or real of real numbers: one tensor with two names, watched under both")
    lines = [f"{each.name} = {literal(each.numbers)}" for each in program.inputs]
    always = [each.name for each in program.inputs if each.variable and each.trainable]
    inside, _ = _block(program.body, always)
    lines += inside
    lines.append("return {" + ", ".join(f'"{name}": {name}' for name in program.returned) + "}")
    return "def program(tf, jax):\n" + "".join(f"    {line}\n" for line in lines)


def _block(block: Block, always: Sequence[str], depth: int = 0) -> tuple[list[str], list[str]]:
    """The lines of a block, and the names that they define.

    `always` are the Variables that every tape watches, `depth` is the number of tapes around the block.
    """
    lines: list[str] = []
    names: list[str] = []
    for statement in block:
        if isinstance(statement, Let):
            lines += _plain(statement)
            names.append(statement.name)
        elif isinstance(statement, Repeat):
            lines.append(f"for _ in range({statement.count}):")
            lines += _inner(statement.body)
        elif isinstance(statement, Choose):
            lines.append(f"if {statement.condition.call.format(*statement.condition.arguments)}:")
            lines += _inner(statement.then)
            lines.append("else:")
            lines += _inner(statement.otherwise)
            names += [let.name for let in statement.then if isinstance(let, Let)]
        elif isinstance(statement, (Tape, Forward)):
            inner, made = _function(statement, always, depth)
            lines += inner
            names += made
        elif isinstance(statement, Pause) and depth == 1:
            for let in statement.body:
                lines += [*_plain(let), f"{let.name} = tf.stop_gradient({let.name})"]  # type: ignore[union-attr]
                names.append(let.name)  # type: ignore[union-attr]
        elif isinstance(statement, Pause):
            raise Inexpressible("stop_recording: one tape of several pauses")
        elif isinstance(statement, Do):
            raise Inexpressible("watch in the middle of a block" if ".watch(" in statement.call else "an assignment")
        else:
            raise Inexpressible("a tape is asked inside of its own block")
    return lines, list(dict.fromkeys(names))


def _inner(block: Block) -> list[str]:
    """The ops of a loop or a branch; of a shortened program they may all be gone."""
    return ["    " + line for let in block for line in _plain(let)] or ["    pass"]


def _plain(let: Any) -> list[str]:
    """An op; JAX is asked for abs by the name that may be spelled otherwise."""
    return [line.replace(" = abs(", " = tf.abs(") for line in let.lines()]


def _function(statement: Tape | Forward, always: Sequence[str], depth: int) -> tuple[list[str], list[str]]:
    """A function for the block, its results, and its derivatives."""
    if isinstance(statement, Tape):
        arguments = list(dict.fromkeys([*statement.watched, *(always if statement.accessed else [])]))
    else:
        arguments = [statement.primal]
    function = f"around_{statement.name}"
    body, inside = _block(statement.body, always, depth + 1)
    made = list(inside)
    lines = [f"def {function}({', '.join(arguments)}):", *("    " + line for line in body)]
    lines.append("    return {" + ", ".join(f'"{name}": {name}' for name in [*arguments, *made]) + "}")
    called = f"{function}({', '.join(arguments)})"
    if made:
        lines.append(f"{', '.join(made)}, = map({called}.get, {made})")
    if isinstance(statement, Forward):
        for name, target in statement.results:
            known = target in (*arguments, *made)
            lines.append(f"{name} = None" if not known else f"{name} = jax.jvp(lambda {statement.primal}: {called}["
                         f'"{target}"], [{statement.primal}], [{literal(statement.tangent)}])[1]')
            made.append(name)
    else:
        for ask in statement.asks:
            lines += _asked(ask, arguments, called, inside)
            made += ask.names
    return lines, made


def _asked(ask: Ask, arguments: Sequence[str], called: str, made: Sequence[str]) -> list[str]:
    """The gradients that a tape is asked for: None where nothing leads to a source."""
    if set(ask.sources) & set(made):
        raise Inexpressible("a gradient by something that the block itself computed")
    places = [place for place, target in enumerate(ask.targets) if target in (*arguments, *made)]
    targets = [ask.targets[place] for place in places]
    lines = []
    for name, source in zip(ask.names, ask.sources, strict=True):
        if source not in arguments or not targets:
            zeros = f"tf.zeros_like({source})"
            if ask.method == "jacobian":
                zeros = f"tf.zeros([*{ask.targets[0]}.shape, *{source}.shape], {source}.dtype)"
            lines.append(f"{name} = {zeros if ask.zero else None}")
        elif ask.method == "jacobian":
            lines.append(f'{name} = jax.jacrev(lambda {source}: {called}["{targets[0]}"])({source})')
        else:
            weights = [literal(ask.weights[place]) if ask.weights is not None else f"tf.ones_like({target})"
                       for place, target in zip(places, targets, strict=True)]
            lines.append(f"{name}, = jax.vjp(lambda {source}: [*map({called}.get, {targets})], {source})[1]("
                         f"[{', '.join(weights)}])")
    return lines


# -- TensorFlow's names on JAX -----------------------------------------------------------------------------------------


@functools.cache
def names(*differences: Declared) -> Namespace:
    """A namespace of JAX, in which the functions of declared differences are spelled as those say."""
    backend = DIFFERENTIATORS["jax"].open()
    jax, jnp = backend.jax, backend.jax.numpy
    table: dict[str, Any] = {}
    for prefix, module in NAMESPACES:
        for name in module.__all__:
            op = getattr(getattr(module, name), "op", None)
            if op is not None and op.smooth and gives_floats(op) and (function := jax_op(op.name, jax)) is not None:
                table[f"{prefix}.{name}".removeprefix("tf.")] = function
    table.update(importable(jax, jnp))
    for each in differences:
        table.update({name: functools.partial(function, jax) for name, function in each.spelled.items()})
    for dtype in ("float32", "float64", "int32", "int64"):
        table[dtype] = getattr(jnp, dtype)
    return Namespace("JAX", table)


def importable(jax: Any, jnp: Any) -> dict[str, Any]:
    """The names that are no row of one or two inputs."""
    def over(function: Any) -> Any:
        return lambda x, axis=None, keepdims=False: function(
            x, axis=tuple(axis) if isinstance(axis, list) else axis, keepdims=keepdims)

    def registry_op(name: str) -> Any:
        return jax_op(registry[name].name, jax)

    def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
        return jnp.matmul(jnp.swapaxes(a, -1, -2) if transpose_a else a, jnp.swapaxes(b, -1, -2) if transpose_b else b)

    def l2_normalize(x: Any, axis: Any = None) -> Any:
        return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(x * x, axis=axis, keepdims=True), jnp.asarray(1e-12, x.dtype)))

    def running(total: Any, nothing: Any) -> Any:
        """Of an exclusive one the entries are moved on by a place: what is left out is never computed with."""
        def function(x: Any, axis: int = 0, exclusive: bool = False, reverse: bool = False) -> Any:
            turned = jnp.flip(x, axis) if reverse else x
            if exclusive and x.shape[axis]:
                first = nothing(jnp.take(turned, np.arange(1), axis))
                turned = jnp.concatenate([first, jax.lax.slice_in_dim(turned, 0, x.shape[axis] - 1, axis=axis)], axis)
            totals = total(turned, axis)
            return jnp.flip(totals, axis) if reverse else totals

        return function

    return {
        "math.cumprod": running(jnp.cumprod, jnp.ones_like), "cumsum": running(jnp.cumsum, jnp.zeros_like),
        "roll": jnp.roll, "reverse": jnp.flip, "repeat": jnp.repeat,
        "sort": lambda x, axis, direction="": jnp.flip(jnp.sort(x, axis), axis) if direction else jnp.sort(x, axis),
        "eye": lambda n, dtype: jnp.eye(n, dtype=dtype), "linalg.matrix_transpose": jnp.matrix_transpose,
        "linalg.inv": jnp.linalg.inv, "linalg.det": jnp.linalg.det, "linalg.slogdet": jnp.linalg.slogdet,
        "linalg.solve": jnp.linalg.solve, "linalg.eigvalsh": jnp.linalg.eigvalsh,
        "constant": jnp.asarray, "zeros": jnp.zeros, "stop_gradient": jax.lax.stop_gradient,
        "identity": lambda x: x, "zeros_like": jnp.zeros_like,
        "ones_like": jnp.ones_like, "where": jnp.where, "clip_by_value": registry_op("clip_by_value"),
        "nn.leaky_relu": lambda x, alpha: jax.nn.leaky_relu(x, alpha),
        "nn.gelu": lambda x: jax.nn.gelu(x, approximate=False),
        "math.log_sigmoid": jax.nn.log_sigmoid, "math.conj": jnp.conj, "math.real": lambda x: x,
        "reduce_sum": over(jnp.sum), "reduce_mean": over(jnp.mean), "reduce_max": over(jnp.max),
        "reduce_min": over(jnp.min), "reduce_prod": over(jnp.prod), "reduce_logsumexp": over(jax.nn.logsumexp),
        "math.reduce_variance": over(jnp.var), "math.reduce_std": over(jnp.std), "norm": norms(jnp, jnp.abs),
        "nn.softmax": jax.nn.softmax, "nn.log_softmax": jax.nn.log_softmax, "nn.l2_normalize": l2_normalize,
        "reshape": jnp.reshape, "transpose": jnp.transpose,
        "gather": lambda x, indices, axis: jnp.take(x, np.asarray(indices), axis=axis),
        "split": jnp.split, "unstack": list, "tile": jnp.tile, "pad": jnp.pad, "expand_dims": jnp.expand_dims,
        "broadcast_to": jnp.broadcast_to, "squeeze": jnp.squeeze, "cast": lambda x, dtype: x.astype(dtype),
        "argmax": jnp.argmax, "one_hot": lambda x, depth, dtype: jax.nn.one_hot(x, depth, dtype=dtype),
        "concat": jnp.concatenate, "stack": jnp.stack, "matmul": matmul, "tensordot": jnp.tensordot,
        "linalg.matvec": lambda a, x: a @ x, "einsum": jnp.einsum,
        "nn.sigmoid_cross_entropy_with_logits": lambda labels, logits: jax.nn.softplus(logits) - labels * logits,
        "nn.softmax_cross_entropy_with_logits": lambda labels, logits: -jnp.sum(
            labels * jax.nn.log_softmax(logits), axis=-1)}


def norms(jnp: Any, absolute: Callable[[Any], Any]) -> Callable[..., Any]:
    """TensorFlow's norm of vectors; the sum and the largest of the absolute values have corners."""
    def norm(x: Any, ord: Any = "euclidean", axis: Any = None, keepdims: bool = False) -> Any:
        axis = tuple(axis) if isinstance(axis, list) else axis
        if ord == "euclidean":
            return jnp.sqrt(jnp.sum(x * x, axis=axis, keepdims=keepdims))
        return {1: jnp.sum, float("inf"): jnp.max}[ord](absolute(x), axis=axis, keepdims=keepdims)

    return norm


def answers(program: Program, differences: Sequence[Declared] = ()) -> Outcome:
    """What JAX answers, some functions being spelled otherwise. Inexpressible when it cannot be asked."""
    jax = DIFFERENTIATORS["jax"].open().jax
    run = runnable(text(program))
    try:
        results = run(names(*differences), jax)
        return Outcome(plain({name: None if x is None else np.asarray(x) for name, x in results.items()}))
    except MissingName as error:
        raise Inexpressible(str(error).partition(". ")[0]) from None
    except Exception as error:
        if "zero-size" in str(error) or "empty" in str(error):
            raise Inexpressible("JAX refuses an array without entries here") from None
        return Outcome(raised=tuple(kind.__name__ for kind in type(error).__mro__[:-1]), message=str(error))
