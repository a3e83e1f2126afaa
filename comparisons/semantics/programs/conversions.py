"""What becomes a tensor: numbers, arrays, lists and lists of tensors; and what a tensor becomes."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

from ..program import differing, program


@program("A1", "lists and nested lists, of floats if one entry is a float", "[[1. 2.5], [[1 2] [3 4]] int32]")
def lists(tf: Any) -> Any:
    return [tf.constant([1, 2.5]), tf.constant([[1, 2], (3, 4)])]


@program("A1", "an empty list is float32", "[]")
def empty_list(tf: Any) -> Any:
    return tf.constant([])


@program("A1", "a list of NumPy numbers keeps their dtype", "[1. 2.] float64")
def list_of_numpy_numbers(tf: Any) -> Any:
    return tf.constant([np.float64(1.0), np.float64(2.0)])


@program("A1", "constant takes a dtype, and a shape that one number fills", "[[1. 2.] float64, [[7. 7.] [7. 7.]]]")
def dtype_and_shape(tf: Any) -> Any:
    return [tf.constant([1, 2], dtype=tf.float64), tf.constant(7.0, shape=[2, 2])]


@program("A1", "an integer beyond 32 bits is int64, and -2**31 is not beyond",
         "[2147483647 int32, 2147483648 int64, -2147483648 int32, -2147483649 int64]")
def large_integers(tf: Any) -> Any:
    return [tf.constant(value) for value in (2**31 - 1, 2**31, -(2**31), -(2**31) - 1)]


@program("A1", "an integer beyond 64 bits is refused",
         "ValueError: Can't convert Python sequence with out-of-range integer to Tensor...")
def too_large_integer(tf: Any) -> Any:
    return tf.constant(2**63)


@program("A1", "a float that float32 does not reach is refused where nobody has said float32",
         "ValueError: Can't convert Python sequence with a value out of range for a...")
def too_large_float(tf: Any) -> Any:
    return tf.constant([1.0, 1e300])


@program("A1", "by a function that makes a tensor of it too", "ValueError: Can't convert Python sequence with a value "
         "out of range for a...")
def too_large_argument(tf: Any) -> Any:
    return tf.exp(1e300)


@program("A1", "it is infinite where float32 was said, and beside a tensor of float32",
         "[inf, [inf], [inf], inf, Variable inf]")
def too_large_for_the_dtype(tf: Any) -> Any:
    return [tf.constant(1e300, tf.float32), tf.constant([1e300], tf.float32),
            tf.constant(np.array([1e300]), tf.float32), tf.constant(2.0) * 1e300, tf.Variable(1.0).assign(1e300)]


@program("A1", "the largest float32 is none of these, nor are infinity, nan and NumPy's numbers",
         "[3.4028235e+38, [inf -inf], nan, 1e+300 float64, [1.e+300] float64]")
def not_too_large(tf: Any) -> Any:
    return [tf.constant(3.40282356e38), tf.constant([np.inf, -np.inf]), tf.constant(np.nan),
            tf.constant(np.float64(1e300)), tf.constant([np.float64(1e300)])]


@program("A1", "an integer beyond 64 bits is a number where floats are wanted",
         "[1e+40 float64, [1.e+30 5.e-01], inf]")
def large_integer_as_float(tf: Any) -> Any:
    return [tf.constant(10**40, tf.float64), tf.constant([10**30, 0.5], tf.float32), tf.constant(2.0) * 10**40]


@program("A1", "True is 1 where a number is wanted", "[1.0, 4.0, 4 int32]")
def truth_as_number(tf: Any) -> Any:
    return [tf.constant(True, tf.float32), tf.constant(3.0) + True, tf.constant(3) + True]


@program("A1", "but 1 is not True", "TypeError: Cannot convert 1 to Tensor of dtype bool...")
def number_as_truth(tf: Any) -> Any:
    return tf.constant(1, tf.bool)


@differing("A11", "True may stand in a list of numbers",
           tapes="([1 1] int32, [1 1] int32)",
           tensorflow="ValueError: Can't convert Python sequence with mixed types to Tensor.",
           because="TensorFlow takes [1, True] and refuses [True, 1]")
def truth_in_a_list(tf: Any) -> Any:
    return tf.constant([1, True]), tf.constant([True, 1])


@differing("A12", "a number that does not fit its dtype is refused",
           tapes="ValueError: Cannot convert 300 to Tensor of dtype uint8...", tensorflow="44 uint8",
           because="TensorFlow keeps the last eight bits, without a word")
def overflowing_constant(tf: Any) -> Any:
    return tf.constant(300, tf.uint8)


@program("A2", "rows of different lengths are refused",
         "ValueError: Can't convert non-rectangular Python sequence to Tensor...")
def ragged_list(tf: Any) -> Any:
    return tf.constant([[1.0], [1.0, 2.0]])


@program("A2", "None is refused",
         "ValueError: Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor...")
def none(tf: Any) -> Any:
    return tf.constant(None)


@program("A2", "1.5 as an integer is refused", "TypeError: Cannot convert 1.5 to Tensor of dtype int32...")
def float_as_integer(tf: Any) -> Any:
    return tf.constant(1.5, dtype=tf.int32)


@program("A2", "an object is refused", "ValueError: Attempt to convert a value...")
def an_object(tf: Any) -> Any:
    return tf.constant(object())


@program("A3", "a tensor is not converted to another dtype behind your back",
         "ValueError: Tensor conversion requested dtype float64 for Tensor with dtype float32...")
def tensor_of_another_dtype(tf: Any) -> Any:
    return tf.convert_to_tensor(tf.constant(1.0), dtype=tf.float64)


@differing("A13", "constant() refuses a tensor of another dtype, as convert_to_tensor() does",
           tapes="ValueError: Tensor conversion requested dtype float64 for Tensor with dtype float32...",
           tensorflow="TypeError: Expected tensor 1.0 with dtype tf.float64, but got dtype tf.float32.",
           because="one mistake should have one message; TensorFlow's depends on the function")
def constant_of_another_dtype(tf: Any) -> Any:
    return tf.constant(tf.constant(1.0), dtype=tf.float64)


@program("A3", "a variable is read, and a list of tensors is stacked", "[3.0, [1. 3.]]")
def variables_and_lists_of_tensors(tf: Any) -> Any:
    v = tf.Variable(3.0)
    return [tf.convert_to_tensor(v), tf.convert_to_tensor([tf.constant(1.0), v])]


@program("A3", "numbers may stand between the tensors of a list", "[1. 3.]")
def mixed_list(tf: Any) -> Any:
    return tf.convert_to_tensor([1.0, tf.constant(3.0)])


@differing("A14", "numbers may stand between tensors in constant(), as in convert_to_tensor()",
           tapes="[1. 3.]", tensorflow="ValueError: Can't convert Python sequence with mixed types to Tensor.",
           because="TensorFlow's error is an accident: with tensors alone, or in convert_to_tensor, it works")
def mixed_list_in_constant(tf: Any) -> Any:
    return tf.constant([1.0, tf.constant(3.0)])


@program("A4", "a tensor becomes a float, an int, a bool, an index", "[float 2.0, int 2, True, 'c']")
def python_numbers(tf: Any) -> Any:
    two = tf.constant(2)
    return [float(two), int(tf.constant(2.7)), bool(two), "abc"[two]]


@program("A4", "only a scalar does",
         "TypeError: only 0-dimensional arrays can be converted to Python scalars...")
def float_of_a_vector(tf: Any) -> Any:
    return float(tf.constant([1.0, 2.0]))


@program("A4", "a vector has no truth value",
         "ValueError: The truth value of an array with more than one element is ambiguous...")
def truth_of_a_vector(tf: Any) -> Any:
    return "yes" if tf.constant([1.0, 2.0]) > 1.0 else "no"


@program("A4", "a vector has a length, a scalar has none", "TypeError: Scalar tensor has no `len()`")
def lengths(tf: Any) -> Any:
    return [len(tf.constant([1.0, 2.0])), len(tf.constant(1.0))]


@program("A4", "a scalar cannot be iterated over", "TypeError: Cannot iterate over a scalar tensor.")
def iterated_scalar(tf: Any) -> Any:
    return list(tf.constant(1.0))


@program("A5", "numpy() gives an array, of a scalar a NumPy number",
         "[ndarray [1. 2.], float32 3.0, int32 3, ndarray [1.]]")
def numpy_values(tf: Any) -> Any:
    return [tf.constant([1.0, 2.0]).numpy(), tf.constant(3.0).numpy(), tf.Variable(3).numpy(),
            np.asarray(tf.constant([1.0]))]


@program("A5", "NumPy takes tensors and variables as arrays", "[ndarray [1. 2.], ndarray [2. 4.] float64, float32 3.0]")
def arrays_from_tensors(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0])
    return [np.array(v), np.multiply(v, 2.0, dtype=np.float64), np.sum(v.value())]


@program("A6", "shape is a TensorShape, and shape() a tensor",
         "['TensorShape([2, 3])', [2 3] int32, [int 2, int 3], (int 2, int 3), int 2]")
def shapes(tf: Any) -> Any:
    x = tf.zeros([2, 3])
    return [x.shape, tf.shape(x), x.shape.as_list(), tuple(x.shape), x.ndim]


@program("A6", "a shape compares with lists and tuples", "[True, True, False, int 2, int 3]")
def compared_shapes(tf: Any) -> Any:
    shape = tf.zeros([2, 3]).shape
    return [shape == [2, 3], shape == (2, 3), shape == [3, 2], shape.rank, shape[1]]


@program("A6", "shapes are cut and joined like lists",
         "['TensorShape([2])', 'TensorShape([2, 3, 4])', 'TensorShape([2, 5])', 'TensorShape([7, 2, 3])', int 6]")
def joined_shapes(tf: Any) -> Any:
    shape = tf.zeros([2, 3]).shape
    return [shape[:1], shape + [4], shape[:-1] + (5,), [7] + shape, shape.num_elements()]  # noqa: RUF005


@program("A7", "is_tensor knows tensors and variables from arrays and numbers", "[True, True, False, False]")
def is_tensor(tf: Any) -> Any:
    return [tf.is_tensor(x) for x in (tf.constant(1.0), tf.Variable(1.0), np.array(1.0), 1.0)]


@program("A8", "comparing with None is no comparison of entries", "[False, True]")
def compared_with_none(tf: Any) -> Any:
    x = tf.constant([1.0, 2.0])
    return [x == None, x != None]  # noqa: E711 - the program is about these operators


@program("A9", "a tensor has no gradient of its own",
         "AttributeError: 'Tensor' object has no attribute 'backward'...")
def backward(tf: Any) -> Any:
    tf.constant(1.0).backward()


@program("A10", "a tensor and a variable survive pickling", "[[1. 2.], Variable 3.0]")
def pickled(tf: Any) -> Any:
    return [pickle.loads(pickle.dumps(x)) for x in (tf.constant([1.0, 2.0]), tf.Variable(3.0))]
