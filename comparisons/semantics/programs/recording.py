"""A tape follows what it was told to watch, and every op that depends on it, from then to the end of the block."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import Any

import numpy as np

from ..program import attempt, differing, program

Pair = namedtuple("Pair", "first second")


@program("W1", "a constant is not watched by itself", "None")
def unwatched_constant(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


@program("W1", "a constant that is watched has a gradient", "6.0")
def watched_constant(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@program("W2", "watching acts from then on: an op before it is lost", "[None, 27.0]")
def watched_late(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        tape.watch(x)
        z = x**3
    return [tape.gradient(y, x), tape.gradient(z, x)]


@program("W3", "an op after the block is not recorded", "None")
def after_the_block(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    z = y * 2.0
    return tape.gradient(z, x)


@program("W4", "watching an intermediate result cuts nothing", "[108.0, 18.0]")
def watched_intermediate(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        tape.watch(y)
        z = y * y
    return tape.gradient(z, [x, y])


@program("W5", "an intermediate result is a source without being watched", "[108.0, 18.0]")
def unwatched_intermediate(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        z = y * y
    return tape.gradient(z, [x, y])


@program("W6", "watch takes lists, tuples, dicts and whatever nests them", "[1.0, 2.0, 3.0, 4.0, 5.0]")
def watched_structure(tf: Any) -> Any:
    a, b, c, d, e = (tf.constant(float(i)) for i in range(5))
    with tf.GradientTape() as tape:
        tape.watch([a, (b, {"c": c}), Pair(d, OrderedDict(e=e))])
        y = a + 2.0 * b + 3.0 * c + 4.0 * d + 5.0 * e
    return tape.gradient(y, [a, b, c, d, e])


@program("W6", "watching an empty list does nothing", "None")
def watched_nothing(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        return tape.watch([])


@differing("W7", "there are no ragged and sparse tensors",
           tapes="AttributeError: module 'tapes' has no attribute 'ragged': rows of...",
           tensorflow="'RaggedTensor'; log: The dtype of the watched tensor must be floating (e.g. tf.float32), got "
                      "tf.int64",
           because="they need ops and gradients of their own kind; every tensor is dense here")
def watched_ragged_tensor(tf: Any) -> Any:
    x = tf.ragged.constant([[1.0, 2.0], [3.0]])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return type(tape.gradient(y, x)).__name__


@program("W8", "a number cannot be watched", "ValueError: Passed in object 1.0 of type 'float', not tf.Tensor...")
def watched_number(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(1.0)


@program("W8", "nor can arrays, text, None, sets and objects", "["
         "'ValueError: Passed in object 1.0 of', 'ValueError: Passed in object a of', "
         "'ValueError: Passed in object None of', 'ValueError: Passed in object {1} of', "
         "'ValueError: Passed in object 3 of']")
def watched_other_things(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        return [attempt(tape.watch, thing) for thing in (np.array(1.0), "a", None, {1}, 3)]


@program("W8", "what stands before the first bad leaf stays watched", "6.0")
def watched_up_to_a_bad_leaf(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        attempt(tape.watch, [x, "no tensor"])
        y = x * x
    return tape.gradient(y, x)


@program("W9", "watching an integer is allowed, with a warning",
         "None; log: The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.int32")
def watched_integer(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        tape.watch(tf.constant(3))


@program("W9", "a line of the program gets the warning five times, then no more",
         "None; log (5 times): The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.int64")
def watched_integers(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        for i in range(7):
            tape.watch(tf.constant(i, tf.int64))


@program("W10", "float16, float32, float64, complex64 and complex128 have gradients",
         "[2.0 float16, 2.0, 2.0 float64, (2+0j) complex64, (2+0j) complex128]")
def trainable_dtypes(tf: Any) -> Any:
    gradients = []
    for dtype in (tf.float16, tf.float32, tf.float64, tf.complex64, tf.complex128):
        x = tf.cast(1.0, dtype)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x
        gradients.append(tape.gradient(y, x))
    return gradients


@program("W10", "what is computed from integers and truth values has no gradient",
         "[None, None]; log: The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.int32; "
         "log: The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.bool")
def dtypes_without_gradients(tf: Any) -> Any:
    i, b, one = tf.constant(3), tf.constant(True), tf.constant(1.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(i)
        tape.watch(b)
        tape.watch(one)
        y, z = tf.cast(i, tf.float32), tf.where(b, one, 0.0)
        loss = y * z
    return [tape.gradient(loss, y), tape.gradient(y, one)]


@program("W11", "watching twice is watching once", "6.0")
def watched_twice(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@differing("W12", "watch before the first block is refused",
           tapes="RuntimeError: Cannot watch...",
           tensorflow="AttributeError: 'NoneType' object has no attribute '_tape'",
           because="TensorFlow's error is an accident and gives no advice")
def watched_before_the_block(tf: Any) -> Any:
    tf.GradientTape().watch(tf.constant(3.0))


@differing("W12", "watch on a tape that gradient() has used up is refused",
           tapes="RuntimeError: Cannot watch...",
           tensorflow="AttributeError: 'NoneType' object has no attribute '_tape'",
           because="TensorFlow's error is an accident and gives no advice")
def watched_when_used_up(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    tape.watch(x)


@differing("W13", "watch between two blocks of a tape acts in the second",
           tapes="6.0", tensorflow="None",
           because="TensorFlow ignores it without a word, unless another tape happens to record")
def watched_between_blocks(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        pass
    tape.watch(x)
    with tape:
        y = x * x
    return tape.gradient(y, x)


@program("W22", "watch between two blocks acts in the second when another tape records", "6.0")
def watched_between_blocks_of_two_tapes(tf: Any) -> Any:
    x = tf.constant(3.0)
    tape = tf.GradientTape()
    with tape:
        pass
    with tf.GradientTape():
        tape.watch(x)
    with tape:
        y = x * x
    return tape.gradient(y, x)


@differing("W13", "watch while the tape pauses acts when it goes on",
           tapes="6.0", tensorflow="None",
           because="TensorFlow ignores it without a word, unless another tape happens to record")
def watched_in_a_pause(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            tape.watch(x)
        y = x * x
    return tape.gradient(y, x)


@program("W14", "a second name is not an op: the target is the source", "1.0")
def second_name(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
    return tape.gradient(y, x)


@program("W15", "identity makes a new tensor, cast to the same dtype and convert_to_tensor do not",
         "[False, True, True]")
def same_object(tf: Any) -> Any:
    x = tf.constant(3.0)
    return [y is x for y in (tf.identity(x), tf.cast(x, x.dtype), tf.convert_to_tensor(x))]


@program("W15", "a Variable cast to its own dtype is that Variable", "(True, 6.0)")
def cast_variable(tf: Any) -> Any:
    v = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        same = tf.cast(v, v.dtype)
        y = same * v
    return same is v, tape.gradient(y, same)


@program("W15", "reshape to the same shape, + 0 and * 1 are ops: made before the watch they are constants",
         "[None, None, None, None]")
def trivial_ops_before_the_watch(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        made = [tf.identity(x), tf.reshape(x, []), x + 0.0, x * 1.0]
        tape.watch(x)
        loss = sum(y * y for y in made) + x
    return tape.gradient(loss, made)


@program("W16", "two constants of the same value are two sources", "[1.0, None]")
def equal_constants(tf: Any) -> Any:
    x, other = tf.constant(3.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([x, other])
        y = x + 0.0
    return tape.gradient(y, [x, other])


@program("W17", "constant, convert_to_tensor and reduce_sum of tensors stay on the tape", "[6.0, 7.0, 7.0]")
def packed_tensors(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        whole = tf.constant(x) * x
        pair = tf.reduce_sum(tf.convert_to_tensor([x * x, x]))
        listed = tf.reduce_sum([x * x, x])
    return [tape.gradient(y, x) for y in (whole, pair, listed)]


@program("W18", "iterating, indexing and slicing are recorded", "[12. 4. 6.]")
def parts_of_a_tensor(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = sum(entry * entry for entry in x) + 10.0 * x[0] + tf.reduce_sum(x[:0])
    return tape.gradient(y, x)


@program("W18", "Python's max of tensors is one of them", "[None, None, 1.0]")
def python_max(tf: Any) -> Any:
    a, b, c = tf.Variable(2.0), tf.Variable(3.0), tf.Variable(5.0)
    with tf.GradientTape() as tape:
        y = max(a, b, c) + 0.0
    return tape.gradient(y, [a, b, c])


@program("W18", "Python's sum of variables is recorded", "[1.0, 2.0]")
def python_sum(tf: Any) -> Any:
    a, b = tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = sum([a, b, b])
    return tape.gradient(y, [a, b])


@program("W19", "float(x), x.numpy() and NumPy's functions leave the tape",
         "[float 3.0, float32 3.0, float32 0.14112, float32 9.0]")
def off_the_tape(tf: Any) -> Any:
    x = tf.constant(3.0)
    return [float(x), x.numpy(), np.sin(x), np.sum([x, x, x])]


@program("W19", "an array times a tensor is a tensor, and recorded", "(8.0, [1. 2.])")
def array_times_tensor(tf: Any) -> Any:
    x = tf.constant([3.0, 2.5])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(np.array([1.0, 2.0]) * x)
    return y, tape.gradient(y, x)


@program("W20", "a tensor is no dictionary key",
         "TypeError: Tensor is unhashable. Instead, use tensor.ref() as the key...")
def tensor_as_key(tf: Any) -> Any:
    return {tf.constant(3.0): 1}


@program("W20", "ref() is a dictionary key", "[True, False]")
def reference_as_key(tf: Any) -> Any:
    x, other = tf.constant(3.0), tf.constant(3.0)
    return [y.ref() in {x.ref(): 1} for y in (x, other)]


@program("W20", "== compares entry by entry", "[False True] bool")
def equality(tf: Any) -> Any:
    return tf.constant([1.0, 2.0]) == tf.constant([3.0, 2.0])


@program("W20", "an entry cannot be assigned", "TypeError: 'Tensor' object does not support item assignment...")
def assigned_entry(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    x[0] = 3.0


@program("W21", "loops and branches are recorded as they ran", "(36.0, 33.0)")
def loop_and_branch(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x
        for _ in range(2):
            y = y * x if y < 10.0 else y + x
        y = y + x * x
    return y, tape.gradient(y, x)
