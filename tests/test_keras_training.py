"""fit, evaluate, predict and their settings beside Keras: the same numbers under the same names, in the same order."""

from __future__ import annotations

import logging
import re

import numpy as np
import pytest

import tapes
from tapes import arguments, keras

from .keras_beside import beside, both, error, weights

rng = np.random.default_rng(0)
X = rng.normal(size=(11, 3)).astype("float32")
Y, Z = rng.normal(size=(11, 2)).astype("float32"), rng.normal(size=(11, 1)).astype("float32")
CLASSES = rng.integers(0, 2, 11)
W = rng.uniform(0.5, 2.0, 11)


@pytest.fixture(autouse=True)
def nothing_was_said_yet():
    arguments.logged.clear()


def line(k, **how):
    model = weights(k.Sequential([k.layers.Dense(2)]), X)
    model.compile(**{"optimizer": k.optimizers.SGD(0.1), "loss": "mse", "metrics": ["mae"], **how})
    return model


def classifier(k, **how):
    model = weights(k.Sequential([k.layers.Dense(4, "tanh"), k.layers.Dense(2, "softmax")]), X)
    model.compile(**{"optimizer": k.optimizers.SGD(0.1), "loss": "sparse_categorical_crossentropy",
                     "metrics": ["accuracy"], **how})
    return model


def two(k, outputs=list, subclass=False):
    """A model of two outputs, a and b."""
    if subclass:
        class Two(k.Model):
            def __init__(self):
                super().__init__()
                self.a, self.b = k.layers.Dense(2), k.layers.Dense(1)

            def call(self, x):
                return {"u": self.a(x), "v": self.b(x)} if outputs is dict else [self.a(x), self.b(x)]

        return weights(Two(), X)
    x = k.Input((3,), name="x")
    a, b = k.layers.Dense(2, name="a")(x), k.layers.Dense(1, name="b")(x)
    return weights(k.Model(x, {"u": a, "v": b} if outputs is dict else [a, b]), X)


def everything(model, x, y, **settings):
    """What fit, evaluate, predict and the functions of one batch say."""
    settings = {"epochs": 2, "batch_size": 4, "shuffle": False, "verbose": 0, **settings}
    history = model.fit(x, y, **settings)
    weight = settings.get("sample_weight")
    tested = {"batch_size": 4, "sample_weight": weight, "verbose": 0}
    return [history.history, history.epoch, model.evaluate(x, y, **tested),
            model.evaluate(x, y, **tested, return_dict=True), model.predict(x, batch_size=4, verbose=0),
            model.test_on_batch(x, y, weight), model.train_on_batch(x, y, weight, return_dict=True),
            model.predict_on_batch(x), model.metrics_names, [np.array(w) for w in model.get_weights()]]


# -- settings of fit ---------------------------------------------------------------------------------------------------

FITS = {
    "plain": {}, "one batch": {"batch_size": 11}, "by default": {"batch_size": None},
    "validation_split": {"validation_split": 0.3},
    "validation_data": {"validation_data": (X[:5], Y[:5])},
    "validation_data with weights": {"validation_data": (X[:5], Y[:5], W[:5])},
    "validation_batch_size": {"validation_split": 0.5, "validation_batch_size": 2},
    "validation_steps": {"validation_split": 0.5, "validation_batch_size": 2, "validation_steps": 2},
    "validation_freq": {"validation_split": 0.3, "epochs": 4, "validation_freq": 2},
    "validation_freq in a list": {"validation_split": 0.3, "epochs": 4, "validation_freq": [1, 4]},
    "initial_epoch": {"epochs": 3, "initial_epoch": 1}, "no epoch": {"epochs": 0},
    "sample_weight": {"sample_weight": W}, "sample_weight of a column": {"sample_weight": W[:, None]},
    "sample_weight and split": {"sample_weight": W, "validation_split": 0.3},
    "class_weight": {"class_weight": {0: 1.0, 1: 3.0}},
}


@pytest.mark.parametrize("name", FITS)
def test_fit(name):
    beside(lambda tf, k: everything(line(k), X, Y, **FITS[name]))


@pytest.mark.parametrize("settings", [{}, {"class_weight": {1: 3.0}}, {"sample_weight": W}])
@pytest.mark.parametrize("y", [CLASSES, CLASSES[:, None], CLASSES.astype("float64")])
def test_classes(settings, y):
    beside(lambda tf, k: everything(classifier(k), X, y, **settings))


def test_accuracy_of_one_hot_and_of_one_output():
    beside(lambda tf, k: everything(classifier(k, loss="categorical_crossentropy"), X, np.eye(2)[CLASSES]))

    def binary(tf, k):
        model = weights(k.Sequential([k.layers.Dense(1, "sigmoid")]), X)
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        return everything(model, X, CLASSES)

    beside(binary)


# -- compile -----------------------------------------------------------------------------------------------------------

COMPILES = {
    "no metrics": lambda k: {"metrics": None},
    "metrics by class, object and function": lambda k: {"metrics": [
        k.metrics.MeanAbsoluteError, k.metrics.MeanSquaredError(name="square"), "MSE", k.metrics.MeanSquaredError(),
        first_column]},
    "the same twice": lambda k: {"metrics": ["mae", "mae"]},
    "weighted_metrics": lambda k: {"weighted_metrics": ["mae", "mse"]},
    "loss by class": lambda k: {"loss": k.losses.MeanAbsoluteError},
    "loss by object": lambda k: {"loss": k.losses.Huber(0.5)},
    "loss by function": lambda k: {"loss": first_column},
    "loss that is summed": lambda k: {"loss": k.losses.MeanSquaredError(reduction="sum")},
    "loss that is not reduced": lambda k: {"loss": k.losses.MeanSquaredError(reduction=None)},
    "loss_weights": lambda k: {"loss": ["mse"], "loss_weights": [0.5]},
    "optimizer by name": lambda k: {"optimizer": "adam"}, "eager": lambda k: {"run_eagerly": True},
}


def first_column(y_true, y_pred):
    return (y_true[:, 0] - y_pred[:, 0]) ** 2


@pytest.mark.parametrize("name", COMPILES)
def test_compile(name):
    beside(lambda tf, k: everything(line(k, **COMPILES[name](k)), X, Y, sample_weight=W))


OUTPUTS = {
    "one loss for all": (list, False, [Y, Z], {"loss": "mse", "metrics": ["mae", "mse"]}),
    "lists": (list, False, [Y, Z], {"loss": ["mse", "mae"], "metrics": [["mae"], ["mse", "mae"]],
                                    "loss_weights": [1.0, 2.0]}),
    "by names": (list, False, [Y, Z], {"loss": {"a": "mse", "b": "mae"}, "metrics": {"a": ["mae"]},
                                       "loss_weights": {"a": 1.0, "b": 0.5}}),
    "y by names": (list, False, {"a": Y, "b": Z}, {"loss": {"a": "mse", "b": "mae"}}),
    "a dict": (dict, False, {"u": Y, "v": Z}, {"loss": {"u": "mse", "v": "mae"},
                                               "metrics": {"u": ["mae"], "v": ["mse"]}}),
    "a dict, one loss": (dict, False, {"u": Y, "v": Z}, {"loss": "mse"}),
    "one without a loss": (list, False, [Y, Z], {"loss": ["mse", None]}),
    "one without a loss and y": (list, False, [Y], {"loss": ["mse", None]}),
    "subclass": (list, True, [Y, Z], {"loss": ["mse", "mae"], "metrics": [["mae"], ["mse", "mae"]]}),
    "subclass, a dict": (dict, True, {"u": Y, "v": Z}, {"loss": {"u": "mse", "v": "mae"},
                                                        "metrics": {"u": ["mae"], "v": ["mae"]}}),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OUTPUTS)
def test_two_outputs(name):
    outputs, subclass, y, how = OUTPUTS[name]

    def program(tf, k):
        model = two(k, outputs, subclass)
        model.compile(k.optimizers.SGD(0.1), **how)
        history = model.fit(X, y, epochs=2, batch_size=4, shuffle=False, verbose=0).history
        return [history, model.evaluate(X, y, verbose=0), model.evaluate(X, y, verbose=0, return_dict=True),
                model.predict(X, verbose=0)]

    beside(program)


@pytest.mark.parametrize("weight", [W, [W, 2.0 * W]])
def test_weights_of_two_outputs(weight):
    def program(tf, k):
        model = two(k)
        model.compile("sgd", ["mse", "mae"], weighted_metrics=[["mae"], ["mae"]])
        return model.fit(X, [Y, Z], sample_weight=weight, epochs=2, shuffle=False, verbose=0).history

    beside(program)


# -- batches of the user's own -----------------------------------------------------------------------------------------

def batches(number, weighted=False):
    for i in range(number):
        part = slice(i % 3, i % 3 + 4)
        yield (X[part], Y[part], W[part]) if weighted else (X[part], Y[part])


@pytest.mark.parametrize("weighted", [False, True])
def test_generators(weighted):
    def program(tf, k):
        model = line(k)
        one = model.fit(batches(3, weighted), verbose=0).history
        more = model.fit(batches(4, weighted), epochs=2, steps_per_epoch=2, verbose=0).history
        return [one, more, model.evaluate(batches(2, weighted), verbose=0), model.predict(batches(2), verbose=0),
                model.evaluate(batches(9, weighted), steps=2, verbose=0)]

    beside(program)


@pytest.mark.filterwarnings("ignore")
def test_steps_per_epoch_of_arrays():
    beside(lambda tf, k: line(k).fit(X, Y, batch_size=4, steps_per_epoch=2, epochs=4, shuffle=False, verbose=0).history)


def test_batches_again_and_again():
    class Again:
        def __len__(self):
            return 3

        def __getitem__(self, i):
            if i >= 3:
                raise IndexError
            return X[i:i + 4], Y[i:i + 4]

    model = line(keras)
    assert len(model.fit(Again(), epochs=3, verbose=0).history["loss"]) == 3


def test_a_generator_that_ends_too_soon_ends_training(caplog):
    with caplog.at_level(logging.WARNING):
        history = line(keras).fit(batches(3), epochs=3, verbose=0)
    assert history.epoch[0] == 0 and len(history.history["loss"]) == 1
    assert "ran out of data" in caplog.text


def test_shuffling_follows_the_seed():
    def trained(seed):
        model = line(keras)
        keras.utils.set_random_seed(seed)
        return model.fit(X, Y, batch_size=4, epochs=2, verbose=0).history["loss"]

    assert trained(1) == trained(1) != trained(2)


def test_shuffling_takes_each_example_once():
    seen = []

    class Seeing(keras.Model):
        def train_step(self, data):
            seen.append(data[0].numpy()[:, 0])
            return {"loss": 0.0}

    model = Seeing()
    model.compile(run_eagerly=True)
    model.fit(np.arange(11.0)[:, None], Y, batch_size=4, epochs=2, verbose=0)
    assert [len(batch) for batch in seen] == [4, 4, 3] * 2
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    assert sorted(first) == sorted(second) == list(range(11)) and list(first) != list(second)


# -- errors ------------------------------------------------------------------------------------------------------------

ERRORS = {  # what is done, and how the message begins with both
    "not compiled": (lambda k: k.Sequential([k.layers.Dense(2)]).fit(X, Y, verbose=0), "You must call `compile()`"),
    "lengths": (lambda k: line(k).fit(X, Y[:5], verbose=0), "Data cardinality is ambiguous"),
    "numbers in a list": (lambda k: line(k).fit([1.0], [1.0], verbose=0), "Unrecognized data type"),
    "y beside a generator": (lambda k: line(k).fit(batches(1), Y, verbose=0), "When providing `x` as a generator"),
    "all for validation": (lambda k: line(k).fit(X, Y, validation_split=1.0, verbose=0), "Training data contains 11"),
    "split of a generator": (lambda k: line(k).fit(batches(1), validation_split=0.1, verbose=0),
                             "Argument `validation_split` is only supported"),
    "both weights": (lambda k: line(k).fit(X, Y, sample_weight=W, class_weight={0: 1.0}, verbose=0),
                     "You cannot `class_weight` and `sample_weight`"),
    "metrics no list": (lambda k: line(k, metrics="mae"), "Expected `metrics` argument to be a list"),
    "no loss": (lambda k: line(k, loss=None).fit(X, Y, verbose=0), "No loss to compute"),
    "keys of losses": (lambda k: _two_outputs(k, loss={"a": "mse", "c": "mae"}),
                       "Expected keys ['a', 'b'] in loss dict"),
    "loss_weights": (lambda k: _two_outputs(k, loss=["mse", "mae"], loss_weights=[1.0]),
                     "`loss_weights` must match the number of losses"),
    "validation_freq": (lambda k: line(k).fit(X, Y, validation_split=0.3, validation_freq="2", verbose=0),
                        "Expected `validation_freq` to be a list or int"),
}


def _two_outputs(k, **how):
    model = two(k)
    model.compile("sgd", **how)
    model.fit(X, [Y, Z], verbose=0)


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name):
    call, message = ERRORS[name]
    for found in both(lambda tf, k: error(lambda: call(k))):
        assert found is not None and found[0] == "ValueError" and found[1].startswith(message)


OURS = {
    "unknown loss": (lambda: line(keras, loss="msee"), "Did you mean 'mse'"),
    "unknown metric": (lambda: line(keras, metrics=["maee"]).fit(X, Y, verbose=0), "Did you mean 'mae'"),
    "no examples": (lambda: line(keras).fit(X[:0], Y[:0], verbose=0), "there are no examples"),
    "nothing to predict": (lambda: line(keras).predict(X[:0], verbose=0), "there are no examples"),
    "no targets": (lambda: line(keras).fit(X, verbose=0), "needs targets"),
    "a list of batches": (lambda: line(keras).fit([(X, Y), (X, Y)], verbose=0), "iterator"),
    "too many losses": (lambda: line(keras, loss=["mse", "mae"]).fit(X, Y, verbose=0), "for 2 outputs.*has 1"),
    "too few targets": (lambda: _two_outputs_of(Y), "y is for 1 outputs, but the model has 2"),
    "nothing to train": (lambda: _frozen().fit(X, Y, verbose=0), "does not have any trainable weights"),
    "no optimizer": (lambda: line(keras, optimizer=None).fit(X, Y, verbose=0), "optimizer"),
}


def _two_outputs_of(y):
    model = two(keras)
    model.compile("sgd", "mse")
    model.fit(X, y, verbose=0)


def _frozen():
    model = line(keras)
    model.trainable = False
    return model


@pytest.mark.parametrize("name", OURS)
def test_errors_that_keras_tells_otherwise(name):
    call, message = OURS[name]
    with pytest.raises(ValueError, match=message):
        call()


# -- steps of one's own ------------------------------------------------------------------------------------------------

def test_a_step_of_ones_own():
    def program(tf, k):
        class Own(k.Model):
            def __init__(self):
                super().__init__()
                self.dense, self.seen = k.layers.Dense(2), k.metrics.Mean(name="seen")
                self.more = [k.metrics.Mean(name="more")]

            def call(self, x):
                return self.dense(x)

            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    y_pred = self(x, training=True)
                    loss = self.compute_loss(y=y, y_pred=y_pred)
                self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
                for metric in self.metrics:
                    if metric.name == "compile_metrics":
                        metric.update_state(y, y_pred)
                    else:
                        metric.update_state(loss)
                return {metric.name: metric.result() for metric in self.metrics}

        model = weights(Own(), X)
        model.compile("sgd", "mse", metrics=["mae"])
        return [model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0).history, model.metrics_names]

    beside(program)


def test_a_gan():
    """Keras' guide "Customizing fit": two optimizers, alternating, in one step."""
    noise = np.random.default_rng(3).normal(size=(4, 2)).astype("float32")

    def program(tf, k):
        generator = weights(k.Sequential([k.layers.Dense(3)]), noise)
        discriminator = weights(k.Sequential([k.layers.Dense(1)]), X)

        class GAN(k.Model):
            def __init__(self):
                super().__init__()
                self.discriminator, self.generator = discriminator, generator
                self.d_tracker, self.g_tracker = k.metrics.Mean(name="d_loss"), k.metrics.Mean(name="g_loss")

            def compile(self, d_optimizer, g_optimizer, loss_fn):
                super().compile()
                self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

            @property
            def metrics(self):
                return [self.d_tracker, self.g_tracker]

            def train_step(self, real):
                made = self.generator(tf.constant(noise))
                images = tf.concat([made, real], axis=0)
                labels = tf.concat([tf.ones((4, 1)), tf.zeros((4, 1))], axis=0)
                with tf.GradientTape() as tape:
                    d_loss = self.loss_fn(labels, self.discriminator(images))
                trained = self.discriminator.trainable_weights
                self.d_optimizer.apply_gradients(zip(tape.gradient(d_loss, trained), trained))
                with tf.GradientTape() as tape:
                    g_loss = self.loss_fn(tf.zeros((4, 1)), self.discriminator(self.generator(tf.constant(noise))))
                trained = self.generator.trainable_weights
                self.g_optimizer.apply_gradients(zip(tape.gradient(g_loss, trained), trained))
                self.d_tracker.update_state(d_loss)
                self.g_tracker.update_state(g_loss)
                return {"d_loss": self.d_tracker.result(), "g_loss": self.g_tracker.result()}

        gan = GAN()
        gan.compile(k.optimizers.Adam(0.1), k.optimizers.Adam(0.05), k.losses.BinaryCrossentropy(from_logits=True))
        history = gan.fit(X[:8], batch_size=4, epochs=3, shuffle=False, verbose=0).history
        return [history, [np.array(w) for w in (*generator.get_weights(), *discriminator.get_weights())]]

    beside(program, rtol=1e-4)


def test_subclass_of_the_functional_form_with_a_step():
    def program(tf, k):
        class Own(k.Model):
            def train_step(self, data):
                return {**super().train_step(data), "three": 3.0}

        x = k.Input((3,))
        model = weights(Own(x, k.layers.Dense(2)(x)), X)
        model.compile("sgd", "mse")
        return model.fit(X, Y, shuffle=False, verbose=0).history

    beside(program)


def test_losses_metrics_and_layers_of_ones_own():
    def program(tf, k):
        class Scale(k.layers.Layer):
            def __init__(self, rate):
                super().__init__()
                self.rate = rate

            def build(self, input_shape):
                self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor",
                                              regularizer=k.regularizers.L2(0.1))

            def call(self, x, training=False):
                self.add_loss(self.rate * tf.reduce_mean(tf.square(x)))
                return x * self.factor * 2.0 if training else x * self.factor

        class Fourth(k.losses.Loss):
            def call(self, y_true, y_pred):
                return tf.reduce_mean((y_true - y_pred) ** 4, axis=-1)

        class Largest(k.metrics.Metric):
            def __init__(self, name="largest"):
                super().__init__(name=name)
                self.value = self.add_weight(name="value", initializer="zeros")

            def update_state(self, y_true, y_pred, sample_weight=None):
                self.value.assign(tf.maximum(tf.convert_to_tensor(self.value), tf.reduce_max(tf.abs(y_true - y_pred))))

            def result(self):
                return tf.convert_to_tensor(self.value)

        model = weights(k.Sequential([k.layers.Dense(2, kernel_regularizer="l2"), Scale(0.5)]), X)
        model.compile("sgd", Fourth(), metrics=[Largest()])
        return everything(model, X, Y)

    beside(program)


# -- what changes after the step was traced ----------------------------------------------------------------------------

def steps(model, kind="train"):
    return sum(step._traced.experimental_get_tracing_count() for steps in model._steps.values()
               for step in steps._known if step._traced is not None)


def test_the_step_is_traced_once_for_each_shape():
    model = line(keras)
    model.fit(X, Y, batch_size=4, epochs=5, verbose=0)
    traced = steps(model)
    model.fit(X, Y, batch_size=4, epochs=5, verbose=0)
    assert steps(model) == traced <= 3  # the first call makes the metrics, and the last batch is smaller


def test_compile_again():
    def program(tf, k):
        model = line(k)
        one = model.fit(X, Y, verbose=0).history
        model.compile(k.optimizers.SGD(0.01), "mae", metrics=["mse"])
        return [one, model.fit(X, Y, verbose=0).history, [np.array(w) for w in model.get_weights()]]

    beside(program)


def test_a_new_learning_rate():
    def program(tf, k):
        model = line(k)
        model.fit(X, Y, verbose=0)
        model.optimizer.learning_rate = 0.5
        model.fit(X, Y, verbose=0)
        return [np.array(w) for w in model.get_weights()]

    beside(program)


def test_trainable_takes_effect_at_once():
    """In Keras it does with run_eagerly, or when compile is called again."""
    def program(tf, k):
        model = weights(k.Sequential([k.layers.Dense(4), k.layers.Dense(2)]), X)
        model.compile("sgd", "mse", run_eagerly=tf is not tapes)
        for trainable in (True, False, True):
            model.layers[0].trainable = trainable
            model.fit(X, Y, verbose=0)
        model.layers[1].trainable = False
        before = [np.array(w) for w in model.get_weights()]
        model.train_on_batch(X, Y)
        after = [np.array(w) for w in model.get_weights()]
        return [before, after, [bool((a == b).all()) for a, b in zip(before, after)]]

    assert beside(program)[2] == [False, False, True, True]


def test_going_back_and_forth_traces_nothing_anew():
    model = line(keras)
    for trainable in (True, False, True, False, True):
        model.layers[0].bias_is_trained = trainable
        model.fit(X, Y, verbose=0)
    assert steps(model) <= 4


@pytest.mark.parametrize("how", ["by a callback", "between"])
def test_a_model_that_grows(how):
    class Growing(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.rest, self.deep = keras.layers.Dense(2), [], False

        def call(self, x):
            x = self.first(x)
            for layer in self.rest:
                x = layer(x)
            return tapes.tanh(x) if self.deep else x

    model = weights(Growing(), X)
    model.compile(keras.optimizers.SGD(0.1), "mse")

    class Grow(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.rest.append(keras.layers.Dense(2, kernel_initializer="ones"))

    if how == "by a callback":
        model.fit(X, Y, epochs=4, verbose=0, callbacks=[Grow()])
    else:
        model.fit(X, Y, epochs=2, verbose=0)
        Grow.on_epoch_begin(type("", (), {"model": model})(), 2)
        model.fit(X, Y, epochs=2, verbose=0)
    assert len(model.weights) == 4 and not (model.rest[0].get_weights()[0] == 1.0).all()
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X), rtol=1e-6)
    model.deep = True
    np.testing.assert_allclose(model.predict(X, verbose=0), model(X), rtol=1e-6)
    assert abs(model.predict(X, verbose=0)).max() <= 1.0


def test_sequential_that_grows_and_shrinks():
    model = line(keras)
    model.fit(X, Y, verbose=0)
    model.add(keras.layers.Dense(2, "relu"))
    model.fit(X, Y, verbose=0)
    assert model.predict(X, verbose=0).min() >= 0.0 and len(model.trainable_weights) == 4
    model.pop()
    assert model.predict(X, verbose=0).min() < 0.0


def test_an_attribute_that_always_changes_is_warned_of(caplog):
    class Warming(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.share = float(np.random.default_rng().uniform())

    with caplog.at_level(logging.WARNING):
        line(keras).fit(X, Y, batch_size=1, verbose=0, callbacks=[Warming()])
    assert "belongs into a tapes.Variable" in caplog.text


def test_run_eagerly_can_be_switched_on():
    model, seen = line(keras), []
    model.fit(X, Y, verbose=0)

    class Seeing(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(self.model._step("train")._traced is None)

    model.run_eagerly = True
    model.fit(X, Y, verbose=0, callbacks=[Seeing()])
    assert seen == [True]


def test_an_interruption_leaves_a_model_that_can_be_used():
    model = line(keras)

    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, batch_size=4, verbose=0, callbacks=[Interrupt()])
    assert int(model.optimizer.iterations) == 2
    first = model.evaluate(X, Y, verbose=0)[0]
    assert model.fit(X, Y, epochs=20, verbose=0).history["loss"][-1] < first


def test_errors_in_a_step_name_the_layer():
    with pytest.raises(ValueError, match=re.escape("Incompatible shapes: [4, 3] vs. [4, 2]")):
        line(keras).fit(X, np.ones((11, 3)), batch_size=4, shuffle=False, verbose=0)
