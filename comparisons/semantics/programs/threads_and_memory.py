"""Tapes belong to their thread, clean up after exceptions, and keep nothing alive that nobody needs."""

from __future__ import annotations

import contextlib
import copy
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ..program import attempt, program


def _in_another_thread(function: Any) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(attempt(function)))
    thread.start()
    thread.join()
    return results[0]


@program("T1", "an op in another thread is not recorded", "(9.0, None)")
def op_in_another_thread(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = _in_another_thread(lambda: x * x)
    return y, tape.gradient(y, x)


@program("T1", "gradient() may be called in another thread", "6.0")
def gradient_in_another_thread(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return _in_another_thread(lambda: tape.gradient(y, x))


@program("T1", "tapes of threads that run at the same time do not mix", "[2.0, 4.0, 6.0, 8.0]")
def parallel_tapes(tf: Any) -> Any:
    together = threading.Barrier(4, timeout=10.0)

    def work(number: int) -> Any:
        x = tf.Variable(float(number))
        with tf.GradientTape() as tape:
            together.wait()
            y = x * x
            together.wait()
        return tape.gradient(y, x)

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(work, (1, 2, 3, 4)))


@program("T1", "a tape that records cannot be entered in another thread either",
         "'ValueError: Tape is still recording, This'")
def entered_in_another_thread(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        return _in_another_thread(tape.__enter__)


@program("T2", "after gradient() a tape keeps nothing alive", "[False, True]")
def freed_by_gradient(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        middle = x * x
        y = middle * middle
    held = weakref.ref(middle)
    del middle
    before = held() is None
    tape.gradient(y, x)
    return [before, held() is None]


@program("T2", "a persistent tape keeps it until it is deleted", "[False, False, True]")
def freed_with_the_tape(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        middle = x * x
        y = middle * middle
    held = weakref.ref(middle)
    del middle
    found = [held() is None]
    tape.gradient(y, x)
    found.append(held() is None)
    del tape
    return [*found, held() is None]


@program("T2", "a branch whose result nobody holds leaves the tape at once", "True")
def dropped_branch(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        middle = x * x
        held = weakref.ref(middle)
        result = tf.exp(middle)
        del middle, result
        freed = held() is None
    return freed and tape is not None


@program("T3", "an exception leaves the block clean, and what was recorded can be used", "[6.0, None]")
def exception_in_the_block(tf: Any) -> Any:
    x = tf.Variable(3.0)
    try:
        with tf.GradientTape(persistent=True) as tape:
            y = x * x
            raise KeyError("planned")
    except KeyError:
        z = y * x
    return [tape.gradient(y, x), tape.gradient(z, x)]


@program("T3", "the block does not swallow the exception", "KeyError: 'planned'")
def exception_passes(tf: Any) -> Any:
    with tf.GradientTape():
        raise KeyError("planned")


@program("T4", "changing the array a tensor or variable was made from changes nothing", "([1. 2.], Variable [1. 2.])")
def changed_source(tf: Any) -> Any:
    array = np.array([1.0, 2.0], np.float32)
    x, v = tf.convert_to_tensor(array), tf.Variable(array)
    array[0] = 100.0
    return x, v


@program("T4", "a mutated array does not give a wrong gradient", "[2. 4.]")
def changed_between_the_passes(tf: Any) -> Any:
    array = np.array([1.0, 2.0], np.float32)
    x = tf.convert_to_tensor(array)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    array[:] = 100.0
    return tape.gradient(y, x)


@program("T4", "nor does changing what numpy() gave", "([1. 2.], Variable [1. 2.])")
def changed_copy(tf: Any) -> Any:
    x, v = tf.constant([1.0, 2.0]), tf.Variable([1.0, 2.0])
    x.numpy()[0] = 100.0
    v.numpy()[0] = 100.0
    return x, v


@program("T4", "np.asarray of a tensor is read-only", "ValueError: assignment destination is read-only")
def changed_view(tf: Any) -> Any:
    np.asarray(tf.constant([1.0, 2.0]))[0] = 100.0


@program("T5", "a tape can be copied, and the copy differentiates", "6.0")
def copied_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return copy.copy(tape).gradient(y, x)


@program("T5", "a tape that holds something cannot be copied deeply", "TypeError: cannot pickle...")
def deeply_copied_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        _ = y = x * x
    return copy.deepcopy(tape).gradient(y, x)


@program("T5", "a variable that is copied deeply is a variable of its own", "(Variable 3.0, Variable 4.0)")
def deeply_copied_variable(tf: Any) -> Any:
    v = tf.Variable(3.0)
    other = copy.deepcopy(v)
    other.assign(4.0)
    return v, other


@program("T6", "five thousand ops in a chain are no problem", "1.0")
def deep_chain(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(5000):
            y = y + 1.0
    return tape.gradient(y, x)


@program("T1", "an accumulator belongs to its thread as well", "(9.0, None)")
def tangent_in_another_thread(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = _in_another_thread(lambda: x * x)
    return y, accumulator.jvp(y)


@program("T1", "a custom gradient runs in the thread that asks for it", "30.0")
def custom_gradient_in_another_thread(tf: Any) -> Any:
    square = tf.custom_gradient(lambda x: (x * x, lambda dy: dy * 30.0))
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = square(x)
    return _in_another_thread(lambda: tape.gradient(y, x))


@program("T1", "accumulators of threads that run at the same time do not mix", "[2.0, 4.0, 6.0, 8.0]")
def parallel_accumulators(tf: Any) -> Any:
    together = threading.Barrier(4, timeout=10.0)

    def work(number: int) -> Any:
        x = tf.constant(float(number))
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
            together.wait()
            y = x * x
            together.wait()
        return accumulator.jvp(y)

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(work, (1, 2, 3, 4)))


@program("T2", "an accumulator keeps no result alive", "[True, 6.0]")
def freed_by_an_accumulator(tf: Any) -> Any:
    x = tf.constant(3.0)
    with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
        y = x * x
        dropped = tf.exp(x)
        held = weakref.ref(dropped)
        del dropped
    return [held() is None, accumulator.jvp(y)]


@program("T3", "an exception leaves the block of an accumulator clean", "[6.0, None]")
def exception_in_an_accumulator(tf: Any) -> Any:
    x = tf.constant(3.0)
    try:
        with tf.autodiff.ForwardAccumulator(x, tf.constant(1.0)) as accumulator:
            y = x * x
            raise KeyError("planned")
    except KeyError:
        z = y * x
    return [accumulator.jvp(y), accumulator.jvp(z)]


@program("T3", "a function that calls itself for ever leaves the blocks clean", "['RecursionError', 6.0]")
def endless_recursion(tf: Any) -> Any:
    x = tf.Variable(3.0)

    def deeper(depth: int) -> Any:
        with tf.GradientTape():
            return deeper(depth + 1)

    try:
        found = deeper(0)
    except RecursionError as error:
        found = type(error).__name__
    with tf.GradientTape() as tape:
        y = x * x
    return [found, tape.gradient(y, x)]


@program("T7", "a block in a generator records while the generator waits, until it is closed", "[27.0, None, ()]")
def block_in_a_generator(tf: Any) -> Any:
    x = tf.Variable(3.0)

    def recording() -> Any:
        with tf.GradientTape(persistent=True) as tape:
            yield tape

    generator = recording()
    tape = next(generator)
    y = x * x * x
    generator.close()
    z = x * x
    with tf.GradientTape() as other:
        pass
    return [tape.gradient(y, x), tape.gradient(z, x), other.watched_variables()]


@program("T7", "blocks of two generators that take turns do not mix", "[[6.0, None], [None, 27.0]]")
def generators_that_take_turns(tf: Any) -> Any:
    x, z = tf.constant(3.0), tf.constant(3.0)

    def recording(source: Any, found: list[Any]) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(source)
            yield
            y = source * source
            yield
            y = y * source if source is z else y
        found.append(tape.gradient(y, [x, z]))

    found: list[Any] = []
    first, second = recording(x, found), recording(z, found)
    for generator in (first, second, second, first, first, second):
        next(generator, None)
    return found


@program("T7", "blocks may be entered and left through an ExitStack", "[6.0, 2.0]")
def exit_stack(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with contextlib.ExitStack() as stack:
        outer = stack.enter_context(tf.GradientTape())
        inner = stack.enter_context(tf.GradientTape())
        y = x * x
        dy = inner.gradient(y, x)
    return [dy, outer.gradient(dy, x)]
