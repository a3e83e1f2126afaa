"""What a traced function does once and what at each call: a test for each row of the table in docs/function.md."""

from __future__ import annotations

import numpy as np
import pytest

import tapes as tf
from tests.conftest import ROOT

ONE, TWO = tf.constant(1.0), tf.constant(2.0)


class Model:
    def __init__(self):
        self.rate, self.factors, self.w = 1.0, [2.0], tf.Variable(3.0)

    @tf.function
    def scaled(self, x):
        return x * self.rate

    @tf.function
    def product(self, x):
        for factor in self.factors:
            x = x * factor
        return x

    @tf.function
    def weighted(self, x):
        return x * self.w


def ops():
    f = tf.function(lambda x: x * x)
    assert [float(f(x)) for x in (ONE, TWO)] == [1.0, 4.0]


def variables():
    v = tf.Variable(1.0)
    f = tf.function(lambda: v.assign_add(1.0) * 10.0)
    f()
    v.assign(5.0)
    assert float(f()) == 60.0 and float(v) == 6.0


def random():
    f = tf.function(lambda: tf.random.normal([]))
    assert len({float(f()) for _ in range(5)}) == 5


def printing(capsys):
    f = tf.function(lambda x: tf.print("x is", x))
    f(ONE)
    f(TWO)
    assert capsys.readouterr().err == "x is 1\nx is 2\n"


def questions():
    @tf.function
    def f(x):
        return (x if x > 1.5 else -x), float(x), f"{x:.1f}"

    for number in (1.0, 2.0, 1.0, 1.75):
        value, again, text = f(tf.constant(number))
        assert (float(value), float(again), text) == (number if number > 1.5 else -number, number, f"{number:.1f}")
    assert f.experimental_get_tracing_count() == 3


def attributes():
    model = Model()
    assert float(model.scaled(ONE)) == 1.0
    model.rate = 100.0
    assert float(model.scaled(ONE)) == 1.0
    f = tf.function(lambda x, rate: x * rate)
    assert [float(f(ONE, tf.constant(rate))) for rate in (1.0, 100.0)] == [1.0, 100.0]


def lists():
    model = Model()
    assert float(model.product(ONE)) == 2.0
    model.factors.append(5.0)
    assert float(model.product(ONE)) == 2.0
    assert float(tf.function(model.product.python_function)(model, ONE)) == 10.0


def replaced():
    model = Model()
    assert float(model.weighted(ONE)) == 3.0
    old, model.w = model.w, tf.Variable(7.0)
    assert float(model.weighted(ONE)) == 3.0
    old.assign(7.0)
    assert float(model.weighted(ONE)) == 7.0


def arrays():
    array = np.ones(1, np.float32)
    f = tf.function(lambda x: x * array)
    assert f(ONE).numpy() == [1.0]
    array[0] = 5.0
    assert f(ONE).numpy() == [1.0]
    g = tf.function(lambda x, array: x * array)
    assert [float(g(ONE, np.float32([c]))[0]) for c in (1.0, 5.0)] == [1.0, 5.0]


def numpys_random():
    f = tf.function(lambda x: x + np.random.normal())
    assert len({float(f(ONE)) for _ in range(5)}) == 1


def python(capsys):
    calls, count = [], tf.Variable(0)

    @tf.function
    def f(x):
        print("called")
        calls.append(x)
        count.assign_add(1)
        return x

    f(ONE)
    f(TWO)
    assert capsys.readouterr().out == "called\n" and len(calls) == 1 and int(count) == 2


def texts():
    v = tf.Variable(3.0)
    f = tf.function(lambda x: (str(x), repr(x), f"{x}", str(v)))
    assert f(ONE) == f(TWO) and all("when traced" in text for text in f(TWO))
    assert "when traced" not in str(TWO) + repr(TWO) + f"{TWO}" + str(v)


def pictures(capsys):
    @tf.function
    def f(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        tape.show(y)
        return tape.gradient(y, x)

    assert "multiply" in (capsys.readouterr().out, f(ONE), capsys.readouterr().out)[2]
    assert float(f(TWO)) == 4.0 and not capsys.readouterr().out
    tf.config.run_functions_eagerly(True)
    try:
        assert float(f(TWO)) == 4.0 and "multiply" in capsys.readouterr().out
    finally:
        tf.config.run_functions_eagerly(False)


def to_numpy():
    for f in (lambda x: x.numpy(), lambda x: np.sin(x)):
        with pytest.raises(RuntimeError, match="cannot become a NumPy array"):
            tf.function(f)(ONE)


def changed_arguments():
    for change in (lambda xs: xs.append(xs[0]), lambda xs: xs.__setitem__(0, TWO), lambda xs: xs.clear()):
        given = [ONE]
        with pytest.raises(ValueError, match="should not modify its Python input arguments"):
            tf.function(change)(given)
        assert given == [ONE]
    f = tf.function(lambda xs: [*xs, xs[0] + 1.0])
    assert [float(x) for x in f([ONE])] == [1.0, 2.0]


ROWS = {"ops": ops, "Variable that is read": variables, "`tf.random.normal": random, "`tf.print": printing,
        "`if x > 0": questions, "`self.lr`": attributes, "list that is gone through": lists,
        "`self.w = tf.Variable": replaced, "array": arrays, "`np.random": numpys_random, "`print(": python,
        "`str(x)`": texts, "`tape.show": pictures, "`x.numpy()`": to_numpy, "`xs.append": changed_arguments}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_true(row, request):
    check = ROWS[row]
    check(*[request.getfixturevalue("capsys")] * check.__code__.co_argcount)


def test_the_table_has_these_rows():
    page = (ROOT / "docs/function.md").read_text(encoding="utf-8")
    section = page.split("## What happens once, and what at each call\n")[1].split("\n## ")[0]
    rows = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(ROWS) and all(start in row for start, row in zip(ROWS, rows))


def test_the_example_of_the_page_runs(capsys):
    page = (ROOT / "docs/function.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    exec(compile(code, "docs/function.md", "exec"), {})
    assert capsys.readouterr().out.strip() == code.rsplit("# ", 1)[1].strip()
