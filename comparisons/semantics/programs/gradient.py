"""gradient(): targets are added up, sources keep their structure, output_gradients weigh the targets."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import numpy as np

from ..program import differing, program

Pair = namedtuple("Pair", "first second")


@program("G1", "several targets are added up, and one that is named twice counts twice", "[8.0, 10.0]")
def several_targets(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        a, b = 2.0 * x, x * x
    return [tape.gradient([a, b], x), tape.gradient([a, a, [b]], x)]


@program("G2", "a target that is no scalar means the sum of its entries", "[2. 4. 6.]")
def vector_target(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x)


@program("G3", "a target that is a source counts 1", "7.0")
def target_among_sources(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient([x, y], x)


@program("G3", "even if it is a constant that nobody watched", "[1. 1.]")
def constant_by_itself(tf: Any) -> Any:
    c = tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(c, c)


@differing("G25", "an integer or a truth value differentiated by itself is 1, with a warning",
           tapes="[1 int32, True bool]; log: The dtype of the target tensor must be floating...",
           tensorflow="[1 int32, True bool]",
           because="a derivative by an integer is questionable enough for a warning")
def integer_by_itself(tf: Any) -> Any:
    i, b = tf.constant(3), tf.constant(False)
    with tf.GradientTape(persistent=True) as tape:
        pass
    return [tape.gradient(i, i), tape.gradient(b, b)]


@program("G4", "a gradient is the total derivative: paths through other sources count", "[108.0, 18.0]")
def total_derivative(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        z = y * y
    return tape.gradient(z, [x, y])


@program("G5", "the result has the structure of the sources: list, tuple, dict, namedtuple, OrderedDict, nested",
         "{'list': [1.0], 'nested': (2.0, {'deep': [3.0]}), 'pair': (1.0, 2.0), 'ordered': {'b': 2.0, 'a': 1.0}}")
def structure_of_sources(tf: Any) -> Any:
    a, b, c = tf.Variable(1.0), tf.Variable(2.0), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = a + 2.0 * b + 3.0 * c
    return tape.gradient(y, {"list": [a], "nested": (b, {"deep": [c]}), "pair": Pair(a, b),
                             "ordered": OrderedDict(b=b, a=a)})


@program("G5", "a defaultdict too", "{'w': 6.0}")
def default_dictionary(tf: Any) -> Any:
    x = tf.Variable(3.0)
    parameters = defaultdict(list)
    parameters["w"] = x
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, parameters)


@program("G5", "targets may be nested as well", "5.0")
def structure_of_targets(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        targets = {"loss": x * 2.0, "more": (x * 1.0, [x * 2.0])}
    return tape.gradient(targets, x)


@program("G6", "a source that is named twice gets the same gradient twice", "([2.0, 2.0, 3.0], True)")
def repeated_source(tf: Any) -> Any:
    x, y = tf.Variable(3.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        z = x * y
    gradients = tape.gradient(z, [x, x, y])
    return gradients, gradients[0] is gradients[1]


@program("G7", "no sources, no gradients; no targets, no connection", "([], {}, None, 0.0)")
def empty_structures(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    return tape.gradient(y, []), tape.gradient(y, {}), tape.gradient([], x), tape.gradient([], x, None, "zero")


@program("G8", "target=None is refused: a function forgot to return",
         "TypeError: Argument `target` should be a list or nested structure of Tensors, Variables or CompositeTensors "
         "to be differentiated, but received None...")
def target_none(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        pass
    tape.gradient(None, x)


@differing("G27", "sources=None is refused",
           tapes="TypeError: Argument `sources` should be a list or nested structure of Tensors...",
           tensorflow="TypeError: Cannot convert the argument `type_value`: None to a TensorFlow DType...",
           because="TensorFlow's text names something that the user never wrote")
def sources_none(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, None)


@differing("G27", "None in a list of targets is refused",
           tapes="TypeError: Argument `target` should hold tensors and Variables, but there is None...",
           tensorflow="TypeError: Cannot convert the argument `type_value`: None to a TensorFlow DType...",
           because="TensorFlow's text names something that the user never wrote")
def none_among_targets(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient([y, None], x)


@differing("G9", "a float is no target: it has left the tape",
           tapes="TypeError: Argument `target` should hold tensors and Variables, but there is 9.0...",
           tensorflow="AttributeError: 'float' object has no attribute 'dtype'",
           because="TensorFlow's error is an accident and does not say what to do")
def float_as_target(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = float(x * x)
    tape.gradient(y, x)


@differing("G9", "a NumPy array is no source",
           tapes="TypeError: Argument `sources` should hold tensors and Variables, but there is...",
           tensorflow="AttributeError: 'numpy.ndarray' object has no attribute '_id'",
           because="TensorFlow's error is an accident and does not say what to do")
def array_as_source(tf: Any) -> Any:
    x = np.array([3.0])
    with tf.GradientTape() as tape:
        y = tf.constant(2.0) * x
    tape.gradient(y, x)


@program("G10", "a variable may be a target", "[1.0, None, 7.0]")
def variable_as_target(tf: Any) -> Any:
    v, w = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape(persistent=True) as tape:
        y = v * v
    return [tape.gradient(v, v), tape.gradient(v, w), tape.gradient([v, y], v)]


@program("G11", "output_gradients weigh the targets", "34.0")
def weighted_targets(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        a, b = 2.0 * x, x * x
    return tape.gradient([a, b], x, output_gradients=[tf.constant(2.0), tf.constant(5.0)])


@program("G11", "a vector of weights gives a vector-Jacobian product", "[1. 0.]")
def vector_jacobian_product(tf: Any) -> Any:
    x = tf.Variable([0.5, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant([1.0, 0.0]))


@program("G11", "weights may come in the structure of the targets", "13.0")
def weights_in_a_structure(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        targets = {"a": 2.0 * x, "b": (3.0 * x,)}
    return tape.gradient(targets, x, output_gradients={"a": tf.constant(2.0), "b": (tf.constant(3.0),)})


@program("G12", "weights may be variables, floats and arrays of the same dtype", "[12.0, 12.0, 12.0]")
def kinds_of_weights(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    weights = tf.Variable(2.0), 2.0, np.float32(2.0)
    return [tape.gradient(y, x, output_gradients=weight) for weight in weights]


@differing("G26", "an integer as weight takes the dtype of the target",
           tapes="12.0",
           tensorflow="InvalidArgumentError: cannot compute Mul as input #1(zero-based) was expected to be a int32...",
           because="everywhere else a Python number takes the dtype of the tensor beside it")
def integer_as_weight(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=2)


@program("G12", "an array of the dtype of the target is a weight", "[4. 0.]")
def array_as_weight(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=np.array([2.0, 0.0], np.float32))


@differing("G26", "NumPy's usual float64 array takes the dtype of the target",
           tapes="[4. 0.]",
           tensorflow="InvalidArgumentError: cannot compute Mul as input #1(zero-based) was expected to be a double...",
           because="everywhere else an array takes the dtype of the tensor beside it")
def wide_array_as_weight(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=np.array([2.0, 0.0]))


@differing("G13", "None among the weights means ones",
           tapes="10.0",
           tensorflow="ValueError: Attempt to convert a value (None) with an unsupported type...",
           because="it is what TensorFlow's documentation promises")
def none_among_the_weights(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        a, b = 2.0 * x, x * x
    return tape.gradient([a, b], x, output_gradients=[tf.constant(2.0), None])


@differing("G14", "a list of two floats is no weight for one vector",
           tapes="ValueError: output_gradients has 2 entries for 1 target(s)...",
           tensorflow="[1. 10.]",
           because="TensorFlow takes the first float for every entry, without a word: a wrong gradient")
def list_as_weight_of_a_vector(tf: Any) -> Any:
    x = tf.Variable([0.5, 5.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=[1.0, 0.0])


@differing("G15", "too many weights are refused",
           tapes="ValueError: output_gradients has 2 entries for 1 target(s)...",
           tensorflow="12.0",
           because="TensorFlow ignores what is too much")
def too_many_weights(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=[tf.constant(2.0), tf.constant(100.0)])


@differing("G16", "a weight has the shape of its target",
           tapes="InvalidArgumentError: output_gradients[0] is a float32 tensor of shape ()...",
           tensorflow="2.0",
           because="TensorFlow returns a gradient of the wrong shape")
def weight_of_another_shape(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = tf.identity(x)
    return tape.gradient(y, x, output_gradients=tf.constant(2.0))


@differing("G16", "a weight has the shape of its target, also when the target is the source",
           tapes="InvalidArgumentError: output_gradients[0] is a float32 tensor of shape (1, 3)...",
           tensorflow="[[1. 2. 3.]]",
           because="TensorFlow returns the weight as the gradient, whatever its shape")
def weight_of_a_source(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        pass
    return tape.gradient(x, x, output_gradients=tf.constant([[1.0, 2.0, 3.0]]))


@differing("G16", "a number is no weight for a vector",
           tapes="InvalidArgumentError: output_gradients[0] is a float32 tensor of shape ()...",
           tensorflow="[4. 8.]",
           because="a weight that is repeated without a word hides a mistake: a wrong gradient")
def repeated_weight(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    return tape.gradient(y, x, output_gradients=tf.constant(2.0))


@program("G17", "the weight of a target that is not connected is ignored", "None")
def weight_of_an_unconnected_target(tf: Any) -> Any:
    x, c = tf.Variable(3.0), tf.constant(1.0)
    with tf.GradientTape() as tape:
        y = c * c
    return tape.gradient(y, x, output_gradients=tf.constant(2.0))


@program("G18", "a gradient has the dtype of its source", "[6.0 float64, 6.0]")
def dtype_of_the_source(tf: Any) -> Any:
    x, y = tf.Variable(3.0, dtype=tf.float64), tf.Variable(3.0)
    with tf.GradientTape() as tape:
        z = tf.cast(x * x, tf.float32) + y * y
    return tape.gradient(z, [x, y])


@program("G19", "a gradient has the shape of its source: repeated entries collect their adjoints",
         "([[1. 1.] [1. 1.]], [2. 2.], 4.0)")
def broadcasting(tf: Any) -> Any:
    a, b, c = tf.Variable([[1.0, 2.0], [3.0, 4.0]]), tf.Variable([1.0, 1.0]), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = a + b + c
    return tape.gradient(y, (a, b, c))


@program("G19", "a row times a column", "([[6. 6.]], [[3.] [3.] [3.]])")
def row_times_column(tf: Any) -> Any:
    row, column = tf.Variable([[1.0, 2.0]]), tf.Variable([[1.0], [2.0], [3.0]])
    with tf.GradientTape() as tape:
        y = row * column
    return tape.gradient(y, (row, column))


@program("G20", "a slice taken inside the block is a source, a fresh one is not", "[2.0, None]")
def slice_as_source(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        part = x[0]
        y = part * part
    return [tape.gradient(y, part), tape.gradient(y, x[0])]


@program("G21", "each call gives a new tensor, and its numpy() is a copy", "(False, [2. 4.])")
def fresh_results(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    first, second = tape.gradient(y, x), tape.gradient(y, x)
    first.numpy()[0] = 100.0
    return first is second, first


@program("G22", "tensors without entries: their mean is nan, their maximum -inf, their gradients are empty",
         "[nan, [], -inf, []]")
def without_entries(tf: Any) -> Any:
    x = tf.constant([], tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        mean, largest = tf.reduce_mean(x), tf.reduce_max(x)
    return [mean, tape.gradient(mean, x), largest, tape.gradient(largest, x)]


@program("G23", "an input that is used twice collects both adjoints", "[3.0, 4.0]")
def used_twice(tf: Any) -> Any:
    a = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        b = a + a
        c = b + b
        d = b + a
    return [tape.gradient(d, a), tape.gradient(c, a)]


@program("G24", "a linear layer: weights in a dict", "{'W': [[1. 1.] [2. 2.]], 'b': [1. 1.]}")
def linear_layer(tf: Any) -> Any:
    parameters = {"W": tf.Variable([[1.0, 2.0], [3.0, 4.0]]), "b": tf.Variable([0.0, 1.0])}
    with tf.GradientTape() as tape:
        y = tf.matmul([[1.0, 2.0]], parameters["W"]) + parameters["b"]
        loss = tf.reduce_sum(y)
    return tape.gradient(loss, parameters)
