"""Gradients of functions: what other libraries call value_and_grad, vjp and grad is a few lines with a tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..program import program


def _value_and_gradients(tf: Any, f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives the value of f and its gradients by all arguments."""

    def both(*args: Any) -> Any:
        xs = [tf.identity(x) for x in args]  # one tensor for two arguments becomes two
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = f(*xs)
        return y, tape.gradient(y, xs)

    return both


@program("X1", "value and gradients of a function", "(12.0, [12.0, 4.0])")
def value_and_gradients(tf: Any) -> Any:
    return _value_and_gradients(tf, lambda x, y: x * x * y)(2.0, 3.0)


@program("X1", "of its gradient, too: second derivatives", "(12.0, [6.0, 4.0])")
def gradients_of_a_gradient(tf: Any) -> Any:
    def by_x(x: Any, y: Any) -> Any:
        return _value_and_gradients(tf, lambda x, y: x * x * y)(x, y)[1][0]

    return _value_and_gradients(tf, by_x)(2.0, 3.0)


@program("X2", "one tensor for two arguments is one source, and identity makes it two", "([6.0, 6.0], [3.0, 3.0])")
def one_tensor_twice(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, [x, x]), _value_and_gradients(tf, lambda x, y: x * y)(x, x)[1]


@program("X3", "a vector-Jacobian product, as often as wanted", "[[1. 18.], [9. 2.], [3. 6.]]")
def vector_jacobian_products(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x * 0.5
    return [tape.gradient(y, x, output_gradients=tf.constant(weights)) for weights in ([1.0, 9.0], [9.0, 1.0],
                                                                                    [3.0, 3.0])]


@program("X4", "the gradients by all variables that a function reads, in the order of their creation",
         "[('b:0', 2.0), ('w:0', 6.0)]")
def gradients_by_what_is_read(tf: Any) -> Any:
    b, w = tf.Variable(1.0, name="b"), tf.Variable(2.0, name="w")
    with tf.GradientTape() as tape:
        y = 2.0 * (w * 3.0 + b)
    variables = tape.watched_variables()
    return [(v.name, dv) for v, dv in zip(variables, tape.gradient(y, variables), strict=True)]


@program("X5", "a function that forgot to return has None for a value, which is refused",
         "TypeError: Argument `target` should be a list or nested structure of Tensors...")
def forgotten_return(tf: Any) -> Any:
    def f(x: Any) -> Any:
        x * x

    return _value_and_gradients(tf, f)(3.0)
