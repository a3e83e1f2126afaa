"""Random programs made of what the passes look for, replayed at other numbers than they were watched with."""

from __future__ import annotations

import random
from importlib import import_module

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.check import quiet
from tapes.graph.passes import blocks, buffers

hoisted, merged, opened, together = (import_module(f"tapes.graph.passes.{name}") for name in (
    "hoisted", "merged", "opened", "together"))
TIGHT = {"float64": 1e-9, "float32": 1e-3, "float16": 0.1}
ENTRYWISE = ["tf.tanh({})", "tf.nn.relu({})", "tf.sigmoid({})", "tf.nn.softplus({})", "tf.sin({})", "-{}", "-(-{})",
             "tf.nn.relu6({} * 9.0)", "{} * 2.0", "0.5 * (2.0 * {})", "{} * 1.0", "{} - 0.0", "{} * 0.0", "1.0 - {}",
             "tf.where({0} > 0.1, {0}, 0.3)", "tf.stop_gradient({})", "tf.identity({})", "tf.cast({0}, {0}.dtype)"]
VIEWS = ["{}[::-1]", "tf.reshape({}, [-1])", "{}[..., None]", "{}[None]", "tf.transpose({})", "tf.unstack({})[-1]",
         "{}[1:]", "tf.concat([{0}, {0}], 0)", "tf.stack([{0}, {0}])[1]", "tf.broadcast_to({0}, [2, *{0}.shape])"]


class Idioms(random.Random):
    """Writes a program: each line defines a name from those above it."""

    def text(self, size):
        self.inputs = [f"x{k}" for k in range(self.randint(2, 3))]
        self.names, self.lines, self.indent = [*self.inputs], [], "    "
        for _ in range(self.randint(2, size)):
            self.choice([self.entrywise, self.entrywise, self.view, self.pair, self.sum, self.product, self.factor,
                         self.slices, self.recurrent, self.powers, self.question, self.mask, self.integers, self.many,
                         self.beside, self.gradient, self.gradient])()
        self.lines.append(f"    return {', '.join(self.names)}, i, n")
        return f"def program({', '.join(self.inputs)}, i, n, v):\n" + "\n".join(self.lines) + "\n"

    def of(self):
        """A name, more often one of the last."""
        return self.choice(self.names[-4:] if self.random() < 0.6 else self.names)

    def let(self, text, *names):
        """A line; what it makes gets a name of its own, unless it has one."""
        self.lines.append(f"{self.indent}{names[0] if names else f't{len(self.lines)}'} = {text}")
        if not names:
            self.names.append(f"t{len(self.lines) - 1}")

    def entrywise(self):
        self.let(self.choice(ENTRYWISE).format(self.of()))

    def view(self):
        self.let(f"rows({self.choice(VIEWS).format(f'matrix({self.of()})')})")

    def pair(self):
        one = self.choice(["{}", "column({})", "row({})", "tf.reduce_mean({})", "matrix({})"])
        two = self.choice(["matrix({})", "row({})", "column({})", "constant(row({}))", "v"])
        self.let(f"{one.format(f'matrix({self.of()})')} {self.choice('+-*')} {two.format(self.of())}")

    def sum(self):
        axis, kept = self.choice(["None", "0", "-1", "[0, 1]", "[]"]), self.choice(["True", "False"])
        self.let(f"tf.{self.choice(['reduce_sum', 'reduce_mean', 'reduce_max'])}(matrix({self.of()}), {axis}, {kept})")

    def product(self):
        left, right = (self.choice(["matrix({})", "column({})", "row({})", "matrix({})[:1, :1]"]).format(self.of())
                       for _ in range(2))
        self.let(f"0.1 * tf.matmul({left}, {right}, transpose_{self.choice('ab')}=True) if fit({left}, {right}) else v")
        if self.lines[-1].count("transpose_a"):
            self.lines[-1] = self.lines[-1].replace("fit(", "fit_a(")

    def factor(self):
        x, s = f"matrix({self.of()})", f"s{len(self.lines)}"
        self.let(f"{x} * {self.choice(['2.0', '1e-3', '0.5'])}", s)
        both = self.sample([s, self.choice([f"tf.constant(constant({x}))", x, s])], 2)
        self.let(f"tf.{self.choice(['reduce_mean', 'reduce_sum'])}({' * '.join(both)})")
        self.let(f"0.1 * tf.{self.choice(['reduce_sum', 'reduce_mean'])}({s})")

    def slices(self):
        x, y = f"sequence({self.of()})", f"sequence({self.of()}, 2.0)"
        b = self.choice(["v", f"row({self.of()})", f"constant(row({self.of()}))", "x0"])
        term = self.choice([f"{x}[t] + b", f"{x}[t] + {y}[t] + b", f"{x}[t] + {x}[t - 1] + b", f"b + {y}[-t]",
                            f"tf.sigmoid({x}[t] + (b + {y}[t]))", f"{x}[t] * {y}[t]"])
        b = f"row({b})" if b == "x0" else b
        self.let(f"b if not same({x}, b := {b}) else sum({term} for t in range({self.choice([4, 4, 3])})) * 0.2")

    def recurrent(self):
        x, u, h = f"sequence({self.of()})", self.of(), f"h{len(self.lines)}"
        self.let(f"tf.zeros_like({x}[0])", h)
        self.lines.append(f"{self.indent}w, s = square({x}), square({x}) * tf.reduce_mean({u})")
        self.lines.append(f"{self.indent}for t in {self.choice(['range(4)', 'reversed(range(4))', '[0, 0, 3, 1]'])}:")
        self.lines.append(f"{self.indent}    {h} = {self.choice(['tf.tanh', 'tf.sigmoid', 'tf.nn.softplus'])}("
                          f"{x}[t] @ w + {h} @ s{self.choice(['', ' + 0.1', ' + row(v)[:, :1]'])}) * 0.5")
        self.names.append(h)

    def powers(self):
        x = f"matrix({self.of()})"
        self.let(f"tf.nn.softmax({x}, {self.choice(['-1', '0', '1'])})")
        self.let(f"tf.nn.{self.choice(['log_softmax', 'softmax'])}({x})")
        self.let(f"tf.nn.softmax_cross_entropy_with_logits(abs({x}), {x})")

    def question(self):
        """The branch that is not taken would fail for the numbers that take the other one."""
        x, a = self.of(), self.of()
        self.let(f"matrix({x}) * 1.5 if tf.reduce_mean({a} * 0.7) > 0.123 else tf.gather(matrix({x}), "
                 f"tf.cast(tf.reduce_mean({a} * 0.7) > 0.123, tf.int32) * 99)")

    def mask(self):
        x = self.of()
        self.let(f"tf.reduce_mean(tf.boolean_mask({x}, {x} > 0.123)) if tf.reduce_any({x} > 0.123) else v")

    def integers(self):
        self.let(self.choice(["n * 2 * 3", "n // 2 + n * 1", "n if tf.reduce_any(n * 1 == 0) else 7 // n", "-n"]), "n")
        self.let(self.choice(["(i + 1) % 2", "tf.cast(n[0] > 0, tf.int32)"]), "i")
        self.let(f"matrix({self.of()})[:, int(i) % 1:]")

    def many(self):
        self.let(f"sum(tf.sigmoid({self.of()} * float(k)) for k in range(9)) * 0.1")

    def beside(self):
        self.let(f"0.1 * tf.matmul((x := matrix({self.of()})), batch(x))")

    def gradient(self):
        if len(self.indent) > 8:
            return
        tape, sources, before = f"tape{len(self.lines)}", [self.of(), self.choice([*self.inputs, "v"])], len(self.names)
        self.lines.append(f"{self.indent}with tf.GradientTape() as {tape}:")
        self.indent += "    "
        self.lines.append(f"{self.indent}{tape}.watch([{', '.join(sources)}])")
        self.let(f"matrix({sources[0]}) * {sources[1]}" if sources[1] == "v" else f"tf.sin({sources[0]})")
        for _ in range(self.randint(1, 3)):
            self.choice([self.entrywise, self.pair, self.recurrent, self.product, self.powers, self.slices, self.factor,
                         self.gradient])()
        self.indent = self.indent[4:]
        self.let(f"{tape}.gradient([{', '.join(self.names[before:])}], [{', '.join(sources)}], "
                 "unconnected_gradients='zero')", f"g{len(self.lines)}")
        self.names += [f"g{len(self.lines) - 1}[{k}]" for k in range(2)]


def helpers(dtype, width):
    """What brings any tensor into the shape that an idiom wants."""
    def rows(x):
        return tf.reshape(x, [-1, width])

    def matrix(x):
        flat = tf.reshape(x, [-1])
        return rows(tf.tile(flat, [width])[:2 * width] if flat.shape[0] else tf.zeros([2 * width], dtype))

    def constant(x):
        return np.cos(np.arange(np.prod(x.shape))).reshape(x.shape).astype(dtype)

    def sequence(x, factor=1.0):
        return tf.stack([matrix(x) * (factor + k) for k in range(4)]) * 0.3

    return {"tf": tf, "np": np, "rows": rows, "matrix": matrix, "constant": constant, "sequence": sequence,
            "row": lambda x: matrix(x)[:1], "column": lambda x: matrix(x)[:, :1],
            "same": lambda x, b: np.broadcast_shapes(x.shape[1:], b.shape) == x.shape[1:],
            "fit": lambda a, b: a.shape[1] == b.shape[1], "fit_a": lambda a, b: a.shape[0] == b.shape[0],
            "square": lambda x: constant(tf.zeros([x.shape[-1]] * 2)) * tf.reduce_mean(x),
            "batch": lambda x: constant(tf.zeros([3, x.shape[-1], 2]))}


def laid_out(choose, x):
    """The same numbers in another arrangement of memory."""
    return choose.choice([lambda: tf.constant(x), lambda: tf.constant(np.asfortranarray(x)),
                          lambda: tf.constant(np.repeat(x, 2, 0))[::2], lambda: tf.constant(x[::-1].copy())[::-1],
                          lambda: tf.broadcast_to(tf.constant(x[:1]), x.shape)])()


def outcome(f, given, v, start, kept):
    v.assign(start)
    try:
        with quiet():
            found = [tf.convert_to_tensor(x) for x in f(*given, v)]
    except Exception as error:
        return type(error).__name__
    kept += [(x, x.numpy()) for x in found]
    return [x.numpy() for x in found]


def assert_same(one, other, tight, text):
    assert isinstance(one, str) == isinstance(other, str), f"{one}\n{other}\n{text}"
    if isinstance(one, str):
        assert one == other, text
        return
    for x, y in zip(one, other, strict=True):
        assert (x.dtype, x.shape) == (y.dtype, y.shape), text
        scale = max(1.0, float(np.abs(x[np.isfinite(x)]).max(initial=0.0)))
        np.testing.assert_allclose(y, x, rtol=tight, atol=tight * scale, err_msg=text)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """So that all passes find what they look for."""
    for module, name, value in ((buffers, "SMALL", 0), (blocks, "BYTES", 48), (blocks, "LEAST", 2), (blocks, "WORK", 0),
                                (together, "FEWEST", 2), (hoisted, "FEWEST", 2), (merged, "FEWEST", 2)):
        monkeypatch.setattr(module, name, value)


def replayed(seeds):
    for seed in seeds:
        choose = Idioms(seed)
        dtype, width = choose.choice([*["float64"] * 5, "float32", "float16"]), choose.randint(1, 3)
        text, space = choose.text(7), helpers(dtype, width)
        exec(compile(text, f"<program {seed}>", "exec"), space)
        numbers, shape = np.random.default_rng(seed), choose.choice([(width,), (2, width), (3, width), (1, width)])
        v, f, kept = tf.Variable(np.zeros(width, dtype)), tf.function(space["program"]), []
        for k in range(3):
            given = [laid_out(choose, numbers.uniform(-1, 1, shape).astype(dtype)) for _ in choose.inputs]
            given += [tf.constant(k % 2), tf.constant(numbers.integers(k % 2, 4, 3))]
            start = numbers.uniform(-1, 1, width).astype(dtype)
            assert_same(outcome(space["program"], given, v, start, []), outcome(f, given, v, start, kept), TIGHT[dtype],
                        f"{dtype}, {width}\n{text}")
        for x, array in kept:  # what was handed out stays as it was
            np.testing.assert_array_equal(x.numpy(), array, err_msg=text)


@pytest.mark.parametrize("block", range(6))
def test_a_replay_gives_what_running_it_gives(block):
    replayed(range(40 * block, 40 * block + 40))


@pytest.mark.parametrize(("module", "name", "wrong"), [
    (buffers, "_shared", lambda step: []),  # as if no result were ever in the memory of another
    # as if what follows a question might be computed before it
    (blocks._Group, "_asked", property(lambda self: False, lambda self, asked: None)),
    # as if the third slice were the first, and all powers were added up along the first axis
    (hoisted, "place_of", lambda step, right=hoisted.place_of: None if right(step) is None else (
        right(step)[0], right(step)[1] % 2)),
    (opened, "_looks_at", lambda step, right=opened._looks_at: (found := right(step)) and (found[0], 0)),
    # as if all slices were made with the first of them
    (together, "_sliced", lambda group, right=together._sliced: [right(group)[0], *([[]] * (len(group) - 1))])])
def test_a_wrong_pass_is_noticed(module, name, wrong, monkeypatch):
    monkeypatch.setattr(module, name, wrong, raising=False)
    with pytest.raises(AssertionError):
        replayed(range(120))
