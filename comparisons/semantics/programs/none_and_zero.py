"""None is not zero: not connected, without a derivative, and with the derivative 0 are three things."""

from __future__ import annotations

from typing import Any

from ..program import attempt, differing, program


@program("N0", "not connected is None", "[None, 6.0]")
def not_connected(tf: Any) -> Any:
    w, x = tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, [w, x])


@program("N0", "unconnected_gradients asks for zeros of the source's shape and dtype instead",
         "[[0. 0.] float64, [[0.]], 6.0]")
def zeros_on_request(tf: Any) -> Any:
    v, c, x = tf.Variable([1.0, 2.0], dtype=tf.float64), tf.constant([[1.0]]), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, [v, c, x], unconnected_gradients=tf.UnconnectedGradients.ZERO)


@program("N0", "or simply 'zero'; 'none' is the default", "[0.0, None]")
def zeros_by_name(tf: Any) -> Any:
    w, x = tf.Variable(1.0), tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return [tape.gradient(y, w, unconnected_gradients=choice) for choice in ("zero", "none")]


@program("N12", "another word is refused", "ValueError: Unknown value for unconnected_gradients: 'nonsense'...")
def another_word(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x, unconnected_gradients="nonsense")


@program("N12", "None, 0 and 'ZERO' too", "['ValueError: Unknown value for unconnected_gradients: None', "
         "'ValueError: Unknown value for unconnected_gradients: 0', "
         "\"ValueError: Unknown value for unconnected_gradients: 'ZERO'\"]")
def other_words(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return [" ".join(attempt(tape.gradient, y, x, None, choice).replace(".", "").split()) for choice in (
        None, 0, "ZERO")]


@program("N9", "floor, ceil, round and floordiv have no derivative: None", "[None, None, None, None]")
def rounding(tf: Any) -> Any:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape(persistent=True) as tape:
        ys = [tf.floor(x), tf.math.ceil(x), tf.round(x), x // 2.0]
    return [tape.gradient(y, x) for y in ys]


@differing("N10", "argmax has no derivative: None, and since its result is an integer, a warning",
           tapes="None; log: The dtype of the target tensor must be floating (e.g. tf.float32) when calling "
                 "GradientTape.gradient, got tf.int64",
           tensorflow="None",
           because="a None that nobody expects should say why; TensorFlow says it only at a verbose level")
def argmax(tf: Any) -> Any:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape() as tape:
        y = tf.argmax(x)
    return tape.gradient(y, x)


@program("N9", "comparisons, zeros_like, ones_like and shape have none either", "[None, None, None, None]")
def tests_and_shapes(tf: Any) -> Any:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape(persistent=True) as tape:
        ys = [tf.cast(x > 2.0, tf.float32), tf.zeros_like(x), tf.ones_like(x), tf.cast(tf.shape(x), tf.float32)]
    return [tape.gradient(y, x) for y in ys]


@program("N9", "zeros_like and ones_like are recorded all the same: one can differentiate by their results",
         "[[2. 2.], [3. 3.]]")
def by_what_has_none(tf: Any) -> Any:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape(persistent=True) as tape:
        zeros, ones = tf.zeros_like(x), tf.ones_like(x)
        y = 2.0 * zeros + 3.0 * ones
    return tape.gradient(y, [zeros, ones])


@program("N9", "zeros on request also where there is no derivative", "[0. 0.]")
def zeros_for_rounding(tf: Any) -> Any:
    x = tf.Variable([1.5, 2.5])
    with tf.GradientTape() as tape:
        y = tf.floor(x)
    return tape.gradient(y, x, unconnected_gradients="zero")


@program("N9", "what floor returns is a source all the same", "[2.0, 2.5]")
def rounded_as_source(tf: Any) -> Any:
    x = tf.Variable(2.5)
    with tf.GradientTape() as tape:
        s = tf.floor(x)
        y = s * x
    return tape.gradient(y, [x, s])


@program("N11", "the derivative of sign is 0, not None", "0.0")
def sign(tf: Any) -> Any:
    x = tf.Variable(2.5)
    with tf.GradientTape() as tape:
        y = tf.sign(x)
    return tape.gradient(y, x)


@program("N11", "x - x and relu of a negative number have the derivative 0", "[0.0, 0.0]")
def zero_derivatives(tf: Any) -> Any:
    x = tf.Variable(-2.5)
    with tf.GradientTape(persistent=True) as tape:
        ys = [x - x, tf.nn.relu(x)]
    return [tape.gradient(y, x) for y in ys]


@program("N11", "an output of unstack that is not used gives 0", "[1.0, 0.0]")
def unused_output(tf: Any) -> Any:
    x, y = tf.Variable(1.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        first, _ = tf.unstack(tf.stack([x, y]))
    return tape.gradient(first, [x, y])


@program("N1", "a branch that is None does not count in a sum", "1.0")
def none_branch(tf: Any) -> Any:
    x = tf.Variable(2.5)
    with tf.GradientTape() as tape:
        y = tf.floor(x) + x
    return tape.gradient(y, x)


@program("N2", "stop_gradient keeps the value and is not recorded", "4.0")
def stopped(tf: Any) -> Any:
    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x * x) * x
    return tape.gradient(y, x)


@program("N2", "so its result is no source, unless it is watched", "[None, 2.0]")
def stopped_as_source(tf: Any) -> Any:
    x, gradients = tf.Variable(2.0), []
    for watching in (False, True):
        with tf.GradientTape() as tape:
            s = tf.stop_gradient(x * x)
            if watching:
                tape.watch(s)
            y = s * x
        gradients.append(tape.gradient(y, s))
    return gradients


@program("N3", "a path through an integer breaks off", "3.0")
def through_an_integer(tf: Any) -> Any:
    x = tf.Variable(3.7)
    with tf.GradientTape() as tape:
        y = tf.cast(tf.cast(x, tf.int32), tf.float32) * x
    return tape.gradient(y, x)


@program("N4", "the remainder x % y has the derivatives 1 and -floor(x / y)", "([1. 1. 1.], [-10. -3. 2.])")
def remainder(tf: Any) -> Any:
    x, y = tf.Variable([21.0, 7.0, -3.0]), tf.Variable([2.0, 2.0, 2.0])
    with tf.GradientTape() as tape:
        z = x % y
    return tape.gradient(z, (x, y))


@program("N5", "where, gather, boolean_mask and cumsum hand the adjoint to the entries that they took",
         "[[1. 0. 1.], [0. 1. 1.], [3. 2. 1.]]")
def taking_entries(tf: Any) -> Any:
    x = tf.Variable([1.0, -2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        ys = [tf.where(x > 0.0, x, 0.0), tf.boolean_mask(x, [False, True, True]), tf.cumsum(x)]
    return [tape.gradient(y, x) for y in ys]


@program("N5", "the condition of where has no derivative", "[None, 1.0, 0.0]")
def condition(tf: Any) -> Any:
    x, a, b = tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.where(x > 0.0, a, b)
    return tape.gradient(y, [x, a, b])


@differing("N8", "at 0 the derivatives of 0 * sqrt(x), of sqrt(x)^2 and of a masked sqrt are 0 times infinity",
           tapes="[nan, nan, nan]", tensorflow="[0.0, 0.0, 0.0]",
           because="0 times infinity is nan, as in JAX and PyTorch; TensorFlow's kernels for sqrt take it for 0")
def guarded_square_root(tf: Any) -> Any:
    x = tf.Variable(0.0)
    with tf.GradientTape(persistent=True) as tape:
        ys = [0.0 * tf.sqrt(x), tf.square(tf.sqrt(x)), tf.where(x > 0.0, tf.sqrt(x), 0.0)]
    return [tape.gradient(y, x) for y in ys]


@program("N13", "1/x and log have no such guard: 0 times infinity is nan", "[nan, nan]")
def unguarded(tf: Any) -> Any:
    x = tf.Variable(0.0)
    with tf.GradientTape(persistent=True) as tape:
        ys = [tf.where(x > 0.0, 1.0 / x, 0.0), tf.where(x > 0.0, tf.math.log(x), 0.0)]
    return [tape.gradient(y, x) for y in ys]


@program("N14", "the gradient of cumprod without a 0", "[17. 8. 8.]")
def running_product(tf: Any) -> Any:
    v = tf.Variable([2.0, 4.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.math.cumprod(v)
    return tape.gradient(y, v)


@differing("N14", "the gradient of cumprod with a 0",
           tapes="[1. 8. 0.]",
           tensorflow="[1. 0. 0.]",
           because="2, 2b and 2bc differentiated by b = 0 give 2 + 2c = 8; TensorFlow divides by b and loses it")
def running_product_with_zero(tf: Any) -> Any:
    v = tf.Variable([2.0, 0.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.math.cumprod(v)
    return tape.gradient(y, v)


@program("N15", "updates of different places have the gradient, what they overwrite has none", "[[0. 1. 0.], [1. 1.]]")
def updated_places(tf: Any) -> Any:
    x, new = tf.Variable([1.0, 2.0, 3.0]), tf.Variable([8.0, 9.0])
    with tf.GradientTape() as tape:
        y = tf.tensor_scatter_nd_update(x, [[0], [2]], new)
    return tape.gradient(y, [x, new])


@differing("N15", "of two updates of one place the last stays",
           tapes="[[9. 2. 3.], [0. 1.]]",
           tensorflow="[[9. 2. 3.], [1. 1.]]",
           because="the first update is not in the result, so nothing depends on it")
def updated_twice(tf: Any) -> Any:
    x, new = tf.constant([1.0, 2.0, 3.0]), tf.Variable([8.0, 9.0])
    with tf.GradientTape() as tape:
        y = tf.tensor_scatter_nd_update(x, [[0], [0]], new)
    return [y, tape.gradient(y, new)]


@program("N16", "unique", "LookupError: gradient registry has no entry for: Unique...")
def values_of_unique(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 1.0])
    with tf.GradientTape() as tape:
        y = tf.unique(v).y
    return tape.gradient(y, v)


@program("N16", "the weights of bincount", "LookupError: gradient registry has no entry for: DenseBincount...")
def weights_of_bincount(tf: Any) -> Any:
    weights = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.math.bincount([0, 1, 1], weights=weights)
    return tape.gradient(y, weights)


@differing("N7", "the derivative of xlogy by x is log(y), at x = 0 too",
           tapes="[[0.693147 0.693147], [0. 0.5]]", tensorflow="[[0. 0.693147], [0. 0.5]]",
           because="x log(2) is a line, and log(2) its slope everywhere; TensorFlow takes its 0 at x = 0 for constant")
def xlogy_at_zero(tf: Any) -> Any:
    x, y = tf.Variable([0.0, 1.0]), tf.Variable([2.0, 2.0])
    with tf.GradientTape() as tape:
        z = tf.math.xlogy(x, y)
    return tape.gradient(z, [x, y])


@differing("N17", "truncatemod has a gradient",
           tapes="1.0", tensorflow="LookupError: gradient registry has no entry for: TruncateMod",
           because="it has a derivative like the remainder x % y, and TensorFlow just has not written it down")
def truncated_remainder(tf: Any) -> Any:
    x = tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = tf.truncatemod(x, 3.0)
    return tape.gradient(y, x)
