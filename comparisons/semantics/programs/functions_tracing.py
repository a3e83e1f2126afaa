"""Define and run: when a function is traced, and what belongs to its signature."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from ..program import attempt, differing, program

Pair = namedtuple("Pair", "left right")


def _counted(tf: Any, **options: Any) -> tuple[Any, list[str]]:
    """A function that doubles, and a list that grows whenever its Python runs."""
    seen: list[str] = []

    @tf.function(**options)
    def double(x: Any) -> Any:
        seen.append("traced")
        return tf.convert_to_tensor(x) * 2

    return double, seen


@program("Y1", "a function is traced once for a shape and dtype", "([2.0, 4.0, 6.0], int 1)")
def once_for_a_signature(tf: Any) -> Any:
    double, seen = _counted(tf)
    return [double(tf.constant(x)) for x in (1.0, 2.0, 3.0)], len(seen)


@program("Y1", "another shape or dtype is another trace, and the first is kept", "(int 3, int 3)")
def another_shape(tf: Any) -> Any:
    double, seen = _counted(tf)
    for x in (1.0, [1.0, 2.0], 1, 2.0, [3.0, 4.0], 2):
        double(tf.constant(x))
    return len(seen), double.experimental_get_tracing_count()


@program("Y1", "an array counts as a tensor", "([2. 4.], [6. 8.], int 1)")
def arrays_are_tensors(tf: Any) -> Any:
    double, seen = _counted(tf)
    return double(np.array([1.0, 2.0], np.float32)), double(tf.constant([3.0, 4.0])), len(seen)


@program("Y1", "nothing is traced before the first call", "(int 0, int 0)")
def not_before_the_first_call(tf: Any) -> Any:
    double, seen = _counted(tf)
    return len(seen), double.experimental_get_tracing_count()


@program("Y1", "jit_compile and reduce_retracing are options", "(4.0, int 1)")
def options(tf: Any) -> Any:
    double, seen = _counted(tf, jit_compile=False, reduce_retracing=False)
    return double(tf.constant(2.0)), len(seen)


@program("Y1", "what is no function is refused", "TypeError:...")
def no_function(tf: Any) -> Any:
    return tf.function(3)(1.0)


@program("Y2", "what Python does besides the ops happens when it is traced", "['traced']")
def python_runs_once(tf: Any) -> Any:
    double, seen = _counted(tf)
    for x in (1.0, 2.0, 3.0):
        double(tf.constant(x))
    return seen


@program("Y2", "a Python number that the function looks up is as it was when it was traced", "(2.0, 2.0)")
def a_global_number(tf: Any) -> Any:
    factor = [2.0]
    f = tf.function(lambda x: x * factor[0])
    first = f(tf.constant(1.0))
    factor[0] = 3.0
    return first, f(tf.constant(1.0))


@program("Y2", "a number, a list, a Variable that an object holds are as they were when it was traced",
         "[1.0, 2.0, 3.0, 1.0, 2.0, 3.0]")
def attributes(tf: Any) -> Any:
    class Model:
        def __init__(self) -> None:
            self.rate, self.factors, self.w = 1.0, [2.0], tf.Variable(3.0)

        @tf.function
        def call(self, x: Any) -> Any:
            product = x
            for factor in self.factors:
                product = product * factor
            return x * self.rate, product, x * self.w

    model, x = Model(), tf.constant(1.0)
    first = model.call(x)
    model.rate, model.w = 100.0, tf.Variable(7.0)
    model.factors.append(5.0)
    return [*first, *model.call(x)]


@program("Y2", "NumPy's random numbers are drawn once", "'1'")
def random_numbers_of_numpy(tf: Any) -> Any:
    f = tf.function(lambda x: x + np.random.normal())
    return str(len({float(f(tf.constant(0.0))) for _ in range(5)}))


@program("Y2", "a list that is an argument is a copy, and changing it is an error",
         "['should not modify its Python input arguments', 'should not modify its Python input arguments']")
def changed_arguments(tf: Any) -> Any:
    def longer(xs: Any) -> Any:
        xs.append(xs[0])

    def wider(xs: Any) -> Any:
        xs["b"] = xs["a"]

    one, found = tf.constant(1.0), []
    for change, given in ((longer, [one]), (wider, {"a": one})):
        try:
            tf.function(change)(given)
        except ValueError as error:
            found.append(str(error)[str(error).index("should"):][:44])
    return found


@program("Y2", "while it is traced nothing runs eagerly", "['False', 'True']")
def executing_eagerly(tf: Any) -> Any:
    seen = []
    tf.function(lambda: seen.append(tf.executing_eagerly()))()
    return [*map(str, seen), str(tf.executing_eagerly())]


@program("Y3", "Python numbers belong to the signature by their value", "([2 int32, 4 int32, 2 int32, 4 int32], int 2)")
def python_numbers(tf: Any) -> Any:
    double, seen = _counted(tf)
    return [double(x) for x in (1, 2, 1, 2)], len(seen)


@differing("Y3", "1, 1.0 and True are three signatures",
           tapes="int 3",
           tensorflow="int 1",
           because="1, 1.0 and True are not the same to the ops; TensorFlow's signatures compare them with ==")
def one_and_true(tf: Any) -> Any:
    seen = []

    @tf.function
    def f(n: Any) -> Any:
        seen.append(n)
        return tf.constant(1.0) * 1

    for n in (1, 1.0, True):
        f(n)
    return len(seen)


@differing("Y3", "0.0 and -0.0 are two signatures",
           tapes="[0.0, 3.14159]",
           tensorflow="[0.0, 0.0]",
           because="1/0.0 and 1/-0.0 differ; TensorFlow's signatures compare them with ==")
def two_zeros(tf: Any) -> Any:
    f = tf.function(lambda x, zero: tf.atan2(x, -1.0 if str(zero).startswith("-") else 1.0))
    return [f(tf.constant(0.0), zero) for zero in (0.0, -0.0)]


@program("Y3", "nan is one signature, though it does not equal itself", "int 1")
def not_a_number(tf: Any) -> Any:
    double, seen = _counted(tf)
    for _ in range(3):
        double(float("nan"))
    return len(seen)


@program("Y3", "texts, None and functions are values too", "([4.0, -4.0, 4.0, 4.0, -4.0], ['a', None, 'b'])")
def other_values(tf: Any) -> Any:
    seen = []

    @tf.function
    def f(x: Any, mode: Any, act: Any) -> Any:
        seen.append(mode)
        return x if mode is None else act(x)

    x = tf.constant(-4.0)
    return [f(x, mode, tf.abs) for mode in ("a", None, "b", "a", None)], seen


@program("Y3", "a list as an argument is a structure", "([2.0, 3.0, 2.0], 2.0, [int 2, int 3, int 2])")
def a_list(tf: Any) -> Any:
    seen = []

    @tf.function
    def f(xs: Any) -> Any:
        seen.append(len(xs))
        return tf.add_n(list(xs))

    one = tf.constant(1.0)
    return [f([one] * n) for n in (2, 3, 2)], f((one, one)), seen


@program("Y3", "what cannot be told apart by its value is refused",
         "TypeError: Could not generate a generic TraceType for {'a'}...")
def unhashable(tf: Any) -> Any:
    return tf.function(lambda x, names: x)(tf.constant(1.0), {"a"})


@program("Y3", "defaults and keywords", "([21.0, 21.0, 21.0, 21.0, 25.0], int 2)")
def defaults_and_keywords(tf: Any) -> Any:
    seen = []

    @tf.function
    def f(x: Any, factor: Any = 2.0, *, shift: Any = 1.0) -> Any:
        seen.append((factor, shift))
        return x * factor + shift

    x = tf.constant(10.0)
    return [f(x), f(x, 2.0), f(x, factor=2.0), f(factor=2.0, x=x), f(x, shift=5.0)], len(seen)


@program("Y3", "a missing argument", "TypeError: Binding inputs to tf.function failed due to `missing a required...")
def missing_argument(tf: Any) -> Any:
    return tf.function(lambda x, y: x)(tf.constant(1.0))


@program("Y3", "dicts, tuples and namedtuples go in and come out",
         "[{'sum': 3.0, 'pair': (3.0, [1.0])}, {'sum': 3.0, 'pair': (3.0, [1.0])}]")
def structures(tf: Any) -> Any:
    f = tf.function(lambda d, p: {"sum": d["x"] + p.left, "pair": Pair(p.right, [d["x"]])})
    return [f({"x": tf.constant(1.0)}, Pair(tf.constant(2.0), tf.constant(3.0))) for _ in range(2)]


@program("Y3", "numbers come out as tensors, None as None", "[(1.0, 2 int32, 3.0, None), (1.0, 2 int32, 3.0, None)]")
def numbers_come_out_as_tensors(tf: Any) -> Any:
    f = tf.function(lambda x: (x, 2, 3.0, None))
    return [f(tf.constant(1.0)) for _ in range(2)]


@program("Y3", "a function without a result", "None")
def no_result(tf: Any) -> Any:
    def f(x: Any) -> Any:
        x * x

    return tf.function(f)(tf.constant(1.0))


@differing("Y3", "Variables as arguments: each is a signature of its own",
           tapes="([2.0, 4.0, 20.0], int 2)",
           tensorflow="([2.0, 4.0, 20.0], int 1)",
           because="a program reads the Variables that it was traced with; TensorFlow hands them over as resources")
def variables_as_arguments(tf: Any) -> Any:
    seen = []

    @tf.function
    def f(v: Any) -> Any:
        seen.append(1)
        return v * 2.0

    v, w = tf.Variable(1.0), tf.Variable(2.0)
    found = [f(v), f(w)]
    v.assign(10.0)
    return [*found, f(v)], len(seen)


@differing("Y4", "input_signature: one trace for all lengths",
           tapes="([[2.], [2. 2.], [2. 2. 2.]], int 3)",
           tensorflow="([[2.], [2. 2.], [2. 2. 2.]], int 1)",
           because="a program is straight-line NumPy for known shapes; only the count of traces shows it")
def unknown_length(tf: Any) -> Any:
    double, seen = _counted(tf, input_signature=[tf.TensorSpec([None], tf.float32)])
    return [double(tf.constant([1.0] * n)) for n in (1, 2, 3)], len(seen)


@program("Y4", "what does not fit an input_signature is refused",
         "['TypeError: Binding inputs to tf.function failed', 'TypeError: Binding inputs to...")
def does_not_fit(tf: Any) -> Any:
    double, _ = _counted(tf, input_signature=[tf.TensorSpec([None], tf.float32)])
    return [attempt(double, tf.constant(x)) for x in ([[1.0]], [1], 1.0)]


@program("Y4", "lists and numbers are converted to what the input_signature says", "(9.0 float64, 9.0 float64)")
def converted(tf: Any) -> Any:
    f = tf.function(lambda x: x * x, input_signature=[tf.TensorSpec([], tf.float64)])
    return f(3), f(3.0)


@differing("Y4", "get_concrete_function is for one signature",
           tapes="([1. 4.], 'TypeError: Binding inputs to tf.function failed')",
           tensorflow="([1. 4.], [1.])",
           because="TensorFlow's takes a tensor of another shape without a word")
def concrete_function(tf: Any) -> Any:
    f = tf.function(lambda x: x * x).get_concrete_function(tf.TensorSpec([2], tf.float32))
    return f(tf.constant([1.0, 2.0])), attempt(f, tf.constant([1.0]))


@differing("Y4", "get_concrete_function traces at once",
           tapes="int 0",
           tensorflow="int 1",
           because="a trace follows real numbers, and there are none before the first call")
def concrete_function_traces(tf: Any) -> Any:
    double, seen = _counted(tf)
    double.get_concrete_function(tf.TensorSpec([2], tf.float32))
    return len(seen)


@program("Y4", "a concrete function of tensors, and with a Python number", "(15.0, '3.0')")
def concrete_function_of_tensors(tf: Any) -> Any:
    f = tf.function(lambda x, n: x * n).get_concrete_function(tf.constant(1.0), 3.0)
    return f(tf.constant(5.0)), str(f.structured_input_signature[0][1])
