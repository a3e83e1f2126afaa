"""A trainable Variable is watched when it is read; each read keeps the value it saw, and assigning is not an op."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..program import attempt, differing, program


@program("V1", "a trainable variable is watched by itself", "6.0")
def watched_by_itself(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


@program("V2", "a variable with trainable=False is not watched", "(None, ())")
def not_trainable(tf: Any) -> Any:
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v), tape.watched_variables()


@program("V2", "unless it is watched on purpose, and then it is listed", "(6.0, (Variable 3.0))")
def not_trainable_but_watched(tf: Any) -> Any:
    v = tf.Variable(3.0, trainable=False)
    with tf.GradientTape() as tape:
        tape.watch(v)
        y = v * v
    return tape.gradient(y, v), tape.watched_variables()


@program("V3", "watch_accessed_variables=False leaves the choice to watch()", "([None, 2.0], (Variable 3.0))")
def chosen_variables(tf: Any) -> Any:
    v, w = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = v * w
    return tape.gradient(y, [v, w]), tape.watched_variables()


@program("V4", "reading is: value(), arithmetic, an index, a comparison, printing, numpy(), float(), shape, assigning",
         "[int 1, int 1, int 1, int 1, int 1, int 1, int 1, int 1, int 1, int 1, int 1]")
def kinds_of_reading(tf: Any) -> Any:
    def listed(read: Any) -> int:
        v = tf.Variable([3.0])
        with tf.GradientTape() as tape:
            read(v)
        return len(tape.watched_variables())

    return [listed(read) for read in (
        lambda v: v.value(), lambda v: v.read_value(), lambda v: v + 1.0, lambda v: v[0], lambda v: v > 1.0, repr,
        lambda v: v.numpy(), lambda v: float(v[0]), tf.shape, lambda v: v.assign([1.0]), lambda v: v.assign_add([1.0]))]


@program("V4", "asking for its shape, dtype or name is not reading", "()")
def not_reading(tf: Any) -> Any:
    v = tf.Variable([3.0])
    with tf.GradientTape() as tape:
        _ = v.shape, v.dtype, v.name, v.trainable, v.ref()
    return tape.watched_variables()


@program("V5", "what was read before the block is a constant", "None")
def read_before(tf: Any) -> Any:
    v = tf.Variable(3.0)
    value = v.value()
    with tf.GradientTape() as tape:
        y = value * value
    return tape.gradient(y, v)


@program("V6", "the variable and the tensor that was read from it are both sources; a fresh read is not",
         "[6.0, 6.0, None]")
def variable_and_its_value(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        value = v.value()
        y = value * value
    return [*tape.gradient(y, [v, value]), tape.gradient(y, v.value())]


@program("V7", "watched_variables() lists them in the order of creation", "('a:0', 'b:0', 'c:0')")
def order_of_creation(tf: Any) -> Any:
    a, b, c = (tf.Variable(1.0, name=name) for name in "abc")
    with tf.GradientTape() as tape:
        _ = c * b * a
    return tuple(v.name for v in tape.watched_variables())


@program("V7", "the list is empty before the first block, and kept after gradient()", "((), (Variable 3.0))")
def watched_variables_later(tf: Any) -> Any:
    v, tape = tf.Variable(3.0), tf.GradientTape()
    before = tape.watched_variables()
    with tape:
        y = v * v
    tape.gradient(y, v)
    return before, tape.watched_variables()


@program("V8", "an integer variable is listed as watched", "(True, (Variable 3 int32))")
def integer_variable(tf: Any) -> Any:
    v = tf.Variable(3)
    with tf.GradientTape() as tape:
        _ = v * v
    return v.trainable, tape.watched_variables()


@differing("V19", "the gradient of an integer variable is None",
           tapes="None; log: The dtype of the target tensor must be floating (e.g. tf.float32) when calling "
                 "GradientTape.gradient, got tf.int32; log: The dtype of the source tensor...",
           tensorflow="None",
           because="a None that nobody expects should say why; TensorFlow says it only at a verbose level")
def gradient_of_an_integer_variable(tf: Any) -> Any:
    v = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = v * v
    return tape.gradient(y, v)


@program("V9", "a variable may be created inside the block", "4.0")
def created_inside(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        v = tf.Variable(2.0)
        y = v * v
    return tape.gradient(y, v)


@program("V10", "assigning after a read does not change the gradient", "[6.0, 6.0]")
def assigned_after_reading(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = v * v
        v.assign(10.0)
    first = tape.gradient(y, v)
    v.assign(20.0)
    return [first, tape.gradient(y, v)]


@program("V11", "read, assign, read: each read keeps its own value, and all of them count", "69.0")
def read_assign_read(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = v * v
        v.assign(10.0)
        z = v * y
    return tape.gradient(z, v)


@program("V12", "no gradient flows through an assignment", "[None, 8.0]")
def assigned_from_another(tf: Any) -> Any:
    u, v = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        v.assign(u * u)
        y = v * v
    return tape.gradient(y, [u, v])


@program("V13", "assign_add and assign_sub change the value that is read next", "(8.0, Variable 3.0)")
def added_in_place(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        v.assign_add(1.0)
        y = v * v
        v.assign_sub(1.0)
    return tape.gradient(y, v), v


@program("V13", "assign and assign_add return a variable with the new value", "[Variable 4.0, Variable 5.0]")
def what_assign_returns(tf: Any) -> Any:
    v = tf.Variable(3.0)
    return [tf.Variable(v.assign(4.0)), v.assign_add(1.0)]


@differing("V20", "what assign returns is the variable itself",
           tapes="(\"<tf.Variable 'v:0' shape=() dtype=float32, numpy=4.0>\", True)",
           tensorflow="(\"<tf.Variable 'UnreadVariable' shape=() dtype=float32, numpy=4.0>\", False)",
           because="TensorFlow's stand-in without a name serves its graphs, which an eager tape does not have")
def what_assign_shows(tf: Any) -> Any:
    v = tf.Variable(3.0, name="v")
    assigned = v.assign(4.0)
    return repr(assigned), assigned is v


@program("V21", "one entry of a variable is assigned, a row, a column by one number", "[[0. 9.] [0. 6.]]")
def assigned_parts(tf: Any) -> Any:
    v = tf.Variable([[1.0, 2.0], [3.0, 4.0]])
    v[0, 1].assign(9.0)
    v[1].assign([5.0, 6.0])
    v[:, 0].assign(0.0)
    return v.value()


@program("V21", "assigning a part changes no recorded gradient", "[2. 4.]")
def part_assigned_after_read(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = v * v
    v[0].assign(10.0)
    return tape.gradient(y, v)


@program("V21", "a part takes only what fits", "InvalidArgumentError: ...")
def part_of_another_shape(tf: Any) -> Any:
    tf.Variable([[1.0, 2.0], [3.0, 4.0]])[0].assign([1.0, 2.0, 3.0])


@program("V21", "the part that a mask takes out is a tensor, and cannot be assigned", "[True, False]")
def masked_part(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    return [hasattr(v[0], "assign"), hasattr(v[v > 1.0], "assign")]


@program("V14", "v + 1 is a tensor", "4.0")
def plus_one(tf: Any) -> Any:
    return tf.Variable(3.0) + 1


@program("V14", "v += 1 is refused", "RuntimeError: `variable += value` with `tf.Variable`s is not supported. Use "
         "`variable.assign_add(value)`...")
def plus_assign(tf: Any) -> Any:
    v = tf.Variable(3.0)
    v += 1


@program("V14", "v -= 1, v *= 2 and v /= 2 are refused", "["
         "'RuntimeError: `variable -= value` with `tf.Variable`s', 'RuntimeError: `var *= value` with `tf.Variable`s', "
         "'RuntimeError: `var /= value` with `tf.Variable`s']")
def other_assigning_operators(tf: Any) -> Any:
    v = tf.Variable(3.0)
    return [attempt(getattr(v, name), 2.0) for name in ("__isub__", "__imul__", "__itruediv__")]


@program("V15", "a value of another shape cannot be assigned", "ValueError: Cannot assign value to variable '...")
def assigned_another_shape(tf: Any) -> Any:
    tf.Variable([3.0], name="w").assign([1.0, 2.0])


@program("V15", "a tensor of another dtype cannot be assigned",
         "ValueError: Tensor conversion requested dtype float32 for Tensor with dtype float64...")
def assigned_another_dtype(tf: Any) -> Any:
    tf.Variable(3.0).assign(tf.constant(1.0, tf.float64))


@program("V15", "NumPy's numbers and arrays are converted when they are assigned", "Variable 1.5")
def assigned_numpy(tf: Any) -> Any:
    v = tf.Variable(3.0)
    v.assign(np.float64(0.5))
    v.assign_add(np.array(1.0))
    return v


@program("V16", "a variable is no dictionary key",
         "TypeError: Variable is unhashable. Instead, use variable.ref() as the key...")
def variable_as_key(tf: Any) -> Any:
    return {tf.Variable(3.0): 1}


@program("V16", "== compares entry by entry, and a variable has a truth value", "([True False] bool, True)")
def variable_compared(tf: Any) -> Any:
    return tf.Variable([1.0, 2.0]) == tf.Variable([1.0, 3.0]), bool(tf.Variable(3.0))


@differing("V22", "the length of a variable is that of its value",
           tapes="int 2", tensorflow="TypeError: object of type 'Variable' has no len()",
           because="a variable can be iterated over in both, so its length can be known")
def length_of_a_variable(tf: Any) -> Any:
    return len(tf.Variable([1.0, 2.0]))


@program("V17", "a variable made from a tensor is a new leaf: the gradient stops there", "[None, 18.0]")
def made_from_a_tensor(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        v = tf.Variable(x * x)
        y = v * v
    return tape.gradient(y, [x, v])


@program("V18", "a variable needs a value", "ValueError: The `initial_value` arg to `tf.Variable` must be specified...")
def without_a_value(tf: Any) -> Any:
    tf.Variable()


@program("V18", "a float does not fit a variable of integers",
         "TypeError: Cannot convert 1.5 to Tensor of dtype int32...")
def float_into_integers(tf: Any) -> Any:
    tf.Variable(1).assign(1.5)


@program("V18", "trainable cannot be changed afterwards",
         "AttributeError: property 'trainable' of 'Variable' object has no setter")
def frozen_afterwards(tf: Any) -> Any:
    tf.Variable(1.0).trainable = False


@program("V18", "the value may be a function, and the dtype may be given", "Variable [1. 1.] float64")
def made_by_a_function(tf: Any) -> Any:
    return tf.Variable(lambda: np.ones(2), dtype=tf.float64)


@program("V18", "gradient descent by hand", "Variable 0.98304")
def gradient_descent(tf: Any) -> Any:
    v = tf.Variable(3.0)
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = v * v
        v.assign_sub(0.1 * tape.gradient(loss, v))
    return v
