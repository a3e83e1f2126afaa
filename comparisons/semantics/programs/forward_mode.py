"""ForwardAccumulator: a tangent travels beside each value; tapes and accumulators nest in any order."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from ..program import differing, program


def _accumulator(tf: Any, primal: Any, tangent: Any) -> Any:
    return tf.autodiff.ForwardAccumulator(primal, tangent)


def _tangent(tf: Any, f: Any, value: Any, direction: Any) -> Any:
    x = tf.constant(value)
    with _accumulator(tf, x, tf.constant(direction)) as accumulator:
        y = f(x)
    return accumulator.jvp(y)


@program("F1", "the tangent of x^2 at 3 in the direction 1 is 6, asked during the block, after it, and again",
         "[6.0, 6.0, 6.0]")
def tangent_of_a_square(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        y = x * x
        inside = accumulator.jvp(y)
    return [inside, accumulator.jvp(y), accumulator.jvp(y)]


@program("F1", "what is computed after the block has none", "None")
def tangent_after_the_block(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        pass
    return accumulator.jvp(x * x)


@program("F1", "a tangent has the shape of its value: Jacobian times direction", "[2. 0.]")
def jacobian_vector_product(tf: Any) -> Any:
    return _tangent(tf, lambda x: x * x, [1.0, 2.0], [1.0, 0.0])


@program("F2", "the tangent of the primal is what was given, also before the block", "[[1. 5.], [1. 5.]]")
def tangent_of_the_primal(tf: Any) -> Any:
    x = tf.constant([3.0, 4.0])
    accumulator = _accumulator(tf, x, tf.constant([1.0, 5.0]))
    before = accumulator.jvp(x)
    with accumulator:
        return [before, accumulator.jvp(x)]


@program("F2", "not connected is None, or zeros on request", "[None, [0. 0.], [0. 0.]]")
def tangent_not_connected(tf: Any) -> Any:
    x, other = tf.constant(3.0), tf.constant([1.0, 2.0])
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        y = other * other
    return [accumulator.jvp(y), accumulator.jvp(y, unconnected_gradients="zero"),
            accumulator.jvp(y, tf.UnconnectedGradients.ZERO)]


@program("F2", "jvp takes structures", "{'a': 6.0, 'b': [None, 27.0]}")
def tangents_in_a_structure(tf: Any) -> Any:
    x, other = tf.constant(3.0), tf.constant(1.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        ys = {"a": x * x, "b": [other * other, x * x * x]}
    return accumulator.jvp(ys)


@program("F3", "several primals: what they contribute is added up", "8.0")
def several_primals(tf: Any) -> Any:
    x, y = tf.constant(2.0), tf.constant(3.0)
    with _accumulator(tf, [x, y], [tf.constant(2.0), tf.constant(1.0)]) as accumulator:
        z = x * y
    return accumulator.jvp(z)


@program("F3", "primals may be nested in a structure", "7.0")
def structured_primals(tf: Any) -> Any:
    x, y = tf.constant(2.0), tf.constant(3.0)
    primals, tangents = {"a": x, "b": (y,)}, {"a": tf.constant(1.0), "b": (tf.constant(2.0),)}
    with _accumulator(tf, primals, tangents) as accumulator:
        z = x * y
    return accumulator.jvp(z)


@program("F3", "the tangents must have the structure of the primals",
         "ValueError: The two structures don't have the same nested structure...")
def structures_that_differ(tf: Any) -> Any:
    x, y = tf.constant(2.0), tf.constant(3.0)
    _accumulator(tf, [x, y], [tf.constant(1.0)])


@program("F4", "a primal that is named twice is refused",
         "ValueError: Tensor {} was specified as a primal multiple times. This may indicate an error. If it was "
         "intended, please sum the corresponding tangents....")
def primal_named_twice(tf: Any) -> Any:
    x = tf.constant(2.0)
    _accumulator(tf, [x, x], [tf.constant(1.0), tf.constant(2.0)])


@program("F5", "an accumulator that records cannot be entered", "ValueError: Accumulator is already recording....")
def accumulator_entered_twice(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator, accumulator:
        pass


@program("F5", "one that is entered again goes on; what happened meanwhile is lost", "[27.0, None]")
def accumulator_entered_again(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        y = x * x
    lost = x * y
    with accumulator:
        z = x * y
    return [accumulator.jvp(z), accumulator.jvp(lost)]


@program("F6", "a number may be the tangent of a scalar", "6.0")
def number_as_tangent(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, 1.0) as accumulator:
        y = x * x
    return accumulator.jvp(y)


@program("F6", "a list is a structure, not the tangent of a vector",
         "ValueError: The two structures don't have the same nested structure...")
def list_as_tangent(tf: Any) -> Any:
    _accumulator(tf, tf.constant([1.0, 2.0]), [1.0, 0.0])


@program("F6", "an array may be a tangent", "[2. 0.]")
def array_as_tangent(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with _accumulator(tf, x, np.array([1.0, 0.0], np.float32)) as accumulator:
        y = x * x
    return accumulator.jvp(y)


@program("F7", "an integer primal has no tangents, with a warning",
         "None; log: The dtype of the watched primal must be floating (e.g. tf.float32), got tf.int32")
def integer_primal(tf: Any) -> Any:
    x = tf.constant(3)
    with _accumulator(tf, x, tf.constant(1)) as accumulator:
        y = x * x
    return accumulator.jvp(y)


@program("F8", "variables may be primals", "[6.0, None]")
def variable_as_primal(tf: Any) -> Any:
    v, other = tf.Variable(3.0), tf.Variable(1.0)
    with _accumulator(tf, v, tf.constant(1.0)) as accumulator:
        y, z = v * v, other * other
    return [accumulator.jvp(y), accumulator.jvp(z)]


@program("F8", "assigning to a variable inside the block keeps its tangent", "[6.0, 20.0]")
def variable_assigned_inside(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with _accumulator(tf, v, tf.constant(1.0)) as accumulator:
        y = v * v
        v.assign(10.0)
        z = v * v
    return [accumulator.jvp(y), accumulator.jvp(z)]


@program("F9", "accumulators nest: the outer one follows the tangents of the inner one, not the other way round",
         "[27.0, 27.0, 18.0, None]")
def forward_over_forward(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as outer, _accumulator(tf, x, tf.constant(1.0)) as inner:
        y = x * x * x
        found = [inner.jvp(y), outer.jvp(y), outer.jvp(inner.jvp(y))]
    return [*found, inner.jvp(outer.jvp(y))]


@program("F10", "forward over reverse: a Hessian times a vector", "[6. 0.]")
def forward_over_reverse(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with _accumulator(tf, x, tf.constant([1.0, 0.0])) as accumulator:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(x**3)
        dy = tape.gradient(y, x)
    return accumulator.jvp(dy)


@program("F10", "a gradient that is computed after the accumulator's block has no tangent", "None")
def forward_over_reverse_too_late(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with _accumulator(tf, x, tf.constant([1.0, 0.0])) as accumulator, tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x**3)
    return accumulator.jvp(tape.gradient(y, x))


@program("F11", "reverse over forward: the tape records the tangents", "[6. 0.]")
def reverse_over_forward(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with _accumulator(tf, x, tf.constant([1.0, 0.0])) as accumulator:
            y = tf.reduce_sum(x**3)
        dy = accumulator.jvp(y)
    return tape.gradient(dy, x)


@program("F11", "also when the tangent is asked for after the tape's block", "[6. 0.]")
def reverse_over_forward_later(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        with _accumulator(tf, x, tf.constant([1.0, 0.0])) as accumulator:
            y = tf.reduce_sum(x**3)
    return tape.gradient(accumulator.jvp(y), x)


@program("F12", "a tape that was entered later does not hear of tangents", "[27.0, None]")
def inner_tape_outer_tangent(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator, tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x * x
    dy = accumulator.jvp(y)
    return [dy, tape.gradient(dy, x)]


@program("F12", "the order of entering decides, not that of making them", "[18.0, None]")
def order_of_entering(tf: Any) -> Any:
    x = tf.constant(3.0)
    first, second = _accumulator(tf, x, tf.constant(1.0)), _accumulator(tf, x, tf.constant(1.0))
    with second, first:
        y = x * x * x
    return [second.jvp(first.jvp(y)), first.jvp(second.jvp(y))]


def _derivative(tf: Any, how: str, f: Any) -> Any:
    """The derivative of a function of a scalar tensor, in one of the two modes."""

    def forward(x: Any) -> Any:
        with _accumulator(tf, x, tf.ones_like(x)) as accumulator:
            y = f(x)
        return accumulator.jvp(y)

    def reverse(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x)

    return forward if how == "f" else reverse


def _nested(tf: Any, nesting: str, f: Any, at: float) -> Any:
    """A derivative of higher order; the nesting of forward and reverse mode, the outermost first, such as "frr"."""
    for how in reversed(nesting):
        f = _derivative(tf, how, f)
    return f(tf.constant(at, tf.float64))


@program("F12", "all nestings of two give the second derivative: of x^3 at 3",
         "{'ff': 18.0 float64, 'fr': 18.0 float64, 'rf': 18.0 float64, 'rr': 18.0 float64}")
def nestings_of_two(tf: Any) -> Any:
    return {nesting: _nested(tf, nesting, lambda x: x * x * x, 3.0) for nesting in ("ff", "fr", "rf", "rr")}


@program("F12", "nestings of three give the third derivative: of sin(x^2) at 0.5",
         "[-2.45334 float64, -2.45334 float64, -2.45334 float64, -2.45334 float64, -2.45334 float64, "
         "-2.45334 float64, -2.45334 float64]")
def nestings_of_three(tf: Any) -> Any:
    nestings = ("fff", "ffr", "frf", "frr", "rfr", "rrf", "rrr")
    return [_nested(tf, nesting, lambda x: tf.sin(x * x), 0.5) for nesting in nestings]


@differing("F22", "reverse over forward over forward gives the third derivative: of sin(x^2) at 0.5",
           tapes="-2.45334 float64",
           tensorflow="InternalError: Recorded operation '__forward___forward__jvp_exact_shapes...",
           because="TensorFlow fails, in this one of the eight nestings of three")
def reverse_over_two_forward(tf: Any) -> Any:
    return _nested(tf, "rff", lambda x: tf.sin(x * x), 0.5)


@program("F12", "nestings of four: of exp(2 x) at 0", "[16.0 float64, 16.0 float64, 16.0 float64]")
def nestings_of_four(tf: Any) -> Any:
    return [_nested(tf, nesting, lambda x: tf.exp(2.0 * x), 0.0) for nesting in ("frrr", "rrrf", "rrrr")]


@differing("F22", "reverse over reverse over forward over forward gives the fourth derivative: of exp(2 x) at 0",
           tapes="16.0 float64",
           tensorflow="InternalError: Recorded operation '__forward___forward__jvp_exact_shapes...",
           because="TensorFlow fails, in this and six others of the sixteen nestings of four")
def two_reverse_over_two_forward(tf: Any) -> Any:
    return _nested(tf, "rrff", lambda x: tf.exp(2.0 * x), 0.0)


@program("F12", "nestings of two that differentiate by different inputs: of x^2 y at (3, 2)", "[6.0, 6.0, 6.0, 6.0]")
def mixed_nestings(tf: Any) -> Any:
    one = tf.constant(1.0)
    found = []
    for outer, inner in product("fr", repeat=2):
        y = tf.constant(2.0)

        def of_y(y: Any, inner: str = inner) -> Any:
            return _derivative(tf, inner, lambda x: x * x * y)(3.0 * one)

        found.append(_derivative(tf, outer, of_y)(y))
    return found


@program("F13", "no derivative is None here too: floor, stop_gradient, zeros_like, a cast to integers",
         "[None, None, None, None]")
def tangents_of_constants(tf: Any) -> Any:
    ops = (tf.floor, tf.stop_gradient, tf.zeros_like, lambda x: tf.cast(x, tf.int32))
    return [_tangent(tf, op, 3.5, 1.0) for op in ops]


@program("F13", "x - x has the tangent 0", "0.0")
def zero_tangent(tf: Any) -> Any:
    return _tangent(tf, lambda x: x - x, 3.0, 1.0)


@program("F13", "matmul, softmax, reduce_max, gather, where, cumsum, concat: reverse and forward mode agree",
         "[True, True, True, True, True, True, True]")
def both_modes(tf: Any) -> Any:
    x = tf.constant([[1.0, 2.0], [3.0, 5.0]], tf.float64)
    direction = tf.constant([[1.0, -2.0], [0.5, 3.0]], tf.float64)
    agree = []
    for f in (lambda x: tf.matmul(x, x), tf.nn.softmax, lambda x: tf.reduce_max(x, axis=1) ** 2,
              lambda x: tf.gather(x, [1, 1, 0]) ** 2, lambda x: tf.where(x > 2.0, x * x, -x),
              lambda x: tf.cumsum(x * x), lambda x: tf.concat([x, x * x], 0)):
        with _accumulator(tf, x, direction) as accumulator, tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        weights = tf.cast(tf.reshape(tf.range(tf.size(y)), y.shape), tf.float64) - 1.5
        forward = tf.reduce_sum(weights * accumulator.jvp(y))
        reverse = tf.reduce_sum(direction * tape.gradient(y, x, output_gradients=weights))
        agree.append(bool(tf.abs(forward - reverse) < 1e-12 * tf.abs(reverse)))
    return agree


@program("F14", "the tangent of a result that nobody holds is dropped, and an unused argument has none", "None")
def unused_argument(tf: Any) -> Any:
    def f(x: Any, y: Any) -> Any:
        return y * 2.0

    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        z = f(x, tf.constant(1.0))
    return accumulator.jvp(z)


@program("F15", "a tape that pauses does not stop an accumulator", "[6.0, None]")
def pause_and_accumulator(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator, tf.GradientTape() as tape:
        tape.watch(x)
        with tape.stop_recording():
            y = x * x
    return [accumulator.jvp(y), tape.gradient(y, x)]


@program("F15", "accumulators and tapes may be left in any order", "[6.0, 6.0]")
def accumulators_left_in_any_order(tf: Any) -> Any:
    x = tf.constant(3.0)
    accumulator, tape = _accumulator(tf, x, tf.constant(1.0)), tf.GradientTape()
    accumulator.__enter__()
    tape.__enter__()
    tape.watch(x)
    y = x * x
    accumulator.__exit__(None, None, None)
    tape.__exit__(None, None, None)
    return [accumulator.jvp(y), tape.gradient(y, x)]


@program("F16", "a Hessian, column by column", "[[6. 0.] [0. 12.]]")
def hessian_by_columns(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    columns = []
    for direction in ([1.0, 0.0], [0.0, 1.0]):
        with _accumulator(tf, x, tf.constant(direction)) as accumulator:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(x**3)
            dy = tape.gradient(y, x)
        columns.append(accumulator.jvp(dy))
    return tf.stack(columns, axis=1)


@differing("F18", "jvp(unconnected_gradients=) takes 'none' and 'zero', as gradient() does",
           tapes="ValueError: Unknown value for unconnected_gradients: 'bad'...",
           tensorflow="ValueError: 'bad' is not a valid UnconnectedGradients",
           because="one mistake should have one message; TensorFlow's gradient() has that of tapes")
def another_word_for_tangents(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        y = x * x
    return accumulator.jvp(y, unconnected_gradients="bad")


@differing("F19", "a number is no tangent of a vector",
           tapes="InvalidArgumentError: ForwardAccumulator: a tangent is a float32 tensor of shape ()...",
           tensorflow="[12. 4.]", because="a direction that is repeated without a word hides a mistake")
def repeated_tangent(tf: Any) -> Any:
    x = tf.constant([6.0, 2.0])
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        y = x * x
    return accumulator.jvp(y)


@program("F19", "a tangent of another shape than its primal is refused", "ValueError: ...")
def tangent_of_another_shape(tf: Any) -> Any:
    x = tf.constant([6.0, 2.0])
    with _accumulator(tf, x, tf.constant([1.0, 2.0, 3.0])) as accumulator:
        y = x * x
    return accumulator.jvp(y)


@program("F19", "a tangent of another dtype than its primal is refused", "ValueError: ...")
def tangent_of_another_dtype(tf: Any) -> Any:
    _accumulator(tf, tf.constant(3.0), tf.constant(1.0, tf.float64))


@program("F6", "an integer may be the tangent of a scalar", "6.0")
def integer_as_tangent(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, 1) as accumulator:
        y = x * x
    return accumulator.jvp(y)


@differing("F20", "a number is no primal",
           tapes="TypeError: ForwardAccumulator: a primal is a tensor or Variable, but there is 3.0 of type 'float'...",
           tensorflow="AttributeError: 'float' object has no attribute 'dtype'",
           because="TensorFlow's error is an accident and does not say what to do")
def number_as_primal(tf: Any) -> Any:
    _accumulator(tf, 3.0, 1.0)


@differing("F20", "a NumPy array is no primal",
           tapes="TypeError: ForwardAccumulator: a primal is a tensor or Variable, but there is array([1.], dtype=...",
           tensorflow="AttributeError: 'numpy.dtypes.Float32DType' object has no attribute 'is_floating'",
           because="TensorFlow's error is an accident and does not say what to do")
def array_as_primal(tf: Any) -> Any:
    _accumulator(tf, np.array([1.0], np.float32), np.array([1.0], np.float32))


@differing("F21", "the tangent of sign is 0", tapes="0.0", tensorflow="None",
           because="its gradient is 0 too; TensorFlow's two modes contradict each other")
def tangent_of_sign(tf: Any) -> Any:
    return _tangent(tf, tf.sign, 3.0, 1.0)


@differing("F17", "a float has no tangent: it has left the accumulator",
           tapes="TypeError: jvp: tensors and Variables have tangents, but there is 9.0 of type 'float'...",
           tensorflow="AttributeError: 'float' object has no attribute '_id'",
           because="TensorFlow's error is an accident and does not say what to do")
def tangent_of_a_number(tf: Any) -> Any:
    x = tf.constant(3.0)
    with _accumulator(tf, x, tf.constant(1.0)) as accumulator:
        y = float(x * x)
    return accumulator.jvp(y)
