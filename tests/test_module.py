"""tapes.Module beside tf.Module: the same names, Variables and modules within, in the same order."""

from __future__ import annotations

import pytest

import tapes

from .keras_beside import beside, both, error


def modules(tf):
    class MyDense(tf.Module):
        def __init__(self, name=None):
            super().__init__(name=name)
            self.w, self.b = tf.Variable(1.0, name="w"), tf.Variable(0.0, name="b", trainable=False)

    class MLP2d(tf.Module):
        def __init__(self):
            super().__init__()
            self.z, self.layers = tf.Variable(3.0, name="z"), [MyDense(), (MyDense("x"),)]
            self.d = {"k": tf.Variable(5.0, name="k"), "a": MyDense("y")}
            self.same = self.z

        @tf.Module.with_name_scope
        def __call__(self, x):
            return self.z * x

    return MyDense, MLP2d


def test_what_is_found():
    def program(tf, k):
        module = modules(tf)[1]()
        found = [module.variables, module.trainable_variables, module.non_trainable_variables]
        assert all(isinstance(one, tuple) for one in found)
        return [module.name, [[v.name for v in one] for one in found], [one.name for one in module.submodules],
                float(module(2.0))]

    beside(program)


@pytest.mark.parametrize("name", ["1x", "a b", ""])
def test_names_that_are_none(name):
    ours, theirs = both(lambda tf, k: error(lambda: modules(tf)[0](name)))
    assert ours == theirs and ours[0] == "ValueError"


def test_without_super_init():
    def program(tf, k):
        class Bad(tf.Module):
            def __init__(self):
                self.a = tf.Variable(1.0)

        return [len(Bad().variables), error(lambda: Bad().name)[0]]

    beside(program)


def test_layers_of_keras_are_found():
    """Those of TensorFlow 2.15 were; those of 2.21, with Keras 3, are not."""
    class Holder(tapes.Module):
        def __init__(self):
            super().__init__()
            self.dense = tapes.keras.layers.Dense(2)

    holder = Holder()
    holder.dense(tapes.ones([1, 3]))
    assert [tuple(v.shape) for v in holder.trainable_variables] == [(3, 2), (2,)]


def test_it_can_be_trained():
    module = modules(tapes)[1]()
    with tapes.GradientTape() as tape:
        loss = module(2.0)
    gradients = tape.gradient(loss, module.trainable_variables)
    assert sum(g is not None for g in gradients) == 1


def test_modules_of_keras_by_their_short_names():
    def program(tf, k):
        return [sorted(name for name in ("initializers", "metrics", "optimizers") if hasattr(tf, name)),
                tf.optimizers.SGD is k.optimizers.SGD, tf.metrics.Mean is k.metrics.Mean,
                tf.initializers.Zeros is k.initializers.Zeros, tf.losses.Huber is k.losses.Huber,
                k.models.Sequential is k.Sequential]

    assert all(beside(program))
