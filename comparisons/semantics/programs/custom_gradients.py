"""custom_gradient: the function says what its gradient is, instead of the ops that it is made of."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from ..program import attempt, differing, program


def _gradient(tf: Any, f: Any, *values: Any) -> Any:
    """The gradients of f by all its arguments, each watched."""
    xs = [tf.constant(value) for value in values]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = f(*xs)
    return tape.gradient(y, xs)


@program("C0", "the gradient is what the function says, whatever it is made of", "[10.0]")
def chosen_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        return x * x, lambda dy: dy * 10.0

    return _gradient(tf, square, 3.0)


@program("C0", "log(1 + exp(x)) at 100 has a gradient when it is written by hand", "([nan], [1.0])")
def stable_logistic(tf: Any) -> Any:
    def naive(x: Any) -> Any:
        return tf.math.log(1.0 + tf.exp(x))

    @tf.custom_gradient
    def stable(x: Any) -> Any:
        e = tf.exp(x)
        return tf.math.log(1.0 + e), lambda dy: dy * (1.0 - 1.0 / (1.0 + e))

    return _gradient(tf, naive, 100.0), _gradient(tf, stable, 100.0)


@program("C0", "without a tape it is just the function", "9.0")
def custom_without_tape(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        return x * x, lambda dy: dy * 10.0

    return square(tf.constant(3.0))


@program("C1", "too few gradients are refused",
         "ValueError: custom_gradient function expected to return 2 gradients, but returned 1 instead....")
def too_few_gradients(tf: Any) -> Any:
    @tf.custom_gradient
    def product(x: Any, y: Any) -> Any:
        return x * y, lambda dy: dy * y

    return _gradient(tf, product, 3.0, 2.0)


@program("C1", "too many gradients are refused",
         "ValueError: custom_gradient function expected to return 1 gradients, but returned 2 instead....")
def too_many_gradients(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        return x * x, lambda dy: (dy, dy)

    return _gradient(tf, square, 3.0)


@program("C2", "a number among the arguments counts as one of them", "([30.0], [30.0], "
         "'ValueError: custom_gradient function expected to return')")
def numbers_as_arguments(tf: Any) -> Any:
    @tf.custom_gradient
    def scaled(x: Any, factor: Any) -> Any:
        return x * factor, lambda dy: (dy * 30.0, None)

    @tf.custom_gradient
    def forgetful(x: Any, factor: Any) -> Any:
        return x * factor, lambda dy: dy * 30.0

    return (_gradient(tf, lambda x: scaled(x, 2.0), 3.0), _gradient(tf, lambda x: scaled(x, np.float32(2.0)), 3.0),
            attempt(_gradient, tf, lambda x: forgetful(x, 2.0), 3.0))


@program("C2", "what is no tensor may be passed by keyword, and needs no gradient", "[30.0]")
def numbers_by_keyword(tf: Any) -> Any:
    @tf.custom_gradient
    def scaled(x: Any, factor: float) -> Any:
        return x * factor, lambda dy: dy * 30.0

    return _gradient(tf, lambda x: scaled(x, factor=2.0), 3.0)


@program("C3", "a gradient that is None means None", "[None, 30.0]")
def none_as_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def product(x: Any, y: Any) -> Any:
        return x * y, lambda dy: (None, dy * 30.0)

    return _gradient(tf, product, 3.0, 2.0)


@program("C4", "an output that is not used gets zeros", "[100.0]")
def unused_output_of_custom(tf: Any) -> Any:
    @tf.custom_gradient
    def both(x: Any) -> Any:
        return (x * x, x + 1.0), lambda da, db: da * 100.0 + db * 7.0

    return _gradient(tf, lambda x: both(x)[0], 3.0)


@program("C4", "outputs that are both used get their adjoints", "[107.0]")
def both_outputs_of_custom(tf: Any) -> Any:
    @tf.custom_gradient
    def both(x: Any) -> Any:
        return (x * x, x + 1.0), lambda da, db: da * 100.0 + db * 7.0

    return _gradient(tf, lambda x: sum(both(x)), 3.0)


@program("C5", "a variable that the function reads must be provided for, even without a tape",
         "TypeError: @tf.custom_gradient grad_fn must accept keyword argument 'variables', since function uses...")
def variables_not_provided_for(tf: Any) -> Any:
    v = tf.Variable(2.0)

    @tf.custom_gradient
    def scaled(x: Any) -> Any:
        return x * v, lambda dy: dy * v

    return scaled(tf.constant(3.0))


@program("C6", "grad_fn then returns a pair: gradients of the arguments, gradients of the variables",
         "[20.0, 30.0]")
def gradients_of_variables(tf: Any) -> Any:
    v = tf.Variable(2.0)

    @tf.custom_gradient
    def scaled(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            return dy * 20.0, [dy * 30.0 for _ in variables]

        return x * v, grad

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = scaled(x)
    return tape.gradient(y, [x, v])


@program("C6", "`variables` may be a keyword-only argument, or among **others", "[30.0, 30.0]")
def spellings_of_variables(tf: Any) -> Any:
    v = tf.Variable(2.0)

    def of_v(grad: Any) -> Any:
        scaled = tf.custom_gradient(lambda x: (x * v, grad))
        with tf.GradientTape() as tape:
            y = scaled(tf.constant(3.0))
        return tape.gradient(y, v)

    def only_by_keyword(dy: Any, *, variables: Any) -> Any:
        return dy, [dy * 30.0 for _ in variables]

    def among_others(dy: Any, **keywords: Any) -> Any:
        return dy, [dy * 30.0 for _ in keywords["variables"]]

    return [of_v(only_by_keyword), of_v(among_others)]


@program("C6", "a gradient for each of the variables, no less",
         "ValueError: Must return gradient for each variable from @custom_gradient grad_fn....")
def too_few_gradients_of_variables(tf: Any) -> Any:
    v = tf.Variable(2.0)

    @tf.custom_gradient
    def scaled(x: Any) -> Any:
        return x * v, lambda dy, variables=None: (dy * v, [])

    return _gradient(tf, scaled, 3.0)


@program("C7", "variables that are arguments or not trainable are not asked for", "[20.0, 30.0, [20.0]]")
def variables_as_arguments(tf: Any) -> Any:
    v, fixed = tf.Variable(2.0), tf.Variable(5.0, trainable=False)

    @tf.custom_gradient
    def product(x: Any, y: Any) -> Any:
        return x * y, lambda dy: (dy * 20.0, dy * 30.0)

    @tf.custom_gradient
    def scaled(x: Any) -> Any:
        return x * fixed, lambda dy: dy * 20.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = product(x, v)
    return [*tape.gradient(y, [x, v]), _gradient(tf, scaled, 3.0)]


@program("C7", "`variables` in the signature of grad_fn does no harm when there are none", "[20.0]")
def variables_not_needed(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        return x * x, lambda dy, variables=None: dy * (20.0 if variables is None else 30.0)

    return _gradient(tf, square, 3.0)


@program("C9", "the argument itself may be returned: gradient reversal", "([-1.0], False)")
def reversed_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def reversal(x: Any) -> Any:
        return x, lambda dy: -dy

    x = tf.constant(3.0)
    return _gradient(tf, reversal, 3.0), reversal(x) is x


@program("C10", "arguments and results may be structures, and grad_fn gets their leaves",
         "({'a': 6.0}, [60.0, 20.0])")
def structured_arguments(tf: Any) -> Any:
    @tf.custom_gradient
    def product(pair: Any) -> Any:
        x, y = pair["x"], pair["y"]
        return {"a": x * y}, lambda dy: (dy * 20.0 * x, dy * 10.0 * y)

    xs = {"x": tf.constant(3.0), "y": tf.constant(2.0)}
    with tf.GradientTape() as tape:
        tape.watch(xs)
        result = product(xs)
    return result, list(tape.gradient(result, xs).values())


@program("C10", "the result may be computed with NumPy", "([30.0], 9.0)")
def computed_with_numpy(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        return np.square(x.numpy()), lambda dy: dy * 30.0

    return _gradient(tf, square, 3.0), square(tf.constant(3.0))


@program("C11", "the second derivative is that of the ops in grad_fn", "[27.0, 18.0]")
def second_order_of_custom(tf: Any) -> Any:
    @tf.custom_gradient
    def cube(x: Any) -> Any:
        return x * x * x, lambda dy: dy * 3.0 * x * x

    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = cube(x)
        dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]


@program("C11", "a constant gradient has no second derivative", "[10.0, None]")
def second_order_of_a_constant(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        return x * x, lambda dy: 10.0 * tf.ones_like(dy)

    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = square(x)
        dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]


@program("C11", "custom gradients nest: the gradient has a custom gradient too", "[6.0, 70.0]")
def nested_custom_gradients(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        @tf.custom_gradient
        def derivative(x: Any) -> Any:
            return 2.0 * x, lambda ddy: ddy * 70.0

        return x * x, lambda dy: dy * derivative(x)

    x = tf.constant(3.0)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = square(x)
        dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]


def _failing(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            raise KeyError("planned")

        return x * x, grad

    return square


@program("C13", "an exception in grad_fn reaches the caller unchanged", "KeyError: 'planned'")
def exception_in_grad(tf: Any) -> Any:
    return _gradient(tf, _failing(tf), 3.0)


@program("C13", "a persistent tape is as good as before an exception in grad_fn", "[\"KeyError: 'planned'\", 6.0]")
def persistent_after_exception(tf: Any) -> Any:
    x = tf.Variable(3.0)
    failing = _failing(tf)
    with tf.GradientTape(persistent=True) as tape:
        y, z = failing(x), x * x
    return [attempt(tape.gradient, y, x), tape.gradient(z, x)]


@program("C14", "methods may have custom gradients", "[30.0]")
def custom_method(tf: Any) -> Any:
    class Layer:
        factor = 30.0

        @tf.custom_gradient
        def square(self, x: Any) -> Any:
            return x * x, lambda dy: dy * self.factor

    return _gradient(tf, Layer().square, 3.0)


@program("C14", "@custom_gradient() with parentheses is the same", "[30.0]")
def custom_with_parentheses(tf: Any) -> Any:
    @tf.custom_gradient()
    def square(x: Any) -> Any:
        return x * x, lambda dy: dy * 30.0

    return _gradient(tf, square, 3.0)


@program("C14", "the function keeps its name and its docstring", "('square', 'Times itself.')")
def name_of_custom(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        """Times itself."""
        return x * x, lambda dy: dy * 30.0

    return square.__name__, square.__doc__


@program("C15", "the path through the ops of the function is cut", "[30.0, None]")
def intermediate_of_custom(tf: Any) -> Any:
    inside = []

    @tf.custom_gradient
    def square(x: Any) -> Any:
        inside.append(2.0 * x)
        return inside[0] * x, lambda dy: dy * 30.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = square(x)
    return tape.gradient(y, [x, inside[0]])


@program("C15", "an intermediate result that was let out is on the tape", "2.0")
def intermediate_as_target(tf: Any) -> Any:
    inside = []

    @tf.custom_gradient
    def square(x: Any) -> Any:
        inside.append(2.0 * x)
        return inside[0] * x, lambda dy: dy * 30.0

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        square(x)
    return tape.gradient(inside[0], x)


@program("C17", "recompute_grad computes the function again in the backward pass", "([0.968912], int 1, int 2)")
def recomputed(tf: Any) -> Any:
    calls = []

    def f(x: Any) -> Any:
        calls.append(1)
        return tf.sin(x * x)

    x = tf.constant(0.5)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.recompute_grad(f)(x)
    before = len(calls)
    return [tape.gradient(y, x)], before, len(calls)


@program("C17", "recompute_grad keeps the function as __wrapped__", "True")
def recomputed_function(tf: Any) -> Any:
    def f(x: Any) -> Any:
        return x * x

    return tf.recompute_grad(f).__wrapped__ is f


@program("C17", "recompute_grad and variables", "[4.0, 3.0]")
def recomputed_with_variables(tf: Any) -> Any:
    v = tf.Variable(4.0)
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.recompute_grad(lambda x: x * v)(x)
    return tape.gradient(y, [x, v])


@program("C18", "grad_pass_through computes the function, and hands the adjoint on: a straight-through estimator",
         "(3.0, 1.0)")
def passed_through(tf: Any) -> Any:
    x = tf.constant(2.6)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.grad_pass_through(tf.round)(x)
    return y, tape.gradient(y, x)


@program("C18", "a variable inside grad_pass_through gets no gradient", "[1.0, None]")
def passed_through_variables(tf: Any) -> Any:
    x, v = tf.constant(3.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.grad_pass_through(lambda x: x * v)(x)
    return tape.gradient(y, [x, v])


@program("C18", "grad_pass_through of assign: the new value counts as the argument", "[None, 32.0]")
def passed_through_assign(tf: Any) -> Any:
    v, x = tf.Variable(3.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.grad_pass_through(v.assign)(x * x)
        z = y * y
    return tape.gradient(z, [v, x])


@program("C20", "a custom gradient is heard by every tape", "[30.0, 30.0]")
def custom_on_two_tapes(tf: Any) -> Any:
    square = tf.custom_gradient(lambda x: (x * x, lambda dy: dy * 30.0))
    x = tf.Variable(3.0)
    with tf.GradientTape() as first, tf.GradientTape() as second:
        y = square(x)
    return [first.gradient(y, x), second.gradient(y, x)]


@program("C20", "a custom gradient scales and clips what flows backwards", "[[3. 0.5]]")
def clipped_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        return tf.identity(x), lambda dy: tf.clip_by_value(dy, -3.0, 3.0)

    return _gradient(tf, lambda x: tf.reduce_sum(clipped(x) * [10.0, 0.5]), [1.0, 2.0])


@differing("C22", "a tensor that is passed by keyword has no gradient, with a warning",
           tapes="[30.0, None]; log: custom_gradient: product gets the tensor 'y' as a keyword, so no gradient...",
           tensorflow="[30.0, None]", because="a None that nobody expects should say why")
def tensors_by_keyword(tf: Any) -> Any:
    @tf.custom_gradient
    def product(x: Any, y: Any) -> Any:
        return x * y, lambda dy: dy * 30.0

    x, y = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = product(x, y=y)
    return tape.gradient(z, [x, y])


@differing("C23", "a gradient of another shape than its argument is refused",
           tapes="InvalidArgumentError: custom_gradient: gradient #0 of total has shape (), but its argument has...",
           tensorflow="[3.0]", because="a gradient of the wrong shape is handed on, and shows up far away")
def gradient_of_another_shape(tf: Any) -> Any:
    @tf.custom_gradient
    def total(x: Any) -> Any:
        return tf.reduce_sum(x), lambda dy: dy * 3.0

    return _gradient(tf, total, [1.0, 2.0, 3.0])


@differing("C24", "with variables, one gradient instead of the pair is refused",
           tapes="TypeError: custom_gradient: with variables, the gradient function of <lambda> returns a pair...",
           tensorflow="TypeError: Cannot iterate over a scalar tensor.",
           because="TensorFlow's error is an accident, and for a vector it takes its entries for gradients")
def no_pair_of_gradients(tf: Any) -> Any:
    v = tf.Variable(2.0)
    scaled = tf.custom_gradient(lambda x: (x * v, lambda dy, variables=None: dy * v))
    return _gradient(tf, scaled, 3.0)


@differing("C8", "thirty variables come in the order of their creation",
           tapes="True", tensorflow="False", because="TensorFlow's order is that of a set: it changes from run to run")
def order_of_variables(tf: Any) -> Any:
    created = [tf.Variable(1.0, name=f"v{i}") for i in range(30)]
    names: list[str] = []

    @tf.custom_gradient
    def f(x: Any) -> Any:
        def grad(dy: Any, variables: Any = None) -> Any:
            names.extend(v.name for v in variables)
            return dy, [dy for _ in variables]

        for v in reversed(created):
            x = x * v
        return x, grad

    _gradient(tf, f, 3.0)
    return names == [v.name for v in created]


@differing("C12", "a function that does not return a pair is refused",
           tapes="TypeError: custom_gradient: <lambda> should return a pair, its result and a function from...",
           tensorflow="ValueError: too many values to unpack (expected 2)",
           because="TensorFlow's error is an accident, and says neither what is wanted nor of whom")
def no_pair(tf: Any) -> Any:
    return tf.custom_gradient(lambda x: x * x)(tf.constant([1.0, 2.0, 3.0]))


@differing("C16", "forward mode takes the custom gradient too",
           tapes="10.0", tensorflow="6.0", because="a function has one derivative, in either direction")
def custom_in_forward_mode(tf: Any) -> Any:
    square = tf.custom_gradient(lambda x: (x * x, lambda dy: dy * 10.0))
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = square(x)
    return accumulator.jvp(y)


@differing("C21", "recompute_grad works in forward mode",
           tapes="6.0", tensorflow="NotImplementedError: recompute_grad tried to transpose grad of <lambda>...",
           because="there is nothing in the way: forward mode follows from the gradient that is computed again")
def recomputed_in_forward_mode(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = tf.recompute_grad(lambda x: x * x)(x)
    return accumulator.jvp(y)


@differing("L13", "a tape is used up by a gradient that fails in grad_fn",
           tapes="[\"KeyError: 'planned'\", 'RuntimeError: A non-persistent GradientTape can only']",
           tensorflow="[\"KeyError: 'planned'\", 'InternalError: Internal state of the gradient']",
           because="TensorFlow leaves half a tape")
def used_up_by_exception(tf: Any) -> Any:
    x = tf.Variable(3.0)
    failing = _failing(tf)
    with tf.GradientTape() as tape:
        y = failing(x)
    return [attempt(tape.gradient, y, x), attempt(tape.gradient, y, x)]


@program("C20", "a tape may pause inside a function with a custom gradient, and goes on after it", "[6.0, 30.0]")
def pause_inside_custom(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:

        @tf.custom_gradient
        def square(x: Any) -> Any:
            with tape.stop_recording():
                y = x * x
            return y, lambda dy: dy * 30.0

        z = square(x)
        w = x * x
    return [tape.gradient(w, x), tape.gradient(z, x)]


@program("C20", "a tape inside the function computes a gradient there", "([6.0], 1.0)")
def tape_inside_custom(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        slope = tape.gradient(y, x)
        return y, lambda dy: dy * slope

    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        square(x)
        z = x + 1.0
    return _gradient(tf, square, 3.0), tape.gradient(z, x)


@program("C20", "a tape that is left inside the function stays left", "[None, None]")
def tape_left_inside_custom(tf: Any) -> Any:
    x, tape = tf.Variable(3.0), tf.GradientTape(persistent=True)

    @tf.custom_gradient
    def square(x: Any) -> Any:
        tape.__exit__(None, None, None)
        return x * x, lambda dy: dy * 30.0

    tape.__enter__()
    y = square(x)
    z = x * x
    return [tape.gradient(y, x), tape.gradient(z, x)]


@program("C20", "a tape that is entered inside the function goes on after it", "6.0")
def tape_entered_inside_custom(tf: Any) -> Any:
    x, tape = tf.Variable(3.0), tf.GradientTape(persistent=True)

    @tf.custom_gradient
    def square(x: Any) -> Any:
        tape.__enter__()
        return x * x, lambda dy: dy * 30.0

    square(tf.constant(2.0))
    y = x * x
    tape.__exit__(None, None, None)
    return tape.gradient(y, x)


@program("C20", "a tape may pause inside a function that is recomputed", "[6.0, 6.0]")
def pause_inside_recomputed(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:

        def square(x: Any) -> Any:
            with tape.stop_recording() if calls == [] else contextlib.nullcontext():
                calls.append(1)
                return x * x

        calls: list[int] = []
        z = tf.recompute_grad(square)(x)
        w = x * x
    return [tape.gradient(w, x), tape.gradient(z, x)]


@program("C20", "a tape may pause inside the gradient function, in forward mode too", "[12.0, None, 4.0]")
def pause_inside_gradient_forwards(tf: Any) -> Any:
    x = tf.constant(2.0)
    with tf.GradientTape(persistent=True) as tape:

        @tf.custom_gradient
        def cube(x: Any) -> Any:
            def grad(dy: Any) -> Any:
                with tape.stop_recording():
                    square = x * x
                return 3.0 * dy * square

            return tf.constant(x.numpy() ** 3), grad

        tape.watch(x)
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
            y = cube(x)
        tangent = accumulator.jvp(y)
        z = x * x
    return [tangent, tape.gradient(tangent, x), tape.gradient(z, x)]


@program("C20", "a tape that is entered inside the gradient function goes on after it, in forward mode too",
         "[12.0, 4.0]")
def tape_entered_inside_gradient_forwards(tf: Any) -> Any:
    x, tape = tf.constant(2.0), tf.GradientTape()

    @tf.custom_gradient
    def cube(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            tape.__enter__()
            tape.watch(x)
            return 3.0 * dy * x * x

        return tf.constant(x.numpy() ** 3), grad

    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = cube(x)
    z = x * x
    tape.__exit__(None, None, None)
    return [accumulator.jvp(y), tape.gradient(z, x)]


@program("C16", "of two results forward mode finds the one whose adjoint the gradient function follows",
         "[None, [12. 27.]]")
def one_of_two_forwards(tf: Any) -> Any:
    @tf.custom_gradient
    def powers(x: Any) -> Any:
        return (tf.round(x), tf.constant(x.numpy() ** 3)), lambda du, dv: tf.zeros_like(du) + dv * 3.0 * x * x

    x = tf.constant([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 1.0])) as accumulator:
        y, z = powers(x)
    return [accumulator.jvp(y), accumulator.jvp(z)]


@differing("C25", "forward mode takes a gradient function that is not linear at ones, and warns",
           tapes="[2. 2.]; log: custom_gradient: forward mode transposes the gradient function of <lambda>...",
           tensorflow="[2. 2.]", because="a wrong number that nobody expects should say why")
def not_linear_forwards(tf: Any) -> Any:
    squared = tf.custom_gradient(lambda x: (tf.constant(x.numpy()), lambda dy: dy * dy))
    x = tf.constant([2.0, 3.0])
    with tf.autodiff.ForwardAccumulator(x, tf.constant([1.0, 1.0])) as accumulator:
        y = squared(x)
    return accumulator.jvp(y)


@differing("C26", "a tape inside the gradient function records in forward mode as in reverse mode",
           tapes="[12.0, 12.0]", tensorflow="[12.0, None]",
           because="the one who writes a gradient function cannot know in which mode it will be used")
def tape_inside_gradient_forwards(tf: Any) -> Any:
    slopes: list[Any] = []

    @tf.custom_gradient
    def cube(x: Any) -> Any:
        def grad(dy: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = x**3
            slopes.append(tape.gradient(y, x))
            return dy * 3.0 * x * x

        return tf.constant(x.numpy() ** 3), grad

    x = tf.constant(2.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = cube(x)
    return [accumulator.jvp(y), slopes[0]]


@differing("C27", "recompute_grad computes with what a Variable held, though it was assigned to meanwhile",
           tapes="[12.0, 4.0]", tensorflow="[400.0, 4.0]",
           because="TensorFlow's gradient belongs to no function: its value is of one Variable, its slope of another")
def recomputed_after_assign(tf: Any) -> Any:
    v, x = tf.Variable(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.recompute_grad(lambda x: v * x * x)(x)
    v.assign(100.0)
    return tape.gradient(y, [x, v])


@differing("C27", "recompute_grad draws the same random numbers again",
           tapes="True", tensorflow="False", because="else the gradient of dropout is that of another mask")
def recomputed_noise(tf: Any) -> Any:
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.recompute_grad(lambda x: x * tf.random.uniform([]))(x)
    return bool(tape.gradient(y, x) == y)


@differing("C27", "what a function assigns while it is computed again is forgotten",
           tapes="[2.0, 1.0, Variable 1.0]", tensorflow="[2.0, 2.0, Variable 2.0]",
           because="the function was called once: a counter in it, or a moving average, moves on once")
def recomputed_counter(tf: Any) -> Any:
    counter, x = tf.Variable(0.0, trainable=False), tf.constant(2.0)

    def f(x: Any) -> Any:
        counter.assign_add(1.0)
        return x * counter

    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.recompute_grad(f)(x)
    return [y, tape.gradient(y, x), counter]
