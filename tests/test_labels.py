"""What the generated NumPy says of itself: each value labelled `# dL/dv` is the derivative of L by v, in that text."""

from __future__ import annotations

import ast
import re
from collections import Counter

import numpy as np
import pytest

import tapes as tf
from comparisons.ops.check import quiet
from comparisons.problem import bundled, load
from tapes.graph import labels
from tapes.graph.passes import buffers

from .test_idioms import Idioms, helpers, hoisted, merged, together

LABEL = re.compile(r"  # (part of )?d(\w+)/d(\w+)$")
STEP = 1e-4


class Text:
    """The function in a generated text, and the numbers it was watched with."""

    def __init__(self, function, given):
        concrete, = function._all()
        self.text = function.source()
        self.given = [*given, *(v.variable.numpy() for v in concrete.final.variables)]
        self.space = {"constants": function.constants()}
        exec(self.text, self.space)
        self.function = ast.parse(self.text).body[-1]
        self.lines = self.text.splitlines()
        self.names = [argument.arg for argument in self.function.args.args]

    def defined(self, name, before):
        """The last line before that one which gives a name its value; None for an argument."""
        found = [line for line, names in self.assignments() if name in names and line < before]
        return found[-1] if found else None

    def assignments(self):
        for step in self.function.body:
            if isinstance(step, ast.Assign):
                yield step.end_lineno, [target.id for target in step.targets if isinstance(target, ast.Name)]

    def until(self, last, result, *changed):
        """The function up to that line, which gives the value of a name there, of a change of what a line defines."""
        head, *body = self.lines[self.function.lineno - 1:last]
        if changed:
            line, name = changed
            body.insert((line or self.function.lineno) - self.function.lineno, f"    {name} = {name} + change")
        space = {**self.space, "change": 0.0}
        exec("\n".join([head, *body, f"    return {result}"]), space)

        def run(change=0.0):
            space["change"] = change
            return np.array(space[self.function.name](*(np.copy(x)[()] for x in self.given)))

        return run

    def check(self, count, most=100):
        """Each label of a whole derivative against differences of the rest of the text."""
        labelled = [(line, names, label) for line, names in self.assignments()
                    if (label := LABEL.search(self.lines[line - 1]))]
        for line, names, label in labelled[::max(1, len(labelled) // most)]:
            part, target, about = label.groups()
            for name in names:
                if name[:1] == "d" and name[1:] in self.all_names():
                    assert name[1:] == about and not part, f"{self.lines[line - 1]}\n{self.text}"
            end, start = self.defined(target, 1 << 30), self.defined(about, line)
            if part or end is None or (start is None and about not in self.names) or (start or 0) >= end:
                count["part" if part else "not in the text"] += 1
                continue
            self.compare(self.until(line, names[0])(), self.until(start or self.function.lineno, about)(),
                         self.until(end, target, start, about), line, count)

    def all_names(self):
        return {*self.names, *(name for _, names in self.assignments() for name in names)}

    def compare(self, found, value, run, line, count):
        """The derivative of what runs by the value, where it changes."""
        here, numbers = run().sum(), np.random.default_rng(line)
        for _ in range(2):
            along = numbers.uniform(0.5, 1, value.shape) * numbers.choice([-1, 1], value.shape)
            along = np.where(numbers.random(value.shape) * value.size < 8, along, 0.0)  # few entries meet few corners
            slopes, bends = [], []
            for step in (STEP, STEP / 2):
                ends = [run(sign * step * along).sum() for sign in (1, -1)]
                slopes.append((ends[0] - ends[1]) / (2 * step))
                bends.append(ends[0] + ends[1] - 2 * here)
            slope, scale = (4 * slopes[1] - slopes[0]) / 3, max(1.0, abs(here), np.abs(found).max())  # Richardson
            if abs(bends[0] - 4 * bends[1]) > 1e-7 * STEP * scale:
                count["at a corner"] += 1
                return
            np.testing.assert_allclose((found * along).sum(), slope, rtol=1e-6, atol=1e-6 * scale,
                                       err_msg=f"{self.lines[line - 1]}\n{self.text}")
        count["whole"] += 1


def differentiated(loss, given, variables=()):
    """The text of a loss and its gradients."""
    @tf.function
    def program(*given):
        with tf.GradientTape() as tape:
            tape.watch(given)
            value = loss(*given)
        return value, tape.gradient(value, [*given, *variables])

    with quiet():
        program(*map(tf.constant, given))
    return Text(program, given)


def squared(x):
    return tf.reduce_sum(tf.square(x))


numbers = np.random.default_rng(0)
E, V, W, X, S = (numbers.normal(size=shape) for shape in ((3, 2), (3, 3), (3, 4), (2, 3), (7, 2, 3)))
w, x = np.array(2.0), np.array(3.0)


def product_and_sine(w, x):
    return w * x + tf.sin(w) + w * w * x


def shared_product(X, W):
    return tf.reduce_sum(tf.nn.relu(X @ W) * tf.nn.sigmoid(X @ W))


def residual(X, V):
    h = tf.tanh(X @ V)
    return squared(h + tf.nn.relu(h * 2.0) * h)


def tied(X, E):
    return squared(tf.tanh(X @ E) @ tf.transpose(E) - X)


def decay(X, E):
    return tf.reduce_mean(tf.square(X @ E)) + 0.01 * squared(E)


def attention(X, V):
    q, k, v = X @ V, tf.sin(X @ V), X @ V
    return squared(tf.nn.softmax(q @ tf.transpose(k) / 2.0) @ v)


def layers(X, V):
    for _ in range(2):
        mean = tf.reduce_mean(X, axis=1, keepdims=True)
        X = X + tf.nn.relu((X - mean) / tf.sqrt(tf.reduce_mean(tf.square(X - mean), axis=1, keepdims=True) + 0.1) @ V)
    return squared(X)


def recurrent(S, V):
    h = tf.zeros([2, 3], S.dtype)
    for t in range(7):
        h = tf.tanh(S[t] @ V + h @ V)
    return squared(h)


def repeated(x):
    for _ in range(6):
        x = tf.tanh(x) * (1.0 * x) + tf.identity(x)
    return squared(x)


def undone(x):
    turned = -x
    turned = -turned
    return tf.reduce_sum(tf.sin(x) * turned * tf.reshape(x, x.shape) + tf.exp(x) * tf.exp(x))


def apart(x):
    """Half of it is computed where no tape listens to its past: it is the same value nevertheless."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.sin(x) * x
    return tf.reduce_sum(tape.gradient(y, x) * tf.sin(x) * tf.cos(x))


PROGRAMS = {function.__name__: (function, given) for function, *given in [
    (product_and_sine, w, x), (shared_product, X, W), (residual, X, V), (tied, X, E),
    (decay, X, E), (attention, X, V), (layers, X, V), (recurrent, S, V), (repeated, X), (undone, X), (apart, X)]}


@pytest.mark.parametrize("name", PROGRAMS)
def test_labels_of_small_programs(name):
    count = Counter()
    function, given = PROGRAMS[name]
    differentiated(function, given).check(count)
    assert count["whole"], count
    variables = [tf.Variable(array, name=f"v{i}") for i, array in enumerate(given)]
    differentiated(lambda: function(*variables), [], variables).check(count)


@pytest.mark.parametrize("name", bundled())
def test_labels_of_the_losses_of_the_comparison(name):
    problem = load(name)
    data = {key: tf.constant(array) for key, array in problem.data.items()}

    def loss(*given):
        return problem.function(tf, **dict(zip(problem.inputs, given, strict=True)), **data)

    count = Counter()
    differentiated(loss, [*problem.inputs.values()]).check(count)
    assert count["whole"], count


def random_programs(seeds, monkeypatch):
    """Programs made of what the passes look for; where a gradient is to stop, the text alone does not tell."""
    for module, name, value in ((buffers, "SMALL", 0), (together, "FEWEST", 2), (hoisted, "FEWEST", 2),
                                (merged, "FEWEST", 2)):
        monkeypatch.setattr(module, name, value)
    count = Counter()
    for seed in seeds:
        choose = Idioms(seed)
        width = choose.randint(1, 3)
        text, space = choose.text(7), helpers("float64", width)
        if "stop_gradient" in text:
            continue
        exec(compile(text, f"<program {seed}>", "exec"), space)
        numbers = np.random.default_rng(seed)
        given = [numbers.uniform(0.1, 1, (2, width)) * numbers.choice([-1, 1], (2, width)) for _ in choose.inputs]
        v = tf.Variable(numbers.uniform(-1, 1, width), name="v")

        def loss(*given, program=space["program"], v=v):
            found = program(*given, tf.constant(1), tf.constant(2), v)
            return tf.add_n([tf.reduce_sum(tf.sin(x)) for x in found if x.dtype == tf.float64])

        try:
            found = differentiated(loss, given, [v])
        except (ValueError, TypeError, IndexError):  # it fails without tf.function, too
            continue
        found.check(count, most=10)
    return count


def test_labels_of_random_programs(monkeypatch):
    count = random_programs(range(60), monkeypatch)
    assert count["whole"] > 100 and count["part"] > 20, count


@pytest.mark.parametrize(("name", "wrong"), [
    ("_is_all", lambda self, one: True),  # as if values that became one had never been several
    ("_passed_by", lambda self, one: False)])
def test_a_wrong_label_is_noticed(name, wrong, monkeypatch):
    monkeypatch.setattr(labels.Labels, name, wrong)
    with pytest.raises(AssertionError):
        for function, given in PROGRAMS.values():
            differentiated(function, given).check(Counter())


def test_a_part_is_not_called_the_whole(monkeypatch):
    """What was done before: the last of the terms met by a sweep had the label of the whole."""
    monkeypatch.setattr(labels.Labels, "of", lambda self, value, of=labels.Labels.of: [
        one._replace(whole=True) for one in of(self, value)])
    with pytest.raises(AssertionError):
        test_labels_of_small_programs("product_and_sine")


def test_lines_that_were_merged_are_all_shown():
    w = tf.Variable(2.0, name="w")

    @tf.function
    def scaled(x):
        y = w * x * 0.5
        for number in (1.5, 2.5):
            y = y * number
        return tf.sin(y)

    scaled(tf.constant(2.0))
    assert "    # y = w * x * 0.5\n    # y = y * number\n    y = 0.75 * (w * x) * 2.5\n" in scaled.source()
