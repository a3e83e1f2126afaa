"""The derivations that a course on backpropagation shows come out as its textbook has them, and are right."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tapes as tf
from tapes.view import constants, derivation, expressions, formula, loops

from .test_derivation import close, gradients

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape)


def linear_regression(X, y, w, b):
    p = X @ w + b
    loss = tf.reduce_mean(tf.square(p - y))
    return loss


def logistic_regression(X, y, w, b):
    z = X @ w + b
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z))
    return loss


def logistic_by_hand(X, y, w, b):
    p = tf.sigmoid(X @ w + b)
    loss = -tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))
    return loss


def mlp(x, y, W1, b1, W2, b2):
    z1 = x @ W1 + b1
    h1 = tf.tanh(z1)
    p = h1 @ W2 + b2
    loss = tf.reduce_mean(tf.square(p - y))
    return loss


def classifier(x, labels, W1, b1, W2, b2):
    h = tf.nn.relu(x @ W1 + b1)
    z = h @ W2 + b2
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 2, 1], logits=z))
    return loss


def convolutional(x, y, K, b, W):
    z = tf.nn.conv2d(x, K, strides=1, padding="SAME") + b
    h = tf.nn.relu(z)
    p = tf.nn.max_pool2d(h, 2, 2, "VALID")
    logits = tf.reshape(p, (2, -1)) @ W
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits))
    return loss


def recurrent(x, y, h0, U, W, b, V):
    h = h0
    for t in range(len(x)):
        h = tf.tanh(x[t] @ W + h @ U + b)
    loss = tf.reduce_mean(tf.square(h @ V - y))
    return loss


def recurrent_losses(x, y, h0, U, W, b, V):
    h, loss = h0, 0.0
    for t in range(100):
        h = tf.tanh(x[t] @ W + h @ U + b)
        loss += tf.reduce_mean(tf.square(h @ V - y[t]))
    return loss


def batch_norm(x, y, gamma, beta):
    mu = tf.reduce_mean(x, axis=0)
    var = tf.reduce_mean(tf.square(x - mu), axis=0)
    xhat = (x - mu) / tf.sqrt(var + 1e-5)
    out = gamma * xhat + beta
    loss = tf.reduce_mean(tf.square(out - y))
    return loss


def attention(Q, K, V, T):
    S = Q @ tf.transpose(K) / 2.0
    A = tf.nn.softmax(S)
    Y = A @ V
    loss = tf.reduce_sum(tf.square(Y - T))
    return loss


def attention_by_index(Q, K, V):
    S = tf.einsum("bqd,bkd->bqk", Q, K)
    A = tf.nn.softmax(S)
    Y = tf.einsum("bqk,bkd->bqd", A, V)
    loss = tf.reduce_sum(tf.square(Y))
    return loss


def embedding(E, W):
    e = tf.gather(E, [1, 2, 1])
    loss = tf.reduce_sum(tf.square(tf.concat([e @ W, e], 1)[0, 1:]))
    return loss


def descent(w, X, y):
    """The gradient through five steps of gradient descent."""
    for _ in range(5):
        g = tf.transpose(X) @ (X @ w - y)
        w = w - 0.05 * g
    loss = tf.reduce_sum(tf.square(X @ w - y))
    return loss


def lstm(x, h0, c0, Wf, Wi, Wg, Wo):
    h, c = h0, c0
    for t in range(6):
        v = tf.concat([h, x[t]], 1)
        f, i, g, o = tf.sigmoid(v @ Wf), tf.sigmoid(v @ Wi), tf.tanh(v @ Wg), tf.sigmoid(v @ Wo)
        c = f * c + i * g
        h = o * tf.tanh(c)
    loss = tf.reduce_sum(h * h)
    return loss


def gated(x, h0, W, U):
    h = h0
    for xt in tf.unstack(x):
        z = tf.sigmoid(xt @ W + h @ U)
        h = (1 - z) * h + z * tf.tanh(xt @ W)
    loss = tf.reduce_mean(h)
    return loss


def layer_norm(x, g, b):
    d = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    s = tf.math.rsqrt(tf.reduce_mean(d * d, axis=-1, keepdims=True) + 1e-6)
    loss = tf.reduce_sum(tf.sin(d * s * g + b))
    return loss


def heads(x, Wq, Wk, Wv):
    q, k, v = (tf.einsum("bsd,dhk->bhsk", x, W) for W in (Wq, Wk, Wv))
    A = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / 2.0)
    o = tf.reshape(tf.transpose(A @ v, [0, 2, 1, 3]), (2, 3, -1))
    loss = tf.reduce_sum(o * o)
    return loss


def residual(x, W):
    h = x
    for t in range(8):
        h = h + tf.nn.relu(h @ W[t])
    loss = tf.reduce_sum(h)
    return loss


def pendulum(angle, speed):
    for _ in range(50):
        speed = speed - 0.01 * tf.sin(angle)
        angle = angle + 0.01 * speed
    return tf.square(angle) + speed * speed


def slopes(x, y):
    """A gradient of a gradient."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = tf.reduce_sum(tf.tanh(x @ y))
    g = tape.gradient(z, x)
    return tf.reduce_sum(g * g)


def strided(x, K):
    y = tf.nn.avg_pool1d(tf.nn.conv1d(x, K, 2, "VALID"), 2, 1, "VALID")
    return tf.reduce_sum(tf.nn.gelu(y))


def solved(A, b):
    S = A @ tf.transpose(A) + 3 * np.eye(3)
    return tf.reduce_sum(tf.linalg.solve(S, b) ** 2) + tf.linalg.logdet(S)


LABELS = np.eye(3)[[0, 1]]
TRUTHS = np.array([[0.0], [1.0], [1.0], [0.0], [1.0]])
RECURRENT = [normal(3, 4), normal(4, 4) / 4, normal(2, 4), normal(4), normal(4, 1)]
CASES = {
    linear_regression: ([normal(5, 2), normal(5, 1), normal(2, 1), normal(1)], "w b", """
        δp = 2 * (p - y) / 5
        dloss/db = sum_rows(δp)
        dloss/dw = Xᵀ @ δp"""),
    logistic_regression: ([normal(5, 2), TRUTHS, normal(2, 1), normal(1)], "w b", """
        δz = (sigmoid(z) - y) / 5
        dloss/db = sum_rows(δz)
        dloss/dw = Xᵀ @ δz"""),
    logistic_by_hand: ([normal(5, 2), TRUTHS, normal(2, 1), normal(1)], "w b", """
        δp = (1 - y) / 5 / (1 - p) - y / 5 / p
        δu = δp * p * (1 - p)
        dloss/db = sum_rows(δu)
        dloss/dw = Xᵀ @ δu"""),
    mlp: ([normal(4, 2), normal(4, 1), normal(2, 3), normal(3), normal(3, 1), normal(1)], "W1 b1 W2 b2", """
        δp = (p - y) / 2
        dloss/db2 = sum_rows(δp)
        δh1 = δp @ W2ᵀ
        dloss/dW2 = h1ᵀ @ δp
        δz1 = δh1 * (1 - h1 ** 2)
        dloss/db1 = sum_rows(δz1)
        dloss/dW1 = xᵀ @ δz1"""),
    classifier: ([normal(3, 2), normal(1), normal(2, 4), normal(4), normal(4, 3), normal(3)], "W1 b1 W2 b2", """
        δz = (softmax(z) - one_hot(ids, 3)) / 3
        dloss/db2 = sum_rows(δz)
        δh = δz @ W2ᵀ
        dloss/dW2 = hᵀ @ δz
        δu = δh * [u > 0]
        dloss/db1 = sum_rows(δu)
        dloss/dW1 = xᵀ @ δu"""),
    convolutional: ([normal(2, 4, 4, 1), LABELS, normal(3, 3, 1, 2), normal(2), normal(8, 3)], "x K b W", """
        δlogits = (softmax(logits) - y) / 2
        dloss/dW = reshape(p, (2, 8))ᵀ @ δlogits
        δh = unpool(δlogits @ Wᵀ, h)
        δz = δh * [z > 0]
        dloss/db = sum(δz, axis=(0, 1, 2))
        dloss/dx = δz ∗ K
        dloss/dK = x ⊛ δz"""),
    recurrent: ([normal(5, 3, 2), normal(3, 1), *RECURRENT], "U W b V", """
        δu_6 = 2 * u_6 / 3
        δh[5] = δu_6 @ Vᵀ
        dloss/dV = h[5]ᵀ @ δu_6
        for t = 5, ..., 2:
        δu[t] = δh[t] * (1 - h[t] ** 2)
        δh[t-1] = δu[t] @ Uᵀ
        δu[1] = δh[1] * (1 - h[1] ** 2)
        dloss/db = Σ[t=1..5](sum_rows(δu[t]))
        dloss/dU = Σ[t=0..4](h[t]ᵀ @ δu[t+1])
        dloss/dW = Σ[t=1..5](x[t-1]ᵀ @ δu[t])"""),
    recurrent_losses: ([normal(100, 3, 2), normal(100, 3, 1), *RECURRENT], "U W b V h0", None),
    batch_norm: ([normal(5, 3), normal(5, 3), normal(3), normal(3)], "x gamma beta", """
        δout = 2 * (out - y) / 15
        dloss/dbeta = sum_rows(δout)
        dloss/dgamma = sum_rows(δout * xhat)
        δxhat = δout * gamma
        δvar = -sum_rows(δxhat * xhat / u) / 2 / u
        u_2 = 2 * δvar * (x - mu) / 5
        δmu = -sum_rows(δxhat / u) - sum_rows(u_2)
        dloss/dx = δxhat / u + u_2 + δmu / 5"""),
    attention: ([normal(3, 4), normal(5, 4), normal(5, 2), normal(3, 2)], "Q K V", """
        δY = 2 * (Y - T)
        δA = δY @ Vᵀ
        dloss/dV = Aᵀ @ δY
        δS = A * (δA - sum_columns(δA * A, keepdims=True))
        δu = δS / 2
        dloss/dQ = δu @ K
        dloss/dK = δuᵀ @ Q"""),
    attention_by_index: ([normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 2)], "Q K V", """
        δY = 2 * Y
        δA[bqk] = Σ_d δY[bqd] V[bkd]
        dloss/dV[bkd] = Σ_q δY[bqd] A[bqk]
        δS = A * (δA - sum(δA * A, axis=2, keepdims=True))
        dloss/dQ[bqd] = Σ_k δS[bqk] K[bkd]
        dloss/dK[bkd] = Σ_q δS[bqk] Q[bqd]"""),
    embedding: ([normal(4, 3), normal(3, 2)], "E W", """
        δu_2 = put(2 * u_2[0, 1:], at[0, 1:], into=(3, 5))
        δu = δu_2[:, 0:2]
        δe = δu_2[:, 2:5] + δu @ Wᵀ
        dloss/dW = eᵀ @ δu
        dloss/dE = put(δe, at[ids], into=(4, 3))"""),
    lstm: ([normal(6, 2, 3), normal(2, 4), normal(2, 4), *(normal(7, 4) for _ in range(4))],
           "x h0 c0 Wf Wi Wg Wo", None),
    gated: ([normal(9, 2, 3), normal(2, 3), normal(3, 3), normal(3, 3)], "x h0 W U", None),
    layer_norm: ([normal(3, 4), normal(4), normal(4)], "x g b", None),
    heads: ([normal(2, 3, 4), *(normal(4, 2, 2) for _ in range(3))], "x Wq Wk Wv", None),
    residual: ([normal(2, 3), normal(8, 3, 3)], "x W", None),
    pendulum: ([np.array(0.5), np.array(0.1)], "angle speed", None),
    slopes: ([normal(2, 3), normal(3, 2)], "x y", None),
    strided: ([normal(2, 9, 2), normal(3, 2, 2)], "x K", None),
    solved: ([normal(3, 3), normal(3, 1)], "A b", None),
    descent: ([normal(2, 1), normal(4, 2), normal(4, 1)], "w", None),
}


def derived(f):
    args, sources, _ = CASES[f]
    return derivation(f, *args, sources=sources.split())


@pytest.mark.parametrize("f", CASES, ids=lambda f: f.__name__)
def test_the_formulas_are_the_gradient(f):
    args, sources, expected = CASES[f]
    found = derived(f)
    names = list(found.shapes)
    values = found.evaluate()
    for name, dx in zip(sources.split(), gradients(f, args, [names.index(name) for name in sources.split()])):
        close(values[name], dx.numpy())
    if expected:
        lines = [line.split("#")[0].strip() for line in str(found).partition("Backward")[2].splitlines()[1:]]
        assert lines == [line.strip() for line in expected.strip().splitlines()]


def test_a_hundred_rounds_are_one_loop():
    text = str(derived(recurrent_losses))
    assert len(text.splitlines()) < 25
    for line in ("for t = 1, ..., 100:", "u[t] = x[t-1] @ W + h[t-1] @ U + b", "h[0] = h0", "for t = 100, ..., 2:",
                 "δu[t] = δh[t] * (1 - h[t] ** 2)", "dloss/dU = Σ[t=0..99](h[t]ᵀ @ δu[t+1])"):
        assert line in text, text


@pytest.mark.parametrize("f,lines", [(lstm, 55), (gated, 42), (residual, 20), (pendulum, 22)])
def test_other_loops_are_folded_too(f, lines):
    text = str(derived(f))
    assert text.count("for t = ") >= 2 and len(text.splitlines()) < lines


def test_with_other_numbers_too():
    args = CASES[recurrent][0]
    other = args[3] + 0.1
    expected = gradients(recurrent, [*args[:3], other, *args[4:]], [3])[0].numpy()
    close(derived(recurrent).evaluate(U=other)["U"], expected)


def test_rounds_that_differ_are_no_loop():
    def f(x, W):
        for t in (0, 1, 3, 2, 5, 4):
            x = tf.tanh(x @ W[t])
        loss = tf.reduce_sum(x)
        return loss

    args = [normal(2, 3), normal(6, 3, 3)]
    found = derivation(f, *args)
    for name, dx in zip(("x", "W"), gradients(f, args, [0, 1])):
        close(found.evaluate()[name], dx.numpy())


@pytest.mark.parametrize("where, name, wrong", [
    (loops, "_index", lambda offset, letter: letter), (constants, "over_and_under", lambda number: ("1", "1")),
    (expressions, "over_and_under", lambda number: ("1", "1")),
    (formula.Formulas, "_turned", staticmethod(lambda text, level, style: (text, level))),
    (formula.Formulas, "_is_one", lambda self, value: True),
    (formula.Formulas, "_unrepeated", lambda self, value: self.given[0])])
def test_a_wrong_formula_is_found(monkeypatch, where, name, wrong):
    monkeypatch.setattr(where, name, wrong)
    failed = 0
    for f in (mlp, attention, recurrent, batch_norm):
        try:
            test_the_formulas_are_the_gradient(f)
        except Exception:
            failed += 1
    assert failed


WHY = {mlp: {"δp": "power rule; mean over all", "dloss/db2": "broadcast to every row: summed over rows",
             "δh1": "matrix product: the right factor, transposed", "δz1": "chain rule: slope of tanh"},
       attention: {"δS": "softmax: an entry acts on its whole row"},
       recurrent: {"dloss/dU": "5 ways add up: matrix product"},
       convolutional: {"δh": "to the largest entry of each window",
                       "dloss/dx": "convolution with the kernel, turned by 180°"},
       embedding: {"dloss/dE": "rows taken twice collect twice"}}


@pytest.mark.parametrize("f", WHY, ids=lambda f: f.__name__)
def test_each_line_says_which_rule_it_is(f):
    found = {one.text.partition(" =")[0]: one.why for one in derived(f).backward}
    for name, why in WHY[f].items():
        assert found[name] == why


def test_the_weights_of_a_model_are_named_after_their_layers():
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential([tf.keras.layers.Dense(3, activation="tanh"), tf.keras.layers.Dense(1)])
    x, y = tf.ones((4, 2)), tf.ones((4, 1))
    model(x)
    found = derivation(lambda x, y: tf.reduce_mean(tf.square(model(x) - y)), x, y)
    first, second = (layer.name for layer in model.layers)
    assert f"{first}_kernel" in found.shapes and f"{second}_bias" in found.shapes
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x) - y))
    kernel = model.layers[0].kernel
    np.testing.assert_allclose(found.evaluate()[f"{first}_kernel"], tape.gradient(loss, kernel), rtol=1e-5)


def test_names_that_mean_something_else():
    def f(sum, mean, softmax, t):
        u = tf.reduce_sum(tf.nn.softmax(sum * mean) * softmax)
        return u * t

    args = [normal(2, 3), normal(2, 3), normal(2, 3), np.array(2.0)]
    found = derivation(f, *args)
    assert len(set(found.shapes)) == 4
    for name, dx in zip(found.shapes, gradients(f, args, [0, 1, 2, 3])):
        close(found.evaluate()[name], dx.numpy())


# -- LaTeX ------------------------------------------------------------------------------------------------------------

COMMANDS = set(re.findall(r"\\(?:[A-Za-z]+|.)", r"""\begin \end \frac \left \right \partial \delta \top \odot \cdot
    \sum \text \small \mathrm \mathbf \operatorname \sigma \tanh \log \sqrt \star \circledast \times \dots \colon
    \quad \gamma \beta \mu \exp \sin \cos \, \_ \\"""))  # all of them known to KaTeX and to MathJax


def latex_is_valid(latex):
    """A small check: known commands, braces and brackets and environments that close, ampersands as in `aligned`."""
    unknown = set(re.findall(r"\\(?:[A-Za-z]+|.)", latex)) - COMMANDS
    assert not unknown, unknown
    depth = 0
    for letter in re.sub(r"\\[{}]", "", latex):
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
    assert depth == 0 and latex.count(r"\left") == latex.count(r"\right")
    assert sorted(re.findall(r"\\begin\{(\w+)\}", latex)) == sorted(re.findall(r"\\end\{(\w+)\}", latex))
    latex = re.sub(r"\\begin\{(?!aligned)(\w+)\}.*?\\end\{\1\}", "", latex)  # an environment within a line
    for row in latex.split(r"\\[4pt]"):
        assert row.count("&") in (1, 3), row
        for cell in row.split("&"):
            assert cell.count(r"\left") == cell.count(r"\right")


@pytest.mark.parametrize("f", CASES, ids=lambda f: f.__name__)
def test_latex(f):
    found = derived(f)
    latex_is_valid(found.latex())
    assert found._repr_markdown_().startswith("$$\n") and found._repr_latex_().startswith("$")
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    for one in (*found.forward, *found.backward):
        line = re.sub(r"\\colon|\\circledast", "*", one.latex.replace("&", ""))
        if r"\begin" not in line:
            parser.parse(f"${line}$")


def test_a_check_of_latex_that_can_fail():
    for wrong in (r"a &= \left(b", r"a &= \unknown", r"a &= {b", "a = b"):
        with pytest.raises(AssertionError):
            latex_is_valid(wrong)
