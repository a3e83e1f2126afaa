"""Define and run: what a traced function does at each call, and how it is differentiated."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from ..program import attempt, differing, program


def _error(function: Any, *args: Any) -> Any:
    """The type of the exception, or None: TensorFlow's messages go on with files and lines."""
    try:
        function(*args)
    except Exception as error:  # whatever it is
        return type(error).__name__
    return None


@program("Y5", "Variables are captured by reference", "(6.0, 30.0)")
def captured_variables(tf: Any) -> Any:
    v = tf.Variable(2.0)
    f = tf.function(lambda x: v * x)
    first = f(tf.constant(3.0))
    v.assign(10.0)
    return first, f(tf.constant(3.0))


@program("Y5", "assignments happen at each call, in their order",
         "([(2.0, 4.0), (5.0, 10.0), (11.0, 22.0)], float32 22.0)")
def assignments(tf: Any) -> Any:
    v = tf.Variable(1.0)

    @tf.function
    def f(x: Any) -> Any:
        v.assign_add(x)
        seen = v.read_value()
        v.assign(v * 2.0)
        return seen, v.read_value()

    return [f(tf.constant(1.0)) for _ in range(3)], v.numpy()


@program("Y5", "a part of a Variable is assigned at each call", "[[1. 4. 5.], [1. 6. 7.]]")
def assigned_parts(tf: Any) -> Any:
    v = tf.Variable([1.0, 2.0, 3.0])

    @tf.function
    def f(x: Any) -> Any:
        v[1:].assign(x)
        return v.read_value()

    return [f(tf.constant(x)) for x in ([4.0, 5.0], [6.0, 7.0])]


@program("Y5", "a tensor that the function looks up is a constant", "(2.0, 2.0)")
def captured_tensor(tf: Any) -> Any:
    held = [tf.constant(2.0)]
    f = tf.function(lambda x: x * held[0])
    first = f(tf.constant(1.0))
    held[0] = tf.constant(3.0)
    return first, f(tf.constant(1.0))


@program("Y5", "an argument and a captured tensor may be the same one", "(6.0, 8.0)")
def argument_and_captured(tf: Any) -> Any:
    x = tf.constant(3.0)
    f = tf.function(lambda a: a + x)
    return f(x), f(tf.constant(5.0))


@program("Y5", "one tensor may be two arguments", "(11.0, 23.0)")
def twice_the_same(tf: Any) -> Any:
    f, one = tf.function(lambda a, b: a * 10.0 + b), tf.constant(1.0)
    return f(one, one), f(tf.constant(2.0), tf.constant(3.0))


@program("Y5", "a Variable may be made at the first call", "[3.0, 4.0, 5.0]")
def made_at_the_first_call(tf: Any) -> Any:
    made: list[Any] = []

    @tf.function
    def f(x: Any) -> Any:
        if not made:
            made.append(tf.Variable(2.0))
        return x * made[0].assign_add(1.0)

    return [f(tf.constant(1.0)) for _ in range(3)]


@program("Y5", "but not at every call", "ValueError:...")
def made_at_every_call(tf: Any) -> Any:
    f = tf.function(lambda x: x * tf.Variable(2.0))
    return [f(tf.constant(1.0)) for _ in range(3)]


@program("Y6", "a Python branch on a value takes the right way at each call", "[6.0, 3.0, 8.0]")
def a_branch(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        if x > 0.0:
            return x * 2.0
        return -x

    return [f(tf.constant(x)) for x in (3.0, -3.0, 4.0)]


@program("Y6", "a while loop on a value ends in time", "[1.0, 0.75, 0.5]")
def a_loop(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        while x > 1.0:
            x = x / 2.0
        return x

    return [f(tf.constant(x)) for x in (8.0, 3.0, 0.5)]


@differing("Y6", "each way through the branches is a trace",
           tapes="int 2",
           tensorflow="int 1",
           because="Python's branches are followed, not rewritten: each way is traced when it is first taken")
def traces_of_branches(tf: Any) -> Any:
    seen = []

    @tf.function
    def f(x: Any) -> Any:
        seen.append(1)
        if x > 0.0:
            return x
        return -x

    for x in (1.0, -1.0, 2.0, -2.0):
        f(tf.constant(x))
    return len(seen)


@program("Y6", "int() and float() of a tensor", "[4.0, 9.0, 4.0]")
def python_numbers_of_tensors(tf: Any) -> Any:
    f = tf.function(lambda x: x * float(x))
    return [f(tf.constant(x)) for x in (2.0, 3.0, 2.0)]


@program("Y6", "a tensor counts a Python loop", "[8.0, 1.0, 32.0]")
def a_counted_loop(tf: Any) -> Any:
    @tf.function
    def f(x: Any, n: Any) -> Any:
        for _ in tf.range(n):
            x = x * 2.0
        return x

    return [f(tf.constant(1.0), tf.constant(n)) for n in (3, 0, 5)]


@program("Y6", "cond and while_loop", "([9.0, 2.0], [12.0, 16.0])")
def cond_and_while(tf: Any) -> Any:
    f = tf.function(lambda x: tf.cond(x > 0.0, lambda: x * x, lambda: -x))
    g = tf.function(lambda x: tf.while_loop(lambda y: y < 10.0, lambda y: [y * 2.0], [x])[0])
    return [f(tf.constant(x)) for x in (3.0, -2.0)], [g(tf.constant(x)) for x in (3.0, 1.0)]


@program("Y6", "map_fn and scan", "[([1. 4.], [1. 3.]), ([9. 16.], [3. 7.])]")
def map_and_scan(tf: Any) -> Any:
    f = tf.function(lambda x: tf.map_fn(lambda y: y * y, x))
    g = tf.function(lambda x: tf.scan(lambda total, y: total + y, x))
    return [(f(tf.constant(x)), g(tf.constant(x))) for x in ([1.0, 2.0], [3.0, 4.0])]


@differing("Y6", "a format asks for the number, at each call",
           tapes="['1.3', '2.5']",
           tensorflow="TypeError: in user code:...",
           because="the tensor has its value while it is traced, and the program checks that its text is the same")
def formatted(tf: Any) -> Any:
    f = tf.function(lambda x: tf.constant(float(f"{x:.1f}")))
    return [f"{f(tf.constant(x)):.1f}" for x in (1.26, 2.5)]


@differing("Y6", "the text of a tensor inside a trace says that it was made there",
           tapes="'tf.Tensor(1.0 when traced, shape=(), dtype=float32)'",
           tensorflow="'Tensor(\"x:0\", shape=(), dtype=float32)'",
           because="the value is there, and may be looked at; TensorFlow's tensors have a name instead")
def text(tf: Any) -> Any:
    seen: list[str] = []
    tf.function(lambda x: seen.append(str(x)))(tf.constant(1.0))
    return seen[0]


@differing("Y6", "numpy() inside a trace is an error",
           tapes="'RuntimeError'",
           tensorflow="'AttributeError'",
           because="the tensor has its value while it is traced; to use it would freeze it, and the error says so")
def numpy_inside(tf: Any) -> Any:
    return _error(tf.function(lambda x: x.numpy()), tf.constant(1.0))


@differing("Y6", "NumPy's functions inside a trace are an error",
           tapes="'RuntimeError'",
           tensorflow="'NotImplementedError'",
           because="one error for all ways to NumPy")
def numpy_functions_inside(tf: Any) -> Any:
    return _error(tf.function(lambda x: np.sin(x)), tf.constant(1.0))


@program("Y6", "random numbers are drawn at each call", "'5'")
def random_numbers(tf: Any) -> Any:
    f = tf.function(lambda: tf.random.uniform([]))
    return str(len({float(f()) for _ in range(5)}))


@program("Y7", "a tape around a function differentiates it", "[12.0, 27.0]")
def tape_around(tf: Any) -> Any:
    f = tf.function(lambda x: x * x * x)
    found = []
    for number in (2.0, 3.0):
        x = tf.constant(number)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        found.append(tape.gradient(y, x))
    return found


@program("Y7", "and by the Variables that it reads", "([15.0, 10.0], ['v:0', 'w:0'])")
def tape_around_variables(tf: Any) -> Any:
    v, w = tf.Variable(2.0, name="v"), tf.Variable(3.0, name="w")
    f = tf.function(lambda x: v * w * x)
    with tf.GradientTape() as tape:
        y = f(tf.constant(5.0))
    return tape.gradient(y, [v, w]), [each.name for each in tape.watched_variables()]


@program("Y7", "a tape inside a function", "(0.0, 1.38177)")
def tape_inside(tf: Any) -> Any:
    @tf.function
    def slope(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.sin(x) * x
        return tape.gradient(y, x)

    return slope(tf.constant(0.0)), slope(tf.constant(1.0))


@program("Y7", "a tape around, a tape inside: second derivatives", "12.0")
def second_derivatives(tf: Any) -> Any:
    @tf.function
    def slope(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x * x * x
        return tape.gradient(y, x)

    x = tf.Variable(2.0)
    with tf.GradientTape() as tape:
        y = slope(x.value())
    return tape.gradient(y, x)


@program("Y7", "two tapes around", "(12.0, 12.0)")
def two_tapes_around(tf: Any) -> Any:
    f, x = tf.function(lambda x: x * x * x), tf.Variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = f(x.value())
        dx = tape.gradient(y, x)
    return dx, outer.gradient(dx, x)


@program("Y7", "a Jacobian through a function", "[[2. 0.] [0. 4.]]")
def jacobian(tf: Any) -> Any:
    f, x = tf.function(lambda x: x * x), tf.constant([1.0, 2.0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.jacobian(y, x)


@program("Y7", "forward mode through a function", "6.0")
def forward_mode(tf: Any) -> Any:
    f, x = tf.function(lambda x: x * x), tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as forward:
        y = f(x)
    return forward.jvp(y)


@program("Y7", "stop_gradient inside", "[9.0, 9.0]")
def stop_gradient(tf: Any) -> Any:
    f, x, found = tf.function(lambda x: tf.stop_gradient(x * x) * x), tf.Variable(3.0), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = f(x.value())
        found.append(tape.gradient(y, x))
    return found


@program("Y7", "custom_gradient inside", "[10.0, 10.0]")
def custom_gradient(tf: Any) -> Any:
    @tf.custom_gradient
    def square(x: Any) -> Any:
        return x * x, lambda upstream: 10.0 * upstream

    f, x, found = tf.function(lambda x: square(x)), tf.Variable(3.0), []
    for _ in range(2):
        with tf.GradientTape() as tape:
            y = f(x.value())
        found.append(tape.gradient(y, x))
    return found


@program("Y7", "a persistent tape inside", "[(4.0, 32.0), (6.0, 108.0)]")
def persistent_tape_inside(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = x * x
            z = y * y
        return tape.gradient(y, x), tape.gradient(z, x)

    return [f(tf.constant(x)) for x in (2.0, 3.0)]


@program("Y7", "None stays None", "[None, None]")
def none_stays_none(tf: Any) -> Any:
    @tf.function
    def f(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.constant(2.0) * 3.0
        return tape.gradient(y, x)

    return [f(tf.constant(1.0)) for _ in range(2)]


@program("Y7", "a whole training step", "([4.0, 2.25, 1.26562], float32 1.15625)")
def training_step(tf: Any) -> Any:
    w = tf.Variable(0.0)

    @tf.function
    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = tf.square(w * x - y)
        w.assign_sub(0.125 * tape.gradient(loss, w))
        return loss

    return [step(tf.constant(1.0), tf.constant(2.0)) for _ in range(3)], w.numpy()


@program("Y8", "a function may call a function", "[5.0, 13.0]")
def functions_in_functions(tf: Any) -> Any:
    inner = tf.function(lambda x: x * x)
    outer = tf.function(lambda x: inner(x) + inner(x + 1.0))
    return [outer(tf.constant(x)) for x in (1.0, 2.0)]


@program("Y8", "a method has programs of its own for each object", "([20.0, 30.0, 20.0, 30.0], int 2)")
def methods(tf: Any) -> Any:
    seen = []

    class Line:
        def __init__(self, slope: float) -> None:
            self.slope = tf.Variable(slope)

        @tf.function
        def at(self, x: Any) -> Any:
            seen.append(1)
            return self.slope * x

    two, three, x = Line(2.0), Line(3.0), tf.constant(10.0)
    return [line.at(x) for line in (two, three, two, three)], len(seen)


@program("Y8", "switched off, Python runs at every call", "(int 3, 'True')")
def switched_off(tf: Any) -> Any:
    seen = []

    @tf.function
    def f(x: Any) -> Any:
        seen.append(1)
        return x

    tf.config.run_functions_eagerly(True)
    try:
        for _ in range(3):
            f(tf.constant(1.0))
        return len(seen), str(tf.config.functions_run_eagerly())
    finally:
        tf.config.run_functions_eagerly(False)


@program("Y8", "an exception of Python comes through, and the next call traces again",
         "(['KeyError', 'KeyError', None, None], int 3)")
def exceptions_while_tracing(tf: Any) -> Any:
    seen: list[int] = []

    @tf.function
    def f(x: Any) -> Any:
        seen.append(1)
        if len(seen) < 3:
            raise KeyError("mine")
        return x

    return [_error(f, tf.constant(1.0)) for _ in range(4)], len(seen)


@program("Y8", "shapes that do not fit", "ValueError:...")
def shapes_that_do_not_fit(tf: Any) -> Any:
    return tf.function(lambda x, y: x + y)(tf.constant([1.0, 2.0]), tf.constant([1.0, 2.0, 3.0]))


@differing("Y8", "a call that fails assigns nothing",
           tapes="float32 1.0",
           tensorflow="float32 5.0",
           because="a call happens as a whole or not at all, so that what it left is never half a step")
def failing_call(tf: Any) -> Any:
    v = tf.Variable(1.0)

    @tf.function
    def f(x: Any) -> Any:
        v.assign(5.0)
        return tf.linalg.inv(x)

    f(tf.constant([[1.0]]))
    v.assign(1.0)
    attempt(f, tf.constant([[0.0]]))
    return v.numpy()


@program("Y8", "threads share a function", "([float 0.0, float 5.0, float 20.0, float 45.0], int 1)")
def threads(tf: Any) -> Any:
    f, found = tf.function(lambda x: tf.reduce_sum(x * x)), [0.0] * 4

    def work(number: int) -> None:
        for _ in range(20):
            found[number] = float(f(tf.fill([5], float(number))))

    running = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return found, f.experimental_get_tracing_count()
