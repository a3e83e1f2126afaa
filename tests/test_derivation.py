"""A derivation is right when its own formulas, computed as they are written, give the gradient."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.samples import BOOKKEEPING, samples
from comparisons.problem import bundled, load
from tapes.graph.templates import SUM
from tapes.op import registry
from tapes.view import derivation
from tapes.view.notation import NOTATIONS, Notation

ROWS = [name for name in registry if name not in BOOKKEEPING]


def gradients(f, args, places):
    xs = [tf.constant(x) for x in args]
    with tf.GradientTape() as tape:
        tape.watch([xs[i] for i in places])
        y = f(*xs)
    return tape.gradient(y, [xs[i] for i in places])


def close(found, expected):
    scale = np.max(np.abs(expected), initial=0.0)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * scale)


def holds(f, args, names):
    """Whether the formulas give what the tape gives."""
    found = derivation(f, *args, sources=names).evaluate()
    for name, dx in zip(names, gradients(f, args, [int(name[1:]) for name in names])):
        assert (dx is None) == (name not in found)
        if dx is not None:
            close(found[name], dx.numpy())


def linear_forms(row, params, weights):
    """The op, and a number that depends on each entry of its result in another way."""
    def f(x0, x1=None, x2=None):
        y = registry[row](*(x for x in (x0, x1, x2) if x is not None), **params)
        return tf.reduce_sum(tf.multiply(y, weights))

    return f


@pytest.mark.parametrize("name", bundled())
def test_every_loss(name):
    problem = load(name)
    names = [*problem.inputs, *problem.data]
    space = {"g": lambda *xs: problem.function(tf, **dict(zip(names, xs, strict=True)))}
    f = eval(f"lambda {', '.join(names)}: g({', '.join(names)})", space)
    arrays = [*problem.inputs.values(), *problem.data.values()]
    found = derivation(f, *arrays, sources=list(problem.inputs)).evaluate()
    for name, dx in zip(problem.inputs, gradients(f, arrays, range(len(problem.inputs))), strict=True):
        close(found[name], dx.numpy())


@pytest.mark.parametrize("row", ROWS)
def test_every_row(row):
    """Also those without a notation: they are called by their name."""
    tried = 0
    for call in list(samples(registry[row]))[:3]:
        y = registry[row].forward(*call.inputs, **call.params)
        places = [i for i in call.places if np.asarray(call.inputs[i]).dtype.kind == "f"]
        if isinstance(y, tuple) or y.dtype.kind != "f" or not places or len(call.inputs) > 3 or not np.size(y):
            continue
        weights = np.random.default_rng(0).uniform(0.5, 1.5, np.shape(y)).astype(y.dtype)
        f = linear_forms(row, call.params, weights)
        if all(dx is None for dx in gradients(f, call.inputs, places)):
            continue
        holds(f, call.inputs, [f"x{i}" for i in places])
        tried += 1
    if row in NOTATIONS and registry[row].smooth:
        assert tried or all(rule is None for rule in registry[row].rules)


@pytest.mark.parametrize("row,text", [("matmul", "{0} + {1}"), ("exp", "log({0})"),
                                      ("relu_grad", "{0} * [{1} < 0]")])
def test_a_wrong_notation_is_found(monkeypatch, row, text):
    def f(x0, x1):
        return tf.reduce_sum(tf.nn.relu(tf.matmul(tf.exp(x0), x1) - x1) * x0)

    args = np.random.default_rng(0).normal(size=(2, 3, 3))
    holds(f, args, ["x0", "x1"])
    monkeypatch.setitem(NOTATIONS, row, Notation(text, text, SUM))
    with pytest.raises((AssertionError, ValueError)):
        holds(f, args, ["x0", "x1"])


def network(x, y, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    h1 = tf.nn.relu(z1)
    z2 = h1 @ W2 + b2
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=z2))
    return loss


def arguments():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(5, 2)), np.eye(3)[[0, 1, 2, 0, 1]], *(
        rng.normal(size=shape) for shape in ((2, 4), (4,), (4, 3), (3,)))]


def test_a_network_as_in_a_textbook():
    found = derivation(network, *arguments(), sources=["W1", "b1", "W2", "b2"])
    assert [one.text for one in found.forward] == [
        "z1 = x @ W1 + b1", "h1 = relu(z1)", "z2 = h1 @ W2 + b2", "loss = mean(cross_entropy(y, z2))"]
    assert [one.text for one in found.backward] == [
        "δz2 = (softmax(z2) - y) / 5", "dloss/db2 = sum_rows(δz2)", "δh1 = δz2 @ W2ᵀ", "dloss/dW2 = h1ᵀ @ δz2",
        "δz1 = δh1 * [z1 > 0]", "dloss/db1 = sum_rows(δz1)", "dloss/dW1 = xᵀ @ δz1"]
    assert "y: its rows sum to 1" in str(found)
    assert r"\delta_{z_{2}} &= \frac{1}{5} \cdot \left(\operatorname{softmax}\left(z_{2}\right) - y\right)" in (
        found.latex())
    assert found._repr_latex_().startswith("$")


def test_labels_that_do_not_sum_to_1_stay():
    args = arguments()
    args[1] = args[1] * 2
    found = derivation(network, *args, sources=["W1"])
    assert "sum_columns(y" in str(found)
    close(found.evaluate()["W1"], gradients(network, args, [2])[0].numpy())


def read_back(latex):
    """A formula in LaTeX as Python, for what the test below needs."""
    for pattern, text in ((r"(\w)_\{(\d+)\}", r"\1\2"), (r"\\mathrm\{(\w+)\}", r"\1"), (r"\\delta_\{(\w+)\}", r"δ\1"),
                          (r"\\operatorname\{(\w+)\}", r"\1"), (r"\^\{\\top\}", ".T"), (r"\\left|\\right", ""),
                          (r"\\sum_\{\\text\{(\w+)\}\}", r"sum_\1"), (r"\\odot|\\cdot", "*"), (r"\\,", "@"),
                          (r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))"), (r"\{([^{}]*)\}\^\{2\}", r"((\1)**2)"),
                          (r"\[([^]]*)\]", r"(1.0*(\1))")):
        latex = re.sub(pattern, text, latex)
    return latex


def test_latex_says_the_same():
    args = arguments()
    names = ["x", "y", "W1", "b1", "W2", "b2"]
    found = derivation(network, *args, sources=names[2:])
    space = dict(zip(names, args), softmax=lambda x: registry["softmax"].forward(x, axis=-1),
                 relu=lambda x: np.maximum(x, 0), sum_rows=lambda x: x.sum(0))
    for one in (*found.forward[:3], *found.backward):
        space[one.name] = eval(read_back(one.latex.partition("&=")[2].strip()), space)
    expected = found.evaluate()
    for one in found.backward:
        source = one.text.partition(" =")[0].removeprefix("dloss/d")
        if source in expected:
            close(space[one.name], expected[source])
    assert len(expected) == 4


def test_several_ways_are_one_sum():
    def f(h, U):
        s = h @ tf.transpose(U)
        loss = tf.reduce_sum(tf.tanh(s) @ U)
        return loss

    args = np.random.default_rng(0).normal(size=(2, 3, 3))
    found = derivation(f, *args)
    assert [one.text for one in found.backward if "/dh" in one.text] == ["dloss/dh = δs @ U"]
    assert sum("/dU" in one.text for one in found.backward) == 1 and "δU" not in str(found)
    for name, dx in zip(("h", "U"), gradients(f, args, [0, 1])):
        close(found.evaluate()[name], dx.numpy())


def test_what_is_stopped_is_said_and_is_no_way():
    def f(a, b):
        y = tf.stop_gradient(a * b) * a + (tf.round(a) + a)
        return tf.reduce_sum(y)

    found = derivation(f, *arguments()[3:4] * 2)
    assert [one.text for one in found.forward] == ["u = stop_gradient(a * b)", "y = u * a + round(a) + a", "L = sum(y)"]
    assert [(one.text, one.why) for one in found.backward] == [("dL/da = 1 + u", "2 ways add up: product, sum")]
    assert list(found.evaluate()) == ["a"]


def test_a_gradient_of_the_programs_own_is_said():
    @tf.custom_gradient
    def clipped(x):
        return x * x, lambda g: tf.clip_by_value(g, -0.1, 0.1)

    @tf.custom_gradient
    def passed(x):
        return x, lambda g: 2 * g

    def f(a):
        return tf.reduce_sum(clipped(a) * a * passed(a))

    found = derivation(f, arguments()[3])
    assert "  clipped(...): has a gradient of its own\n  passed(...): has a gradient of its own\n" in found.text()
    assert "a rule of the program's own" in found.backward[-1].why
    close(found.evaluate()["a"], gradients(f, arguments()[3:4], [0])[0].numpy())


INDEXED = {"a number within a formula": lambda a, b: tf.einsum("ij,ij->", a, b) * 2 + tf.reduce_sum(a),
           "ones": lambda a, b: tf.reduce_sum(tf.einsum("ij,kj->ik", a, b)),
           "axes in their order": lambda a, b: tf.reduce_sum(tf.tensordot(a, b[0], 1)),
           "complex": lambda a, b: tf.reduce_sum(tf.abs(tf.exp(tf.complex(a, b)) * 2.0))}


@pytest.mark.parametrize("f", INDEXED.values(), ids=INDEXED.keys())
def test_what_is_evaluated_is_the_gradient(f):
    args = list(np.random.default_rng(0).normal(size=(2, 3, 3)))
    found = derivation(f, *args)
    for name, dx in zip("ab", gradients(f, args, [0, 1]), strict=True):
        close(found.evaluate()[name], dx.numpy())


def test_complex_sources():
    z = np.random.default_rng(0).normal(size=3) + 1j
    found = derivation(lambda z: tf.reduce_sum(tf.abs(z * z)), z)
    with tf.GradientTape() as tape:
        tape.watch(x := tf.constant(z))
        loss = tf.reduce_sum(tf.abs(x * x))
    np.testing.assert_allclose(found.evaluate()["z"], tape.gradient(loss, x).numpy())


def test_each_input_of_a_power_has_its_own_rule():
    found = derivation(lambda x, y: x ** y, 2.0, 3.0)
    assert {one.text.partition(" =")[0]: one.why.partition(":")[0] for one in found.backward} == {
        "dL/dx": "power rule", "dL/dy": "exponential rule"}


def test_a_square_within_a_mean_says_both_however_it_is_written():
    x = tf.constant([1.0, 2.0, 3.0])
    for square in (lambda x: x * x, lambda x: x ** 2, tf.square):
        found = derivation(lambda x, square=square: tf.reduce_mean(square(x)), x)
        assert str(found).endswith("# power rule; mean over all")


def test_other_numbers():
    found = derivation(network, *arguments(), sources=["W1"])
    args = arguments()
    args[2] = args[2] + 1.0
    close(found.evaluate(W1=args[2])["W1"], gradients(network, args, [2])[0].numpy())
    with pytest.raises(ValueError, match="'w' is not given"):
        found.evaluate(w=1.0)


def test_a_tape():
    w, x = tf.Variable([[2.0], [1.0]], name="w"), tf.constant([[1.0, 3.0]])
    with tf.GradientTape() as tape:
        z = x @ w
        loss = tf.reduce_sum(tf.square(tf.tanh(z)))
    found = derivation(tape, target=loss, sources=[w])
    assert found.forward[0].text == "z = x @ w" and found.backward[-1].text == "dloss/dw = xᵀ @ δz"
    np.testing.assert_allclose(found.evaluate()["w"], tape.gradient(loss, w).numpy(), rtol=1e-5)


def test_a_variable_that_the_function_reads():
    speed = tf.Variable(2.0, name="speed")
    found = derivation(lambda t: tf.exp(-speed * t), tf.constant(0.5))
    assert [one.text.partition(" =")[0] for one in found.backward] == ["dL/dt", "dL/dspeed"]
    np.testing.assert_allclose(found.evaluate(speed=3.0)["speed"], -0.5 * np.exp(-1.5), rtol=1e-6)


def test_what_cannot_be_derived():
    with pytest.raises(ValueError, match="no gradient reaches x"):
        derivation(lambda x: tf.floor(x), tf.constant(0.5))
    with pytest.raises(ValueError, match="nothing called 'w'"):
        derivation(lambda x: x * x, tf.constant(0.5), sources=["w"])
    with pytest.raises(ValueError, match="floor has no derivative"):
        derivation(lambda x: tf.floor(x), tf.constant(0.5))
    with pytest.raises(ValueError, match=r"a holds int64.* write 1\.0 instead of 1 "):
        derivation(lambda a, b: tf.reduce_sum(a * b), np.int64(1), np.int64(2))
    with pytest.raises(ValueError, match="n holds int32"):
        derivation(lambda x, n: x * tf.cast(n, tf.float32), 2.0, 3, sources=["n"])
    with pytest.raises(ValueError, match="the result holds int32"):
        derivation(lambda x: tf.cast(x, tf.int32), 2.0)
    with pytest.raises(RuntimeError, match=r"in what is derived.*tapes\.tanh"):
        derivation(lambda x: tf.reduce_sum(np.tanh(x)), np.ones(3))
    with pytest.raises(ValueError, match="one tensor"):
        derivation(lambda x: [x, x], tf.constant(0.5))


def test_hostile_names_are_only_names():
    evil = tf.Variable(2.0, name="x}$<script>")
    found = derivation(lambda t: evil * t, tf.constant(0.5))
    assert "<" not in found.latex() and "$" not in found.latex() and "x}" not in found.latex()


SCALAR = [name for name in ROWS if name != "identity" and registry[name].formula and registry[name].smooth
          and not registry[name].examples and "f" in registry[name].kinds
          and len(registry[name].smooth) < 3 and registry[name].smooth[0]]


@pytest.mark.parametrize("row", SCALAR)
def test_local_derivatives(row):
    """What SymPy finds, at a point, is what the rule of the op gives there."""
    sympy = pytest.importorskip("sympy")
    args = [np.array(low + 0.37 * (high - low)) for low, high, *_ in registry[row].smooth]
    xs = [tf.constant(x) for x in args]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = registry[row](*xs)
    slopes = tape.gradient(y, xs)
    if all(dx is None for dx in slopes):
        return
    f = (lambda x: registry[row](x)) if len(args) == 1 else (lambda x, y: registry[row](x, y))
    found = {one.by: one.expression for one in derivation(f, *args).local()}
    at = {sympy.Symbol(name, real=True): float(x) for name, x in zip("xy", args)}
    for name, dx in zip("xy", slopes):
        if dx is not None and (name in found or row not in ("mod", "truncatemod")):  # SymPy: d floor(x)/dx
            np.testing.assert_allclose(float(found[name].subs(at).evalf()), float(dx), rtol=1e-9, atol=1e-12)


def test_local_derivatives_have_the_names_of_the_program():
    pytest.importorskip("sympy")

    def f(a):
        h = tf.tanh(a)
        loss = h * h
        return loss

    found = derivation(f, tf.constant(0.5)).local()
    assert [one.text for one in found][-1] == "dloss/dh = 2*h"
    assert found[0].latex.startswith(r"\frac{\partial h}{\partial a} =")


def test_local_derivatives_without_sympy(run_python):
    program = "import tapes as tf\ntf.view.derivation(lambda x: tf.sin(x), tf.constant(1.0)).local()"
    assert "pip install sympy" in run_python("-c", program, without=("sympy",)).stderr


def test_a_label_that_was_broadcast_is_told_with_the_shape():
    x, w, y = tf.ones((2, 3)), tf.ones((3, 1)), tf.constant([1.0, 0.0])

    def f(x, w, y):
        loss = tf.reduce_mean(tf.square(x @ w - y))
        return loss

    assert derivation(f, x, w, y, sources=["w"]).backward[-1].why == (
        "chain rule through difference (broadcast to 2 x 2), matrix product")

    def named(x, w, y):
        p = x @ w
        diff = p - y
        return tf.reduce_sum(diff ** 3 * diff)

    found = {one.name: one.why for one in derivation(named, x, w, y, sources=["w"]).backward}
    assert found["δp"] == "broadcast to 2 x 2: summed over the copies"


@pytest.mark.parametrize("square", [tf.square, lambda x: x ** 2, lambda x: x * x])
def test_the_two_of_the_power_rule_and_the_half_of_a_mean_cancel(square):
    def f(x):
        return tf.reduce_mean(square(x))

    why = {n: derivation(f, np.arange(float(n))).backward[0].why for n in (2, 3)}
    assert why == {2: "power rule; mean over all: 2 times 1/2 is 1", 3: "power rule; mean over all"}
