"""jacobian and batch_jacobian: a derivative for each entry of the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import differing, program


@program("J1", "the shape of a Jacobian is that of the target and then that of the source",
         "('TensorShape([2, 3])', 'TensorShape([2, 2, 3])', 'TensorShape([2])')")
def shapes_of_jacobians(tf: Any) -> Any:
    W, x, s = tf.Variable(tf.ones([2, 3])), tf.Variable(tf.ones([3, 1])), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = s * tf.reshape(tf.matmul(W, x), [2])
    dx, dW, ds = tape.jacobian(y, [x, W, s])
    return tf.squeeze(dx).shape, dW.shape, ds.shape


@program("J1", "a row for each entry of the target", "[[2. 0.] [0. 4.]]")
def jacobian_of_squares(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.jacobian(y, x)


@program("J1", "the Jacobian of a scalar is its gradient", "[2. 4.]")
def jacobian_of_a_scalar(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(x * x)
    return tape.jacobian(y, x)


@program("J1", "the result has the structure of the sources", "{'W': [[[3. 0.] [4. 0.]] [[0. 3.] [0. 4.]]], "
         "'rest': (None, [[1. 0.] [0. 1.]])}")
def structure_of_jacobians(tf: Any) -> Any:
    W, b, other = tf.Variable([[1.0, 2.0], [3.0, 4.0]]), tf.Variable([0.0, 0.0]), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = tf.reshape(tf.matmul(tf.constant([[3.0, 4.0]]), W), [2]) + b
    return tape.jacobian(y, {"W": W, "rest": (other, b)})


@program("J2", "a Jacobian uses a tape up like a gradient",
         "RuntimeError: A non-persistent GradientTape can only be used to compute one set of gradients...")
def second_jacobian(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    tape.jacobian(y, x)
    return tape.jacobian(y, x)


@program("J2", "a batch Jacobian too", "RuntimeError: A non-persistent GradientTape can only be used to...")
def second_batch_jacobian(tf: Any) -> Any:
    x = tf.Variable([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        y = x * x
    tape.batch_jacobian(y, x)
    return tape.batch_jacobian(y, x)


@program("J2", "a persistent tape gives any number of Jacobians", "[[[2. 0.] [0. 4.]], [[3. 0.] [0. 12.]]]")
def jacobians_of_a_persistent_tape(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y, z = x * x, x**3
    return [tape.jacobian(y, x), tape.jacobian(z, x)]


@program("J2", "row by row, without vectorising, on a persistent tape", "[[2. 0.] [0. 4.]]")
def jacobian_row_by_row(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return tape.jacobian(y, x, experimental_use_pfor=False)


@program("J2", "row by row a tape must be persistent", "RuntimeError: GradientTape must be created with "
         "persistent=True to compute the jacobian with...")
def jacobian_row_by_row_on_a_default_tape(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.jacobian(y, x, experimental_use_pfor=False)


@program("J3", "a Jacobian inside the block of its tape ends the recording", "[[2. 0.] [0. 4.]]")
def jacobian_inside_the_block(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
        return tape.jacobian(y, x)


@program("J4", "a Jacobian that is not connected is None", "[None, [[2. 0.] [0. 4.]]]")
def jacobian_not_connected(tf: Any) -> Any:
    x, other = tf.Variable([1.0, 2.0]), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.jacobian(y, [other, x])


@program("J4", "or zeros on request", "[[0. 0. 0.], [[0. 0. 0.] [0. 0. 0.]]]")
def zero_jacobian(tf: Any) -> Any:
    x, other, s = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 2.0, 3.0]), tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        y, z = x * x, s * s
    return [tape.jacobian(z, other, unconnected_gradients="zero"),
            tape.jacobian(y, other, unconnected_gradients=tf.UnconnectedGradients.ZERO)]


@differing("J15", "a target of integers has no Jacobian: None, with a warning",
           tapes="None; log: The dtype of the target tensor must be floating...", tensorflow="None",
           because="a None that nobody expects should say why; TensorFlow says it only at a verbose level")
def jacobian_of_integers(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.int32)
    return tape.jacobian(y, x)


@program("J6", "a variable by itself has the identity", "[[1. 0.] [0. 1.]]")
def jacobian_of_itself(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        _ = x * x
    return tape.jacobian(x, x)


@program("J6", "a target without entries has a Jacobian without rows", "'TensorShape([0, 2])'")
def jacobian_without_rows(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = (x * x)[2:]
    return tape.jacobian(y, x).shape


@program("J6", "a source without entries has a Jacobian without columns", "'TensorShape([0, 0])'")
def jacobian_without_entries(tf: Any) -> Any:
    x = tf.constant(np.zeros([0], np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.jacobian(y, x).shape


@differing("J7", "entries that were gathered have a dense Jacobian, without a warning",
           tapes="[[0. 1.] [0. 1.] [1. 0.]]",
           tensorflow="[[0. 1.] [0. 1.] [1. 0.]]; log: Converting IndexedSlices(...",
           because="all gradients are dense here: nothing is converted")
def jacobian_of_gathered(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.gather(x, [1, 1, 0])
    return tape.jacobian(y, x)


@program("J8", "batch_jacobian: a Jacobian for each entry of the first axis", "[[[2. 0.] [0. 4.]] [[6. 0.] [0. 8.]]]")
def batch_of_jacobians(tf: Any) -> Any:
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.batch_jacobian(y, x)


@program("J8", "target and source need a first axis and another one",
         "ValueError: Shape (2,) must have rank at least 2...")
def batch_of_scalars(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.batch_jacobian(y, x)


@program("J8", "and as many entries on the first axis",
         "ValueError: Need first dimension of target shape ((4, 2)) and source shape ((2, 2)) to match...")
def batches_that_do_not_fit(tf: Any) -> Any:
    x = tf.Variable(tf.ones([2, 2]))
    with tf.GradientTape() as tape:
        y = tf.concat([x, x], 0)
    return tape.batch_jacobian(y, x)


@program("J9", "its shape is the batch, the rest of the target, the rest of the source", "'TensorShape([2, 4, 5, 3])'")
def shape_of_a_batch_jacobian(tf: Any) -> Any:
    x = tf.Variable(tf.ones([2, 3]))
    with tf.GradientTape() as tape:
        y = tf.reshape(tf.matmul(x, tf.ones([3, 20])), [2, 4, 5])
    return tape.batch_jacobian(y, x).shape


@program("J9", "where nothing is connected it is 0, not None", "[[[0. 0.] [0. 0.]]]")
def batch_jacobian_not_connected(tf: Any) -> Any:
    x, other = tf.Variable([[1.0, 2.0]]), tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        y = other * other
    return tape.batch_jacobian(y, x)


@program("J10", "entries of the batch that depend on each other are added up, without a word",
         "[[[5. 3.] [2. 8.]] [[7. 3.] [2. 10.]]]")
def batch_that_is_mixed(tf: Any) -> Any:
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as tape:
        y = tf.matmul(x, x)
    return tape.batch_jacobian(y, x)


@program("J12", "parallel_iterations, row by row", "[[2. 0.] [0. 4.]]")
def iterations_of_a_jacobian(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return tape.jacobian(y, x, parallel_iterations=2, experimental_use_pfor=False)


@program("J12", "batch_jacobian row by row needs a persistent tape too",
         "RuntimeError: GradientTape must be created with persistent=True to compute the batch_jacobian with...")
def iterations_of_a_batch_jacobian(tf: Any) -> Any:
    x = tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.batch_jacobian(y, x, parallel_iterations=2, experimental_use_pfor=False)


@program("J13", "a Jacobian of a gradient is a Hessian", "[[6. 0.] [0. 12.]]")
def hessian_by_jacobian(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(v**3)
        dy = inner.gradient(y, v)
    return outer.jacobian(dy, v)


@program("J13", "a Jacobian can be differentiated again", "[6. 12.]")
def gradient_of_a_jacobian(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v**3
        rows = inner.jacobian(y, v)
    return outer.gradient(rows, v)


@program("J13", "a batch of Hessians", "[[[6. 0.] [0. 12.]] [[18. 0.] [0. 24.]]]")
def batch_of_hessians(tf: Any) -> Any:
    x = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = tf.reduce_sum(x**3, axis=1)
        dy = inner.gradient(y, x)
    return outer.batch_jacobian(dy, x)


@program("J13", "on one persistent tape, with the warning", "[[6. 0.] [0. 12.]]; log: Calling GradientTape.gradient...")
def hessian_on_one_tape(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = tf.reduce_sum(v**3)
        dy = tape.gradient(y, v)
    return tape.jacobian(dy, v)


@program("J14", "the source may be an intermediate result", "[[6. 0.] [0. 12.]]")
def jacobian_by_an_intermediate(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        u = 3.0 * x
        y = u * u
    return tape.jacobian(y, u)


@program("J14", "a Jacobian of float64, by float32", "[[2. 0.] [0. 4.]]")
def dtype_of_a_jacobian(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.cast(x, tf.float64) ** 2
    return tape.jacobian(y, x)


@differing("J5", "the target of a Jacobian is one tensor: a list is refused",
           tapes="TypeError: Argument `target` should be one tensor or Variable, but it is a list of 1...",
           tensorflow="AttributeError: 'list' object has no attribute 'shape'",
           because="TensorFlow's error is an accident and does not say what to do")
def jacobian_of_a_list(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.jacobian([y], x)


@differing("J5", "None is no target of a Jacobian",
           tapes="TypeError: Argument `target` should be a list or nested structure of Tensors...",
           tensorflow="AttributeError: 'NoneType' object has no attribute 'shape'",
           because="TensorFlow's error is an accident; gradient() has the text of tapes")
def jacobian_of_none(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        _ = x * x
    return tape.jacobian(None, x)


@differing("J5", "a number is no target of a Jacobian",
           tapes="TypeError: Argument `target` should hold tensors and Variables, but there is 9.0 of type 'float'...",
           tensorflow="AttributeError: 'float' object has no attribute 'shape'",
           because="TensorFlow's error is an accident and does not say what to do")
def jacobian_of_a_float(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.jacobian(float(y), x)


@differing("J11", "the source of a batch Jacobian is one tensor: a list is refused",
           tapes="TypeError: Argument `source` should be one tensor or Variable, but it is a list of 1...",
           tensorflow="AttributeError: 'list' object has no attribute 'shape'",
           because="TensorFlow's error is an accident and does not say what to do")
def batch_jacobian_by_a_list(tf: Any) -> Any:
    x = tf.Variable([[1.0, 2.0]])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.batch_jacobian(y, [x])


@differing("J11", "a batch of no rows has a batch Jacobian of no rows",
           tapes="'TensorShape([0, 2, 2])'", tensorflow="ZeroDivisionError: integer division or modulo by zero",
           because="nothing is wrong with an empty batch, and TensorFlow's jacobian() takes it")
def empty_batch(tf: Any) -> Any:
    x = tf.constant(np.zeros([0, 2], np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.batch_jacobian(y, x).shape


@program("J4", "another word than 'none' and 'zero' is refused", "ValueError: ...")
def jacobian_with_another_word(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return tape.jacobian(y, x, unconnected_gradients="bad")
