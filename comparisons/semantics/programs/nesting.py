"""Every tape that records hears every op, so a gradient that is computed inside a block can be differentiated again."""

from __future__ import annotations

from typing import Any

from ..program import differing, program


@program("H1", "three tapes record the same ops, and each follows what was watched on it", "[6.0, 4.0, None]")
def watching_is_local(tf: Any) -> Any:
    x, y = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as first, tf.GradientTape() as second, tf.GradientTape() as third:
        first.watch(x)
        second.watch(y)
        z = x * x + y * y
    return [first.gradient(z, x), second.gradient(z, y), third.gradient(z, x)]


@program("H1", "variables are watched by all of them", "[6.0, 6.0]")
def variables_on_two_tapes(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as first, tf.GradientTape() as second:
        y = v * v
    return [first.gradient(y, v), second.gradient(y, v)]


@program("H2", "second order: the inner gradient is computed inside the outer block", "[27.0, 18.0]")
def second_order(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * x * x
        dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]


@program("H2", "computed after the outer block it is a constant: None", "[27.0, None]")
def second_order_too_late(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = x * x * x
    dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]


@program("H3", "inside the inner block will do as well", "[27.0, 18.0]")
def second_order_in_the_inner_block(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer, tf.GradientTape() as inner:
        y = x * x * x
        dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]


@program("H4", "both tapes must watch a constant", "[27.0, None]")
def watched_on_the_inner_tape_only(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = x * x * x
        dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]


def _orders(tf: Any, f: Any) -> list[Any]:
    """The value and the first three derivatives of a function at 3."""
    x = tf.constant(3.0)
    with tf.GradientTape() as third, tf.GradientTape() as second, tf.GradientTape() as first:
        for tape in (first, second, third):
            tape.watch(x)
        orders = [f(x)]
        for tape in (first, second, third):
            orders.append(None if orders[-1] is None else tape.gradient(orders[-1], x))
    return orders


@program("H5", "the derivative of a constant derivative is None, not 0: 2 x + 1", "[7.0, 2.0, None, None]")
def orders_of_a_line(tf: Any) -> Any:
    return _orders(tf, lambda x: 2.0 * x + 1.0)


@program("H5", "the same for x * x", "[9.0, 6.0, 2.0, None]")
def orders_of_a_product(tf: Any) -> Any:
    return _orders(tf, lambda x: x * x)


@program("H5", "but the power x**2 goes on with 0", "[9.0, 6.0, 2.0, 0.0]")
def orders_of_a_power(tf: Any) -> Any:
    return _orders(tf, lambda x: x**2)


@program("H5", "the second derivative of relu and abs is 0", "[[3.0, 1.0, 0.0], [3.0, 1.0, 0.0]]")
def second_order_of_corners(tf: Any) -> Any:
    return [_orders(tf, f)[:3] for f in (tf.nn.relu, tf.abs)]


@program("H5", "x * x * x, exp, sin and 1/x to third order",
         "[[27.0, 27.0, 18.0, 6.0], [20.0855, 20.0855, 20.0855, 20.0855], "
         "[0.14112, -0.989992, -0.14112, 0.989992], [0.333333, -0.111111, 0.0740741, -0.0740741]]")
def third_order(tf: Any) -> Any:
    return [_orders(tf, f) for f in (lambda x: x * x * x, tf.exp, tf.sin, lambda x: 1.0 / x)]


@program("H6", "a Hessian, a row for each entry of the gradient", "[[6. 0.], [0. 12.]]")
def hessian(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(v**3)
        rows = tf.unstack(inner.gradient(y, v))
    return [outer.gradient(row, v) for row in rows]


@program("H6", "a Hessian-vector product: the gradient weighted by a vector", "[6. 24.]")
def hessian_vector_product(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(v**3)
        dy = inner.gradient(y, v)
    return outer.gradient(dy, v, output_gradients=tf.constant([1.0, 2.0]))


@differing("H7", "tf.gradients says what to use instead",
           tapes="AttributeError: module 'tapes' has no attribute 'gradients': use tf.GradientTape",
           tensorflow="RuntimeError: tf.gradients is not supported when eager execution is enabled...",
           because="there is no such function: there are no graphs for it to look at")
def gradients_of_a_graph(tf: Any) -> Any:
    x = tf.constant(3.0)
    return tf.gradients(x * x, x)


@program("H8", "a gradient may be part of a loss", "(45.0, 30.0)")
def gradient_penalty(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x * x
        loss = y + inner.gradient(y, x) ** 2
    return loss, outer.gradient(loss, x)


@program("H9", "the outer tape differentiates by what only it watched: mixed derivatives", "[6.0, 2.0]")
def mixed_derivative(tf: Any) -> Any:
    x, y = tf.Variable(3.0), tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            z = x * x * y
        dz_dx = inner.gradient(z, x)
    return [outer.gradient(dz_dx, y), 2.0 * y / y]


@differing("H10", "by a result that its rule reads, a gradient has a derivative; which rules read theirs is open",
           tapes="[0.0234375, -0.125]", tensorflow="[0.0234375, -0.375]",
           because="-y / (2 x) and -y^3 / 2 are the same derivative of y = 1 / sqrt(x), and two functions of y: by x "
                   "all agree, by y each says how its rule is written")
def derivative_by_a_result(tf: Any) -> Any:
    x = tf.constant(4.0)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.math.rsqrt(x)
        slope = inner.gradient(y, x)
    return [outer.gradient(slope, x), outer.gradient(slope, y)]
