"""Models beside Keras: the functional form, names, orders, what is trained, and the summary to the letter."""

from __future__ import annotations

import re

import numpy as np
import pytest

import tapes
from tapes import keras

from .keras_beside import alike, beside, both, error, weights

X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


def shape(x):
    """TensorShapes, lists and tuples as one."""
    return [shape(each) for each in x] if isinstance(x, (list, tuple)) else x


def about(model):
    """Everything that a model says of itself."""
    return [model.name, [layer.name for layer in model.layers], [(v.name, v.path) for v in model.weights],
            len(model.trainable_weights), len(model.non_trainable_weights), model.count_params()]


def two_inputs(k):
    x, y = k.Input((3,), name="x"), k.Input((3,), name="y")
    shared = k.layers.Dense(4, "tanh", name="shared")
    a, b = shared(x), shared(y)
    both = k.layers.Concatenate()([a, b])
    first = k.layers.Dense(1, name="first")(both + 1.0)
    return k.Model([x, y], [first, k.layers.Dense(2, name="second")(a * b)], name="pair")


FUNCTIONAL = {
    "line": lambda k: (lambda x: k.Model(x, k.layers.Dense(2)(k.layers.Dense(4, "relu")(x))))(k.Input((3,))),
    "pair": two_inputs,
    "residual": lambda k: (lambda x: (lambda y: k.Model(x, k.layers.Add()([x, y])))(k.layers.Dense(3)(x)))(
        k.Input((3,))),
    "twice the same layer": lambda k: (lambda x, layer: k.Model(x, layer(layer(x))))(k.Input((3,)), k.layers.Dense(3)),
    "nested": lambda k: (lambda x, inner: k.Model(x, k.layers.Dense(1)(inner(x))))(k.Input((3,)), k.Sequential(
        [k.Input((3,)), k.layers.Dense(2), k.layers.BatchNormalization()])),
    "dict of outputs": lambda k: (lambda x: k.Model(x, {"b": k.layers.Dense(1)(x), "a": k.layers.Dense(2)(x)}))(
        k.Input((3,))),
    "operators": lambda k: (lambda x: k.Model(x, k.layers.Dense(1)(
        (2.0 - x) * x / 3.0 + abs(-x) ** 2.0 - x[:, :1] @ np.ones((1, 3), "float32"))))(k.Input((3,))),
    "inner input": lambda k: (lambda x: (lambda y: k.Model(y, k.layers.Dense(2)(y)))(k.layers.Dense(3)(x)))(
        k.Input((3,))),
}


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_functional(name):
    def program(tf, k):
        model = FUNCTIONAL[name](k)
        inputs = [X, 2.0 * X] if name == "pair" else X
        weights(model, inputs)
        outputs = model.predict(inputs, verbose=0)
        told = about(model)
        if name in ("nested", "inner input"):  # Keras makes names of hidden models and inputs, which count too
            told = told[3:]
        return [told, outputs, [tuple(x.shape) for x in model.inputs], [tuple(x.shape) for x in model.outputs],
                *([model.output_names] if name != "inner input" else [])]

    beside(program)


def test_inputs_by_name_and_in_other_shapes():
    def program(tf, k):
        model = weights(two_inputs(k), [X, X])
        one = [np.array(y) for y in model({"y": X, "x": 2.0 * X})]
        x = k.Input((1,))
        flat = weights(k.Model(x, k.layers.Dense(2)(x)), X[:, :1])
        return [one, np.array(flat(X[:, 0])), np.array(flat(X[:, :1]))]

    beside(program)


def test_part_of_a_model():
    def program(tf, k):
        model = weights(k.Sequential([k.Input((3,)), k.layers.Dense(4, name="a"), k.layers.Dense(2)]), X)
        part = k.Model(model.inputs, model.get_layer("a").output)
        return [np.array(part(X)), model.get_layer(index=1).name, model.input_shape, model.output_shape]

    beside(program)


SEQUENTIAL = {
    "input first": lambda k: k.Sequential([k.Input((3,)), k.layers.Dense(4), k.layers.Dropout(0.5), k.layers.Dense(2)]),
    "InputLayer": lambda k: k.Sequential([k.layers.InputLayer(shape=(3,)), k.layers.Dense(2)]),
    "input_shape": lambda k: k.Sequential([k.layers.Dense(4, input_shape=(3,)), k.layers.Dense(2)]),
    "called": lambda k: k.Sequential([k.layers.Dense(4), k.layers.BatchNormalization(), k.layers.Dense(2)], name="net"),
    "within another": lambda k: k.Sequential([k.Sequential([k.layers.Dense(4)]), k.layers.Dense(2)]),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SEQUENTIAL)
def test_sequential(name):
    def program(tf, k):
        model = weights(SEQUENTIAL[name](k), X)
        return [about(model), np.array(model(X)), model.input_shape[1:], model.output_shape[1:], model.built]

    beside(program)


def test_add_and_pop():
    def program(tf, k):
        model = k.Sequential()
        model.add(k.Input((3,)))
        model.add(k.layers.Dense(4))
        model.add(k.layers.Dense(2))
        found = [about(model), model.output_shape]
        model.pop()
        found += [about(model), model.output_shape]
        model.add(k.layers.Dense(5))
        weights(model, X)
        return [*found, about(model), model.output_shape, np.array(model(X))]

    beside(program)


def test_build():
    def program(tf, k):
        model = k.Sequential([k.layers.Dense(4), k.layers.Dense(2)])
        before = [model.built, len(model.weights)]
        model.build((None, 3))
        return [before, about(model)]

    beside(program)


def test_what_is_trained():
    def program(tf, k):
        model = k.Sequential([k.Input((3,)), k.layers.Dense(4), k.layers.BatchNormalization(), k.layers.Dense(2)])
        found = [about(model)]
        model.trainable = False
        found += [about(model), [layer.trainable for layer in model.layers]]
        model.layers[0].trainable = True
        found += [about(model), model.trainable]
        model.trainable = True
        model.layers[2].trainable = False
        return [*found, about(model), [v.path for v in model.trainable_weights],
                [v.path for v in model.non_trainable_weights]]

    beside(program)


def test_attributes_of_a_subclass():
    def program(tf, k):
        class Own(k.Model):
            def __init__(self):
                super().__init__(name="own")
                self.blocks = [k.layers.Dense(3) for _ in range(2)]
                self.named = {"last": k.layers.Dense(1)}
                self.first = k.layers.Dense(3)

            def call(self, x):
                x = self.first(x)
                for block in self.blocks:
                    x = block(x)
                return self.named["last"](x)

        model = weights(Own(), X)
        return [about(model), np.array(model(X))]

    beside(program)


# -- errors ------------------------------------------------------------------------------------------------------------

ERRORS = {
    "no such layer": lambda k: two_inputs(k).get_layer("nope"),
    "no such place": lambda k: two_inputs(k).get_layer(index=9),
    "neither": lambda k: two_inputs(k).get_layer(),
    "the same name": lambda k: k.Sequential([k.layers.Dense(1, name="q"), k.layers.Dense(1, name="q")]),
    "the same name in a graph": lambda k: (lambda x: k.Model(x, k.layers.Dense(1, name="q")(
        k.layers.Dense(1, name="q")(x))))(k.Input((3,))),
    "another input": lambda k: k.Model(k.Input((3,)), k.layers.Dense(1)(k.Input((3,)))),
    "one axis": lambda k: k.Sequential([k.layers.Dense(1)])(np.ones(3, "float32")),
    "a name that is missing": lambda k: two_inputs(k)({"x": X}),
    "too few inputs": lambda k: two_inputs(k)([X]),
    "too long rows": lambda k: two_inputs(k)([np.ones((2, 4), "float32"), X[:2]]),
    "no layer": lambda k: k.Sequential([1]), "a class": lambda k: k.Sequential([k.layers.Dense]),
    "outputs that are none": lambda k: k.Model(k.Input((3,)), 1.0),
    "pop nothing": None,
}


@pytest.mark.parametrize("name", [name for name, call in ERRORS.items() if call])
def test_errors(name):
    for found in both(lambda tf, k: error(lambda: ERRORS[name](k))):
        assert found is not None and found[0] == "ValueError", found


def test_a_symbol_has_no_value():
    x = keras.Input((3,))
    for call in (lambda: bool(x > 0), lambda: tapes.nn.relu(x), lambda: np.asarray(x), lambda: float(x)):
        with pytest.raises(TypeError, match="stands for an input of a model"):
            call()


@pytest.mark.parametrize("name", ["get_config", "to_json", "save", "export"])
def test_what_is_out(name):
    with pytest.raises(NotImplementedError, match="save_weights"):
        getattr(keras.Sequential([keras.layers.Dense(1)]), name)()


def test_what_has_no_output_says_so():
    with pytest.raises(AttributeError, match="never been called with the symbols"):
        _ = keras.layers.Dense(1).output
    with pytest.raises(AttributeError, match="no attribute 'outputt'"):
        _ = keras.layers.Dense(1).outputt


# -- the summary -------------------------------------------------------------------------------------------------------

class _Sub:
    """A model with a call of its own, before it is called."""

    def __new__(cls, k):
        class Sub(k.Model):
            def __init__(self):
                super().__init__(name="sub")
                self.a, self.b = k.layers.Dense(2), k.layers.Dropout(0.1)

            def call(self, x):
                return self.b(self.a(x))

        return Sub()


def _trained(k):
    model = k.Sequential([k.Input((3,)), k.layers.Dense(4), k.layers.Dense(2)])
    model.compile("adam", "mse")
    model.fit(X, X[:, :2], verbose=0)
    model.layers[0].trainable = False
    return model


SUMMARIES = {
    "not built": lambda k: k.Sequential([k.layers.Dense(4), k.layers.Dropout(0.1), k.layers.Dense(2)]),
    "long names": lambda k: k.Sequential([k.Input((3,)), k.layers.Dense(2000, name="a_very_long_name_of_a_layer_here"),
                                          k.layers.Dense(2)]),
    "images": lambda k: k.Sequential([k.Input((28, 28, 1)), k.layers.Conv2D(8, 3), k.layers.MaxPool2D(),
                                      k.layers.Flatten(), k.layers.Dense(10)]),
    "graph": two_inputs, "line": FUNCTIONAL["line"], "subclass": _Sub, "trained": _trained,
    "normalised": lambda k: k.Sequential([k.Input((3,)), k.layers.BatchNormalization()]),
    "large": lambda k: k.Sequential([k.Input((784,)), k.layers.Dense(512), k.layers.Dense(256), k.layers.Dense(10)]),
}


@pytest.mark.parametrize("width", [60, 76, 98])
@pytest.mark.parametrize("name", SUMMARIES)
def test_summary(name, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")

    def program(tf, k):
        lines = []
        model = SUMMARIES[name](k)
        model.summary(line_length=width, print_fn=lines.append)
        return re.sub('Model: "functional(_[0-9]*)?"', "Model", "".join(lines)).rstrip().splitlines()

    ours, theirs = both(program)
    alike(ours, theirs)


def test_summary_fits_the_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    SUMMARIES["large"](keras).summary()
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) == 66 and lines[-3].startswith(" Total params: 535,818 (2.04 MB)")
